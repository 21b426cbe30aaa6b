"""What the columns beside the metrics are, in words: one sentence a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import Note
from paperforge.tables import extras, notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paperforge.model import Cell, Decision
    from paperforge.tables.layouts import Slot
    from paperforge.tables.view import View


def said(view: View, shown: Mapping[Slot, Sequence[Cell]]) -> Iterator[Note]:
    """The sentences; nothing where there are no such columns."""
    cells: dict[str, list[Cell]] = {}
    for slot, column in shown.items():
        if slot.kind:
            cells.setdefault(slot.kind, []).extend(column)
    if not cells:
        return
    if "rank" in cells:
        ranked = dict.fromkeys(slot.metric.name for slot in shown if slot.kind == "rank")
        yield from (Note(text) for text in dict.fromkeys(_rank(view, name) for name in ranked))
    yield from _against_baseline(view, cells)
    if "n" in cells:
        yield Note(f"n: {notes.noun(view.analysis.design)}s a cell")
    single = [plain(s.metric.label) for s in shown if s.kind == extras.REPORTED]
    if single:
        verb = "is" if len(single) == 1 else "are"
        averaged = "averaged over the datasets, and " if len(view.analysis.datasets) > 1 else ""
        yield Note(f"{notes.listed(single)} {verb} {averaged}only reported: never bold")


def _rank(view: View, metric: str) -> str:
    """Of how many methods over how many datasets, and what it is not."""
    analysis = view.analysis
    every = analysis.over(metric)
    ranked = extras.ranks(analysis, metric)
    tested = ranked and ranked[0] in analysis.ranks
    over = next((g.datasets for g in analysis.groups if tested and g.metric == metric), every)
    over = over if tested else ranked[0].datasets
    part = f"{over} of {every} datasets" if over < every else f"the {notes.count(over, 'dataset')}"
    text = f"Mean rank: of {notes.count(len(ranked), 'method')} over {part}, 1 is best"
    if tested:
        return text
    lacking = len(analysis.methods) - len(ranked)
    without = f"; without {notes.count(lacking, 'incomplete method')}" if lacking else ""
    return f"{text}; descriptive, not tested{without}"


def _against_baseline(view: View, cells: Mapping[str, Sequence[Cell]]) -> Iterator[Note]:
    """What differences and P(improvement) are taken from."""
    if not {"difference", "improvement"} & cells.keys():
        return
    named = plain(extras.baseline(view).label)
    if "difference" in cells:
        read = [decision for cell in cells["difference"] for decision in cell.decisions]
        primary = [decision for decision in read if decision.primary] or read
        yield Note(f"Difference: method less {named}{_interval(primary)}")
    if "improvement" in cells:
        unit = notes.noun(view.analysis.design)
        several = len(view.analysis.datasets) > 1 and unit != "dataset"
        over = ", averaged over the datasets" if several else ""
        text = f"P(improvement): how likely a {unit} of the method is better than one of {named}"
        yield Note(f"{text}, ties counted half{over}")
    yield from _outside(view, [*cells.get("difference", ()), *cells.get("improvement", ())])
    both = [*cells.get("difference", ()), *cells.get("improvement", ())]
    if any(cell.missing is None and not cell.printed for cell in both):
        yield Note(f"Blank: not compared with {named}, or not defined")


def _outside(view: View, cells: Sequence[Cell]) -> Iterator[Note]:
    """Which of the numbers are of comparisons that the correction does not cover."""
    labels = {m.name: plain(m.label) for m in view.methods}
    outside = {c.method for c in cells if any(not d.primary for d in c.decisions)}
    names = [label for name, label in labels.items() if name in outside]
    inside = any(d.primary for c in cells for d in c.decisions)
    if names and inside:
        listed = notes.listed(names[: notes.MOST_NAMED])
        more = f" and {n} more" if (n := len(names) - notes.MOST_NAMED) > 0 else ""
        yield Note(
            f"That of {listed}{more} is not in the family: for itself, and nothing is decided"
        )


def _interval(decisions: Sequence[Decision]) -> str:
    """What the brackets hold."""
    together = extras.joint(decisions)
    known = [d for d in decisions if together or extras.own_ends(d) is not None]
    if not known:
        return ""
    level = f"{100 * known[0].level:g}%"
    if together:
        return f", with simultaneous {level} intervals"
    of = f" of the {known[0].interval_of}" if known[0].interval_of else ""
    return (
        f", with {level} intervals{of}, each for itself"
        if len(known) > 1
        else f", with {level} interval{of}"
    )
