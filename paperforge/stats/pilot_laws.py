"""Pilot results -> the law of a plan, where the design's test is no plain t test of seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.spec import Unit
from paperforge.stats import robust
from paperforge.stats.cells import read, scored
from paperforge.stats.clusters import cr2, lone
from paperforge.stats.compare import matched, one_way
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.crossed import residual
from paperforge.stats.datasets import NEMENYI, WILCOXON
from paperforge.stats.decide import setting
from paperforge.stats.folds import NO_RATIO
from paperforge.stats.grouping import nouns, sampled
from paperforge.stats.means import difference
from paperforge.stats.nested import Prompts, Samples, nested
from paperforge.stats.plan_aggregates import Runs
from paperforge.stats.plan_clusters import Clustered, Clusters
from paperforge.stats.plan_crossed import Components, Examples, Seeds
from paperforge.stats.plan_datasets import Datasets
from paperforge.stats.plan_folds import FoldPart, Folds
from paperforge.stats.shared import of_methods

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paperforge.model import Analysis, Decision, Results
    from paperforge.spec import DesignSpec, Metric
    from paperforge.stats.cells import Cells
    from paperforge.stats.compare import Setting
    from paperforge.stats.outlook import Law

ENOUGH = 2
ALPHA = 0.05
"""At which comparisons are ranked by what they would take."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a pilot says of one comparison."""

    metric: Metric
    a: str
    b: str
    unit: Unit
    law: Law
    n: int
    """Replicates that the law counts, in the pilot."""
    other: Law | None = None
    """Of what else could be had more of: examples beside seeds, samples beside prompts."""
    others: int = 0
    """Of those, in the pilot."""
    trainings: int = 1
    """Of each method for each replicate, over all datasets."""
    cluster: float = 1.0
    """Examples a cluster, on average; and how much clusters add to the variance of a mean."""
    effect: float = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Other numbers than the pilot's for what the law holds fixed; None: the pilot's."""

    seeds: int | None = None
    examples: int | None = None
    samples: int | None = None


def kind(results: Results, analysis: Analysis, spec: DesignSpec, metric: str) -> str:
    """Which of KINDS the design calls for of a metric; empty: a t test or McNemar's (pilot.py).

    Of single examples "clusters", which finds nothing where they stand alone.
    """
    design = analysis.design.of(metric)
    runs = design.unit in (Unit.SEED, Unit.BOTH)
    if runs and design.noun == "fold":
        return "folds"
    if design.unit is Unit.DATASET:
        return "datasets"
    if runs and spec.aggregate != "mean" and len(analysis.datasets) > 1:
        return "aggregate"
    if design.unit is Unit.BOTH:
        return "crossed"
    if design.unit is not Unit.EXAMPLE:
        return ""
    return "prompts" if sampled(results) else "clusters"


def laws(
    results: Results, analysis: Analysis, spec: DesignSpec, asked: Asked | None = None
) -> tuple[Found, ...]:
    """For each tested metric of which kind() is not empty its comparison that takes the most.

    Each metric in its own unit. Metrics without a comparison that varies are left out. Raises
    InputError for a design that cannot be planned, with the reason.
    """
    made = []
    for metric in analysis.metrics:
        family, name = analysis.primary(metric.name), kind(results, analysis, spec, metric.name)
        if not family or not name:
            continue
        make = KINDS[name]
        runs = tuple(scored(sample, metric) for sample in run_samples(results, metric))
        cells = read(results, metric, analysis.design.of(metric.name).unit, runs)
        pilot = Pilot(cells, setting(cells, results, spec), spec, results, asked or Asked())
        ranked = sorted(family, key=lambda d: d.detectable or 0.0, reverse=True)
        if make is not aggregate:
            found = [one for d in ranked if (one := make(pilot, d)) is not None]
        else:  # a simulation each: that of the widest is enough
            found = [one for d in ranked[:1] if (one := make(pilot, d)) is not None]
        made += sorted(found, key=lambda one: -_size(one))[:1]
    return tuple(made)


def _size(one: Found) -> float:
    return 0.0 if isinstance(one.law, Runs) else one.law.smallest(max(one.n, 30), ALPHA) or 0.0


@dataclass(frozen=True, slots=True)
class Pilot:
    """The cells of one metric and what is asked of them."""

    cells: Cells
    setting: Setting
    spec: DesignSpec
    results: Results
    asked: Asked

    @property
    def square(self) -> float:
        """Squared printed units of a squared stored one."""
        return self.cells.metric.scale**2


def folds(pilot: Pilot, d: Decision) -> Found | None:
    """Repeats of cross-validation. Raises InputError where n_test / n_train is not known."""
    cells, parts, paired = pilot.cells, [], []
    shares = pilot.setting.shares or {}
    for dataset in cells.datasets:
        a, b = (cells.table.get((m, dataset)) for m in (d.a, d.b))
        if a is None or b is None or min(a.n, b.n) < ENOUGH:
            return None
        if shares.get(dataset, 0.0) <= 0:
            raise InputError(NO_RATIO, "design.test_share", "--test-share 0.25 says it")
        pair = matched(cells, a, b, pilot.setting)
        paired.append(pair)
        k = max(1, pilot.results.folds.get(dataset, 1))
        for sd, n in (
            ((a.sd, a.n), (b.sd, b.n)) if pair is None else ((difference(pair)[2], pair.n),)
        ):
            parts.append(FoldPart(sd * sd * pilot.square, n - 1.0, shares[dataset], k))
    whole = all(pair is not None for pair in paired)
    if not parts or not any(part.variance > 0 for part in parts):
        return None
    if not whole and any(pair is not None for pair in paired):
        return None
    least = min(int(part.df + 1) // part.folds for part in parts)
    law = Folds(tuple(parts), len(cells.datasets), whole)
    each = sum(max(1, pilot.results.folds.get(name, 1)) for name in cells.datasets)
    return Found(cells.metric, d.a, d.b, Unit.SEED, law, max(1, least), trainings=each)


def datasets(pilot: Pilot, d: Decision) -> Found | None:
    """Datasets as a sample. Raises InputError for Nemenyi's test."""
    import numpy as np

    if pilot.spec.posthoc == NEMENYI:
        raise InputError(
            "Nemenyi's test is of mean ranks: what it finds depends on how every method ranks on "
            "every dataset, and a difference of two scores does not say that",
            "design.posthoc",
            f"--posthoc {WILCOXON} plans the signed-rank test of the same pairs",
        )
    cells = pilot.cells
    rows = [
        (cells.table[d.a, name].mean - cells.table[d.b, name].mean)
        for name in cells.datasets
        if (d.a, name) in cells.table and (d.b, name) in cells.table
    ]
    variance = float(np.var(rows, ddof=1)) * pilot.square if len(rows) >= ENOUGH else 0.0
    if variance <= 0:
        return None
    runs = [c.n for c in cells.table.values()]
    each = round(sum(runs) / len(runs))
    law = Datasets(variance, len(rows) - 1.0, each)
    return Found(cells.metric, d.a, d.b, Unit.DATASET, law, len(rows), trainings=each)


