"""Achieved error rate and coverage, simulated on the user's own design, beside the nominal."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from paperforge.model import Calibration, ComparisonRates, FamilyRate, LeftOut, Rate
from paperforge.spec import DesignSpec, Unit
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.decide import analyse
from paperforge.stats.design import FOLD, replicate_noun, usable
from paperforge.stats.folds import share_of
from paperforge.stats.mid_p import unconditional
from paperforge.stats.null import Runs, spelled
from paperforge.stats.null_examples import Examples, of_examples
from paperforge.stats.null_others import Crossed, Datasets
from paperforge.stats.null_shares import WORDS, Shares, of_wilson
from paperforge.stats.pilot import pilots
from paperforge.stats.shared import samples_on_shared
from paperforge.stats.substitute import Substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from paperforge.model import Analysis, Decision, Meter, Results, Sample
    from paperforge.spec import Metric

RUNS = 2000
MEAN = "mean"
DRAWS = 999
"""Replicates of a resampling in each simulation: enough for its level, in a tenth of the time."""
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
    null.py, null_examples.py and null_others.py for how values are drawn. The answer depends on
    seed and on the runs done alone. seconds: start no further block of simulations after so long;
    `runs` says how many were done. Raises what analyse() raises.
    """
    import numpy as np

    own, spec = analyse(results, spec), usable(results, spec)
    unit = own.design.unit
    tested = tuple(m for m in results.metrics if m.tested)
    primary = [d for d in own.decisions if d.primary]
    nulls: Nulls = {}
    for k, m in enumerate(tested):  # each metric has draws of its own
        nulls |= draws_of(results, m, own.design.of(m.name).unit, spec, seed + k)
    units = dict.fromkeys((unit, *(own.design.of(m.name).unit for m in tested)))
    said = " ".join(words(results, one, spec, nulls) for one in units)
    if not any(d.p is not None for d in primary):
        return Calibration(spec.alpha, 0, seed, unit, said if unit is Unit.NONE else "", (), ())
    block, quick = block_of(nulls), replace(spec, draws=DRAWS)
    plain = tuple(m if unit is Unit.EXAMPLE else as_measured(m) for m in tested)
    counts, start, done = Counts(), clock(), 0
    while done < runs and not (done and seconds is not None and clock() - start >= seconds):
        replicates = np.arange(done, min(runs, done + block))
        for drawn in together(nulls, replicates):
            found = Substitute(results, partial(find, drawn), plain, results.datasets, drawn=True)
            counts.add(analyse(found, quick), spec.alpha)
        done += len(replicates)
        if meter is not None:
            meter.begin("results without a difference", done, runs)
    metrics = {d.metric for d in primary if d.p is not None}
    return Calibration(
        spec.alpha,
        done,
        seed,
        unit,
        said if unit is not Unit.NONE else f"{WORDS} {said}",
        tuple(counts.rates(d, done) for d in primary),
        tuple(
            family(results, own, m.name, counts, done, spec) for m in tested if own.primary(m.name)
        ),
        tuple(counts.left_out(best.metric, done) for best in own.best),
        None
        if spec.family == "metric" or len(metrics) == 1
        else Rate.of(counts.families[ALL], done),
    )


def find(drawn: Drawn, metric: str, unit: Unit) -> tuple[Sample, ...]:
    """The cells of a metric."""
    return drawn.get((metric, unit), ())


Null = Runs | Examples | Datasets | Crossed | Shares
Nulls = dict[tuple[str, Unit], Null]


def draws_of(results: Results, metric: Metric, unit: Unit, spec: DesignSpec, seed: int) -> Nulls:
    """The nulls of one metric by name and reading.

    Of a corpus metric over examples those of its parts, which are dealt alike; elsewhere its value
    of each run stands for it.
    """
    shared = results.shared_runs
    if unit is Unit.EXAMPLE:
        made: Nulls = {}
        for name in metric.parts if metric.corpus else (metric.name,):
            made[name, unit] = Examples.of(results.samples(name, unit), seed)
            made[name, Unit.SEED] = Runs.of(
                results.samples(name, Unit.SEED), spec, seed, shared=shared
            )
        return made
    runs = run_samples(results, metric)
    if unit is Unit.NONE:
        return {(metric.name, Unit.SEED): Shares.of(runs, results.quotes(metric.name), seed)}
    if unit is Unit.DATASET:
        return {(metric.name, Unit.SEED): Datasets.of(runs, seed)}
    if unit is Unit.BOTH and not metric.corpus:
        examples = results.samples(metric.name, Unit.EXAMPLE)
        pair = Crossed.of(
            *samples_on_shared(results, metric, runs, examples), spec, seed, shared=shared
        )
        return {(metric.name, one.unit): one for one in pair}
    shares = shares_of(results, spec)
    alike = spec.aggregate != MEAN
    runs = spelled(runs, results.quotes(metric.name))
    null = Runs.of(runs, spec, seed, shared=shared, shares=shares, alike=alike)
    return {(metric.name, Unit.SEED): null}


