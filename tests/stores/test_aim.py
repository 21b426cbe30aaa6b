"""Aim's export, as the tool itself wrote it; a repository is asked for its export."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError

DATA = Path(__file__).parents[1] / "data" / "aim"
EXPORT = DATA / "export.csv"


def _key(row):
    value = float(row["value"])
    names = ("method", "dataset", "seed", "split", "metric")
    number = "nan" if math.isnan(value) else str(round(value, 6))
    return (*(str(row[name]) for name in names), float(row["step"]), number)


def test_every_value_is_found(reading):
    with (DATA / "truth.csv").open() as stream:
        truth = list(csv.DictReader(stream))
    rows, _ = reading.tidy_of(EXPORT)
    assert sorted(map(_key, rows)) == sorted(map(_key, truth))
    assert len({row["run"] for row in rows}) == 30
    assert {row["example"] for row in rows} == {None}


def test_parameters_are_settings_and_contexts_are_names(reading, write):
    content = (
        "idx,step,value,epoch,time,run.hash,run.hparams.lr,run.dataset,metric.name,"
        "metric.context.subset,metric.context.layer\n"
        "0,3,0.5,1.0,2026,abc,0.1,wine,acc,val,\n0,3,,1.0,2026,abc,0.1,wine,norm,,2\n"
    )
    with reading.opened(write(content, "aim.csv")) as (rows, _):
        assert [(r["metric"], r["step"], r["epoch"]) for r in rows] == [
            ("val/acc", 3, 1),
            ("norm layer=2", 3, 1),
        ]
        assert math.isnan(rows[1]["value"])
        assert rows[0]["config.lr"] == "0.1"
        assert rows[0]["config.dataset"] == "wine"


def test_a_repository_is_an_error_that_says_how_to_export(hostile, write):
    path = write("1.3", "repo/.aim/VERSION")
    write("x", "repo/.aim/meta/CURRENT")
    for named in (path.parents[1], path):
        with pytest.raises(InputError, match="only Aim itself") as caught:
            hostile.read(named)
        assert "to_csv" in caught.value.hint


def test_a_repository_beside_its_export_is_told(reading, write):
    write("1.3", ".aim/VERSION")
    path = write(EXPORT.read_bytes(), "aim.csv")
    with reading.opened(path.parent) as (rows, raw):
        assert rows
    assert "its export beside it" in raw.notes[0].message


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_exports_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    path = tmp_path / "aim.csv"
    path.write_bytes(hostile.damaged(EXPORT.read_bytes(), data.draw(hostile.damages())))
    hostile.attempt(path)
