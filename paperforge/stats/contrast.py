"""One comparison in numbers, before the family and the verdict; and the t test they share."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.equivalence import tost
from paperforge.stats.found import detects
from paperforge.stats.power import OfT

if TYPE_CHECKING:
    from paperforge.stats.power import Detects

SMALLEST_FLOAT = sys.float_info.min
"""What is printed for a p that underflows: no test gives p = 0."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of every comparison of a metric."""

    alpha: float = 0.05
    margin: float | None = None
    """In stored units."""
    mcnemar: str = "mid-p"
    seed: int = 0
    engine: str = "numpy"
    """What draws and sums where there is resampling: "numpy" or "torch"."""
    draws: int = 0
    """Replicates where there is resampling; 0: as many as are usual."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """a - b in stored units, with all that one procedure says about it.

    `reason` is set where there is no p. `testable` is False where the design itself rules the test
    out (a cell missing, fewer than two replicates): such a comparison is not counted in the family.
    """

    test: str
    n: tuple[int, int]
    paired: bool = False
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    statistic: float | None = None
    df: float | None = None
    smallest_p: float | None = None
    detects: Detects | None = None
    """The difference that it would have found, in stored units."""
    variance: float | None = None
    """Of the estimate, where a t test was made of it."""
    sources: tuple[float, float, float] | None = None
    """Of `variance`, where runs and examples are both drawn anew: what runs, examples and the two
    together add to it."""
    p_equivalent: float | None = None
    equivalence: tuple[float, float] | None = None
    """The (1 - 2 alpha) interval, where there is a margin."""
    monte_carlo: float | None = None
    """Monte Carlo standard error of p."""
    discordant: int | None = None
    """0/1 scores: examples that only one of the two has right."""
    shares: bool = False
    """Whether it is a difference of shares, which lies within -1 and 1."""
    reason: str = ""
    testable: bool = True
    corrected: bool = False
    """Whether p is corrected over the comparisons of its metric by its nature."""
    interval_of: str = ""
    """What the interval and p are of, where that is not the estimate: "pseudomedian"."""
    centre: float | None = None
    """What was estimated of that."""


def honest(p: float) -> float:
    """Keep a probability in (0, 1]: one that underflows is the smallest normal float, not 0."""
    return min(1.0, max(p, SMALLEST_FLOAT))


def cut(low: float, high: float) -> tuple[float, float]:
    """An interval of a difference of shares, without what no two shares are apart."""
    return max(low, -1.0), min(high, 1.0)


def finite(value: float) -> float | None:
    """Nothing for what overflowed."""
    return value if math.isfinite(value) else None


def t_contrast(
    test: str,
    estimate: float,
    variance: float,
    df: float,
    *,
    n: tuple[int, int],
    paired: bool,
    ask: Ask,
    parts: tuple[tuple[float, float], ...] = (),
) -> Contrast:
    """Compare an estimate with its standard error: two-sided t test, and the interval inverting it.

    `variance` is that of the estimate; parts: what it is the sum of, each a variance and its df.
    Without any variance there is no test: the reason says whether the outputs are the same or
    shifted by a constant.
    """
    from scipy.special import stdtr, stdtrit

    if not (math.isfinite(estimate) and math.isfinite(variance) and math.isfinite(df)):
        reason = "the numbers are too large to compare"
        return Contrast(test, n, paired, finite(estimate), reason=reason)
    if variance <= 0:
        reason = "identical outputs" if estimate == 0 else "a constant shift: nothing varies"
        return Contrast(test, n, paired, estimate, reason=reason, variance=0.0, df=df)
    se = math.sqrt(variance)
    t = estimate / se
    half = float(stdtrit(df, 1 - ask.alpha / 2)) * se
    same, within = None, None
    if ask.margin is not None:
        same = honest(tost(estimate, se, df, ask.margin))
        narrow = float(stdtrit(df, 1 - ask.alpha)) * se
        within = (estimate - narrow, estimate + narrow)
    return Contrast(
        test,
        n,
        paired,
        estimate,
        low=estimate - half,
        high=estimate + half,
        p=honest(2 * float(stdtr(df, -abs(t)))),
        statistic=t,
        df=df,
        variance=variance,
        detects=detects(parts, se, df) if parts else OfT(se, df),
        p_equivalent=same,
        equivalence=within,
    )
