"""How many replicates show equivalence: another program's power, and simulations."""

import math

import numpy as np
import pytest

from paperforge.stats.equivalence import tost
from paperforge.stats.plan_equivalence import (
    by_law,
    equivalence_needed,
    smallest_margin,
    tost_power,
)

RNG = np.random.default_rng


@pytest.mark.parametrize(
    ("cv", "n", "power"), [(0.2, 20, 0.834680), (0.25, 28, 0.807439), (0.3, 40, 0.815845)]
)
def test_power_is_that_of_powertost(cv, n, power):
    """R's PowerTOST, sampleN.TOST(CV = cv), as its vignette prints it: a 2 x 2 crossover of n subjects.

    Logarithms of a ratio: margins log 1.25, true ratio .95, mean square log(1 + CV^2), standard
    error sqrt(2 MSE / n), n - 2 degrees of freedom.
    """
    se = math.sqrt(2 * math.log(1 + cv * cv) / n)
    found = tost_power(math.log(1.25), math.log(0.95), se, n - 2)
    assert found == pytest.approx(power, abs=1e-5)
    fewer = math.sqrt(2 * math.log(1 + cv * cv) / (n - 2))
    assert tost_power(math.log(1.25), math.log(0.95), fewer, n - 4) < 0.8


def test_a_number_of_seeds_reaches_its_power_by_welch():
    found = equivalence_needed(1.0, [(0.64, 0.0), (0.64, 0.0)])
    n, draws = found.n, RNG(1).normal(0, 0.8, (2, 4000, found.n))
    means, variances = draws.mean(axis=2), draws.var(axis=2, ddof=1) / n
    se2 = variances.sum(axis=0)
    df = se2**2 / (variances**2 / (n - 1)).sum(axis=0)
    gaps = means[0] - means[1]
    shown = [tost(g, math.sqrt(v), k, 1.0) < 0.05 for g, v, k in zip(gaps, se2, df, strict=True)]
    assert np.mean(shown) == pytest.approx(found.power, abs=0.02)
    assert found.power >= 0.8
    assert found.cautious is None


def test_a_pilot_has_a_cautious_number_and_a_true_difference_takes_more():
    parts = [(0.64, 4.0), (0.64, 4.0)]
    plain, moved = (equivalence_needed(1.0, parts, difference=d) for d in (0.0, 0.5))
    assert plain.n < plain.cautious
    assert plain.n < moved.n
    with pytest.raises(ValueError, match="within itself"):
        equivalence_needed(1.0, parts, difference=1.0)


@pytest.mark.parametrize("n", [3, 12, 60])
def test_the_smallest_margin_is_one_that_so_many_show(n):
    parts = [(2.0, 0.0), (0.5, 0.0)]
    margin = smallest_margin(parts, n)
    assert equivalence_needed(margin * 1.001, parts).n <= n
    assert equivalence_needed(margin * 0.98, parts).n > n
    with pytest.raises(ValueError, match="two replicates"):
        smallest_margin(parts, 1)


class Normal:
    """A law of a z test: standard error 1 / sqrt(n)."""

    def smallest(self, n, alpha, *, cautious=False):
        del alpha, cautious
        return None if n < 2 else 2.8 / math.sqrt(n)

    def power(self, difference, n, alpha):
        from scipy.special import ndtr, ndtri

        return float(ndtr(difference * math.sqrt(n) + ndtri(alpha / 2)))


def test_of_another_law_both_tests_succeed_with_the_power_at_least():
    n, power = by_law(Normal(), 0.3)
    assert n == math.ceil(((1.6449 + 1.2816) / 0.3) ** 2)  # z of .95 and of .90
    assert tost_power(0.3, 0.0, 1 / math.sqrt(n), math.inf) == pytest.approx(power, abs=1e-6)
