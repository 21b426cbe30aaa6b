"""What a t test detects whose degrees of freedom the study finds itself; no study is simulated.

The variances of the K independent means, true values v_i with f_i degrees of freedom, are found as
v_i X_i / f_i, X_i chi-squared. Their sum X is chi-squared with sum f_i degrees, independent of the
shares B_i = X_i / X, and Satterthwaite's degrees of freedom depend on the shares alone. So

    power(d) = E over B and Z of P(X <= ((Z + d) / c(B))^2),
    c(B) = t quantile (df(B), alpha / 2) * sqrt(sum v_i B_i / f_i),

with Z standard normal and d the difference (derived here; the tail on the wrong side is left out).
K = 2: B_1 is a beta variable, and Gauss and Jacobi's rule of 12 nodes serves. K > 2: the mean is
over 128 fixed points. Z: Gauss and Hermite's rule, or, where X has many degrees of freedom, the
same over X. Against reached.py, which simulates (tests/stats/test_found.py): within 3 % for two
means, within 4 % for more of three or more runs each, within 12 % for means of two runs whose
variances are far apart, of which the noncentral t is 15 % to 65 % too low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from paperforge.stats.power import POWER, OfT, noncentrality

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np

    from paperforge.stats.power import Detects

SHARES, NORMALS, POINTS = 12, 16, 128
"""Nodes of the shares of two variances, of Z, and of the shares of more than two."""
LIGHT = 1e-6
"""Nodes of less weight are left out: 4 of 16, which hold 3e-7 of the power."""
TWO = 2
MANY = 9
"""Degrees of freedom of each variance from which on the noncentral t with those of the true ones
says nearly the same: .8 % less at alpha .05, 1.7 % less at .0025, for two equal variances."""
FLAT = 30
"""Degrees of freedom of X from which on the mean over Z is no longer smooth, and that over X is."""
GRID = 32
"""Shares of one of two variances at which the answer is found and kept; linear between them."""
KNOWN = 500.0
"""Degrees of freedom of a variance that is as good as known; the quadrature overflows at 2,000."""
CLOSE = 1e-6
NEAR, ALMOST = 0.05, 1e-4
"""Two guesses in a row this close: the next one need not be looked at."""
ROUNDS, STEPS = 60, 12


def detects(parts: tuple[tuple[float, float], ...], se: float, df: float) -> Detects:
    """Of a test of a sum of parts (variance, df), with its standard error and degrees of freedom.

    The variances that were observed are taken for the true ones.
    """
    held = tuple((v, f) for v, f in parts if v > 0)
    few = len(held) >= TWO and min([f for _, f in held]) < MANY
    return OfFound(held, se) if few else OfT(se, df)


def largest_last(parts: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Parts with the fewest df first, of equal df the smallest: so the 128 points err least.

    Against 400,000 simulated studies: 1 % for four means of three runs, 3 % to 5 % for six of two,
    spreads seven times apart; with the largest first 4 % to 9 %, and 9 % to 16 %.
    """
    return sorted(parts, key=lambda part: part[::-1])


@dataclass(frozen=True, slots=True)
class OfFound:
    """A sum of two or more parts, each of a variance and its degrees of freedom."""

    parts: tuple[tuple[float, float], ...]
    se: float

    def at(self, alpha: float) -> float:
        """The difference found with power .8, in the unit of `se`."""
        variances, dfs = zip(*largest_last(self.parts), strict=True)
        total = math.fsum(variances)
        shares = tuple(v / total for v in variances)
        if len(shares) > TWO:
            return self.se * reached(shares, dfs, alpha)
        place = shares[0] * GRID
        k = min(int(place), GRID - 1)
        left, right = of_two(k, dfs, alpha), of_two(k + 1, dfs, alpha)
        between: float = left + (place - k) * (right - left)
        return self.se * between


