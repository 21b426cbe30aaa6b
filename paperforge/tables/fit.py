r"""A table made to fit its place: what is done, in this order, and said.

Headers in lines, abbreviated words, less room between columns, a smaller size (not below 7 pt),
parts one under the other, both columns of the page, turned; then datasets down instead of across,
and several floats (pages.py). Nothing is ever scaled: \resizebox gives sizes that nobody chose.
"""

from __future__ import annotations

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
HEIGHT_PT = 650.0
"""Of a page's text, where a venue does not say."""
HEAD_LINES = 4
"""Lines of a part beside its rows: headers, rules."""
HOT = 1.2
"""How much higher shaded rows are."""
NOTE_LINE = (4.0, 11.0)
"""Width of a letter and height of a line of the sentences under a table."""
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

    def _blocks(heads: Sequence[Column]) -> list[list[int]]:
    """The columns of each group, which a split keeps together where it can."""
    places = groupby(range(len(heads)), key=lambda i: (heads[i].group, heads[i].group == "" and i))
    return [list(members) for _, members in places]
