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
AUTHOR = re.compile(r"\\author\s*[\[{]")


def check(manuscript: Manuscript, build: Build) -> list[Diagnostic]:  # noqa: ARG001  a Check
    """Names of the paper's authors, and acknowledgments, in the author's text."""
    if manuscript.mode is not Mode.SUBMISSION:
        return []
    found = []
    names = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in manuscript.names]
    for path, file in manuscript.files.items():
        if file.owner is not Owner.AUTHOR or not path.endswith((".tex", ".bib")):
            continue
        for number, line in enumerate(file.data.decode("utf-8", "replace").splitlines(), 1):
            if path.endswith(".bib") and not line.lstrip().startswith("%"):
                continue  # citing one's own work is allowed; a remark about oneself is not
            for name in names:
                match = name.search(line)
                if match:
                    found.append(_finding(f"{path}:{number}", f"{match.group()!r} stands"))
            text = re.sub(r"(?<!\\)%.*", "", line)
            author = AUTHOR.search(text)
            if author and manuscript.main == path and "nonymous" not in text:
                found.append(_shown(f"{path}:{number}"))
            thanks = ACKNOWLEDGED.search(text)
            if thanks and HIDDEN_BY_STYLE not in thanks.group():
                found.append(_finding(f"{path}:{number}", "an acknowledgment stands"))
    return found


def _shown(where: str) -> Diagnostic:
    """An author block that the style may or may not hide: a warning, never more."""
    hint = "look at page 1 of the PDF: a style for submissions hides it, article does not"
    return Diagnostic(Severity.WARNING, where, "names its authors with \\author", hint, "authors")


def _finding(where: str, what: str) -> Diagnostic:
    hint = "leave it out, comments too: the source is sent with the PDF"
    return Diagnostic(Severity.WARNING, where, f"{what} in an anonymous paper", hint, NAME)
