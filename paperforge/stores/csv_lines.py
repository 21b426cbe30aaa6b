"""CSV read row by row, as Python reads it: exact places, and errors that name the row."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.stores import arrow, packed
from paperforge.stores.csv_dialect import NO_ROWS, Dialect
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

_BATCH = 50_000


class Filler:
    """Puts rows of text into a table, in batches."""

    def __init__(
        self, engine: duckdb.DuckDBPyConnection, table: str, names: tuple[str, ...]
    ) -> None:
        self.rows = 0
        self._engine = engine
        self._table = identifier(table)
        self._width = len(names)
        columns = ", ".join(f"{identifier(name)} VARCHAR" for name in names)
        places = "__row BIGINT, __unit VARCHAR, __at BIGINT"
        engine.execute(f"CREATE OR REPLACE TABLE {self._table} ({columns}, {places})")

    def fill(self, lines: Lines, unit: str) -> list[Diagnostic]:
        """Read one file to its end; what is damaged there."""
        while batch := list(islice(lines, _BATCH)):
            self._add(batch, unit)
        return lines.damage

    def _add(self, batch: list[tuple[int, list[str]]], unit: str) -> None:
        import numpy as np
        import pyarrow as pa

        arrays = {
            f"c{n}": arrow.texts([fields[n] for _, fields in batch]) for n in range(self._width)
        }
        arrays["row"] = arrow.numbers(np.arange(len(batch)) + (self.rows + 1))
        arrays["unit"] = arrow.texts([unit] * len(batch))
        arrays["at"] = arrow.numbers(np.array([line for line, _ in batch], dtype=np.int64))
        self._engine.register("__batch", pa.RecordBatch.from_pydict(arrays))
        self._engine.execute(f"INSERT INTO {self._table} SELECT * FROM __batch")
        self._engine.unregister("__batch")
        self.rows += len(batch)


class Lines:
    """(line, fields) of every row after the header, one after the other.

    Raises InputError where a row is ragged; a last line that was cut off while it was written is
    left out, which `damage` says.
    """

    def __init__(self, path: Path, where: str, encoding: str, dialect: Dialect) -> None:
        self.damage: list[Diagnostic] = []
        self._path = path
        self._where = where
        self._encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        self._dialect = dialect
        self._rows = self._read()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self._rows

    def _read(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(1 << 27)
        skip = self._dialect.skip
        with (
            packed.opened(self._path) as data,
            io.TextIOWrapper(data, encoding=self._encoding, newline="") as stream,
        ):
            for _ in range(skip):
                stream.readline()
            ended = _Ended(stream)
            reader = csv.reader(ended, delimiter=self._dialect.delimiter, strict=True)
            header, begin = True, 1 + skip
            try:
                for fields in reader:
                    line, begin = begin, reader.line_num + 1 + skip
                    if not fields:
                        continue
                    if header:
                        header = False
                        continue
                    if len(fields) < self._named and ended.torn:
                        self._cut(line)
                        return
                    yield line, self._fitted(fields, f"{self._where} line {line}")
            except csv.Error as error:
                if ended.torn and not header:
                    self._cut(begin)
                    return
                raise InputError(
                    f"a quoted field is not closed or goes on after its quote ({error})",
                    f"{self._where} line {begin}",
                    'write a quote inside a quoted field twice: "say ""yes"""',
                ) from None
            except UnicodeError as error:
                text = f"cannot be read as {self._encoding}: {error}"
                raise NothingToRead(text, self._where) from None

    @property
    def _named(self) -> int:
        return len(self._dialect.names) - self._dialect.surplus

    def _cut(self, line: int) -> None:
        text = "the last line is cut off: it is left out, and all before it is kept"
        place = f"{self._where} line {line}"
        self.damage.append(Diagnostic(Severity.WARNING, place, text, NO_ROWS))

    def _fitted(self, fields: list[str], where: str) -> list[str]:
        if len(fields) == self._named:
            return fields + [""] * self._dialect.surplus
        if len(fields) == len(self._dialect.names):
            return fields
        raise InputError(
            f"the row has {len(fields)} fields, the header {self._named}",
            where,
            "a missing or stray delimiter? A field that holds one must be quoted",
        )


class _Ended:
    """Lines of a text, and whether the last one that was given lacks its end."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self.torn = False

    def __iter__(self) -> Iterator[str]:
        for line in self._stream:
            self.torn = not line.endswith(("\n", "\r"))
            yield line
