"""Resampling runs within tasks: what each replicate makes of an aggregate, in bounded memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats import keyed
from paperforge.stats.cells import FLAT
from paperforge.stats.runs_tasks import LOWER, UPPER, flat, iqm, mean, median, optimality_gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from paperforge.stats.runs_tasks import Scores

BLOCK = 1 << 17
"""Numbers in a block of resamples: about what a processor's cache holds."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An aggregate of one method, ready for resampling its N scores on T tasks."""

    name: str
    estimate: float
    sizes: tuple[int, ...]
    size: float
    """The largest score, without its sign."""
    values: np.ndarray
    """(N,): scores, cut off at gamma or at the quartiles where the aggregate does that."""
    factor: float
    """Times the mean of the task means of `values`, that is the aggregate to first order."""
    order: np.ndarray
    """(N,): how the scores are sorted."""
    sorted: np.ndarray


@dataclass(frozen=True, slots=True)
class Spread:
    """Over the replicates: the variance of an aggregate, and its slope along each task mean."""

    variance: float
    slopes: np.ndarray


def estimate(scores: Scores, name: str, gamma: float = 1.0) -> float:
    """The aggregate itself: "IQM", "mean", "median" (of task means) or "optimality gap"."""
    if name == "optimality gap":
        return optimality_gap(scores, gamma)
    return {"IQM": iqm, "mean": mean, "median": median}[name](scores)


def prepare(scores: Scores, name: str, gamma: float) -> Prepared:
    """Sort and cut once what every replicate uses. Each task has at least two runs."""
    import numpy as np

    values, _, weights = flat(scores)
    order = np.argsort(values, kind="stable")
    ranked, size, factor = values[order], float(np.abs(values).max()), 1.0
    if name == "optimality gap":
        values, factor = np.minimum(values, gamma), -1.0
    elif name == "IQM":
        reached = np.searchsorted(np.cumsum(weights[order]), [LOWER, UPPER])
        values, factor = np.clip(values, *ranked[reached]), 1 / (UPPER - LOWER)
    sizes = tuple(len(x) for x in scores)
    return Prepared(name, estimate(scores, name, gamma), sizes, size, values, factor, order, ranked)


