"""Joint distributions against scipy and simulation."""

import json
import math
import tracemalloc
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats.joint import Chi
from paperforge.stats.simultaneous import Mean, independent

DUNNETT = json.loads((Path(__file__).parents[1] / "references" / "dunnett.json").read_text())


def against_first(k):
    return np.hstack([np.ones((k, 1)), -np.eye(k)])


def all_pairs(m):
    table = np.zeros((m * (m - 1) // 2, m))
    for row, (a, b) in zip(table, combinations(range(m), 2), strict=True):
        row[[a, b]] = 1, -1
    return table


def means_of(x):
    n = x.shape[-1]
    return [Mean(v.mean(), v.var(ddof=1) / n, n - 1) for v in x]


# ------------------------------------------------------------------------------- published numbers


@pytest.mark.parametrize("row", DUNNETT["two-sided 5 %"], ids=lambda r: f"{r['k']}, {r['df']}")
def test_dunnetts_points(row):
    df = row["df"] or math.inf
    found = independent(against_first(row["k"]), [Mean(0, 1, df)] * (row["k"] + 1), pooled_df=df)
    error = found.half_error[0] / math.sqrt(2)
    assert found.critical[0] == pytest.approx(row["value"], abs=1e-4 + 3 * error)
    assert error < 0.01


@pytest.mark.parametrize(("m", "df"), [(3, 10), (4, 6), (6, 20)])
def test_tukeys_studentised_range(m, df):
    found = independent(all_pairs(m), [Mean(0, 1, df)] * m, pooled_df=df)
    q = scipy_stats.studentized_range.ppf(0.95, m, df)
    error = found.half_error[0] / math.sqrt(2)
    assert found.critical[0] == pytest.approx(q / math.sqrt(2), abs=4 * error)


def test_scipys_dunnett():
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, (4, 6)) + np.array([[0.0], [0.6], [1.0], [1.6]])
    pooled = x.var(axis=1, ddof=1).mean() / 6
    found = independent(-against_first(3), [Mean(v.mean(), pooled, 20) for v in x], pooled_df=20)
    theirs = scipy_stats.dunnett(*x[1:], control=x[0], rng=np.random.default_rng(2))
    assert found.p_adjusted == pytest.approx(list(theirs.pvalue), abs=0.004)
    interval = theirs.confidence_interval(0.95)
    assert found.low == pytest.approx(list(interval.low), abs=0.02)
    assert found.high == pytest.approx(list(interval.high), abs=0.02)


@pytest.mark.parametrize("df", [1, 2, 3.7, 9, 200, 1e9])
def test_chi_squared_between_the_tabulated_quantiles(df):
    z = np.array([-6.1, -2.003, -0.5, 0.0, 0.777, 3.1, 6.4])
    exact = np.where(
        z < 0,
        scipy_stats.chi2.ppf(scipy_stats.norm.cdf(z), df),
        scipy_stats.chi2.isf(scipy_stats.norm.sf(z), df),
    )
    assert Chi.of(df).share(z) == pytest.approx(exact / df, rel=2e-5)


# ------------------------------------------------------------------------------- what always holds


def test_one_contrast_is_welch_itself():
    rng = np.random.default_rng(3)
    a, b = rng.normal(1, 1, 4), rng.normal(0, 2, 7)
    found = independent(
        np.array([[1.0, -1.0]]), [*means_of(a[None]), *means_of(b[None])], replicates=999
    )
    theirs = scipy_stats.ttest_ind(a, b, equal_var=False)
    assert found.p_adjusted[0] == pytest.approx(theirs.pvalue, abs=0.002)
    low, high = theirs.confidence_interval()
    assert (found.low[0], found.high[0]) == pytest.approx((low, high))


def test_between_p_and_bonferroni_and_below_holm_where_it_steps_down():
    rng = np.random.default_rng(4)
    x = rng.normal(0, 1, (6, 5)) + np.arange(6)[:, None] / 2
    found = independent(all_pairs(6), means_of(x))
    p = np.array([
        scipy_stats.ttest_ind(x[a], x[b], equal_var=False).pvalue
        for a, b in combinations(range(6), 2)
    ])  # fmt: skip
    assert (p <= np.array(found.p_adjusted)).all()
    assert (np.array(found.p_adjusted) <= np.minimum(1, 15 * p)).all()
    assert (np.array(found.p_stepdown) <= np.array(found.p_adjusted)).all()
    ordered = np.array(found.p_stepdown)[np.argsort(p)]
    assert (np.diff(ordered) >= 0).all()


def test_contrasts_may_come_in_any_order():
    rng = np.random.default_rng(5)
    means = means_of(rng.normal(0, 1, (4, 4)))
    table, order = all_pairs(4), [3, 0, 5, 1, 2, 4]
    one = independent(table, means, replicates=4999)
    other = independent(table[order], means, replicates=4999)
    assert other.p_adjusted == tuple(one.p_adjusted[i] for i in order)
    assert other.p_stepdown == tuple(one.p_stepdown[i] for i in order)


def test_averages_over_datasets():
    """Two methods on two datasets against a third: each contrast alone is the stratified Welch t."""
    rng = np.random.default_rng(6)
    cells = rng.normal(0, 1, (3, 2, 4)) * np.array([1, 3])[None, :, None]
    means = means_of(cells.reshape(6, 4))
    table = np.array([[1, 1, -1, -1, 0, 0], [1, 1, 0, 0, -1, -1]]) / 2
    found = independent(table, means)
    v = [sum(m.variance for m in means[i : i + 2]) / 4 for i in (0, 2, 4)]
    apart = cells.mean(axis=(1, 2))
    for i, half in enumerate((found.high[j] - found.low[j]) / 2 for j in (0, 1)):
        se = math.sqrt(v[0] + v[i + 1])
        assert found.critical[i] * se == pytest.approx(half)
        assert found.high[i] + found.low[i] == pytest.approx(2 * (apart[0] - apart[i + 1]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-3, 3), st.floats(0, 4), st.sampled_from([1.0, 2.0, 4.5, math.inf])),
        min_size=2,
        max_size=5,
    ),
    st.sampled_from([0.001, 0.05, 0.1, 0.5]),
    st.booleans(),
)
def test_interval_and_adjusted_p_agree(rows, alpha, pairs):
    means = [Mean(*row) for row in rows]
    table = all_pairs(len(rows)) if pairs else against_first(len(rows) - 1)
    found = independent(table, means, alpha=alpha, replicates=199)
    for p, step, low, high in zip(
        found.p_adjusted, found.p_stepdown, found.low, found.high, strict=True
    ):
        if p is not None:
            assert 0 < step <= p <= 1
            assert (low > 0 or high < 0) == (p < alpha)


