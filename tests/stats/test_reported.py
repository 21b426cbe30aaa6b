"""What runs took, hyper-parameters and ratings, as they come into the Analysis."""

from dataclasses import replace

import numpy as np
import pytest

from paperforge.errors import InputError
from paperforge.model import Rating
from paperforge.spec import DesignSpec, Direction, Metric, TableSpec
from paperforge.stats import NEEDS, analyse, supply
from paperforge.stats.reported import quartiles, unit_of

TIME = Metric("duration_s", "Time", Direction.LOWER, tested=False)
CELLS = {("x", "d"): [60.0, 70.0, 80.0], ("x", "e"): [10.0, 30.0], ("y", "d"): [5.0]}


def supplied(results, need, spec=None):
    return supply(need, results, analyse(results, DesignSpec()), spec or TableSpec())


def test_costs_are_over_the_runs_on_all_datasets(fake):
    x, y = supplied(fake(CELLS, metric=TIME), "costs").costs
    values = np.array([60, 70, 80, 10, 30])
    assert (x.metric, x.method, x.unit, x.n) == ("duration_s", "x", "s", 5)
    assert (x.mean, x.sd, x.low, x.high, x.total) == (50, values.std(ddof=1), 10, 80, 250)
    assert (y.n, y.sd, y.total) == (1, None, 5)


def test_costs_are_in_printed_units_and_say_what_is_not_counted(fake):
    metric = replace(TIME, unit="min", scale=1 / 60)
    cells = {("x", "d"): {"values": [60.0, 120.0], "failed": 2, "not_finite": 1}}
    (x,) = supplied(fake(cells, metric=metric), "costs").costs
    assert (x.mean, x.total, x.unit, x.failed) == (1.5, 3, "min", 3)


def test_costs_asked_for_twice_stand_once(fake):
    results = fake(CELLS, metric=TIME)
    once = supplied(results, "costs")
    assert supply("costs", results, once, TableSpec(name="other")).costs == once.costs


def test_what_is_tested_and_has_no_unit_of_costs_is_none(fake):
    results = fake(CELLS, metric=Metric("acc", "Accuracy", Direction.HIGHER, "%"))
    with pytest.raises(InputError, match="table costs: no metric says what runs took"):
        supplied(results, "costs", TableSpec(name="costs"))
    seconds = fake(CELLS, metric=Metric("wall", "Wall time", Direction.LOWER, "s"))
    assert len(supplied(seconds, "costs").costs) == 2


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        (Metric("duration_s", ""), "s"),
        (Metric("system/gpu_energy_kwh", ""), "kWh"),
        (Metric("train.time.h", ""), "h"),
        (Metric("flops", ""), "FLOPs"),
        (Metric("s", ""), ""),
        (Metric("loss", ""), ""),
        (Metric("duration_s", "", scale=1 / 60), ""),
        (Metric("duration_s", "", unit="ms"), "ms"),
    ],
)
def test_the_unit_is_declared_or_ends_the_name(metric, unit):
    assert unit_of(metric) == unit


def test_quartiles_are_ratings_or_the_middle_of_two():
    # Hyndman and Fan's definition 2: of 1..8 the quartiles are 2.5, 4.5 and 6.5; of 1..5 2, 3, 4.
    assert quartiles(np.arange(1.0, 9)) == (2.5, 4.5, 6.5)
    assert quartiles(np.arange(1.0, 6)) == (2, 3, 4)
    assert quartiles(np.array([4.0])) == (4, 4, 4)


class Rated:
    """Results with ratings and settings beside their numbers."""

    def __init__(self, base, ratings=(), settings=None):
        self.base, self.given, self.said = base, ratings, settings or {}

    def __getattr__(self, name):
        return getattr(self.base, name)

    def ratings(self, metric):
        return self.given if metric == "acc" else ()

    def settings(self):
        return self.said


def test_ratings_of_each_method_share_one_scale(fake):
    given = tuple(
        Rating(m, "d", str(i), r, float(v))
        for m, values in (("x", [[1, 2], [2, 2], [5, 4]]), ("y", [[3, 3], [3, 4], [3, 3]]))
        for i, row in enumerate(values)
        for r, v in zip("ab", row, strict=True)
    )
    results = Rated(fake({("x", "d"): [1.0, 2.0], ("y", "d"): [3.0, 3.0]}), given)
    analysis = supplied(results, "ratings")
    x, y = analysis.ratings
    assert x.counts == ((1, 1), (2, 3), (3, 0), (4, 1), (5, 1))
    assert y.counts == ((1, 0), (2, 0), (3, 5), (4, 1), (5, 0))
    assert (x.n, x.items, x.raters, x.mean) == (6, 3, 2, pytest.approx(16 / 6))
    assert x.quartiles == (2, 2, 4)
    (one,) = analysis.agreements
    assert (one.units, one.items, one.raters, one.ratings) == (6, 3, 2, 12)
    assert one.alpha is not None and one.low is None  # three items have no interval
    assert supply("ratings", results, analysis, TableSpec()) == analysis


def test_ratings_and_settings_that_are_not_there_are_refused(fake):
    results = Rated(fake({("x", "d"): [1.0, 2.0]}))
    with pytest.raises(InputError, match="no ratings by several people"):
        supplied(results, "ratings")
    with pytest.raises(InputError, match="no hyper-parameters"):
        supplied(results, "settings")


def test_settings_keep_the_order_of_methods(fake):
    results = Rated(fake({("x", "d"): [1.0]}), settings={"lr": {"x": ("0.1", "0.2")}})
    (one,) = supplied(results, "settings").settings
    assert (one.name, one.values) == ("lr", (("x", ("0.1", "0.2")),))


def test_every_need_of_a_layout_is_supplied():
    from paperforge.spec import LAYOUTS
    from paperforge.tables import needs

    asked = {need for layout in LAYOUTS for need in needs(TableSpec(layout=layout))}
    assert asked == {"costs", "settings", "ratings", "beside"}
    assert asked - {"beside"} <= NEEDS.keys()  # that is of the design: stats.beside()
