"""JSONL: one object a line, nested keys joined with dots, all text; and large lists of objects.

The engine reads the file by the keys that its first lines have; one more pass looks whether later
lines have others. A line that is no JSON (a run killed while writing leaves one) ends its file.
"""

from __future__ import annotations

import codecs
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import forms, json_bytes, json_keys, packed, together
from paperforge.stores.json_alike import Alike, count_lines
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.records import Records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    import duckdb

    from paperforge.model import Found
    from paperforge.stores.json_keys import Part

NAME = "JSONL"
TOGETHER = False
_SURE = (".jsonl", ".ndjson")
SUFFIXES = (*_SURE, ".json", *packed.SUFFIXES)
_LOOSE = (".json", ".txt", ".log", "")
_CHUNK = 1 << 18
_HEAD = 1 << 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"{\0": "utf-16-le",
    b"\0{": "utf-16-be",
}
"""How a file begins that the engine refuses -> its encoding. Windows PowerShell writes UTF-16."""
_LONGEST = 16 << 20
"""Characters of a line, as the engine takes."""
_INTERRUPTED = "was the run that writes it interrupted?"
_SMALL = 64 << 20
"""Many files of fewer bytes than this are read into the engine, not once more for each question."""


def recognises(path: Path) -> bool:
    """By name; without a telling name, a file whose first two lines are objects."""
    suffix = packed.suffix_of(path)
    if suffix in _SURE:
        return True
    if suffix not in _LOOSE or packed.is_packed(path):
        return False
    first, second = _first_lines(path)
    if not (first.startswith("{") and second.startswith("{")):
        return False
    try:
        record = json.loads(first)
        return suffix != ".json" or forms.is_plausible(forms.table_of([record], path.name))
    except (ValueError, RecursionError, InputError):
        return False


