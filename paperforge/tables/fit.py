r"""A table made to fit its place: what is done, in this order, and said.

Headers in lines, abbreviated words, less room between columns, a smaller size (not below 7 pt),
parts one under the other, both columns of the page, turned. Nothing is ever scaled: \resizebox
gives sizes that nobody chose.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.model import Diagnostic, Note, Severity, TableFit
from paperforge.tables.measure import GAP_PT, Measure, columns, total, width_pt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Column, Table, Venue

SMALLEST_PT = 7.0
GAPS = (GAP_PT, 4.0, 3.0)
MOST_PARTS = 4
PART_WEIGHT = 0.6
SLACK = 1.005
"""How much the measured width may be too small."""
CAPTION_PT = 48.0
"""What a caption and its skips leave free of a page that a turned table stands on."""
LINE = 1.2
HEIGHT_PT = 650.0
"""Of a page's text, where a venue does not say."""
HEAD_LINES = 4
"""Lines of a part beside its rows: headers, rules."""
ARTICLE = (("normalsize", 10.0), ("small", 9.0), ("footnotesize", 8.0), ("scriptsize", 7.0))
"""Sizes of LaTeX's own classes at 10 pt."""


_WORD = re.compile(r"(?:[^\s-]|-(?![A-Za-z])| (?=[↑↓(]))+(?:-(?=[A-Za-z])|\s+|$)|\S")
"""What a line may hold alone: a word with the space or hyphen after it, its unit and arrow."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where tables stand; by default a two-column page as ICML's. Lengths in TeX points."""

    column: float = 234.878
    text: float = 487.823
    height: float = HEIGHT_PT
    columns: int = 2
    face: str = "Times"
    sizes: tuple[tuple[str, float], ...] = ARTICLE
    """Commands and their sizes, largest first, none twice, none below 7 pt."""
    name: str = ""

    @classmethod
    def of(cls, venue: Venue) -> Page:
        """The page of a venue."""
        measured: Any = venue.facts.get("measured", {})
        fonts = measured.get("fonts", {})
        sizes: dict[float, str] = {venue.body_size_pt: "normalsize"}
        for command, size in ARTICLE[1:]:
            points = float(fonts.get(command, (size,))[0])
            if points >= SMALLEST_PT:
                sizes.setdefault(points, command)
        return cls(
            venue.column_width_pt,
            venue.text_width_pt,
            float(measured.get("textheight", HEIGHT_PT)),
            venue.columns,
            venue.text_face,
            tuple((command, points) for points, command in sorted(sizes.items(), reverse=True)),
            venue.name,
        )


@dataclass(frozen=True, slots=True)
class Try:
    """One way to set a table."""

    table: Table
    page: Page
    size: tuple[str, float]
    gap: float
    in_lines: bool = False

    def fit(self, room: float) -> TableFit:
        """How wide it comes out."""
        command, points = self.size
        measure = Measure.of(self.page.face, points)
        heads = lines(self.table, measure) if self.in_lines else ()
        width = total(self._widths(measure, heads), self.table.columns, measure, self.gap)
        return TableFit(room, width, command, points, self.gap, heads)

    def split(self, room: float) -> TableFit | None:
        """The columns in as few parts as fit the room; None: more than four, or too high."""
        command, points = self.size
        measure = Measure.of(self.page.face, points)
        heads = lines(self.table, measure) if self.in_lines else ()
        widths = self._widths(measure, heads)
        found: list[list[int]] = []

        def place(piece: Sequence[int]) -> bool:
            wider = [*(found[-1] if found else ()), *piece]
            if found and self._width(widths, wider, measure) * SLACK <= room:
                found[-1] = wider
                return True
            fits = self._width(widths, piece, measure) * SLACK <= room
            found.extend([list(piece)] * fits)
            return fits

        for block in _blocks(self.table.columns):
            if not place(block) and not all(place([i]) for i in block):
                return None
        high = len(found) * (len(self.table.rows) + HEAD_LINES) * LINE * points
        if len(found) > MOST_PARTS or high > self.page.height - CAPTION_PT:
            return None
        widest = max(self._width(widths, part, measure) for part in found)
        return TableFit(room, widest, command, points, self.gap, heads, tuple(map(tuple, found)))

    def _widths(self, measure: Measure, heads: tuple[tuple[str, ...], ...]) -> list[float]:
        return columns(self.table, measure, heads)

    def _width(self, widths: list[float], part: Sequence[int], measure: Measure) -> float:
        chosen = [widths[0], *(widths[i + 1] for i in part)]
        return total(chosen, [self.table.columns[i] for i in part], measure, self.gap)


def fit(table: Table, page: Page | None, within: str = "") -> Table:
    """The table set to fit; what was done, or that nothing helps, is said in its diagnostics.

    within: "column" or "text"; empty: the text, and only told where a column is too narrow. With
    neither a page nor this the table stays as it is, and only one wider than any page is told of.
    """
    if page is None and not within:
        return _told(table)
    page = page or Page()
    room = page.column if within == "column" else page.text
    short = abbreviated(table)
    for chosen, made in _ways(table, short, page, room, within):
        if made.width * SLACK > made.room:
            continue
        if made == Try(table, page, page.sizes[0], GAP_PT).fit(room):
            return _as_it_is(table, made, page, within)
        across = page.columns > 1 and made.width * SLACK > page.column
        placed = replace(made, wide=made.wide or (across and not made.turned))
        said = _said(chosen, placed, page, shortened=chosen is not table)
        return replace(chosen, fit=placed, diagnostics=(*table.diagnostics, said))
    return _too_wide(table, page, room)


