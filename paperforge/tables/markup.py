"""A table that was written before as Markdown or HTML, read back: what it printed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.tables.padding import MARKS
from paperforge.tables.reading import Printed, Shown, bare, joined, unique

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = re.compile(r"^\|(?: *:?-{3,}:? *\|)+$")
_ESCAPED = re.compile(r"\\(.)")
_SHARED = re.compile(r"\*\*(.+)\*\*")
_RAISED = re.compile(r"<sup>.*?</sup>")
_SIGNS = "".join(mark.value for mark in MARKS)


def from_markdown(text: str, where: str) -> Shown:
    """The first pipe table of a text. Raises InputError where there is none."""
    lines = [line.strip() for line in text.splitlines()]
    at = next((i for i, line in enumerate(lines) if i and _LINE.match(line)), 0)
    if not at:
        hint = "name a .tex, .json, .md or .html that paperforge table wrote"
        raise InputError("there is no table in it", where, hint)
    end = next((i for i in range(at, len(lines)) if not lines[i].startswith("|")), len(lines))
    above = next((line for line in reversed(lines[: at - 1]) if line), "")
    group = _SHARED.fullmatch(above)
    shared = _ESCAPED.sub(r"\1", group[1]) if group else ""
    columns = [joined(shared, _ESCAPED.sub(r"\1", cell)) for cell in _parts(lines[at - 1])[1:]]
    rows, cells, unread = [], [], []
    for line in lines[at + 1 : end]:
        name, *row = _parts(line)
        if len(row) == len(columns):
            rows.append(_ESCAPED.sub(r"\1", name))
            cells.append([_of_markdown(cell) for cell in row])
        else:
            unread.append(
                f"row {name!r} has {len(row)} cells and the head {len(columns)}: not read"
            )
    # The sentences are the paragraph under the table; what follows is the author's.
    under = takewhile(bool, dropwhile(lambda line: not line, lines[end:]))
    notes = [bare(_ESCAPED.sub(r"\1", line)) for line in under]
    return _shown(rows, columns, cells, notes, unread)


def _parts(line: str) -> list[str]:
    """The cells of a line."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def _of_markdown(cell: str) -> Printed:
    second = "<ins>" in cell
    text = _RAISED.sub("", cell).replace("<ins>", "").replace("</ins>", "")
    return _printed(
        _ESCAPED.sub(r"\1", text.replace("**", "")), bold=cell.startswith("**"), second=second
    )


def _printed(text: str, *, bold: bool, second: bool) -> Printed:
    """A cell with its signs apart."""
    signs = "".join(sign for sign in _SIGNS if sign in text)
    kept = "".join(letter for letter in text if letter not in signs)
    return Printed(" ".join(kept.split()), bold, second, signs)


class _Reader(HTMLParser):
    """What stands in the cells of a table, and its sentences."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, int, set[str]]]] = []
        self.notes = ""
        self.heads = 0
        self._in = ""
        self._raised = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            span = said.get("colspan", "")
            wide = int(span) if span.isdecimal() else 1
            self.rows[-1].append(("", wide, set(said.get("class", "").split())))
            self._in = "cell"
        elif tag == "p" and "paperforge-notes" in said.get("class", ""):
            self._in = "notes"
        elif tag == "sup":
            self._raised = True

    def handle_endtag(self, tag: str) -> None:
        self._in = "" if tag in ("td", "th", "p", "tr") else self._in
        self._raised = self._raised and tag != "sup"
        if tag == "thead":
            self.heads = len(self.rows)

    def handle_data(self, data: str) -> None:
        if self._in == "notes":
            self.notes += data
        elif self._in == "cell":
            if self._raised and not data.isdigit() and data != "−":
                data = "".join(letter for letter in data if letter in _SIGNS)
            text, wide, classes = self.rows[-1][-1]
            self.rows[-1][-1] = (text + data, wide, classes)


def from_html(text: str, where: str) -> Shown:
    """The first table of an HTML fragment. Raises InputError where there is none."""
    reader = _Reader()
    reader.feed(text.partition("</table>")[0] + "</table>")
    reader.feed(text.partition("</table>")[2])
    heads, body = reader.rows[: reader.heads], reader.rows[reader.heads :]
    if not heads or not body:
        raise InputError("there is no table with a head in it", where)
    labels = [label for label, _, _ in heads[-1]]
    groups = [""] * len(labels)
    if len(heads) > 1:
        groups = [label for label, wide, _ in heads[0][1:] for _ in range(wide)]
    else:
        labels, groups = labels[1:], groups[1:]
    columns = [joined(group, label) for group, label in zip(groups, labels, strict=False)]
    rows, cells, unread = [], [], []
    for (name, *_), *row in body:
        if len(row) != len(columns):
            unread += [] if not row else [f"row {name!r} is not read"]
            continue
        rows.append(name)
        cells.append(
            [
                _printed(shown, bold="best" in classes, second="second" in classes)
                for shown, _, classes in row
            ]
        )
    return _shown(rows, columns, cells, list(_sentences(reader.notes)), unread)


def _sentences(notes: str) -> Iterator[str]:
    yield from (bare(text) for text in re.split(r"(?<=\.) (?=\S)", notes) if text.strip())


def _shown(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Printed]],
    notes: Sequence[str],
    unread: Sequence[str],
) -> Shown:
    names, heads = unique(rows), unique(columns)
    places = {
        (row, column): cell
        for row, said in zip(names, cells, strict=True)
        for column, cell in zip(heads, said, strict=True)
    }
    return Shown(names, heads, places, tuple(notes), tuple(unread))
