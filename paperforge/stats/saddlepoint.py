"""Tail probabilities of a mean under resampling, without resampling.

Both distributions are those of a sum of independent terms whose cumulants are known exactly, so the
formula of Lugannani and Rice (1980, Adv. Appl. Probab. 12(2)) gives their tails with a relative
error of order 1/n^(3/2), far in the tail too (Davison and Hinkley 1988, Biometrika 75(3)). With
w = sign(t) sqrt(2 (t s - K(t))) and u = t sqrt(K''(t)) at the t where K'(t) = s:

    P(S >= s) = Phi(-w) + phi(w) (1/u - 1/w).

It takes the distribution for smooth. It is wrong where a few terms carry most of the variance, and
where there are few distinct values, so that the sum has steps: of a lattice the step can be given
(Daniels 1987, Int. Stat. Rev. 55(1), second continuity correction); otherwise see effective().
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

BLOCK = 1 << 14
"""Values at a time: what is computed of them stays in the processor's cache."""
ROUNDS = 300
CLOSE = 1e-10
UNDERFLOW, FLOOR = 708.0, 1e-10
CENTRAL = 1e-4
"""Below this w, 1/u - 1/w is taken at its limit."""
MOMENTS, WITHIN = 18, 0.7
"""Terms of the power series of K, and the largest |t x_i| up to which they give 1e-12."""
STEEPEST = 30.0
"""Largest |t x_i| of a quantile: beyond, as with n = 2, there is no smooth distribution."""
MANY = 1000
"""Values from which on powers summed once are quicker than exponentials at every t."""


def effective(sizes: np.ndarray) -> float:
    """Number of equal terms with the same kurtosis: (sum x^2)^2 / sum x^4, 0 where all are 0."""
    import numpy as np

    largest = float(np.max(np.abs(sizes), initial=0.0))
    if largest == 0:
        return 0.0
    squares = (sizes / largest) ** 2
    return float(squares.sum() ** 2 / (squares @ squares))


def sign_flip_tail(sizes: np.ndarray, at: np.ndarray, step: float = 0.0) -> np.ndarray:
    """P(sum of e_i |x_i| >= s) for each s, the signs e_i being fair and independent: shape (k,).

    sizes: x_i, shape (n,), the signs do not matter; at: s, shape (k,), in the unit of the sizes.
    step: distance of neighbouring values of the sum, where it lies on a lattice; 0: it does not.
    K(t) = sum of log cosh(t x_i). Never below 2^-m (m sizes are not 0) while s can be reached.
    """
    import numpy as np

    x = np.abs(np.asarray(sizes, dtype=float))
    at = np.atleast_1d(np.asarray(at, dtype=float))
    largest = float(np.max(x, initial=0.0))
    if largest == 0:
        return np.asarray(at <= 0, dtype=float)
    x, s, step = x[x > 0] / largest, at / largest, step / largest
    most, fewest = float(x.sum()), 0.5 ** float(len(x))
    shifted = s - step / 2
    # Hoeffding's bound exp(-s^2 / (2 sum of x^2)): what it puts below all floats needs no work
    near = shifted * shifted < UNDERFLOW * 2 * float(x @ x)
    inner = (np.abs(shifted) < most * (1 - CLOSE)) & near
    tail = np.where(s <= most * (1 + CLOSE), fewest, 0.0)
    tail = np.where(~near & (shifted < 0), 1.0, np.where(s <= -most * (1 - CLOSE), 1.0, tail))
    if inner.any():
        upper = _sign_flip(x, np.abs(shifted[inner]), step)
        found = np.where(shifted[inner] < 0, 1 - upper, upper)
        tail[inner] = np.where(s[inner] <= most, np.maximum(found, fewest), found)
    return np.asarray(np.clip(tail, 0.0, 1.0))


def _sign_flip(x: np.ndarray, s: np.ndarray, step: float) -> np.ndarray:
    """Upper tails for 0 <= s < sum of x.

    K' is concave above 0, and t = s / sum of x^2 is below the root: Newton's steps from there only
    go up, and never beyond it.
    """
    import numpy as np

    t = s / float(x @ x)
    series = _even_series(x) if len(x) >= MANY and 1.2 * float(t.max()) <= WITHIN else None
    tilted = _flipped(x, t, series)
    for _ in range(ROUNDS):
        gap = s - tilted.slope
        if (gap <= CLOSE * s).all():
            break
        t = t + gap / np.maximum(tilted.curvature, np.finfo(float).tiny)
        tilted = _flipped(x, t, series if float(t.max()) <= WITHIN else None)
    w = np.sqrt(2 * np.maximum(t * tilted.slope - tilted.height, 0.0))
    half = t * step / 2
    scale = t if step == 0 else np.sinh(np.minimum(half, 700.0)) * (2 / step)
    return 1 - lugannani_rice(w, scale * np.sqrt(tilted.curvature), np.zeros_like(w))


