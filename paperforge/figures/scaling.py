"""Scaling law: a metric against sizes, a series a family of methods, with its fitted line."""

from __future__ import annotations

import contextlib
import csv
import io
import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import labels, law, numerals, palette, scale, select
from paperforge.figures.labels import Entry
from paperforge.figures.plane import Axis, Panel, Plane
from paperforge.figures.style import PDF_POINTS
from paperforge.model import Diagnostic, Severity
from paperforge.model.order import ours_last
from paperforge.spec import AT, Method, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Fit, Scaling
    from paperforge.spec import FigureSpec, Metric

NEEDS: tuple[str, ...] = ("scalings",)
BAND_ALPHA = 0.14
WIDE = 30.0
"""Sizes or values that span more than this many times have a logarithmic axis."""
MOST_BANDS = 8
REACH = 0.6
"""Bands and intervals stretch the axis by at most this share of the points' and lines' range."""
TOLD = 6
BEYOND_DASH = (1.5, 2.0)
SPOKEN = {"dataset": "Dataset size", "step": "Step"}


def compose(spec: FigureSpec, analysis: Analysis) -> Law:
    """Choose the series. Raises InputError where there are none, with the next move."""
    where = select.where(spec)
    named = {m.name: m for m in analysis.metrics}
    if not spec.x:
        text = "what the metric scales with is not said"
        known = ", ".join([*named, *SPOKEN])
        raise InputError(text, where, f'x = "NAME" (--x NAME); known: {known}')
    having = {s.metric for s in analysis.scalings if s.x == spec.x}
    if spec.x not in named and spec.x not in SPOKEN and not having:
        raise select.unknown("metric", spec.x, [*named, *SPOKEN], spec)
    metric = select.metric_of(spec, analysis, having)
    if metric.name == spec.x:
        hint = "name another metric for one of them: metric, x"
        raise InputError(f'both axes are "{spec.x}"', where, hint)
    found = [s for s in analysis.scalings if (s.metric, s.x) == (metric.name, spec.x)]
    select.methods_of(spec, analysis, ())
    found = _on(spec, analysis, found)
    if spec.methods:
        found = [s for s in found if set(s.methods) <= set(spec.methods)]
    if not found:
        raise InputError(
            f'there is nothing of "{metric.name}" against "{spec.x}" to draw',
            where,
            "a family is drawn with all its methods: name all of them in `methods`, or none",
        )
    whole = tuple(sorted(found, key=lambda s: _place(s, analysis)))
    roof = _roof(metric, whole)
    listed = tuple(_below(s, roof) for s in whole)
    select.told_apart(spec, max(Counter(s.dataset for s in listed).values()))
    names = {m.name: m for m in analysis.methods}
    looks = palette.looks(analysis.methods)
    about = tuple(_series(s, names, looks, len(listed)) for s in listed)
    notes = [*select.others(spec, analysis, having, metric), *_notes(spec, listed, about)]
    ended = [e.label for s, e, was in zip(listed, about, whole, strict=True) if s is not was]
    notes += _passing(spec, metric, roof, ended)
    level = f"{round(100 * (1 - analysis.design.alpha), 4):g}"
    x = named.get(spec.x) or (None if spec.x == "step" else analysis.sized_by)
    return Law(spec, metric, x, listed, about, level, roof if ended else None, tuple(notes))


def _on(spec: FigureSpec, analysis: Analysis, found: list[Scaling]) -> list[Scaling]:
    """The series of the datasets asked for, where these have sizes of their own."""
    places = {s.dataset for s in found}
    if not spec.datasets or places <= {""}:
        select.datasets_of(spec, analysis, ())
        return found
    names = {d.label.rpartition(AT)[0]: d.name.rpartition(AT)[0] for d in analysis.datasets}
    for name in spec.datasets:
        if name not in names.values():
            raise select.unknown("dataset", name, names.values(), spec)
    return [s for s in found if names.get(s.dataset) in spec.datasets]


def _roof(metric: Metric, series: Sequence[Scaling]) -> float:
    """The value that the metric cannot pass, in printed units; infinity where there is none."""
    top = max(y for s in series for y in s.mean)
    if metric.unit == "%":
        return 100.0
    if not metric.share or top > 100:  # noqa: PLR2004 - no share is more than 100 percent
        return math.inf
    return 1.0 if top <= 1 else 100.0


