"""Averages over datasets of accuracies of which only the number of examples is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.contrast import Ask, Contrast, honest
from paperforge.stats.proportions import wilson_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.stats.proportions import Counts

WORST, BEST = "worst", "best"
"""Pairings of the answers: as few right together as can be, and as many."""
FAR, HALVINGS = 40.0, 60
"""Normal quantile beyond which no p is told from 0; steps towards the one that is looked for."""


def averaged(shares: Sequence[Counts], alpha: float) -> tuple[float, float]:
    """Interval of the mean of D independent shares, as fractions: Wilson's limits put together.

    low = mean - sqrt(sum (p_d - l_d)^2) / D, and high likewise (the method of variance estimates
    recovery: Zou and Donner 2008, Stat. Med. 27(10):1693-1702, on Wilson's limits). Where several
    counts print alike, over all of them.
    """
    from scipy.special import ndtri

    z, d = -float(ndtri(alpha / 2)), len(shares)
    low = sum(s.low / s.n for s in shares)
    high = sum(s.high / s.n for s in shares)
    down = math.hypot(*(s.low / s.n - wilson_at(s.low, s.n, z)[0] for s in shares))
    up = math.hypot(*(wilson_at(s.high, s.n, z)[1] - s.high / s.n for s in shares))
    return max(0.0, (low - down) / d), min(1.0, (high + up) / d)


@dataclass(frozen=True, slots=True)
class Gap:
    """Two shares of the same n examples, as a limit of their difference needs them."""

    up: int
    """Right answers of the one that is taken to be better."""
    down: int
    n: int

    @property
    def estimate(self) -> float:
        """Their difference."""
        return (self.up - self.down) / self.n

    def reach(self, z: float, pairing: str) -> float:
        """How far the lower limit lies below the difference at a normal quantile.

        Newcombe 1998, Stat. Med. 17(22):2635-2650, method 10 without its continuity correction:
        Wilson's limits of the two shares, and the correlation of the answers. That is not known
        here, and is the lowest or highest that the two shares allow (Frechet's bounds).
        """
        p, q = self.up / self.n, self.down / self.n
        below = p - wilson_at(self.up, self.n, z)[0]
        above = wilson_at(self.down, self.n, z)[1] - q
        spread = math.sqrt(p * (1 - p) * q * (1 - q))
        both = max(0.0, p + q - 1) if pairing == WORST else min(p, q)
        phi = (both - p * q) / spread if spread > 0 else 0.0
        return math.sqrt(max(0.0, below**2 - 2 * phi * below * above + above**2))


def compare_averages(a: Sequence[Counts], b: Sequence[Counts], ask: Ask) -> Contrast:
    """Compare the means of D accuracies each, datasets independent, valid whatever the pairing.

    The limits of each dataset's difference are put together as in averaged(), for the pairing of
    the answers that is least favourable, and the least favourable of counts that print alike. p is
    where the interval touches zero; the smallest p is that of the most favourable pairing. On each
    dataset both have the same n.
    """
    from scipy.special import ndtri

    d = len(a)
    lower = [Gap(x.low, y.high, x.n) for x, y in zip(a, b, strict=True)]
    upper = [Gap(y.low, x.high, x.n) for x, y in zip(a, b, strict=True)]
    inner = [Gap(x.high, y.low, x.n) for x, y in zip(a, b, strict=True)]
    outer = [Gap(y.high, x.low, x.n) for x, y in zip(a, b, strict=True)]
    z, narrow = -float(ndtri(ask.alpha / 2)), -float(ndtri(ask.alpha))
    estimate = sum((x.low + x.high - y.low - y.high) / (2 * x.n) for x, y in zip(a, b, strict=True))
    margin = ask.margin
    same = None
    if margin is not None:
        near = min(touches(lower, margin * d, WORST), touches(upper, margin * d, WORST))
        same = tail(near)
    return Contrast(
        "stratified Newcombe, least favourable pairing",
        (min(x.n for x in a), min(y.n for y in b)),
        paired=True,
        estimate=estimate / d,
        low=limit(lower, z) / d,
        high=-limit(upper, z) / d,
        p=honest(2 * tail(max(touches(lower, 0.0, WORST), touches(upper, 0.0, WORST)))),
        smallest_p=honest(2 * tail(max(touches(inner, 0.0, BEST), touches(outer, 0.0, BEST)))),
        p_equivalent=same,
        equivalence=None if same is None else (limit(lower, narrow) / d, -limit(upper, narrow) / d),
    )


def limit(gaps: Sequence[Gap], z: float, pairing: str = WORST) -> float:
    """Lower limit of the sum of differences."""
    return sum(g.estimate for g in gaps) - math.hypot(*(g.reach(z, pairing) for g in gaps))


def touches(gaps: Sequence[Gap], shift: float, pairing: str) -> float:
    """Normal quantile at which the lower limit is at -shift; 0 where it is below it at any."""
    low, high = 0.0, FAR
    if limit(gaps, low, pairing) <= -shift:
        return low
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if limit(gaps, middle, pairing) <= -shift else (middle, high)
    return low


def tail(z: float) -> float:
    """Probability beyond a normal quantile."""
    from scipy.special import ndtr

    return honest(float(ndtr(-z)))
