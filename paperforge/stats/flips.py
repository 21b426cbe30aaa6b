"""The distribution of what is left of a sum when signs are flipped, at every shift at once.

A unit is an example, or a cluster with the sum and the number of its examples. Under the hypothesis
that the true mean is d, the signs of all x_g - d n_g are fair coins. The flipped sum is at least
the observed one exactly where the set F of flipped units has sum_F x <= d sum_F n. So the tail at
any d needs only the joint distribution of the two sums over F, made once (the subset means are
Hartigan's typical values: Hartigan 1969, J. Am. Stat. Assoc. 64(328)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

EQUAL = 1e-11
"""Sums that differ by less, in units of the largest difference or the lattice's step, are equal."""
CLOSE = 1e-9
"""A remainder of at most this share of the largest difference is none: a lattice read from text."""
ATOMS = 1 << 17
"""Largest number of distinct subsets that are listed."""
FEW = 50
LEVELS = 10_000
"""A lattice has at most so many steps from 0 to the largest difference: four decimals."""
WORK = 100_000_000
"""Additions that an exact count on a lattice may take: about a quarter of a second."""
NEGLIGIBLE, FAR = 1e-13, 1e-6
"""Probability of all the outcomes that are left out of a tail; one below FAR counts all."""
BLOCK = 1 << 20
"""Signs at a time."""


@dataclass(frozen=True, slots=True)
class Units:
    """Sums and numbers of examples of G units, shape (G,); sums are in units of the largest."""

    sums: np.ndarray
    counts: np.ndarray
    step: float
    """Of the lattice that holds all sums; 0: there is none."""

    @property
    def total(self) -> float:
        """All examples."""
        return float(self.counts.sum())

    @property
    def differing(self) -> int:
        """Units whose sum is not 0: the only ones whose sign matters."""
        return int((self.sums != 0).sum())

    def mirrored(self) -> Units:
        """The same with b and a exchanged."""
        return replace(self, sums=-self.sums)


@dataclass(frozen=True, slots=True)
class Atoms:
    """Sets of flipped units: sums, numbers of examples, and probabilities times `whole`.

    `zeros` further units, of `zero_size` examples each, have sum 0 and are flipped independently.
    """

    sums: np.ndarray
    counts: np.ndarray
    mass: np.ndarray
    zeros: int = 0
    zero_size: float = 1.0
    heads: np.ndarray | None = None
    """P(at most k of the zeros are flipped), k = 0, 1, ..."""
    whole: float = 1.0

    def mirrored(self) -> Atoms:
        """The same with b and a exchanged."""
        return replace(self, sums=-self.sums)

    def likely(self) -> Atoms:
        """Without what is next to impossible, even together."""
        import numpy as np

        order = np.argsort(self.mass)
        kept = order[np.cumsum(self.mass[order]) > NEGLIGIBLE]
        return replace(self, sums=self.sums[kept], counts=self.counts[kept], mass=self.mass[kept])

    def tail(self) -> Callable[[float], float]:
        """at_most(), for many shifts."""
        import numpy as np

        if self.zeros:
            few = self.likely()

            def at_most(shift: float) -> float:
                found = few.at_most(shift) if shift else 0.0
                return found if found > FAR else self.at_most(shift)

            return at_most
        # nothing flipped: below every shift
        means = np.full(len(self.sums), -np.inf)
        np.divide(self.sums, self.counts, out=means, where=self.counts > 0)
        order = np.argsort(means)
        means, total = means[order], np.concatenate([[0.0], np.cumsum(self.mass[order])])
        total /= self.whole
        return lambda shift: float(total[np.searchsorted(means, shift + EQUAL, side="right")])

    def at_most(self, shift: float) -> float:
        """Probability that the sum over the flipped is at most shift times their number."""
        import numpy as np

        rest = self.sums - shift * self.counts
        if self.zeros == 0 or shift == 0:
            return float(self.mass[rest <= EQUAL].sum()) / self.whole
        # flipped zeros add -shift each: for shift > 0 there must be many, else there must be few
        bound = np.clip(rest / (shift * self.zero_size), -1.0, self.zeros + 1.0)
        if shift > 0:  # P(Z >= k) = P(Z <= zeros - k)
            few = self.zeros - np.ceil(bound - EQUAL).astype(np.int64)
        else:
            few = np.floor(bound + EQUAL).astype(np.int64)
        assert self.heads is not None
        heads = self.heads
        return float(self.mass @ np.where(few < 0, 0.0, heads[np.minimum(few, self.zeros)]))


