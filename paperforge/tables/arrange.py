"""Analysis -> Table: which cells, how rounded, what is marked, what the notes say. No TeX."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, repeat
from operator import attrgetter
from typing import cast

from paperforge.errors import InputError
from paperforge.latex.escape import plain, slug
from paperforge.latex.rounding import Rounding, spreads_of
from paperforge.model import (
    Aggregate,
    Analysis,
    Cell,
    Decision,
    Mark,
    Missing,
    Note,
    Table,
)
from paperforge.spec import LAYOUTS as EVERY
from paperforge.spec import Method, TableSpec, Unit
from paperforge.tables import extra_notes, extras, heat, marks, notes, quoting
from paperforge.tables.doubts import doubts
from paperforge.tables.layouts import LAYOUTS, Grid, Slot
from paperforge.tables.view import View, choose

Cells = Mapping[Slot, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Given:
    """What the cells of all columns share."""

    marking: marks.Marking
    homes: Mapping[str, Slot]
    """Metric -> the column of its primary comparison, where the table shows it."""
    letters: Mapping[str, str]
    """What is said of single cells -> its letter."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """Method -> what is said of its row, where all of it is quoted alike."""
    best: frozenset[tuple[str, str]] = frozenset()
    """(metric, method) that cannot be told from the best, where that is asked for."""
    lost: bool = True
    """Whether any cell lost replicates."""
    quoted: bool = True
    """Whether any number is quoted from a paper."""


UNMARKED: frozenset[Mark] = frozenset()
_QUOTED, *_LOST = map(attrgetter, ("quoted", "not_finite", "failed", "partial"))
_N, _PRINTED, _VALUE, _CITE = map(attrgetter, ("n", "printed", "value", "cite"))
_REST = tuple(repeat(default) for default in Cell()[9:])
"""What a fresh cell carries beside its number and its place."""
_CELL = cast("Callable[[tuple[object, ...]], Cell]", partial(tuple.__new__, Cell))
"""A cell of all its fields, in the time of two tuples."""
_MARKS, _HEAT = map(attrgetter, ("marks", "heat"))

UNROUNDED = Rounding(0)
"""For a column without numbers: nothing is printed with it."""


def arrange(analysis: Analysis, spec: TableSpec | None = None) -> Table:
    """One table of the analysis.

    Raises InputError where the table asks for a name that the results do not have, or nothing is
    left to show; UsageError for an unknown spread.
    """
    spec = spec or TableSpec()
    if spec.layout not in LAYOUTS:
        allowed = ", ".join(EVERY)
        raise InputError(f'there is no layout "{spec.layout}"', f"table {spec.name}", allowed)
    view = choose(analysis, spec)
    marking = marks.against_baseline(analysis, [m.name for m in view.metrics])
    homes = _homes(view, marking)
    shown = replace(marking, tested=tuple(d for d in marking.tested if d.metric in homes))
    every = analysis.aggregates
    quoted = {one.method for one in every if one.quoted} if any(map(_QUOTED, every)) else set()
    lost = any(any(map(of, every)) for of in _LOST)
    rows = _whole_rows(view, quoted)
    letters = _letters(view, rows) if lost or quoted else {}
    given = Given(marking, homes, letters, rows, _best_set(view), lost, bool(quoted))
    cells = {slot: _column(view, slot, given) for slot in view.slots}
    single = view.datasets[0] if len(view.datasets) == 1 else None
    shape = (view.groups, spec.arrows, analysis.design.place)
    grid = Grid(view.methods, view.slots, cells, single, *shape)
    placed = LAYOUTS[spec.layout](grid)
    return Table(
        name=spec.name,
        stub=placed.stub,
        columns=placed.columns,
        rows=placed.rows,
        notes=tuple(_notes(view, cells, placed.compared, replace(given, marking=shown))),
        caption=plain(spec.caption) or _caption(view),
        label=spec.label or f"tab:{slug(spec.name)}",
        diagnostics=(*view.diagnostics, *doubts(view, marking, homes)),
        headings=placed.headings,
        compared=placed.compared,
    )


# ---------------------------------------------------------------------------------------------
# cells
# ---------------------------------------------------------------------------------------------


def _numbers(view: View, slot: Slot) -> list[Aggregate | None]:
    """What a column prints, a method each; None: no number, or the average of an incomplete row."""
    name = slot.metric.name
    column = view.columns.get((name, slot.dataset), {})
    found = [column.get(method.name) for method in view.methods]
    if slot.dataset is None:
        found = [one if one and view.lacks(name, one.method) is None else None for one in found]
    return [one if one is not None and one.mean is not None else None for one in found]


def _hole(view: View, slot: Slot, method: Method) -> Cell:
    """A cell without a number: its symbol and the reason."""
    found = view.find(slot.metric.name, method.name, slot.dataset)
    reason = (found and found.missing) or Missing.NOT_RUN
    printed = notes.SYMBOLS[reason]
    if slot.dataset is None:
        reason = view.lacks(slot.metric.name, method.name) or reason
        printed = notes.NO_AVERAGE
    return Cell(
        printed=printed,
        missing=reason,
        metric=slot.metric.name,
        method=method.name,
        dataset=slot.dataset,
    )


def _excluded(view: View, slot: Slot, one: Aggregate) -> str:
    """What the mean of a cell leaves out; said where the cell is, not again at the average."""
    if one.mean is None or slot.dataset is None:
        return ""
    bold = view.spec.bold and slot.metric.direction is not None
    unit = view.analysis.design.of(slot.metric.name).unit
    return notes.excluded(one, unit, bold=bold)


def _survivors(view: View, slot: Slot, method: Method) -> bool:
    """Whether a cell, or one that it averages, lost at least as many replicates as it kept."""
    scopes = [slot.dataset]
    if slot.dataset is None:
        scopes = [d.name for d in view.datasets]
    cells = (view.find(slot.metric.name, method.name, scope) for scope in scopes)
    return any(c is not None and notes.survivors(c.not_finite, c.failed, c.n) for c in cells)


def _story(view: View, slot: Slot, one: Aggregate, rows: Mapping[str, str]) -> str:
    """What a letter points to: where a number is quoted from, and what its mean leaves out.

    A row that is quoted whole is cited at its name: `rows` has what is said of all of it.
    """
    told = ""
    if one.quoted is not None:
        told = quoting.said(one, view, rows.get(one.method, ""))
    return "; ".join(filter(None, (told, _excluded(view, slot, one))))


def _whole_row(view: View, method: Method) -> str:
    """What is said of a row that is quoted whole; empty: it is not, or from several papers."""
    found = (
        view.find(slot.metric.name, method.name, slot.dataset)
        for slot in view.slots
        if slot.dataset is not None and not slot.kind
    )
    filled = [one for one in found if one is not None and one.mean is not None]
    whole = [one for one in filled if one.quoted is not None]
    if view.spec.layout != "method-by-dataset" or len(whole) < len(filled):
        return ""
    return quoting.shared(whole, view)


def _whole_rows(view: View, quoted: Collection[str]) -> dict[str, str]:
    """Method -> what is said of its row, where all its numbers are quoted alike."""
    told = {m.name: _whole_row(view, m) for m in view.methods if m.name in quoted}
    return {name: text for name, text in told.items() if text}


def _letters(view: View, rows: Mapping[str, str]) -> dict[str, str]:
    """Text -> letter, in reading order; cells with the same story share one."""
    letters: dict[str, str] = {}
    for method in view.methods:
        for slot in view.slots:
            one = view.find(slot.metric.name, method.name, slot.dataset)
            text = _story(view, slot, one, rows) if one is not None and not slot.kind else ""
            if text and text not in letters:
                letters[text] = notes.letter(len(letters))
    return letters


def _best_set(view: View) -> frozenset[tuple[str, str]]:
    """The methods that cannot be told from the best of a metric, where that is asked for."""
    return frozenset((one.metric, name) for one in view.analysis.best for name in one.methods)


def _column(view: View, slot: Slot, given: Given) -> list[Cell]:
    """One column of the standard layout, one cell a method: rounded by one rule, then marked."""
    cells = extras.cells(view, slot) if slot.kind else _cells(view, slot, given)
    direction = extras.direction(slot) if slot.kind else slot.metric.direction
    printed = list(map(_PRINTED, cells))
    if None in map(_VALUE, cells):
        printed = ["" if cell.value is None else cell.printed for cell in cells]
    eligible = printed
    if given.lost:
        pairs = zip(printed, view.methods, strict=True)
        eligible = ["" if _survivors(view, slot, method) else text for text, method in pairs]
    ranked = marks.best_texts(
        eligible,
        direction if view.spec.bold else None,
        second=view.spec.second,
        coarse=any(map(_CITE, cells)),
    )
    for at, text in enumerate(eligible):
        if text in ranked:
            cells[at] = cells[at]._replace(marks=cells[at].marks | ranked[text])
    return heat.shaded(cells, direction) if view.spec.heat else cells


def _cells(view: View, slot: Slot, given: Given) -> list[Cell]:
    """The cells of a metric on a dataset, or on average, with all marks but the best's."""
    metric, dataset = slot.metric.name, slot.dataset
    rule = view.rules.get((metric, dataset), UNROUNDED)
    found = _numbers(view, slot)
    filled = [one for one in found if one is not None]
    means = [one.mean for one in filled if one.mean is not None]
    spreads = spreads_of(filled, view.kinds[metric])
    printed = rule.show_all(means)
    behind = _printed(spreads, rule.show_spreads)
    numbers = (means, spreads, map(_N, filled), printed, behind)
    names = [m.name for m, one in zip(view.methods, found, strict=True) if one is not None]
    made = map(
        _CELL,
        zip(
            *numbers, repeat(UNMARKED), repeat(metric), names, repeat(dataset), *_REST, strict=False
        ),
    )
    if len(filled) == len(found):
        cells = list(made)
    else:
        both = zip(view.methods, found, strict=True)
        cells = [_hole(view, slot, m) if one is None else next(made) for m, one in both]
    for change in _changes(view, slot, given, rule):
        pairs = zip(cells, found, strict=True)
        cells = [cell if one is None else change(cell, one) for cell, one in pairs]
    return cells


