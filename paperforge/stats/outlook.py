"""What a number of replicates finds, where that is no plain t test: the laws that a plan asks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from paperforge.stats import reached
from paperforge.stats.plan import DRAWN, Needed, fewest, t_power
from paperforge.stats.power import NORMAL_DF, noncentrality

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.stats.sums import Part

MOST = 10**9
"""Replicates that stand for any number of them."""


class Law(Protocol):
    """From replicates to the smallest difference, in printed units; with the words for it."""

    @property
    def noun(self) -> str:
        """What is counted, as the head of a column: "repeats"."""

    @property
    def test(self) -> str:
        """The test that is planned."""

    @property
    def spreads(self) -> Sequence[tuple[str, float]]:
        """Standard deviations that it stands on, each with what it is of."""

    @property
    def assumed(self) -> Sequence[str]:
        """What else it stands on, without numbers that have a unit."""

    @property
    def limit(self) -> str:
        """Why more replicates stop helping; empty: they do not stop."""

    @property
    def fixed(self) -> str:
        """What is held fixed: "with 200 examples"; empty: nothing that could be had more of."""

    def amount(self, n: int) -> str:
        """So many of them, and where: "3 repeats of the 10 folds"."""

    def smallest(self, n: int, alpha: float, *, cautious: bool = False) -> float | None:
        """The difference found with power .8; None: too few to test, or not known.

        cautious: with every variance of the pilot at its upper limit (plan.upper_limit).
        """

    def power(self, difference: float, n: int, alpha: float) -> float:
        """Power at a difference, with n replicates."""

    def floor(self, alpha: float, *, cautious: bool = False) -> float:
        """What no number of replicates goes below; 0: nothing."""


def needed(law: Law, difference: float, alpha: float) -> Needed:
    """The fewest replicates that find a difference; none where the law's floor is above it.

    Raises ValueError for no difference.
    """
    wanted = abs(difference)
    if wanted == 0:
        raise ValueError("no number of replicates finds a difference of zero")

    def first(*, cautious: bool) -> int | None:
        if law.floor(alpha, cautious=cautious) >= wanted:
            return None

        def enough(n: int) -> bool:
            found = law.smallest(n, alpha, cautious=cautious)
            return found is not None and found <= wanted

        n = 1 if enough(1) else fewest(enough)
        while n is not None and n > 1 and enough(n - 1):  # a test of few may be no smooth law
            n -= 1
        return n

    n = first(cautious=False)
    known = law.smallest(n or MOST, alpha, cautious=True) is not None
    reached = 0.0 if n is None else law.power(wanted, n, alpha)
    return Needed(n, reached, first(cautious=True) if known else None)


class OfHalves:
    """A law of a t test with df that a study finds itself (reached.py)."""

    __slots__ = ()

    def halves(self, n: float, alpha: float, *, cautious: bool) -> tuple[float, np.ndarray] | None:
        """True standard error and drawn half-widths with n replicates; None: too few."""
        raise NotImplementedError

    def smallest(self, n: float, alpha: float, *, cautious: bool = False) -> float | None:
        """As in Law."""
        found = self.halves(n, alpha, cautious=cautious)
        if found is None:
            return None
        return reached.reach(*found) if found[0] > 0 else 0.0

    def power(self, difference: float, n: int, alpha: float) -> float:
        """As in Law."""
        found = self.halves(n, alpha, cautious=False)
        if found is None:
            return 0.0
        return reached.power_at(difference, *found) if found[0] > 0 else 1.0

    def floor(self, alpha: float, *, cautious: bool = False) -> float:
        """As in Law."""
        return self.smallest(math.inf, alpha, cautious=cautious) or 0.0


class OfParts:
    """A law of a t test whose variance is a sum of parts, df by Satterthwaite over several."""

    __slots__ = ()

    def parts(self, n: float, *, cautious: bool) -> tuple[Part, ...] | None:
        """The parts with n replicates, each with its df; None: too few, or not known."""
        raise NotImplementedError

    def smallest(self, n: float, alpha: float, *, cautious: bool = False) -> float | None:
        """As in Law."""
        held = self.parts(n, cautious=cautious)
        if held is None:
            return None
        if is_drawn(held):
            return reached.reach(*reached.satterthwaite_halves(held, alpha))
        se, df = satterthwaite(held)
        return se * noncentrality(df, alpha)

    def power(self, difference: float, n: int, alpha: float) -> float:
        """As in Law."""
        held = self.parts(n, cautious=False)
        if held is None:
            return 0.0
        if is_drawn(held):
            return reached.power_at(difference, *reached.satterthwaite_halves(held, alpha))
        se, df = satterthwaite(held)
        return t_power(difference / se, df, alpha) if se > 0 else 1.0

    def floor(self, alpha: float, *, cautious: bool = False) -> float:
        """As in Law."""
        return self.smallest(math.inf, alpha, cautious=cautious) or 0.0


def is_drawn(parts: Sequence[Part]) -> bool:
    """Whether the df of a sum depend on what a study finds: of several parts, one of few df."""
    held = [df for variance, df in parts if variance > 0]
    return len(held) > 1 and min(held) < DRAWN


def satterthwaite(parts: Sequence[Part]) -> tuple[float, float]:
    """Root of a sum of variances and its degrees of freedom (Satterthwaite 1946)."""
    total = math.fsum(v for v, _ in parts)
    if total <= 0:
        return 0.0, NORMAL_DF
    shares = math.fsum((v / total) ** 2 / df for v, df in parts)
    return math.sqrt(total), min(NORMAL_DF, 1 / shares) if shares > 0 else NORMAL_DF
