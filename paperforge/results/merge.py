"""Roles that different columns hold in different rows: without a config the folder tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.columns import OR
from paperforge.engine import identifier
from paperforge.numbers import trimmed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from paperforge.columns import Mapped
    from paperforge.model import Raw


def merged(
    engine: duckdb.DuckDBPyConnection, raw: Raw, mapped: Mapped, types: Mapping[str, str]
) -> tuple[Raw, Mapped, dict[str, str]]:
    """The relation with one more column for each such role, which takes the first that is filled.

    Called "config.method or path.method", a name that --map takes too. Nothing to do: all as given.
    """
    if not mapped.others:
        return raw, mapped, dict(types)
    roles, chosen = dict(mapped.roles), []
    for role, others in mapped.others.items():
        columns = (mapped.roles[role], *others)
        texts = (f"nullif({trimmed(identifier(c) + '::VARCHAR')}, '')" for c in columns)
        roles[role] = OR.join(columns)
        chosen.append(f"coalesce({', '.join(texts)}) AS {identifier(roles[role])}")
    view = f"{raw.table} merged"
    engine.execute(
        f"CREATE VIEW {identifier(view)} AS SELECT *, {', '.join(chosen)} "
        f"FROM {identifier(raw.table)}"
    )
    names = tuple(roles[role] for role in mapped.others)
    known = {role: roles[role] if role in mapped.others else c for role, c in raw.known.items()}
    return (
        replace(raw, table=view, columns=(*raw.columns, *names), known=known),
        replace(mapped, roles=roles, others={}),
        {**types, **dict.fromkeys(names, "VARCHAR")},
    )
