"""A database that is itself the source: read whatever its tables are called, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.stores import databases, duckdb_file, sqlite

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "database"
ALONE = True
TOGETHER = False


def recognises(path: Path) -> bool:
    """An SQLite or DuckDB database, by its first bytes."""
    return databases.is_sqlite(path) or duckdb_file.is_duckdb(path)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """The rows of one table. Raises InputError as sqlite.read and duckdb_file.read."""
    if duckdb_file.is_duckdb(found.files[0]):
        return duckdb_file.read(found, engine, table)
    return sqlite.read(found, engine, table)
