import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats.contrast import SMALLEST_FLOAT, Ask
from paperforge.stats.datasets import compare_datasets
from paperforge.stats.nemenyi import critical_difference
from paperforge.stats.ranks import EXACT
from paperforge.stats.subsets import sign_flip, subset_means
from paperforge.stats.wilcoxon import contrast as wilcoxon

DEMSAR = json.loads((Path(__file__).parents[1] / "references" / "demsar2006.json").read_text())
SCORES = np.array(DEMSAR["scores"])
METHODS = DEMSAR["methods"]
WHOLE = st.lists(st.integers(-4, 6), min_size=1, max_size=9)


def stairs(n, k=4, seed=0):
    """Methods that differ on every dataset by far more than the noise."""
    rng = np.random.default_rng(seed)
    return np.arange(k) * 10.0 + rng.normal(0, 1, (n, k))


def test_demsars_table_with_holm_and_wilcoxon():
    found = compare_datasets(SCORES, METHODS, higher=True)
    assert found.posthoc == "wilcoxon"
    assert found.omnibus.how == EXACT
    assert found.mean_ranks == pytest.approx(DEMSAR["printed_table"]["mean_ranks"], abs=5e-7)
    ps = [pair.contrast.p for pair in found.pairs]
    assert ps[0] == 0.0078125
    assert found.pairs[0].contrast.statistic == 12
    assert found.pairs[0].p_adjusted == pytest.approx(6 * 0.0078125)
    # C4.5 with m + cf has a better rank than with m alone, and yet is not told from C4.5:
    # a case that no bar can show
    assert [pair.decided for pair in found.pairs] == [True, False, False, False, False, False]
    assert found.diagram.groups == (("C4.5+m+cf", "C4.5+m", "C4.5+cf"), ("C4.5+cf", "C4.5"))
    assert found.diagram.unjoined == (("C4.5+m+cf", "C4.5"),)


def test_demsars_table_with_nemenyi():
    """No pair is further apart than 1.25: section 3.2.2 of the paper."""
    found = compare_datasets(SCORES, METHODS, higher=True, posthoc="nemenyi")
    assert found.diagram.critical_difference == pytest.approx(1.25, abs=0.005)
    assert found.diagram.groups == (found.diagram.methods,)
    for pair in found.pairs:
        apart = abs(pair.rank_difference) > critical_difference(4, 14, 0.05)
        assert pair.decided == apart
        assert pair.p_adjusted == pair.contrast.p
        assert pair.contrast.low is None
    at_ten = compare_datasets(SCORES, METHODS, higher=True, posthoc="nemenyi", alpha=0.1)
    # at .10 the paper finds C4.5 different from m and m + cf
    assert [(p.a, p.b) for p in at_ten.pairs if p.decided] == [
        ("C4.5", "C4.5+m"),
        ("C4.5", "C4.5+m+cf"),
    ]


def test_direction_turns_ranks_and_leaves_differences():
    up = compare_datasets(SCORES, METHODS, higher=True)
    down = compare_datasets(SCORES, METHODS, higher=False)
    assert np.add(up.mean_ranks, down.mean_ranks) == pytest.approx(5)
    assert [p.contrast for p in up.pairs] == [p.contrast for p in down.pairs]
    assert up.omnibus.p == pytest.approx(down.omnibus.p)
    assert down.diagram.methods[0] == "C4.5"


@pytest.mark.parametrize("higher", [True, False])
def test_nemenyi_points_where_the_scores_do(higher):
    found = compare_datasets(stairs(12), list("abcd"), higher=higher, posthoc="nemenyi")
    pair = next(p for p in found.pairs if (p.a, p.b) == ("a", "d"))
    assert pair.decided
    assert pair.contrast.estimate == pytest.approx(-30, abs=2)
    assert (pair.rank_difference > 0) == higher


