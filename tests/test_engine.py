from __future__ import annotations

import gc
import shutil
import time

import duckdb
import pytest

from paperforge.engine import identifier, literal, open_engine, pairs


@pytest.fixture
def engine():
    opened = open_engine([])
    yield opened
    opened.close()


def test_only_the_given_files_can_be_read(tmp_path):
    allowed, other = tmp_path / "it's.csv", tmp_path / "other.csv"
    for path in (allowed, other):
        path.write_text("a,b\n1,2\n")
    engine = open_engine([allowed])
    run = engine.connection.execute
    assert run(f"SELECT * FROM read_csv({literal(str(allowed))})").fetchall() == [(1, 2)]
    forbidden = [
        f"SELECT * FROM read_csv({literal(str(other))})",
        f"SELECT * FROM read_text({literal(str(tmp_path / '*'))})",
        f"COPY (SELECT 1) TO {literal(str(tmp_path / 'new.csv'))}",
        f"COPY (SELECT 1) TO {literal(str(allowed))}",
        f"ATTACH {literal(str(tmp_path / 'new.db'))}",
        "LOAD httpfs",
        "SET enable_external_access = true",
        f"SET allowed_paths = [{literal(str(other))}]",
    ]
    for sql in forbidden:
        with pytest.raises(duckdb.Error):
            run(sql)
    assert allowed.read_text() == "a,b\n1,2\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["it's.csv", "other.csv"]
    engine.close()


def test_what_does_not_fit_spills_to_the_private_folder_and_goes_away():
    engine = open_engine([], memory="60MB")
    engine.connection.execute("CREATE TABLE t AS SELECT i, hash(i) AS h FROM range(6000000) r(i)")
    assert engine.connection.execute("SELECT count(*) FROM duckdb_temporary_files()").fetchone()[0]
    assert any(engine.scratch.rglob("*"))
    assert engine.scratch.stat().st_mode & 0o077 == 0
    engine.close()
    assert not engine.scratch.exists()


def test_a_forgotten_engine_leaves_nothing():
    engine = open_engine([])
    scratch = engine.scratch
    assert scratch.exists()
    del engine
    gc.collect()
    assert not scratch.exists()


@pytest.mark.parametrize("name", ['a"b', "a'b", "x; DROP TABLE t", "😀", "", 'select"'])
def test_quoting(engine, name):
    run = engine.connection.execute
    assert run(f"SELECT {literal(name)}").fetchone() == (name,)
    if name:
        cursor = run(f"SELECT 1 AS {identifier(name)}")
        assert cursor.description[0][0] == name
        assert run(f"SELECT {pairs({name: 'v'})}[{literal(name)}]").fetchone() == ("v",)


def test_ctrl_c_while_an_engine_is_forgotten_is_not_lost(monkeypatch):
    from paperforge import engine as module

    kept = [module.open_engine([])]
    real, called = shutil.rmtree, []

    def interrupted(path, **more):
        called.append(path)
        if len(called) == 1:
            raise KeyboardInterrupt
        real(path, **more)

    monkeypatch.setattr(module.shutil, "rmtree", interrupted)

    def forget():
        kept.clear()
        for _ in range(100):
            time.sleep(0.02)

    with pytest.raises(KeyboardInterrupt):
        forget()
    assert not called[0].exists()
