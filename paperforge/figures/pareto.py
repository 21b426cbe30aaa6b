"""Quality against cost: a point a method with both intervals, and the front of the means."""

from __future__ import annotations

import contextlib
import csv
import io
import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.figures import labels, numerals, palette, scale, scatter, select, written
from paperforge.figures.front import Point, corners, having_both, points_of, undrawn
from paperforge.figures.logscale import GOES_ON, goes_on
from paperforge.figures.plane import Axis, Panel, Plane
from paperforge.figures.style import FAINT, PDF_POINTS
from paperforge.model import Diagnostic, Severity, Verdict
from paperforge.model.wording import lower, spoken
from paperforge.spec import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Analysis
    from paperforge.spec import FigureSpec, Method, Metric

NEEDS: tuple[str, ...] = ()
WIDE = 30.0
"""A cost that spans more than this many times is drawn on a logarithmic axis."""
PALE = 0.45
"""Opacity of a dominated point's interval; its marker is hollow."""
NEAR_PT = 3.2
"""Half of the square around a point that no name may touch."""
CROWD = 16
"""Of more methods only those on the front, and ours, are named: the others are grey points."""
GREY_PT = 2.4
TOLD = 12
GREY = palette.Look(FAINT, (), "o", 0.7, GREY_PT, 2)
"""Of a method without a name in the figure."""


def compose(spec: FigureSpec, analysis: Analysis) -> Front:
    """Choose the points. Raises InputError where there are none, with the next move."""
    where = select.where(spec)
    named = {m.name: m for m in analysis.metrics}
    if not spec.x:
        others = ", ".join(named) or "none"
        text, hint = "what quality costs is not said", f'x = "NAME" (--x NAME); known: {others}'
        raise InputError(text, where, hint)
    if spec.x not in named:
        raise select.unknown("metric", spec.x, named, spec)
    cost = named[spec.x]
    having = [a.metric for a in analysis.aggregates if a.mean is not None and a.metric != cost.name]
    metric = select.metric_of(spec, analysis, having)
    if metric is cost:
        raise InputError(
            f'both axes are "{cost.name}"', where, "name another metric for one of them: metric, x"
        )
    for one in (metric, cost):
        if one.direction is None:
            raise InputError(
                f'which values of "{one.name}" are better is not known',
                where,
                f'direction = "higher" or "lower" in [metrics.{one.name}], or --higher/--lower '
                f"{one.name}",
            )
    methods = select.methods_of(spec, analysis, having_both(analysis, metric, cost))
    places = [a.dataset for a in analysis.aggregates if a.dataset is not None]
    datasets = select.datasets_of(spec, analysis, places) if spec.datasets else ()
    whole = analysis.datasets[0].name if len(analysis.datasets) == 1 else None
    scopes: list[tuple[str | None, str]] = [(d.name, d.label) for d in datasets]
    panels = tuple(
        (label, points)
        for scope, label in scopes or [(whole, "")]
        if (points := points_of(analysis, (metric, cost), [m.name for m in methods], scope))
    )
    if not panels:
        raise InputError(
            f'no method has both "{metric.name}" and "{cost.name}"',
            where,
            "`paperforge runs` says what each method reports; the average over the datasets needs "
            "every one of them (or name one: datasets)",
        )
    missing = undrawn(spec, analysis, {p.method for _, points in panels for p in points})
    notes = list(select.others(spec, analysis, set(having), metric))
    if missing:
        message = f"not drawn, for want of one of the two numbers: {written.some(missing)}"
        notes.append(Diagnostic(Severity.WARNING, where, message, "run what is missing"))
    looks = _looks(spec, select.all_methods(analysis, methods), methods, panels)
    return Front(spec, metric, cost, methods, panels, looks, analysis, tuple(notes))


