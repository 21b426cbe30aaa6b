"""Analysis -> Table: which cells, how rounded, what is marked, what the notes say. No TeX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from paperforge.errors import InputError
from paperforge.latex.escape import plain, slug
from paperforge.latex.rounding import Rounding, column_rules, spread_kind, spread_of
from paperforge.model import (
    Aggregate,
    Analysis,
    Cell,
    Diagnostic,
    Mark,
    Missing,
    Note,
    Severity,
    Table,
)
from paperforge.spec import Dataset, Method, Metric, TableSpec
from paperforge.tables import marks, notes
from paperforge.tables.layouts import LAYOUTS, Grid, Slot

PLAIN = Rounding(0)


@dataclass(frozen=True, slots=True)
class View:
    """What one table shows of an analysis, in its order."""

    analysis: Analysis
    spec: TableSpec
    metrics: tuple[Metric, ...]
    methods: tuple[Method, ...]
    datasets: tuple[Dataset, ...]
    slots: tuple[Slot, ...]
    index: Mapping[tuple[str, str, str | None], Aggregate]
    rules: Mapping[tuple[str, str | None], Rounding]
    kind: str
    """The spread: sd, se, ci or none."""
    diagnostics: tuple[Diagnostic, ...]


def arrange(analysis: Analysis, spec: TableSpec | None = None) -> Table:
    """One table of the analysis.

    Raises InputError where the table asks for a name that the results do not have, or nothing is
    left to show; UsageError for an unknown spread.
    """
    spec = spec or TableSpec()
    if spec.layout not in LAYOUTS:
        allowed = ", ".join(LAYOUTS)
        raise InputError(f'there is no layout "{spec.layout}"', f"table {spec.name}", allowed)
    view = _view(analysis, spec)
    marking = marks.against_baseline(analysis, [m.name for m in view.metrics])
    homes = _homes(view, marking)
    letters = _letters(view)
    cells = {slot: _cells(view, slot, marking, homes, letters) for slot in view.slots}
    single = view.datasets[0] if len(view.datasets) == 1 else None
    placed = LAYOUTS[spec.layout](Grid(view.methods, view.slots, cells, single))
    return Table(
        name=spec.name,
        stub=placed.stub,
        columns=placed.columns,
        rows=placed.rows,
        notes=tuple(_notes(view, cells, placed.compared, marking, homes, letters)),
        caption=plain(spec.caption) or _caption(view),
        label=spec.label or f"tab:{slug(spec.name)}",
        diagnostics=(*view.diagnostics, *_warnings(view, marking, homes)),
    )


# ---------------------------------------------------------------------------------------------
# what to show
# ---------------------------------------------------------------------------------------------


def _view(analysis: Analysis, spec: TableSpec) -> View:
    metrics = tuple(_chosen(analysis.metrics, spec.metrics, "metric", spec))
    methods = tuple(_chosen(analysis.methods, spec.methods, "method", spec))
    datasets = tuple(_chosen(analysis.datasets, spec.datasets, "dataset", spec))
    if not (metrics and methods and datasets):
        raise InputError(
            "there is nothing to show",
            f"table {spec.name}",
            "the results need at least one metric, one method and one value",
        )
    baselines, ours = marks.roles(methods)
    if baselines and ours:
        methods = (*(m for m in methods if m not in ours), *ours)
    index = {(a.metric, a.method, a.dataset): a for a in analysis.aggregates}
    slots, left_out = _slots(analysis, spec, metrics, methods, datasets, index)
    return View(
        analysis,
        spec,
        metrics,
        methods,
        datasets,
        tuple(slots),
        index,
        column_rules(analysis, spec.spread),
        spread_kind(analysis, spec.spread),
        tuple(left_out),
    )


def _chosen[T: (Metric, Method, Dataset)](
    every: Sequence[T], names: Sequence[str], noun: str, spec: TableSpec
) -> Iterable[T]:
    """The named ones in the asked order; all where none is named."""
