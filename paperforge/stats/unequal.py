"""How often t of unequal clusters finds what is not there, exactly, and t scaled to hold its level.

The mean of examples in G clusters is the sum Y of G independent cluster sums y_g, of variance w_g,
over n; CR2 of it (clusters.py) the sum of (y_g - h_g Y)^2 / (1 - h_g) over n^2, with h_g the share
of the examples in cluster g. Where all h_g are equal, |Y| / (n CR2^.5) is Student's t with G - 1
degrees of freedom, whatever w_g is a common multiple of. Else its law hangs on how alike examples
of a cluster are, which the sizes do not say, and no number of degrees of freedom makes a t of it.

For normal sums P(|Y| > c n CR2^.5) is P(Q > 0) of a quadratic form with one positive eigenvalue
(Imhof 1961, Biometrika 48(3/4)). Its moment generating function is det(I - x QW)^(-1/2); moved
onto the cut beyond its pole x0, the integral that inverts it is

    P = 1 / pi * integral from x0 on of dx / (x (-det(I - x QW))^(1/2)),

positive and smooth. Q is diagonal but for rank two, so the determinant costs one pass.

Size-controlling critical values (Potscher and Preinerstorfer 2025, Econometric Theory 41): the
smallest c whose P is above alpha for no correlation of 0 to 1 within clusters, of examples of one
variance. Those at .05 and .01 are quantiles of one scaled t: its df, and how many times CR2 its
variance is, are what scaled() gives. The worst correlation is looked for among nine.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

LEVELS = (0.05, 0.01)
"""Where the scaled t has its size exactly; from .1 to .005 it is right to some hundredths of it."""
NEAR = (0.05, 0.1)
"""How far from each level, as a share of it, the worst size of plain CR2 may be and stand."""
NODES = 48
CORRELATIONS = 8
"""Besides none: from one over the largest cluster to 1, in equal steps of the logarithm."""
HALVINGS = 50
FAR = 1e12
LEAST_DF = 0.2
SECANTS, STEP, FARTHEST, FLATTEST, CLOSE = 60, 0.2, 3.0, 1e-3, 1e-9


class Scaled(NamedTuple):
    """Student's t with `df`, of an estimate with `times` its CR2 for variance."""

    times: float
    df: float


