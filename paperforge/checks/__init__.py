"""A look at a manuscript and its build: one file a check, graded by the mode.

The registry is a dict literal. A check says what it found as a warning; `grade` makes an error of
it where the paper is about to leave the house.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.checks import anonymity, figures, numbers, pages, prompts, references
from paperforge.checks.reading import bibliographies, citations, sources
from paperforge.model import Diagnostic, Severity
from paperforge.spec import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paperforge.model import Build, Check, Manuscript

__all__ = ["CHECKS", "bibliographies", "citations", "grade", "run", "sources"]

CHECKS: dict[str, Check] = {
    check.NAME: check for check in (references, figures, numbers, prompts, pages, anonymity)
}

FATAL = frozenset(
    {
        "citations",
        "references",
        "figures",
        "numbers",
        "prompts",
        "checklist",
        "pages",
        "anonymity",
        "glyphs",
        "boxes",
        "fonts",
        "broken-bibliography",
    }
)
"""What fails a submission or a final paper."""


def run(manuscript: Manuscript, build: Build) -> tuple[Diagnostic, ...]:
    """What every check found."""
    return tuple(d for check in CHECKS.values() for d in check.check(manuscript, build))


def grade(found: Iterable[Diagnostic], mode: Mode) -> tuple[Diagnostic, ...]:
    """Each once, and as an error where the mode is strict about it.

    TeX and the sources may say the same of one file; the one with the hint stays.
    """
    strict = mode in (Mode.SUBMISSION, Mode.FINAL)
    kept: dict[tuple[str, str], Diagnostic] = {}
    for one in found:
        graded = one
        if strict and one.check in FATAL and one.severity is Severity.WARNING:
            graded = replace(one, severity=Severity.ERROR)
        key = (one.where.split(":")[0], one.message)
        if key not in kept or (graded.hint and not kept[key].hint):
            kept[key] = graded
    return tuple(kept.values())
