"""Grouped bars from zero: a group a dataset, a bar a method, with replicates and intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from paperforge.figures import labels, numerals, palette, scale, select, written
from paperforge.figures.frame import Frame
from paperforge.figures.scale import Scale
from paperforge.figures.sheet import GAP_PT, LINE, TICK_PT, Sheet, title_height
from paperforge.figures.style import INK, PDF_POINTS
from paperforge.spec import Direction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Box, Ruler
    from paperforge.figures.style import Style
    from paperforge.model import Aggregate, Analysis, Diagnostic
    from paperforge.spec import FigureSpec, Method, Metric

    Group = tuple[str, tuple[Aggregate | None, ...]]

NEEDS: tuple[str, ...] = ()
HATCHES = (
    "",
    "/////",
    "....",
    "xxxx",
    "-----",
    "\\\\\\\\\\",
    "+++",
    "ooo",
    "||||",
    "**",
    "//..",
    "\\\\--",
)
"""By a method's place in the paper, as its colour."""
MOST = len(HATCHES)
NARROWEST_PT, WIDEST_PT = 3.5, 18.0
"""Of a bar."""
BETWEEN = 0.22
"""Room between groups, as a share of a group."""
LABEL = 0.3
"""Share of the figure's width that the name of a group may ask for."""
LEAST_GAP = 0.02
"""A difference below this share of the longest bar cannot be seen."""
LEAST_BAR = 0.005
"""A bar below this share of the longest is a line at zero; one or two may be so."""
MOST_POINTS = 40
"""Replicates that are drawn over one bar."""
INSTEAD = "--kind intervals shows them as dots on a scale of their own"
LIGHT = 150
"""Mean of red, green and blue from which on a hatch is dark."""
LOWEST_PT = 40.0
"""Of one of several rows."""


def compose(spec: FigureSpec, analysis: Analysis) -> Bars:
    """Choose the means. Raises InputError where bars from zero would show nothing."""
    drawn = {a.metric for a in analysis.aggregates if a.mean is not None}
    metric = select.metric_of(spec, analysis, drawn)
    cells = [a for a in analysis.aggregates if a.metric == metric.name]
    methods = select.methods_of(spec, analysis, (a.method for a in cells))
    having = (a.dataset for a in cells if a.dataset is not None)
    scopes: list[tuple[str | None, str]] = [
        (d.name, d.label) for d in select.datasets_of(spec, analysis, having)
    ]
    # The average covers all datasets, so it does not stand beside some of them.
    if len(scopes) > 1 and not spec.datasets:
        scopes.append((None, analysis.design.over_datasets))
    found = {(a.dataset, a.method): a for a in cells}
    groups = tuple(
        (label, tuple(found.get((scope, m.name)) for m in methods))
        for scope, label in scopes
        if any(_has(found.get((scope, m.name))) for m in methods)
    )
    _check(spec, metric, methods, groups)
    every = select.all_methods(analysis, methods)
    places = {m.name: place for place, m in enumerate(every)}
    notes = select.others(spec, analysis, drawn, metric)
    return Bars(spec, metric, methods, groups, palette.looks(every), places, analysis, notes)


def told_apart(spec: FigureSpec, count: int) -> None:
    """Raise InputError where a group has so many bars that nobody can tell them apart."""
    if count > MOST:
        text = f"{count} bars a group cannot be told apart ({MOST} can)"
        raise written.refused(spec, text, f"name fewer methods; {INSTEAD}")


def _has(cell: Aggregate | None) -> bool:
    return cell is not None and cell.mean is not None


