import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperforge.stats import corpus_draws
from paperforge.stats.contrast import Ask
from paperforge.stats.corpus import value
from paperforge.stats.corpus_draws import Stratum, counts
from paperforge.stats.corpus_resample import (
    Linear,
    bootstrap,
    enough,
    observed,
    randomised,
    replicated,
)

ASK = Ask()
GAP = np.array([[1.0, -1.0]])


def pair(kind, a, b, name="d", keys=None):
    keys = np.arange(len(a)) if keys is None else keys
    return Linear.of(kind, Stratum(name, keys, (np.asarray(a, float), np.asarray(b, float))), GAP)


def compare(kind, a, b, ask=ASK, replicates=999, seed=0):
    return bootstrap([pair(kind, a, b)], ask, seed, paired=True, replicates=replicates)[0]


def errors(n, seed=0, gap=0.0):
    """(errors, words) of two systems."""
    rng = np.random.default_rng(seed)
    words = rng.integers(1, 40, n)
    rates = np.clip(rng.beta(1, 4, n) + rng.normal(0, 0.05, (2, n)) + [[gap], [0]], 0, 1)
    return [np.stack([rng.binomial(words, rate), words], 1).astype(float) for rate in rates]


def matches(n, seed=0):
    """Statistics of BLEU of two systems."""
    rng = np.random.default_rng(seed)
    reference, made = rng.integers(4, 40, n), []
    for _ in "ab":
        system = np.maximum(4, reference + rng.integers(-3, 4, n))
        total = np.maximum(system[:, None] - np.arange(4), 0)
        correct = rng.binomial(total, [0.6, 0.4, 0.25, 0.15])
        made.append(np.column_stack([system, reference, correct, total]).astype(float))
    return made


def jackknife(kind, a, b):
    """Variance of the difference with each example left out in turn (Efron and Tibshirani 1993)."""
    n = len(a)
    left = np.stack([a.sum(0) - a, b.sum(0) - b], 1)
    gaps = np.subtract(*value(kind, left).T)
    return (n - 1) / n * ((gaps - gaps.mean()) ** 2).sum()


@pytest.mark.parametrize("kind", ["error-rate", "bleu", "ratio"])
def test_the_variance_is_the_jackknifes(kind):
    a, b = matches(2_000) if kind == "bleu" else errors(2_000)
    ours = observed([pair(kind, a, b)])[1][0]
    assert ours == pytest.approx(jackknife(kind, a, b), rel=0.01)


def test_the_variance_of_a_mean_is_exact():
    x = np.random.default_rng(0).normal(0, 1, 50)
    a = np.stack([x, np.ones(50)], 1)
    b = np.stack([np.zeros(50), np.ones(50)], 1)
    estimate, variance = (found[0] for found in observed([pair("ratio", a, b)]))
    assert estimate == pytest.approx(x.mean())
    assert variance == pytest.approx(x.var(ddof=1) / 50, rel=1e-12)
    t = compare("ratio", a, b).contrast.statistic
    assert t == pytest.approx(x.mean() / (x.std(ddof=1) / np.sqrt(50)))


def test_a_replicate_is_the_metric_of_the_examples_drawn():
    a, b = matches(40)
    part = pair("bleu", a, b)
    values, variances = replicated([part], 3, 20)
    drawn = counts(3, part.stratum, 0, 20)
    assert (drawn.sum(1) == 40).all()
    for row, found, spread in zip(drawn, values[:, 0], variances[:, 0], strict=True):
        index = np.repeat(np.arange(40), row)
        sums = np.stack([a[index].sum(0), b[index].sum(0)])
        assert found == pytest.approx(np.subtract(*value("bleu", sums)), abs=1e-12)
        assert spread == pytest.approx(observed([pair("bleu", a[index], b[index])])[1][0])


def test_every_system_has_the_same_counts_whatever_stands_beside_it():
    a, b = errors(60)
    c, _ = errors(60, seed=9)
    alone, _ = replicated([pair("error-rate", a, b)], 5, 300)
    weights = np.array([[1.0, -1, 0], [1, 0, -1]])
    stratum = Stratum("d", np.arange(60), (a, b, c))
    together, _ = replicated([Linear.of("error-rate", stratum, weights)], 5, 300)
    assert together[:, 0] == pytest.approx(alone[:, 0], abs=1e-13)
    other, _ = replicated([pair("error-rate", a, b, name="e")], 5, 300)
    assert abs(np.corrcoef(alone[:, 0], other[:, 0])[0, 1]) < 0.25


def test_large_samples_have_poisson_weights_keyed_by_the_unit(monkeypatch):
    monkeypatch.setattr(corpus_draws, "SMALL", 10)
    keys = np.arange(20_000) * 3
    drawn = counts(1, Stratum("d", keys, ()), 0, 4)
    assert (counts(1, Stratum("d", keys[100::7], ()), 2, 4) == drawn[2:, 100::7]).all()
    assert drawn.mean() == pytest.approx(1, abs=0.02)
    assert drawn.var() == pytest.approx(1, abs=0.04)


