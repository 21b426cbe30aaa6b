"""Achieved error rate and coverage, simulated on the user's own design, beside the nominal."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from paperforge.model import Calibration, ComparisonRates, FamilyRate, Rate
from paperforge.spec import DesignSpec, Unit
from paperforge.stats.decide import analyse
from paperforge.stats.design import FOLD, replicate_noun
from paperforge.stats.folds import share_of
from paperforge.stats.null import Examples, Runs
from paperforge.stats.substitute import Substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from paperforge.model import Analysis, Decision, Meter, Results, Sample

RUNS = 2000
BLOCK = 50
"""Simulations that are prepared together, at most."""
NUMBERS = 4_000_000
"""Values that are prepared together, at most."""
Drawn = dict[tuple[str, Unit], "tuple[Sample, ...]"]


def calibrate(
    results: Results,
    spec: DesignSpec,
    runs: int = RUNS,
    seed: int = 0,
    meter: Meter | None = None,
    *,
    seconds: float | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Calibration:
    """Run the real analysis on simulated results of the same design in which no method differs.

    Methods, datasets, keys, clusters, numbers of replicates and missing cells stay as they are. See
    null.Runs and null.Examples for how values are drawn. The answer depends on seed and on the runs
    done alone. seconds: start no further block of simulations after so long; `runs` says how many
    were done. Raises what analyse() raises.
    """
    import numpy as np

    own = analyse(results, spec)
    unit = own.design.unit
    tested = tuple(m for m in results.metrics if m.tested)
    primary = [d for d in own.decisions if d.primary]
    if unit is Unit.NONE or not any(d.p is not None for d in primary):
        return Calibration(spec.alpha, 0, seed, unit, "", (), ())
    nulls = {m.name: draws_of(results, m.name, unit, spec, seed) for m in tested}
    block = block_of(nulls)
    counts, start, done = Counts(), clock(), 0
    while done < runs and not (done and seconds is not None and clock() - start >= seconds):
        replicates = np.arange(done, min(runs, done + block))
        for drawn in together(nulls, replicates):
            found = Substitute(results, partial(find, drawn), tested, results.datasets)
            counts.add(analyse(found, spec), spec.alpha)
        done += len(replicates)
        if meter is not None:
            meter.begin("results without a difference", done, runs)
    return Calibration(
        spec.alpha,
        done,
        seed,
        unit,
        words(unit, folds=unit is not Unit.EXAMPLE and shares_of(results, spec) is not None),
        tuple(counts.rates(d, done) for d in primary),
        tuple(family(own, m.name, counts, done, spec) for m in tested if own.primary(m.name)),
    )


def find(drawn: Drawn, metric: str, unit: Unit) -> tuple[Sample, ...]:
    """The cells of a metric."""
    return drawn.get((metric, unit), ())


Nulls = list[tuple[Unit, "Runs | Examples"]]


def draws_of(results: Results, metric: str, unit: Unit, spec: DesignSpec, seed: int) -> Nulls:
    """The nulls of one metric: its runs, and its examples where they are replicated."""
    samples, shares = results.samples(metric, Unit.SEED), shares_of(results, spec)
    runs = Runs.of(samples, spec, seed, shared=results.shared_runs, shares=shares)
    made: Nulls = [(Unit.SEED, runs)]
    if unit is Unit.EXAMPLE:
        made.append((unit, Examples.of(results.samples(metric, unit), seed)))
    return made


def block_of(nulls: dict[str, Nulls]) -> int:
    """How many simulations to prepare together, so that memory is bounded."""
    numbers = sum(null.numbers for made in nulls.values() for _, null in made)
    return max(1, min(BLOCK, NUMBERS // max(1, numbers)))


def together(nulls: dict[str, Nulls], replicates: np.ndarray) -> Iterator[Drawn]:
    """Give the cells of all metrics, replicate by replicate."""
    drawn = {
        (metric, unit): null.draw(replicates)
        for metric, made in nulls.items()
        for unit, null in made
    }
    for i in range(len(replicates)):
        yield {at: row[i] for at, row in drawn.items()}


Place = tuple[str, str, str, "str | None"]


class Counts:
    """What the simulations gave so far."""

    def __init__(self) -> None:
        self.small: Counter[Place] = Counter()
        self.decided: Counter[Place] = Counter()
        self.intervals: Counter[Place] = Counter()
        self.covered: Counter[Place] = Counter()
        self.families: Counter[str] = Counter()

    def add(self, analysis: Analysis, alpha: float) -> None:
        """One more simulation."""
        claimed = set()
        for d in analysis.decisions:
            if not d.primary:
                continue
            at = place(d)
            self.small[at] += d.p is not None and d.p < alpha
            self.decided[at] += d.decided
            if d.low is not None and d.high is not None:
                self.intervals[at] += 1
                self.covered[at] += d.low <= 0 <= d.high
            if d.decided:
                claimed.add(d.metric)
        self.families.update(claimed)

    def rates(self, d: Decision, done: int) -> ComparisonRates:
        """Rates of one comparison."""
        at = place(d)
        return ComparisonRates(
            *at,
            d.test,
            Rate.of(self.small[at], done),
            Rate.of(self.decided[at], done),
            Rate.of(self.covered[at], self.intervals[at]) if self.intervals[at] else None,
        )


def place(d: Decision) -> Place:
    """What names a comparison."""
    return d.metric, d.a, d.b, d.scope


def family(own: Analysis, metric: str, counts: Counts, done: int, spec: DesignSpec) -> FamilyRate:
    """Rate of one metric's family."""
    size = max((d.family for d in own.primary(metric)), default=0)
    return FamilyRate(metric, size, spec.correction, Rate.of(counts.families[metric], done))


def shares_of(results: Results, spec: DesignSpec) -> dict[str, float] | None:
    """Dataset -> n_test / n_train, where the replicates are folds (0: not known); else nothing."""
    if replicate_noun(results) != FOLD:
        return None
    folds = results.folds
    return {d.name: share_of(folds.get(d.name, 0), spec.test_share) for d in results.datasets}


def words(unit: Unit, *, folds: bool = False) -> str:
    """How the null was made."""
    if folds:
        return (
            "Every cell was drawn from a normal distribution with its own standard deviation "
            "around the mean of its dataset, its folds correlated by n_test / (n_test + n_train), "
            "as the corrected test takes them to be (Nadeau and Bengio 2003). How much they truly "
            "correlate cannot be told from the folds of one study (Bengio and Grandvalet 2004, "
            "JMLR 5): this is the rate if that is right; where cross-validation itself was "
            "simulated it was .011 to .043 on one dataset."
        )
    if unit is Unit.EXAMPLE:
        return "The scores of each example (or cluster) were dealt out among the methods at random."
    return (
        "Every cell was drawn from a normal distribution with its own standard deviation "
        "around the mean of its dataset."
    )
