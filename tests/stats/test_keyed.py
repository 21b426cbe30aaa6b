import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtrc

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


SHARES = np.diff(np.array([0, *keyed.POISSON]) / 2**8)


def surprise(seen, expected):
    """p of chi-squared for counts of cells, less one degree."""
    return chdtrc(seen.size - 1, ((seen - expected) ** 2 / expected).sum())


def test_poisson_weights_have_the_probabilities_of_their_table():
    weights = keyed.poisson(3, B, np.arange(100))
    seen = np.bincount(weights.ravel(), minlength=len(SHARES))
    assert surprise(seen, SHARES * weights.size) > 0.001
    assert weights.mean() == pytest.approx(1, abs=4 / np.sqrt(weights.size))


@pytest.mark.parametrize(
    "pair",
    [
        *((0, 0, lane, 0) for lane in range(1, keyed.LANES)),  # of one hash
        (0, 0, keyed.LANES, 0), (0, 0, 1, 1), (0, 0, 0, 1), (5, 0, 2, 3),
    ],
)  # fmt: skip
def test_weights_of_two_replicates_or_units_are_independent(pair):
    """Every pair of weights is as frequent as the product of its probabilities."""
    first, unit, apart, further = pair
    weights = keyed.poisson(8, np.arange(2000), np.arange(320))
    step = 2 * keyed.LANES
    one = weights[first::step, unit::4].ravel()
    other = weights[first + apart :: step, unit + further :: 4].ravel()
    size = len(SHARES)
    seen = np.bincount(one * size + other, minlength=size * size)
    assert surprise(seen, np.outer(SHARES, SHARES).ravel() * len(one)) > 0.001


def test_sums_of_weights_vary_as_a_sample_does():
    """Over replicates, and over the units of each: mean n, variance n, skewness n^-1/2."""
    weights = keyed.poisson(2, np.arange(4000), np.arange(1200)).astype(float)
    for sums, n in ((weights.sum(axis=1), 1200), (weights.sum(axis=0), 4000)):
        z = (sums - n) / np.sqrt(n)
        assert z.mean() == pytest.approx(0, abs=4 / np.sqrt(len(z)))
        assert z.var() == pytest.approx(1, abs=4 * np.sqrt(2 / len(z)))
        assert (z**3).mean() == pytest.approx(n**-0.5, abs=4 * np.sqrt(15 / len(z)))
    apart = np.corrcoef(weights[:64]) - np.eye(64)  # those of eight whole hashes
    assert abs(apart).max() < 5 / np.sqrt(1200)


def test_seeds_and_replicates_differ():
    keys = np.arange(64)
    assert not (keyed.bits(0, B[:1], keys) == keyed.bits(1, B[:1], keys)).any()
    assert len(np.unique(keyed.bits(0, B, keys))) == B.size * keys.size


def test_poisson_weights_have_the_moments_that_are_stated():
    k = np.arange(len(SHARES))
    assert (SHARES * k).sum() == 1  # exactly
    assert (SHARES * (k - 1) ** 2).sum() == 1
    assert (SHARES * (k - 1) ** 3).sum() == pytest.approx(0.984, abs=5e-4)
    exact = np.exp(-1) / np.cumprod([1, *range(1, len(k))])
    assert np.abs(SHARES - exact).max() == pytest.approx(0.0043, abs=5e-5)


def test_poisson_weights_do_not_depend_on_the_replicates_beside_them():
    keys = np.array([5, -3, 77, 2**40])
    whole = keyed.poisson(9, np.arange(40), keys)
    odd = np.array([7, 31, 2, 6, 5])
    assert (keyed.poisson(9, odd, keys) == whole[odd]).all()
    assert (
        abs(np.corrcoef(keyed.poisson(9, B, np.arange(8)).reshape(-1, 8 * 8).T) - np.eye(64)).max()
        < 0.3
    )


@pytest.mark.parametrize(("n", "octets"), [(3, 5), (700, 90), (9001, 5), (40_000, 2)])
def test_poisson_weights_in_tiles_are_those_of_the_hash(n, octets):
    """Each is counted here from its 8 bits, one at a time."""
    keys = np.arange(n) * 5 - 7
    numbers = keyed.bits(4, np.arange(octets), keys)
    seen = np.zeros((octets, n), int)
    for rows, columns, weights in keyed.poisson_tiles(4, np.arange(octets), keys):
        seen[rows, columns] += 1
        for lane in range(keyed.LANES):
            number = (numbers[rows, columns] >> np.uint64(8 * lane)) & np.uint64(0xFF)
            expected = np.searchsorted(keyed.POISSON, number, side="right")
            assert (expected == weights[:, :, lane].T).all()
    assert (seen == 1).all()


def test_engines_are_named():
    assert keyed.engine("numpy") == "numpy"
    assert keyed.engine("torch") == "torch"
    assert keyed.engine("auto") in {"numpy", "torch"}
    with pytest.raises(ValueError, match="none of"):
        keyed.engine("cupy")
