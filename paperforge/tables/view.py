"""What one table shows of an analysis: its metrics, methods, datasets and columns, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from paperforge.errors import InputError
from paperforge.latex.columns import column_rules, columns_of, spread_kind
from paperforge.latex.escape import plain
from paperforge.model import Aggregate, Analysis, Diagnostic, Missing, Severity
from paperforge.model.order import ours_last
from paperforge.spec import Dataset, Method, Metric, TableSpec
from paperforge.tables import extras, groups
from paperforge.tables.layouts import Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from paperforge.latex.columns import Columns
    from paperforge.latex.rounding import Rounding

Named = TypeVar("Named", Metric, Method, Dataset)


@dataclass(frozen=True, slots=True)
class View:
    """What one table shows of an analysis, in its order."""

    analysis: Analysis
    spec: TableSpec
    metrics: tuple[Metric, ...]
    methods: tuple[Method, ...]
    datasets: tuple[Dataset, ...]
    names: tuple[str, ...]
    """Of the methods."""
    slots: tuple[Slot, ...]
    columns: Columns
    """(metric, dataset or None) -> its aggregates by method."""
    rules: Mapping[tuple[str, str | None], Rounding]
    kinds: Mapping[str, str]
    """Metric -> its spread: sd, se, ci or none."""
    diagnostics: tuple[Diagnostic, ...]
    groups: groups.Groups
    """The author's headings; methods and datasets are in their order."""
    lacking: Mapping[tuple[str, str], Missing]
    """(metric, method) -> why it has no average: the reason of its first empty cell."""

    def find(self, metric: str, method: str, dataset: str | None) -> Aggregate | None:
        """The aggregate of a cell; dataset None: the average."""
        return self.columns.get((metric, dataset), {}).get(method)

    def lacks(self, metric: str, method: str) -> Missing | None:
        """Why a method of the table has no average; None where its row is whole."""
        return self.lacking.get((metric, method))


def choose(analysis: Analysis, spec: TableSpec) -> View:
    """What the table shows: ours after the baselines, otherwise in the paper's order.

    Raises InputError where it asks for a name that the results do not have, or nothing is left.
    """
    single = extras.reported(analysis, spec)
    every = [m for m in analysis.metrics if spec.metrics or m not in single]
    metrics = tuple(named(every or analysis.metrics, spec.metrics, "metric", spec))
    methods = tuple(named(analysis.methods, spec.methods, "method", spec))
    datasets = tuple(named(analysis.datasets, spec.datasets, "dataset", spec))
    if not (metrics and methods and datasets):
        raise InputError(
            "there is nothing to show",
            f"table {spec.name}",
            "the results need at least one metric, one method and one value",
        )
    methods = ours_last(methods)
    headings = groups.read(spec, methods, datasets)
    methods = groups.ordered(methods, headings.methods)
    datasets = groups.ordered(datasets, headings.datasets)
    columns = columns_of(analysis)
    whole = set(datasets) == set(analysis.datasets)
    over = spec.average and whole and len(datasets) > 1
    averaged = analysis.design.over_datasets if over else ""
    slots, left_out = _slots(spec, metrics, methods, datasets, columns, averaged=averaged)
    slots, said = _with_extras(analysis, spec, slots, whole=whole)
    left_out += said
    slots += extras.beside(spec, metrics, single)
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
        tuple([method.name for method in methods]),
        tuple(slots),
        columns,
        column_rules(analysis, spec.spread, columns),
        {m.name: spread_kind(analysis, m.name, spec.spread) for m in analysis.metrics},
        tuple(left_out),
        headings,
        _lacking(slots, methods, datasets, columns),
    )


def named(every: Sequence[Named], names: Sequence[str], noun: str, spec: TableSpec) -> list[Named]:
    """The named ones in the asked order; all where none is named.

    Raises InputError for a name that is not there, with those that are.
    """
    known = {one.name: one for one in every}
    for name in names:
        if name not in known:
            raise InputError(
                f'the results have no {noun} "{plain(name)}"',
                f"table {spec.name}",
                f"{_near(name, known)}they have {', '.join(plain(k) for k in known)}",
            )
    return [known[name] for name in dict.fromkeys(names)] if names else list(every)


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
    columns: Columns,
    *,
    averaged: str,
) -> tuple[list[Slot], list[Diagnostic]]:
    """The columns of the standard layout: each metric on each dataset, then its average.

    averaged: the heading of the numbers over all datasets; empty: they are left out.
    """
    slots: list[Slot] = []
    left_out: list[Diagnostic] = []
    for metric in metrics:
        known = [d for d in datasets if _says_something(metric, d, methods, columns)] or datasets
        slots += [Slot(metric, d.name, plain(d.label)) for d in known]
        left_out += [
            note(
                spec, f"no method has a value of {plain(metric.name)} on {plain(d.label)}: left out"
            )
            for d in datasets
            if d not in known
            and (d.label or len(datasets) == 1)  # rows that name none are of others
        ]
        if averaged:
            averages = map(columns.get((metric.name, None), {}).get, (m.name for m in methods))
            if any(a is not None and a.mean is not None for a in averages):
                slots.append(Slot(metric, None, averaged))
    return slots, left_out


def _with_extras(
    analysis: Analysis, spec: TableSpec, slots: Sequence[Slot], *, whole: bool
) -> tuple[list[Slot], list[Diagnostic]]:
    """The columns with those that are asked for beside each metric, at its end."""
    found: list[Slot] = []
    said: list[Diagnostic] = []
    for metric in dict.fromkeys(slot.metric for slot in slots):
        more, why = extras.of_metric(analysis, spec, metric, whole=whole)
        found += [*(slot for slot in slots if slot.metric == metric), *more]
        said += why
    return found, said


def _lacking(
    slots: Sequence[Slot], methods: Sequence[Method], datasets: Sequence[Dataset], columns: Columns
) -> dict[tuple[str, str], Missing]:
    """(metric, method) -> the reason of its first empty cell, of metrics that show averages."""
    found: dict[tuple[str, str], Missing] = {}
    for metric in dict.fromkeys(slot.metric.name for slot in slots if slot.dataset is None):
        single = [s.dataset for s in slots if s.metric.name == metric and s.dataset is not None]
        for dataset in single or [d.name for d in datasets]:
            column = columns.get((metric, dataset), {})
            for method in methods:
                one = column.get(method.name)
                if one is None or one.mean is None:
                    reason = (one and one.missing) or Missing.NOT_RUN
                    found.setdefault((metric, method.name), reason)
    return found


def _says_something(
    metric: Metric,
    dataset: Dataset,
    methods: Sequence[Method],
    columns: Columns,
) -> bool:
    """Whether a column holds a number, or a reason other than that nobody ran it."""
    found = map(columns.get((metric.name, dataset.name), {}).get, (m.name for m in methods))
    return any(
        a is not None and (a.mean is not None or a.missing not in (None, Missing.NOT_RUN))
        for a in found
    )


def note(spec: TableSpec, message: str, hint: str = "") -> Diagnostic:
    """Say something about the table that its author may want to know."""
    return Diagnostic(Severity.NOTE, f"table {spec.name}", message, hint)
