"""Another step than the store's own: an epoch that was logged beside the loss, as a metric."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.errors import InputError

if TYPE_CHECKING:
    import duckdb

    from paperforge.columns import Mapped
    from paperforge.model import Raw
    from paperforge.spec import Project, Source

_NEEDED = frozenset(("run", "metric", "step", "value"))


def with_axis(engine: duckdb.DuckDBPyConnection, raw: Raw, source: Source) -> Raw:
    """The relation with a column for `--map step=METRIC`, where a tracker logged it as a metric.

    Each row has the metric's latest value of its run at its own step or before, rows before the
    first value have the first. Nothing to do (no such metric, or a column of that name): as given.
    """
    wanted = source.columns.get("step", "")
    if (
        not wanted
        or wanted in raw.columns
        or not {"run", "metric", "step", "value"} <= {*raw.known}
    ):
        return raw
    table = identifier(raw.table)
    run, metric, step, value = (
        identifier(raw.known[role]) for role in ("run", "metric", "step", "value")
    )
    logged = f"{metric} = {literal(wanted)} AND isfinite({value})"
    if not engine.execute(f"SELECT 1 FROM {table} WHERE {logged} LIMIT 1").fetchone():
        return raw
    view = f"{raw.table} axis"
    engine.execute(
        f"CREATE VIEW {identifier(view)} AS WITH axis AS (SELECT {run} AS run, {step} AS step, "
        f"max_by({value}, __row) AS value FROM {table} WHERE {logged} AND {step} IS NOT NULL "
        "GROUP BY ALL), "
        "starts AS (SELECT run, min_by(value, step) AS value FROM axis GROUP BY run) "
        f"SELECT r.*, CASE WHEN r.{step} IS NOT NULL THEN coalesce(a.value, s.value) END "
        f"AS {identifier(wanted)} FROM {table} r "
        f"ASOF LEFT JOIN axis a ON r.{run} = a.run AND r.{step} >= a.step "
        f"LEFT JOIN starts s ON r.{run} = s.run"
    )
    return replace(raw, table=view, columns=(*raw.columns, wanted))


def against(project: Project) -> frozenset[str]:
    """Names of columns that the project's scaling laws are drawn against."""
    named = {figure.x for figure in project.figures if figure.kind == "scaling"}
    return frozenset(named - {"", "dataset", "step"})


def check_asked(raw: Raw, mapped: Mapped, source: Source) -> None:
    """Raise InputError where the store asks what a column means and nobody says."""
    taken = {*mapped.roles.values(), *(value.column for value in mapped.values)}
    for column, hint in raw.asks.items():
        if column not in taken:
            raise InputError(f"nothing says what {column!r} is", source.shown, hint)
