"""Rows that are one example each, though no column's name says so for sure: what they hold decides.

A column called `index` or `sentence_id` numbers examples where every method has the same values of
it, each once a dataset; a number of the row or of the run could do that too only without a seed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge import columns
from paperforge.engine import identifier
from paperforge.model import Diagnostic, Severity
from paperforge.names import listed, plain
from paperforge.results.peek import Peek, narrowed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import duckdb

    from paperforge.columns import Mapped
    from paperforge.model import Raw
    from paperforge.numbers import Look
    from paperforge.spec import Source

_REPLICATES = frozenset(("example", "seed", "run", "fold", "step"))


def guess(
    engine: duckdb.DuckDBPyConnection,
    raw: Raw,
    looks: Mapping[str, Look],
    source: Source,
    declared: Collection[str],
) -> Mapped:
    """`columns.guess`, with the column of the examples where the rows tell it. Raises as that."""
    where = narrowed(engine, raw, source)
    rows = Peek(engine, raw.table, where)
    mapped = columns.guess(raw, looks, source, declared, rows)
    if _REPLICATES & set(mapped.roles) or not looks or "metric" in mapped.roles:
        return mapped
    taken = {*mapped.roles.values(), *(value.column for value in mapped.values)}
    for column in raw.columns:
        if column in taken or plain(column) not in listed("row_example"):
            continue
        if not _numbers_examples(engine, raw.table, where, column, mapped):
            continue
        given = replace(source, columns={**source.columns, "example": column})
        found = columns.guess(raw, looks, given, declared, rows)
        text = f"{column!r} is taken for the example: every method has the same ones, each once"
        note = Diagnostic(Severity.NOTE, source.shown, text, f"--map {column}=seed if it is not")
        return replace(found, guessed=found.guessed | {"example"}, notes=(*found.notes, note))
    return mapped


def _numbers_examples(
    engine: duckdb.DuckDBPyConnection, table: str, where: str, column: str, mapped: Mapped
) -> bool:
    """Whether a column's values are unique in each cell and the same for all methods."""
    method = identifier(mapped.roles["method"])
    cell = ", ".join(
        [*(identifier(mapped.roles[r]) for r in ("dataset", "split") if r in mapped.roles), "true"]
    )
    row = engine.execute(
        "WITH cells AS (SELECT m, c, count(*) AS n, count(DISTINCT x) AS ids, "
        "sum(hash(x)::HUGEINT) AS all_of_them FROM "
        f"(SELECT {method} AS m, ({cell}) AS c, {identifier(column)} AS x "
        f"FROM {identifier(table)} WHERE {where}) GROUP BY m, c), "
        "sets AS (SELECT c, bool_and(n = ids) AND min(n) > 1 AND count(*) > 1 "
        "AND min(all_of_them) = max(all_of_them) AS same FROM cells GROUP BY c) "
        "SELECT bool_and(same) FROM sets"
    ).fetchone()
    return bool(row and row[0])
