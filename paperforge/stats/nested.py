"""k samples a prompt: the prompt is the unit, and its samples are a level of their own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT

if TYPE_CHECKING:
    import numpy as np

ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Nested:
    """Samples averaged within their prompts, in stored units."""

    prompts: np.ndarray
    """Keys, shape (n,), sorted."""
    means: np.ndarray
    """Of each prompt's samples, shape (n,): what tests compare."""
    counts: np.ndarray
    """Samples of each prompt, shape (n,)."""
    mean: float
    """Of the prompts' means: every prompt counts the same."""
    se: float
    """Of that mean, for new prompts and new samples; 0 for one prompt."""
    within: float
    """Variance between samples of one prompt (n - 1 in the denominator), averaged over prompts."""
    between: float
    """Variance between the true means of prompts; 0 where it came out negative."""
    negative: bool = False


def nested(values: np.ndarray, prompts: np.ndarray) -> Nested:
    """Average samples within their prompts; arrays of shape (m,), m samples in all.

    se^2 is the variance of the n prompt means over n: it holds both levels, whatever the number of
    samples a prompt (Miller 2024, Adding Error Bars to Evals, arXiv:2411.00640).
    between = that variance less within / K, K the harmonic mean of the counts (unweighted means
    estimator: Searle, Casella and McCulloch 1992, Variance Components, chapter 3).
    """
    import numpy as np

    keys, code = np.unique(prompts, return_inverse=True)
    code, n = code.ravel(), len(keys)
    if n == 0:
        return Nested(keys, values, code, 0.0, 0.0, 0.0, 0.0)
    counts = np.bincount(code, minlength=n)
    means = np.bincount(code, weights=values, minlength=n) / counts
    size = float(np.abs(values).max())
    squares = np.bincount(code, weights=(values - means[code]) ** 2, minlength=n)
    many = counts >= ENOUGH
    within = float((squares[many] / (counts[many] - 1)).mean()) if many.any() else 0.0
    within = 0.0 if math.sqrt(within) <= FLAT * size else within
    apart = float(means.var(ddof=1)) if n >= ENOUGH else 0.0
    apart = 0.0 if math.sqrt(apart) <= FLAT * size else apart
    between = apart - within * float((1 / counts).mean())
    return Nested(
        keys,
        means,
        counts,
        float(means.mean()),
        math.sqrt(apart / n),
        within,
        max(0.0, between),
        between < 0,
    )


def prompts_needed(
    difference: float,
    between: float,
    within: tuple[float, float] = (0.0, 0.0),
    samples: tuple[int, int] = (1, 1),
    *,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Prompts that a paired comparison needs to find `difference`, not rounded up.

    between: variance of the difference of the two methods' true prompt means; within: variance of
    the samples of one prompt, of each method; samples: how many each draws for a prompt.
    n = (z_alpha/2 + z_power)^2 (between + within_a / K_a + within_b / K_b) / difference^2.
    Source: Miller 2024, arXiv:2411.00640. Raises ValueError for no difference.
    """
    from scipy.special import ndtri

    if difference == 0:
        raise ValueError("no number of prompts finds a difference of zero")
    quantiles = float(ndtri(1 - alpha / 2) + ndtri(power))
    variance = between + sum(v / k for v, k in zip(within, samples, strict=True))
    return quantiles**2 * variance / difference**2
