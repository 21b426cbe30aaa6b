"""Averages over datasets of accuracies of which only the number of examples is known.

Limits of D proportions that are put together by their distances (the method of variance estimates
recovery on Wilson's or Newcombe's limits) lean one way on every dataset, and the average adds that
up: with five examples each they cover .88 of two and .82 of eight. Here 2 / D right and 2 / D wrong
answers are added to each proportion (Price and Bonett 2004, Comput. Stat. Data Anal.
45(3):449-456, whose m proportions get 4 / m), with Student's t for their normal quantile: variances
add over the datasets, degrees of freedom by Satterthwaite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.contrast import Ask, Contrast, honest
from paperforge.stats.means import satterthwaite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.stats.proportions import Counts

WORST, BEST = "worst", "best"
"""Pairings of the answers: as few right together as can be, and as many."""
MORE = 2.0
"""Answers of each kind that are added, in all datasets together."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over datasets, its standard error, and the degrees of freedom of that."""

    value: float
    se: float
    df: float

    def low(self, alpha: float) -> float:
        """Lower limit, with alpha below it."""
        from scipy.special import stdtrit

        return self.value + float(stdtrit(self.df, alpha)) * self.se

    def tail(self, shift: float = 0.0) -> float:
        """P of the one-sided test against -shift: where the lower limit is there."""
        from scipy.special import stdtr

        return honest(float(stdtr(self.df, -(self.value + shift) / self.se)))


@dataclass(frozen=True, slots=True)
class Scores:
    """n examples: the sum of their scores and that of their squares."""

    total: float
    squares: float
    n: int


def added_up(scores: Sequence[Scores], added: float, squares: float, count: float) -> Sum:
    """The sum of D means, each with so much more: its sum, its squares, its number of answers."""
    value, parts = 0.0, []
    for one in scores:
        whole = one.n + count
        mean = (one.total + added) / whole
        spread = (one.squares + squares) / whole - mean * mean
        value += mean
        parts.append((spread / (whole - 1), whole - 1))
    variance, df = satterthwaite(parts)
    return Sum(value, math.sqrt(variance), df)


def averaged(shares: Sequence[Counts], alpha: float) -> tuple[float, float]:
    """Interval of the mean of D independent shares, as fractions.

    Where several counts print alike, over the least and the largest of them. n >= 1.
    """
    d = len(shares)
    weight = MORE / d
    right = [[Scores(float(k), float(k), s.n) for k, s in zip(row, shares, strict=True)]
             for row in ([s.low for s in shares], [s.high for s in shares])]  # fmt: skip
    wrong = [[Scores(s.n - s.total, s.n - s.squares, s.n) for s in row] for row in right]
    low = min(added_up(row, weight, weight, 2 * weight).low(alpha / 2) for row in right)
    high = max(d - added_up(row, weight, weight, 2 * weight).low(alpha / 2) for row in wrong)
    return max(0.0, low / d), min(1.0, high / d)


def gaps(up: Sequence[int], down: Sequence[int], n: Sequence[int], pairing: str) -> Sum:
    """The sum of D differences of two shares of the same n examples: up / n - down / n.

    How many examples both have right is not known: as few or as many as the two allow (Frechet's
    bounds). Examples that only one has right score 1 or -1, and 2 / D of each are added.
    """
    rows = []
    for x, y, size in zip(up, down, n, strict=True):
        both = max(0, x + y - size) if pairing == WORST else min(x, y)
        rows.append(Scores(float(x - y), float(x + y - 2 * both), size))
    weight = MORE / len(rows)
    return added_up(rows, 0.0, 2 * weight, 2 * weight)


def compare_averages(a: Sequence[Counts], b: Sequence[Counts], ask: Ask) -> Contrast:
    """Compare the means of D accuracies each, datasets independent, valid whatever the pairing.

    The interval is that of the least favourable pairing of the answers, and of the least favourable
    of the smallest and largest counts that print alike. p is where it touches zero; the smallest p
    is that of the most favourable pairing. On each dataset both have the same n.
    """
    d, n = len(a), [x.n for x in a]
    a_low, a_high = [x.low for x in a], [x.high for x in a]
    b_low, b_high = [y.low for y in b], [y.high for y in b]
    ends = ((a_low, b_high), (a_high, b_low))
    lower = [gaps(up, down, n, WORST) for up, down in ends]
    upper = [gaps(down, up, n, WORST) for up, down in ends]
    easy = [gaps(*pair, n, BEST) for up, down in ends for pair in ((up, down), (down, up))]
    estimate = sum((x.low + x.high - y.low - y.high) / (2 * x.n) for x, y in zip(a, b, strict=True))
    p = honest(2 * min(max(s.tail() for s in side) for side in (lower, upper)))
    same = None
    if ask.margin is not None:
        same = max(s.tail(ask.margin * d) for s in (*lower, *upper))
    low, high = limits(lower, upper, ask.alpha / 2)
    return Contrast(
        "stratified paired t of shares, least favourable pairing",
        (min(n), min(n)),
        paired=True,
        estimate=estimate / d,
        low=low / d,
        high=high / d,
        p=p,
        smallest_p=min(p, honest(2 * min(s.tail() for s in easy))),
        p_equivalent=same,
        equivalence=None if same is None else shifted(limits(lower, upper, ask.alpha), d),
    )


def limits(lower: Sequence[Sum], upper: Sequence[Sum], tail: float) -> tuple[float, float]:
    """The lowest and the highest limit, each with so much beyond it."""
    return min(s.low(tail) for s in lower), -min(s.low(tail) for s in upper)


def shifted(pair: tuple[float, float], d: int) -> tuple[float, float]:
    """Limits of the sum as limits of the mean."""
    return pair[0] / d, pair[1] / d
