"""Comparisons outside the family that are shown: an ablation's, differences from a baseline."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from paperforge.model.order import baselines, reference
from paperforge.spec import FigureSpec, TableSpec
from paperforge.stats.decide import analyse
from paperforge.stats.design import Family, cross

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Analysis, Decision, Results
    from paperforge.spec import DesignSpec, Method


def beside(
    results: Results, analysis: Analysis, spec: DesignSpec, askers: Sequence[TableSpec | FigureSpec]
) -> Analysis:
    """The analysis with the decisions of each table's or figure's full model against its variants.

    Of a chain, each variant against the one before it; of a table with differences, its baseline
    against all others. Each has the test and the interval that the family would have given it, no
    adjusted p, and is secondary. Nothing is computed for a table or figure whose comparisons the
    family holds.
    """
    made: list[Decision] = []
    for asker in askers:
        have = {frozenset((d.a, d.b)) for d in (*analysis.decisions, *made)}
        for one, others in _wanted(analysis, asker):
            if lacking := {n for n in others if frozenset((one.name, n)) not in have}:
                made += _compared(results, spec, one, lacking, effects=_effects(asker))
    return replace(analysis, beside=tuple(made)) if made else analysis


def _wanted(
    analysis: Analysis, asker: TableSpec | FigureSpec
) -> Iterator[tuple[Method, tuple[str, ...]]]:
    """Methods, and the others that each is to be compared with."""
    named = {m.name: m for m in analysis.methods}
    wanted = [n for n in asker.methods or tuple(named) if n in named]
    among = [m for m in analysis.methods if m.name in {*wanted, asker.baseline}]
    if isinstance(asker, FigureSpec):  # its full model need not be among the methods it names
        among = list(analysis.methods)
    if isinstance(asker, TableSpec) and asker.layout != "ablation":
        found = [named[asker.baseline]] if asker.baseline in named else baselines(analysis.methods)
        full = found[0] if len(found) == 1 else None
    else:
        full = reference(among, asker.baseline)
    if full is None:
        return
    variants = [name for name in wanted if name != full.name]
    if isinstance(asker, FigureSpec) and asker.shape == "chain":
        yield from ((named[a], (b,)) for a, b in pairwise([full.name, *variants]))
    elif variants:
        yield full, tuple(variants)


def _effects(asker: TableSpec | FigureSpec) -> bool:
    return isinstance(asker, TableSpec) and "improvement" in asker.columns


def _compared(
    results: Results, spec: DesignSpec, full: Method, others: set[str], *, effects: bool
) -> list[Decision]:
    names = [m.name for m in results.methods if m.name in others]
    among = Family(cross([full.name], names), "the full model against its variants")
    found = analyse(results, replace(spec, best_set=False), among=among, effects=effects)
    return [
        replace(d, primary=False, family=0, p_adjusted=None, simultaneous=None)
        for d in found.decisions
    ]
