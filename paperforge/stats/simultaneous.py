"""Adjusted p and simultaneous intervals from one joint distribution of all the statistics: max-T.

Comparisons that share a method are correlated, and the largest of correlated statistics is smaller
than Bonferroni fears. Here the methods' means are independent; simultaneous_matched.py is for
methods that are measured on the same seeds or examples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.contrast import honest
from paperforge.stats.joint import Draws
from paperforge.stats.means import satterthwaite

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

REPLICATES = 199_999
NORMAL = 1e9
"""Degrees of freedom that count as infinite."""


LEAST = 1e-290
"""A variance below this has lost its digits, and counts as none."""


@dataclass(frozen=True, slots=True)
class Simultaneous:
    """A family of contrasts, each with an adjusted p and an interval that agree.

    One entry a contrast, in the order given; None where a contrast has no spread. The interval
    leaves zero out exactly where p_adjusted < alpha; all intervals hold their differences at once
    with probability 1 - alpha. p_stepdown rejects at least as much, but has no intervals.
    """

    p_adjusted: tuple[float | None, ...]
    p_stepdown: tuple[float | None, ...]
    p_error: tuple[float | None, ...]
    """Monte Carlo standard error of p_adjusted."""
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    half_error: tuple[float | None, ...]
    """Monte Carlo standard error of the half-width, in the unit of the contrast."""
    critical: tuple[float | None, ...]
    """Value that |t| must exceed."""
    level: float
    replicates: int
    exact: bool = False
    """Whether all outcomes were enumerated."""
    smallest_p: float | None = None
    """Of p_adjusted, where the design has a floor."""
    floors: tuple[float, ...] = ()
    """The same for each contrast, where they have floors of their own."""


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of one cell: independent of all others. df may be infinite."""

    value: float
    variance: float
    """Of the mean."""
    df: float


def independent(
    contrasts: np.ndarray,
    means: Sequence[Mean],
    *,
    alpha: float = 0.05,
    seed: int = 0,
    pooled_df: float | None = None,
    replicates: int = REPLICATES,
) -> Simultaneous:
    """Test F linear combinations of M independent means together.

    contrasts: shape (F, M): for averages over D datasets, 1/D and -1/D at the cells of the two
    methods. Each contrast alone is the (stratified) Welch t test: Satterthwaite's df.

    Replicates draw every mean from a normal distribution and every variance from chi-squared on its
    own df, at the observed variances (plug-in correlation: Hasler and Hothorn 2008, Biometrical J.
    50(5)). Each |t| is read by its own share among the replicates, so that every contrast alone has
    its Welch p and only what they have in common comes from the simulation; p_adjusted is the
    chance that the smallest of the F p-values is at most the one observed. It lies within
    [p, F p]. Step-down: Romano and Wolf 2005, Econometrica 73(4), on the same replicates.

    Family-wise error simulated at nominal .05: .025 to .055 with 3, 5 and 10 seeds and variances up
    to 1:3 (999 replicates; 99 are too few, .07); with 8 comparisons, 5 seeds and variances 1:9
    .066, as Welch's p itself is too small in its tails there (Bonferroni on the same p: .063).

    pooled_df: all cells share one variance estimate with so many df (Dunnett 1955, JASA 50(272);
    Tukey's studentised range): `means` then carry that variance over their n.
    """
    import numpy as np

    table = np.asarray(contrasts, dtype=float)
    values = np.array([m.value for m in means])
    variances = np.array([m.variance for m in means])
    dfs = np.array([min(m.df, NORMAL) for m in means])
    pooled_df = None if pooled_df is None else min(pooled_df, NORMAL)
    estimates, squares = table @ values, table**2 @ variances
    tested = [i for i in range(len(table)) if LEAST < squares[i] < math.inf]
    if not tested:
        return nothing(len(table), alpha)
    rows, ses = table[tested], np.sqrt(squares[tested])
    df = np.array([contrast_df(row, variances, dfs, pooled_df) for row in rows])
    p = alone(estimates[tested] / ses, df)
    draws = Draws.of(rows, variances, dfs, pooled_df, seed=seed, most=replicates)
    return spread(
        len(table),
        tested,
        adjusted_parts(draws, estimates=estimates[tested], ses=ses, df=df, p=p, alpha=alpha),
        alpha,
        draws.replicates,
    )


