"""Tests from quoted summaries: mean, spread and n, as papers print them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT
from paperforge.stats.contrast import Ask, Contrast, finite
from paperforge.stats.means import independent, is_risky, satterthwaite, unbalanced
from paperforge.stats.sums import safe_contrast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.stats.sums import Part

VERTICES = 12
"""Variances whose roundings are tried in every combination; 2^12 of them take milliseconds."""
ENOUGH = 2
"""Values that a spread needs."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A quoted mean with the standard deviation of its n values, in one unit.

    mean_unit, sd_unit: half a unit of the last digit printed, 0 where the numbers are exact.
    """

    mean: float
    sd: float
    n: int
    mean_unit: float = 0.0
    sd_unit: float = 0.0

    @property
    def variance(self) -> float:
        """Of the mean."""
        return self.sd * self.sd / self.n

    @property
    def df(self) -> float:
        """Of the variance."""
        return self.n - 1.0

    @property
    def widest(self) -> tuple[float, float]:
        """The same with the largest standard deviation that is printed so."""
        return (self.sd + self.sd_unit) ** 2 / self.n, self.n - 1.0

    @property
    def narrowest(self) -> tuple[float, float]:
        """The same with the smallest."""
        return max(0.0, self.sd - self.sd_unit) ** 2 / self.n, self.n - 1.0


def half_unit(decimals: int | None) -> float:
    """Half a unit in the last of so many decimals; None: the number is exact."""
    return 0.0 if decimals is None else 0.5 * 10.0**-decimals


def of_sd(
    mean: float,
    sd: float,
    n: int,
    *,
    decimals: int | None = None,
    sd_decimals: int | None = None,
) -> Summary:
    """Take a mean and a standard deviation (n - 1 in the denominator), printed to so many decimals.

    Raises ValueError where n is below 1 or sd is negative.
    """
    if n < 1 or sd < 0:
        raise ValueError(f"a mean of {n} values with a spread of {sd} cannot be")
    return Summary(mean, sd, n, half_unit(decimals), half_unit(sd_decimals))


def of_se(
    mean: float,
    se: float,
    n: int,
    *,
    decimals: int | None = None,
    se_decimals: int | None = None,
) -> Summary:
    """Take a mean and its standard error: sd = se sqrt(n). Raises ValueError as of_sd()."""
    whole = of_sd(mean, se, n, decimals=decimals, sd_decimals=se_decimals)
    root = math.sqrt(n)
    return Summary(mean, se * root, n, whole.mean_unit, whole.sd_unit * root)


def of_interval(
    mean: float,
    half_width: float,
    n: int,
    *,
    level: float = 0.95,
    normal: bool = False,
    decimals: int | None = None,
    half_decimals: int | None = None,
) -> Summary:
    """Take a mean and the half-width of its interval: sd = half_width sqrt(n) / quantile.

    The quantile is Student's with n - 1 degrees of freedom, or the normal one where the authors
    used 1.96. Raises ValueError as of_sd(), and where n is 1 and the quantile Student's.
    """
    from scipy.special import ndtri, stdtrit

    whole = of_sd(mean, half_width, n, decimals=decimals, sd_decimals=half_decimals)
    if n == 1 and not normal:
        raise ValueError("one value has no t interval")
    tail = (1 + level) / 2
    factor = math.sqrt(n) / float(ndtri(tail) if normal else stdtrit(n - 1, tail))
    return Summary(mean, half_width * factor, n, whole.mean_unit, whole.sd_unit * factor)


def welch(a: Summary, b: Summary, ask: Ask, *, rounded: bool = False) -> Contrast:
    """Compare two quoted means without assuming equal variances; as stratified() on one dataset."""
    return stratified([a], [b], ask, rounded=rounded)


def stratified(
    a: Sequence[Summary], b: Sequence[Summary], ask: Ask, *, rounded: bool = False
) -> Contrast:
    """Compare averages of quoted means over D fixed datasets, runs independent.

    The same numbers as means.stratified_welch() on the values themselves. rounded: the printed
    digits are taken for what they are. Then p is at most, and the interval at least, what any
    numbers that are printed so give: standard deviations at their largest, degrees of freedom at
    their smallest, the difference at either end of its rounding.
    """
    d, both = len(a), [*a, *b]
    n = (min(s.n for s in a), min(s.n for s in b))
    estimate = sum(_gap(x, y) for x, y in zip(a, b, strict=True)) / d
    if min(n) < ENOUGH:
        reason = "one replicate only: a spread needs two"
        return Contrast("", n, estimate=finite(estimate), reason=reason, testable=False)
    pairs = list(zip(a, b, strict=True))
    exact = independent(estimate, pairs, ask, " from summaries")
    unit = sum(s.mean_unit for s in both) / d
    if not rounded:
        return exact
    widest = [(s.widest[0] / d**2, s.df) for s in both]
    pooled = [(sum(v for v, _ in widest), fewest_df(pairs))]
    # What any printed so can need at most: each mean's own quantile, or the fewest joint degrees.
    parts = widest if is_risky(pairs) else pooled
    return _least(exact.test, estimate, parts, unit, n, ask, paired=False)


def matched(parts: Sequence[Summary], ask: Ask) -> Contrast:
    """Compare the average of D means of differences with zero, as stratified(rounded=True) does.

    parts: of each dataset, of n >= 2 differences.
    """
    d, n = len(parts), min(s.n for s in parts)
    estimate = sum(s.mean for s in parts) / d
    df = _fewest([{s.narrowest, s.widest} for s in parts])
    widest = [(sum(s.widest[0] for s in parts) / d**2, df)]
    unit = sum(s.mean_unit for s in parts) / d
    return _least("", estimate, widest, unit, (n, n), ask, paired=True)


def _least(  # noqa: PLR0917 - a test, and how far its estimate may be off
    test: str,
    estimate: float,
    parts: Sequence[Part],
    unit: float,
    n: tuple[int, int],
    ask: Ask,
    *,
    paired: bool,
) -> Contrast:
    """The t test whose estimate may be `unit` nearer to zero, or to the margin, than it is."""
    near = math.copysign(max(0.0, abs(estimate) - unit), estimate)
    whole = safe_contrast(test, estimate, parts, n=n, paired=paired, ask=ask)
    least = safe_contrast(test, near, parts, n=n, paired=paired, ask=Ask(ask.alpha))
    if whole.low is None or whole.high is None:
        return whole
    within = None
    if ask.margin is not None and ask.margin > unit:
        narrower = replace(ask, margin=ask.margin - unit)
        within = safe_contrast("", estimate, parts, n=n, paired=paired, ask=narrower).p_equivalent
    return replace(
        whole,
        low=whole.low - unit,
        high=whole.high + unit,
        p=least.p,
        statistic=least.statistic,
        df=least.df,
        p_equivalent=within if within is not None or ask.margin is None else 1.0,
        equivalence=None
        if whole.equivalence is None
        else (whole.equivalence[0] - unit, whole.equivalence[1] + unit),
    )


def fewest_df(pairs: Sequence[tuple[Summary, Summary]]) -> float:
    """Smallest Satterthwaite degrees of freedom of a sum of variances, over their roundings.

    Their inverse is a ratio of a convex function to the square of a linear one, so it is largest
    at a corner of the box. Too many corners: the smallest of the parts' own, which is never more.
    The two of a difference that counts with joint degrees of freedom (means.together()) have never
    fewer than the smaller of theirs.
    """
    ends: list[set[Part]] = []
    for a, b in pairs:
        ends += [{a.narrowest, a.widest}, {b.narrowest, b.widest}]
        if len(pairs) > 1 and unbalanced(a.n, b.n):
            fewest = min(a.df, b.df)
            (v, _), (w, _) = a.narrowest, b.narrowest
            ends[-2:] = [{(v + w, fewest), (a.widest[0] + b.widest[0], fewest)}]
    return _fewest(ends)


def _fewest(ends: Sequence[set[Part]]) -> float:
    """The fewest degrees of freedom at any corner."""
    dfs = [next(iter(end))[1] for end in ends]
    if len([end for end in ends if len(end) > 1]) > VERTICES:
        return min(dfs)
    corners = [c for c in product(*ends) if any(v > 0 for v, _ in c)]
    return min((satterthwaite(c)[1] for c in corners), default=sum(dfs))


def _gap(a: Summary, b: Summary) -> float:
    apart = a.mean - b.mean
    return 0.0 if abs(apart) <= FLAT * max(abs(a.mean), abs(b.mean)) else apart
