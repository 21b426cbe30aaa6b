"""Each part of a variance with its own t quantile: its p, its interval, and its size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

from paperforge.model import Sample
from paperforge.stats.cells import Grouping, cell, merge
from paperforge.stats.contrast import Ask
from paperforge.stats.means import OF_PAIRS, OWN, stratified_welch, unbalanced, welch
from paperforge.stats.sums import OfParts, joint_df, reach, safe_contrast

RUNS = 10_000
PARTS = st.lists(st.tuples(st.floats(1e-6, 1e3), st.floats(1, 300)), min_size=1, max_size=4)


def build(values):
    one = Sample("acc", "m", "d", np.arange(len(values)), np.asarray(values, dtype=float))
    return cell(one, *merge(one), Grouping())


def test_one_part_is_students_t():
    ours = safe_contrast("t", 1.3, [(0.4, 7.0)], n=(8, 8), paired=True, ask=Ask(margin=3.0))
    t = 1.3 / np.sqrt(0.4)
    assert ours.p == pytest.approx(2 * scipy_stats.t.sf(t, 7), rel=1e-9)
    assert ours.high - ours.estimate == pytest.approx(
        scipy_stats.t.ppf(0.975, 7) * np.sqrt(0.4), rel=1e-9
    )
    assert ours.df == pytest.approx(7)
    tail = max(
        scipy_stats.t.sf((3 - 1.3) / np.sqrt(0.4), 7), scipy_stats.t.sf(4.3 / np.sqrt(0.4), 7)
    )
    assert ours.p_equivalent == pytest.approx(tail, rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(PARTS, st.floats(-50, 50), st.sampled_from([0.01, 0.05, 0.1]))
def test_p_and_interval_agree(parts, estimate, alpha):
    ours = safe_contrast("t", estimate, parts, n=(3, 3), paired=False, ask=Ask(alpha))
    assert 0 < ours.p <= 1
    if abs(ours.p - alpha) > 1e-9:
        assert (ours.low > 0 or ours.high < 0) == (ours.p < alpha)
    dfs = [df for _, df in parts]
    assert min(dfs) - 1e-9 <= joint_df(parts, alpha) <= max(dfs) + 1e-9
    assert reach(parts, alpha) <= np.sqrt(sum(v for v, _ in parts)) * scipy_stats.t.ppf(
        1 - alpha / 2, min(dfs)
    ) * (1 + 1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(("na", "nb"), [(2, 3), (2, 5), (2, 10), (2, 30), (3, 4), (3, 5), (3, 10), (4, 6), (5, 30)])  # fmt: skip
@pytest.mark.parametrize("ratio", [1 / 3, 1, 3])
def test_size_with_few_and_unequal_replicates(na, nb, ratio):
    assert unbalanced(na, nb)
    rng = np.random.default_rng([na, nb, int(3 * ratio)])
    a, b = rng.normal(0, ratio, (RUNS, na)), rng.normal(0, 1, (RUNS, nb))
    found = [welch(build(x), build(y), Ask()) for x, y in zip(a, b, strict=True)]
    assert {one.test for one in found} == {OWN}
    rejected = np.mean([one.p < 0.05 for one in found])
    assert rejected <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)
    assert rejected == np.mean([one.low > 0 or one.high < 0 for one in found])


def test_two_datasets_have_each_means_own_quantile():
    """By hand, from what is printed: the root of the sum of t^2 s^2 / (n D^2)."""
    rng = np.random.default_rng(3)
    rows = [(rng.normal(0, 2, 5), rng.normal(0, 1, 5)), (rng.normal(0, 3, 5), rng.normal(0, 1, 3))]
    ours = stratified_welch(*zip(*((build(x), build(y)) for x, y in rows), strict=True), Ask())
    half = sum(
        scipy_stats.t.ppf(0.975, len(x) - 1) ** 2 * x.var(ddof=1) / len(x) / 4
        for pair in rows
        for x in pair
    )
    assert ours.test == f"stratified {OWN}"
    assert (ours.high - ours.low) / 2 == pytest.approx(half**0.5, rel=1e-9)


def test_two_datasets_hold_the_level_where_one_mean_varies_most():
    """Each difference's own df rejects .066 here."""
    rng, runs, wrong = np.random.default_rng(8), 2000, 0
    for _ in range(runs):
        a = [build(rng.normal(0, 10, 3)), build(rng.normal(0, 3, 5))]
        b = [build(rng.normal(0, 1, 5)), build(rng.normal(0, 1, 5))]
        wrong += stratified_welch(a, b, Ask()).p < 0.05
    assert wrong / runs < 0.05


