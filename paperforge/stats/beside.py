"""Comparisons outside the family that a table shows: an ablation's, where roles leave some out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.model.order import reference
from paperforge.stats.decide import analyse
from paperforge.stats.design import Family, cross

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Analysis, Decision, Results
    from paperforge.spec import DesignSpec, Method, TableSpec


def beside(
    results: Results, analysis: Analysis, spec: DesignSpec, tables: Sequence[TableSpec]
) -> Analysis:
    """The analysis with the decisions of each table's full model against its variants.

    Each has the test and the interval that the family would have given it, no adjusted p, and is
    secondary. Nothing is computed for a table whose comparisons the family holds.
    """
    made: list[Decision] = []
    for table in tables:
        wanted = set(table.methods) or {m.name for m in analysis.methods}
        full = reference([m for m in analysis.methods if m.name in wanted], table.baseline)
        if full is None:
            continue
        have = {frozenset((d.a, d.b)) for d in (*analysis.decisions, *made)}
        lacking = {n for n in wanted - {full.name} if frozenset((full.name, n)) not in have}
        if lacking:
            made += _compared(results, spec, full, lacking)
    return replace(analysis, beside=tuple(made)) if made else analysis


def _compared(results: Results, spec: DesignSpec, full: Method, others: set[str]) -> list[Decision]:
    names = [m.name for m in results.methods if m.name in others]
    among = Family(cross([full.name], names), "the full model against its variants")
    found = analyse(results, replace(spec, best_set=False), among=among)
    return [
        replace(d, primary=False, family=0, p_adjusted=None, simultaneous=None)
        for d in found.decisions
    ]
