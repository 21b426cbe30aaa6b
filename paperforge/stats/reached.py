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
from paperforge.stats.power import NORMAL_DF, POWER, in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

DRAWS = 4000
"""The Monte Carlo error of a power of .8 is below .005: only its part between the draws counts."""
HALVINGS = 50
EXAMPLES = 1000
"""The draws of the variance over examples are those of this part: no part of the runs has it."""


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
    for place, (variance, df) in enumerate(in_order(parts)):
        found = variance * variances(place, df)
        total += found
        uncertain += found * found / df
    joint = np.maximum(total * total / uncertain, min(df for _, df in parts))
    half = -stdtrit(joint, alpha / 2) * np.sqrt(total)
    return math.sqrt(math.fsum(v for v, _ in parts)), half


def two_way_halves(
    runs: Sequence[tuple[float, float]],
    examples: tuple[float, float],
    both: tuple[float, float],
    alpha: float,
    *,
    few: float,
) -> tuple[float, np.ndarray]:
    """True standard error of runs x examples, and each study's half-width (crossed.two_way()).

    runs: variance and degrees of freedom of each mean over runs; examples: of the mean over
    examples; both: what is in the two, and is taken off once. few: degrees of freedom over the
    runs below which each part has its own quantile.
    """
    import numpy as np
    from scipy.special import stdtrit

    runs, (of_examples, df_examples), twice = in_order(runs), examples, both[0]
    of_runs = sum(v for v, _ in runs)
    error = math.sqrt(max(of_runs + of_examples - twice, of_runs, of_examples))
    drawn = [v * variances(i, df) for i, (v, df) in enumerate(runs)]
    total, apart = np.sum(drawn, axis=0), np.zeros(DRAWS)
    for found, (_, df) in zip(drawn, runs, strict=True):
        apart += found * found / df
    tested = of_examples * variances(EXAMPLES, df_examples)
    joint = np.maximum(total + tested - twice, np.maximum(total, tested))
    uncertain = apart + tested**2 / df_examples + (twice * twice / both[1] if twice > 0 else 0.0)
    df_runs = held_df(total, apart)
    half = -stdtrit(held_df(joint, uncertain), alpha / 2) * np.sqrt(joint)
    left = np.maximum(0.0, np.maximum(tested - twice, twice - total))
    own = np.hypot(
        stdtrit(df_runs, alpha / 2) * np.sqrt(total),
        stdtrit(min(df_examples, NORMAL_DF), alpha / 2) * np.sqrt(left),
    )
    return error, np.where((df_runs < few) & (total > 0), own, half)


def held_df(total: np.ndarray, uncertain: np.ndarray) -> np.ndarray:
    """Satterthwaite's degrees of freedom, where something is uncertain."""
    import numpy as np

    found = np.full(len(total), NORMAL_DF)
    some = uncertain > 0
    found[some] = np.minimum(NORMAL_DF, total[some] ** 2 / uncertain[some])
    return found


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
