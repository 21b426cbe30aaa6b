from __future__ import annotations

import subprocess
import sys

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import stores
from paperforge.errors import InputError

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


HOSTILE = [
    "CREATE VIEW v AS SELECT * FROM read_csv('/etc/hosts')",
    "CREATE VIEW v AS SELECT 'a' AS method, n AS accuracy FROM range(100000000000) t(n)",
    "CREATE VIEW v AS SELECT 'a' AS method, length(repeat('x', 20000000)) AS accuracy",
    "CREATE TABLE v (method TEXT, accuracy INT AS (length(repeat(method, 20000000))))",
]


@pytest.mark.parametrize("program", HOSTILE)
@pytest.mark.parametrize("wanted", ["", "v"])
def test_views_and_generated_columns_are_not_run(database, reading, program, wanted):
    path = database(program, *([] if wanted else ["DROP TABLE results"]))
    (found,), _ = stores.find(path, "", wanted)
    with reading.engine_of(found) as engine, pytest.raises(InputError, match="program") as caught:
        stores.read(found, engine, "raw")
    assert caught.value.hint.endswith("""COPY (FROM "main"."v") TO 'results.parquet'""")


@pytest.mark.parametrize("program", HOSTILE)
def test_beside_a_table_with_results_a_view_is_named(database, reading, program):
    with reading.opened(database(program)) as (rows, raw):
        assert len(rows) == 3
        assert "there are also v" in raw.notes[0].message


def test_a_table_without_known_names_is_not_taken_for_a_view(database, reading):
    path = database(
        "CREATE TABLE log AS SELECT 1 AS line", "DROP TABLE results", "CREATE VIEW v AS FROM log"
    )
    with pytest.raises(InputError, match="v: a view"):
        reading.rows_of(path)
    (found,), _ = stores.find(path, "", "log")
    with reading.engine_of(found) as engine:
        assert stores.read(found, engine, "raw").columns == ("line",)


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
