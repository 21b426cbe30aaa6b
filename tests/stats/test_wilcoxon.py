import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats import wilcoxon
from paperforge.stats.contrast import Ask
from paperforge.stats.wilcoxon import one_sided, signed_rank, survival

DEMSAR = json.loads((Path(__file__).parents[1] / "references" / "demsar2006.json").read_text())
WHOLE = st.lists(st.integers(-4, 6), min_size=1, max_size=10)
ALPHAS = st.sampled_from([0.01, 0.05, 0.1, 0.3])


def differences(a, b):
    table = np.array(DEMSAR["scores"])
    return table[:, DEMSAR["methods"].index(a)] - table[:, DEMSAR["methods"].index(b)]


def walsh(x):
    return np.sort([(p + q) / 2 for i, p in enumerate(x) for q in x[i:]])


def flips(x, zeros):
    """Two-sided p by listing all sign flips, from scipy's ranks."""
    x = np.asarray(x, dtype=float)
    if zeros == "wilcoxon":
        x = x[x != 0]
    ranks = scipy_stats.rankdata(abs(x))[x != 0] if len(x) else x
    signs = np.array(list(product([-1, 1], repeat=len(ranks))))
    sums = signs @ ranks
    seen = (np.sign(x[x != 0]) * ranks).sum()
    return (abs(sums) >= abs(seen) - 1e-9).mean()


def test_demsars_example():
    """C4.5 against C4.5+m: R+, R- and T as printed there; half of the zeros' ranks to each side."""
    found = signed_rank(differences("C4.5+m", "C4.5"), size=1.0)
    reference = DEMSAR["wilcoxon"]
    assert (found.plus, found.minus) == (reference["plus"], reference["minus"])
    assert min(found.plus, found.minus) == DEMSAR["paper"]["smaller_rank_sum"]
    assert found.p == reference["exact"] == 0.0078125
    assert (found.n, found.nonzero) == (14, 12)
    assert 0 < found.low < found.estimate < found.high


@given(WHOLE, st.sampled_from(["pratt", "wilcoxon"]))
def test_exact_p_is_the_share_of_all_sign_flips(values, zeros):
    x = np.array(values, dtype=float)
    assert signed_rank(x, zeros=zeros).p == pytest.approx(flips(x, zeros), rel=1e-12)


@pytest.mark.parametrize("n", [5, 12, 40])
def test_p_without_ties_is_scipys(n):
    rng = np.random.default_rng(n)
    for _ in range(20):
        x = rng.normal(0.3, 1, n)
        theirs = scipy_stats.wilcoxon(x, method="exact").pvalue
        assert signed_rank(x).p == pytest.approx(theirs, rel=1e-9)
        greater = scipy_stats.wilcoxon(x, method="exact", alternative="greater").pvalue
        assert signed_rank(x).greater == pytest.approx(greater, rel=1e-9)


@pytest.mark.parametrize("zeros", ["pratt", "wilcoxon"])
def test_many_differences_are_scipys_normal_approximation(zeros):
    x = np.rint(np.random.default_rng(2).normal(1, 9, 500))
    name = {"pratt": "pratt", "wilcoxon": "wilcox"}[zeros]
    theirs = scipy_stats.wilcoxon(x, zero_method=name, method="asymptotic", correction=False)
    found = signed_rank(x, zeros=zeros)
    assert not found.exact
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-9)


def test_where_the_approximation_takes_over_it_is_close():
    x = np.random.default_rng(3).normal(0.12, 1, 300)
    exact = signed_rank(x)
    assert exact.exact
    z = (exact.plus - exact.minus) / 2 / np.sqrt(300 * 301 * 601 / 24)
    assert exact.p == pytest.approx(0.0034, abs=5e-5)
    assert exact.p == pytest.approx(2 * scipy_stats.norm.sf(z), rel=0.03)


@given(WHOLE, ALPHAS, st.sampled_from(["pratt", "wilcoxon"]))
def test_interval_leaves_zero_out_exactly_where_p_is_below_alpha(values, alpha, zeros):
    found = signed_rank(np.array(values, dtype=float), alpha, zeros=zeros)
    assert (found.low > 0 or found.high < 0) == (found.p < alpha)
    assert found.low <= found.estimate <= found.high
    assert found.smallest_p <= found.p <= 1
    if found.p < alpha:
        assert np.sign(found.estimate) == np.sign(found.plus - found.minus)