def _check(
    spec: FigureSpec, metric: Metric, methods: Sequence[Method], groups: Sequence[Group]
) -> None:
    """Raise InputError where the reader could not see, or not tell apart, what the bars say."""
    instead = INSTEAD
    means = [[a.mean for a in inside if a and a.mean is not None] for _, inside in groups]
    if not groups:
        raise written.refused(
            spec,
            f'there are no means of "{metric.name}" to draw',
            "`paperforge runs` says what the results hold; see this figure's methods and datasets",
        )
    if "y" in spec.log:
        text = "bars begin at zero, which a logarithmic scale does not have"
        raise written.refused(spec, text, instead)
    told_apart(spec, len(methods))
    longest = max(abs(m) for inside in means for m in inside)
    gap = max(max(inside) - min(inside) for inside in means)
    within = [(max(inside) - min(inside), max(map(abs, inside))) for inside in means]
    if 0 < gap < LEAST_GAP * longest:
        if any(apart >= LEAST_GAP * size > 0 for apart, size in within):
            least = min(abs(m) for inside in means for m in inside if m)
            text = f"bars of {least:.3g} and of {longest:.3g} stand on one axis: "
            text += "the short ones, and how far a group's bars differ, are not seen"
            raise written.refused(
                spec, text, f"name datasets of one size (datasets = …); {instead}"
            )
        text = (
            f"the bars of a group differ by at most {100 * gap / longest:.1g}% of their length: "
            "from zero nobody sees it"
        )
        raise written.refused(spec, text, instead)
    sizes = [abs(m) for inside in means for m in inside if m]
    short = [size for size in sizes if size < LEAST_BAR * longest]
    if 2 * len(short) >= max(len(sizes), 1):
        text = f"half of the bars are less than {100 * LEAST_BAR:g}% of the longest"
        raise written.refused(spec, text, f"name datasets and methods of one size; {instead}")


