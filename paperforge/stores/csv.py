"""CSV and its relatives: commas, semicolons, tabs or bars; every column as text.

The engine reads the file lazily and fast by an explicit dialect. What it refuses is read again
slowly, row by row: that either works (mixed line ends) or gives an error that names the row.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from paperforge.model import Found

NAME = "CSV"
TOGETHER = False
SUFFIXES = (".csv", ".tsv", ".tab")
_LOOSE = (".txt", ".dat", "")
_DELIMITERS = (",", ";", "\t", "|")
_HEAD = 1 << 17
_CHUNK = 1 << 20
_BATCH = 50_000
_WINDOWS = frozenset(range(0x80, 0xA0))
_ENGINE_ENCODINGS = ("utf-8", "latin-1")


@dataclass(frozen=True, slots=True)
class _Text:
    """What a look at all bytes says."""

    encoding: str
    lines: int
    notes: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Dialect:
    delimiter: str
    names: tuple[str, ...]
    """Of every field of a row; unnamed ones are called "column 3"."""
    surplus: int
    """Empty fields at the end of each row that the header does not have."""
    quoted: bool
    skip: int = 0
    """Lines of comment before the header."""


def recognises(path: Path) -> bool:
    """By name; without a telling name, a text whose first lines have the same number of fields."""
    if path.suffix.lower() in SUFFIXES:
        return True
    if path.suffix.lower() not in _LOOSE:
        return False
    try:
        return len(_sniff(path, _scan(path).encoding).names) > 1
    except InputError:
        return False


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A view of the file, or a table where only the slow way can read it; all columns are text.

    Raises InputError for a file without rows, without a header, with a name twice, with rows of
    unequal length, or that is no text.
    """
    import duckdb

    path = found.files[0]
    text = _scan(path)
    dialect = _sniff(path, text.encoding)
    scan = _scan_sql(path, text.encoding, dialect)
    place = "line"
    try:
        if scan is None:
            place = _read_slowly(path, text.encoding, dialect, engine, table)
        else:
            # Counting makes the engine split every row, so that later passes cannot fail.
            counted = engine.execute(f"SELECT count(*) FROM {scan}").fetchone()
            rows = counted[0] if counted else 0
            place = "line" if text.lines == rows + 1 + dialect.skip else "row"
            _create_view(engine, table, scan, dialect, skipped=place == "line")
            if not rows:
                raise NothingToRead("has a header and no rows", path.name, _NO_ROWS)
    except duckdb.Error:
        place = _read_slowly(path, text.encoding, dialect, engine, table)
    kept = _kept(engine, table, dialect)
    notes = text.notes
    if dialect.skip:
        count = f"{dialect.skip} line{'s' if dialect.skip > 1 else ''}"
        said = f"{count} of comment before the header: not read"
        notes = (*notes, Diagnostic(Severity.NOTE, path.name, said))
    return Raw(table, kept, notes=notes, place=place)


_NO_ROWS = "was the run that writes it interrupted?"


def _scan(path: Path) -> _Text:
    """Encoding and number of lines, from all bytes, in constant memory."""
    with path.open("rb") as stream:
        start = stream.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return _Text("utf-16", -1)
        stream.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        sound, windows, lines, first, tail = True, False, 0, -1, b""
        while chunk := stream.read(_CHUNK):
            if b"\0" in chunk:
                raise NothingToRead("is not a text file", path.name, "save the results as CSV")
            if sound:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    sound = False
                    first = lines + chunk[: max(error.start, 0)].count(b"\n") + 1
            if not sound and not windows:
                windows = not _WINDOWS.isdisjoint(chunk)
            lines += chunk.count(b"\n") or chunk.count(b"\r")
            tail = (tail + chunk)[-64:]
        sound = sound and _complete(decoder)
    if not tail.strip():
        raise NothingToRead("the file is empty", path.name, _NO_ROWS)
    blank = len(tail) - len(tail.rstrip(b"\r\n"))
    ends = tail[len(tail) - blank :] if blank else b""
    # A last line without its end is a line; blank lines at the end are none.
    lines += 1 - (ends.count(b"\n") or ends.count(b"\r"))
    if sound:
        return _Text("utf-8", lines)
    encoding, name = ("cp1252", "Windows-1252") if windows else ("latin-1", "Latin-1")
    note = Diagnostic(
        Severity.NOTE,
        f"{path.name} line {first}",
        f"the file is not UTF-8; it was read as {name}",
        "check names with accents, or save the file as UTF-8",
    )
    return _Text(encoding, lines, (note,))


