"""Runs of one cell that differ in a setting: a sweep is no set of replicates.

Runs with the same method, dataset and seed, or without a seed, are told apart by nothing but their
own ids. Where a learning rate or a revision differs among them, the reader is told, by name.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.model import Diagnostic, Severity
from paperforge.names import is_setting, listed, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from paperforge.results.sources import Input

_SHOWN = 4
_SETTINGS = ("config.", "params.", "hparams.")


def notes(engine: duckdb.DuckDBPyConnection, inputs: Sequence[Input]) -> list[Diagnostic]:
    """That runs which count as replicates of one cell differ in a setting; one an input.

    For results whose replicates are runs, not seeds.
    """
    found = []
    for file, one in enumerate(inputs):
        cell = engine.execute(
            "SELECT method::VARCHAR, dataset::VARCHAR, list(row ORDER BY row) FROM "
            "(SELECT method, dataset, run, min(row) AS row FROM tidy_rows WHERE used "
            f"AND file = {file} AND run IS NOT NULL AND value IS NOT NULL GROUP BY ALL) "
            "GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY count(*) DESC, min(row) LIMIT 1"
        ).fetchone()
        if cell is None:
            continue
        method, dataset, rows = cell
        told = apart(engine, one, rows)
        if told is None:
            continue
        column, values = told
        name = " on ".join(filter(None, (method, dataset)))
        shown = ", ".join(values[:_SHOWN]) + (", …" if values[_SHOWN:] else "")
        text = f"the runs of {name} differ in {column} ({shown}), and count as replicates of it"
        hint = f"{way_out(column, values)}; {_option('--map', column + '=seed')} if it is a seed"
        found.append(Diagnostic(Severity.WARNING, one.source.shown, text, hint))
    return found


def apart(
    engine: duckdb.DuckDBPyConnection, one: Input, rows: Sequence[int]
) -> tuple[str, list[str]] | None:
    """The setting, and its values, in which these rows' runs differ; None: none that tells.

    Well-known settings come first, then numbers; texts count where they come again in other runs.
    """
    candidates = [column for column in one.spare if _may_tell(column)]
    if not candidates or not rows:
        return None
    chosen = ", ".join(f"list(DISTINCT {identifier(c)}::VARCHAR)" for c in candidates)
    places = ", ".join(str(row) for row in rows)
    found = engine.execute(
        f"SELECT {chosen} FROM {identifier(one.raw.table)} WHERE __row IN ({places})"
    ).fetchone()
    differing = {
        column: sorted(value for value in values if value is not None)
        for column, values in zip(candidates, found or (), strict=True)
        if values is not None and len([v for v in values if v is not None]) > 1
    }
    known = [column for column in differing if _is_known(column)]
    numbers = [column for column in differing if all(map(_is_number, differing[column]))]
    for column in (*known, *numbers):
        return column, differing[column]
    return None


def way_out(column: str, values: Sequence[str]) -> str:
    """What to do about it: keep one setting, or compare them."""
    one = _option("--where", f"{column}={values[-1]}")
    return f"{one} keeps one, {_option('--map', column + '=method')} compares them"


def _option(name: str, text: str) -> str:
    return f"{name} {quote(text)}"


def _may_tell(column: str) -> bool:
    last = plain(column.rpartition(".")[2])
    return column.startswith(_SETTINGS) and last not in listed("bookkeeping")


def _is_known(column: str) -> bool:
    last = column.rpartition(".")[2]
    return plain(last) in listed("telling") or (is_setting(last) and not _is_role(last))


def _is_role(name: str) -> bool:
    return plain(name) in listed("bookkeeping")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