@dataclass(frozen=True, slots=True)
class Bars:
    """The means of one figure, group by group."""

    spec: FigureSpec
    metric: Metric
    methods: tuple[Method, ...]
    groups: tuple[Group, ...]
    """(label, a cell for each method)."""
    looks: Mapping[str, Look]
    places: Mapping[str, int]
    """Method -> its place in the paper."""
    analysis: Analysis
    diagnostics: tuple[Diagnostic, ...]

    @property
    def _cells(self) -> list[Aggregate]:
        return [a for _, inside in self.groups for a in inside if a is not None]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [m.label for m in self.methods] + [label for label, _ in self.groups]
        return (*names, self.metric.label, self.metric.unit, self.spec.title)

    @property
    def note(self) -> str:
        """What bars, whiskers and points are, for the caption."""
        design = self.analysis.design.of(self.metric.name)
        over = written.over(self._cells, design.unit, design.noun) or "runs of other papers"
        if any(written.ends(a) for a in self._cells):
            text = f"Bars: mean over {over}; whiskers: {written.bars_are(design)}"
        elif over == "a single run":
            text = f"Bars: {over} each, so there are no intervals"
        else:
            text = f"Bars: mean over {over}, without intervals"
        if any(1 < len(a.values) <= MOST_POINTS for a in self._cells):
            text += f"; points: one {design.noun} each"
        if holes := self._holes():
            text += f"; ×: no number ({holes})"
        told = written.quoted(self._cells, self.methods)
        return f"{text}.{told}{select.arrow_note(self.metric)}"

    def _why(self, cell: Aggregate | None) -> str:
        cells = [a for a in self.analysis.aggregates if a.metric == self.metric.name]
        return written.absent(cell, written.having(cells))

    def _holes(self) -> str:
        """Why numbers are missing, and where, if for several reasons; then of averages."""
        holes, averages = [], False
        for label, row in self.groups:
            over_all = len(self.groups) > 1 and any(a and a.dataset is None for a in row)
            for method, cell in zip(self.methods, row, strict=True):
                if _has(cell):
                    continue
                averages = averages or over_all
                if not over_all:
                    place = f"{method.label} on {label}" if label else method.label
                    holes.append((self._why(cell), place))
        told = written.reasons(holes)
        return "; ".join(filter(None, (told, "incomplete, so no average" * averages)))

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        count = len(self.methods)
        text = [
            f"Grouped bars of {written.in_unit(self.metric)} for {count} method{'s' * (count > 1)}."
        ]
        for label, row in self.groups[: written.TOLD]:
            cells = list(zip(self.methods, row, strict=True))
            if self.metric.direction is not None:
                sign = -1 if self.metric.direction is Direction.HIGHER else 1
                cells.sort(key=lambda pair: sign * (pair[1].mean or 0.0) if pair[1] else math.inf)
            told = ", ".join(
                f"{m.label} {written.with_interval(a) if a and _has(a) else self._why(a)}"
                for m, a in cells
            )
            text.append(f"{label}: {told}." if label else f"{told}.")
        return " ".join([*text, *written.more_panels(len(self.groups))])

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV; the average's dataset is empty."""
        return written.table(
            ["metric", "group", "dataset", "method", "n", "mean", "low", "high", "missing"],
            (
                (
                    *(self.metric.name, label, a.dataset, a.method, a.n, a.mean),
                    *(written.ends(a) or (None, None)),
                    self._why(a) if a.missing else None,
                )
                for label, row in self.groups
                for a in row
                if a is not None
            ),
        )

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size: groups side by side, in as many rows as they need."""
        entries = [labels.Entry(m.label, self.looks[m.name]) for m in self.methods]
        shown = entries if len(entries) > 1 else []
        legend = labels.legend(ruler, shown, style.tick, style.width)
        heading = title_height(self.spec.title, style)
        y = self._scale()
        numbers = max(ruler.width(t, style.tick) for t in y.labels) + TICK_PT + GAP_PT
        left = style.label * LINE + numbers + 1.0
        room = style.width - left - 3.0
        rows = self._rows(ruler, style, room)
        under = style.tick * LINE + TICK_PT
        frame = Frame(
            width=style.width,
            count=len(rows),
            columns=1,
            left=left,
            gap=0.0,
            right=3.0,
            top=legend.height + heading + 4.0,
            title=0.0,
            foot=under + 5.0,
            bottom=under + 2.0,
        )
        panel = self._height(frame, style)
        sheet = Sheet(style, style.height or frame.height(panel), ruler)
        most = max(map(len, rows))
        names = ruler.fit_names(
            [label for row in rows for label, _ in row], style.tick, frame.panel_width / most - 3.0
        )
        for place, row in enumerate(rows):
            first = place * most
            called = tuple(names[first : first + len(row)])
            self._draw(sheet, frame.box(place, panel), y, row, (most, called))
        mark = partial(
            _sample,
            {id(e.look): self._hatch(m) for m, e in zip(self.methods, entries, strict=True)},
        )
        labels.draw_legend(sheet, legend, sheet.height - 1.0 - heading, mark)
        sheet.title(self.spec.title)
        self._axis_label(sheet, frame, panel)
        return sheet

    def _hatch(self, method: Method) -> str:
        return HATCHES[self.places[method.name] % MOST]

    def _scale(self) -> Scale:
        ends = [0.0]
        for a in self._cells:
            ends += [v for v in (a.mean, *(written.ends(a) or ())) if v is not None]
            ends += a.values if 1 < len(a.values) <= MOST_POINTS else ()
        roof = 100.0 if self.metric.unit == "%" else math.inf
        low, high = min(ends), max(ends)
        if not high > low:
            return Scale(0, 1, (0.0,), ("0",))
        return scale.scale(low, high, 5, roof=roof, of=numerals.of(self.metric))

    def _rows(self, ruler: Ruler, style: Style, room: float) -> list[tuple[Group, ...]]:
        """Groups in even rows: as many side by side as bars and names have room."""
        widest = max(ruler.width(label, style.tick) for label, _ in self.groups) + 6.0
        least = max(
            len(self.methods) * NARROWEST_PT / (1 - BETWEEN), min(widest, LABEL * style.width)
        )
        fit = max(1, int(room // least))
        count = math.ceil(len(self.groups) / fit)
        size = math.ceil(len(self.groups) / count)
        return [self.groups[i : i + size] for i in range(0, len(self.groups), size)]

    def _height(self, frame: Frame, style: Style) -> float:
        if style.height is not None:
            return frame.panel_height(style.height, select.where(self.spec))
        return (
            frame.fitting(62.0, LOWEST_PT)
            if frame.rows > 1
            else min(max(0.45 * frame.panel_width, 80.0), 130.0)
        )

    def _draw(
        self,
        sheet: Sheet,
        box: Box,
        y: Scale,
        row: Sequence[Group],
        of: tuple[int, tuple[str, ...]],
    ) -> None:
        """Draw one row of groups, with the most of a row and their names; x is in points."""
        most, names = of
        wide = box.width / most
        centres = [wide * (i + 0.5) for i in range(len(row))]
        axes = sheet.panel(box, Scale(0.0, box.width, tuple(centres), names), y)
        axes.grid(axis="y")
        axes.tick_params(axis="x", length=0)
        axes.spines["bottom"].set_visible(False)
        axes.axhline(0.0, color=INK, linewidth=0.6, zorder=2.5)
        bar = min(wide * (1 - BETWEEN) / len(self.methods), WIDEST_PT)
        for centre, (_, cells) in zip(centres, row, strict=True):
            left = centre - bar * len(cells) / 2
            for place, (method, cell) in enumerate(zip(self.methods, cells, strict=True)):
                self._bar(axes, method, cell, (left + place * bar, bar))

    def _bar(
        self, axes: Axes, method: Method, cell: Aggregate | None, at: tuple[float, float]
    ) -> None:
        """Draw a bar, its replicates and its interval."""
        left, width = at
        middle = left + width / 2
        if cell is None or cell.mean is None:
            cross = axes.plot([middle], [0.0], color=INK, marker="x", clip_on=False)[0]
            cross.set(markersize=min(4.0, width), markeredgewidth=0.7, linestyle="none")
            return
        look = self.looks[method.name]
        axes.add_patch(_patch((left, 0.0), (width, cell.mean), look, self._hatch(method)))
        if 1 < len(cell.values) <= MOST_POINTS:
            steps = [0.15, 0.85, 0.3, 0.7, 0.22, 0.78]  # beside the interval
            values = sorted(cell.values)
            xs = [left + width * steps[i % len(steps)] for i in range(len(values))]
            axes.plot(
                xs,
                values,
                linestyle="none",
                marker="o",
                markersize=min(2.2, 0.35 * width),
                markerfacecolor="white",
                markeredgecolor=INK,
                markeredgewidth=0.4,
                zorder=4,
            )
        ends = written.ends(cell)
        if ends is not None:
            axes.plot(
                [middle] * 2, list(ends), color="white", linewidth=2.2 * PDF_POINTS, zorder=4.5
            )
            axes.plot([middle] * 2, list(ends), color=INK, linewidth=1.0 * PDF_POINTS, zorder=5)

    def _axis_label(self, sheet: Sheet, frame: Frame, panel: float) -> None:
        size, ruler = sheet.style.label, sheet.ruler
        text = ruler.fit(select.axis_label(self.metric), size, sheet.height - 4.0)
        half = ruler.width(text, size) / 2
        top, bottom = frame.box(0, panel).top, frame.box(frame.count - 1, panel).bottom
        middle = min(max((top + bottom) / 2, half + 1), sheet.height - half - 1)
        sheet.text((size * 0.62, middle), text, size, rotation=90)


def _patch(at: tuple[float, float], size: tuple[float, float], look: Look, hatch: str) -> Rectangle:
    """Return a bar in a method's colour and hatch."""
    from matplotlib.patches import Rectangle

    parts = [int(look.colour[i : i + 2], 16) for i in (1, 3, 5)]
    line = INK if sum(parts) / 3 > LIGHT else "white"
    patch = Rectangle(at, *size, facecolor=look.colour, edgecolor=INK, linewidth=0.5)
    patch.set(hatch=hatch, hatchcolor=line, hatch_linewidth=0.5, zorder=2)
    return patch


def _sample(
    hatches: Mapping[int, str], sheet: Sheet, look: Look, across: tuple[float, float], y: float
) -> None:
    """Draw a piece of a bar in a legend."""
    high = 0.72 * sheet.style.tick
    at = (across[0] / sheet.width, (y - high / 2) / sheet.height)
    size = ((across[1] - across[0]) / sheet.width, high / sheet.height)
    patch = _patch(at, size, look, hatches[id(look)])
    patch.set_transform(sheet.figure.transFigure)
    sheet.figure.add_artist(patch)
