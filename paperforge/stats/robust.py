"""Runs x tasks: other aggregates than the mean over the datasets, and performance profiles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Aggregate, Profile
from paperforge.spec import Direction, Unit
from paperforge.stats.contrast import finite
from paperforge.stats.profiles import profile_band
from paperforge.stats.runs_bootstrap import (
    REPLICATES,
    aggregate_difference,
    aggregate_intervals,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.spec import DesignSpec
    from paperforge.stats.cells import Cells
    from paperforge.stats.compare import Compared, Setting
    from paperforge.stats.runs_tasks import Interval

GAP = "optimality-gap"
NAMES = {"iqm": "IQM", "median": "median", GAP: "optimality gap"}
POINTS = 41
"""Thresholds of a performance profile."""


def check(cells: Cells, spec: DesignSpec) -> None:
    """Raise InputError where the aggregate does not fit the metric."""
    if spec.aggregate == GAP and cells.metric.direction is not Direction.HIGHER:
        raise InputError(
            f"an optimality gap needs a metric of which more is better; {cells.metric.name} is not",
            "design.aggregate",
            f"--higher {cells.metric.name} says so, where it is",
        )


def applies(cells: Cells, spec: DesignSpec) -> bool:
    """Whether another aggregate than the mean is asked for, over several datasets with runs."""
    runs = cells.unit in (Unit.SEED, Unit.BOTH)
    return spec.aggregate != "mean" and runs and len(cells.datasets) > 1


def of_aggregate(
    cells: Cells, found: Sequence[Compared], setting: Setting, spec: DesignSpec
) -> list[Compared]:
    """The comparisons with those over the datasets made of the aggregate.

    A gap is compared as what is left of it, so that more is better as everywhere else. Runs are
    paired where that is declared and both methods have the same on every dataset.
    """
    import numpy as np

    check(cells, spec)
    made = []
    for one in found:
        left, right = scores(cells, one.a), scores(cells, one.b)
        if one.scope is not None or left is None or right is None:
            made.append(one)
            continue
        rows = [(cells.table[one.a, d], cells.table[one.b, d]) for d in sorted(cells.datasets)]
        paired = setting.pair_seeds and all(
            a.keyed and b.keyed and np.array_equal(a.keys, b.keys) for a, b in rows
        )
        name = NAMES[spec.aggregate]
        first, second = (right, left) if spec.aggregate == GAP else (left, right)
        contrast = aggregate_difference(
            first, second, name, setting.ask, paired=paired, seed=spec.seed,
            replicates=spec.draws or REPLICATES,
        )  # fmt: skip
        made.append(replace(one, contrast=contrast))
    return made


def scores(cells: Cells, method: str) -> list[np.ndarray] | None:
    """The runs of a method on every dataset; None where one is missing.

    By the datasets' names, whatever their order in the results: draws are keyed by these places.
    """
    row = [cells.table.get((method, d)) for d in sorted(cells.datasets)]
    return None if None in row else [c.values for c in row if c is not None]


def summaries(cells: Cells, rows: Sequence[Aggregate], spec: DesignSpec) -> list[Aggregate]:
    """The aggregates with those over the datasets made of the aggregate."""
    scale = cells.metric.scale
    made = []
    for row in rows:
        runs = scores(cells, row.method)
        if row.dataset is not None or runs is None:
            made.append(row)
            continue
        ((one,),) = aggregate_intervals(
            [runs],
            [NAMES[spec.aggregate]],
            alpha=spec.alpha,
            seed=spec.seed,
            engine=spec.engine,
            replicates=spec.draws or REPLICATES,
        )
        if spec.aggregate == GAP:  # what is left of it, so that more is better
            one = turned(one)
        ends = None if one.low is None or one.high is None else (one.low * scale, one.high * scale)
        made.append(
            replace(
                row,
                mean=None if one.estimate is None else finite(one.estimate * scale),
                sd=None,
                se=None if one.se is None else finite(one.se * scale),
                half_width=None if ends is None else (ends[1] - ends[0]) / 2,
                interval=ends,
            )
        )
    return made


def turned(gap: Interval) -> Interval:
    """1 - gap."""
    low, high = (None if end is None else 1 - end for end in (gap.high, gap.low))
    middle = None if gap.estimate is None else 1 - gap.estimate
    return replace(gap, estimate=middle, low=low, high=high)


def performance(cells: Cells, spec: DesignSpec, points: int = POINTS) -> list[Profile]:
    """The share of runs, averaged over the datasets, that reach each of a grid of scores."""
    import numpy as np

    runs = {m: rows for m in cells.methods if (rows := scores(cells, m)) is not None}
    if not runs:
        return []
    every = np.concatenate([values for rows in runs.values() for values in rows])
    taus = np.linspace(every.min(), every.max(), points)
    made = []
    for method, rows in runs.items():
        band = profile_band(
            rows, taus, alpha=spec.alpha, seed=spec.seed, engine=spec.engine, whole=False
        )
        parts = [part for part in (band.share, band.low, band.high) if part is not None]
        if len(parts) == 3:  # noqa: PLR2004 - without a band there is no profile to draw
            share, low, high = (tuple(map(float, part)) for part in parts)
            scaled = tuple(float(t) * cells.metric.scale for t in taus)
            made.append(Profile(cells.metric.name, method, scaled, share, low, high))
    return made
