"""Text for terminals and pipes: nothing in it moves the cursor, and columns stand in line."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def printable(text: str) -> str:
    r"""The text with control characters written out (\x1b), so that it cannot move a cursor."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c == "\u00ad" else c.encode("unicode_escape").decode("ascii")
        for c in text
    )


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: two for wide letters, none for accents."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def elide(text: str, width: int, *, middle: bool = True) -> str:
    """The text, or as much of its start and end (or of its start) as fits."""
    if cells(text) <= width:
        return text
    if width < 1:
        return ""
    tail = (width - 1) // 3 if middle else 0
    head = text[: width - 1 - tail]
    end = text[len(text) - tail :]
    while head and cells(head) + cells(end) + 1 > width:
        head = head[:-1]
    return f"{head}…{end}"


def aligned(rows: Sequence[Sequence[str]], left: Collection[int]) -> list[str]:
    """Lines of columns two blanks apart; those in `left` to the left, the others to the right."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    return [joined(row, widths, left) for row in rows]


def joined(row: Sequence[str], widths: Sequence[int], left: Collection[int]) -> str:
    """One line of columns of these widths."""
    parts = []
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        blanks = " " * (width - cells(cell))
        parts.append(cell + blanks if place in left else blanks + cell)
    return "  ".join(parts).rstrip()
