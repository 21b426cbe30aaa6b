"""Small changes of results: runs left out, datasets left out, and what a change makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.design import SEED_LIKE
from paperforge.stats.null import merged_sample
from paperforge.stats.substitute import Substitute, without

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from paperforge.model import Decision, Results, Sample, Scores
    from paperforge.spec import DesignSpec, Metric

    Place = tuple[str, str]
    """Method, dataset."""

Row = tuple[str, str, int]
"""Method, dataset, key (of rows that have none: the place)."""
KEPT = 2
"""Replicates that a cell keeps, at least."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is other than in the results."""

    dropped: frozenset[Row] = frozenset()
    turned: frozenset[tuple[Row, float]] = frozenset()
    """Rows that get this value."""
    datasets: frozenset[str] = frozenset()
    """Left out."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change that counts as one."""

    name: str
    change: Change


def substitute(
    results: Results,
    metric: Metric,
    unit: Unit,
    change: Change,
    scores: Mapping[Place, Scores] | None = None,
) -> Substitute:
    """The results with the change, of one metric.

    scores: of every cell, where runs and examples are both drawn anew (unit BOTH).
    """
    datasets = tuple(d for d in results.datasets if d.name not in change.datasets)
    draw = partial(changed, results, unit, change, scores=scores or {})
    runs = change.dropped if unit is Unit.BOTH else frozenset()
    return Substitute(results, draw, (metric,), datasets, left_out=runs)


def changed(
    results: Results,
    changed_unit: Unit,
    change: Change,
    metric: str,
    unit: Unit,
    *,
    scores: Mapping[Place, Scores],
) -> tuple[Sample, ...]:
    """The samples of a metric after the change, which is one of rows of `changed_unit`.

    Of BOTH the rows are runs: without one, every example's score is the mean of the others.
    """
    samples = results.samples(metric, unit)
    if not (change.dropped or change.turned):
        return samples
    if changed_unit is Unit.BOTH and unit is Unit.EXAMPLE:
        return tuple(averaged(s, scores.get((s.method, s.dataset)), change) for s in samples)
    if unit is not changed_unit and (changed_unit is not Unit.BOTH or unit is not Unit.SEED):
        return samples
    return tuple(altered(s, change) for s in samples)


def averaged(sample: Sample, scores: Scores | None, change: Change) -> Sample:
    """The examples of one cell, each with the mean of the runs that are left."""
    import numpy as np

    if scores is None:
        return sample
    left = without(scores, change.dropped)
    if left is scores:
        return sample
    keys, at = np.unique(left.examples, return_inverse=True)
    n = np.bincount(at)
    values = np.bincount(at, left.values) / n
    within = np.bincount(at, (left.values - values[at]) ** 2)
    clusters = sample.clusters
    if clusters is not None:
        order = np.argsort(sample.keys)
        clusters = clusters[order[np.searchsorted(sample.keys[order], keys)]]
    made = replace(sample, keys=keys, values=values, clusters=clusters)
    return replace(made, repeats=n, within=within)


def altered(sample: Sample, change: Change) -> Sample:
    """One cell after the change; itself where the change is none of its rows."""
    import numpy as np

    at, made = (sample.method, sample.dataset), sample
    gone = [key for *place, key in change.dropped if tuple(place) == at]
    new = {row[2]: value for row, value in change.turned if row[:2] == at}
    if new:
        values, names = made.values.astype(float).copy(), keys_of(made)
        rows = np.flatnonzero(np.isin(names, list(new)))
        values[rows] = [new[int(k)] for k in names[rows]]
        made = replace(made, values=values)
        if made.within is not None:  # every run behind a new value has that value
            made = replace(made, within=np.where(np.isin(names, list(new)), 0.0, made.within))
    if gone:
        made = taken(made, ~np.isin(keys_of(made), gone))
    return made


def keys_of(sample: Sample) -> np.ndarray:
    """Names of the rows."""
    import numpy as np

    return np.asarray(sample.keys) if sample.keyed else np.arange(len(sample.values))


