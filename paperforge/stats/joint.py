"""Replicates of independent means and of their estimated variances, for a family of tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.stats import keyed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

BLOCK = 1 << 20
NUMBERS = 16_000_000
"""Numbers that are held at once, at most: 128 MB. Families of many methods get fewer replicates."""
GRID = 4096
REACH = 8.3
"""Normal scores beyond this have probability below 2^-53."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Replicates of the means and of their estimated variances.

    Cells with the same coefficient in every contrast (one method on all datasets) are one column:
    their sum is all that any contrast sees. means, variances: shape (B, K), a column in one piece;
    column: shape (F, K), the coefficients.
    """

    means: np.ndarray
    variances: np.ndarray
    column: np.ndarray

    @property
    def replicates(self) -> int:
        """How many."""
        return len(self.means)

    def squares(self, contrast: int) -> np.ndarray:
        """Square of t of one contrast in every replicate, shape (B,)."""
        row = self.column[contrast]
        used = row.nonzero()[0]
        gap = sum(self.means[:, k] * row[k] for k in used)
        spread = sum(self.variances[:, k] * row[k] ** 2 for k in used)
        squares: np.ndarray = gap * gap / spread
        return squares

    @classmethod
    def of(
        cls,
        rows: np.ndarray,
        variances: np.ndarray,
        dfs: np.ndarray,
        pooled_df: float | None,
        *,
        seed: int,
        most: int,
    ) -> Draws:
        """Draw them in blocks, keyed by replicate and cell."""
        import numpy as np

        used = [i for i in range(rows.shape[1]) if rows[:, i].any() and variances[i] > 0]
        places: dict[bytes, int] = {}
        at = [places.setdefault((rows[:, i] + 0.0).tobytes(), len(places)) for i in used]
        member = np.zeros((len(used), len(places)))
        member[np.arange(len(used)), at] = 1
        column = np.stack([np.frombuffer(key) for key in places], axis=1)
        total = max(1, min(most, NUMBERS // (2 * len(places))))
        v, tables = variances[used], [Chi.of(float(dfs[i])) for i in used]
        shared = None if pooled_df is None else Chi.of(pooled_df)
        means, squares = (np.empty((total, len(places)), order="F") for _ in range(2))
        for rows_now in blocks(total, BLOCK // len(used) + 1):
            z = normals(seed, rows_now, 2 * np.array(used))
            means[rows_now] = z @ (member * np.sqrt(v)[:, None])
            if shared is not None:
                one = shared.share(normals(seed, rows_now, np.array([-1])))
                squares[rows_now] = one * (v @ member)
                continue
            z = normals(seed, rows_now, 2 * np.array(used) + 1)
            ratio = np.stack([chi.share(z[:, j]) for j, chi in enumerate(tables)], axis=1)
            squares[rows_now] = (ratio * v) @ member
        return cls(means, squares, column)


def blocks(total: int, size: int) -> Iterator[np.ndarray]:
    """Cut the numbers of the replicates into parts."""
    import numpy as np

    for start in range(0, total, size):
        yield np.arange(start, min(total, start + size))


def normals(seed: int, replicates: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Standard normal draws, shape (B, n), keyed by replicate and unit."""
    import numpy as np
    from scipy.special import ndtri

    high = keyed.bits(seed, replicates, keys) >> np.uint64(11)  # 53 bits are all a double holds
    return np.asarray(ndtri((high.astype(float) + 0.5) * 2.0**-53))


@dataclass(frozen=True, slots=True)
class Chi:
    """Chi-squared over its df, as a function of a normal score: a table of its cube root.

    The cube root is nearly linear in the score (Wilson and Hilferty 1931, PNAS 17(12)), so that
    interpolation between 4096 exact quantiles is good to 2e-5.
    """

    scores: np.ndarray
    roots: np.ndarray

    @staticmethod
    @lru_cache(maxsize=64)
    def of(df: float) -> Chi:
        """Tabulate."""
        import numpy as np
        from scipy.special import gammainccinv, gammaincinv, ndtr

        scores = np.linspace(-REACH, REACH, GRID)
        below = gammaincinv(df / 2, ndtr(scores))
        above = gammainccinv(df / 2, ndtr(-scores))  # the upper tail keeps its digits
        return Chi(scores, np.cbrt(np.where(scores < 0, below, above) * 2 / df))

    def share(self, z: np.ndarray) -> np.ndarray:
        """Chi-squared over df for each normal score."""
        import numpy as np

        place = (np.clip(z, -REACH, REACH) + REACH) * ((GRID - 1) / (2 * REACH))
        left = np.minimum(place.astype(np.int64), GRID - 2)
        root = self.roots[left] + (place - left) * (self.roots[left + 1] - self.roots[left])
        return np.asarray(root**3)
