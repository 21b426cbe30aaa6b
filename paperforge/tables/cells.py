"""The cells of methods by datasets, a column at a time: rounded by one rule, then marked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from paperforge.latex.columns import spreads_of
from paperforge.latex.rounding import Rounding
from paperforge.model import COMMON, Aggregate, Cell, Mark, Missing
from paperforge.tables import extras, heat, marks, notes, quoting
from paperforge.tables.layouts import Slot

if TYPE_CHECKING:
    from paperforge.spec import Method
    from paperforge.tables.view import View

Cells = Mapping[Slot, Sequence[Cell]]

UNMARKED: frozenset[Mark] = frozenset()
UNROUNDED = Rounding(0)
"""For a column without numbers: nothing is printed with it."""

_CITE = attrgetter("cite")
_NEW = cast("Callable[[type[Cell], tuple[object, ...]], Cell]", tuple.__new__)
"""_NEW(Cell, fields): a cell of all its fields, in the time of two tuples."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the cells of all columns share."""

    marking: marks.Marking
    homes: Mapping[str, Slot]
    """Metric -> the column of its primary comparison, where the table shows it."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """What is said of single cells -> its letter."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """Method -> what is said of its row, where all of it is quoted alike."""
    best: frozenset[tuple[str, str]] = frozenset()
    """(metric, method) that cannot be told from the best, where that is asked for."""
    lost: bool = False
    """Whether any cell lost replicates."""
    quoted: bool = False
    """Whether any number is quoted from a paper."""

    @classmethod
    def of(cls, view: View, marking: marks.Marking, homes: Mapping[str, Slot]) -> Given:
        """What the cells of a view share."""
        every = view.analysis.aggregates
        quoted = {one.method for one in every if one.quoted}
        lost = [one for one in every if one.not_finite or one.failed or one.partial]
        rows = _whole_rows(view, quoted)
        letters = _letters(view, rows) if lost or quoted else {}
        return cls(marking, homes, letters, rows, _best_set(view), bool(lost), bool(quoted))


def columns(view: View, given: Given) -> dict[Slot, list[Cell]]:
    """Slot -> its cells, one a method."""
    numbers = iter(_numbers(view, [slot for slot in view.slots if not slot.kind]))
    return {
        slot: _column(view, slot, given, None if slot.kind else next(numbers))
        for slot in view.slots
    }


# ---------------------------------------------------------------------------------------------
# numbers
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one column."""

    found: Sequence[Aggregate | None]
    """One a method; None: it has no number, or the row of an average is incomplete."""
    filled: Sequence[Aggregate]
    """Those that there are; what follows is theirs."""
    means: Sequence[float]
    spreads: Sequence[float | None]
    printed: list[str]
    behind: list[str]
    """The spreads as printed; empty where there is none."""

    @property
    def whole(self) -> bool:
        """Whether every method has one."""
        return len(self.filled) == len(self.found)


def _numbers(view: View, slots: Sequence[Slot]) -> list[Numbers]:
    """The numbers of these columns; those of one rule are rounded together."""
    found = [_found(view, slot) for slot in slots]
    filled = [list(filter(None, column)) for column in found]
    means = [[cast("float", one.mean) for one in column] for column in filled]
    kinds = [view.kinds[slot.metric.name] for slot in slots]
    spreads = [spreads_of(column, kind) for column, kind in zip(filled, kinds, strict=True)]
    alike: dict[Rounding, list[int]] = {}
    for at, slot in enumerate(slots):
        alike.setdefault(_rule(view, slot), []).append(at)
    made: dict[int, Numbers] = {}
    for rule, places in alike.items():
        printed = iter(rule.show_all([x for at in places for x in means[at]]))
        behind = iter(_printed([x for at in places for x in spreads[at]], rule.show_spreads))
        for at in places:
            texts = (list(islice(shown, len(means[at]))) for shown in (printed, behind))
            made[at] = Numbers(found[at], filled[at], means[at], spreads[at], *texts)
    return [made[at] for at in range(len(slots))]


