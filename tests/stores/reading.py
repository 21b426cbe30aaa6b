"""Shared by the tests of stores: write a file, read it, look at the rows."""

from __future__ import annotations

from contextlib import contextmanager

from paperforge import stores
from paperforge.engine import open_engine


@contextmanager
def opened(path):
    """(rows as dictionaries, Raw) of a file."""
    engine = open_engine([path])
    try:
        raw = stores.read(path, engine.connection, "raw")
        cursor = engine.connection.execute("SELECT * FROM raw ORDER BY __row")
        names = [column[0] for column in cursor.description]
        yield [dict(zip(names, row, strict=True)) for row in cursor.fetchall()], raw
    finally:
        engine.close()


def rows_of(path):
    """The rows of a file, without the places."""
    with opened(path) as (rows, raw):
        return [{name: row[name] for name in raw.columns} for row in rows]


def places_of(path):
    """Where the rows of a file say that they come from."""
    with opened(path) as (rows, _):
        return [row["__source"] for row in rows]
