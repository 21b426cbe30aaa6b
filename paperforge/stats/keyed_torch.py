"""The same chance as keyed.py, computed by torch on CPU or GPU: integer for integer.

torch has no arithmetic of unsigned 64-bit numbers everywhere, so signed ones stand for them: sums
and products wrap alike, and a shift to the right is masked. Imported only where torch is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.stats.keyed import (
    FIRST,
    GOLDEN,
    LANE_BITS,
    LANES,
    MASK,
    POISSON,
    SECOND,
    SHIFTS,
    _mixed,
)

if TYPE_CHECKING:
    import numpy as np
    import torch


def device() -> torch.device:
    """A GPU where there is one."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def bits(seed: int, replicates: np.ndarray, keys: np.ndarray) -> torch.Tensor:
    """The 64 bits of keyed.bits() as int64, shape (B, n), on device()."""
    start = _mixed((seed + 1) * GOLDEN & MASK)
    rows = _mix(_tensor(replicates) * _signed(GOLDEN) + _signed(start))
    return _mix(rows[:, None] + _mix(_tensor(keys) * _signed(GOLDEN) + 1))


def signs(seed: int, replicates: np.ndarray, keys: np.ndarray) -> torch.Tensor:
    """+1 or -1 for each replicate and unit: int8, shape (B, n)."""
    import torch

    return (_right(bits(seed, replicates, keys), 63).to(torch.int8) << 1) - 1


def draws(seed: int, replicates: np.ndarray, size: int, among: int) -> torch.Tensor:
    """Drawing with replacement: whole numbers below `among` (< 2^32), int64, shape (B, size)."""
    import numpy as np

    high = _right(bits(seed, replicates, np.arange(size)), 32)
    return _right(high * among, 32)


def counts(
    seed: int,
    replicates: np.ndarray,
    keys: np.ndarray,
    places: tuple[np.ndarray, np.ndarray],
    total: int,
) -> torch.Tensor:
    """How often each of `total` units is drawn, one draw a key: int64, shape (B, total).

    places: of each draw, among how many units in a row, and the first of them.
    """
    import torch

    among, first = (_tensor(x) for x in places)
    drawn = _right(_right(bits(seed, replicates, keys), 32) * among, 32) + first
    drawn += torch.arange(len(replicates), device=drawn.device)[:, None] * total
    return torch.bincount(drawn.reshape(-1), minlength=len(replicates) * total).reshape(-1, total)


def poisson(seed: int, replicates: np.ndarray, keys: np.ndarray) -> torch.Tensor:
    """The weights of keyed.poisson(): uint8, shape (B, n)."""
    import numpy as np
    import torch

    replicates = np.asarray(replicates, dtype=np.int64)
    octets, at = np.unique(replicates // LANES, return_inverse=True)
    lanes = _tensor(np.arange(LANES) * LANE_BITS)[:, None]
    numbers = (bits(seed, octets, keys)[:, None] >> lanes) & ((1 << LANE_BITS) - 1)
    # how many limits are at most the number
    limits = _tensor(np.array(POISSON[:-1]))
    table = torch.bucketize(_tensor(np.arange(1 << LANE_BITS)), limits, right=True).to(torch.uint8)
    rows = LANES * at + replicates % LANES
    flat = table[numbers].reshape(-1, len(keys))
    return flat if np.array_equal(rows, np.arange(len(flat))) else flat[_tensor(rows)]


def _tensor(values: np.ndarray) -> torch.Tensor:
    import numpy as np
    import torch

    return torch.as_tensor(np.ascontiguousarray(values, dtype=np.int64), device=device())


def _mix(z: torch.Tensor) -> torch.Tensor:
    first, second, third = SHIFTS
    z = (z ^ _right(z, first)) * _signed(FIRST)
    z = (z ^ _right(z, second)) * _signed(SECOND)
    return z ^ _right(z, third)


def _right(z: torch.Tensor, shift: int) -> torch.Tensor:
    """Shift to the right as of an unsigned number."""
    return (z >> shift) & ((1 << 64 - shift) - 1) if shift else z


def _signed(number: int) -> int:
    """The signed number with the same 64 bits."""
    return number - (1 << 64) if number >> 63 else number
