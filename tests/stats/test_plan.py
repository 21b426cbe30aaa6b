import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.power import TTestIndPower, TTestPower

from paperforge.stats.exact import mcnemar_p
from paperforge.stats.plan import (
    examples_needed,
    mcnemar_needed,
    seeds_needed,
    smallest_difference,
    t_power,
    upper_limit,
)


@given(st.integers(1, 300), st.floats(0, 8), st.sampled_from([0.001, 0.01, 0.05, 0.2]))
def test_power_is_scipys(df, noncentrality, alpha):
    t = scipy_stats.t.isf(alpha / 2, df)
    theirs = scipy_stats.nct.sf(t, df, noncentrality) + scipy_stats.nct.cdf(-t, df, noncentrality)
    ours = t_power(noncentrality, df, alpha)
    assert alpha * (1 - 1e-6) <= ours <= 1
    if math.isfinite(theirs):  # scipy's is not a number for many values of few degrees of freedom
        assert ours == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("noncentrality", [0.5, 8.0, 40.0])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_power_with_one_degree_of_freedom(noncentrality, alpha):
    """T = Z / |Z'|: integrated over Z' by another program, where its own noncentral t gives up."""
    t = scipy_stats.t.isf(alpha / 2, 1)
    nodes = np.linspace(0, 9, 400_001)
    tails = scipy_stats.norm.sf(t * nodes - noncentrality) + scipy_stats.norm.sf(
        t * nodes + noncentrality
    )
    theirs = np.trapezoid(2 * scipy_stats.norm.pdf(nodes) * tails, nodes)
    assert t_power(noncentrality, 1.0, alpha) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("df", [1.0, 2.5, 50.0, 300.0, 301.0, 1e5])
@pytest.mark.parametrize("alpha", [1e-10, 1e-4, 0.05, 0.2])
def test_power_grows_from_alpha_to_one(df, alpha):
    found = [t_power(nc, df, alpha) for nc in np.linspace(0, 60, 150)]
    assert found[0] == pytest.approx(alpha, rel=1e-6)
    assert np.diff(found).min() > -1e-9
    assert max(found) <= 1


def test_power_far_out():
    assert t_power(1e6, 1.0, 0.05) == 1
    assert t_power(0.0, 5.0, 0.05) == pytest.approx(0.05)
    z = scipy_stats.norm.ppf([0.975, 0.8]).sum()
    assert t_power(z, 1e9, 0.05) == pytest.approx(0.8, abs=1e-4)
    assert t_power(z, 9e5, 0.05) == pytest.approx(t_power(z, 2e6, 0.05), abs=1e-4)


@pytest.mark.parametrize("effect", [0.2, 0.5, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("power", [0.8, 0.9])
def test_seeds_needed_are_statsmodels(effect, power):
    theirs = TTestIndPower().solve_power(effect_size=effect, alpha=0.05, power=power)
    ours = seeds_needed(effect * 3, [(9.0, 0), (9.0, 0)], power=power)
    assert ours.n - math.ceil(theirs) in ((0,) if theirs > 30 else (0, 1))  # Welch's, not Student's
    assert ours.cautious is None
    theirs = TTestPower().solve_power(effect_size=effect, alpha=0.05, power=power)
    assert seeds_needed(-effect, [(1.0, 0)], power=power).n == math.ceil(theirs)


@pytest.mark.parametrize("n", [3, 5, 20, 31])
def test_smallest_difference_is_statsmodels(n):
    theirs = TTestIndPower().solve_power(nobs1=n, alpha=0.05, power=0.8)
    ours = smallest_difference([(1.0, 0), (1.0, 0)], n)
    if n > 30:
        assert ours == pytest.approx(theirs, rel=1e-5)
    else:  # theirs is of Student's test, which knows that the variances are equal
        assert theirs * 0.99 < ours < theirs * (1 + 1 / n**1.4)
    theirs = TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8)
    assert smallest_difference([(4.0, 0)], n) == pytest.approx(2 * theirs, rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.01, 5), min_size=2, max_size=8),
    st.floats(0.2, 3),
    st.integers(1, 4),
)
def test_n_is_the_smallest_that_is_enough(variances, difference, datasets):
    runs = [(v, 0.0) for v in variances]
    n = seeds_needed(difference, runs, datasets).n
    assert smallest_difference(runs, n, datasets) <= difference * (1 + 1e-9)
    if n > 2:
        assert smallest_difference(runs, n - 1, datasets) > difference * (1 - 1e-9)


