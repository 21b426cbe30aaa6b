"""Differences of corpus metrics: their sums are resampled, every system with the same counts.

The default is the studentised bootstrap, symmetric (Hall 1992, The Bootstrap and Edgeworth
Expansion, section 3.5; Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 12):
in each replicate t* = (d* - d) / se*, where se* is that of the linearised metric under the
replicate's counts (the infinitesimal jackknife; Jaeckel 1972; Davison and Hinkley 1997, Bootstrap
Methods, section 2.7). p = (1 + #{|t*| >= |d / se|}) / (B + 1), which is centred and two-sided, and
d -+ se |t*|_(k) inverts it. What is resampled is the example, or the cluster, so that the null is
that the two metrics are equal; nothing is said of how the systems are distributed otherwise.

Swapping the systems' outputs (approximate randomisation; Noreen 1989; Riezler and Maxwell 2005)
tests that the systems are exchangeable, example by example. That is more than an equal metric, and
no interval inverts it, so it stands beside, not first: `randomised`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT
from paperforge.stats.contrast import Ask, Contrast, finite, honest
from paperforge.stats.corpus import largest, slopes, value
from paperforge.stats.corpus_draws import ByNumpy, blocks, blocks_of
from paperforge.stats.power import OfT
from paperforge.stats.resample import signed_sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.stats.corpus_draws import Drawn, Stratum

REPLICATES = 9_999
FEWEST = 1_999
WORK = 100_000_000
"""Draws, at most, while there are still FEWEST replicates."""
ENOUGH = 2
TIE = 1e-9
"""Two t this close, relatively, are the same: what differs is rounding."""
TEST = "studentised bootstrap of sums"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A comparison with what is known of its own precision."""

    contrast: Contrast
    error: float | None = None
    """Standard deviation of p over other seeds: sqrt(p (1 - p) / (B + 1))."""
    replicates: int = 0
    unmatched: tuple[int, int] = (0, 0)
    se: float | None = None
    """Of the difference, linearised; stored units."""


