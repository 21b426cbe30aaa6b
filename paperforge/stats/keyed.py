"""Chance that depends on names alone: an integer hash of (seed, replicate, key of the unit).

The same unit has the same draw in a replicate whatever stands beside it, so that pairing holds
across methods, and the answer is the same wherever and in whatever parts it is computed. The hash
is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA, figure 17, with the constants of
Stafford's variant 13), applied once for each of the three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.spec import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

GOLDEN = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio, made odd: the step from one state to the next."""
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
SHIFTS = (30, 27, 31)
MASK = (1 << 64) - 1
STREAM = 2
"""Which numbers come of a seed: one more whenever they become others. Signatures have it."""
LANES, LANE_BITS = 8, 8
"""One hash serves so many replicates in a row, with so many bits each, where few bits will do."""
POISSON = (94, 189, 235, 251, 255, 256)
"""2^8 P(X <= k) of a weight, k = 0, 1, ...: number n of 8 random bits is a weight of k where
exactly k of these are at most n. It is Poisson(1) in steps of 1/256, chosen so that mean and
variance are 1 exactly; the third central moment is .984 (its own: 1), no probability is off by more
than .0043, and no weight is above 5. A bootstrap needs no more of its weights than these moments:
the second for its standard error, the third for its skewness (Barbe and Bertail 1995, The Weighted
Bootstrap)."""
TILE = 1 << 14
"""Hashes at a time: they and the weights made of them stay in a processor's cache, and there are
enough of them that calling NumPy costs little."""
TALL = 32
"""Octets in a tile where there are so many: rows of them are quick to add to and to multiply."""
GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""What a driver leaves for a program to open: without one, torch is not even imported."""


def bits(seed: int, replicates: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """64 random bits for each replicate and unit: uint64, shape (B, n).

    replicates: whole numbers, shape (B,); keys: whole numbers, shape (n,).
    """
    return _mix(_replicate_bits(seed, replicates)[:, None] + _key_bits(keys))


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
    """Poisson(1) weights (POISSON), the bootstrap of large samples: uint8, shape (B, n).

    Replicates 8 q to 8 q + 7 share the hash of q: quick where they are asked for together.
    """
    import numpy as np

    replicates = np.asarray(replicates, dtype=np.int64)
    octets, at = np.unique(replicates // LANES, return_inverse=True)
    every = np.empty((len(octets), LANES, len(keys)), np.uint8)
    for rows, columns, weights in poisson_tiles(seed, octets, keys):
        every[rows, :, columns] = weights.transpose(1, 2, 0)
    flat = every.reshape(-1, len(keys))
    row = LANES * at + replicates % LANES
    return flat if np.array_equal(row, np.arange(len(flat))) else np.asarray(flat[row])


def poisson_tiles(
    seed: int, octets: np.ndarray, keys: np.ndarray
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """The weights of poisson() in parts that stay in a processor's cache, never all at once.

    Which octets of replicates and which keys, and their weights: uint8, shape (keys, octets,
    LANES). The next part is written over them.
    """
    import numpy as np

    rows, units = _replicate_bits(seed, octets), _key_bits(keys)
    pieces = max(1, -(-len(keys) // max(1, TILE // max(1, min(len(octets), TALL)))))
    wide = max(1, -(-len(keys) // pieces))  # of one size: a small rest costs as many calls
    tall = min(len(octets), max(1, TILE // wide))
    hashed, shifted = np.empty((2, tall * wide), np.uint64)
    weight, above = np.empty((2, LANES * tall * wide), np.uint8)
    for top in range(0, len(octets), tall):
        for left in range(0, len(keys), wide):
            some, these = rows[top : top + tall], units[left : left + wide]
            size = len(some) * len(these)
            z = hashed[:size]
            np.add(these[:, None], some, out=z.reshape(len(these), len(some)))
            _mix_into(z, shifted[:size])
            lanes = np.asarray(z, dtype="<u8").view(np.uint8)  # the lowest bits come first
            weigh(lanes, weight[: LANES * size], above[: LANES * size])
            found = weight[: LANES * size].reshape(len(these), len(some), LANES)
            yield slice(top, top + len(some)), slice(left, left + len(these)), found


def weigh(numbers: np.ndarray, weight: np.ndarray, above: np.ndarray) -> None:
    """Turn numbers of 8 bits into Poisson(1) weights, written to `weight`; `above` is overwritten.

    Comparing with all five limits is quicker than looking each number up in a table.
    """
    import numpy as np

    np.greater_equal(numbers, POISSON[0], out=weight.view(np.bool_))
    for limit in POISSON[1:-1]:
        np.greater_equal(numbers, limit, out=above.view(np.bool_))
        np.add(weight, above, out=weight)


def engine(asked: str) -> str:
    """Which library computes: "numpy" or "torch" as asked; "auto" is torch only beside a GPU.

    Raises InputError where torch is asked for and not installed, ValueError for another name.
    """
    from importlib.util import find_spec
    from pathlib import Path

    if asked not in ENGINES:
        raise ValueError(f"engine {asked!r} is none of {', '.join(ENGINES)}")
    if asked == "numpy":
        return asked
    if asked == "auto" and not any(Path(device).exists() for device in GPU_DEVICES):
        return "numpy"
    if find_spec("torch") is None:
        if asked == "auto":
            return "numpy"
        hint = 'pip install "paperforge[torch]", or leave the engine out: numpy says the same'
        raise InputError("torch is asked for and not installed", "design.engine", hint)
    if asked == "torch":
        return asked
    import torch

    return "torch" if torch.cuda.is_available() else "numpy"


def _unsigned(values: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(np.asarray(values, dtype=np.int64), dtype=np.uint64)


def _replicate_bits(seed: int, replicates: np.ndarray) -> np.ndarray:
    import numpy as np

    start = np.uint64(_mixed((seed + 1) * GOLDEN & MASK))
    return _mix(start + _unsigned(replicates) * np.uint64(GOLDEN))


def _key_bits(keys: np.ndarray) -> np.ndarray:
    import numpy as np

    return _mix(_unsigned(keys) * np.uint64(GOLDEN) + np.uint64(1))


def _mix(z: np.ndarray) -> np.ndarray:
    """The hash of z, in its place and in tiles: fresh memory costs more than the arithmetic."""
    import numpy as np

    flat = z.reshape(-1)
    shifted = np.empty(min(len(flat), TILE), np.uint64)
    for start in range(0, len(flat), TILE):
        part = flat[start : start + TILE]
        _mix_into(part, shifted[: len(part)])
    return z


def _mix_into(z: np.ndarray, shifted: np.ndarray) -> None:
    """The hash of z, in its place; `shifted` is overwritten. Both contiguous, of one shape."""
    import numpy as np

    first, second, third = (np.uint64(shift) for shift in SHIFTS)
    for shift, factor in ((first, FIRST), (second, SECOND)):
        np.right_shift(z, shift, out=shifted)
        np.bitwise_xor(z, shifted, out=z)
        np.multiply(z, np.uint64(factor), out=z)
    np.right_shift(z, third, out=shifted)
    np.bitwise_xor(z, shifted, out=z)


def _mixed(z: int) -> int:
    """The same of one number."""
    first, second, third = SHIFTS
    z = (z ^ (z >> first)) * FIRST & MASK
    z = (z ^ (z >> second)) * SECOND & MASK
    return z ^ (z >> third)
