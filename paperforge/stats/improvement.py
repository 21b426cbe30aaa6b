"""The probability of improvement of each comparison, with an interval.

P(a better than b), ties half. Of independent replicates: Mann and Whitney's, all pairs of a run of
a and a run of b (runs_tasks.py). Of matched replicates: the share of matched pairs that a wins.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.model import Improvement
from paperforge.spec import Direction, Unit
from paperforge.stats.cells import read
from paperforge.stats.clusters import clustered
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.lost import scored
from paperforge.stats.means import match, satterthwaite
from paperforge.stats.profiles import limits
from paperforge.stats.runs_tasks import Interval, probability_of_improvement
from paperforge.stats.shared import of_methods

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.model import Analysis, Decision, Results
    from paperforge.spec import Metric
    from paperforge.stats.cells import Cell, Cells

ONE = "a cell has a single replicate"
QUOTED = "a cell is a printed mean"


def improvements(results: Results, analysis: Analysis, metric: Metric) -> tuple[Improvement, ...]:
    """One for each comparison of the metric, over the datasets and on each.

    Where less is better, lower values count as wins; where nobody knows, higher ones. Comparisons
    with a missing cell, and metrics of sums over examples, have none.
    """
    unit = analysis.design.of(metric.name).unit
    if metric.corpus and unit is Unit.EXAMPLE:
        return ()
    runs = tuple(scored(sample, metric) for sample in run_samples(results, metric))
    cells = read(results, metric, unit, runs)
    found = [
        of_decision(of_methods(cells, d.a, d.b), d)
        for d in analysis.decisions
        if d.metric == metric.name
    ]
    return tuple(one for one in found if one is not None)


def of_decision(cells: Cells, d: Decision) -> Improvement | None:
    """The probability that goes with a comparison; None where a cell of it is missing."""
    places = [d.scope] if d.scope is not None else list(cells.datasets)
    rows = [(cells.table.get((d.a, p)), cells.table.get((d.b, p))) for p in places]
    whole = [(a, b) for a, b in rows if a is not None and b is not None]
    across = cells.unit is Unit.DATASET and d.scope is None
    if not whole or (len(whole) < len(rows) and not across):
        return None
    sign = -1.0 if cells.metric.direction is Direction.LOWER else 1.0
    alpha = 1 - d.level
    if any(c.quoted or c.lacking for pair in whole for c in pair) and not across:
        return None
    if across:
        gaps = [sign * (a.mean - b.mean) for a, b in whole]
        found, paired = matched([wins(gaps)], None, alpha), True
    elif d.paired and all(a.keyed and b.keyed for a, b in whole):
        found, paired = by_match(whole, sign, cells, alpha), True
    else:
        sides = ([sign * a.values for a, _ in whole], [sign * b.values for _, b in whole])
        found, paired = probability_of_improvement(*sides, alpha), False
    if found.estimate is None:
        return None
    ends = (d.metric, d.a, d.b, d.scope, found.estimate, found.low, found.high)
    return Improvement(*ends, d.level, found.n, paired, cells.unit, found.reason)


def by_match(
    whole: Sequence[tuple[Cell, Cell]], sign: float, cells: Cells, alpha: float
) -> Interval:
    """Over the matched replicates of each dataset."""
    pairs = [match(a, b) for a, b in whole]
    if not all(pair.n for pair in pairs):
        return Interval("", None)
    scores = [wins(sign * (pair.a - pair.b)) for pair in pairs]
    groups = [pair.groups for pair in pairs if pair.groups is not None]
    together = groups if cells.clustered and len(groups) == len(pairs) else None
    return matched(scores, together, alpha, cells.groups)


def wins(gaps: Sequence[float] | np.ndarray) -> np.ndarray:
    """1 where a wins, 1/2 for a tie, 0 where it loses; shape (n,)."""
    import numpy as np

    return np.asarray((np.sign(np.asarray(gaps, dtype=float)) + 1) / 2)


def matched(
    scores: Sequence[np.ndarray],
    groups: Sequence[np.ndarray] | None,
    alpha: float,
    size: int = 0,
) -> Interval:
    """Mean over D datasets of the share of pairs won, ties half; an interval for new pairs.

    scores: D arrays of shape (n_d,) of 0, 1/2 and 1. groups: codes in 0..size-1 of pairs that
    belong together (CR2, clusters.py). The variance of each dataset's share is not taken below
    what it is with half a win and half a loss more (Agresti and Coull 1998, Am. Stat. 52(2), add
    such), so that five wins of five do not give an interval without width. The limits are t limits,
    or Wilson's (1927, JASA 22(158)) for as many pairs as have this variance: the wider on each
    side, as in profiles.py. Simulated coverage at nominal .95 (tests/stats/test_improvement.py):
    .95 to 1 for 5 to 100 pairs with P from .5 to .95, with and without ties.
    """
    import numpy as np
    from scipy.special import stdtrit

    share = float(np.mean([x.mean() for x in scores]))
    fewest = min(map(len, scores))
    if fewest <= 1:
        return Interval("", share, n=fewest, reason=ONE)
    known = [(float(x.var(ddof=1)) / len(x), len(x) - 1.0) for x in scores]
    total, df = satterthwaite(known)
    total /= len(scores) ** 2
    if groups is not None:
        total, df = clustered(scores, groups, size)
        df = max(df, 1.0)
    floor = sum(shrunk(x) for x in scores) / len(scores) ** 2
    se = math.sqrt(max(total, floor))
    middle = float(np.mean([(x.sum() + 0.5) / (len(x) + 1) for x in scores]))
    t = float(stdtrit(max(df, fewest - 1.0) if groups is None else df, 1 - alpha / 2))
    one, spread = np.array([share]), np.array([se])
    low, high = limits(one, middle * (1 - middle) / spread**2, spread, t)
    return Interval("", share, float(low[0]), float(high[0]), se, df, n=fewest)


def shrunk(x: np.ndarray) -> float:
    """Variance of a share of pairs with half a win and half a loss more."""
    n = len(x)
    ties = float((x == 0.5).sum()) / (n + 1)  # noqa: PLR2004 - a tie
    q = float(x.sum() + 0.5) / (n + 1)
    return (q * (1 - q) - ties / 4) / n
