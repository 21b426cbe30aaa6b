"""Which table of a database holds the results, where nobody has said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge import names
from paperforge.errors import InputError
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Listed:
    """A table or view, by the names of its columns."""

    name: str
    columns: tuple[str, ...]
    schema: str = "main"
    view: bool = False
    """Views are read where asked for, or where no table names methods and their results."""


def choose(tables: Sequence[Listed], wanted: str, where: str) -> tuple[Listed, str]:
    """The table to read, and a sentence on the others where there are some.

    `wanted` is what the user asked for, else "": then the only table, or the only one that has
    results. Raises InputError where that is none or several, with the tables that there are.
    """
    if not tables:
        raise NothingToRead("is a database without tables", where, "was the run interrupted?")
    if wanted:
        return _asked(tables, wanted, where), ""
    if len(tables) == 1:
        return tables[0], ""
    best = max(map(_rank, tables))
    found = [table for table in tables if _rank(table) == best and has_results(table)]
    shown = names.shown([table.name for table in found or tables])
    if not found:
        raise InputError(
            f"no table has results that can be told by the names of its columns; there are {shown}",
            where,
            f"say which one holds them: --table {tables[0].name}",
        )
    if len(found) > 1:
        raise InputError(
            f"several tables may hold the results: {shown}",
            where,
            f"say which one does: --table {found[0].name}",
        )
    others = names.shown([table.name for table in tables if table is not found[0]])
    return found[0], f"table {found[0].name} is read; there are also {others} (--table NAME)"


def has_results(table: Listed) -> bool:
    """Whether the columns are called like results: a well-known metric, or metric and value."""
    plain = {names.plain(column) for column in table.columns}
    roles = names.roles()
    if plain & set(roles["metric"]) and plain & set(roles["value"]):
        return True
    return any(names.well_known(c) and not names.is_setting(c) for c in table.columns)


def _rank(table: Listed) -> tuple[bool, bool, bool, int]:
    """What is read first: results with their methods, tables, those with dataset and seed."""
    plain = {names.plain(column) for column in table.columns}
    named = [bool(plain & set(names.roles()[r])) for r in ("method", "dataset", "seed")]
    results = has_results(table)
    return results, results and named[0], not table.view, sum(named)


def _asked(tables: Sequence[Listed], wanted: str, where: str) -> Listed:
    for test in (str, str.lower):
        found = [t for t in tables if test(wanted) in (test(t.name), test(f"{t.schema}.{t.name}"))]
        if len(found) == 1:
            return found[0]
    near = names.alike(wanted, [table.name for table in tables])
    raise InputError(
        f"there is no table {wanted!r}; there are {names.shown([t.name for t in tables])}",
        where,
        f"did you mean {' or '.join(near)}?" if near else "",
    )