@lru_cache(maxsize=4096)
def of_two(k: int, dfs: tuple[float, ...], alpha: float) -> float:
    """Two variances, the first of them k / GRID of their sum."""
    if k in (0, GRID):
        return noncentrality(dfs[1 if k == 0 else 0], alpha)
    return reached((k / GRID, 1 - k / GRID), dfs, alpha)


def reached(
    shares: tuple[float, ...], dfs: tuple[float, ...], alpha: float, *, own: bool = False
) -> float:
    """The difference in standard errors. shares: of the true variances in their sum.

    own: the half-width is not that of joint degrees of freedom, but the root of the sum of
    t_f^2 V over the parts (sums.py): c(B) = sqrt(sum of t quantile (f_i, alpha / 2)^2 v_i B_i /
    f_i).
    """
    import numpy as np
    from scipy.special import ndtri, stdtrit

    dfs = tuple(min(df, KNOWN) for df in dfs)
    f = np.array(dfs)
    nodes, weights = composition(dfs)
    found = nodes * (np.array(shares) / f)
    if own:
        half = np.sqrt(found @ stdtrit(f, alpha / 2) ** 2)
    else:
        total = found.sum(axis=1)
        df = np.maximum(total * total / (found * found / f).sum(axis=1), f.min())
        half = -stdtrit(df, alpha / 2) * np.sqrt(total)
    below = Tail(float(f.sum()), half, exact=len(f) == TWO)
    goal = float(ndtri(POWER))

    def gap(log: float) -> float:
        power = float(weights @ below(math.exp(log)))
        return float(ndtri(min(max(power, 1e-12), 1 - 1e-12))) - goal

    even = (1 / len(f),) * len(f)
    if shares == even:
        return math.exp(root(gap, math.log(2.0), math.log(4.0)))
    near, slope = nearly(shares, dfs, alpha, own=own)
    near *= evenly(dfs, alpha, own=own) / nearly(even, dfs, alpha, own=own)[0]
    return math.exp(closing(gap, math.log(near), near * slope))


@lru_cache(maxsize=256)
def evenly(dfs: tuple[float, ...], alpha: float, *, own: bool) -> float:
    """The difference for equal variances."""
    return reached((1 / len(dfs),) * len(dfs), dfs, alpha, own=own)


def nearly(
    shares: tuple[float, ...], dfs: tuple[float, ...], alpha: float, *, own: bool
) -> tuple[float, float]:
    """About the difference, and how fast the power's normal deviate rises there: where to begin.

    t is nearly normal about its noncentrality, its variance 1 + t^2 / (2 df).
    """
    import numpy as np
    from scipy.special import ndtri, stdtrit

    v, f = np.array(shares), np.array(dfs)
    df = 1 / float((v * v / f).sum())
    t = -float(stdtrit(df, alpha / 2))
    if own:
        t = math.sqrt(float(v @ stdtrit(f, alpha / 2) ** 2))
    wide = math.sqrt(1 + t * t / (2 * df))
    return t + float(ndtri(POWER)) * wide, 1 / wide


def closing(rising: Callable[[float], float], at: float, slope: float) -> float:
    """Where it is zero, near `at`: secants, the first of a slope that is known; else root()."""
    value, close = rising(at), False
    for _ in range(STEPS):
        if abs(value) < CLOSE:
            return at
        step = -value / slope
        if abs(value) < ALMOST and close:
            return at + step  # what is left is the product of two small errors
        if not abs(step) < 1:
            break
        last, at, close = value, at + step, abs(value) < NEAR
        value = rising(at)
        slope = (value - last) / step
        if not slope > 0:
            break
    return root(rising, at - 0.5, at + 0.5)