class Tilted(NamedTuple):
    """A cumulant function at each tilt t, and its two derivatives: arrays of shape (k,)."""

    t: np.ndarray
    height: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray


def _flipped(x: np.ndarray, t: np.ndarray, series: np.ndarray | None) -> Tilted:
    """Cumulants of the sum of the x with random signs; all x in (0, 1], t >= 0."""
    import numpy as np

    if series is not None:
        return Tilted(t, *_at(series, t))
    height, slope, curvature = (np.zeros_like(t) for _ in range(3))
    for part in _blocks(x):
        a = t[:, None] * part
        th = np.tanh(a)
        height += _log_cosh(a).sum(axis=1)
        slope += th @ part
        curvature += (1 - th * th) @ (part * part)
    return Tilted(t, height, slope, curvature)


def _even_series(x: np.ndarray) -> np.ndarray:
    """Coefficients of K in t^0, t^1, ...: log cosh has those of tanh, integrated."""
    import numpy as np

    tanh = [1.0]  # of t, t^3, ...: tanh' = 1 - tanh^2
    for k in range(1, MOMENTS):
        square = sum(tanh[i] * tanh[k - 1 - i] for i in range(k))
        tanh.append(-square / (2 * k + 1))
    found = np.zeros(2 * MOMENTS + 1)
    found[2::2] = _powers(x * x, MOMENTS) * np.array(tanh) / np.arange(2, 2 * MOMENTS + 1, 2)
    return found


def _powers(x: np.ndarray, most: int) -> np.ndarray:
    """Sums of x, x^2, ..., x^most."""
    import numpy as np

    sums = np.zeros(most)
    for part in _blocks(x):
        power = np.ones_like(part)
        for k in range(most):
            power *= part
            sums[k] += power.sum()
    return sums