def taken(sample: Sample, rows: np.ndarray) -> Sample:
    """The sample with these rows only, and with what stands beside them."""
    clusters, repeats, within = (
        None if column is None else column[rows]
        for column in (sample.clusters, sample.repeats, sample.within)
    )
    keys, values = sample.keys[rows], sample.values[rows]
    return replace(
        sample, keys=keys, values=values, clusters=clusters, repeats=repeats, within=within
    )


def cells(results: Results, d: Decision) -> list[tuple[float, Sample]]:
    """The cells that a decision compares: +1 for those of a, -1 for those of b; one row a key."""
    sign = {d.a: 1.0, d.b: -1.0}
    return [
        (sign[s.method], merged_sample(s))
        for s in scored(results, d)
        if s.method in sign and d.scope in (None, s.dataset) and len(s.values)
    ]


def scored(results: Results, d: Decision) -> Sequence[Sample]:
    """The scores; of a metric of sums what every run has, or what every example adds to it."""
    summed = next((m for m in results.metrics if m.name == d.metric and m.corpus), None)
    if summed is None:
        return results.samples(d.metric, d.unit)
    if d.unit is not Unit.EXAMPLE:
        return run_samples(results, summed)
    from paperforge.stats.corpus_crossed import of_sums

    return of_sums(results, summed)


def runs(
    results: Results, spec: DesignSpec, d: Decision, noun: str
) -> tuple[list[Step], list[Step]]:
    """Runs to leave out, those first whose loss moves the estimate most against the verdict.

    All that can be left out alone; and those that can be left out together. Every cell keeps two
    replicates. noun: what a run is called.
    """
    together = not SEED_LIKE.isdisjoint(spec.pair_by)
    compared = cells(results, d)
    rows: dict[tuple[str, str, int], list[tuple[Row, float]]] = {}
    named: set[tuple[str, str, int]] = set()
    for sign, s in compared:
        n, mean = len(s.values), float(s.values.mean())
        for key, value in zip(keys_of(s).tolist(), s.values.tolist(), strict=True):
            place = (
                "" if together and s.keyed else s.method,
                "" if (together or results.shared_runs) and s.keyed else s.dataset,
                key,
            )
            moved = sign * (value - mean) / n
            rows.setdefault(place, []).append(((s.method, s.dataset, key), moved))
            named.update([place] if s.keyed else [])
    if together and d.paired:
        rows = {at: of for at, of in rows.items() if at[0] or partnered(of, d, len(compared))}
    forward = direction(d)
    order = sorted(rows, key=lambda at: (-forward * sum(m for _, m in rows[at]), at))
    left = {(s.method, s.dataset): len(s.values) for _, s in compared}
    alone = []
    for at in order:
        drop = frozenset(row for row, _ in rows[at])
        if all(left[m, dataset] > KEPT for m, dataset, _ in drop):
            name = results.names.get(at[2], at[2]) if at in named else at[2]
            alone.append(Step(f"{title(at, drop, d)}, {noun} {name}", Change(dropped=drop)))
    jointly = []
    for step in alone:
        if all(left[m, dataset] > KEPT for m, dataset, _ in step.change.dropped):
            for m, dataset, _ in step.change.dropped:
                left[m, dataset] -= 1
            jointly.append(step)
    return alone, jointly


def partnered(rows: Sequence[tuple[Row, float]], d: Decision, cells: int) -> bool:
    """Whether a paired comparison uses a replicate that both methods have.

    On every dataset, where it is averaged over them first.
    """
    if d.test.endswith("averages"):
        return len(rows) == cells
    methods: dict[str, set[str]] = {}
    for (method, dataset, _), _ in rows:
        methods.setdefault(dataset, set()).add(method)
    return any(len(of) > 1 for of in methods.values())


def title(at: tuple[str, str, int], drop: frozenset[Row], d: Decision) -> str:
    """Name the cell of a run: "y on d1"."""
    method, dataset, _ = at
    who = method or f"{d.a} and {d.b}"
    where = dataset if dataset or len({row[1] for row in drop}) > 1 else next(iter(drop))[1]
    return f"{who}{' on ' if where else ''}{where}"


def direction(d: Decision) -> float:
    """Sign of the rows to lose first: those that made the difference, or those that hid it."""
    up = 1.0 if (d.estimate or 0.0) >= 0 else -1.0
    return up if d.decided else -up
