"""Variances of means of examples that are grouped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np


def clustered(
    values: Sequence[np.ndarray], groups: Sequence[np.ndarray], size: int
) -> tuple[float, float]:
    """Variance and degrees of freedom of the mean of D means, robust to correlation within groups.

    values: D arrays of shape (n_d,); groups: D arrays of the same shapes with codes in 0..size-1;
    a group that occurs in several of the D arrays is one group.

    CR2: with s_gd the sum of x - mean_d over the n_gd members of group g in array d, the variance
    is the sum over groups of (sum_d k_gd s_gd)^2, k_gd = (1 - n_gd / n_d)^(-1/2) / (n_d D). Degrees
    of freedom: those of that sum of squares for independent values with the spread of their array
    (Bell and McCaffrey 2002, Survey Methodology 28(2); Imbens and Kolesar 2016, Rev. Econ. Stat.
    98(4)). With G groups of one size in one array this is CR1 with G - 1 degrees of freedom (Liang
    and Zeger 1986); with few groups of unequal size that one rejects far too often.

    An array that is all one group: (0, 0).
    """
    import numpy as np

    total, trace, norms = np.zeros(size), np.zeros(size), np.zeros(size)
    weights = []
    for x, code in zip(values, groups, strict=True):
        n = len(x)
        members = np.bincount(code, minlength=size)
        if members.max() == n:
            return 0.0, 0.0
        k = 1 / (np.sqrt(1 - members / n) * n * len(values))
        apart = x - x.mean()
        total += k * np.bincount(code, weights=apart, minlength=size)
        spread = float(apart @ apart) / (n - 1)
        trace += spread * members / (n * len(values)) ** 2
        weights.append(np.sqrt(spread / n) * k * members)
        norms += weights[-1] ** 2
    table = np.array(weights)
    square = trace @ trace + ((table @ table.T) ** 2).sum() - norms @ norms
    if square == 0:
        return 0.0, max(1.0, float((trace > 0).sum() - 1))
    return float(total @ total), float(trace.sum() ** 2 / square)
