import sys

import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.errors import UsageError
from paperforge.model import Trace
from paperforge.spec import Direction, Metric
from paperforge.stats import curves

METRIC = Metric("acc", "accuracy", Direction.HIGHER, scale=100.0)
CELLS = {("x", "d"): [0.5], ("y", "d"): [0.5]}


def trace(rows, method="x"):
    runs = {}
    for run, step, value in sorted(rows, key=lambda row: row[:2]):
        runs.setdefault(run, []).append((step, value))
    return tuple(Trace(method, "d", run, *zip(*of, strict=True)) for run, of in runs.items())


def test_mean_and_t_interval_over_runs(fake):
    values = {"r1": [0.1, 0.4], "r2": [0.2, 0.5], "r3": [0.6, 0.9]}
    points = trace([(run, step, v[step]) for run, v in values.items() for step in (1, 0)])
    (curve,) = curves(fake(CELLS, metric=METRIC, trace=points), "acc", "val")
    assert (curve.method, curve.dataset, curve.split, curve.steps, curve.n) == (
        "x",
        "d",
        "val",
        (0, 1),
        (3, 3),
    )
    for i in (0, 1):
        x = 100 * np.array([v[i] for v in values.values()])
        low, high = scipy_stats.t.interval(0.95, 2, x.mean(), scipy_stats.sem(x))
        assert (curve.mean[i], curve.low[i], curve.high[i]) == pytest.approx((x.mean(), low, high))


def test_steps_that_few_runs_reached_keep_their_n(fake):
    points = trace([("r1", 0, 0.1), ("r2", 0, 0.3), ("r1", 5, 0.4)])
    (curve,) = curves(fake(CELLS, trace=points), "acc", "")
    assert curve.n == (2, 1)
    assert curve.low[1] == curve.mean[1] == curve.high[1] == 0.4


def test_a_step_logged_twice_by_a_run_counts_once(fake):
    points = trace([("r1", 0, 0.1), ("r1", 0, 0.3), ("r2", 0, 0.4)])
    (curve,) = curves(fake(CELLS, trace=points), "acc", "")
    assert (curve.n, curve.mean) == ((2,), pytest.approx((0.3,)))


def test_order_of_the_paper_and_no_empty_curves(fake):
    points = trace([("r", 0, 0.1)], "y") + trace([("r", 0, 0.2)], "x")
    assert [c.method for c in curves(fake(CELLS, trace=points), "acc", "")] == ["x", "y"]
    assert curves(fake(CELLS), "acc", "train") == ()


def test_what_is_not_finite_is_left_out_and_nothing_overflows(fake):
    points = trace(
        [("r1", 0, float("nan")), ("r2", 0, 1e308), ("r3", 0, -1e308), ("r4", 0, float("inf"))]
    )
    (curve,) = curves(fake(CELLS, metric=METRIC, trace=points), "acc", "")
    assert curve.n == (2,)
    assert curve.high == (sys.float_info.max,)


def test_an_unknown_metric_names_the_known(fake):
    with pytest.raises(UsageError, match="f1") as error:
        curves(fake(CELLS), "f1", "")
    assert "acc" in error.value.hint


def test_a_name_with_its_split_is_understood(fake):
    with pytest.raises(UsageError) as error:
        curves(fake({("x", "d"): [1.0, 2.0]}), "val_acc", "")
    assert error.value.hint.startswith("val_acc is metric acc, split val: --metric acc --split val")
