"""Distributions: every replicate of every method, as a strip, a box or a violin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures import numerals, palette, scale, select, written
from paperforge.figures.dots import Dot, DotPlot, Panel
from paperforge.figures.style import INK, PDF_POINTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from matplotlib.axes import Axes

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Diagnostic, Distribution
    from paperforge.spec import FigureSpec, Method, Metric

NEEDS: tuple[str, ...] = ("distributions",)
SHAPES = ("strip", "box", "violin")
BOX_FROM, VIOLIN_FROM = 10, 50
"""Replicates from which on quartiles, or a density, say more than the points do."""
HALF = 0.34
"""Half the height of a box or violin, in rows."""
LANES = (0.0, 0.16, -0.16, 0.08, -0.08, 0.24, -0.24)
"""Where points stand in their row, one after the other, so that equal values can be counted."""
FILL = 0.35
NO_RUNS = "no single runs"
"""Of a mean that was quoted, or is of many: no replicates to draw."""


def compose(spec: FigureSpec, analysis: Analysis) -> Distributions:
    """Choose the cells. Raises InputError where no replicates are known, with the next move."""
    drawn = {d.metric for d in analysis.distributions}
    metric = select.metric_of(spec, analysis, drawn)
    cells = [d for d in analysis.distributions if d.metric == metric.name]
    absent = _absent(analysis, metric.name)
    known = {d.method for d in cells} | {m for (_, m), why in absent.items() if why != NO_RUNS}
    methods = select.methods_of(
        spec, analysis, (m.name for m in analysis.methods if m.name in known)
    )
    datasets = select.datasets_of(spec, analysis, (d.dataset for d in cells))
    found = {(d.dataset, d.method): d for d in cells}
    panels = []
    for dataset in datasets:
        inside = {
            m.name: found[dataset.name, m.name] for m in methods if (dataset.name, m.name) in found
        }
        if inside:
            panels.append((dataset.name, dataset.label, inside))
    most = max((len(d.values) for *_, inside in panels for d in inside.values()), default=0)
    if not panels or (most < 2 and spec.shape != "strip"):  # noqa: PLR2004  two make a spread
        raise written.refused(
            spec,
            f'there are no replicates of "{metric.name}" to show the distribution of',
            "it needs several seeds a cell (at most 200); --kind intervals shows means, and "
            "examples with theirs",
        )
    shape = spec.shape or (
        "violin" if most >= VIOLIN_FROM else "box" if most >= BOX_FROM else "strip"
    )
    if shape not in SHAPES:
        raise written.refused(
            spec, f'shape "{shape}" is not known here', f"use {', '.join(SHAPES)}, or leave it out"
        )
    looks = palette.looks(select.all_methods(analysis, methods))
    values = [[v for d in inside.values() for v in d.values] for *_, inside in panels]
    log = select.logarithmic(spec, values, "values", "x")
    if log and shape == "violin":
        if spec.shape:
            text = "a violin's density is of the values, not of their logarithms"
            raise written.refused(spec, text, 'shape = "box", or log = "none"')
        shape = "box"
    only = _without_runs(spec, analysis, {m for _, m in absent} - known)
    notes = (*select.others(spec, analysis, drawn, metric), *_said(spec, only))
    noun = analysis.design.of(metric.name).noun
    return Distributions(
        spec, metric, methods, tuple(panels), looks, shape, noun, absent, log, notes, only
    )


def _absent(analysis: Analysis, metric: str) -> dict[tuple[str, str], str]:
    """(dataset, method) -> why a cell has no number that can be drawn."""
    return {
        (a.dataset, a.method): str(a.missing) if a.missing else NO_RUNS
        for a in analysis.aggregates
        if a.metric == metric and a.dataset is not None and (a.only_mean or not a.values)
    }


def _without_runs(spec: FigureSpec, analysis: Analysis, names: Collection[str]) -> tuple[str, ...]:
    """The labels of methods of which only means are known."""
    chosen = [m for m in analysis.methods if m.name in names]
    return tuple(m.label for m in chosen if not spec.methods or m.name in spec.methods)


def _said(spec: FigureSpec, only: Sequence[str]) -> tuple[Diagnostic, ...]:
    """The note that names methods of which only means are known."""
    if not only:
        return ()
    text = f"not drawn, for want of single runs: {written.some(only)}"
    return (written.note(spec, text, "--kind intervals shows their means"),)


@dataclass(frozen=True, slots=True)
class Distributions:
    """The replicates of one figure, panel by panel."""

    spec: FigureSpec
    metric: Metric
    methods: tuple[Method, ...]
    panels: tuple[tuple[str, str, Mapping[str, Distribution]], ...]
    """(dataset, label, method -> its replicates)."""
    looks: Mapping[str, Look]
    shape: str
    noun: str
    absent: Mapping[tuple[str, str], str]
    """(dataset, method) -> why it has no points."""
    log: bool
    diagnostics: tuple[Diagnostic, ...]
    only: tuple[str, ...] = ()
    """Labels of methods of which only means are known: they are not drawn."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [m.label for m in self.methods] + [label for _, label, _ in self.panels]
        return (*names, self.metric.label, self.metric.unit, self.spec.title)

    @property
    def note(self) -> str:
        """What points, boxes and whiskers are, for the caption."""
        counts = [len(d.values) for *_, inside in self.panels for d in inside.values()]
        low, high = min(counts), max(counts)
        n = str(low) if low == high else f"{low}–{high}"
        s = "s" if high > 1 else ""
        points = f"points: one {self.noun} each ({n} {self.noun}{s})"
        text = {
            "strip": f"{points[0].upper()}{points[1:]}; vertical bars: medians.",
            "box": "Boxes: quartiles with the median; whiskers: the farthest values within 1.5 "
            f"interquartile ranges of the box; {points}.",
            "violin": "Violins: Gaussian kernel density (Scott's bandwidth) between the smallest "
            f"and the largest value; lines: quartiles with the median as a dot; {points}.",
        }[self.shape]
        text += select.LOG_NOTE if self.log else ""
        text += (
            f" Only means are known of {written.some(self.only)}: not shown." if self.only else ""
        )
        return text + select.arrow_note(self.metric)

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        kind = {"strip": "Strip plot", "box": "Box plot", "violin": "Violin plot"}[self.shape]
        count = len(self.methods)
        text = [
            (
                f"{kind} of {written.in_unit(self.metric)} over {self.noun}s for {count} "
                f"method{'s' * (count > 1)}."
            )
        ]
        for dataset, label, inside in self.panels[: written.TOLD]:
            told = ", ".join(
                self._told(m, inside[m.name])
                if m.name in inside
                else f"{m.label} {self._why(dataset, m)}"
                for m in self.methods
            )
            text.append(f"{label}: {told}." if label else f"{told}.")
        return " ".join([*text, *written.more_panels(len(self.panels))])

    def _told(self, method: Method, one: Distribution) -> str:
        low, high = min(one.values), max(one.values)
        fine = (high - low) / 20 or abs(high) / 100
        numbers = (scale.number(v, fine) for v in (one.quartiles[1], low, high))
        return "{} median {} ({} to {})".format(method.label, *numbers)

    @property
    def data(self) -> str:
        """Every replicate, as CSV."""
        return written.table(
            ["metric", "dataset", "method", "value", "missing"],
            (
                (self.metric.name, dataset, m.name, *told)
                for dataset, _, inside in self.panels
                for m in self.methods
                for told in (
                    [(value, None) for value in inside[m.name].values]
                    if m.name in inside
                    else [(None, self._why(dataset, m))]
                )
            ),
        )

    def _why(self, dataset: str, method: Method) -> str:
        """Why a cell has no replicates."""
        return self.absent.get((dataset, method.name), "not run")

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        panels = []
        for dataset, label, inside in self.panels:
            dots = tuple(self._dot(m, inside.get(m.name), dataset) for m in self.methods)
            panels.append(Panel(label if len(self.panels) > 1 else "", dots))
        roof = 100.0 if self.metric.unit == "%" else math.inf
        mark = {"strip": _strip, "box": _box, "violin": _violin}[self.shape]
        plot = DotPlot(
            tuple(panels),
            select.axis_label(self.metric),
            select.where(self.spec),
            roof,
            self.spec.title,
            row=2.0,
            mark=mark,
            log=self.log,
            of=numerals.of(self.metric),
        )
        return plot.paint(style, ruler)

    def _dot(self, method: Method, one: Distribution | None, dataset: str) -> Dot:
        look = self.looks[method.name]
        if one is None:
            return Dot(method.label, look, None, word=self._why(dataset, method))
        low, high = min(one.values), max(one.values)
        return Dot(method.label, look, one.quartiles[1], low, high, spread=one)