def root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where it is zero: first the ends are moved, then the Illinois rule, a guarded secant."""
    at_low, at_high = rising(low), rising(high)
    while at_high < 0:
        low, at_low, high = high, at_high, high + 1
        at_high = rising(high)
    while at_low > 0:
        high, at_high, low = low, at_low, low - 1
        at_low = rising(low)
    middle, side = high, 0
    for _ in range(ROUNDS):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        value = rising(middle)
        if abs(value) < CLOSE:
            break
        if value > 0:
            high, at_high, at_low, side = middle, value, at_low / (2 if side > 0 else 1), 1
        else:
            low, at_low, at_high, side = middle, value, at_high / (2 if side < 0 else 1), -1
    return middle


@dataclass(frozen=True, slots=True)
class Tail:
    """P(sqrt(X) c <= Z + d), X chi-squared, for every c of shape (nodes,)."""

    df: float
    c: np.ndarray
    exact: bool

    def __call__(self, d: float) -> np.ndarray:
        """For one d: shape (nodes,)."""
        import numpy as np
        from scipy.special import chdtr, ndtr

        z, weights = normal_nodes()
        # the cube root of chi-squared over df is nearly normal (Wilson and Hilferty 1931, PNAS 17)
        spread = 2 / (9 * self.df)
        if self.df > FLAT:
            x = self.df * (1 - spread + math.sqrt(spread) * z) ** 3
            return np.asarray(ndtr(d - np.outer(self.c, np.sqrt(np.maximum(x, 0.0)))) @ weights)
        far = np.maximum(z + d, 0.0)
        if self.exact:
            return np.asarray(chdtr(self.df, (far / self.c[:, None]) ** 2) @ weights)
        cube = np.outer((self.c * self.c * self.df) ** (-1 / 3), far ** (2 / 3))
        return np.asarray(ndtr((cube - 1 + spread) / math.sqrt(spread)) @ weights)


@lru_cache(maxsize=1)
def normal_nodes() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of a standard normal variable."""
    import numpy as np

    z, weights = gauss(np.zeros(NORMALS), np.arange(1.0, NORMALS))
    some = weights > LIGHT
    return z[some], weights[some] / weights[some].sum()


@lru_cache(maxsize=256)
def composition(f: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Shares of independent chi-squared variables in their sum, shape (nodes, K), and weights."""
    import numpy as np
    from scipy.special import gammaincinv

    if len(f) == TWO:
        x, weights = gauss(*jacobi(SHARES, f[1] / 2 - 1, f[0] / 2 - 1))
        first = (1 + x) / 2
        return np.stack([first, 1 - first], axis=1), weights
    # every column a random order of evenly spread quantiles (a Latin hypercube; McKay et al. 1979)
    order = np.random.default_rng(0).permuted(np.tile(np.arange(POINTS), (len(f), 1)), axis=1).T
    drawn = gammaincinv(np.array(f) / 2, (order + 0.5) / POINTS)
    return drawn / drawn.sum(axis=1, keepdims=True), np.full(POINTS, 1 / POINTS)


def gauss(middle: np.ndarray, beside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of Gauss's rule and their weights, which sum to 1: two arrays of shape (n,).

    Of the polynomials with p_k+1 = (x - middle_k) p_k - beside_k p_k-1; middle of shape (n,),
    beside of shape (n - 1,). Golub and Welsch 1969, Math. Comput. 23(106). (scipy's roots_jacobi
    and roots_hermitenorm import scipy.linalg, which takes longer than a small analysis.)
    """
    import numpy as np

    off = np.sqrt(beside)
    nodes, vectors = np.linalg.eigh(np.diag(middle) + np.diag(off, 1) + np.diag(off, -1))
    return nodes, np.asarray(vectors[0] ** 2 / (vectors[0] ** 2).sum())


def jacobi(n: int, a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Recurrence of Jacobi's polynomials, of the weight (1 - x)^a (1 + x)^b: see gauss()."""
    import numpy as np

    k = np.arange(1.0, n)
    both = 2 * k + a + b
    middle = np.append((b - a) / (a + b + 2), (b * b - a * a) / (both * (both + 2)))
    k, both = k[1:], both[1:]
    beside = np.append(
        4 * (1 + a) * (1 + b) / ((2 + a + b) ** 2 * (3 + a + b)),
        4 * k * (k + a) * (k + b) * (k + a + b) / (both**2 * (both**2 - 1)),
    )
    return middle, beside