def _below(s: Scaling, roof: float) -> Scaling:
    """The series with its line, and band, as far as the metric can go."""
    if s.fit is None or all(p[1] <= roof for p in s.fit.grid):
        return s
    grid = tuple(p for p in s.fit.grid if p[1] <= roof or p[0] <= max(s.sizes))
    return replace(s, fit=replace(s.fit, grid=grid))


def _passing(
    spec: FigureSpec, metric: Metric, roof: float, ended: Sequence[str]
) -> Iterable[Diagnostic]:
    """That laws pass what the metric cannot, and what to fit instead."""
    if ended:
        text = f"the law of {', '.join(ended)} passes {roof:g}{metric.unit}, which {metric.label} "
        text += "cannot: its line ends there, and is no forecast"
        hint = f"draw what is left to gain: a metric that is {roof:g} minus it goes down to a floor"
        yield Diagnostic(Severity.WARNING, select.where(spec), text, hint)


def _place(s: Scaling, analysis: Analysis) -> int:
    """Where a series stands among the others: as its last method does in the tables."""
    order = [m.name for m in ours_last(analysis.methods)]
    return max((order.index(m) for m in s.methods if m in order), default=len(order))


def _series(
    s: Scaling, names: Mapping[str, Method], looks: Mapping[str, Look], count: int
) -> Entry:
    """What a series is called, and its look: that of its first method, ours where one is."""
    ours = next((m for m in s.methods if m in names and names[m].role is Role.OURS), s.methods[0])
    label = names[ours].label if len(set(s.methods)) == 1 and s.series == ours else s.series
    if not label:
        label = "All" if count == 1 else "Others"
    look = looks.get(ours) or palette.looks([Method(ours, ours)])[ours]
    # Dashes say here that a line goes beyond the sizes: marker and colour tell series apart.
    return Entry(label, replace(look, dash=()))


def _notes(
    spec: FigureSpec, series: Sequence[Scaling], about: Sequence[Entry]
) -> Iterable[Diagnostic]:
    """Which methods are taken for one family, by their names."""
    for s, entry in zip(series, about, strict=True):
        if len(set(s.methods)) > 1:
            text = f"one series, by the names: {', '.join(dict.fromkeys(s.methods))}"
            yield Diagnostic(Severity.NOTE, f"{select.where(spec)}, {entry.label}", text)


