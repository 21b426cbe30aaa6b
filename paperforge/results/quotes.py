"""What stands beside numbers that are no runs: spread, n, digits, citation.

Numbers quoted from papers have it in columns of their own (stores/quoted.py). A table of means has
it in columns called like them: accuracy_mean beside accuracy_std and n, or accuracy beside n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.names import is_share
from paperforge.results.percents import scaled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from paperforge.numbers import Style
    from paperforge.results.sources import Input

PRINTED = ("spread", "kind", "n", "digits", "cite", "spread_digits")
_MARK = "quoted.value"


def build(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> None:
    """Make `quotes`: what stands beside each final number that is no run, as texts."""
    columns = ", ".join(f"{name} VARCHAR" for name in PRINTED)
    engine.execute(
        f"CREATE TABLE quotes (metric VARCHAR, method VARCHAR, dataset VARCHAR, {columns})"
    )
    for number, one in enumerate(inputs):
        if _MARK in one.raw.columns:
            named = {name: f"quoted.{name}" for name in PRINTED}
            there = {
                name: scaled(name, f"r.{identifier(c)}::VARCHAR")
                for name, c in named.items()
                if c in one.raw.columns
            }
            engine.execute("CREATE TABLE IF NOT EXISTS percents (metric VARCHAR)")
            _insert(engine, one, f"f.quoted AND f.file = {number}::SMALLINT", there)
        else:
            _means(engine, one, number)


def _means(engine: duckdb.DuckDBPyConnection, one: Input, number: int) -> None:
    """Spread and n beside the means of a table; n alone is a number of examples."""
    for beside in one.mapped.beside:
        value = next((v for v in one.mapped.values if v.column == beside.column), None)
        style = one.styles[beside.column]
        said = {"n": _whole(beside.n)}
        if beside.spread:
            said["spread"] = _number(beside.spread, style)
        where = f"f.file = {number}::SMALLINT"
        if beside.unnamed:
            where += " AND NOT f.keyed"
        if value is not None:
            where += f" AND f.metric = {literal(value.metric)}"
        elif not beside.spread:
            where += f" AND f.metric IN ({', '.join(map(literal, _shares(engine, number)))})"
        if value is not None and value.dataset:
            where += f" AND f.dataset = {literal(value.dataset)}"
        said["digits"] = _decimals(beside.column, style)
        said["kind"] = literal(beside.kind or "examples")
        _insert(engine, one, where, said)


def _shares(engine: duckdb.DuckDBPyConnection, number: int) -> list[str]:
    """The metrics of one input that are shares of examples; an impossible name where none is."""
    sql = "SELECT DISTINCT metric::VARCHAR FROM final WHERE file = $1::SMALLINT ORDER BY 1"
    found = [name for (name,) in engine.execute(sql, [number]).fetchall()]
    return [name for name in found if is_share(name)] or [""]


def _whole(column: str) -> str:
    """SQL of a whole number above 0, else NULL: 5 and 5.0."""
    found = f"TRY_CAST(r.{identifier(column)}::VARCHAR AS DOUBLE)"
    return f"CASE WHEN {found} >= 1 AND {found} = floor({found}) THEN {found}::BIGINT::VARCHAR END"


def _number(column: str, style: Style) -> str:
    """SQL of a spread that is written as the means beside it are, with or without its %."""
    text = f"rtrim(r.{identifier(column)}::VARCHAR, ' %')"
    return f"replace({text}, ',', '.')" if style.comma else text


def _decimals(column: str, style: Style) -> str:
    """SQL of the decimals that a column of numbers is read to: those of its most precise value.

    A file of numbers drops the noughts at an end: .80 stands there as 0.8. A window over the rows
    of a metric, for a column may hold several.
    """
    text = _number(column, style)
    mantissa = f"regexp_extract({text}, '^[^eE]*')"
    power = f"coalesce(TRY_CAST(regexp_extract({text}, '[eE](.*)$', 1) AS BIGINT), 0)"
    own = f"greatest(0, length(split_part({mantissa}, '.', 2)) - {power})"
    return f"(max({own}) OVER (PARTITION BY f.metric))::VARCHAR"


def _insert(
    engine: duckdb.DuckDBPyConnection, one: Input, where: str, said: Mapping[str, str]
) -> None:
    chosen = ", ".join(said.get(name, "NULL") for name in PRINTED)
    engine.execute(
        f"INSERT INTO quotes SELECT f.metric, f.method, f.dataset, {chosen} FROM final f "
        f"JOIN {identifier(one.raw.table)} r ON r.__row = f.row WHERE {where}"
    )
