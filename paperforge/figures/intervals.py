"""Dot-and-interval plot: every method's mean with its interval, a panel a dataset."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import numerals, palette, scale, select, written
from paperforge.figures.dots import Dot, DotPlot, Panel
from paperforge.figures.logscale import GOES_ON
from paperforge.spec import Direction, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Aggregate, Analysis, Diagnostic
    from paperforge.spec import FigureSpec, Method, Metric

NEEDS: tuple[str, ...] = ()
TOLD_PANELS = 6


def compose(spec: FigureSpec, analysis: Analysis) -> Intervals:
    """Choose the means. Raises InputError where there are none, with the next move."""
    drawn = {a.metric for a in analysis.aggregates if _has_mean(a)}
    metric = select.metric_of(spec, analysis, drawn)
    cells = [a for a in analysis.aggregates if a.metric == metric.name]
    methods = select.methods_of(spec, analysis, (a.method for a in cells))
    having = (a.dataset for a in cells if a.dataset is not None)
    datasets = select.datasets_of(spec, analysis, having)
    scopes: list[tuple[str | None, str]] = [(d.name, d.label) for d in datasets]
    # The average covers all datasets, so it does not stand beside some of them.
    if len(scopes) > 1 and not spec.datasets:
        scopes.append((None, analysis.design.over_datasets))
    found = {(a.dataset, a.method): a for a in cells}
    panels = []
    for scope, label in scopes:
        inside = tuple(found[scope, m.name] for m in methods if (scope, m.name) in found)
        if any(_has_mean(one) for one in inside):
            panels.append((label, inside))
    if not panels:
        raise InputError(
            f'there are no means of "{metric.name}" to draw',
            select.where(spec),
            "`paperforge runs` says what the results hold; see this figure's methods and datasets",
        )
    level = f"{round(100 * (1 - analysis.design.alpha), 4):g}"
    looks = palette.looks(select.all_methods(analysis, methods))
    notes = select.others(spec, analysis, drawn, metric)
    design = analysis.design.of(metric.name)
    drawn_means = [[a.mean for a in inside if a.mean is not None] for _, inside in panels]
    log = select.logarithmic(spec, drawn_means, "means", "x")
    return Intervals(
        spec,
        metric,
        methods,
        tuple(panels),
        looks,
        design.unit,
        level,
        design.noun,
        log,
        notes,
        written.having(cells),
    )


@dataclass(frozen=True, slots=True)
class Intervals:
    """The means of one figure, panel by panel."""

    spec: FigureSpec
    metric: Metric
    methods: tuple[Method, ...]
    panels: tuple[tuple[str, tuple[Aggregate, ...]], ...]
    looks: Mapping[str, Look]
    unit: Unit
    level: str
    noun: str
    log: bool
    diagnostics: tuple[Diagnostic, ...]
    """What the figure leaves out."""
    having: frozenset[str]
    """The methods that have a mean on a dataset."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [m.label for m in self.methods] + [label for label, _ in self.panels]
        return (*names, self.metric.label, self.metric.unit, self.spec.title)

    @property
    def note(self) -> str:
        """What dots and bars are, for the caption."""
        cells = [a for _, inside in self.panels for a in inside if a.mean is not None]
        over = written.over(cells, self.unit, self.noun) or "runs of other papers"
        bars = "t intervals" if self.unit.of_runs else "intervals of the mean"
        if any(a.half_width is not None for a in cells):
            text = f"Dots: mean over {over}; bars: {self.level}% {bars}."
        elif over == "a single run":
            text = f"Dots: {over} each, so there are no intervals."
        else:
            text = f"Dots: mean over {over}, without intervals."
        text += select.LOG_NOTE if self.log else ""
        ends = [e for _, inside in self.panels for a in inside if (e := written.ends(a))]
        text += GOES_ON if self.log and any(low <= 0 for low, _ in ends) else ""
        text += written.quoted(cells, self.methods)
        return text + select.arrow_note(self.metric)

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        names = {m.name: m.label for m in self.methods}
        unit = f" in {self.metric.unit}" if self.metric.unit else ""
        count = len(self.methods)
        s = "s" * (count > 1)
        text = [f"Dot-and-interval plot of {self.metric.label}{unit} for {count} method{s}."]
        for label, inside in self.panels[:TOLD_PANELS]:
            cells = [(a.mean, a) for a in inside if a.mean is not None and _has_mean(a)]
            if self.metric.direction is not None:
                up = self.metric.direction is Direction.HIGHER
                cells.sort(key=lambda pair: pair[0], reverse=up)
            lacking = [a for a in inside if a.mean is None]
            told = ", ".join(
                [f"{names[a.method]} {_with_spread(mean, a)}" for mean, a in cells]
                + [f"{names[a.method]} {written.absent(a, self.having)}" for a in lacking]
            )
            text.append(f"{label}: {told}." if label else f"{told}.")
        if len(self.panels) > TOLD_PANELS:
            text.append(f"{len(self.panels) - TOLD_PANELS} more panels are in the figure's data.")
        return " ".join(text)

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV; the average's dataset is empty."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(
            ["metric", "panel", "dataset", "method", "n", "mean", "low", "high", "missing"]
        )
        for label, inside in self.panels:
            for a in inside:
                low, high = _ends(a)
                numbers = ["" if x is None else x for x in (a.mean, low, high)]
                why = written.absent(a, self.having) if a.missing else ""
                rows.writerow([a.metric, label, a.dataset or "", a.method, a.n, *numbers, why])
        return out.getvalue()

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        panels = []
        for label, inside in self.panels:
            cells = {a.method: a for a in inside}
            dots = tuple(self._dot(m, cells.get(m.name)) for m in self.methods)
            panels.append(Panel(label if len(self.panels) > 1 else "", dots))
        roof = 100.0 if self.metric.unit == "%" else math.inf
        label = select.axis_label(self.metric)
        where, title = select.where(self.spec), self.spec.title
        of = numerals.of(self.metric)
        plot = DotPlot(tuple(panels), label, where, roof, title, log=self.log, of=of)
        return plot.paint(style, ruler)

    def _dot(self, method: Method, cell: Aggregate | None) -> Dot:
        look = self.looks[method.name]
        if cell is not None and cell.mean is not None and not _has_mean(cell):
            return Dot(method.label, look, None, word="not finite")
        if cell is None or cell.mean is None:
            word = written.absent(cell, self.having)
            return Dot(method.label, look, None, word=word)
        low, high = _ends(cell)
        return Dot(method.label, look, cell.mean, low, high)


def _has_mean(cell: Aggregate) -> bool:
    """Whether a cell has a mean that can be drawn."""
    return cell.mean is not None and math.isfinite(cell.mean)


def _ends(cell: Aggregate) -> tuple[float | None, float | None]:
    if (
        cell.mean is None
        or not _has_mean(cell)
        or cell.half_width is None
        or not math.isfinite(cell.half_width)
    ):
        return None, None
    return cell.mean - cell.half_width, cell.mean + cell.half_width


def _with_spread(mean: float, cell: Aggregate) -> str:
    if not cell.half_width:
        return scale.number(mean, abs(mean) / 100)
    half = scale.number(cell.half_width, cell.half_width)
    return f"{scale.number(mean, cell.half_width)} ± {half}"