def _ways(
    table: Table, short: Table, page: Page, room: float, within: str
) -> Iterator[tuple[Table, TableFit]]:
    """Every way, the mildest first."""
    yield from _in_one(table, short, page, room)
    yield from _in_parts(short, page, room)
    if within == "column" and page.columns > 1:
        for one, made in _in_one(table, short, page, page.text):
            yield one, replace(made, wide=True)
        for one, made in _in_parts(short, page, page.text):
            yield one, replace(made, wide=True)
    for one, made in _in_one(table, short, page, page.height - CAPTION_PT):
        high = (len(one.rows) + HEAD_LINES) * LINE * made.points
        if high <= page.text:
            yield one, replace(made, turned=True, wide=page.columns > 1)


def _in_parts(table: Table, page: Page, room: float) -> list[tuple[Table, TableFit]]:
    """Ways in parts; a part more weighs as much as nearly 2 pt of the size."""
    every = [
        Try(table, page, size, gap, in_lines=True).split(room)
        for size in page.sizes
        for gap in GAPS[:2]
    ]
    largest = page.sizes[0][1]
    found = [made for made in every if made is not None]
    found.sort(key=lambda made: len(made.parts) + PART_WEIGHT * (largest - made.points))
    return [(table, made) for made in found]


def _in_one(
    table: Table, short: Table, page: Page, room: float
) -> Iterator[tuple[Table, TableFit]]:
    """Ways that keep the table in one piece."""
    largest = page.sizes[0]
    yield table, Try(table, page, largest, GAP_PT).fit(room)
    yield table, Try(table, page, largest, GAP_PT, in_lines=True).fit(room)
    yield short, Try(short, page, largest, GAP_PT, in_lines=True).fit(room)
    for size in page.sizes:
        for gap in GAPS:
            yield short, Try(short, page, size, gap, in_lines=True).fit(room)


def _as_it_is(table: Table, made: TableFit, page: Page, within: str) -> Table:
    """It fits; beside a column that is too narrow the author should know where it goes."""
    if within or page.columns == 1 or made.width * SLACK <= page.column:
        return table
    message = (
        f"{made.width:.0f} pt wide: wider than a column ({page.column:.0f} pt), so it needs table*"
    )
    note = _note(table, message, 'or width = "column" makes it fit')
    wide = replace(made, wide=True)
    return replace(table, fit=wide, diagnostics=(*table.diagnostics, note))


def _said(table: Table, made: TableFit, page: Page, *, shortened: bool) -> Diagnostic:
    """What was done, in words."""
    done = []
    if any(len(head) > 1 for head in made.heads):
        done.append("headers in lines")
    if shortened:
        done.append("words abbreviated")
    if made.gap != GAP_PT:
        done.append(f"{made.gap:g} pt between columns")
    if made.size != "normalsize":
        done.append(f"\\{made.size}")
    if made.parts:
        done.append(f"in {len(made.parts)} parts")
    if made.wide and made.room > page.column:
        done.append("across both columns (table*)")
    if made.turned:
        done.append("turned by 90° (needs graphicx)")
    place = f"{page.name}'s" if page.name else "the"
    message = (
        f"made to fit {place} {made.room:.0f} pt: {', '.join(done)}; "
        f"text at {made.points:g} pt, {made.width:.0f} pt wide"
    )
    return _note(table, message)


def _told(table: Table) -> Table:
    """A warning where the table is wider than any page's text at 10 pt."""
    wide, room = width_pt(table, Measure("times")), Page().text
    if wide <= room:
        return table
    message = f"about {wide:.0f} pt wide: wider than a page's text ({room:.0f} pt)"
    hint = "--venue VENUE or --width text makes it fit; or fewer metrics, or another --layout"
    warning = Diagnostic(Severity.WARNING, f"table {table.name}", message, hint)
    return replace(table, diagnostics=(*table.diagnostics, warning))


def _too_wide(table: Table, page: Page, room: float) -> Table:
    short = abbreviated(table)
    least = Try(short, page, page.sizes[-1], GAPS[-1], in_lines=True).fit(room)
    message = (
        f"does not fit {room:.0f} pt: in one piece {least.width:.0f} pt at {least.points:g} pt"
    )
    hint = "name fewer metrics, datasets or methods, give shorter labels, or turn its layout"
    warning = Diagnostic(Severity.WARNING, f"table {table.name}", message, hint)
    return replace(table, diagnostics=(*table.diagnostics, warning))


def _note(table: Table, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(Severity.NOTE, f"table {table.name}", message, hint)


def lines(table: Table, measure: Measure) -> tuple[tuple[str, ...], ...]:
    """Each column's header in as few lines as its numbers and its longest word allow."""
    bare = replace(table, columns=tuple(replace(c, label="") for c in table.columns))
    rooms = columns(bare, measure)[1:]
    found = []
    for column, room in zip(table.columns, rooms, strict=True):
        words = _WORD.findall(column.label) or [""]
        most = max([room, *(measure.text(word.rstrip(" ")) for word in words)])
        made: list[str] = []
        for word in words:
            if made and measure.text((made[-1] + word).rstrip(" ")) <= most:
                made[-1] += word
            else:
                made.append(word)
        found.append(tuple(line.rstrip(" ") for line in made))
    return tuple(found)


def abbreviated(table: Table) -> Table:
    """The table with long words of its headers shortened, and a note that gives them in full.

    The same table where no word is known.
    """
    used: dict[str, str] = {}

    def shorten(text: str) -> str:
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


def _blocks(heads: Sequence[Column]) -> list[list[int]]:
    """The columns of each group, which a split keeps together where it can."""
    places = groupby(range(len(heads)), key=lambda i: (heads[i].group, heads[i].group == "" and i))
    return [list(members) for _, members in places]
