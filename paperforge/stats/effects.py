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

from paperforge.stats.cells import FLAT, moments
from paperforge.stats.runs_tasks import placements

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def two_samples(a: np.ndarray, b: np.ndarray, alpha: float | None = 0.05) -> Effect:
    """Effect sizes of two independent samples of shapes (n,) and (m,), finite.

    Cohen 1988, "Statistical Power Analysis"; Hedges 1981, J. Educ. Stat. 6(2). P is Mann and
    Whitney's U over n m, in O((n + m) log(n + m)). alpha: None for no limits of d, which take most
    of the time.
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
    d = standardised(mean_x - mean_y, pooled((sd_x, n), (sd_y, m)), df)
    low, high = limits(d, df, math.sqrt(n * m / (n + m)), alpha)
    return Effect(kind, d, hedges(d, df), low, high, p, 2 * p - 1)


@dataclass(frozen=True, slots=True)
class Spread:
    """What the effect sizes of a sample against any other are made of, computed once."""

    n: int
    size: float
    """The largest of the values, without its sign."""
    mean: float
    sd: float
    """Both of the values over their size."""
    first: float
    """A value over the size."""
    values: np.ndarray
    """Sorted."""

    @classmethod
    def of(cls, values: np.ndarray) -> Spread:
        """Of a sample of shape (n,), finite, n > 0."""
        import numpy as np

        x = np.asarray(values, dtype=float)
        size = float(np.abs(x).max())
        over = x / (size or 1.0)
        mean, sd = moments(over, 0.0)
        return cls(len(x), size, mean, sd, float(over[0]), np.sort(x))

    def at(self, size: float) -> tuple[float, float]:
        """Mean and standard deviation over a size that is no smaller, as of moments()."""
        share = self.size / (size or 1.0)
        if self.sd * share <= FLAT:
            first = self.first * share
            return (0.0 if abs(first) <= FLAT else first), 0.0
        return self.mean * share, self.sd * share


def sizes(x: Spread, y: Spread) -> tuple[float | None, float]:
    """Hedges' g and P(x > y) of two independent samples: those of two_samples()."""
    size, df = max(x.size, y.size), x.n + y.n - 2
    (mean_x, sd_x), (mean_y, sd_y) = x.at(size), y.at(size)
    d = standardised(mean_x - mean_y, pooled((sd_x, x.n), (sd_y, y.n)), df)
    return hedges(d, df), float(placements(x.values, y.values)[0].mean())


def of_all(samples: Sequence[Spread]) -> tuple[np.ndarray, np.ndarray]:
    """The same of every pair of m samples: two arrays of shape (m, m), nan where there is no g."""
    import numpy as np

    n, size, mean, sd, first = (
        np.array([getattr(one, name) for one in samples], dtype=float)
        for name in ("n", "size", "mean", "sd", "first")
    )
    largest = np.maximum.outer(size, size)
    share = size[:, None] / np.where(largest > 0, largest, 1.0)
    spread, middle, start = (one[:, None] * share for one in (sd, mean, first))
    flat = spread <= FLAT
    start[np.abs(start) <= FLAT] = 0.0
    middle[flat], spread[flat] = start[flat], 0.0
    df = np.add.outer(n, n) - 2
    squares = (n[:, None] - 1) * spread**2
    with np.errstate(divide="ignore", invalid="ignore"):
        d = (middle - middle.T) / np.sqrt((squares + squares.T) / np.maximum(df, 1))
    unbiased = {one: hedges(1.0, int(one)) or math.nan for one in np.unique(df)}
    d *= np.vectorize(unbiased.__getitem__, otypes=[float])(df)
    d[~np.isfinite(d)] = math.nan
    return d, chances(samples) / (2 * np.outer(n, n))


def chances(samples: Sequence[Spread]) -> np.ndarray:
    """Pairs of values of two samples of which the first is larger, twice, and ties: (m, m)."""
    import numpy as np

    values = np.concatenate([one.values for one in samples])
    starts = np.cumsum([0, *(one.n for one in samples[:-1])])
    found = np.empty((len(samples), len(samples)), dtype=np.int64)
    for j, one in enumerate(samples):
        below = one.values.searchsorted(values) + one.values.searchsorted(values, "right")
        found[:, j] = np.add.reduceat(below, starts)
    return found


def paired(a: np.ndarray, b: np.ndarray, alpha: float | None = 0.05) -> Effect:
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
    d = standardised(mean, sd, n - 1)
    low, high = limits(d, n - 1, math.sqrt(n), alpha)
    average = math.sqrt((moments(x, 1.0)[1] ** 2 + moments(y, 1.0)[1] ** 2) / 2)
    d_average = mean / average if average > 0 and n > 1 else None
    return Effect(kind, d, hedges(d, n - 1), low, high, p, 2 * p - 1, d_average)


def to_unit_size(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divide by the largest of the values, without its sign, so that no square overflows."""
    import numpy as np

    size = max(np.abs(x).max(), np.abs(y).max())
    return (x / size, y / size) if size > 0 else (x, y)


def pooled(*samples: tuple[float, int]) -> float:
    """Standard deviation pooled over samples, each with its own and its number of values."""
    df = sum(n - 1 for _, n in samples)
    return math.sqrt(sum((n - 1) * sd**2 for sd, n in samples) / max(1, df))


def standardised(difference: float, sd: float, df: int) -> float | None:
    """Difference / sd (d), where there is one."""
    if df < 1 or not sd > 0 or not math.isfinite(difference / sd):
        return None
    return difference / sd


def limits(
    d: float | None, df: int, root: float, alpha: float | None
) -> tuple[float | None, float | None]:
    """Limits of d: t = d root is noncentral t with noncentrality d root. alpha None: no limits.

    Source: Steiger and Fouladi 1997, in "What If There Were No Significance Tests?"
    """
    from scipy.special import nctdtrinc

    if d is None or alpha is None:
        return None, None
    t = abs(d) * root
    far, near = (float(nctdtrinc(df, tail, t)) / root for tail in (alpha / 2, 1 - alpha / 2))
    if not (math.isfinite(near) and math.isfinite(far) and near <= abs(d) <= far):
        return None, None
    return (near, far) if d >= 0 else (-far, -near)


def hedges(d: float | None, df: int) -> float | None:
    """Unbiased d: times J = Gamma(df / 2) / (sqrt(df / 2) Gamma((df - 1) / 2)).

    Exact form (Hedges 1981); it does not exist below two degrees of freedom.
    """
    if d is None or df <= 1:
        return None
    return d * math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
