"""Learning curves: the mean over replicates along the steps, with its t interval as a band."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import labels, numerals, palette, plane, scale, select, steps, strokes
from paperforge.figures.frame import Frame, columns_for
from paperforge.figures.logscale import log_scale, set_log
from paperforge.figures.sheet import GAP_PT, LINE, TICK_PT, Sheet, title_height
from paperforge.spec import Direction, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paperforge.figures.labels import Entry
    from paperforge.figures.palette import Look
    from paperforge.figures.scale import Scale
    from paperforge.figures.sheet import Ruler
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Curve, Diagnostic
    from paperforge.spec import Dataset, FigureSpec, Method, Metric

NEEDS: tuple[str, ...] = ("curves",)
NARROWEST_PT = 104.0
"""Of a panel with its tick labels: 2 in a column, 4 over a two-column page."""
LOWEST_PT = 46.0
NAMED_PT = 0.9
"""Share of NARROWEST_PT that panels may have beside which the names stand."""
BAND_REACH = 0.5
"""Bands stretch the axis by at most this share of the lines' own range."""
TOLD_PANELS = 6
X_LABEL = "Step"


def compose(spec: FigureSpec, analysis: Analysis) -> LearningCurves:
    """Choose the curves. Raises InputError where there are none, with the next move."""
    metric = select.metric_of(spec, analysis, (c.metric for c in analysis.curves))
    curves = [
        f for c in analysis.curves if c.metric == metric.name and (f := steps.finite(c)).steps
    ]
    if not curves:
        raise InputError(
            f'there are no steps of "{metric.name}" to draw',
            select.where(spec),
            "learning curves need a step column: map it (columns.step in paper.toml, or "
            '--map COLUMN=step), or choose the kind "intervals"',
        )
    split = steps.split(spec, curves)
    whole = [c for c in curves if c.split == split]
    curves = [steps.common(c) for c in whole]
    ended = any(len(a.steps) < len(b.steps) for a, b in zip(curves, whole, strict=True))
    methods = select.methods_of(spec, analysis, (c.method for c in curves))
    datasets = select.datasets_of(spec, analysis, (c.dataset for c in curves))
    found = {(c.dataset, c.method): c for c in curves}
    panels = tuple(
        (d, tuple(found[d.name, m.name] for m in methods if (d.name, m.name) in found))
        for d in datasets
    )
    panels = tuple(panel for panel in panels if panel[1])
    if not panels:
        raise InputError(
            "none of the methods and datasets asked for has steps",
            select.where(spec),
            "take methods or datasets out of this figure's list",
        )
    design = analysis.design.of(metric.name)
    unit = Unit.SEED if design.unit.of_runs else Unit.NONE
    level = f"{round(100 * (1 - analysis.design.alpha), 4):g}"
    looks = palette.looks(select.all_methods(analysis, methods))
    # Only one metric's curves are computed, so the others are those that have values.
    having = {a.metric for a in analysis.aggregates if a.mean is not None}
    notes = select.others(spec, analysis, having, metric)
    notes += steps.shorter(spec, panels, {m.name: m.label for m in methods})
    notes += steps.fewer(spec, [c for _, inside in panels for c in inside])
    noun = design.noun
    select.told_apart(spec, max(len(inside) for _, inside in panels))
    log = _logarithmic(spec, panels)
    return LearningCurves(
        spec, metric, methods, panels, looks, unit, level, noun, ended, log, notes
    )


def _logarithmic(spec: FigureSpec, panels: Sequence[tuple[Dataset, tuple[Curve, ...]]]) -> str:
    """Which axes are logarithmic: as asked; the vertical one also where it must be."""
    ends = [[c.mean[-1] for c in inside] for _, inside in panels]
    if select.logarithmic(replace(spec, log=spec.log.replace("y", "")), ends, "means", "y"):
        spec = replace(spec, log="xy" if "x" in spec.log else "y")
    every = [c for _, inside in panels for c in inside]
    if not spec.log and all(
        select.crushed([v for c in inside for v in c.mean]) for _, inside in panels
    ):
        spec = replace(spec, log="y" if all(v > 0 for c in every for v in c.mean) else "")
    held = ("x", [s for c in every for s in c.steps]), ("y", [v for c in every for v in c.mean])
    return select.log_axes(spec, "", held)


