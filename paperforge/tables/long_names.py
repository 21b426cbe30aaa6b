"""Names that are wider than their column has room for, in up to three lines.

Those of rows, and those in columns of words. A name is broken at a space, or behind - _ and /; what
is too wide even so, behind other signs, then before a capital letter, then anywhere.
"""

from __future__ import annotations

import math
import re
import unicodedata
from itertools import chain
from typing import TYPE_CHECKING

from paperforge.latex.escape import Label
from paperforge.tables.measure import EM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Table
    from paperforge.tables.measure import Measure

    Heads = Sequence[Sequence[str]]
    Names = tuple[tuple[str, tuple[str, ...]], ...]
    """Each name that takes several lines, with these."""

MOST_LINES = 3
"""A name in more lines is hard to find again."""
MIN_LETTERS = 24
"""Shorter words are never broken between letters."""

_PIECE = re.compile(r"\S+?(?:[-_/](?=[^\s\d])|\s+|$)")
"""What a line of a name may hold alone: also what ends in _ or /, as in paths."""
_SOFTER = (
    re.compile(r"(?<=[.,:;=+@|&~)\]}])(?=[^\s\d])|(?<=[^\s])(?=[(\[{])"),
    re.compile(r"(?<=[a-z0-9])(?=[A-Z])"),
)
"""Where a piece that is too wide is broken: behind other signs, before a capital letter."""
JOINS = ("-", "_", "/")
"""A line that ends so goes on without a space."""


def places(table: Table) -> list[int]:
    """Where names stand: 0 is the stub, then the columns of words."""
    return [0, *(i for i, column in enumerate(table.columns, 1) if column.words)]


def names_in_lines(
    table: Table, measure: Measure, heads: Heads, widths: Sequence[float], most: float
) -> tuple[Names, list[float]]:
    """The names that take several lines, and the widths that the columns then have.

    heads: the lines of each column's header, or none. widths: of the stub and each column. most: of
    a column of names; all in points. The names of a column where one takes more than MOST_LINES
    lines stay as they are. Later lines are indented, so that they are no names of rows.
    """
    made = list(widths)
    found: dict[str, tuple[str, ...]] = {}
    for place in places(table):
        if made[place] <= most:
            continue
        head = heads[place - 1] if heads and place else (_head(table, place),)
        said = _of_column(table, measure, place, most, found)
        if said is not None:
            found |= said[0]
            made[place] = max(said[1], *map(measure.text, head))
    return tuple((name, said) for name, said in found.items() if said[1:]), made


def _head(table: Table, place: int) -> str:
    return table.columns[place - 1].label if place else table.stub


def shared(widths: Sequence[float], room: float) -> float:
    """The most that one of the columns may take so that all fill the room; inf where all fit."""
    left = sorted(widths)
    while left and left[0] <= room / len(left):
        room -= left.pop(0)
    return max(room, 0.0) / len(left) if left else math.inf


def _of_column(
    table: Table,
    measure: Measure,
    place: int,
    most: float,
    known: dict[str, tuple[str, ...]],
) -> tuple[dict[str, tuple[str, ...]], float] | None:
    """The names of a column in lines, and its width; None: one of them is in no three lines."""
    found: dict[str, tuple[str, ...]] = {}
    wide = 0.0
    if place and any(row.cells[place - 1].value is not None for row in table.rows):
        return None
    for name, behind in _texts(table, measure, place):
        alone = measure.text(name) + behind
        if alone > most:
            lines = found.get(name) or known.get(name) or _in_lines(name, measure, most, behind)
            if lines is None or _width(lines, measure, behind) > most:
                return None
            found[name] = lines
            alone = _width(lines, measure, behind)
        wide = max(wide, alone)
    return found, wide


def _texts(table: Table, measure: Measure, place: int) -> Iterator[tuple[str, float]]:
    """The texts of a column, and the width of what follows each: a citation."""
    if place:
        for text in dict.fromkeys(row.cells[place - 1].printed for row in table.rows):
            yield text, 0.0
        return
    for row in table.rows:
        yield row.label, measure.citation(row)


def _width(lines: Sequence[str], measure: Measure, behind: float) -> float:
    indent = measure.text(EM)
    starts = chain([0.0], [indent] * (len(lines) - 1))
    ends = chain([0.0] * (len(lines) - 1), [behind])
    return max(
        start + measure.text(line) + end
        for start, line, end in zip(starts, lines, ends, strict=True)
    )


def _in_lines(name: str, measure: Measure, room: float, behind: float) -> tuple[str, ...] | None:
    """A name in lines so wide at most; None: in no MOST_LINES. behind: what follows it."""
    if isinstance(name, Label):  # nobody knows where its TeX may be broken
        return None
    indent = measure.text(EM)
    pieces = [p for piece in _PIECE.findall(name) for p in _pieces(piece, measure, room - indent)]
    made = [""]
    for at, piece in enumerate(pieces):
        tail = behind if at == len(pieces) - 1 else 0.0
        start = indent if len(made) > 1 else 0.0
        width = start + measure.text((made[-1] + piece).rstrip()) + tail
        if made[-1] and width > room:
            made.append("")
        made[-1] += piece
    return tuple(line.rstrip() for line in made) if len(made) <= MOST_LINES else None


def _pieces(piece: str, measure: Measure, room: float) -> list[str]:
    """A piece as it is, or where that is too wide its parts."""
    found = [piece]
    for places in _SOFTER:
        found = [
            part
            for one in found
            for part in ([one] if measure.text(one.rstrip()) <= room else places.split(one))
        ]
    return [part for one in found for part in _letters(one, measure, room)]


def _letters(piece: str, measure: Measure, room: float) -> list[str]:
    """A long piece that is too wide letter by letter; an accent stays on its letter."""
    if measure.text(piece.rstrip()) <= room or len(piece) < MIN_LETTERS:
        return [piece]
    found: list[str] = []
    for letter in piece:
        if found and (unicodedata.combining(letter) or letter.isspace()):
            found[-1] += letter
        else:
            found.append(letter)
    return found
