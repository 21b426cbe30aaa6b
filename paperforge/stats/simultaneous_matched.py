"""Adjusted p and simultaneous intervals of methods measured on the same seeds or examples."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from paperforge.stats import keyed
from paperforge.stats.simultaneous import (
    REPLICATES,
    Parts,
    Simultaneous,
    monotone,
    nothing,
    spread,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

WORK = 100_000_000
"""Signs that are drawn, at most, above the fewest replicates."""
FEWEST = 9_999
BLOCK = 1 << 21
"""Signs that are held at once."""
TIED = 1e-9
"""Share by which statistics may differ and count as equal: they are sums in different orders."""
FLAT = 1e-12
MANY = 60
"""Units of which nobody enumerates the signs."""


def matched(
    differences: Sequence[np.ndarray],
    units: Sequence[np.ndarray],
    *,
    alpha: float = 0.05,
    seed: int = 0,
    replicates: int = REPLICATES,
    engine: str = "numpy",
) -> Simultaneous:
    """Test F contrasts of matched rows together, by flipping the signs of whole units.

    differences: for each of D datasets an array of shape (n_d, F), one column a contrast; units:
    for each an array of shape (n_d,) of whole numbers that name the row's unit: the example, its
    cluster, or the seed. A unit has one number wherever it occurs; units that have nothing to do
    with each other have different ones, also over datasets.

    estimate = the average of the D means. Its statistic is t with the variance of the units' sums
    (CR1 in each dataset; over all, where units occur in several). If the rows of the true nulls are
    symmetric about zero, jointly over contrasts, the family-wise error rate is at most alpha in
    samples of any size and whichever other nulls are false (Westfall and Young 1993,
    Resampling-Based Multiple Testing, section 2; Romano and Wolf 2005, Econometrica 73(4)).
    All flips are enumerated where they are few; otherwise they are drawn, keyed by replicate and
    unit. Intervals are estimate -/+ c se with the critical value c of the same flips: exact at 0,
    elsewhere as good as t is pivotal. Where the flips are too few for alpha there are none.
    engine: keyed.engine(), for flips that are drawn.
    """
    import numpy as np

    size = differences[0].shape[1]
    data = Totals.of(differences, units)
    if data is None:
        return nothing(size, alpha)
    estimates, variances = data.flipped(np.ones((1, data.units)))
    estimates, variances = estimates[0], variances[0]
    tested = np.flatnonzero(np.isfinite(variances) & (variances > FLAT * data.squares))
    patterns = 2 ** (min(data.moving, MANY) - 1)
    floor = 1 / patterns
    if not len(tested):
        return nothing(size, alpha, floor)
    t = np.abs(estimates[tested]) / np.sqrt(variances[tested])
    exact = patterns <= replicates + 1
    total = patterns if exact else fewer(data.units, replicates)
    counts, largest = tally(
        data, tested, t, statistics(data, total, seed, exact=exact, engine=engine), total
    )
    above = total - np.searchsorted(largest, t * (1 - TIED))
    more = 0 if exact else 1  # all flips hold the one that was observed
    c, near = cut(largest, alpha, more)
    parts = Parts(
        estimates[tested],
        np.sqrt(variances[tested]),
        (above + more) / (total + more),
        monotone(-t, (counts + more) / (total + more)),
        np.full(len(t), c),
        np.full(len(t), 0.0 if exact or not math.isfinite(c) else abs(c - near)),
    )
    floor = max(floor, 1 / (total + more))
    found = spread(size, [int(i) for i in tested], parts, alpha, total, exact=exact, floor=floor)
    return replace(found, floors=tuple(max(floor, own) for own in data.floors()))


def tally(
    data: Totals,
    tested: np.ndarray,
    t: np.ndarray,
    blocks: Iterator[tuple[np.ndarray, np.ndarray]],
    total: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Count the flips that reach each |t|, and collect the largest |t| of each flip, sorted.

    blocks: estimates and variances of flips. The count of a contrast, shape (F,), is among the
    contrasts whose own |t| is not larger.
    """
    import numpy as np

    order = np.argsort(t, kind="stable")
    counts, largest = np.zeros(len(t)), np.empty(total)
    at = 0
    for gaps, squares in blocks:
        own = studentised(gaps[:, tested], squares[:, tested], data.squares[tested])
        running = np.maximum.accumulate(own[:, order], axis=1)
        counts[order] += (running >= t[order] * (1 - TIED)).sum(axis=0)
        largest[at : at + len(own)] = running[:, -1]
        at += len(own)
    largest.sort()
    return counts, largest


