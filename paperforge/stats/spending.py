"""Looking more than once: how much of alpha each look may spend."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from paperforge.stats.contrast import SMALLEST_FLOAT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

FAR = 37.0
"""A normal quantile beyond which nothing is left in a double."""
HALVINGS = 60
NODES = 48
"""Of the quadrature, at least; more where a step is small beside the range."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the results."""

    fraction: float
    """Of the planned information: seeds so far / seeds planned."""
    spent: float
    """Of alpha, up to and with this look."""
    bound: float
    """The test statistic as a normal quantile, two-sided."""
    alpha: float
    """Nominal level of this look: what its p is to be below."""


def obrien_fleming(fraction: float, alpha: float) -> float:
    """Alpha spent up to `fraction`, little of it early: each side 2 - 2 Phi(z_alpha/4 / sqrt t).

    Source: Lan and DeMets 1983, Biometrika 70(3):659-663, alpha_1*, half of alpha on each side.
    """
    from scipy.special import ndtr, ndtri

    return 4 * float(ndtr(float(ndtri(alpha / 4)) / math.sqrt(fraction)))


def pocock(fraction: float, alpha: float) -> float:
    """Alpha spent up to `fraction`, evenly: alpha log(1 + (e - 1) t).

    Source: Lan and DeMets 1983, alpha_2*.
    """
    return alpha * math.log1p((math.e - 1) * fraction)


SPENDING: dict[str, Callable[[float, float], float]] = {
    "obrien-fleming": obrien_fleming,
    "pocock": pocock,
}


def looks(
    fractions: Sequence[float], alpha: float = 0.05, spending: str = "obrien-fleming"
) -> tuple[Look, ...]:
    """Nominal level of each look, so that all together err with probability alpha at most.

    fractions: information at each look over that of the plan, growing, the last at most 1. They
    need not have been planned; the largest number of seeds has to be. The statistic is taken for
    normal with independent increments; used on the p of a t test (significance level approach,
    Jennison and Turnbull 2000, Group Sequential Methods, chapter 3) the error is
    near alpha: .051, Pocock .055, for a paired t at 3, 5, 7 and 10 seeds.
    Raises ValueError where fractions are not growing within (0, 1].
    """
    _check(fractions)
    spend, spent = SPENDING[spending], 0.0
    walk, made = Walk(), []
    for fraction in fractions:
        total = min(alpha, spend(fraction, alpha))
        bound = walk.bound(fraction, total - spent)
        walk = walk.on(fraction, bound)
        spent = total
        made.append(Look(fraction, spent, bound, min(alpha, _two_sided(bound))))
    return tuple(made)


def error_rate(bounds: Sequence[float], fractions: Sequence[float]) -> tuple[float, ...]:
    """Probability, under no difference, that some look so far was beyond its bound.

    bounds: normal quantiles, two-sided (1.96 at each look: what looking costs unplanned).
    Raises ValueError as looks().
    """
    _check(fractions)
    walk, total, made = Walk(), 0.0, []
    for bound, fraction in zip(bounds, fractions, strict=True):
        total += walk.beyond(fraction, bound)
        walk = walk.on(fraction, bound)
        made.append(min(1.0, total))
    return tuple(made)


def _check(fractions: Sequence[float]) -> None:
    steps = [0.0, *fractions]
    if any(b <= a for a, b in pairwise(steps)) or steps[-1] > 1:
        raise ValueError(f"looks are at growing fractions of the plan, up to 1: {list(fractions)}")


def _two_sided(bound: float) -> float:
    from scipy.special import ndtr

    return max(SMALLEST_FLOAT, 2 * float(ndtr(-bound)))


class Walk:
    """Where a Brownian motion that no look has stopped stands at the last look.

    The density is kept on Gauss-Legendre nodes of the range that goes on, and carried from look to
    look by numerical integration (Armitage, McPherson and Rowe 1969, JRSS A 132(2):235-244).
    """

    def __init__(self, fraction: float = 0.0) -> None:
        """Start at zero."""
        import numpy as np

        self.fraction = fraction
        self.places = np.zeros(1)
        self.weights = np.ones(1)

    def beyond(self, fraction: float, bound: float) -> float:
        """Probability of going on until `fraction` and being beyond the bound there."""
        from scipy.special import ndtr

        step, edge = math.sqrt(fraction - self.fraction), bound * math.sqrt(fraction)
        out = ndtr((-edge - self.places) / step) + ndtr((self.places - edge) / step)
        return float(self.weights @ out)

    def bound(self, fraction: float, probability: float) -> float:
        """Bound at `fraction` that is crossed there with this probability."""
        low, high = 0.0, FAR
        if self.beyond(fraction, low) <= probability:
            return low
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            crossed = self.beyond(fraction, middle) > probability
            low, high = (middle, high) if crossed else (low, middle)
        return high

    def on(self, fraction: float, bound: float) -> Walk:
        """Stand at the next look, not stopped there."""
        import numpy as np

        step = math.sqrt(fraction - self.fraction)
        edge = min(bound, 9.0) * math.sqrt(fraction)
        x, w = _nodes(NODES + math.ceil(4 * edge / step))
        places = edge * x
        kernel = np.exp(-0.5 * ((places[:, None] - self.places) / step) ** 2)
        there = Walk(fraction)
        there.places = places
        there.weights = (kernel @ self.weights) * w * edge / (step * math.sqrt(2 * math.pi))
        return there


def _nodes(count: int) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    return np.polynomial.legendre.leggauss(count)