def adjusted_parts(
    draws: Draws,
    *,
    estimates: np.ndarray,
    ses: np.ndarray,
    df: np.ndarray,
    p: np.ndarray,
    alpha: float,
) -> Parts:
    """Read p, step-down p and the critical value off the replicates."""
    import numpy as np
    from scipy.special import stdtrit

    counts, smallest = step_down(draws, p)
    n, size = draws.replicates, len(p)
    single = np.searchsorted(np.sort(smallest), p, side="right")
    adjusted = np.clip((single + 1) / (n + 1), p, np.minimum(1, size * p))
    stepdown = monotone(p, np.clip((counts + 1) / (n + 1), p, adjusted))
    critical, beside = (stdtrit(df, 1 - x / 2) for x in cut(smallest, alpha, size))
    return Parts(estimates, ses, adjusted, stepdown, critical, np.abs(critical - beside))


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known of the contrasts that have a spread: arrays of shape (F,)."""

    estimates: np.ndarray
    ses: np.ndarray
    adjusted: np.ndarray
    stepdown: np.ndarray
    critical: np.ndarray
    critical_error: np.ndarray


def spread(
    size: int,
    tested: Sequence[int],
    parts: Parts,
    alpha: float,
    n: int,
    *,
    exact: bool = False,
    floor: float | None = None,
) -> Simultaneous:
    """Put the contrasts back into their places, nothing where there is no spread."""
    import numpy as np

    def place(values: np.ndarray) -> tuple[float | None, ...]:
        found = [float(v) for v in values]
        row = dict(zip(tested, found, strict=True))
        return tuple(v if (v := row.get(i)) is not None and math.isfinite(v) else None
                     for i in range(size))  # fmt: skip

    half = parts.critical * parts.ses
    error = np.zeros(len(tested)) if exact else np.sqrt(parts.adjusted * (1 - parts.adjusted) / n)
    adjusted = np.array([honest(float(p)) for p in parts.adjusted])
    low, high = inverted(parts.estimates, half, adjusted < alpha)
    return Simultaneous(
        place(adjusted),
        place(np.array([honest(float(p)) for p in parts.stepdown])),
        place(error),
        place(low),
        place(high),
        place(parts.critical_error * parts.ses),
        place(parts.critical),
        1 - alpha,
        n,
        exact,
        floor,
    )


def inverted(
    estimates: np.ndarray, half: np.ndarray, decided: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the intervals; rounding must not carry one over zero."""
    import numpy as np

    low, high = estimates - half, estimates + half
    tiny = math.ulp(0)
    up, down = decided & (estimates > 0), decided & (estimates < 0)
    low = np.where(up, np.maximum(low, tiny), np.where(decided, low, np.minimum(low, 0.0)))
    high = np.where(down, np.minimum(high, -tiny), np.where(decided, high, np.maximum(high, 0.0)))
    return low, high


def nothing(size: int, alpha: float, floor: float | None = None) -> Simultaneous:
    """Answer for a family in which nothing varies."""
    empty: tuple[float | None, ...] = (None,) * size
    return Simultaneous(
        empty, empty, empty, empty, empty, empty, empty, 1 - alpha, 0, smallest_p=floor
    )


def alone(t: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Two-sided p of each contrast for itself."""
    import numpy as np
    from scipy.special import stdtr

    return np.array([honest(2 * float(stdtr(d, -abs(x)))) for x, d in zip(t, df, strict=True)])


def contrast_df(
    row: np.ndarray, variances: np.ndarray, dfs: np.ndarray, pooled_df: float | None
) -> float:
    """Degrees of freedom of one contrast."""
    if pooled_df is not None:
        return pooled_df
    parts = [(c * c * v, d) for c, v, d in zip(row, variances, dfs, strict=True) if c and v > 0]
    return satterthwaite(parts)[1]


def step_down(draws: Draws, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count the replicates in which the smallest p-value is at most that observed.

    counts, shape (F,): among the contrasts whose p is not smaller than its own (step-down);
    smallest, shape (B,): the smallest p-value of all contrasts in each replicate.

    The p-value of a replicate is its rank among the |t| of all replicates. Only a rank below the
    smallest so far changes anything, so of each contrast just the largest |t| are put in order:
    as many as the largest of the smallest ranks, which falls quickly.
    """
    import numpy as np

    n = draws.replicates
    smallest, counts = np.full(n, n), np.zeros(len(p))
    most = n
    for i in np.argsort(-p, kind="stable"):
        squares = draws.squares(i)
        top = squares if most == n else np.partition(squares, n - most)[n - most :]
        top = np.sort(top)
        nearer = np.flatnonzero(squares > top[most - smallest])
        smallest[nearer] = most - np.searchsorted(top, squares[nearer], side="right") + 1
        most = int(smallest.max())
        counts[i] = (smallest / (n + 1) <= p[i]).sum()
    return counts, smallest / (n + 1)


def monotone(p: np.ndarray, adjusted: np.ndarray) -> np.ndarray:
    """Step-down p never falls as p grows."""
    import numpy as np

    order = np.argsort(p, kind="stable")
    out = np.empty_like(adjusted)
    out[order] = np.maximum.accumulate(adjusted[order])
    return out


def cut(smallest: np.ndarray, alpha: float, size: int) -> tuple[float, float]:
    """Unadjusted p below which p_adjusted < alpha; and the same one standard error away.

    p_adjusted < alpha where fewer than k replicates are at most p: the k-th smallest is the cut.
    """
    import numpy as np

    n = len(smallest)
    k = math.ceil(alpha * (n + 1)) - 1
    error = max(1, round(math.sqrt(n * alpha * (1 - alpha))))
    if k < 1:  # no count is small enough
        return alpha / size, alpha / size
    ordered = np.sort(smallest)
    at, near = (
        float(np.clip(ordered[max(0, j)], alpha / size, alpha)) for j in (k - 1, k - 1 - error)
    )
    return at, near
