"""Limits of a power law's exponent from its likelihood, whether or not a floor was shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from paperforge.stats.power_law import Noise

RATIOS = 80
"""Floors over factors that are tried, 0 and 1e-5 to 1e5, before the best is looked at closer."""
ZOOMS, NEAR = 4, 21
DOUBLINGS, HALVINGS = 12, 40
STEP = 0.02


def exponent(
    x: np.ndarray, y: np.ndarray, near: float, level: float, noise: Noise | None
) -> tuple[float, float] | None:
    """The exponents whose best law, with any floor from 0 on, is not worse than by t^2 variances.

    x, y: shape (m,), m >= 4, above 0. near: an exponent to set out from, which the limits hold.
    noise: the variance of the errors of log y where the runs know it; None: the least sum of
    squares over m - 3. The limits are those where the sum of squares is t^2 variances above the
    least, t Student's quantile (Bates and Watts 1988, "Nonlinear Regression Analysis", 6.1). A
    floor that the points are too few to show is so counted as what it may be; least squares without
    Huber's weights, whose scale is too small of few points. Exponents of 0 and below have no floor.
    None where the points bound the exponent on one side at most.
    """
    import numpy as np
    from scipy.special import stdtrit

    u, target = np.log(x) - float(np.log(x).mean()), np.log(y)

    def loss(alpha: float) -> float:
        return squares_at(alpha, u, target)

    start = best(near, loss)
    least, df = loss(start), float(len(u) - 3)
    variance = least / df
    if noise is not None:
        variance, df = noise.variance, float(noise.df)
    most = least + float(stdtrit(df, (1 + level) / 2)) ** 2 * variance
    if not math.isfinite(most) or variance <= 0:
        return None
    low, high = (reach(start, side, loss, most) for side in (-1.0, 1.0))
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    return min(low, near), max(high, near)


def best(alpha: float, loss: Callable[[float], float]) -> float:
    """The exponent of the least squares from here on, downhill."""
    step = STEP
    here = loss(alpha)
    while step > 1e-7:  # noqa: PLR2004 - far below any limit's last digit
        for side in (step, -step):
            there = loss(alpha + side)
            if there < here:
                alpha, here = alpha + side, there
                break
        else:
            step /= 4
    return alpha


def reach(start: float, side: float, loss: Callable[[float], float], most: float) -> float:
    """Where the loss passes `most` on one side; infinite where it does not."""
    inside, step = start, STEP
    for _ in range(DOUBLINGS):
        outside = start + side * step
        if loss(outside) > most:
            break
        inside, step = outside, 2 * step
    else:
        return side * math.inf
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if loss(middle) <= most else (inside, middle)
    return inside


def squares_at(alpha: float, u: np.ndarray, target: np.ndarray) -> float:
    """Least sum of squares of log residuals at an exponent, over floors from 0 on.

    The law is c (r + z), z = exp(-alpha u): for each ratio r of floor and factor the best log c is
    the mean of what is left.
    """
    import numpy as np

    z = np.exp(np.clip(-alpha * u, -300, 300))

    def of(ratios: np.ndarray) -> np.ndarray:
        left = target - np.log(ratios[:, None] + z)
        return np.asarray(((left - left.mean(axis=1)[:, None]) ** 2).sum(axis=1))

    if alpha <= 0:
        return float(of(np.zeros(1))[0])
    logs = np.linspace(math.log(1e-5), math.log(1e5), RATIOS)
    found = of(np.exp(logs))
    width, at = float(logs[1] - logs[0]), float(logs[int(found.argmin())])
    least = min(float(found.min()), float(of(np.zeros(1))[0]))
    for _ in range(ZOOMS):
        near = np.linspace(at - width, at + width, NEAR)
        found = of(np.exp(near))
        width, at = float(near[1] - near[0]), float(near[int(found.argmin())])
    return min(least, float(found.min()))
