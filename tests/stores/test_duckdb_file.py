from __future__ import annotations

import subprocess
import sys

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.errors import InputError
from paperforge.stores import duckdb_file

TABLE = "CREATE TABLE results AS SELECT 'lora' AS method, i AS seed, i / 4 AS accuracy FROM range(3) t(i)"


@pytest.fixture
def database(tmp_path):
    def make(*statements, name="results.duckdb"):
        with duckdb.connect(str(tmp_path / name)) as store:
            for statement in (TABLE, *statements):
                store.execute(statement)
        return tmp_path / name

    return make


@pytest.mark.parametrize("name", ["results.duckdb", "results.db"])
def test_a_table_is_read_where_it_lies(database, reading, name):
    path = database("CREATE TABLE log (line VARCHAR)", name=name)
    assert reading.rows_of(path)[1] == {"method": "lora", "seed": 1, "accuracy": 0.25}
    assert reading.places_of(path)[2] == "table results row 3"


def test_a_table_of_another_schema(database, reading):
    path = database("CREATE SCHEMA s", "CREATE TABLE s.late AS SELECT 1 AS accuracy")
    (found,), _ = stores.find(path, "", "s.late")
    with reading.engine_of(found) as engine:
        assert stores.read(found, engine, "raw").columns == ("accuracy",)


@pytest.mark.parametrize(
    ("view", "message"),
    [
        ("SELECT * FROM read_csv('/etc/hosts')", "view of other files"),
        ("SELECT * FROM read_text('/etc/hosts')", "view of other files"),
        (
            "WITH RECURSIVE t(n) AS (SELECT 1::BIGINT UNION ALL SELECT n + 1 FROM t) SELECT * FROM t",
            "takes longer",
        ),
    ],
)
def test_hostile_views(database, reading, monkeypatch, view, message):
    monkeypatch.setattr(duckdb_file, "_SECONDS", 0.3)
    path = database(f"CREATE VIEW v AS {view}")
    assert len(reading.rows_of(path)) == 3
    (found,), _ = stores.find(path, "", "v")
    with reading.engine_of(found) as engine, pytest.raises(InputError, match=message):
        stores.read(found, engine, "raw")


def test_a_writer_holds_it(database, reading):
    path = database()
    code = (
        f"import duckdb, sys; c = duckdb.connect({str(path)!r}); c.execute('CREATE TABLE z (i INT)');"
        "print(1, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        writer.stdout.readline()
        with pytest.raises(InputError, match="another process"):
            reading.rows_of(path)
        writer.communicate()


def test_another_version(database, reading):
    path = database()
    data = bytearray(path.read_bytes())
    data[12] = 250
    path.write_bytes(data)
    with pytest.raises(InputError):
        reading.rows_of(path)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, 800_000), st.binary(min_size=1, max_size=8)), max_size=6),
    st.integers(0, 800_000),
)
def test_any_damage_is_rows_or_an_error(database, write, reading, tmp_path, patches, end):
    whole = tmp_path / "whole.duckdb"
    sound = (whole if whole.exists() else database(name="whole.duckdb")).read_bytes()
    reading.read_or_refused(write(reading.damaged(sound, patches, end), "damaged.duckdb"))