def _printed(
    values: Sequence[float | None], show: Callable[[Sequence[float]], list[str]]
) -> list[str]:
    """Values of a column as its rule shows them; empty where there is none."""
    if None not in values:
        return show(cast("Sequence[float]", values))
    texts = iter(show([value for value in values if value is not None]))
    return ["" if value is None else next(texts) for value in values]


def _changes(
    view: View, slot: Slot, given: Given, rule: Rounding
) -> Iterator[Callable[[Cell, Aggregate], Cell]]:
    """What else the filled cells of a column carry: marks, notes, what is quoted."""
    name = slot.metric.name
    if given.homes.get(name) == slot:
        read = given.marking.read(name)
        yield lambda cell, one: cell._replace(
            marks=given.marking.on(name, one.method), decisions=read.get(one.method, ())
        )
    over = view.analysis.datasets[0].name if len(view.analysis.datasets) == 1 else None
    if given.best and slot.dataset == over:
        yield (
            lambda cell, one: (
                cell._replace(marks=cell.marks | {Mark.BEST_SET})
                if (name, one.method) in given.best
                else cell
            )
        )
    if given.letters:
        yield lambda cell, one: cell._replace(
            note=given.letters.get(_story(view, slot, one, given.rows), "")
        )
    if given.quoted:
        yield (
            lambda cell, one: (
                cell if one.quoted is None else quoting.as_printed(cell, one, view, rule)
            )
        )


