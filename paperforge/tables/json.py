"""Table -> JSON for other programs: numbers unrounded beside what is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperforge.model import Cell, Column, Note, Table

NAME = "json"


def render(table: Table, *, notes: bool = True) -> str:
    """The table as one JSON object; `value` and `spread` are numbers or null, in printed units."""
    import json

    content = {
        "name": table.name,
        "caption": table.caption,
        "label": table.label,
        "stub": table.stub,
        "columns": [_column(column) for column in table.columns],
        "rows": [
            {"label": row.label, "group": row.group, "cells": [_cell(cell) for cell in row.cells]}
            for row in table.rows
        ],
        "notes": [_note(note) for note in table.notes] if notes else [],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _column(column: Column) -> dict[str, str | None]:
    return {
        "label": column.label,
        "group": column.group,
        "metric": column.metric,
        "dataset": column.dataset,
        "direction": column.direction.value if column.direction else None,
        "unit": column.unit,
    }


def _cell(cell: Cell) -> dict[str, object]:
    return {
        "value": cell.value,
        "spread": cell.spread,
        "n": cell.n,
        "printed": cell.printed,
        "printed_spread": cell.printed_spread,
        "marks": sorted(mark.value for mark in cell.marks),
        "missing": cell.missing.value if cell.missing else None,
        "note": cell.note,
    }


def _note(note: Note) -> dict[str, str]:
    return {"text": note.text, "symbol": note.symbol}
