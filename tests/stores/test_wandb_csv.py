"""The web page cannot be run here: these are its layouts, by hand, as wandb_csv.py cites them."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores

CHART = (
    '"epoch","a-0 - _step","a-0 - _step__MIN","a-0 - _step__MAX","a-0 - val/loss",'
    '"a-0 - val/loss__MIN","a-0 - val/loss__MAX","b - x-1 - val/loss","b - x-1 - val/loss__MIN",'
    '"b - x-1 - val/loss__MAX"\n'
    '"0","10","10","10","0.5","0.5","0.5","","",""\n'
    '"1","20","20","20","0.25","0.25","0.25","NaN","NaN","NaN"\n'
)
RUNS = (
    '"Name","State","Notes","User","Tags","Created","Runtime","Sweep","model","seed","acc","acc",'
    '"val/foo","_step"\n'
    '"r-1","finished","-","u","base, v2","2026","9","","lora","0","0.5","7","1","100"\n'
    '"r-1","crashed","-","u","","2026","9","","full","0","","","",""\n'
)


def told(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_a_chart(reading, write):
    with reading.opened(write(CHART)) as (rows, raw):
        found = told(rows, "run", "metric", "step", "value", "__at")
    assert found[:2] == [("a-0", "val/loss", 10, 0.5, 2), ("a-0", "val/loss", 20, 0.25, 3)]
    assert found[2][:3] == ("b - x-1", "val/loss", 1)
    assert math.isnan(found[2][3])
    assert not raw.notes


def test_a_chart_of_one_run(reading, write):
    path = write("Step,loss,loss__MIN,loss__MAX\n0,0.5,0.5,0.5\n", "sunny.csv")
    with reading.opened(path) as (rows, _):
        assert told(rows, "run", "metric", "value") == [("sunny", "loss", 0.5)]


def test_averages_and_groups_are_said(reading, write):
    text = CHART.replace('"0.5","0.5","0.5"', '"0.5","0.4","0.6"').replace("a-0", "Group: a")
    with reading.opened(write(text)) as (_, raw):
        assert [note.message.split(":")[0] for note in raw.notes] == [
            "points are averages (their MIN and MAX differ)",
            "groups of runs, not runs",
        ]


def test_the_table_of_runs(reading, write):
    with reading.opened(write(RUNS)) as (rows, raw):
        assert told(rows, "run", "status", "config.model", "metric", "value", "step") == [
            ("r-1 (3)", "crashed", "full", None, None, None),
            ("r-1", "finished", "lora", "acc", 0.5, 100),
            ("r-1", "finished", "lora", "val/foo", 1.0, 100),
        ]
        assert rows[1]["tags.wandb"] == "base, v2"
    assert raw.notes[-1].message == "taken for settings: model, seed"


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "Name,score\nx,1\n", "x__MIN,x__MAX\n1,2\n", '"'])
def test_other_tables_are_not_its_own(write, text):
    assert stores.recognise(write(text)) == "csv"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.sampled_from([CHART, RUNS]),
    st.lists(st.tuples(st.integers(0, 500), st.binary(max_size=4)), max_size=5),
)
def test_any_damage_is_rows_or_an_error(reading, write, text, patches):
    reading.read_or_refused(write(reading.damaged(text.encode(), patches)))