def _first_lines(path: Path) -> tuple[str, str]:
    """The first two lines that are not blank, as far as a megabyte holds them."""
    try:
        with packed.opened(path) as stream:
            head = stream.read(_HEAD)
    except (OSError, EOFError):
        return "", ""
    text = head.decode(_encoding(head) or "utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip()][:2]
    first, second = [*lines, "", ""][:2]
    return first.strip(), second.strip()


def is_array_of_objects(path: Path) -> bool:
    """Whether a file is a list whose first element is an object."""
    with packed.opened(path) as stream:
        start = b"".join(stream.read(256).removeprefix(codecs.BOM_UTF8).split())
    return start.startswith(b"[{")


def groups(files: Sequence[Path]) -> list[tuple[Path, ...]]:
    """Files whose first lines have the same keys, which are read as one table."""
    return together.groups(files, _header)


def _header(path: Path) -> together.Header:
    try:
        record = forms.table_of([json.loads(_first_lines(path)[0])], path.name).records[0]
    except (ValueError, RecursionError, InputError):
        return frozenset()
    return frozenset(record)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A view of the files: one text column for every leaf of the objects.

    Raises InputError where a row is no object, where nothing is sound, and for objects that
    together have more than 2000 keys.
    """
    import duckdb

    for file in found.files:
        packed.check(file)
    first = found.files[0]
    where = together.where(found, first)
    if any(map(_encoding_of, found.files)):
        return _read_slowly(found, engine, table)
    array = is_array_of_objects(first)
    try:
        leaves, parts = json_keys.look(engine, found.files, array=array, where=where)
    except duckdb.Error as error:
        raise _complaint(error, first, where) from None
    if not sum(part.rows for part in parts):
        raise NothingToRead("holds no rows", where, _INTERRUPTED)
    lines = not array and all(count_lines(Path(part.file)) == part.rows for part in parts)
    place = "line" if lines else "row"
    notes = _damage(found, parts, place)
    _create(engine, table, found, _numbered(found, leaves, array=array), parts)
    return Raw(table, tuple(leaves), notes=notes, place=place)


def glance(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw | None:
    """`read` of one big file of lines as if all rows were like the first; None for others.

    Raises InputError as read does, and the engine's errors.
    """
    file = found.files[0]
    if found.files[1:] or packed.is_packed(file) or _encoding_of(file) or not _is_even(file):
        return None
    guessed = json_keys.guess(engine, file, array=False, where=together.where(found, file))
    if guessed is None:
        return None
    leaves, differs = guessed
    with file.open("rb") as stream:
        tokens = (
            json_bytes.tokens(stream.readline(_CHUNK).rstrip(), list(leaves))
            if _flat(leaves)
            else ()
        )
    rows = _numbered(found, leaves, array=False, strict=bool(tokens))
    engine.execute(f"CREATE VIEW {identifier(table)} AS SELECT * EXCLUDE (__file) FROM ({rows})")
    proof = Alike(file, differs, tokens)
    return Raw(table, tuple(leaves), place="line", proof=proof, streamed=bool(tokens))


def first_rows(found: Found, columns: Sequence[str]) -> list[dict[str, int]] | None:
    """Where each text of some columns of a `glance` stands first; None: not to be had quickly."""
    return json_bytes.first_rows(found.files[0], columns)


def _is_even(file: Path) -> bool:
    """Whether every line is an object, as far as the first ones show."""
    with file.open("rb") as stream:
        lines = stream.read(_CHUNK).split(b"\n")
    whole = lines[:-1] if lines[1:] else lines
    return all(line.startswith(b"{") for line in whole)


def _flat(leaves: dict[str, str]) -> bool:
    """Whether every leaf is a value of the object itself, under its own name."""
    return all(pointer.count("/") == 1 and pointer != "/" for pointer in leaves.values())


def _numbered(found: Found, leaves: dict[str, str], *, array: bool, strict: bool = False) -> str:
    """SQL of the rows with their file and number.

    `strict`: the engine raises where one is damaged.
    """
    named = ", ".join(f"c{n} AS {identifier(name)}" for n, name in enumerate(leaves, 1))
    # A window over nothing streams in the order of the files.
    scan = _rows_of(found, leaves, array=array, strict=strict)
    return f"SELECT {named}, __file, row_number() OVER () AS __row FROM ({scan})"


def _complaint(error: Exception, file: Path, where: str) -> InputError:
    reason = str(error).splitlines()[0].replace(str(file), file.name)[:200]
    if "maximum_object_size" in reason:
        reason = "a row of it has more than 16 MB"
    elif "execution error" in reason or "depth" in reason:
        reason = "it is nested too deep"
    return InputError(f"cannot be read as JSON: {reason}", where, "write one object a line")


def _damage(found: Found, parts: Sequence[Part], place: str) -> tuple[Diagnostic, ...]:
    """What damaged lines leave. Raises InputError where that is nothing at all."""
    notes = []
    for part in parts:
        if part.sound == part.rows:
            continue
        file = Path(part.file)
        where = f"{together.where(found, file)} {place} {part.sound + 1}"
        if not part.sound and not found.files[1:]:
            raise InputError("is not JSON", where, f"one object a line; {_INTERRUPTED}")
        behind = part.rows - part.sound - 1
        text = f"is not JSON: the file ends there; the {part.sound} rows before it are kept" + (
            f", {behind} behind it are not read" if behind else ""
        )
        notes.append(Diagnostic(Severity.WARNING, where, text, _INTERRUPTED))
    if not any(part.sound for part in parts):
        raise InputError("is not JSON", together.where(found, found.files[0]), _INTERRUPTED)
    return tuple(notes)


def _rows_of(found: Found, leaves: dict[str, str], *, array: bool, strict: bool) -> str:
    """SQL of the columns c0, c1, ... with `__file`, in the order of the files."""
    if array or not _flat(leaves):
        pointers = ", ".join(literal(pointer) for pointer in leaves.values())
        picked = ", ".join(f"__leaf[{n}] AS c{n}" for n in range(1, len(leaves) + 1))
        return (
            f"SELECT {picked}, __file FROM (SELECT json_extract_string(json, [{pointers}]) "
            f"AS __leaf, __file FROM {json_keys.scan(found.files, array=array)})"
        )
    keys = ", ".join(f"{identifier(name)}: 'VARCHAR'" for name in leaves)
    picked = ", ".join(f"{identifier(name)} AS c{n}" for n, name in enumerate(leaves, 1))
    paths = ", ".join(literal(str(file)) for file in found.files)
    return (
        f"SELECT {picked}, __file FROM read_json([{paths}], format = 'newline_delimited', "
        f"ignore_errors = {not strict}, filename = '__file', records = true, columns = {{{keys}}})"
    )


def _create(
    engine: duckdb.DuckDBPyConnection, table: str, found: Found, rows: str, parts: Sequence[Part]
) -> None:
    """Make the relation, without the rows behind the first damaged one of their file."""
    if not found.files[1:]:
        cut = "" if parts[0].sound == parts[0].rows else f" WHERE __row <= {parts[0].sound}"
        engine.execute(
            f"CREATE VIEW {identifier(table)} AS SELECT * EXCLUDE (__file) FROM ({rows}){cut}"
        )
        return
    places = identifier(f"{table} files")
    engine.execute(
        f"CREATE TABLE {places} (file VARCHAR, unit VARCHAR, first BIGINT, sound BIGINT)"
    )
    engine.executemany(
        f"INSERT INTO {places} VALUES (?, ?, ?, ?)",
        [[p.file, together.unit(found, Path(p.file)), p.first, p.sound] for p in parts],
    )
    small = sum(file.stat().st_size for file in found.files) < _SMALL
    engine.execute(
        f"CREATE {'TABLE' if small else 'VIEW'} {identifier(table)} AS "
        "SELECT r.* EXCLUDE (__file), p.unit AS __unit, __row - p.first + 1 AS __at "
        f"FROM ({rows}) r JOIN {places} p ON p.file = r.__file WHERE __row < p.first + p.sound"
    )


def _encoding(start: bytes) -> str:
    """The encoding of a file that begins like this; empty for what the engine reads."""
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), "")


def _encoding_of(file: Path) -> str:
    with packed.opened(file) as stream:
        return _encoding(stream.read(len(codecs.BOM_UTF8)))


def _read_slowly(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """Line by line: for a byte order mark and for UTF-16, which the engine refuses."""
    rows = Records(engine, table, found.root.name)
    notes = []
    for file in found.files:
        where, unit = together.where(found, file), together.unit(found, file)
        before, line = rows.rows, 0
        encoding = _encoding_of(file) or "utf-8"
        with io.TextIOWrapper(packed.opened(file), encoding, newline="\n") as stream:
            lines = _lines(stream)
            while True:
                line += 1
                try:
                    text = next(lines, None)
                    value = json.loads(text) if text and text.strip() else None
                except (ValueError, RecursionError):
                    kept = rows.rows - before
                    said = f"is not JSON: the file ends there; the {kept} rows before it are kept"
                    place = f"{where} line {line}"
                    if not kept and not found.files[1:]:
                        raise InputError("is not JSON", place, _INTERRUPTED) from None
                    notes.append(Diagnostic(Severity.WARNING, place, said, _INTERRUPTED))
                    break
                if text is None:
                    break
                if not text.strip():
                    continue
                for record in forms.table_of([value], f"{where} line {line}").records:
                    rows.add(record, unit, line)
    rows.flush()
    if not rows.rows:
        raise NothingToRead("holds no rows", found.root.name, _INTERRUPTED)
    return Raw(table, rows.names, notes=tuple(notes), place="line")


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines as texts. Raises ValueError at one that is none, or has no end."""
    while line := stream.readline(_LONGEST):
        if len(line) == _LONGEST:
            raise ValueError
        yield line
