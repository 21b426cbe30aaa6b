import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from scipy.special import ndtr

from paperforge.stats import saddlepoint
from paperforge.stats.saddlepoint import (
    bootstrap_cdf,
    bootstrap_quantiles,
    effective,
    sign_flip_tail,
)

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "signflip.json").read_text())
LEVELS = np.array([0.001, 0.005, 0.025, 0.05, 0.1, 0.5, 0.9, 0.95, 0.975, 0.995, 0.999])
REPLICATES = 10_000


def monte_carlo_error(p):
    return np.sqrt(p * (1 - p) / REPLICATES)


def test_bootstrap_of_ten_values_against_the_exact_distribution():
    """Counted on the lattice of 0.1; a step there is 0.0016 at most in probability."""
    x = np.array(REFERENCE["mean_of_ten"]["values"])
    draw = np.bincount(np.round(10 * x).astype(int)) / 10
    total = np.ones(1)
    for _ in range(10):
        total = np.convolve(total, draw)
    exact = np.cumsum(total)
    at = np.searchsorted(exact, LEVELS)
    between = (exact[at] + exact[at - 1]) / 2  # in the middle of the step
    assert np.abs(bootstrap_cdf(x, at / 100) - between).max() < 1e-3
    assert (np.abs(bootstrap_cdf(x, at / 100) - between) < monte_carlo_error(between)).all()
    assert bootstrap_quantiles(x, LEVELS) == pytest.approx(at / 100, abs=0.02)


def test_bootstrap_against_a_million_resamples_of_scipy():
    """scipy 1.17.1, stats.bootstrap, 10^6 resamples; here 10^5, to be quick."""
    x = np.random.default_rng(5).lognormal(0, 1, 30)
    theirs = scipy_stats.bootstrap(
        (x,), np.mean, n_resamples=100_000, rng=6, method="percentile", batch=1000
    )
    shares = np.array(
        [(theirs.bootstrap_distribution <= q).mean() for q in bootstrap_quantiles(x, LEVELS)]
    )
    assert np.abs(shares - LEVELS).max() < 4 * np.sqrt(0.25 / 100_000)
    assert (np.abs(shares - LEVELS) < 4 * np.sqrt(LEVELS * (1 - LEVELS) / 100_000) + 1e-4).all()


@pytest.mark.parametrize("n", [5, 30, 999, 1000, 40_000])
def test_quantiles_invert_the_distribution(n):
    x = np.random.default_rng(n).exponential(1, n)
    inner = LEVELS[2:-2] if n > 5 else np.array([0.1, 0.4, 0.6, 0.9])
    assert bootstrap_cdf(x, bootstrap_quantiles(x, inner)) == pytest.approx(inner, rel=1e-8)


def test_large_samples_are_normal_and_the_series_agrees_with_the_sums(monkeypatch):
    x = np.random.default_rng(7).lognormal(0, 1, 50_000)
    at = np.array([30.0, 300.0, 1000.0])
    quantiles, tails = bootstrap_quantiles(x, LEVELS), sign_flip_tail(x - x.mean(), at)
    assert tails == pytest.approx(ndtr(-at / np.sqrt(((x - x.mean()) ** 2).sum())), rel=0.02)
    monkeypatch.setattr(saddlepoint, "MANY", 10**9)
    assert bootstrap_quantiles(x, LEVELS) == pytest.approx(quantiles, rel=1e-9)
    assert sign_flip_tail(x - x.mean(), at) == pytest.approx(tails, rel=1e-9)


@pytest.mark.parametrize("kind", ["normal", "lognormal", "uniform", "t"])
def test_signs_against_all_assignments(kind):
    """Within the Monte Carlo error of 10^4 replicates, where 6 or more differences are effective."""
    rng = np.random.default_rng(8)
    make = {
        "normal": lambda: rng.normal(0, 1, 18),
        "lognormal": lambda: rng.lognormal(0, 0.7, 18),
        "uniform": lambda: rng.uniform(0, 1, 18),
        "t": lambda: rng.standard_t(4, 18),
    }[kind]
    tried, worst = 0, []
    while tried < 6:
        x = np.abs(make())
        if effective(x) < 6:
            continue
        tried += 1
        sums = np.zeros(1)
        for value in x:
            sums = np.concatenate([sums + value, sums - value])
        sums.sort()
        at = np.quantile(sums, [0.6, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999])
        exact = 1 - np.searchsorted(sums, at) / len(sums)
        worst.append((np.abs(sign_flip_tail(x, at) - exact) / monte_carlo_error(exact)).max())
    assert max(worst) < 1


def test_a_lattice_with_its_step_is_the_binomial():
    for n in (20, 101, 5000):
        k = np.arange(n // 2, n // 2 + int(3 * np.sqrt(n / 4)))
        exact = scipy_stats.binom.sf(k - 1, n, 0.5)
        assert sign_flip_tail(np.ones(n), 2.0 * k - n, step=2.0) == pytest.approx(exact, rel=4e-3)


def test_ends_of_the_range_and_nothing_to_flip():
    tails = sign_flip_tail(np.array([1, -2, 0, 3]), np.array([6.0, 6.1, -6.0, 0.0, -6.1]))
    assert tails.tolist() == [0.125, 0.0, 1.0, 0.5, 1.0]
    assert sign_flip_tail(np.zeros(3), np.array([0.0, 1.0])).tolist() == [1.0, 0.0]
    assert bootstrap_cdf(np.array([2.0, 2.0]), np.array([1.9, 2.0])).tolist() == [0.0, 1.0]
    assert bootstrap_quantiles(np.array([2.0]), LEVELS).tolist() == [2.0] * len(LEVELS)
    assert bootstrap_cdf(np.array([0.0, 1.0]), np.array([-1.0, 1.0])).tolist() == [0.0, 1.0]
    deep = sign_flip_tail(np.ones(100_000), np.array([90_000.0]))
    assert deep[0] < 1e-300


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e3, 1e3, allow_subnormal=False), min_size=1, max_size=40),
    st.floats(-1.2, 1.2),
)
def test_tails_are_probabilities_and_symmetric(x, at):
    x = np.array(x)
    s = at * np.abs(x).sum()
    up, down = sign_flip_tail(x, np.array([s, -s]))
    assert 0 <= up <= 1 and 0 <= down <= 1
    if 0 < abs(s) < np.abs(x).sum() * 0.999:
        assert up + down == pytest.approx(1, abs=0.02 + 0.5 ** np.count_nonzero(x))
    cdf = bootstrap_cdf(x, np.linspace(x.min() - 1, x.max() + 1, 9))
    assert ((cdf >= 0) & (cdf <= 1)).all()
    assert np.isfinite(bootstrap_quantiles(x, LEVELS)).all()


def test_seven_quantiles_of_a_hundred_thousand_skewed_values_are_quick():
    x = np.random.default_rng(9).lognormal(0, 1, 100_000)
    took = []
    for _ in range(5):
        start = time.process_time()
        bootstrap_quantiles(x, LEVELS[2:-2])
        took.append(time.process_time() - start)
    assert min(took) < 0.04
