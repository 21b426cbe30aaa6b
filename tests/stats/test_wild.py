import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperforge.stats.contrast import Ask
from paperforge.stats.signflip import sign_flip
from paperforge.stats.wild import WEBB_POINTS, p_of_shift, resampled, wild_cluster

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "wild.json").read_text())
ASK = Ask()


def clusters(sizes):
    return np.repeat(np.arange(len(sizes)), sizes)


def by_hand(x, groups, shift, points):
    """The p of the definition, with residuals, all weights and the t statistic."""

    def t(y):
        rest = np.bincount(groups, y - y.mean())
        return (y.mean() - shift) / np.sqrt(rest @ rest)

    observed = abs(t(x))
    weights = product(points, repeat=groups.max() + 1)
    reached = [
        abs(t(shift + (x - shift) * np.array(v)[groups])) >= observed * (1 - 1e-9) for v in weights
    ]
    return np.mean(reached)


@pytest.mark.parametrize("case", REFERENCE["cases"])
def test_against_another_program(case):
    x, groups = np.array(case["x"]), clusters(case["sizes"])
    ours = wild_cluster(x, groups, ASK, weights="Rademacher")
    assert ours.listed
    assert ours.contrast.statistic == pytest.approx(case["statistic"], rel=1e-9)
    beyond = ours.contrast.p - 2.0 ** (1 - len(case["sizes"])) * (case["rademacher"] == 0)
    assert beyond == pytest.approx(case["rademacher"], abs=1e-12)
    webb = wild_cluster(x, groups, ASK, weights="Webb")
    p = webb.contrast.p
    error = np.sqrt(p * (1 - p) / 99_999) + (webb.monte_carlo_error or 0)
    assert abs(p - case["webb"]) < 3 * error


@pytest.mark.parametrize(("weights", "points"), [("Rademacher", [-1, 1]), ("Webb", WEBB_POINTS)])
def test_against_the_definition_at_any_hypothesis(weights, points):
    rng = np.random.default_rng(1)
    groups = clusters([3, 7, 2, 9])
    x = rng.normal(0.5, 1, 21)
    ours = wild_cluster(x, groups, Ask(alpha=0.2), weights=weights).contrast
    assert ours.p == pytest.approx(by_hand(x, groups, 0, points), abs=1e-12)
    for limit, outwards in ((ours.low, -1e-6), (ours.high, 1e-6)):
        assert by_hand(x, groups, limit + outwards, points) < 0.2
        assert by_hand(x, groups, limit - outwards, points) >= 0.2


def test_equal_clusters_are_the_sign_flip_of_their_sums():
    x, groups = np.random.default_rng(2).normal(0.3, 1, 90), clusters([10] * 9)
    ours, exact = wild_cluster(x, groups, ASK).contrast, sign_flip(x, groups, ASK).contrast
    assert ours.p == pytest.approx(exact.p, abs=1e-12)
    assert (ours.low, ours.high) == pytest.approx((exact.low, exact.high), abs=1e-6)
    assert ours.smallest_p == exact.smallest_p == 2**-8


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.sampled_from([0.05, 0.1, 0.3]))
def test_interval_and_p_agree(seed, g, alpha):
    rng = np.random.default_rng(seed)
    groups = clusters(rng.integers(1, 9, g))
    x = rng.normal(0.5, 1, len(groups)).round(1)
    ours = wild_cluster(x, groups, Ask(alpha=alpha)).contrast
    if ours.p is None:
        return
    excluded = (ours.low is not None and ours.low > 0) or (ours.high is not None and ours.high < 0)
    assert excluded == (ours.p < alpha)
    assert 0 < ours.smallest_p <= ours.p <= 1
    assert ours.low is None or ours.low <= ours.estimate
    assert ours.high is None or ours.high >= ours.estimate


def test_weights_are_chosen_by_the_number_of_clusters_and_keyed():
    rng = np.random.default_rng(3)
    x, groups = rng.normal(0.2, 1, 200), rng.integers(0, 40, 200)
    ours = wild_cluster(x, groups, ASK, seed=4)
    assert (ours.weights, ours.listed, ours.clusters) == ("Rademacher", False, 40)
    assert ours.contrast.smallest_p == 1e-4
    assert ours.monte_carlo_error > 0
    shuffled = rng.permutation(200)
    again = wild_cluster(x[shuffled], groups[shuffled], ASK, seed=4).contrast
    assert again.p == ours.contrast.p
    assert again.low == pytest.approx(ours.contrast.low)
    few = wild_cluster(x, groups % 5, ASK)
    assert (few.weights, few.listed) == ("Webb", True)
    assert few.contrast.smallest_p == pytest.approx(6.0**-4)


def test_degenerate_data():
    assert wild_cluster(np.array([]), np.array([], int), ASK).contrast.reason == "no examples"
    one = wild_cluster(np.array([1.0, 2.0]), np.array([3, 3]), ASK).contrast
    assert not one.testable
    groups = np.array([0, 0, 1, 2])
    assert wild_cluster(np.zeros(4), groups, ASK).contrast.reason == "identical outputs"
    shifted = wild_cluster(np.full(4, 0.1), groups, ASK).contrast
    assert shifted.reason.startswith("a constant shift")
    two = wild_cluster(np.array([0.1, 0.2, 0.5]), np.array([0, 0, 1]), ASK).contrast
    assert two.p >= two.smallest_p == pytest.approx(1 / 6)
    assert two.low is None
    assert wild_cluster(np.array([1e308, 1e308]), np.array([0, 1]), ASK).contrast.p is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "most"),
    [([20] * 5, 0.05), ([20] * 8, 0.05), ([20] * 10, 0.05), (UNEQUAL := [4, 18, 32, 46, 60], 0.05),
     ([4, 8, 12, 16, 20, 30, 40, 60], 0.05), ([4] * 9 + [40], 0.05)],
    ids=["5", "8", "10", "5 unequal", "8 unequal", "one big"],
)  # fmt: skip
def test_size(sizes, most):
    """Correlation .2 within clusters; see the module for the sizes beside CR2's."""
    rng = np.random.default_rng([5, *sizes])
    runs, sizes = 1500, np.array(sizes, dtype=float)
    g = len(sizes)
    weights = "Webb" if g < 9 else "Rademacher"
    sums = sizes * rng.normal(0, 0.2**0.5, (runs, g))
    sums += rng.normal(0, 0.8**0.5, (runs, g)) * np.sqrt(sizes)
    found = 0
    for run, each in enumerate(sums):
        samples = resampled(each, sizes, weights, (run, 1999, np.arange(g)))
        found += p_of_shift(samples, (each, sizes))(0.0) < 0.05
    assert found / runs <= most + 3 * np.sqrt(most * (1 - most) / runs)
    assert found / runs > 0.02
