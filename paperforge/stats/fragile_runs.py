"""Fewer runs than a search in one order finds: the likeliest sets, and what a set can spare.

Sets are ranked by p of their comparison alone, of independent means, many at once; which of them
flip the verdict is to be asked of the whole family.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.changes import KEPT, cells, keys_of
from paperforge.stats.quick import independent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np

    from paperforge.model import Decision, Results
    from paperforge.stats.changes import Row, Step

RUNS = 150
"""Runs that are looked at, those first that move the estimate most."""
CHECKED = 12
"""Pairs that are analysed with their whole family, at most."""
MOST = 6
"""Runs of a set that is grown one by one, at most."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of one comparison of independent means, N of them, in D datasets."""

    steps: tuple[Step, ...]
    """Each drops one run: N of them."""
    table: np.ndarray
    """n, sum and sum of squares around the cell's mean, that mean: shape (4, 2, D)."""
    side: np.ndarray
    place: np.ndarray
    away: np.ndarray
    """Of every run: whether it is b's, its dataset, its value less its cell's mean; shape (N,)."""
    decided: bool

    @classmethod
    def of(cls, results: Results, d: Decision, steps: Sequence[Step]) -> Runs:
        """steps: those that are looked at."""
        import numpy as np

        compared = cells(results, d)
        places = {name: i for i, name in enumerate(dict.fromkeys(s.dataset for _, s in compared))}
        table = np.zeros((4, 2, len(places)))
        at: dict[Row, tuple[int, int, float]] = {}
        for sign, s in compared:
            side, place, values = int(sign < 0), places[s.dataset], s.values.astype(float)
            away = values - values.mean()
            table[:, side, place] = len(values), away.sum(), (away**2).sum(), values.mean()
            for key, gap in zip(keys_of(s).tolist(), away.tolist(), strict=True):
                at[s.method, s.dataset, key] = (side, place, gap)
        single = [s for s in steps[:RUNS] if len(s.change.dropped) == 1]
        found = [(s, at[row]) for s in single for row in s.change.dropped if row in at]
        sides, lies, gaps = (np.array([row[k] for _, row in found]) for k in range(3))
        return cls(tuple(s for s, _ in found), table, sides, lies, gaps, d.decided)

    def pairs(self) -> Iterator[tuple[Step, ...]]:
        """Two runs, those first whose loss moves p most against the verdict."""
        import numpy as np

        sets = np.stack(np.triu_indices(len(self.steps), 1), axis=1)
        yield from (self.named(one) for one in self.ranked(sets)[:CHECKED])

    def grown(self) -> Iterator[tuple[Step, ...]]:
        """Three runs and more: to the best set of one less the one whose loss moves p most."""
        import numpy as np

        best = self.ranked(np.stack(np.triu_indices(len(self.steps), 1), axis=1))[:1]
        while len(best) and best.shape[1] < MOST:
            more = np.setdiff1d(np.arange(len(self.steps)), best[0])[:, None]
            best = self.ranked(np.hstack([np.repeat(best, len(more), axis=0), more]))[:1]
            yield from (self.named(one) for one in best)

    def named(self, runs: np.ndarray) -> tuple[Step, ...]:
        """The steps that drop them."""
        return tuple(self.steps[i] for i in runs.tolist())

    def ranked(self, sets: np.ndarray) -> np.ndarray:
        """Sets of runs (P, k) that leave every cell two, by p of the comparison alone."""
        import numpy as np

        if not len(sets):
            return sets
        at = np.arange(len(sets))
        left = np.repeat(self.table[:, :, None, :], len(sets), axis=2)  # sums, method, set, dataset
        for runs in sets.T:
            for power in range(3):
                left[power, self.side[runs], at, self.place[runs]] -= self.away[runs] ** power
        kept = (left[0] >= KEPT).all(axis=(0, 2))
        if not kept.any():
            return sets[:0]
        found = independent(*(moments(left[:, k, kept], self.table[3, k]) for k in range(2)))
        if found is None:
            return sets[:0]
        order = np.argsort(found[1] * (-1 if self.decided else 1), kind="stable")
        return np.asarray(sets[kept][order])


def moments(left: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Mean, variance of the mean, n and size of what is left: shape (4, P, D)."""
    import numpy as np

    n, total, squares = left[:3]
    mean = total / n
    variance = np.maximum(squares - n * mean**2, 0.0) / (n - 1) / n
    centre = middle[None, :] + mean
    return np.stack([centre, variance, n, np.abs(centre)])


def spared(
    steps: Sequence[Step], new: Decision, flips: Callable[[Sequence[Step]], Decision | None]
) -> tuple[tuple[Step, ...], Decision]:
    """A part of the steps that flips the verdict as well, of which no single one can be spared.

    new: the decision after all of them. The last are spared first: they move the estimate least.
    """
    kept = list(steps)
    again = True
    while again and len(kept) > 1:
        again = False
        for step in reversed(steps):
            fewer = [one for one in kept if one is not step]
            if len(fewer) < len(kept) and fewer and (found := flips(fewer)) is not None:
                kept, new, again = fewer, found, True
    return tuple(kept), new