def draw_counts(seed: int, replicates: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """How often each run is drawn: int64, shape (B, N). A task with n runs gets n - 1 draws.

    A draw is keyed by its task and its position there, whatever the other tasks are.
    """
    import numpy as np

    n = np.array(sizes)
    task = np.repeat(np.arange(len(n)), n - 1)
    position = np.arange(len(task)) - np.repeat(np.cumsum(n - 1) - (n - 1), n - 1)
    high = keyed.bits(seed, replicates, (task << 32) + position) >> np.uint64(32)
    drawn = ((high * n[task].astype(np.uint64)) >> np.uint64(32)).astype(np.int64)
    total = int(n.sum())
    drawn += (np.cumsum(n) - n)[task] + np.arange(len(replicates))[:, None] * total
    return np.bincount(drawn.ravel(), minlength=len(replicates) * total).reshape(-1, total)


def count_blocks(seed: int, replicates: int, sizes: Sequence[int]) -> Iterator[np.ndarray]:
    """The counts of all replicates, some rows at a time."""
    import numpy as np

    rows = max(1, BLOCK // sum(sizes))
    for start in range(0, replicates, rows):
        yield draw_counts(seed, np.arange(start, min(start + rows, replicates)), sizes)


def resample(group: Sequence[Prepared], replicates: int, seed: int) -> list[Spread]:
    """Spread of each aggregate; all of them have the same sizes, and get the same draws."""
    import numpy as np

    tasks, dots = len(group[0].sizes), [linear(one) for one in group]
    sums = np.zeros((len(group), 2))
    along = np.zeros((len(group), 4, tasks))
    for counts in count_blocks(seed, replicates, group[0].sizes):
        exact = counts.astype(float)
        for i, (one, dot) in enumerate(zip(group, dots, strict=True)):
            off, means = deviations(one, dot, counts, exact)
            sums[i] += off.sum(), off @ off
            if means is not None:
                along[i] += off @ means, means.sum(0), (means * means).sum(0), off.sum()
    out = []
    for one, (total, square), rows in zip(group, sums, along, strict=True):
        variance = max(0.0, square / replicates - (total / replicates) ** 2)
        slopes = np.full(tasks, one.factor / tasks)
        if one.name == "median":
            product, mean_sum, mean_square, off_sum = rows / replicates
            width = mean_square - mean_sum**2
            flat_tasks = width <= (FLAT * one.size) ** 2
            slopes = (product - off_sum * mean_sum) / np.where(flat_tasks, np.inf, width)
        out.append(Spread(variance if math.sqrt(variance) > FLAT * one.size else 0.0, slopes))
    return out


def paired_variance(a: Prepared, b: Prepared, replicates: int, seed: int) -> float:
    """Variance of the difference of two aggregates of which the same runs are drawn."""
    first, second = linear(a), linear(b)
    total = square = 0.0
    for counts in count_blocks(seed, replicates, a.sizes):
        exact = counts.astype(float)
        off = deviations(a, first, counts, exact)[0] - deviations(b, second, counts, exact)[0]
        total, square = total + float(off.sum()), square + float(off @ off)
    variance = max(0.0, square / replicates - (total / replicates) ** 2)
    return variance if math.sqrt(variance) > FLAT * max(a.size, b.size) else 0.0


def linear(one: Prepared) -> np.ndarray:
    """What counts are multiplied with: (N, 1) gives the aggregate, (N, T) the task means.

    Everything is taken from its task's mean, so that products of counts are deviations.
    """
    import numpy as np

    sizes = np.array(one.sizes)
    task = np.repeat(np.arange(len(sizes)), sizes)
    centre = np.add.reduceat(one.values, np.cumsum(sizes) - sizes) / sizes
    apart = (one.values - centre[task]) / (sizes[task] - 1)
    if one.name == "median":
        return np.where(task[:, None] == np.arange(len(sizes)), apart[:, None], 0.0)
    return np.asarray(apart[:, None] * one.factor / len(sizes))


def deviations(
    one: Prepared, dot: np.ndarray, counts: np.ndarray, exact: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """Resampled aggregates less the estimate, (B,); for the median also those of the task means."""
    import numpy as np

    if one.name == "IQM":
        return quartile_means(one, counts) - one.estimate, None
    means = exact @ dot
    if one.name != "median":
        return means[:, 0], None
    starts = np.cumsum(one.sizes) - np.array(one.sizes)
    centre = np.add.reduceat(one.values, starts) / np.array(one.sizes)
    return np.median(means + centre, axis=1) - one.estimate, means


def quartile_means(one: Prepared, counts: np.ndarray) -> np.ndarray:
    """Interquartile means of resamples, (B,), without sorting them.

    With C_k the weight at or below the k-th smallest score x_k, the integral of the quantile
    function from 1/4 to 3/4 is 3/4 x_N - 1/4 x_1 - sum over k of (x_k+1 - x_k) C_k, C_k held within
    the quartiles.
    """
    import numpy as np

    sizes = np.array(one.sizes)
    ranked = np.take(counts, one.order, axis=1)
    if len(set(one.sizes)) == 1:
        total = float(len(sizes) * (sizes[0] - 1))
        reached = np.cumsum(ranked, axis=1, dtype=np.int32)
    else:
        total = 1.0
        weights = np.repeat(1 / (len(sizes) * (sizes - 1)), sizes)[one.order]
        reached = np.cumsum(ranked * weights, axis=1)
    held = np.clip(reached[:, :-1], LOWER * total, UPPER * total, dtype=float)
    inside = held @ (np.diff(one.sorted) / total)
    edges = UPPER * one.sorted[-1] - LOWER * one.sorted[0]
    return np.asarray((edges - inside) / (UPPER - LOWER))
