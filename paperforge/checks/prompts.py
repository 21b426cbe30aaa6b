"""Prompts of the skeleton that nobody has answered yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.checks.reading import sources
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from paperforge.model import Build, Manuscript

NAME = "prompts"
LONGEST = 60


def check(manuscript: Manuscript, build: Build) -> list[Diagnostic]:  # noqa: ARG001  a Check
    """Each prompt that is left, at its line."""
    return [
        Diagnostic(
            Severity.WARNING,
            f"{one.path}:{prompt.line}",
            f"prompt left: {_short(prompt.key)}",
            "write the answer in its place",
            NAME,
        )
        for one in sources(manuscript)
        for prompt in one.prompts
    ]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
