import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.model import Sample
from paperforge.stats.cells import Grouping, cell, merge
from paperforge.stats.contrast import Ask
from paperforge.stats.means import stratified_welch
from paperforge.stats.means import welch as welch_of_values
from paperforge.stats.summaries import (
    Summary,
    fewest_df,
    of_interval,
    of_sd,
    of_se,
    stratified,
    welch,
)

ASK = Ask(margin=2.0)
VALUES = st.lists(st.integers(-1000, 1000).map(lambda x: x / 8), min_size=2, max_size=9)


def quoted(values, kind="sd"):
    x, n = np.asarray(values, dtype=float), len(values)
    mean, sd = x.mean(), x.std(ddof=1)
    if kind == "se":
        return of_se(mean, sd / np.sqrt(n), n)
    if kind == "t":
        return of_interval(mean, sd / np.sqrt(n) * scipy_stats.t.ppf(0.95, n - 1), n, level=0.9)
    if kind == "z":
        return of_interval(mean, sd / np.sqrt(n) * scipy_stats.norm.ppf(0.975), n, normal=True)
    return of_sd(mean, sd, n)


def same(ours, theirs):
    assert ours.reason == theirs.reason
    assert ours.n == theirs.n
    for field in ("estimate", "low", "high", "p", "statistic", "df", "p_equivalent"):
        a, b = getattr(ours, field), getattr(theirs, field)
        assert (a is None) == (b is None)
        assert a is None or a == pytest.approx(b, rel=1e-6, abs=1e-9)
    assert (ours.detects is None) == (theirs.detects is None)
    if ours.detects is not None:
        assert ours.detects.at(0.05) == pytest.approx(theirs.detects.at(0.05), rel=1e-6)


def build(values):
    values = np.asarray(values, dtype=float)
    one = Sample("acc", "m", "d", np.arange(len(values)), values)
    return cell(one, *merge(one), Grouping())


@given(VALUES, VALUES, st.sampled_from(["sd", "se", "t", "z"]))
def test_the_same_as_from_the_values(a, b, kind):
    same(welch(quoted(a, kind), quoted(b, kind), ASK), welch_of_values(build(a), build(b), ASK))


@settings(max_examples=40)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=4))
def test_stratified_the_same_as_from_the_values(datasets):
    ours = stratified([quoted(a) for a, _ in datasets], [quoted(b) for _, b in datasets], ASK)
    theirs = stratified_welch([build(a) for a, _ in datasets], [build(b) for _, b in datasets], ASK)
    same(ours, theirs)


def test_it_is_scipys():
    theirs = scipy_stats.ttest_ind_from_stats(84.1, 0.4, 5, 83.2, 0.7, 4, equal_var=False)
    ours = welch(of_sd(84.1, 0.4, 5), of_sd(83.2, 0.7, 4), Ask())
    assert (ours.statistic, ours.p) == pytest.approx(tuple(theirs), rel=1e-9)
    assert ours.test == "Welch t from summaries"


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(2, 6), st.integers(2, 30)),
    st.tuples(st.integers(0, 30), st.integers(0, 30)),
    st.integers(-60, 60),
    st.integers(0, 10_000),
)
def test_no_numbers_that_print_the_same_have_a_larger_p(n, sds, apart, seed):
    a = of_sd(apart / 10, sds[0] / 10, n[0], decimals=1, sd_decimals=1)
    b = of_sd(0.0, sds[1] / 10, n[1], decimals=1, sd_decimals=1)
    ours = welch(a, b, ASK, rounded=True)
    assert (ours.low > 0 or ours.high < 0) == (ours.p < 0.05)
    assert ours.low <= ours.estimate <= ours.high
    rng = np.random.default_rng(seed)
    for corner in range(40):
        ends = (
            rng.uniform(-1, 1, 4)
            if corner > 16
            else np.array([*np.binary_repr(corner % 16, 4)], float) * 2 - 1
        )
        x = Summary(a.mean + 0.05 * ends[0], max(0.0, a.sd + 0.05 * ends[1]), a.n)
        y = Summary(b.mean + 0.05 * ends[2], max(0.0, b.sd + 0.05 * ends[3]), b.n)
        one = welch(x, y, ASK)
        if one.p is not None:
            assert one.p <= ours.p * (1 + 1e-9)
            assert ours.low <= one.low + 1e-9
            assert one.high <= ours.high + 1e-9
            assert min(one.p_equivalent, 0.5) <= ours.p_equivalent * (1 + 1e-6)


def test_rounding_may_take_a_star_away():
    a, b = (of_sd(m, 0.1, 3, decimals=1, sd_decimals=1) for m in (84.3, 84.0))
    assert welch(a, b, Ask()).p < 0.05 < welch(a, b, Ask(), rounded=True).p


def test_degrees_of_freedom_at_their_fewest():
    pair = (Summary(0, 1.0, 3, 0, 0.5), Summary(0, 1.0, 10, 0, 0.5))
    rng = np.random.default_rng(0)
    for x, y in rng.uniform(0.5, 1.5, (200, 2)):
        v = np.array([x * x / 3, y * y / 10])
        assert fewest_df([pair]) <= v.sum() ** 2 / (v[0] ** 2 / 2 + v[1] ** 2 / 9) + 1e-12
    assert fewest_df([pair] * 13) == 2
    assert fewest_df([pair] * 2) < 4.001


def test_a_mean_of_one_and_no_spread():
    one = welch(of_sd(3.0, 0.0, 1), of_sd(2.0, 0.5, 5), Ask())
    assert one.p is None
    assert not one.testable
    assert one.estimate == 1
    shift = welch(of_sd(3.0, 0.0, 5), of_sd(2.0, 0.0, 5), Ask())
    assert shift.reason == "a constant shift: nothing varies"
    assert shift.testable
    printed = (
        of_sd(3.0, 0.0, 5, decimals=1, sd_decimals=1),
        of_sd(2.0, 0.0, 5, decimals=1, sd_decimals=1),
    )
    assert welch(*printed, Ask(), rounded=True).p < 0.05  # at most .05 each: that is enough
    with pytest.raises(ValueError, match="cannot be"):
        of_sd(1.0, -0.1, 5)
    with pytest.raises(ValueError, match="no t interval"):
        of_interval(1.0, 0.1, 1)
