"""The probability of improvement: who wins, by which pairs, with what coverage."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.spec import DesignSpec, Direction, FigureSpec, Metric, Role, Unit
from paperforge.stats import analyse, supply
from paperforge.stats.improvement import matched, wins

RNG = np.random.default_rng(4)
TASKS = ["t0", "t1", "t2"]
CELLS = {(m, t): RNG.normal(shift, 1.0, 6) for m, shift in (("x", 0.8), ("y", 0.0)) for t in TASKS}
ROLES = {"x": Role.OURS, "y": Role.BASELINE}
SPEC = FigureSpec("f", "improvement")


def improved(fake, direction=Direction.HIGHER, design=None, **more):
    metric = Metric("score", "score", direction)
    results = fake(CELLS, metric=metric, roles=ROLES, **more)
    analysis = analyse(results, design or DesignSpec(), effects=True)
    return supply("improvements", results, analysis, SPEC)


def mann_whitney(a, b):
    return scipy_stats.mannwhitneyu(a, b).statistic / (len(a) * len(b))


def test_independent_runs_give_mann_whitneys_u(fake):
    analysis = improved(fake)
    expected = [mann_whitney(CELLS["x", t], CELLS["y", t]) for t in TASKS]
    found = {i.scope: i for i in analysis.improvements}
    assert found[None].estimate == pytest.approx(np.mean(expected))
    for t, p in zip(TASKS, expected, strict=True):
        assert found[t].estimate == pytest.approx(p)
        assert found[t].low <= p <= found[t].high
    assert not found[None].paired
    # It is the effect size that stands beside the decision.
    assert found[None].estimate == pytest.approx(analysis.primary()[0].effect.superiority)


def test_where_less_is_better_the_smaller_wins(fake):
    up = {i.scope: i.estimate for i in improved(fake).improvements}
    down = {i.scope: i.estimate for i in improved(fake, Direction.LOWER).improvements}
    assert down == pytest.approx({scope: 1 - p for scope, p in up.items()})


def test_matched_runs_give_the_share_won(fake):
    analysis = improved(fake, design=DesignSpec(pair_by=("seed",)))
    one = next(i for i in analysis.improvements if i.scope is None)
    assert one.paired
    assert one.estimate == pytest.approx(
        np.mean([(CELLS["x", t] > CELLS["y", t]).mean() for t in TASKS])
    )


def test_datasets_as_a_sample_are_matched(fake):
    cells = {(m, f"d{i}"): [v] for (m, shift) in (("x", 0.4), ("y", 0.0))
             for i, v in enumerate(RNG.normal(shift, 1, 12))}  # fmt: skip
    metric = Metric("score", "score", Direction.HIGHER)
    results = fake(cells, metric=metric, roles=ROLES)
    analysis = analyse(results, DesignSpec(replicate=Unit.DATASET))
    (one,) = supply("improvements", results, analysis, SPEC).improvements
    share = np.mean([cells["x", f"d{i}"][0] > cells["y", f"d{i}"][0] for i in range(12)])
    assert (one.estimate, one.n, one.paired) == (pytest.approx(share), 12, True)


def test_five_wins_of_five_do_not_prove_certainty():
    one = matched([np.ones(5)], None, 0.05)
    assert one.estimate == one.high == 1.0
    assert 0.3 < one.low < 0.7
    assert matched([np.ones(1)], None, 0.05).reason


def test_ties_are_half_and_narrow_the_interval():
    assert list(wins([1.0, 0.0, -2.0])) == [1.0, 0.5, 0.0]
    even = matched([np.array([1.0, 0.0] * 50)], None, 0.05)
    tied = matched([np.full(100, 0.5)], None, 0.05)
    assert even.estimate == tied.estimate == 0.5
    assert 0 < tied.high - tied.low < (even.high - even.low) / 4


def test_repeated_pairs_in_a_cluster_widen_the_interval():
    scores = RNG.integers(0, 2, 40).astype(float)
    plain = matched([scores], None, 0.05)
    again = matched([np.repeat(scores, 5)], [np.repeat(np.arange(40), 5)], 0.05, 40)
    assert again.high - again.low == pytest.approx(plain.high - plain.low, rel=0.1)


@pytest.mark.parametrize("n", [5, 20, 100])
@pytest.mark.parametrize(("win", "tie"), [(0.5, 0.0), (0.8, 0.0), (0.95, 0.0), (0.3, 0.6)])
def test_coverage_of_matched_pairs(n, win, tie):
    rng = np.random.default_rng([n, int(100 * win)])
    truth, runs = win + tie / 2, 600
    draws = rng.choice([1.0, 0.5, 0.0], p=[win, tie, 1 - win - tie], size=(runs, n))
    found = [matched([row], None, 0.05) for row in draws]
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)
