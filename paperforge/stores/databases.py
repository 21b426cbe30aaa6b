"""SQLite databases, opened read-only and without a trace in their folder."""

from __future__ import annotations

import contextlib
import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".db", ".sqlite", ".sqlite3")
_MAGIC = b"SQLite format 3\0"
_WAIT = 5
"""Seconds to wait for a writer."""


def is_sqlite(path: Path) -> bool:
    """Whether the file is an SQLite database of any kind."""
    with path.open("rb") as stream:
        return stream.read(len(_MAGIC)) == _MAGIC


def open_sqlite(path: Path) -> contextlib.closing[sqlite3.Connection]:
    """Read-only; in WAL mode with no -wal beside it, without a trace in the folder.

    Use it in a `with`. Raises sqlite3.Error where the file is damaged or locked.
    """
    with path.open("rb") as stream:
        header = stream.read(20)
    write_ahead = header[18:20] == b"\x02\x02"
    wal = path.with_name(path.name + "-wal")
    quiet = write_ahead and not (wal.exists() and wal.stat().st_size)
    mode = "mode=ro&immutable=1" if quiet else "mode=ro"
    uri = f"{path.resolve().as_uri()}?{mode}"
    return contextlib.closing(sqlite3.connect(uri, uri=True, timeout=_WAIT))


def has_tables(path: Path, wanted: frozenset[str]) -> bool:
    """Whether the file is a readable SQLite database that has these tables."""
    try:
        if not is_sqlite(path):
            return False
        status = path.stat()
        return _tables(path, status.st_size, status.st_mtime_ns) >= wanted
    except (sqlite3.Error, OSError):
        return False


@lru_cache(maxsize=256)
def _tables(path: Path, _size: int, _time: int) -> frozenset[str]:
    """Names of tables; remembered while the file is the same, as many stores ask."""
    with open_sqlite(path) as store:
        rows = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return frozenset(str(row[0]) for row in rows)
