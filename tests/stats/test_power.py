import math

import numpy as np
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.power import TTestPower

from paperforge.stats.exact import mcnemar_p
from paperforge.stats.power import detectable_mcnemar, detectable_t


@pytest.mark.parametrize("n", [3, 5, 10, 100])
def test_a_t_tests_detectable_difference_is_statsmodels(n):
    effect = TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8)
    assert detectable_t(1 / math.sqrt(n), n - 1.0, 0.05) == pytest.approx(effect, rel=1e-4)


def test_with_endless_degrees_of_freedom_it_is_normal():
    z = scipy_stats.norm.ppf([0.975, 0.8]).sum()
    assert detectable_t(0.5, 1e9, 0.05) == pytest.approx(0.5 * z)
    assert detectable_t(0.5, 9.9e5, 0.05) == pytest.approx(0.5 * z, rel=1e-5)


@pytest.mark.parametrize(("n", "discordant"), [(500, 60), (1000, 300), (2000, 40)])
def test_mcnemar_finds_its_detectable_difference_in_four_of_five(n, discordant):
    d, q = detectable_mcnemar(discordant, n, 0.05), discordant / n
    rng = np.random.default_rng(9)
    wins, losses, _ = rng.multinomial(n, [(q + d) / 2, (q - d) / 2, 1 - q], 4000).T
    found = np.mean(
        [mcnemar_p(int(b), int(c), exact=False) < 0.05 for b, c in zip(wins, losses, strict=True)]
    )
    assert found == pytest.approx(0.8, abs=0.03)


def test_few_discordant_examples_leave_a_floor():
    assert detectable_mcnemar(0, 1000, 0.05) == pytest.approx(7.849 / 1000, rel=1e-3)
    assert detectable_mcnemar(2, 1000, 0.05) == detectable_mcnemar(0, 1000, 0.05)
    assert detectable_mcnemar(0, 3, 0.05) == 1
