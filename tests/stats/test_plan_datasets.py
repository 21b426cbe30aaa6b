"""Plans for datasets as a sample: power as the tests themselves have it, and by formula."""

import math

import numpy as np
import pytest

from paperforge.stats.contrast import Ask
from paperforge.stats.datasets import compare_pair
from paperforge.stats.outlook import needed
from paperforge.stats.plan import smallest_difference
from paperforge.stats.plan_datasets import Datasets, shift


@pytest.mark.parametrize(
    ("n", "alpha"), [(6, 0.05), (9, 0.05), (10, 0.05), (10, 0.0125), (24, 0.05)]
)
def test_the_planned_power_is_had(n, alpha):
    law, runs = Datasets(4.0, 0.0), 1500
    rng = np.random.default_rng(n)
    rows = rng.normal(law.smallest(n, alpha), 2, (runs, n))
    found = np.mean([compare_pair(row, np.zeros(n), Ask(alpha)).p < alpha for row in rows])
    assert found == pytest.approx(0.8, abs=3 * math.hypot(0.4 / math.sqrt(runs), 0.0064))


def test_few_datasets_find_nothing():
    """No p of 5 is below .0625, none of 7 below .0156."""
    law = Datasets(1.0, 0.0)
    assert law.smallest(5, 0.05) is None
    assert law.smallest(6, 0.05) is not None
    assert law.smallest(7, 0.015) is None
    assert law.power(100.0, 5, 0.05) == 0
    assert needed(law, 100.0, 0.05).n == 6


def test_many_datasets_follow_the_efficiency_of_the_test():
    """Wilcoxon's test of normal differences takes pi / 3 times as many as t (Lehmann 1975)."""
    for n in (200, 2000):
        ratio = shift(n, 0.05) / smallest_difference([(1.0, 0.0)], n)
        assert ratio == pytest.approx(math.sqrt(math.pi / 3), rel=0.02)
    assert shift(61, 0.05) == pytest.approx(shift(60, 0.05), rel=0.04)


def test_a_formula_as_published():
    """Noether 1987: (z_alpha/2 + z_power)^2 / (3 (p - 1/2)^2), by hand: p = .6 takes 261.6."""
    from scipy.special import ndtri

    law = Datasets(1.0, 0.0)
    difference = float(ndtri(0.6)) / math.sqrt(2)
    assert needed(law, difference, 0.05).n == 262
    assert law.power(difference, 262, 0.05) == pytest.approx(0.8, abs=0.01)


def test_a_pilots_luck():
    law = Datasets(1.0, 13.0)
    found = needed(law, 1.0, 0.05)
    assert found.cautious > found.n
    assert needed(Datasets(1.0, 0.0), 1.0, 0.05).cautious is None
    assert needed(law, 1.0, 0.05 / 4).n > found.n
