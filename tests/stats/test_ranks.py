import json
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from scipy.special import fdtrc

from paperforge.stats.ranks import (
    ASYMPTOTIC,
    EXACT,
    SIMULATED,
    WORK,
    chi2_tail,
    distribution,
    f_tail,
    friedman,
    iman_davenport,
    midranks,
    rank,
)

REFERENCES = Path(__file__).parents[1] / "references"
DEMSAR = json.loads((REFERENCES / "demsar2006.json").read_text())
AUTORANK = json.loads((REFERENCES / "autorank_readme.json").read_text())
SMALL = st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=2, max_size=4)


def no_ties(n, k):
    return ((tuple(range(1 - k, k, 2)), n),)


@given(st.lists(st.lists(st.integers(-3, 3), min_size=4, max_size=4), min_size=1, max_size=5))
def test_midranks_are_scipys(rows):
    values = np.array(rows, dtype=float)
    assert np.array_equal(midranks(values, 0.0), scipy_stats.rankdata(values, axis=1))


def test_rank_one_is_the_best_by_the_direction():
    scores = np.array([[0.9, 0.7, 0.8]])
    assert rank(scores, higher=True).tolist() == [[1, 3, 2]]
    assert rank(scores, higher=False).tolist() == [[3, 1, 2]]
    # 0.1 + 0.2 and 0.3 differ by rounding alone
    assert rank(np.array([[0.1 + 0.2, 0.3, 0.5]]), higher=False).tolist() == [[1.5, 1.5, 3]]


def test_demsars_printed_table():
    """The printed AUCs tie two methods on voting, so that they give other ranks than the paper."""
    ours = friedman(rank(np.array(DEMSAR["scores"]), higher=True))
    printed = DEMSAR["printed_table"]
    assert ours.mean_ranks == pytest.approx(printed["mean_ranks"], abs=5e-7)
    assert ours.chi2 == pytest.approx(printed["chi2"], abs=5e-10)
    assert chi2_tail(ours.chi2, 3) == pytest.approx(printed["p_chi2"], abs=5e-8)
    assert ours.f_plain == pytest.approx(printed["f"], abs=5e-10)
    assert f_tail(ours.f_plain, ours.df) == pytest.approx(printed["p_f"], abs=5e-8)
    assert ours.df == (3, 39)
    assert ours.chi2_ties == pytest.approx(printed["chi2_ties"], abs=5e-10)
    assert ours.p_chi2 == pytest.approx(printed["p_ties"], abs=5e-8)
    assert ours.how == EXACT
    assert ours.p == pytest.approx(ours.p_f, rel=0.25)


def test_the_papers_own_ranks():
    """From ranks before rounding: as printed in section 3.2.2."""
    ranks, n, k = np.array(DEMSAR["paper"]["mean_ranks"]), 14, 4
    chi2 = 12 * n / (k * (k + 1)) * ((ranks**2).sum() - k * (k + 1) ** 2 / 4)
    assert chi2 == pytest.approx(DEMSAR["paper"]["chi2"], abs=0.005)
    assert iman_davenport(chi2, n, k) == pytest.approx(DEMSAR["paper"]["f"], abs=0.005)
    assert scipy_stats.f.isf(0.05, 3, 39) == pytest.approx(2.85, abs=0.005)


def test_autoranks_example():
    ours = friedman(rank(np.array(AUTORANK["scores"]), higher=True))
    expected = [AUTORANK["mean_ranks"][m] for m in AUTORANK["methods"]]
    assert ours.mean_ranks == pytest.approx(expected, abs=1e-12)
    assert ours.p_chi2 == pytest.approx(AUTORANK["p"], rel=1e-9)
    assert ours.how == ASYMPTOTIC
    assert ours.p == ours.p_f


@given(SMALL)
def test_tie_corrected_chi2_is_scipys_and_plain_is_smaller(rows):
    scores = np.array(rows, dtype=float)
    ours = friedman(rank(scores, higher=True))
    assert ours.chi2 <= ours.chi2_ties + 1e-12
    if any(len(set(row)) > 1 for row in rows):
        theirs = scipy_stats.friedmanchisquare(*scores.T)
        assert ours.chi2_ties == pytest.approx(theirs.statistic, abs=1e-9)
        assert ours.p_chi2 == pytest.approx(theirs.pvalue, abs=1e-9)
    else:
        assert ours.p == ours.p_f == ours.p_chi2 == 1


