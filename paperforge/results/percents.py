"""Numbers quoted in percent beside runs that are fractions: one scale for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity
from paperforge.names import is_fraction

if TYPE_CHECKING:
    import duckdb

    from paperforge.spec import Project

WHOLE = 100
DIGITS = 2
"""Decimals that a percentage gains as a fraction."""


def build(
    engine: duckdb.DuckDBPyConnection, rows: str, project: Project
) -> tuple[str, list[Diagnostic]]:
    """SQL of the same rows, quoted percentages as fractions where the runs are fractions.

    Papers print 90.3 and runs store 0.903. Only of metrics that are shares by their name or their
    unit, without a declared scale, and only where every run lies within 0 and 1 and every quoted
    number above 1 and at most at 100; all else is left to the warning of mixed scales. Makes
    `percents`, the metrics of which that is so; `rows` holds a quoted number.
    """
    engine.execute("CREATE OR REPLACE TABLE percents (metric VARCHAR)")
    found = engine.execute(
        "SELECT metric::VARCHAR, min(value) FILTER (quoted), max(value) FILTER (quoted) "
        f"FROM (SELECT *, status::VARCHAR IS NOT DISTINCT FROM 'quoted' AS quoted FROM ({rows})) "
        "WHERE isfinite(value) GROUP BY 1 HAVING min(value) FILTER (quoted) > 1 "
        f"AND max(value) FILTER (quoted) <= {WHOLE} "
        "AND min(low) FILTER (NOT quoted) >= 0 AND max(high) FILTER (NOT quoted) <= 1 ORDER BY 1"
    ).fetchall()
    notes = []
    for metric, low, high in found:
        keys = project.metrics.get(metric, {})
        if "scale" in keys or not (keys.get("unit") == "%" or is_fraction(metric)):
            continue
        engine.execute("INSERT INTO percents VALUES (?)", [metric])
        which = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        text = f"quoted numbers ({which}) are taken as percent: the runs are fractions"
        notes.append(Diagnostic(Severity.NOTE, metric, text))
    if not notes:
        return rows, []
    quoted = "status::VARCHAR IS NOT DISTINCT FROM 'quoted' AND metric::VARCHAR IN (FROM percents)"
    parts = ", ".join(
        f"CASE WHEN {quoted} THEN {c} / {WHOLE} ELSE {c} END AS {c}"
        for c in ("value", "low", "high")
    )
    return f"SELECT * REPLACE ({parts}) FROM ({rows})", notes


def scaled(name: str, text: str) -> str:
    """SQL of what stands beside a quoted number, as `build` scales the number."""
    decimals = f"(TRY_CAST({text} AS BIGINT) + {DIGITS})::VARCHAR"
    forms = {
        "spread": f"(TRY_CAST({text} AS DOUBLE) / {WHOLE})::VARCHAR",
        "digits": decimals,
        "spread_digits": decimals,
    }
    if name not in forms:
        return text
    return f"CASE WHEN f.metric IN (FROM percents) THEN {forms[name]} ELSE {text} END"