def enumerated(units: Units) -> Atoms | None:
    """Every distinct set, where there are at most 2^17; equal units are counted, not listed."""
    import numpy as np

    apart, zeros, zero_size = split_zeros(units)
    if 2 ** len(np.unique(apart.sums[: 2 * FEW])) > ATOMS:
        return None
    groups = distinct(apart)
    if math.prod(number + 1 for *_, number in groups) > ATOMS:
        return None
    sums, counts, mass = np.zeros(1), np.zeros(1), np.ones(1)
    for value, count, number in groups:
        b = np.arange(number + 1)
        sums = (sums[:, None] + value * b).ravel()
        counts = (counts[:, None] + count * b).ravel()
        mass = (mass[:, None] * coins(number)).ravel()
    return Atoms(sums, counts, mass, zeros, zero_size, coins(zeros).cumsum())


def split_zeros(units: Units) -> tuple[Units, int, float]:
    """Set the units apart whose sum is 0, where they are of one size: only their number matters."""
    import numpy as np

    zero = units.sums == 0
    sizes = np.unique(units.counts[zero])
    if len(sizes) != 1:
        return units, 0, 1.0
    apart = replace(units, sums=units.sums[~zero], counts=units.counts[~zero])
    return apart, int(zero.sum()), float(sizes[0])


def distinct(units: Units) -> list[tuple[float, float, int]]:
    """Sum, number of examples and multiplicity of each distinct unit."""
    import numpy as np

    pairs, number = np.unique(units.sums + 1j * units.counts, return_counts=True)
    return [(float(x.real), float(x.imag), int(m)) for x, m in zip(pairs, number, strict=True)]


def coins(number: int) -> np.ndarray:
    """Probabilities of 0, 1, ..., number heads of fair coins."""
    import numpy as np
    from scipy.special import gammaln

    k = np.arange(number + 1)
    if number <= FEW:
        return np.array([math.comb(number, heads) for heads in k]) / 2.0**number
    logs = gammaln(number + 1) - gammaln(k + 1) - gammaln(number - k + 1)
    return np.asarray(np.exp(logs - number * np.log(2)))


def lattice_step(sums: np.ndarray) -> float:
    """The step of which all sums are multiples, at most 10,000 up to the largest; 0: none.

    Euclid's algorithm on real numbers: a remainder that is rounding counts as none.
    """
    import numpy as np

    x = np.abs(sums)
    x = x[x > 0]
    # so many distinct values cannot be multiples of one step: told without sorting all
    if len(x) == 0 or len(np.unique(np.round(x[: 4 * LEVELS] / CLOSE))) > LEVELS:
        return 0.0
    largest = float(x.max())
    step = largest
    for value in np.unique(x):
        low, high = sorted((step, float(value)))
        while low > CLOSE * largest:
            low, high = abs(high - low * round(high / low)), low
            low, high = min(low, high), max(low, high)
        step = high
        if step * LEVELS < largest * (1 - CLOSE):
            return 0.0
    step = largest / round(largest / step)
    multiples = x / step
    return step if float(np.abs(multiples - np.round(multiples)).max()) < 1e-6 else 0.0  # noqa: PLR2004 - of a step


