"""One way to set a table, and the page that it is to fit: how wide and how high it comes out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from paperforge.model import TableFit
from paperforge.tables import pages
from paperforge.tables.headers import lines, names_in_lines
from paperforge.tables.measure import GAP_PT, Measure, columns, total
from paperforge.tables.pages import SLACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Column, Table, Venue

    Names = tuple[tuple[str, tuple[str, ...]], ...]

SMALLEST_PT = 7.0
GAPS = (GAP_PT, 4.0, 3.0)
CAPTION_PT = 48.0
"""What a caption and its skips leave free of a page that a turned table stands on."""
LINE = 1.2
HEIGHT_PT = 650.0  # of a page's text, where a venue does not say
HEAD_LINES = 4  # lines of a part beside its rows: headers, rules
HOT = 1.2  # so much higher shaded rows are
NAME_SHARE = 0.35  # of the room: names of rows that take more are set in lines
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
    names: bool = False
    """Whether long names of rows may take several lines."""

    def fit(self, room: float) -> TableFit:
        """How wide it comes out."""
        command, points = self.size
        measure = Measure.of(self.page.face, points)
        heads = lines(self.table, measure) if self.in_lines else ()
        widths = self._widths(measure, heads)
        names: Names = ()
        if self.names:
            others = total([0.0, *widths[1:]], self.table.columns, measure, self.gap)
            names, widths[0] = names_in_lines(self.table, measure, room / SLACK - others)
        width = total(widths, self.table.columns, measure, self.gap)
        return TableFit(room, width, command, points, self.gap, heads, names=names)

    def split(self, room: float) -> TableFit | None:
        """The columns in as few parts as fit the room; None: one of them does not."""
        command, points = self.size
        measure = Measure.of(self.page.face, points)
        heads = lines(self.table, measure) if self.in_lines else ()
        widths = self._widths(measure, heads)
        names: Names = ()
        if self.names:
            names, widths[0] = names_in_lines(self.table, measure, NAME_SHARE * room)
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
        parts = tuple(map(tuple, found))
        return TableFit(room, widest, command, points, self.gap, heads, parts, names=names)

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
        """Rows that a tabular so high has room for, all as high as the highest."""
        return (int(most / self.line) - self.above(made.heads)) // made.deep

    def high(self, made: TableFit) -> float:
        """Height of the tabulars of a way together."""
        deep = {name: len(said) for name, said in made.names}
        every = self.table.rows
        each = [deep.get(row.label, 1) for row in every]
        each = [n if n - 1 > pages.below(every, at) else 1 for at, n in enumerate(each)]
        rows = max((sum(each[start:end]) for start, end in made.chunks), default=sum(each))
        rows += self.above(made.heads)
        return max(1, len(made.parts)) * rows * self.line

    def long_names(self, room: float) -> bool:
        """Whether the rows' names take so much of the room that they had better be in lines."""
        names = [row.label for row in self.table.rows]
        measure = Measure.of(self.page.face, self.size[1])
        return max(map(measure.text, names), default=0.0) > NAME_SHARE * room

    def _widths(self, measure: Measure, heads: tuple[tuple[str, ...], ...]) -> list[float]:
        return columns(self.table, measure, heads)

    def _width(self, widths: list[float], part: Sequence[int], measure: Measure) -> float:
        chosen = [widths[0], *(widths[i + 1] for i in part)]
        return total(chosen, [self.table.columns[i] for i in part], measure, self.gap)


def _blocks(heads: Sequence[Column], start: int) -> list[list[int]]:
    """The columns of each group from that one on, which a split keeps together where it can."""
    places = groupby(
        range(start, len(heads)), key=lambda i: (heads[i].group, heads[i].group == "" and i)
    )
    return [list(members) for _, members in places]
