"""The sign-flip test of the mean of a few differences, listed in full, and its interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.stats.cells import FLAT
from paperforge.stats.contrast import Ask, Contrast, honest
from paperforge.stats.equivalence import agreeing

if TYPE_CHECKING:
    import numpy as np

MOST = 16
"""Differences of which all subsets are listed: 65,535 means."""


def sign_flip(differences: np.ndarray, ask: Ask, *, size: float = 0.0) -> Contrast:
    """Test that differences, shape (n,), finite, 1 <= n <= 16, are symmetric about zero.

    Two-sided p is twice the smaller tail of the sum over all 2^n sign flips (Fisher 1935, The
    Design of Experiments, section 21). Flipping the signs of a subset lowers the sum where the
    subset's mean is positive, so a tail counts subset means, and the interval that inverts the test
    lies between two of them (Hartigan 1969, JASA 64(328); Tritchler 1984, JASA 79(385)): the k-th
    from either end, k the smallest with 2 (1 + k) / 2^n >= alpha. Limits are None where k = 0: no n
    values could give p below alpha. The estimate and the statistic are the mean.

    size: the largest value that the differences were made of, for what is rounding.
    """
    import numpy as np

    n = len(differences)
    tolerance = FLAT * max(size, float(np.abs(differences).max()))
    means = subset_means(np.where(np.abs(differences) <= tolerance, 0.0, differences))
    means = np.sort(np.where(np.abs(means) <= tolerance, 0.0, means))
    mean = float(np.where(np.abs(differences) <= tolerance, 0.0, differences).mean())
    greater = (1 + int((means <= 0).sum())) / 2**n
    less = (1 + int((means >= 0).sum())) / 2**n
    k = max(0, math.ceil(ask.alpha * 2 ** (n - 1)) - 1)
    same, within = None, None
    if ask.margin is not None:
        same, within = equivalence(means, n, ask.margin, ask.alpha, tolerance)
    nonzero = int((np.abs(differences) > tolerance).sum())
    return Contrast(
        "sign-flip of the mean, exact",
        (n, n),
        paired=True,
        estimate=mean,
        low=float(means[k - 1]) if k else None,
        high=float(means[-k]) if k else None,
        p=honest(2 * min(greater, less)),
        statistic=mean,
        smallest_p=honest(2.0 ** (1 - nonzero)),
        p_equivalent=same,
        equivalence=within,
    )


def equivalence(
    means: np.ndarray, n: int, margin: float, alpha: float, tolerance: float
) -> tuple[float, tuple[float, float] | None]:
    """P of the two one-sided tests against -margin and +margin, from all sorted subset means.

    And the interval that inverts them: from the k-th mean to the k-th from the other end, k the
    smallest with (1 + k) / 2^n >= alpha; None where k = 0.
    """
    above = (1 + int((means <= -margin + tolerance).sum())) / (1 << n)
    below = (1 + int((means >= margin - tolerance).sum())) / (1 << n)
    k = math.ceil(alpha * (1 << n)) - 1
    low, high = (float(means[k - 1]), float(means[-k])) if k > 0 else (-math.inf, math.inf)
    return honest(max(above, below)), agreeing(low, high, margin, alpha, (above, below))


def subset_means(values: np.ndarray) -> np.ndarray:
    """Means of all subsets but the empty one: shape (2^n - 1,)."""
    import numpy as np

    sums, counts = np.zeros(1), np.zeros(1)
    for value in values:
        sums = np.concatenate([sums, sums + value])
        counts = np.concatenate([counts, counts + 1])
    return np.asarray(sums[1:] / counts[1:])
