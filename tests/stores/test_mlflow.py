from __future__ import annotations

import math
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge.errors import InputError
from paperforge.stores import databases, mlflow

DB = Path(__file__).parents[1] / "data" / "mlflow.db"
DATA = DB.parent / "mlflow"
VERSIONS = [DATA / "v2.db", DATA / "v3.db"]
FUZZ = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def store(tmp_path):
    return Path(shutil.copy(DB, tmp_path / "mlflow.db"))


def points(rows, run, metric):
    return [
        (row["step"], row["value"])
        for row in rows
        if row["run_name"] == run and row["metric"] == metric
    ]


def listing(store):
    return sorted(path.name for path in store.parent.iterdir())


def test_the_history_is_in_the_order_of_steps(reading, store):
    with reading.opened(store) as (rows, raw):
        assert points(rows, "lora-0", "val/accuracy") == [(0, 0.5), (1, 0.6), (2, 0.7)]
        assert rows[0]["params.method"] == "lora"
        assert rows[0]["params.rank"] == "8"
        assert rows[0]["tags.owner"] == "nobody"
    assert raw.known["metric"] == "metric"
    assert raw.columns.index("params.method") < raw.columns.index("tags.owner")


def test_nan_and_infinity(reading, store):
    with reading.opened(store) as (rows, _):
        ((_, nan),) = points(rows, "nan", "test/accuracy")
        ((_, inf),) = points(rows, "inf", "test/accuracy")
    assert math.isnan(nan)
    assert inf == math.inf


def test_states_of_runs(reading, store):
    with reading.opened(store) as (rows, raw):
        states = {row["run_name"]: row["status"] for row in rows}
    assert states["lora-0"] == "finished"
    assert states["crashed"] == "failed"
    assert states["running"] == "running"
    assert states["deleted"] == "deleted"
    assert states["sweep"] == "parent"
    assert any("1 run deleted" in note.message for note in raw.notes)
    assert any("nested runs" in note.message for note in raw.notes)


def test_a_nested_run_has_its_parents_parameters(reading, store):
    with reading.opened(store) as (rows, _):
        child = next(row for row in rows if row["run_name"] == "child")
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
            assert any(row["run_name"] == "renamed" for row in rows)
    finally:
        writer.close()
    assert listing(store) == ["mlflow.db"]
    with reading.opened(store) as (rows, _):
        assert any(row["run_name"] == "renamed" for row in rows)
    assert listing(store) == ["mlflow.db"]


def test_names_that_mlflow_made_up_are_not_offered(reading, store):
    with closing(sqlite3.connect(store)) as database:
        database.execute("UPDATE runs SET name = 'bold-shark-' || (rowid % 100)")
        database.commit()
    with reading.opened(store) as (_, raw):
        assert "run_name" not in raw.columns


def test_another_sqlite_database(tmp_path):
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE metrics (x)")
        database.commit()
    assert not mlflow.recognises(path)


def test_computed_columns_are_not_trusted(store):
    assert mlflow.recognises(store)
    with closing(sqlite3.connect(store)) as database:
        database.execute("ALTER TABLE params ADD COLUMN big AS (zeroblob(1000000000))")
        database.commit()
    assert not mlflow.recognises(store)


def test_a_damaged_database(reading, store):
    content = bytearray(store.read_bytes())
    content[1024 : len(content) // 2] = b"\xff" * (len(content) // 2 - 1024)
    store.write_bytes(content)
    with pytest.raises(InputError, match="-wal"):
        reading.rows_of(store)


def test_the_values_above_the_damage_are_kept(reading, tmp_path):
    path = tmp_path / "mlflow.db"
    shutil.copy(DATA / "v3.db", path)
    with closing(sqlite3.connect(path)) as database:
        root, page = database.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master "
            "WHERE name = 'metrics'"
        ).fetchone()
    content = bytearray(path.read_bytes())
    last = int.from_bytes(content[(root - 1) * page + 8 :][:4], "big")
    content[(last - 1) * page : last * page] = b"\xff" * page
    path.write_bytes(content)
    whole, _ = reading.tidy_of(DATA / "v3.db")
    rows, notes = reading.tidy_of(path)
    assert 0 < len(rows) < len(whole)
    assert any("values are kept" in note.message for note in notes)


