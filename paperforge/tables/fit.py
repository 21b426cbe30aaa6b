r"""A table made to fit its place: what is done, in this order, and said.

Headers in lines, abbreviated words, less room between columns, a smaller size (not below 7 pt),
parts one under the other, both columns of the page, turned; then datasets down instead of across,
and several floats (pages.py). Nothing is ever scaled: \resizebox gives sizes that nobody chose.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity, TableFit
from paperforge.tables import pages
from paperforge.tables.headers import abbreviated, lines
from paperforge.tables.measure import GAP_PT, Measure, columns, total
from paperforge.tables.pages import SLACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from paperforge.model import Column, Table, Venue

SMALLEST_PT = 7.0
GAPS = (GAP_PT, 4.0, 3.0)
MOST_PARTS = 4
CAPTION_PT = 48.0
"""What a caption and its skips leave free of a page that a turned table stands on."""
LINE = 1.2
HEIGHT_PT = 650.0  # of a page's text, where a venue does not say
HEAD_LINES = 4  # lines of a part beside its rows: headers, rules
HOT = 1.2  # so much higher shaded rows are
NOTE_LINE = (4.0, 11.0)  # width of a letter and height of a line of the sentences under a table
OWN_FLOAT = (
    "--float writes all floats; in a float of your own the first one needs [p]. longtable would "
    "break it too, but neither in two columns nor in a float"
)
ARTICLE = (("normalsize", 10.0), ("small", 9.0), ("footnotesize", 8.0), ("scriptsize", 7.0))
"""Sizes of LaTeX's own classes at 10 pt."""


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

    def most(self, below: float = 0.0) -> float:
        """How high a tabular may be, with so much under it."""
        return self.height - CAPTION_PT - below

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
        """The columns in as few parts as fit the room; None: one of them does not."""
        command, points = self.size
        measure = Measure.of(self.page.face, points)
        heads = lines(self.table, measure) if self.in_lines else ()
        widths = self._widths(measure, heads)
        lead = pages.lead(self.table)
        found: list[list[int]] = []

        def place(piece: Sequence[int]) -> bool:
            wider = [*(found[-1] if found else ()), *piece]
            if found and self._width(widths, wider, measure) * SLACK <= room:
                found[-1] = wider
                return True
            piece = [*lead, *piece]
            fits = self._width(widths, piece, measure) * SLACK <= room
            found.extend([list(piece)] * fits)
            return fits

        for block in _blocks(self.table.columns, len(lead)):
            if not place(block) and not all(place([i]) for i in block):
                return None
        widest = max(self._width(widths, part, measure) for part in found)
        return TableFit(room, widest, command, points, self.gap, heads, tuple(map(tuple, found)))

    @property
    def line(self) -> float:
        """Height of a row."""
        hot = any(cell.heat is not None for row in self.table.rows for cell in row.cells)
        return LINE * self.size[1] * (HOT if hot else 1.0)

    def above(self, heads: Sequence[Sequence[str]]) -> int:
        """Lines of a tabular beside its rows; rules between groups are half a line each."""
        groups = sum(a.group != b.group for a, b in pairwise(self.table.rows))
        named = groups + 1 if self.table.headings else 0
        return HEAD_LINES + max(map(len, heads), default=1) - 1 + groups // 2 + named

    def lines(self, made: TableFit, most: float) -> int:
        """Rows that a tabular so high has room for."""
        return int(most / self.line) - self.above(made.heads)

    def high(self, made: TableFit) -> float:
        """Height of the tabulars of a way together."""
        rows = max((end - start for start, end in made.chunks), default=len(self.table.rows))
        rows += self.above(made.heads)
        return max(1, len(made.parts)) * rows * self.line

    def _widths(self, measure: Measure, heads: tuple[tuple[str, ...], ...]) -> list[float]:
        return columns(self.table, measure, heads)

    def _width(self, widths: list[float], part: Sequence[int], measure: Measure) -> float:
        chosen = [widths[0], *(widths[i + 1] for i in part)]
        return total(chosen, [self.table.columns[i] for i in part], measure, self.gap)


