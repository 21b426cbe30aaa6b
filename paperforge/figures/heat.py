"""Matrices of shaded cells with their numbers, in one panel or several.

Two shadings, both monotone in lightness: from white to dark blue for shares, and from white to dark
on either side of zero, where in greyscale the printed sign tells the sides apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures.frame import LOWEST_PANEL_PT, Frame, columns_for
from paperforge.figures.scale import Scale
from paperforge.figures.sheet import LINE, Sheet, title_height

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from paperforge.figures.sheet import Box, Ruler
    from paperforge.figures.style import Style

SHARES = ((0.0, (255, 255, 255)), (0.5, (107, 163, 204)), (1.0, (9, 44, 87)))
NEGATIVE = ((0.0, (255, 255, 255)), (0.5, (230, 145, 110)), (1.0, (112, 24, 12)))
"""Of the size of a number below zero; above it is SHARES."""
DARK = 0.179
"""Relative luminance below which the number in a cell is white, else black: where both have the
same contrast, 4.58, so that every number has more than WCAG 2.2's 4.5."""
BLACK = "#000000"
LARGEST_PT = 38.0
"""Of a cell's side."""
HIGHEST_PT = 330.0
"""Of a matrix."""
NAMES = 0.34
"""Share of the figure's width that names of rows may take."""
HANGING = 70.0
"""Height that names of columns may take where they stand upright."""
SMALLEST_PT = 7.0
NAME_ROW = 1.06
"""Least height of a row, in the size of its name."""
EDGE_PT = 2.0
AIR_PT = 10.0
DOWN_GAP_PT = 5.0
"""Between the names of rows and what says what these are."""
KEY_PT = 15.0
"""Height of the key to the shading."""
KEY = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Square:
    """One cell: how it is shaded (-1 to 1; None: not at all) and the lines in it, longest first."""

    value: float | None
    texts: tuple[tuple[str, ...], ...]
    """What may stand in it: the first that fits, each a few lines."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """One panel."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    squares: tuple[tuple[Square | None, ...], ...]
    """Row by row from above; None: left out."""


