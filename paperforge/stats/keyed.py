"""Chance that depends on names alone: an integer hash of (seed, replicate, key of the unit).

The same unit has the same draw in a replicate whatever stands beside it, so that pairing holds
across methods, and the answer is the same wherever and in whatever parts it is computed. The hash
is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA, figure 17, with the constants of
Stafford's variant 13), applied once for each of the three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

GOLDEN = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio, made odd: the step from one state to the next."""
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
SHIFTS = (30, 27, 31)
MASK = (1 << 64) - 1
LANES, LANE_BITS = 4, 16
"""One hash serves so many replicates in a row, with so many bits each, where few bits will do."""
POISSON = (24109, 48219, 60273, 64292, 65296, 65497, 65530, 65536)
"""2^16 P(X <= k) of Poisson(1), k = 0, 1, ..., rounded so that the mean is 1: number n of 16 random
bits is a weight of k where exactly k of these are at most n. Probabilities are off by 2e-5 at most;
no weight is above 7."""
GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""What a driver leaves for a program to open: without one, torch is not even imported."""


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
    """Poisson(1) weights, the bootstrap of large samples: uint8, shape (B, n).

    Replicates 4 q to 4 q + 3 share the hash of q: quick where they are asked for together.
    """
    import numpy as np

    replicates = np.asarray(replicates, dtype=np.int64)
    quads, at = np.unique(replicates // LANES, return_inverse=True)
    hashed = bits(seed, quads, keys)
    every = np.empty((len(quads), LANES, len(keys)), np.uint8)
    number, above = np.empty(hashed.shape, np.uint16), np.empty(hashed.shape, np.bool_)
    for lane in range(LANES):
        np.right_shift(hashed, np.uint64(LANE_BITS * lane), out=number, casting="unsafe")
        weight = np.zeros(hashed.shape, np.uint8)
        for limit in POISSON[:-1]:
            np.greater_equal(number, limit, out=above)
            weight += above.view(np.uint8)
        every[:, lane] = weight
    flat = every.reshape(-1, len(keys))
    row = LANES * at + replicates % LANES
    return flat if np.array_equal(row, np.arange(len(flat))) else np.asarray(flat[row])


def engine(asked: str) -> str:
    """Which library computes: "numpy" or "torch" as asked; "auto" is torch only beside a GPU.

    Raises ValueError for another name.
    """
    from pathlib import Path

    if asked not in {"numpy", "torch", "auto"}:
        raise ValueError(f"engine {asked!r} is none of numpy, torch, auto")
    if asked != "auto":
        return asked
    if not any(Path(device).exists() for device in GPU_DEVICES):
        return "numpy"
    from importlib.util import find_spec

    if find_spec("torch") is None:
        return "numpy"
    import torch

    return "torch" if torch.cuda.is_available() else "numpy"


def _unsigned(values: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(np.asarray(values, dtype=np.int64), dtype=np.uint64)


def _mix(z: np.ndarray) -> np.ndarray:
    """The hash of z, in its place: fresh memory costs more than the arithmetic."""
    import numpy as np

    first, second, third = (np.uint64(shift) for shift in SHIFTS)
    shifted = np.empty_like(z)
    for shift, factor in ((first, FIRST), (second, SECOND)):
        np.right_shift(z, shift, out=shifted)
        np.bitwise_xor(z, shifted, out=z)
        np.multiply(z, np.uint64(factor), out=z)
    np.right_shift(z, third, out=shifted)
    np.bitwise_xor(z, shifted, out=z)
    return z


def _mixed(z: int) -> int:
    """The same of one number."""
    first, second, third = SHIFTS
    z = (z ^ (z >> first)) * FIRST & MASK
    z = (z ^ (z >> second)) * SECOND & MASK
    return z ^ (z >> third)