def _at(series: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A polynomial and its two derivatives."""
    from numpy.polynomial import polynomial

    first = polynomial.polyder(series)
    return (
        polynomial.polyval(t, series),
        polynomial.polyval(t, first),
        polynomial.polyval(t, polynomial.polyder(first)),
    )


def _log_cosh(a: np.ndarray) -> np.ndarray:
    """Logarithm of cosh a, a >= 0, with its relative precision kept near 0."""
    import numpy as np

    e = np.exp(-2 * a)
    small = 2 * np.sinh(np.minimum(a, 1.0) / 2) ** 2
    return np.asarray(np.where(a < 1, np.log1p(small), a + np.log1p(e) - np.log(2)))


def lugannani_rice(w: np.ndarray, u: np.ndarray, skewness: np.ndarray) -> np.ndarray:
    """Lower tails Phi(w) - phi(w) (1/u - 1/w). skewness: of the sum, for the limit at w = 0."""
    import numpy as np
    from scipy.special import ndtr

    central = np.abs(w) < CENTRAL
    safe_w = np.where(central, 1.0, w)
    safe_u = np.where(central, 1.0, np.copysign(np.maximum(np.abs(u), FLOOR), w))
    difference = np.where(central, -skewness / 6, 1 / safe_u - 1 / safe_w)
    density = np.exp(-w * w / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.clip(ndtr(w) - density * difference, 0.0, 1.0))


class Standard(NamedTuple):
    """Values in units of their spread (1/n), and what it takes to come back."""

    z: np.ndarray
    mean: float
    sd: float
    skewness: float
    largest: float = 0.0
    series: np.ndarray | None = None
    """Coefficients of mean(exp(t z)) - 1 in t^0, t^1, ..., where there are many values."""


def standardised(values: np.ndarray) -> Standard:
    """Centre and scale; sd 0 where nothing varies (spread below 1e-12 of the largest value)."""
    import numpy as np

    x = np.asarray(values, dtype=float)
    mean = float(x.mean())
    apart = x - mean
    sd = float(np.sqrt(apart @ apart / len(x)))
    if sd <= 1e-12 * float(np.abs(x).max()):
        return Standard(apart * 0, mean, 0.0, 0.0)
    z = apart / sd
    largest, skewness = float(np.abs(z).max()), float((z * z) @ z) / len(z)
    if len(z) < MANY:
        return Standard(z, mean, sd, skewness, largest)
    # in units of the largest, so that no power overflows; the mean of z is 0 and of z^2 is 1
    powers = _powers(z / largest, MOMENTS) / len(z)
    order = np.arange(1, MOMENTS + 1)
    terms = powers / np.cumprod(order.astype(float)) * largest ** order.astype(float)
    terms[:2] = 0.0, 0.5
    return Standard(z, mean, sd, skewness, largest, np.concatenate([[0.0], terms]))


def bootstrap_cdf(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """P(mean of n values drawn with replacement <= a) for each a: shape (k,).

    values: shape (n,), n >= 1; at: shape (k,), in the unit of the values. No spread: 0 or 1.
    K(t) = n log(mean of exp(t x_i / n)).
    """
    import numpy as np

    s, at = standardised(values), np.atleast_1d(np.asarray(at, dtype=float))
    if s.sd == 0:
        return np.asarray(at >= s.mean, dtype=float)
    y = (at - s.mean) / s.sd
    low, high = float(s.z.min()), float(s.z.max())
    found = np.where(y >= high, 1.0, 0.0)
    inner = (y > low + CLOSE) & (y < high - CLOSE)
    if inner.any():
        found[inner] = _tail(_tilt_to(s, y[inner]), s)
    return np.asarray(found)


def bootstrap_quantiles(values: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Quantiles of the mean of n values drawn with replacement: shape (k,), in their unit.

    values: shape (n,), n >= 1; levels: probabilities inside (0, 1), shape (k,). Found by moving the
    tilt t itself until Lugannani and Rice's formula gives the level: no inner solution for t.
    """
    import numpy as np
    from scipy.special import ndtri

    s, levels = standardised(values), np.atleast_1d(np.asarray(levels, dtype=float))
    if s.sd == 0:
        return np.full(levels.shape, s.mean)
    goal, root = ndtri(levels), np.sqrt(len(s.z))
    y = (goal + s.skewness / root * (goal**2 - 1) / 6) / root  # Cornish and Fisher
    t = y - s.skewness * y * y / 2
    reach = 1 / s.largest
    tilted = _tilted(s, t)
    for _ in range(ROUNDS):
        reached = ndtri(np.clip(_tail(tilted, s), 1e-300, 1 - 1e-16))
        moved = (goal - reached) / (root * np.sqrt(np.maximum(tilted.curvature, 1e-30)))
        if (np.abs(goal - reached) <= CLOSE * (1 + np.abs(goal))).all():
            break
        # Within this reach the curvature changes at most e-fold, so that no step overshoots far.
        t = np.clip(t + np.clip(moved, -reach, reach), -STEEPEST * reach, STEEPEST * reach)
        tilted = _tilted(s, t)
    return np.asarray(s.mean + s.sd * tilted.slope)


def _tilted(s: Standard, t: np.ndarray) -> Tilted:
    """Cumulants of one standardised draw."""
    import numpy as np

    z, n = s.z, len(s.z)
    if s.series is not None and float(np.abs(t).max()) * s.largest <= WITHIN:
        zero, one, two = _at(s.series, t)  # sums of exp - 1, z exp, z^2 exp - z^2, over n
        shift = np.zeros_like(t)
    else:
        shift = np.maximum(np.maximum(t * z.max(), t * z.min()) - 1.0, 0.0)
        zero, one, two = (np.zeros_like(t) for _ in range(3))
        for part in _blocks(z):
            power = np.exp(t[:, None] * part - shift[:, None])
            zero += power.sum(axis=1)
            one += power @ part
            two += power @ (part * part)
        zero, one, two = zero / n - 1, one / n, two / n
        if n < MANY:
            small = shift == 0
            exact = np.expm1(t[small, None] * z).mean(axis=1)
            zero[small] = exact
    total = 1 + zero
    slope = one / total
    return Tilted(t, shift + np.log1p(zero), slope, two / total - slope**2)


def _tilt_to(s: Standard, y: np.ndarray) -> Tilted:
    """Tilt to the means y, inside the range of z: Newton's steps, none longer than is safe."""
    import numpy as np

    t, reach = y - s.skewness * y * y / 2, 1 / s.largest
    t = np.clip(t, -reach, reach)
    tilted = _tilted(s, t)
    for _ in range(ROUNDS):
        gap = y - tilted.slope
        if (np.abs(gap) <= CLOSE * np.abs(y)).all():
            break
        t = t + np.clip(gap / np.maximum(tilted.curvature, 1e-30), -reach, reach)
        tilted = _tilted(s, t)
    return tilted


def _tail(tilted: Tilted, s: Standard) -> np.ndarray:
    import numpy as np

    t, n = tilted.t, len(s.z)
    w = np.sign(t) * np.sqrt(2 * n * np.maximum(t * tilted.slope - tilted.height, 0.0))
    u = t * np.sqrt(n * np.maximum(tilted.curvature, 0.0))
    return lugannani_rice(w, u, np.full_like(w, s.skewness / np.sqrt(n)))


def _blocks(x: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(x), BLOCK):
        yield x[start : start + BLOCK]
