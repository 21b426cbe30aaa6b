import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.stats.best import best_set, best_set_blocks, bonferroni_p, flipped_p

SIZE = 0.05


def above(rate, n):
    return rate <= SIZE + 3 * np.sqrt(SIZE * (1 - SIZE) / n)


def summaries(samples):
    return (
        [x.mean() for x in samples],
        [x.var(ddof=1) / len(x) for x in samples],
        [len(x) - 1 for x in samples],
    )


def test_what_is_clearly_worse_is_left_out():
    rng = np.random.default_rng(1)
    samples = [rng.normal(m, 1, 10) for m in (5, 4.9, 0, -3)]
    found = best_set(*summaries(samples))
    assert found.members == (True, True, False, False)
    assert found.p[2] < 0.05
    assert best_set(*summaries(samples), higher=False).members == (False, False, False, True)
    assert found.monte_carlo < 0.01
    blocks = best_set_blocks(np.array(samples).T)
    assert blocks.members == (True, True, False, False)
    assert blocks.smallest_p == 2**-10


def test_two_methods_with_known_variances_are_a_z_test():
    found = best_set([0.0, 1.5], [0.5, 0.5], [1e9, 1e9], replicates=100_000)
    assert found.p[0] == pytest.approx(scipy_stats.norm.sf(1.5), abs=4 * found.monte_carlo)
    assert found.p[1] == pytest.approx(scipy_stats.norm.cdf(1.5), abs=4 * found.monte_carlo)


def test_many_equal_methods_with_known_variances_are_dunnetts_one_sided_test():
    """Dunnett 1955, JASA 50(272), table 1a, infinite df, one-sided .05: 1.92 for two treatments and
    a control, 2.06 for three, 2.23 for five, 2.42 for nine; quoted in every textbook's appendix."""
    for others, critical in ((2, 1.92), (3, 2.06), (5, 2.23), (9, 2.42)):
        means = [0.0, critical * np.sqrt(2)] + [0.0] * (others - 1)
        found = best_set(means, [1.0] * (others + 1), [1e9] * (others + 1), replicates=100_000)
        assert found.p[0] == pytest.approx(0.05, abs=0.001 + 4 * 0.0007)


def test_two_methods_are_the_test_of_behrens_and_fisher():
    """Equal variances with n = 2 each: (T1 - T2) / sqrt(2) of two Cauchy is Cauchy times sqrt(2)."""
    found = best_set([0.0, 4.0], [0.5, 0.5], [1, 1], replicates=100_000)
    assert found.p[0] == pytest.approx(scipy_stats.cauchy.sf(4 / np.sqrt(2)), abs=0.004)


def test_order_of_methods_does_not_matter_beyond_chance():
    rng = np.random.default_rng(2)
    m, v, f = summaries([rng.normal(k / 3, 1 + k / 2, 4 + k) for k in range(5)])
    one = best_set(m, v, f, replicates=20_000)
    other = best_set(m[::-1], v[::-1], f[::-1], replicates=20_000)
    assert one.p == pytest.approx(other.p[::-1], abs=0.02)
    assert best_set(m, v, f, replicates=20_000) == one
    assert best_set(m, v, f, replicates=20_000, seed=1) != one


def test_degenerate_data_stays_in_the_set():
    assert best_set([], [], []).members == ()
    assert best_set([1.0], [0.1], [3]).p == (1.0,)
    assert best_set([1.0, 2.0], [0.0, 0.0], [2, 2]).members == (True, True)
    assert best_set([1.0, 9.0], [0.1, 0.0], [2, 0]).members == (True, True)  # one run
    assert best_set([1.0, 9.0], [1e-6, 0.0], [4, 4]).members == (False, True)
    assert best_set([np.inf, 1.0], [0.1, 0.1], [3, 3]).p == (1.0, 1.0)
    flat = np.tile([1.0, 2.0, 3.0], (12, 1))
    assert best_set_blocks(flat).p == (1.0, 1.0, 1.0)
    assert best_set_blocks(flat[:1]).members == (True, True, True)
    assert best_set_blocks(flat[:, :1]).p == (1.0,)


