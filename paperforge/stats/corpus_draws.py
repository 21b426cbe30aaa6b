"""Counts of resampled units, and the products with them that a corpus metric needs: float64.

NumPy or torch makes them, of the same counts. What the metric makes of its sums is no more than a
few numbers a replicate, and is computed by NumPy for both.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from paperforge.stats import keyed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import torch

BLOCK = 1 << 18
"""Draws at once: what bounds the memory, whatever the examples and replicates."""
GPU_BLOCK = 1 << 25
WIDE = 1 << 20
"""Units up to which the replicates that share a hash are held at once."""
SMALL = 10_000
"""Units up to which n are drawn from n; above, each has a Poisson(1) weight of its own."""
MOST = 255
"""Times that a unit is drawn, at most; nobody has seen more."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Units that are drawn together: the examples, or clusters, of a dataset.

    keys: whole numbers, shape (U,); systems: T arrays of shape (U, C), the sums of each unit. The
    name keeps the draws of different strata apart, and those of one stratum the same for all.
    """

    name: str
    keys: np.ndarray
    systems: tuple[np.ndarray, ...]

    def seed(self, seed: int) -> int:
        """The seed of this stratum's own draws."""
        return (seed << 32) + zlib.crc32(self.name.encode())


class Drawn(Protocol):
    """Counts of some replicates, shape (b, U). Results are NumPy's."""

    def size(self) -> np.ndarray:
        """Draws in each replicate: shape (b,)."""

    def sums(self, table: np.ndarray) -> np.ndarray:
        """Sums of the rows of a table, shape (U, k): shape (b, k)."""

    def squares(self, slopes: np.ndarray, across: np.ndarray) -> np.ndarray:
        """Sums over the units of (slopes @ across)^2: shape (b,).

        slopes: shape (b, k), a row a replicate; across: shape (k, U).
        """


class ByNumpy:
    """The same by NumPy."""

    def __init__(self, counts: np.ndarray) -> None:
        self._counts = counts.astype(float)

    def size(self) -> np.ndarray:
        """Draws in each replicate."""
        import numpy as np

        return np.asarray(self._counts.sum(axis=1))

    def sums(self, table: np.ndarray) -> np.ndarray:
        """Sums of rows."""
        import numpy as np

        return np.asarray(self._counts @ table)

    def squares(self, slopes: np.ndarray, across: np.ndarray) -> np.ndarray:
        """Sums of squares."""
        import numpy as np

        u = slopes @ across
        return np.asarray(np.einsum("bu,bu->b", self._counts, np.multiply(u, u, out=u)))


class ByTorch:
    """The same by torch; what is multiplied stays on its device from one block to the next."""

    def __init__(self, counts: torch.Tensor, kept: dict[int, torch.Tensor]) -> None:
        import torch

        self._counts, self._kept = counts.to(torch.float64), kept

    def size(self) -> np.ndarray:
        """Draws in each replicate."""
        return _back(self._counts.sum(dim=1))

    def sums(self, table: np.ndarray) -> np.ndarray:
        """Sums of rows."""
        return _back(self._counts @ self._there(table))

    def squares(self, slopes: np.ndarray, across: np.ndarray) -> np.ndarray:
        """Sums of squares."""
        import torch

        there = torch.as_tensor(slopes, device=self._counts.device)
        u = there @ self._there(across)
        return _back(u.mul_(u).mul_(self._counts).sum(dim=1))

    def _there(self, array: np.ndarray) -> torch.Tensor:
        """An array that lives as long as `kept`, on the device."""
        import torch

        if id(array) not in self._kept:
            self._kept[id(array)] = torch.as_tensor(array, device=self._counts.device)
        return self._kept[id(array)]


def blocks_of(
    stratum: Stratum, seed: int, width: int, replicates: int, engine: str
) -> Iterator[tuple[slice, Drawn]]:
    """Every replicate's counts by blocks, where a replicate takes `width` numbers.

    engine: keyed.engine().
    """
    with_torch, kept = keyed.engine(engine) == "torch", dict[int, "torch.Tensor"]()
    for start, stop in blocks(width, replicates, _held() if with_torch else BLOCK):
        if with_torch:
            yield slice(start, stop), ByTorch(_on_device(stratum, seed, start, stop), kept)
        else:
            yield slice(start, stop), ByNumpy(counts(seed, stratum, start, stop))


def counts(seed: int, stratum: Stratum, start: int, stop: int) -> np.ndarray:
    """How often each unit is drawn in replicates start..stop-1: uint8, shape (stop - start, U).

    Up to SMALL units: n draws from n. Above: independent Poisson(1) weights (Hanley and MacGibbon
    2006, Comput. Methods Programs Biomed. 83), keyed by the unit; their sum varies, by 1 / sqrt(n),
    which all metrics here cancel but a BLEU that smooths an order without a match.
    """
    import numpy as np

    mixed, keys = stratum.seed(seed), stratum.keys
    if len(keys) <= SMALL:
        return _of_few(mixed, start, stop, len(keys))
    return keyed.poisson(mixed, np.arange(start, stop), keys)


def blocks(width: int, replicates: int, block: int = BLOCK) -> Iterator[tuple[int, int]]:
    """Parts of the replicates that fit into memory, where one takes `width` numbers."""
    step = max(1, block // max(1, width))
    if width <= WIDE:
        step = max(keyed.LANES, step // keyed.LANES * keyed.LANES)
    for start in range(0, replicates, step):
        yield start, min(start + step, replicates)


@lru_cache(maxsize=160)
def _of_few(seed: int, start: int, stop: int, units: int) -> np.ndarray:
    """Counts of n draws from n; kept, for every pair of systems and every metric has the same."""
    import numpy as np

    drawn = keyed.draws(seed, np.arange(start, stop), units, units)
    drawn += np.arange(stop - start)[:, None] * units
    found = np.bincount(drawn.ravel(), minlength=(stop - start) * units)
    return np.minimum(found, MOST).astype(np.uint8).reshape(-1, units)


def _on_device(stratum: Stratum, seed: int, start: int, stop: int) -> torch.Tensor:
    """The same counts, where torch computes."""
    import numpy as np

    from paperforge.stats import keyed_torch

    mixed, part, n = stratum.seed(seed), np.arange(start, stop), len(stratum.keys)
    if n > SMALL:
        return keyed_torch.poisson(mixed, part, stratum.keys)
    places = np.full(n, n), np.zeros(n)
    return keyed_torch.counts(mixed, part, np.arange(n), places, n).clamp(max=MOST)


def _held() -> int:
    """Numbers that a block may have: many on a GPU, for each call takes its time there."""
    from paperforge.stats import keyed_torch

    return BLOCK if keyed_torch.device().type == "cpu" else GPU_BLOCK


def _back(found: torch.Tensor) -> np.ndarray:
    import numpy as np

    return np.asarray(found.cpu().numpy())
