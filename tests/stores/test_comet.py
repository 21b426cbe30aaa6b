"""Comet's offline archives, as the tool itself wrote them."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.model import Severity

DATA = Path(__file__).parents[1] / "data" / "comet"
ARCHIVES = DATA / "archives"


def _truth():
    with (DATA / "truth.csv").open() as stream:
        return list(csv.DictReader(stream))


def _key(row):
    value = float(row["value"])
    return (
        *(str(row[role]) for role in ("method", "dataset", "seed", "split", "metric")),
        float(row["step"]),
        "nan" if math.isnan(value) else value,
        str(row["status"]).replace("finished", ""),
        int(row["kept"]),
    )


def test_every_value_is_found_once_and_as_it_was_logged(reading):
    rows, _ = reading.tidy_of(ARCHIVES)
    assert sorted(map(_key, rows)) == sorted(map(_key, _truth()))


def test_a_resumed_experiment_is_one_run(reading):
    rows, _ = reading.tidy_of(ARCHIVES)
    runs = {row["run"] for row in rows if (row["method"], row["dataset"]) == ("svm", "wine")}
    assert len(runs) == 5


def test_parameters_others_and_tags_are_settings(reading):
    with reading.opened(ARCHIVES) as (rows, raw):
        row = next(row for row in rows if row["run_name"] == "mlp-digits-0")
    assert row["config.model.name"] == "mlp"
    assert row["config.lr"] == "0.001"
    assert row["tags.dataset"] == "digits"
    assert row["comet.project"] == "study"
    assert row["comet.tags"] == '["made"]'
    assert not [name for name in raw.columns if "curr_step" in name]


def test_what_comet_measures_of_the_machine_is_told_apart(reading):
    with reading.opened(ARCHIVES) as (rows, _):
        names = {row["metric"] for row in rows}
    assert "system/process duration" in names
    assert any(name.startswith("system/cpu.") for name in names)
    rows, _ = reading.tidy_of(ARCHIVES)
    assert {row["metric"] for row in rows} == {"accuracy", "loss"}


def test_an_archive_alone_and_its_epochs(reading):
    path = min(ARCHIVES.iterdir())
    with reading.opened(path) as (rows, raw):
        first = next(row for row in rows if row["metric"] == "test/accuracy")
    assert first["epoch"] == first["step"] + 1
    assert raw.place == "message"


def test_the_empty_archive_of_a_killed_experiment_is_told(reading, tmp_path):
    shutil.copy(min(ARCHIVES.iterdir()), tmp_path)
    with zipfile.ZipFile(tmp_path / f"{'0eb1' * 8}.zip", "w"):
        pass
    with reading.opened(tmp_path) as (rows, raw):
        assert rows
    assert "killed hold nothing" in raw.notes[0].message


def test_an_archive_that_cannot_be_read_does_not_end_its_folder(reading, tmp_path):
    trap = tmp_path / "trap.zip"
    with zipfile.ZipFile(trap, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("experiment.json", b" " * (17 << 20))
        archive.writestr("messages.json", "{}")
    (tmp_path / "results.csv").write_text("method,accuracy\na,0.5\n")
    rows, notes = reading.tidy_of(tmp_path)
    assert [(row["method"], row["value"]) for row in rows] == [("a", 0.5)]
    said = [(note.severity, note.where) for note in notes if note.message.startswith("skipped: ")]
    assert said == [(Severity.WARNING, "trap.zip member experiment.json")]
    (tmp_path / "results.csv").unlink()
    with pytest.raises(InputError) as error:
        reading.tidy_of(tmp_path)
    assert error.value.where.count("trap.zip") == 1


def _archive(messages, **header):
    said = {"offline_id": "k", "start_time": 1, "stop_time": 2} | header
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("experiment.json", json.dumps(said))
        archive.writestr("messages.json", messages)
    return out.getvalue()


def _message(name, value, step):
    metric = {"metricName": name, "metricValue": value, "step": step, "epoch": None}
    return json.dumps({"type": "metric_msg", "payload": {"metric": metric}}) + "\n"


def test_a_damaged_message_ends_the_archive_with_a_note(reading, write):
    messages = _message("acc", 0.5, 1) + '{"type": "metr'
    path = write(_archive(messages), "k.zip")
    with reading.opened(path) as (rows, raw):
        assert [(row["value"], row["status"]) for row in rows] == [(0.5, "crashed")]
    assert "line 2" in raw.notes[0].message
    assert "1 messages before it are kept" in raw.notes[0].message


def test_infinities_and_numbers_beyond_floats(reading, write):
    messages = "".join(_message("a", v, i) for i, v in enumerate(["Infinity", 10**400, "NaN", "x"]))
    with reading.opened(write(_archive(messages), "k.zip")) as (rows, _):
        values = [row["value"] for row in rows]
    assert values[:2] == [math.inf, math.inf]
    assert math.isnan(values[2])
    assert len(values) == 3


def test_an_archive_that_unpacks_to_far_more_is_refused(reading, write):
    path = write(_archive(" " * 30_000_000), "k.zip")
    with reading.opened(path) as (rows, raw):
        assert [row["value"] for row in rows] == [None]
    assert "far more than text" in raw.notes[0].message


def test_an_archive_whose_header_is_damaged(hostile, write):
    content = hostile.rezipped(_archive(""), "experiment.json", lambda _: b"{")
    with pytest.raises(InputError, match="not JSON"):
        hostile.read(write(content, "k.zip"))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_archives_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    source = min(ARCHIVES.iterdir()).read_bytes()
    damage = data.draw(hostile.damages())
    name = data.draw(st.sampled_from(["", "messages.json", "experiment.json"]))
    if name:
        content = hostile.rezipped(source, name, lambda old: hostile.damaged(old, damage))
    else:
        content = hostile.damaged(source, damage)
    path = tmp_path / "k.zip"
    path.write_bytes(content)
    hostile.attempt(path)


def test_halves_of_characters_are_replaced(reading, write):
    messages = _message("a\ud800", 1, 1) + _message("b", "\ud800", 1)
    with reading.opened(write(_archive(messages, tags=["\ud800"]), "k.zip")) as (rows, _):
        assert [row["metric"] for row in rows] == ["a?"]
        assert rows[0]["comet.tags"] == '["?"]'
