"""DuckDB database files: one table of them, attached read-only inside the locked engine.

The file starts with a checksum, then "DUCK" at byte 8 and the version of its format
(https://duckdb.org/docs/stable/internals/storage). Views of a hostile file may name other files,
which the engine refuses, or never end: they are read only where asked for, and within a minute.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import tables
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.tables import Listed

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from paperforge.model import Found

NAME = "DuckDB"
TOGETHER = False
SUFFIXES = (".duckdb", ".ddb", ".db")
_MAGIC = b"DUCK"
_SECONDS = 60


def is_duckdb(path: Path) -> bool:
    """Whether the file is a DuckDB database."""
    with path.open("rb") as stream:
        return stream.read(12)[8:] == _MAGIC


def recognises(path: Path) -> bool:
    """A DuckDB database under a database's name."""
    try:
        return path.suffix.lower() in SUFFIXES and is_duckdb(path)
    except OSError:
        return False


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A view of one table of the file, or a copy of a view's rows.

    Raises InputError where the file is damaged, locked by a writer or of another version, and where
    it is not clear which table to read.
    """
    import duckdb

    path = found.files[0]
    name = f"{table} file"
    try:
        engine.execute(f"ATTACH {literal(str(path))} AS {identifier(name)} (READ_ONLY)")
        chosen, said = tables.choose(_listed(engine, name), found.table, path.name)
        columns = [c for c in chosen.columns if not c.startswith("__")]
        source = ".".join(map(identifier, (name, chosen.schema, chosen.name)))
        picked = ", ".join(identifier(column) for column in columns)
        if chosen.view:
            _copy(
                engine, table, f"SELECT {picked}, row_number() OVER () AS __row FROM {source}", path
            )
        else:
            # rowid leaves holes where rows were deleted, and it grows along the table.
            rows = f"SELECT {picked}, rowid + 1 AS __row FROM {source}"
            engine.execute(f"CREATE VIEW {identifier(table)} AS {rows}")
        # Every block is unpacked once, so that later passes cannot fail.
        checked = f"SELECT count(*), max(hash({picked})) FROM {identifier(table)}"
        counted = engine.execute(checked).fetchone()
    except duckdb.Error as error:
        raise _complaint(path, error) from None
    if not counted or not counted[0]:
        raise NothingToRead(f"table {chosen.name} has no rows", path.name)
    notes = (Diagnostic(Severity.NOTE, path.name, said),) if said else ()
    return Raw(table, tuple(columns), notes=notes, place=f"table {chosen.name} row")


def _listed(engine: duckdb.DuckDBPyConnection, name: str) -> list[Listed]:
    """Tables and views."""
    rows = engine.execute(
        "SELECT c.table_name, c.schema_name, list(c.column_name ORDER BY c.column_index), "
        "any_value(v.view_name) IS NOT NULL FROM duckdb_columns() c LEFT JOIN duckdb_views() v ON "
        "v.database_name = c.database_name AND v.schema_name = c.schema_name AND "
        "v.view_name = c.table_name WHERE c.database_name = ? AND NOT c.internal "
        "GROUP BY c.table_name, c.schema_name ORDER BY min(c.table_oid)",
        [name],
    ).fetchall()
    return [
        Listed(table, tuple(columns), schema, view=view) for table, schema, columns, view in rows
    ]


def _copy(engine: duckdb.DuckDBPyConnection, table: str, rows: str, path: Path) -> None:
    """The rows of a view as a table, or InputError where it does not end."""
    import duckdb

    timer = threading.Timer(_SECONDS, engine.interrupt)
    timer.start()
    try:
        engine.execute(f"CREATE TABLE {identifier(table)} AS {rows}")
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise InputError(
            f"the view takes longer than {_SECONDS} s or more memory than there is",
            path.name,
            "write what it shows to a table, and name that: --table NAME",
        ) from None
    finally:
        timer.cancel()


def _complaint(path: Path, error: Exception) -> InputError:
    text = str(error).splitlines()[0].replace(str(path), path.name)
    if "lock on file" in text:
        return InputError(
            "is open in another process that writes it",
            path.name,
            "close it there, or copy the file",
        )
    if "Cannot access file" in text:
        return InputError(
            "holds a view of other files, which are not read", path.name, "name those files instead"
        )
    if "version" in text.lower():
        return InputError(
            f"was written by a DuckDB of another version ({text})",
            path.name,
            "export the table there: COPY results TO 'results.parquet'",
        )
    return InputError(
        f"cannot be read as a DuckDB database: {text}",
        path.name,
        "was the copy, or the run that writes it, interrupted?",
    )