def test_a_single_pair_of_blocks_is_the_one_sided_paired_t():
    rng = np.random.default_rng(3)
    x = rng.normal(0, 1, (6, 2))
    theirs = scipy_stats.ttest_rel(x[:, 1], x[:, 0], alternative="greater").pvalue
    assert best_set_blocks(x).p[0] == pytest.approx(theirs, rel=1e-9)


def test_flipped_signs_are_enumerated():
    rng = np.random.default_rng(4)
    apart = rng.normal(0.5, 1, (8, 3))
    signs = np.array(np.meshgrid(*[[1, -1]] * 8)).reshape(8, -1).T
    every = np.array(
        [(s[:, None] * apart).mean(0) / (s[:, None] * apart).std(0, ddof=1) for s in signs]
    )
    exact = (every.max(axis=1) >= every[0].max() * (1 - 1e-12)).mean()
    assert (every[0] == apart.mean(0) / apart.std(0, ddof=1)).all()
    assert flipped_p(apart, 20_000, 0) == pytest.approx(exact, abs=4 * np.sqrt(exact / 20_000))


@pytest.mark.slow
@pytest.mark.parametrize("case", ["equal", "spreads", "unequal n", "both"])
@pytest.mark.parametrize("k", [3, 6, 12])
@pytest.mark.parametrize("n", [3, 5, 10])
def test_how_often_the_best_is_left_out(n, k, case):
    """All methods equal, so each of them is truly best; p of the first and the last."""
    rng, runs = np.random.default_rng([5, n, k]), 10_000
    sizes = np.where(np.arange(k) % 2, n, 3 * n) if case in {"unequal n", "both"} else np.full(k, n)
    spread = {"spreads": np.geomspace(0.3, 3, k), "both": np.where(np.arange(k) % 2, 2, 1)}
    sd = spread.get(case, np.ones(k))
    out = []
    for run in range(runs):
        means = rng.normal(size=k) * sd / np.sqrt(sizes)
        variances = sd**2 / sizes * rng.chisquare(sizes - 1) / (sizes - 1)
        found = best_set(means, variances, sizes - 1, replicates=199, seed=run)
        out.append([not found.members[0], not found.members[-1]])
    for rate in np.mean(out, axis=0):
        assert above(rate, runs)


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5, 10])
def test_one_that_is_best_is_kept_and_the_set_shrinks_as_the_others_fall_behind(n):
    rng, runs, kept, sizes = np.random.default_rng([6, n]), 200, [], []
    for ahead in (0.5, 3.0):
        for run in range(runs):
            samples = rng.normal(0, 1, (6, n))
            samples[2] += ahead
            found = best_set(*summaries(samples), replicates=500, seed=run)
            kept.append(found.members[2])
            sizes.append(sum(found.members))
    assert np.mean(kept) >= 0.95
    assert np.mean(sizes[runs:]) < np.mean(sizes[:runs])
    if n == 10:
        assert np.mean(sizes[runs:]) < 1.1


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0, 0.8])
@pytest.mark.parametrize("k", [3, 6, 12])
@pytest.mark.parametrize("n", [3, 5, 10, 30])
def test_how_often_the_best_of_blocks_is_left_out(n, k, rho):
    rng, runs = np.random.default_rng([7, n, k]), 10_000
    wrong = 0
    for run in range(runs):
        shared = rng.normal(size=(n, 1))
        x = np.sqrt(rho) * shared + np.sqrt(1 - rho) * rng.normal(size=(n, k))
        apart = x[:, 1:] - x[:, :1]
        wrong += (flipped_p(apart, 199, run) if n >= 10 else bonferroni_p(apart)) < SIZE
    assert above(wrong / runs, runs)
    assert wrong / runs > 0.015