def aggregate(pilot: Pilot, d: Decision) -> Found | None:
    """Runs a task, for an IQM, a median or an optimality gap."""
    cells = pilot.cells
    left, right = robust.scores(cells, d.a), robust.scores(cells, d.b)
    if left is None or right is None or d.detectable is None:
        return None
    name = robust.NAMES[pilot.spec.aggregate]
    law = Runs(tuple(left), tuple(right), name, d.paired, abs(cells.metric.scale), pilot.spec.seed)
    n = min(len(x) for side in (left, right) for x in side)
    return Found(cells.metric, d.a, d.b, Unit.SEED, law, n, trainings=len(cells.datasets))


def crossed(pilot: Pilot, d: Decision) -> Found | None:
    """Seeds and examples, both drawn anew."""
    from dataclasses import replace

    cells = of_methods(pilot.cells, d.a, d.b)
    examples = cells.examples
    if examples is None:
        return None
    by_run = one_way(replace(cells, unit=Unit.SEED, examples=None), d.a, d.b, pilot.setting)
    by_example = one_way(examples, d.a, d.b, replace(pilot.setting, graded=True))
    run, example = by_run[0].contrast, by_example[0].contrast
    if not run.variance or example.variance is None or d.detectable is None:
        return None
    places = [(m, name) for m in (d.a, d.b) for name in cells.datasets]
    known = [residual(cells.table[at], examples.table[at]) for at in places]
    over, twice, uncertain = len(cells.datasets), 0.0, 0.0
    whole = [one for one in known if one is not None]
    if not run.paired and len(whole) == len(known):
        twice = sum(v for v, _ in whole) / over**2
        uncertain = sum((v / over**2) ** 2 / df for v, df in whole)
    seeds, tested = min(run.n), min(example.n)
    parts = Components(
        max(0.0, run.variance - twice) * pilot.square,
        max(0.0, example.variance - twice) * pilot.square,
        twice * pilot.square,
        (run.df or 1.0, example.df or 1.0, twice**2 / uncertain if uncertain > 0 else 1.0),
        seeds,
        tested,
        run.paired,
        over,
    )
    asked = pilot.asked
    return Found(
        cells.metric,
        d.a,
        d.b,
        Unit.BOTH,
        Seeds(parts, asked.examples or tested),
        seeds,
        Examples(parts, asked.seeds or seeds),
        tested,
        1 if pilot.results.shared_runs else over,
    )