@dataclass(frozen=True, slots=True)
class LearningCurves:
    """The curves of one figure, panel by panel."""

    spec: FigureSpec
    metric: Metric
    methods: tuple[Method, ...]
    panels: tuple[tuple[Dataset, tuple[Curve, ...]], ...]
    looks: Mapping[str, Look]
    unit: Unit
    level: str
    noun: str
    ended: bool
    """Whether a line stops where its first run does."""
    log: str
    """The logarithmic axes."""
    diagnostics: tuple[Diagnostic, ...]

    @property
    def curves(self) -> tuple[Curve, ...]:
        """All curves."""
        return tuple(curve for _, curves in self.panels for curve in curves)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [m.label for m in self.methods] + [d.label for d, _ in self.panels]
        return (*names, self._axis.label, self.metric.unit, self.spec.title, self.spec.xlabel)

    @property
    def _axis(self) -> Metric:
        """What the vertical axis is called: with its split where one was asked for."""
        return steps.of_split(self.metric, self.spec.split)

    @property
    def note(self) -> str:
        """What lines and bands are, for the caption."""
        counts = [n for curve in self.curves for n in curve.n]
        over = select.replicates(self.unit, counts, self.noun)
        split = steps.on_split(self.curves[0].split)
        if max(counts) <= 1:
            text = f"Lines: a single run each{split}, so there are no bands."
        else:
            text = f"Lines: mean over {over}{split}; bands: {self.level}% t intervals."
        if self.ended:
            text += " Lines stop at the last step that all their runs reached."
        if len(self.panels) > 1 and scale.together(map(self._span, self._groups())) is None:
            text += " Vertical scales differ between panels."
        if self.log:
            text += " Logarithmic: " + " and ".join(f"the {axis} axis" for axis in self.log) + "."
        return text + select.arrow_note(self.metric)

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        names = {m.name: m.label for m in self.methods}
        unit = f" in {self.metric.unit}" if self.metric.unit else ""
        first = min(c.steps[0] for c in self.curves)
        last = max(c.steps[-1] for c in self.curves)
        who = f"{len(self.methods)} method{'s' * (len(self.methods) > 1)}"
        what = f"{self.metric.label}{unit}{steps.on_split(self.curves[0].split)}"
        text = [f"Learning curves of {what}, steps {first:g} to {last:g}, for {who}."]
        for dataset, curves in self.panels[:TOLD_PANELS]:
            low, high = self._span(curves)
            order = list(curves)
            if self.metric.direction is not None:
                up = self.metric.direction is Direction.HIGHER
                order.sort(key=lambda c: c.mean[-1], reverse=up)
            ends = (
                f"{names[c.method]} {scale.number(c.mean[-1], (high - low) / 50)}" for c in order
            )
            place = f" on {dataset.label}" if dataset.label else ""
            text.append(f"At the last step{place}: {', '.join(ends)}.")
        if len(self.panels) > TOLD_PANELS:
            text.append(f"{len(self.panels) - TOLD_PANELS} more panels are in the figure's data.")
        return " ".join(text)

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["metric", "split", "dataset", "method", "step", "mean", "low", "high", "n"])
        for c in self.curves:
            columns = (c.steps, c.mean, c.low, c.high, c.n)
            at = steps.rows(c)
            head = map(repeat, (c.metric, c.split, c.dataset, c.method))
            points = ([column[i] for i in at] for column in columns)
            rows.writerows(zip(*head, *points, strict=False))
        return out.getvalue()

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        entries = [labels.Entry(m.label, self.looks[m.name]) for m in self.methods]
        # The panel's height decides whether names fit beside the lines, and a legend changes it.
        for room in self._rooms(style, ruler, entries):
            sheet = self._paint(style, ruler, entries, room)
            if sheet is not None:
                return sheet
        sheet = self._paint(style, ruler, entries, None)
        assert sheet is not None
        return sheet

    def _rooms(self, style: Style, ruler: Ruler, entries: list[Entry]) -> Iterator[float]:
        """The room right of the panels in which names may stand; 0: in the last row's free place.

        None where they would stand beside one row of several, or leave narrow panels.
        """
        count = len(self.panels)
        columns = columns_for(count, style.width, NARROWEST_PT)
        if not self._ends_meet():
            return
        if columns < count:
            if count % columns:
                yield 0.0
            return
        room = labels.beside(ruler, entries, style.tick, style.width)
        narrow = NAMED_PT * columns * NARROWEST_PT if count > 1 else 0.0
        if room is not None and style.width - room >= narrow:
            yield room

    def _paint(
        self, style: Style, ruler: Ruler, entries: list[Entry], beside: float | None
    ) -> Sheet | None:
        """Draw with names beside the lines, or with a legend; None where the names do not fit."""
        shown = [] if beside is not None or len(entries) == 1 else entries
        legend = labels.legend(ruler, shown, style.tick, style.width)
        xs, ys = self._scales(style)
        heading = title_height(self.spec.title, style)
        frame = self._frame(style, ruler, (xs, ys), legend.height + heading, beside)
        panel = self._panel_height(frame, style)
        sheet = Sheet(style, style.height or frame.height(panel), ruler)
        room = frame.panel_width + frame.gap / 2
        order = [m.name for m in self.methods]
        titles = ruler.fit_names([d.label for d, _ in self.panels], style.label, room)
        for place, (_, curves) in enumerate(self.panels):
            box = frame.box(place, panel)
            axes = sheet.panel(box, xs[place], ys[place])
            set_log(axes, xs[place], ys[place])
            panel_of = plane.Panel(sheet, axes, box, place, xs[place], ys[place])
            for one in curves:
                offset = (order.index(one.method) + 1) / (len(order) + 1)
                strokes.draw(panel_of, one, self.looks[one.method], offset)
            axes.grid(axis="y")
            axes.tick_params(
                labelleft=frame.first(place) or not _same(ys),
                labelbottom=frame.lowest(place) or not _same(xs),
            )
            if self._titled:
                sheet.text((box.middle, box.top + 3.0), titles[place], style.label, va="baseline")
        labels.draw_legend(sheet, legend, sheet.height - 1.0 - heading)
        sheet.title(self.spec.title)
        self._axis_labels(sheet, frame, panel)
        if beside is None:
            return sheet
        ends = [ys[-1].share(curve.mean[-1]) for curve in self.panels[-1][1]]
        last = frame.box(len(self.panels) - 1, panel)
        wide = last.right + labels.room(ruler, entries, style.tick) > style.width + 0.1
        fitted = not wide and labels.place_beside(sheet, last, entries, ends)
        return sheet if fitted else None

    def _ends_meet(self) -> bool:
        """Whether all methods' lines end at the last panel's right, so that names fit there."""
        inside = self.panels[-1][1]
        shared = self.curves if scale.together(self._reach()) else inside
        lasts, last = {curve.steps[-1] for curve in inside}, max(c.steps[-1] for c in shared)
        return len(inside) == len(self.methods) > 1 and lasts == {last}

    def _reach(self) -> list[tuple[float, float]]:
        """The first and the last step of each panel."""
        return [(min(c.steps[0] for c in g), max(c.steps[-1] for c in g)) for g in self._groups()]

    def _span(self, curves: Sequence[Curve]) -> tuple[float, float]:
        """The range of a panel; of a logarithmic one, of the lines alone: bands may reach 0."""
        if "y" in self.log:
            means = [v for c in curves for v in c.mean]
            return min(means), max(means)
        return _span(curves)

    def _groups(self) -> list[tuple[Curve, ...]]:
        return [curves for _, curves in self.panels]

    def _scales(self, style: Style) -> tuple[list[Scale], list[Scale]]:
        """Scales of all panels: one for all where that squeezes none."""
        columns = columns_for(len(self.panels), style.width, NARROWEST_PT)
        wide = style.width / columns > 2 * NARROWEST_PT
        reach = self._reach()
        spans = [self._span(g) for g in self._groups()]
        roof = 100.0 if self.metric.unit == "%" else math.inf
        across, up = scale.together(reach), scale.together(spans)
        few, many = (6 if wide else 4), (6 if wide else 5)
        of, count = numerals.of(self.metric), numerals.COUNT
        xs = [scale.scale(*(across or one), few, pad=one[0] == one[1], of=count) for one in reach]
        ys = [scale.scale(*(up or one), many, roof=roof, of=of) for one in spans]
        if "x" in self.log:
            xs = [log_scale(*(across or one), few, pad=one[0] == one[1], of=count) for one in reach]
        if "y" in self.log:
            ys = [log_scale(*(up or one), many, of=of) for one in spans]
        return xs, ys

    def _frame(
        self,
        style: Style,
        ruler: Ruler,
        scales: tuple[list[Scale], list[Scale]],
        top: float,
        beside: float | None,
    ) -> Frame:
        """Work out the room around the panels."""
        xs, ys = scales
        numbers = max(ruler.width(t, style.tick) for y in ys for t in y.labels)
        numbers += TICK_PT + GAP_PT
        over = max((ruler.width(x.labels[-1], style.tick) for x in xs), default=0.0) / 2
        columns = columns_for(len(self.panels), style.width, NARROWEST_PT)
        under = style.tick * LINE + TICK_PT
        return Frame(
            width=style.width,
            count=len(self.panels),
            columns=columns,
            left=style.label * LINE + numbers + 1.0,
            gap=max(2 * over, over + 8.0) + (0.0 if _same(ys) else numbers),
            right=beside or max(over, 3.0) + 1.0,
            top=top + (3.0 if not self._titled else 1.0),
            title=style.label * LINE + 1.0 if self._titled else 0.0,
            foot=5.0 + (0.0 if _same(xs) else under),
            bottom=under + style.label * LINE + 2.0,
        )

    @property
    def _titled(self) -> bool:
        return len(self.panels) > 1

    def _panel_height(self, frame: Frame, style: Style) -> float:
        if style.height is not None:
            return frame.panel_height(style.height, select.where(self.spec))
        if len(self.panels) == 1:
            return min(max(0.62 * frame.panel_width, 88.0), 150.0)
        return frame.fitting(min(max(0.78 * frame.panel_width, 62.0), 105.0), LOWEST_PT)

    def _axis_labels(self, sheet: Sheet, frame: Frame, panel: float) -> None:
        """Set one label for each direction, over all panels."""
        size, ruler = sheet.style.label, sheet.ruler
        upper, lower = frame.box(0, panel), frame.box(frame.count - 1, panel)
        height = upper.top - lower.bottom
        text = ruler.fit(select.axis_label(self._axis), size, max(height, sheet.height - 4.0))
        half = ruler.width(text, size) / 2
        middle = min(max((upper.top + lower.bottom) / 2, half + 1), sheet.height - half - 1)
        sheet.text((size * 0.62, middle), text, size, rotation=90)
        right = frame.width - frame.right
        label = self.spec.xlabel or X_LABEL
        sheet.text(((frame.left + right) / 2, 2.4), label, size, va="baseline")


def _span(curves: Sequence[Curve]) -> tuple[float, float]:
    """Return the range of the lines, and of the bands as far as they do not flatten the lines."""
    lines = [_range(c.mean) for c in curves]
    low, high = min(one[0] for one in lines), max(one[1] for one in lines)
    reach = BAND_REACH * (high - low)
    bands = [_range(side) for c in curves for side in (c.low, c.high) if side is not c.mean]
    lowest, highest = min([low, *(b[0] for b in bands)]), max([high, *(b[1] for b in bands)])
    if reach <= 0:
        return lowest, highest
    return max(lowest, low - reach), min(highest, high + reach)


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The least and the largest of the finite values; of none two that say nothing."""
    low, high = min(values), max(values)
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    finite = list(filter(math.isfinite, values))
    return min(finite, default=math.inf), max(finite, default=-math.inf)


def _same(scales: Sequence[Scale]) -> bool:
    """Whether all panels have one scale, so that one of a row or column can have the labels."""
    return len({(one.low, one.high) for one in scales}) == 1
