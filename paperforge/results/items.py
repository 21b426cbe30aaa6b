"""Whether equal ids of examples (or clusters) in several datasets are of one item.

Ids that count the examples of a dataset (0, 1, 2, ...) say nothing of another dataset: the third
question of one is not the third of another. Ids that are names (a text, a hash, a number from a
much larger collection) are of the same item wherever they occur: its differences are summed over
the datasets before they are compared. Either can be declared (design.ids).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

_DENSE = 10
"""Of a counter the ids are at least one in so many of the numbers up to the largest: a part of the
examples may be left out."""


def declare(engine: duckdb.DuckDBPyConnection, items: str) -> None:
    """Keep what the author says ("same", "apart", or nothing) for the numbering."""
    engine.execute("CREATE TABLE items AS SELECT $1::VARCHAR AS said", [items])


def number(engine: duckdb.DuckDBPyConnection) -> None:
    """Make `example_keys` for the values in `final_examples`.

    An integer for each example, and for the cluster that it belongs to, over all datasets. Examples
    in clusters are the same item where their clusters are.
    """
    number = "TRY_CAST(item AS BIGINT)"
    engine.execute(
        "CREATE TABLE example_keys AS "
        "WITH found AS (SELECT dataset, example, min(cluster) AS cluster, "
        "coalesce(min(cluster), example) AS item FROM final_examples GROUP BY dataset, example), "
        f"counters AS (SELECT dataset, count({number}) = count(*) AND min({number}) >= 0 "
        f"AND max({number}) <= {_DENSE} * count(DISTINCT item) AS counts "
        "FROM found GROUP BY dataset), "
        "placed AS (SELECT f.*, CASE WHEN said = 'apart' OR (said = '' AND counts) "
        "THEN dataset ELSE '' END AS place FROM found f JOIN counters USING (dataset), items), "
        "numbered AS (SELECT *, dense_rank() OVER "
        "(ORDER BY place, TRY_CAST(example AS BIGINT), example) - 1 AS key FROM placed) "
        "SELECT dataset, example, item, key, CASE WHEN cluster IS NULL THEN key "
        "ELSE min(key) OVER (PARTITION BY place, cluster) END AS cluster FROM numbered"
    )


def apart(query: Callable[[str, Sequence[object]], duckdb.DuckDBPyConnection]) -> bool:
    """Whether an id of examples (or clusters) in several datasets is another thing in each."""
    found = query(
        "SELECT 1 FROM example_keys GROUP BY item HAVING count(DISTINCT dataset) > 1 "
        "AND count(DISTINCT cluster) >= count(DISTINCT dataset) LIMIT 1",
        [],
    )
    return found.fetchone() is not None
