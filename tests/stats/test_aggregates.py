import numpy as np
import pytest
from scipy import stats as scipy_stats

from paperforge.spec import DesignSpec, Direction, Metric, Unit
from paperforge.stats import analyse

METRIC = Metric("acc", "accuracy", Direction.HIGHER, "%", scale=100.0)
RNG = np.random.default_rng(21)
CELLS = {("x", "d1"): RNG.random(4), ("x", "d2"): RNG.random(7)}


def test_a_cell_of_seeds(fake):
    x = CELLS["x", "d1"]
    one = analyse(fake(CELLS, metric=METRIC), DesignSpec()).aggregate("acc", "x", "d1")
    assert (one.n, one.mean, one.sd) == (
        4,
        pytest.approx(100 * x.mean()),
        pytest.approx(100 * x.std(ddof=1)),
    )
    assert one.se == pytest.approx(100 * scipy_stats.sem(x))
    low, high = scipy_stats.t.interval(0.95, 3, 100 * x.mean(), one.se)
    assert one.half_width == pytest.approx((high - low) / 2)
    assert one.values == pytest.approx(100 * x)


def test_the_interval_follows_alpha(fake):
    wide, narrow = (
        analyse(fake(CELLS), DesignSpec(alpha=alpha)).aggregate("acc", "x", "d1")
        for alpha in (0.01, 0.2)
    )
    assert wide.half_width > narrow.half_width


def test_the_average_of_independent_runs(fake):
    a, b = CELLS.values()
    one = analyse(fake(CELLS), DesignSpec()).aggregate("acc", "x", None)
    va, vb = a.var(ddof=1) / 4, b.var(ddof=1) / 7
    assert one.mean == pytest.approx((a.mean() + b.mean()) / 2)
    assert one.se == pytest.approx(np.sqrt(va + vb) / 2)
    assert one.sd == pytest.approx(np.sqrt(a.var(ddof=1) + b.var(ddof=1)) / 2)
    assert one.n == 4
    df = (va + vb) ** 2 / (va**2 / 3 + vb**2 / 6)
    assert one.half_width == pytest.approx(scipy_stats.t.ppf(0.975, df) * one.se)


def test_the_average_of_runs_measured_on_all_datasets(fake):
    cells = {("x", d): RNG.random(5) for d in ("d1", "d2")}
    runs = np.mean(list(cells.values()), axis=0)
    one = analyse(fake(cells, shared_runs=True), DesignSpec()).aggregate("acc", "x", None)
    assert (one.sd, one.se) == pytest.approx((runs.std(ddof=1), scipy_stats.sem(runs)))


def test_one_run_has_no_spread(fake):
    one = analyse(fake({("x", "d"): [0.5]}), DesignSpec()).aggregate("acc", "x", "d")
    assert (one.mean, one.sd, one.se, one.half_width, one.values) == (0.5, None, None, None, (0.5,))


def test_examples_are_not_carried_along(fake):
    x = RNG.integers(0, 2, 60).astype(float)
    one = analyse(fake({("x", "d"): x}, unit=Unit.EXAMPLE), DesignSpec()).aggregate("acc", "x", "d")
    assert one.values == ()
    assert one.se == pytest.approx(scipy_stats.sem(x))


def test_all_examples_right_is_not_certainty(fake):
    from statsmodels.stats.proportion import proportion_confint

    one = analyse(fake({("x", "d"): np.ones(50)}, unit=Unit.EXAMPLE), DesignSpec()).aggregate(
        "acc", "x", "d"
    )
    low, high = proportion_confint(50, 50, method="wilson")
    assert one.sd == 0
    assert one.half_width == pytest.approx(high - low)


def test_items_shared_by_datasets_correlate_their_average(fake):
    x = RNG.random(40)
    cells = {("x", d): x for d in ("d1", "d2")}
    one = analyse(fake(cells, unit=Unit.EXAMPLE), DesignSpec()).aggregate("acc", "x", None)
    assert one.se == pytest.approx(scipy_stats.sem(x))  # not divided by the root of two
    assert one.sd is None


def test_the_runs_of_a_cell_keep_their_names(fake):
    cells = {("x", "d"): {"values": [3.0, 1.0], "keys": [7, 3]}, ("y", "d"): [2.0, 4.0]}
    results = fake(cells, names={3: "s3", 7: "s7", 0: "0", 1: "1"})
    one = analyse(results, DesignSpec()).aggregate("acc", "x", "d")
    assert dict(zip(one.keys, one.values, strict=True)) == {"s7": 3.0, "s3": 1.0}
    unnamed = fake({("x", "d"): {"values": [3.0, 1.0], "keyed": False}, ("y", "d"): [2.0, 4.0]})
    assert analyse(unnamed, DesignSpec()).aggregate("acc", "x", "d").keys == ()
