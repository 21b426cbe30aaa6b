"""Chance that depends on names alone: an integer hash of (seed, replicate, key of the unit).

The same unit has the same draw in a replicate whatever stands beside it, so that pairing holds
across methods, and the answer is the same wherever and in whatever parts it is computed. The hash
is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA, figure 17, with the constants of
Stafford's variant 13), applied once for each of the three.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

GOLDEN = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio, made odd: the step from one state to the next."""
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
SHIFTS = (30, 27, 31)
MASK = (1 << 64) - 1
MOST = 20
"""Poisson(1) is above this with probability below 2^-64."""


def bits(seed: int, replicates: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """64 random bits for each replicate and unit: uint64, shape (B, n).

    replicates: whole numbers, shape (B,); keys: whole numbers, shape (n,).
    """
    import numpy as np

    start = np.uint64(_mixed((seed + 1) * GOLDEN & MASK))
    rows = _mix(start + _unsigned(replicates) * np.uint64(GOLDEN))
    return _mix(rows[:, None] + _mix(_unsigned(keys) * np.uint64(GOLDEN) + np.uint64(1)))


def signs(seed: int, replicates: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """+1 or -1 for each replicate and unit: int8, shape (B, n)."""
    import numpy as np

    return ((bits(seed, replicates, keys) >> np.uint64(63)).astype(np.int8) << 1) - np.int8(1)


def draws(seed: int, replicates: np.ndarray, size: int, among: int) -> np.ndarray:
    """Drawing with replacement: whole numbers below `among` (< 2^32), int64, shape (B, size)."""
    import numpy as np

    high = bits(seed, replicates, np.arange(size)) >> np.uint64(32)
    return np.asarray((high * np.uint64(among)) >> np.uint64(32), dtype=np.int64)


def poisson(seed: int, replicates: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Poisson(1) weights, the bootstrap of large samples: uint8, shape (B, n)."""
    import numpy as np

    limits = np.array(_poisson_limits(), dtype=np.uint64)
    found = np.searchsorted(limits, bits(seed, replicates, keys), side="right")
    return np.asarray(found, dtype=np.uint8)


@cache
def _poisson_limits() -> tuple[int, ...]:
    """2^64 times P(X <= k) for k = 0, 1, ...: bits at or above it are more than k."""
    limits, total = [], 0.0
    for k in range(MOST):
        total += math.exp(-1) / math.factorial(k)
        limits.append(min(MASK, int(total * 2**64)))
    return tuple(limits)


def _unsigned(values: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(np.asarray(values, dtype=np.int64), dtype=np.uint64)


def _mix(z: np.ndarray) -> np.ndarray:
    import numpy as np

    first, second, third = (np.uint64(shift) for shift in SHIFTS)
    z = (z ^ (z >> first)) * np.uint64(FIRST)
    z = (z ^ (z >> second)) * np.uint64(SECOND)
    return np.asarray(z ^ (z >> third))


def _mixed(z: int) -> int:
    """The same of one number."""
    first, second, third = SHIFTS
    z = (z ^ (z >> first)) * FIRST & MASK
    z = (z ^ (z >> second)) * SECOND & MASK
    return z ^ (z >> third)
