"""Where the final values of a cell came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.results.tidy import SOURCE

if TYPE_CHECKING:
    import duckdb

_MOST = 50
"""Places of a cell."""


def of_cell(
    engine: duckdb.DuckDBPyConnection, metric: str, method: str, dataset: str
) -> tuple[str, ...]:
    """Those of one cell, at most 50, in the order of the files."""
    found = engine.execute(
        f"SELECT {SOURCE} FROM "
        "(SELECT DISTINCT file, row FROM final WHERE metric = $1 AND method = $2 "
        f"AND dataset = $3 ORDER BY file, row LIMIT {_MOST}) f "
        "JOIN sources s USING (file) "
        "LEFT JOIN (SELECT DISTINCT file, row, unit, record FROM tidy_rows "
        "WHERE metric::VARCHAR = $1 AND method::VARCHAR = $2) t USING (file, row) "
        "ORDER BY f.file, f.row",
        [metric, method, dataset],
    ).fetchall()
    return tuple(dict.fromkeys(row[0] for row in found))


def of_cells(
    engine: duckdb.DuckDBPyConnection, metric: str
) -> dict[tuple[str, str], tuple[str, ...]]:
    """(method, dataset) -> its places, of all cells in one pass."""
    found = engine.execute(
        f"SELECT f.method, f.dataset, {SOURCE} FROM (SELECT * FROM "
        "(SELECT DISTINCT method, dataset, file, row FROM final WHERE metric = $1) "
        "QUALIFY row_number() OVER (PARTITION BY method, dataset ORDER BY file, row) "
        f"<= {_MOST}) f JOIN sources s USING (file) "
        "LEFT JOIN (SELECT DISTINCT method::VARCHAR AS method, file, row, unit, record "
        "FROM tidy_rows WHERE metric::VARCHAR = $1) t USING (method, file, row) "
        "ORDER BY f.method, f.dataset, f.file, f.row",
        [metric],
    ).fetchall()
    places: dict[tuple[str, str], dict[str, None]] = {}
    for method, dataset, place in found:
        places.setdefault((method, dataset), {})[place] = None
    return {cell: tuple(rows) for cell, rows in places.items()}