def as_measured(metric: Metric) -> Metric:
    """The same metric, as one that every run has a value of."""
    return replace(metric, corpus="", parts=()) if metric.corpus else metric


def block_of(nulls: Nulls) -> int:
    """How many simulations to prepare together, so that memory is bounded."""
    numbers = sum(null.numbers for null in nulls.values())
    return max(1, min(BLOCK, NUMBERS // max(1, numbers)))


def together(nulls: Nulls, replicates: np.ndarray) -> Iterator[Drawn]:
    """Give the cells of all metrics, replicate by replicate."""
    drawn = {at: null.draw(replicates) for at, null in nulls.items()}
    for i in range(len(replicates)):
        yield {at: row[i] for at, row in drawn.items()}


Place = tuple[str, str, str, "str | None"]
ALL = ""
"""In the place of a metric: any of them."""


class Counts:
    """What the simulations gave so far."""

    def __init__(self) -> None:
        self.small: Counter[Place] = Counter()
        self.decided: Counter[Place] = Counter()
        self.intervals: Counter[Place] = Counter()
        self.covered: Counter[Place] = Counter()
        self.families: Counter[str] = Counter()
        self.left: Counter[tuple[str, str]] = Counter()

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
        self.families[ALL] += bool(claimed)
        for best in analysis.best:
            for method, _ in best.ps:
                self.left[best.metric, method] += method not in best.methods

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

    def left_out(self, metric: str, done: int) -> LeftOut:
        """The method that the best-set of this metric leaves out most often."""
        mine = {method: n for (name, method), n in self.left.items() if name == metric}
        method = max(mine, key=lambda name: mine[name], default="")
        return LeftOut(metric, method, Rate.of(mine.get(method, 0), done))


def place(d: Decision) -> Place:
    """What names a comparison."""
    return d.metric, d.a, d.b, d.scope


def family(  # noqa: PLR0917  parts of one value
    results: Results, own: Analysis, metric: str, counts: Counts, done: int, spec: DesignSpec
) -> FamilyRate:
    """Rate of one metric's family."""
    mine = own.primary(metric)
    size = max((d.family for d in mine), default=0)
    made = FamilyRate(metric, size, spec.correction, Rate.of(counts.families[metric], done))
    if len(mine) != 1 or not mine[0].test.startswith("McNemar "):
        return made
    found = [one for one in pilots(results, own) if one.metric.name == metric]
    if len(found) != 1 or found[0].discordance is None:
        return made
    n = found[0].n
    m, exact = round(found[0].discordance * n), mine[0].test == "McNemar exact"
    return replace(made, discordant=m, unconditional=unconditional(m, n, spec.alpha, exact=exact))


def shares_of(results: Results, spec: DesignSpec) -> dict[str, float] | None:
    """Dataset -> n_test / n_train, where the replicates are folds (0: not known); else nothing."""
    if replicate_noun(results) != FOLD:
        return None
    folds = results.folds
    return {d.name: share_of(folds.get(d.name, 0), spec.test_share) for d in results.datasets}


def words(results: Results, unit: Unit, spec: DesignSpec, nulls: Nulls) -> str:
    """How the null was made; of shares how often their intervals hold them."""
    if unit is Unit.NONE:
        found = [of_wilson(null, spec.alpha) for null in nulls.values() if isinstance(null, Shares)]
        return " ".join(dict.fromkeys(filter(None, found)))
    if unit is not Unit.EXAMPLE and shares_of(results, spec) is not None:
        again = results.fold_runs[1] > 1
        return (
            "The seeds of a fold, which are the same split, were drawn as their mean. "
            * again
            + "Every cell was drawn from a normal distribution with its own standard deviation "
            "around the mean of its dataset, its folds correlated by n_test / (n_test + n_train), "
            "as the corrected test takes them to be (Nadeau and Bengio 2003). How much they truly "
            "correlate cannot be told from the folds of one study (Bengio and Grandvalet 2004, "
            "JMLR 5): this is the rate if that is right; where cross-validation itself was "
            "simulated it was .011 to .043 on one dataset."
        )
    if unit is Unit.EXAMPLE:
        return of_examples([null for null in nulls.values() if isinstance(null, Examples)])
    if unit is Unit.DATASET:
        return "The methods' scores on each dataset were dealt out among them at random."
    if unit is Unit.BOTH:
        return (
            "Every score is the sum of what its run adds (normal, as the runs of its cell vary), "
            "what its example adds (dealt out among the methods at random) and a normal residual."
        )
    own = "its own" if spec.aggregate == MEAN else "its dataset's pooled"
    return (
        f"Every cell was drawn from a normal distribution with {own} standard deviation around "
        "the mean of its dataset."
    )
