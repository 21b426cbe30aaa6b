"""Small multiples: where each panel lies on the page, from the room that text around it needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from paperforge.errors import InputError
from paperforge.figures.sheet import MOST_HEIGHT_PT, Box

if TYPE_CHECKING:
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Diagnostic

LOWEST_PANEL_PT = 24.0


class Drawing(Protocol):
    """What a figure will show, before sizes and fonts are known."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data: fonts are chosen to hold their characters."""

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""

    @property
    def data(self) -> str:
        """The numbers drawn, as CSV."""

    @property
    def note(self) -> str:
        """What is drawn, for the caption."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the reader of the build should know."""

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A grid of equal panels on a page. Lengths in TeX points."""

    width: float
    count: int
    columns: int
    left: float
    """From the page's edge to the first panel."""
    gap: float
    """Between columns: tick labels and air."""
    right: float
    top: float
    """Above the first row: the legend."""
    title: float
    """Above each panel."""
    foot: float
    """Under each row: tick labels and air."""
    bottom: float
    """Under the last row: tick labels and axis label."""

    @property
    def rows(self) -> int:
        """How many rows the panels fill."""
        return math.ceil(self.count / self.columns)

    @property
    def panel_width(self) -> float:
        """Of every panel."""
        room = self.width - self.left - self.right - (self.columns - 1) * self.gap
        return room / self.columns

    def height(self, panel: float) -> float:
        """Return the page's height for panels of a height."""
        between = (self.rows - 1) * self.foot
        return self.top + self.rows * (self.title + panel) + between + self.bottom

    def fitting(self, usual: float, least: float) -> float:
        """Return the panels' usual height, or less (not below least) where a page needs it."""
        spare = (MOST_HEIGHT_PT - self.height(0.0)) / self.rows
        return min(usual, max(spare, least))

    def panel_height(self, height: float, where: str) -> float:
        """Return the panels' height on a page of a height; InputError where too little is left."""
        panel = (height - self.height(0.0)) / self.rows
        if panel < LOWEST_PANEL_PT:
            least = math.ceil(self.height(LOWEST_PANEL_PT))
            raise InputError(
                f"height_pt = {height:g} is too low for {self.rows} row(s) of panels",
                where,
                f"give height_pt = {least} or more, or leave it out",
            )
        return panel

    def box(self, place: int, panel: float) -> Box:
        """Return the rectangle of the panel at a place, counted along the rows."""
        row, column = divmod(place, self.columns)
        below = self.rows - 1 - row
        bottom = self.bottom + below * (panel + self.title + self.foot)
        left = self.left + column * (self.panel_width + self.gap)
        return Box(left, bottom, self.panel_width, panel)

    def lowest(self, place: int) -> bool:
        """Whether no panel lies under this one."""
        return place + self.columns >= self.count

    def first(self, place: int) -> bool:
        """Whether the panel is the first of its row."""
        return place % self.columns == 0


def columns_for(count: int, width: float, narrowest: float) -> int:
    """Return how many panels lie side by side: as many as fit, then evened out over the rows."""
    fit = max(1, min(count, int(width // narrowest)))
    return math.ceil(count / math.ceil(count / fit))