@given(SMALL)
def test_exact_p_is_the_share_of_all_orders(rows):
    """Every row in all six orders: listed."""
    ranks = rank(np.array(rows, dtype=float), higher=True)
    centred = ranks - 2
    orders = [np.array(list(permutations(row))) for row in centred]
    sums = np.zeros((1, 3))
    for each in orders:
        sums = (sums[:, None, :] + each).reshape(-1, 3)
    q = (sums**2).sum(axis=1)
    seen = (centred.sum(axis=0) ** 2).sum()
    ours = friedman(ranks)
    assert ours.how == EXACT
    assert ours.p == pytest.approx((q >= seen - 1e-9).mean(), rel=1e-9)
    assert ours.smallest_p == pytest.approx((q >= q.max() - 1e-9).mean(), rel=1e-9)


def test_published_exact_distribution():
    """The usual exact table (Friedman 1937): three methods on four datasets."""
    q, tail = distribution(no_ties(4, 3), WORK)
    chi2 = 3.0 * q / (4 * 3 * 4)
    for value, p in [(6.5, 0.042), (8.0, 0.0046), (4.5, 0.125)]:
        assert tail[np.argmin(abs(chi2 - value))] == pytest.approx(p, abs=0.0005)


def test_simulated_p_is_the_exact_one_within_its_error():
    ranks = rank(
        np.random.default_rng(1).normal(size=(6, 4)) + np.array([0, 0, 0.4, 0.8]), higher=True
    )
    exact = friedman(ranks)
    simulated = friedman(ranks, work=1, seed=3)
    assert (exact.how, simulated.how) == (EXACT, SIMULATED)
    assert abs(simulated.p - exact.p) < 4 * simulated.monte_carlo_error
    assert simulated.p == friedman(ranks, work=1, seed=3).p
    assert simulated.p != friedman(ranks, work=1, seed=4).p


def test_perfect_agreement():
    ours = friedman(np.tile([1.0, 2.0, 3.0], (4, 1)))
    assert ours.f is None
    assert ours.p == ours.smallest_p == pytest.approx(6 / 6**4)
    assert ours.chi2 == 8
    assert ours.p_f > 0


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_datasets_have_a_p(n):
    ours = friedman(np.tile([1.0, 2.0, 3.0], (n, 1)))
    assert ours.p == pytest.approx(6.0 ** (1 - n))
    assert 0 < ours.p_f <= 1


def test_methods_too_many_to_list_are_simulated():
    ours = friedman(np.tile(np.arange(1.0, 13), (3, 1)))
    assert ours.how == SIMULATED
    assert ours.p == ours.smallest_p == 1 / 20_000


@pytest.mark.parametrize("k", [3, 4, 5, 10])
@pytest.mark.parametrize("n", [3, 5, 10, 30])
def test_size_of_the_default(n, k):
    """p as friedman() reports it, for 10^4 draws without ties; F's own size fails at 3 x 3."""
    runs, rng = 10_000, np.random.default_rng([n, k])
    q = (
        (2 * midranks(rng.random((runs * n, k)), 0.0).reshape(runs, n, k) - (k + 1)).sum(axis=1)
        ** 2
    ).sum(axis=1)
    chi2 = 3 * q / (n * k * (k + 1))
    f = np.array([iman_davenport(x, n, k) for x in chi2])
    asymptotic = fdtrc(k - 1, (k - 1) * (n - 1), np.minimum(f, 1e300))
    exact = distribution(no_ties(n, k), WORK)
    if exact is not None:
        p = exact[1][np.searchsorted(exact[0], np.rint(q))]
    elif n >= 10:
        p = asymptotic
    else:
        return  # by Monte Carlo permutation: exact in law, tested above
    size = (p < 0.05).mean()
    assert size <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert size > 0.02
    if (n, k) == (3, 3):
        assert (asymptotic < 0.05).mean() == pytest.approx(0.195, abs=0.015)


def test_rows_of_every_size_of_state():
    """Rank sums that do not fit one number are sorted as rows: the same answer."""
    from paperforge.stats.ranks import unique_rows

    rows = np.array(list(product([-9, 4, 7], repeat=3)) * 2, dtype=np.int64)
    found, inverse = unique_rows(rows)
    assert np.array_equal(found[inverse], rows)
    assert len(found) == 27
    wide = np.tile(rows, (1, 7)) * 1000
    found, inverse = unique_rows(wide)
    assert np.array_equal(found[inverse], wide)
    assert len(found) == 27


def test_no_order_is_drawn_where_f_is_taken(monkeypatch):
    """Ten datasets of five methods: too many orders to list, and F needs none."""
    drawn = []
    monkeypatch.setattr("paperforge.stats.ranks.simulate", lambda *a: drawn.append(a) or 0)
    rng = np.random.default_rng(1)
    found = friedman(np.argsort(rng.random((10, 6)), axis=1) + 1.0)
    assert found.how == ASYMPTOTIC
    assert found.p == found.p_f
    assert drawn == []
    assert friedman(np.argsort(rng.random((9, 6)), axis=1) + 1.0).how == SIMULATED
    assert len(drawn) == 1
