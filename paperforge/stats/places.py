"""Mean ranks of the methods over datasets that are fixed: a description, which no test reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.model import Rank
from paperforge.spec import Direction

if TYPE_CHECKING:
    from paperforge.model import Analysis
    from paperforge.spec import Metric

SEVERAL = 2


def places(analysis: Analysis) -> tuple[Rank, ...]:
    """The mean rank of every complete method, on each metric with a direction; 1 is best.

    Ranked within each dataset by the cells' means, ties averaged, among the methods that have a
    number on every dataset of the metric: one that lacks a dataset has no mean rank. Nothing for a
    metric with fewer than two datasets or complete methods, or whose ranks the test over datasets
    gave (Analysis.ranks) for every method.
    """
    ranked = {(rank.metric, rank.method) for rank in analysis.ranks}
    found: list[Rank] = []
    for metric in analysis.metrics:
        if metric.direction is None:
            continue
        made = of_metric(analysis, metric)
        if any((metric.name, one.method) not in ranked for one in made):
            found += made
    return tuple(found)


def of_metric(analysis: Analysis, metric: Metric) -> list[Rank]:
    """The mean ranks on one metric."""
    import numpy as np

    from paperforge.stats.ranks import rank

    means = {
        (a.method, a.dataset): a.mean
        for a in analysis.aggregates
        if a.metric == metric.name and a.dataset is not None and a.mean is not None
    }
    datasets = [d.name for d in analysis.datasets if any(at[1] == d.name for at in means)]
    methods = [m.name for m in analysis.methods if all((m.name, d) in means for d in datasets)]
    if len(datasets) < SEVERAL or len(methods) < SEVERAL:
        return []
    scores = np.array([[means[m, d] for m in methods] for d in datasets])
    ranks = rank(scores, higher=metric.direction is Direction.HIGHER).mean(axis=0)
    return [
        Rank(metric.name, m, float(r), len(datasets)) for m, r in zip(methods, ranks, strict=True)
    ]
