"""Table -> a GitHub pipe table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import Cell, Mark, Table
from paperforge.tables.notes import sentence
from paperforge.tables.padding import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "markdown"

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>|~$&#!])")


def render(table: Table, *, notes: bool = True) -> str:
    """The table as Markdown; a header that all columns share stands above it, others are joined."""
    groups = {column.group for column in table.columns}
    shared = groups.pop() if len(groups) == 1 else ""
    heads = [
        escape(column.label if shared or not column.group else f"{column.group}: {column.label}")
        for column in table.columns
    ]
    lines = [f"**{escape(shared)}**", ""] if shared else []
    lines.append(_line([escape(table.stub), *heads]))
    lines.append(_line([":---", *(":---" if c.words else "---:" for c in table.columns)]))
    group = ""
    for row in table.rows:
        if table.headings and row.group != group:
            group = row.group
            lines.append(_line([f"*{escape(group)}*" if group else "", *[""] * len(heads)]))
        name = f"{row.label} [{row.cite}]" if row.cite else row.label
        lines.append(_line([escape(name), *map(_cell, row.cells)]))
    if notes and table.notes:
        lines += ["", *_notes(table)]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    r"""Text that Markdown prints literally, in a pipe table too: a \ before every active sign."""
    return _ACTIVE.sub(r"\\\1", plain(text))


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    text = escape(cell.printed)
    if Mark.BEST in cell.marks:
        text = f"**{text}**"
    elif Mark.SECOND in cell.marks:
        text = f"<ins>{text}</ins>"
    spread = f" ± {cell.printed_spread}" if cell.printed_spread else ""
    if cell.printed_interval:
        spread += escape(" [{}, {}]".format(*cell.printed_interval))
    marks = "".join(m.value for m in MARKS if m in cell.marks)
    note = f"<sup>{escape(cell.note)}</sup>" if cell.note else ""
    return f"{text}{spread}{marks}{note}"


def _notes(table: Table) -> Iterator[str]:
    """One paragraph; a hard break after each sentence."""
    sentences = [escape(sentence(note)) for note in table.notes]
    yield from (f"{text}  " for text in sentences[:-1])
    yield sentences[-1]
