"""Wilcoxon's signed-rank test of paired values, and the pseudomedian with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT
from paperforge.stats.contrast import Ask, Contrast, honest
from paperforge.stats.equivalence import agreeing
from paperforge.stats.ranks import midranks

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

EXACT = 300
"""Differences up to which the distribution is exact."""
LISTED = 2000
"""Differences up to which all averages of two are listed; beyond, the limits are found by search.
"""
HALVINGS = 100
PRATT, WILCOXON = "pratt", "wilcoxon"


@dataclass(frozen=True, slots=True)
class SignedRank:
    """The signed-rank test of n differences, in their unit."""

    n: int
    nonzero: int
    plus: float
    """Sum of the ranks of positive differences; by Pratt with half of the ranks of zeros."""
    minus: float
    p: float
    """Two-sided: twice the smaller of the next two, at most 1."""
    greater: float
    """One-sided p against: the differences are centred above zero."""
    less: float
    smallest_p: float
    """Of this many differences that are not zero: all on one side."""
    exact: bool
    estimate: float
    """Hodges and Lehmann's pseudomedian: the median of the averages of any two, also of itself."""
    low: float
    """The limits that invert the test; infinite where no p of n differences is below alpha."""
    high: float


def signed_rank(
    differences: np.ndarray, alpha: float = 0.05, *, zeros: str = PRATT, size: float = 0.0
) -> SignedRank:
    """Test that differences, shape (n,), finite, are symmetric about zero; n >= 1.

    Absolute differences are ranked, ties averaged (Wilcoxon 1945, Biometrics Bulletin 1(6)). Zeros
    are ranked and then left out (`zeros` "pratt": Pratt 1959, JASA 54(287)) or left out before
    ("wilcoxon"). Given the ranks, every set of signs is as likely: the distribution of the rank sum
    is that of all 2^m sign flips, exact with ties too, by convolution up to 300 differences; beyond
    normal, with variance sum of squared ranks / 4. Demsar 2006, JMLR 7, gives half of the ranks of
    zeros to each side: that is Pratt's test, and `plus` and `minus` are his R+ and R-.

    Estimate: Hodges and Lehmann 1963, Ann. Math. Statist. 34(2). The interval holds the shifts that
    either one-sided test at alpha / 2 lets pass (Bauer 1972, JASA 67(339)); it leaves zero out
    exactly where p < alpha. Only ties and zeros, which make the test at zero another than the tests
    beside it, need help with that: then the limit is moved to zero, or past it by the smallest
    float, and the estimate stays within the limits.

    size: the largest value that the differences were made of; what is below rounding at that size
    is zero, or tied.
    """
    import numpy as np

    tolerance = FLAT * max(size, float(np.abs(differences).max()))
    x = np.where(np.abs(differences) <= tolerance, 0.0, differences)
    n, m = len(x), int(np.count_nonzero(x))
    plus, minus = rank_sums(x, tolerance, zeros)
    greater, less = one_sided(x, 0.0, tolerance, zeros)
    floor = honest(2.0 ** (1 - m))
    p = max(floor, honest(2 * min(greater, less)))
    find = listed if n <= LISTED else searched
    estimate, low, high = find(x, alpha / 2, tolerance, zeros)
    if p < alpha:
        tiny = math.ulp(0)
        low, high = (
            (max(low, tiny), max(high, tiny))
            if plus > minus
            else (min(low, -tiny), min(high, -tiny))
        )
    else:
        low, high = min(low, 0.0), max(high, 0.0)
    estimate = min(max(estimate, low), high)
    return SignedRank(
        n, m, plus, minus, p, greater, less, floor, n <= EXACT, estimate, low, high
    )  # fmt: skip


def contrast(differences: np.ndarray, ask: Ask, *, size: float = 0.0) -> Contrast:
    """Compare with zero by the signed-rank test; the estimate is the pseudomedian.

    The statistic is the smaller rank sum (Demsar's T). Limits are None where they are infinite.
    """
    n, same, within = len(differences), None, None
    found = signed_rank(differences, ask.alpha, size=size)
    if ask.margin is not None:
        same, within = equivalence(differences, ask.margin, ask.alpha, size)
    bounded = math.isfinite(found.low) and math.isfinite(found.high)
    return Contrast(
        "Wilcoxon signed-rank, pseudomedian",
        (n, n),
        paired=True,
        estimate=found.estimate,
        low=found.low if bounded else None,
        high=found.high if bounded else None,
        p=found.p,
        statistic=min(found.plus, found.minus),
        smallest_p=found.smallest_p,
        p_equivalent=same,
        equivalence=within,
    )


def equivalence(
    differences: np.ndarray, margin: float, alpha: float, size: float = 0.0
) -> tuple[float, tuple[float, float] | None]:
    """P of two one-sided signed-rank tests against -margin and +margin (Schuirmann 1987).

    And the interval at 1 - 2 alpha that inverts them, of the pseudomedian: within the margin
    exactly where p is below alpha; None where so few differences bound nothing at that level.
    """
    import numpy as np

    tolerance = FLAT * max(size, float(np.abs(differences).max()))
    above, _ = one_sided(differences, -margin, tolerance)
    _, below = one_sided(differences, margin, tolerance)
    x = np.where(np.abs(differences) <= tolerance, 0.0, differences)
    find = listed if len(x) <= LISTED else searched
    _, low, high = find(x, alpha, tolerance, PRATT)
    return honest(max(above, below)), agreeing(low, high, margin, alpha, (above, below))


