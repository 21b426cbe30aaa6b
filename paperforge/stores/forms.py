"""The forms in which people write a table as one JSON document, made into records.

Known are a list of objects; one object (nested keys are joined with dots); columns ({"method":
[..], "accuracy": [..]}); what pandas writes (orient records, split, tight, table, index, columns);
an object around the list ({"seed": 1, "results": [..]}); and nests ({method: {dataset: {seed:
value}}}) whose levels can be told by their keys. Where there are two readings, nothing is guessed.
pandas' forms: https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_json.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from paperforge import names
from paperforge.errors import InputError
from paperforge.stores import nests
from paperforge.stores.nothing import NothingToRead

Record = dict[str, object]
"""Dotted name -> text, number, true, false or None."""

WRAPPERS = frozenset(
    ("results", "data", "records", "rows", "runs", "experiments", "scores", "history")
)
"""Keys around the table itself; what stands beside them holds for every row."""
_DEEPEST = 40
_ASK = (
    "write one object a row in a list: "
    '[{"method": "ours", "dataset": "digits", "seed": 0, "accuracy": 0.93}, ...]'
)
_SEEDS = 'where they run over seeds, say so by keys: {"0": 0.91, "1": 0.93} for [0.91, 0.93]'


@dataclass(slots=True)
class Table:
    """The records of a document, and how it was read where that is not plain to see."""

    records: list[Record]
    notes: list[str] = field(default_factory=list)
    single: bool = False
    """Whether the document is one record."""


def table_of(value: object, where: str) -> Table:
    """The records of a parsed document, in its order.

    Raises InputError where it holds no records, or where its form can be read in two ways, and
    NothingToRead where it is empty.
    """
    if value in ([], {}, None):
        raise NothingToRead("holds no rows", where, "was the run that writes it interrupted?")
    table = _Reader(where).read(value, 0)
    table.records = [record for record in table.records if record]
    if not table.records:
        if not table.notes:
            raise InputError("holds no rows", where, _ASK)
        what = "holds lists, and does not say what they run over"
        raise InputError(what, where, f"{_SEEDS}; or {_ASK}")
    return table


class _Reader:
    """Reads one document."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.lists: dict[str, None] = {}

    def read(self, value: object, depth: int) -> Table:
        """The records of a part of the document."""
        if isinstance(value, list):
            table = self._list(value)
        elif isinstance(value, dict) and value:
            table = self._object(value, depth)
        else:
            raise InputError("holds no objects with keys", self.where, _ASK)
        if self.lists and not depth:
            shown = names.shown(tuple(self.lists))
            table.notes.append(f"lists were left out: {shown}")
        return table

    def _list(self, items: list[object]) -> Table:
        if all(isinstance(item, dict) for item in items):
            return Table([self.flat(item) for item in items])
        header = items[0]
        if _is_header(header) and all(_is_row(row, len(header)) for row in items[1:]):
            return Table([dict(zip(header, row, strict=True)) for row in _rows(items[1:])])
        raise InputError("is a list of something other than objects with keys", self.where, _ASK)

    def _object(self, value: dict[str, object], depth: int) -> Table:
        for form in (self._split, self._wrapped, self._columns, self._crossed, self._indexed):
            table = form(value, depth)
            if table is not None:
                return table
        nest = nests.read(value)
        if nest is not None:
            return Table(*nest)
        if nests.is_unsure(value):
            raise InputError(
                "is an object in objects, and what their keys are cannot be told "
                f"({names.shown([repr(key) for key in value])})",
                self.where,
                _ASK,
            )
        return Table([self.flat(value)], single=True)

    def flat(self, value: object) -> Record:
        """One record: nested keys joined with dots; lists are left out."""
        if _is_flat(value):
            return value
        found: Record = {}
        for name, leaf in _leaves(value, "", 0, self.where):
            if isinstance(leaf, list):
                self.lists[name] = None
            else:
                found[name] = leaf
        return found

    def _split(self, value: dict[str, object], _: int) -> Table | None:
        """Pandas' orient split and tight: names, and rows as lists."""
        columns, rows = value.get("columns"), value.get("data")
        if not (_is_header(columns) and isinstance(rows, list) and rows):
            return None
        if not all(_is_row(row, len(columns)) for row in rows):
            raise InputError(
                f"has rows that are no lists of {len(columns)} values", self.where, _ASK
            )
        return Table([dict(zip(columns, row, strict=True)) for row in _rows(rows)])

    def _wrapped(self, value: dict[str, object], depth: int) -> Table | None:
        """A table with what holds for all of its rows around it."""
        tables = [key for key, inner in value.items() if _is_records(inner)]
        named = [key for key in tables if key.lower() in WRAPPERS]
        nested = [
            key
            for key, inner in value.items()
            if key.lower() in WRAPPERS and isinstance(inner, dict) and inner
        ]
        chosen = named if len(tables) > 1 else tables or nested
        if len(chosen) != 1:
            if len(tables) > 1:
                raise InputError(
                    f"holds several tables: {names.shown(tables)}",
                    self.where,
                    "write each to a file of its own",
                )
            return None
        key = chosen[0]
        rest = {other: inner for other, inner in value.items() if other != key}
        inner = value[key]
        own = [name for name, leaf in self.flat(rest).items() if _is_result(name, leaf)]
        if own and (key not in named or key == "history"):
            # The run's results stand outside; the list is its history, or its predictions.
            return None
        if _is_schema(rest.get("schema")):
            return Table(_without_labels(self._list(list(_rows(inner))).records, rest["schema"]))
        if depth > _DEEPEST:
            raise InputError("is nested too deep", self.where)
        table = self.read(inner, depth + 1)
        around = {name: leaf for name, leaf in self.flat(rest).items() if name not in own}
        if own and not table.single:
            table.notes.append(f"left out, as they stand beside the rows: {names.shown(own)}")
        elif own:
            around = self.flat(rest)
        return Table([{**around, **row} for row in table.records], table.notes, table.single)

    def _columns(self, value: dict[str, object], _: int) -> Table | None:
        """Columns as lists of one length; single values beside them hold for every row."""
        lists = {key: inner for key, inner in value.items() if _is_column(inner)}
        rest = {key: inner for key, inner in value.items() if key not in lists}
        if not lists or any(isinstance(inner, dict | list) for inner in rest.values()):
            return None
        if not any(is_role(key) for key in lists):
            # A record may have lists beside its results; without any result they are the results.
            if any(_is_result(key, inner) for key, inner in rest.items()):
                return None
            if all(
                _is_result(key, inner[0]) or not _is_number(inner[0])
                for key, inner in lists.items()
            ):
                raise InputError(
                    f"holds lists ({names.shown(tuple(lists))}) and does not say what they run "
                    "over: seeds, steps or examples",
                    self.where,
                    'add that as a list of the same length: "seed": [0, 1, 2], or "step": [...]',
                )
            return None
        lengths = {key: len(inner) for key, inner in lists.items()}
        if len(set(lengths.values())) > 1:
            shown = ", ".join(f"{key} {n}" for key, n in lengths.items())
            raise InputError(f"its columns are not of one length: {shown}", self.where, _ASK)
        rows = zip(*lists.values(), strict=True)
        return Table([{**rest, **dict(zip(lists, row, strict=True))} for row in rows])

    def _crossed(self, value: dict[str, object], _: int) -> Table | None:
        """Pandas' orient columns: {"method": {"0": "lora", ...}, "accuracy": {"0": .9, ...}}."""
        columns = {key: inner for key, inner in value.items() if _is_flat(inner)}
        if len(columns) != len(value) or not any(is_role(key) for key in value):
            return None
        labels = list(next(iter(columns.values())))
        if any(list(inner) != labels for inner in columns.values()):
            return None
        if any(is_role(label) or _is_result(label, 0) for label in labels):
            return None
        return Table([{key: inner[label] for key, inner in columns.items()} for label in labels])

    def _indexed(self, value: dict[str, object], _: int) -> Table | None:
        """Pandas' orient index, and runs by their name: {"0": {"method": "lora", ...}, ...}."""
        rows = [inner for inner in value.values() if isinstance(inner, dict)]
        if len(rows) != len(value) or not all(any(map(is_role, row)) for row in rows):
            return None
        if any(is_role(key) or names.plain(key) in nests.PARTS for key in value):
            return None
        records = [self.flat(row) for row in rows]
        if not all(key.isdecimal() for key in value) and "run" not in records[0]:
            records = [{"run": key, **row} for key, row in zip(value, records, strict=True)]
        return Table(records)


