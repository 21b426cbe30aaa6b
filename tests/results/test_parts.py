"""Rows come in the order of the stores, each once, however they are cut into parts."""

import duckdb
import pytest

from paperforge.results import parts


@pytest.mark.parametrize("part", [1, 7, 100, 10_000])
def test_every_row_once_and_in_order(monkeypatch, part):
    monkeypatch.setattr(parts, "PART", part)
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE sources (file SMALLINT, shown VARCHAR)")
        engine.execute("CREATE TABLE tidy_rows (file SMALLINT, row BIGINT, value DOUBLE)")
        sizes = {0: 3, 1: 250, 2: 1, 4: 40, 5: 2}
        for file, size in sizes.items():
            engine.execute("INSERT INTO sources VALUES (?, ?)", [file, f"f{file}"])
            engine.execute(
                "INSERT INTO tidy_rows SELECT ?, (i * 37) % 500 - 5, i FROM range(?) t(i)",
                [file, size],
            )
        found = list(parts.batches(engine, "s.shown AS shown, t.row AS row, t.value AS v", 16))
        expected = engine.execute(
            "SELECT shown, row, value FROM tidy_rows JOIN sources USING (file) ORDER BY file, row"
        ).fetchall()
    assert all(batch.num_rows <= 16 for batch in found)
    rows = [tuple(row.values()) for batch in found for row in batch.to_pylist()]
    assert rows == expected and len(rows) == sum(sizes.values())


def test_nothing_gives_nothing():
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE sources (file SMALLINT, shown VARCHAR)")
        engine.execute("CREATE TABLE tidy_rows (file SMALLINT, row BIGINT, value DOUBLE)")
        assert list(parts.batches(engine, "t.row", 16)) == []
