import json
from pathlib import Path

import numpy as np
import pytest

from paperforge.stats.bayes import bayes_signed_rank, weights

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "references" / "bayesian_signed_rank.json").read_text()
)
DIFFERENCES = np.array(REFERENCE["differences"])


def three(found):
    return np.array([found.below, found.within, found.above])


def far(ours, theirs, samples):
    """How many standard errors of both simulations."""
    p = np.array(theirs)
    error = np.sqrt(np.maximum(p * (1 - p), 1e-9) / samples + np.array(ours.errors) ** 2)
    return np.abs(three(ours) - p) / np.maximum(error, 1e-6)


def test_baycomps_numbers():
    ours = bayes_signed_rank(DIFFERENCES, REFERENCE["rope"])
    for theirs in (REFERENCE["documented"], REFERENCE["again"]):
        assert far(ours, theirs, REFERENCE["samples"]).max() < 4
    run = REFERENCE["run"]
    assert far(ours, run["rope_1"], run["samples"]).max() < 4
    assert far(bayes_signed_rank(DIFFERENCES, 0.0), run["rope_0"], run["samples"]).max() < 4


def test_the_same_by_listing_every_average():
    """The quadratic form itself, on our own weights."""
    z = np.concatenate([[0.0], DIFFERENCES[:9]])
    w = weights(5, np.arange(3000), np.arange(10), 0.5)
    averages = (z[:, None] + z) / 2
    rope = 1.0
    parts = [averages < -rope, abs(averages) <= rope, averages > rope]
    theta = np.stack([np.einsum("bi,ij,bj->b", w, p.astype(float), w) for p in parts], axis=1)
    expected = np.bincount(theta.argmax(axis=1), minlength=3) / 3000
    ours = bayes_signed_rank(DIFFERENCES[:9], rope, seed=5, replicates=3000)
    assert three(ours) == pytest.approx(expected, abs=1e-12)


def test_weights_are_dirichlet():
    w = weights(1, np.arange(40_000), np.arange(6), 0.5)
    assert w.sum(axis=1) == pytest.approx(1)
    total = 5.5
    means = np.array([0.5, *[1] * 5]) / total
    assert w.mean(axis=0) == pytest.approx(means, abs=0.004)
    assert w.var(axis=0) == pytest.approx(means * (1 - means) / (total + 1), rel=0.05)


def test_mirrored_differences_mirror_the_probabilities():
    a, b = bayes_signed_rank(DIFFERENCES, 1.0), bayes_signed_rank(-DIFFERENCES, 1.0)
    assert (a.below, a.within, a.above) == (b.above, b.within, b.below)


def test_pairing_holds_whatever_the_order():
    names = np.arange(1, 55)
    turned = np.random.default_rng(0).permutation(54)
    a = bayes_signed_rank(DIFFERENCES, 1.0, keys=names, replicates=5000)
    b = bayes_signed_rank(DIFFERENCES[turned], 1.0, keys=names[turned], replicates=5000)
    assert three(a) == pytest.approx(three(b), abs=1e-12)


@pytest.mark.parametrize("rope", [0.0, 1.0])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_degenerate(n, rope):
    same = bayes_signed_rank(np.zeros(n), rope, replicates=500)
    assert three(same).tolist() == [0, 1, 0]
    if n == 5:
        assert bayes_signed_rank(np.full(n, 3.0), rope, replicates=500).above > 0.95
    assert three(bayes_signed_rank(np.full(n, -3.0), rope, replicates=500)).sum() == 1


def test_errors_are_the_binomials():
    found = bayes_signed_rank(DIFFERENCES, 1.0, replicates=1000, seed=2)
    assert found.errors[0] == pytest.approx(np.sqrt(found.below * (1 - found.below) / 1000))
    spread = [bayes_signed_rank(DIFFERENCES, 1.0, replicates=1000, seed=s).below for s in range(20)]
    assert np.std(spread) == pytest.approx(found.errors[0], rel=0.5)
