"""One way to set a table, and the page that it is to fit: how wide and how high it comes out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from paperforge.model import TableFit
from paperforge.tables import pages
from paperforge.tables.headers import lines
from paperforge.tables.long_names import names_in_lines, places, shared
from paperforge.tables.measure import GAP_PT, Measure, columns, total
from paperforge.tables.pages import SLACK
from paperforge.tables.parting import parted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Table, Venue

    Names = tuple[tuple[str, tuple[str, ...]], ...]

SMALLEST_PT = 7.0
GAPS = (GAP_PT, 4.0, 3.0)
CAPTION_PT = 48.0
"""What a caption and its skips leave free of a page that a turned table stands on."""
LINE = 1.2
HEIGHT_PT = 650.0  # of a page's text, where a venue does not say
HEAD_LINES = 4  # lines of a part beside its rows: headers, rules
HOT = 1.2  # so much higher shaded rows are
NAME_SHARE = 0.35  # of the room: names that take more are set in lines
LONG_SHARE, NAMES_SHARE = 0.2, 0.5  # also where columns that take more together take so much
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
    """Whether long names, of rows and in columns of words, may take several lines."""

    def fit(self, room: float) -> TableFit:
        """How wide it comes out."""
        command, points = self.size
        measure = Measure.of(self.page.face, points)
        heads = lines(self.table, measure) if self.in_lines else ()
        widths = self._widths(measure, heads)
        names: Names = ()
        if self.names:
            at = places(self.table)
            bare = [0.0 if i in at else width for i, width in enumerate(widths)]
            others = total(bare, self.table.columns, measure, self.gap)
            most = shared([widths[i] for i in at], room / SLACK - others)
            names, widths = names_in_lines(self.table, measure, heads, widths, most)
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
            names, widths = names_in_lines(self.table, measure, heads, widths, NAME_SHARE * room)
        lead = pages.lead(self.table)
        heading = self.table.columns
        found = parted(heading, lead, widths, measure, gap=self.gap, room=room / SLACK)
        if found is None:
            return None
        widest = max(self._width(widths, part, measure) for part in found)
        return TableFit(room, widest, command, points, self.gap, heads, found, names=names)

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
        beside = (max((deep.get(c.printed, 1) for c in r.cells), default=1) for r in every)
        each = list(map(max, each, beside)) if deep else each
        rows = max((sum(each[start:end]) for start, end in made.chunks), default=sum(each))
        rows += self.above(made.heads)
        return max(1, len(made.parts)) * rows * self.line

    def long_names(self, room: float) -> bool:
        """Whether names take so much of the room that they had better be in lines."""
        widths = self._widths(Measure.of(self.page.face, self.size[1]), ())
        long = [widths[i] for i in places(self.table) if widths[i] > LONG_SHARE * room]
        return max(long, default=0.0) > NAME_SHARE * room or sum(long) > NAMES_SHARE * room

    def _widths(self, measure: Measure, heads: tuple[tuple[str, ...], ...]) -> list[float]:
        return columns(self.table, measure, heads)

    def _width(self, widths: list[float], part: Sequence[int], measure: Measure) -> float:
        chosen = [widths[0], *(widths[i + 1] for i in part)]
        return total(chosen, [self.table.columns[i] for i in part], measure, self.gap)
