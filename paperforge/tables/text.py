"""Table -> aligned text for a terminal."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import Cell, Mark, Table
from paperforge.tables.notes import sentence
from paperforge.tables.padding import signs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME = "text"

GAP = "  "
FIRST_ODD = "\u0300"
"""Below it every character takes one column of a terminal."""
BOLD, UNDERLINE, OFF = "\x1b[1m", "\x1b[4m", "\x1b[0m"


def render(table: Table, *, notes: bool = True, color: bool = False) -> str:
    """The table as text: the best *starred*, the second _so_; in `color` bold and underlined."""
    columns = [
        _column([row.cells[i] for row in table.rows], color=color)
        for i in range(len(table.columns))
    ]
    labels = [plain(column.label) for column in table.columns]
    widths = [
        max(width(text) for text in (label, *column))
        for label, column in zip(labels, columns, strict=True)
    ]
    names = [f"{row.label} [{row.cite}]" if row.cite else row.label for row in table.rows]
    stub = max(width(text) for text in (table.stub, *names))
    widths = _widened(table, widths)
    rule = "─" * (stub + sum(widths) + len(GAP) * len(widths))
    lines = [rule, *_groups(table, stub, widths)]
    left = [column.words for column in table.columns]
    lines += [_line(table.stub, labels, stub, widths, left), rule]
    for index, row in enumerate(table.rows):
        new = not index or row.group != table.rows[index - 1].group
        if index and new:
            lines.append(rule)
        if new and table.headings and row.group:
            lines.append(plain(row.group))
        lines.append(_line(names[index], [column[index] for column in columns], stub, widths, left))
    lines.append(rule)
    if notes:
        lines += [sentence(note) for note in table.notes]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def width(text: str) -> int:
    """Columns that a terminal gives a text: two for wide characters and emoji, none for accents."""
    if "\x1b" in text:
        for code in (BOLD, UNDERLINE, OFF):
            text = text.replace(code, "")
    if not text or max(text) < FIRST_ODD:
        return len(text)
    return sum(_columns(character) for character in plain(text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _pad(text: str, to: int, *, left: bool = False) -> str:
    filler = " " * (to - width(text))
    return text + filler if left else filler + text


def _line(
    first: str, texts: Sequence[str], stub: int, widths: Sequence[int], left: Sequence[bool]
) -> str:
    """One row; `left`: which columns stand to the left."""
    padded = [_pad(t, to, left=at) for t, to, at in zip(texts, widths, left, strict=True)]
    return GAP.join([plain(first) + " " * (stub - width(first)), *padded])


@dataclass(frozen=True, slots=True)
class Frame:
    """What the cells of one column share, in characters."""

    decimals: int
    spread: int
    star: int
    """Room for the sign after a starred number."""
    signs: int
    color: bool
    interval: int = 0


def _column(cells: Sequence[Cell], *, color: bool) -> list[str]:
    """One column with aligned points, spreads and marks, each kind of cell for itself."""
    kinds = dict.fromkeys(c.kind for c in cells)
    frames = {kind: _frame([c for c in cells if c.kind == kind], color=color) for kind in kinds}
    return [_cell(c, frames[c.kind]) for c in cells]


def _frame(cells: Sequence[Cell], *, color: bool) -> Frame:
    """What the cells of one kind share."""
    return Frame(
        max((_decimals(c.printed) for c in cells if c.value is not None), default=0),
        max((len(c.printed_spread) for c in cells), default=0),
        0 if color else int(any(c.marks & {Mark.BEST, Mark.SECOND} for c in cells)),
        max((len(signs(c)) for c in cells), default=0),
        color,
        max(
            (len(", ".join(c.printed_interval)) + 2 for c in cells if c.printed_interval), default=0
        ),
    )


def _cell(cell: Cell, frame: Frame) -> str:
    if cell.value is None:
        return plain(cell.printed)
    number = cell.printed
    filler = " " * (frame.decimals - _decimals(number))
    if Mark.BEST in cell.marks:
        number = f"{BOLD}{number}{OFF}" if frame.color else f"*{number}*"
    elif Mark.SECOND in cell.marks:
        number = f"{UNDERLINE}{number}{OFF}" if frame.color else f"_{number}_"
    else:
        filler += " " * frame.star
    spread = f" ± {cell.printed_spread:>{frame.spread}}" if cell.printed_spread else ""
    blank = len(" ± ") + frame.spread if frame.spread and not spread else 0
    ends = "[{}, {}]".format(*cell.printed_interval) if cell.printed_interval else ""
    interval = f" {ends:>{frame.interval}}" if frame.interval else ""
    return f"{number}{filler}{spread}{' ' * blank}{interval}{signs(cell):<{frame.signs}}"


def _decimals(printed: str) -> int:
    """What stands from the point on."""
    return len(printed) - printed.index(".") if "." in printed else 0


def _spans(table: Table) -> Iterator[tuple[str, list[int]]]:
    for name, run in groupby(enumerate(table.columns), key=lambda item: item[1].group):
        yield plain(name), [index for index, _ in run]


def _widened(table: Table, widths: Sequence[int]) -> list[int]:
    """Widths with room for the headers of groups; the last column of a group takes the rest."""
    wider = list(widths)
    for name, members in _spans(table):
        has = sum(wider[i] for i in members) + len(GAP) * (len(members) - 1)
        wider[members[-1]] += max(0, width(name) - has)
    return wider


def _groups(table: Table, stub: int, widths: Sequence[int]) -> Iterator[str]:
    """The headers of groups and the rules below them; nothing where no column has one."""
    if not any(column.group for column in table.columns):
        return
    heads, rules = [" " * stub], [" " * stub]
    for name, members in _spans(table):
        to = sum(widths[i] for i in members) + len(GAP) * (len(members) - 1)
        left = (to - width(name)) // 2
        heads.append(" " * left + name + " " * (to - left - width(name)))
        rules.append(("─" if name else " ") * to)
    yield GAP.join(heads)
    yield GAP.join(rules)
