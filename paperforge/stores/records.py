"""Records of one or many files as one relation of text columns, handed over in Arrow batches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.errors import InputError
from paperforge.stores import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

MOST_COLUMNS = 2000
UNNAMED = "unnamed"
"""What an empty key is called."""
_BATCH = 20_000
_BATCH_CELLS = 400_000
_PLACES = ("__row", "__unit", "__at")


class Records:
    """Takes records one by one and fills the table `table`; columns come as they are met."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, table: str, where: str) -> None:
        self._engine = engine
        self._table = identifier(table)
        self._where = where
        self._columns: dict[str, list[str | None]] = {}
        self._folded: dict[str, str] = {}
        self._units: list[str] = []
        self._at: list[int | None] = []
        self.rows = 0
        engine.execute(f"CREATE TABLE {self._table} (__row BIGINT, __unit VARCHAR, __at BIGINT)")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in the order in which they were met."""
        return tuple(self._columns)

    def add(self, record: Mapping[str, object], unit: str, at: int | None) -> None:
        """One row; `unit` and `at` as model.Raw has them."""
        for key, value in record.items():
            name = key or UNNAMED
            column = self._columns.get(name)
            if column is None:
                column = self._column(name)
            column.append(text_of(value))
        self._units.append(unit)
        self._at.append(at)
        self.rows += 1
        waiting = len(self._units)
        for column in self._columns.values():
            if len(column) < waiting:
                column.append(None)
        if waiting >= _BATCH or waiting * len(self._columns) >= _BATCH_CELLS:
            self.flush()

    def flush(self) -> None:
        """Hand over what is waiting; once more at the end."""
        import pyarrow as pa

        waiting = len(self._units)
        if not waiting:
            return
        arrays = {
            "__row": arrow.wholes(range(self.rows - waiting + 1, self.rows + 1)),
            "__unit": arrow.texts(self._units),
            "__at": arrow.wholes(self._at),
            **{f"c{n}": arrow.texts(column) for n, column in enumerate(self._columns.values())},
        }
        targets = ", ".join([*_PLACES, *(identifier(name) for name in self._columns)])
        self._engine.register("__batch", pa.RecordBatch.from_pydict(arrays))
        try:
            self._engine.execute(f"INSERT INTO {self._table} ({targets}) SELECT * FROM __batch")
        finally:
            self._engine.unregister("__batch")
        self._units, self._at = [], []
        self._columns = {name: [] for name in self._columns}

    def _column(self, name: str) -> list[str | None]:
        check_name(name, self._folded, self._where)
        if len(self._columns) >= MOST_COLUMNS:
            raise InputError(
                f"its objects have more than {MOST_COLUMNS} different keys",
                self._where,
                "write names and numbers under fixed keys, one row per number",
            )
        self._engine.execute(f"ALTER TABLE {self._table} ADD COLUMN {identifier(name)} VARCHAR")
        column: list[str | None] = [None] * len(self._units)
        self._columns[name] = column
        return column


def check_name(name: str, folded: dict[str, str], where: str) -> None:
    """Remember a column's name; InputError where the engine could not tell it from another."""
    other = folded.setdefault(name.lower(), name)
    if other != name:
        said = f"the keys {other!r} and {name!r} differ only in case"
        raise InputError(said, where, "rename one")
    if name.startswith("__"):
        raise InputError(f"the key {name!r} starts with two underscores", where, "rename it")
    try:
        sound = b"\0" not in name.encode()
    except UnicodeEncodeError:
        sound = False
    if not sound:
        raise InputError(f"the key {name!r} is no text", where, "rename it")


def text_of(value: object) -> str | None:
    """A value of JSON as the text that numbers.py reads."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    return str(value)
