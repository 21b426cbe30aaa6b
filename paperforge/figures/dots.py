"""Rows of dots with intervals, in one panel or several, for `intervals` and `differences`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.figures import scale
from paperforge.figures.frame import Frame, columns_for
from paperforge.figures.logscale import goes_on, log_scale, set_log
from paperforge.figures.scale import Scale
from paperforge.figures.sheet import LINE, TICK_PT, Sheet, title_height
from paperforge.figures.style import FAINT, GRID, INK, PDF_POINTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Box, Ruler
    from paperforge.figures.style import Style
    from paperforge.model import Distribution

    Mark = Callable[[Axes, "Dot", float], None]

NARROWEST_PT = 70.0
"""Of a panel without the names."""
CLOSEST = 1.12
"""Height of a row where many must fit a page."""
NAMES = 0.36
"""Share of the width that the names may take."""
PAIRS = 0.45
"""The same, of pairs in two lines."""
ROW = 1.5
"""Height of a row, in its text size."""
APART = 0.8
"""Between the numbers of two panels, in their size."""
VERSUS = "\nvs. "
"""Between the two names of a row's label: set in one line where all fit, else in two."""
SECOND = 1.35
"""Height that a second line of a label adds to a row, in its text size."""
AIR_PT = 10.0
"""Between columns."""
EDGE_PT = 1.0
TICK_AIR_PT = 2.0
"""Between the numbers of an axis."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One row: a name, a value with its interval, a word."""

    label: str
    look: Look
    value: float | None
    low: float | None = None
    high: float | None = None
    filled: bool = True
    word: str = ""
    """What stands right of the row, or in it where there is no value."""
    start: float | None = None
    """Where a bar begins."""
    spread: Distribution | None = None
    """The replicates behind the value."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows on one scale."""

    title: str
    dots: tuple[Dot, ...]

    def span(self, above: float = -math.inf) -> tuple[float, float] | None:
        """The range of values and intervals above a limit; None where no row has a value."""
        ends = [e for d in self.dots for e in (d.value, d.low, d.high, d.start) if e is not None]
        ends = [e for e in ends if e > above]
        return (min(ends), max(ends)) if ends else None


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Panels with the same rows in the same order."""

    panels: tuple[Panel, ...]
    x_label: str
    where: str
    roof: float
    title: str = ""
    """Over the whole figure."""
    zero: bool = False
    """Whether zero has a line and is always shown."""
    band: float | None = None
    """Half-width of a band around zero."""
    row: float = ROW
    """Height of a row, in its text size."""
    mark: Mark | None = None
    """Draws a row at a height; None: a dot and its interval."""
    line: float | None = None
    """Another value that has a line and is always shown."""
    log: bool = False
    """Whether the axis is logarithmic; what is not above 0 ends at its edge."""
    of: str = ""
    """What the axis counts: numerals.of."""

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size; rows have a fixed height unless the style has a height."""
        frame = self._frame(style, ruler)
        height = self._height(frame, style, SECOND if self._folded(ruler, style) else 0.0)
        xs = self._scales(style, ruler, frame)
        gap, right = self._edges(ruler, style, frame, xs)
        if gap > frame.gap or right > frame.right:
            frame = replace(frame, gap=max(gap, frame.gap), right=max(right, frame.right))
            xs = self._scales(style, ruler, frame)
        sheet = Sheet(style, style.height or frame.height(height), ruler)
        room = frame.panel_width + AIR_PT / 2
        titles = ruler.fit_names([p.title for p in self.panels], style.label, room)
        for place, panel in enumerate(self.panels):
            box = frame.box(place, height)
            y = self._rows(panel, ruler, style, frame.left, named=frame.first(place))
            axes = sheet.panel(box, xs[place], y)
            set_log(axes, xs[place], y)
            self._dress(sheet, axes, box, titles[place])
            for row, dot in enumerate(panel.dots):
                at = len(panel.dots) - 1 - row
                (self.mark or draw_dot)(axes, dot, at)
                self._word(sheet, frame, box, dot, y.share(at))
        sheet.title(self.title)
        size = style.label
        label = ruler.fit(self.x_label, size, style.width - 2 * EDGE_PT)
        half = ruler.width(label, size) / 2
        middle = (frame.left + style.width - frame.right) / 2
        middle = min(max(middle, half + EDGE_PT), style.width - half - EDGE_PT)
        sheet.text((middle, 2.6), label, size, va="baseline")
        return sheet

    def _frame(self, style: Style, ruler: Ruler) -> Frame:
        dots = [dot for panel in self.panels for dot in panel.dots]
        lines = [line for dot in dots for line in self._lines(dot.label, ruler, style)]
        names = max(ruler.width(line, style.tick) for line in lines)
        most = PAIRS if self._folded(ruler, style) else NAMES
        left = min(names, most * style.width) + 6.0
        columns = columns_for(len(self.panels), style.width - left, NARROWEST_PT + AIR_PT)
        words = [dot.word for dot in dots if dot.value is not None and dot.word]
        beside = columns == 1 and words
        right = max(ruler.width(word, style.tick) for word in words) + 5.0 if beside else 8.0
        titled = any(panel.title for panel in self.panels)
        under = style.tick * LINE + TICK_PT
        return Frame(
            width=style.width,
            count=len(self.panels),
            columns=columns,
            left=left,
            gap=AIR_PT,
            right=right,
            top=2.0 + title_height(self.title, style),
            title=style.label * LINE if titled else 0.0,
            foot=under + 4.0,
            bottom=under + style.label * LINE + 1.5,
        )

    def _folded(self, ruler: Ruler, style: Style) -> bool:
        """Whether the pairs of names take two lines."""
        pairs = {d.label for panel in self.panels for d in panel.dots if VERSUS in d.label}
        widest = max((ruler.width(_flat(pair), style.tick) for pair in pairs), default=0.0)
        return widest > NAMES * style.width

    def _lines(self, label: str, ruler: Ruler, style: Style) -> list[str]:
        """The lines of a label."""
        return label.split("\n") if self._folded(ruler, style) else [_flat(label)]

    def _labels(self, panel: Panel, ruler: Ruler, style: Style, room: float) -> list[str]:
        """The labels as set: each name of a pair is shortened so that names stay distinct."""
        if not self._folded(ruler, style):
            return ruler.fit_names([_flat(d.label) for d in panel.dots], style.tick, room)
        split = [d.label.partition(VERSUS) for d in panel.dots]
        names = list(dict.fromkeys(name for a, _, b in split for name in (a, b) if name))
        room -= ruler.width(VERSUS.strip() + " ", style.tick)
        fitted = dict(zip(names, ruler.fit_names(names, style.tick, room), strict=True))
        return [f"{fitted[a]}{mark}{fitted.get(b, '')}" for a, mark, b in split]

    def _height(self, frame: Frame, style: Style, more: float) -> float:
        """The panels' height: rows stand closer where the figure would not fit a page."""
        if style.height is not None:
            return frame.panel_height(style.height, self.where)
        rows = max(len(panel.dots) for panel in self.panels)
        usual, least = (rows * (row + more) * style.tick + 3.0 for row in (self.row, CLOSEST))
        return frame.fitting(usual, least)

    def _edges(
        self, ruler: Ruler, style: Style, frame: Frame, xs: list[Scale]
    ) -> tuple[float, float]:
        """Room between columns and at the right, so that numbers do not touch or leave the page."""
        over = []
        for x in xs:
            halves = [ruler.width(text, style.tick) / 2 for text in (x.labels[0], x.labels[-1])]
            first, last = (x.share(tick) * frame.panel_width for tick in (x.ticks[0], x.ticks[-1]))
            over.append((halves[0] - first, last + halves[1] - frame.panel_width))
        after = max(0.0, *(b for _, b in over))
        before = max(0.0, *(a for a, _ in over))
        gap = frame.gap if frame.columns == 1 else after + before + APART * style.tick
        return gap, after + EDGE_PT

    def _scales(self, style: Style, ruler: Ruler, frame: Frame) -> list[Scale]:
        """Scales of all panels: one for all where that squeezes none."""
        spans = []
        for panel in self.panels:
            low, high = panel.span(above=0.0 if self.log else -math.inf) or (0.1, 1.0)
            if self.zero:
                edge = 1.15 * (self.band or 0.0)
                low, high = min(low, -edge, 0.0), max(high, edge, 0.0)
            if self.line is not None:
                low, high = min(low, self.line), max(high, self.line)
            spans.append((low, high))
        shown = [s for s, p in zip(spans, self.panels, strict=True) if p.span()]
        if self.log:
            logs = scale.together((math.log(a), math.log(b)) for a, b in shown)
            shared = (math.exp(logs[0]), math.exp(logs[1])) if logs else None
        else:
            shared = scale.together(shown)
        most = max(2, min(7, int(frame.panel_width / (3.6 * style.tick))))
        return [
            self._scale(shared or span, most, ruler, style, frame.panel_width) for span in spans
        ]

    def _scale(
        self, span: tuple[float, float], most: int, ruler: Ruler, style: Style, width: float
    ) -> Scale:
        """The scale with the most ticks whose numbers do not touch; else every second has one."""
        for fewer in range(most, 1, -1):
            made = scale.scale(*span, fewer, roof=self.roof, of=self.of)
            if self.log:
                made = log_scale(*span, fewer, of=self.of)
            ticks = made.ticks
            shares = [made.share(tick) for tick in ticks]
            apart = (shares[1] - shares[0]) * width if ticks[1:] else width
            if max(ruler.width(one, style.tick) for one in made.labels) + TICK_AIR_PT <= apart:
                return made
        every = (text * (place % 2 == 0) for place, text in enumerate(made.labels))
        return replace(made, labels=tuple(every))

    def _rows(self, panel: Panel, ruler: Ruler, style: Style, room: float, *, named: bool) -> Scale:
        count = len(panel.dots)
        names = [""] * count
        if named:
            names = self._labels(panel, ruler, style, room - 4.5)
        ticks = tuple(float(count - 1 - row) for row in range(count))
        return Scale(-0.6, count - 0.4, ticks, tuple(names))

    def _dress(self, sheet: Sheet, axes: Axes, box: Box, title: str) -> None:
        axes.grid(axis="y")
        axes.tick_params(axis="y", length=0, pad=3.0)
        axes.spines["left"].set_visible(False)
        if self.band is not None:
            axes.axvspan(-self.band, self.band, color=GRID, linewidth=0, zorder=0.4)
        if self.zero:
            axes.axvline(0.0, color=INK, linewidth=0.6, zorder=1.5)
        if self.line is not None:
            axes.axvline(self.line, color=INK, linewidth=0.6, zorder=1.5)
        if title:
            size = sheet.style.label
            half = sheet.ruler.width(title, size) / 2
            middle = min(box.middle, sheet.width - half - EDGE_PT)
            sheet.text((middle, box.top + 3.0), title, size, va="baseline")

    def _word(self, sheet: Sheet, frame: Frame, box: Box, dot: Dot, share: float) -> None:
        """Set a row's word: right of the panel, or in the row where it has no value."""
        size = sheet.style.tick
        y = box.bottom + share * box.height - 0.24 * size
        how = {"va": "baseline", "ha": "left"}
        if dot.word and dot.value is None:
            word = sheet.ruler.fit(dot.word, size, box.width - 4.0)
            over = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}  # the row's line
            sheet.text((box.left + 2.0, y), word, size, color=FAINT, bbox=over, **how)
        elif dot.word and frame.columns == 1:
            sheet.text((box.right + 4.0, y), sheet.ruler.letters.spell(dot.word), size, **how)


def _flat(label: str) -> str:
    """A label in one line."""
    return label.replace("\n", " ")


def draw_dot(axes: Axes, dot: Dot, y: float) -> None:
    """Draw one interval and its dot."""
    if dot.value is None:
        return
    look = dot.look
    if dot.low is not None and dot.high is not None:
        low = dot.low
        if low <= 0 and axes.get_xscale() == "log":
            low = axes.get_xlim()[0]
            goes_on(axes, look, y=y)
        axes.plot(
            [low, dot.high],
            [y, y],
            color=look.colour,
            linewidth=(look.width + 0.2) * PDF_POINTS,
            solid_capstyle="butt",
            zorder=look.front,
        )
    axes.plot(
        [dot.value],
        [y],
        color=look.colour,
        linestyle="none",
        marker=look.marker,
        markersize=look.size + 0.8,
        markerfacecolor=look.colour if dot.filled else "white",
        markeredgewidth=0.8,
        zorder=look.front + 1,
        clip_on=False,
    )
