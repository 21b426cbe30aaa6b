"""Datasets as the unit of replication: from the cells of a metric to comparisons over datasets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Groups, Omnibus, Rank, Severity
from paperforge.spec import Direction
from paperforge.stats.compare import Compared
from paperforge.stats.critical import diagram
from paperforge.stats.datasets import NEMENYI, compare_datasets
from paperforge.stats.nemenyi import critical_difference, out_of_reach
from paperforge.stats.ranks import ASYMPTOTIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Decision
    from paperforge.spec import DesignSpec, Metric
    from paperforge.stats.cells import Cells
    from paperforge.stats.datasets import DatasetComparison
    from paperforge.stats.design import Family
    from paperforge.stats.ranks import Friedman


@dataclass(frozen=True, slots=True)
class Over:
    """What the datasets of one metric say together."""

    metric: Metric
    methods: tuple[str, ...]
    comparison: DatasetComparison
    compared: tuple[Compared, ...]
    notes: tuple[Diagnostic, ...] = ()


def over_datasets(cells: Cells, chosen: Family, spec: DesignSpec) -> Over:
    """Compare the pairs of the family by their scores on the datasets that have all methods.

    A method that has fewer datasets than the others can be is left in: datasets with a hole are
    left out, and a note says which. The corrections over the family are made by decide().
    """
    import numpy as np

    wanted = {name for pair in chosen.pairs for name in pair}
    methods = tuple(m for m in cells.methods if m in wanted)
    whole = [d for d in cells.datasets if all((m, d) in cells.table for m in methods)]
    scores = np.array([[cells.table[m, d].mean for m in methods] for d in whole])
    scores = scores.reshape(len(whole), len(methods))
    margin = cells.metric.margin
    found = compare_datasets(
        scores,
        methods,
        higher=cells.metric.direction is not Direction.LOWER,
        pairs=chosen.pairs,
        alpha=spec.alpha,
        posthoc=spec.posthoc,
        correction="none",
        margin=None if margin is None else margin / abs(cells.metric.scale),
        seed=spec.seed,
    )
    by_nature = found.posthoc == NEMENYI
    compared = tuple(
        Compared(
            one.a,
            one.b,
            None,
            True,  # noqa: FBT003 - primary, the field's name
            replace(one.contrast, corrected=by_nature),
        )
        for one in found.pairs
    )
    return Over(cells.metric, methods, found, compared, tuple(dropped(cells, whole)))


def dropped(cells: Cells, whole: Sequence[str]) -> list[Diagnostic]:
    """Say which datasets lack a method."""
    left = [d for d in cells.datasets if d not in whole]
    if not left:
        return []
    text = f"{len(left)} of {len(cells.datasets)} datasets lack a method and are left out"
    return [
        Diagnostic(
            Severity.WARNING,
            cells.metric.label,
            f"{text}: {', '.join(left[:3])}{', …' if len(left) > 3 else ''}",  # noqa: PLR2004
            "run what is missing, or leave the method out",
        )
    ]


def omnibus(over: Over) -> list[Omnibus]:
    """Friedman's chi-squared and Iman and Davenport's F; none for two methods."""
    found = over.comparison.omnibus
    if found is None:
        return []
    by_order = found.how != ASYMPTOTIC
    chi2 = Omnibus(
        over.metric.name,
        named("Friedman chi-squared", found, by_order=by_order),
        found.chi2_ties,
        found.df[:1],
        found.p if by_order else found.p_chi2,
        found.monte_carlo_error,
        found.p_chi2,
    )
    f = Omnibus(
        over.metric.name,
        named("Iman-Davenport F", found, by_order=by_order),
        found.f,
        found.df,
        found.p,
        found.monte_carlo_error,
        found.p_f,
    )
    return [chi2, f]


def named(test: str, found: Friedman, *, by_order: bool) -> str:
    """The test with the way to its p."""
    return f"{test}, {found.how}" if by_order else test


def ranks(over: Over) -> list[Rank]:
    """The mean rank of every method."""
    found = over.comparison
    return [
        Rank(over.metric.name, m, r) for m, r in zip(found.methods, found.mean_ranks, strict=True)
    ]


def groups(over: Over, decisions: Sequence[Decision], spec: DesignSpec) -> Groups:
    """What a critical-difference diagram shows, from the decisions on the metric."""
    found = over.comparison
    mean = dict(zip(found.methods, found.mean_ranks, strict=True))
    mine = [d for d in decisions if d.metric == over.metric.name]
    decided = {frozenset((d.a, d.b)): d.decided for d in mine}
    difference = None
    if found.posthoc == NEMENYI:
        difference = critical_difference(len(mean), found.n, spec.alpha)
    drawn, why = diagram(
        mean,
        decided,
        found.n,
        posthoc=found.posthoc,
        alpha=spec.alpha,
        critical_difference=difference,
    )
    if difference is not None and not why:
        why = out_of_reach(difference, len(mean), found.n)
    if drawn is None:
        return Groups(over.metric.name, found.posthoc, found.n, difference, reason=why)
    return Groups(
        over.metric.name,
        found.posthoc,
        found.n,
        difference,
        drawn.groups,
        why,
        drawn.unjoined,
        drawn.control,
        drawn.like_control,
    )
