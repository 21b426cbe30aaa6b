"""The primary p of every pair of methods after a change of a few runs, all pairs at once.

The numbers are those of means.independent(): Welch's t, stratified over D fixed datasets, with each
mean's own quantile or each difference's own df where replicates are few and unequal. One by one 300
pairs take a second; --fragile asks for hundreds of changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.model import Verdict
from paperforge.spec import Direction
from paperforge.stats.adjust import CORRECTIONS
from paperforge.stats.cells import FLAT, Grouping, cell, merge
from paperforge.stats.changes import altered
from paperforge.stats.contrast import SMALLEST_FLOAT
from paperforge.stats.means import FEW_STRATA, LARGE, SMALL, TIMES, USUAL
from paperforge.stats.sums import SMALLEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.model import Decision
    from paperforge.spec import DesignSpec
    from paperforge.stats.again import Reading
    from paperforge.stats.changes import Change
    from paperforge.stats.families import Case

KNOTS = 400
MOST_DF = 1e6
SECANTS = 6
HALVINGS = 60
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Quick:
    """Means, variances of means and numbers of runs, each of shape (methods, datasets)."""

    reading: Reading
    methods: dict[str, int]
    datasets: dict[str, int]
    numbers: np.ndarray
    """Mean, variance of the mean, n, size of the values: shape (4, K, D)."""
    pairs: dict[tuple[str, str], int]
    left: np.ndarray
    right: np.ndarray
    """Of every pair the rows of its methods: shape (P,)."""

    @classmethod
    def of(cls, reading: Reading) -> Quick | None:
        """None where the comparisons are not all independent means of whole cells."""
        import numpy as np

        cells, asked = reading.cells, reading.asked
        if asked.pair_seeds or asked.shared_runs or asked.shares is not None:
            return None
        if asked.ask.margin is not None or cells.metric.direction is None:
            return None
        names = list(dict.fromkeys(m for pair in reading.compared for m in pair))
        rows = [[cells.table.get((m, d)) for d in cells.datasets] for m in names]
        known = [
            [c for c in row if c is not None and c.n >= FEWEST and not c.quoted] for row in rows
        ]
        if not names or any(len(row) < len(cells.datasets) for row in known):
            return None
        fields = [[(c.mean, c.variance, c.n, c.size) for c in row] for row in known]
        at = {m: i for i, m in enumerate(names)}
        left, right = (np.array([at[p[side]] for p in reading.compared]) for side in (0, 1))
        return cls(
            reading,
            at,
            {d: i for i, d in enumerate(cells.datasets)},
            np.moveaxis(np.array(fields, dtype=float), 2, 0),
            {pair: i for i, pair in enumerate(reading.compared)},
            left,
            right,
        )

    def after(self, change: Change) -> tuple[np.ndarray, np.ndarray] | None:
        """Estimates and p of every pair, shape (P,), in stored units; None: it cannot say."""
        import numpy as np

        if change.turned:
            return None
        numbers = self.numbers.copy()
        for at in {row[:2] for row in change.dropped}:
            if at[0] not in self.methods or at[1] not in self.datasets:
                continue
            left = altered(self.reading.samples[at], change)
            if len(left.values) < FEWEST:
                return None
            made = cell(left, *merge(left), Grouping())
            place = (slice(None), self.methods[at[0]], self.datasets[at[1]])
            numbers[place] = made.mean, made.variance, made.n, made.size
        kept = [i for name, i in self.datasets.items() if name not in change.datasets]
        a, b = numbers[:, self.left][:, :, kept], numbers[:, self.right][:, :, kept]
        if not kept or not np.isfinite(numbers).all():
            return None
        if self.reading.cells.rounding is not None and (numbers[1] <= 0).any():
            return None  # rounding is counted (rounded.py)
        return independent(a, b)

    def adjusted(
        self, p: np.ndarray, more: Sequence[float], size: int, correction: str
    ) -> np.ndarray:
        """P of the pairs corrected together with those of other metrics; size: of the family."""
        import numpy as np

        return np.array(CORRECTIONS[correction]([*p.tolist(), *more], size)[: len(p)])


@dataclass(frozen=True, slots=True)
class Together:
    """The primary comparisons of a metric, for changes of all pairs at once."""

    quick: Quick
    direction: Direction
    more: tuple[float, ...]
    """p of the other metrics of the family."""
    size: int
    spec: DesignSpec
    known: dict[Change, tuple[np.ndarray, ...] | None]

    @classmethod
    def of(cls, reading: Reading, beside: Sequence[Case], spec: DesignSpec) -> Together | None:
        """None where a comparison is no plain difference of independent means.

        beside: the primary comparisons of the other metrics of the family.
        """
        quick, direction = Quick.of(reading), reading.cells.metric.direction
        if quick is None or direction is None:
            return None
        if any(case.one.contrast.corrected for case in beside):
            return None
        ps = [case.one.contrast.p for case in beside]
        size = len(quick.pairs) + sum(case.one.contrast.testable for case in beside)
        known = tuple(p for p in ps if p is not None)
        return cls(quick, direction, known, size, spec, {})

    def looked(self, change: Change) -> tuple[np.ndarray, ...] | None:
        """Estimate, p and corrected p of every pair after a change."""
        found = self.quick.after(change)
        if found is None:
            return None
        estimate, p = found
        adjusted = self.quick.adjusted(p, self.more, self.size, self.spec.correction)
        return estimate, p, adjusted

    def after(self, d: Decision, change: Change) -> Decision | None:
        """The decision after a change; None: it must be analysed again."""
        if change not in self.known:
            self.known[change] = self.looked(change)
        found, place = self.known[change], self.quick.pairs.get((d.a, d.b))
        if found is None or place is None:
            return None
        estimate, p, adjusted = (float(row[place]) for row in found)
        verdict = Verdict.INCONCLUSIVE
        if adjusted < self.spec.alpha:
            up = (estimate > 0) == (self.direction is Direction.HIGHER)
            verdict = Verdict.BETTER if up else Verdict.WORSE
        return replace(d, verdict=verdict, p=p, p_adjusted=adjusted)


def independent(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Estimates and p of means.independent(), of P pairs at once; None where one does not vary.

    a, b: mean, variance, n and size of shape (4, P, D).
    """
    import numpy as np
    from scipy.special import stdtr

    d = a.shape[2]
    gaps = a[0] - b[0]
    gaps[np.abs(gaps) <= FLAT * np.maximum(a[3], b[3])] = 0.0
    estimate = gaps.sum(axis=1) / d
    va, vb, fa, fb = a[1] / d**2, b[1] / d**2, a[2] - 1, b[2] - 1
    total = (va + vb).sum(axis=1)
    if not (total > 0).all():
        return None
    few = unbalanced(a[2], b[2])
    squares = va * va / fa + vb * vb / fb
    with np.errstate(divide="ignore", invalid="ignore"):
        squares[few] = (va[few] + vb[few]) ** 2 / together(va[few], fa[few], vb[few], fb[few])
    squares[va + vb <= 0] = 0.0
    df = total**2 / squares.sum(axis=1)
    p = 2 * stdtr(df, -np.abs(estimate) / np.sqrt(total))
    risky = few.any(axis=1) if d <= FEW_STRATA else np.zeros(len(p), dtype=bool)
    if risky.any():
        parts = np.concatenate([va, vb], axis=1)[risky], np.concatenate([fa, fb], axis=1)[risky]
        p[risky] = own(*parts, np.abs(estimate[risky]))
    return estimate, np.clip(p, SMALLEST_FLOAT, 1.0)


