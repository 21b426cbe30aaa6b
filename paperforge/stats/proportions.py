"""Accuracies of which only the number of examples is known: what any pairing of them could show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from paperforge.stats.contrast import Ask, Contrast, honest
from paperforge.stats.exact import mcnemar, mcnemar_p, smallest_p
from paperforge.stats.power import OfShares

ENDS = 8
"""Differences at each end of the possible ones whose intervals are looked at."""
FEW = 12
"""Discordant examples beyond the difference up to which every pairing's interval is looked at.

With more, the interval is the wider the more there are.
"""
HALVINGS = 60
"""Of an interval, until a double has no more digits."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of correct examples of `n` that a printed accuracy can stand for: low to high."""

    low: int
    high: int
    n: int
    printable: bool = True
    """False: no count of n prints so, and the nearest is taken (an average of runs, other n)."""


class Possible(StrEnum):
    """What two accuracies on the same n examples can show, whichever examples they got right."""

    DECIDED = "decided"
    """Below alpha whatever the pairing."""
    UNDECIDABLE = "undecidable"
    """Not below alpha whatever the pairing."""
    DEPENDS = "depends"
    """On the number of examples that only one of the two has right."""


@dataclass(frozen=True, slots=True)
class Pairings:
    """McNemar's test over every pairing of two margins, and every count that prints the same."""

    possible: Possible
    smallest_p: float
    largest_p: float
    fewest: int
    """Discordant examples, at least."""
    most: int
    """Discordant examples, at most."""
    significant_up_to: int | None
    """Discordant examples, at most, with which p can be below alpha; None: with none."""
    printable: bool


def counts(printed: float, decimals: int, n: int, scale: float = 100.0) -> Counts:
    """Find every k with k / n * scale printed as `printed` (83.6 with one decimal, scale 100).

    A tie may have been rounded either way. Raises ValueError where n is below 1.
    """
    if n < 1:
        raise ValueError("an accuracy needs at least one example")
    middle, unit = Fraction(Decimal(repr(printed))), Fraction(1, 10**decimals)
    examples = Fraction(n) / Fraction(Decimal(repr(scale)))
    low = max(0, math.ceil((middle - unit / 2) * examples))
    high = min(n, math.floor((middle + unit / 2) * examples))
    if low <= high:
        return Counts(low, high, n)
    nearest = min(n, max(0, round(middle * examples)))
    return Counts(nearest, nearest, n, printable=False)


def wilson(k: int, n: int, alpha: float, *, continuity: bool = False) -> tuple[float, float]:
    """Score interval of a proportion. n = 0: (0, 1).

    Sources: Wilson 1927, JASA 22(158); with a continuity correction Newcombe 1998, Stat. Med.
    17(8), method 4.
    """
    from scipy.special import ndtri

    return wilson_at(k, n, -float(ndtri(alpha / 2)), continuity=continuity)


def wilson_at(k: int, n: int, z: float, *, continuity: bool = False) -> tuple[float, float]:
    """The same at a normal quantile."""
    if n == 0:
        return 0.0, 1.0
    p, z2 = k / n, z * z
    middle, size = 2 * k + z2, 2 * (n + z2)
    if not continuity:
        half = z * math.sqrt(z2 + 4 * k * (1 - p))
        low, high = (middle - half) / size, (middle + half) / size
    else:
        spread = z2 - 1 / n + 4 * k * (1 - p)
        low = (middle - 1 - z * math.sqrt(max(0.0, spread + 4 * p - 2))) / size
        high = (middle + 1 + z * math.sqrt(max(0.0, spread - 4 * p + 2))) / size
    return (0.0 if k == 0 else max(0.0, low)), (1.0 if k == n else min(1.0, high))


def pairings(a: Counts, b: Counts, ask: Ask) -> Pairings:
    """Bound McNemar's p where only the two accuracies on the same n examples are known.

    With k_a and k_b right, the discordant examples number m = |k_a - k_b| (the better one has all
    that the other has), m + 2, ..., at most min(k_a + k_b, 2 n - k_a - k_b) (Frechet's bounds). For
    a fixed difference p grows with m, so its bounds are those of the smallest and largest m. Exact
    or mid-p as `ask` says. Raises ValueError where the two have different n.
    """
    exact = ask.mcnemar == "exact"
    tables = _tables(a, b)
    smallest = smallest_p(max(abs(d) for d, _ in tables), exact=exact)
    largest = max(_p(d, most, exact=exact) for d, most in tables)
    limits = [_significant(d, most, ask.alpha, exact=exact) for d, most in tables]
    found = [m for m in limits if m is not None]
    possible = Possible.DECIDED if largest < ask.alpha else Possible.UNDECIDABLE
    if smallest < ask.alpha <= largest:
        possible = Possible.DEPENDS
    return Pairings(
        possible,
        smallest,
        largest,
        min(abs(d) for d, _ in tables),
        max(most for _, most in tables),
        max(found) if found else None,
        a.printable and b.printable,
    )


