"""DuckDB database files: one table of them, attached read-only inside the locked engine.

The file starts with a checksum, then "DUCK" at byte 8 and the version of its format
(https://duckdb.org/docs/stable/internals/storage). A view is a program, and one line of a hostile
file's can fill the memory before any limit shows; so is a generated column. Neither is ever run,
nor looked into: DuckDB reckons parts of a view to find out what its columns are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge import names
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
_MOST_TABLES = 2000
_GENERATED = "GENERATED ALWAYS AS"
"""What the SQL of a table says where DuckDB would reckon a column when it is read."""


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
    """A view of one table of the file.

    Raises InputError where the file is damaged, locked by a writer or of another version, where it
    is not clear which table to read, and where the results are in a view.
    """
    import duckdb

    path = found.files[0]
    name = f"{table} file"
    try:
        engine.execute(f"ATTACH {literal(str(path))} AS {identifier(name)} (READ_ONLY)")
        chosen, said = _chosen(_listed(engine, name), found.table, path.name)
        columns = [c for c in chosen.columns if not c.startswith("__")]
        source = ".".join(map(identifier, (name, chosen.schema, chosen.name)))
        picked = ", ".join(identifier(column) for column in columns)
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
    """Tables with their columns; views and tables with generated columns without."""
    rows = engine.execute(
        "SELECT table_name, schema_name, contains(sql, ?) FROM duckdb_tables() "
        "WHERE database_name = ? AND NOT internal ORDER BY table_oid",
        [_GENERATED, name],
    ).fetchmany(_MOST_TABLES)
    listed = [
        Listed(table, () if computed else _columns(engine, (name, schema, table)), schema, computed)
        for table, schema, computed in rows
    ]
    views = engine.execute(
        "SELECT view_name, schema_name FROM duckdb_views() "
        "WHERE database_name = ? AND NOT internal ORDER BY view_oid",
        [name],
    ).fetchmany(_MOST_TABLES)
    return [*listed, *(Listed(view, (), schema, view=True) for view, schema in views)]


def _columns(engine: duckdb.DuckDBPyConnection, path: tuple[str, str, str]) -> tuple[str, ...]:
    source = ".".join(map(identifier, path))
    found = engine.execute("SELECT name FROM pragma_table_info(?)", [source]).fetchall()
    return tuple(column for (column,) in found)


def _chosen(listed: list[Listed], wanted: str, where: str) -> tuple[Listed, str]:
    """The table to read, as tables.choose; InputError where the results are in a view."""
    programs = [one for one in listed if one.view]
    if wanted or not programs or any(map(tables.has_results, listed)):
        chosen, said = tables.choose(listed, wanted, where)
        if not chosen.view:
            return chosen, said
        programs = [chosen]
    first = programs[0]
    raise InputError(
        f"{names.shown([one.name for one in programs])}: a view, or a table with generated "
        "columns, is a program, which could do harm when it is read; only plain tables are read",
        where,
        "if you trust the file, export it with DuckDB: "
        f"COPY (FROM {identifier(first.schema)}.{identifier(first.name)}) TO 'results.parquet'",
    )


def _complaint(path: Path, error: Exception) -> InputError:
    text = str(error).splitlines()[0].replace(str(path), path.name)
    if "lock on file" in text:
        return InputError(
            "is open in another process that writes it",
            path.name,
            "close it there, or copy the file",
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