@dataclass(frozen=True, slots=True)
class Heat:
    """The matrices of one figure."""

    panels: tuple[Matrix, ...]
    where: str
    title: str = ""
    across: str = ""
    """What the columns are."""
    down: str = ""
    of: str = ""
    """What is shown of more, in words for a refusal: "the 29 largest of 60 classes"."""
    drawn: dict[str, bool] = field(default_factory=dict)
    """Once painted: whether cells have "numbers" in them, and any a "second" line."""

    def numbered(self, style: Style, ruler: Ruler) -> bool:
        """Whether every cell has room for its shortest text."""
        plan = _Plan.of(self, style, ruler)
        return all(plan.fits(square) for square in self._squares())

    def _squares(self) -> list[Square]:
        return [s for p in self.panels for row in p.squares for s in row if s is not None]

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size. Cells are square unless the style has a height."""
        plan = _Plan.of(self, style, ruler)
        self._check(plan, style)
        numbered = all(plan.fits(square) for square in self._squares())
        frame = plan.frame if numbered else plan.with_key()
        height = plan.side * plan.most
        if style.height is not None:
            height = self._given(style.height, frame, plan.most * style.tick * NAME_ROW)
        plan = plan.at(height / plan.most)
        numbered = numbered and all(plan.fits(square) for square in self._squares())
        second = any(len(plan.lines(square, numbers=True)) > 1 for square in self._squares())
        self.drawn.update(numbers=numbered, second=numbered and second)
        sheet = Sheet(style, style.height or frame.height(height), ruler)
        room = frame.panel_width + frame.gap - 4
        titles = ruler.fit_names([p.title for p in self.panels], style.label, room)
        for place, panel in enumerate(self.panels):
            named = replace(panel, title=titles[place])
            self._draw(sheet, frame.box(place, height), named, plan, numbered=numbered)
        sheet.title(self.title)
        if not numbered and frame.top > plan.frame.top:
            _key(sheet, sheet.height - frame.top + 4.0)
        self._sides(sheet, frame, height, plan.room)
        return sheet

    def _check(self, plan: _Plan, style: Style) -> None:
        """Raise InputError where the names of rows or columns would touch."""
        if plan.side < style.tick * NAME_ROW:
            told = f" ({self.of})" if self.of else ""
            raise InputError(
                f"{plan.most} rows and columns{told} leave no room for their names",
                self.where,
                f'use width = "text", show fewer panels ({len(self.panels)} now), '
                "or name what is to be shown",
            )

    def _given(self, height: float, frame: Frame, least: float) -> float:
        """The panels' height on a page of a height; InputError where the names would touch."""
        least = max(least, LOWEST_PANEL_PT) + 0.01
        panel = (height - frame.height(0.0)) / frame.rows
        if panel < least - 0.01:
            raise InputError(
                f"height_pt = {height:g} is too low for {frame.rows} row(s) of panels",
                self.where,
                f"give height_pt = {math.ceil(frame.height(least))} or more, or leave it out",
            )
        return panel

    def _draw(self, sheet: Sheet, box: Box, panel: Matrix, plan: _Plan, *, numbered: bool) -> None:
        down, across = len(panel.rows), len(panel.columns)
        names = sheet.ruler.fit_names(panel.rows, sheet.style.tick, plan.room)
        x = Scale(0.0, across, tuple(i + 0.5 for i in range(across)), ("",) * across)
        y = Scale(0.0, down, tuple(down - i - 0.5 for i in range(down)), tuple(names))
        axes = sheet.panel(box, x, y)
        axes.tick_params(length=0, pad=2.0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        for i, row in enumerate(panel.squares):
            for j, square in enumerate(row):
                if square is not None:
                    _square(axes, (j, down - i - 1), square)
        if numbered:
            self._numbers(sheet, box, panel, plan)
        self._columns(sheet, box, panel, plan)
        if panel.title:
            half = sheet.ruler.width(panel.title, sheet.style.label) / 2
            middle = min(max(box.middle, half + 1), sheet.width - half - 1)
            sheet.text((middle, box.top + 3.0), panel.title, sheet.style.label, va="baseline")

    def _numbers(self, sheet: Sheet, box: Box, panel: Matrix, plan: _Plan) -> None:
        wide, high = box.width / len(panel.columns), box.height / len(panel.rows)
        for i, row in enumerate(panel.squares):
            for j, square in enumerate(row):
                if square is None:
                    continue
                lines = plan.lines(square, numbers=True)
                colour = "white" if _is_dark(shade(square.value)) else BLACK
                x, y = box.left + (j + 0.5) * wide, box.top - (i + 0.5) * high
                for place, line in enumerate(lines):
                    up = (len(lines) - 1) / 2 - place
                    at = (x, y + up * plan.size * 1.1 - 0.34 * plan.size)
                    sheet.text(at, line, plan.size, va="baseline", color=colour)

    def _columns(self, sheet: Sheet, box: Box, panel: Matrix, plan: _Plan) -> None:
        """Set the names of the columns: flat where all fit, else upright."""
        size, wide = sheet.style.tick, box.width / len(panel.columns)
        hanging = [] if plan.flat else sheet.ruler.fit_names(panel.columns, size, HANGING)
        for j, name in enumerate(panel.columns):
            x = box.left + (j + 0.5) * wide
            if plan.flat:
                text = sheet.ruler.letters.spell(name)
                sheet.text((x, box.bottom - size - 1.0), text, size, va="baseline")
            else:
                sheet.text((x, box.bottom - 3.0), hanging[j], size, rotation=90, va="top")

    def _sides(self, sheet: Sheet, frame: Frame, height: float, room: float) -> None:
        """Say what rows and columns are; room: for the names of rows."""
        size, ruler = sheet.style.label, sheet.ruler
        first, last = frame.box(0, height), frame.box(frame.count - 1, height)
        if self.across:
            right = frame.box(min(frame.columns, frame.count) - 1, height).right
            text = ruler.fit(self.across, size, sheet.width - 4.0)
            half = ruler.width(text, size) / 2
            middle = min(max((first.left + right) / 2, half + 1), sheet.width - half - 1)
            sheet.text((middle, 2.4), text, size, va="baseline")
        if self.down:
            text = ruler.fit(self.down, size, sheet.height - 4.0)
            half = ruler.width(text, size) / 2
            middle = min(max((first.top + last.bottom) / 2, half + 1), sheet.height - half - 1)
            tick = sheet.style.tick
            beside = (name for p in self.panels[:: frame.columns] for name in p.rows)
            widest = max(ruler.width(ruler.fit(name, tick, room), tick) for name in beside)
            left = first.left - widest - DOWN_GAP_PT - size * 0.62
            sheet.text((max(left, size * 0.62), middle), text, size, rotation=90)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes that all panels share, in TeX points."""

    frame: Frame
    side: float
    """Width of a cell."""
    high: float
    most: int
    """Cells along the largest panel."""
    size: float
    """Of the numbers."""
    room: float
    """For the names of rows."""
    flat: bool
    ruler: Ruler

    @classmethod
    def of(cls, heat: Heat, style: Style, ruler: Ruler) -> _Plan:
        """Plan square cells, as large as fits, but no larger than LARGEST_PT."""
        rows = [name for p in heat.panels for name in p.rows]
        columns = [name for p in heat.panels for name in p.columns]
        names = min(max(ruler.width(n, style.tick) for n in rows), NAMES * style.width)
        most = max(max(len(p.rows), len(p.columns)) for p in heat.panels)
        before = names + 6.0 + (style.label * LINE if heat.down else 0.0)
        narrowest = before + min(LARGEST_PT, 2.6 * style.tick) * most
        side_by_side = columns_for(len(heat.panels), style.width, narrowest + AIR_PT)
        free = (style.width - EDGE_PT) / side_by_side - before - AIR_PT * (side_by_side > 1)
        side = min(LARGEST_PT, HIGHEST_PT / most, free / most)
        widest = max(ruler.width(n, style.tick) for n in columns)
        flat = widest <= side - 2.0
        under = style.tick * LINE if flat else min(widest, HANGING) + 4.0
        gap = before + AIR_PT
        used = side_by_side * side * most + (side_by_side - 1) * gap
        spare = max(0.0, style.width - before - EDGE_PT - used) / 2
        titled = any(p.title for p in heat.panels)
        frame = Frame(
            width=style.width,
            count=len(heat.panels),
            columns=side_by_side,
            left=before + spare,
            gap=gap,
            right=EDGE_PT + spare,
            top=2.0 + title_height(heat.title, style),
            title=style.label * LINE if titled else 0.0,
            foot=under + 6.0,
            bottom=under + (style.label * LINE if heat.across else 0.0) + 2.5,
        )
        size = max(SMALLEST_PT, style.tick - 0.5)
        return cls(frame, side, side, most, size, names, flat, ruler)

    def at(self, high: float) -> _Plan:
        """The plan with cells of a height."""
        return _Plan(
            self.frame, self.side, high, self.most, self.size, self.room, self.flat, self.ruler
        )

    def with_key(self) -> Frame:
        """The frame with room for a key to the shading."""
        return replace(self.frame, top=self.frame.top + KEY_PT + 6.0)

    def fits(self, square: Square) -> bool:
        """Whether a square has room for its shortest text."""
        return not square.texts or bool(self.lines(square, numbers=False))

    def lines(self, square: Square, *, numbers: bool) -> tuple[str, ...]:
        """The longest text that fits; the shortest where numbers must stand."""
        for lines in square.texts:
            wide = max(self.ruler.width(line, self.size) for line in lines)
            if wide <= self.side - 1.0 and (1.1 * len(lines) - 0.1) * self.size <= self.high - 0.4:
                return lines
        return square.texts[-1] if numbers and square.texts else ()


def shade(value: float | None) -> tuple[float, float, float]:
    """Return the colour (red, green, blue from 0 to 1) of a value from -1 to 1."""
    if value is None:
        return (1.0, 1.0, 1.0)
    stops, size = (SHARES if value >= 0 else NEGATIVE), min(abs(value), 1.0)
    for (low, one), (high, other) in pairwise(stops):
        if size <= high:
            share = (size - low) / (high - low)
            red, green, blue = (
                (a + share * (b - a)) / 255 for a, b in zip(one, other, strict=True)
            )
            return (red, green, blue)
    raise AssertionError(size)


def luminance(colour: Sequence[float]) -> float:
    """Return the relative luminance of a colour (WCAG 2.2; IEC 61966-2-1)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _is_dark(colour: Sequence[float]) -> bool:
    return luminance(colour) < DARK


def _square(axes: Axes, at: tuple[float, float], square: Square) -> None:
    from matplotlib.patches import Rectangle

    patch = Rectangle(at, 1.0, 1.0, facecolor=shade(square.value), edgecolor="#d0d0d0")
    patch.set(linewidth=0.4, clip_on=False)
    axes.add_patch(patch)


def _key(sheet: Sheet, y: float) -> None:
    """Draw the key to the shading: what five shades mean."""
    from matplotlib.patches import Rectangle

    wide, size = 30.0, sheet.style.tick
    left = (sheet.width - wide * len(KEY)) / 2
    for place, value in enumerate(KEY):
        at = ((left + place * wide) / sheet.width, y / sheet.height)
        patch = Rectangle(at, wide / sheet.width, KEY_PT / sheet.height, facecolor=shade(value))
        patch.set(edgecolor="#d0d0d0", linewidth=0.4, transform=sheet.figure.transFigure)
        sheet.figure.add_artist(patch)
        colour = "white" if _is_dark(shade(value)) else BLACK
        middle = (left + (place + 0.5) * wide, y + KEY_PT / 2 - 0.34 * size)
        sheet.text(middle, f"{100 * value:g}%", size, va="baseline", color=colour)
