"""SQLite databases, opened read-only and without a trace in their folder.

What a writer has not yet moved into the file stands in a log beside it (NAME-wal, NAME-journal).
To read it SQLite needs a file of its own in that folder, which it may not be able to make or would
leave behind: the database and its log are copied to a private folder. Source:
https://www.sqlite.org/wal.html#read_only_databases
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".db", ".sqlite", ".sqlite3")
_MAGIC = b"SQLite format 3\0"
_WAIT = 5
"""Seconds to wait for a writer."""
_LARGE = 512 << 20
"""Bytes from which a database that somebody writes to is read where it is, if it can be."""
_LARGEST_COPY = 4 << 30
_LONGEST = 64 << 20
"""Bytes of one text: also of one that a hostile schema computes."""
_TRIES = 5
_LOGS = ("-wal", "-journal")


def is_sqlite(path: Path) -> bool:
    """Whether the file is an SQLite database of any kind."""
    with path.open("rb") as stream:
        return stream.read(len(_MAGIC)) == _MAGIC


def size(path: Path) -> int:
    """Bytes of a database with what is not yet moved into it."""
    path = path.resolve()
    return path.stat().st_size + sum(log.stat().st_size for log in _logs(path))


@contextlib.contextmanager
def open_sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """Read-only, and with nothing made or changed in the database's folder.

    Use it in a `with`. Raises sqlite3.Error where the file is damaged, locked, or has a log that
    cannot be read in its place and is too large to be copied.
    """
    path = path.resolve()
    if not _logs(path):
        with path.open("rb") as stream:
            header = stream.read(20)
        # In WAL mode SQLite would make files beside the database even for reading.
        quiet = "&immutable=1" if header[18:20] == b"\x02\x02" else ""
        with _connected(f"{path.as_uri()}?mode=ro{quiet}") as store:
            yield store
    elif size(path) > _LARGE and _is_readable_in_place(path):
        with _connected(f"{path.as_uri()}?mode=ro") as store:
            yield store
    else:
        with tempfile.TemporaryDirectory(prefix="paperforge-") as folder:
            copied = _copy(path, Path(folder))
            with _connected(copied.as_uri()) as store:
                yield store


@contextlib.contextmanager
def _connected(uri: str) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=_WAIT)) as store:
        store.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        store.execute("PRAGMA trusted_schema = OFF")
        store.execute("PRAGMA query_only = ON")
        yield store


def _logs(path: Path) -> list[Path]:
    """The logs beside a database that hold something."""
    beside = [path.with_name(path.name + end) for end in _LOGS]
    return [log for log in beside if log.is_file() and log.stat().st_size]


def _is_readable_in_place(path: Path) -> bool:
    """Whether the log can be read where it is: its writer's shared memory is there already."""
    if not path.with_name(path.name + "-shm").is_file():
        return False
    try:
        with _connected(f"{path.as_uri()}?mode=ro") as store:
            store.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        return False
    return True


def _copy(path: Path, folder: Path) -> Path:
    """The database with its logs, copied while nobody wrote to them."""
    needed = size(path)
    if needed > _LARGEST_COPY or shutil.disk_usage(folder).free < 2 * needed:
        raise sqlite3.OperationalError(
            "it has a log beside it that SQLite cannot read in that folder, "
            f"and is too large to be copied to {tempfile.gettempdir()}"
        )
    copied = folder / "copy.db"
    for _ in range(_TRIES):
        before = _state(path)
        for old in folder.iterdir():
            old.unlink()
        for file in (path, *_logs(path)):
            shutil.copyfile(file, folder / file.name.replace(path.name, copied.name, 1))
        if _state(path) == before:
            return copied
    raise sqlite3.OperationalError("it is written to all the time")


def _state(path: Path) -> list[tuple[str, int, int]]:
    states = [(file.name, file.stat()) for file in (path, *_logs(path))]
    return [(name, one.st_size, one.st_mtime_ns) for name, one in states]


def has_tables(path: Path, wanted: frozenset[str]) -> bool:
    """Whether the file is a readable SQLite database that has these tables, and stores their rows.

    Virtual tables and computed columns run what the file's writer wrote: they do not count.
    """
    try:
        if not is_sqlite(path):
            return False
        status = path.stat()
        return _tables(path, status.st_size, status.st_mtime_ns) >= wanted
    except (sqlite3.Error, OSError, MemoryError, UnicodeDecodeError):
        return False


@lru_cache(maxsize=256)
def _tables(path: Path, _size: int, _time: int) -> frozenset[str]:
    """Names of tables; remembered while the file is the same, as many stores ask."""
    with open_sqlite(path) as store:
        rows = store.execute(
            "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' "
            "AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND NOT EXISTS "
            "(SELECT 1 FROM pragma_table_xinfo(m.name) WHERE hidden > 0)"
        )
        return frozenset(str(row[0]) for row in rows)