def test_what_does_not_vary_has_no_p_and_harms_nobody():
    means = [Mean(0.0, 0.0, 2), Mean(1.0, 0.0, 2), Mean(2.0, 1.0, 2)]
    found = independent(all_pairs(3), means, replicates=999)
    assert found.p_adjusted[0] is None and found.low[0] is None
    assert found.p_adjusted[1] is not None
    empty = independent(np.array([[1.0, -1.0]]), means[:2])
    assert empty.p_adjusted == (None,)


def test_p_is_never_zero_even_where_no_replicate_reaches_it():
    found = independent(against_first(2), [Mean(0, 1e-8, 30), Mean(9, 1e-8, 30), Mean(5, 1e-8, 30)])
    assert all(0 < p < 1e-20 for p in found.p_adjusted)


def test_the_error_that_is_told_is_that_between_seeds():
    means = [Mean(float(i), 1.0, 3) for i in (0, 2, 3)]
    runs = [independent(all_pairs(3), means, replicates=1999, seed=s) for s in range(40)]
    for i in range(3):
        told = np.mean([r.p_error[i] for r in runs])
        # reading each |t| by its own share takes chance away, so the error told is an upper bound
        assert np.std([r.p_adjusted[i] for r in runs]) < 1.3 * told
        half = [(r.high[i] - r.low[i]) / 2 for r in runs]
        assert np.std(half) < 1.5 * np.mean([r.half_error[i] for r in runs])