def test_poisson_weights_give_the_interval_of_draws(monkeypatch):
    a, b = errors(3_000, gap=0.01)
    drawn = compare("error-rate", a, b).contrast
    monkeypatch.setattr(corpus_draws, "SMALL", 10)
    weighted = compare("error-rate", a, b).contrast
    assert weighted.high - weighted.low == pytest.approx(drawn.high - drawn.low, rel=0.1)
    assert drawn.low != weighted.low


NUMBERS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    min_size=2,
    max_size=25,
)


@settings(max_examples=150)
@given(NUMBERS, st.sampled_from([0.01, 0.05, 0.2, 0.5]), st.integers(0, 3))
def test_interval_and_p_agree_and_nothing_is_undefined(rows, alpha, seed):
    x = np.array(rows, float)
    a, b = np.stack([x[:, 0], x[:, 2], x[:, 3]], 1), np.stack([x[:, 1], x[:, 3], x[:, 2]], 1)
    found = compare("f1", a, b, Ask(alpha=alpha, margin=0.1), 199, seed)
    one = found.contrast
    if one.p is None:
        assert one.reason in ("identical outputs", "a constant shift: nothing varies")
        return
    assert -1 <= one.low <= one.estimate <= one.high <= 1
    assert (one.low > 0 or one.high < 0) == (one.p < alpha)
    assert one.smallest_p <= one.p <= 1
    assert 0 < one.p_equivalent <= 1
    assert found.error == pytest.approx(np.sqrt(one.p * (1 - one.p) / 200))


def test_swapping_the_methods_swaps_the_answer():
    a, b = errors(80, gap=0.05)
    one, other = compare("error-rate", a, b).contrast, compare("error-rate", b, a).contrast
    assert one.p == other.p
    assert one.low == pytest.approx(-other.high)


def test_a_clear_difference_is_found_and_p_is_never_zero():
    a, b = errors(400, gap=0.2)
    found = compare("error-rate", a, b)
    assert found.contrast.p == 1 / 1000 == found.contrast.smallest_p
    assert found.contrast.low > 0.1


def test_p_is_that_of_any_seed_within_its_monte_carlo_error():
    a, b = errors(60, gap=0.03)
    found = [compare("error-rate", a, b, seed=seed) for seed in range(12)]
    ps = np.array([one.contrast.p for one in found])
    assert 0.02 < ps.mean() < 0.9
    error = np.mean([one.error for one in found])
    assert 0.5 * error < ps.std(ddof=1) < 1.7 * error  # chi-squared, 11 df, p = .0005 each side


@pytest.mark.parametrize(
    ("a", "b", "reason", "testable"),
    [
        ([[1, 2]] * 5, [[1, 2]] * 5, "identical outputs", True),
        ([[1, 2]] * 5, [[2, 2]] * 5, "a constant shift: nothing varies", True),
        ([[1, 2]], [[0, 3]], "one example or cluster only: a spread needs two", False),
        ([[0, 0], [0, 0]], [[1, 2], [1, 3]], "the metric is not defined: what it divides by sums to 0", True),
        ([[1e300, 1e-9], [1e300, 1e-9]], [[1, 2], [1, 3]], "the numbers are too large to compare", True),
    ],
)  # fmt: skip
def test_degenerate_data_has_a_reason_and_no_p(a, b, reason, testable):
    one = compare("ratio", a, b).contrast
    assert one.p is None and one.low is None
    assert one.reason == reason
    assert one.testable is testable


def test_a_handful_of_discordant_examples_decides_nothing():
    """Three of forty, all on one side: many a draw has none of them."""
    b = np.tile([1.0, 0, 0], (40, 1))
    a = b.copy()
    b[:3] = [0, 1, 1]
    one = compare("f1", a, b).contrast
    assert one.estimate > 0 and one.p > 0.05 and one.low <= 0


def test_replicates_are_fewer_where_examples_are_many():
    assert enough(50) == 9_999
    assert enough(10**7) == 1_999
    assert 1_999 < enough(20_000) < 9_999


def test_memory_is_bounded_whatever_the_examples():
    a, b = errors(60_000)
    part = pair("error-rate", a, b)
    tracemalloc.start()
    replicated([part], 0, 60)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6


def test_randomisation_is_the_enumerated_distribution_of_swaps():
    a, b = errors(10, seed=2, gap=0.1)
    apart = []
    for swap in itertools.product([False, True], repeat=10):
        s = np.array(swap)[:, None]
        sums = np.stack([np.where(s, b, a).sum(0), np.where(s, a, b).sum(0)])
        apart.append(abs(np.subtract(*value("error-rate", sums))))
    exact = np.mean(np.array(apart) >= apart[0] * (1 - 1e-9))
    p, error = randomised([pair("error-rate", a, b)], 0)
    assert 0.02 < exact < 0.9
    assert p == pytest.approx(exact, abs=4 * error)


def test_the_size_of_randomisation():
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(300):
        x, y = errors(25, seed=int(rng.integers(1 << 30)))
        swap = rng.random((25, 1)) < 0.5
        p, _ = randomised([pair("error-rate", np.where(swap, x, y), np.where(swap, y, x))], 0, 199)
        found += p < 0.05
    assert found / 300 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)
