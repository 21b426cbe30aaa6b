"""What one table shows of an analysis: its metrics, methods, datasets and columns, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.latex.rounding import Rounding, column_rules, spread_kind
from paperforge.model import Aggregate, Analysis, Diagnostic, Missing, Severity
from paperforge.spec import Dataset, Method, Metric, TableSpec
from paperforge.tables.layouts import Slot
from paperforge.tables.marks import sides

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Named = TypeVar("Named", Metric, Method, Dataset)


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


def choose(analysis: Analysis, spec: TableSpec) -> View:
    """What the table shows: ours after the baselines, otherwise in the paper's order.

    Raises InputError where it asks for a name that the results do not have, or nothing is left.
    """
    metrics = tuple(_chosen(analysis.metrics, spec.metrics, "metric", spec))
    methods = tuple(_chosen(analysis.methods, spec.methods, "method", spec))
    datasets = tuple(_chosen(analysis.datasets, spec.datasets, "dataset", spec))
    if not (metrics and methods and datasets):
        raise InputError(
            "there is nothing to show",
            f"table {spec.name}",
            "the results need at least one metric, one method and one value",
        )
    baselines, ours = sides(methods)
    if baselines and ours:
        methods = (*(m for m in methods if m not in ours), *ours)
    index = {(a.metric, a.method, a.dataset): a for a in analysis.aggregates}
    whole = set(datasets) == set(analysis.datasets)
    over = spec.average and whole and len(datasets) > 1
    averaged = analysis.design.over_datasets if over else ""
    slots, left_out = _slots(spec, metrics, methods, datasets, index, averaged=averaged)
    if spec.average and not whole:
        place = analysis.design.place
        message = f"no average: it is over all {place}s, and this table shows some of them"
        left_out.append(note(spec, message))
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


def _chosen(
    every: Sequence[Named], names: Sequence[str], noun: str, spec: TableSpec
) -> Iterable[Named]:
    """The named ones in the asked order; all where none is named."""
    known = {one.name: one for one in every}
    for name in names:
        if name not in known:
            raise InputError(
                f'the results have no {noun} "{plain(name)}"',
                f"table {spec.name}",
                f"{_near(name, known)}they have {', '.join(plain(k) for k in known)}",
            )
    return [known[name] for name in dict.fromkeys(names)] if names else every


def _near(name: str, known: Iterable[str]) -> str:
    """The question after a name that is nearly right, in any case of letters; or nothing."""
    from difflib import get_close_matches

    folded = {k.casefold(): k for k in known if k}
    near = get_close_matches(name.casefold(), folded, n=1)
    return f"did you mean {plain(folded[near[0]])}? " if near else ""


def _slots(
    spec: TableSpec,
    metrics: Sequence[Metric],
    methods: Sequence[Method],
    datasets: Sequence[Dataset],
    index: Mapping[tuple[str, str, str | None], Aggregate],
    *,
    averaged: str,
) -> tuple[list[Slot], list[Diagnostic]]:
    """The columns of the standard layout: each metric on each dataset, then its average.

    averaged: the heading of the numbers over all datasets; empty: they are left out.
    """
    slots: list[Slot] = []
    left_out: list[Diagnostic] = []
    for metric in metrics:
        known = [d for d in datasets if _says_something(metric, d, methods, index)] or datasets
        slots += [Slot(metric, d.name, plain(d.label)) for d in known]
        left_out += [
            note(
                spec, f"no method has a value of {plain(metric.name)} on {plain(d.label)}: left out"
            )
            for d in datasets
            if d not in known
        ]
        if averaged:
            averages = [index.get((metric.name, m.name, None)) for m in methods]
            if any(a is not None and a.mean is not None for a in averages):
                slots.append(Slot(metric, None, averaged))
    return slots, left_out


def _says_something(
    metric: Metric,
    dataset: Dataset,
    methods: Sequence[Method],
    index: Mapping[tuple[str, str, str | None], Aggregate],
) -> bool:
    """Whether a column holds a number, or a reason other than that nobody ran it."""
    found = (index.get((metric.name, m.name, dataset.name)) for m in methods)
    return any(
        a is not None and (a.mean is not None or a.missing not in (None, Missing.NOT_RUN))
        for a in found
    )


def note(spec: TableSpec, message: str, hint: str = "") -> Diagnostic:
    """Say something about the table that its author may want to know."""
    return Diagnostic(Severity.NOTE, f"table {spec.name}", message, hint)
