"""torch gives the same integers, and sums that differ by rounding alone. Skipped without torch."""

import numpy as np
import pytest

from paperforge.stats import keyed
from paperforge.stats.resample import replicates_of_sums

pytest.importorskip("torch")

from paperforge.stats import keyed_torch

KEYS = np.r_[np.arange(60), -1, -(2**62), 2**62, 2**40 + 7]
REPLICATES = np.r_[np.arange(9), 101, 3, 10**9]


@pytest.mark.parametrize("seed", [0, 1, 2**31])
@pytest.mark.parametrize("name", ["bits", "signs", "poisson"])
def test_integers_are_equal(name, seed):
    ours = getattr(keyed, name)(seed, REPLICATES, KEYS)
    theirs = getattr(keyed_torch, name)(seed, REPLICATES, KEYS).cpu().numpy()
    assert (ours.astype(np.int64) == theirs).all()


@pytest.mark.parametrize("among", [1, 7, 1000, 4_000_000_000])
def test_draws_are_equal(among):
    theirs = keyed_torch.draws(5, REPLICATES, 40, among).cpu().numpy()
    assert (keyed.draws(5, REPLICATES, 40, among) == theirs).all()


@pytest.mark.parametrize("n", [50, 3000])
def test_a_bootstrap_of_means_is_equal_within_rounding(n):
    rows = np.random.default_rng(n).lognormal(0, 1, (n, 2))
    ours, theirs = (
        replicates_of_sums(rows, lambda s: s[:, 0] / n, 3, 203, keys=np.arange(n) * 7, engine=e)
        for e in ("numpy", "torch")
    )
    assert theirs == pytest.approx(ours, rel=1e-12)
