"""What keys the objects of JSON lines have, found by the engine without parsing everything twice.

The first rows say which keys there are and how they nest. One pass over all rows then counts them,
finds the first line that is no JSON, and compares each row's list of keys with the lists known: a
row with another list makes the structure of every row be looked at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.engine import literal
from paperforge.errors import InputError
from paperforge.stores.records import MOST_COLUMNS, UNNAMED, check_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

_SAMPLE = 4000
_ANY = "true"
_ROUNDS = 3
"""Looks at rows with other keys, before all structures are looked at."""
_MOST_LISTS = 40
_MOST_OBJECTS = 6
"""Nested objects whose keys are compared too; with more, all structures are looked at."""
_SHALLOW = 4 << 20
"""Bytes up to which all structures are looked at right away."""
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Part:
    """One file: how many rows it has, and how many of them stand before the first damaged one."""

    file: str
    first: int
    """The number of its first row in the whole relation."""
    rows: int
    sound: int


def scan(files: Sequence[Path], *, array: bool) -> str:
    """The engine's reader of whole objects; a line that is no JSON is a NULL."""
    paths = ", ".join(literal(str(file)) for file in files)
    form = "'array'" if array else "'newline_delimited', ignore_errors = true"
    return f"read_json_objects([{paths}], format = {form}, filename = '__file')"


def look(
    engine: duckdb.DuckDBPyConnection, files: Sequence[Path], *, array: bool, where: str
) -> tuple[dict[str, str], list[Part]]:
    """(dotted name -> JSON pointer of every leaf, the files).

    Raises duckdb.Error where the files cannot be read, and InputError where rows are no objects,
    have a key twice, or together have too many keys.
    """
    whole = scan(files, array=array)
    known, differs = _first_rows(engine, files, whole)
    parts, other = _parts(engine, files, whole, differs)
    for _ in range(_ROUNDS):
        # Too many keys are too many before all rows are looked at.
        _check_names(_named(known.structures), where)
        if not other or differs == _ANY:
            break
        known.add(engine, f"SELECT json FROM {whole} WHERE {differs} LIMIT {_SAMPLE}")
        differs = _differs(known, engine, whole)
        _, other = _parts(engine, files, whole, differs)
    if other:
        known.add(engine, f"SELECT json FROM {whole}")
    return _settled(known, where), parts


def guess(
    engine: duckdb.DuckDBPyConnection, file: Path, *, array: bool, where: str
) -> tuple[dict[str, str], str] | None:
    """What `look` gives if all rows are like the first, and SQL for whether a row is not.

    None where that takes a look at all structures, or there is no row. Raises what look raises.
    """
    known, differs = _first_rows(engine, [file], scan([file], array=array))
    return (_settled(known, where), differs) if known.structures and differs != _ANY else None


def are_alike(
    engine: duckdb.DuckDBPyConnection, file: Path, differs: str, *, array: bool
) -> int | None:
    """How many rows a file has; None where one is damaged or has other keys than `guess` knew."""
    parts = _counted(engine, scan([file], array=array), differs)
    if any(count != sound or other for _, count, sound, other in parts):
        return None
    return sum(count for _, count, *_ in parts)


def _first_rows(
    engine: duckdb.DuckDBPyConnection, files: Sequence[Path], whole: str
) -> tuple[_Known, str]:
    """The keys of the first rows, and SQL for whether a row has others."""
    small = sum(file.stat().st_size for file in files) < _SHALLOW
    known = _Known([], [])
    known.add(engine, f"SELECT json FROM {whole}" + ("" if small else f" LIMIT {_SAMPLE}"))
    return known, "false" if small else _differs(known, engine, whole)


def _settled(known: _Known, where: str) -> dict[str, str]:
    """The leaves, if the objects are such that they can be read."""
    _check_objects(known.structures, where)
    for keys in known.lists:
        _check_once(keys, where)
    leaves = _named(known.structures)
    _check_names(leaves, where)
    return leaves


def _named(structures: list[object]) -> dict[str, str]:
    """Dotted name -> JSON pointer of every leaf."""
    return {name: pointer for one in structures for name, pointer in _leaves(one, "", "")}


@dataclass(slots=True)
class _Known:
    """The different lists of keys, and the different structures, in order of appearance."""

    lists: list[list[str]]
    structures: list[object]

    def add(self, engine: duckdb.DuckDBPyConnection, objects: str) -> None:
        """Look at the rows of a query for `json`."""
        rows = engine.execute(
            "SELECT json_structure(json), json_keys(json) FROM "
            f"(SELECT json, row_number() OVER () AS n FROM ({objects})) "
            "WHERE json IS NOT NULL GROUP BY ALL ORDER BY min(n)"
        ).fetchall()
        for structure, keys in rows:
            parsed = json.loads(structure)
            if parsed not in self.structures[-_MOST_LISTS:]:
                self.structures.append(parsed)
            if keys not in self.lists[-_MOST_LISTS:]:
                self.lists.append(keys)


