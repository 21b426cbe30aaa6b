"""Rows that are one example each, though no column's name says so for sure: what they hold decides.

A column called `index` or `sentence_id` numbers examples where every method has the same values of
it, each once a dataset; beside seeds each once a seed, and what may number rows does not count.
"""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
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

_MANY, _NEARLY = 20, 0.8
"""Rows a method, and the share of values that two methods have, from which on a column that may
number rows names examples."""
_TWICE = 1.05
"""Rows over different values, at most: a few may be written twice."""
_REPLICATES = frozenset(("example", "run", "fold", "step"))


def guess(
    engine: duckdb.DuckDBPyConnection,
    raw: Raw,
    looks: Mapping[str, Look],
    source: Source,
    declared: Collection[str],
    *,
    sizes: Collection[str] = (),
) -> Mapped:
    """`columns.guess`, with the column of the examples where the rows tell it. Raises as that."""
    where = narrowed(engine, raw, source)
    rows = Peek(engine, raw.table, where)
    mapped = columns.guess(raw, looks, source, declared, rows, sizes=sizes)
    if _REPLICATES & set(mapped.roles) or not looks or "metric" in mapped.roles:
        return mapped
    taken = {*mapped.roles.values(), *(value.column for value in mapped.values)}
    seeded = "seed" in mapped.roles
    names = {*listed("row_example")}
    if seeded:
        names = (names | {*listed("prompts")}) - {*listed("row_number")}
    for column in raw.columns:
        if column in taken or plain(column) not in names:
            continue
        if not _numbers_examples(engine, raw.table, where, column, mapped):
            continue
        given = replace(source, columns={**source.columns, "example": column})
        found = columns.guess(raw, looks, given, declared, rows, sizes=sizes)
        text = f"{column!r} is taken for the example: " + (
            "every seed of a method has them anew"
            if seeded
            else "every method has the same ones, or most of them, each once"
        )
        hint = f"--map {quote(f'{column}=' + ('method' if seeded else 'seed'))} if it is not"
        note = Diagnostic(Severity.NOTE, source.shown, text, hint)
        return replace(found, guessed=found.guessed | {"example"}, notes=(*found.notes, note))
    return mapped


def _mostly(column: str) -> str:
    """SQL: whether the methods of a dataset share so many values that these name examples."""
    if plain(column) in listed("row_number"):
        return f"min(n) >= {_MANY} AND any_value(shared) >= {_NEARLY} * any_value(every)"
    return "2 * any_value(shared) >= min(ids)"


def _numbers_examples(
    engine: duckdb.DuckDBPyConnection, table: str, where: str, column: str, mapped: Mapped
) -> bool:
    """Whether a column's values are unique in each cell and the same for all methods.

    Some may be missing, and a few may come twice: two methods share half as many as one has. What
    may number rows must be of many rows and nearly the same: runs are numbered from 0 too.

    Beside seeds: several in a seed of a cell, most rows another one, and some the same in others;
    what is missing of one seed, or twice, is for the matching and for duplicates.py to tell.
    """
    seeded = "seed" in mapped.roles
    whose = [identifier(mapped.roles[r]) for r in ("method", "seed") if r in mapped.roles]
    cell = ", ".join(
        [*(identifier(mapped.roles[r]) for r in ("dataset", "split") if r in mapped.roles), "true"]
    )
    same = (
        "max(ids) > 1 AND 2 * sum(ids) > sum(n) AND sum(ids) > any_value(every)"
        if seeded
        else "count(*) > 1 AND min(n) > 1 AND (bool_and(n = ids) AND min(all_of_them) = "
        f"max(all_of_them) OR bool_and(n <= {_TWICE} * ids) AND {_mostly(column)})"
    )
    row = engine.execute(
        f"WITH rows AS (SELECT ({', '.join([*whose, 'true'])}) AS m, ({cell}) AS c, "
        f"{identifier(column)} AS x FROM {identifier(table)} WHERE {where}), "
        "cells AS (SELECT m, c, count(*) AS n, count(DISTINCT x) AS ids, "
        "sum(hash(x)::HUGEINT) AS all_of_them FROM rows GROUP BY m, c), "
        "known AS (SELECT c, count(*) AS every, count(*) FILTER (k > 1) AS shared FROM "
        "(SELECT c, x, count(DISTINCT m) AS k FROM rows WHERE x IS NOT NULL GROUP BY c, x) "
        "GROUP BY c), "
        f"sets AS (SELECT c, {same} AS same FROM cells JOIN known USING (c) GROUP BY c) "
        "SELECT bool_and(same) FROM sets"
    ).fetchone()
    return bool(row and row[0])
