"""Which sets of runs to leave out first where a run is more than one score: pairs, shared runs.

Ranked by p of the comparison alone, of all sets at once; which of them flips the verdict is to be
asked of the whole family.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.changes import KEPT, cells, keys_of
from paperforge.stats.fragile_runs import CHECKED, MOST, RUNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from paperforge.model import Decision, Results
    from paperforge.stats.changes import Row, Step


@dataclass(frozen=True, slots=True)
class Joint:
    """What each step adds to the difference. Steps that drop a run of the same cells are a stratum.

    The difference is the sum of the means of the S strata: of pairs there is one, with the
    difference of every pair; of unpaired runs that are on D datasets two, with the run averages.
    """

    steps: tuple[Step, ...]
    adds: np.ndarray
    """Of every step, as a share of the D datasets; shape (N,)."""
    stratum: np.ndarray
    """Shape (N,), 0 to S - 1."""
    sums: np.ndarray
    """n, sum and sum of squares of each stratum, with the steps that are not looked at: (3, S)."""
    centre: np.ndarray
    """What is taken from each value of a stratum, and is in its sums no more: (S,)."""
    decided: bool

    @classmethod
    def of(cls, results: Results, d: Decision, steps: Sequence[Step]) -> Joint:
        """steps: those that are looked at."""
        import numpy as np

        compared = cells(results, d)
        over = len({s.dataset for _, s in compared})
        score: dict[Row, float] = {
            (s.method, s.dataset, key): sign * value / over
            for sign, s in compared
            for key, value in zip(keys_of(s).tolist(), s.values.tolist(), strict=True)
        }
        kinds: dict[frozenset[tuple[str, str]], int] = {}
        place = [
            kinds.setdefault(frozenset(row[:2] for row in step.change.dropped), len(kinds))
            for step in steps
        ]
        adds = np.array([sum(score[row] for row in step.change.dropped) for step in steps])
        stratum = np.array(place, dtype=np.int64)
        n = np.bincount(stratum, minlength=len(kinds)).astype(float)
        centre = np.bincount(stratum, adds, minlength=len(kinds)) / np.maximum(n, 1)
        away = adds - centre[stratum]
        squares = np.bincount(stratum, away**2, minlength=len(kinds))
        return cls(
            tuple(steps[:RUNS]),
            away[:RUNS],
            stratum[:RUNS],
            np.array([n, np.zeros(len(kinds)), squares]),
            centre,
            d.decided,
        )

    def likeliest(self, most: int) -> Iterator[tuple[Step, ...]]:
        """Pairs first, then three steps and more up to `most`: each with one more than the best."""
        import numpy as np

        if most < 2 or len(self.steps) < 2:  # noqa: PLR2004  a pair
            return
        best = self.ranked(np.stack(np.triu_indices(len(self.steps), 1), axis=1))
        yield from (self.named(one) for one in best[:CHECKED])
        best = best[:1]
        while len(best) and best.shape[1] < min(most, MOST):
            more = np.setdiff1d(np.arange(len(self.steps)), best[0])[:, None]
            best = self.ranked(np.hstack([np.repeat(best, len(more), axis=0), more]))[:1]
            yield from (self.named(one) for one in best)

    def named(self, chosen: np.ndarray) -> tuple[Step, ...]:
        """The steps themselves."""
        return tuple(self.steps[i] for i in chosen.tolist())

    def ranked(self, sets: np.ndarray) -> np.ndarray:
        """Sets of steps (P, k) that leave every stratum two, the least likely verdict first.

        By Welch's t of what is left: sum of the means over the root of the sum of s^2 / n.
        """
        import numpy as np
        from scipy.special import stdtr

        at = np.arange(len(sets))
        left = np.repeat(self.sums[:, None, :], len(sets), axis=1)
        for chosen in sets.T:
            for power in range(3):
                left[power, at, self.stratum[chosen]] -= self.adds[chosen] ** power
        kept = (left[0] >= KEPT).all(axis=1)
        n, total, squares = left[:, kept]
        if not kept.any():
            return sets[:0]
        mean = total / n
        parts = np.maximum(squares - n * mean**2, 0.0) / (n - 1) / n
        variance = parts.sum(axis=1)
        floor = math.ulp(float(np.abs(self.centre).max()) ** 2)
        t = np.abs((mean + self.centre).sum(axis=1)) / np.sqrt(variance + floor)
        df = (variance + floor) ** 2 / ((parts + floor / parts.shape[1]) ** 2 / (n - 1)).sum(axis=1)
        p = stdtr(df, -t)
        order = np.argsort(-p if self.decided else p, kind="stable")
        return np.asarray(sets[kept][order])