def test_memory_is_bounded():
    tracemalloc.start()
    independent(all_pairs(20)[:30], [Mean(float(i), 1.0, 4) for i in range(20)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6


# ------------------------------------------------------------------------------- simulated


def errors(table, n, sds, *, shift=None, runs=10_000, replicates=999):
    """Share of simulations with a false claim: single-step, step-down, intervals that miss."""
    rng = np.random.default_rng([len(table), n, len(sds)])
    shift = np.zeros(len(sds)) if shift is None else np.asarray(shift, dtype=float)
    true = table @ shift
    single = step = missed = 0
    for run in range(runs):
        x = rng.normal(0, 1, (len(sds), n)) * sds[:, None] + shift[:, None]
        found = independent(table, means_of(x), replicates=replicates, seed=run)
        null = np.abs(true) < 1e-12
        single += (np.array(found.p_adjusted)[null] < 0.05).any()
        step += (np.array(found.p_stepdown)[null] < 0.05).any()
        missed += ((np.array(found.low) > true) | (np.array(found.high) < true)).any()
    return single / runs, step / runs, missed / runs


LIMIT = 0.05 + 3 * math.sqrt(0.05 * 0.95 / 10_000)


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("k", [3, 8])
@pytest.mark.parametrize("spread", ["equal", "first", "others"])
def test_family_wise_error_and_coverage(n, k, spread):
    """Variances 1:3 between the control and the others. Global null."""
    sds = np.ones(k + 1)
    if spread == "first":
        sds[0] = math.sqrt(3)
    elif spread == "others":
        sds[1:] = math.sqrt(3)
    single, step, missed = errors(against_first(k), n, sds)
    assert single <= LIMIT and step <= LIMIT and missed <= LIMIT
    assert single > 0.005


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("ratio", [1, 3])
def test_partial_null(n, ratio):
    """Half of the methods differ by far: the step-down test may not claim the others more often."""
    sds = np.sqrt(np.where(np.arange(9) % 2, ratio, 1.0))
    shift = np.array([0, 0, 0, 0, 0, 9, 9, 9, 9])
    single, step, missed = errors(against_first(8), n, sds, shift=shift)
    assert single <= step <= LIMIT
    assert missed <= LIMIT


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 10])
def test_all_pairs(n):
    single, step, missed = errors(all_pairs(5), n, np.sqrt([1, 3, 1, 3, 1]))
    assert max(single, step, missed) <= LIMIT


def test_ordering_only_the_largest_counts_as_ordering_all():
    """The p-value of each replicate by its rank among all of them, contrast by contrast."""
    from paperforge.stats.joint import Draws
    from paperforge.stats.simultaneous import step_down

    table = all_pairs(6)
    v, df = np.full(6, 0.3), np.full(6, 4.0)
    draws = Draws.of(table, v, df, None, seed=3, most=4999)
    p = np.linspace(0.9, 0.001, len(table))
    counts, smallest = step_down(draws, p)
    own = []
    for i in range(len(table)):
        gap, spread = draws.means @ draws.column[i], draws.variances @ draws.column[i] ** 2
        order = np.argsort(-(gap * gap / spread), kind="stable")
        ranks = np.empty(draws.replicates)
        ranks[order] = np.arange(1, draws.replicates + 1)
        own.append(ranks / (draws.replicates + 1))
    running = np.minimum.accumulate(own, axis=0)
    assert np.array_equal(smallest, running[-1])
    assert counts.tolist() == [(row <= x).sum() for row, x in zip(running, p, strict=True)]
