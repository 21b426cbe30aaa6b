"""Simulated coverage of the intervals for runs x tasks, and of what they replace."""

import numpy as np
import pytest
from scipy.special import ndtr

from paperforge.stats.contrast import Ask
from paperforge.stats.profiles import profile_band
from paperforge.stats.runs_bootstrap import aggregate_difference, aggregate_intervals
from paperforge.stats.runs_resample import estimate

pytestmark = pytest.mark.slow
RUNS = 1000


def error(runs):
    return 3 * np.sqrt(0.95 * 0.05 / runs)


STATED = {  # where it is less than .95; skewed scores
    ("lognormal", 5): {3: 0.91, 5: 0.93, 10: 0.93},
    ("exponential", 5): {3: 0.91, 5: 0.91, 10: 0.93},
    ("exponential", 26): {5: 0.94, 10: 0.94},
    ("failures", 5): {2: 0.89, 3: 0.92, 5: 0.91, 10: 0.92},
    ("failures", 26): {3: 0.93, 5: 0.93, 10: 0.93},
}


def simulated(kind, rng, n, tasks, runs):
    """Shape (runs, tasks, n); levels and spreads of the tasks are the same in every call."""
    fixed = np.random.default_rng(5 + tasks)
    level, spread = fixed.uniform(0, 1.5, tasks)[:, None] ** 1.5, fixed.uniform(0.05, 0.5, tasks)
    spread = spread[:, None]
    z = rng.normal(size=(runs, tasks, n))
    if kind == "lognormal":
        return level + spread * (np.exp(z) - 1)
    if kind == "exponential":
        return level + spread * rng.exponential(size=z.shape)
    if kind == "failures":  # three runs of ten learn nothing
        failed = rng.random(z.shape) < 0.3
        return np.where(failed, 0.05 * z, level + 0.5 + 0.3 * spread * z)
    return level + spread * z


@pytest.mark.parametrize("tasks", [5, 26])
@pytest.mark.parametrize("kind", ["normal", "lognormal", "exponential", "failures"])
def test_iqm(kind, tasks):
    true = estimate(list(simulated(kind, np.random.default_rng(0), 20_000, tasks, 1)[0]), "IQM")
    runs = RUNS if tasks == 5 else RUNS // 2
    for n in (2, 3, 5, 10):
        scores = simulated(kind, np.random.default_rng([1, n, tasks]), n, tasks, runs)
        rows = aggregate_intervals([list(x) for x in scores], ["IQM"], replicates=400)
        covered = np.mean([one.low <= true <= one.high for (one,) in rows])
        nominal = STATED.get((kind, tasks), {}).get(n, 0.95)
        assert nominal - error(runs) <= covered < 0.99
        if n == 3:
            assert percentile_coverage(scores, true) < 0.91


def percentile_coverage(scores, true):
    """Of percentile intervals from n draws a task, for comparison; 300 data sets."""
    rng, covered = np.random.default_rng(3), []
    for x in scores[:300]:
        drawn = rng.integers(0, x.shape[1], (400, *x.shape))
        flat = np.sort(np.take_along_axis(x[None], drawn, axis=2).reshape(400, -1), axis=1)
        cut = flat.shape[1] // 4
        low, high = np.quantile(flat[:, cut : flat.shape[1] - cut].mean(axis=1), [0.025, 0.975])
        covered.append(low <= true <= high)
    return np.mean(covered)


@pytest.mark.parametrize(
    ("name", "stated"), [("mean", 0.95), ("optimality gap", 0.95), ("median", 0.93)]
)
def test_other_aggregates_of_normal_scores(name, stated):
    many = simulated("normal", np.random.default_rng(0), 100_000, 5, 1)[0]
    true = estimate(list(many), name)
    for n in (3, 5, 10):
        scores = simulated("normal", np.random.default_rng([2, n]), n, 5, RUNS)
        rows = aggregate_intervals([list(x) for x in scores], [name], replicates=400)
        covered = np.mean([one.low <= true <= one.high for (one,) in rows])
        assert covered >= stated - error(RUNS)


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("n", [3, 5])
def test_size_of_the_difference_of_iqms(n, paired):
    """Two methods with the same distribution; in pairs half of the variance is shared."""
    rng, runs = np.random.default_rng([3, n]), 600
    shared = simulated("normal", rng, n, 5, runs)
    a, b = simulated("normal", rng, n, 5, runs), simulated("normal", rng, n, 5, runs)
    if paired:
        a, b = a + shared, b + shared
    p = [
        aggregate_difference(list(x), list(y), "IQM", Ask(), paired=paired, replicates=400).p
        for x, y in zip(a, b, strict=True)
    ]
    size = np.mean(np.array(p) < 0.05)
    assert size <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert size > 0.015


@pytest.mark.parametrize("tasks", [1, 5, 26])
@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_bands_of_profiles(n, tasks):
    runs, grid = 200, np.linspace(-1, 3, 41)
    rng, fixed = np.random.default_rng([4, n, tasks]), np.random.default_rng(5)
    level, spread = fixed.uniform(0, 1.5, tasks)[:, None], fixed.uniform(0.1, 0.6, tasks)[:, None]
    true = (1 - ndtr((grid - level) / spread)).mean(axis=0)
    at_each, whole = np.zeros(len(grid)), 0
    for _ in range(runs):
        scores = list(level + spread * rng.normal(size=(tasks, n)))
        band = profile_band(scores, grid, replicates=400)
        at_each += (band.low <= true) & (true <= band.high)
        whole += ((band.low_all <= true) & (true <= band.high_all)).all()
    assert at_each.min() / runs >= 0.95 - error(runs)
    assert whole / runs >= 0.95 - error(runs)
