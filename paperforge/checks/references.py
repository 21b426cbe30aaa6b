r"""\ref without \label, and labels that are there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.checks.reading import sources
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from paperforge.model import Build, Manuscript

NAME = "references"
OURS = "pf:"
"""Labels that the template sets."""


def check(manuscript: Manuscript, build: Build) -> list[Diagnostic]:  # noqa: ARG001  a Check
    """Undefined and doubled labels, each at its place in the text."""
    from difflib import get_close_matches

    read = sources(manuscript)
    places: dict[str, list[str]] = {}
    for one in read:
        for label in one.labels:
            places.setdefault(label.key, []).append(f"{one.path}:{label.line}")
    found = [
        Diagnostic(
            Severity.WARNING,
            where[1],
            f"label '{key}' is defined twice",
            f"the other is in {where[0]}",
            NAME,
        )
        for key, where in places.items()
        if len(where) > 1
    ]
    for one in read:
        for ref in one.refs:
            if ref.key in places or ref.key.startswith(OURS):
                continue
            near = get_close_matches(ref.key, places, 1)
            hint = f"did you mean '{near[0]}'?" if near else "give the thing a \\label"
            where_ = f"{one.path}:{ref.line}"
            message = f"reference '{ref.key}' has no \\label"
            found.append(Diagnostic(Severity.WARNING, where_, message, hint, NAME))
    return found
