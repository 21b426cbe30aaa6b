import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats.components import (
    SMALLEST,
    Block,
    block,
    components,
    joint_df,
    level,
    precision,
    reach,
    two_way,
)
from paperforge.stats.contrast import Ask

ASK = Ask()


def full(scores, seeds=None, examples=None):
    scores = np.asarray(scores, dtype=float)
    seeds = np.arange(len(scores)) if seeds is None else np.asarray(seeds)
    examples = np.arange(scores.shape[1]) if examples is None else np.asarray(examples)
    return Block(scores, seeds, examples)


def made(rng, s, n, seed, example, rest, common=0.0, flip=None):
    """A table of s seeds x n examples with these standard deviations."""
    shared = rng.normal(0, example, n) if flip is None else flip
    return shared + rng.normal(0, seed, (s, 1)) + rng.normal(0, rest, (s, n)) + common


def test_worked_by_hand():
    # a: rows 1 2 3 / 3 6 3, row means 2 and 4, column means 2 4 3; residuals +-(0, -1, 1):
    # squares sum to 4 over (2-1)(3-1) = 2: mean square 2. b: 0 throughout but column 2 is 3.
    a, b = full([[1, 2, 3], [3, 6, 3]]), full([[0, 3, 0], [0, 3, 0]])
    found = components(a, b)
    assert found.estimate == 2
    # seed part of a: variance of (2, 4) = 2, over 2 seeds 1; residual part 2 / 6.
    assert found.over_seeds == pytest.approx((1.0, 1.0))
    assert found.seed == pytest.approx((2 * (1 - 1 / 3), 0.0))
    assert found.residual == pytest.approx((2.0, 0.0))
    # differences by example: 2 1 3, variance 1, over 3; less 1/3: nothing is left.
    assert found.example == pytest.approx(0.0)
    assert found.over_examples[1] == 2


def test_components_are_statsmodels_mixed_model():
    """Balanced and positive, REML's components are those of the mean squares."""
    statsmodels = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    import pandas as pd

    rng = np.random.default_rng(5)
    s, n = 5, 12
    gap = made(rng, s, n, 0.8, 1.2, 0.6, 0.5)
    found = components(full(gap), full(np.zeros((s, n))), paired=True)
    rows = pd.DataFrame(
        {
            "y": gap.ravel(),
            "one": 1,
            "seed": np.repeat(np.arange(s), n),
            "example": np.tile(np.arange(n), s),
        }
    )
    model = statsmodels.MixedLM.from_formula(
        "y ~ 1",
        rows,
        groups="one",
        re_formula="0",
        vc_formula={"seed": "0 + C(seed)", "example": "0 + C(example)"},
    )
    fit = model.fit(reml=True)
    theirs = dict(zip(model.exog_vc.names, fit.vcomp, strict=True))
    assert found.seed[0] == pytest.approx(theirs["seed"], rel=2e-3)
    assert found.example == pytest.approx(theirs["example"], rel=2e-3)
    assert found.residual[0] == pytest.approx(fit.scale, rel=2e-3)
    se = float(fit.bse_fe.iloc[0])
    assert found.over_seeds[0] + found.over_examples[0] == pytest.approx(se**2, rel=2e-3)


def test_without_variance_of_examples_it_is_welch_on_the_seeds():
    rng = np.random.default_rng(6)
    a, b = rng.normal(0, 1, (4, 1)) + np.zeros(7), rng.normal(1, 2, (3, 1)) + np.zeros(7)
    ours, theirs = (
        two_way(components(full(a), full(b)), ASK),
        scipy_stats.ttest_ind(a[:, 0], b[:, 0], equal_var=False),
    )
    assert (ours.p, ours.df, ours.statistic) == pytest.approx(
        (theirs.pvalue, theirs.df, theirs.statistic), rel=1e-6
    )
    assert ours.n == (4, 3)


def test_without_variance_of_seeds_it_is_the_paired_t_on_examples():
    rng = np.random.default_rng(7)
    x, y = rng.normal(0.4, 1, 9), rng.normal(0, 1, 9)
    found = components(full(np.tile(x, (3, 1))), full(np.tile(y, (2, 1))))
    ours, theirs = two_way(found, ASK), scipy_stats.ttest_rel(x, y)
    assert (ours.p, ours.df) == pytest.approx((theirs.pvalue, 8), rel=1e-6)
    low, high = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-9)