def enough(units: int) -> int:
    """How many replicates: 9,999, fewer where they would take more than 10^8 draws."""
    return max(FEWEST, min(REPLICATES, WORK // max(1, units) - 1))


@dataclass(frozen=True, slots=True)
class Linear:
    """Contrasts of one stratum's systems: values and gradients under weights.

    weights: P rows, the factor of each of the T systems in each contrast.
    """

    kind: str
    stratum: Stratum
    weights: np.ndarray
    joined: np.ndarray
    """All systems side by side, shape (U, T C)."""
    active: tuple[tuple[np.ndarray, np.ndarray], ...]
    """For each contrast the systems in it, and their sums, shape (A C, U)."""

    @classmethod
    def of(cls, kind: str, stratum: Stratum, weights: np.ndarray) -> Linear:
        """Lay the sums out for matrix products; contrasts of all systems share what is there."""
        import numpy as np

        columns = stratum.systems[0].shape[1]
        rows = np.concatenate([one.T for one in stratum.systems]).astype(float, copy=False)
        active = []
        for row in weights:
            used = np.flatnonzero(row)
            every = len(used) == len(row)
            chosen = rows if every else rows.reshape(len(row), columns, -1)[used]
            active.append((used, chosen.reshape(-1, rows.shape[1])))
        return cls(kind, stratum, weights, rows.T, tuple(active))

    def at(self, drawn: Drawn) -> tuple[np.ndarray, np.ndarray]:
        """Contrasts and their variances under counts of shape (b, U): two arrays (b, P).

        The variance of a contrast f is n / (n - 1) times the weighted sum of squares of u - mean u,
        where u_i = grad f . x_i is what unit i adds to f to first order.
        """
        import numpy as np

        systems = len(self.stratum.systems)
        joined, size = drawn.sums(self.joined), np.maximum(drawn.size(), 1)
        sums = joined.reshape(len(joined), systems, -1)
        estimates = value(self.kind, sums) @ self.weights.T
        gradients = slopes(self.kind, sums)
        variances = np.empty(estimates.shape)
        for p, (used, across) in enumerate(self.active):
            slope = (gradients[:, used] * self.weights[p, used, None]).reshape(len(sums), -1)
            mean = (slope * sums[:, used].reshape(len(sums), -1)).sum(1) / size
            spread = drawn.squares(slope, across) - size * mean * mean
            variances[:, p] = spread * size / np.maximum(size - 1, 1)
        return estimates, variances


def replicated(
    parts: Sequence[Linear], seed: int, replicates: int, engine: str = "numpy"
) -> tuple[np.ndarray, np.ndarray]:
    """Contrasts and their variances in B replicates: two arrays of shape (B, P).

    The strata are independent: both are summed over them. engine: keyed.engine().
    """
    import numpy as np

    shape = (replicates, len(parts[0].weights))
    estimates, variances = np.zeros(shape), np.zeros(shape)
    for part in parts:
        width = max(part.joined.shape)
        for rows, drawn in blocks_of(part.stratum, seed, width, replicates, engine):
            d, v = part.at(drawn)
            estimates[rows] += d
            variances[rows] += v
    return estimates, variances


def scores(
    kind: str, stratum: Stratum, seed: int, replicates: int, engine: str = "numpy"
) -> np.ndarray:
    """The metric of each of T systems in B replicates, all with the same counts: shape (B, T)."""
    import numpy as np

    joined = np.concatenate(stratum.systems, axis=1).astype(float)
    found = np.empty((replicates, len(stratum.systems)))
    for rows, drawn in blocks_of(stratum, seed, max(joined.shape), replicates, engine):
        sums = drawn.sums(joined)
        found[rows] = value(kind, sums.reshape(len(sums), len(stratum.systems), -1))
    return found


def observed(parts: Sequence[Linear]) -> tuple[np.ndarray, np.ndarray]:
    """Contrasts of what was measured, and their variances: two arrays of shape (P,)."""
    import numpy as np

    found = [part.at(ByNumpy(np.ones((1, len(part.stratum.keys))))) for part in parts]
    return sum(d[0] for d, _ in found), sum(v[0] for _, v in found)


def bootstrap(
    parts: Sequence[Linear], ask: Ask, seed: int, *, paired: bool, replicates: int = 0
) -> list[Outcome]:
    """Test each of P contrasts of systems against 0, and give its interval.

    One unit in a stratum: nothing is replicated, and there is no test. No spread: a reason.
    """
    import numpy as np

    sizes = [len(part.stratum.keys) for part in parts]
    few = min(sizes) < ENOUGH
    with np.errstate(all="ignore"):
        estimates, variances = observed(parts)
        reasons = [
            unusual(float(d), float(v), flat=bool(v <= rounding(parts, p)), few=few)
            for p, (d, v) in enumerate(zip(estimates, variances, strict=True))
        ]
        if not all(reasons):
            drawn = replicated(
                parts, seed, replicates or ask.draws or enough(sum(sizes)), ask.engine
            )
    n = (min(sizes), min(sizes))
    found = []
    for p, reason in enumerate(reasons):
        estimate, variance = float(estimates[p]), float(variances[p])
        if reason:
            d = finite(estimate)
            blank = Contrast(TEST, n, paired, d, reason=reason, testable=not few)
            found.append(Outcome(blank))
            continue
        t = studentised(drawn[0][:, p] - estimate, drawn[1][:, p], variance)
        se = math.sqrt(variance)
        found.append(judged(estimate, se, t, ask, kind=parts[0].kind, n=n, paired=paired))
    return found


def rounding(parts: Sequence[Linear], p: int) -> float:
    """Variance of a contrast that is not more than rounding of its terms."""
    import numpy as np

    size = 0.0
    for part in parts:
        used, across = part.active[p]
        sums = across.sum(1).reshape(1, len(used), -1)
        slope = np.abs(slopes(part.kind, sums) * part.weights[p, used, None]).reshape(-1)
        size += float(((slope @ np.abs(across)) ** 2).sum())
    return FLAT * FLAT * size


def unusual(estimate: float, variance: float, *, flat: bool, few: bool) -> str:
    """Why a contrast has no test; empty: it has one."""
    if math.isnan(estimate):
        return "the metric is not defined: what it divides by sums to 0"
    if not (math.isfinite(estimate) and math.isfinite(variance)):
        return "the numbers are too large to compare"
    if few:
        return "one example or cluster only: a spread needs two"
    if flat:
        return "identical outputs" if estimate == 0 else "a constant shift: nothing varies"
    return ""


def studentised(apart: np.ndarray, variances: np.ndarray, variance: float) -> np.ndarray:
    """Divide each replicate's distance from the estimate by its own standard error.

    Where it has none, or no value: 0 if it has the estimate itself; else infinite, which counts
    against every claim.
    """
    import numpy as np

    flat = ~(variances > TIE * TIE * variance)
    t = apart / np.sqrt(np.where(flat, 1, variances))
    same = np.abs(apart) <= TIE * math.sqrt(variance)
    t = np.where(flat, np.where(same, 0, np.copysign(np.inf, apart)), t)
    return np.where(np.isnan(t), np.inf, t)


def judged(
    estimate: float,
    se: float,
    t: np.ndarray,
    ask: Ask,
    *,
    kind: str,
    n: tuple[int, int],
    paired: bool,
) -> Outcome:
    """p, and the interval that inverts it, from one set of t*.

    p < alpha where fewer than k of the |t*| reach |t|, k = ceil(alpha (B + 1) - 1): the interval
    reaches as far as the k-th largest |t*|. The two one-sided tests of equivalence read the tails.
    """
    import numpy as np

    b, size = len(t), abs(estimate / se)
    absolute = np.sort(np.abs(t))[::-1]
    p = (1 + int((absolute >= size * (1 - TIE)).sum())) / (b + 1)
    k = math.ceil(ask.alpha * (b + 1) - 1 - TIE)
    half = float(absolute[k - 1]) * se if 0 < k <= b else math.inf
    low, high = limits(estimate, half, largest(kind), decided=p < ask.alpha)
    equivalent = None
    if ask.margin is not None:
        above = (t >= (estimate + ask.margin) / se * (1 - TIE)).sum()
        below = (t <= (estimate - ask.margin) / se * (1 - TIE)).sum()
        equivalent = (1 + int(max(above, below))) / (b + 1)
    contrast = Contrast(
        TEST,
        n,
        paired,
        estimate,
        low=low,
        high=high,
        p=honest(p),
        statistic=estimate / se,
        smallest_p=1 / (b + 1),
        detects=OfT(se, n[0] - 1.0),
        p_equivalent=equivalent,
    )
    return Outcome(contrast, math.sqrt(p * (1 - p) / (b + 1)), b, se=se)


def limits(
    estimate: float, half: float, most: float, *, decided: bool
) -> tuple[float | None, float | None]:
    """The interval, within what the metric can differ by; none where nothing bounds it.

    Zero is left out exactly where it is decided: what only rounding moves over zero is zero.
    """
    low, high = max(estimate - half, -most), min(estimate + half, most)
    if not decided:
        low, high = min(low, 0.0), max(high, 0.0)
    return finite(low), finite(high)


def randomised(
    parts: Sequence[Linear], seed: int, replicates: int = 0, engine: str = "numpy"
) -> tuple[float, float]:
    """Approximate randomisation of a difference: p and its Monte Carlo error.

    parts: each with the two systems and one contrast of them. In each replicate the two outputs of
    a unit change places or stay, by a sign of its own. engine: keyed.engine().
    """
    import numpy as np

    total = replicates or enough(sum(len(part.stratum.keys) for part in parts))
    apart, size = np.zeros(total), 0.0
    for part in parts:
        x, y = part.stratum.systems
        middle, half = (x + y).sum(0) / 2, (x - y) / 2
        size += (value(part.kind, np.stack([x.sum(0), y.sum(0)])) @ part.weights[0]).item()
        chance, keys = part.stratum.seed(seed), part.stratum.keys
        for start, stop in blocks(len(x), total):
            moved = signed_sums(half, chance, np.arange(start, stop), keys, engine=engine)
            pair = np.stack([middle + moved, middle - moved], axis=1)
            apart[start:stop] += value(part.kind, pair) @ part.weights[0]
    reached = ~(np.abs(apart) < abs(size) * (1 - TIE))
    p = (1 + int(reached.sum())) / (total + 1)
    return p, math.sqrt(p * (1 - p) / (total + 1))
