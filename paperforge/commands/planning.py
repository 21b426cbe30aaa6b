"""How many replicates a plan needs, and what a number of them would find: the numbers, no words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import UsageError
from paperforge.spec import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.stats.outlook import Law
    from paperforge.stats.pilot import Pilot
    from paperforge.stats.pilot_laws import Found
    from paperforge.stats.plan import Needed
    from paperforge.stats.sums import Part

LEAST = 2
SEEDS = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000)
EXAMPLES = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
AROUND = 3
"""Rows of the table before and behind the number that is asked about."""


@dataclass(frozen=True, slots=True)
class Study:
    """One comparison that is planned. Numbers in printed units; a share where `discordance` is."""

    unit: Unit
    paired: bool
    parts: tuple[Part, ...]
    """Variance of a replicate with its degrees of freedom (0: stated); as plan.seeds_needed."""
    averaged: int
    """Datasets that the parts are of (1 where runs are averaged over them first)."""
    datasets: int
    methods: int
    comparisons: int
    alpha: float
    """Of one comparison: that of the family over its size."""
    discordance: float | None = None
    cluster: float = 1.0
    """Examples a cluster, on average."""
    effect: float = 1.0
    """Of clusters, on the variance of a mean."""
    over: int = 1
    """Datasets that the estimate averages."""
    scale: float = 1.0
    """Printed units of a share: 100 for per cent."""
    have: int = 0
    """Replicates in the pilot; 0: none."""
    cost: float | None = None
    """Hours a run."""
    law: Law | None = None
    """Where the test is no plain t or McNemar: what it finds with n replicates."""
    test: str = ""
    """Where it is neither a t test nor McNemar's, and there is no law."""
    trainings: int = 0
    """Of a method for each replicate, over all datasets; 0: one on each."""

    @property
    def mcnemar(self) -> bool:
        """Whether McNemar's test is planned, not a t test."""
        return self.discordance is not None and self.cluster <= 1

    def runs(self, n: int) -> int:
        """Trainings, with n replicates."""
        return self.methods * (self.trainings or self.datasets) * (n if self.trained else 1)

    def runs_each(self, n: int) -> int:
        """Runs of a method on a dataset, with n replicates."""
        return n * self.trainings // max(1, self.over) if self.law else n

    @property
    def trained(self) -> bool:
        """Whether a replicate is a training, or several."""
        return self.unit is not Unit.EXAMPLE

    def hours(self, n: int) -> float | None:
        """What n replicates cost; None where nobody said."""
        return None if self.cost is None else self.cost * self.runs(n)


@dataclass(frozen=True, slots=True)
class Row:
    """What n replicates find: the difference, and that with the variance at its upper limit."""

    n: int
    difference: float
    cautious: float | None


@dataclass(frozen=True, slots=True)
class Beside:
    """What else could be had more of, and what that finds."""

    law: Law
    have: int
    needed: Needed | None
    rows: tuple[Row, ...]
    together: str = ""
    """What finds the difference, where more of neither alone does."""


def needed(study: Study, difference: float) -> Needed:
    """Replicates that find a difference, in examples where clusters are planned.

    Raises UsageError where the difference is more than the share that differs.
    """
    from dataclasses import replace

    from paperforge.stats import outlook, plan

    if study.law is not None:
        return outlook.needed(study.law, difference, study.alpha)
    if study.mcnemar:
        assert study.discordance is not None
        share, differ = abs(difference) / study.scale, study.discordance
        if study.have:  # a difference that is larger than the pilot's takes more that differ
            share, differ = min(share, 1.0), min(max(share, differ), 1.0)
        elif share > differ:
            raise UsageError(
                f"a difference of {difference:g} is more than the {differ:g} that differ",
                "--difference",
                "both are shares of the examples: --discordant 0.1 --difference 0.02",
            )
        return plan.mcnemar_needed(share, differ, alpha=study.alpha)
    parts = per_unit(study)
    found = plan.seeds_needed(difference, parts, study.averaged, alpha=study.alpha)
    if study.cluster <= 1:
        return found

    def examples(clusters: int | None) -> int | None:
        return None if clusters is None else math.ceil(clusters * study.cluster)

    return replace(found, n=examples(found.n), cautious=examples(found.cautious))


def per_unit(study: Study) -> list[Part]:
    """Variances of what is independent: replicates, or means of clusters."""
    if study.cluster <= 1:
        return list(study.parts)
    by = study.effect / study.cluster
    return [(v * by, df and max(1.0, (df + 1) / study.cluster - 1)) for v, df in study.parts]


