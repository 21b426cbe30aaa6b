"""Size of McNemar's test: given how many examples disagree, and over studies."""

from __future__ import annotations

from paperforge.stats.exact import mcnemar_p

FAR = 1e-12
"""Numbers of discordant examples that are less probable are left out."""


def conditional(m: int, alpha: float, *, exact: bool) -> float:
    """Size of the two-sided test given m discordant examples: wins are binomial (m, 1/2)."""
    from scipy.special import bdtr

    low, high = -1, m // 2 + 1
    while high - low > 1:
        middle = (low + high) // 2
        if 2 * middle <= m and mcnemar_p(middle, m - middle, exact=exact) < alpha:
            low = middle
        else:
            high = middle
    if low < 0:
        return 0.0
    return min(1.0, 2 * float(bdtr(low, m, 0.5)))


def unconditional(m: int, n: int, alpha: float, *, exact: bool = False) -> float:
    """Size where each of n examples disagrees with probability m / n: their number is binomial."""
    import numpy as np
    from scipy.special import gammaln, xlog1py, xlogy

    k = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    chance = np.exp(choose + xlogy(k, m / n) + xlog1py(n - k, -m / n))
    likely = np.flatnonzero(chance > FAR)
    return float(sum(chance[i] * conditional(int(i), alpha, exact=exact) for i in likely))