def _differs(known: _Known, engine: duckdb.DuckDBPyConnection, whole: str) -> str:
    """SQL for whether a row has keys that the rows looked at have not; all, where that is long."""
    objects = sorted({pointer for one in known.structures for pointer in _objects(one, "")})
    lists = known.lists
    if len(lists) > _MOST_LISTS or len(objects) > _MOST_OBJECTS:
        return _ANY
    tests = [_not_in("json_keys(json)", lists)]
    if [] in lists:
        tests.append("json_type(json) <> 'OBJECT'")
    first = f"(SELECT json FROM {whole} LIMIT {_SAMPLE})"
    for pointer in objects:
        place = literal(pointer)
        found: dict[tuple[str, ...], None] = {}
        for one in known.structures:
            found[tuple(_keys_at(one, pointer))] = None
        rows = engine.execute(f"SELECT DISTINCT json_keys(json, {place}) FROM {first}").fetchall()
        found |= {tuple(row[0] or ()): None for row in rows}
        tests.append(_not_in(f"json_keys(json, {place})", [list(keys) for keys in found]))
        tests.append(f"coalesce(json_type(json, {place}), 'NULL') NOT IN ('OBJECT', 'NULL')")
    return " OR ".join(f"coalesce({test}, false)" for test in tests)


def _keys_at(structure: object, pointer: str) -> list[str]:
    """The keys of a nested object in a structure; none where it is not there."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        structure = structure.get(key) if isinstance(structure, dict) else None
    return list(structure) if isinstance(structure, dict) else []


def _not_in(keys: str, lists: list[list[str]]) -> str:
    shown = ", ".join(f"[{', '.join(map(literal, one))}]::VARCHAR[]" for one in lists)
    return f"{keys} NOT IN ({shown})" if lists else "true"


def _parts(
    engine: duckdb.DuckDBPyConnection, files: Sequence[Path], whole: str, differs: str
) -> tuple[list[Part], bool]:
    """The files in their order, and whether any row has other keys.

    To number rows the engine works in one thread: only where a row is damaged it is asked which.
    """
    rows = _counted(engine, whole, differs)
    if any(count != sound for _, count, sound, _ in rows):
        return _damaged_parts(engine, whole, differs)
    order = {str(file): number for number, file in enumerate(files)}
    parts: list[Part] = []
    first = 1
    for name, count, *_ in sorted(rows, key=lambda row: order[row[0]]):
        parts.append(Part(name, first, count, count))
        first += count
    return parts, any(other for *_, other in rows)


def _counted(
    engine: duckdb.DuckDBPyConnection, whole: str, differs: str
) -> list[tuple[str, int, int, bool]]:
    """File, rows, sound rows, and whether any has other keys."""
    return engine.execute(
        "SELECT __file, count(*), count(json), "
        f"bool_or({differs}) FILTER (json IS NOT NULL) FROM {whole} GROUP BY __file"
    ).fetchall()


def _damaged_parts(
    engine: duckdb.DuckDBPyConnection, whole: str, differs: str
) -> tuple[list[Part], bool]:
    """The same where rows are no JSON: which of each file is the first."""
    rows = engine.execute(
        "SELECT __file, min(n), count(*), min(n) FILTER (json IS NULL), "
        f"bool_or({differs}) FILTER (json IS NOT NULL) "
        f"FROM (SELECT json, __file, row_number() OVER () AS n FROM {whole}) "
        "GROUP BY __file ORDER BY 2"
    ).fetchall()
    parts = [
        Part(name, first, count, count if bad is None else bad - first)
        for name, first, count, bad, _ in rows
    ]
    return parts, any(other for *_, other in rows)


def _objects(structure: object, pointer: str) -> Iterator[str]:
    """The pointers of nested objects."""
    if isinstance(structure, dict):
        if pointer:
            yield pointer
        for key, inner in structure.items():
            yield from _objects(inner, f"{pointer}/{_step(key)}")


def _leaves(
    structure: object, pointer: str, name: str, depth: int = 0
) -> Iterator[tuple[str, str]]:
    """(dotted name, JSON pointer) of every value that is not an object."""
    if not isinstance(structure, dict) or depth > _DEEPEST:
        if pointer:
            yield name, pointer
        return
    for key, inner in structure.items():
        called = f"{name}.{key}" if name else key or UNNAMED
        yield from _leaves(inner, f"{pointer}/{_step(key)}", called, depth + 1)


def _step(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _check_objects(structures: list[object], where: str) -> None:
    if structures and not any(isinstance(one, dict) and one for one in structures):
        found = "no keys" if structures == [{}] else "no objects"
    elif all(isinstance(one, dict) or one == "JSON" for one in structures):
        return
    else:
        found = "some that are no objects"
    raise InputError(
        f"each line must be an object with keys; there are {found}",
        where,
        'for example {"method": "ours", "dataset": "digits", "seed": 0, "accuracy": 0.93}',
    )


def _check_once(keys: Sequence[str], where: str) -> None:
    if len(set(keys)) < len(keys):
        twice = next(key for n, key in enumerate(keys) if key in keys[:n])
        raise InputError(
            f"the key {twice!r} is twice in one object", where, "of two values neither is sure"
        )


def _check_names(leaves: dict[str, str], where: str) -> None:
    if len(leaves) > MOST_COLUMNS:
        raise InputError(
            f"its objects have {len(leaves)} different keys, more than {MOST_COLUMNS}",
            where,
            "write names and numbers under fixed keys, one row per number",
        )
    folded: dict[str, str] = {}
    for name in leaves:
        check_name(name, folded, where)
