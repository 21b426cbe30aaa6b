import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats.permutation import arranged, permutation


def theirs(a, b, **more):
    return scipy_stats.permutation_test(
        (a, b),
        lambda x, y, axis: np.abs(x.mean(axis=axis) - y.mean(axis=axis)),
        vectorized=True,
        alternative="greater",
        **more,
    )


@pytest.mark.parametrize(("n", "m"), [(2, 4), (3, 3), (4, 6), (5, 9), (8, 8)])
def test_exact_p_is_scipys(n, m):
    rng = np.random.default_rng([n, m])
    a, b = rng.normal(0.8, 1, n), rng.normal(0, 1, m)
    ours = permutation(a, b)
    assert ours.listed
    assert ours.arrangements == math.comb(n + m, n)
    assert ours.contrast.p == pytest.approx(theirs(a, b, n_resamples=np.inf).pvalue, rel=1e-12)
    assert ours.contrast.estimate == pytest.approx(a.mean() - b.mean())


def test_smallest_p_of_three_and_of_four_a_group():
    """.10 and .0286 (2/20 and 2/70): three seeds a method can never reach .05."""
    for n, floor in [(3, 0.10), (4, 2 / 70)]:
        ours = permutation(np.arange(n) + 100.0, np.arange(n) * 1.5).contrast
        assert ours.p == ours.smallest_p == pytest.approx(floor)
    unequal = permutation(np.array([9.0, 8.0]), np.array([0.0, 1.0, 2.5])).contrast
    assert unequal.p == unequal.smallest_p == pytest.approx(1 / 10)
    ties = permutation(np.array([1.0, 1.0]), np.array([0.0, 0.0, 1.0])).contrast
    assert (ties.p, ties.smallest_p) == (pytest.approx(4 / 10), pytest.approx(1 / 10))


def test_drawn_p_is_the_listed_one_within_its_error():
    rng = np.random.default_rng(1)
    a, b = rng.normal(0.6, 1, 11), rng.normal(0, 1, 9)
    ours = permutation(a, b, seed=5)
    assert not ours.listed
    every = np.abs(arranged(np.concatenate([a, b]), 11))
    exact = (every >= abs(a.mean() - b.mean()) - 1e-12).mean()
    assert abs(ours.contrast.p - exact) < 4 * ours.monte_carlo_error
    assert round(ours.contrast.p * 10_000, 9) % 1 == 0
    assert permutation(a, b, seed=5) == ours
    assert permutation(a, b, seed=6).contrast.p != ours.contrast.p


def test_many_values_in_bounded_memory():
    rng = np.random.default_rng(2)
    a, b = rng.normal(0.3, 1, 6000), rng.normal(0.25, 1, 500)
    ours = permutation(a, b, replicates=199)
    assert ours.contrast.p == pytest.approx(scipy_stats.ttest_ind(a, b).pvalue, abs=0.15)
    assert ours.contrast.smallest_p == 1 / 200


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-9, 9), min_size=1, max_size=5),
    st.lists(st.floats(-9, 9), min_size=1, max_size=5),
)
def test_p_is_a_probability_and_symmetric(a, b):
    one, other = (permutation(np.array(x), np.array(y)).contrast for x, y in ((a, b), (b, a)))
    assert one.p == pytest.approx(other.p)
    assert 0 < one.smallest_p <= one.p <= 1
    assert one.low is None


def test_degenerate_data():
    assert not permutation(np.array([]), np.array([1.0])).contrast.testable
    same = permutation(np.full(3, 0.3), np.full(2, 0.1 + 0.2)).contrast
    assert (same.p, same.smallest_p, same.estimate) == (1, 1, 0)
    assert permutation(np.array([1e308, 1e308]), np.array([1.0])).contrast.p is None
    assert permutation(np.array([1.0]), np.array([2.0])).contrast.p == 1


@pytest.mark.slow
@pytest.mark.parametrize(("n", "m"), [(3, 3), (5, 5), (4, 8)])
def test_size(n, m):
    rng = np.random.default_rng([3, n, m])
    runs = 3000
    ps = np.array([permutation(x[:n], x[n:]).contrast.p for x in rng.exponential(1, (runs, n + m))])
    size = (ps <= 0.05).mean()
    assert size <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert size == 0 if n == 3 else size > 0.035
