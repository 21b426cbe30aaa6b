"""Results -> Analysis: every comparison with its family and its verdict."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.latex.p_values import p_bound
from paperforge.model import (
    Aggregate,
    Analysis,
    BestSet,
    Decision,
    Profile,
    Results,
    Sample,
    Verdict,
)
from paperforge.spec import DesignSpec, Direction, Metric, Unit
from paperforge.stats import corpus_compare, robust
from paperforge.stats.aggregates import aggregates
from paperforge.stats.cells import Cells, read
from paperforge.stats.compare import Compared, Setting, compare
from paperforge.stats.contrast import Ask, Contrast, finite
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.describe import describe
from paperforge.stats.design import (
    FOLD,
    SEED_LIKE,
    Family,
    Replication,
    check,
    family,
    replicate_noun,
    replication,
    unused,
    usable,
)
from paperforge.stats.families import Case, Ps, corrected
from paperforge.stats.finish import BARE, Finish
from paperforge.stats.folds import share_of
from paperforge.stats.lost import scored
from paperforge.stats.over import Over, groups, omnibus, over_datasets, ranks
from paperforge.stats.quotes import bare
from paperforge.stats.signature import Settings
from paperforge.stats.winners import winners

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def analyse(
    results: Results,
    spec: DesignSpec,
    *,
    signed: bool = False,
    effects: bool = False,
    among: Family | None = None,
) -> Analysis:
    """Read the design, compare the methods, correct over the family and decide.

    Numbers are in printed units (stored value x metric.scale). See the package's docstring for the
    table from design to test. signed: with the digest of the numbers in the decisions' signatures.
    effects: with effect sizes, which take longer than the tests where comparisons are many. among:
    which methods are compared; None: by their roles.
    Raises InputError where the declared design cannot be.
    """
    import numpy as np

    check(spec)
    left_out, spec = unused(results, spec), usable(results, spec)
    runs = scores(results)
    unit = replication(results, spec, runs)
    chosen = among or family(results.methods)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is caught as not finite
        looked = [
            look(results, m, unit.of(m.name), runs[m.name], spec, chosen) for m in results.metrics
        ]
        tables = [one.cells for one in looked]
        compared = [one.compared for one in looked]
        over = [one.over for one in looked if one.over is not None]
        design, notes = describe(
            results, spec, unit, chosen, list(zip(tables, compared, strict=True))
        )
        summaries = [row for one in looked for row in one.summaries]
        cases = cases_of(looked, Again(results, unit, runs, spec, chosen))
        finish = Finish.of(results, spec, unit, signed=signed, effects=effects)
        decisions = decide(cases, spec, finish)
        beside = stand_beside(tables, spec, full=effects)
    return Analysis(
        design,
        results.metrics,
        results.methods,
        results.datasets,
        tuple(summaries),
        tuple(decisions),
        notes=(*left_out, *notes, *(note for one in over for note in one.notes)),
        omnibus=tuple(row for one in over for row in omnibus(one)),
        ranks=tuple(row for one in over for row in ranks(one)),
        groups=tuple(groups(one, decisions, spec) for one in over),
        best=beside[0],
        profiles=beside[1],
    )


def primary_cases(results: Results, spec: DesignSpec) -> list[Case]:
    """The comparisons of the families, before they are corrected; raises as analyse() does."""
    import numpy as np

    check(spec)
    spec = usable(results, spec)
    runs, chosen = scores(results), family(results.methods)
    unit = replication(results, spec, runs)
    with np.errstate(over="ignore", invalid="ignore"):
        looked = [
            look(results, m, unit.of(m.name), runs[m.name], spec, chosen)
            for m in results.metrics
            if m.primary
        ]
    cases = cases_of(looked, Again(results, unit, runs, spec, chosen))
    return [case for case in cases if case.primary]


def scores(results: Results) -> dict[str, tuple[Sample, ...]]:
    """Of every metric its samples a run, lost runs as scores where that is declared."""
    return {
        m.name: tuple(scored(sample, m) for sample in run_samples(results, m))
        for m in results.metrics
    }


def cases_of(looked: Sequence[Looked], again: Again) -> list[Case]:
    """Every comparison of the metrics, in order."""
    return [
        Case(one.cells or found.cells, one, functools.partial(again, found.cells.metric, place))
        for found in looked
        for place, one in enumerate(found.compared)
    ]


def stand_beside(
    tables: Sequence[Cells], spec: DesignSpec, *, full: bool
) -> tuple[tuple[BestSet, ...], tuple[Profile, ...]]:
    """What is no comparison: best-sets where they are asked for, profiles of runs x tasks."""
    tested = [cells for cells in tables if cells.metric.tested]
    best = [winners(cells, spec) for cells in tested if spec.best_set]
    profiles = [
        profile
        for cells in tables
        if full and robust.applies(cells, spec)
        for profile in robust.performance(cells, spec)
    ]
    return tuple(one for one in best if one is not None), tuple(profiles)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found out about one metric, before the family."""

    cells: Cells
    compared: Sequence[Compared]
    summaries: Sequence[Aggregate]
    over: Over | None = None


