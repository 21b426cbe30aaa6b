"""Many small files of one header, one a run, as one relation: which belong together.

A folder of 500 runs with a file each is one table in 500 parts. Rows say by `__unit` which file
they are from; what a file's place says of its run (folders.py) becomes columns of constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.stores import arrow, folders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

Header = frozenset[str]
"""The names of a file's columns."""


def groups(files: Sequence[Path], header: Callable[[Path], Header]) -> list[tuple[Path, ...]]:
    """Files of equal header together, in the order of the first of each.

    A file whose columns are some of those of another file of its name (metrics.json of a run that
    crashed) belongs to that one's group. Files without a header (an empty one) stay alone.
    """
    found: dict[Header, list[Path]] = {}
    alone: list[tuple[Path, ...]] = []
    for file in files:
        names = header(file)
        if names:
            found.setdefault(names, []).append(file)
        else:
            alone.append((file,))
    for names in sorted(found, key=len):
        called = {file.name for file in found[names]}
        wider = next(
            (
                other
                for other in found
                if names < other and called <= {file.name for file in found[other]}
            ),
            None,
        )
        if wider is not None:
            found[wider] = sorted([*found[wider], *found.pop(names)])
    return sorted([*(tuple(group) for group in found.values()), *alone])


def unit(found: Found, file: Path) -> str:
    """Where a file's rows are from behind the source's name; "" where it is the source."""
    return found.place(file) if found.files[1:] else ""


def where(found: Found, file: Path) -> str:
    """How messages name a file, before the source's own name takes the place of the first part."""
    return found.root.name + found.place(file) if found.files[1:] else file.name


def with_settings(
    found: Found, raw: Raw, engine: duckdb.DuckDBPyConnection, table: str
) -> tuple[str, ...]:
    """Make `table`: the relation of several files, with what their places say as more columns.

    Gives the names of these columns; what the files themselves say is left as it is.
    """
    import pyarrow as pa

    own = {column.lower() for column in raw.columns}
    said = {unit(found, file): folders.settings_of_table(found, file) for file in found.files}
    names: dict[str, str] = {}
    for settings in said.values():
        for name in settings:
            if name.lower() not in own:
                names.setdefault(name.lower(), name)
    if not names:
        engine.execute(f"CREATE VIEW {identifier(table)} AS FROM {identifier(raw.table)}")
        return ()
    lowered = [{name.lower(): text for name, text in one.items()} for one in said.values()]
    columns = {f"c{n}": arrow.texts([one.get(k) for one in lowered]) for n, k in enumerate(names)}
    batch = pa.RecordBatch.from_pydict({"__unit": arrow.texts(list(said)), **columns})
    places = identifier(f"{table} places")
    engine.register("__batch", batch)
    engine.execute(f"CREATE TABLE {places} AS SELECT * FROM __batch")
    engine.unregister("__batch")
    chosen = "".join(f", p.c{n} AS {identifier(name)}" for n, name in enumerate(names.values()))
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT r.*{chosen} FROM {identifier(raw.table)} r "
        f"LEFT JOIN {places} p USING (__unit)"
    )
    return tuple(names.values())
