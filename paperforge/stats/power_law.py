"""A power law with a floor, y = E + c x^-alpha, fitted to logarithms by robust least squares."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

STARTS = (0.03, 0.1, 0.25, 0.5, 0.8, 1.2, 2.0, 3.5)
"""Exponents from which a fit with a floor sets out."""
STEPS = 200
HUBER = 1.345
"""In scales: 95 % efficient for normal errors (Huber 1964, Ann. Math. Stat. 35(1))."""
SPARE = 5
"""Degrees of freedom from which on Huber's loss is used; with fewer its scale cannot be told."""
TINY = 1e-10


@dataclass(frozen=True, slots=True)
class Law:
    """Fitted parameters (E, c, alpha), or (c, alpha) without a floor; x and y over their centres.

    cov: shape (p, p), without the variance of the errors multiplied in where that is not known.
    """

    theta: np.ndarray
    cov: np.ndarray
    scale: float
    """Of the errors of log y."""
    df: int
    weights: np.ndarray
    robust: bool
    x0: float
    y0: float
    unit: np.ndarray
    """cov over the square of the scale."""

    @property
    def floored(self) -> bool:
        """Whether it has a floor."""
        return len(self.theta) == 3  # noqa: PLR2004 - E, c, alpha


@dataclass(frozen=True, slots=True)
class Noise:
    """Variance of the log of a size's mean, as its runs have it, with its degrees of freedom."""

    variance: float
    df: int


def curve(theta: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (m,) and their derivatives (m, p) at u = log(x / x0)."""
    import numpy as np

    c, alpha = theta[-2:]
    z = np.exp(-alpha * u)
    parts = [z, -c * u * z]
    if len(theta) == 3:  # noqa: PLR2004 - E, c, alpha
        return theta[0] + c * z, np.column_stack([np.ones_like(z), *parts])
    return c * z, np.column_stack(parts)


def fit(x: np.ndarray, y: np.ndarray, *, floored: bool) -> Law | None:
    """Fit to m points of positive x and y; None where no law with a floor above 0 is nearest.

    Residuals are log y - log fitted. Least squares by Levenberg and Marquardt's steps from several
    exponents; with at least 5 degrees of freedom Huber's loss with k = 1.345 scales, reweighted,
    the scale being 1.4826 times the median absolute residual, sqrt(m / (m - p)) larger. (Hoffmann
    et al. 2022, "Training Compute-Optimal Large Language Models", minimise Huber's loss of the same
    residuals with a fixed width of 10^-3 by L-BFGS.) Covariance of the M-estimate: Huber and
    Ronchetti 2009, "Robust Statistics", equation 7.81.
    """
    import numpy as np

    p = 3 if floored else 2
    x0, y0 = math.exp(float(np.log(x).mean())), math.exp(float(np.log(y).mean()))
    u, target = np.log(x / x0), np.log(y / y0)
    weights = np.ones(len(u))
    starts = first(u, target, floored=floored)
    best = lowest(starts, u, target, weights)
    if best is None:
        return None
    df = len(u) - p
    robust = df >= SPARE
    if robust:
        best, weights = reweighted(best, u, target, df)
    value, slopes = curve(best, u)
    if floored and (best[0] <= 0 or best[2] <= 0):
        return None
    r = target - np.log(value)
    slopes = slopes / value[:, None]
    inverse = np.linalg.pinv(slopes.T @ slopes)
    scale = math.sqrt(float(weights * r @ r) / df) if df > 0 else math.inf
    if robust:
        flat = float((weights >= 1).mean())
        kappa = 1 + p / len(u) * (1 - flat) / flat
        scale = kappa * math.sqrt(float((weights * r) @ (weights * r)) / df) / flat
    return Law(best, inverse * scale**2, scale, df, weights, robust, x0, y0, inverse)


def first(u: np.ndarray, target: np.ndarray, *, floored: bool) -> list[np.ndarray]:
    """Parameters to set out from: for each exponent the floor and factor by linear least squares.

    Without a floor: the line through the logarithms.
    """
    import numpy as np

    if not floored:
        slope, middle = np.polyfit(u, target, 1)
        return [np.array([math.exp(middle), -slope])]
    y, made = np.exp(target), []
    for alpha in STARTS:
        z = np.exp(-alpha * u)
        design = np.column_stack([np.ones_like(z), z]) / y[:, None]
        (e, c), *_ = np.linalg.lstsq(design, np.ones_like(y), rcond=None)
        if (e + c * z > 0).all():
            made.append(np.array([e, c, alpha]))
    return made


def lowest(
    starts: list[np.ndarray], u: np.ndarray, target: np.ndarray, weights: np.ndarray
) -> np.ndarray | None:
    """The best of the fits from all starts."""
    ends = [descend(start, u, target, weights) for start in starts]
    return min(ends, key=lambda end: end[1])[0] if ends else None


def descend(
    theta: np.ndarray, u: np.ndarray, target: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, float]:
    """Levenberg and Marquardt's steps (Marquardt 1963, J. SIAM 11(2)); the end and its loss."""
    import numpy as np

    damping, loss = 1e-3, squares(theta, u, target, weights)
    for _ in range(STEPS):
        value, slopes = curve(theta, u)
        r, slopes = target - np.log(value), slopes / value[:, None]
        normal = slopes.T @ (weights[:, None] * slopes)
        right = slopes.T @ (weights * r)
        stretch = damping * np.diag(np.diag(normal) + TINY)
        step = np.linalg.lstsq(normal + stretch, right, rcond=None)[0]
        there = squares(theta + step, u, target, weights)
        if there < loss:
            small = loss - there <= TINY * loss and float(np.abs(step).max()) < TINY
            theta, loss, damping = theta + step, there, damping / 5
            if small:
                break
        elif damping > 1 / TINY:
            break
        else:
            damping *= 4
    return theta, loss


def squares(theta: np.ndarray, u: np.ndarray, target: np.ndarray, weights: np.ndarray) -> float:
    """Weighted sum of squares of log residuals; infinite where the curve is not positive."""
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):
        value, _ = curve(theta, u)
    if not np.isfinite(value).all() or not (value > 0).all():
        return math.inf
    r = target - np.log(value)
    return float(weights @ (r * r))