def margins(a: Counts, b: Counts, ask: Ask) -> Contrast:
    """Compare two accuracies on the same examples, valid whatever the pairing.

    p is the largest of all pairings and the interval covers those of all, so that they agree; the
    smallest attainable p is that of the most favourable pairing. The estimate is the middle of what
    the printed numbers allow. Raises ValueError where the two have different n.
    """
    bounds, tables = pairings(a, b, ask), _tables(a, b)
    tables = tables if len(tables) <= 2 * ENDS else [*tables[:ENDS], *tables[-ENDS:]]
    worst = [
        mcnemar((m + d) // 2, (m - d) // 2, a.n, ask)
        for d, most in tables
        for m in (*range(abs(d), min(most, abs(d) + FEW), 2), most)
    ]
    low = min(c.low for c in worst if c.low is not None)
    high = max(c.high for c in worst if c.high is not None)
    same = [c.p_equivalent for c in worst if c.p_equivalent is not None]
    narrow = [c.equivalence for c in worst if c.equivalence is not None]
    return Contrast(
        f"McNemar {ask.mcnemar}, least favourable pairing",
        (a.n, a.n),
        paired=True,
        estimate=(a.low + a.high - b.low - b.high) / (2 * a.n),
        low=low,
        high=high,
        p=bounds.largest_p,
        smallest_p=bounds.smallest_p,
        detects=OfShares(bounds.most, a.n),
        p_equivalent=max(same) if same else None,
        equivalence=(min(x for x, _ in narrow), max(x for _, x in narrow)) if narrow else None,
    )


def _tables(a: Counts, b: Counts) -> list[tuple[int, int]]:
    """Every possible difference k_a - k_b with the most discordant examples that it can have."""
    if a.n != b.n:
        raise ValueError(f"accuracies on {a.n} and on {b.n} examples cannot be paired")
    found = []
    for d in range(a.low - b.high, a.high - b.low + 1):
        first, last = max(b.low, a.low - d), min(b.high, a.high - d)
        # k_a + k_b = 2 k_b + d: discordance is largest where that is nearest to n
        k = min(last, max(first, (a.n - d) // 2))
        sums = [2 * x + d for x in (k, min(last, k + 1))]
        found.append((d, max(min(s, 2 * a.n - s) for s in sums)))
    return found


def _p(d: int, m: int, *, exact: bool) -> float:
    if d == 0:
        return 1.0
    return mcnemar_p((m + d) // 2, (m - d) // 2, exact=exact)


def _significant(d: int, most: int, alpha: float, *, exact: bool) -> int | None:
    """Largest m up to `most`, of d's parity, at which p is below alpha; p grows with m."""
    low, high = abs(d), most
    if _p(d, low, exact=exact) >= alpha:
        return None
    while high > low:
        middle = low + 2 * ((high - low + 2) // 4)
        low, high = (middle, high) if _p(d, middle, exact=exact) < alpha else (low, middle - 2)
    return low


def independent(a: Counts, b: Counts, ask: Ask) -> Contrast:
    """Compare two accuracies on different examples.

    The interval is built from the two score intervals with continuity correction, and p is where it
    touches zero. Where the printed numbers allow several counts, the least favourable ones.
    Source: Newcombe 1998, Stat. Med. 17(8):873-890, method 11.
    """
    from scipy.special import ndtr, ndtri

    z = -float(ndtri(ask.alpha / 2))
    low, high = a.low / a.n - b.high / b.n, a.high / a.n - b.low / b.n
    p = 1.0
    if low > 0 or high < 0:
        touch = _touch(low, a.low, b.high, a, b) if low > 0 else _touch(-high, b.low, a.high, b, a)
        p = honest(2 * float(ndtr(-touch)))
    same = None
    if ask.margin is not None:
        below = _touch(low + ask.margin, a.low, b.high, a, b)
        same = honest(float(ndtr(-min(below, _touch(ask.margin - high, b.low, a.high, b, a)))))
    return Contrast(
        "difference of two independent proportions (Newcombe)",
        (a.n, b.n),
        estimate=(a.low + a.high) / (2 * a.n) - (b.low + b.high) / (2 * b.n),
        low=low - _below(z, a.low, b.high, a, b),
        high=high + _below(z, b.low, a.high, b, a),
        p=p,
        p_equivalent=same,
    )


def _below(z: float, k_a: int, k_b: int, a: Counts, b: Counts) -> float:
    """How far the lower limit of the difference is below its estimate."""
    low = wilson_at(k_a, a.n, z, continuity=True)[0]
    high = wilson_at(k_b, b.n, z, continuity=True)[1]
    return math.hypot(k_a / a.n - low, high - k_b / b.n)


def _touch(apart: float, k_a: int, k_b: int, a: Counts, b: Counts) -> float:
    """Normal quantile at which the lower limit is `apart` below the estimate; 0: at none."""
    low, high = 0.0, 40.0
    if apart <= _below(low, k_a, k_b, a, b):
        return low
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _below(middle, k_a, k_b, a, b) < apart else (low, middle)
    return low
