"""What is said around the numbers: macros, findings, limitations, checklists, skeleton, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.narrative import (
    checklists,
    compute,
    explain,
    findings,
    limitations,
    macros,
    methods,
    passages,
    report,
    robust,
    skeleton,
)

if TYPE_CHECKING:
    from paperforge.model import Analysis
    from paperforge.spec import Project

__all__ = [
    "checklists",
    "compute",
    "explain",
    "findings",
    "limitations",
    "macros",
    "methods",
    "passages",
    "report",
    "robust",
    "skeleton",
    "texts",
]


def texts(project: Project, analysis: Analysis | None) -> dict[str, str]:
    """Name -> TeX of the generated passages: findings, limitations, compute, methods."""
    from paperforge.latex.escape import escape
    from paperforge.latex.label import sentence

    made = {"limitations": limitations.limitations(analysis, project.limitations)}
    cost = escape(compute.sentence(project.compute))
    made["compute"] = f"{cost}%\n" if cost else ""
    if analysis is not None:
        made["findings"] = findings.paragraph(analysis)
        made["methods"] = sentence(methods.sentence(analysis), analysis.labels)
    return {name: text for name, text in made.items() if text.strip()}
