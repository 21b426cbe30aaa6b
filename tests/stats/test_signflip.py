import json
import time
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats import signflip
from paperforge.stats.contrast import Ask
from paperforge.stats.exact import mcnemar_p
from paperforge.stats.flips import lattice_step
from paperforge.stats.signflip import sign_flip

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "signflip.json").read_text())
ASK = Ask()
ALPHAS = st.sampled_from([0.01, 0.05, 0.1, 0.32])


def flip(x, groups=None, ask=ASK, **more):
    groups = None if groups is None else np.asarray(groups)
    return sign_flip(np.asarray(x, dtype=float), groups, ask, **more)


def by_hand(x, sizes, shift):
    """Both tails at a shift, from all assignments of signs."""
    rest = np.asarray(x, dtype=float) - shift * np.asarray(sizes)
    signs = np.array(list(product([1, -1], repeat=len(rest))))
    sums, near = signs @ rest, 1e-9 * np.abs(rest).sum()
    return (sums >= rest.sum() - near).mean(), (sums <= rest.sum() + near).mean()


def graded(rng, n, zero=0.5, levels=4):
    return np.where(rng.random(n) < zero, 0, rng.integers(-levels, levels + 1, n)) / levels


def test_fishers_example():
    given_ = REFERENCE["darwin"]
    ours = flip(given_["differences"])
    assert ours.contrast.p == 2 * (given_["exceed"] + given_["equal"]) / 2**15
    assert ours.contrast.p == pytest.approx(given_["p"], abs=5e-7)
    assert ours.contrast.smallest_p == 2**-14
    assert ours.contrast.test == f"sign-flip ({ours.method})"
    assert ours.method in {"enumeration", "lattice"}
    assert ours.contrast.low < 0 < ours.contrast.high  # 5.267 %: just not rejected


@pytest.mark.parametrize("n", [3, 6, 10, 13])
def test_exact_p_is_scipys(n):
    x = np.random.default_rng(n).normal(0.7, 1, n)
    theirs = scipy_stats.permutation_test((x,), np.mean, permutation_type="samples")
    assert flip(x).contrast.p == pytest.approx(theirs.pvalue, rel=1e-12)


def test_zero_one_differences_are_mcnemars_exact():
    for wins, losses, rest in [(9, 3, 20), (40, 25, 100), (300, 251, 2000), (30, 60, 99_000)]:
        x = np.r_[np.ones(wins), -np.ones(losses), np.zeros(rest)]
        ours = flip(x)
        assert ours.contrast.p == pytest.approx(mcnemar_p(wins, losses, exact=True), rel=1e-9)
        assert ours.contrast.discordant == wins + losses
        assert ours.method in {"enumeration", "lattice"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=2, max_size=8), st.booleans(), st.integers(0, 9))
def test_tails_and_limits_against_all_assignments(values, grouped, seed):
    x = np.array(values) / 4
    groups = np.random.default_rng(seed).integers(0, 4, len(x)) if grouped else np.arange(len(x))
    ours = flip(x, groups if grouped else None, Ask(alpha=0.3, margin=0.2)).contrast
    if ours.low is None and ours.high is None:
        return
    _, codes = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(codes, x), np.bincount(codes)
    up, down = by_hand(sums, sizes, 0)
    assert ours.p == pytest.approx(min(1, 2 * min(up, down)), rel=1e-9)
    for limit, side, outwards in ((ours.low, 0, -1), (ours.high, 1, 1)):
        if limit is not None:
            assert by_hand(sums, sizes, limit + 1e-6 * outwards)[side] < 0.15
            assert by_hand(sums, sizes, limit - 1e-6 * outwards)[side] >= 0.15
    within = max(by_hand(sums, sizes, -0.2)[0], by_hand(sums, sizes, 0.2)[1])
    assert ours.p_equivalent == pytest.approx(within, rel=1e-9)