def _homes(view: View, marking: marks.Marking) -> dict[str, Slot]:
    """Metric -> the column of its primary comparison, where the table shows it."""
    homes = {}
    for decision in marking.tested:
        scope = decision.scope
        if scope is None and len(view.analysis.datasets) == 1:
            scope = view.analysis.datasets[0].name
        for slot in view.slots:
            if (slot.metric.name, slot.dataset, slot.kind) == (decision.metric, scope, ""):
                homes[decision.metric] = slot
    return homes


# ---------------------------------------------------------------------------------------------
# words
# ---------------------------------------------------------------------------------------------


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


def _notes(view: View, cells: Cells, compared: str, given: Given) -> Iterable[Note]:
    """All sentences under the table, in reading order."""
    marking = given.marking
    every = list(chain.from_iterable(cells.values()))
    cited, holes = any(map(_CITE, every)), [c for c in every if c.missing]
    averaged = any(slot.dataset is None and not slot.kind for slot in cells)
    yield from _replication(view, cells, whole=not (cited or holes))
    used = set(chain.from_iterable(set(map(_MARKS, every))))
    if Mark.BEST in used:
        ties = any(sum(Mark.BEST in m for m in map(_MARKS, c) if m) > 1 for c in cells.values())
        yield from notes.best(compared, ties=ties, second=Mark.SECOND in used, coarse=cited)
    if set(map(_HEAT, every)) != {None}:
        yield Note(f"Shading: the darker, the better within its {compared}")
    yield from notes.comparisons(marking, used, view.analysis, _averaged(view), view.metrics)
    if Mark.BEST_SET in used:
        named = {slot.metric.name for slot in cells}
        yield notes.best_set([b for b in view.analysis.best if b.metric in named])
    lost = {
        one.method
        for one in view.analysis.aggregates
        if one.not_finite or one.failed or one.missing in notes.LOST
    }
    yield from notes.open_questions(_asked(view), view.methods, notes.units(view), lost)
    yield from extra_notes.said(view, cells)
    missing = {c.missing for c in holes if c.missing and c.printed != notes.NO_AVERAGE}
    refused = any(c.printed == notes.NO_AVERAGE for c in holes)
    whole = "row" if compared == "column" else "column"
    yield from notes.absent(missing, refused=whole if refused else "")
    rows = [(plain(m.label), given.rows[m.name]) for m in view.methods if m.name in given.rows]
    yield from quoting.notes(view, rows, averaged=averaged and cited)
    for text, symbol in given.letters.items():
        yield Note(text, symbol, quoting.keys(text))


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


def _caption(view: View) -> str:
    """What the table shows, in a line, for a float whose author gave no caption."""
    labels = [plain(m.label) for m in view.metrics]
    what = " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
    where = (
        f" on {notes.count(len(view.datasets), view.analysis.design.place)}"
        if len(view.datasets) > 1
        else ""
    )
    return f"{what} of {notes.count(len(view.methods), 'method')}{where}."
