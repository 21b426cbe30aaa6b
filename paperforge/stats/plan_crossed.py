"""Seeds and examples both drawn anew: how many of each find a difference, given the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats import reached
from paperforge.stats.crossed import FEW, FEW_PAIRED, TEST
from paperforge.stats.outlook import OfHalves
from paperforge.stats.plan import CAUTION, fewest, upper_limit
from paperforge.stats.power import POWER

if TYPE_CHECKING:
    import numpy as np

ENOUGH = 2
PARTS = 16
"""Steps in which seeds and examples grow together: sixteenths of the pilot."""


@dataclass(frozen=True, slots=True)
class Components:
    """Of the variance of a difference in a pilot of S seeds x N examples, squared printed units.

    `runs`, `examples`, `both`: what each adds to it as it is (Contrast.sources); new numbers of
    seeds and examples divide them (Cornfield and Tukey 1956, crossed.py). `df`: of the mean squares
    of runs, of examples and of the residual.
    """

    runs: float
    examples: float
    both: float
    df: tuple[float, float, float]
    seeds: int
    """S, of each method."""
    tested: int
    """N."""
    paired: bool
    datasets: int = 1
    name: str = TEST

    def halves(
        self, seeds: float, examples: float, alpha: float, *, cautious: bool
    ) -> tuple[float, np.ndarray] | None:
        """True standard error, and the half-widths that studies of this size find (reached.py).

        Each is made as crossed.two_way() makes it. The variance over runs is that of as many equal
        parts (methods, datasets) as its degrees of freedom tell. cautious: see limits().
        """
        if min(seeds, examples) < ENOUGH:
            return None
        held = self.limits() if cautious else (self.runs, self.examples, self.both)
        if not all(map(math.isfinite, held)):
            return None
        more_s, more_n = seeds / self.seeds, examples / self.tested
        both = held[2] / (more_s * more_n)
        of_runs = held[0] / more_s + both
        of_examples = held[1] / more_n + both
        dfs = [
            df * ((n - 1) / (m - 1))
            for df, n, m in zip(self.df, (seeds, examples), (self.seeds, self.tested), strict=False)
        ]
        count = max(1, round(self.df[0] / (self.seeds - 1)))
        df_both = self.df[2] * (dfs[0] / self.df[0]) * (dfs[1] / self.df[1])
        return reached.two_way_halves(
            [(of_runs / count, seeds - 1)] * count,
            (of_examples, dfs[1]),
            (both, df_both),
            alpha,
            few=FEW_PAIRED if self.paired else FEW,
        )

    def limits(self) -> tuple[float, float, float]:
        """Upper 80% confidence limits of `runs`, `examples` and `both`.

        The mean square over runs (or examples) is what they add and the residual. With M the mean
        square, R the residual: M - R + sqrt((L - 1)^2 M^2 + G^2 R^2), L M the upper limit of M and
        (1 - G) R the lower one of R, both by chi-squared (Graybill and Wang 1980, J. Am. Stat.
        Assoc. 75(372):869-873, modified large samples). A mean square below the residual is
        counted as equal to it, so that no limit is 0: that errs on the safe side.
        """
        luck = [upper_limit(1.0, df) for df in self.df]
        if self.both <= 0:
            return self.runs * luck[0], self.examples * luck[1], 0.0
        lower = 1 - upper_limit(1.0, self.df[2], 1 - CAUTION)

        def limit(variance: float, times: float) -> float:
            return variance + math.hypot((times - 1) * (variance + self.both), lower * self.both)

        return limit(self.runs, luck[0]), limit(self.examples, luck[1]), self.both * luck[2]

    @property
    def assumed(self) -> tuple[str, ...]:
        """What both laws stand on."""
        if self.paired:
            text = (
                "what runs and examples add together is counted in both, as the test of pairs "
                "does: it errs on the safe side"
            )
            return (text,)
        none = [
            noun
            for noun, variance in (("seeds", self.runs), ("examples", self.examples))
            if variance <= 0
        ]
        if not none:
            return ()
        nouns = " and ".join(none)
        text = (
            f"the pilot's {nouns} vary by no more than single scores explain: they are taken to "
            "add nothing of their own; if that was luck, what Graybill and Wang (1980) allow"
        )
        return (text,)

    @property
    def spreads(self) -> tuple[tuple[str, float], ...]:
        """Standard deviations of the difference that one seed, one example, or both would add."""
        made = [
            ("of the difference from one run of each method", math.sqrt(self.runs * self.seeds)),
            ("of an example's difference", math.sqrt(self.examples * self.tested)),
        ]
        if self.both > 0:
            single = math.sqrt(self.both * self.seeds * self.tested)
            made.append(("of what else two single scores differ by", single))
        return tuple(made)

    @property
    def on(self) -> str:
        """Where."""
        return f" on each of the {self.datasets} datasets" if self.datasets > 1 else ""

    @property
    def test(self) -> str:
        """The test, over one dataset or several."""
        over = f" on averages over the {self.datasets} datasets" if self.datasets > 1 else ""
        return f"{self.name}{over}: new seeds and new examples"


def together(of: Components, difference: float, alpha: float) -> tuple[int, int] | None:
    """Seeds and examples in the pilot's proportion that find a difference; None: 10^9 do not."""

    def at(times: int) -> tuple[int, int]:
        return math.ceil(of.seeds * times / PARTS), math.ceil(of.tested * times / PARTS)

    def enough(times: int) -> bool:
        found = of.halves(*at(times), alpha, cautious=False)
        return found is not None and reached.power_at(difference, *found) >= POWER

    times = fewest(enough)
    return None if times is None else at(times)


