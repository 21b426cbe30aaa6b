from __future__ import annotations

import _thread
import os
import shutil
import sqlite3
import threading
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import results, stores
from paperforge.errors import InputError
from paperforge.spec import Project, Source
from paperforge.stores import sqlite

ROWS = [("lora", 0, 0.5), ("full", 1, 1), ("full", 2, None), ("lora", 3, 9e999)]
TABLE = "CREATE TABLE results (method TEXT, seed INTEGER, accuracy)"


@pytest.fixture
def database(tmp_path):
    def make(*statements, rows=ROWS, name="results.db"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(path)) as store:
            store.execute(TABLE)
            store.executemany("INSERT INTO results VALUES (?, ?, ?)", rows)
            for statement in statements:
                store.execute(statement)
            store.commit()
        return path

    return make


def test_types_are_kept_and_the_table_is_named(database, reading):
    path = database("CREATE TABLE log (line TEXT)")
    with reading.opened(path) as (rows, raw):
        assert [(r["method"], r["seed"], r["accuracy"]) for r in rows] == [
            ("lora", 0, 0.5), ("full", 1, 1.0), ("full", 2, None), ("lora", 3, float("inf"))
        ]  # fmt: skip
    assert reading.places_of(path)[1] == "table results row 2"
    assert "there are also log" in raw.notes[0].message


def test_mixed_cells_are_text_and_bytes_are_left_out(database, reading):
    path = database("ALTER TABLE results ADD COLUMN b", rows=[*ROWS, ("x", 4, "crashed")])
    with closing(sqlite3.connect(path)) as store:
        store.execute("UPDATE results SET b = x'0100000000000000'")
        store.commit()
    with reading.opened(path) as (rows, raw):
        assert [row["accuracy"] for row in rows] == ["0.5", "1", None, "inf", "crashed"]
        assert "b" not in rows[0]
    assert "int(x)" in raw.notes[0].hint


def test_bytes_among_numbers_are_told_with_their_row(database, reading):
    """One number of NumPy's makes the whole column unreadable: that is said, also in the error."""
    path = database("UPDATE results SET accuracy = x'00' WHERE seed = 1")
    with reading.opened(path) as (_, raw):
        assert "holds bytes in 1 of 3 rows (the first is row 2)" in raw.notes[0].message
    with pytest.raises(InputError) as error:
        results.load([Source(path, path.name)], Project(root=path.parent))
    assert "column accuracy" in error.value.hint
    assert "row 2" in error.value.hint
    assert "float(x)" in error.value.hint


def test_a_table_is_asked_for_by_name(database, reading, tmp_path):
    path = database("CREATE TABLE other AS SELECT method, accuracy FROM results LIMIT 1")
    (found,), _ = stores.find(path, "", "OTHER")
    with reading.engine_of(found) as engine:
        raw = stores.read(found, engine, "raw")
        assert raw.place == "table other row"
    with pytest.raises(InputError, match="no table 'reslts'; there are") as caught:
        stores.read(stores.find(path, "", "reslts")[0][0], engine, "raw")
    assert caught.value.hint == "did you mean results?"


def test_several_tables_with_results_are_asked_about(database, reading):
    path = database("CREATE TABLE more AS SELECT * FROM results")
    with pytest.raises(InputError, match="several tables may hold the results: results, more") as c:
        reading.rows_of(path)
    assert c.value.hint == "say which one does: --table results"


def test_a_view_is_read_where_no_table_says_more(tmp_path, reading):
    path = tmp_path / "joined.db"
    with closing(sqlite3.connect(path)) as store:
        store.execute("CREATE TABLE runs (id INTEGER, method TEXT)")
        store.execute("CREATE TABLE scores (id INTEGER, accuracy REAL)")
        store.execute("INSERT INTO runs VALUES (1, 'lora')")
        store.execute("INSERT INTO scores VALUES (1, 0.5)")
        store.execute(
            "CREATE VIEW both AS SELECT method, accuracy FROM runs JOIN scores USING (id)"
        )
        store.commit()
    assert reading.rows_of(path) == [{"method": "lora", "accuracy": 0.5}]


ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION {} SELECT n + 1 FROM t) SELECT {} FROM t"


@pytest.mark.parametrize(
    "view",
    [
        ENDLESS.format("ALL", "'a' AS method, n AS accuracy"),
        ENDLESS.format("", "'a' AS method, n AS accuracy"),
        ENDLESS.format("ALL", "hex(zeroblob(30000000)) AS method, n AS accuracy"),
        "SELECT 'a' AS method, count(*) AS accuracy FROM t0 AS a, t0 AS b, t0 AS c, t0 AS d, t0",
    ],
)
def test_a_view_that_never_ends(tmp_path, reading, monkeypatch, view):
    monkeypatch.setattr(sqlite, "_SECONDS", 0.3)
    path = tmp_path / "endless.db"
    with closing(sqlite3.connect(path)) as store:
        store.execute("CREATE TABLE t0 (x INTEGER)")
        store.executemany("INSERT INTO t0 VALUES (?)", [(n,) for n in range(1000)])
        store.execute(f"CREATE VIEW v AS {view}")
        store.commit()
    with pytest.raises(InputError, match=r"never end|too big|memory"):
        reading.rows_of(path)


def test_a_ctrl_c_is_no_timeout(tmp_path, reading):
    path = tmp_path / "endless.db"
    with closing(sqlite3.connect(path)) as store:
        # Nothing is grouped before all rows are there: SQLite is at work when the signal comes.
        rows = ENDLESS.format("ALL", "'a' AS method, max(n) AS accuracy")
        store.execute(f"CREATE VIEW v AS {rows}")
        store.commit()
    timer = threading.Timer(0.5, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        reading.rows_of(path)
    timer.join()


def test_a_log_beside_it_is_read_in_a_folder_that_cannot_be_written(database, reading, tmp_path):
    path = database()
    store = sqlite3.connect(path)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("INSERT INTO results VALUES ('late', 9, 0.25)")
    store.commit()
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in tmp_path.glob("results.db*"):
        shutil.copy(file, copy)
    store.close()
    copy.chmod(0o555)
    try:
        before = sorted(copy.iterdir())
        assert reading.rows_of(copy / "results.db")[-1]["method"] == "late"
        assert sorted(copy.iterdir()) == before or os.geteuid() == 0
    finally:
        copy.chmod(0o755)


def test_in_a_folder_a_database_without_results_does_not_count(database, tmp_path):
    database(name="in/results.db")
    with closing(sqlite3.connect(tmp_path / "in" / "cache.db")) as store:
        store.execute("CREATE TABLE cache (key TEXT, blob BLOB)")
        store.commit()
    found, _ = stores.find(tmp_path / "in")
    assert [one.files[0].name for one in found] == ["results.db"]


@pytest.mark.parametrize("content", [b"SQLite format 3\0", b"SQLite format 3\0" + b"\0" * 5000])
def test_a_damaged_database(write, reading, content):
    with pytest.raises(InputError, match=r"cannot be read as an SQLite|without tables"):
        reading.rows_of(write(content, "a.db"))


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=8)), max_size=6))
def test_any_damage_is_rows_or_an_error(database, write, reading, tmp_path, patches):
    whole = tmp_path / "whole.db"
    sound = (whole if whole.exists() else database(name="whole.db")).read_bytes()
    reading.read_or_refused(write(reading.damaged(sound, patches), "damaged.db"))