def unbalanced(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """means.unbalanced() of arrays."""
    import numpy as np

    few, many = np.minimum(a, b), np.maximum(a, b)
    times = np.full(few.shape, LARGE)
    for n, limit in TIMES.items():
        times[few == n] = limit
    return np.asarray((few < many) & ((few < SMALL) | (many >= times * few)))


def together(va: np.ndarray, fa: np.ndarray, vb: np.ndarray, fb: np.ndarray) -> np.ndarray:
    """sums.joint_df() of two parts at alpha .05, of arrays: a table's guess, then secants."""
    import numpy as np
    from scipy.special import stdtrit

    upper = 1 - USUAL / 2
    q = np.sqrt((stdtrit(fa, upper) ** 2 * va + stdtrit(fb, upper) ** 2 * vb) / (va + vb))
    low = np.where(va <= 0, fb, np.where(vb <= 0, fa, np.minimum(fa, fb)))
    high = np.where(va <= 0, fb, np.where(vb <= 0, fa, np.maximum(fa, fb)))
    quantiles, inverse = table()
    x = np.clip(1 / np.interp(q, quantiles, inverse), low, high)
    before = np.clip(x * 1.001, low, high)
    at_before = stdtrit(before, upper) - q
    for _ in range(SECANTS):
        at = stdtrit(x, upper) - q
        slope = (at - at_before) / np.where(x == before, 1.0, x - before)
        step = np.where((slope < 0) & (x != before), at / np.where(slope < 0, slope, -1.0), 0.0)
        before, at_before, x = x, at, np.clip(x - step, low, high)
    return np.asarray(x)


@lru_cache(maxsize=1)
def table() -> tuple[np.ndarray, np.ndarray]:
    """The .975 quantiles of t, rising, and the inverse of their degrees of freedom."""
    import numpy as np
    from scipy.special import stdtrit

    inverse = np.linspace(1 / MOST_DF, 1.0, KNOTS)
    return np.asarray(stdtrit(1 / inverse, 1 - USUAL / 2)), inverse


def own(v: np.ndarray, f: np.ndarray, far: np.ndarray) -> np.ndarray:
    """sums.level() of arrays: v, f of shape (P, parts), far of shape (P,)."""
    import numpy as np
    from scipy.special import stdtrit

    low = np.full(len(far), math.log(SMALLEST))
    high = np.zeros(len(far))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        half = np.sqrt((stdtrit(f, np.exp(middle)[:, None] / 2) ** 2 * v).sum(axis=1))
        beyond = half > far
        low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
    return np.asarray(np.where(far == 0, 1.0, np.exp(high)))
