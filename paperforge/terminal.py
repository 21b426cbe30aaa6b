"""Text for a terminal of so many columns: sentences are folded, tables narrow before they wrap."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

WIDEST = 100
"""Columns of a line, at most; also where nobody says how wide the terminal is."""
NARROWEST = 40
"""Below it a text is unreadable, and runs over the edge instead."""
LEAST = 12
"""Columns that are left of a name, at least."""
PARTS = 3
"""Lines that a name takes, at most."""
BOTH = -1
SIGNS = frozenset("=<>±−")
"""What stands between two words that are not parted: p = .03."""


def columns(text: str) -> int:
    """How many columns a text takes: two for wide letters, none for accents."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def fold(text: str, width: int = WIDEST, indent: str = "", hang: str = "  ") -> list[str]:
    """Lines of at most `width` columns; those after the first are indented by `hang` more.

    Words stay whole, and with them what belongs together (p = .03), unless one alone is too long.
    """
    width = max(width, NARROWEST)
    lines, line = [], indent
    for word in _words(text, width - columns(indent) - columns(hang)):
        empty = not line.strip()
        if not empty and columns(line) + 1 + columns(word) > width:
            lines.append(line)
            line, empty = indent + hang, True
        line += word if empty else f" {word}"
    return [*lines, line.rstrip()]


def _words(text: str, most: int) -> list[str]:
    """Words with the signs between them; one that is longer than a line in pieces."""
    words: list[str] = []
    glued = False
    for part in text.split(" "):
        sign = len(part) == 1 and part in SIGNS
        joins = bool(words) and (sign or glued) and columns(words[-1]) + 1 + columns(part) <= most
        if joins:
            words[-1] += f" {part}"
        elif part:
            words += _pieces(part, most)
        glued = sign
    return words


def _pieces(word: str, most: int) -> list[str]:
    """A word, or as many parts as it needs."""
    made = [""]
    for letter in word:
        if columns(made[-1]) + columns(letter) > most:
            made.append("")
        made[-1] += letter
    return made