@settings(deadline=None)
@given(
    st.integers(2, 4),
    st.integers(2, 6),
    st.integers(0, 10_000),
    st.sampled_from([0.01, 0.05, 0.3]),
    st.booleans(),
    st.floats(0, 3),
)
def test_interval_p_and_df_agree(s, n, seed, alpha, paired, shift):
    rng = np.random.default_rng(seed)
    sds = rng.choice([0.01, 0.3, 1.0], 3)
    a, b = full(made(rng, s, n, *sds, shift)), full(made(rng, s, n, *sds))
    ask = Ask(alpha=alpha, margin=1.0)
    ours = two_way(components(a, b, paired=paired), ask)
    assert (ours.low > 0 or ours.high < 0) == (ours.p < alpha)
    assert SMALLEST <= ours.p <= 1
    assert ours.paired is paired
    if ours.p < 0.5:
        assert 2 * scipy_stats.t.sf(abs(ours.statistic), ours.df) == pytest.approx(ours.p, rel=1e-6)
    wide = two_way(components(a, b, paired=paired), Ask(alpha=2 * ours.p_equivalent))
    if ours.p_equivalent < 0.49:  # the (1 - 2 p) interval touches the margin
        assert max(abs(wide.low), abs(wide.high)) == pytest.approx(1.0, rel=1e-6)
    swapped = two_way(components(b, a, paired=paired), ask)
    assert (swapped.low, swapped.p) == pytest.approx((-ours.high, ours.p))


def test_level_inverts_reach_even_far_out():
    seed, example = (1.0, 1.0), (0.5, 40.0)
    for alpha in (0.9, 0.05, 1e-6, 1e-90):
        assert level(seed, example, reach(seed, example, alpha)) == pytest.approx(alpha, rel=1e-6)
    assert level((0.0, 1.0), (1e-300, 400.0), 1e6) == SMALLEST
    assert 1 <= joint_df(seed, example, 0.05) <= 40


def test_rows_become_a_block_and_what_is_dropped_is_counted():
    seeds = np.array([1, 1, 1, 2, 2, 3, 3, 3, 3, 4])
    examples = np.array([10, 11, 12, 10, 12, 12, 11, 10, 10, 99])
    values = np.array([1.0, 2, 3, 4, 6, 9, 8, 6, 8, 5])
    found = block(seeds, examples, values)
    assert found.seeds.tolist() == [1, 2, 3]
    assert found.examples.tolist() == [10, 12]
    assert found.scores.tolist() == [[1, 3], [4, 6], [7, 9]]  # seed 3 has example 10 twice
    assert (found.dropped_seeds, found.dropped_examples) == (1, 2)
    none = block(np.array([]), np.array([]), np.array([]))
    assert none.scores.size == 0


def test_examples_are_matched_by_key():
    a, b = full([[1, 2, 4], [2, 2, 6]], examples=[3, 5, 9]), full([[5, 1], [7, 2]], examples=[9, 3])
    b = Block(b.scores[:, ::-1], b.seeds, b.examples[::-1])
    found = components(a, b)
    assert found.examples == 2
    assert found.unmatched == 1
    assert found.estimate == pytest.approx((1.5 + 5) / 2 - (1.5 + 6) / 2)


def test_paired_seeds_are_matched_by_key():
    a, b = full([[1, 2], [3, 5], [9, 9]], seeds=[1, 2, 3]), full([[1, 1], [0, 1]], seeds=[2, 3])
    found = components(a, b, paired=True)
    assert found.seeds == (2,)
    assert found.unmatched == 1
    assert found.estimate == pytest.approx(np.mean([[2, 4], [9, 8]]))


@pytest.mark.parametrize("shape", [(1, 5), (3, 1), (0, 0)])
def test_too_few_seeds_or_examples(shape):
    ours = two_way(components(full(np.zeros(shape)), full(np.zeros(shape))), ASK)
    assert ours.p is None
    assert not ours.testable
    assert ours.reason


def test_identical_outputs_and_a_constant_shift():
    x = np.random.default_rng(8).normal(0, 1, (3, 4))
    same = two_way(components(full(x), full(x), paired=True), ASK)
    assert same.reason == "identical outputs"
    shift = two_way(components(full(x + 0.1), full(x), paired=True), ASK)
    assert shift.reason.startswith("a constant shift")
    assert shift.estimate == pytest.approx(0.1)


def test_negative_components_are_zero_and_named():
    found = components(full([[1.0, -1], [-1, 1]]), full(np.zeros((2, 2))))
    assert found.negative == ("seed (a)", "example")
    assert found.seed == (0, 0)
    assert found.example == 0