def fit(
    table: Table,
    page: Page | None,
    within: str = "",
    *,
    notes: bool = False,
    other: Callable[[], Table] | None = None,
) -> Table:
    """The table set to fit; what was done is said in its diagnostics.

    within: "column" or "text"; empty: the text, and only told where a column is too narrow. With
    neither a page nor this the table stays as it is, unless no page would hold it. notes: whether
    its sentences stand under it. other: the same cells with rows and columns exchanged.
    Raises InputError where nothing makes it fit.
    """
    if page is None and not within:
        return _on_any(table, notes=notes, other=other)
    page = page or Page()
    room = page.column if within == "column" else page.text
    found = _on_one(table, page, room, within, notes=notes)
    if found is not None:
        return found
    turned = other() if other is not None else None
    if turned is not None:
        found = _on_one(turned, page, room, within, notes=notes)
        if found is not None:
            return _exchanged(found)
    return _over_pages(table, turned, page, room, within)


def _on_one(table: Table, page: Page, room: float, within: str, *, notes: bool) -> Table | None:
    """The table on one page; None: no way is narrow and low enough."""
    short = abbreviated(table)
    below = _below(short, room) if notes else 0.0
    for chosen, one, made in _ways((table, short), page, room, within, below):
        if made.width * SLACK > made.room:
            continue
        if not made.turned and one.high(made) > page.most(below):
            continue
        if made == Try(table, page, page.sizes[0], GAP_PT).fit(room):
            return _as_it_is(table, made, page, within)
        across = page.columns > 1 and made.width * SLACK > page.column
        placed = replace(made, wide=made.wide or (across and not made.turned))
        said = _said(chosen, placed, page, shortened=chosen is not table)
        return replace(chosen, fit=placed, diagnostics=(*table.diagnostics, said))
    return None