def fewer(units: int, replicates: int) -> int:
    """Fewer replicates where each is long."""
    return min(replicates, max(FEWEST, WORK // units))


def studentised(gaps: np.ndarray, variances: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """|t|; infinite where the flipped rows do not vary."""
    import numpy as np

    flat = variances <= FLAT * squares
    return np.where(flat, np.inf, np.abs(gaps) / np.sqrt(np.where(flat, 1, variances)))


def cut(largest: np.ndarray, alpha: float, more: int) -> tuple[float, float]:
    """The value that |t| must exceed for p_adjusted < alpha, and the one a standard error away.

    largest: sorted. Infinite where no |t| is large enough.
    """
    n = len(largest)
    most = math.ceil(alpha * (n + more)) - 1 - more
    if most < 1 - more:  # of all flips one, that observed, is always as large
        return math.inf, math.inf
    error = max(1, round(math.sqrt(n * alpha * (1 - alpha))))
    return float(largest[n - 1 - most]), float(largest[max(0, n - 1 - most - error)])


@dataclass(frozen=True, slots=True)
class Part:
    """One dataset: units as positions, shape (n,); sums of their rows over D n_d, shape (n, F)."""

    at: np.ndarray
    sums: np.ndarray
    weights: np.ndarray
    """Share of the dataset's rows that a unit has, shape (n,)."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The units' shares of the estimates, and what the variance of their signed sums needs."""

    parts: tuple[Part, ...]
    keys: np.ndarray
    factors: np.ndarray
    """G / (G - 1) of each unit's dataset, or of all where units are in several; shape (U,)."""
    sums: np.ndarray
    """Shape (U, F)."""
    squares: np.ndarray
    """Sum over the units of factor x sum^2, shape (F,)."""
    overlap: np.ndarray
    """Sum over the units of factor x weight x weight for two datasets, shape (D, D)."""

    @property
    def units(self) -> int:
        """How many."""
        return len(self.keys)

    @property
    def moving(self) -> int:
        """Units of which the sign matters: those with a difference."""
        return max(1, int((self.sums != 0).any(axis=1).sum()))

    @classmethod
    def of(cls, differences: Sequence[np.ndarray], units: Sequence[np.ndarray]) -> Totals | None:
        """Sum the rows of each unit; nothing where a dataset has one unit only."""
        import numpy as np

        keys = np.unique(np.concatenate(units))
        parts = tuple(
            dataset(np.asarray(x, dtype=float), np.searchsorted(keys, names), len(differences))
            for x, names in zip(differences, units, strict=True)
        )
        if min(len(part.at) for part in parts) < 2:  # noqa: PLR2004 - a spread needs two
            return None
        crossing = sum(len(part.at) for part in parts) > len(keys)
        sums, factors = np.zeros((len(keys), parts[0].sums.shape[1])), np.empty(len(keys))
        weights = np.zeros((len(keys), len(parts)))
        for d, part in enumerate(parts):
            n = len(keys) if crossing else len(part.at)
            sums[part.at] += part.sums
            factors[part.at] = n / (n - 1)
            weights[part.at, d] = part.weights
        overlap = weights.T @ (factors[:, None] * weights)
        return cls(parts, keys, factors, sums, factors @ sums**2, overlap)

    def floors(self) -> list[float]:
        """Smallest p of each contrast alone, whatever its differences: 2 in 2^(units that differ).

        An adjusted p is never below it.
        """
        moving = (self.sums != 0).sum(axis=0)
        return [2.0 ** (1 - min(max(1, int(m)), MANY)) for m in moving]

    def flipped(self, signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Estimates and their variances after the units' sums took these signs.

        signs: shape (B, U); both results: shape (B, F). With A_d the signed sum of dataset d, S_u
        that of a unit and w_ud its weight, variance = sum_u factor_u (S_u - sum_d w_ud A_d)^2.
        """
        scaled = self.factors[:, None] * self.sums
        means = [signs[:, part.at] @ part.sums for part in self.parts]
        variances = self.squares + 0 * means[0]
        for d, part in enumerate(self.parts):
            mixed = signs[:, part.at] @ (scaled[part.at] * part.weights[:, None])
            variances -= 2 * means[d] * mixed
            for e in range(len(self.parts)):
                if self.overlap[d, e]:
                    variances += self.overlap[d, e] * means[d] * means[e]
        return sum(means[1:], means[0]), variances

    def on_device(self) -> Any:  # noqa: ANN401 - the same with tensors, of a library that may lack
        """The same as torch's tensors, on its device: for flipped() alone."""
        import torch

        from paperforge.stats import keyed_torch

        def there(values: np.ndarray) -> torch.Tensor:
            return torch.as_tensor(values, device=keyed_torch.device())

        held: Any = [Part(*map(there, (p.at, p.sums, p.weights))) for p in self.parts]  # type: ignore[arg-type]  # tensors
        tensors: Any = {
            name: there(getattr(self, name)) for name in ("factors", "sums", "squares", "overlap")
        }
        return replace(self, parts=tuple(held), **tensors)


def dataset(x: np.ndarray, at: np.ndarray, datasets: int) -> Part:
    """Sum the rows of each unit of one dataset."""
    import numpy as np

    here, code = np.unique(at, return_inverse=True)
    n = len(x)
    columns = [np.bincount(code, weights=column, minlength=len(here)) for column in x.T]
    sums = np.stack(columns, axis=1) / (n * datasets)
    return Part(here, sums, np.bincount(code, minlength=len(here)) / n)


def statistics(
    data: Totals, total: int, seed: int, *, exact: bool, engine: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Estimates and variances of every flip, in blocks: shape (B, F) each."""
    import numpy as np

    if exact or keyed.engine(engine) == "numpy":
        yield from map(data.flipped, flips(data, total, seed, exact=exact))
        return
    import torch

    from paperforge.stats import keyed_torch

    there = data.on_device()
    step = max(1, BLOCK // data.units)
    for start in range(0, total, step):
        rows = np.arange(start, min(total, start + step))
        signs = keyed_torch.signs(seed, rows, data.keys).to(torch.float64)
        gaps, variances = there.flipped(signs)
        yield gaps.cpu().numpy(), variances.cpu().numpy()


def flips(data: Totals, total: int, seed: int, *, exact: bool) -> Iterator[np.ndarray]:
    """Signs in blocks, shape (B, U): all that differ, or drawn."""
    import numpy as np

    step = max(1, BLOCK // data.units)
    moving = np.flatnonzero((data.sums != 0).any(axis=1))[1:]  # |t| is the same for all reversed
    for start in range(0, total, step):
        rows = np.arange(start, min(total, start + step))
        if not exact:
            yield keyed.signs(seed, rows, data.keys).astype(float)
            continue
        signs = np.ones((len(rows), data.units))
        signs[:, moving] -= 2.0 * ((rows[:, None] >> np.arange(len(moving))) & 1)
        yield signs
