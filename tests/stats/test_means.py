import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.model import Sample
from paperforge.stats.cells import Grouping, cell, merge, run_average
from paperforge.stats.contrast import SMALLEST_FLOAT, Ask
from paperforge.stats.means import (
    match,
    paired,
    satterthwaite,
    stratified_paired,
    stratified_welch,
    welch,
)

ASK = Ask()
NUMBERS = st.lists(st.floats(-1e3, 1e3, allow_subnormal=False), min_size=2, max_size=12)
ALPHAS = st.sampled_from([0.01, 0.05, 0.1, 0.32])


def build(values, keys=None, dataset="d"):
    values = np.asarray(values, dtype=float)
    keys = np.arange(len(values)) if keys is None else np.asarray(keys)
    one = Sample("acc", "m", dataset, keys, values)
    return cell(one, *merge(one), Grouping())


def test_welch_is_scipys():
    rng = np.random.default_rng(3)
    for na, nb in [(2, 2), (4, 5), (10, 10), (10, 300)]:
        a, b = rng.normal(0, 1, na), rng.normal(0.5, 3, nb)
        theirs = scipy_stats.ttest_ind(a, b, equal_var=False)
        low, high = theirs.confidence_interval(0.95)
        ours = welch(build(a), build(b), ASK)
        assert (ours.p, ours.statistic, ours.df) == pytest.approx(
            (theirs.pvalue, theirs.statistic, theirs.df), rel=1e-9
        )
        assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-9)
        assert ours.n == (na, nb)
        assert not ours.paired


def test_paired_is_scipys():
    rng = np.random.default_rng(4)
    for n in (2, 3, 5, 40):
        a = rng.normal(0, 1, n)
        b = a + rng.normal(0.3, 0.2, n)
        theirs = scipy_stats.ttest_rel(a, b)
        low, high = theirs.confidence_interval(0.9)
        ours = paired(match(build(a), build(b)), Ask(alpha=0.1))
        assert (ours.p, ours.statistic, ours.df) == pytest.approx(
            (theirs.pvalue, theirs.statistic, theirs.df), rel=1e-9
        )
        assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-9)


def test_pairs_are_matched_by_key_and_not_by_row():
    a = build([1.0, 2.0, 4.0], keys=[30, 10, 20])
    b = build([0.5, 7.0, 1.5, 9.0], keys=[20, 99, 10, 98])
    pair = match(a, b)
    assert pair.keys.tolist() == [10, 20]
    assert pair.a.tolist() == [2.0, 4.0]
    assert pair.b.tolist() == [1.5, 0.5]
    assert sum(pair.unmatched) == 3


def test_stratified_contrast_worked_by_hand():
    # Dataset 1: a = 1 3 (mean 2, s^2 2, n 2), b = 0 4 (mean 2, s^2 8, n 2): parts 1 and 4.
    # Dataset 2: a = 5 6 7 (mean 6, s^2 1, n 3), b = 1 2 3 (mean 2, s^2 1, n 3): parts 1/3 twice.
    # Estimate (0 + 4)/2 = 2; variance (1 + 4 + 1/3 + 1/3)/4 = 17/12.
    # df = (17/3)^2 / (1^2/1 + 4^2/1 + (1/3)^2/2 + (1/3)^2/2) = (289/9) / (154/9) = 289/154.
    a = [build([1, 3]), build([5, 6, 7])]
    b = [build([0, 4]), build([1, 2, 3])]
    ours = stratified_welch(a, b, ASK)
    assert ours.estimate == pytest.approx(2)
    assert ours.df == pytest.approx(289 / 154)
    assert ours.statistic == pytest.approx(2 / math.sqrt(17 / 12))
    assert ours.p == pytest.approx(
        2 * scipy_stats.t.sf(2 / math.sqrt(17 / 12), 289 / 154), rel=1e-9
    )
    assert ours.n == (2, 2)


def test_stratified_contrast_of_one_dataset_is_welch():
    a, b = build([1, 2, 4]), build([0, 1, 5, 2])
    one, other = stratified_welch([a], [b], ASK), welch(a, b, ASK)
    assert (one.p, one.low, one.df) == pytest.approx((other.p, other.low, other.df))


