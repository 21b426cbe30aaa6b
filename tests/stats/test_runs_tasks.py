import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from paperforge.stats.runs_tasks import (
    iqm,
    mean,
    median,
    normalise,
    optimality_gap,
    probability_of_improvement,
    profile,
    task_means,
)

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "rliable.json").read_text())
SCORES = st.lists(
    st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=6), min_size=1, max_size=5
)


def reference_scores(k, n, tasks):
    i, t = np.arange(n)[:, None], np.arange(tasks)
    wave = 0.6 + 0.5 * np.sin(1.7 * i * (k + 1) + 0.9 * t + k) + 0.04 * t * k / tasks
    return list(np.round(wave + 0.1 * np.cos(3.1 * i * t + k), 3).T)


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda c: f"{c['runs']} x {c['tasks']}")
def test_estimates_are_rliables(case):
    a, b = (reference_scores(k, case["runs"], case["tasks"]) for k in (0, 1))
    for k, scores in enumerate((a, b)):
        ours = [iqm(scores), mean(scores), median(scores)]
        assert ours == pytest.approx([case[name][k] for name in ("IQM", "mean", "median")])
        assert optimality_gap(scores) == pytest.approx(case["optimality gap"][k])
        assert optimality_gap(scores, 0.5) == pytest.approx(case["optimality gap .5"][k])
    assert probability_of_improvement(a, b).estimate == pytest.approx(case["P(a > b)"])


def test_a_run_in_which_a_quartile_falls_counts_in_part_where_runs_weigh_differently():
    # 1, 2 and 6 weigh a sixth each, 3 and 4 a quarter: of 2 a twelfth is inside, of 4 a sixth.
    scores = [np.array([1.0, 2, 6]), np.array([3.0, 4])]
    inside = {1: 0, 2: 1 / 12, 3: 1 / 4, 4: 1 / 6}
    assert iqm(scores) == pytest.approx(sum(x * w for x, w in inside.items()) / 0.5)
    assert iqm([np.array([7.0])]) == 7


@given(st.integers(1, 5), st.integers(1, 7), st.randoms())
def test_iqm_of_equal_numbers_of_runs_is_the_trimmed_mean(tasks, runs, rng):
    scores = [np.array([rng.uniform(-5, 5) for _ in range(runs)]) for _ in range(tasks)]
    expected = scipy_stats.trim_mean(np.concatenate(scores), 0.25)
    assert iqm(scores) == pytest.approx(expected, abs=1e-12)


def test_tasks_count_the_same_whatever_their_number_of_runs():
    # The task of one run weighs .5; the two of the other .25 each: 0, 0 and half of 10 are cut off.
    scores = [np.array([10.0]), np.array([0.0, 4.0])]
    assert iqm(scores) == pytest.approx((4 * 0.25 + 10 * 0.25) / 0.5)
    assert mean(scores) == 6
    assert optimality_gap(scores, 5) == pytest.approx((0 + (5 + 1) / 2) / 2)
    assert profile(scores, np.array([-1, 0, 3.9, 4, 10])).tolist() == [1, 0.75, 0.75, 0.5, 0]


@given(SCORES)
def test_iqm_is_the_integral_of_the_quantile_function(rows):
    scores = [np.array(row) for row in rows]
    assume(len({len(x) for x in scores}) > 1)  # else whole runs are left out
    many = int(np.lcm.reduce([len(x) for x in scores])) * 4  # then every quartile is between runs
    spread = np.sort(np.concatenate([np.repeat(x, many // len(x)) for x in scores]))
    cut = len(spread) // 4
    assert iqm(scores) == pytest.approx(spread[cut:-cut].mean(), abs=1e-12)


@given(SCORES, SCORES)
def test_probability_of_improvement_is_mann_whitneys(rows, others):
    k = min(len(rows), len(others))
    a, b = ([np.array(x) for x in side[:k]] for side in (rows, others))
    u = [
        scipy_stats.mannwhitneyu(x, y).statistic / (len(x) * len(y))
        for x, y in zip(a, b, strict=True)
    ]
    ours, swapped = probability_of_improvement(a, b), probability_of_improvement(b, a)
    assert ours.estimate == pytest.approx(np.mean(u))
    assert (ours.p < 0.05) == (ours.low > 0.5 or ours.high < 0.5)
    assert 0 <= ours.low <= ours.estimate <= ours.high <= 1
    assert 0 < ours.p <= 1
    assert swapped.p == pytest.approx(ours.p)
    assert swapped.low == pytest.approx(1 - ours.high, abs=1e-12)


def test_variance_of_placements_worked_by_hand():
    # x = 1 3 5 7 against y = 0 2 4 9: placements of x .25 .5 .75 .75, of y 1 .75 .5 0.
    ours = probability_of_improvement([np.array([1.0, 3, 5, 7])], [np.array([0.0, 2, 4, 9])])
    first, second = (
        np.var([0.25, 0.5, 0.75, 0.75], ddof=1) / 4,
        np.var([1, 0.75, 0.5, 0], ddof=1) / 4,
    )
    assert ours.estimate == 0.5625
    assert ours.se == pytest.approx(np.sqrt(first + second))
    assert ours.df == pytest.approx((first + second) ** 2 / ((first**2 + second**2) / 3))


def test_all_of_one_above_all_of_the_other_has_an_interval():
    a, b = [np.array([3.0, 4, 5])], [np.array([0.0, 1, 2])]
    one = probability_of_improvement(a, b)
    assert one.estimate == one.high == 1
    assert one.low < 0.5  # three runs on one task: the exact p is .1
    assert one.p > 0.05
    many = probability_of_improvement(a * 20, b * 20)
    assert many.estimate == 1
    assert 0.8 < many.low < 1
    assert probability_of_improvement([np.ones(1)], [np.ones(3)]).reason


def test_scores_are_normalised_task_by_task():
    out = normalise([np.array([10.0, 30]), np.array([5.0])], [10, 0], [20, 10])
    assert [x.tolist() for x in out] == [[0, 2], [0.5]]
    assert task_means(out).tolist() == [1, 0.5]
    for high in (10, float("inf")):
        with pytest.raises(ValueError, match="task 0"):
            normalise([np.ones(2)], [10], [high])


@pytest.mark.slow
@pytest.mark.parametrize("tasks", [1, 5, 26])
@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_coverage_of_the_probability_of_improvement(n, tasks):
    """From no difference to all above all; tasks differ. (With the variance alone: down to .01.)"""
    runs, rng = 250, np.random.default_rng([1, n, tasks])
    for shift, spread in ((0, 0), (0, 1.5), (1, 0.5), (2.5, 0.5), (4, 1)):
        apart = shift + spread * rng.normal(size=tasks)
        true = scipy_stats.norm.cdf(apart / np.sqrt(2)).mean()
        x, y = rng.normal(size=(2, runs, tasks, n))
        found = [
            probability_of_improvement(a + apart[:, None], b) for a, b in zip(x, y, strict=True)
        ]
        covered = np.mean([one.low <= true <= one.high for one in found])
        assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)
