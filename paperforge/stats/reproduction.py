"""A published value against reproduced runs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from paperforge.stats.cells import moments
from paperforge.stats.contrast import finite, honest
from paperforge.stats.means import satterthwaite
from paperforge.stats.summaries import half_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.stats.sums import Part

TIES = 1e-9
"""Share of half a unit by which a tie may miss it in binary."""


class Agreement(StrEnum):
    """What reproduced runs say about a published value."""

    ROUNDING = "within rounding"
    """Their mean, printed to as many digits, is the published value."""
    INTERVAL = "within interval"
    """Runs of one method differ by as much."""
    DIFFERENT = "different"
    """By more than chance and rounding explain at the level of the interval."""
    UNTESTED = "untested"
    """Beyond rounding, and nothing says how much runs vary."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """One published value beside its reproduction, in one unit.

    low, high: where a published value agrees, with half a unit of its last digit at both ends: it
    lies outside exactly where p < alpha.
    """

    agreement: Agreement
    published: float
    mean: float | None
    n: int
    estimate: float | None
    """Reproduced less published."""
    low: float | None = None
    high: float | None = None
    p: float | None = None
    df: float | None = None
    interval: str = ""
    """Which: "prediction interval of a run", "published values that would not differ (Welch)", …"""
    reason: str = ""


def reproduce(
    published: float,
    decimals: int | None,
    values: np.ndarray,
    *,
    spread: float | None = None,
    n: int | None = None,
    alpha: float = 0.05,
) -> Reproduction:
    """Compare a published value, printed with `decimals`, with reproduced runs, shape (m,).

    spread, n: standard deviation and number of the published runs, where they are known.

    - Both known, n and m at least 2: the interval of the difference by Welch (1947, Biometrika 34).
    - Spread unknown, m at least 2: the published value is taken for a mean of n further runs (one,
      where n is unknown) with the spread of the reproduced ones: t prediction interval, mean -+
      t_(m-1) s sqrt(1/n + 1/m) (Hahn and Meeker 1991, Statistical Intervals, chapter 4).
    - One reproduced run, spread known and n at least 2: the same about the published mean.

    p and the verdict take the published value for the nearest one that is printed so; "different"
    is said where p < alpha. Not finite values are to be left out before.
    """
    return reproduce_average(published, decimals, [values], spread=spread, n=n, alpha=alpha)


def reproduce_average(
    published: float,
    decimals: int | None,
    cells: Sequence[np.ndarray],
    *,
    spread: float | None = None,
    n: int | None = None,
    alpha: float = 0.05,
) -> Reproduction:
    """The same of a published average over D datasets; cells: their runs, arrays of shape (m_d,).

    Runs of the datasets are independent: variances add, each over D squared, with Satterthwaite's
    degrees of freedom. `n` of the result is that of the dataset with fewest runs; `spread` that of
    the published averages.
    """
    m = min((len(values) for values in cells), default=0)
    if m == 0:
        return Reproduction(Agreement.UNTESTED, published, None, 0, None, reason="no run")
    size = max(abs(published), *(float(abs(values).max()) for values in cells))
    found = [moments(values, size) for values in cells]
    mean = sum(each for each, _ in found) / len(cells)
    apart, unit = mean - published, half_unit(decimals)
    agreement = Agreement.UNTESTED
    if abs(apart) <= unit * (1 + TIES):
        agreement = Agreement.ROUNDING
    plain = Reproduction(agreement, published, finite(mean), m, finite(apart))
    own = [(sd / len(cells), len(values)) for (_, sd), values in zip(found, cells, strict=True)]
    part, called = _part(own, m, spread, n)
    variance, df = part
    if df <= 0 or not math.isfinite(apart) or not math.isfinite(variance):
        return _because(plain, "one run, and no spread is published")
    if variance <= 0:
        return _because(plain, "the runs do not vary")
    return _judged(plain, part, called, unit, alpha)


def _part(
    own: Sequence[tuple[float, int]], m: int, spread: float | None, n: int | None
) -> tuple[Part, str]:
    """Variance of reproduced less published, its degrees of freedom, the interval's name.

    own: of each dataset the deviation of a run, over the number of datasets, and its runs.
    """
    known = spread is not None and n is not None and n > 1
    if known and m > 1:
        assert spread is not None
        assert n is not None
        parts = [(sd * sd / k, k - 1.0) for sd, k in own]
        return satterthwaite([*parts, (spread * spread / n, n - 1.0)]), (
            "published values that would not differ (Welch)"
        )
    if m > 1:
        runs = max(1, n or 1)
        many = "a run" if runs == 1 else f"the mean of {runs} runs"
        parts = [(sd * sd * (1 / runs + 1 / k), k - 1.0) for sd, k in own]
        return satterthwaite(parts), f"prediction interval of {many}"
    if known:
        assert spread is not None
        assert n is not None
        return (spread * spread * (1 + 1 / n), n - 1.0), "prediction interval of a run"
    return (0.0, 0.0), ""


def _because(plain: Reproduction, reason: str) -> Reproduction:
    return replace(plain, reason=reason)


def _judged(
    plain: Reproduction, part: Part, called: str, unit: float, alpha: float
) -> Reproduction:
    """Add the interval, p and the verdict."""
    from scipy.special import stdtr, stdtrit

    assert plain.mean is not None
    assert plain.estimate is not None
    variance, df = part
    se = math.sqrt(variance)
    half = float(stdtrit(df, 1 - alpha / 2)) * se + unit
    p = honest(2 * float(stdtr(df, -max(0.0, abs(plain.estimate) - unit) / se)))
    agreement = plain.agreement
    if agreement is not Agreement.ROUNDING:
        agreement = Agreement.DIFFERENT if p < alpha else Agreement.INTERVAL
    return replace(
        plain,
        agreement=agreement,
        low=plain.mean - half,
        high=plain.mean + half,
        p=p,
        df=df,
        interval=called,
    )
