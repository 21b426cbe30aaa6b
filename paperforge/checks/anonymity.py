"""The authors' names in the files of an anonymous paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Owner, Severity
from paperforge.spec import Mode

if TYPE_CHECKING:
    from paperforge.model import Build, Manuscript

NAME = "anonymity"
ACKNOWLEDGED = re.compile(r"\\(?:section\*?\{Acknowledge?ments?\}|begin\{acks?\})")
HIDDEN_BY_STYLE = "begin{ack}"


def check(manuscript: Manuscript, build: Build) -> list[Diagnostic]:  # noqa: ARG001  a Check
    """Names of the paper's authors, and acknowledgments, in the author's text."""
    if manuscript.mode is not Mode.SUBMISSION:
        return []
    found = []
    names = [re.compile(rf"\b{re.escape(name)}\b") for name in manuscript.names if " " in name]
    for path, file in manuscript.files.items():
        if file.owner is not Owner.AUTHOR or not path.endswith(".tex"):
            continue
        for number, line in enumerate(file.data.decode("utf-8", "replace").splitlines(), 1):
            text = re.sub(r"(?<!\\)%.*", "", line)
            for name in names:
                match = name.search(text)
                if match:
                    found.append(_finding(f"{path}:{number}", f"names {match.group()}"))
            thanks = ACKNOWLEDGED.search(text)
            if thanks and HIDDEN_BY_STYLE not in thanks.group():
                found.append(_finding(f"{path}:{number}", "thanks somebody"))
    return found


def _finding(where: str, what: str) -> Diagnostic:
    hint = "an anonymous paper leaves it out; sections/acknowledgments.tex is hidden by itself"
    return Diagnostic(Severity.WARNING, where, f"{what} in an anonymous paper", hint, NAME)