@pytest.mark.parametrize("n", [18, 25, 40])
def test_counting_saddlepoint_and_monte_carlo_agree(n, monkeypatch):
    rng = np.random.default_rng(n)
    x = graded(rng, n, zero=0.2) + 0.25
    counted = flip(x)
    assert counted.method == "lattice"
    for name in ("enumerated", "on_lattice", "lattice_tail"):
        monkeypatch.setattr(signflip, name, lambda units: None)
    smooth = flip(x)
    assert smooth.method == "saddlepoint"
    monkeypatch.setattr(signflip, "EFFECTIVE", np.inf)
    drawn = flip(x, seed=3)
    assert drawn.method == "Monte Carlo"
    assert drawn.monte_carlo_error == pytest.approx(
        2 * np.sqrt(drawn.contrast.p / 2 * (1 - drawn.contrast.p / 2) / 9999)
    )
    assert abs(drawn.contrast.p - counted.contrast.p) < 4 * drawn.monte_carlo_error
    assert abs(smooth.contrast.p - counted.contrast.p) < drawn.monte_carlo_error
    for one in (smooth, drawn):
        assert one.contrast.low == pytest.approx(counted.contrast.low, abs=0.02)
        assert one.contrast.high == pytest.approx(counted.contrast.high, abs=0.02)


def test_saddlepoint_within_the_error_of_ten_thousand_replicates():
    """Against 2^20 assignments of twenty differences."""
    rng = np.random.default_rng(2)
    for mean in (0.2, 0.4, 0.6):
        x = rng.uniform(mean - 1, mean + 1, 20)
        ours = flip(x)
        assert ours.method == "saddlepoint"
        sums = np.zeros(1)
        for value in x:
            sums = np.concatenate([sums + value, sums - value])
        exact = (np.abs(sums) >= abs(x.sum()) - 1e-9).mean()
        assert abs(ours.contrast.p - exact) < np.sqrt(exact * (1 - exact) / 10_000)


def test_a_lattice_too_large_for_its_limits_still_counts_p():
    x = graded(np.random.default_rng(4), 3000, zero=0.8) + 0.0
    ours = flip(x)
    assert ours.method == "lattice"
    sums = np.zeros(1)
    steps = np.abs(np.round(4 * x)).astype(int)
    chances = np.ones(1)
    for k in steps[steps > 0]:  # one by one, on the lattice of the sum over the flipped
        wide = np.zeros(len(chances) + k)
        wide[: len(chances)] += chances / 2
        wide[k:] += chances / 2
        chances = wide
    total = round(abs(4 * x.sum()))
    sums = 2 * np.arange(len(chances)) - steps.sum()
    assert ours.contrast.p == pytest.approx(min(1, chances[np.abs(sums) >= total].sum()), rel=1e-9)


def test_a_few_that_outweigh_the_rest_are_drawn():
    x = np.r_[1000.0, -700.0, np.random.default_rng(1).normal(0, 1, 40)]
    ours = flip(x, seed=1)
    assert ours.method == "Monte Carlo"
    assert ours.contrast.smallest_p == 2e-4
    assert ours.contrast.p == flip(x, seed=1).contrast.p
    assert round(ours.contrast.p * 10_000 / 2) == pytest.approx(ours.contrast.p * 10_000 / 2)
    shuffled = np.random.default_rng(0).permutation(len(x))
    by_key = flip(x[shuffled], seed=1, keys=shuffled)
    assert by_key.contrast.p == ours.contrast.p
    assert by_key.contrast.low == pytest.approx(ours.contrast.low)


@settings(max_examples=80, deadline=None)
@given(
    st.one_of(
        st.lists(st.floats(-9, 9, allow_subnormal=False), min_size=2, max_size=30),
        st.lists(st.integers(-4, 4), min_size=2, max_size=60),
    ),
    ALPHAS,
)
def test_interval_and_p_agree(x, alpha):
    ours = flip(x, ask=Ask(alpha=alpha)).contrast
    if ours.p is None or ours.discordant == 0:
        return
    excluded = (ours.low is not None and ours.low > 0) or (ours.high is not None and ours.high < 0)
    assert excluded == (ours.p < alpha)
    assert 0 < ours.smallest_p <= ours.p <= 1
    close = 1e-6 * np.abs(x).max()
    assert ours.low is None or ours.low <= ours.estimate + close
    assert ours.high is None or ours.high >= ours.estimate - close


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-9, 9, allow_subnormal=False), min_size=2, max_size=25))
def test_swapping_the_methods_mirrors_the_answer(x):
    one, other = flip(x).contrast, flip(-np.array(x)).contrast
    assert one.p == pytest.approx(other.p, rel=1e-9) if one.p is not None else other.p is None
    if one.low is not None:
        assert one.low == pytest.approx(-other.high, abs=1e-6)


