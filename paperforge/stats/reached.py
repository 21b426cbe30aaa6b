"""Power of tests whose degrees of freedom a study finds itself: Welch's, Satterthwaite's.

With few replicates the variances that a study finds are far from the true ones, and so are its
degrees of freedom. The noncentral t with the df of the true variances says too much then: at its
power .8 Welch's test has .48 with 2 replicates a group, .69 with 3, .76 with 4, .78 with 5
(simulated, equal variances). Here the test's half-width is drawn: from chi-squared variances, keyed
draws; given it, the estimate is normal. The mean over the draws is the power.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.stats.joint import Chi, normals
from paperforge.stats.power import POWER

if TYPE_CHECKING:
    import numpy as np

DRAWS = 4000
"""The Monte Carlo error of a power of .8 is below .005: only its part between the draws counts."""
HALVINGS = 50


@lru_cache(maxsize=1024)
def variances(place: int, df: float) -> np.ndarray:
    """Of DRAWS studies the variance that part `place` is found to have, over its true one."""
    import numpy as np

    if not math.isfinite(df):
        return np.ones(DRAWS)
    return Chi.of(df).share(normals(0, np.arange(DRAWS), np.array([place]))[:, 0])


def satterthwaite_halves(
    parts: tuple[tuple[float, float], ...], alpha: float
) -> tuple[float, np.ndarray]:
    """True standard error of a sum of parts (variance, df), and each study's half-width.

    Not all variances are zero.
    """
    import numpy as np
    from scipy.special import stdtrit

    total, uncertain = np.zeros(DRAWS), np.zeros(DRAWS)
    for place, (variance, df) in enumerate(parts):
        found = variance * variances(place, df)
        total += found
        uncertain += found * found / df
    joint = np.maximum(total * total / uncertain, min(df for _, df in parts))
    half = -stdtrit(joint, alpha / 2) * np.sqrt(total)
    return math.sqrt(math.fsum(v for v, _ in parts)), half


def power_at(difference: float, error: float, halves: np.ndarray) -> float:
    """Power at a difference, both tails."""
    from scipy.special import ndtr

    far = abs(difference)
    return float((ndtr((far - halves) / error) + ndtr((-far - halves) / error)).mean())


def reach(error: float, halves: np.ndarray, power: float = POWER) -> float:
    """The difference that is found with this power; bisection."""
    low, high = 0.0, error
    while power_at(high, error, halves) < power:
        low, high = high, 2 * high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if power_at(middle, error, halves) >= power else (middle, high)
    return high