def _complete(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sniff(path: Path, encoding: str) -> _Dialect:
    """Delimiter and header, from the first lines."""
    with path.open("rb") as stream:
        raw = stream.read(_HEAD)
        whole = len(raw) < _HEAD
    if encoding == "utf-8":
        encoding = "utf-8-sig"
    text = codecs.getincrementaldecoder(encoding)("replace").decode(raw, final=whole)
    skip = _comments(text)
    text = "".join(text.splitlines(keepends=True)[skip:]) if skip else text
    best: tuple[int, int, str, list[list[str]]] | None = None
    for delimiter in _DELIMITERS:
        records = _records(text, delimiter, whole=whole)
        if not records or not records[0][1:]:
            continue
        same = sum(len(record) == len(records[0]) for record in records)
        rank = (same * 100 // len(records), len(records[0]))
        if best is None or rank > best[:2]:
            best = (*rank, delimiter, records)
    if best is None:
        raise InputError(
            "has one column only: no comma, semicolon, tab or bar between fields",
            path.name,
            "write one row per run: method,dataset,seed,accuracy",
        )
    return replace(_dialect(path, best[2], best[3], quoted='"' in text), skip=skip)


def _comments(text: str) -> int:
    """How many lines of comment stand before the header, which itself may begin with #."""
    lines = text.splitlines()
    count = next((n for n, line in enumerate(lines) if not line.startswith("#")), 0)
    if not count:
        return 0
    last, following = lines[count - 1], lines[count]
    for delimiter in _DELIMITERS:
        fields = following.split(delimiter)
        same = len(last.split(delimiter)) == len(fields) > 1
        if same and any(_is_number(field.strip()) for field in fields):
            return count - 1
    return count


def _records(text: str, delimiter: str, *, whole: bool) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        records = [record for record in islice(reader, 200) if record]
    except csv.Error:
        return []
    # The last record of a part of a file may be cut off.
    return records if whole or not records[1:] else records[:-1]


def _dialect(path: Path, delimiter: str, records: list[list[str]], *, quoted: bool) -> _Dialect:
    header = [name.strip() for name in records[0]]
    if not any(header):
        raise InputError("the first line names no columns", f"{path.name} line 1")
    _check_header(path, header)
    names = [name or f"column {number}" for number, name in enumerate(header, 1)]
    widest = max(len(record) for record in records)
    extra = [field for record in records[1:] for field in record[len(names) :]]
    surplus = widest - len(names) if extra and not any(f.strip() for f in extra) else 0
    names += [f"column {len(names) + number + 1}" for number in range(surplus)]
    return _Dialect(delimiter, tuple(names), surplus, quoted)


def _check_header(path: Path, header: list[str]) -> None:
    seen: dict[str, int] = {}
    for number, name in enumerate(header, 1):
        if not name:
            continue
        if name.startswith("__"):
            raise InputError(
                f"the column name {name!r} starts with two underscores",
                f"{path.name} line 1",
                "rename the column",
            )
        first = seen.setdefault(name.lower(), number)
        if first != number:
            raise InputError(
                f"two columns are called {name!r}: the {_nth(first)} and the {_nth(number)}"
                + (
                    ""
                    if header[first - 1] == name
                    else f" ({header[first - 1]!r}; case does not count)"
                ),
                f"{path.name} line 1",
                "rename one of them",
            )
    numbers = [name for name in header if _is_number(name)]
    if numbers:
        raise InputError(
            f"{numbers[0]!r} is where a column's name should be",
            f"{path.name} line 1",
            "the first line names the columns (method,dataset,seed,accuracy); "
            "seeds go into rows, one row per run",
        )


def _nth(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 % 10 != 1 else 0, "th")
    return f"{number}{ending}"


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ".", 1))
    except ValueError:
        return False
    return text.strip("+-").lower() not in ("nan", "inf", "infinity")


