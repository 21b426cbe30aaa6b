r"""A venue's checklist, answered by the author; evidence from the results stands beside it.

An item without an answer is an open item (\answerTODO), never a Yes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.latex.escape import escape
from paperforge.model import Diagnostic, Severity
from paperforge.narrative import compute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.model import Analysis
    from paperforge.spec import Project

MACROS = {"yes": r"\answerYes{}", "no": r"\answerNo{}", "na": r"\answerNA{}"}


@dataclass(frozen=True, slots=True)
class Item:
    """One question: `id` is its key under [checklist], `evidence` what can support an answer."""

    id: str
    title: str
    question: str
    evidence: str = ""


def items(facts: Sequence[Mapping[str, str]]) -> tuple[Item, ...]:
    """The items of a venue's checklist.toml."""
    return tuple(
        Item(fact["id"], fact["title"], fact.get("question", ""), fact.get("evidence", ""))
        for fact in facts
    )


def checklist(
    questions: Sequence[Item], project: Project, analysis: Analysis | None
) -> tuple[str, tuple[Diagnostic, ...]]:
    """The checklist as TeX, and a diagnostic for each open item and each stray answer."""
    lines = ["\\begin{enumerate}"]
    notes = []
    for item in questions:
        given = project.checklist.get(item.id)
        lines.append(f"  \\item {{\\bfseries {escape(item.title)}}}")
        if item.question:
            lines.append(f"    \\par Question: {escape(item.question)}")
        if given is None:
            lines.append("    \\par Answer: \\answerTODO{}")
            lines.append(f"    \\par Justification: {_evidence(item, project, analysis)}")
            notes.append(_open(item))
            continue
        lines.append(f"    \\par Answer: {MACROS[given.answer]}")
        lines.append(f"    \\par Justification: {escape(given.justification) or _todo()}")
        if not given.justification:
            notes.append(_unjustified(item))
    lines.append("\\end{enumerate}")
    return "\n".join(lines) + "\n", (*notes, *_strangers(questions, project))


def _evidence(item: Item, project: Project, analysis: Analysis | None) -> str:
    """What the project can already say for an open item; the answer stays the author's."""
    found = ""
    if item.evidence == "compute":
        found = compute.sentence(project.compute)
    elif item.evidence == "statistics" and analysis is not None:
        found = " ".join(analysis.design.sentences[:3])
    elif item.evidence == "limitations" and (project.limitations or analysis is not None):
        found = "See the limitations section."
    elif item.evidence == "seeds" and analysis is not None:
        found = _runs(analysis)
    return f"{_todo()} Evidence at hand: {escape(found)}" if found else _todo()


def _runs(analysis: Analysis) -> str:
    """How many runs a setting has; of each metric where they differ. Empty where none counts."""
    said: dict[str, list[str]] = {}
    for metric in analysis.metrics:
        design = analysis.design.of(metric.name)
        least, most = design.replicates
        if design.unit.of_runs:
            count = f"{least}" if least == most else f"{least} to {most}"
            said.setdefault(f"{count} {design.noun}s a setting", []).append(metric.label)
    if not analysis.design.mixed:
        return "".join(f"{text}." for text in said)
    return " ".join(f"{text} ({', '.join(labels)})." for text, labels in said.items())


def _todo() -> str:
    return "\\justificationTODO{}"


def _open(item: Item) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "paper.toml",
        f"checklist item {item.title!r} is open",
        f'[checklist.{item.id}] answer = "yes", "no" or "na", and a justification',
        "checklist",
    )


def _unjustified(item: Item) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "paper.toml",
        f"checklist item {item.title!r} has an answer but no justification",
        f"[checklist.{item.id}] justification = …",
        "checklist",
    )


def _strangers(questions: Sequence[Item], project: Project) -> list[Diagnostic]:
    known = {item.id for item in questions}
    return [
        Diagnostic(
            Severity.WARNING,
            "paper.toml",
            f"[checklist.{key}] is no item of this venue's checklist",
            "items: " + ", ".join(sorted(known)),
            "checklist-key",
        )
        for key in project.checklist
        if key not in known
    ]
