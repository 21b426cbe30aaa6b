"""Where the cells of a table go. A new layout is a function here and a line in LAYOUTS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import Cell, Column, Row
from paperforge.spec import Dataset, Direction, Method, Metric
from paperforge.tables.marks import sides

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ARROWS = {Direction.HIGHER: " ↑", Direction.LOWER: " ↓", None: ""}


@dataclass(frozen=True, slots=True)
class Slot:
    """One metric on one dataset, or (dataset None) on average: what is compared between methods."""

    metric: Metric
    dataset: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells before they are placed."""

    methods: Sequence[Method]
    slots: Sequence[Slot]
    cells: Mapping[Slot, Sequence[Cell]]
    """Slot -> one cell a method."""
    single: Dataset | None
    """The dataset, where the table shows one only; its label may be empty."""
    place: str = "dataset"
    """What a dataset is called."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The cells in their places."""

    stub: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    compared: str
    """Within what the best value is the best: "column" or "row"."""


def header(metric: Metric) -> str:
    """A metric as a header: "Accuracy (%) ↑"."""
    unit = f" ({plain(metric.unit)})" if metric.unit else ""
    return f"{plain(metric.label)}{unit}{ARROWS[metric.direction]}"


def method_by_dataset(grid: Grid) -> Placed:
    """Methods down; datasets across under each metric. One dataset: the metrics across."""
    groups = _role_groups(grid.methods)
    columns = tuple(
        _column(slot, header(slot.metric), plain(grid.single.label))
        if grid.single
        else _column(slot, slot.label, header(slot.metric))
        for slot in grid.slots
    )
    rows = tuple(
        Row(plain(method.label), tuple(grid.cells[slot][i] for slot in grid.slots), groups[i])
        for i, method in enumerate(grid.methods)
    )
    return Placed("Method", columns, rows, "column")


def dataset_by_method(grid: Grid) -> Placed:
    """Datasets down; methods across under each metric. One dataset: the metrics down."""
    if grid.single:
        columns = tuple(Column(plain(m.label), plain(grid.single.label)) for m in grid.methods)
        rows = [Row(header(slot.metric), tuple(grid.cells[slot])) for slot in grid.slots]
        return Placed("Metric", columns, tuple(rows), "row")
    metrics = list(dict.fromkeys(slot.metric for slot in grid.slots))
    columns = tuple(
        Column(plain(method.label), header(m), m.name, None, m.direction, plain(m.unit))
        for m in metrics
        for method in grid.methods
    )
    labels = {slot.dataset: slot.label for slot in grid.slots if slot.dataset is not None}
    averaged = next((slot.label for slot in grid.slots if slot.dataset is None), "")
    rows = [Row(label, _across(grid, metrics, name)) for name, label in labels.items()]
    if averaged:
        rows.append(Row(averaged, _across(grid, metrics, None), averaged))
    return Placed(
        grid.place.capitalize(),
        columns,
        tuple(rows),
        "row and metric" if len(metrics) > 1 else "row",
    )


def _across(grid: Grid, metrics: Sequence[Metric], dataset: str | None) -> tuple[Cell, ...]:
    """One dataset's cells under every metric; blank where the metric has no such column."""
    found = {(slot.metric, slot.dataset): grid.cells[slot] for slot in grid.slots}
    blank = [Cell()] * len(grid.methods)
    return tuple(cell for metric in metrics for cell in found.get((metric, dataset), blank))


def _role_groups(methods: Sequence[Method]) -> list[str]:
    """Each method's row group; only where both sides are there."""
    baselines, ours = sides(methods)
    if not (baselines and ours):
        return [""] * len(methods)
    return ["Ours" if method in ours else "Baselines" for method in methods]


def _column(slot: Slot, label: str, group: str) -> Column:
    metric = slot.metric
    return Column(label, group, metric.name, slot.dataset, metric.direction, plain(metric.unit))


LAYOUTS: Mapping[str, Callable[[Grid], Placed]] = {
    "method-by-dataset": method_by_dataset,
    "dataset-by-method": dataset_by_method,
}
