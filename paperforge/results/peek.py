"""A look at the rows of a store, for roles that its columns' names leave open (columns.Rows)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.names import resolve
from paperforge.numbers import trimmed
from paperforge.spec import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from paperforge.model import Raw
    from paperforge.spec import Source

_FEW = 3
_LONGEST = 40
_APART = 1.2
"""Sizes that are set differ by at least so much; times and costs that are measured by less."""


def narrowed(engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source) -> str:
    """SQL of the source's filters, before columns have roles: those whose column is clear by now.

    Filters that leave no row do not count here: who reads the rows says so.
    """
    tests = []
    declared = {**raw.known, **source.columns}
    for name, value in source.where.items():
        if name in ROLES and name not in declared and name not in raw.columns:
            continue
        with suppress(InputError):
            column = resolve(declared.get(name, name), raw.columns, source.shown)
            tests.append(f"{trimmed(identifier(column) + '::VARCHAR')} = {literal(value)}")
    where = " AND ".join(tests) or "true"
    sql = f"SELECT 1 FROM {identifier(raw.table)} WHERE {where} LIMIT 1"
    return where if not tests or engine.execute(sql).fetchone() else "true"


@dataclass(frozen=True, slots=True)
class Peek:
    """The rows of a relation that pass a filter."""

    engine: duckdb.DuckDBPyConnection
    table: str
    where: str = "true"
    """SQL."""

    def same(self, columns: Sequence[str]) -> bool:
        """Whether the columns have the same value in every row: as text, or as numbers (1, 1.0)."""
        first, *others = (self._text(column) for column in columns)
        tests = " AND ".join(
            f"({first} IS NOT DISTINCT FROM {other} OR "
            f"coalesce(TRY_CAST({first} AS DOUBLE) = TRY_CAST({other} AS DOUBLE), false))"
            for other in others
        )
        sql = f"SELECT 1 FROM {self._rows} AND NOT ({tests or 'true'}) LIMIT 1"
        return self.engine.execute(sql).fetchone() is None

    def apart(self, columns: Sequence[str]) -> bool:
        """Whether no row has different values in two of the columns: most are empty."""
        texts = ", ".join(self._text(column) for column in columns)
        sql = f"SELECT 1 FROM {self._rows} AND list_unique([{texts}]) > 1 LIMIT 1"
        return self.engine.execute(sql).fetchone() is None

    def has_empty(self, column: str) -> bool:
        """Whether a row has no value in the column."""
        sql = f"SELECT 1 FROM {self._rows} AND {self._text(column)} IS NULL LIMIT 1"
        return self.engine.execute(sql).fetchone() is not None

    def repeats(self, columns: Sequence[str]) -> bool:
        """Whether two rows have the same values in all of the columns."""
        keys = ", ".join(self._text(column) for column in columns)
        sql = f"SELECT 1 FROM {self._rows} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
        return self.engine.execute(sql).fetchone() is not None

    def nested(self, keys: Sequence[str], column: str) -> tuple[int, int, int] | None:
        """(values, least, most keys of one) where no key has two values of the column, nor none."""
        inner, outer = ", ".join(map(self._text, keys)), self._text(column)
        row = self.engine.execute(
            f"WITH pairs AS (SELECT DISTINCT ({inner}) AS i, {outer} AS o FROM {self._rows}), "
            "sizes AS (SELECT o, count(*) AS n FROM pairs GROUP BY o) "
            "SELECT count(*), min(n), max(n), bool_or(o IS NULL), sum(n), "
            "(SELECT count(DISTINCT i) FROM pairs) FROM sizes"
        ).fetchone()
        if not row or not row[0] or row[3] or row[4] != row[5]:
            return None
        return row[0], row[1], row[2]

    def steps(self, column: str) -> bool:
        """Whether a column of numbers goes up by set sizes: few, or each far above the last."""
        size = f"TRY_CAST({self._text(column)} AS DOUBLE)"
        row = self.engine.execute(
            f"WITH sizes AS (SELECT {size} AS x, count(*) AS n FROM {self._rows} GROUP BY 1), "
            "gaps AS (SELECT x, n, lag(x) OVER (ORDER BY x) AS last FROM sizes) "
            f"SELECT bool_and(x > 0), count(*) > 1, min(n) > 1, min(x / last) >= {_APART} FROM gaps"
        ).fetchone()
        return bool(row and row[0] and row[1] and (row[2] or row[3]))

    def values(self, column: str) -> tuple[str, ...]:
        """The first few different values of a column."""
        found = self.engine.execute(
            f"SELECT DISTINCT {self._text(column)} AS x FROM {self._rows} "
            f"AND x IS NOT NULL ORDER BY x LIMIT {_FEW + 1}"
        ).fetchall()
        few = [row[0] if len(row[0]) <= _LONGEST else row[0][:_LONGEST] + "…" for row in found]
        return (*few[:_FEW], *(["…"] if few[_FEW:] else []))

    @property
    def _rows(self) -> str:
        return f"{identifier(self.table)} WHERE ({self.where})"

    def _text(self, column: str) -> str:
        """SQL of a cell as a text; an empty one is none."""
        return f"nullif({trimmed(identifier(column) + '::VARCHAR')}, '')"
