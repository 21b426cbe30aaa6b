"""Wild cluster bootstrap of a mean of clustered differences.

The residuals under the hypothesis that the mean is d, x - d, are multiplied by one random weight a
cluster, and the t statistic with its cluster-robust standard error is computed anew (Cameron,
Gelbach and Miller 2008, Rev. Econ. Stat. 90(3): null imposed, symmetric two-sided p). Weights are
-1 or +1 (Rademacher); with fewer than 9 clusters those have fewer than 2^8 sign patterns up to a
common sign, and Webb's six points -+sqrt(3/2), -+1, -+sqrt(1/2) are taken (Webb 2023, Can. J.
Econ. 56(3)). All weights are listed where there are at most 50,000, otherwise drawn by keys.

With clusters of one size the Rademacher p is that of flipping the signs of cluster sums, an exact
test where the distribution is symmetric.

Which should be the default for few clusters? CR2 (clusters.py), at any number of them; this one is
for sensitivity. Size at nominal .05, correlation .2 within clusters, 2,000 simulations (standard
error .005), clusters' effects normal | exponential; CR2 with Bell and McCaffrey's degrees of
freedom, not scaled for clusters of unequal size (unequal.py):

    clusters                          CR2            Rademacher     Webb
    5 of 20                           .052 | .082    0    | 0       .053 | .084
    4, 18, 32, 46, 60                 .050 | .090    0    | 0       .046 | .086
    8 of 20                           .050 | .075    .045 | .075    .052 | .078
    4, 8, 12, 16, 20, 30, 40, 60      .057 | .082    .045 | .075    .051 | .080
    10 of 20                          .049 | .077    .046 | .076    .048 | .077
    nine of 4, one of 40              .049 | .047    .046 | .045    .049 | .051

The bootstrap buys nothing over CR2 here, and neither cures skewed effects of few clusters. Below 6
clusters Rademacher weights cannot reach .05 at all: 2^(1 - G).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.stats.contrast import Ask, Contrast, honest
from paperforge.stats.flips import blocks, per_unit
from paperforge.stats.power import OfT
from paperforge.stats.signflip import too_large

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

RADEMACHER, WEBB = "Rademacher", "Webb"
FEWEST_RADEMACHER = 9
LISTED = 50_000
REPLICATES = 9999
FLAT, EQUAL = 1e-12, 1e-9
FARTHEST = 1e4
"""Standard errors from the estimate at which the search for a limit ends."""
HALVINGS = 50
"""Steps of a bisection: the limit is right to 1e-13 of the bracket and better."""


@dataclass(frozen=True, slots=True)
class Wild:
    """The contrast, and how its p was found."""

    contrast: Contrast
    weights: str = ""
    """Rademacher or Webb."""
    clusters: int = 0
    listed: bool = False
    """Whether all weights were listed: then p is no estimate."""
    monte_carlo_error: float | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """Of every bootstrap sample, with weight v_g, sum x_g and size n_g of cluster g.

    vx, vn: sums of v x and v n; vxn, vnn: of v x n and v n^2; squares: of v^2 x^2, v^2 x n and
    v^2 n^2. With these t is known at every hypothesis. Arrays of shape (B,), squares (3, B).
    """

    vx: np.ndarray
    vn: np.ndarray
    vxn: np.ndarray
    vnn: np.ndarray
    squares: np.ndarray
    added: int
    """1 where samples were drawn: the observed one is counted with them."""


def wild_cluster(
    differences: np.ndarray,
    groups: np.ndarray,
    ask: Ask,
    seed: int = 0,
    *,
    weights: str = "auto",
    replicates: int = REPLICATES,
) -> Wild:
    """Test whether the mean difference is 0; its interval by inversion.

    differences: finite a - b, shape (n,), in stored units; groups: whole numbers, shape (n,).
    weights: "Rademacher", "Webb", or "auto": as the module says. Limits are the nearest shifts on
    both sides of the estimate that the same test rejects, None where none is.
    contrast.smallest_p: 2^(1 - G), Webb 6^(1 - G), where listed; 1 / (replicates + 1) at least
    where drawn. p_equivalent is None: the test is two-sided.
    No p: fewer than two clusters, identical outputs, a constant shift of all clusters.
    """
    import numpy as np

    x = np.asarray(differences, dtype=float)
    named = Contrast("wild cluster bootstrap", (len(x), len(x)), paired=True)
    if len(x) == 0:
        return Wild(replace(named, reason="no examples", testable=False))
    scale = float(np.abs(x).max()) or 1.0
    if not math.isfinite(scale * len(x)):
        return Wild(too_large(named, x))
    named = replace(named, estimate=float(x.mean()))
    sums, sizes, keys = per_unit(x / scale, np.asarray(groups))
    if len(keys) == 1:
        alone = replace(named, reason="all examples are in one cluster", testable=False)
        return Wild(alone, clusters=1)
    mean = float(sums.sum() / sizes.sum())
    rest = sums - mean * sizes
    if float(np.abs(rest).max()) <= FLAT * float(sizes.max()):
        reason = "identical outputs" if abs(mean) <= FLAT else "a constant shift: nothing varies"
        return Wild(replace(named, reason=reason), clusters=len(keys))
    weights = automatic(len(keys)) if weights == "auto" else weights
    samples = resampled(rest, sizes, weights, (seed, replicates, keys))
    return tested(samples, (rest, sizes), weights, replace(named, statistic=mean), (ask, scale))


def automatic(clusters: int) -> str:
    """Which weights so many clusters have."""
    return WEBB if clusters < FEWEST_RADEMACHER else RADEMACHER


def tested(
    samples: Sums,
    units: tuple[np.ndarray, np.ndarray],
    weights: str,
    named: Contrast,
    asked: tuple[Ask, float],
) -> Wild:
    """Put p and limits together.

    units: sums of differences from the mean, and sizes; asked.ask in units of asked.scale, the
    largest difference; named.statistic: the mean in it.
    """
    (rest, sizes), (ask, scale), mean = units, asked, named.statistic
    assert mean is not None
    g = len(rest)
    se = math.sqrt(float(rest @ rest) * g / (g - 1)) / float(sizes.sum())
    around = p_of_shift(samples, units)

    def p_at(shift: float) -> float:
        return around(shift - mean)

    p = p_at(0.0)
    points = 2 if weights == RADEMACHER else 6
    floor = max(float(points) ** (1 - g), samples.added / (len(samples.vx) + samples.added))
    low, high = (None, None) if floor >= ask.alpha else limits(p_at, ask.alpha, mean, se)
    contrast = replace(
        named,
        low=None if low is None else low * scale,
        high=None if high is None else high * scale,
        p=honest(p),
        statistic=mean / se,
        smallest_p=honest(min(floor, p)),
        detects=OfT(se * scale, g - 1.0),
    )
    error = math.sqrt(p * (1 - p) / len(samples.vx)) if samples.added else None
    return Wild(contrast, weights, g, not samples.added, error)


def resampled(
    sums: np.ndarray, sizes: np.ndarray, weights: str, chance: tuple[int, int, np.ndarray]
) -> Sums:
    """What every bootstrap sample sums to. chance: seed, replicates, keys of the clusters."""
    import numpy as np

    seed, replicates, keys = chance
    points = np.array([-1.0, 1.0] if weights == RADEMACHER else WEBB_POINTS)
    g, drawn = len(sums), len(points) ** len(sums) > LISTED
    columns = np.column_stack([sums, sizes, sums * sizes, sizes**2])
    squared = np.column_stack([sums**2, sums * sizes, sizes**2])
    many = replicates if drawn else len(points) ** g
    found, squares = np.empty((many, 4)), np.empty((many, 3))
    for part in blocks(many, g):
        v = points[pick(part, g, len(points), (seed, keys) if drawn else None)]
        found[part], squares[part] = v @ columns, v * v @ squared
    return Sums(found[:, 0], found[:, 1], found[:, 2], found[:, 3], squares.T, int(drawn))


WEBB_POINTS = [-(1.5**0.5), -1.0, -(0.5**0.5), 0.5**0.5, 1.0, 1.5**0.5]


def pick(
    part: np.ndarray, size: int, points: int, keyed_by: tuple[int, np.ndarray] | None
) -> np.ndarray:
    """Which point each cluster has in these replicates: by keys, or in order. Shape (B, G)."""
    import numpy as np

    from paperforge.stats import keyed

    if keyed_by is None:
        return part[:, None] // points ** np.arange(size) % points
    seed, keys = keyed_by
    high = keyed.bits(seed, part, keys) >> np.uint64(32)
    return np.asarray((high * np.uint64(points)) >> np.uint64(32), dtype=np.int64)


def p_of_shift(samples: Sums, units: tuple[np.ndarray, np.ndarray]) -> Callable[[float], float]:
    """Give p as a function of the hypothesis d.

    With e_g = x_g - d n_g: t^2 is (sum v e)^2 over the sum of (v e - n m)^2, m = sum v e / sum n.
    The factor for few clusters is the same in all samples.
    """
    import numpy as np

    sums, sizes = units
    total, nn = float(sizes.sum()), float(sizes @ sizes)
    s = samples

    def p(d: float) -> float:
        e = sums - d * sizes
        mean = float(e.sum()) / total
        rest = e - sizes * mean
        observed = mean**2 / float(rest @ rest)
        means = (s.vx - d * s.vn) / total
        spread = s.squares[0] - 2 * d * s.squares[1] + d * d * s.squares[2]
        spread = spread - 2 * means * (s.vxn - d * s.vnn) + means**2 * nn
        reached = means**2 * (1 + EQUAL) >= observed * spread
        return float(np.count_nonzero(reached) + s.added) / (len(means) + s.added)

    return p


def limits(
    p_at: Callable[[float], float], alpha: float, mean: float, se: float
) -> tuple[float | None, float | None]:
    """The nearest rejected shifts around the estimate, found so that they agree with p at 0."""
    rejected = p_at(0.0) < alpha

    def limit(sign: int) -> float | None:
        inside, towards_zero = mean, sign * (0.0 - mean) > 0
        if towards_zero and rejected:
            outside = 0.0
        else:
            inside = 0.0 if towards_zero else mean
            width = 2.0 * se
            while p_at(inside + sign * width) >= alpha:
                width *= 2
                if width > FARTHEST * se:
                    return None
            outside = inside + sign * width
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            if p_at(middle) < alpha:
                outside = middle
            else:
                inside = middle
        return inside

    return limit(-1), limit(1)
