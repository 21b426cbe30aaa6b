"""Variances of means of examples that are grouped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.stats.unequal import scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.stats.unequal import Scaled

FLAT = 1e-12
"""As in cells.py, which imports this."""
MOST = 0.99
"""A cluster with more of the examples than this is all there is: nothing is replicated."""
SCALED = " scaled for unequal clusters"
"""Of the name of a test."""
AT_WORST = (
    "which are of so unequal size that its variance and degrees of freedom are scaled, to sizes of "
    ".05 and .01 at the worst correlation (Pötscher and Preinerstorfer 2025)"
)
LONE, NEARLY = "all examples are in one cluster", "nearly all examples are in one cluster"


def clustered(
    values: Sequence[np.ndarray], groups: Sequence[np.ndarray], size: int
) -> tuple[float, float]:
    """Variance and degrees of freedom with which t holds its size, for clusters of any sizes.

    Arguments as of cr2(), whose answer it is for clusters of equal or nearly equal size. For others
    the variance is as many times larger, with the degrees of freedom, as unequal.py has it for
    these sizes: whether it is scaled, and by what, depends on nothing else. A cluster with nearly
    all examples of an array: (0, 0).
    """
    if any(lone(code) for code in groups):
        return 0.0, 0.0
    variance, df = cr2(values, groups, size)
    found = scale(groups, size)
    return (variance, df) if found is None else (variance * found.times, found.df)


def with_scale(values: np.ndarray, groups: np.ndarray, size: int) -> tuple[float, float, float]:
    """clustered() of one mean, and raised()."""
    return *clustered([values], [groups], size), raised([groups], size)


def raised(groups: Sequence[np.ndarray], size: int) -> float:
    """How many times CR2 the variance of clustered() is."""
    found = scale(groups, size)
    return 1.0 if found is None else found.times


def lone(groups: np.ndarray) -> str:
    """The reason why clusters are not replicated: one has all examples, or nearly all."""
    import numpy as np

    most = int(np.bincount(groups).max())
    if most == len(groups):
        return LONE
    return NEARLY if most > MOST * len(groups) else ""


def scale(groups: Sequence[np.ndarray], size: int) -> Scaled | None:
    """How CR2 is scaled; None: not at all.

    Of several arrays only where each cluster has the same share of every one: the law is then that
    of its sums over them.
    """
    import numpy as np

    if any(lone(code) for code in groups):
        return None
    tables = [np.bincount(code, minlength=size) for code in groups]
    first = tables[0]
    for code, table in zip(groups[1:], tables[1:], strict=True):
        if not np.array_equal(first * len(code), table * len(groups[0])):
            return None
    sizes, many = np.unique(first[first > 0], return_counts=True)
    held = tuple(zip(sizes.tolist(), many.tolist(), strict=True))
    n = len(groups[0])
    return scaled(held, len(groups) ** 2 / sum(n / len(code) for code in groups))


def cr2(
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

    Sums of a group that are rounding at the size of its values count as none, so that clusters that
    are all alike have no variance. An array that is all one group: (0, 0).
    """
    import numpy as np

    total, trace, norms, whole = (np.zeros(size) for _ in range(4))
    weights = []
    for x, code in zip(values, groups, strict=True):
        n = len(x)
        members = np.bincount(code, minlength=size)
        if members.max() == n:
            return 0.0, 0.0
        k = 1 / (np.sqrt(1 - members / n) * n * len(values))
        apart = x - x.mean()
        total += k * np.bincount(code, weights=apart, minlength=size)
        whole += k * np.bincount(code, weights=np.abs(x), minlength=size)
        spread = float(apart @ apart) / (n - 1)
        trace += spread * members / (n * len(values)) ** 2
        weights.append(np.sqrt(spread / n) * k * members)
        norms += weights[-1] ** 2
    table = np.array(weights)
    square = trace @ trace + ((table @ table.T) ** 2).sum() - norms @ norms
    if square == 0:
        return 0.0, max(1.0, float((trace > 0).sum() - 1))
    total[np.abs(total) <= FLAT * whole] = 0.0
    return float(total @ total), float(trace.sum() ** 2 / square)


def random_effects_df(values: np.ndarray, groups: np.ndarray) -> float:
    """Degrees of freedom of CR2 for one mean where examples of a cluster are correlated.

    values: shape (n,); groups: whole numbers, shape (n,), two or more of them. Those of cr2()
    are for independent values; these are for a common correlation within clusters, the mean product
    of two residuals of a cluster over the mean square, at least 0 and at most 1 (Imbens and Kolesar
    2016, Rev. Econ. Stat. 98(4), section II). Equal clusters have G - 1 either way; where a few are
    much larger than the others these are far fewer. Never more than those of cr2().
    """
    import numpy as np

    codes = np.unique(groups, return_inverse=True)[1]
    members = np.bincount(codes).astype(float)
    n, apart = len(values), values - values.mean()
    squares, totals = float(apart @ apart), np.bincount(codes, weights=apart)
    twos = float(members @ members) - n
    rho = (float(totals @ totals) - squares) / twos / (squares / n) if twos and squares else 0.0
    rho = min(1.0, max(0.0, rho))
    return min(_df(members, 0.0), _df(members, rho))


def _df(members: np.ndarray, rho: float) -> float:
    """(trace A)^2 / |A|^2: A is the covariance of the adjusted sums of clusters of these sizes."""
    n = float(members.sum())
    h, s = members / n, members * (1 + rho * (members - 1))
    w, whole = 1 / (1 - h), float(s.sum())
    cross = whole * h * h - 2 * h * s
    a, b, c = float(w @ (h * h)), float(w @ (s * s)), float(w @ (h * s))
    every = 2 * a * b + (whole * a) ** 2 + 2 * c * c - 4 * whole * a * c
    square = every + float((w * w) @ ((s + cross) ** 2 - cross**2))
    return float(w @ (s + cross)) ** 2 / square
