"""The best-set of runs that are declared to be paired."""

import numpy as np
import pytest
from scipy import stats

from paperforge.spec import DesignSpec
from paperforge.stats import analyse

RNG = np.random.default_rng
PAIRED = DesignSpec(best_set=True, pair_by=("seed",))


def made(fake, n, datasets=("d",), *, keys=None, seed=1):
    """Four methods that fall behind the first one by little beside what they share of a seed."""
    rng = RNG(seed)
    own = {m: rng.normal(0, 0.5, (n, len(datasets))) - 0.8 * i for i, m in enumerate("wxyz")}
    common = rng.normal(0, 3, n)
    keys = keys or {}
    return {
        (m, d): {"values": common + own[m][:, k], "keys": keys.get(m, np.arange(n))}
        for m in "wxyz"
        for k, d in enumerate(datasets)
    }


@pytest.mark.parametrize("datasets", [("d",), ("d1", "d2")])
def test_below_ten_seeds_it_is_the_paired_t_times_the_others(fake, datasets):
    cells = made(fake, 6, datasets)
    (found,) = analyse(fake(cells), PAIRED).best
    mean = {m: np.mean([cells[m, d]["values"] for d in datasets], axis=0) for m in "wxyz"}
    assert found.test == "Bonferroni t against the best"
    for m, p in found.ps:
        others = [
            stats.ttest_rel(mean[o], mean[m], alternative="greater").pvalue
            for o in "wxyz"
            if o != m
        ]
        assert p == pytest.approx(min(1.0, 3 * min(others)), rel=1e-9)
    (plain,) = analyse(fake(cells), DesignSpec(best_set=True)).best
    assert found.methods == ("w",)
    assert len(plain.methods) >= 3
    assert plain.test == "max-t against the best"


def test_from_ten_seeds_on_signs_are_flipped(fake):
    (found,) = analyse(fake(made(fake, 12)), PAIRED).best
    assert found.test == "sign-flip max-t against the best"
    assert found.methods == ("w",)


def test_runs_are_matched_by_their_seed_and_not_by_their_row(fake):
    cells = made(fake, 6)
    first = dict(analyse(fake(cells), PAIRED).best[0].ps)
    turned = {
        at: {"values": c["values"][::-1], "keys": c["keys"][::-1]} if at[0] == "x" else c
        for at, c in cells.items()
    }
    assert dict(analyse(fake(turned), PAIRED).best[0].ps) == pytest.approx(first)


def test_runs_that_share_too_few_seeds_are_unpaired_and_it_says_so(fake):
    cells = made(fake, 6, keys={"z": 100 + np.arange(6)})
    (found,) = analyse(fake(cells), PAIRED).best
    (plain,) = analyse(fake(cells), DesignSpec(best_set=True)).best
    assert found.ps == plain.ps
    assert found.test == (
        "max-t against the best, unpaired: fewer than two seeds are shared by all methods"
    )