def cut(text: str, width: int, tail: int | None = None) -> str:
    """The text, or its start and its end (`tail` columns, by default a third) about an ellipsis."""
    if columns(text) <= width:
        return text
    room = max(0, width - 1)
    end = text[len(text) - (room // 3 if tail is None else min(tail, room)) :]
    head = text[: room - len(end)]
    while columns(head) + columns(end) > room:
        head, end = (head[:-1], end) if head else (head, end[1:])
    return f"{head}…{end}"


def shortened(names: Sequence[str], width: int) -> list[str]:
    """The names cut to a width so that different ones stay different; else as they are.

    Of a difference (a − b) both sides are cut.
    """
    for tail in (BOTH, None, width, 0):
        short = [_sides(name, width) if tail == BOTH else cut(name, width, tail) for name in names]
        if len(set(short)) == len(set(names)):
            return short
    return list(names)


def parted(name: str, width: int) -> list[str] | None:
    """A difference (a − b) on up to three lines, its words whole; None: one is too wide for it."""
    if columns(name) <= width:
        return [name]
    lines = [""]
    for word in name.replace(" − ", "\0− ").split(" "):
        shown = word.replace("\0", " ")
        if lines[-1] and columns(lines[-1]) + 1 + columns(shown) > width:
            lines.append(" " * GAP + shown)
        else:
            lines[-1] += f" {shown}" if lines[-1] else shown
    fits = " − " in name and len(lines) <= PARTS and max(map(columns, lines)) <= width
    return lines if fits else None


def _sides(name: str, width: int) -> str:
    """A difference with both of its sides cut, the longer one first."""
    left, minus, right = name.partition(" − ")
    room = width - columns(minus)
    if not minus or columns(name) <= width:
        return cut(name, width)
    of_left = min(columns(left), max(room // 2, room - columns(right)))
    return f"{cut(left, of_left)}{minus}{cut(right, room - of_left)}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table on a terminal: the first row is the head. Words stand to the left, numbers right."""

    rows: Sequence[Sequence[str]]
    words: Collection[int] = (0,)
    """Columns to the left; the first of them holds names, which are cut where room is short."""
    spare: Sequence[str] = ()
    """Heads of columns that can be left out, the first of them first."""

    def lines(self, width: int = WIDEST, indent: str = "") -> list[str]:
        """Lines of at most `width` columns where names can be cut and columns left out for it.

        What was left out is said in a last line.
        """
        width = max(width, NARROWEST) - columns(indent)
        kept, left_out = list(range(len(self.rows[0]))), []
        for head in ("", *self.spare):
            place = next((i for i in kept if head and self.rows[0][i] == head), None)
            if place is not None:
                kept.remove(place)
                left_out.append(head)
            if self._least(kept) <= width:
                break
        made = [indent + line for line in self._set(kept, width)]
        if left_out:
            text = (
                f"(without {', '.join(left_out)}: too wide for {width + columns(indent)} columns)"
            )
            made += fold(text, width + columns(indent), indent)
        return made

    def _widths(self, kept: Sequence[int]) -> list[int]:
        return [max(columns(row[i]) for row in self.rows) for i in kept]

    def _least(self, kept: Sequence[int]) -> int:
        """Columns that these take with the names cut as far as they can be."""
        names, *rest = self._widths(kept)
        return min(names, LEAST * 2) + sum(rest) + 2 * len(rest)

    def _set(self, kept: Sequence[int], width: int) -> list[str]:
        widths = self._widths(kept)
        over = sum(widths) + 2 * (len(widths) - 1) - width
        names = [row[kept[0]] for row in self.rows]
        ends: list[list[str]] = [[] for _ in names]
        if over > 0:
            room = max(LEAST, widths[0] - over)
            folded = [parted(name, room) for name in names]
            whole = [pair for pair in folded if pair is not None]
            if len(whole) == len(names):
                names, ends = [name for name, *_ in whole], [end for _, *end in whole]
            else:
                names = shortened(names, room)
            widths[0] = max(map(columns, chain(names, *ends)))
        lines = []
        for row, name, end in zip(self.rows, names, ends, strict=True):
            cells = [name, *(row[i] for i in kept[1:])]
            parts = [
                cell + blanks if i in self.words else blanks + cell
                for i, cell, size in zip(kept, cells, widths, strict=True)
                for blanks in [" " * (size - columns(cell))]
            ]
            lines.append("  ".join(parts).rstrip())
            lines += end
        return lines


GAP = 2
WRAPS = 24
"""Columns in which a longer word is parted."""


def wrapped(rows: Sequence[Sequence[str]], width: int = WIDEST, indent: str = "") -> list[str]:
    """A table of which nothing is lost: the first row is the head, the outer columns hold words.

    Lines of at most `width` columns. Words wrap; where there is no room for that, each row is a
    paragraph: its name, and then every cell with its head.
    """
    room = max(width, NARROWEST) - columns(indent)
    widths = [max(columns(row[i]) for row in rows) for i in range(len(rows[0]))]
    ends = (0, len(widths) - 1)
    words = room - sum(widths[1:-1]) - GAP * (len(widths) - 1)
    names, last = widths[0], widths[-1]
    least = _longest(rows, 0), _longest(rows, ends[1])
    if sum(least) > words:
        return [line for row in rows[1:] for line in _paragraph(rows[0], row, width, indent)]
    if names + last > words:  # the shorter one whole where it leaves half to the other
        half = max(words // 2, least[0])
        names = min(names, max(half, words - last), words - least[1])
        widths = [names, *widths[1:-1], words - names]
    return [indent + line for row in rows for line in _lines(row, widths, ends)]


def _lines(row: Sequence[str], widths: Sequence[int], ends: Collection[int]) -> list[str]:
    """A row in as many lines as the words of its ends take; numbers stand in the first."""
    cells = [
        wrap(cell, size) if i in ends else [cell]
        for i, (cell, size) in enumerate(zip(row, widths, strict=True))
    ]
    lines = []
    for k in range(max(map(len, cells))):
        parts = []
        for i, (cell, size) in enumerate(zip(cells, widths, strict=True)):
            text = cell[k] if k < len(cell) else ""
            blanks = " " * (size - columns(text))
            parts.append(text + blanks if i in ends else blanks + text)
        lines.append((" " * GAP).join(parts).rstrip())
    return lines


def _longest(rows: Sequence[Sequence[str]], place: int) -> int:
    """The columns that the longest word of a column takes; a very long one is parted."""
    return min(
        WRAPS, max(columns(word) for row in rows for word in _words(row[place], WRAPS) or [""])
    )


def wrap(text: str, width: int) -> list[str]:
    """Words in lines of at most `width` columns, the further ones indented by two if they can."""
    lines = [""]
    for word in _words(text, width):
        if lines[-1] and columns(lines[-1]) + 1 + columns(word) > width:
            lines.append(" " * min(GAP, width - columns(word)) + word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines


def _paragraph(heads: Sequence[str], row: Sequence[str], width: int, indent: str) -> list[str]:
    """A row as a sentence: its name, then each cell that holds something with its head."""
    said = (f"{head} {cell}" for head, cell in zip(heads[1:], row[1:], strict=True) if cell)
    return fold(f"{row[0]}: {'; '.join(said)}", width, indent)