def test_stratified_paired_adds_variances_of_differences():
    pairs = [
        match(build(a), build(b)) for a, b in [([1, 2, 4], [0, 2, 1]), ([3, 5, 9, 4], [3, 1, 2, 2])]
    ]
    d1, d2 = np.array([1, 0, 3]), np.array([0, 4, 7, 2])
    v1, v2 = d1.var(ddof=1) / 3, d2.var(ddof=1) / 4
    ours = stratified_paired(pairs, ASK)
    assert ours.estimate == pytest.approx((d1.mean() + d2.mean()) / 2)
    assert ours.df == pytest.approx((v1 + v2) ** 2 / (v1**2 / 2 + v2**2 / 3))
    assert ours.statistic == pytest.approx(ours.estimate / math.sqrt((v1 + v2) / 4))


def test_satterthwaite_survives_extreme_parts():
    assert satterthwaite([(1e-200, 2.0), (1e-200, 2.0)]) == pytest.approx((2e-200, 4.0))
    assert satterthwaite([(0.0, 3.0), (2.0, 5.0)]) == (2.0, 5.0)
    assert satterthwaite([(0.0, 3.0), (0.0, 5.0)]) == (0.0, 8.0)


def test_runs_are_averaged_key_by_key_over_those_on_all_datasets():
    cells = [build([1, 2, 3], [5, 6, 7]), build([10, 20, 30], [7, 5, 8])]
    mean = run_average(cells)
    assert mean.keys.tolist() == [5, 7]
    assert mean.values.tolist() == [10.5, 6.5]
    assert mean.df == 1
    assert run_average([build([1, 2], [1, 2]), build([1, 2], [3, 4])]).n == 0


@pytest.mark.parametrize(
    ("b", "reason"),
    [([0.3] * 3, "identical outputs"), ([0.4] * 3, "a constant shift: nothing varies")],
)
def test_no_spread_is_a_reason_and_no_p(b, reason):
    ours = welch(build([0.1 + 0.2] * 3), build(b), ASK)
    assert ours.p is None
    assert ours.reason == reason
    assert ours.testable


def test_a_constant_shift_of_pairs_is_seen_through_rounding():
    a = np.array([0.1, 0.2, 0.35, 0.7])
    ours = paired(match(build(a + 0.1), build(a)), ASK)
    assert ours.p is None
    assert ours.estimate == pytest.approx(0.1)
    assert ours.reason.startswith("a constant shift")


def test_p_is_never_zero_and_nothing_overflows():
    tiny = 1e-9 * np.arange(300)
    assert welch(build(1e4 + tiny), build(tiny), ASK).p == SMALLEST_FLOAT
    with np.errstate(over="ignore"):
        huge = welch(build([1e300, -1e300]), build([0.0, 1.0]), ASK)
    assert huge.p is None
    assert huge.reason == "the numbers are too large to compare"


def agrees(contrast, alpha):
    assert (contrast.low > 0 or contrast.high < 0) == (contrast.p < alpha)
    assert 0 < contrast.p <= 1
    assert contrast.low <= contrast.estimate <= contrast.high


@given(NUMBERS, NUMBERS, ALPHAS)
def test_welch_interval_and_p_agree(a, b, alpha):
    contrast = welch(build(a), build(b), Ask(alpha=alpha))
    if contrast.p is not None:
        agrees(contrast, alpha)


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=2, max_size=12), ALPHAS)
def test_paired_interval_and_p_agree(rows, alpha):
    a, b = zip(*rows, strict=True)
    contrast = paired(match(build(a), build(b)), Ask(alpha=alpha))
    if contrast.p is not None:
        agrees(contrast, alpha)


@settings(max_examples=50)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=4), ALPHAS)
def test_stratified_interval_and_p_agree(datasets, alpha):
    a = [build(x) for x, _ in datasets]
    b = [build(y) for _, y in datasets]
    contrast = stratified_welch(a, b, Ask(alpha=alpha))
    if contrast.p is not None:
        agrees(contrast, alpha)


@given(NUMBERS, NUMBERS)
def test_swapping_the_methods_swaps_the_answer(a, b):
    one, other = welch(build(a), build(b), ASK), welch(build(b), build(a), ASK)
    assert one.p == other.p
    assert one.estimate == -other.estimate
    if one.low is not None:
        assert one.low == pytest.approx(-other.high)
