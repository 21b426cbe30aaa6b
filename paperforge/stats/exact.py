"""McNemar's test of two 0/1 scores on the same examples, and the interval that inverts it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.stats.contrast import Ask, Contrast, honest
from paperforge.stats.power import OfShares

if TYPE_CHECKING:
    from collections.abc import Callable

INTEGERS = 1000
STEPS = 60
CLOSE = 1e-13


def mcnemar(wins: int, losses: int, n: int, ask: Ask) -> Contrast:
    """Compare a with b, where a alone is right on `wins` of n examples and b alone on `losses`.

    Given the m = wins + losses discordant examples, wins is binomial (m, 1/2) if neither is better.
    Exact: twice the smaller tail (McNemar 1947). Mid-p: half the probability of what was observed
    is taken off each tail (Fagerland, Lydersen and Laake 2013, BMC Med. Res. Methodol. 13:91).
    The statistic is the smaller of the two counts.
    """
    exact = ask.mcnemar == "exact"
    m = wins + losses
    p, floor = mcnemar_p(wins, losses, exact=exact), smallest_p(m, exact=exact)
    low, high = interval(wins, losses, n, ask.alpha / 2, exact=exact)
    if p < ask.alpha:
        # The limits are roots found to 1e-13: rounding must not carry them over zero.
        low, high = (
            (max(low, math.ulp(0)), high) if wins > losses else (low, min(high, -math.ulp(0)))
        )
    else:
        low, high = min(low, 0.0), max(high, 0.0)
    return Contrast(
        "McNemar exact" if exact else "McNemar mid-p",
        (n, n),
        paired=True,
        estimate=(wins - losses) / n,
        low=low,
        high=high,
        p=p,
        statistic=float(min(wins, losses)),
        smallest_p=floor,
        detects=OfShares(m, n),
        discordant=m,
        p_equivalent=None
        if ask.margin is None
        else honest(equivalence_p(wins, losses, n, ask.margin, exact=exact)),
        equivalence=None
        if ask.margin is None
        else interval(wins, losses, n, ask.alpha, exact=exact),
    )


def mcnemar_p(wins: int, losses: int, *, exact: bool) -> float:
    """Two-sided p."""
    from scipy.special import bdtr

    k, m = min(wins, losses), wins + losses
    tail = float(bdtr(k, m, 0.5))
    p = 2 * tail if exact else 2 * tail - coin(k, m)
    return max(honest(p), smallest_p(m, exact=exact))


def coin(k: int, m: int) -> float:
    """Probability of k heads in m throws of a fair coin; in integers while they are quick."""
    from scipy.special import betaln

    if m <= INTEGERS:
        return math.comb(m, k) / (1 << m)
    return math.exp(-float(betaln(k + 1, m - k + 1)) - math.log1p(m) - m * math.log(2))


def smallest_p(m: int, *, exact: bool) -> float:
    """Smallest p that m discordant examples can give: all of them on one side."""
    return honest(2.0 ** (1 - m) if exact else 2.0**-m)


def interval(wins: int, losses: int, n: int, tail: float, *, exact: bool) -> tuple[float, float]:
    """Limits of the difference of the two proportions, each with probability `tail` beyond it.

    The difference is d = q t: q the share of discordant examples, t = 2 pi - 1 with pi the share
    of them that a wins. The limits of pi invert the conditional test (exact: Clopper and Pearson
    1934).
    Taking q as known would be too narrow away from zero, so the limit of d solves
    (d_hat - d)^2 = (q_hat (t_hat - t_limit))^2 + (d (q_hat - q_limit) / q_hat)^2:
    variances are recovered from limits (Zou and Donner 2008, Stat. Med. 27(10)), that of q at the
    limit itself, where it vanishes for d = 0. So the sign of the limit is that of t_limit, and the
    interval leaves zero out exactly where the test rejects.
    """
    return (
        lower_limit(wins, losses, n, tail, exact=exact),
        -lower_limit(losses, wins, n, tail, exact=exact),
    )


def lower_limit(wins: int, losses: int, n: int, tail: float, *, exact: bool) -> float:
    """Lower limit of the difference of proportions; see interval()."""
    m = wins + losses
    q_high = 1 - binomial_lower(n - m, n, tail, exact=exact)
    if m == 0:
        return -q_high
    q, estimate = m / n, (wins - losses) / n
    t = 2 * binomial_lower(wins, m, tail, exact=exact) - 1
    q_limit = binomial_lower(m, n, tail, exact=exact) if t > 0 else q_high
    spread, ratio = estimate - q * t, (q - q_limit) / q
    if abs(ratio) >= 1 - CLOSE:
        return q_limit * t
    # (estimate - d)^2 = spread^2 + ratio^2 d^2, the root below the estimate
    square = spread**2 + ratio**2 * (estimate**2 - spread**2)
    root = (estimate - math.sqrt(max(square, 0.0))) / (1 - ratio**2)
    return max(root, q_limit * t)  # both limits at their worst: never wider than that


def binomial_lower(k: int, n: int, tail: float, *, exact: bool) -> float:
    """Lower limit of a proportion: the value at which the (mid-p) upper tail of k is `tail`."""
    from scipy.special import betainc, betaincinv

    if k == 0:
        return 0.0
    low = float(betaincinv(k, n - k + 1, tail))
    if exact:
        return low
    if k == n:
        return float(min(1.0, (2 * tail) ** (1 / n)))

    def excess(x: float) -> float:
        return 0.5 * float(betainc(k, n - k + 1, x) + betainc(k + 1, n - k, x)) - tail

    return solve(excess, low, float(betaincinv(k + 1, n - k, tail)))


def equivalence_p(wins: int, losses: int, n: int, margin: float, *, exact: bool) -> float:
    """P of two one-sided tests: the tail at which the interval touches -margin or +margin."""
    if abs(wins - losses) / n >= margin:
        return 1.0

    def touch(a: int, b: int) -> float:
        """Find log p at which the lower limit for a against b is -margin."""

        def gap(log_p: float) -> float:
            return lower_limit(a, b, n, math.exp(log_p), exact=exact) + margin

        smallest, largest = math.log(1e-12), math.log(0.5)
        if gap(smallest) >= 0:
            return smallest
        return largest if gap(largest) <= 0 else solve(gap, smallest, largest)

    return math.exp(max(touch(wins, losses), touch(losses, wins)))


def solve(f: Callable[[float], float], low: float, high: float) -> float:
    """Root of an increasing function within [low, high].

    Regula falsi with the Illinois rule (Dowell and Jarratt 1971, BIT 11(2)).
    """
    at_low, at_high = f(low), f(high)
    if at_low >= 0:
        return low
    if at_high <= 0:
        return high
    middle, kept = low, 0
    for _ in range(STEPS):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        value = f(middle)
        if value == 0 or high - low <= CLOSE * max(abs(low), abs(high)):
            break
        if value < 0:
            low, at_low = middle, value
            at_high, kept = (at_high / 2 if kept < 0 else at_high), -1
        else:
            high, at_high = middle, value
            at_low, kept = (at_low / 2 if kept > 0 else at_low), 1
    return middle
