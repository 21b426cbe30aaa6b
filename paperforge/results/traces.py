"""Runs along their steps, in columns of numbers: there may be millions of steps."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, cast

from paperforge.model import Trace
from paperforge.results.tidy import USABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb
    import numpy as np

_NAMES = (
    "method::VARCHAR AS m, coalesce(dataset::VARCHAR, '') AS d, "
    "coalesce(run::VARCHAR, seed::VARCHAR || coalesce('/' || fold::VARCHAR, ''), '') AS r"
)
_CHOSEN = (
    "FROM tidy_rows WHERE used AND step IS NOT NULL AND summary IS NOT true "
    f"AND isfinite(value) AND {USABLE} AND metric::VARCHAR = $1 "
    "AND coalesce(split::VARCHAR, '') = $2"
)


def traces(
    query: Callable[[str, Sequence[object]], duckdb.DuckDBPyConnection], metric: str, split: str
) -> Iterator[Trace]:
    """Yield every run of a metric with its steps that have a finite value; sorted by names.

    query: runs a statement with its values, each time on a cursor of its own.
    """
    runs = query(
        f"SELECT {_NAMES}, count(*) {_CHOSEN} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", [metric, split]
    ).fetchall()
    found = query(
        f"SELECT step, value FROM (SELECT {_NAMES}, step, value {_CHOSEN}) "
        "ORDER BY m, d, r, step, value",
        [metric, split],
    ).fetchnumpy()
    rows = cast("dict[str, np.ndarray]", found)
    start = 0
    for method, dataset, run, count in runs:
        steps, values = (
            array("d", rows[column][start : start + count].tobytes())
            for column in ("step", "value")
        )
        start += count
        yield Trace(method, dataset, run, steps, values)
