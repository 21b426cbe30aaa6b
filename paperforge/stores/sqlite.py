"""SQLite databases that no tracker wrote: one table or view of them, read-only, in batches.

A cell of SQLite has a type of its own (https://www.sqlite.org/datatype3.html): a column of whole
numbers, or of numbers, stays one; any other is text. SQLite keeps no NaN: it writes NULL.
A view of a hostile file can run forever or fill the memory: time, cells and memory are bounded.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Any

from paperforge.engine import identifier
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import arrow, databases, tables
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.records import MOST_COLUMNS
from paperforge.stores.tables import Listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from paperforge.model import Found

NAME = "SQLite"
TOGETHER = False
SUFFIXES = databases.SUFFIXES
_BATCH_CELLS = 50_000
_MOST_TEXT = 4000
"""Characters of a text that are read: names and numbers have fewer."""
_MOST_TABLES = 2000
_SECONDS = 60
_BYTES_A_SECOND = 2 << 20
_STEPS = 100_000
"""Instructions of SQLite between two looks at the clock."""
_LONGEST_CELL = 64 << 20
_CACHE = 32 << 10
"""Kilobytes of pages in memory; what a query gathers beyond that goes to a temporary file."""
_ASKED = 20
"""Columns whose types are asked for at once."""
_VERB = {"integer": "BIGINT", "real": "DOUBLE", "text": "VARCHAR"}


def recognises(path: Path) -> bool:
    """An SQLite database with a table that has results, by the names of its columns."""
    try:
        if not databases.is_sqlite(path):
            return False
        with databases.open_sqlite(path) as store:
            _protect(store, path)
            return any(map(tables.has_results, _listed(store)))
    except (sqlite3.Error, OSError, MemoryError, UnicodeDecodeError):
        return False


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """The rows of one table, in the order of the database.

    Raises InputError where the file is damaged or locked, where it is not clear which table to
    read, and where a view takes more than a minute.
    """
    path = found.files[0]
    try:
        with databases.open_sqlite(path) as store:
            end = _protect(store, path)
            chosen, said = tables.choose(_listed(store), found.table, path.name)
            types, left_out = _types(store, chosen, path.name)
            bytes_in = {name: _where_bytes(store, chosen.name, name) for name in left_out}
            rows = _fill(engine, table, store, chosen, types)
    except sqlite3.Error as error:
        # A Ctrl-C inside the handler ends the query as a timeout does; the clock tells them apart.
        if str(error) == "interrupted" and time.monotonic() <= end:
            raise KeyboardInterrupt from None
        raise _complaint(path, error) from None
    except (MemoryError, UnicodeDecodeError):
        raise _complaint(path, sqlite3.DatabaseError("it is damaged")) from None
    if not rows:
        raise NothingToRead(f"table {chosen.name} has no rows", path.name)
    notes = [Diagnostic(Severity.NOTE, path.name, said)] if said else []
    notes += [
        Diagnostic(
            Severity.WARNING,
            path.name,
            f"left out: column {column} of table {chosen.name} holds bytes{where}, "
            "not numbers or text",
            "NumPy's numbers are written as bytes: write int(x) or float(x)",
        )
        for column, where in bytes_in.items()
    ]
    return Raw(table, tuple(types), notes=tuple(notes), place=f"table {chosen.name} row")


def _protect(store: sqlite3.Connection, path: Path) -> float:
    """Bound what the database's own SQL may take; the moment at which its time is over."""
    store.text_factory = lambda data: data.decode("utf-8", "replace")
    store.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
    store.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    store.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200)
    for setting in ("trusted_schema = OFF", "query_only = ON", f"cache_size = -{_CACHE}"):
        store.execute(f"PRAGMA {setting}")
    end = time.monotonic() + _SECONDS + path.stat().st_size / _BYTES_A_SECOND
    store.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    return end


def _listed(store: sqlite3.Connection) -> list[Listed]:
    """Tables and views with their columns; those that cannot be looked into are left out."""
    found = store.execute(
        "SELECT name, type = 'view' FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
        "AND coalesce(sql, '') NOT LIKE 'create virtual%' ORDER BY type, rowid"
    ).fetchmany(_MOST_TABLES)
    listed = []
    for name, is_view in found:
        try:
            rows = store.execute("SELECT name FROM pragma_table_xinfo(?)", [name]).fetchall()
        except sqlite3.Error:
            continue
        listed.append(Listed(str(name), tuple(str(row[0]) for row in rows), view=bool(is_view)))
    return listed


