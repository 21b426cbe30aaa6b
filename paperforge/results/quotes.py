"""What stands beside numbers that are no runs: spread, n, digits, citation.

Numbers quoted from papers have it in columns of their own (stores/quoted.py). A table of means has
it in columns called like them: accuracy_mean beside accuracy_std and n, or accuracy beside n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.names import count_among, is_fraction, spread_beside

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from paperforge.results.sources import Input

PRINTED = ("spread", "kind", "n", "digits", "cite")
_MARK = "quoted.value"
_OWN = frozenset(("run", "seed", "fold", "example", "step"))
"""Roles of numbers that are runs, or parts of runs."""


def build(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """Make `quotes`: what stands beside each final number that is no run, as texts."""
    columns = ", ".join(f"{name} VARCHAR" for name in PRINTED)
    engine.execute(
        f"CREATE TABLE quotes (metric VARCHAR, method VARCHAR, dataset VARCHAR, {columns})"
    )
    for number, one in enumerate(inputs):
        if _MARK in one.raw.columns:
            named = {name: f"quoted.{name}" for name in PRINTED}
            there = {name: c for name, c in named.items() if c in one.raw.columns}
            _insert(engine, one, f"f.quoted AND f.file = {number}::SMALLINT", there)
        elif not _OWN & one.mapped.roles.keys():
            _means(engine, one, number)


def _means(engine: duckdb.DuckDBPyConnection, one: Input, number: int) -> None:
    """Spread and n beside the means of a table; n alone is a number of examples."""
    count = count_among(one.raw.columns)
    if not count:
        return
    for value in one.mapped.values:
        spread, kind = spread_beside(value.column, one.raw.columns)
        there = {"n": count} | ({"spread": spread} if spread else {})
        if not spread and not is_fraction(value.metric):
            continue
        where = f"f.file = {number}::SMALLINT AND f.metric = {literal(value.metric)}"
        text = f"r.{identifier(value.column)}::VARCHAR"
        digits = f"length(split_part(rtrim({text}, ' %'), '.', 2))::VARCHAR"
        _insert(engine, one, where, there, kind=literal(kind or "examples"), digits=digits)


def _insert(
    engine: duckdb.DuckDBPyConnection,
    one: Input,
    where: str,
    columns: dict[str, str],
    **fixed: str,
) -> None:
    said = {name: f"r.{identifier(column)}::VARCHAR" for name, column in columns.items()}
    said |= fixed
    chosen = ", ".join(said.get(name, "NULL") for name in PRINTED)
    engine.execute(
        f"INSERT INTO quotes SELECT f.metric, f.method, f.dataset, {chosen} FROM final f "
        f"JOIN {identifier(one.raw.table)} r ON r.__row = f.row WHERE {where}"
    )
