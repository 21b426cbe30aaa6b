"""Table -> JSON for other programs: numbers unrounded beside what is printed."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING

from paperforge.tables.notes import caption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.model import Cell, Column, Decision, Note, Table

    Origins = Mapping[tuple[str, str, str | None], Sequence[str]]

NAME = "json"


def render(table: Table, *, notes: bool = True, origins: Origins | None = None) -> str:
    """The table as one JSON object; `value` and `spread` are numbers or null, in printed units.

    Each cell says what its marks, or its difference, are read from. `origins`: (metric, method,
    dataset) -> the rows that a cell is made of (Analysis.origins), as `runs`; an average over the
    datasets has those of all that the table shows of its metric, or of all there are where it shows
    none. Without them, and for what is computed from several methods, there is no such key.
    """
    import json

    if origins is not None:
        origins = {**_averaged(table, origins), **origins}
    content = {
        "name": table.name,
        "caption": caption(table),
        "label": table.label,
        "stub": table.stub,
        "compared": table.compared,
        "columns": [_column(column) for column in table.columns],
        "rows": [
            {
                "label": row.label,
                "group": row.group,
                "cite": row.cite,
                "cells": [_cell(cell, origins) for cell in row.cells],
            }
            for row in table.rows
        ],
        "notes": [_note(note) for note in table.notes] if notes else [],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _averaged(table: Table, origins: Origins) -> dict[tuple[str, str, str | None], list[str]]:
    """(metric, method, None) -> the rows of an average, dataset by dataset."""
    cells = [cell for row in table.rows for cell in row.cells if not cell.kind]
    shown = {(c.metric, c.dataset) for c in cells if c.dataset is not None}
    some = {metric for metric, _ in shown}
    found: dict[tuple[str, str, str | None], list[list[str]]] = {}
    for (metric, method, dataset), rows in origins.items():
        if (metric, dataset) in shown or metric not in some:
            found.setdefault((metric, method, None), []).append(list(rows))
    return {at: list(dict.fromkeys(chain(*parts))) for at, parts in found.items()}


def _column(column: Column) -> dict[str, str | None]:
    return {
        "label": column.label,
        "group": column.group,
        "metric": column.metric,
        "dataset": column.dataset or None,
        "direction": column.direction.value if column.direction else None,
        "unit": column.unit,
    }


def _cell(cell: Cell, origins: Origins | None) -> dict[str, object]:
    content: dict[str, object] = {
        "value": cell.value,
        "spread": cell.spread,
        "n": cell.n,
        "printed": cell.printed,
        "printed_spread": cell.printed_spread,
        "marks": sorted(mark.value for mark in cell.marks),
        "missing": cell.missing.value if cell.missing else None,
        "note": cell.note,
        "metric": cell.metric,
        "method": cell.method,
        "dataset": cell.dataset or None,
        "kind": cell.kind,
        "interval": list(cell.interval) if cell.interval else None,
        "printed_interval": list(cell.printed_interval) if cell.printed_interval else None,
        "heat": cell.heat,
        "cite": cell.cite,
        "decisions": [_decision(decision) for decision in cell.decisions],
    }
    if origins is not None and cell.metric and not cell.kind:
        runs = origins.get((cell.metric, cell.method, cell.dataset), ())
        content["runs"] = list(runs)
    return content


def _decision(d: Decision) -> dict[str, object]:
    """One comparison, as `paperforge stats --format json` names its parts."""
    return {
        "a": d.a,
        "b": d.b,
        "dataset": d.scope or None,
        "verdict": d.verdict.value if d.primary else None,
        "test": d.test,
        "statistic": _finite(d.statistic),
        "df": _finite(d.df),
        "p": d.p,
        "p_adjusted": d.p_adjusted,
        "family": d.family,
        "estimate": d.estimate,
        "low": d.low,
        "high": d.high,
        "level": d.level,
        "simultaneous": list(d.simultaneous) if d.simultaneous else None,
        "superiority": d.effect.superiority,
        "n": list(d.n),
        "signature": d.signature,
    }


def _note(note: Note) -> dict[str, object]:
    return {"text": note.text, "symbol": note.symbol, "cites": list(note.cites)}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