def prompts(pilot: Pilot, d: Decision) -> Found | None:
    """Prompts with several samples each."""
    from dataclasses import replace

    cells, parts = pilot.cells, []
    if cells.crossing and len(cells.datasets) > 1:
        return None  # a prompt of several datasets: pilot.py has its design effect
    for dataset in cells.datasets:
        a, b = (cells.table.get((m, dataset)) for m in (d.a, d.b))
        pair = None if a is None or b is None else matched(cells, a, b, pilot.setting)
        if pair is None or pair.groups is None:
            return None
        one = nested(pair.a - pair.b, pair.groups)
        square = pilot.square
        parts.append(replace(one, between=one.between * square, within=one.within * square))
    if not parts or not any(part.between + part.within > 0 for part in parts):
        return None
    n, k = min(part.prompts for part in parts), min(part.samples for part in parts)
    chosen, of = tuple(parts), nouns(pilot.results)[1]
    return Found(
        cells.metric,
        d.a,
        d.b,
        Unit.EXAMPLE,
        Prompts(chosen, pilot.asked.samples or k, of),
        n,
        Samples(chosen, pilot.asked.examples or n, of),
        max(1, round(k)),
    )


def clusters(pilot: Pilot, d: Decision) -> Found | None:
    """Examples in clusters; none where they stand alone, are unpaired or cross datasets."""
    import numpy as np

    cells, rows = pilot.cells, []
    if not cells.clustered or (cells.crossing and len(cells.datasets) > 1):
        return None
    for dataset in cells.datasets:
        a, b = (cells.table.get((m, dataset)) for m in (d.a, d.b))
        pair = None if a is None or b is None else matched(cells, a, b, pilot.setting)
        if pair is None or pair.groups is None:
            return None
        x, _, sd = difference(pair)
        variance, _ = cr2([x], [pair.groups], cells.groups)
        if sd <= 0 or lone(pair.groups):
            return None
        sizes = np.bincount(pair.groups)
        variance = max(variance, sd * sd / pair.n) * pilot.square
        held = tuple(int(size) for size in sizes[sizes > 0])
        rows.append(Clustered(variance, held, sd * math.sqrt(pilot.square)))
    law = Clusters(tuple(rows))
    worst = max(rows, key=lambda row: row.effect)
    size = worst.n / len(worst.sizes)
    return Found(
        cells.metric,
        d.a,
        d.b,
        Unit.EXAMPLE,
        law,
        law.least,
        cluster=size,
        effect=worst.effect,
    )


KINDS: Mapping[str, Callable[[Pilot, Decision], Found | None]] = {
    "folds": folds,
    "datasets": datasets,
    "aggregate": aggregate,
    "crossed": crossed,
    "prompts": prompts,
    "clusters": clusters,
}
