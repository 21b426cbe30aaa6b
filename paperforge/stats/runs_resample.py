"""Resampling runs within tasks: what each replicate makes of an aggregate, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats import keyed
from paperforge.stats.cells import FLAT
from paperforge.stats.runs_tasks import flat, iqm, limits, mean, median, optimality_gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from paperforge.stats.runs_tasks import Scores

BLOCK = 1 << 17
"""Numbers in a block of resamples: about what a processor's cache holds."""

SMALL = 1 << 15
"""So many runs are counted in 16 bits."""


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
    sizes = tuple(len(x) for x in scores)
    order = np.argsort(values, kind="stable")
    ranked, size, factor = values[order], float(np.abs(values).max()), 1.0
    if name == "optimality gap":
        values, factor = np.minimum(values, gamma), -1.0
    elif name == "IQM":
        lower, upper = limits(sizes)
        reached = np.searchsorted(np.cumsum(weights[order]), [lower, upper])
        values, factor = np.clip(values, *ranked[reached]), 1 / (upper - lower)
    return Prepared(name, estimate(scores, name, gamma), sizes, size, values, factor, order, ranked)


def draw_counts(
    seed: int, replicates: np.ndarray, sizes: Sequence[int], engine: str = "numpy"
) -> np.ndarray:
    """How often each run is drawn: shape (B, N). A task with n runs gets n - 1 draws.

    A draw is keyed by its task and its position there, whatever the other tasks are. engine:
    keyed.engine(); the counts are the same.
    """
    import numpy as np

    n = np.array(sizes)
    task = np.repeat(np.arange(len(n)), n - 1)
    position = np.arange(len(task)) - np.repeat(np.cumsum(n - 1) - (n - 1), n - 1)
    total, first, keys = int(n.sum()), (np.cumsum(n) - n)[task], (task << 32) + position
    small = np.int16 if total < SMALL else np.int64  # small numbers are quick to add
    if keyed.engine(engine) == "torch":
        from paperforge.stats import keyed_torch

        found = keyed_torch.counts(seed, replicates, keys, (n[task], first), total)
        return np.asarray(found.cpu().numpy(), dtype=small)
    high = keyed.bits(seed, replicates, keys) >> np.uint64(32)
    drawn = ((high * n[task].astype(np.uint64)) >> np.uint64(32)).astype(np.int64)
    drawn += first + np.arange(len(replicates))[:, None] * total
    counts = np.bincount(drawn.ravel(), minlength=len(replicates) * total).reshape(-1, total)
    return counts.astype(small)