def _below(table: Table, room: float) -> float:
    """Height of the sentences under a table."""
    wide, high = NOTE_LINE
    return sum(-(-len(note.text) * wide // room) for note in table.notes) * high


def _exchanged(table: Table) -> Table:
    """The other table, which says that it is."""
    message = "datasets stand down and methods across: as asked for it fits no page"
    hint = 'layout = "dataset-by-method" (--layout) asks for that'
    return replace(table, diagnostics=(*table.diagnostics, _note(table, message, hint)))


def _over_pages(table: Table, turned: Table | None, page: Page, room: float, within: str) -> Table:
    """The table over several floats, or its other side, whichever takes less."""
    rooms = [room, page.text] if within == "column" and page.columns > 1 else [room]
    for wide in rooms:
        found = []
        for one in (table, turned):
            if one is None:
                continue
            short = abbreviated(one)
            for words in (one, short):
                tries = [
                    Try(words, page, size, gap, in_lines=True)
                    for size in page.sizes
                    for gap in GAPS[:2]
                ]
                made = pages.over(tries, wide)
                if made is not None:
                    found.append((one, words, made))
        if not found:
            continue
        chosen, short, made = min(found, key=lambda way: pages.weight(way[2], page.sizes[0][1]))
        pages.check(chosen, made)
        across = page.columns > 1 and made.width * SLACK > page.column
        made = replace(made, wide=across)
        said = _said(short, made, page, shortened=short is not chosen)
        done = replace(short, fit=made, diagnostics=(*chosen.diagnostics, said))
        return done if chosen is table else _exchanged(done)
    raise _too_wide(table, page, rooms[-1])


def _ways(
    tables: tuple[Table, Table], page: Page, room: float, within: str, below: float
) -> Iterator[tuple[Table, Try, TableFit]]:
    """Every way on one page, the mildest first; tables: as it is and with its words shortened."""
    table, short = tables
    yield from _in_pieces(table, short, page, room, below)
    yield from _in_one(table, short, page, room)
    yield from _in_parts(short, page, room, below)
    if within == "column" and page.columns > 1:
        for ways in (
            _in_one(table, short, page, page.text),
            _in_parts(short, page, page.text, below),
        ):
            for one, how, made in ways:
                yield one, how, replace(made, wide=True)
    for one, how, made in _in_one(table, short, page, page.most(below)):
        if how.high(made) <= page.text:
            yield one, how, replace(made, turned=True, wide=page.columns > 1)


def _in_pieces(
    table: Table, short: Table, page: Page, room: float, below: float
) -> list[tuple[Table, Try, TableFit]]:
    """Ways of a table that is too high: pieces of it side by side, or smaller in one."""
    first = Try(table, page, page.sizes[0], GAP_PT)
    if first.high(first.fit(room)) <= page.most(below):
        return []
    ways = _in_one(table, short, page, room)
    found = [
        (chosen, one, piece)
        for chosen, one, made in ways
        for piece in (made, *pages.beside(one, made, page.most(below)))
        if piece.pages == 1
    ]
    return sorted(found, key=lambda way: pages.weight(way[2], page.sizes[0][1]))


def _in_parts(
    table: Table, page: Page, room: float, below: float
) -> list[tuple[Table, Try, TableFit]]:
    """Ways in a few parts on one page; first those that part the table between its metrics."""
    tries = [Try(table, page, size, gap, in_lines=True) for size in page.sizes for gap in GAPS[:2]]
    largest = page.sizes[0][1]
    every = [(table, one, made) for one in tries if (made := one.split(room)) is not None]
    found = [
        way
        for way in every
        if len(way[2].parts) <= MOST_PARTS and way[1].high(way[2]) <= page.most(below)
    ]
    return sorted(
        found, key=lambda way: (_torn(table.columns, way[2]), pages.weight(way[2], largest))
    )


def _torn(heads: Sequence[Column], made: TableFit) -> int:
    """How many groups of columns stand in several parts."""
    places = {(heads[i].group, at) for at, part in enumerate(made.parts) for i in part}
    return sum(n > 1 for n in Counter(group for group, _ in places if group).values())


def _in_one(
    table: Table, short: Table, page: Page, room: float
) -> Iterator[tuple[Table, Try, TableFit]]:
    """Ways that keep the table in one piece."""
    largest = page.sizes[0]
    tries = [
        Try(table, page, largest, GAP_PT),
        Try(table, page, largest, GAP_PT, in_lines=True),
        Try(short, page, largest, GAP_PT, in_lines=True),
        *(Try(short, page, size, gap, in_lines=True) for size in page.sizes for gap in GAPS),
    ]
    for one in tries:
        yield one.table, one, one.fit(room)


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
    if made.chunks:
        beside = f", {made.beside} side by side" if made.beside > 1 else ""
        done.append(f"rows in {len(made.chunks)} pieces{beside}")
    if made.pages > 1:
        done.append(f"over {made.pages} pages, a float each")
    if made.wide and made.room > page.column:
        done.append("across both columns (table*)")
    if made.turned:
        done.append("turned by 90° (needs graphicx)")
    place = f"{page.name}'s" if page.name else "a page's"
    message = (
        f"made to fit {place} {made.room:.0f} pt: {', '.join(done)}; "
        f"text at {made.points:g} pt, {made.width:.0f} pt wide"
    )
    return _note(table, message, OWN_FLOAT if made.pages > 1 else "")


def _on_any(table: Table, *, notes: bool, other: Callable[[], Table] | None) -> Table:
    """The table as it is; made to fit where it is too wide or too high for any page."""
    page = Page()
    made = Try(table, page, page.sizes[0], GAP_PT)
    whole = made.fit(page.text)
    if whole.width <= page.text and made.high(whole) <= page.most():
        return table
    done = fit(table, page, "text", notes=notes, other=other)
    message = (
        f"as it is {whole.width:.0f} pt wide and about {made.high(whole):.0f} pt high: "
        f"larger than {page.text:.0f} by {page.most():.0f} pt, a page's text, so it was made to fit"
    )
    hint = "--venue VENUE fits it to that venue's page; or name fewer metrics, methods or datasets"
    warning = Diagnostic(Severity.WARNING, f"table {table.name}", message, hint)
    return replace(done, diagnostics=(*done.diagnostics, warning))


def _too_wide(table: Table, page: Page, room: float) -> InputError:
    """What to say where one column beside the names of the rows is too wide already."""
    short = abbreviated(table)
    names = Measure.of(page.face, page.sizes[-1][1])
    stub = columns(short, names)[0]
    text = f"does not fit {room:.0f} pt, at 7 pt and in parts: its names take {stub:.0f} pt"
    hint = 'shorter labels: [methods] NAME = { label = "…" } in paper.toml, [datasets] alike'
    return InputError(text, f"table {table.name}", hint)


def _note(table: Table, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(Severity.NOTE, f"table {table.name}", message, hint)


def _blocks(heads: Sequence[Column], start: int) -> list[list[int]]:
    """The columns of each group from that one on, which a split keeps together where it can."""
    places = groupby(
        range(start, len(heads)), key=lambda i: (heads[i].group, heads[i].group == "" and i)
    )
    return [list(members) for _, members in places]
