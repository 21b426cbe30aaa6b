"""Results -> Analysis: every comparison with its family and its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from paperforge.model import Analysis, Decision, Results, Verdict
from paperforge.spec import DesignSpec, Direction, Metric, Unit
from paperforge.stats.adjust import CORRECTIONS, reachable
from paperforge.stats.aggregates import aggregates
from paperforge.stats.cells import Cells, read
from paperforge.stats.compare import Compared, Setting, compare
from paperforge.stats.contrast import Ask, Contrast, finite
from paperforge.stats.describe import describe
from paperforge.stats.design import SEED_LIKE, Family, check, family, replication


def analyse(results: Results, spec: DesignSpec) -> Analysis:
    """Read the design, compare the methods, correct over each metric's family and decide.

    Numbers are in printed units (stored value x metric.scale). See the package's docstring for the
    table from design to test. Raises InputError where the declared design cannot be.
    """
    check(spec)
    runs = {m.name: results.samples(m.name, Unit.SEED) for m in results.metrics}
    unit = replication(results, spec, runs)
    chosen = family(results.methods)
    tables = [read(results, m, unit.unit, runs[m.name]) for m in results.metrics]
    compared = [compare_all(cells, chosen, results, spec) for cells in tables]
    design, notes = describe(results, spec, unit, chosen, list(zip(tables, compared, strict=True)))
    return Analysis(
        design,
        results.metrics,
        results.methods,
        results.datasets,
        tuple(
            row for cells in tables for row in aggregates(cells, setting(cells.metric, results, spec))
        ),
        tuple(
            decision
            for cells, found in zip(tables, compared, strict=True)
            for decision in decide(cells, found, spec)
        ),
        notes=notes,
    )


def setting(metric: Metric, results: Results, spec: DesignSpec) -> Setting:
    """Say what the design asks of every comparison of a metric."""
    margin = None if metric.margin is None else metric.margin / abs(metric.scale)
    return Setting(
        Ask(spec.alpha, margin, spec.mcnemar),
        pair_seeds=not SEED_LIKE.isdisjoint(spec.pair_by),
        shared_runs=results.shared_runs,
    )


def compare_all(
    cells: Cells, chosen: Family, results: Results, spec: DesignSpec
) -> list[Compared]:
    """Compare every pair of the family on one metric."""
    asked = setting(cells.metric, results, spec)
    return [found for a, b in chosen.pairs for found in compare(cells, a, b, asked)]


def decide(cells: Cells, compared: Sequence[Compared], spec: DesignSpec) -> list[Decision]:
    """Correct the primary comparisons of one metric over their family, and give every verdict."""
    primary = [c for c in compared if c.primary]
    family_size = sum(c.contrast.testable for c in primary)
    corrected = [c.contrast for c in primary if c.contrast.p is not None]
    adjusted = adjust([c.p for c in corrected], family_size, spec)
    equivalent = adjust([c.p_equivalent for c in corrected], family_size, spec)
    # contrasts are told apart by identity: two may hold the same numbers
    of = {id(c): i for i, c in enumerate(corrected)}
    ps = [c.p for c in corrected if c.p is not None]
    decisions = []
    for one in compared:
        contrast, index = one.contrast, of.get(id(one.contrast))
        if index is None:
            p, p_equivalent, floor = contrast.p, contrast.p_equivalent, contrast.smallest_p
        else:
            p, p_equivalent, floor = adjusted[index], equivalent[index], contrast.smallest_p
            if floor is not None:
                floor = reachable(index, floor, ps, spec.correction, family_size)
        verdict, reason = judge(cells, contrast, (p, p_equivalent, floor), spec.alpha)
        made = decision(cells, one, verdict, reason, spec.alpha)
        if one.primary:
            made = replace(made, p_adjusted=None if index is None else p, family=family_size)
        decisions.append(made)
    return decisions


def adjust(ps: Sequence[float | None], size: int, spec: DesignSpec) -> list[float | None]:
    """Correct those that there are; a comparison without a p keeps none."""
    there = [p for p in ps if p is not None]
    corrected = iter(CORRECTIONS[spec.correction](there, size))
    return [None if p is None else next(corrected) for p in ps]


def judge(
    cells: Cells,
    contrast: Contrast,
    ps: tuple[float | None, float | None, float | None],
    alpha: float,
) -> tuple[Verdict, str]:
    """Give the verdict and the line that explains it.

    ps: p, the equivalence p and the smallest p within reach, all after the correction.
    """
    p, p_equivalent, floor = ps
    if cells.unit is Unit.NONE and contrast.estimate is not None:
        return Verdict.UNTESTED, contrast.reason
    if p is None:
        return Verdict.UNDECIDABLE, contrast.reason
    within = p_equivalent is not None and p_equivalent < alpha
    margin = "" if cells.metric.margin is None else f"{cells.metric.margin:g}"
    out_of_reach = floor is not None and floor >= alpha
    if p < alpha and not out_of_reach:
        reason = f"the difference is within the margin of {margin}" if within else ""
        return sign(contrast, cells.metric.direction), reason
    if within:
        return Verdict.EQUIVALENT, f"within the margin of {margin}"
    if out_of_reach:
        return Verdict.UNDECIDABLE, unreachable(contrast, floor)
    return Verdict.INCONCLUSIVE, ""


def sign(contrast: Contrast, direction: Direction | None) -> Verdict:
    """Read a difference in the metric's direction."""
    assert contrast.estimate is not None
    if direction is None:
        return Verdict.DIFFERENT
    up = contrast.estimate > 0
    return Verdict.BETTER if up == (direction is Direction.HIGHER) else Verdict.WORSE


def unreachable(contrast: Contrast, floor: float | None) -> str:
    """Explain why no outcome could have been decided."""
    assert contrast.smallest_p is not None
    assert floor is not None
    if contrast.smallest_p >= 1:
        return "identical outputs"
    m = round_half_life(contrast)
    many = f"{m} discordant example{'s' if m != 1 else ''}"
    corrected = "" if floor <= contrast.smallest_p else f", {floor:.2g} after the correction"
    return f"{many}: p cannot be below {contrast.smallest_p:.2g}{corrected}"