def test_one_value_a_cluster_is_no_clustering():
    x = np.random.default_rng(5).normal(0.3, 1, 14)
    one, other = flip(x).contrast, flip(x, groups=np.arange(14)[::-1]).contrast
    assert (one.p, one.low, one.high) == pytest.approx((other.p, other.low, other.high))


def test_equivalence_is_the_tail_at_which_the_interval_touches_the_margin():
    x = np.random.default_rng(6).normal(0.05, 1, 400)
    p = flip(x, ask=Ask(margin=0.2)).contrast.p_equivalent
    ours = flip(x, ask=Ask(alpha=2 * p)).contrast
    assert max(-ours.low, ours.high) == pytest.approx(0.2, rel=1e-6)


def test_degenerate_data():
    assert flip([]).contrast.reason == "no examples"
    assert not flip([0.3]).contrast.testable
    assert (
        flip([0.3, 0.2, 0.1], groups=[5, 5, 5]).contrast.reason == "all examples are in one cluster"
    )
    same = flip([0.0, 0.0]).contrast
    assert (same.p, same.smallest_p, same.discordant, same.low) == (1, 1, 0, None)
    scores = np.array([0.1, 0.2, 0.35, 0.7])
    shift = flip((scores + 0.1) - scores, size=0.8).contrast
    assert shift.p is None and shift.reason.startswith("a constant shift")
    rounding = flip([1e-17, -1e-17, 2e-17], size=1.0).contrast
    assert rounding.p == 1
    huge = flip([1e308, 1e308, -1e307])
    assert huge.contrast.p is None
    few = flip([0.1, 0.2, 0.4]).contrast
    assert few.p == few.smallest_p == 0.25
    assert few.low is None and few.high is None  # 2^-3 is above .025: no shift is ever rejected
    tied = flip([0.1] * 7 + [0.2]).contrast
    assert tied.p == pytest.approx(2**-7) and tied.smallest_p == 2**-7
    assert flip([1e-5, -1e5, 3.0]).contrast.p == 0.75 or flip([1e-5, -1e5, 3.0]).contrast.p == 1.0


def test_steps_are_found():
    assert lattice_step(np.array([0.25, -0.5, 1.0, 0.0])) == pytest.approx(0.25)
    assert lattice_step(np.array([0.7 - 0.4, 0.9 - 0.4, -0.2])) == pytest.approx(0.1)
    assert lattice_step(np.array([2 / 3, 1 - 1 / 3, -1 / 3])) == pytest.approx(1 / 3)
    assert lattice_step(np.array([1.0, 2**0.5, 3.0])) == 0
    assert lattice_step(np.array([1.0, 1e-5])) == 0
    assert lattice_step(np.random.default_rng(0).normal(0, 1, 5000)) == 0
    assert lattice_step(np.zeros(3)) == 0


@pytest.mark.slow
def test_coverage_away_from_zero():
    """Graded scores with a true difference: the limits of the shifted test hold it."""
    rng = np.random.default_rng(8)
    runs, n, held = 2000, 40, 0
    for _ in range(runs):
        x = np.sign(rng.normal(0, 1, n)) * rng.integers(0, 3, n) / 4 + 0.5  # symmetric about 0.5
        ours = flip(x).contrast
        held += ours.low <= 0.5 <= ours.high
    assert held / runs >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / runs)


def test_a_hundred_thousand_continuous_differences_are_quick():
    x = np.random.default_rng(9).normal(0.01, 1, 100_000)
    took = []
    for _ in range(4):
        start = time.process_time()
        flip(x)
        took.append(time.process_time() - start)
    assert min(took) < 0.25
