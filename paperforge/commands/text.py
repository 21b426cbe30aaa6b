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


def elide(text: str, width: int, *, keep: str = "both") -> str:
    """The text, or as much of it as fits: of its "start", its "end" or "both"."""
    if cells(text) <= width:
        return text
    if width < 1:
        return ""
    room = width - 1
    tail = {"start": 0, "end": room}.get(keep, room // 3)
    head, end = text[: room - tail], text[len(text) - tail :]
    while cells(head) + cells(end) > room:
        head, end = (head[:-1], end) if head else (head, end[1:])
    return f"{head}…{end}"


def shortened(names: Sequence[str], width: int) -> list[str]:
    """The names cut to a width, so that different ones stay different; else as they are."""
    for keep in ("both", "end", "start"):
        short = [elide(name, width, keep=keep) for name in names]
        if len(set(short)) == len(set(names)):
            return short
    return list(names)


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
