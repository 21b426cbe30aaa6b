"""Parquet: typed columns, read lazily by the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.model import Raw
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
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
    return _read(found, engine, table, every_page=True)


def glance(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """`read` without a look at every page: the pass that follows unpacks most of them."""
    return _read(found, engine, table, every_page=False)


def _read(found: Found, engine: duckdb.DuckDBPyConnection, table: str, *, every_page: bool) -> Raw:
    import duckdb

    path = found.files[0]
    scan = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        names = [row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()]
        rows = _unpack(engine, scan, names if every_page else [])
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].replace(str(path), path.name)[:200]
        raise NothingToRead(
            f"is not a sound Parquet file ({reason})",
            path.name,
            "write it again; was the copy or the run that wrote it interrupted?",
        ) from None
    if not rows:
        raise NothingToRead("the file has columns and no rows", path.name)
    # pandas keeps its row labels in columns of this name; they are not results.
    columns = [n for n in names if n != "file_row_number" and not n.startswith(_INDEX)]
    chosen = ", ".join(identifier(name) for name in columns)
    row = "file_row_number + 1"
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT {chosen}, {row} AS __row FROM {scan}"
    )
    proof = None if every_page else _Pages(scan, tuple(names), rows)
    return Raw(table, tuple(columns), place="row", proof=proof)


def _unpack(engine: duckdb.DuckDBPyConnection, scan: str, names: Sequence[str]) -> int:
    """Unpack every page of some columns, so that later passes cannot fail; the number of rows."""
    known = ", ".join(identifier(name) for name in names)
    # Hardly slower than a count.
    more = f", max(hash({known}))" if known else ""
    found = engine.execute(f"SELECT count(*){more} FROM {scan}").fetchone()
    return int(found[0]) if found else 0


@dataclass(slots=True)
class _Pages:
    """That the pages are sound which a pass over some of the columns does not unpack."""

    scan: str
    names: tuple[str, ...]
    rows: int
    engine: duckdb.DuckDBPyConnection | None = None

    def begin(self, engine: duckdb.DuckDBPyConnection) -> None:
        self.engine = engine

    def holds(self, columns: Collection[str], rows: int) -> bool:
        """Where the pass left rows out, it may have passed over pages of its columns too."""
        import duckdb

        read = columns if rows == self.rows else ()
        left = [n for n in self.names if n not in read and n != "file_row_number"]
        if left and self.engine is not None:
            try:
                _unpack(self.engine, self.scan, left)
            except duckdb.Error:
                return False
        return True

    def drop(self) -> None:
        self.engine = None
