"""The sentences under a table of methods by datasets, and its caption."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import COMMON, Cell, Decision, Mark, Note
from paperforge.spec import Unit
from paperforge.tables import extra_notes, notes, quoting

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from paperforge.tables.cells import Cells, Given
    from paperforge.tables.layouts import Slot
    from paperforge.tables.view import View

_N, _CITE, _MARKS = map(attrgetter, ("n", "cite", "marks"))


def _replication(view: View, cells: Cells, *, whole: bool) -> Iterable[Note]:
    """What a number and its ± are, of each kind of metrics. whole: no cell is missing or quoted."""
    kinds: dict[Unit, list[Slot]] = {}
    for slot in cells:
        kinds.setdefault(view.analysis.design.of(slot.metric.name).unit, []).append(slot)
    for slots in kinds.values():
        kind = view.kinds[slots[0].metric.name]
        spread = kind if _any_spread([cells[s] for s in slots if not s.kind]) else "none"
        single = [cells[s] for s in slots if s.dataset is not None]
        if not whole:
            single = [[c for c in column if not (c.missing or c.cite)] for column in single]
        sizes = set(map(_N, chain.from_iterable(single)))
        design = view.analysis.design.of(slots[0].metric.name)
        names = notes.listed(list(dict.fromkeys(plain(s.metric.label) for s in slots)))
        mean = {s.metric.name for s in slots if s.dataset is None and not s.kind}
        of_averages = notes.averaging(view.analysis, design, mean)
        for note in notes.replication(design, spread, sizes, of_averages):
            yield note if len(kinds) == 1 else replace(note, text=f"{names}: {note.text}")


def under(view: View, cells: Cells, compared: str, given: Given) -> Iterable[Note]:
    """All sentences under the table, in reading order."""
    marking = given.marking
    every = list(chain.from_iterable(cells.values()))
    rich = [c for c in every if c.rare is not COMMON]
    cited = given.quoted and any(map(_CITE, rich))
    holes = [c for c in rich if c.missing]
    averaged = any(slot.dataset is None and not slot.kind for slot in cells)
    yield from _replication(view, cells, whole=not (cited or holes))
    marked = [[cell.marks for cell in column if cell.marks] for column in cells.values()]
    used = set(chain.from_iterable(chain.from_iterable(marked)))
    if Mark.BEST in used:
        ties = any(sum(Mark.BEST in marks for marks in column) > 1 for column in marked)
        yield from notes.best(compared, ties=ties, second=Mark.SECOND in used, coarse=cited)
    if any(c.heat is not None for c in rich):
        yield Note(f"Shading: the darker, the better within its {compared}")
    yield from notes.comparisons(marking, used, view.analysis, _averaged(view), view.metrics)
    if Mark.BEST_SET in used:
        named = {slot.metric.name for slot in cells}
        yield notes.best_set([b for b in view.analysis.best if b.metric in named])
    asked = _asked(view)
    if asked or notes.units(view) == {Unit.NONE}:
        yield from notes.open_questions(asked, view.methods, notes.units(view), _lost(view))
    yield from extra_notes.said(view, cells)
    missing = {c.missing for c in holes if c.missing and c.printed != notes.NO_AVERAGE}
    refused = any(c.printed == notes.NO_AVERAGE for c in holes)
    whole = "row" if compared == "column" else "column"
    yield from notes.absent(missing, refused=whole if refused else "")
    rows = [(plain(m.label), given.rows[m.name]) for m in view.methods if m.name in given.rows]
    yield from quoting.notes(view, rows, averaged=averaged and cited)
    for text, symbol in given.letters.items():
        yield Note(text, symbol, quoting.keys(text))


def _lost(view: View) -> set[str]:
    """The methods of which runs failed or are not finite."""
    return {
        one.method
        for one in view.analysis.aggregates
        if one.not_finite or one.failed or one.missing in notes.LOST
    }


def _any_spread(columns: Iterable[Sequence[Cell]]) -> bool:
    """Whether a number that is not quoted has a ±."""
    return any(c.printed_spread and not c.cite for column in columns for c in column)


def _averaged(view: View) -> int:
    """Over how many datasets the averages are."""
    return len({slot.dataset for slot in view.slots if slot.dataset is not None})


def _asked(view: View) -> list[Decision]:
    """The primary comparisons between what the table shows."""
    metrics = {m.name for m in view.metrics}
    methods = {m.name for m in view.methods}
    return [
        d
        for d in view.analysis.decisions
        if d.primary and d.metric in metrics and {d.a, d.b} <= methods
    ]


def caption(view: View) -> str:
    """What the table shows, in a line, for a float whose author gave no caption."""
    labels = [plain(m.label) for m in view.metrics]
    what = " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
    where = (
        f" on {notes.count(len(view.datasets), view.analysis.design.place)}"
        if len(view.datasets) > 1
        else ""
    )
    return f"{what} of {notes.count(len(view.methods), 'method')}{where}."
