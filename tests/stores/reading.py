"""Shared by the tests of stores: write a file, read it, look at the rows."""

from __future__ import annotations

from contextlib import contextmanager

from paperforge import stores
from paperforge.engine import open_engine
from paperforge.errors import InputError


@contextmanager
def opened(path):
    """(rows as dictionaries, Raw) of a file."""
    (found, *more), _ = stores.find(path)
    assert not more, "several kinds of store"
    engine = open_engine(found.files)
    try:
        raw = stores.read(found, engine.connection, "raw")
        cursor = engine.connection.execute("SELECT * FROM raw ORDER BY __row")
        names = [column[0] for column in cursor.description]
        yield [dict(zip(names, row, strict=True)) for row in cursor.fetchall()], raw
    finally:
        engine.close()


@contextmanager
def engine_of(found):
    """The connection of an engine that may read what was found."""
    engine = open_engine(found.files)
    try:
        yield engine.connection
    finally:
        engine.close()


def damaged(data, patches, end=None):
    """Bytes with some overwritten, cut off where `end` is in their first half."""
    data = bytearray(data)
    for at, patch in patches:
        place = at % len(data)
        data[place : place + len(patch)] = patch
    return bytes(data[: max(20, end)] if end is not None and end < len(data) // 2 else data)


def read_or_refused(path):
    """Read a file; the error of ours names it where there is one."""
    error = None
    try:
        rows_of(path)
    except InputError as refused:
        error = refused
    assert error is None or path.name in error.where


def rows_of(path):
    """The rows of a file, without the places."""
    with opened(path) as (rows, raw):
        return [{name: row[name] for name in raw.columns} for row in rows]


def places_of(path):
    """Where the rows of a file say that they come from."""
    with opened(path) as (rows, raw):
        return [_place(row, raw) for row in rows]


def _place(row, raw):
    if "__unit" not in row:
        return f"{raw.place} {row['__row']}"
    at = "" if row["__at"] is None else f" {raw.place} {row['__at']}"
    return (row["__unit"] + at).strip()


def tidy_of(*paths, **source):
    """(tidy rows as dictionaries, in order; the notes) of sources, as `paperforge runs` has them."""
    from paperforge.results import load
    from paperforge.spec import Project, Source

    given = [Source(path, path.name, **source) for path in paths]
    results = load(given, Project(root=paths[0].parent))
    try:
        return results.frame().to_dict("records"), results.notes
    finally:
        results.close()
