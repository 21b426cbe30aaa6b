"""t tests of an estimate whose variance is a sum of independent parts, each with its own df.

Satterthwaite's degrees of freedom of such a sum are too many where a part of few degrees may be
most of it (simulated sizes at nominal .05: .10 for 2 values against 10, .13 for 2 paired runs on
200 examples). Here each part keeps its own t quantile: the half-width is the root of the sum of
t_f^2 V over the parts (Banerjee 1961, Sankhya A 23(4), who shows that such an interval covers at
least 1 - alpha).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.contrast import Contrast, honest, t_contrast
from paperforge.stats.found import largest_last, reached
from paperforge.stats.power import noncentrality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.stats.contrast import Ask

Part = tuple[float, float]
"""A variance and its degrees of freedom."""
SMALLEST = 1e-100
"""No p below this is told from it: the library's t quantiles are wrong from 1e-127 on."""
HALVINGS = 70
"""Of an interval, until a double has no more digits."""


def safe_contrast(
    test: str, estimate: float, parts: Sequence[Part], *, n: tuple[int, int], paired: bool, ask: Ask
) -> Contrast:
    """Compare an estimate with zero; p is the alpha at which the limit touches zero.

    The statistic is estimate / se; df are those with which Student's t has this p for it.
    """
    held = [(variance, df) for variance, df in parts if variance > 0]
    variance = sum(v for v, _ in held)
    if not held or not math.isfinite(variance) or not math.isfinite(estimate):
        df = sum(df for _, df in parts)
        return t_contrast(test, estimate, variance, df, n=n, paired=paired, ask=ask)
    se, far = math.sqrt(variance), abs(estimate)
    half, narrow = reach(held, ask.alpha), reach(held, 2 * ask.alpha)
    p, same = level(held, far), None
    if ask.margin is not None:
        room = ask.margin - far
        tail = level(held, abs(room)) / 2
        same = honest(tail if room > 0 else 1 - tail)
    return Contrast(
        test,
        n,
        paired,
        estimate,
        low=estimate - half,
        high=estimate + half,
        p=p,
        statistic=estimate / se,
        df=joint_df(held, min(p, 0.5)),
        detects=OfParts(tuple(held)),
        variance=variance,
        p_equivalent=same,
        equivalence=None if ask.margin is None else (estimate - narrow, estimate + narrow),
    )


def reach(parts: Sequence[Part], alpha: float) -> float:
    """Half-width of the (1 - alpha) interval."""
    from scipy.special import stdtrit

    total = 0.0
    for variance, df in parts:
        half = float(stdtrit(df, alpha / 2)) * math.sqrt(variance)
        total = math.hypot(total, half)
    return total


def level(parts: Sequence[Part], far: float) -> float:
    """Alpha at which the half-width is `far`: the two-sided p of an estimate so far from zero."""
    low, high = math.log(SMALLEST), 0.0
    if far == 0:
        return 1.0
    if reach(parts, SMALLEST) <= far:
        return SMALLEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if reach(parts, math.exp(middle)) > far else (low, middle)
    return honest(math.exp(high))


def joint_df(parts: Sequence[Part], alpha: float) -> float:
    """Degrees of freedom at which t has the quantile that the parts have together."""
    from scipy.special import stdtrit

    dfs = [df for _, df in parts]
    low, high = min(dfs), max(dfs)
    wanted = reach(parts, alpha) / math.sqrt(sum(v for v, _ in parts))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if -stdtrit(middle, alpha / 2) > wanted else (low, middle)
    return high


@dataclass(frozen=True, slots=True)
class OfParts:
    """What a t test detects of which each part of the variance has its own quantile.

    That a study finds the parts themselves, few degrees of freedom each, is counted in (found.py).
    """

    parts: tuple[Part, ...]

    def at(self, alpha: float) -> float:
        """The difference found with power .8."""
        total = math.fsum(v for v, _ in self.parts)
        parts = largest_last(self.parts)
        dfs = tuple(df for _, df in parts)
        if len(dfs) == 1:
            return math.sqrt(total) * noncentrality(dfs[0], alpha)
        shares = tuple(v / total for v, _ in parts)
        return math.sqrt(total) * reached(shares, dfs, alpha, own=True)
