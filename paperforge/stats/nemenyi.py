"""Differences of mean ranks: Nemenyi's test of all pairs, Dunn's and Holm's against a control."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.stats.adjust import CORRECTIONS
from paperforge.stats.contrast import honest
from paperforge.stats.exact import solve

if TYPE_CHECKING:
    from collections.abc import Sequence

STEP = 1 / 32
"""Of the trapezoidal rule. The integrand is smooth and dies out on both sides, so the rule's error
falls faster than any power of the step."""
EDGE = 10.0
"""Standard deviations beyond which nothing is left to integrate."""
FAR = 200.0
"""No studentized range of interest is larger."""


def range_tail(q: float, k: int) -> float:
    """P that the range of k standard normal values is above q: infinite degrees of freedom.

    k times the integral over the largest value z of phi(z) (Phi(z)^(k-1) - (Phi(z) -
    Phi(z-q))^(k-1)) (Hartley 1942, Biometrika 32(3-4)); in a form that keeps small tails exact.
    """
    import numpy as np
    from scipy.special import log_ndtr

    if q <= 0 or k < 2:  # noqa: PLR2004 - a range needs two
        return 1.0
    z = np.arange(-EDGE, q + EDGE, STEP)
    log_all = log_ndtr(z)
    ratio = np.minimum(np.exp(log_ndtr(z - q) - log_all), 1 - 1e-16)
    inside = -np.expm1((k - 1) * np.log1p(-ratio))
    density = np.exp(-z * z / 2 + (k - 1) * log_all) / math.sqrt(2 * math.pi)
    return honest(float(k * STEP * (density * inside).sum()))


@lru_cache(maxsize=256)
def range_quantile(alpha: float, k: int) -> float:
    """Value that the range of k standard normal values exceeds with probability alpha."""
    return solve(lambda q: alpha - range_tail(q, k), 0.0, FAR)


def rank_error(k: int, n: int) -> float:
    """Standard error of a difference of two mean ranks: sqrt(K (K + 1) / (6 N)), no ties."""
    return math.sqrt(k * (k + 1) / (6 * n))


def critical_difference(k: int, n: int, alpha: float) -> float:
    """Difference of mean ranks from which on two of K methods differ (Nemenyi 1963; Demsar 2006).

    q_alpha / sqrt(2) times rank_error(): the studentized range, divided by the square root of two.
    """
    return range_quantile(alpha, k) / math.sqrt(2) * rank_error(k, n)


def nemenyi_p(gap: float, k: int, n: int) -> float:
    """P of a difference of mean ranks, corrected over all K (K - 1) / 2 pairs.

    Below alpha exactly where the difference is above critical_difference(), but for rounding. The
    ranks of other methods enter, and N is taken for large. Mean ranks move in steps, so its
    family-wise size at .05 goes up and down: simulated .038 to .056 for 10 to 30 datasets of 3 to
    10 methods (.056 at 20 x 4, .053 at 10 x 4), .038 at 5 x 4.
    """
    return range_tail(abs(gap) / rank_error(k, n) * math.sqrt(2), k)


def dunn_difference(k: int, n: int, alpha: float) -> float:
    """Critical difference of K - 1 methods from a control (Dunn 1961, JASA 56(293))."""
    from scipy.special import ndtri

    return -float(ndtri(alpha / (2 * (k - 1)))) * rank_error(k, n)


def against_control(
    mean_ranks: Sequence[float], control: int, n: int, correction: str = "bonferroni"
) -> tuple[float | None, ...]:
    """P of each method against the one at index `control`, None for itself.

    z = difference of mean ranks / rank_error(), two-sided normal p, corrected over K - 1 methods:
    "bonferroni" is the Bonferroni-Dunn test, "holm" Holm's step-down (Demsar 2006, section 3.2.2).
    """
    from scipy.special import ndtr

    k = len(mean_ranks)
    others = [i for i in range(k) if i != control]
    error = rank_error(k, n)
    ps = [
        honest(2 * float(ndtr(-abs(mean_ranks[i] - mean_ranks[control]) / error))) for i in others
    ]
    found = dict(zip(others, CORRECTIONS[correction](ps, k - 1), strict=True))
    return tuple(found.get(i) for i in range(k))


def out_of_reach(difference: float, k: int, n: int) -> str:
    """Say so where no mean ranks can be as far apart as the critical difference; else nothing."""
    if difference < k - 1:
        return ""
    return (
        f"with {k} methods on {n} datasets mean ranks differ by at most {k - 1}, "
        f"the critical difference is {difference:.2f}: nothing can be decided"
    )
