"""Authors in one line: "Ada Lovelace <ada@example.org> (University of Somewhere)"."""

from __future__ import annotations

import re

from paperforge.spec import Author

FORM = '"Ada Lovelace <ada@example.org> (University of Somewhere)"'
_LINE = re.compile(
    r"\s*(?P<name>[^<>()\s](?:[^<>()]*[^<>()\s])?)\s*"
    r"(?:<\s*(?P<email>[^<>\s]+)\s*>\s*)?"
    r"(?:\(\s*(?P<affiliation>\S(?:.*\S)?)\s*\)\s*)?",
    re.DOTALL,
)


def parse(line: str) -> Author | None:
    """Name, and mail address and affiliation where given; None: the line is not of the form."""
    found = _LINE.fullmatch(line)
    if not found:
        return None
    return Author(found["name"], found["affiliation"] or "", found["email"] or "")