def on_lattice(units: Units) -> Atoms | None:
    """Count all sets on the lattice of (sum, number of examples), where that takes <= 10^8 steps.

    Adds of positive numbers only: the relative error of a probability is below 1e-12, and those
    below 1e-300 are 0.
    """
    import numpy as np

    apart, zeros, zero_size = split_zeros(units)
    v = np.round(apart.sums / units.step).astype(np.int64)
    c = apart.counts.astype(np.int64)
    low, high = int(v[v < 0].sum()), int(v[v > 0].sum())
    cells = (high - low + 1) * (int(c.sum()) + 1)
    if cells * len(v) > WORK:
        return None
    table = np.zeros((high - low + 1, int(c.sum()) + 1))
    table[-low, 0] = 1
    for value, count, number in distinct(replace(apart, sums=v)):
        move, size = int(value), int(count)
        before = table
        table = np.zeros_like(before)
        for b, chance in enumerate(coins(number)):
            down, right = b * move, b * size
            to = slice(max(down, 0), min(down, 0) or None)
            of = slice(max(-down, 0), min(-down, 0) or None)
            table[to, right:] += chance * before[of, : before.shape[1] - right]
    at, number_of = np.nonzero(table)
    return Atoms(at + low, number_of, table[at, number_of], zeros, zero_size, coins(zeros).cumsum())


def lattice_tail(units: Units) -> float | None:
    """Exact P(flipped sum >= observed sum) at shift 0, by convolving a binomial for each size.

    None where that would take more than 10^8 additions. Precision as of on_lattice().
    """
    import numpy as np

    v = np.round(units.sums / units.step).astype(np.int64)
    sizes, numbers = np.unique(np.abs(v[v != 0]), return_counts=True)
    # the sum over the flipped, all sizes taken as positive: at most that of the negative ones
    bound = int(-v[v < 0].sum())
    chances, start = np.ones(1), 0
    for size, number in zip(sizes, numbers, strict=True):
        kernel = coins(int(number))
        first = int(np.argmax(kernel > 0))
        kernel = kernel[first : len(kernel) - first]
        if len(chances) * len(kernel) > WORK / 2:
            return None
        chances = spread_out(chances, int(size), kernel)
        start += first * int(size)
    return float(chances[: max(0, bound - start + 1)].sum())


def spread_out(chances: np.ndarray, size: int, kernel: np.ndarray) -> np.ndarray:
    """Convolve with a kernel of which the numbers stand `size` apart, shape (k,)."""
    import numpy as np

    n, moved = len(chances), size * (len(kernel) - 1)
    wide = np.zeros(n + moved)
    if len(kernel) <= size:
        for k, weight in enumerate(kernel.tolist()):
            wide[k * size : k * size + n] += weight * chances
        return wide
    for r in range(min(size, n)):
        part = np.convolve(chances[r::size], kernel)
        wide[r::size][: len(part)] = part
    return wide


def drawn(
    units: Units, seed: int, keys: np.ndarray, replicates: int, engine: str = "numpy"
) -> Atoms:
    """Sets drawn by keyed signs, and the empty one: each with probability 1 / (replicates + 1).

    keys: whole numbers, one a unit, shape (G,). engine: keyed.engine().
    """
    import numpy as np

    from paperforge.stats.resample import signed_sums

    table = np.stack([units.sums, units.counts], axis=1)
    found = [
        signed_sums(table, seed, part, keys, engine=engine, flipped=True)
        for part in blocks(replicates, len(keys))
    ]
    sums, counts = np.concatenate([np.zeros((1, 2)), *found]).T
    return Atoms(sums, counts, np.ones(replicates + 1), whole=replicates + 1.0)


def blocks(replicates: int, size: int) -> Iterator[np.ndarray]:
    """Numbers of replicates, as many at a time as give about 10^6 numbers."""
    import numpy as np

    step = max(1, BLOCK // max(1, size))
    for start in range(0, replicates, step):
        yield np.arange(start, min(start + step, replicates))


def per_unit(values: np.ndarray, groups: np.ndarray | None) -> tuple[np.ndarray, ...]:
    """Sums, numbers of examples and keys of the units: of the groups, or of the examples."""
    import numpy as np

    if groups is None:
        return values, np.ones(len(values)), np.arange(len(values))
    keys, codes = np.unique(groups, return_inverse=True)
    return np.bincount(codes, weights=values), np.bincount(codes).astype(float), keys
