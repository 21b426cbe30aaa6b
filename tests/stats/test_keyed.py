import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.stats import keyed

B = np.arange(2000)


def test_the_hash_is_splitmix64s():
    """The first numbers of SplitMix64 with seed 1234567, as published with its reference code."""
    state, found = 1234567, []
    for _ in range(3):
        state = state + keyed.GOLDEN & keyed.MASK
        found.append(keyed._mixed(state))
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@given(
    st.integers(0, 2**31),
    st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=20, unique=True),
)
def test_a_unit_has_the_same_draw_whatever_stands_beside_it(seed, keys):
    whole = keyed.bits(seed, B[:7], np.array(keys))
    for i, key in enumerate(keys):
        assert (keyed.bits(seed, B[3:5], np.array([key]))[:, 0] == whole[3:5, i]).all()


def test_draws_are_uniform_and_independent():
    signs = keyed.signs(1, B, np.arange(50)).astype(float)
    assert set(np.unique(signs)) == {-1, 1}
    assert abs(signs.mean()) < 4 / np.sqrt(signs.size)
    correlation = np.corrcoef(signs.T) - np.eye(50)
    assert abs(correlation).max() < 5 / np.sqrt(len(B))
    drawn = keyed.draws(1, B, 30, 7)
    counts = np.bincount(drawn.ravel(), minlength=7)
    expected = drawn.size / 7
    assert ((counts - expected) ** 2 / expected).sum() < 22.5  # chi-squared, 6 df, p = .001


def test_poisson_weights_have_their_probabilities():
    weights = keyed.poisson(3, B, np.arange(100))
    share = np.bincount(weights.ravel(), minlength=5)[:5] / weights.size
    expected = np.exp(-1) / np.array([1, 1, 2, 6, 24])
    assert np.abs(share - expected).max() < 0.005
    assert weights.mean() == pytest.approx(1, abs=0.01)


def test_seeds_and_replicates_differ():
    keys = np.arange(64)
    assert not (keyed.bits(0, B[:1], keys) == keyed.bits(1, B[:1], keys)).any()
    assert len(np.unique(keyed.bits(0, B, keys))) == B.size * keys.size


def test_poisson_weights_have_mean_and_variance_one():
    share = np.diff(np.array([0, *keyed.POISSON]) / 2**16)
    k = np.arange(len(share))
    assert (share * k).sum() == 1  # exactly
    assert (share * (k - 1) ** 2).sum() == pytest.approx(1, abs=2e-4)
    exact = np.exp(-1) / np.cumprod([1, *range(1, len(k))])
    assert np.abs(share - exact).max() < 2e-5


def test_poisson_weights_do_not_depend_on_the_replicates_beside_them():
    keys = np.array([5, -3, 77, 2**40])
    whole = keyed.poisson(9, np.arange(40), keys)
    odd = np.array([7, 31, 2, 6, 5])
    assert (keyed.poisson(9, odd, keys) == whole[odd]).all()
    assert (
        abs(np.corrcoef(keyed.poisson(9, B, np.arange(8)).reshape(-1, 4 * 8).T) - np.eye(32)).max()
        < 0.2
    )


@pytest.mark.parametrize(("n", "quads"), [(3, 5), (700, 90), (9001, 5), (40_000, 2)])
def test_poisson_weights_in_tiles_are_those_of_the_hash(n, quads):
    """Each is counted here from its 16 bits, one at a time."""
    keys = np.arange(n) * 5 - 7
    numbers = keyed.bits(4, np.arange(quads), keys)
    seen = np.zeros((quads, n), int)
    for rows, columns, weights in keyed.poisson_tiles(4, np.arange(quads), keys):
        seen[rows, columns] += 1
        for lane in range(keyed.LANES):
            number = (numbers[rows, columns] >> np.uint64(16 * lane)) & np.uint64(0xFFFF)
            expected = np.searchsorted(keyed.POISSON, number, side="right")
            assert (expected == weights[:, :, lane].T).all()
    assert (seen == 1).all()


def test_engines_are_named():
    assert keyed.engine("numpy") == "numpy"
    assert keyed.engine("torch") == "torch"
    assert keyed.engine("auto") in {"numpy", "torch"}
    with pytest.raises(ValueError, match="none of"):
        keyed.engine("cupy")
