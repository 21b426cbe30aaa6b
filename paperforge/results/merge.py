"""Roles that different columns hold in different rows: without a config the folder tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.columns import OR
from paperforge.engine import identifier, literal
from paperforge.numbers import trimmed
from paperforge.spec import AT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from paperforge.columns import Mapped
    from paperforge.model import Raw


def merged(
    engine: duckdb.DuckDBPyConnection, raw: Raw, mapped: Mapped, types: Mapping[str, str]
) -> tuple[Raw, Mapped, dict[str, str]]:
    """The relation with one more column for each such role, which takes the first that is filled.

    Called "config.method or path.method", a name that --map takes too. A role within another column
    has one of both: "dataset at tokens". Nothing to do: all as given.
    """
    if not mapped.others and not mapped.within:
        return raw, mapped, dict(types)
    roles, chosen = dict(mapped.roles), []
    for role, others in mapped.others.items():
        columns = (mapped.roles[role], *others)
        texts = (f"nullif({trimmed(identifier(c) + '::VARCHAR')}, '')" for c in columns)
        roles[role] = OR.join(columns)
        chosen.append(f"coalesce({', '.join(texts)}) AS {identifier(roles[role])}")
    for role, column in mapped.within.items():
        first, second = (f"{identifier(c)}::VARCHAR" for c in (column, roles[role]))
        roles[role] = AT.join((column, roles[role]))
        chosen.append(f"{first} || {literal(AT)} || {second} AS {identifier(roles[role])}")
    view = f"{raw.table} merged"
    engine.execute(
        f"CREATE VIEW {identifier(view)} AS SELECT *, {', '.join(chosen)} "
        f"FROM {identifier(raw.table)}"
    )
    made = (*mapped.others, *mapped.within)
    names = tuple(roles[role] for role in made)
    known = {role: roles[role] if role in made else c for role, c in raw.known.items()}
    return (
        replace(raw, table=view, columns=(*raw.columns, *names), known=known),
        replace(mapped, roles=roles, others={}, within={}),
        {**types, **dict.fromkeys(names, "VARCHAR")},
    )