def is_role(key: str) -> bool:
    """Whether a key is called like a role: method, dataset, seed, step, value ..."""
    plain = names.plain(key)
    return any(plain in known for known in names.roles().values())


def is_plausible(table: Table) -> bool:
    """Whether records hold a result: a number under a well-known metric's name, or long rows."""
    rows = table.records[:100]
    keys = {names.plain(key) for row in rows for key in row}
    roles = names.roles()
    if keys & set(roles["value"]) and keys & {*roles["metric"], *roles["method"]}:
        return True
    return any(_is_result(key, inner) for row in rows for key, inner in row.items())


def _is_result(key: str, value: object) -> bool:
    return _is_number(value) and names.well_known(key) is not None and not names.is_setting(key)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_header(value: object) -> TypeGuard[list[str]]:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(name, str) for name in value)
        and len(set(value)) == len(value)
    )


def _is_row(value: object, width: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == width
        and not any(isinstance(one, dict | list) for one in value)
    )


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _is_column(value: object) -> TypeGuard[list[object]]:
    return (
        isinstance(value, list)
        and bool(value)
        and not any(isinstance(one, dict | list) for one in value)
    )


def _is_flat(value: object) -> TypeGuard[dict[str, object]]:
    return (
        isinstance(value, dict)
        and bool(value)
        and not any(isinstance(one, dict | list) for one in value.values())
    )


def _is_schema(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("fields"), list)


def _without_labels(records: list[Record], schema: Any) -> list[Record]:  # noqa: ANN401  parsed JSON
    """Pandas writes its row labels as a column; unnamed ones are no results."""
    keys = schema.get("primaryKey")
    labels = {"index", "level_0"} & set(keys if isinstance(keys, list) else ())
    return [{key: v for key, v in row.items() if key not in labels} for row in records]


def _rows(value: Any) -> Sequence[Any]:  # noqa: ANN401  parsed JSON, looked at before
    rows: Sequence[Any] = value
    return rows


def _leaves(value: object, name: str, depth: int, where: str) -> Iterator[tuple[str, object]]:
    if depth > _DEEPEST:
        raise InputError("is nested too deep", where)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else key, depth + 1, where)
    else:
        yield name, value
