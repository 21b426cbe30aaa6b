"""People's ratings: a row an item, a method and a rater. A rating is an example of its item.

Each rater's opinion of an item is a number of its own: methods are compared where the same rater
saw the same item, and what the raters share about an item is no new evidence (stats/clusters.py).
"""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.model import Diagnostic, Rating, Severity
from paperforge.names import listed, plain, roles
from paperforge.results.cells import Odd

if TYPE_CHECKING:
    import duckdb

    from paperforge.model import Raw
    from paperforge.spec import Source

_KEYS = ("method", "dataset", "metric", "split")
"""Roles of what an item may be rated for, whoever rates it."""
_TAKEN = frozenset(("example", "cluster", "seed", "run"))


def with_raters(
    engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source, *, quick: bool
) -> tuple[Raw, Source]:
    """The relation with a column that names each rating, and the source that says what it is.

    As given where there is no one column of raters beside one of items, where the author says what
    they are, or where items are not rated several times. Raises Odd where one pass was to be
    enough.
    """
    engine.execute(
        "CREATE TABLE IF NOT EXISTS raters (example VARCHAR, item VARCHAR, rater VARCHAR)"
    )
    pair = _columns(raw, source)
    if pair is None:
        return raw, source
    if quick:
        raise Odd("raters of items")
    item, rater = pair
    table, i, r = identifier(raw.table), identifier(item), identifier(rater)
    items, raters, rows = engine.execute(
        f"SELECT count(DISTINCT {i}), count(DISTINCT {r}), count(*) FROM {table}"
    ).fetchone() or (0, 0, 0)
    if raters < 1 or not max(items, raters) < rows:
        return raw, source
    if _once(engine, raw, source, item, rater):
        return _of_items(engine, raw, source, item, rater)
    name, view = f"{item}/{rater}", f"{raw.table} raters"
    made = f"{i}::VARCHAR || '/' || {r}::VARCHAR"
    engine.execute(
        f"CREATE VIEW {identifier(view)} AS SELECT *, {made} AS {identifier(name)} FROM {table}"
    )
    engine.execute(
        f"INSERT INTO raters SELECT DISTINCT {made}, {i}::VARCHAR, {r}::VARCHAR FROM {table} "
        f"WHERE {i} IS NOT NULL AND {r} IS NOT NULL"
    )
    text = (
        f"{raters} raters ({rater!r}) of {items} items ({item!r}): ratings of an item belong "
        "together"
    )
    note = Diagnostic(Severity.NOTE, source.path.name, text, _if_runs(item, rater))
    found = replace(raw, table=view, columns=(*raw.columns, name), notes=(*raw.notes, note))
    return found, replace(source, columns={**source.columns, "example": name, "cluster": item})


def _once(
    engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source, item: str, rater: str
) -> bool:
    """Whether every item was rated once for each method (dataset, metric, split)."""
    named = {name for role in _KEYS for name in roles()[role]}
    mapped = {source.columns.get(role) for role in _KEYS}
    keys = [c for c in raw.columns if c in mapped or plain(c) in named]
    columns = ", ".join(identifier(c) for c in (item, *keys) if c != rater)
    most = engine.execute(
        f"SELECT count(*) FROM {identifier(raw.table)} GROUP BY {columns} ORDER BY 1 DESC LIMIT 1"
    ).fetchone()
    return most is not None and most[0] == 1


def _of_items(
    engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source, item: str, rater: str
) -> tuple[Raw, Source]:
    """Items that were rated once: the item is the example, matched whoever rated it."""
    i, r = f"{identifier(item)}::VARCHAR", f"{identifier(rater)}::VARCHAR"
    engine.execute(
        f"INSERT INTO raters SELECT {i}, {i}, string_agg(DISTINCT {r}, ', ' ORDER BY {r}) "
        f"FROM {identifier(raw.table)} WHERE {i} IS NOT NULL AND {r} IS NOT NULL GROUP BY {i}"
    )
    text = (
        f"every item ({item!r}) was rated once for each method ({rater!r}): a rating is the item's "
        "score, and there are no clusters"
    )
    note = Diagnostic(Severity.NOTE, source.path.name, text, _if_runs(item, rater))
    found = replace(raw, notes=(*raw.notes, note))
    return found, replace(source, columns={**source.columns, "example": item})


def _if_runs(item: str, rater: str) -> str:
    """What to declare where the raters are runs: both columns, or the items could be lost."""
    asked = f"--map {quote(f'{rater}=seed')} --map {quote(f'{item}=example')}"
    return f"{asked} if they are runs"


def _columns(raw: Raw, source: Source) -> tuple[str, str] | None:
    """The columns of the item and of the rater, where there is one of each."""
    if raw.known:
        return None
    raters = [c for c in raw.columns if plain(c) in listed("raters")]
    if len(raters) != 1:
        return None
    rater = raters[0]
    given = source.columns.get("example", "")
    saved = given.removesuffix(f"/{rater}")
    if saved != given and saved in raw.columns:  # as --save wrote it
        return saved, rater
    names = {*roles()["example"], *listed("row_example"), *listed("prompts")}
    items = [given] if given else [c for c in raw.columns if plain(c) in names]
    if len(items) != 1 or items[0] not in raw.columns or rater in source.columns.values():
        return None
    taken = _TAKEN & {role for role, column in source.columns.items() if column != items[0]}
    return None if taken else (items[0], rater)


def ratings(cursor: duckdb.DuckDBPyConnection, metric: str) -> tuple[Rating, ...]:
    """Every finite rating of a metric, on the split that counts, in alphabetical order."""
    found = cursor.execute(
        "SELECT DISTINCT f.method, f.dataset, r.item, r.rater, f.value FROM final_examples f "
        "JOIN raters r USING (example) WHERE f.metric = $1 AND isfinite(f.value) "
        "ORDER BY f.method, f.dataset, r.item, r.rater, f.value",
        [metric],
    ).fetchall()
    return tuple(Rating(*row) for row in found)
