"""How many seeds or examples find a difference, and the smallest difference that a budget finds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from paperforge.stats import reached
from paperforge.stats.power import NORMAL_DF, POWER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from paperforge.stats.sums import Part

FEW = 300
"""Degrees of freedom up to which power is integrated here; the library is right beyond."""
FAR = 10.0
"""Standard deviations beyond which a normal variable is not."""
NODES = 200
LEAST = 2
DRAWN = 30
"""Replicates up to which the df that a study finds are drawn (reached.py); they matter no more."""
MOST = 10**9
"""Where the search stops: no plan has more."""
CAUTION = 0.8
"""Confidence of the limit of a pilot's variance. Source: Browne 1995, Stat. Med. 14(17)."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A number of replicates, and what it is if the pilot's variance was luckily small."""

    n: int | None
    """Of each method (seeds), or in all (examples, clusters); None: more than 10^9."""
    power: float
    """At n."""
    cautious: int | None = None
    """n with the variances at their upper confidence limits; None too where there was no pilot."""


def t_power(noncentrality: float, df: float, alpha: float) -> float:
    """Power of a two-sided t test, both tails: noncentrality = difference / standard error."""
    from scipy.special import nctdtr, ndtr, ndtri, stdtrit

    nc = abs(noncentrality)
    if df >= NORMAL_DF:
        z = -float(ndtri(alpha / 2))
        return float(ndtr(nc - z) + ndtr(-nc - z))
    t = -float(stdtrit(df, alpha / 2))
    if df <= FEW:
        return min(1.0, _beyond(nc, df, t) + _beyond(-nc, df, t))
    if nc - t > FAR * (1 + t / math.sqrt(df)):
        return 1.0
    # The other tail as a normal one, with alpha / 2 where nc is 0: the library may fail on it.
    z = -float(ndtri(alpha / 2))
    other = alpha / 2 * float(ndtr(-nc - z) / ndtr(-z))
    return min(1.0, float(1 - nctdtr(df, nc, t)) + other)


def _beyond(nc: float, df: float, t: float) -> float:
    """P(T > t) of noncentral t, t > 0: the integral over z of phi(z - nc) P(chi^2 < df z^2 / t^2).

    The library's function is not a number for many values of few degrees of freedom.
    """
    import numpy as np
    from scipy.special import gammainc

    low, high = max(0.0, nc - FAR), nc + FAR
    if high <= 0:
        return 0.0
    x, weight = _nodes()
    z = low + (high - low) * (x + 1) / 2
    density = np.exp(-0.5 * (z - nc) ** 2) * gammainc(df / 2, df * (z / t) ** 2 / 2)
    return float(weight @ density) * (high - low) / 2 / math.sqrt(2 * math.pi)


@cache
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    return np.polynomial.legendre.leggauss(NODES)


def upper_limit(variance: float, df: float, level: float = CAUTION) -> float:
    """One-sided upper confidence limit of a variance that was estimated with df.

    df s^2 / chi-squared_(1 - level); nothing is known without df: infinite.
    """
    from scipy.special import gammaincinv

    if df <= 0:
        return math.inf
    return variance * df / (2 * float(gammaincinv(df / 2, 1 - level)))


def seeds_needed(
    difference: float,
    runs: Sequence[Part],
    datasets: int = 1,
    *,
    alpha: float = 0.05,
    power: float = POWER,
    level: float = CAUTION,
) -> Needed:
    """Seeds of each method on each dataset that find a difference of the averages.

    runs: variance of one run and its degrees of freedom in the pilot (0: stated, not estimated) of
    every method on every dataset; for a paired comparison the variance of the difference of two
    runs, one a dataset. The test is the (stratified) Welch or paired t: standard error^2 = sum of
    the variances / (n datasets^2), degrees of freedom by Satterthwaite; power from the noncentral
    t, for few replicates over the degrees of freedom that a study may find (reached.py). `cautious`
    takes every variance at its own limit, which for several is more than `level`.
    Raises ValueError for no difference.
    """
    return both_ways(
        lambda variances: _search(difference, variances, datasets, alpha, power), runs, level
    )


def both_ways(
    search: Callable[[Sequence[float]], tuple[int | None, float]],
    runs: Sequence[Part],
    level: float,
) -> Needed:
    """Search with the variances as they are, and with their limits where a pilot estimated any.

    search: from the variances to the fewest replicates, and the power that they have.
    """
    found, reached = search([v for v, _ in runs])
    known = any(df > 0 for _, df in runs)
    limits = [upper_limit(v, df, level) if df > 0 else v for v, df in runs]
    return Needed(found, reached, search(limits)[0] if known else None)


def smallest_difference(
    runs: Sequence[Part],
    n: int,
    datasets: int = 1,
    *,
    alpha: float = 0.05,
    power: float = POWER,
) -> float:
    """Difference that n seeds find with this power; arguments as seeds_needed().

    Raises ValueError where n is below two.
    """
    if n < LEAST:
        raise ValueError("a spread needs two replicates")
    variances = tuple(v for v, _ in runs)
    if _is_drawn(variances, n):
        return reached.reach(*_halves(tuple(sorted(variances)), n, datasets, alpha), power)
    se, df = standard_error(variances, n, datasets)
    return se * _needed_noncentrality(df, alpha, power)


def _is_drawn(variances: Sequence[float], n: int) -> bool:
    """Whether the test's degrees of freedom depend on what a study finds."""
    return n <= DRAWN and sum(v > 0 for v in variances) > 1


