"""Parquet: typed columns, read lazily by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.model import Raw
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from paperforge.model import Found

NAME = "Parquet"
TOGETHER = False
SUFFIXES = (".parquet", ".pq")
_MAGIC = b"PAR1"
_INDEX = "__index_level_"


def recognises(path: Path) -> bool:
    """By name, or by the four bytes that a Parquet file starts with."""
    if path.suffix.lower() in SUFFIXES:
        return True
    with path.open("rb") as stream:
        return stream.read(4) == _MAGIC


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A view of the file; a row's place is its number from 1.

    Raises InputError where the file is cut off, damaged or without rows.
    """
    import duckdb

    path = found.files[0]
    scan = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        names = [row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()]
        # Every page is unpacked once, so that later passes cannot fail; hardly slower than a count.
        known = ", ".join(identifier(name) for name in names)
        counted = engine.execute(f"SELECT count(*), max(hash({known})) FROM {scan}").fetchone()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].replace(str(path), path.name)[:200]
        raise NothingToRead(
            f"is not a sound Parquet file ({reason})",
            path.name,
            "write it again; was the copy or the run that wrote it interrupted?",
        ) from None
    if not counted or not counted[0]:
        raise NothingToRead("the file has columns and no rows", path.name)
    # pandas keeps its row labels in columns of this name; they are not results.
    columns = [n for n in names if n != "file_row_number" and not n.startswith(_INDEX)]
    chosen = ", ".join(identifier(name) for name in columns)
    row = "file_row_number + 1"
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT {chosen}, {row} AS __row FROM {scan}"
    )
    return Raw(table, tuple(columns), place="row")