def test_what_more_seeds_and_examples_buy():
    rng = np.random.default_rng(9)
    s, n = 4, 30
    a, b = full(made(rng, s, n, 1, 1, 0.5)), full(made(rng, s, n, 1, 1, 0.5))
    found = components(a, b)
    now, ours = precision(found, s, n, 0.05), two_way(found, ASK)
    assert not found.negative
    assert now.se == pytest.approx(abs(ours.estimate / ours.statistic), rel=1e-9)
    assert now.detectable == pytest.approx(ours.detectable, rel=1e-6)
    more_seeds, more_examples = precision(found, 100, n, 0.05), precision(found, s, 10_000, 0.05)
    assert more_seeds.se < now.se
    assert more_examples.se == pytest.approx(np.sqrt(sum(found.seed) / s), rel=0.01)
    with pytest.raises(ValueError, match="two seeds"):
        precision(found, 1, 30, 0.05)


def sizes(rng, runs, s, n, sds, *, paired):
    """Share of p < .05 where the methods do not differ, through the functions that decide."""
    found = 0
    for _ in range(runs):
        difficulty = rng.normal(0, 2, n)
        a, b = (full(difficulty + made(rng, s, n, *sds)) for _ in "ab")
        found += two_way(components(a, b, paired=paired), ASK).p < 0.05
    return found / runs


@pytest.mark.slow
@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("s", [2, 3, 5, 10])
@pytest.mark.parametrize("n", [50, 500])
def test_size(s, n, paired):
    """Examples dominate, seeds dominate, both: the parts of the variance as 0, 100, 1 and 10 to 1."""
    runs = 400 if n == 500 else 700
    for ratio in (0.0, 100.0, 1.0, 10.0):
        rng = np.random.default_rng([31, s, n, int(ratio), paired])
        sds = (np.sqrt(ratio * s / n), 1.0, 0.6)
        size = sizes(rng, runs, s, n, sds, paired=paired)
        assert size <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs), ratio


@pytest.mark.slow
@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("s", [2, 3, 5, 10])
@pytest.mark.parametrize("n", [10, 50, 500])
def test_size_from_the_mean_squares(s, n, paired):
    """10,000 designs of each kind: mean squares drawn as chi-squared, which they are if all is normal.

    Sizes from .004 (2 seeds, nothing but residual), .015 (3), .033 (5), .037 (10) to .055.
    Satterthwaite's degrees of freedom of the sum: up to .066 with 2 seeds; paired .13, .08, .06, .05
    with 2, 3, 5 and 10.
    """
    runs, methods = 10_000, 1 if paired else 2
    for ratio in (0.0, 0.1, 1.0, 10.0, 100.0):
        for rest in (0.0, 0.1, 1.0):
            rng = np.random.default_rng([32, s, n])
            seed = ratio / n  # sigma_seed^2 / s
            row = seed + rest / (s * n)
            chi = rng.chisquare(s - 1, (methods, runs)) / (s - 1)
            left = rng.chisquare((s - 1) * (n - 1), (methods, runs)) / ((s - 1) * (n - 1))
            gaps = (1 + methods * rest / s) / n * rng.chisquare(n - 1, runs) / (n - 1)
            residual = rest / (s * n) * left
            rows = row * chi
            over = rows.sum(axis=0)
            beyond = np.maximum(0, gaps - residual.sum(axis=0))
            beyond += np.maximum(0, residual - rows).sum(axis=0)
            df = np.where(
                over > 0, over**2 / np.maximum((rows**2 / (s - 1)).sum(axis=0), 1e-300), 1
            )
            half = np.hypot(
                scipy_stats.t.isf(0.025, df) * np.sqrt(over),
                scipy_stats.t.isf(0.025, n - 1) * np.sqrt(beyond),
            )
            check = reach((float(over[0]), float(df[0])), (float(beyond[0]), n - 1.0), 0.05)
            assert check == pytest.approx(half[0], rel=1e-9)
            true = methods * row + 1 / n
            missed = np.abs(rng.normal(0, np.sqrt(true), runs)) > half
            assert missed.mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs), (ratio, rest)


@pytest.mark.slow
@pytest.mark.parametrize(("s", "n"), [(2, 50), (3, 200), (5, 100)])
def test_size_with_right_and_wrong_answers(s, n):
    """0/1 scores; the chance of each example and seed is logistic in their effects."""
    rng = np.random.default_rng([33, s, n])
    runs, found, missed = 1500, 0, 0
    for _ in range(runs):
        difficulty = rng.normal(1, 1.5, n)
        a, b = (
            full(
                rng.random((s, n)) < 1 / (1 + np.exp(-difficulty - made(rng, s, n, 0.3, 0.7, 0.0)))
            )
            for _ in "ab"
        )
        ours = two_way(components(a, b), ASK)
        found += ours.p < 0.05
        missed += not ours.low <= 0 <= ours.high
    assert found == missed
    assert found / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
