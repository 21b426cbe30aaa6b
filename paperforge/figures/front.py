"""Points of quality against cost, and the front that no other point beats on both."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from paperforge.spec import Direction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from paperforge.model import Aggregate, Analysis
    from paperforge.spec import FigureSpec, Metric


@dataclass(frozen=True, slots=True)
class Point:
    """One method's two means with their limits."""

    method: str
    x: float
    y: float
    x_ends: tuple[float, float] | None
    y_ends: tuple[float, float] | None
    beaten: tuple[str, ...] = ()
    """Methods whose means are at least as good on both, and better on one."""


def having_both(analysis: Analysis, metric: Metric, cost: Metric) -> list[str]:
    """The methods that have both numbers somewhere."""
    have = [
        {a.method for a in analysis.aggregates if a.metric == one.name and a.mean is not None}
        for one in (metric, cost)
    ]
    return [
        m for m in dict.fromkeys(a.method for a in analysis.aggregates) if m in have[0] & have[1]
    ]


def points_of(
    analysis: Analysis, metrics: tuple[Metric, Metric], methods: Sequence[str], scope: str | None
) -> tuple[Point, ...]:
    """The points of one panel, by cost."""
    metric, cost = metrics
    cells = {(a.metric, a.method): a for a in analysis.aggregates if a.dataset == scope}
    rows = []
    for name in methods:
        y, x = cells.get((metric.name, name)), cells.get((cost.name, name))
        if y is None or x is None or y.mean is None or x.mean is None:
            continue
        if math.isfinite(y.mean) and math.isfinite(x.mean):
            rows.append(Point(name, x.mean, y.mean, _ends(x), _ends(y)))
    across, up = (-1 if m.direction is Direction.LOWER else 1 for m in (cost, metric))
    made = []
    for one in rows:
        beaten = tuple(
            other.method
            for other in rows
            if across * (other.x - one.x) >= 0
            and up * (other.y - one.y) >= 0
            and (other.x, other.y) != (one.x, one.y)
        )
        made.append(replace(one, beaten=beaten))
    return tuple(sorted(made, key=lambda p: (p.x, p.y)))


def undrawn(spec: FigureSpec, analysis: Analysis, drawn: Collection[str]) -> list[str]:
    """The labels of the methods asked for, else of all, that have no point."""
    asked = (m for m in analysis.methods if not spec.methods or m.name in spec.methods)
    return [m.label for m in asked if m.name not in drawn]


def corners(front: Sequence[Point], cost: Metric) -> list[tuple[float, float]]:
    """The front as steps through its points: between two, the worse of both is reached."""
    steps: list[tuple[float, float]] = []
    for before, after in pairwise(front):
        steps.append((before.x, before.y))
        # At a cost between two, the quality at hand is that of the cheaper.
        cheaper = cost.direction is Direction.LOWER
        steps.append((after.x, before.y) if cheaper else (before.x, after.y))
    if front:
        steps.append((front[-1].x, front[-1].y))
    return steps


def _ends(cell: Aggregate) -> tuple[float, float] | None:
    if cell.interval is not None:
        return cell.interval
    if cell.mean is None or cell.half_width is None or not math.isfinite(cell.half_width):
        return None
    return cell.mean - cell.half_width, cell.mean + cell.half_width
