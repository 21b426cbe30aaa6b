"""Cells of two numbers, "83.6 ± 0.4" or "83.6 (0.4)", where it is declared what the second is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.columns import EACH_COLUMN
from paperforge.engine import identifier, literal
from paperforge.errors import InputError
from paperforge.names import resolve
from paperforge.results.cells import Odd

if TYPE_CHECKING:
    import duckdb

    from paperforge.model import Raw
    from paperforge.spec import Source

_NUMBER = r"[+\-−]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+\-]?[0-9]+)?"
_BETWEEN = r"(?:±|\+/?-|\\pm|[(\[]±?)"
_TWO = rf"^\$?\s*({_NUMBER})\s*%?\s*{_BETWEEN}\s*({_NUMBER})\s*%?\s*[)\]]?\s*%?\s*\$?$"
_SPREADS = ("sd", "se", "ci")


def with_spread(
    engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source, *, quick: bool
) -> tuple[Raw, Source]:
    """The relation with the second numbers in columns of their own: accuracy_sd beside accuracy.

    Where `--map accuracy=sd` names a column whose cells hold two numbers, or `--map '*=sd'` all of
    them. A cell with one number keeps it, and has no spread. Raises InputError where the new column
    is there already, or no cell holds two numbers; Odd where quick.
    """
    role = next((role for role in _SPREADS if role in source.columns), "")
    if not role or raw.known:
        return raw, source
    found = [c for c in _asked(raw, source, role) if _has_two(engine, raw, c)]
    if not found and source.columns[role] == EACH_COLUMN:
        hint = f"name the column of the spread: --map COLUMN={role}"
        raise InputError("no cell holds a mean and its spread", source.shown, hint)
    if not found:
        return raw, source
    if quick:
        raise Odd("two numbers in a cell")
    names = {column: f"{column}_{role}" for column in found}
    for column, name in names.items():
        if name in raw.columns:
            text = f"{column!r} holds a mean and its spread, and {name!r} is there as well"
            raise InputError(text, source.shown, f"leave out --map {column}={role}, or {name}")
    view = f"{raw.table} spread"
    firsts = ", ".join(_first(column) for column in found)
    seconds = ", ".join(_second(column, name) for column, name in names.items())
    engine.execute(
        f"CREATE VIEW {identifier(view)} AS SELECT * REPLACE ({firsts}), {seconds} "
        f"FROM {identifier(raw.table)}"
    )
    kept = {other: column for other, column in source.columns.items() if other != role}
    columns = (*raw.columns, *names.values())
    made = tuple(names.values())
    return replace(raw, table=view, columns=columns, spreads=made), replace(source, columns=kept)


def _asked(raw: Raw, source: Source, role: str) -> tuple[str, ...]:
    name = source.columns[role]
    if name == EACH_COLUMN:
        return raw.columns
    try:
        return (resolve(name, raw.columns, source.shown),)
    except InputError:
        return ()  # who maps the columns says so


def _text(column: str) -> str:
    return f"trim({identifier(column)}::VARCHAR)"


def _two(column: str) -> str:
    return f"regexp_matches({_text(column)}, {literal(_TWO)})"


def _part(column: str, part: int) -> str:
    return f"regexp_extract({_text(column)}, {literal(_TWO)}, {part})"


def _has_two(engine: duckdb.DuckDBPyConnection, raw: Raw, column: str) -> bool:
    sql = f"SELECT 1 FROM {identifier(raw.table)} WHERE {_two(column)} LIMIT 1"
    return engine.execute(sql).fetchone() is not None


def _first(column: str) -> str:
    """SQL of the first number, with its % where there is one; other cells as they are."""
    percent = f"CASE WHEN contains({_text(column)}, '%') THEN '%' ELSE '' END"
    first = f"replace({_part(column, 1)}, '−', '-') || {percent}"
    return f"CASE WHEN {_two(column)} THEN {first} ELSE {_text(column)} END AS {identifier(column)}"


def _second(column: str, name: str) -> str:
    return f"CASE WHEN {_two(column)} THEN {_part(column, 2)} END AS {identifier(name)}"