def detectable(study: Study, n: int) -> Row | None:
    """The smallest difference that n replicates find; None: too few to test."""
    from paperforge.stats import plan
    from paperforge.stats.power import detectable_mcnemar

    if study.law is not None:
        return of_law(study.law, n, study.alpha)
    if n < LEAST:
        return None
    if study.mcnemar:
        assert study.discordance is not None
        share = detectable_mcnemar(round(study.discordance * n), n, study.alpha)
        return Row(n, share * study.scale, None)
    units = n if study.cluster <= 1 else int(n / study.cluster)
    if units < LEAST:
        return None
    parts = per_unit(study)
    found = plan.smallest_difference(parts, units, study.averaged, alpha=study.alpha)
    cautious = None
    if any(df > 0 for _, df in parts):
        limits = [(plan.upper_limit(v, df) if df > 0 else v, 0.0) for v, df in parts]
        if all(math.isfinite(v) for v, _ in limits):
            cautious = plan.smallest_difference(limits, units, study.averaged, alpha=study.alpha)
    return Row(n, found, cautious)


def of_law(law: Law, n: int, alpha: float) -> Row | None:
    """The same by a law."""
    found = law.smallest(n, alpha)
    return None if found is None else Row(n, found, law.smallest(n, alpha, cautious=True))


def beside(study: Study, law: Law, have: int, difference: float | None) -> Beside:
    """What more of something else would find: examples beside seeds, samples beside prompts."""
    from paperforge.stats import outlook

    need = outlook.needed(law, difference, study.alpha) if difference else None
    grid = EXAMPLES if law.noun == "examples" else SEEDS
    chosen = around(grid, have, need.n if need else None)
    found = (of_law(law, n, study.alpha) for n in chosen)
    shown = tuple(row for row in found if row is not None)
    return Beside(law, have, need, shown, _together(law, difference or 0.0, study.alpha))


def _together(law: Law, difference: float, alpha: float) -> str:
    """Seeds and examples, both more: "12 seeds of each method, scored on 400 examples"."""
    from paperforge.stats.plan_crossed import Examples, Seeds, together

    if not difference or not isinstance(law, Examples):
        return ""
    found = together(law.of, difference, alpha)
    return "" if found is None else Seeds(law.of, found[1]).amount(found[0])


def rows(study: Study, *points: int | None) -> tuple[Row, ...]:
    """A few numbers of replicates around those of interest, and what each would find."""
    chosen = around(SEEDS if study.trained else EXAMPLES, *points, study.have)
    found = (detectable(study, n) for n in chosen)
    return tuple(row for row in found if row is not None)


def around(grid: Sequence[int], *points: int | None) -> list[int]:
    """The numbers of interest with a few of the grid before, between and behind them."""
    own = sorted({n for n in points if n})
    if not own:
        return list(grid[: 2 * AROUND])
    below = [n for n in grid if n < own[0]][-AROUND:]
    between = [n for n in grid if own[0] <= n <= own[-1]]
    above = [n for n in grid if n > own[-1]][:AROUND]
    return sorted({*below, *between, *above, *own})


def affordable(study: Study, budget: float) -> int:
    """Seeds of each method on each dataset that a budget of hours buys."""
    assert study.cost is not None
    return int(budget / study.cost * (1 + 1e-12)) // study.runs(1)


def of_pilot(
    pilot: Pilot,
    *,
    methods: int,
    datasets: int,
    over: int,
    comparisons: int,
    alpha: float,
    cost: float | None,
) -> Study:
    """The study that a pilot's comparison would be with more replicates.

    datasets: those that need runs of their own; over: those that the estimate averages.
    """
    return Study(
        unit=pilot.unit,
        paired=pilot.paired,
        parts=pilot.parts,
        averaged=pilot.datasets,
        datasets=datasets,
        methods=methods,
        comparisons=comparisons,
        alpha=alpha,
        discordance=pilot.discordance,
        cluster=pilot.cluster,
        effect=pilot.effect,
        over=over,
        scale=abs(pilot.metric.scale),
        have=pilot.n,
        cost=cost,
        test=pilot.test,
    )


def of_found(
    found: Found, *, methods: int, over: int, comparisons: int, alpha: float, cost: float | None
) -> Study:
    """The study that a pilot's comparison would be, by its law."""
    return Study(
        unit=found.unit,
        paired=True,
        parts=(),
        averaged=1,
        datasets=1,
        methods=methods,
        comparisons=comparisons,
        alpha=alpha,
        have=found.n,
        cost=cost,
        over=over,
        law=found.law,
        trainings=found.trainings,
        cluster=found.cluster,
        effect=found.effect,
    )


def widest(studies: Sequence[Study]) -> int:
    """Which study needs the most: that with the largest standard error of a replicate."""

    def size(study: Study) -> float:
        return math.fsum(v for v, _ in study.parts) * study.effect / study.averaged**2

    return max(range(len(studies)), key=lambda i: size(studies[i]))