def test_nemenyi_against_the_scores_is_not_decided():
    """a is first and b last by a hair on 12 datasets; b is far ahead of a, rank by rank, on 8."""
    hair = np.array([1.010, 1.000, 1.008, 1.006, 1.003])
    scores = np.array([hair] * 12 + [[50.0, 150.0, 1.0, 2.0, 3.0]] * 8)
    found = compare_datasets(scores, list("abcde"), higher=True, posthoc="nemenyi")
    pair = found.pairs[0]
    assert pair.rank_difference == pytest.approx(-2)
    assert abs(pair.rank_difference) > found.diagram.critical_difference
    assert pair.contrast.estimate < 0
    assert pair.contrast.p is None
    assert not pair.decided
    assert pair.reason == "mean ranks and scores do not favour the same method"


def test_five_datasets_cannot_reach_five_percent():
    found = compare_datasets(stairs(5, 2), ["a", "b"], higher=True)
    assert found.pairs[0].contrast.p == found.pairs[0].contrast.smallest_p == 0.0625
    assert not found.pairs[0].decided
    assert found.pairs[0].reason == "5 datasets: p cannot be below .06"
    assert found.pairs[0].contrast.low is None
    six = compare_datasets(stairs(6, 2), ["a", "b"], higher=True)
    assert six.pairs[0].decided
    assert six.pairs[0].contrast.p == 0.03125


def test_six_pairs_under_holm_decide_nothing_below_eight_datasets():
    seven = compare_datasets(stairs(7), list("abcd"), higher=True)
    assert not any(pair.decided for pair in seven.pairs)
    assert seven.pairs[0].p_adjusted == pytest.approx(6 / 64)
    assert seven.pairs[0].reason == "7 datasets: p cannot be below .015 (.09 after the correction)"
    eight = compare_datasets(stairs(8), list("abcd"), higher=True)
    assert all(pair.decided for pair in eight.pairs)
    assert eight.pairs[0].p_adjusted == pytest.approx(6 / 128)
    assert (
        compare_datasets(stairs(7), list("abcd"), higher=True, correction="none").pairs[0].decided
    )


def test_below_ten_datasets_there_are_ranks_and_a_permutation_p():
    found = compare_datasets(stairs(9), list("abcd"), higher=True, posthoc="nemenyi")
    assert found.posthoc == "sign-flip"
    assert found.mean_ranks == (4, 3, 2, 1)
    assert found.omnibus.how == EXACT
    assert found.diagram is None
    assert found.no_diagram == "9 datasets: a critical-difference diagram needs 10"
    ten = compare_datasets(stairs(10), list("abcd"), higher=True)
    assert ten.diagram.groups == ()
    assert ten.diagram.methods == ("d", "c", "b", "a")


def test_ours_against_each_baseline():
    pairs = [("d", m) for m in "abc"]
    found = compare_datasets(stairs(12), list("abcd"), higher=True, pairs=pairs)
    assert [p.decided for p in found.pairs] == [True] * 3
    assert found.diagram.control == "d"
    assert found.diagram.like_control == ()
    assert found.pairs[0].p_adjusted == pytest.approx(3 * 2.0**-11)
    two = compare_datasets(stairs(12), list("abcd"), higher=True, pairs=pairs[:2])
    assert two.diagram is None


@pytest.mark.parametrize("n", [0, 1, 2, 5, 12])
@pytest.mark.parametrize("posthoc", ["wilcoxon", "nemenyi"])
def test_identical_methods(n, posthoc):
    found = compare_datasets(np.full((n, 3), 0.7), list("abc"), higher=True, posthoc=posthoc)
    assert not any(pair.decided for pair in found.pairs)
    assert all(pair.reason for pair in found.pairs) or posthoc == "nemenyi"
    assert n < 2 or found.omnibus.p == 1
    if n > 1:
        assert {pair.contrast.p for pair in found.pairs} == {1}
        assert {pair.contrast.estimate for pair in found.pairs} == {0}


def test_one_dataset_is_no_sample():
    found = compare_datasets(stairs(1), list("abcd"), higher=True)
    assert found.omnibus is None
    assert {p.contrast.p for p in found.pairs} == {None}
    assert not any(p.contrast.testable for p in found.pairs)
    assert found.no_diagram == "1 dataset: a critical-difference diagram needs 10"


def test_a_constant_shift_is_decided():
    scores = np.random.default_rng(0).random((12, 1)) + np.array([0, 0.1, 0.3])
    found = compare_datasets(scores, list("abc"), higher=True)
    assert found.pairs[0].contrast.p == 2.0**-11
    assert found.pairs[0].contrast.low == pytest.approx(-0.1)
    assert found.omnibus.p == found.omnibus.smallest_p
    assert found.omnibus.f is None