def reweighted(
    theta: np.ndarray, u: np.ndarray, target: np.ndarray, df: int
) -> tuple[np.ndarray, np.ndarray]:
    """Huber's M-estimate by reweighting, from the least squares fit."""
    import numpy as np

    weights = np.ones(len(u))
    for _ in range(STEPS):
        away = np.abs(target - np.log(curve(theta, u)[0]))
        scale = 1.4826 * float(np.median(away)) * math.sqrt(len(u) / df)
        weights = np.minimum(1.0, HUBER * max(scale, TINY) / np.maximum(away, TINY * TINY))
        moved, _ = descend(theta, u, target, weights)
        done = np.abs(moved - theta).max() <= 1e-9 * np.abs(theta).max()
        theta = moved
        if done:
            break
    return theta, weights


def known_errors(law: Law, noise: Noise) -> Law:
    """The law with the runs' noise for the variance of its errors, and that noise's df."""
    cov = law.unit * noise.variance
    return replace(law, cov=cov, scale=math.sqrt(noise.variance), df=noise.df)


def p_fit(x: np.ndarray, y: np.ndarray, law: Law, noise: Noise) -> float:
    """P of no lack of fit: F on m - p and the noise's degrees of freedom, residuals over noise."""
    import numpy as np
    from scipy.special import fdtrc

    if law.df < 1:
        return 1.0
    left = squares(law.theta, np.log(x / law.x0), np.log(y / law.y0), law.weights)
    return float(fdtrc(law.df, noise.df, left / law.df / noise.variance))


def p_floor(x: np.ndarray, y: np.ndarray, law: Law, noise: Noise | None = None) -> float | None:
    """P of no floor: F on 1 and m - 3 degrees of freedom, sums of squares with the law's weights.

    With `noise`: over that, on its degrees of freedom. None where there is nothing left to measure
    the errors by.
    """
    import numpy as np
    from scipy.special import fdtrc

    if law.df < 1:
        return None
    u, target = np.log(x / law.x0), np.log(y / law.y0)
    whole = squares(law.theta, u, target, law.weights)
    slope, middle = np.polyfit(u, target, 1, w=np.sqrt(law.weights))
    start = np.array([math.exp(middle), -slope])
    bare = squares(start, u, target, law.weights)
    if bare <= whole:
        return 1.0
    if noise is not None:
        return float(fdtrc(1, noise.df, (bare - whole) / noise.variance))
    return float(fdtrc(1, law.df, (bare - whole) / (whole / law.df))) if whole > 0 else 0.0


def predict(law: Law, x: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The fitted line at x with its limits, by the delta method on log y; arrays of shape (g,)."""
    import numpy as np

    value, slopes = curve(law.theta, np.log(x / law.x0))
    slopes = slopes / value[:, None]
    with np.errstate(over="ignore"):
        half = t * np.sqrt(np.maximum(np.einsum("gi,ij,gj->g", slopes, law.cov, slopes), 0.0))
        ends = value * np.exp(-half) * law.y0, value * np.exp(half) * law.y0
    return value * law.y0, *ends
