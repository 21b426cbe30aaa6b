"""Which methods cannot be told from the best one of a metric: a family of its own, on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.model import BestSet
from paperforge.spec import Direction, Unit
from paperforge.stats.best import REPLICATES, best_set, best_set_blocks
from paperforge.stats.cells import shared_keys
from paperforge.stats.means import satterthwaite

if TYPE_CHECKING:
    import numpy as np

    from paperforge.spec import DesignSpec
    from paperforge.stats.cells import Cells

SEVERAL = 2


def winners(cells: Cells, spec: DesignSpec) -> BestSet | None:
    """The best-set of a metric over all its datasets, among the methods that have every cell.

    Runs: each method's mean over the datasets with its own variance. Examples, clusters or
    datasets: blocks that the methods share. None where the direction is not known, nothing is
    replicated or fewer than two methods are complete.
    """
    metric = cells.metric
    complete = [m for m in cells.methods if all((m, d) in cells.table for d in cells.datasets)]
    methods, datasets = sorted(complete), sorted(cells.datasets)  # draws are keyed by these places
    if metric.direction is None or cells.unit is Unit.NONE or len(methods) < SEVERAL:
        return None
    higher = metric.direction is Direction.HIGHER
    if cells.unit in (Unit.EXAMPLE, Unit.DATASET):
        scores = blocks(cells, methods)
        if scores is None or len(scores) < SEVERAL:
            return None
        found = best_set_blocks(
            scores,
            higher=higher,
            alpha=spec.alpha,
            seed=spec.seed,
            engine=spec.engine,
            replicates=spec.draws or REPLICATES,
        )
    else:
        d = len(datasets)
        rows = [[cells.table[m, name] for name in datasets] for m in methods]
        parts = [satterthwaite([(c.variance / d**2, c.df) for c in row]) for row in rows]
        means = [sum(c.mean for c in row) / d for row in rows]
        if any(c.n < SEVERAL for row in rows for c in row):
            return None
        found = best_set(
            means,
            [v for v, _ in parts],
            [df for _, df in parts],
            higher=higher,
            alpha=spec.alpha,
            seed=spec.seed,
            replicates=spec.draws or REPLICATES,
        )
    inside, p = (dict(zip(methods, each, strict=True)) for each in (found.members, found.p))
    names = tuple(m for m in complete if inside[m])
    return BestSet(metric.name, names, tuple((m, p[m]) for m in complete), found.test, spec.alpha)


def blocks(cells: Cells, methods: list[str]) -> np.ndarray | None:
    """Scores of shape (blocks, methods) whose column means are the methods' averages.

    Examples that all methods share, each dataset with the same weight; those of a cluster, or of an
    item that is in several datasets, are one block. None where a dataset has none in common.
    """
    import numpy as np

    if cells.unit is Unit.DATASET:
        return np.array([[cells.table[m, d].mean for m in methods] for d in sorted(cells.datasets)])
    parts, codes = [], []
    for dataset in sorted(cells.datasets):
        row = [cells.table[m, dataset] for m in methods]
        keys = shared_keys([c.keys for c in row])
        if not len(keys) or not all(c.keyed for c in row):
            return None
        at = [np.searchsorted(c.keys, keys) for c in row]
        values = np.stack([c.values[i] for c, i in zip(row, at, strict=True)], axis=1)
        parts.append(values / (len(keys) * len(cells.datasets)))
        groups = row[0].groups
        codes.append(None if groups is None else groups[at[0]])
    whole = np.concatenate(parts)
    if any(code is None for code in codes):
        return whole * len(whole)
    code = np.unique(np.concatenate([c for c in codes if c is not None]), return_inverse=True)[1]
    sums = np.stack([np.bincount(code, column) for column in whole.T], axis=1)
    return np.asarray(sums * len(sums))
