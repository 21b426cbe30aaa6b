"""Whether equal folds of several seeds are the same split, or every seed has split anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.names import listed, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from paperforge.results.sources import Input
    from paperforge.spec import DesignSpec

    Query = Callable[[str, Sequence[object]], duckdb.DuckDBPyConnection]


def resplit(inputs: Sequence[Input], design: DesignSpec) -> bool:
    """Whether each seed has folds of its own: declared, or its column is called "repeat"."""
    columns = [one.mapped.roles["seed"] for one in inputs if "seed" in one.mapped.roles]
    named = bool(columns) and all(plain(column) in listed("repeats") for column in columns)
    return design.resplit or named


def folds(query: Query) -> dict[str, int]:
    """Dataset -> different folds of a cell; of the seed that has most, where each splits anew."""
    seed = "''" if runs_of_folds(query)[1] > 1 else "coalesce(seed, '')"
    found = query(
        "SELECT dataset, max(n) FROM (SELECT dataset, count(DISTINCT fold) AS n FROM final "
        f"GROUP BY metric, method, dataset, {seed}) GROUP BY dataset",
        [],
    ).fetchall()
    return {dataset: int(n) for dataset, n in found}


def runs_of_folds(query: Query) -> tuple[int, int]:
    """The fewest and the most seeds (or runs) of one fold in a cell; (1, 1) where none has two."""
    found = query(
        "SELECT min(n), max(n) FROM (SELECT count(DISTINCT coalesce(seed, CASE WHEN example "
        "IS NULL THEN file || ' ' || row ELSE '' END)) AS n FROM final WHERE fold IS NOT NULL "
        "GROUP BY metric, method, dataset, key)",
        [],
    ).fetchone()
    least, most = found or (1, 1)
    return (least or 1, most or 1)