def ranked(x: np.ndarray, tolerance: float, zeros: str) -> np.ndarray:
    """Ranks of absolute values, with the signs of x; zeros count, or are 0 themselves."""
    import numpy as np

    size = np.abs(x)
    there = size > tolerance
    ranks = np.zeros(len(x))
    if zeros == PRATT:
        ranks[:] = midranks(size[None], tolerance)[0]
    elif there.any():
        ranks[there] = midranks(size[there][None], tolerance)[0]
    return np.where(there, np.sign(x), 0.0) * ranks


def rank_sums(x: np.ndarray, tolerance: float, zeros: str) -> tuple[float, float]:
    """Rank sums of both sides; by Pratt the ranks of zeros are halved between them."""
    import numpy as np

    signed = ranked(x, tolerance, zeros)
    plus, minus = float(signed[signed > 0].sum()), -float(signed[signed < 0].sum())
    z = len(x) - int(np.count_nonzero(signed))
    half = z * (z + 1) / 4 if zeros == PRATT else 0.0
    return plus + half, minus + half


def one_sided(
    x: np.ndarray, centre: float, tolerance: float, zeros: str = PRATT
) -> tuple[float, float]:
    """Give p against "centred above" and against "centred below" `centre`."""
    import numpy as np
    from scipy.special import ndtr

    signed = ranked(x - centre, tolerance, zeros)
    doubled = np.rint(2 * np.abs(signed)).astype(np.int64)
    doubled = doubled[doubled > 0]
    if not len(doubled):
        return 1.0, 1.0
    if len(x) > EXACT:
        z = float(signed.sum()) / math.sqrt(float((signed * signed).sum()))
        return float(ndtr(-z)), float(ndtr(z))
    tail = survival(tuple(np.sort(doubled).tolist()))
    plus = int(np.rint(2 * float(signed[signed > 0].sum())))
    return min(1.0, float(tail[plus])), min(1.0, float(tail[len(tail) - 1 - plus]))


@lru_cache(maxsize=32)
def survival(doubled: tuple[int, ...]) -> np.ndarray:
    """P(sum >= s) for s = 0, 1, ..., total, where each of the whole numbers counts or not."""
    import numpy as np

    mass, total = np.zeros(sum(doubled) + 1), 0
    mass[0] = 1.0
    for rank in doubled:
        new = mass[: total + rank + 1] / 2
        new[rank:] += mass[: total + 1] / 2
        total += rank
        mass[: total + 1] = new
    return np.asarray(np.cumsum(mass[::-1])[::-1])


def listed(x: np.ndarray, tail: float, tolerance: float, zeros: str) -> tuple[float, float, float]:
    """Give the median of all averages of two, and the limits among these averages.

    The test changes at an average only, so it is asked between two of them, by halving: its p rises
    with the shift. (Ties could make it fall a little; in no sample of small whole numbers did it.)
    """
    import numpy as np

    ordered = np.sort(x)
    i, j = np.triu_indices(len(x))
    averages = np.sort((ordered[i] + ordered[j]) / 2)
    estimate = float(np.median(averages))
    cuts = averages[np.diff(averages, prepend=-np.inf) > 4 * tolerance]
    middles = (cuts[1:] + cuts[:-1]) / 2
    edge = 1.0 + float(np.ptp(cuts)) + 8 * tolerance
    middles = np.concatenate([[cuts[0] - edge], middles, [cuts[-1] + edge]])

    def first(passes: Callable[[float], bool], places: np.ndarray) -> int:
        """Index of the first place that passes, in a row of places that fail, then pass."""
        low, high = 0, len(places) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if passes(float(places[middle])) else (middle + 1, high)
        return low

    at = first(lambda c: one_sided(x, c, tolerance, zeros)[0] >= tail, middles)
    low = float(cuts[at - 1]) if at else -math.inf
    at = first(lambda c: one_sided(x, c, tolerance, zeros)[1] >= tail, middles[::-1])
    high = float(cuts[len(cuts) - at]) if at else math.inf
    return estimate, low, high


def searched(
    x: np.ndarray, tail: float, tolerance: float, zeros: str
) -> tuple[float, float, float]:
    """Give the same for many differences, by halving: there is no list of averages."""

    def crossing(passes: Callable[[float], bool]) -> float:
        low, high = float(x.min()), float(x.max())
        for _ in range(HALVINGS):
            if high - low <= tolerance:
                break
            middle = (low + high) / 2
            low, high = (low, middle) if passes(middle) else (middle, high)
        return (low + high) / 2

    # the sum of signed ranks is zero all the way between the two middle averages of an even number
    left = crossing(lambda c: float(ranked(x - c, tolerance, zeros).sum()) <= 0)
    right = crossing(lambda c: float(ranked(x - c, tolerance, zeros).sum()) < 0)
    low = crossing(lambda c: one_sided(x, c, tolerance, zeros)[0] >= tail)
    high = crossing(lambda c: one_sided(x, c, tolerance, zeros)[1] < tail)
    return (left + right) / 2, low, high
