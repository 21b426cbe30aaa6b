"""Table -> aligned text for a terminal."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import Cell, Mark, Table
from paperforge.tables import pages
from paperforge.tables.notes import sentence
from paperforge.tables.padding import signs
from paperforge.terminal import fold, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME = "text"

GAP = "  "
NAME_COLUMNS, HEAD_COLUMNS = 24, 16
"""Columns that a name, a header has at least before it takes several lines."""
MINUS = "−"
FIRST_ODD = "\u0300"
"""Below it every character takes one column of a terminal."""
BOLD, UNDERLINE, OFF = "\x1b[1m", "\x1b[4m", "\x1b[0m"


def render(
    table: Table, *, notes: bool = True, color: bool = False, within: int | None = None
) -> str:
    """The table as text: the best *starred*, the second _so_; in `color` bold and underlined.

    within: columns of the terminal. A wider table is set in blocks of its columns, one under the
    other, each with the names of the rows; long names and headers then take several lines.
    """
    sheet = _sheet(table, color=color)
    every = list(range(len(table.columns)))
    if within is not None and sheet.across(every) > within:
        sheet = _narrowed(sheet, within)
        blocks = _blocks(sheet, within)
    else:
        blocks = [every]
    lines = [line for block in blocks for line in ("", *_block(sheet, block))][1:]
    said = [sentence(note) for note in table.notes if notes]
    if within is not None:
        said = [line for text in said for line in fold(text, within)]
    return "\n".join(line.rstrip() for line in (*lines, *said)) + "\n"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table's texts, as wide as they come out."""

    table: Table
    stub: int
    """Width of the names of the rows."""
    names: Sequence[Sequence[str]]
    """Of each row, in lines."""
    heads: Sequence[Sequence[str]]
    """Of each column, in lines."""
    columns: Sequence[Sequence[str]]
    """The cells of each column."""
    widths: Sequence[int]
    """Of each column."""

    def across(self, members: Sequence[int]) -> int:
        """How wide these columns are beside the names, with room for the headers of groups."""
        return self.stub + sum(_widened(self, members)) + len(GAP) * len(members)


def _sheet(table: Table, *, color: bool) -> _Sheet:
    """Every text in one line."""
    columns = [
        _column([row.cells[i] for row in table.rows], color=color)
        for i in range(len(table.columns))
    ]
    names = [plain(f"{row.label} [{row.cite}]" if row.cite else row.label) for row in table.rows]
    stub = max(width(text) for text in (plain(table.stub), *names))
    heads = [[plain(column.label)] for column in table.columns]
    return _Sheet(table, stub, [[n] for n in names], heads, columns, _widths(heads, columns))


def _widths(heads: Sequence[Sequence[str]], columns: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(width, (*h, *c))) for h, c in zip(heads, columns, strict=True)]