def _types(
    store: sqlite3.Connection, chosen: Listed, where: str
) -> tuple[dict[str, str], list[str]]:
    """Column -> type in the engine, and the columns of bytes, which are left out."""
    columns = [name for name in chosen.columns if not name.startswith("__") and "\0" not in name]
    if len(columns) > MOST_COLUMNS:
        raise InputError(f"table {chosen.name} has more than {MOST_COLUMNS} columns", where)
    kinds: dict[str, set[str]] = {name: set() for name in columns}
    for part in (columns[n : n + _ASKED] for n in range(0, len(columns), _ASKED)):
        types_of = ", ".join(f"typeof({identifier(name)})" for name in part)
        # Few combinations, however many rows there are.
        for found in store.execute(f"SELECT DISTINCT {types_of} FROM {identifier(chosen.name)}"):
            for name, kind in zip(part, found, strict=True):
                kinds[name].add(kind)
    for found_kinds in kinds.values():
        found_kinds.discard("null")
    bytes_in = [name for name, found in kinds.items() if "blob" in found]
    types = {
        name: _VERB["text" if "text" in found else "real" if "real" in found else "integer"]
        for name, found in kinds.items()
        if "blob" not in found
    }
    if not types:
        raise InputError(f"table {chosen.name} holds bytes only", where)
    return types, bytes_in


def _where_bytes(store: sqlite3.Connection, table: str, column: str) -> str:
    """In how many rows a column holds bytes, where others hold something else."""
    name, rows = identifier(column), identifier(table)
    is_bytes = f"typeof({name}) = 'blob'"
    count, filled = store.execute(f"SELECT sum({is_bytes}), count({name}) FROM {rows}").fetchone()
    if count == filled:
        return ""
    numbered = f"SELECT row_number() OVER () AS n, {is_bytes} AS found FROM {rows}"
    (first,) = store.execute(f"SELECT n FROM ({numbered}) WHERE found LIMIT 1").fetchone()
    return f" in {count} of {filled} rows (the first is row {first})"


def _fill(
    engine: duckdb.DuckDBPyConnection,
    table: str,
    store: sqlite3.Connection,
    chosen: Listed,
    types: Mapping[str, str],
) -> int:
    """Stream the table into the engine; how many rows it has."""
    import pyarrow as pa

    made: Mapping[str, Callable[[Sequence[Any]], pa.Array]] = {
        "BIGINT": _ints,
        "DOUBLE": _floats,
        "VARCHAR": arrow.texts,
    }
    declared = ", ".join(f"{identifier(name)} {kind}" for name, kind in types.items())
    engine.execute(f"CREATE TABLE {identifier(table)} ({declared}, __row BIGINT)")
    count = 0
    for batch in _batches(store, chosen, types):
        columns = list(zip(*batch, strict=True))
        arrays = {
            f"c{n}": made[kind](column)
            for n, (column, kind) in enumerate(zip(columns, types.values(), strict=True))
        }
        arrays["row"] = arrow.wholes(range(count + 1, count + len(batch) + 1))
        engine.register("__batch", pa.RecordBatch.from_pydict(arrays))
        engine.execute(f"INSERT INTO {identifier(table)} SELECT * FROM __batch")
        engine.unregister("__batch")
        count += len(batch)
    return count


def _ints(column: Sequence[Any]) -> pa.Array:
    import numpy as np

    return arrow.wholes(column) if None in column else arrow.numbers(np.array(column, np.int64))


def _floats(column: Sequence[Any]) -> pa.Array:
    import numpy as np

    return arrow.floats(column) if None in column else arrow.numbers(np.array(column, np.float64))


def _batches(
    store: sqlite3.Connection, chosen: Listed, types: Mapping[str, str]
) -> Iterator[list[tuple[Any, ...]]]:
    cut = ", ".join(
        f"CASE typeof({c}) WHEN 'text' THEN substr({c}, 1, {_MOST_TEXT}) ELSE {c} END"
        if kind == "VARCHAR"
        else c
        for c, kind in ((identifier(name), kind) for name, kind in types.items())
    )
    cursor = store.execute(f"SELECT {cut} FROM {identifier(chosen.name)}")
    while rows := cursor.fetchmany(max(1, _BATCH_CELLS // len(types))):
        yield rows


def _complaint(path: Path, error: sqlite3.Error) -> InputError:
    text = str(error)
    if text == "interrupted":
        return InputError(
            f"reading takes longer than {_SECONDS} s: does a view never end?",
            path.name,
            "write what the view shows to a table, and name that: --table NAME",
        )
    return InputError(
        f"cannot be read as an SQLite database: {text}",
        path.name,
        "copy it together with the -wal file beside it, while no run is writing",
    )
