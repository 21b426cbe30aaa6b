"""Where the cells of a table go. A new layout is a function here and a line in LAYOUTS."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import Cell, Column, Row
from paperforge.model.order import sides
from paperforge.spec import Dataset, Direction, Method, Metric
from paperforge.tables.groups import Groups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_CITE = attrgetter("cite")

APART = ("n", "reported")
"""Columns that belong to no group."""

OVER = "over the datasets"
"""The group of the rows that are no single dataset's."""

ARROWS = {Direction.HIGHER: " ↑", Direction.LOWER: " ↓", None: ""}


@dataclass(frozen=True, slots=True)
class Slot:
    """One metric on one dataset, or (dataset None) on average: what is compared between methods."""

    metric: Metric
    dataset: str | None
    label: str
    kind: str = ""
    """A key of spec.COLUMNS, or "reported", for a column beside the metric's own."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells before they are placed."""

    methods: Sequence[Method]
    slots: Sequence[Slot]
    cells: Mapping[Slot, Sequence[Cell]]
    """Slot -> one cell a method."""
    single: Dataset | None
    """The dataset, where the table shows one only; its label may be empty."""
    groups: Groups = field(default_factory=Groups)
    arrows: bool = True
    """Whether headers show which values are better."""
    place: str = "dataset"
    """What a dataset is called."""
    quoted: bool = True
    """Whether any number is quoted from a paper."""

    def header(self, metric: Metric) -> str:
        """A metric as a header: "Accuracy (%) ↑"."""
        return header(metric, arrows=self.arrows)

    def label(self, slot: Slot) -> str:
        """A column's own header, where the metric's stands above it or not at all."""
        if slot.kind == "reported" or (self.single and not slot.kind):
            return self.header(slot.metric)
        if self.single and self.several and slot.kind != "n":
            return plain(slot.metric.label) + f": {slot.label[0].lower()}{slot.label[1:]}"
        arrow = ARROWS[Direction.LOWER] if slot.kind == "rank" and self.arrows else ""
        return slot.label + arrow

    @property
    def several(self) -> bool:
        """Whether there are columns of several metrics, beside those that are only reported."""
        return len({slot.metric for slot in self.slots if slot.kind != "reported"}) > 1

    def group(self, slot: Slot) -> str:
        """The header above a column."""
        if self.single:
            return plain(self.single.label)
        heading = self.groups.datasets.get(slot.dataset or "", "")
        return "" if slot.kind in APART else _both(heading, self.header(slot.metric))


@dataclass(frozen=True, slots=True)
class Placed:
    """The cells in their places."""

    stub: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    compared: str
    """Within what the best value is the best: "column" or "row"."""
    headings: bool = False
    """Whether the rows' groups are the author's headings."""


def header(metric: Metric, *, arrows: bool = True) -> str:
    """A metric as a header: "Accuracy (%) ↑"."""
    unit = f" ({plain(metric.unit)})" if metric.unit else ""
    return plain(metric.label) + f"{unit}{ARROWS[metric.direction] if arrows else ''}"


def method_by_dataset(grid: Grid) -> Placed:
    """Methods down; datasets across under each metric. One dataset: the metrics across."""
    named = grid.groups.methods
    groups = [named.get(m.name, "") for m in grid.methods] if named else _role_groups(grid.methods)
    columns = tuple(_column(slot, grid.label(slot), grid.group(slot)) for slot in grid.slots)
    across = zip(*(grid.cells[slot] for slot in grid.slots), strict=True)
    rows = tuple(
        Row(plain(method.label), cells, group, row_cite(cells) if grid.quoted else "")
        for method, cells, group in zip(grid.methods, across, groups, strict=True)
    )
    return Placed("Method", columns, rows, "column", bool(named))


def dataset_by_method(grid: Grid) -> Placed:
    """Datasets down; methods across under each metric. One dataset: the metrics down."""
    if grid.single:
        label = plain(grid.single.label)
        columns = tuple(
            Column(plain(m.label), _both(label, grid.groups.methods.get(m.name, "")))
            for m in grid.methods
        )
        rows = [Row(grid.label(slot), tuple(grid.cells[slot])) for slot in grid.slots]
        return Placed("Metric", columns, tuple(rows), "row")
    metrics = list(dict.fromkeys(slot.metric for slot in grid.slots if slot.kind not in APART))
    columns = tuple(
        Column(
            plain(method.label),
            _both(grid.groups.methods.get(method.name, ""), grid.header(m)),
            m.name,
            None,
            m.direction,
            plain(m.unit),
        )
        for m in metrics
        for method in grid.methods
    )
    named = grid.groups.datasets
    over = "" if named else OVER  # under the author's headings only a rule parts what is over all
    places = {(slot.dataset, slot.kind): slot for slot in grid.slots if slot.kind not in APART}
    rows = [
        Row(
            grid.label(slot),
            _across(grid, metrics, place),
            over if place[0] is None else named.get(place[0], ""),
        )
        for place, slot in sorted(places.items(), key=lambda item: item[0][0] is None)
    ]
    rows += [
        Row(grid.label(slot), _once(grid, metrics, slot), over)
        for slot in grid.slots
        if slot.kind in APART
    ]
    compared = "row and metric" if len(metrics) > 1 else "row"
    return Placed(grid.place.capitalize(), columns, tuple(rows), compared, bool(named))


def _both(heading: str, name: str) -> str:
    return f"{heading}: " + name if heading and name else heading or name


def _across(
    grid: Grid, metrics: Sequence[Metric], place: tuple[str | None, str]
) -> tuple[Cell, ...]:
    """One dataset's cells under every metric; blank where the metric has no such column.

    place: (dataset or None, kind of column).
    """
    found = {(slot.metric, slot.dataset, slot.kind): grid.cells[slot] for slot in grid.slots}
    blank = [Cell()] * len(grid.methods)
    return tuple(cell for metric in metrics for cell in found.get((metric, *place), blank))


def _once(grid: Grid, metrics: Sequence[Metric], slot: Slot) -> tuple[Cell, ...]:
    """What belongs to no metric of the table, under the first of them."""
    return (*grid.cells[slot], *[Cell()] * (len(grid.methods) * (len(metrics) - 1)))


def row_cite(cells: Sequence[Cell]) -> str:
    """The paper that all numbers of a row are quoted from; empty: there is none, or several.

    What is computed from them (an average, a rank) counts neither way.
    """
    if not any(map(_CITE, cells)):
        return ""
    cites = {c.cite for c in cells if c.value is not None and c.dataset is not None and not c.kind}
    return cites.pop() if len(cites) == 1 else ""


def _role_groups(methods: Sequence[Method]) -> list[str]:
    """Each method's row group; only where both sides are there."""
    baselines, ours = sides(methods)
    if not (baselines and ours):
        return [""] * len(methods)
    return ["Ours" if method in ours else "Baselines" for method in methods]


def _column(slot: Slot, label: str, group: str) -> Column:
    metric = slot.metric
    if slot.kind in ("", "reported", "difference"):
        direction = None if slot.kind == "difference" else metric.direction
        return Column(label, group, metric.name, slot.dataset, direction, plain(metric.unit))
    return Column(label, group, metric.name, None, Direction.LOWER if slot.kind == "rank" else None)


LAYOUTS: Mapping[str, Callable[[Grid], Placed]] = {
    "method-by-dataset": method_by_dataset,
    "dataset-by-method": dataset_by_method,
}