def test_scores_too_large_to_compare():
    scores = np.random.default_rng(0).random((12, 3)) * 1.7e308
    found = compare_datasets(scores, list("abc"), higher=True)
    assert {p.contrast.reason for p in found.pairs} == {"the numbers are too large to compare"}
    assert found.omnibus.p > 0


def test_two_methods_have_no_diagram():
    found = compare_datasets(stairs(12, 2), ["a", "b"], higher=True)
    assert found.omnibus is None
    assert found.no_diagram == "2 methods: a critical-difference diagram needs 3"


@pytest.mark.parametrize(
    "more",
    [
        {"methods": ["a"]},
        {"methods": ["a", "a"]},
        {"posthoc": "tukey"},
        {"correction": "sidak"},
        {"scores": np.array([[1.0, np.nan]])},
    ],
)
def test_what_does_not_fit_is_refused(more):
    given = {"scores": np.ones((3, 2)), "methods": ["a", "b"], "higher": True} | more
    with pytest.raises(ValueError, match=r"scores|methods|unknown"):
        compare_datasets(given.pop("scores"), given.pop("methods"), **given)


@given(WHOLE)
def test_sign_flip_p_is_scipys_permutation_test(values):
    x = np.array(values, dtype=float)
    sums = np.array(list(product([-1, 1], repeat=len(x)))) @ x
    expected = min(1.0, 2 * min((sums >= x.sum()).mean(), (sums <= x.sum()).mean()))
    assert sign_flip(x, Ask()).p == pytest.approx(expected, rel=1e-12)


def test_sign_flip_is_scipys():
    x = np.random.default_rng(1).normal(0.5, 1, 9)
    theirs = scipy_stats.permutation_test(
        (x,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    assert sign_flip(x, Ask()).p == pytest.approx(theirs.pvalue, rel=1e-12)


@given(WHOLE, st.sampled_from([0.01, 0.05, 0.1, 0.3]))
def test_sign_flip_interval_and_p_agree(values, alpha):
    x = np.array(values, dtype=float)
    found = sign_flip(x, Ask(alpha))
    assert (found.low is None) == (2 * 2.0 ** -len(x) >= alpha)
    assert (found.low is not None and (found.low > 0 or found.high < 0)) == (found.p < alpha)
    assert found.low is None or found.low <= found.estimate + 1e-12
    for shift in np.arange(-5.03, 7, 0.5):  # away from every subset mean
        inside = found.low is None or found.low < shift < found.high
        assert inside == (sign_flip(x - shift, Ask(alpha)).p >= alpha)


def test_darwins_plants():
    """Fisher 1935, section 21: 863 of 2^15 sums are as large as that seen; one-sided, 314 inches."""
    inches = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    x = np.array(inches, dtype=float)
    assert x.sum() == 314
    assert sign_flip(x, Ask()).p == pytest.approx(2 * 863 / 2**15, rel=1e-12)


def test_equivalence_is_the_interval_within_the_margin():
    x = np.random.default_rng(3).normal(0.1, 1, 9)
    for alpha in (0.05, 0.1):
        for margin in np.arange(0.1, 2, 0.1):
            found, wide = sign_flip(x, Ask(alpha, margin)), sign_flip(x, Ask(2 * alpha))
            assert (found.p_equivalent < alpha) == (-margin < wide.low and wide.high < margin)
    scores = np.column_stack([np.zeros(12), np.random.default_rng(4).normal(0, 0.1, 12)])
    found = compare_datasets(scores, ["a", "b"], higher=True, margin=0.2)
    assert SMALLEST_FLOAT < found.pairs[0].contrast.p_equivalent < 0.05


def test_subset_means():
    assert sorted(subset_means(np.array([1.0, 2.0, 6.0]))) == pytest.approx(
        [1, 1.5, 2, 3, 3.5, 4, 6]
    )


@pytest.mark.parametrize(("n", "alpha"), [(7, 0.05), (12, 0.05), (20, 0.01)])
def test_the_difference_that_datasets_detect_is_found_with_power_80(n, alpha):
    """Normal differences of which the true spread is the observed one; 1,500 simulated samples."""
    rng = np.random.default_rng(n)
    x = rng.normal(0, 1, n)
    x = (x - x.mean()) / x.std(ddof=1)
    scores = np.stack([x + 5, np.full(n, 5.0)], axis=1)
    (pair,) = compare_datasets(scores, ["a", "b"], higher=True).pairs
    shift = pair.contrast.detects.at(alpha)
    test = sign_flip if n < 10 else wilcoxon
    times = 1500
    found = [test(rng.normal(shift, 1, n), Ask(alpha)).p < alpha for _ in range(times)]
    assert np.mean(found) == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / times) + 0.02)