@dataclass(frozen=True, slots=True)
class Seeds(OfHalves):
    """n seeds of each method on a number of examples."""

    of: Components
    examples: int

    noun = "seeds"
    limit = (
        "that is what so few examples leave uncertain, however often the methods are trained; more "
        "examples lower it"
    )

    def halves(self, n: float, alpha: float, *, cautious: bool) -> tuple[float, np.ndarray] | None:
        """As in OfHalves."""
        return self.of.halves(n, self.examples, alpha, cautious=cautious)

    @property
    def fixed(self) -> str:
        """As in Law."""
        return f"with {self.examples:,} examples"

    def amount(self, n: int) -> str:
        """As in Law."""
        word = "seed" if n == 1 else "seeds"
        return f"{n:,} {word} of each method{self.of.on}, scored on {self.examples:,} examples"

    @property
    def test(self) -> str:
        """As in Law."""
        return self.of.test

    @property
    def spreads(self) -> tuple[tuple[str, float], ...]:
        """As in Law."""
        return self.of.spreads

    @property
    def assumed(self) -> tuple[str, ...]:
        """As in Law."""
        return self.of.assumed


@dataclass(frozen=True, slots=True)
class Examples(OfHalves):
    """n examples, scored by a number of seeds of each method."""

    of: Components
    seeds: int

    noun = "examples"
    limit = (
        "that is what so few seeds leave uncertain, however many examples they are scored on; more "
        "seeds lower it"
    )

    def halves(self, n: float, alpha: float, *, cautious: bool) -> tuple[float, np.ndarray] | None:
        """As in OfHalves."""
        return self.of.halves(self.seeds, n, alpha, cautious=cautious)

    @property
    def fixed(self) -> str:
        """As in Law."""
        return f"with {self.seeds:,} seeds of each method"

    def amount(self, n: int) -> str:
        """As in Law."""
        word = "example" if n == 1 else "examples"
        return f"{n:,} {word}{self.of.on}, scored by {self.seeds:,} seeds of each method"

    @property
    def test(self) -> str:
        """As in Law."""
        return self.of.test

    @property
    def spreads(self) -> tuple[tuple[str, float], ...]:
        """As in Law."""
        return self.of.spreads

    @property
    def assumed(self) -> tuple[str, ...]:
        """As in Law."""
        return self.of.assumed
