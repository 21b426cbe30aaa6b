from __future__ import annotations

import math
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from paperforge.errors import InputError

DB = Path(__file__).parents[1] / "data" / "mlflow.db"


@pytest.fixture
def store(tmp_path):
    return Path(shutil.copy(DB, tmp_path / "mlflow.db"))


def points(rows, run, metric):
    return [
        (row["mlflow.step"], row["mlflow.value"])
        for row in rows
        if row["mlflow.run_name"] == run and row["mlflow.metric"] == metric
    ]


def listing(store):
    return sorted(path.name for path in store.parent.iterdir())


def test_the_history_is_in_the_order_of_steps(reading, store):
    with reading.opened(store) as (rows, raw):
        assert points(rows, "lora-0", "val/accuracy") == [(0, 0.5), (1, 0.6), (2, 0.7)]
        assert rows[0]["params.method"] == "lora"
        assert rows[0]["params.rank"] == "8"
        assert rows[0]["tags.owner"] == "nobody"
    assert raw.known["metric"] == "mlflow.metric"
    assert raw.columns.index("params.method") < raw.columns.index("tags.owner")


def test_nan_and_infinity(reading, store):
    with reading.opened(store) as (rows, _):
        ((_, nan),) = points(rows, "nan", "test/accuracy")
        ((_, inf),) = points(rows, "inf", "test/accuracy")
    assert math.isnan(nan)
    assert inf == math.inf


def test_states_of_runs(reading, store):
    with reading.opened(store) as (rows, raw):
        states = {row["mlflow.run_name"]: row["mlflow.status"] for row in rows}
    assert states["lora-0"] == "FINISHED"
    assert states["crashed"] == "FAILED"
    assert states["running"] == "RUNNING"
    assert states["deleted"] == "DELETED"
    assert states["sweep"] == "PARENT"
    assert any("1 run deleted" in note.message for note in raw.notes)
    assert any("nested runs" in note.message for note in raw.notes)


def test_a_nested_run_has_its_parents_parameters(reading, store):
    with reading.opened(store) as (rows, _):
        child = next(row for row in rows if row["mlflow.run_name"] == "child")
    assert (child["params.method"], child["params.dataset"]) == ("lora", "moons")


def test_a_logged_models_metric_counts_once(reading, store):
    with closing(sqlite3.connect(store)) as database:
        assert database.execute("SELECT count(*) FROM logged_model_metrics").fetchone() == (1,)
    with reading.opened(store) as (rows, _):
        assert points(rows, "lora-2", "test/accuracy") == [(0, 0.6)]


def test_the_latest_value_of_a_step_is_mlflows(reading, store):
    with closing(sqlite3.connect(store)) as database:
        latest = database.execute(
            "SELECT r.name, l.key, l.value FROM latest_metrics l JOIN runs r USING (run_uuid) "
            "WHERE l.is_nan = 0 AND abs(l.value) < 1e300"
        ).fetchall()
    assert len(latest) > 10
    with reading.opened(store) as (rows, _):
        for run, metric, value in latest:
            assert points(rows, run, metric)[-1][1] == value


def test_nothing_is_written(reading, store):
    before = store.read_bytes(), listing(store), store.stat().st_mtime_ns
    reading.rows_of(store)
    assert (
        store.read_bytes(),
        listing(store),
        store.stat().st_mtime_ns,
    ) == before


def test_write_ahead_log(reading, store):
    writer = sqlite3.connect(store)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE runs SET name = 'renamed' WHERE name = 'lora-0'")
    writer.commit()
    try:
        with reading.opened(store) as (rows, _):
            assert any(row["mlflow.run_name"] == "renamed" for row in rows)
    finally:
        writer.close()
    assert listing(store) == ["mlflow.db"]
    with reading.opened(store) as (rows, _):
        assert any(row["mlflow.run_name"] == "renamed" for row in rows)
    assert listing(store) == ["mlflow.db"]


def test_names_that_mlflow_made_up_are_not_offered(reading, store):
    with closing(sqlite3.connect(store)) as database:
        database.execute("UPDATE runs SET name = 'bold-shark-' || (rowid % 100)")
        database.commit()
    with reading.opened(store) as (_, raw):
        assert "mlflow.run_name" not in raw.columns


def test_another_sqlite_database(tmp_path, reading):
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (x)")
        database.commit()
    with pytest.raises(InputError, match="SQLite database of no known kind"):
        reading.rows_of(path)


def test_a_damaged_database(reading, store):
    content = bytearray(store.read_bytes())
    content[1024 : len(content) // 2] = b"\xff" * (len(content) // 2 - 1024)
    store.write_bytes(content)
    with pytest.raises(InputError, match="MLflow's SQLite store"):
        reading.rows_of(store)


def test_no_runs(reading, store):
    with closing(sqlite3.connect(store)) as database:
        database.execute("DELETE FROM runs")
        database.commit()
    with pytest.raises(InputError, match="no runs"):
        reading.rows_of(store)
