"""How many replicates show equivalence: the power of two one-sided tests at a declared margin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.stats import reached
from paperforge.stats.plan import (
    CAUTION,
    DRAWN,
    LEAST,
    Needed,
    both_ways,
    fewest,
    standard_error,
)
from paperforge.stats.power import NORMAL_DF, POWER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.stats.outlook import Law
    from paperforge.stats.sums import Part

NODES = 4000
"""Quantiles of the variance that a study finds, over which power is averaged."""
HALVINGS = 50


def tost_power(
    margin: float, difference: float, se: float, df: float, *, alpha: float = 0.05
) -> float:
    """Power of the two one-sided t tests against -margin and +margin, all in one unit.

    se: the true standard error; df: of the variance that a study finds. Both tests reject where the
    estimate is within margin - t_(1 - alpha) times the standard error that is found; given that, it
    is normal, and the mean over the quantiles of chi-squared is the power (the integral of Owen
    1965, Biometrika 52; Phillips 1990, J. Pharmacokinet. Biopharm. 18(2):137-144).
    """
    return within(margin, difference, *_halves(se, df, alpha))


def _halves(se: float, df: float, alpha: float) -> tuple[float, np.ndarray]:
    """The standard error, and the one-sided half-width at each quantile of its estimate."""
    import numpy as np
    from scipy.special import gammaincinv, ndtri, stdtrit

    if df >= NORMAL_DF:
        return se, np.array([-float(ndtri(alpha)) * se])
    share = gammaincinv(df / 2, (np.arange(NODES) + 0.5) / NODES) * 2 / df
    return se, -float(stdtrit(df, alpha)) * se * np.sqrt(share)


def within(margin: float, difference: float, se: float, halves: np.ndarray) -> float:
    """Power from the half-widths that studies find, shape (B,)."""
    import numpy as np
    from scipy.special import ndtr

    if se <= 0:
        return float(abs(difference) < margin)
    room = margin - halves
    inside = ndtr((room - difference) / se) - ndtr((-room - difference) / se)
    return float(np.maximum(inside, 0.0).mean())


def equivalence_needed(
    margin: float,
    runs: Sequence[Part],
    datasets: int = 1,
    *,
    difference: float = 0.0,
    alpha: float = 0.05,
    power: float = POWER,
    level: float = CAUTION,
) -> Needed:
    """Seeds (or what else is replicated) that show the averages to be within +-margin.

    Arguments as plan.seeds_needed(); difference: the true one, below the margin. With few
    replicates and several variances the degrees of freedom are those that a study finds
    (reached.py). `cautious` takes every variance at its upper limit. Raises ValueError where the
    true difference is not below the margin.
    """
    if not abs(difference) < margin:
        raise ValueError("no number of replicates shows a difference to be within itself")

    def search(variances: Sequence[float]) -> tuple[int | None, float]:
        def power_of(n: int) -> float:
            return within(margin, difference, *_of(variances, n, datasets, alpha))

        known = all(map(math.isfinite, variances))
        n = fewest(lambda n: power_of(n) >= power) if known else None
        return n, 0.0 if n is None else power_of(n)

    return both_ways(search, runs, level)


def smallest_margin(
    runs: Sequence[Part],
    n: int,
    datasets: int = 1,
    *,
    alpha: float = 0.05,
    power: float = POWER,
) -> float:
    """The smallest margin within which n replicates show methods that do not differ to be.

    Arguments as equivalence_needed(). Raises ValueError where n is below two.
    """
    if n < LEAST:
        raise ValueError("a spread needs two replicates")
    se, halves = _of([v for v, _ in runs], n, datasets, alpha)
    low, high = 0.0, se
    if se <= 0:
        return 0.0
    while within(high, 0.0, se, halves) < power:
        low, high = high, 2 * high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if within(middle, 0.0, se, halves) >= power else (middle, high)
    return high


def _of(
    variances: Sequence[float], n: int, datasets: int, alpha: float
) -> tuple[float, np.ndarray]:
    """Standard error and half-widths with n replicates of everything."""
    several = [v for v in sorted(variances) if v > 0]
    if n <= DRAWN and len(several) > 1:
        parts = tuple((v / (n * datasets**2), n - 1.0) for v in several)
        return reached.satterthwaite_halves(parts, 2 * alpha)
    se, df = standard_error(variances, n, datasets)
    return _halves(se, df, alpha)


def by_law(
    law: Law, margin: float, *, alpha: float = 0.05, power: float = POWER
) -> tuple[int | None, float]:
    """Replicates that show equivalence where nothing differs, by another law; and the power then.

    Each of the two tests fails in at most (1 - power) / 2, so both reject with the power at least
    (Bonferroni); a one-sided test at alpha is half of the two-sided one at 2 alpha.
    """

    def both(n: int) -> float:
        return max(0.0, 2 * law.power(margin, n, 2 * alpha) - 1)

    alone = law.smallest(1, alpha) is not None and both(1) >= power
    n = 1 if alone else fewest(lambda n: both(n) >= power)
    return n, 0.0 if n is None else both(n)
