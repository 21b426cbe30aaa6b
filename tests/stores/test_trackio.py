from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import mlflow, trackio

DATA = Path(__file__).parents[1] / "data" / "trackio"
FUZZ = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def store(tmp_path):
    return Path(shutil.copy(DATA / "project.db", tmp_path / "study.db"))


def change(store, *statements):
    with closing(sqlite3.connect(store)) as database:
        for sql in statements:
            database.execute(sql)
        database.commit()


def test_exactly_what_was_logged(reading, tracking):
    rows, notes = reading.tidy_of(DATA / "project.db")
    assert tracking.told(rows) == tracking.truth(DATA / "truth.json")
    assert any("values that are no numbers (note)" in note.message for note in notes)


def test_a_row_is_found_again(reading, store):
    rows, _ = reading.tidy_of(store)
    with closing(sqlite3.connect(store)) as database:
        for row in rows[:20]:
            number = int(row["source"].rpartition("row ")[2])
            (text,) = database.execute(
                "SELECT metrics FROM metrics WHERE id = ?", (number,)
            ).fetchone()
            assert str(row["value"]).encode() in text.encode() if isinstance(text, str) else text


def test_what_was_logged_as_text_table_or_dictionary(reading, store):
    content = (
        '{"a": "NaN", "b": "-Infinity", "c": true, "d": {"e": {"f": 2}}, "g": {"_type": "t"}, '
        '"h": null, "i": [1], "j": "0.5"}'
    )
    change(store, "DELETE FROM metrics WHERE id > 1", f"UPDATE metrics SET metrics = '{content}'")
    with reading.opened(store) as (rows, raw):
        found = {row["metric"]: str(row["value"]) for row in rows}
    assert found == {"a": "nan", "b": "-inf", "c": "1.0", "d/e/f": "2.0"}
    assert any("left out: 3 values" in note.message for note in raw.notes)


def test_the_first_schema_had_no_run_id(reading, store, tmp_path):
    old = tmp_path / "old.db"
    change(
        old,
        "CREATE TABLE metrics (id INTEGER PRIMARY KEY, timestamp TEXT, run_name TEXT, "
        "step INTEGER, metrics TEXT)",
        "CREATE TABLE configs (id INTEGER PRIMARY KEY, run_name TEXT, config TEXT)",
        f"ATTACH '{store}' AS new",
        "INSERT INTO main.metrics SELECT id, timestamp, run_name, step, metrics FROM new.metrics",
        "INSERT INTO main.configs SELECT id, run_name, config FROM new.configs",
    )
    columns = ("method", "dataset", "seed", "split", "metric", "step", "status", "kept")
    before, after = (
        [[row[c] for c in columns] for row in reading.tidy_of(path)[0]] for path in (store, old)
    )
    assert after == before
    with reading.opened(old) as (rows, _):
        assert rows[0]["run"] == "old lora_mnli_0"


def test_projects_of_one_folder_are_told_apart(reading, store, tmp_path):
    change(
        Path(shutil.copy(store, tmp_path / "other.db")),
        "UPDATE metrics SET run_id = run_id || 'x'",
        "UPDATE configs SET run_id = run_id || 'x'",
    )
    with reading.opened(tmp_path) as (rows, _):
        assert {row["trackio.project"] for row in rows} == {"study", "other"}


def test_the_log_of_a_live_run_travels_with_the_database(reading, store, tmp_path):
    writer = sqlite3.connect(store)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("""UPDATE metrics SET metrics = '{"new": 1}' WHERE id = 1""")
    writer.commit()
    (tmp_path / "moved").mkdir()
    for end in ("", "-wal"):
        shutil.copy(f"{store}{end}", tmp_path / "moved" / f"study.db{end}")
    writer.close()
    with reading.opened(tmp_path / "moved" / "study.db") as (rows, _):
        assert rows[0]["metric"] == "new"
    assert len(list((tmp_path / "moved").iterdir())) == 2


@pytest.mark.parametrize("bad", ["{", "[" * 50_000, "x", '{"a": 1' + "0" * 400 + "}"])
def test_a_damaged_row_ends_the_file(reading, store, bad):
    change(store, f"UPDATE metrics SET metrics = '{bad}' WHERE id = 5")
    with reading.opened(store) as (rows, raw):
        assert {row["__at"] for row in rows} - {None} == {1, 2, 3, 4}
    assert any("the first 4 rows are kept" in note.message for note in raw.notes)


def test_configs_that_are_damaged_are_left_out(reading, store):
    change(store, "UPDATE configs SET config = '{' WHERE run_name = 'lora_mnli_0'")
    with reading.opened(store) as (rows, raw):
        assert {r["config.seed"] for r in rows if r["run_name"] == "lora_mnli_0"} == {None}
    assert any("no JSON" in note.message for note in raw.notes)


def test_other_databases(tmp_path, reading, store):
    other = tmp_path / "other.db"
    change(other, "CREATE TABLE metrics (x)", "CREATE TABLE configs (x)")
    assert not trackio.recognises(other)
    assert not trackio.recognises(DATA.parent / "mlflow.db")
    assert not mlflow.recognises(DATA / "project.db")
    change(store, "DELETE FROM metrics")
    with pytest.raises(InputError, match="no runs"):
        reading.rows_of(store)


@FUZZ
@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=40))),
    st.floats(0.1, 1),
)
def test_a_mutated_database_is_rows_or_an_error(tmp_path, tracking, changes, kept):
    content = bytearray((DATA / "project.db").read_bytes())
    for place, data in changes:
        start = int(place * len(content))
        content[start : start + len(data)] = data
    path = tmp_path / "project.db"
    path.write_bytes(content[: int(kept * len(content))])
    tracking.survives(path)
