"""Limits of a scaling exponent: where the best law at it, with any floor, is too far off."""

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import least_squares

from paperforge.stats.power_law import Noise
from paperforge.stats.power_profile import exponent
from paperforge.stats.scaling import fitted


def least(x, y, alpha=None):
    """Least squares of log residuals over floor >= 0 and factor (and the exponent), by scipy."""
    ends = []
    for floor in (0.05, 0.5, 1.0):
        for slope in (0.1, 0.3, 0.6) if alpha is None else (alpha,):
            free = [slope] if alpha is None else []

            def off(p):
                return np.log(y) - np.log(p[0] + p[1] * x ** -(alpha or p[2]))

            start = [floor * y.min(), max(y.max() - floor * y.min(), 0.1), *free]
            low = [0.0, 1e-9, *([1e-6] * len(free))]
            made = least_squares(off, start, bounds=(low, np.inf), xtol=1e-14, ftol=1e-14)
            ends.append(2 * made.cost)
    return min(ends)


@pytest.mark.parametrize(("m", "noise"), [(5, Noise(1e-4 / 3, 10)), (6, None), (8, None)])
def test_limits_are_where_the_squares_are_t_squared_variances_above_the_least(m, noise):
    rng, x = np.random.default_rng(m), np.geomspace(1, 1000, m)
    y = (1 + 8 * x**-0.4) * np.exp(0.006 * rng.standard_normal(m))
    low, high = exponent(x, y, 0.4, 0.95, noise)
    best = least(x, y)
    variance, df = (noise.variance, noise.df) if noise else (best / (m - 3), m - 3)
    wanted = best + stats.t.ppf(0.975, df) ** 2 * variance
    assert low < 0.4 < high
    for end in (low, high):
        assert least(x, y, end) == pytest.approx(wanted, rel=2e-3)


def test_a_floor_that_five_sizes_cannot_show_is_in_the_limits():
    """Without a floor the law's exponent is far from .15, and its own limits left it out."""
    rng, x = np.random.default_rng(1), np.geomspace(1, 1000, 6)
    held = []
    while len(held) < 8:
        y = (1 + 8 * x**-0.15) * np.exp(0.006 * rng.standard_normal(6))
        found = fitted(x, y, 0.95, of_runs=True)
        if found.floor is None:
            low, high = found.alpha_limits
            held.append(low <= 0.15 <= high)
            assert low <= found.alpha <= high
    assert np.mean(held) >= 0.75


def test_a_metric_that_rises_has_no_floor():
    rng, x = np.random.default_rng(2), np.geomspace(1, 1000, 7)
    y = 20 * x**0.1 * np.exp(0.01 * rng.standard_normal(7))
    low, high = exponent(x, y, -0.1, 0.95, None)
    assert low < -0.1 < high < 0