def _looks(
    spec: FigureSpec,
    every: Sequence[Method],
    methods: Sequence[Method],
    panels: Sequence[tuple[str, tuple[Point, ...]]],
) -> Mapping[str, Look]:
    """The looks of all methods: of a crowd those that are no part of the front are grey."""
    looks = palette.looks(every)
    if len(methods) <= CROWD:
        return looks
    front = {p.method for _, points in panels for p in points if not p.beaten}
    select.told_apart(spec, len(front), "points of the front")
    plain = {m.name for m in methods if m.name not in front and m.role is not Role.OURS}
    return {name: GREY if name in plain else look for name, look in looks.items()}


def _fine(point: Point, spread: float) -> float:
    """How precisely a point is told: by its interval, else by how far the points lie apart."""
    low, high = point.y_ends or (0.0, 0.0)
    return (high - low) / 2 or spread / 20 or abs(point.y) / 100


@dataclass(frozen=True, slots=True)
class Front:
    """The points of one figure, panel by panel."""

    spec: FigureSpec
    metric: Metric
    cost: Metric
    methods: tuple[Method, ...]
    panels: tuple[tuple[str, tuple[Point, ...]], ...]
    looks: Mapping[str, Look]
    analysis: Analysis
    diagnostics: tuple[Diagnostic, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [m.label for m in self.methods] + [label for label, _ in self.panels]
        about = [t for m in (self.metric, self.cost) for t in (m.label, m.unit)]
        return (*names, *about, self.spec.title)

    @property
    def points(self) -> tuple[Point, ...]:
        """All points."""
        return tuple(p for _, points in self.panels for p in points)

    @property
    def named(self) -> tuple[Method, ...]:
        """The methods with a name in the figure."""
        return tuple(m for m in self.methods if self.looks[m.name] != GREY)

    @property
    def note(self) -> str:
        """What points, bars and line are, for the caption."""
        level = f"{round(100 * (1 - self.analysis.design.alpha), 4):g}"
        barred = any(p.x_ends or p.y_ends for p in self.points)
        text = "Points: means"
        if len(self.analysis.datasets) > 1 and not self.spec.datasets:
            text = f"Points: {lower(self.analysis.design.over_datasets)} over the datasets"
        text += f"; bars: {level}% intervals." if barred else ", without intervals."
        if self._cut:
            text += GOES_ON
        text += (
            " Line: the front, the methods that no other's means beat on both axes; hollow: beaten "
            "by means alone."
        )
        others = len(self.methods) - len(self.named)
        if others:
            ours = " or ours" if any(m.role is Role.OURS for m in self.named) else ""
            text += f" Grey, without intervals: {others} other methods, not on the front{ours}."
        lacking = undrawn(self.spec, self.analysis, {p.method for p in self.points})
        text += self._decided() + written.without(lacking)
        return text + " The arrows point to better values."

    @property
    def _cut(self) -> bool:
        """Whether an interval that is drawn has no end on its logarithmic axis."""
        log = self._log
        ends = (
            ends
            for p in self.points
            if self.looks[p.method] != GREY
            for axis, ends in (("x", p.x_ends), ("y", p.y_ends))
            if axis in log and ends
        )
        return any(low <= 0 for low, _ in ends)

    def _decided(self) -> str:
        """How many of the beaten are also found worse in quality, by the tests."""
        beaten = [(p.method, p.beaten) for p in self.points if p.beaten]
        verdicts = self._verdicts()
        asked = [(m, over) for m, over in beaten if any((o, m) in verdicts for o in over)]
        if not asked or len(self.panels) > 1:
            return ""
        sure = sum(any(verdicts.get((o, m)) for o in over) for m, over in asked)
        s = "s" * (len(asked) > 1)
        return (
            f" Of the {len(asked)} beaten method{s} that {'were' if s else 'was'} tested against a "
            f"method that beats {'them' if s else 'it'}, {sure or 'none'} "
            f"{'was' if sure == 1 or not s else 'were'} found worse in "
            f"{spoken(self.metric)}."
        )

    def _verdicts(self) -> Mapping[tuple[str, str], bool]:
        """(a, b) -> whether a was found better than b, of the comparisons that were corrected."""
        made: dict[tuple[str, str], bool] = {}
        for d in self.analysis.primary(self.metric.name):
            made[d.a, d.b] = d.verdict is Verdict.BETTER
            made[d.b, d.a] = d.verdict is Verdict.WORSE
        return made

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        names = {m.name: m.label for m in self.methods}
        count, of = len(self.methods), numerals.of(self.cost)
        both = f"{written.in_unit(self.metric)} against {written.in_unit(self.cost)}"
        text = [f"{both} for {count} method{'s' * (count > 1)}."]
        for label, points in self.panels[:TOLD]:
            front = [p for p in points if not p.beaten]
            spread = max(p.y for p in points) - min(p.y for p in points)
            told = ", ".join(
                f"{names[p.method]} ({numerals.number(p.x, of) if p.x > 0 else f'{p.x:g}'}, "
                f"{scale.number(p.y, _fine(p, spread))})"
                for p in front[:TOLD]
            )
            place = f" of {label}" if label else ""
            text.append(f"On the front{place}, by cost: {told}.")
        return " ".join(text)

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        x, y = self.cost.name, self.metric.name
        heads = [f"{name}{end}" for name in (x, y) for end in ("", "_low", "_high")]
        rows.writerow(["dataset", "method", *heads, "on_front", "beaten_by"])
        for label, points in self.panels:
            for p in points:
                ends = [e for pair in (p.x_ends, p.y_ends) for e in (pair or ("", ""))]
                numbers = [p.x, *ends[:2], p.y, *ends[2:]]
                best = str(not p.beaten).lower()
                rows.writerow([label, p.method, *numbers, best, " ".join(p.beaten)])
        return out.getvalue()

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size: names beside the points where they fit, else a legend."""
        plane = self._plane()
        entries = [
            labels.Entry(m.label, replace(self.looks[m.name], width=0.0)) for m in self.named
        ]
        sheet = None
        with contextlib.suppress(InputError):  # too low: what is wanted is a height for the legend
            sheet = plane.paint(style, ruler, (), lambda panel: self._fill(panel, named=True))
        if sheet is None:
            sheet = plane.paint(style, ruler, entries, lambda panel: self._fill(panel, named=False))
        assert sheet is not None
        return sheet

    @property
    def _log(self) -> str:
        """The logarithmic axes: as asked, else that of a wide cost."""
        xs, ys = [p.x for p in self.points], [p.y for p in self.points]
        usual = "x" if min(xs) > 0 and max(xs) > WIDE * min(xs) else ""
        return select.log_axes(self.spec, usual, (("x", xs), ("y", ys)))

    def _plane(self) -> Plane:
        log = self._log
        panels = tuple(
            (
                label,
                self._axis(
                    [p.x for p in points],
                    [p.x_ends for p in points if self.looks[p.method] != GREY],
                    self.cost,
                    "x" in log,
                ),
                self._axis(
                    [p.y for p in points],
                    [p.y_ends for p in points if self.looks[p.method] != GREY],
                    self.metric,
                    "y" in log,
                ),
            )
            for label, points in self.panels
        )
        about = select.axis_label(self.cost), select.axis_label(self.metric)
        return Plane(panels, *about, select.where(self.spec), self.spec.title)

    def _axis(
        self,
        values: Sequence[float],
        ends: Sequence[tuple[float, float] | None],
        metric: Metric,
        log: bool,
    ) -> Axis:
        """An axis that holds all points and intervals; a logarithmic one, what is above 0."""
        limits = [e for pair in ends if pair for e in pair if math.isfinite(e)]
        held = [*values, *(e for e in limits if e > 0 or not log)]
        low, high = min(held), max(held)
        roof = 100.0 if metric.unit == "%" else math.inf
        return Axis(low, high, log, roof, of=numerals.of(metric))

    def _fill(self, panel: Panel, *, named: bool) -> bool:
        """Draw front, intervals and points; False where names are wanted and do not fit."""
        points = self.panels[panel.place][1]
        front = [p for p in points if not p.beaten]
        steps = corners(front, self.cost)
        if len(front) > 1:
            panel.axes.plot(
                [x for x, _ in steps], [y for _, y in steps], color=FAINT,
                linewidth=0.9 * PDF_POINTS, zorder=2, solid_joinstyle="miter",
            )  # fmt: skip
        for p in points:
            self._point(panel, p)
        return not named or self._names(panel, points, steps)

    def _point(self, panel: Panel, p: Point) -> None:
        look = self.looks[p.method]
        if look == GREY:
            p = replace(p, x_ends=None, y_ends=None)
        how: dict[str, Any] = {"color": look.colour, "linewidth": 0.7}
        how["alpha"] = PALE if p.beaten else 1.0
        if p.x_ends is not None:
            low, high = (min(max(e, panel.x.low), panel.x.high) for e in p.x_ends)
            panel.axes.plot([low, high], [p.y, p.y], zorder=look.front, **how)
            if "x" in self._log and p.x_ends[0] <= 0:
                goes_on(panel.axes, look, y=p.y)
        if p.y_ends is not None:
            low, high = (min(max(e, panel.y.low), panel.y.high) for e in p.y_ends)
            panel.axes.plot([p.x, p.x], [low, high], zorder=look.front, **how)
            if "y" in self._log and p.y_ends[0] <= 0:
                goes_on(panel.axes, look, x=p.x)
        panel.axes.plot(
            [p.x], [p.y], color=look.colour, linestyle="none", marker=look.marker,
            markersize=look.size + 1.2, markeredgewidth=0.8, zorder=look.front + 1, clip_on=False,
            markerfacecolor="white" if p.beaten else look.colour,
        )  # fmt: skip

    def _names(
        self, panel: Panel, points: Sequence[Point], steps: Sequence[tuple[float, float]]
    ) -> bool:
        """Set the names beside their points; False where there is no room."""
        sheet, box = panel.sheet, panel.box
        size = sheet.style.tick
        names = {m.name: sheet.ruler.letters.spell(m.label) for m in self.named}
        taken, grey = self._obstacles(panel, points)
        points = [p for p in points if p.method in names]
        at = [panel.at(p.x, p.y) for p in points]
        corner = [panel.at(x, y) for x, y in steps]
        soft = [
            scatter.Rect(min(a, c), min(b, d), max(a, c), max(b, d))
            for (a, b), (c, d) in pairwise(corner)
        ]
        room = scatter.Rect(box.left + 1.0, box.bottom + 1.0, sheet.width - 1.0, box.top + size / 3)
        if panel.place + 1 < len(self.panels):
            room = scatter.Rect(box.left + 1.0, box.bottom + 1.0, box.right, box.top)
        widths = [sheet.ruler.width(names[p.method], size) for p in points]
        places = scatter.place(at, widths, size, room, [*taken, *grey], soft) or scatter.place(
            at, widths, size, room, taken, [*soft, *grey]
        )
        for p, (x, y) in zip(points, places, strict=False):
            ink = self.looks[p.method].ink
            sheet.text(
                (x, y + 0.2 * size), names[p.method], size, ha="left", va="baseline", color=ink
            )
        return bool(places)

    def _obstacles(
        self, panel: Panel, points: Sequence[Point]
    ) -> tuple[list[scatter.Rect], list[scatter.Rect]]:
        """What no name may touch: points and intervals; apart from them the grey points."""
        taken, grey = [], []
        for p in points:
            x, y = panel.at(p.x, p.y)
            if self.looks[p.method] == GREY:
                grey.append(scatter.around(x, y, GREY_PT / 2))
                continue
            taken.append(scatter.around(x, y, NEAR_PT))
            if p.x_ends is not None:
                low, high = (
                    panel.at(_held(e, panel.x.low, panel.x.high), p.y)[0] for e in p.x_ends
                )
                taken.append(scatter.Rect(low, y - 0.4, high, y + 0.4))
            if p.y_ends is not None:
                low, high = (
                    panel.at(p.x, _held(e, panel.y.low, panel.y.high))[1] for e in p.y_ends
                )
                taken.append(scatter.Rect(x - 0.4, low, x + 0.4, high))
        return taken, grey


def _held(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
