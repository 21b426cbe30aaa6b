"""Panels with two numeric axes and a legend, for `profile`, `pareto` and `scaling`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from paperforge.figures import labels, scale
from paperforge.figures.frame import Frame, columns_for
from paperforge.figures.logscale import log_scale, set_log
from paperforge.figures.sheet import GAP_PT, LINE, TICK_PT, Sheet, title_height

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from paperforge.figures.labels import Entry
    from paperforge.figures.scale import Scale
    from paperforge.figures.sheet import Box, Ruler
    from paperforge.figures.style import Style

NARROWEST_PT = 112.0
"""Of a panel with its tick labels."""
LOWEST_PT = 50.0


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis must hold."""

    low: float
    high: float
    log: bool = False
    roof: float = math.inf
    pad: bool = True
    of: str = ""
    """What it counts: numerals.of."""

    def scale(self, most: int) -> Scale:
        """Return its scale with at most `most` ticks."""
        if self.log:
            return log_scale(self.low, self.high, most, pad=self.pad, of=self.of)
        return scale.scale(self.low, self.high, most, pad=self.pad, roof=self.roof, of=self.of)


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes on the page: what fills it draws on `axes`."""

    sheet: Sheet
    axes: Axes
    box: Box
    place: int
    x: Scale
    y: Scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies on the page, in TeX points."""
        across, up = self.x.share(x) * self.box.width, self.y.share(y) * self.box.height
        return self.box.left + across, self.box.bottom + up


@dataclass(frozen=True, slots=True)
class Plane:
    """Panels of one figure, each with its own axes; one label a direction."""

    panels: tuple[tuple[str, Axis, Axis], ...]
    """Title, horizontal, vertical."""
    x_label: str
    y_label: str
    where: str
    title: str = ""
    beside: float = 0.0
    """Room right of the panels, for names."""

    def paint(
        self,
        style: Style,
        ruler: Ruler,
        entries: Sequence[Entry],
        fill: Callable[[Panel], bool],
    ) -> Sheet | None:
        """Draw with a legend of the entries; None where a panel's filling says it does not fit."""
        legend = labels.legend(ruler, entries, style.tick, style.width)
        heading = title_height(self.title, style)
        columns = columns_for(len(self.panels), style.width, NARROWEST_PT)
        wide = style.width / columns > 2 * NARROWEST_PT
        xs = [x.scale(7 if wide else 5) for _, x, _ in self.panels]
        ys = [y.scale(6 if wide else 5) for _, _, y in self.panels]
        frame = self._frame(style, ruler, (xs, ys), legend.height + heading)
        height = self._height(frame, style)
        for place, y in enumerate(ys):
            x = _apart(self.panels[place][1], xs[place], frame.panel_width, ruler, style.tick)
            xs[place] = _cornered(x, y, frame.panel_width, height, ruler, style.tick)
        sheet = Sheet(style, style.height or frame.height(height), ruler)
        room = frame.panel_width + frame.gap / 2
        titles = ruler.fit_names([title for title, *_ in self.panels], style.label, room)
        for place, title in enumerate(titles):
            box = frame.box(place, height)
            axes = sheet.panel(box, xs[place], ys[place])
            set_log(axes, xs[place], ys[place])
            axes.grid(axis="y")
            if not fill(Panel(sheet, axes, box, place, xs[place], ys[place])):
                return None
            if len(self.panels) > 1:
                sheet.text((box.middle, box.top + 3.0), title, style.label, va="baseline")
        labels.draw_legend(sheet, legend, sheet.height - 1.0 - heading)
        sheet.title(self.title)
        self._axis_labels(sheet, frame, height)
        return sheet

    def _frame(
        self, style: Style, ruler: Ruler, scales: tuple[list[Scale], list[Scale]], top: float
    ) -> Frame:
        """Work out the room around the panels."""
        xs, ys = scales
        numbers = max((ruler.width(t, style.tick) for y in ys for t in y.labels), default=0.0)
        numbers += TICK_PT + GAP_PT
        over = max((ruler.width(x.labels[-1], style.tick) for x in xs if x.labels), default=0.0) / 2
        under = style.tick * LINE + TICK_PT
        titled = len(self.panels) > 1
        return Frame(
            width=style.width,
            count=len(self.panels),
            columns=columns_for(len(self.panels), style.width, NARROWEST_PT),
            left=style.label * LINE + numbers + 1.0,
            gap=over + 8.0 + numbers,
            right=max(over + 1.0, 4.0, self.beside),
            top=top + (1.0 if titled else 3.0 + style.tick / 3),
            title=style.label * LINE + 1.0 if titled else 0.0,
            foot=5.0 + under,
            bottom=under + style.label * LINE + 2.0,
        )

    def _height(self, frame: Frame, style: Style) -> float:
        if style.height is not None:
            return frame.panel_height(style.height, self.where)
        if len(self.panels) == 1:
            return min(max(0.62 * frame.panel_width, 92.0), 170.0)
        return frame.fitting(min(max(0.78 * frame.panel_width, 66.0), 110.0), LOWEST_PT)

    def _axis_labels(self, sheet: Sheet, frame: Frame, height: float) -> None:
        """Set one label for each direction, over all panels."""
        size, ruler = sheet.style.label, sheet.ruler
        upper, lower = frame.box(0, height), frame.box(frame.count - 1, height)
        text = ruler.fit(self.y_label, size, max(upper.top - lower.bottom, sheet.height - 4.0))
        half = ruler.width(text, size) / 2
        middle = min(max((upper.top + lower.bottom) / 2, half + 1), sheet.height - half - 1)
        sheet.text((size * 0.62, middle), text, size, rotation=90)
        label = ruler.fit(self.x_label, size, sheet.width - 2.0)
        half = ruler.width(label, size) / 2
        middle = (frame.left + frame.width - frame.right) / 2
        middle = min(max(middle, half + 1), sheet.width - half - 1)
        sheet.text((middle, 2.4), label, size, va="baseline")


def _apart(axis: Axis, x: Scale, width: float, ruler: Ruler, size: float) -> Scale:
    """Return the scale with so few ticks that their numbers do not touch; two stay."""
    made = x
    for fewer in range(len(x.ticks), 1, -1):
        made = x if fewer == len(x.ticks) else axis.scale(fewer)
        places = [made.share(tick) * width for tick in made.ticks]
        halves = [ruler.width(text, size) / 2 + GAP_PT for text in made.labels]
        ends = zip(pairwise(places), pairwise(halves), strict=True)
        if all(right - left >= a + b for (left, right), (a, b) in ends):
            return made
    first = tuple(text if place == 0 else "" for place, text in enumerate(made.labels))
    return replace(made, labels=first) if made.ticks[1:] else made


def _cornered(  # noqa: PLR0917 - two axes and their lengths
    x: Scale, y: Scale, width: float, height: float, ruler: Ruler, size: float
) -> Scale:
    """The horizontal scale without its first number, where that touches the lowest vertical one."""
    if not x.ticks or not y.ticks or y.share(y.ticks[0]) * height > size:
        return x
    reach = x.share(x.ticks[0]) * width - ruler.width(x.labels[0], size) / 2
    return replace(x, labels=("", *x.labels[1:])) if reach < -(TICK_PT + GAP_PT) else x