def look(  # noqa: PLR0917 - what is known of the design
    results: Results,
    metric: Metric,
    unit: Replication,
    runs: Sequence[Sample],
    spec: DesignSpec,
    chosen: Family,
) -> Looked:
    """Read the cells of a metric and compare every pair of the family on it."""
    cells = read(results, metric, unit.unit, runs)
    asked = setting(cells, results, spec)
    if unit.unit is Unit.DATASET and metric.tested:
        over = over_datasets(cells, chosen, spec)
        return Looked(cells, over.compared, aggregates(cells, asked), over)
    if unit.unit is Unit.EXAMPLE and metric.corpus:
        sums = corpus_compare.by_example(results, cells)
        if sums:
            cells = corpus_compare.described(cells, sums)
            found = corpus_compare.compare_sums(cells, sums, chosen, asked.ask)
            return Looked(cells, found, corpus_compare.aggregates(cells, sums, asked.ask))
    compared, summaries = compare_all(cells, asked, chosen), aggregates(cells, asked)
    if robust.applies(cells, spec):
        compared = robust.of_aggregate(cells, compared, asked, spec)
        summaries = robust.summaries(cells, summaries, spec)
    return Looked(cells, compared, summaries)


class Again:
    """The comparisons of a metric at another alpha, made when one is asked for."""

    def __init__(
        self,
        results: Results,
        unit: Replication,
        runs: Mapping[str, Sequence[Sample]],
        spec: DesignSpec,
        chosen: Family,
    ) -> None:
        self._results, self._unit, self._runs = results, unit, runs
        self._spec, self._chosen = spec, chosen
        self._made: dict[tuple[str, float], Sequence[Compared]] = {}

    def __call__(self, metric: Metric, place: int, alpha: float) -> Contrast:
        """The comparison at this place among those of the metric."""
        key = (metric.name, alpha)
        if key not in self._made:
            spec, runs = replace(self._spec, alpha=alpha), self._runs[metric.name]
            found = look(
                self._results, metric, self._unit.of(metric.name), runs, spec, self._chosen
            )
            self._made[key] = found.compared
        return self._made[key][place].contrast


def setting(cells: Cells, results: Results, spec: DesignSpec) -> Setting:
    """Say what the design asks of every comparison of a metric."""
    metric, spec = cells.metric, usable(results, spec)
    margin = None if metric.margin is None else metric.margin / abs(metric.scale)
    return Setting(
        Ask(spec.alpha, margin, spec.mcnemar, spec.seed, spec.engine, spec.draws),
        pair_seeds=not SEED_LIKE.isdisjoint(spec.pair_by),
        shared_runs=results.shared_runs,
        shares={
            d.name: share_of(results.folds.get(d.name, 0), spec.test_share)
            for d in results.datasets
        }
        if cells.unit is Unit.SEED and replicate_noun(results) == FOLD
        else None,
    )


def compare_all(cells: Cells, asked: Setting, chosen: Family) -> list[Compared]:
    """Compare every pair of the family on one metric; nothing where it is only reported."""
    if not cells.metric.tested:
        return []
    return [found for a, b in chosen.pairs for found in compare(cells, a, b, asked)]


def decide(cases: Sequence[Case], spec: DesignSpec, finish: Finish = BARE) -> list[Decision]:
    """Correct the primary comparisons over their families, and give every verdict.

    finish: what is said beside.
    """
    in_family = corrected(cases, spec)
    decisions = []
    for i, case in enumerate(cases):
        contrast = case.one.contrast
        ps, size = Ps(contrast.p, contrast.p_equivalent, contrast.smallest_p), 0
        if i in in_family:
            ps, size = in_family[i]
        found = judge(case.cells, contrast, ps, spec.alpha)
        decisions.append(decision(case, ps, found, spec, size, finish))
    return decisions


def judge(cells: Cells, contrast: Contrast, ps: Ps, alpha: float) -> tuple[Verdict, str]:
    """Give the verdict and the line that explains it."""
    if cells.unit is Unit.NONE and contrast.estimate is not None and contrast.p is None:
        return Verdict.UNTESTED, contrast.reason
    if ps.p is None:
        return Verdict.UNTESTED if bare(contrast.reason) else Verdict.UNDECIDABLE, contrast.reason
    within = within_margin(ps, alpha)
    out_of_reach = ps.floor is not None and ps.floor >= alpha
    if ps.p < alpha and not out_of_reach:
        near = f"the difference is within {margin(cells.metric)}" if within else ""
        return sign(contrast, cells.metric.direction), near or contrast.reason
    if within:
        return Verdict.EQUIVALENT, f"within {margin(cells.metric)}"
    if out_of_reach:
        return Verdict.UNDECIDABLE, contrast.reason or unreachable(contrast, ps, cells.unit)
    return Verdict.INCONCLUSIVE, contrast.reason


def within_margin(ps: Ps, alpha: float) -> bool:
    """Whether the two one-sided tests find the difference to be within the margin."""
    return ps.equivalent is not None and ps.equivalent < alpha


