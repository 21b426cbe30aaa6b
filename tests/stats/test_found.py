"""What a study detects whose degrees of freedom it finds itself: against simulated studies."""

import math

import numpy as np
import pytest
from scipy import special
from scipy import stats as scipy_stats

from paperforge.spec import DesignSpec
from paperforge.stats import analyse, found
from paperforge.stats.found import OfFound, detects
from paperforge.stats.power import OfT, detectable_t
from paperforge.stats.reached import reach, satterthwaite_halves


def ours(parts, alpha):
    return OfFound(parts, math.sqrt(sum(v for v, _ in parts))).at(alpha)


@pytest.mark.parametrize("alpha", [0.05, 0.0025])
@pytest.mark.parametrize(
    ("parts", "close"),
    [
        (((1.0, 1.0), (1.0, 1.0)), 0.03),
        (((1.0, 1.0), (0.1, 1.0)), 0.03),
        (((1.0, 2.0), (1.0, 2.0)), 0.02),
        (((0.1, 2.0), (1.0, 2.0)), 0.03),
        (((1.0, 2.0), (0.5, 4.0)), 0.02),
        (((1.0, 4.0), (1.0, 100.0)), 0.02),
        (((1.0, 8.0), (1.0, 8.0)), 0.01),
        (((1.0, 1.0),) * 4, 0.04),
        (((1.0, 1.0), (0.3, 1.0), (5.0, 1.0), (0.4, 1.0), (1.0, 1.0), (0.1, 1.0)), 0.12),
        (((1.0, 2.0), (0.3, 2.0), (5.0, 2.0), (0.4, 2.0)), 0.04),
        (((1.0, 2.0),) * 20, 0.02),
        (((1.0, 4.0), (0.3, 4.0)) * 10, 0.02),
    ],
)
def test_the_planners_simulation_says_the_same(parts, close, alpha):
    """reached.py draws 4,000 studies; its own error is below 3 % in these rows."""
    error, halves = satterthwaite_halves(parts, alpha)
    assert ours(parts, alpha) == pytest.approx(reach(error, halves), rel=close)


@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, 3), (3, 4), (5, 5)])
def test_scipys_welch_test_has_power_8_at_that_difference(n, m):
    """20,000 studies; standard deviations 1 and 2. The noncentral t alone: .50 to .77."""
    x = np.random.default_rng(1).normal(0, 1, (20_000, n))
    y = np.random.default_rng(2).normal(0, 2, (20_000, m))
    far = ours(((1 / n, n - 1.0), (4 / m, m - 1.0)), 0.05)
    p = scipy_stats.ttest_ind(x + far, y, axis=1, equal_var=False).pvalue
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.015)


def test_a_decision_says_it(fake):
    x, y = [0.61, 0.63, 0.66], [0.50, 0.58, 0.56]
    (d,) = analyse(fake({("x", "d"): x, ("y", "d"): y}), DesignSpec()).decisions
    parts = tuple((np.var(v, ddof=1) / 3, 2.0) for v in (x, y))
    assert d.detectable == pytest.approx(ours(parts, 0.05))
    known = detectable_t(math.sqrt(sum(v for v, _ in parts)), d.df, 0.05)
    assert d.detectable > 1.05 * known


def test_many_runs_and_single_variances_are_the_noncentral_t():
    assert isinstance(detects(((1.0, 9.0), (1.0, 12.0)), 1.4, 20.0), OfT)
    assert isinstance(detects(((1.0, 2.0), (0.0, 2.0)), 1.0, 2.0), OfT)
    nearly = OfFound(((1.0, 2.0), (1e-9, 2.0)), 1.0).at(0.05)
    assert nearly == pytest.approx(detectable_t(1.0, 2.0, 0.05), rel=1e-4)


def test_the_order_of_the_parts_does_not_matter():
    one, other = ((1.0, 2.0), (0.3, 4.0)), ((0.3, 4.0), (1.0, 2.0))
    assert ours(one, 0.01) == pytest.approx(ours(other, 0.01), rel=1e-6)


def test_a_mean_of_thousands_beside_a_mean_of_few_has_a_detectable_difference():
    """The quadrature's weights overflow at 2,000 degrees of freedom: they are held below."""
    few, many = ours(((1.0, 4.0), (0.5, 5000.0)), 0.05), ours(((1.0, 4.0), (0.5, 400.0)), 0.05)
    assert few == pytest.approx(many, rel=0.002)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("df", [1.0, 2.0, 9.0])
def test_a_good_first_guess_does_not_change_the_answer(df, own):
    """Secants from it, against the bracketed root to eleven digits."""
    rng = np.random.default_rng(int(df))
    for alpha in (0.05, 1e-3, 1e-6):
        for k in (2, 3, 8):
            for skew in (0.2, 2.0):
                v = rng.gamma(skew, 1, k)
                shares, dfs = tuple((v / v.sum()).tolist()), tuple(df + 3.0 * (np.arange(k) % 2))
                quick = found.reached(shares, dfs, alpha, own=own)
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(found, "CLOSE", 1e-11)
                    patch.setattr(found, "closing", lambda gap, at, _: found.root(gap, at - 1, at))
                    slow = found.reached(shares, dfs, alpha, own=own)
                assert quick == pytest.approx(slow, rel=1e-5)


@pytest.mark.parametrize("f", [(1.0, 1.0), (2.0, 1.0), (4.0, 9.0), (500.0, 500.0), (3.0, 499.0)])
def test_gausss_rule_is_scipys(f):
    a, b = f[1] / 2 - 1, f[0] / 2 - 1
    nodes, weights = found.gauss(*found.jacobi(12, a, b))
    x, theirs = special.roots_jacobi(12, a, b)
    assert nodes == pytest.approx(x, abs=1e-13)
    assert weights == pytest.approx(theirs / theirs.sum(), abs=1e-12)
    nodes, weights = found.gauss(np.zeros(16), np.arange(1.0, 16))
    x, theirs = special.roots_hermitenorm(16)
    assert nodes == pytest.approx(x, abs=1e-13)
    assert weights == pytest.approx(theirs / theirs.sum(), abs=1e-13)