@given(WHOLE, ALPHAS)
def test_interval_holds_the_shifts_that_the_test_lets_pass(values, alpha):
    """Every shift between two averages, asked one by one."""
    x = np.array(values, dtype=float)
    grid = np.arange(-5.125, 7.2, 0.25)
    passes = [min(one_sided(x, c, 1e-12)) >= alpha / 2 for c in grid]
    _, low, high = wilcoxon.listed(x, alpha / 2, 1e-12, "pratt")
    assert np.array_equal((grid > low) & (grid < high), passes)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=12))
def test_estimate_is_the_median_of_the_averages(values):
    found = signed_rank(np.array(values))
    assert found.estimate == pytest.approx(np.median(walsh(values)), abs=1e-9)


def test_published_interval():
    """Limits are order statistics of the 55 averages: the 9th from either end for n = 10.

    Hollander and Wolfe 1999, table A.4: P(T+ >= 47) = .024 for n = 10, so C = 55 + 1 - 47 = 9.
    """
    x = np.random.default_rng(5).normal(1, 1, 10)
    found, averages = signed_rank(x), walsh(x)
    assert survival(tuple(range(2, 21, 2)))[94] == pytest.approx(0.024, abs=0.0005)
    assert found.low == pytest.approx(averages[8], rel=1e-12)
    assert found.high == pytest.approx(averages[-9], rel=1e-12)


def test_search_finds_what_the_list_has(monkeypatch):
    x = np.random.default_rng(6).normal(0.1, 1, 400)
    at_once = signed_rank(x)
    assert at_once.low < at_once.estimate < at_once.high
    monkeypatch.setattr(wilcoxon, "LISTED", 10)
    searched = signed_rank(x)
    assert (searched.estimate, searched.low, searched.high) == pytest.approx(
        (at_once.estimate, at_once.low, at_once.high), abs=1e-9
    )


def test_swapping_mirrors():
    x = np.rint(np.random.default_rng(7).normal(0.8, 2, 12))
    one, other = signed_rank(x), signed_rank(-x)
    assert (one.low, one.high, one.p) == (-other.high, -other.low, other.p)


def test_five_values_never_reach_five_percent():
    found = signed_rank(np.array([1.0, 2, 3, 4, 5]))
    assert found.p == found.smallest_p == 0.0625
    assert (found.low, found.high) == (-np.inf, np.inf)
    six = signed_rank(np.array([1.0, 2, 3, 4, 5, 6]))
    assert six.p == 0.03125
    assert six.low == 1


@pytest.mark.parametrize("n", [1, 2, 10])
def test_degenerate(n):
    same = signed_rank(np.zeros(n))
    assert (same.p, same.smallest_p, same.estimate) == (1, 1, 0)
    assert same.low <= 0 <= same.high
    shifted = signed_rank(np.full(n, 0.3))
    assert shifted.p == 2.0 ** (1 - n)
    assert shifted.estimate == pytest.approx(0.3)
    if n == 10:
        assert (shifted.low, shifted.high) == pytest.approx((0.3, 0.3))


def test_mostly_zeros_decide_with_a_pseudomedian_past_zero():
    """Seven wins and twenty ties: decided, and nothing says the other way round."""
    found = signed_rank(np.array([0.0] * 20 + [1, 2, 3, 4, 5, 6, 7]))
    assert found.p == 2.0**-6
    assert 0 < found.low <= found.estimate <= found.high
    assert found.estimate == pytest.approx(0, abs=1e-300)


def test_rounding_is_a_tie():
    a = np.array([0.3, 0.5, 0.9, 0.7])
    b = np.array([0.1 + 0.2, 0.4, 0.8, 0.8])
    found = signed_rank(a - b, size=1.0)
    assert found.nonzero == 3
    assert found.p == flips([0, 1, 1, -1], "pratt")


def test_contrast():
    x = differences("C4.5+m", "C4.5")
    made = wilcoxon.contrast(x, Ask(margin=0.05), size=1.0)
    assert made.statistic == 12
    assert made.n == (14, 14)
    assert made.p == 0.0078125
    # (1 - 2 alpha) interval within the margin, exactly where p_equivalent < alpha
    for alpha in (0.01, 0.05, 0.1):
        for margin in np.arange(0.0021, 0.06, 0.002):
            inside = signed_rank(x, 2 * alpha, size=1.0)
            p = wilcoxon.equivalence(x, margin, 0.05, 1.0)[0]
            assert (p < alpha) == (-margin < inside.low and inside.high < margin)
    assert wilcoxon.contrast(np.ones(5), Ask()).low is None
