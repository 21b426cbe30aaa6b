"""JSONL (and a JSON array of records): one object a row, nested keys joined with dots, all text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.model import Raw
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from paperforge.model import Found

NAME = "JSONL"
TOGETHER = False
SUFFIXES = (".jsonl", ".ndjson", ".json")
_SURE = (".jsonl", ".ndjson")
_LOOSE = (".json", ".txt", ".log", "")
_MOST_COLUMNS = 2000
_CHUNK = 1 << 20
_BOM = b"\xef\xbb\xbf"


def recognises(path: Path) -> bool:
    """By name; without a telling name, a file that starts with an object."""
    if path.suffix.lower() in _SURE:
        return True
    if path.suffix.lower() not in _LOOSE:
        return False
    with path.open("rb") as stream:
        start = b"".join(stream.read(256).split())
    return start.startswith((b'{"', b'[{"'))


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A view of the file: one text column for every leaf of the objects.

    Raises InputError for a line that is no JSON object (with its number), a file without rows, and
    objects that together have more than 2000 keys.
    """
    import duckdb

    path = found.files[0]
    with path.open("rb") as stream:
        start = stream.read(256)
    if start.startswith(_BOM):
        raise InputError(
            "starts with a byte order mark, which JSON does not allow",
            f"{path.name} line 1",
            "save it as UTF-8 without BOM",
        )
    array = start.lstrip().startswith(b"[")
    form = "array" if array else "newline_delimited"
    scan = f"read_json_objects({literal(str(path))}, format = '{form}')"
    try:
        # Structures are few, however many rows there are.
        shapes = engine.execute(
            f"SELECT json_structure(json), count(*) FROM {scan} GROUP BY 1 ORDER BY 1"
        ).fetchall()
    except duckdb.Error as error:
        raise _complaint(path, error, array=array) from None
    rows = sum(count for _, count in shapes)
    if not rows:
        raise NothingToRead("holds no rows", path.name, "was the run that writes it interrupted?")
    structures = [json.loads(structure) for structure, _ in shapes]
    _check_objects(path, structures)
    leaves = {name: pointer for one in structures for name, pointer in _leaves(one, "")}
    _check_names(path, leaves)
    same = not array and _lines(path) == rows
    place = "line" if same else "row"
    _create_view(engine, table, scan, leaves)
    return Raw(table, tuple(leaves), place=place)


def _leaves(structure: object, pointer: str, name: str = "") -> Iterator[tuple[str, str]]:
    """(dotted name, JSON pointer) of every value that is not an object."""
    if not isinstance(structure, dict):
        if name:
            yield name, pointer
        return
    for key, inner in structure.items():
        step = key.replace("~", "~0").replace("/", "~1")
        yield from _leaves(inner, f"{pointer}/{step}", f"{name}.{key}" if name else key)


def _check_objects(path: Path, structures: list[object]) -> None:
    if not all(isinstance(structure, dict) for structure in structures) or structures == [{}]:
        raise InputError(
            "each line must be an object with keys",
            path.name,
            'for example {"method": "ours", "dataset": "digits", "seed": 0, "accuracy": 0.93}',
        )


def _check_names(path: Path, leaves: dict[str, str]) -> None:
    if len(leaves) > _MOST_COLUMNS:
        raise InputError(
            f"its objects have {len(leaves)} different keys, more than {_MOST_COLUMNS}",
            path.name,
            "write names and numbers under fixed keys, one row per number",
        )
    seen: dict[str, str] = {}
    for name in leaves:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise InputError(
                f"the keys {other!r} and {name!r} differ only in case", path.name, "rename one"
            )
        if name.startswith("__"):
            raise InputError(f"the key {name!r} starts with two underscores", path.name, "rename")


def _create_view(
    engine: duckdb.DuckDBPyConnection, table: str, scan: str, leaves: dict[str, str]
) -> None:
    pointers = ", ".join(literal(pointer) for pointer in leaves.values())
    named = ", ".join(f"__leaf[{i}] AS {identifier(name)}" for i, name in enumerate(leaves, 1))
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS "
        f"SELECT {named}, __row "
        f"FROM (SELECT json_extract_string(json, [{pointers}]) AS __leaf, "
        f"row_number() OVER () AS __row FROM {scan})"
    )


def _lines(path: Path) -> int:
    """Lines of the file, without blank ones at the end; a last line without its end counts."""
    lines, tail = 0, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            lines += chunk.count(b"\n")
            tail = (tail + chunk)[-64:]
    return lines + 1 - tail[len(tail.rstrip()) :].count(b"\n")


def _complaint(path: Path, error: Exception, *, array: bool) -> InputError:
    """The first line that is no object: found by reading again, slowly."""
    if not array:
        with path.open(encoding="utf-8", errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                try:
                    json.loads(line)
                except (ValueError, RecursionError) as wrong:
                    what = (
                        wrong.msg if isinstance(wrong, json.JSONDecodeError) else "nested too deep"
                    )
                    return InputError(
                        f"is not JSON: {what}",
                        f"{path.name} line {number}",
                        "one object a line; was the run that writes it interrupted?",
                    )
    reason = str(error).splitlines()[0].replace(str(path), path.name)
    return InputError(f"cannot be read as JSON: {reason}", path.name, "write one object a line")