def test_five_datasets_detect_nothing_at_five_percent_and_nemenyi_says_nothing():
    (pair,) = compare_datasets(stairs(5, 2), ["a", "b"], higher=True).pairs
    assert pair.contrast.detects is None or pair.contrast.detects.at(0.05) is None
    scores = np.random.default_rng(1).normal(0, 1, (12, 3))
    found = compare_datasets(scores, list("abc"), higher=True, posthoc="nemenyi")
    assert all(pair.contrast.detects is None for pair in found.pairs)


SKEWED = np.array([0.1 + 0.01 * i for i in range(14)] + [-1.2])


@pytest.mark.parametrize("posthoc", ["wilcoxon", "nemenyi"])
def test_the_estimate_is_the_mean_difference_whatever_the_test(posthoc):
    """Also of close methods, whose mean and pseudomedian lie on two sides of zero."""
    rng = np.random.default_rng(5)
    scores = rng.exponential(1.0, (15, 6)) + np.arange(6) * 0.05
    found = compare_datasets(scores, list("abcdef"), higher=True, posthoc=posthoc)
    column = dict(zip("abcdef", scores.T, strict=True))
    apart = 0
    for pair in found.pairs:
        made, x = pair.contrast, column[pair.a] - column[pair.b]
        assert made.estimate == pytest.approx(x.mean(), rel=1e-12)
        assert made.interval_of == ("pseudomedian" if posthoc == "wilcoxon" else "")
        if posthoc == "wilcoxon":
            assert made.centre == wilcoxon(x, Ask()).estimate
            assert made.low <= made.centre <= made.high
            apart += made.centre * made.estimate < 0
    assert apart or posthoc == "nemenyi"


def test_a_mean_outside_the_interval_of_the_pseudomedian_is_the_estimate_all_the_same():
    scores = np.column_stack([SKEWED, np.zeros(15)])
    (pair,) = compare_datasets(scores, ["a", "b"], higher=True).pairs
    made = pair.contrast
    assert made.estimate == pytest.approx(SKEWED.mean())
    assert 0 < made.estimate < made.low < made.centre
    assert pair.decided


def test_a_mean_that_contradicts_the_test_decides_nothing():
    x = np.where(SKEWED < 0, SKEWED * 6, SKEWED)
    scores = np.column_stack([x, np.zeros(15)])
    (pair,) = compare_datasets(scores, ["a", "b"], higher=True, margin=0.01).pairs
    made = pair.contrast
    assert wilcoxon(x, Ask()).p < 0.05
    assert (made.p, made.low, made.high, made.p_equivalent) == (None, None, None, None)
    assert made.estimate == pytest.approx(x.mean()) and made.estimate < 0 < made.centre
    assert pair.reason == "Wilcoxon's test and the means do not favour the same method"
    assert not pair.decided


def test_nothing_is_equivalent_whose_mean_lies_outside_the_margin():
    """Wilcoxon's two one-sided tests are of the pseudomedian."""
    x = np.concatenate([np.random.default_rng(2).normal(0, 0.05, 19), [9.0]])
    scores = np.column_stack([x, np.zeros(20)])
    (pair,) = compare_datasets(scores, ["a", "b"], higher=True, margin=0.3).pairs
    assert wilcoxon(x, Ask(margin=0.3)).p_equivalent < 0.05
    assert pair.contrast.estimate > 0.3
    assert pair.contrast.p_equivalent is None
