"""Table -> a self-contained HTML fragment: no script, no style sheet, no random ids."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import Cell, Mark, Row, Table
from paperforge.tables.heat import colour
from paperforge.tables.notes import NO_AVERAGE, caption, sentence
from paperforge.tables.padding import signs

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "html"

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_CLASSES = {
    Mark.BEST: "best",
    Mark.SECOND: "second",
    Mark.BETTER: "better",
    Mark.WORSE: "worse",
    Mark.BEST_SET: "best-set",
}


def render(table: Table, *, notes: bool = True) -> str:
    """The table as HTML: headers with scopes, a tbody a row group, marks also as classes."""
    lines = ['<table class="paperforge">']
    if table.caption:
        lines.append(f"  <caption>{escape(caption(table))}</caption>")
    lines += ["  <thead>", *(f"    {line}" for line in _head(table)), "  </thead>"]
    across = 1 + len(table.columns)
    for group, rows in groupby(table.rows, key=lambda row: row.group):
        lines.append("  <tbody>")
        if table.headings and group:
            spanning = f'rowgroup" colspan="{across}'
            lines.append(f"    <tr>{_heading(spanning, group)}</tr>")
        lines += [*(f"    {_row(row)}" for row in rows), "  </tbody>"]
    lines.append("</table>")
    if notes and table.notes:
        text = " ".join(escape(sentence(note)) for note in table.notes)
        lines.append(f'<p class="paperforge-notes">{text}</p>')
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Text that HTML prints literally, also inside a quoted attribute."""
    return "".join(_ENTITIES.get(c, c) for c in plain(text))


def _head(table: Table) -> Iterator[str]:
    grouped = any(column.group for column in table.columns)
    down = ' rowspan="2"' if grouped else ""
    stub = f'<th scope="col"{down}>{escape(table.stub)}</th>'
    labels = "".join(_heading("col", column.label) for column in table.columns)
    if not grouped:
        yield f"<tr>{stub}{labels}</tr>"
        return
    spans = ((name, len(list(run))) for name, run in groupby(c.group for c in table.columns))
    heads = "".join(
        _heading(f'colgroup" colspan="{n}', name) if name else f'<td colspan="{n}"></td>'
        for name, n in spans
    )
    yield f"<tr>{stub}{heads}</tr>"
    yield f"<tr>{labels}</tr>"


def _heading(scope: str, label: str) -> str:
    """A header cell; dir=auto keeps right-to-left names from turning the row."""
    return f'<th scope="{scope}" dir="auto">{escape(label)}</th>'


def _row(row: Row) -> str:
    label = f"{row.label} [{row.cite}]" if row.cite else row.label
    return f"<tr>{_heading('row', label)}{''.join(map(_cell, row.cells))}</tr>"


def _cell(cell: Cell) -> str:
    number = escape(cell.printed) if cell.value is None else _number(cell.printed)
    if Mark.BEST in cell.marks:
        number = f"<strong>{number}</strong>"
    elif Mark.SECOND in cell.marks:
        number = f"<u>{number}</u>"
    spread = (
        f' <span class="spread">± {_number(cell.printed_spread)}</span>'
        if cell.printed_spread
        else ""
    )
    if cell.printed_interval:
        low, high = map(_number, cell.printed_interval)
        spread += f' <span class="interval">[{low}, {high}]</span>'
    raised = f"<sup>{escape(signs(cell))}</sup>" if signs(cell) else ""
    classes = [name for mark, name in _CLASSES.items() if mark in cell.marks]
    classes += ["missing"] if cell.missing else []
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    why = "the row is incomplete" if cell.printed == NO_AVERAGE else cell.missing
    reason = f' title="{escape(why)}"' if cell.missing and why else ""
    if cell.heat is not None:
        shade = "".join(f"{round(255 * part):02x}" for part in colour(cell.heat))
        attributes += f' style="background-color:#{shade};color:#000"'
    return f"<td{attributes}{reason}>{number}{spread}{raised}</td>"


def _number(printed: str) -> str:
    """A printed number: a true minus, and its power of ten raised."""
    number, _, power = escape(printed).replace("-", "−").partition("e")
    return f"{number} × 10<sup>{power}</sup>" if power else number
