"""The best set: which methods cannot be told from the best (multiple comparisons with the best).

A method is left out where some other is found better, with a one-sided test of "it is at least as
good as every other" at level alpha. Only one of these tests is about the method that truly is best,
so P(it is in the set) >= 1 - alpha with no correction over the methods (Hsu 1984, Ann. Stat. 12(3);
Hsu 1996, "Multiple Comparisons", ch. 4-5). Within each test the maximum over the others counts.

Simulated: how often the true best of equal methods is left out, nominal .05 (3, 6, 12 methods).

    replicates a method              3                  5                  10
    independent, equal spread    .02 .01 .00        .03 .02 .01        .04 .04 .03
    independent, worst seen      .03 .02 .02        .04 .04 .03        .05 .05 .05
    blocks, correlation .8       .05 .05 .05        .05 .05 .04        .05 .05 .05

With few replicates the set is large: it says what was not excluded, never that methods are equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats import keyed
from paperforge.stats.cells import moments
from paperforge.stats.contrast import honest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

REPLICATES = 10_000
BLOCK = 1 << 17
ENOUGH = 10
"""Blocks from which on signs are flipped: the smallest p is then below .001."""


@dataclass(frozen=True, slots=True)
class BestSet:
    """Which of K methods are not found worse than another, in the order given."""

    test: str
    members: tuple[bool, ...]
    p: tuple[float, ...]
    """One-sided, of each method against the best of the others; not in the set where below alpha.
    1 for a method of which nothing can be tested."""
    alpha: float
    monte_carlo: float
    """Largest standard error of these p from resampling; 0 where there is none."""
    smallest_p: float


def best_set(
    means: Sequence[float],
    variances: Sequence[float],
    df: Sequence[float],
    *,
    higher: bool = True,
    alpha: float = 0.05,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> BestSet:
    """Compare K independent estimates of which `variances` are the (estimated) variances.

    Spreads, numbers of replicates and df may differ. The statistic of method k is the largest
    t_jk = (m_j - m_k) / sqrt(v_j + v_k), its distribution that of the largest
    (sqrt(v_j) T_j - sqrt(v_k) T_k) / sqrt(v_j + v_k), T independent t with the methods' df: for two
    methods that is the test of Behrens (1929) and Fisher (1935), which keeps its level where
    Welch's is up to .07 (two replicates against six). Two estimates without variance, or without
    df, are not compared.
    """
    import numpy as np

    m = np.asarray(means, dtype=float) * (1 if higher else -1)
    v, f = np.asarray(variances, dtype=float), np.asarray(df, dtype=float)
    usable = np.flatnonzero(np.isfinite(m) & np.isfinite(v) & (v >= 0) & (f >= 1))
    p = np.ones(len(m))
    observed = {}
    for k in usable:
        others = usable[(usable != k) & (v[usable] + v[k] > 0)]
        if len(others):
            widths = np.sqrt(v[others] + v[k])
            observed[k] = (others, widths, float(((m[others] - m[k]) / widths).max()))
    counts = dict.fromkeys(observed, 0)
    rows = max(1, BLOCK // max(1, len(m)))
    for start in range(0, replicates if observed else 0, rows):
        block = np.arange(start, min(start + rows, replicates))
        drawn = students(seed, block, f) * np.sqrt(np.where(f >= 1, v, 0.0))
        for k, (others, widths, t) in observed.items():
            largest = ((drawn[:, others] - drawn[:, [k]]) / widths).max(axis=1)
            counts[k] += int((largest >= t).sum())
    for k, count in counts.items():
        p[k] = (count + 1) / (replicates + 1)
    return decided("max-t against the best", p, alpha, replicates, 1 / (replicates + 1))


def students(seed: int, block: np.ndarray, df: np.ndarray) -> np.ndarray:
    """A t variate for each replicate and method, (B, K), by inversion."""
    import numpy as np
    from scipy.special import stdtrit

    high = keyed.bits(seed, block, np.arange(len(df))) >> np.uint64(11)
    uniform = (high.astype(float) + 0.5) * 2.0**-53
    return np.asarray(stdtrit(np.maximum(df, 1.0), uniform))


def best_set_blocks(
    scores: np.ndarray,
    *,
    higher: bool = True,
    alpha: float = 0.05,
    replicates: int = REPLICATES,
    seed: int = 0,
    engine: str = "numpy",
) -> BestSet:
    """Compare K methods on n shared blocks (seeds, examples, datasets): scores of shape (n, K).

    Below ten blocks: paired t tests with Bonferroni's correction over the K - 1 others, which needs
    nothing of how they correlate. From ten on: the largest paired t, with the signs of whole blocks
    flipped (Westfall and Young 1993, "Resampling-Based Multiple Testing"). A difference that does
    not vary is not tested.
    """
    import numpy as np

    x = np.asarray(scores, dtype=float) * (1 if higher else -1)
    n, k = x.shape
    flips = n >= ENOUGH
    test = "sign-flip max-t against the best" if flips else "Bonferroni t against the best"
    floor = max(1 / (replicates + 1), 2.0**-n) if flips else 0.0
    p = np.ones(k)
    for i in range(k if n > 1 else 0):
        apart = np.delete(x, i, axis=1) - x[:, [i]]
        size = float(np.abs(x).max())
        apart = apart[:, [moments(column, size)[1] > 0 for column in apart.T]]
        if apart.shape[1]:
            p[i] = flipped_p(apart, replicates, seed, engine) if flips else bonferroni_p(apart)
    return decided(test, p, alpha, replicates if flips else 0, floor)


def bonferroni_p(apart: np.ndarray) -> float:
    """One-sided p of the largest of J paired t, times J."""
    import numpy as np
    from scipy.special import stdtr

    n, j = apart.shape
    t = apart.mean(axis=0) / (apart.std(axis=0, ddof=1) / math.sqrt(n))
    return honest(j * float(stdtr(n - 1, -np.max(t))))


def flipped_p(apart: np.ndarray, replicates: int, seed: int, engine: str = "numpy") -> float:
    """(b + 1) / (B + 1) of the largest of J paired t, where blocks change sign; apart: (n, J)."""
    import numpy as np

    from paperforge.stats.resample import signed_sums

    n, j = apart.shape
    scaled = apart / np.sqrt((apart**2).mean(axis=0))  # then t grows with the mean alone

    def largest(means: np.ndarray) -> np.ndarray:
        left = np.maximum(1 - means**2, 1e-300)
        return np.asarray((means / np.sqrt(left)).max(axis=-1))

    observed = float(largest(scaled.mean(axis=0))) * (1 - 1e-12)
    rows, count, keys = max(1, BLOCK // (n + j)), 0, np.arange(n)
    for start in range(0, replicates, rows):
        block = np.arange(start, min(start + rows, replicates))
        sums = signed_sums(scaled, seed, block, keys, engine=engine)
        count += int((largest(sums / n) >= observed).sum())
    return (count + 1) / (replicates + 1)


def decided(test: str, p: np.ndarray, alpha: float, replicates: int, floor: float) -> BestSet:
    """Make the set; a method is in it unless its p is below alpha."""
    error = max(
        (math.sqrt(x * (1 - x) / replicates) if replicates else 0.0 for x in p.tolist()),
        default=0.0,
    )
    members = tuple(bool(x >= alpha) for x in p)
    return BestSet(test, members, tuple(p.tolist()), alpha, error, floor)
