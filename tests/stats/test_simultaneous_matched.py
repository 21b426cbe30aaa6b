"""Sign flips of whole rows against plain enumeration, scipy and simulation."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats.simultaneous_matched import matched


def plain(differences, units):
    """Single-step and step-down p by the definitions, one sign vector after the other."""
    keys = sorted({u for names in units for u in names})
    crossing = sum(len(set(names)) for names in units) > len(keys)

    def t(signs):
        sign = dict(zip(keys, signs, strict=True))
        signed = [
            x * np.array([sign[u] for u in names])[:, None]
            for x, names in zip(differences, units, strict=True)
        ]
        means = [x.mean(axis=0) for x in signed]
        rest = [(x - m) / (len(x) * len(signed)) for x, m in zip(signed, means, strict=True)]
        if crossing:
            g = len(keys)
            sums = [
                sum(r[np.asarray(n) == u].sum(axis=0) for r, n in zip(rest, units, strict=True))
                for u in keys
            ]
            variance = g / (g - 1) * (np.array(sums) ** 2).sum(axis=0)
        else:
            variance = 0
            for r, n in zip(rest, units, strict=True):
                g = len(set(n))
                sums = np.array([r[np.asarray(n) == u].sum(axis=0) for u in set(n)])
                variance = variance + g / (g - 1) * (sums**2).sum(axis=0)
        with np.errstate(divide="ignore"):
            return np.abs(np.mean(means, axis=0)) / np.sqrt(variance)

    own = t(np.ones(len(keys)))
    flipped = np.array([t(s) for s in itertools.product([1, -1], repeat=len(keys))])
    single = [(flipped.max(axis=1) >= x - 1e-9).mean() for x in own]
    order, step, worst = np.argsort(-own), np.empty(len(own)), 0.0
    for rank, i in enumerate(order):
        worst = max(worst, (flipped[:, order[rank:]].max(axis=1) >= own[i] - 1e-9).mean())
        step[i] = worst
    return own, single, step


def rows(seed, n, f=3):
    rng = np.random.default_rng([seed, n])
    return rng.normal(0.6, 1, (n, f)) + rng.normal(0, 0.5, (n, 1))


CASES = {
    "examples": ([rows(1, 9)], [range(9)]),
    "clusters of unequal size": ([rows(2, 16)], [[0, 0, 1, 2, 2, 2, 3, 4, 5, 5, 6, 6, 6, 6, 7, 7]]),
    "two datasets": ([rows(3, 5), rows(4, 4)], [range(5), range(10, 14)]),
    "units in both datasets": ([rows(5, 7), rows(6, 8)], [range(7), range(8)]),
    "clusters in both datasets": ([rows(7, 7), rows(8, 5)], [[0, 0, 1, 2, 3, 3, 4], [1, 1, 2, 5, 6]]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_all_flips_by_the_definition(case):
    differences, units = CASES[case]
    found = matched(differences, [np.array(u) for u in units])
    own, single, step = plain(differences, [list(u) for u in units])
    assert found.exact
    assert found.p_adjusted == pytest.approx(single)
    assert found.p_stepdown == pytest.approx(list(step))
    estimates = np.mean([x.mean(axis=0) for x in differences], axis=0)
    for i, estimate in enumerate(estimates):
        assert (found.low[i] + found.high[i]) / 2 == pytest.approx(estimate)
        half = (found.high[i] - found.low[i]) / 2
        assert half == pytest.approx(found.critical[i] * abs(estimate) / own[i])
    assert found.p_error == (0.0,) * 3


def test_one_contrast_is_scipys_permutation_test():
    x = rows(9, 10, 1)
    theirs = scipy_stats.permutation_test((x[:, 0],), np.mean, permutation_type="samples", n_resamples=np.inf)  # fmt: skip
    assert matched([x], [np.arange(10)]).p_adjusted[0] == pytest.approx(theirs.pvalue)


def test_drawn_flips_agree_with_all_of_them():
    x, units = rows(10, 14), np.arange(14)
    exact, drawn = matched([x], [units]), matched([x], [units], replicates=8000)
    assert exact.exact and not drawn.exact
    for p, q, error in zip(exact.p_adjusted, drawn.p_adjusted, drawn.p_error, strict=True):
        assert abs(p - q) < 4 * error + 1e-3
    for a, b, error in zip(exact.high, drawn.high, drawn.half_error, strict=True):
        assert abs(a - b) < 4 * error


def test_the_order_of_rows_does_not_matter():
    x, order = rows(11, 40), np.random.default_rng(12).permutation(40)
    one = matched([x], [np.arange(40)], replicates=2000)
    other = matched([x[order]], [order], replicates=2000)
    assert other.p_adjusted == one.p_adjusted
    assert other.low == pytest.approx(one.low)


def test_few_units_have_a_floor_and_no_interval():
    found = matched([rows(13, 5) + 9], [np.arange(5)])
    assert found.smallest_p == 1 / 16
    assert min(found.p_adjusted) >= 1 / 16
    assert found.low == found.high == (None, None, None)
    zeros = np.concatenate([rows(13, 4), np.zeros((90, 3))])  # ties say nothing
    assert matched([zeros], [np.arange(94)]).smallest_p == 1 / 8


@pytest.mark.parametrize(
    ("x", "units"),
    [
        (np.zeros((6, 2)), np.arange(6)),
        (np.full((6, 2), 0.1), np.arange(6)),
        (rows(14, 6, 2), np.zeros(6, int)),
        (rows(14, 1, 2), np.arange(1)),
    ],
    ids=["identical", "constant shift", "one cluster", "one row"],
)
def test_nothing_to_test(x, units):
    found = matched([x], [units])
    assert found.p_adjusted == found.low == (None, None)


def test_a_contrast_that_does_not_vary_is_left_out():
    x = rows(15, 9)
    found = matched([np.column_stack([x[:, 0], np.full(9, 0.3), x[:, 1]])], [np.arange(9)])
    assert found.p_adjusted[1] is None
    assert [found.p_adjusted[i] for i in (0, 2)] == pytest.approx(
        matched([x[:, :2]], [np.arange(9)]).p_adjusted
    )


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(-3, 3)] * 2), min_size=2, max_size=12),
    st.sampled_from([0.01, 0.05, 0.1, 0.3]),
    st.sampled_from([63, 3000]),
    st.booleans(),
)
def test_interval_and_adjusted_p_agree(values, alpha, replicates, clustered):
    n = len(values)
    units = np.arange(n) // (2 if clustered else 1)
    found = matched([np.array(values)], [units], alpha=alpha, replicates=replicates)
    for p, step, low, high in zip(
        found.p_adjusted, found.p_stepdown, found.low, found.high, strict=True
    ):
        if p is not None:
            assert 0 < step <= p <= 1
            assert p >= found.smallest_p - 1e-12
            assert (low is not None and (low > 0 or high < 0)) == (p < alpha)


def test_many_examples_take_bounded_time_and_memory():
    import tracemalloc

    x = (rows(16, 5000) > 0.9).astype(float) - (rows(17, 5000) > 0.9)
    tracemalloc.start()
    found = matched([x], [np.arange(5000)], replicates=3000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6
    assert found.replicates == 3000 and not found.exact


# ------------------------------------------------------------------------------- simulated


def errors(n, f, shift, *, clusters=None, runs=10_000):
    rng = np.random.default_rng([n, f, len(shift)])
    shift = np.array(shift, dtype=float)
    single = step = missed = 0
    units = np.arange(n) if clusters is None else clusters
    for run in range(runs):
        x = rng.standard_t(5, (n, f)) + rng.normal(0, 1, (n, 1)) + shift
        if clusters is not None:
            x += rng.normal(0, 1, (clusters.max() + 1, f))[clusters]
        found = matched([x], [units], replicates=399, seed=run)
        single += (np.array(found.p_adjusted)[shift == 0] < 0.05).any()
        step += (np.array(found.p_stepdown)[shift == 0] < 0.05).any()
        if found.low[0] is not None:
            missed += ((np.array(found.low) > shift) | (np.array(found.high) < shift)).any()
    return single / runs, step / runs, missed / runs


LIMIT = 0.05 + 3 * math.sqrt(0.05 * 0.95 / 10_000)


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5, 10, 30])
@pytest.mark.parametrize("shift", [[0, 0, 0], [0] * 8, [2.0] * 4 + [0] * 4], ids=["3", "8", "part"])
def test_family_wise_error_and_coverage(n, shift):
    assert max(errors(n, len(shift), shift)) <= LIMIT


@pytest.mark.slow
def test_family_wise_error_of_clusters():
    clusters = np.repeat(np.arange(10), [2, 2, 4, 4, 6, 6, 8, 8, 10, 10])
    assert max(errors(60, 3, [0, 0, 0], clusters=clusters)) <= LIMIT