def _strip(axes: Axes, dot: Dot, y: float) -> None:
    """Draw every replicate, and the median as a bar."""
    if dot.spread is None:
        return
    _points(axes, dot, y)
    median = dot.spread.quartiles[1]
    axes.plot(
        [median, median], [y - HALF, y + HALF], color=INK, linewidth=1.2 * PDF_POINTS, zorder=2.5
    )


def _points(axes: Axes, dot: Dot, y: float, share: float = 1.0) -> None:
    assert dot.spread is not None
    values = sorted(dot.spread.values)
    lanes = [y + LANES[i % len(LANES)] for i in range(len(values))]
    axes.plot(
        values,
        lanes,
        color=dot.look.colour,
        linestyle="none",
        marker=dot.look.marker,
        markersize=share * dot.look.size,
        markeredgewidth=0,
        alpha=0.9,
        zorder=dot.look.front,
        clip_on=False,
    )


def _box(axes: Axes, dot: Dot, y: float) -> None:
    """Draw quartiles, whiskers and every replicate."""
    from matplotlib.patches import Rectangle

    if dot.spread is None:
        return
    low, median, high = dot.spread.quartiles
    colour, width = dot.look.ink, 0.8 * PDF_POINTS
    whiskers = dot.spread.whiskers
    for start, end in ((whiskers[0], low), (high, whiskers[1])):
        axes.plot([start, end], [y, y], color=colour, linewidth=width, zorder=2)
    for end in whiskers:
        axes.plot([end, end], [y - HALF / 2, y + HALF / 2], color=colour, linewidth=width, zorder=2)
    box = Rectangle((low, y - HALF), high - low, 2 * HALF, facecolor="white", edgecolor=colour)
    box.set(linewidth=width, zorder=2.1)
    axes.add_patch(box)
    _points(axes, dot, y, 0.7)
    axes.plot(
        [median] * 2, [y - HALF, y + HALF], color=colour, linewidth=1.6 * PDF_POINTS, zorder=6
    )


def _violin(axes: Axes, dot: Dot, y: float) -> None:
    """Draw the density, the quartiles and every replicate."""
    if dot.spread is None:
        return
    one = dot.spread
    if one.density:
        top = max(one.density)
        halves = [HALF * d / top for d in one.density]
        axes.fill_between(
            one.grid,
            [y - h for h in halves],
            [y + h for h in halves],
            facecolor=dot.look.colour,
            alpha=FILL,
            linewidth=0,
            zorder=2,
        )
        for sign in (-1, 1):
            edge = [y + sign * h for h in halves]
            axes.plot(one.grid, edge, color=dot.look.ink, linewidth=0.6 * PDF_POINTS, zorder=2.1)
    _points(axes, dot, y, 0.45)
    low, median, high = one.quartiles
    axes.plot([low, high], [y, y], color=INK, linewidth=1.8 * PDF_POINTS, zorder=6)
    axes.plot(
        [median], [y], color=INK, marker="o", markersize=3.4, markerfacecolor="white", zorder=7
    )
