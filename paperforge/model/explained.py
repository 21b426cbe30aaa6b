"""What can be said about an analysis: why its tests, how they would err, what flips a decision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperforge.model.analysis import Verdict
    from paperforge.spec import Unit


@dataclass(frozen=True, slots=True)
class Observed:
    """A number about the data that was looked at, and never used to choose the test."""

    name: str
    """"n", "spread ratio", "largest residual", "skewness", "zeros", "discordant", …"""
    value: float
    words: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """The same comparison under another test. Numbers are in printed units; estimate = a - b."""

    test: str
    estimate: float | None
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None
    """Over the family, where the other comparisons take this test too, as far as they can."""
    smallest_p: float | None
    monte_carlo: float | None
    """Monte Carlo standard error of p; None: p is exact or from a formula."""
    verdict: Verdict | None
    """None where there is no p."""
    changes: bool = False
    """Whether the verdict is another one in substance: inconclusive and undecidable are one."""
    needs: str = ""
    """What would have to be declared or taken for granted first; empty: defensible as it is."""
    reason: str = ""
    """Why there is no p, or no interval."""
    probabilities: tuple[float, float, float] | None = None
    """Bayesian: that a - b is below the region of practical equivalence, within it, above it."""


@dataclass(frozen=True, slots=True)
class Why:
    """One primary comparison: why its test, what was not used, what else could have been."""

    metric: str
    a: str
    b: str
    scope: str | None
    verdict: Verdict
    test: str
    chosen: tuple[str, ...]
    """Sentences: the design, and the test it calls for."""
    rejected: tuple[tuple[str, str], ...]
    """A test or habit, and why it was not taken."""
    observed: tuple[Observed, ...]
    alternatives: tuple[Alternative, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    """Other tests that cannot be made of these data, and why."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of simulations with its Monte Carlo standard error."""

    value: float
    error: float
    """At (count + 1) / (n + 2), so that it is not 0 where the share is."""

    @classmethod
    def of(cls, count: int, n: int) -> Rate:
        """So many of n."""
        near = (count + 1) / (n + 2)
        return cls(count / n, math.sqrt(near * (1 - near) / n))


@dataclass(frozen=True, slots=True)
class ComparisonRates:
    """One primary comparison where nothing differs."""

    metric: str
    a: str
    b: str
    scope: str | None
    test: str
    """The test that the user's own data took."""
    size: Rate
    """p < alpha, unadjusted."""
    decided: Rate
    """A difference was claimed, after the correction."""
    coverage: Rate | None
    """The interval holds 0; None where no simulation gave one."""


@dataclass(frozen=True, slots=True)
class FamilyRate:
    """The primary comparisons of one metric together."""

    metric: str
    comparisons: int
    correction: str
    error_rate: Rate
    """Share of simulations with any claim: the family-wise error rate; under a global null, also
    the false discovery rate."""
    discordant: int | None = None
    """Of one McNemar test: the examples that only one method has right, as in every simulation."""
    unconditional: float | None = None
    """Its rate where their number varies as from study to study; enumerated (mid_p.py)."""

    def is_above(self, alpha: float, runs: int) -> bool:
        """Whether the error rate is above alpha: by more than chance (3 errors), if simulated."""
        if self.unconditional is not None:
            return round(self.unconditional, 3) > alpha
        return self.error_rate.value > alpha + 3 * math.sqrt(alpha * (1 - alpha) / runs)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How often the best-set of a metric leaves out a method, where all are best."""

    metric: str
    method: str
    """Of all methods the one that is left out most often."""
    share: Rate


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the analysis would have claimed if no method differed."""

    alpha: float
    runs: int
    seed: int
    unit: Unit
    null: str
    """How the null was made, in words; empty where nothing is tested."""
    comparisons: tuple[ComparisonRates, ...]
    families: tuple[FamilyRate, ...]
    best: tuple[LeftOut, ...] = ()
    """Of each metric that has a best-set."""
    whole: Rate | None = None
    """Share of simulations with any claim on any metric, where one family holds several."""

    @property
    def excessive(self) -> tuple[FamilyRate, ...]:
        """Families of which the error rate is above alpha."""
        if not self.runs:
            return ()
        return tuple(f for f in self.families if f.is_above(self.alpha, self.runs))


@dataclass(frozen=True, slots=True)
class Flip:
    """A change after which the verdict is another one."""

    what: str
    """"run", "dataset", "examples turned", "examples dropped", "answers turned", "test"."""
    count: int
    """How many of them; for examples and for several runs the fewest that were found: fewer may do,
    as not every choice of several is tried. Of a set of runs none can be spared."""
    which: tuple[str, ...]
    """Names of what was dropped or of the other test; empty for examples. Of answers: whose they
    are, and on which dataset."""
    verdict: Verdict
    p_adjusted: float | None
    ways: int = 1
    """Of single changes of this kind: how many flip it."""
    tried: int = 1
    agreed: int = 0
    """Of examples turned: those on which both methods had the same answer, and one has another."""


@dataclass(frozen=True, slots=True)
class Fragility:
    """One primary decision and what flips it, the smallest number first; nothing: robust."""

    metric: str
    a: str
    b: str
    scope: str | None
    verdict: Verdict
    p_adjusted: float | None
    flips: tuple[Flip, ...]
    complete: bool
    """Whether everything could be tried within the bound on the work."""