def _scan_sql(path: Path, encoding: str, dialect: _Dialect) -> str | None:
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
    engine: duckdb.DuckDBPyConnection, table: str, scan: str, dialect: _Dialect, *, skipped: bool
) -> None:
    # A window over nothing streams in the order of the file.
    first = 1 + (dialect.skip if skipped else 0)
    renamed = ", ".join(f"c{i} AS {identifier(name)}" for i, name in enumerate(dialect.names))
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS "
        f"SELECT {renamed}, {first} + row_number() OVER () AS __row FROM {scan}"
    )


def _read_slowly(
    path: Path, encoding: str, dialect: _Dialect, engine: duckdb.DuckDBPyConnection, table: str
) -> str:
    """Fill a table with what Python's reader gives, and say where each row begins."""
    import numpy as np

    names = dialect.names
    columns = ", ".join(f"{identifier(name)} VARCHAR" for name in names)
    engine.execute(f"CREATE OR REPLACE TABLE {identifier(table)} ({columns}, __row BIGINT)")
    rows = _rows(path, encoding, dialect)
    empty = True
    while batch := list(islice(rows, _BATCH)):
        empty = False
        arrays = {
            f"c{i}": np.array([r[1][i] for r in batch], dtype=object) for i in range(len(names))
        }
        arrays["line"] = np.array([r[0] for r in batch], dtype=np.int64)
        engine.register("__batch", arrays)
        engine.execute(f"INSERT INTO {identifier(table)} SELECT * FROM __batch")
        engine.unregister("__batch")
    if empty:
        raise NothingToRead("has a header and no rows", path.name, _NO_ROWS)
    return "line"


def _rows(path: Path, encoding: str, dialect: _Dialect) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of every row after the header. Raises InputError where a row is ragged."""
    csv.field_size_limit(1 << 27)
    width = len(dialect.names)
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open(encoding=encoding, newline="") as stream:
        for _ in range(dialect.skip):
            stream.readline()
        reader = csv.reader(stream, delimiter=dialect.delimiter, strict=True)
        header = True
        begin = 1 + dialect.skip
        try:
            for fields in reader:
                line, begin = begin, reader.line_num + 1 + dialect.skip
                if not fields:
                    continue
                if header:
                    header = False
                    continue
                yield line, _fitted(fields, width, dialect.surplus, f"{path.name} line {line}")
        except csv.Error as error:
            raise InputError(
                f"a quoted field is not closed or goes on after its quote ({error})",
                f"{path.name} line {begin}",
                'write a quote inside a quoted field twice: "say ""yes"""',
            ) from None
        except UnicodeError as error:
            raise NothingToRead(f"cannot be read as {encoding}: {error}", path.name) from None


def _fitted(fields: list[str], width: int, surplus: int, where: str) -> list[str]:
    if len(fields) == width - surplus:
        return fields + [""] * surplus
    if len(fields) == width:
        return fields
    named = width - surplus
    raise InputError(
        f"the row has {len(fields)} fields, the header {named}",
        where,
        "a missing or stray delimiter? A field that holds one must be quoted",
    )


def _kept(engine: duckdb.DuckDBPyConnection, table: str, dialect: _Dialect) -> tuple[str, ...]:
    """The named columns, and unnamed ones that hold something."""
    unnamed = [name for number, name in enumerate(dialect.names, 1) if name == f"column {number}"]
    if not unnamed:
        return dialect.names
    tests = ", ".join(f"bool_or(trim({identifier(name)}) <> '')" for name in unnamed)
    filled = engine.execute(f"SELECT {tests} FROM {identifier(table)}").fetchone() or ()
    empty = {name for name, full in zip(unnamed, filled, strict=True) if not full}
    return tuple(name for name in dialect.names if name not in empty)