def _narrowed(sheet: _Sheet, within: int) -> _Sheet:
    """Names of at most two fifths of a line, headers not much wider than what is under them."""
    stub = min(sheet.stub, max(within * 2 // 5, NAME_COLUMNS))
    heads = [
        [line.strip() for line in wrap(head[0], max(HEAD_COLUMNS, *map(width, column)))]
        for head, column in zip(sheet.heads, sheet.columns, strict=True)
    ]
    names = [wrap(name[0], stub) for name in sheet.names]
    return replace(sheet, stub=stub, names=names, heads=heads, widths=_widths(heads, sheet.columns))


def _blocks(sheet: _Sheet, within: int) -> list[list[int]]:
    """The columns in blocks that fit, those of a group together where they can be."""
    lead = pages.lead(sheet.table)
    rest = range(len(lead), len(sheet.columns))
    groups = groupby(rest, key=lambda i: sheet.table.columns[i].group)
    found = [list(lead)]
    for members in (list(group) for _, group in groups):
        alone = sheet.across([*lead, *members]) <= within
        for piece in [members] if alone else [[i] for i in members]:
            if found[-1] != lead and sheet.across([*found[-1], *piece]) > within:
                found.append(list(lead))
            found[-1] += piece
    return found


def _block(sheet: _Sheet, members: Sequence[int]) -> Iterator[str]:
    """Some columns, with the names of the rows."""
    table, widths = sheet.table, _widened(sheet, members)
    left = [table.columns[i].words for i in members]
    rule = "─" * (sheet.stub + sum(widths) + len(GAP) * len(widths))

    def row(name: str, texts: Sequence[str]) -> str:
        return _line(name, texts, sheet.stub, widths, left)

    yield rule
    yield from _groups(table, members, sheet.stub, widths)
    high = max((len(sheet.heads[i]) for i in members), default=1)
    heads = [[""] * (high - len(sheet.heads[i])) + list(sheet.heads[i]) for i in members]
    for place in range(high):
        yield row(table.stub if place == high - 1 else "", [head[place] for head in heads])
    yield rule
    for index, one in enumerate(table.rows):
        new = not index or one.group != table.rows[index - 1].group
        if index and new:
            yield rule
        if new and table.headings and one.group:
            yield plain(one.group)
        first, *others = sheet.names[index]
        yield row(first, [sheet.columns[i][index] for i in members])
        yield from others
    yield rule


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
        return plain(cell.printed).replace(MINUS, "-")  # as in the numbers beside it
    number = cell.printed
    filler = " " * (frame.decimals - _decimals(number))
    if Mark.BEST in cell.marks:
        number = f"{BOLD}{number}{OFF}" if frame.color else f"*{number}*"
    elif Mark.SECOND in cell.marks:
        number = f"{UNDERLINE}{number}{OFF}" if frame.color else f"_{number}_"
    else:
        filler += " " * frame.star
    own = signs(cell)
    room = " " * (frame.signs - len(own))
    if not cell.printed_spread and not cell.printed_interval:
        blank = (len(" ± ") + frame.spread if frame.spread else 0) + (frame.interval or -1) + 1
        return f"{number}{own}{filler}{' ' * blank}{room}"
    spread = f" ± {cell.printed_spread:>{frame.spread}}" if cell.printed_spread else ""
    blank = len(" ± ") + frame.spread if frame.spread and not spread else 0
    ends = "[{}, {}]".format(*cell.printed_interval) if cell.printed_interval else ""
    interval = f" {ends:>{frame.interval}}" if frame.interval else ""
    return f"{number}{filler}{spread}{' ' * blank}{interval}{own}{room}"


def _decimals(printed: str) -> int:
    """What stands from the point on."""
    return len(printed) - printed.index(".") if "." in printed else 0


def _spans(table: Table, members: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
    """The headers of groups above these columns, with their places among them."""
    places = enumerate(table.columns[i].group for i in members)
    for name, run in groupby(places, key=lambda item: item[1]):
        yield plain(name), [place for place, _ in run]


def _widened(sheet: _Sheet, members: Sequence[int]) -> list[int]:
    """Widths with room for the headers of groups; the last column of a group takes the rest."""
    wider = [sheet.widths[i] for i in members]
    for name, places in _spans(sheet.table, members):
        has = sum(wider[i] for i in places) + len(GAP) * (len(places) - 1)
        wider[places[-1]] += max(0, width(name) - has)
    return wider


def _groups(
    table: Table, members: Sequence[int], stub: int, widths: Sequence[int]
) -> Iterator[str]:
    """The headers of groups and the rules below them; nothing where no column has one."""
    if not any(table.columns[i].group for i in members):
        return
    heads, rules = [" " * stub], [" " * stub]
    for name, places in _spans(table, members):
        to = sum(widths[i] for i in places) + len(GAP) * (len(places) - 1)
        left = (to - width(name)) // 2
        heads.append(" " * left + name + " " * (to - left - width(name)))
        rules.append(("─" if name else " ") * to)
    yield GAP.join(heads)
    yield GAP.join(rules)