@lru_cache(maxsize=512)
def _halves(
    variances: tuple[float, ...], n: int, datasets: int, alpha: float
) -> tuple[float, np.ndarray]:
    parts = tuple((v / (n * datasets**2), n - 1.0) for v in variances if v > 0)
    return reached.satterthwaite_halves(parts, alpha)


def standard_error(variances: Sequence[float], n: int, datasets: int) -> tuple[float, float]:
    """Standard error of the average difference with n runs of everything, and its df."""
    total = math.fsum(variances)
    if total <= 0:
        return 0.0, (n - 1.0) * len(variances)
    shares = math.fsum((v / total) ** 2 for v in variances)
    return math.sqrt(total / n) / datasets, (n - 1) / shares


def _search(
    difference: float, variances: Sequence[float], datasets: int, alpha: float, power: float
) -> tuple[int | None, float]:
    if difference == 0:
        raise ValueError("no number of replicates finds a difference of zero")
    if not all(map(math.isfinite, variances)):
        return None, 0.0

    def power_of(n: int) -> float:
        if _is_drawn(variances, n):
            return reached.power_at(
                difference, *_halves(tuple(sorted(variances)), n, datasets, alpha)
            )
        se, df = standard_error(variances, n, datasets)
        return t_power(difference / se, df, alpha) if se > 0 else 1.0

    n = fewest(lambda n: power_of(n) >= power)
    return n, 0.0 if n is None else power_of(n)


def fewest(enough: Callable[[int], bool]) -> int | None:
    """Smallest n >= 2 that is enough, where more is never less; None: 10^9 are not."""
    high = LEAST
    while not enough(high):
        if high >= MOST:
            return None
        high *= 2
    low = high // 2
    while high - low > 1 and high > LEAST:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _needed_noncentrality(df: float, alpha: float, power: float) -> float:
    """Noncentrality with this power; bisection, for the library's inverse has six digits."""
    low, high = 0.0, 2.0
    while t_power(high, df, alpha) < power:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if t_power(middle, df, alpha) >= power else (middle, high)
    return high


def examples_needed(
    difference: float,
    variance: Part,
    *,
    alpha: float = 0.05,
    power: float = POWER,
    cluster: int = 1,
    icc: float = 0.0,
    level: float = CAUTION,
) -> Needed:
    """Examples, or clusters where cluster > 1, on which a paired t test finds a mean difference.

    variance: of the difference of the two scores of one example, with its pilot's degrees of
    freedom (0: stated). Examples that come in clusters of `cluster` with intraclass correlation
    `icc` count 1 + (cluster - 1) icc times less (Kish 1965, Survey Sampling, section 5.4), and the
    degrees of freedom are the clusters' less one. n is the number of clusters then.
    """
    effect = (1 + (cluster - 1) * icc) / cluster
    v, df = variance
    return seeds_needed(
        difference, [(max(0.0, v * effect), df)], alpha=alpha, power=power, level=level
    )


def mcnemar_needed(
    difference: float, discordance: float, *, alpha: float = 0.05, power: float = POWER
) -> Needed:
    """Examples on which McNemar's test finds a difference of two accuracies.

    discordance: share of the examples that only one of the two has right, at least the difference.
    n = (z_alpha/2 sqrt q + z_power sqrt(q - d^2))^2 / d^2 (Connor 1987, Biometrics 43(1):207-211).
    The exact test needs a few more. Raises ValueError for no difference, or less discordance.
    """
    from scipy.special import ndtr, ndtri

    d, q = abs(difference), discordance
    if d == 0 or not d <= q <= 1:
        raise ValueError(f"a difference of {d} cannot come from a share of {q} that differ")
    z = -float(ndtri(alpha / 2))
    left = math.sqrt(max(0.0, q - d * d))
    n = max(LEAST, math.ceil(((z * math.sqrt(q) + float(ndtri(power)) * left) / d) ** 2))
    reached = 1.0 if left == 0 else float(ndtr((d * math.sqrt(n) - z * math.sqrt(q)) / left))
    return Needed(n, reached)