def count_blocks(
    seed: int, replicates: int, sizes: Sequence[int], width: int = 0, engine: str = "numpy"
) -> Iterator[np.ndarray]:
    """The counts of all replicates, some rows at a time; `width`: of what is made of a row."""
    import numpy as np

    rows = max(1, BLOCK // max(width, sum(sizes)))
    for start in range(0, replicates, rows):
        yield draw_counts(seed, np.arange(start, min(start + rows, replicates)), sizes, engine)


def replicate_blocks(
    group: Sequence[Prepared], replicates: int, seed: int, engine: str = "numpy"
) -> Iterator[list[tuple[np.ndarray, np.ndarray]]]:
    """Resampled aggregates less their estimates, (B,), some replicates at a time.

    For a median the resampled task means come with it, (B, T), less the task means; else (B, 0).
    All aggregates of the group have the same sizes, and get the same draws.
    """
    import numpy as np

    pieces = [linear(one) for one in group]
    together = np.concatenate(pieces, axis=1)
    ends = np.cumsum([piece.shape[1] for piece in pieces])
    centres = [task_centres(one) for one in group]
    for counts in count_blocks(seed, replicates, group[0].sizes, int(ends[-1]), engine):
        products = np.split(counts.astype(float) @ together, ends[:-1], axis=1)
        block = []
        for one, product, centre in zip(group, products, centres, strict=True):
            if one.name == "median":
                block.append((row_medians(product + centre) - one.estimate, product))
                continue
            iqm = one.name == "IQM"
            off = quartile_means(one, counts) - one.estimate if iqm else product[:, 0]
            block.append((off, product[:, :0]))
        yield block


def resample(
    group: Sequence[Prepared], replicates: int, seed: int, engine: str = "numpy"
) -> list[Spread]:
    """Spread of each aggregate over the replicates; see replicate_blocks()."""
    import numpy as np

    tasks = len(group[0].sizes)
    sums = np.zeros((len(group), 2))
    along = np.zeros((len(group), 3, tasks))
    for block in replicate_blocks(group, replicates, seed, engine):
        for i, (off, means) in enumerate(block):
            sums[i] += off.sum(), off @ off
            if means.size:
                along[i] += [off @ means, means.sum(0), (means * means).sum(0)]
    out = []
    for one, (total, square), rows in zip(group, sums, along, strict=True):
        slopes = np.full(tasks, one.factor / tasks)
        if one.name == "median":
            product, means, squares = rows / replicates
            width = squares - means**2
            width[width <= (FLAT * one.size) ** 2] = np.inf
            slopes = (product - total / replicates * means) / width
        out.append(Spread(variance_of(total, square, replicates, one.size), slopes))
    return out


def paired_variance(
    a: Prepared, b: Prepared, replicates: int, seed: int, engine: str = "numpy"
) -> float:
    """Variance of the difference of two aggregates of which the same runs are drawn."""
    total = square = 0.0
    for (first, _), (second, _) in replicate_blocks([a, b], replicates, seed, engine):
        off = first - second
        total, square = total + float(off.sum()), square + float(off @ off)
    return variance_of(total, square, replicates, max(a.size, b.size))


def variance_of(total: float, square: float, count: int, size: float) -> float:
    """Variance from a sum and a sum of squares; 0 where it is rounding at the scores' size."""
    variance = square / count - (total / count) ** 2
    return variance if variance > (FLAT * size) ** 2 else 0.0


def task_centres(one: Prepared) -> np.ndarray:
    """Task means of the (cut) scores, (T,)."""
    import numpy as np

    sizes = np.array(one.sizes)
    return np.asarray(np.add.reduceat(one.values, np.cumsum(sizes) - sizes) / sizes)


def linear(one: Prepared) -> np.ndarray:
    """What counts are multiplied with: mean and gap (N, 1), median (N, T) for the task means.

    Scores are taken from their task's mean, so the products are deviations. IQM: (N, 0).
    """
    import numpy as np

    if one.name == "IQM":
        return np.zeros((len(one.values), 0))
    sizes = np.array(one.sizes)
    task = np.repeat(np.arange(len(sizes)), sizes)
    apart = (one.values - task_centres(one)[task]) / (sizes[task] - 1)
    if one.name == "median":
        return np.where(task[:, None] == np.arange(len(sizes)), apart[:, None], 0.0)
    return np.asarray(apart[:, None] * one.factor / len(sizes))


def row_medians(rows: np.ndarray) -> np.ndarray:
    """Median of each row."""
    import numpy as np

    low, high = (rows.shape[1] - 1) // 2, rows.shape[1] // 2
    part = np.partition(rows, (low, high), axis=1)
    return np.asarray((part[:, low] + part[:, high]) / 2)


def quartile_means(one: Prepared, counts: np.ndarray) -> np.ndarray:
    """Interquartile means of resamples, (B,), without sorting them.

    With C_k the weight at or below the k-th smallest score x_k, the integral of the quantile
    function from l to u is u x_N - l x_1 - sum over k of (x_k+1 - x_k) C_k, C_k held within l and
    u: limits() of the runs, as for the estimate.
    """
    import numpy as np

    sizes = np.array(one.sizes)
    lower, upper = limits(one.sizes)
    ranked = np.take(counts, one.order, axis=1)
    if len(set(one.sizes)) == 1:
        total = float(len(sizes) * (sizes[0] - 1))
        reached = np.cumsum(ranked, axis=1, dtype=ranked.dtype)
    else:
        total = 1.0
        weights = np.repeat(1 / (len(sizes) * (sizes - 1)), sizes)[one.order]
        reached = np.cumsum(ranked * weights, axis=1)
    held = reached[:, :-1].astype(float)
    np.clip(held, lower * total, upper * total, out=held)
    inside = held @ (np.diff(one.sorted) / total)
    edges = upper * one.sorted[-1] - lower * one.sorted[0]
    return np.asarray((edges - inside) / (upper - lower))
