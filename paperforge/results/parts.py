"""The tidy relation in parts, in the order of the stores, so that it is never sorted as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import pyarrow as pa

PART = 1 << 17
"""Rows that are put in order at a time."""


def batches(engine: duckdb.DuckDBPyConnection, columns: str, rows: int) -> Iterator[pa.RecordBatch]:
    """Record batches of at most `rows` rows; `columns` is SQL over tidy_rows t and sources s."""
    cursor = engine.cursor()
    for where in _ranges(cursor):
        found = cursor.sql(
            f"SELECT {columns} FROM (SELECT *, rowid FROM tidy_rows WHERE {where}) t "
            "JOIN sources s USING (file) ORDER BY t.file, t.row, t.rowid"
        )
        # DuckDB before 2.0 knows it by another name.
        name = "to_arrow_reader" if hasattr(found, "to_arrow_reader") else "fetch_arrow_reader"
        yield from getattr(found, name)(rows)


def _ranges(engine: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """SQL that picks one part after the other: some small files, or some rows of a large one."""
    found = engine.execute(
        "SELECT file, count(*), min(row), max(row) FROM tidy_rows GROUP BY file ORDER BY file"
    ).fetchall()
    first, last, held = 0, -1, 0
    for file, count, low, high in found:
        if held and held + count > PART:
            yield f"file BETWEEN {first} AND {last}"
            held = 0
        if count <= PART:
            first, last, held = (first if held else file), file, held + count
            continue
        width = -(-(high - low + 1) * PART // count)
        for start in range(low, high + 1, width):
            yield f"file = {file} AND row >= {start} AND row < {start + width}"
    if held:
        yield f"file BETWEEN {first} AND {last}"
