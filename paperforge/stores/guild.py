"""Guild AI's runs: RUN/.guild/attrs beside TensorBoard's event files, in which the scalars are.

`attrs/flags` are the settings of a run (stores/folders.py reads them), `attrs/exit_status` says how
it ended; runs in trash/ are deleted. The values are those of the event files.
https://my.guild.ai/t/run-files/183
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.stores import folders, guild_attrs, tensorboard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Guild AI"
_MOST = 10_000
_FIRST = -(10**9)
"""Numbers of rows that no other row of the relation has."""


def recognises(path: Path) -> bool:
    """An event file of TensorBoard in the folder of one of Guild's runs."""
    return tensorboard.recognises(path) and guild_attrs.run_of(path.parent) is not None


def owns(path: Path) -> Path:
    """Guild's own folder in the run: events, attributes and copies of the sources."""
    return (guild_attrs.run_of(path.parent) or path.parent) / guild_attrs.FOLDER


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """The scalars of the runs with their states. Raises InputError where no event can be read."""
    raw = tensorboard.read(found, engine, f"{table} events")
    relation, run = identifier(raw.table), identifier(raw.known["run"])
    state = identifier(raw.known["status"])
    told = {}
    for (name,) in engine.execute(f"SELECT DISTINCT {run} FROM {relation}").fetchall():
        place = found.root / name if found.root.is_dir() else found.root.parent
        folder = guild_attrs.run_of(place)
        if folder is not None:
            told[name] = (folders.run_id(found, folder), guild_attrs.status(folder))
    rows = [f"({', '.join(map(literal, (name, *said)))})" for name, said in sorted(told.items())]
    known = f"(VALUES {', '.join(rows) or '(NULL, NULL, NULL)'}) AS g(name, place, state)"
    left = "".join(f" UNION ALL BY NAME SELECT {row}" for row in _silent(found, raw))
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT e.* REPLACE "
        f"(coalesce(g.place, e.{run}) AS {run}, coalesce(g.state, e.{state}) AS {state}) "
        f"FROM {relation} e LEFT JOIN {known} ON g.name = e.{run}{left}"
    )
    return replace(raw, table=table)


def _silent(found: Found, raw: Raw) -> Iterator[str]:
    """Runs beside these that logged nothing: a row each, with a state and no value."""
    runs = {run for path in found.files if (run := guild_attrs.run_of(path.parent))}
    if not found.root.is_dir():
        return
    places = {run.parent for run in runs if run != found.root}
    beside = {one for place in places for one in place.iterdir() if guild_attrs.is_run(one)}
    columns = {column.lower(): column for column in raw.columns}
    for number, run in enumerate(sorted(beside - runs)[:_MOST], 1):
        said = folders.settings(found, run)
        row = {columns[key.lower()]: text for key, text in said.items() if key.lower() in columns}
        row |= {raw.known["run"]: folders.run_id(found, run), "__unit": found.place(run)}
        row |= {raw.known["status"]: guild_attrs.status(run)}
        told = ", ".join(f"{literal(text)} AS {identifier(name)}" for name, text in row.items())
        yield f"{told}, {_FIRST - number} AS __row"