def test_a_difference_of_unequal_numbers_counts_with_its_own_quantile():
    """By hand: df at which t's .975 quantile is that of both, then Satterthwaite over datasets."""
    rng = np.random.default_rng(2)
    rows = [(rng.normal(0, s, 3), rng.normal(0, 1, 10)) for s in (1.0, 2.0, 3.0)]
    ours = stratified_welch(*zip(*((build(x), build(y)) for x, y in rows), strict=True), Ask())
    parts = []
    for x, y in rows:
        v = np.array([x.var(ddof=1) / 3, y.var(ddof=1) / 10])
        wanted = (v @ scipy_stats.t.ppf(0.975, [2, 9]) ** 2 / v.sum()) ** 0.5
        df = optimize.brentq(lambda f, q=wanted: scipy_stats.t.ppf(0.975, f) - q, 2, 9)
        parts.append((v.sum(), df))
    total = sum(v for v, _ in parts)
    df = total**2 / sum(v * v / f for v, f in parts)
    assert ours.test == f"stratified {OF_PAIRS}"
    assert ours.df == pytest.approx(df, rel=1e-6)
    assert ours.p == pytest.approx(2 * scipy_stats.t.sf(abs(ours.estimate) * 3 / total**0.5, df))


@pytest.mark.parametrize(("na", "nb"), [(2, 10), (3, 30)])
def test_the_level_where_one_dataset_varies_most(na, nb):
    """Satterthwaite over all six means: .10 with 2 against 10, .077 with 3 against 30."""
    rng, runs, wrong = np.random.default_rng([na, nb]), 2000, 0
    for _ in range(runs):
        a = [build(rng.normal(0, s, na)) for s in (10, 1, 1)]
        b = [build(rng.normal(0, s, nb)) for s in (10, 1, 1)]
        wrong += stratified_welch(a, b, Ask()).p < 0.05
    assert wrong / runs < 0.05 + 2 * (0.05 * 0.95 / runs) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("na", "nb"), [(4, 5), (5, 6), (5, 10), (10, 30)])
@pytest.mark.parametrize("ratio", [1 / 3, 1, 3])
def test_welch_holds_where_it_is_kept(na, nb, ratio):
    assert not unbalanced(na, nb)
    rng = np.random.default_rng([na, nb, int(3 * ratio), 1])
    a, b = rng.normal(0, ratio, (RUNS, na)), rng.normal(0, 1, (RUNS, nb))
    p = scipy_stats.ttest_ind(a, b, axis=1, equal_var=False).pvalue
    assert np.mean(p < 0.05) <= 0.0565 + 0.0043  # nominal + 3 SE; at most .056 by 200,000 runs


@pytest.mark.parametrize("alpha", [0.05, 0.0125])
@pytest.mark.parametrize(
    "parts",
    [
        ((1.0, 2.0), (1.0, 199.0)),
        ((1.0, 2.0), (5.0, 59.0)),
        ((1.0, 4.0), (0.2, 5000.0)),
        ((1.0, 1.0), (1.0, 1.0), (1.0, 2.0), (2.0, 9.0)),
    ],
)
def test_the_detectable_difference_is_found_in_four_of_five_studies(parts, alpha):
    """Each study finds its parts itself; .003 are three standard errors of 150,000 of them."""
    rng, runs = np.random.default_rng(1), 150_000
    error = np.sqrt(sum(v for v, _ in parts))
    quantiles = [scipy_stats.t.ppf(alpha / 2, f) for _, f in parts]
    halves = np.sqrt(
        sum(
            q**2 * v * rng.chisquare(f, runs) / f
            for q, (v, f) in zip(quantiles, parts, strict=True)
        )
    )
    found = np.abs(OfParts(parts).at(alpha) + error * rng.standard_normal(runs)) > halves
    assert found.mean() == pytest.approx(0.8, abs=0.006)