@dataclass(frozen=True, slots=True)
class Law:
    """The series of one figure."""

    spec: FigureSpec
    metric: Metric
    x: Metric | None
    series: tuple[Scaling, ...]
    entries: tuple[Entry, ...]
    level: str
    ended: float | None
    """The value that the metric cannot pass, where a law would: its line ends there."""
    diagnostics: tuple[Diagnostic, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        about = [t for m in (self.metric, self.x) if m is not None for t in (m.label, m.unit)]
        names = [entry.label for entry in self.entries] + self._places
        return (*names, *about, self.spec.title, self.spec.xlabel)

    @property
    def _x_label(self) -> str:
        if self.spec.xlabel:
            return self.spec.xlabel
        if self.x is None:
            return SPOKEN[self.spec.x]
        return f"{self.x.label} ({self.x.unit})" if self.x.unit else self.x.label

    @property
    def _of(self) -> str:
        """What the sizes count."""
        return numerals.COUNT if self.x is None else numerals.of(self.x)

    @property
    def _pairs(self) -> list[tuple[Scaling, Entry]]:
        return list(zip(self.series, self.entries, strict=True))

    @property
    def _places(self) -> list[str]:
        """The datasets that have a panel; one without a name: sizes are of no single one."""
        return list(dict.fromkeys(s.dataset for s in self.series))

    def _named_in_text(self, s: Scaling, entry: Entry) -> str:
        """What a sentence about a series begins with."""
        if s.dataset:
            return f"{entry.label} on {s.dataset}: "
        return f"{entry.label}: " if len(self.series) > 1 or entry.label != "All" else ""

    @property
    def note(self) -> str:
        """What points, lines and bands are, for the caption, with the fitted laws."""
        fits = [s.fit for s in self.series if s.fit is not None]
        over = max((s.averaged for s in self.series), key=len)
        what = f"means over the {len(over)} datasets" if over[1:] else "means"
        text = f"Points: {what}; bars: {self.level}% intervals."
        if not any(e is not None for s in self.series for e in s.low):
            text = f"Points: {what}, without intervals."
        if fits:
            robust = [f.robust for f in fits]
            asked = any(f.p_floor is not None for f in fits)
            bare = "E cannot be told from 0" if asked else "sizes are too few to ask for E"
            how = "Huber's loss" if all(robust) else "least squares"
            if any(robust) and not all(robust):
                how = "Huber's loss, or least squares where sizes are few,"
            text += (
                f" Lines: y = E + c x^(−α), or c x^(−α) where {bare}, fitted by {how} to logarithms"
            )
            banded = any(f.alpha_limits for f in fits)
            text += f"; bands: {self.level}% limits of the line." if banded else ", without bands."
            text += " Dashed: beyond the largest size, where nothing was measured."
            if self.ended is not None:
                most = f"{self.ended:g}{self.metric.unit}"
                text += f" A line ends where its law passes {most}, which no value can."
        told = [law.told(s, self._named_in_text(s, e)) for s, e in self._pairs]
        if len(self._places) > 1:
            text += " A panel a dataset; scales differ between panels."
        text += " " + " ".join(told[:TOLD])
        if len(told) > TOLD:
            text += f" {len(told) - TOLD} more laws are in the figure's data."
        return text + select.arrow_note(self.metric)

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        text = [f"{self.metric.label} against {self._x_label}."]
        for s, entry in self._pairs[:TOLD]:
            spread = (max(s.mean) - min(s.mean)) / 50 or abs(s.mean[0]) / 100
            first, last = (scale.number(v, spread) for v in (s.mean[0], s.mean[-1]))
            sizes = " to ".join(numerals.number(v, self._of) for v in (s.sizes[0], s.sizes[-1]))
            place = f" on {s.dataset}" if s.dataset else ""
            text.append(f"{entry.label}{place}: {first} to {last} at {sizes}.")
        return " ".join(text)

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV: points, then the fitted lines."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        head = ["metric", "series", "what", "method", self.spec.x, "value", "low", "high"]
        apart = [place for place in self._places if place]
        rows.writerow([*head, *(["dataset"] if apart else [])])

        def blank(*values: float | None) -> list[float | str]:
            return ["" if v is None else v for v in values]

        for s, entry in self._pairs:
            where = [s.dataset] if apart else []
            for m, x, y, low, high in zip(s.methods, s.sizes, s.mean, s.low, s.high, strict=True):
                rows.writerow([s.metric, entry.label, "point", m, x, *blank(y, low, high), *where])
            if s.fit is None:
                continue
            for name, value, limits in (
                ("E", s.fit.floor, s.fit.floor_limits),
                ("c", s.fit.factor, s.fit.factor_limits),
                ("alpha", s.fit.alpha, s.fit.alpha_limits),
                ("held out", s.fit.held_out, None),
            ):
                if value is not None:
                    ends = limits or (None, None)
                    numbers = blank(value, *ends)
                    rows.writerow([s.metric, entry.label, name, "", "", *numbers, *where])
            for x, *rest in s.fit.grid:
                rows.writerow([s.metric, entry.label, "line", "", x, *blank(*rest), *where])
        return out.getvalue()

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        panels = tuple((place, *self._axes(place)) for place in self._places)
        plane = Plane(
            panels,
            self._x_label,
            select.axis_label(self.metric),
            select.where(self.spec),
            self.spec.title,
        )
        legend = list({e.label: e for e in self.entries}.values())
        if len(legend) == 1:
            legend = []
        elif len(panels) == 1 and (sheet := self._named(plane, style, ruler)) is not None:
            return sheet
        sheet = plane.paint(style, ruler, legend, self._fill)
        assert sheet is not None
        return sheet

    def _axes(self, place: str) -> tuple[Axis, Axis]:
        """The axes of a dataset's panel."""
        series = [s for s in self.series if s.dataset == place]
        xs = [x for s in series for x in s.sizes]
        ys = [y for s in series for y in s.mean]
        usual = "x" if max(xs) > WIDE * min(xs) else ""
        usual += "y" if min(ys) > 0 and max(ys) > WIDE * min(ys) else ""
        log = select.log_axes(self.spec, usual, (("x", xs), ("y", ys)))
        lines = [p for s in series if s.fit is not None for p in s.fit.grid]
        ends = [e for s in series for e in (*s.low, *s.high) if e is not None]
        ends += [e for p in lines for e in p[2:] if e is not None]
        end = max([*xs, *(p[0] for p in lines)])
        held = [*ys, *(p[1] for p in lines)]
        return Axis(min(xs), end, "x" in log, of=self._of), self._y_axis(held, ends, "y" in log)

    def _named(self, plane: Plane, style: Style, ruler: Ruler) -> Sheet | None:
        """Draw with the names right of the lines' ends; None where they do not fit there."""
        room = labels.beside(ruler, self.entries, style.tick, style.width)
        ends = [_end(s) for s in self.series]
        if room is None or len({x for x, _ in ends}) > 1:
            return None

        def fill(panel: Panel) -> bool:
            shares = [panel.y.share(y) for _, y in ends]
            self._fill(panel)
            return labels.place_beside(panel.sheet, panel.box, self.entries, shares)

        with contextlib.suppress(InputError):  # too low: what is wanted is a height for the legend
            return replace(plane, beside=room).paint(style, ruler, (), fill)
        return None

    @property
    def _most(self) -> float:
        """The value that the metric cannot pass, unless a mean does."""
        roof = _roof(self.metric, self.series)
        return max([roof, *(y for s in self.series for y in s.mean)]) if roof < math.inf else roof

    def _y_axis(self, held: Sequence[float], ends: Sequence[float], log: bool) -> Axis:
        """An axis that holds points and lines, and bands as far as they do not squeeze these."""
        ends = [min(e, self._most) for e in ends if math.isfinite(e) and (e > 0 or not log)]
        low, high = min(held), max(held)
        if log:
            reach = (high / low) ** REACH if high > low else math.inf
            low, high = max(min([low, *ends]), low / reach), min(max([high, *ends]), high * reach)
        else:
            reach = REACH * (high - low) if high > low else math.inf
            low, high = max(min([low, *ends]), low - reach), min(max([high, *ends]), high + reach)
        return Axis(low, high, log, self._most, of=numerals.of(self.metric))

    def _fill(self, panel: Panel) -> bool:
        """Draw bands, lines, intervals and points."""
        for s, entry in self._pairs:
            if s.dataset != self._places[panel.place]:
                continue
            if s.fit is not None:
                self._line(panel, s.fit, entry.look, max(s.sizes))
            self._points(panel, s, entry.look, joined=s.fit is None)
        return True

    def _line(self, panel: Panel, fit: Fit, look: Look, last: float) -> None:
        """The fitted line: whole within the sizes, dashed beyond."""
        inner = [p for p in fit.grid if p[0] <= last]
        outer = [p for p in fit.grid if p[0] >= inner[-1][0]]
        banded = len(self.series) <= MOST_BANDS
        for part, dash, share in ((inner, "-", 1.0), (outer, (0.0, BEYOND_DASH), 0.6)):
            xs = [p[0] for p in part]
            if banded and all(p[2] is not None and p[3] is not None for p in part):
                lows, highs = [p[2] or 0.0 for p in part], [p[3] or 0.0 for p in part]
                highs = [min(high, self._most) for high in highs]
                panel.axes.fill_between(
                    xs, lows, highs, color=look.colour, alpha=BAND_ALPHA * share, linewidth=0,
                    zorder=look.front - 1,
                )  # fmt: skip
            panel.axes.plot(
                xs, [p[1] for p in part], color=look.colour, linestyle=dash,
                linewidth=look.width * PDF_POINTS, zorder=look.front,
            )  # fmt: skip

    def _points(self, panel: Panel, s: Scaling, look: Look, *, joined: bool) -> None:
        """The means with their intervals; a thin line joins those without a fit."""
        for x, low, high in zip(s.sizes, s.low, s.high, strict=True):
            if low is not None and high is not None:
                ends = [min(max(e, panel.y.low), panel.y.high) for e in (low, high)]
                panel.axes.plot([x, x], ends, color=look.colour, linewidth=0.7, zorder=look.front)
        panel.axes.plot(
            s.sizes, s.mean, color=look.colour, linestyle=look.line if joined else "none",
            linewidth=0.5, marker=look.marker, markersize=look.size + 0.8, markeredgewidth=0,
            zorder=look.front + 1,
        )  # fmt: skip


def _end(s: Scaling) -> tuple[float, float]:
    """Where a series' line ends: the law's, or without one that through the points."""
    if s.fit is not None:
        return s.fit.grid[-1][0], s.fit.grid[-1][1]
    return max(zip(s.sizes, s.mean, strict=True))