def margin(metric: Metric) -> str:
    """Name the margin of equivalence."""
    return f"the margin of {metric.margin:g}{metric.unit and ' ' + metric.unit}"


def sign(contrast: Contrast, direction: Direction | None) -> Verdict:
    """Read a difference in the metric's direction."""
    assert contrast.estimate is not None
    if direction is None:
        return Verdict.DIFFERENT
    up = contrast.estimate > 0
    return Verdict.BETTER if up == (direction is Direction.HIGHER) else Verdict.WORSE


def unreachable(contrast: Contrast, ps: Ps, unit: Unit) -> str:
    """Explain why no outcome of so few replicates could have been decided."""
    assert ps.floor is not None
    least = ps.floor if contrast.smallest_p is None else contrast.smallest_p
    m = contrast.discordant
    if m == 0 or least >= 1:
        return "identical outputs"
    corrected = "" if ps.floor <= least else f" ({p_bound(ps.floor)} after the correction)"
    units = {Unit.EXAMPLE: "example", Unit.DATASET: "dataset"}.get(unit, "replicate")
    of = f"{min(contrast.n)} {units}{'' if min(contrast.n) == 1 else 's'}"
    if m is not None:
        of = f"{m} discordant example{'' if m == 1 else 's'}"
        if contrast.test.startswith("sign-flip"):  # graded: nobody is right or wrong
            of = f"{m} example{'' if m == 1 else 's'} on which the two differ"
    return f"{of}: p cannot be below {p_bound(least)}{corrected}"


def first_step(spec: DesignSpec, size: int) -> float:
    """The alpha that the smallest p of a family of `size` is judged at: what one difference takes.

    alpha / size for every correction: max-T and Romano-Wolf know more, and ask for a little less.
    """
    return spec.alpha if spec.correction == "none" else spec.alpha / max(1, size)


def decision(  # noqa: PLR0917 - all that is known of one comparison
    case: Case,
    ps: Ps,
    found: tuple[Verdict, str],
    spec: DesignSpec,
    size: int,
    finish: Finish,
) -> Decision:
    """Write one comparison in printed units; size: of its family, 0 where it is in none."""
    one, contrast, scale = case.one, case.one.contrast, case.cells.metric.scale
    step, counted = first_step(spec, size), size if case.primary else None

    def printed(value: float | None) -> float | None:
        return None if value is None else finite(value * scale)

    detects = contrast.detects
    unit = Unit.EXAMPLE if case.cells.unit is Unit.NONE and contrast.p else case.cells.unit
    error = ps.error if contrast.monte_carlo is None else contrast.monte_carlo
    margined = case.primary and contrast.p_equivalent is not None
    within = agreeing(case, ps, spec) if margined and finish.spec else None
    settings = Settings(contrast.test, unit, contrast.paired, counted, drawn=error is not None)
    return Decision(
        metric=case.cells.metric.name,
        a=one.a,
        b=one.b,
        scope=one.scope,
        primary=case.primary,
        estimate=printed(contrast.estimate),
        low=printed(contrast.low),
        high=printed(contrast.high),
        level=1 - spec.alpha,
        p=contrast.p,
        p_adjusted=ps.p if case.primary else None,
        family=size,
        n=contrast.n,
        unit=unit,
        paired=contrast.paired,
        test=contrast.test,
        statistic=contrast.statistic,
        df=contrast.df,
        verdict=found[0],
        reason=found[1],
        smallest_p=contrast.smallest_p,
        detectable=printed(None if detects is None else detects.at(step)),
        equivalence=scaled(contrast.equivalence, scale),
        equivalence_adjusted=scaled(within, scale),
        equivalence_level=None if within is None else 1 - 2 * spec.alpha / (ps.divisor or 1),
        equivalent=within_margin(ps, spec.alpha),
        p_equivalence=contrast.p_equivalent,
        p_equivalence_adjusted=ps.equivalent if margined else None,
        simultaneous=scaled(ps.interval if case.primary else None, scale),
        monte_carlo=error,
        effect=finish.effect(case),
        generalises=finish.holds(case.cells, contrast.p),
        unmatched=one.unmatched,
        examples=one.examples,
        signature=finish.signature(settings),
        interval_of=contrast.interval_of,
        centre=printed(contrast.centre),
    )


def agreeing(case: Case, ps: Ps, spec: DesignSpec) -> tuple[float, float] | None:
    """The interval that lies within the margin exactly where equivalence is found, stored units.

    The same procedure at the level that the family's correction judges this comparison at. None
    where the test of equivalence has no interval.
    """
    if ps.divisor is None or case.one.contrast.equivalence is None:
        return None
    at = case.one.contrast if ps.divisor == 1 else case.at(spec.alpha / ps.divisor)
    return at.equivalence


def scaled(ends: tuple[float, float] | None, scale: float) -> tuple[float, float] | None:
    """An interval in printed units."""
    return None if ends is None else (ends[0] * scale, ends[1] * scale)
