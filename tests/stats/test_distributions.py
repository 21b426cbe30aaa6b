"""Quartiles, whiskers and densities, held against numpy, matplotlib and scipy."""

import numpy as np
import pytest
from matplotlib.cbook import boxplot_stats
from scipy import stats as reference

from paperforge.model import Aggregate
from paperforge.stats import distributions as stage

RNG = np.random.default_rng(11)
SAMPLES = [
    RNG.normal(size=n) * scale + shift
    for n, scale, shift in ((2, 1, 0), (3, 1e-9, 0), (10, 1e9, 1e12), (11, 1, 5), (64, 3, -2))
] + [np.array([1.0, 1, 1, 1, 9]), np.array([0.0, 10, 10.1, 10.2, 10.3, 10.4, 30])]


@pytest.mark.parametrize("values", SAMPLES, ids=len)
def test_quartiles_are_numpys(values):
    expected = np.quantile(values, [0.25, 0.5, 0.75])
    assert stage.quartiles(values.tolist()) == pytest.approx(expected.tolist(), rel=1e-12)


@pytest.mark.parametrize("values", SAMPLES, ids=len)
def test_whiskers_are_matplotlibs(values):
    a = Aggregate("acc", "m", "d", len(values), 1.0, 1.0, 1.0, 1.0, values=tuple(values.tolist()))
    found = stage.summarised(a)
    (expected,) = boxplot_stats(values)
    assert found.whiskers == pytest.approx((expected["whislo"], expected["whishi"]), rel=1e-12)
    assert found.values == tuple(values.tolist())


@pytest.mark.parametrize("values", SAMPLES[:5], ids=len)
def test_densities_are_scipys_with_scotts_bandwidth(values):
    grid, density = stage.kernel(values.tolist())
    expected = reference.gaussian_kde(values, "scott")(np.array(grid))
    assert (grid[0], grid[-1]) == (values.min(), values.max())
    assert density == pytest.approx(expected.tolist(), rel=1e-6)


def test_equal_values_have_no_density():
    assert stage.kernel([0.3, 0.3, 0.3]) == ((), ())
    assert stage.kernel([0.3]) == ((), ())


def test_averages_and_cells_without_replicates_are_left_out():
    cell = Aggregate("acc", "m", "d", 2, 1.0, 1.0, 1.0, 1.0, values=(0.5, 1.5))
    others = (
        Aggregate("acc", "m", None, 2, 1.0, 1.0, 1.0, 1.0, values=(0.5, 1.5)),
        Aggregate("acc", "n", "d", 900, 1.0, 1.0, 1.0, 1.0),
    )
    assert [d.method for d in stage.distributions((cell, *others))] == ["m"]


def test_densities_of_huge_numbers_do_not_overflow():
    small = stage.kernel([1.0, 1.5, 2.5, 3.0])
    huge = stage.kernel([1e300, 1.5e300, 2.5e300, 3e300])
    np.testing.assert_allclose(np.array(huge[0]) / 1e300, small[0])
    np.testing.assert_allclose(np.array(huge[1]) * 1e300, small[1])
