"""CSV and its relatives: commas, semicolons, tabs or bars; every column as text.

The engine reads the file lazily and fast by an explicit dialect. What it refuses is read again
slowly, row by row: that either works (mixed line ends) or gives an error that names the row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import packed, together
from paperforge.stores.csv_dialect import NO_ROWS, Dialect, Text, scan, sniff
from paperforge.stores.csv_lines import Filler, Lines
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Found

NAME = "CSV"
TOGETHER = False
_SURE = (".csv", ".tsv", ".tab")
SUFFIXES = (*_SURE, *packed.SUFFIXES)
_LOOSE = (".txt", ".dat", "")
_LARGE = 8 << 20
_ENGINE_ENCODINGS = ("utf-8", "latin-1")


def recognises(path: Path) -> bool:
    """By name; without a telling name, a text whose first lines have the same number of fields."""
    suffix = packed.suffix_of(path)
    if suffix in _SURE:
        return True
    if suffix not in _LOOSE or packed.is_packed(path):
        return False
    try:
        return len(sniff(path, scan(path).encoding).names) > 1
    except InputError:
        return False


def groups(files: Sequence[Path]) -> list[tuple[Path, ...]]:
    """Small files of one header, which are read as one table; large ones stay alone."""
    small = [file for file in files if file.stat().st_size < _LARGE]
    large = [(file,) for file in files if file.stat().st_size >= _LARGE]
    return sorted([*together.groups(small, _header), *large])


def _header(path: Path) -> together.Header:
    """Names with their places: the same columns in another order are another header."""
    try:
        dialect = sniff(path, scan(path).encoding)
    except (InputError, OSError, EOFError):
        return frozenset()
    layout = f"{len(dialect.names)} {dialect.delimiter} {dialect.surplus}"
    return frozenset((layout, *(f"{n} {name}" for n, name in enumerate(dialect.names))))


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A view of the file, or a table where only the slow way can read it; all columns are text.

    Raises InputError for a file without rows, without a header, with a name twice, with rows of
    unequal length, or that is no text.
    """
    for file in found.files:
        packed.check(file)
    if found.files[1:]:
        return _read_together(found, engine, table)
    return _read_alone(found.files[0], engine, table)


def _read_alone(path: Path, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    import duckdb

    text = scan(path)
    dialect = sniff(path, text.encoding)
    whole = _scan_sql(path, text.encoding, dialect)
    notes = [*text.notes, *_skipped(dialect, path.name)]
    try:
        if whole is None:
            return _read_slowly(path, text, dialect, engine, table, notes)
        # Counting makes the engine split every row, so that later passes cannot fail.
        counted = engine.execute(f"SELECT count(*) FROM {whole}").fetchone()
    except duckdb.Error:
        return _read_slowly(path, text, dialect, engine, table, notes)
    rows = counted[0] if counted else 0
    place = "line" if text.lines == rows + 1 + dialect.skip else "row"
    if not rows:
        raise NothingToRead("has a header and no rows", path.name, NO_ROWS)
    _create_view(engine, table, whole, dialect, skipped=place == "line")
    return Raw(table, _kept(engine, table, dialect), notes=tuple(notes), place=place)


def _read_together(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """Files of one header, each as Python reads it, with its place and the lines of its rows."""
    first = sniff(found.files[0], scan(found.files[0]).encoding)
    filler = Filler(engine, table, first.names)
    notes: list[Diagnostic] = []
    for file in found.files:
        where = together.where(found, file)
        text = scan(file)
        dialect = sniff(file, text.encoding)
        before = filler.rows
        try:
            damage = filler.fill(
                Lines(file, where, text.encoding, dialect), together.unit(found, file)
            )
        except NothingToRead as error:
            notes.append(Diagnostic(Severity.WARNING, where, f"skipped: {error.message}"))
            continue
        if filler.rows == before:
            notes.append(Diagnostic(Severity.WARNING, where, "skipped: has a header and no rows"))
        notes += [
            replace(note, where=where + note.where.removeprefix(file.name)) for note in text.notes
        ]
        notes += [*_skipped(dialect, where), *damage]
    if not filler.rows:
        raise NothingToRead("has a header and no rows", found.root.name, NO_ROWS)
    return Raw(table, _kept(engine, table, first), notes=tuple(notes), place="line")


def _skipped(dialect: Dialect, where: str) -> list[Diagnostic]:
    if not dialect.skip:
        return []
    count = f"{dialect.skip} line{'s' if dialect.skip > 1 else ''}"
    said = f"{count} above the header: not read"
    return [Diagnostic(Severity.NOTE, where, said)]


def _scan_sql(path: Path, encoding: str, dialect: Dialect) -> str | None:
    """The engine's reader with everything said; None for an encoding that it does not have."""
    if encoding not in _ENGINE_ENCODINGS:
        return None
    columns = ", ".join(f"{identifier(f'c{i}')}: 'VARCHAR'" for i in range(len(dialect.names)))
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, header = true, "
        f"delim = {literal(dialect.delimiter)}, quote = '\"', escape = '\"', "
        f"encoding = '{encoding}', skip = {dialect.skip}, columns = {{{columns}}})"
    )


def _create_view(
    engine: duckdb.DuckDBPyConnection, table: str, scan: str, dialect: Dialect, *, skipped: bool
) -> None:
    # A window over nothing streams in the order of the file.
    first = 1 + (dialect.skip if skipped else 0)
    renamed = ", ".join(f"c{i} AS {identifier(name)}" for i, name in enumerate(dialect.names))
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS "
        f"SELECT {renamed}, {first} + row_number() OVER () AS __row FROM {scan}"
    )


def _read_slowly(  # noqa: PLR0917  what is known of the file
    path: Path,
    text: Text,
    dialect: Dialect,
    engine: duckdb.DuckDBPyConnection,
    table: str,
    notes: list[Diagnostic],
) -> Raw:
    """Fill a table with what Python's reader gives, and say where each row begins."""
    filler = Filler(engine, table, dialect.names)
    notes = [*notes, *filler.fill(Lines(path, path.name, text.encoding, dialect), "")]
    if not filler.rows:
        raise NothingToRead("has a header and no rows", path.name, NO_ROWS)
    kept = _kept(engine, table, dialect)
    return Raw(table, kept, notes=tuple(notes), place="line")


def _kept(engine: duckdb.DuckDBPyConnection, table: str, dialect: Dialect) -> tuple[str, ...]:
    """The named columns, and unnamed ones that hold something."""
    unnamed = [name for number, name in enumerate(dialect.names, 1) if name == f"column {number}"]
    if not unnamed:
        return dialect.names
    tests = ", ".join(f"bool_or(trim({identifier(name)}) <> '')" for name in unnamed)
    filled = engine.execute(f"SELECT {tests} FROM {identifier(table)}").fetchone() or ()
    empty = {name for name, full in zip(unnamed, filled, strict=True) if not full}
    return tuple(name for name in dialect.names if name not in empty)
