"""A look at the rows of a store, for roles that its columns' names leave open (columns.Rows)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.numbers import trimmed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

_FEW = 3
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Peek:
    """The rows of a relation."""

    engine: duckdb.DuckDBPyConnection
    table: str

    def same(self, columns: Sequence[str]) -> bool:
        """Whether the columns have the same value in every row: as text, or as numbers (1, 1.0)."""
        first, *others = (self._text(column) for column in columns)
        tests = " AND ".join(
            f"({first} IS NOT DISTINCT FROM {other} OR "
            f"coalesce(TRY_CAST({first} AS DOUBLE) = TRY_CAST({other} AS DOUBLE), false))"
            for other in others
        )
        sql = f"SELECT 1 FROM {identifier(self.table)} WHERE NOT ({tests or 'true'}) LIMIT 1"
        return self.engine.execute(sql).fetchone() is None

    def has_empty(self, column: str) -> bool:
        """Whether a row has no value in the column."""
        sql = f"SELECT 1 FROM {identifier(self.table)} WHERE {self._text(column)} IS NULL LIMIT 1"
        return self.engine.execute(sql).fetchone() is not None

    def values(self, column: str) -> tuple[str, ...]:
        """The first few different values of a column."""
        found = self.engine.execute(
            f"SELECT DISTINCT {self._text(column)} AS x FROM {identifier(self.table)} "
            f"WHERE x IS NOT NULL ORDER BY x LIMIT {_FEW + 1}"
        ).fetchall()
        few = [row[0] if len(row[0]) <= _LONGEST else row[0][:_LONGEST] + "…" for row in found]
        return (*few[:_FEW], *(["…"] if few[_FEW:] else []))

    def _text(self, column: str) -> str:
        """SQL of a cell as a text; an empty one is none."""
        return f"nullif({trimmed(identifier(column) + '::VARCHAR')}, '')"
