"""Headers that are narrower: in lines, and with long words abbreviated."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.latex.escape import Label
from paperforge.model import Note
from paperforge.tables.measure import columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Table
    from paperforge.tables.measure import Measure

_WORD = re.compile(r"(?:\S| (?=[↑↓]|\((?![^)]*[=\d])))+(?:\s+|$)|\S")
"""A word with the space after it, its unit and arrow; "(k=5)" is no unit."""
_HYPHEN = re.compile(r"(?<=[^\s-][^\s-]-)(?=[A-Za-z]{2})")
"""Where a word that is too long may be broken: no letter stands alone."""


def lines(table: Table, measure: Measure) -> tuple[tuple[str, ...], ...]:
    """Each column's header in as few lines as its numbers and its longest word allow."""
    bare = replace(table, columns=tuple(replace(c, label="") for c in table.columns))
    rooms = columns(bare, measure)[1:]
    found: list[tuple[str, ...]] = []
    for column, room in zip(table.columns, rooms, strict=True):
        if isinstance(column.label, Label):  # nobody knows where its TeX may be broken
            found.append((column.label,))
            continue
        words = [_HYPHEN.split(word) for word in _WORD.findall(column.label) or [""]]
        widest = (measure.text(piece.rstrip(" ")) for word in words for piece in word)
        found.append(_filled(words, measure, max([room, *widest])))
    return tuple(found)


def _filled(words: Sequence[Sequence[str]], measure: Measure, most: float) -> tuple[str, ...]:
    """Lines so wide at most; a word in pieces is broken only where a line cannot hold it."""
    made: list[str] = []

    def fits(text: str) -> bool:
        return measure.text(text.rstrip(" ")) <= most

    for word in words:
        whole = "".join(word)
        for piece in [whole] if fits(whole) else word:
            if made and fits(made[-1] + piece):
                made[-1] += piece
            else:
                made.append(piece)
    return tuple(line.rstrip(" ") for line in made)


def abbreviated(table: Table) -> Table:
    """The table with long words of its headers shortened, and a note that gives them in full.

    The same table where no word is known.
    """
    used: dict[str, str] = {}

    def shorten(text: str) -> str:
        if isinstance(text, Label):
            return text
        return re.sub(r"[A-Za-z]{6,}", lambda found: _short(found.group(), used), text)

    heads = tuple(replace(c, label=shorten(c.label), group=shorten(c.group)) for c in table.columns)
    if not used:
        return table
    told = "; ".join(f"{short}: {word}" for word, short in used.items())
    return replace(table, columns=heads, notes=(*table.notes, Note(told)))


def _short(word: str, used: dict[str, str]) -> str:
    short = _words().get(word.casefold())
    if short is None:
        return word
    if word[0].isupper() and short[0].islower():
        short = short[0].upper() + short[1:]
    used[word] = short
    return short


@cache
def _words() -> dict[str, str]:
    path = Path(__file__).parents[1] / "data" / "abbreviations.json"
    words: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return words
