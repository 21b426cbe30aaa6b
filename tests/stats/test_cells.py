"""Mean and standard deviation of a cell's values."""

import numpy as np
import pytest

from paperforge.stats.cells import moments


@pytest.mark.parametrize("scale", [1e-150, 1e-9, 1.0, 1e12, 1e149])
def test_moments_of_numbers_of_any_size(scale):
    values = np.array([1.0, 1.5, 2.5, 4.0])
    mean, sd = moments(values * scale, 4.0 * scale)
    assert mean / scale == pytest.approx(values.mean(), rel=1e-12)
    assert sd / scale == pytest.approx(values.std(ddof=1), rel=1e-12)


def test_sums_beyond_the_largest_double_have_a_mean():
    mean, sd = moments(np.array([1.7e308, 1.5e308]), 1.7e308)
    assert mean == pytest.approx(1.6e308) and sd == np.inf
    assert moments(np.array([1e300, 1e300]), 1e300) == (1e300, 0.0)
