"""Runs x tasks: aggregates of normalised scores over a fixed set of tasks.

As in reinforcement learning: Agarwal et al. 2021, NeurIPS, "Deep Reinforcement Learning at the Edge
of the Statistical Precipice".

Scores of a method are a sequence of T arrays: task t has n_t >= 1 finite scores, one a run. Tasks
count the same: a run weighs 1 / (T n_t). With equal n_t that is one weight for every run, as there.
Which score is good is not known here: the optimality gap and the probability of improvement read
"higher is better"; give negated scores otherwise. Uncertainty is in runs_bootstrap.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.contrast import honest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    Scores = Sequence[np.ndarray]
    """T arrays of shape (n_t,)."""

OUTSIDE = 4
"""The interquartile mean leaves out a quarter of the runs at either end."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An aggregate with its uncertainty; `reason` is set where there is no interval."""

    name: str
    estimate: float | None
    low: float | None = None
    high: float | None = None
    se: float | None = None
    df: float | None = None
    p: float | None = None
    """Only of a probability of improvement: against 1/2."""
    n: int = 0
    """Runs of the task that has fewest."""
    replicates: int = 0
    """Bootstrap replicates; 0 where the formula is closed."""
    reason: str = ""


def normalise(
    scores: Scores, low: Sequence[float], high: Sequence[float]
) -> tuple[np.ndarray, ...]:
    """(score - low) / (high - low) task by task: 0 is, say, a random player and 1 a human.

    low, high: T numbers each. Raises ValueError where high equals low or is not finite.
    """
    import numpy as np

    out = []
    for t, (x, zero, one) in enumerate(zip(scores, low, high, strict=True)):
        width = one - zero
        if width == 0 or not math.isfinite(width):
            raise ValueError(f"task {t}: no scale between {zero} and {one}")
        out.append((np.asarray(x, dtype=float) - zero) / width)
    return tuple(out)


def flat(scores: Scores) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All scores in a row, the task of each (0 .. T - 1), and their weights, which sum to 1."""
    import numpy as np

    sizes = np.array([len(x) for x in scores])
    task = np.repeat(np.arange(len(sizes)), sizes)
    values = np.concatenate([np.asarray(x, dtype=float) for x in scores])
    return values, task, 1 / (len(sizes) * sizes[task])


def task_means(scores: Scores) -> np.ndarray:
    """Mean score of each task, shape (T,)."""
    import numpy as np

    return np.array([float(np.mean(x)) for x in scores])


def mean(scores: Scores) -> float:
    """Mean of the task means."""
    return float(task_means(scores).mean())


def median(scores: Scores) -> float:
    """Median of the task means."""
    import numpy as np

    return float(np.median(task_means(scores)))


def limits(sizes: Sequence[int]) -> tuple[float, float]:
    """Between which quantiles the interquartile mean of tasks with so many runs is taken.

    Runs that weigh the same are left out whole, a quarter of them at either end, rounded down: the
    25 % trimmed mean, as rliable and scipy.stats.trim_mean have it. Where tasks have different
    numbers of runs, 1/4 and 3/4, and the run in which a quartile falls counts with the part of its
    weight that is inside.
    """
    if len(set(sizes)) > 1:
        return 1 / OUTSIDE, 1 - 1 / OUTSIDE
    runs = sum(sizes)
    lower = runs // OUTSIDE / runs
    return lower, 1 - lower


def iqm(scores: Scores) -> float:
    """Interquartile mean: the mean of the runs between the quantiles of limits()."""
    import numpy as np

    values, _, weights = flat(scores)
    lower, upper = limits([len(x) for x in scores])
    order = np.argsort(values, kind="stable")
    edges = np.clip(np.cumsum(weights[order]), lower, upper)
    edges[-1] = upper
    inside = np.diff(edges, prepend=lower)
    return float(inside @ values[order]) / (upper - lower)


def optimality_gap(scores: Scores, gamma: float = 1.0) -> float:
    """By how much scores fall short of gamma: mean over tasks and runs of max(gamma - x, 0)."""
    import numpy as np

    values, _, weights = flat(scores)
    return float(weights @ np.maximum(gamma - values, 0.0))


def profile(scores: Scores, taus: np.ndarray) -> np.ndarray:
    """Performance profile: the share of runs with a score above each tau, shape of `taus`.

    (Score distributions of Agarwal et al. 2021; Dolan and More 2002, Math. Program. 91(2).)
    """
    import numpy as np

    shares = [1 - np.searchsorted(np.sort(x), taus, side="right") / len(x) for x in scores]
    return np.asarray(np.mean(shares, axis=0))


def placements(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of y below each x and share of x above each y, ties half; O((n + m) log(n + m))."""
    import numpy as np

    xs, ys = np.sort(x), np.sort(y)
    below = np.searchsorted(ys, x, "left") + np.searchsorted(ys, x, "right")
    above = 2 * len(x) - np.searchsorted(xs, y, "left") - np.searchsorted(xs, y, "right")
    return below / (2 * len(y)), above / (2 * len(x))


def probability_of_improvement(a: Scores, b: Scores, alpha: float = 0.05) -> Interval:
    """Mean over tasks of P(X > Y) + P(X = Y) / 2, a run X of a against a run Y of b.

    The Mann-Whitney form of Agarwal et al. 2021. Closed form: the variance is that of the
    placements (DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44(3)), summed over the tasks,
    with Satterthwaite's degrees of freedom. Where few runs leave that variance small or zero (all
    of a above all of b), it is not taken below what two exponential distributions give (Hanley and
    McNeil 1982, Radiology 143(1)) at shares shrunk by half a run. The limits are t limits, held in
    [0, 1]; p is against 1/2, and below alpha exactly where the interval leaves 1/2 out.
    """
    import numpy as np
    from scipy.special import stdtr, stdtrit

    shares, parts, floor = [], [], 0.0
    fewest = min(min(len(x), len(y)) for x, y in zip(a, b, strict=True))
    for x, y in zip(a, b, strict=True):
        below, above = placements(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        shares.append(float(below.mean()))
        parts += [
            (float(v.var(ddof=1)) / len(v), len(v) - 1.0) for v in (below, above) if len(v) > 1
        ]
        floor += exponential_variance(shares[-1], len(x), len(y))
    name, estimate, tasks = "probability of improvement", float(np.mean(shares)), len(shares)
    if fewest <= 1:
        return Interval(name, estimate, n=fewest, reason="a task has only one run")
    total, df = sum(v for v, _ in parts), fewest - 1.0
    if total > 0:
        df = max(df, total**2 / sum(v**2 / d for v, d in parts))
    se = math.sqrt(max(total, floor)) / tasks
    half = float(stdtrit(df, 1 - alpha / 2)) * se
    p = honest(2 * float(stdtr(df, -abs(estimate - 0.5) / se)))
    low, high = max(0.0, estimate - half), min(1.0, estimate + half)
    return Interval(name, estimate, low, high, se, df, p, fewest)


def exponential_variance(share: float, n: int, m: int) -> float:
    """Variance of one task's share for exponential scores, at a share shrunk by half a run."""
    fewest = min(n, m)
    p = (share * fewest + 0.5) / (fewest + 1)
    first, second = p / (2 - p) - p**2, 2 * p**2 / (1 + p) - p**2
    return (p * (1 - p) + (n - 1) * first + (m - 1) * second) / (n * m)