def _found(view: View, slot: Slot) -> list[Aggregate | None]:
    """What a column prints, a method each; None: no number, or the average of an incomplete row."""
    metric = slot.metric.name
    column = view.columns.get((metric, slot.dataset), {})
    found: list[Aggregate | None] = (
        [*column.values()] if tuple(column) == view.names else [*map(column.get, view.names)]
    )
    if slot.dataset is None and view.lacking:
        found = [one if one and view.lacks(metric, one.method) is None else None for one in found]
    return [one if one is not None and one.mean is not None else None for one in found]


def _rule(view: View, slot: Slot) -> Rounding:
    return view.rules.get((slot.metric.name, slot.dataset), UNROUNDED)


def _printed(
    values: Sequence[float | None], show: Callable[[Sequence[float]], list[str]]
) -> list[str]:
    """Values of a column as its rule shows them; empty where there is none."""
    if None not in values:
        return show(cast("Sequence[float]", values))
    texts = iter(show([value for value in values if value is not None]))
    return ["" if value is None else next(texts) for value in values]


# ---------------------------------------------------------------------------------------------
# cells
# ---------------------------------------------------------------------------------------------


def _cells(view: View, slot: Slot, given: Given, numbers: Numbers) -> list[Cell]:
    """The cells of a metric on a dataset, or on average, with all marks but the best's."""
    methods = view.names if numbers.whole else [one.method for one in numbers.filled]
    sizes = [one.n for one in numbers.filled]
    shown = (numbers.means, numbers.spreads, sizes, numbers.printed, numbers.behind)
    place = (repeat(slot.metric.name), methods, repeat(slot.dataset))
    fields = zip(*shown, repeat(UNMARKED), *place, repeat(COMMON), strict=False)
    cells = list(map(_NEW, repeat(Cell), fields))
    if not numbers.whole:
        made = iter(cells)
        both = zip(view.methods, numbers.found, strict=True)
        cells = [_hole(view, slot, m) if one is None else next(made) for m, one in both]
    for change in _changes(view, slot, given, _rule(view, slot)):
        pairs = zip(cells, numbers.found, strict=True)
        cells = [cell if one is None else change(cell, one) for cell, one in pairs]
    return cells


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


def _column(view: View, slot: Slot, given: Given, numbers: Numbers | None) -> list[Cell]:
    """One column, one cell a method, with its marks; numbers: None where it is beside a metric."""
    if numbers is None:
        cells, direction = extras.cells(view, slot), extras.direction(slot)
    else:
        cells, direction = _cells(view, slot, given, numbers), slot.metric.direction
    if numbers is None or not numbers.whole or given.lost or given.quoted:
        eligible, values = _eligible(view, slot, cells, given), None
    else:
        eligible, values = numbers.printed, numbers.means
    ranked = marks.best_texts(
        eligible,
        direction if view.spec.bold else None,
        second=view.spec.second,
        coarse=given.quoted and any(map(_CITE, cells)),
        values=values,
    )
    for at in [at for at, text in enumerate(eligible) if text in ranked] if ranked else ():
        cells[at] = cells[at]._replace(marks=cells[at].marks | ranked[eligible[at]])
    return heat.shaded(cells, direction) if view.spec.heat else cells


def _eligible(view: View, slot: Slot, cells: Sequence[Cell], given: Given) -> list[str]:
    """What each cell prints; empty where it has no number, or one that is never the best."""
    printed = ["" if cell.value is None else cell.printed for cell in cells]
    if not given.lost:
        return printed
    pairs = zip(printed, view.methods, strict=True)
    return ["" if _survivors(view, slot, method) else text for text, method in pairs]


# ---------------------------------------------------------------------------------------------
# what is said of single cells and rows
# ---------------------------------------------------------------------------------------------


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
