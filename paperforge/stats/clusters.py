"""Variances of means of examples that are grouped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def clustered(
    values: Sequence[np.ndarray], groups: Sequence[np.ndarray], size: int
) -> tuple[float, float]:
    """Variance and degrees of freedom of the mean of D means, robust to correlation within groups.

    values: D arrays of shape (n_d,); groups: D arrays of the same shapes with codes in 0..size-1;
    a group that occurs in several of the D arrays is one group. With u_g the sum over a group of
    (x - mean_d) / (n_d D), the variance is G/(G-1) sum u_g^2 with G - 1 degrees of freedom, G the
    number of groups that occur. D = 1: CR1 (Liang and Zeger 1986, Biometrika 73(1); the finite
    correction as in statsmodels' cluster covariance and inspect_ai's clustered standard error).
    One group only: df 0.
    """
    import numpy as np

    influence = np.zeros(size)
    seen = np.zeros(size, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        for x, code in zip(values, groups, strict=True):
            weight = (x - x.mean()) / (len(x) * len(values))
            influence += np.bincount(code, weights=weight, minlength=size)
            seen[code] = True
        total = float(influence @ influence)
    count = int(seen.sum())
    if count < 2:  # noqa: PLR2004 - a variance needs two
        return 0.0, 0.0
    return count / (count - 1) * total, count - 1.0
