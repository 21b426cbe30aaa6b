"""Parquet parts, as neptune-exporter's own writer writes them."""

from __future__ import annotations

import csv
import math
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import neptune

DATA = Path(__file__).parents[1] / "data" / "neptune"
EXPORT = DATA / "data"


def _part(run, number=0):
    return next(EXPORT.glob(f"*/{run}-*_part_{number}.parquet"))


def _text(value):
    return "" if value in ("", None) or value != value else str(value)  # noqa: PLR0124  NaN


def _key(row):
    value = float(row["value"])
    names = ("run", "method", "dataset", "seed", "split", "metric", "status")
    step = _text(row["step"])
    return (
        *(_text(row[name]) for name in names),
        str(float(step)) if step else "",
        "nan" if math.isnan(value) else str(round(value, 12)),
        int(row["kept"]),
    )


def test_every_value_is_found(reading):
    with (DATA / "truth.csv").open() as stream:
        truth = list(csv.DictReader(stream))
    rows, _ = reading.tidy_of(EXPORT)
    assert sorted(map(_key, rows)) == sorted(map(_key, truth))


def test_settings_and_tags(reading):
    with reading.opened(_part("RUN-0")) as (rows, _):
        row = rows[0]
    assert row["run_name"] == "mlp-digits-0"
    assert row["config.model.name"] == "mlp"
    assert row["config.lr"] == "0.001"
    assert row["neptune.project"] == "papers/study"
    assert row["neptune.tags"] == '["made"]'


def test_a_part_without_the_first_is_told(reading, tmp_path):
    shutil.copy(_part("RUN-10", 1), tmp_path)
    with reading.opened(tmp_path) as (rows, raw):
        assert rows
    assert "part 0 is missing" in raw.notes[0].message


def test_other_parquet_files_are_left_to_others(write):
    assert not neptune.recognises(write(b"PAR1" + b"\0" * 40 + b"PAR1", "x_part_0.parquet"))
    assert not neptune.recognises(write(_part("RUN-0").read_bytes(), "runs.parquet"))


def test_a_damaged_part_is_left_out_with_a_note(reading, tmp_path):
    shutil.copy(_part("RUN-0"), tmp_path)
    content = _part("RUN-1").read_bytes()
    (tmp_path / "x_part_0.parquet").write_bytes(content[:40] + b"\xff" * 400 + content[440:])
    with reading.opened(tmp_path) as (rows, raw):
        assert {row["run"] for row in rows} >= {"RUN-0"}
    assert raw.notes


def test_nothing_but_damage_is_an_error(hostile, write):
    content = _part("RUN-1").read_bytes()
    path = write(b"\0" * 400 + content[400:], "x_part_0.parquet")
    with pytest.raises(InputError, match="not a sound part"):
        hostile.read(path)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_parts_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    path = tmp_path / "x_part_0.parquet"
    damage = data.draw(hostile.damages())
    path.write_bytes(hostile.damaged(_part("RUN-0").read_bytes(), damage))
    hostile.attempt(path)
