"""Performance profiles of runs x tasks, with a band at each threshold and for the whole curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.runs_bootstrap import NO_RUN, ONE_RUN, REPLICATES, fewest
from paperforge.stats.runs_resample import count_blocks
from paperforge.stats.runs_tasks import flat, profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from paperforge.stats.runs_tasks import Scores


@dataclass(frozen=True, slots=True)
class Band:
    """The share of runs above each of G thresholds; arrays of shape (G,), None without a band."""

    taus: np.ndarray
    share: np.ndarray | None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    """Pointwise: each threshold by itself."""
    low_all: np.ndarray | None = None
    high_all: np.ndarray | None = None
    """Simultaneous: the whole curve lies within."""
    reason: str = ""


def profile_band(
    scores: Scores,
    taus: np.ndarray,
    *,
    alpha: float = 0.05,
    replicates: int = REPLICATES,
    seed: int = 0,
    engine: str = "numpy",
    whole: bool = True,
) -> Band:
    """Band of a performance profile for new runs on the same tasks.

    The standard error at a threshold is closed: sum over tasks of p (1 - p) / (n - 1), but not less
    than with shares shrunk by half a run, (k + 1/2) / (n + 1), so that it is not zero where all
    runs of a task agree. The limits are t limits with as many degrees of freedom as runs less
    tasks, or Wilson's (1927, JASA 22(158)) for the number of runs that has this standard error: the
    wider on each side, since near 0 and 1 each is too short on one. Simultaneous: t becomes the
    (1 - alpha) quantile of the largest deviation over the thresholds, in standard errors and in
    resamples (n - 1 draws a task, keyed), times the ratio of t to its normal limit. Simulated with
    2 to 10 runs on 1, 5 and 26 tasks: at least .95 pointwise, .94 to 1 simultaneous. `whole` false
    leaves the simultaneous band out, which takes nearly all of the time.
    """
    import numpy as np
    from scipy.special import ndtri, stdtrit

    grid, n = np.asarray(taus, dtype=float), fewest(scores)
    if n <= 1:
        return Band(grid, profile(scores, grid) if n else None, reason=ONE_RUN if n else NO_RUN)
    share, tasks = profile(scores, grid), len(scores)
    known, shrunk, middle = np.zeros((3, len(grid)))
    for x in scores:
        size = len(x)
        p = profile([x], grid)
        q = (p * size + 0.5) / (size + 1)
        known += p * (1 - p) / (size - 1)
        shrunk += q * (1 - q) / size
        middle += q / tasks
    se = np.sqrt(np.maximum(known, shrunk)) / tasks
    t = float(stdtrit(sum(map(len, scores)) - tasks, 1 - alpha / 2))
    runs = middle * (1 - middle) / se**2
    if not whole:
        return Band(grid, share, *limits(share, runs, se, t))
    ratio = t / float(ndtri(1 - alpha / 2))
    drawn = count_blocks(seed, replicates, [len(x) for x in scores], len(grid), engine)
    furthest = np.sort(largest_deviations(scores, grid, se, drawn))
    rank = min(replicates, int(np.ceil((1 - alpha) * (replicates + 1)))) - 1
    wide = max(t, ratio * float(furthest[rank]))
    return Band(grid, share, *limits(share, runs, se, t), *limits(share, runs, se, wide))


def limits(
    share: np.ndarray, n: np.ndarray, se: np.ndarray, t: float
) -> tuple[np.ndarray, np.ndarray]:
    """The wider of share +/- t se and Wilson's limits, where (share - p)^2 = t^2 p (1 - p) / n."""
    import numpy as np

    extra = t * t / n
    half = np.sqrt(extra * (share * (1 - share) + extra / 4))
    centre, half = (share + extra / 2) / (1 + extra), half / (1 + extra)
    low, high = np.minimum(centre - half, share - t * se), np.maximum(centre + half, share + t * se)
    return np.clip(low, 0.0, share), np.clip(high, share, 1.0)


def largest_deviations(
    scores: Scores, grid: np.ndarray, se: np.ndarray, drawn: Iterable[np.ndarray]
) -> np.ndarray:
    """Largest deviation of a resampled profile over the grid, in standard errors: (replicates,).

    drawn: how often each run is, replicates by blocks.
    """
    import numpy as np

    values, task, _ = flat(scores)
    sizes = np.array([len(x) for x in scores])
    above = values[:, None] > grid
    centre = np.array([profile([x], grid) for x in scores])[task]
    parts = (above - centre) / (len(sizes) * (sizes[task] - 1.0))[:, None] / se
    return np.concatenate([np.abs(n.astype(float) @ parts).max(axis=1) for n in drawn])
