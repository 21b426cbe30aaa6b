"""Plans for aggregates over tasks: the planned power is that of fresh studies."""

import numpy as np
import pytest

from paperforge.stats.contrast import Ask
from paperforge.stats.outlook import needed
from paperforge.stats.plan_aggregates import Runs, drawn_runs
from paperforge.stats.runs_bootstrap import aggregate_difference
from paperforge.stats.runs_tasks import optimality_gap

TASKS = np.linspace(0.2, 1.4, 6)


def study(rng, n, lift=0.0, shared=None):
    """Scores of six tasks, spreads five times apart."""
    rows = []
    for i, t in enumerate(TASKS):
        noise = rng.normal(0, 0.05 * (1 + 0.8 * i), n)
        rows.append(t + lift + (noise if shared is None else 0.7 * noise + 0.7 * shared[i]))
    return rows


@pytest.mark.parametrize(("name", "n"), [("IQM", 5), ("median", 4), ("optimality gap", 5)])
def test_the_planned_power_is_had(name, n):
    """A pilot so large that it is the population; then 300 studies of n runs, a lift on all tasks."""
    rng, runs = np.random.default_rng(91), 300
    law = Runs(tuple(study(rng, 400)), tuple(study(rng, 400)), name, False)
    d = law.smallest(n, 0.05)
    lift = d
    if name == "optimality gap":  # the lift that moves it by d
        lifts = np.linspace(0, 4 * d, 400)
        gaps = [optimality_gap([x + step for x in law.a]) for step in lifts]
        lift = float(lifts[np.argmin(np.abs(gaps[0] - np.array(gaps) - d))])
    found = 0
    for i in range(runs):
        a, b = study(rng, n, lift), study(rng, n)
        found += aggregate_difference(a, b, name, Ask(), replicates=200, seed=i).p < 0.05
    assert found / runs == pytest.approx(0.8, abs=0.09)  # three standard errors of both


def test_pairs_take_fewer():
    rng = np.random.default_rng(92)
    shared = rng.normal(0, 0.4, (6, 8))
    a, b = (tuple(study(rng, 8, shared=shared)) for _ in "ab")
    apart, paired = (Runs(a, b, "IQM", both).smallest(6, 0.05) for both in (False, True))
    assert paired < 0.8 * apart


def test_a_draw_keeps_the_spread_of_the_pilot():
    rng = np.random.default_rng(93)
    x = rng.normal(3, 2, 5)
    drawn = np.array([one[0] for one in drawn_runs([x], 4, 5000, 0)])
    assert drawn.mean() == pytest.approx(x.mean(), abs=0.1)
    assert drawn.var() == pytest.approx(x.var(ddof=1), rel=0.05)


def test_what_is_not_known_is_not_said():
    flat = (np.ones(3), np.zeros(3))
    assert Runs(flat, flat, "IQM", False).smallest(3, 0.05) is None
    rng = np.random.default_rng(94)
    law = Runs(tuple(study(rng, 5)), tuple(study(rng, 5)), "IQM", False)
    assert law.smallest(1, 0.05) is None
    assert law.smallest(40, 0.05) == pytest.approx(law.smallest(20, 0.05) / np.sqrt(2))
    found = needed(law, law.smallest(10, 0.05), 0.05)
    assert found.n == 10
    assert found.cautious is None
    assert found.power == pytest.approx(0.8, abs=0.01)
