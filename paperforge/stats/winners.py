"""Which methods cannot be told from the best one of a metric: a family of its own, on request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.model import BestSet
from paperforge.spec import Direction, Unit
from paperforge.stats.best import REPLICATES, best_set, best_set_blocks
from paperforge.stats.cells import shared_keys
from paperforge.stats.design import FOLD, SEED_LIKE
from paperforge.stats.means import satterthwaite

if TYPE_CHECKING:
    import numpy as np

    from paperforge.spec import DesignSpec
    from paperforge.stats.cells import Cells

SEVERAL = 2
UNPAIRED = ", unpaired: fewer than two {}s are shared by all methods"
"""Said of the test where runs were declared to be paired."""
OF_FOLDS = ", unpaired: folds are no independent blocks"


def winners(cells: Cells, spec: DesignSpec) -> BestSet | None:
    """The best-set of a metric over all its datasets, among the methods that have every cell.

    Runs: each method's mean over the datasets with its own variance. Runs that pair_by pairs,
    averaged over the datasets, examples, clusters or datasets: blocks that the methods share. Runs
    of which all methods share fewer than two are compared unpaired, and the test says so. None
    where the direction is not known, nothing is
    replicated or fewer than two methods are complete.
    """
    metric = cells.metric
    complete = [m for m in cells.methods if all((m, d) in cells.table for d in cells.datasets)]
    methods, datasets = sorted(complete), sorted(cells.datasets)  # draws are keyed by these places
    if metric.direction is None or cells.unit is Unit.NONE or len(methods) < SEVERAL:
        return None
    higher = metric.direction is Direction.HIGHER
    asked = cells.unit in (Unit.SEED, Unit.BOTH) and not SEED_LIKE.isdisjoint(spec.pair_by)
    scores = of_runs(cells, methods) if asked and FOLD not in spec.pair_by else None
    if cells.unit in (Unit.EXAMPLE, Unit.DATASET):
        scores = blocks(cells, methods)
        if scores is None or len(scores) < SEVERAL:
            return None
    if scores is not None:
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
        if asked:
            why = OF_FOLDS if FOLD in spec.pair_by else UNPAIRED.format(spec.pair_by[0])
            found = replace(found, test=found.test + why)
    inside, p = (dict(zip(methods, each, strict=True)) for each in (found.members, found.p))
    names = tuple(m for m in complete if inside[m])
    return BestSet(metric.name, names, tuple((m, p[m]) for m in complete), found.test, spec.alpha)


def of_runs(cells: Cells, methods: list[str]) -> np.ndarray | None:
    """Runs of equal key, shape (runs, methods), averaged over the datasets; None: fewer than two.

    Only those that every method has on every dataset, as in compare.on_run_averages().
    """
    import numpy as np

    alone = cells.datasets[0] if len(cells.datasets) == 1 else None
    row = [cells.averages.get(m) if alone is None else cells.table[m, alone] for m in methods]
    found = [c for c in row if c is not None and c.keyed]
    keys = shared_keys([c.keys for c in found])
    if len(found) < len(methods) or len(keys) < SEVERAL:
        return None
    return np.stack([c.values[np.searchsorted(c.keys, keys)] for c in found], axis=1)


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
