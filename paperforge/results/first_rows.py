"""Where the names of a method, dataset or metric stand first, for one pass that numbers no rows.

To number the rows holds up the reading of a text file. Its first rows often hold all names; where
they hold one method only, or a dataset comes late, the file may be sorted by them, which is looked
at beside the pass.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from paperforge import stores
from paperforge.engine import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from paperforge.results.sources import Input

_ORDERED = ("method", "dataset", "metric")
_LOOK = 20_000


class FirstRows:
    """The order of the names of one input, in tables `first_0`, `first_1`, ... (name, row)."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, one: Input, where: str) -> None:
        self._engine, self._one, self._where = engine, one, where
        roles = one.mapped.roles
        self._names = list(dict.fromkeys(roles[role] for role in _ORDERED if role in roles))
        self._ahead: Mapping[str, dict[str, int]] = {}
        self._thread: threading.Thread | None = None

    def look_ahead(self) -> None:
        """Look at the first rows; beside the pass that follows, at all of a sorted file."""
        kept = ", ".join([*map(identifier, self._names), "__row"])
        self._engine.execute(
            f"CREATE OR REPLACE TEMP TABLE head AS SELECT {kept} "
            f"FROM {identifier(self._one.raw.table)} WHERE {self._where} LIMIT {_LOOK}"
        )
        for n, name in enumerate(self._names):
            self._find(n, name, "head")
        self._engine.execute("DROP TABLE head")
        metric = self._one.mapped.roles.get("metric")
        sorted_by = [
            name for n, name in enumerate(self._names) if name != metric and self._is_sorted(n)
        ]
        if sorted_by and not self._one.source.where:
            self._thread = threading.Thread(target=self._search, args=(sorted_by,), daemon=True)
            self._thread.start()

    def number(self) -> None:
        """Give each row of `cells` a number such that names appear first in the file's order.

        The first row of a method is that of the cell in which its dataset and metric are no later.
        """
        if self._thread is not None:
            self._thread.join()
        table = f"(SELECT * FROM {identifier(self._one.raw.table)} WHERE {self._where})"
        for n, name in enumerate(self._names):
            if not self._is_complete(n, name) and not self._know(n, name):
                self._find(n, name, table)
        joins = [
            f"LEFT JOIN first_{n} ON c.{identifier(name)} IS NOT DISTINCT FROM first_{n}.name"
            for n, name in enumerate(self._names)
        ]
        rows = [f"first_{n}.row" for n in range(len(self._names))]
        self._engine.execute(
            f"CREATE TEMP TABLE numbered AS SELECT c.* REPLACE (greatest({', '.join(rows)}) "
            f"AS __row) FROM cells c {' '.join(joins)}; DROP TABLE cells; "
            "ALTER TABLE numbered RENAME TO cells"
        )

    def _search(self, names: Sequence[str]) -> None:
        try:
            found = stores.first_rows(self._one.file.found, names) or ()
        except OSError:
            return  # the engine reads the same file, and says so
        self._ahead = dict(zip(names, found, strict=False))

    def _find(self, n: int, name: str, table: str) -> None:
        """Look where each name of a column stands first, in the first rows or all of them."""
        self._engine.execute(
            f"CREATE OR REPLACE TEMP TABLE first_{n} AS SELECT {identifier(name)} AS name, "
            f"min(__row) AS row FROM {table} GROUP BY 1"
        )

    def _is_sorted(self, n: int) -> bool:
        """Whether the first rows may be those of a sorted file: one name, or another one late."""
        found = self._engine.execute(
            f"SELECT count(*) = 1 OR max(row) - min(row) > {_LOOK // 4} FROM first_{n}"
        ).fetchone()
        return bool(found and found[0])

    def _know(self, n: int, name: str) -> bool:
        """Take what was found beside the pass; whether that is all."""
        rows = [(text, row) for text, row in self._ahead.get(name, {}).items()]
        if not rows:
            return False
        self._engine.execute(f"CREATE OR REPLACE TEMP TABLE first_{n} (name VARCHAR, row BIGINT)")
        told = ", ".join(f"({literal(text) if text else 'NULL'}, {row})" for text, row in rows)
        self._engine.execute(f"INSERT INTO first_{n} VALUES {told}")
        return self._is_complete(n, name)

    def _is_complete(self, n: int, name: str) -> bool:
        """Whether all names of the cells have their first row."""
        return (
            self._engine.execute(
                f"SELECT 1 FROM cells c WHERE NOT EXISTS (SELECT 1 FROM first_{n} f "
                f"WHERE f.name IS NOT DISTINCT FROM c.{identifier(name)}) LIMIT 1"
            ).fetchone()
            is None
        )
