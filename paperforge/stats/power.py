"""What a design could have found: the difference it would detect with power .8."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

POWER = 0.8
NORMAL_DF = 1e6
"""From here on t is normal to more digits than the inversion of its noncentral form has."""


class Detects(Protocol):
    """What one test detects, known before the alpha that it is made at (the family's) is."""

    def at(self, alpha: float) -> float | None:
        """The difference found with power .8 by the test at alpha, in the estimate's unit.

        None: there is none, so few replicates never reach alpha.
        """


def in_order(parts: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Parts (variance, df) with the fewest df first, of equal df the largest.

    What is drawn or tabulated for a part is keyed by its place, and the order of the results is not
    a place of its own.
    """
    return sorted(parts, key=lambda part: (part[1], -part[0]))


@lru_cache(maxsize=4096)
def noncentrality(df: float, alpha: float) -> float:
    """Noncentrality at which a two-sided t test has power .8.

    The other tail is left out: at this power it is below 1e-5.
    """
    from scipy.special import nctdtrinc, ndtri, stdtrit

    if df >= NORMAL_DF:
        return float(ndtri(1 - alpha / 2) + ndtri(POWER))
    return float(nctdtrinc(df, 1 - POWER, stdtrit(df, 1 - alpha / 2)))


def detectable_t(se: float, df: float, alpha: float) -> float:
    """Detectable difference, in the unit of `se`, from the observed standard error."""
    return noncentrality(df, alpha) * se


def detectable_mcnemar(discordant: int, n: int, alpha: float) -> float:
    """Detectable difference of two proportions on n paired examples, at the observed discordance.

    Normal approximation: sqrt(n) d = z_alpha/2 sqrt(q) + z_power sqrt(q - d^2), q the share of
    discordant examples (Connor 1987, Biometrics 43(1)). Where q is too small for that d, all
    discordant examples are taken to favour one side: d = (z_alpha/2 + z_power)^2 / n.
    """
    from scipy.special import ndtri

    z_alpha, z_power = float(ndtri(1 - alpha / 2)), float(ndtri(POWER))
    q = discordant / n
    # (n + z_power^2) d^2 - 2 sqrt(n q) z_alpha d + q (z_alpha^2 - z_power^2) = 0, larger root
    a = n + z_power**2
    half_b = z_alpha * math.sqrt(n * q)
    root = math.sqrt(max(half_b**2 - a * q * (z_alpha**2 - z_power**2), 0.0))
    difference = (half_b + root) / a
    return difference if difference < q else min(1.0, (z_alpha + z_power) ** 2 / n)


@dataclass(frozen=True, slots=True)
class OfT:
    """What a t test of an estimate with this standard error and df detects, at any alpha."""

    se: float
    df: float

    def at(self, alpha: float) -> float:
        """The difference found with power .8, in the unit of `se`."""
        return detectable_t(self.se, self.df, alpha)


@dataclass(frozen=True, slots=True)
class OfShares:
    """What McNemar's test on n examples detects, at any alpha; times `whole`, the unit's 1."""

    discordant: int
    n: int
    whole: float = 1.0

    def at(self, alpha: float) -> float:
        """The difference of two proportions found with power .8."""
        return detectable_mcnemar(self.discordant, self.n, alpha) * self.whole


@dataclass(frozen=True, slots=True)
class OfShift:
    """What Wilcoxon's test of n differences (below 10 the exact sign-flip) detects, at any alpha.

    Their standard deviation is taken for the true one, and their distribution for normal; the power
    is simulated (plan_datasets.shift()).
    """

    sd: float
    n: int

    def at(self, alpha: float) -> float | None:
        """The shift found with power .8, in the unit of `sd`."""
        from paperforge.stats.plan_datasets import shift

        found = shift(self.n, alpha)
        return None if found is None else found * self.sd
