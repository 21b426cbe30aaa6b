"""Permutation test of two independent means: every way to deal the values to the two groups.

If both groups have one distribution, every arrangement is equally likely (Pitman 1937, Suppl. J. R.
Stat. Soc. 4(1)). p is the share of arrangements whose means are at least as far apart as the
observed ones. It tests that hypothesis: with unequal spreads and unequal numbers its size for equal
means is not alpha, where Welch's is. So it is for sensitivity, and gives no interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.stats.contrast import Contrast, finite, honest
from paperforge.stats.flips import blocks

if TYPE_CHECKING:
    import numpy as np

LISTED = 20_000
"""Arrangements that are all listed; so many also are drawn at most, with the budget below."""
REPLICATES = 9999
BUDGET = 200_000_000
"""Random numbers that one test may draw: beyond 20,000 values there are fewer replicates."""
KEPT = 16_000_000
"""Places of dealt values that are kept for the next comparison, at most: 64 MB."""
EQUAL = 1e-10


@dataclass(frozen=True, slots=True)
class Permutation:
    """The contrast (no interval), and how its p was found."""

    contrast: Contrast
    listed: bool = False
    """Whether all arrangements were: then p is no estimate."""
    arrangements: int = 0
    """Listed or drawn."""
    monte_carlo_error: float | None = None


def permutation(
    a: np.ndarray, b: np.ndarray, seed: int = 0, *, replicates: int = REPLICATES
) -> Permutation:
    """Test whether a and b, finite and of shapes (n,) and (m,), come from one distribution.

    All C(n + m, n) arrangements are listed where they are at most 20,000, else drawn by keyed
    ranks; p is then (b + 1) / (B + 1). contrast.smallest_p is the share of the arrangements that
    are farthest apart: 1 / C(n + m, n), twice that for n = m, more with ties (where drawn,
    1 / (B + 1) at least). No p: a group without values, or nothing that varies.
    """
    import numpy as np

    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    n, m = len(a), len(b)
    named = Contrast("permutation", (n, m))
    if min(n, m) == 0:
        return Permutation(replace(named, reason="no values", testable=False))
    pooled = np.concatenate([a, b])
    scale = float(np.abs(pooled).max()) or 1.0
    if not math.isfinite(scale * (n + m)):
        estimate = finite(float((a / n).sum() - (b / m).sum()))
        reason = "the numbers are too large to compare"
        return Permutation(replace(named, estimate=estimate, reason=reason))
    pooled = pooled / scale
    observed = float(pooled[:n].mean() - pooled[n:].mean())
    named = replace(named, estimate=observed * scale, statistic=observed * scale)
    if float(np.ptp(pooled)) <= EQUAL:
        same = replace(named, estimate=0.0, statistic=0.0, p=1.0, smallest_p=1.0)
        return Permutation(same, listed=True)
    listed = (every := math.comb(n + m, n)) <= LISTED
    drawn = min(replicates, max(BUDGET // (n + m), 99))
    apart = np.abs(arranged(pooled, n) if listed else dealt(pooled, n, seed, drawn))
    reached = int((apart >= abs(observed) - EQUAL).sum())
    added = 0 if listed else 1
    p = (reached + added) / (len(apart) + added)
    ends = int((apart >= apart.max() - EQUAL).sum())
    floor = ends / every if listed else max(least(n, m), 1 / (drawn + 1))
    error = None if listed else math.sqrt(p * (1 - p) / drawn)
    contrast = replace(named, p=honest(p), smallest_p=honest(min(floor, p)))
    return Permutation(contrast, listed, len(apart), error)


def least(n: int, m: int) -> float:
    """Smallest two-sided p of n and m values without ties."""
    logs = math.lgamma(n + m + 1) - math.lgamma(n + 1) - math.lgamma(m + 1)
    return math.exp(-logs) * (2 if n == m else 1)


def arranged(pooled: np.ndarray, n: int) -> np.ndarray:
    """Differences of the two means in all arrangements."""
    from itertools import chain, combinations

    import numpy as np

    total = len(pooled)
    chosen = np.fromiter(chain.from_iterable(combinations(range(total), n)), dtype=np.int64)
    sums = pooled[chosen.reshape(-1, n)].sum(axis=1)
    return difference(sums, pooled, n)


def dealt(pooled: np.ndarray, n: int, seed: int, replicates: int) -> np.ndarray:
    """The same in arrangements that keyed random numbers deal: the n smallest are the first group.

    The smaller group is summed, for that is less to find. Values are dealt in the order of their
    size: which method is the first, and which run, changes no distance.
    """
    import numpy as np

    pooled, total = np.sort(pooled), len(pooled)
    few = min(n, total - n)
    sums = np.empty(replicates)
    kept = hands(total, few, seed, replicates) if replicates * few <= KEPT else None
    for part in blocks(replicates, total):
        sums[part] = pooled[dealing(total, few, seed, part) if kept is None else kept[part]].sum(
            axis=1
        )
    return difference(sums if few == n else pooled.sum() - sums, pooled, n)


@lru_cache(maxsize=1)
def hands(total: int, few: int, seed: int, replicates: int) -> np.ndarray:
    """All that dealing() gives: every two methods of a family that have as many runs share it."""
    import numpy as np

    parts = blocks(replicates, total)
    return np.concatenate([dealing(total, few, seed, part).astype(np.int32) for part in parts])


def dealing(total: int, few: int, seed: int, replicates: np.ndarray) -> np.ndarray:
    """Which `few` of so many values each arrangement deals, shape (replicates, few)."""
    import numpy as np

    from paperforge.stats import keyed

    ranks = keyed.bits(seed, replicates, np.arange(total))
    return np.argpartition(ranks, few - 1, axis=1)[:, :few]


def difference(sums: np.ndarray, pooled: np.ndarray, n: int) -> np.ndarray:
    """Mean of the n values with these sums less the mean of the others."""
    import numpy as np

    return np.asarray(sums / n - (pooled.sum() - sums) / (len(pooled) - n))