@pytest.mark.parametrize("n", [2, 3, 5, 10])
@pytest.mark.parametrize("sd", [1.0, 3.0])
def test_welchs_planned_power_is_had(n, sd):
    """By scipy's test: with the df of the true variances 2 replicates would have .48, 3 .69."""
    runs = 20_000
    d = smallest_difference([(1.0, 0), (sd**2, 0)], n)
    rng = np.random.default_rng(n)
    a, b = rng.normal(d, 1, (runs, n)), rng.normal(0, sd, (runs, n))
    found = (scipy_stats.ttest_ind(a, b, axis=1, equal_var=False).pvalue < 0.05).mean()
    assert found == pytest.approx(0.8, abs=0.015)


def test_five_datasets_and_a_pilot():
    runs = [(1.0, 4.0)] * 10
    needed = seeds_needed(1.0, runs, 5)
    rng = np.random.default_rng(51)
    a, b = rng.normal(0, 1, (2, 4000, 5, needed.n))
    parts = np.stack([a.var(axis=2, ddof=1), b.var(axis=2, ddof=1)]) / needed.n / 25
    df = parts.sum(axis=(0, 2)) ** 2 / (parts**2 / (needed.n - 1)).sum(axis=(0, 2))
    t = (a.mean(axis=(1, 2)) - b.mean(axis=(1, 2)) + 1) / np.sqrt(parts.sum(axis=(0, 2)))
    found = (2 * scipy_stats.t.sf(np.abs(t), df) < 0.05).mean()
    assert found == pytest.approx(needed.power, abs=0.03)
    assert needed.cautious > needed.n


def test_upper_limit_covers():
    rng = np.random.default_rng(52)
    pilots = rng.normal(0, 2, (20_000, 5)).var(axis=1, ddof=1)
    limit = upper_limit(1.0, 4.0)
    assert (limit * pilots > 4).mean() == pytest.approx(0.8, abs=0.01)
    assert limit == pytest.approx(4 / scipy_stats.chi2.ppf(0.2, 4))
    assert upper_limit(1.0, 0.0) == math.inf


def test_what_no_number_of_seeds_can_do():
    assert seeds_needed(1e-9, [(1.0, 0)]).n is None
    assert seeds_needed(1.0, [(0.0, 3.0)]).n == 2
    for wrong in (lambda: seeds_needed(0.0, [(1.0, 0)]), lambda: mcnemar_needed(0.0, 0.1)):
        with pytest.raises(ValueError, match="difference of"):
            wrong()
    with pytest.raises(ValueError, match="two replicates"):
        smallest_difference([(1.0, 0)], 1)


def test_examples_in_clusters():
    alone, paired = examples_needed(0.03, (1 / 9, 0.0)), seeds_needed(0.03, [(1 / 9, 0.0)])
    assert alone == paired
    assert alone.n == 971  # Miller's 969 with a normal quantile, two more with Student's
    clusters = examples_needed(0.03, (1 / 9, 0.0), cluster=5, icc=0.2)
    assert clusters.n * 5 == pytest.approx(alone.n * 1.8, rel=0.01)
    assert examples_needed(0.03, (1 / 9, 0.0), cluster=5, icc=1.0).n == alone.n


@pytest.mark.parametrize(("difference", "share"), [(0.05, 0.2), (0.02, 0.05), (0.1, 0.3)])
def test_mcnemar_finds_it_in_four_of_five(difference, share):
    """Mid-p over all tables; the formula is normal theory, so within .02."""
    needed = mcnemar_needed(difference, share)
    q = (share + difference) / 2
    found = 0.0
    weights = scipy_stats.binom.pmf(np.arange(needed.n + 1), needed.n, share)
    for m in np.flatnonzero(weights > 1e-8):
        wins = np.arange(m + 1)
        p = np.array([mcnemar_p(int(w), int(m - w), exact=False) for w in wins[: m // 2 + 1]])
        significant = np.concatenate([p, p[: m - m // 2][::-1]])[: m + 1] < 0.05
        found += weights[m] * scipy_stats.binom.pmf(wins, m, q / share)[significant].sum()
    assert found == pytest.approx(0.8, abs=0.02)
    assert needed.power >= 0.8


def test_all_discordant_on_one_side():
    needed = mcnemar_needed(0.05, 0.05)
    z = scipy_stats.norm.ppf([0.975, 0.8])
    assert needed.n == math.ceil(
        ((z[0] * np.sqrt(0.05) + z[1] * np.sqrt(0.05 - 0.0025)) / 0.05) ** 2
    )
    assert mcnemar_needed(1.0, 1.0).n == 4
    with pytest.raises(ValueError, match="cannot come from"):
        mcnemar_needed(0.3, 0.2)