def test_no_runs(reading, store):
    with closing(sqlite3.connect(store)) as database:
        database.execute("DELETE FROM runs")
        database.commit()
    with pytest.raises(InputError, match="no runs"):
        reading.rows_of(store)


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_exactly_what_was_logged(path, reading, tracking):
    rows, notes = reading.tidy_of(path)
    assert tracking.told(rows) == tracking.truth(DATA / "truth.json")
    assert any("2 runs deleted" in note.message for note in notes)


@pytest.mark.parametrize("path", [*VERSIONS, DB], ids=lambda path: path.stem)
def test_final_values_alone_are_those_of_the_history(path, tracking):
    whole, count = tracking.finals(path, history=True)
    latest, fewer = tracking.finals(path, history=False)
    assert latest == whole
    assert fewer < count


@pytest.mark.parametrize(("few", "many"), [(1, 1), (2, 3), (3, 7)])
def test_how_many_are_read_at_a_time_makes_no_difference(few, many, monkeypatch, tracking):
    at_once = tracking.finals(VERSIONS[-1], history=False)
    monkeypatch.setattr(mlflow, "_FEW", few)
    monkeypatch.setattr(mlflow, "_MANY", many)
    assert tracking.finals(VERSIONS[-1], history=False) == at_once


class Torn:
    """A cursor over a table of which the last page is damaged."""

    def __init__(self, rows):
        self.rows = list(rows)

    def fetchmany(self, count):
        if not self.rows:
            raise sqlite3.DatabaseError("database disk image is malformed")
        rows, self.rows = self.rows[:count], self.rows[count:]
        return rows


def test_the_final_values_above_the_damage_are_handed_over(monkeypatch):
    monkeypatch.setattr(mlflow, "_FEW", 2)
    monkeypatch.setattr(mlflow, "_MANY", 4)
    store = SimpleNamespace(rows=0, most=99)
    columns = mlflow._columns(store, Torn((n, str(n)) for n in range(7)))
    assert [next(columns)[0], next(columns)[0]] == [[0, 1, 2, 3], [4, 5, 6]]
    with pytest.raises(sqlite3.DatabaseError):
        next(columns)
    assert store.rows == 7


def test_final_values_of_ties_nan_and_runs_without_latest_metrics(tmp_path, tracking):
    path = Path(shutil.copy(DATA / "v3.db", tmp_path / "mlflow.db"))
    with closing(sqlite3.connect(path)) as database:
        run, other = (
            row[0] for row in database.execute("SELECT run_uuid FROM runs ORDER BY start_time DESC")
            .fetchmany(2)
        )  # fmt: skip
        insert = "INSERT INTO metrics (key, run_uuid, step, timestamp, value, is_nan) VALUES "
        # MLflow compares step, time and value; NaN is stored as 0.
        for key, first, second in (
            ("time", (5, 20, 0.1, 0), (5, 10, 0.9, 0)),
            ("value", (5, 10, 0.9, 0), (5, 10, 0.1, 0)),
            ("nan", (5, 10, 0.0, 1), (5, 10, -0.5, 0)),
            ("step", (9, 10, 0.2, 0), (8, 99, 0.8, 0)),
        ):
            for step, time, value, nan in (first, second):
                row = (key, run, step, time, value, nan)
                database.execute(insert + "(?, ?, ?, ?, ?, ?)", row)
            latest = insert.replace("metrics", "latest_metrics")
            database.execute(latest + "(?, ?, ?, ?, ?, ?)", (key, run, *first))
        database.execute("DELETE FROM latest_metrics WHERE run_uuid = ?", (other,))
        database.commit()
    whole, _ = tracking.finals(path, history=True)
    latest, _ = tracking.finals(path, history=False)
    assert latest == whole
    assert {key: value for uuid, key, value in latest if uuid == run and "/" not in key} == {
        "time": "0.1",
        "value": "0.9",
        "nan": "nan",
        "step": "0.2",
    }