class OfSizes:
    """The law of t for clusters with shares h and variances w of their sums.

    many, shares: shape (U,), how many clusters have each share; spreads: variances, shape (R, U),
    one row a correlation within clusters.
    """

    def __init__(self, many: np.ndarray, shares: np.ndarray, spreads: np.ndarray) -> None:
        self.many, self.h = many, shares
        self.w = spreads / (spreads @ many)[:, None]
        self.b = 1 / (1 - shares)
        self.square = float(many @ (self.b * shares * shares))

    def folded(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """At x, shape (R, ...): c^-2 for which it is the pole, the trace, log of the diagonal."""
        import numpy as np

        w = self.w.reshape(len(self.w), *[1] * (x.ndim - 1), -1)
        diagonal = 1 + x[..., None] * self.b * w
        part = self.many * w / diagonal
        first, cross = part.sum(axis=-1), part @ (self.b * self.h)
        last = part @ (self.b * self.h) ** 2
        at = self.square + (1 + x * x * (cross * cross - first * last) - 2 * x * cross) / (
            x * first
        )
        return at, x * first, np.log(diagonal) @ self.many

    def size(self, pole: np.ndarray) -> np.ndarray:
        """P(|t| > c) of the c whose poles are these, shape (R,)."""
        import numpy as np

        nodes, weights = np.polynomial.legendre.leggauss(NODES)
        angles = (nodes + 1) * (math.pi / 4)
        at, trace, logs = self.folded(pole[:, None] / np.cos(angles) ** 2)
        gap = (at - self.folded(pole)[0][:, None]) * trace
        whole = np.exp(-logs / 2) / np.sqrt(np.maximum(-gap, math.ulp(0.0)))
        return np.asarray((whole * np.tan(angles)) @ weights / 2)

    def pole(self, c: float) -> np.ndarray:
        """Poles of this c, shape (R,): c^-2 falls with them."""
        import numpy as np

        low, high = (np.full(len(self.w), math.log(x)) for x in (1 / FAR, FAR))
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            more = self.folded(np.exp(middle))[0] > c**-2
            low, high = np.where(more, middle, low), np.where(more, high, middle)
        return np.asarray(np.exp(high))

    def critical(self, alpha: float, near: float) -> float:
        """The c of which the size is alpha at the worst correlation; near: where to begin.

        By secants of the logarithm of the size over that of the pole, a falling concave curve.
        """
        import numpy as np

        at = np.log(self.pole(near))
        after, found = at + STEP, np.log(self.size(np.exp(at)) / alpha)
        for _ in range(SECANTS):
            then = np.log(self.size(np.exp(after)) / alpha)
            if np.abs(then).max() < CLOSE:
                break
            moved = after - at
            slope = np.where(moved == 0, -1.0, (then - found) / np.where(moved == 0, 1.0, moved))
            step = -then / np.minimum(slope, -FLATTEST)
            at, found, after = after, then, after + np.clip(step, -FARTHEST, FARTHEST)
        return float(1 / np.sqrt(self.folded(np.exp(after))[0].min()))

    def worst(self, c: float) -> float:
        """The size of c at the worst correlation."""
        return float(self.size(self.pole(c)).max())


def law(many: np.ndarray, shares: np.ndarray, squares: np.ndarray) -> OfSizes:
    """The law at the correlations that are looked at.

    many, shares: as in OfSizes; squares: variances of the clusters' sums where examples are not
    correlated. Where they are one, these are the squares of the shares.
    """
    import numpy as np

    least = min(1.0, float((squares / shares**2).min()))
    alike = np.append(0.0, np.geomspace(least, 1.0, CORRELATIONS))[:, None]
    return OfSizes(many, shares, (1 - alike) * squares + alike * shares**2)


def bell_mccaffrey(many: np.ndarray, shares: np.ndarray, squares: np.ndarray) -> float:
    """Degrees of freedom of CR2 for examples that are not correlated; arguments as in law().

    Bell and McCaffrey 2002, Survey Methodology 28(2), as clusters.cr2() has them for one array.
    """
    norms = squares * shares / (1 - shares)
    square = many @ (squares**2 - norms**2) + (many @ norms) ** 2
    return float((many @ squares) ** 2 / square)


@lru_cache(maxsize=4096)
def scaled(sizes: tuple[tuple[int, float], ...], datasets: float = 1.0) -> Scaled | None:
    """The scaled t of clusters of these sizes; None: CR2 with Bell and McCaffrey's df holds.

    sizes: (examples, how many such clusters), by size; the largest has at most clusters.MOST of
    all. datasets: over how many the same clusters are averaged, with the same shares of each. None
    where there is one size, and where the worst sizes of plain CR2 are within NEAR of LEVELS.
    """
    import numpy as np
    from scipy.special import stdtrit

    if len(sizes) <= 1:
        return None
    members, many = np.array(sizes, dtype=float).T
    shares = members / (n := float(members @ many))
    squares = shares / (n * datasets)
    plain = bell_mccaffrey(many, shares, squares)
    starts = [float(stdtrit(plain, 1 - alpha / 2)) for alpha in LEVELS]
    clusters = law(many, shares, squares)
    if all(
        abs(clusters.worst(c) / alpha - 1) <= near
        for c, alpha, near in zip(starts, LEVELS, NEAR, strict=True)
    ):
        return None
    c = [clusters.critical(alpha, near) for alpha, near in zip(LEVELS, starts, strict=True)]
    df = of_ratio(c[1] / c[0], float(many.sum()) - 1)
    return Scaled((c[0] / float(stdtrit(df, 1 - LEVELS[0] / 2))) ** 2, df)


def of_ratio(ratio: float, most: float) -> float:
    """The df, at most `most`, at which quantiles of t at LEVELS have this ratio: it falls."""
    from scipy.special import stdtrit

    low, high = math.log(LEAST_DF), math.log(max(most, LEAST_DF))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        two = [float(stdtrit(math.exp(middle), 1 - alpha / 2)) for alpha in LEVELS]
        low, high = (middle, high) if two[1] / two[0] > ratio else (low, middle)
    return math.exp(high)
