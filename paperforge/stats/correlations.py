"""How metrics, or datasets, agree: their correlation over the methods, or over the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Correlations

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import numpy as np

    from paperforge.model import Aggregate, Analysis
    from paperforge.spec import FigureSpec

FEWEST = 4
"""Observations: of three, ranks have six orders, and each is as good as any."""
ENOUGH_METHODS = 5
"""From so many methods on their means are correlated; below, their runs, where these are more."""
Column = "Mapping[Hashable, float]"


def correlations(analysis: Analysis, spec: FigureSpec) -> Correlations:
    """Correlate the metrics, or with a metric named (or one alone) the datasets.

    Over the methods' means; where fewer than ENOUGH_METHODS have some, over the runs (every method
    and dataset together), matched by their names, where these are more. Pairs of which one lacks an
    observation are correlated over the others. Raises InputError where there are not two of
    anything.
    """
    several = len(analysis.datasets) > 1 and len(spec.datasets) != 1
    if several and (spec.metric or len(analysis.metrics) == 1):
        return _datasets(analysis, spec)
    if len(analysis.metrics) > 1:
        return _metrics(analysis, spec)
    raise InputError(
        "a correlation needs two metrics, or two datasets of one metric",
        f"figure {spec.name}",
        "add a metric or a dataset to the results, or leave out this figure",
    )


def _metrics(analysis: Analysis, spec: FigureSpec) -> Correlations:
    """Correlate the metrics over the methods: their averages, or on the one dataset named."""
    place = None
    if len(spec.datasets) == 1:
        place = spec.datasets[0]
    elif len(analysis.datasets) == 1:
        place = analysis.datasets[0].name
    rows = [a for a in analysis.aggregates if _wanted(a, spec)]
    means = {m.name: _means(rows, m.name, place) for m in analysis.metrics}
    inside = [a for a in rows if place is None or a.dataset == place]
    runs = {m.name: _runs([a for a in inside if a.metric == m.name]) for m in analysis.metrics}
    labels = {m.name: m.label for m in analysis.metrics}
    columns, over = _chosen(means, runs)
    return correlated("metrics", columns, labels, over, spec.statistic, dataset=place)


def _datasets(analysis: Analysis, spec: FigureSpec) -> Correlations:
    """Correlate the datasets over the methods, of one metric."""
    metric = spec.metric or analysis.metrics[0].name
    wanted = [d for d in analysis.datasets if not spec.datasets or d.name in spec.datasets]
    rows = [a for a in analysis.aggregates if a.metric == metric and _wanted(a, spec)]
    means = {d.name: _means(rows, metric, d.name) for d in wanted}
    labels = {d.name: d.label for d in wanted}
    return correlated("datasets", means, labels, "method", spec.statistic, metric=metric)


def _wanted(a: Aggregate, spec: FigureSpec) -> bool:
    named = a.dataset is None or not spec.datasets or a.dataset in spec.datasets
    return named and (not spec.methods or a.method in spec.methods)


def _means(rows: Sequence[Aggregate], metric: str, place: str | None) -> dict[Hashable, float]:
    return {
        a.method: a.mean
        for a in rows
        if a.metric == metric and a.dataset == place and a.mean is not None
    }


def _runs(rows: Sequence[Aggregate]) -> dict[Hashable, float]:
    return {
        (a.method, a.dataset, key): value
        for a in rows
        if a.dataset is not None
        for key, value in zip(a.keys, a.values, strict=False)
    }


def _chosen(
    means: Mapping[str, Mapping[Hashable, float]], runs: Mapping[str, Mapping[Hashable, float]]
) -> tuple[Mapping[str, Mapping[Hashable, float]], str]:
    """The methods' means, or the runs where the methods are few."""
    methods = max(map(len, means.values()), default=0)
    if methods < ENOUGH_METHODS and max(map(len, runs.values()), default=0) > methods:
        return runs, "run"
    return means, "method"


def correlated(
    of: str,
    columns: Mapping[str, Mapping[Hashable, float]],
    labels: Mapping[str, str],
    over: str,
    statistic: str = "",
    *,
    metric: str = "",
    dataset: str | None = None,
) -> Correlations:
    """Correlate columns (name -> observation -> value), each pair over what both have."""
    import numpy as np

    function = pearson if statistic == "pearson" else spearman
    names = tuple(name for name in columns if columns[name])
    values: list[list[float | None]] = [[None] * len(names) for _ in names]
    n = [[0] * len(names) for _ in names]
    for i, one in enumerate(names):
        for j in range(i, len(names)):
            other = columns[names[j]]
            shared = [key for key in columns[one] if key in other]
            x, y = (np.array([columns[c][k] for k in shared]) for c in (one, names[j]))
            n[i][j] = n[j][i] = len(shared)
            if len(shared) >= FEWEST:
                values[i][j] = values[j][i] = function(x, y)
    return Correlations(
        of,
        names,
        tuple(labels[name] for name in names),
        tuple(map(tuple, values)),
        tuple(map(tuple, n)),
        over,
        statistic or "spearman",
        metric,
        dataset,
    )


def spearman(x: np.ndarray, y: np.ndarray) -> float | None:
    """Spearman's rank correlation of two arrays of shape (n,): Pearson's of mid-ranks.

    Source: Spearman 1904 (The American Journal of Psychology 15(1)); ties by mid-ranks (Kendall &
    Gibbons 1990, Rank Correlation Methods, 3.8). None where one has no spread.
    """
    return pearson(midranks(x), midranks(y))


def pearson(x: np.ndarray, y: np.ndarray) -> float | None:
    """Pearson's correlation of two arrays of shape (n,); None where one has no spread."""
    import numpy as np

    x, y = (a / (float(np.abs(a).max()) or 1.0) for a in (x, y))
    x, y = x - x.mean(), y - y.mean()
    xx, yy = float(np.sqrt(x @ x)), float(np.sqrt(y @ y))
    least = 1e-12 * len(x)
    if xx <= least or yy <= least:
        return None
    return max(-1.0, min(1.0, float(x @ y) / (xx * yy)))


def midranks(x: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal values share the mean of theirs."""
    import numpy as np

    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place], dtype=float)