def test_one_metric_measured_on_two_data_sets(tmp_path, reading, tracking):
    path = Path(shutil.copy(DATA / "v3.db", tmp_path / "mlflow.db"))
    with closing(sqlite3.connect(path)) as database:
        model, run = database.execute(
            "SELECT model_id, run_id FROM logged_model_metrics"
        ).fetchone()
        for number, name in enumerate(("mnli", "anli")):
            where = (7, 1000 + number, number / 10)
            row = (model, "shift/accuracy", *where, 1, run, name)
            database.execute(
                "INSERT INTO logged_model_metrics (model_id, metric_name, metric_step, "
                "metric_timestamp_ms, metric_value, experiment_id, run_id, dataset_name) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            database.execute(
                "INSERT INTO metrics (key, step, timestamp, value, is_nan, run_uuid) "
                "VALUES ('shift/accuracy', ?, ?, ?, 0, ?)",
                (*where, run),
            )
        database.commit()
    with reading.opened(path) as (rows, raw):
        found = [(r["dataset"], r["value"]) for r in rows if r["metric"] == "shift/accuracy"]
    assert found == [("mnli", 0.0), ("anli", 0.1)]
    assert raw.known["dataset"] == "dataset"
    assert tracking.finals(path, history=True)[0] == tracking.finals(path, history=False)[0]


def test_a_data_set_that_was_logged_as_input_is_a_setting(reading):
    for path in VERSIONS:
        with reading.opened(path) as (rows, _):
            assert {r["tags.dataset"] for r in rows if r["run_name"] == "lora-mnli-0"} == {
                "mnli-train"
            }


def test_a_long_run_is_in_order_and_so_are_others(tmp_path, reading, monkeypatch):
    path = Path(shutil.copy(DATA / "v3.db", tmp_path / "mlflow.db"))
    before, _ = reading.tidy_of(path)
    monkeypatch.setattr(mlflow, "_LONG", 2)
    after, _ = reading.tidy_of(path)
    columns = ("source", "split", "metric", "step", "value", "kept")
    assert sorted(str([row[c] for c in columns]) for row in before) == sorted(
        str([row[c] for c in columns]) for row in after
    )


def test_more_values_than_the_file_can_hold(reading, store, monkeypatch):
    monkeypatch.setattr(mlflow, "_SMALLEST_ROW", store.stat().st_size // 10)
    with reading.opened(store) as (rows, raw):
        assert rows
    assert any("more values than fit" in note.message for note in raw.notes)


def test_a_log_beside_the_database_is_read_without_a_trace(tmp_path, reading):
    for name, kept in (("both", ("", "-wal", "-shm")), ("no-shm", ("", "-wal"))):
        made, moved = tmp_path / f"{name}-made", tmp_path / name
        made.mkdir(), moved.mkdir()
        writer = sqlite3.connect(shutil.copy(DB, made / "m.db"))
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE runs SET name = 'renamed' WHERE name = 'lora-0'")
        writer.commit()
        for end in kept:
            shutil.copy(made / f"m.db{end}", moved / f"m.db{end}")
        writer.close()
        moved.chmod(0o555)
        before = {path.name: path.read_bytes() for path in moved.iterdir()}
        with reading.opened(moved / "m.db") as (rows, _):
            assert any(row["run_name"] == "renamed" for row in rows)
        assert {path.name: path.read_bytes() for path in moved.iterdir()} == before
        moved.chmod(0o755)


def test_a_log_that_is_too_large_to_copy_is_an_error_that_says_so(tmp_path, monkeypatch):
    writer = sqlite3.connect(shutil.copy(DB, tmp_path / "m.db"))
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE runs SET name = 'renamed'")
    writer.commit()
    (tmp_path / "b").mkdir()
    for end in ("", "-wal"):
        shutil.copy(tmp_path / f"m.db{end}", tmp_path / "b" / f"m.db{end}")
    writer.close()
    monkeypatch.setattr(databases, "_LARGEST_COPY", 1000)
    with pytest.raises(sqlite3.Error, match="too large to be copied"):
        databases.open_sqlite(tmp_path / "b" / "m.db").__enter__()


@FUZZ
@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=40))),
    st.floats(0.1, 1),
)
def test_a_mutated_database_is_rows_or_an_error(tmp_path, tracking, changes, kept):
    content = bytearray((DATA / "v2.db").read_bytes())
    for place, data in changes:
        start = int(place * len(content))
        content[start : start + len(data)] = data
    path = tmp_path / "mlflow.db"
    path.write_bytes(content[: int(kept * len(content))])
    tracking.survives(path)
