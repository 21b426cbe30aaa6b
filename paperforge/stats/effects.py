"""Effect sizes: how far apart two samples are, apart from whether that was found.

d is the difference over a standard deviation: of the pooled samples (two samples), or of the
differences (d_z, pairs). Hedges' g is d freed of its small-sample bias. P(a > b) is the chance that
a draw of a is above one of b, ties half, and Cliff's delta is 2 P - 1 (Cliff 1993, Psychol. Bull.
114(3)). Both read the raw direction: above is not better for a loss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.cells import moments
from paperforge.stats.runs_tasks import placements

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Effect:
    """Effect sizes of a against b; None where it does not exist (no spread, too few values)."""

    kind: str
    """What d is divided by: "pooled sd", or "sd of differences" (d_z)."""
    d: float | None
    g: float | None
    """d with Hedges' correction."""
    low: float | None
    high: float | None
    """Interval of the population's d: noncentral t, exact for normal samples of equal variance."""
    probability: float | None
    """P(a > b) + P(a = b) / 2: over all n m pairs of values; in `paired`, over matched pairs."""
    cliff: float | None
    d_average: float | None = None
    """Pairs: the mean difference over the root of the mean of the two variances (d_av)."""


def two_samples(a: np.ndarray, b: np.ndarray, alpha: float = 0.05) -> Effect:
    """Effect sizes of two independent samples of shapes (n,) and (m,), finite.

    Cohen 1988, "Statistical Power Analysis"; Hedges 1981, J. Educ. Stat. 6(2). P is Mann and
    Whitney's U over n m, in O((n + m) log(n + m)).
    """
    import numpy as np

    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    n, m, kind = len(x), len(y), "pooled sd"
    if min(n, m) == 0:
        return Effect(kind, None, None, None, None, None, None)
    p = float(placements(x, y)[0].mean())
    df = n + m - 2
    x, y = to_unit_size(x, y)
    (mean_x, sd_x), (mean_y, sd_y) = moments(x, 1.0), moments(y, 1.0)
    pooled = math.sqrt(((n - 1) * sd_x**2 + (m - 1) * sd_y**2) / max(1, df))
    d, low, high = standardised(mean_x - mean_y, pooled, df, math.sqrt(n * m / (n + m)), alpha)
    return Effect(kind, d, hedges(d, df), low, high, p, 2 * p - 1)


def paired(a: np.ndarray, b: np.ndarray, alpha: float = 0.05) -> Effect:
    """Effect sizes of n matched pairs; arrays of shape (n,), row by row the same replicate.

    d is d_z, which grows with the correlation of the pairs; d_average does not (Lakens 2013, Front.
    Psychol. 4:863). P is the share of pairs in which a is above b, ties half, so that delta is the
    share of wins less that of losses.
    """
    import numpy as np

    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    n, kind = len(x), "sd of differences"
    if n == 0:
        return Effect(kind, None, None, None, None, None, None)
    p = float(((x > y) + 0.5 * (x == y)).mean())
    x, y = to_unit_size(x, y)
    mean, sd = moments(x - y, 1.0)
    d, low, high = standardised(mean, sd, n - 1, math.sqrt(n), alpha)
    average = math.sqrt((moments(x, 1.0)[1] ** 2 + moments(y, 1.0)[1] ** 2) / 2)
    d_average = mean / average if average > 0 and n > 1 else None
    return Effect(kind, d, hedges(d, n - 1), low, high, p, 2 * p - 1, d_average)


def to_unit_size(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divide by the largest of the values, without its sign, so that no square overflows."""
    import numpy as np

    size = max(np.abs(x).max(), np.abs(y).max())
    return (x / size, y / size) if size > 0 else (x, y)


def standardised(
    difference: float, sd: float, df: int, root: float, alpha: float
) -> tuple[float | None, float | None, float | None]:
    """Difference / sd (d) and its limits; t = d root is noncentral t with noncentrality d root.

    Source of the interval: Steiger and Fouladi 1997, in "What If There Were No Significance Tests?"
    """
    from scipy.special import nctdtrinc

    if df < 1 or not sd > 0 or not math.isfinite(difference / sd):
        return None, None, None
    d = difference / sd
    t = abs(d) * root
    far, near = (float(nctdtrinc(df, tail, t)) / root for tail in (alpha / 2, 1 - alpha / 2))
    if not (math.isfinite(near) and math.isfinite(far) and near <= abs(d) <= far):
        return d, None, None
    return (d, near, far) if d >= 0 else (d, -far, -near)


def hedges(d: float | None, df: int) -> float | None:
    """Unbiased d: times J = Gamma(df / 2) / (sqrt(df / 2) Gamma((df - 1) / 2)).

    Exact form (Hedges 1981); it does not exist below two degrees of freedom.
    """
    if d is None or df <= 1:
        return None
    return d * math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
