"""ClearML's offline sessions, as the tool itself wrote them."""

from __future__ import annotations

import csv
import json
import math
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError

DATA = Path(__file__).parents[1] / "data" / "clearml"
SESSIONS = DATA / "sessions"


def _folder(name):
    """The folder of a session that lies there unpacked."""
    for path in SESSIONS.iterdir():
        if path.is_dir() and json.loads((path / "task.json").read_text())["name"] == name:
            return path
    raise LookupError(name)


def _key(row):
    value = float(row["value"])
    return (
        *(str(row[role]) for role in ("method", "dataset", "seed", "split", "metric")),
        float(row["step"]),
        "nan" if math.isnan(value) else value,
        int(row["kept"]),
    )


def test_every_value_is_found_once_and_as_it_was_logged(reading):
    with (DATA / "truth.csv").open() as stream:
        truth = list(csv.DictReader(stream))
    rows, _ = reading.tidy_of(SESSIONS)
    assert sorted(map(_key, rows)) == sorted(map(_key, truth))


def test_a_session_that_is_there_twice_counts_once_and_that_is_said(reading):
    with reading.opened(SESSIONS) as (rows, raw):
        runs = {row["run"] for row in rows}
        doubled = {row["__unit"] for row in rows if row["run_name"] == "svm-digits-0"}
    assert len(runs) == 30
    assert doubled == {f"/{_folder('svm-digits-0').name}"}
    assert any("2 copies" in note.message for note in raw.notes)


def test_sections_that_the_author_named_are_no_part_of_a_setting_s_name(reading, tmp_path):
    session = shutil.copytree(_folder("svm-digits-0"), tmp_path / "session")
    task = json.loads((session / "task.json").read_text())
    parameters = task["hyperparams"]["General"]
    other = {"lr": {"value": "1"}, "name": {"value": "x"}}
    task["hyperparams"] = {"of mine": parameters, "model": {"depth": {"value": "3"}}, "b": other}
    (session / "task.json").write_text(json.dumps(task))
    with reading.opened(session) as (rows, _):
        settings = {name: text for name, text in rows[0].items() if name.startswith("config.")}
    assert settings == {
        "config.data.name": "digits",
        "config.seed": "0",
        "config.of mine.lr": "0.001",
        "config.model.name": "svm",
        "config.model.depth": "3",
        "config.b.lr": "1",
        "config.name": "x",
    }


def test_a_killed_session_has_crashed(reading):
    with reading.opened(SESSIONS) as (rows, raw):
        states = {row["run_name"]: row["status"] for row in rows}
    assert states.pop("mlp-digits-4") == "crashed"
    assert set(states.values()) == {"unknown"}
    assert any("never closed" in note.message for note in raw.notes)


def test_without_any_archive_nothing_says_that_a_session_was_not_closed(reading, tmp_path):
    shutil.copytree(_folder("mlp-digits-4"), tmp_path / "session")
    with reading.opened(tmp_path) as (rows, raw):
        assert {row["status"] for row in rows} == {"unknown"}
    assert not raw.notes


def test_hyperparameters_by_section_and_tags(reading):
    with reading.opened(_folder("svm-digits-0")) as (rows, _):
        row = rows[0]
    assert row["config.model.name"] == "svm"
    assert row["config.Data.dataset"] == "digits"
    assert row["clearml.project"] == "study"
    assert row["clearml.tags"] == '["made"]'


def _write(folder, events, **task):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(line) for line in events]
    (folder / "metrics.jsonl").write_text("\n".join(lines))
    said = {"id": "a", "name": "n", "offline_folder": ""} | task
    (folder / "task.json").write_text(json.dumps(said))
    return folder


def _event(metric, variant, value, step):
    return {"metric": metric, "variant": variant, "value": value, "iter": step}


def test_names_of_metrics(reading, tmp_path):
    events = [
        [_event("accuracy", "test", 0.5, 1), _event("loss", "loss", 0.4, 1)],
        [_event("val", "f1", 0.3, 1), _event("gpu", "power", 9, 2)],
        [_event("Summary", "best", 0.9, -(2**31)), _event("plot", "x", 1, 1) | {"type": "plot"}],
    ]
    with reading.opened(_write(tmp_path / "s", events)) as (rows, _):
        found = [(row["metric"], row["step"], row["__at"]) for row in rows]
    assert found == [
        ("test/accuracy", 1, 1),
        ("loss", 1, 2),
        ("val/f1", 1, 3),
        ("gpu/power", 2, 4),
        ("best", None, 5),
    ]


def test_a_state_that_is_written_counts(reading, tmp_path):
    folder = _write(tmp_path / "s", [[_event("a", "a", 1, 1)]], status="failed")
    with reading.opened(folder) as (rows, _):
        assert rows[0]["status"] == "failed"


def test_a_cut_line_ends_the_session_with_a_note(reading, tmp_path):
    folder = _write(tmp_path / "s", [[_event("a", "a", 1, 1)], [_event("a", "a", 2, 2)]])
    path = folder / "metrics.jsonl"
    path.write_text(path.read_text()[:-9])
    with reading.opened(folder) as (rows, raw):
        assert [row["value"] for row in rows] == [1]
    assert "1 events before it are kept" in raw.notes[0].message


def test_damaged_settings_leave_the_values(reading, tmp_path):
    folder = _write(tmp_path / "s", [[_event("a", "a", 1, 1)]])
    (folder / "task.json").write_text('{"id": "a')
    with reading.opened(folder) as (rows, raw):
        assert [row["value"] for row in rows] == [1]
    assert "settings are not known" in raw.notes[0].hint


def test_one_file_of_a_session(reading, hostile, tmp_path):
    folder = _write(tmp_path / "s", [[_event("a", "a", 1, 1)]])
    with pytest.raises(InputError, match="not its values"):
        hostile.read(folder / "task.json")
    with reading.opened(folder / "metrics.jsonl") as (rows, _):
        assert rows[0]["value"] == 1


def test_a_link_that_leads_out_of_the_session_is_not_followed(reading, tmp_path):
    secret = tmp_path / "secret.jsonl"
    secret.write_text(json.dumps([_event("a", "a", 1, 1)]))
    folder = _write(tmp_path / "in" / "s", [])
    (folder / "metrics.jsonl").unlink()
    (folder / "metrics.jsonl").symlink_to(secret)
    with reading.opened(tmp_path / "in") as (rows, _):
        assert [row["value"] for row in rows] == [None]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_sessions_give_rows_or_an_error_of_ours(data, hostile, tmp_path):
    source = next(path for path in SESSIONS.iterdir() if path.suffix == ".zip").read_bytes()
    damage = data.draw(hostile.damages())
    name = data.draw(st.sampled_from(["", "metrics.jsonl", "task.json"]))
    zipped = data.draw(st.booleans())
    if not name:
        content = hostile.damaged(source, damage)
    else:
        content = hostile.rezipped(source, name, lambda old: hostile.damaged(old, damage))
    path = tmp_path / "offline.zip"
    path.write_bytes(content)
    if zipped or not name:
        hostile.attempt(path)
        return
    folder = tmp_path / "unpacked" / "session"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    hostile.attempt(folder.parent)
