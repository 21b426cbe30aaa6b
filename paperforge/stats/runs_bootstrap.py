"""Intervals for aggregates of runs x tasks: stratified bootstrap, corrected for few runs.

Runs are resampled within their task, tasks are fixed: "generalises to new runs on these tasks".
Two corrections make it hold with few runs. A task with n runs gets n - 1 draws, so that the
variance of a resampled mean is s^2 / n and not (n - 1) / n of it (McCarthy and Snowden 1985, Vital
and Health Statistics 2(95); Rao and Wu 1988, JASA 83(401)). And the interval is estimate +/- t se
with se the bootstrap's standard error and Satterthwaite's degrees of freedom over the tasks, not a
pair of percentiles, which have no room for an unknown variance (Hesterberg 2015, Am. Stat. 69(4)).
Coverage at nominal .95, simulated (tests/stats/test_runs_coverage.py bounds it); of the IQM, of
percentile intervals and of these:

    runs a task               2           3           5           10
    normal,   5 tasks     .73  .98    .84  .96    .89  .95    .93  .95
    normal,  26 tasks     .80  .98    .90  .97    .92  .95    .95  .96
    skewed,   5 tasks     .67  .96    .79  .91    .86  .91    .91  .93
    skewed,  26 tasks     .79  .96    .86  .95    .90  .94    .92  .95
    failures, 5 tasks     .63  .89    .84  .92    .89  .91    .93  .92
    failures, 26 tasks    .81  .96    .89  .93    .92  .93         .94

Spreads differ ten times between tasks; skewed: exponential or lognormal, the worse of the two;
failures: three runs of ten learn nothing. t intervals of few skewed values are too short, as for
any mean; that is stated, not corrected. Mean and gap: .95 to .98 normal, .93 to .97 skewed. The
median of task means is biased where tasks are close to each other: .93 to .95 normal, .85 to .91
skewed; prefer the IQM.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT
from paperforge.stats.contrast import Ask, Contrast, t_contrast
from paperforge.stats.runs_resample import Prepared, estimate, paired_variance, prepare, resample
from paperforge.stats.runs_tasks import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np

    from paperforge.stats.runs_tasks import Scores

AGGREGATES = ("IQM", "mean", "median", "optimality gap")
REPLICATES = 10_000
ONE_RUN, NO_RUN = "a task has only one run", "a task has no run"


def aggregate_intervals(
    methods: Sequence[Scores],
    names: Sequence[str] = AGGREGATES,
    *,
    alpha: float = 0.05,
    gamma: float = 1.0,
    replicates: int = REPLICATES,
    seed: int = 0,
    engine: str = "numpy",
) -> list[list[Interval]]:
    """An interval for each method (outer list) and aggregate (inner); see the head of this file.

    Draws are keyed by (seed, replicate, task, position): they are the same for all methods. The
    Monte Carlo error of se is se / sqrt(2 replicates). Where a task has fewer than two runs, or the
    resamples do not vary, there is no interval, and the reason.
    """
    out = [[without(x, name, gamma) for name in names] for x in methods]
    groups: dict[tuple[int, ...], list[tuple[int, int, Prepared]]] = {}
    for i, scores in enumerate(methods):
        if fewest(scores) > 1:
            for j, name in enumerate(names):
                one = prepare(scores, name, gamma)
                groups.setdefault(one.sizes, []).append((i, j, one))
    for group in groups.values():
        spreads = resample([one for *_, one in group], replicates, seed, engine)
        for (i, j, one), spread in zip(group, spreads, strict=True):
            df = freedom(task_variances(one, spread.slopes), min(one.sizes))
            found = interval(one, spread.variance, df, alpha)
            out[i][j] = replace(found, replicates=replicates)
    return out


def interval(one: Prepared, variance: float, df: float, alpha: float) -> Interval:
    """Estimate +/- t se; a gap has no negative limit."""
    from scipy.special import stdtrit

    found = Interval(one.name, one.estimate, n=min(one.sizes))
    if variance <= 0:
        return replace(found, reason="nothing varies")
    se = math.sqrt(variance)
    half = float(stdtrit(df, 1 - alpha / 2)) * se
    low, high = one.estimate - half, one.estimate + half
    if one.name == "optimality gap":
        low = max(low, 0.0)
    return replace(found, low=low, high=high, se=se, df=df)


def without(scores: Scores, name: str, gamma: float) -> Interval:
    """What can be said where a task has no run, or one."""
    n = fewest(scores)
    if not n:
        return Interval(name, None, reason=NO_RUN)
    return Interval(name, estimate(scores, name, gamma), n=n, reason=ONE_RUN)


def fewest(scores: Scores) -> int:
    """Runs of the task that has fewest."""
    return min((len(x) for x in scores), default=0)


def aggregate_difference(
    a: Scores,
    b: Scores,
    name: str,
    ask: Ask,
    *,
    paired: bool = False,
    gamma: float = 1.0,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Contrast:
    """Difference of an aggregate, a - b, over the same T tasks: t interval, and p from it.

    paired: run i of a and run i of b on a task share something, and are drawn together (n_t must be
    equal: ValueError). Otherwise the two variances add. For an optimality gap less is better.
    """
    test = f"{'paired ' if paired else ''}bootstrap t of the {name}"
    n = (fewest(a), fewest(b))
    if min(n) <= 1:
        known = estimate(a, name, gamma) - estimate(b, name, gamma) if min(n) else None
        reason = ONE_RUN if min(n) else NO_RUN
        return Contrast(test, n, paired, known, reason=reason, testable=False)
    one, two = prepare(a, name, gamma), prepare(b, name, gamma)
    if len(one.sizes) != len(two.sizes) or (paired and one.sizes != two.sizes):
        raise ValueError(f"the runs of the two methods do not match: {one.sizes} and {two.sizes}")
    first, second = (resample([x], replicates, seed, ask.engine)[0] for x in (one, two))
    variances = [task_variances(one, first.slopes), task_variances(two, second.slopes)]
    variance = first.variance + second.variance
    if paired:
        parts = runs(one, first.slopes), runs(two, second.slopes)
        variances = [spread_of(x - y for x, y in zip(*parts, strict=True))]
        variance = paired_variance(one, two, replicates, seed, ask.engine)
    gap = one.estimate - two.estimate
    if abs(gap) <= FLAT * max(one.size, two.size):
        gap = 0.0
    df = freedom([v for part in variances for v in part], min(n))
    found = t_contrast(test, gap, variance, df, n=n, paired=paired, ask=ask)
    return replace(found, monte_carlo=error_of_p(found, replicates))


def error_of_p(found: Contrast, replicates: int) -> float | None:
    """The Monte Carlo error of p, to first order, and at most: that of se is se / sqrt(2 B).

    Both methods have the same draws, so that their variances do not err apart.
    """
    from scipy.special import stdtr

    if found.statistic is None or found.df is None:
        return None
    step, t = 1 / math.sqrt(2 * replicates), abs(found.statistic)
    wide, narrow = (float(stdtr(found.df, -t * x)) for x in (1 - step, 1 + step))
    return wide - narrow


def runs(one: Prepared, slopes: np.ndarray) -> list[np.ndarray]:
    """What each run adds to the aggregate, to first order: T arrays of shape (n_t,)."""
    import numpy as np

    tasks = np.split(one.values, np.cumsum(one.sizes)[:-1])
    return [slope * x for slope, x in zip(slopes, tasks, strict=True)]


def spread_of(tasks: Iterable[np.ndarray]) -> list[tuple[float, float]]:
    """Variance of each task's mean, with its degrees of freedom."""
    return [(float(x.var(ddof=1)) / len(x), len(x) - 1.0) for x in tasks]


def task_variances(one: Prepared, slopes: np.ndarray) -> list[tuple[float, float]]:
    """The variance that each task adds to the aggregate's, with its degrees of freedom."""
    return spread_of(runs(one, slopes))


def freedom(parts: Sequence[tuple[float, float]], n: int) -> float:
    """Satterthwaite's degrees of freedom (1946, Biometrics Bulletin 2(6)), at least n - 1."""
    largest = max(v for v, _ in parts)
    if largest <= 0:
        return n - 1.0
    shares = [(v / largest, df) for v, df in parts]
    return max(n - 1.0, sum(v for v, _ in shares) ** 2 / sum(v * v / df for v, df in shares))
