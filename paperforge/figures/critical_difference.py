"""Critical-difference diagram: mean ranks over datasets, and bars over methods not told apart.

The layout is that of Demsar 2006, JMLR 7, figure 1.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import palette, scale, select
from paperforge.figures.sheet import LINE, Sheet, title_height
from paperforge.figures.style import INK, PDF_POINTS
from paperforge.model.wording import spoken
from paperforge.spec import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Diagnostic, Groups
    from paperforge.spec import FigureSpec, Method, Metric

NEEDS: tuple[str, ...] = ()
NAMES = 0.36
"""Share of the width that the names on one side may take."""
BAR_PT = 4.6
"""From one bar to the next."""
TICKS_APART_PT = 5.0
CLOSEST_PT = 2.6
"""Of a rank's width on the axis: lines to 45 names in a column."""
EDGES_PT = 5.7
"""Beside a name and its number: from the page's edge, and to the axis."""
ROW = 1.32
"""Height of a name's row, in its text size."""
TOLD_PAIRS = 4
POSTHOC = {"nemenyi": "Nemenyi's test", "wilcoxon": "Wilcoxon's signed rank test"}
PAIR_FEWEST = 2


def compose(spec: FigureSpec, analysis: Analysis) -> Ranked:
    """Choose the ranks. Raises InputError where there is no diagram, with why and the next move."""
    having = [g.metric for g in analysis.groups if not g.reason] or [
        g.metric for g in analysis.groups
    ]
    metric = select.metric_of(spec, analysis, having)
    groups = next((g for g in analysis.groups if g.metric == metric.name), None)
    ranks = {r.method: r.mean_rank for r in analysis.ranks if r.metric == metric.name}
    if groups is None or len(ranks) < PAIR_FEWEST:
        raise InputError(
            f'methods are not ranked over datasets on "{metric.name}"',
            select.where(spec),
            'a critical-difference diagram takes datasets as the sample: replicate = "dataset" in '
            "[design], or --replicate dataset, with 10 datasets or more and two methods or more",
        )
    methods = sorted(select.methods_of(spec, analysis, ranks), key=lambda m: ranks[m.name])
    select.datasets_of(spec, analysis, ())
    drawable = groups.groups or groups.control or not groups.reason
    if not drawable:
        raise InputError(groups.reason, select.where(spec), _next_move(groups))
    if spec.methods and set(spec.methods) != set(ranks):
        raise InputError(
            "ranks are among all methods that were compared",
            select.where(spec),
            "leave `methods` out of this figure, or the other methods out of the results",
        )
    looks = palette.looks(select.all_methods(analysis, methods))
    notes = select.others(spec, analysis, having, metric)
    alpha, correction = analysis.design.alpha, analysis.design.correction
    ordered = tuple(methods)
    return Ranked(spec, metric, ordered, ranks, groups, looks, alpha, correction, notes)


def _next_move(groups: Groups) -> str:
    if "pairs were compared" in groups.reason:
        return "leave the roles out of paper.toml so that all pairs are compared, or name one ours"
    return 'add datasets, or draw the kind "intervals"'


@dataclass(frozen=True, slots=True)
class Bar:
    """Methods that were not told apart: where the bar lies on the axis, and who is in it."""

    low: float
    high: float
    members: tuple[float, ...]
    """Ranks that have a dot on the bar; empty: all within."""
    level: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranks of one figure, best first."""

    spec: FigureSpec
    metric: Metric
    methods: tuple[Method, ...]
    ranks: Mapping[str, float]
    groups: Groups
    looks: Mapping[str, Look]
    alpha: float
    correction: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        return (*(m.label for m in self.methods), self.metric.label, self.spec.title)

    @property
    def note(self) -> str:
        """What axis and bars are, for the caption."""
        g, control = self.groups, self.groups.control
        text = f"Mean rank in {spoken(self.metric)} over {g.datasets} datasets, 1 is best. "
        test = POSTHOC.get(g.posthoc, g.posthoc)
        if g.difference is None and self.correction in CORRECTIONS and self.correction != "none":
            test += f" after {CORRECTIONS[self.correction]} correction"
        if control is not None:
            text += (
                f"Each method was compared with {self._name(control)}: dots on the bar are those "
                f"in which no difference from it was found"
                if g.like_control
                else f"A difference from {self._name(control)} was found in all other methods"
            )
        elif g.groups:
            text += "Bars join methods between which no difference was found"
        else:
            text += "A difference was found between any two methods, so there are no bars"
        text += f" ({test}, α = {self.alpha:g})."
        if g.difference is not None:
            text += f" CD: the critical difference, {g.difference:.2f} ranks."
        if g.unjoined:
            pairs = [f"{self._name(a)} and {self._name(b)}" for a, b in g.unjoined[:TOLD_PAIRS]]
            more = len(g.unjoined) - TOLD_PAIRS
            listed = "; ".join(pairs) + (f"; and {more} more pairs" if more > 0 else "")
            text += f" No difference was found, and no bar can show it, between {listed}."
        return text + (f" {g.reason[0].upper()}{g.reason[1:]}." if g.reason else "")

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        told = ", ".join(f"{m.label} {self.ranks[m.name]:.2f}" for m in self.methods)
        over = f"over {self.groups.datasets} datasets"
        text = [
            f"Critical-difference diagram of {self.metric.label} {over}.",
            f"Mean ranks, best first: {told}.",
            *(f"Not told apart: {', '.join(map(self._name, g))}." for g in self.groups.groups),
        ]
        if self.groups.control is not None:
            like = ", ".join(map(self._name, self.groups.like_control)) or "none"
            text.append(f"Not told apart from {self._name(self.groups.control)}: {like}.")
        return " ".join(text)

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV; groups by their number, counted from 1."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(
            ["metric", "method", "mean_rank", "datasets", "groups", "critical_difference"]
        )
        g = self.groups
        sets = list(g.groups) or ([(g.control, *g.like_control)] if g.control else [])
        for m in self.methods:
            inside = " ".join(str(i + 1) for i, one in enumerate(sets) if m.name in one)
            cd = "" if g.difference is None else g.difference
            rows.writerow([self.metric.name, m.name, self.ranks[m.name], g.datasets, inside, cd])
        return out.getvalue()

    def _name(self, method: str) -> str:
        return next((m.label for m in self.methods if m.name == method), method)

    def bars(self) -> tuple[Bar, ...]:
        """Where the bars lie, longest runs first on the level nearest to the axis."""
        g = self.groups
        if g.control is not None and g.like_control:
            members = tuple(sorted(self.ranks[m] for m in (g.control, *g.like_control)))
            return (Bar(members[0], members[-1], members, 0),)
        ends: list[float] = []
        made = []
        for group in g.groups:
            low, high = (pick(self.ranks[m] for m in group) for pick in (min, max))
            gap = 0.02 * len(self.methods)
            level = next((i for i, end in enumerate(ends) if end + gap < low), len(ends))
            ends[level : level + 1] = [high]
            made.append(Bar(low, high, (), level))
        return tuple(made)

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size; the height is by the number of methods."""
        size, count = style.tick, len(self.methods)
        numbers = ruler.width(f"{count:.2f}", size) + 3.5
        names = max(ruler.width(m.label, size) for m in self.methods)
        side = min(names, NAMES * style.width - numbers) + numbers + EDGES_PT
        bars = self.bars()
        self._check(style.width - 2 * side)
        levels = 1 + max((bar.level for bar in bars), default=-1)
        half = math.ceil(count / 2)
        heading = title_height(self.spec.title, style)
        ruled = size * LINE + 5.0 if self.groups.difference is not None else 0.0
        top = heading + ruled + size * LINE + 6.0
        below = levels * BAR_PT + 7.0
        natural = top + below + half * ROW * size + 3.0
        height = style.height or natural
        row = (height - top - below - 3.0) / half
        if row < size * 1.02:
            least = math.ceil(top + below + 3.0 + half * size * 1.02)
            raise InputError(
                f"height_pt = {style.height:g} is too low for {half} names on a side",
                select.where(self.spec),
                f"give height_pt = {least} or more, or leave it out",
            )
        sheet = Sheet(style, height, ruler)
        axis = _Axis(sheet, side, style.width - side, height - top, count)
        axis.draw(size)
        if self.groups.difference is not None:
            axis.ruler(self.groups.difference, height - heading - size * LINE, size)
        for bar in bars:
            axis.bar(bar, height - top - 5.0 - bar.level * BAR_PT)
        first = height - top - below - row / 2
        for place, method in enumerate(self.methods):
            left = place < half
            line = first - (place if left else count - 1 - place) * row
            self._label(axis, method, line, numbers, left=left)
        sheet.title(self.spec.title)
        return sheet

    def _check(self, room: float) -> None:
        """Raise InputError where lines lie too close to be followed; room: the axis in points."""
        if room < CLOSEST_PT * (len(self.methods) - 1):
            raise InputError(
                f"the lines of {len(self.methods)} methods lie too close to be followed",
                select.where(self.spec),
                ('use width = "text"; or ' if self.spec.width == "column" else "")
                + "name fewer methods (methods = …), or set a table with their ranks "
                '(columns = ["rank"])',
            )

    def _label(self, axis: _Axis, method: Method, y: float, numbers: float, *, left: bool) -> None:
        """A line from the method's rank to its name on one side."""
        sheet, look = axis.sheet, self.looks[method.name]
        rank, size = self.ranks[method.name], axis.sheet.style.tick
        end = axis.left - 3.0 if left else axis.right + 3.0
        x = axis.at(rank)
        how = {"color": look.colour, "linewidth": look.width * PDF_POINTS}
        sheet.line([x, x, end], [axis.y, y, y], solid_joinstyle="miter", **how)
        sheet.line(
            [x], [axis.y], color=look.colour, marker=look.marker, markersize=look.size,
            markeredgewidth=0, linestyle="none",
        )  # fmt: skip
        name = sheet.ruler.fit(method.label, size, axis.left - numbers - EDGES_PT + 0.1)
        at = y - 0.24 * size
        inner = end - 1.5 if left else end + 1.5
        align = "right" if left else "left"
        number = f"{rank:.2f}"
        wide = sheet.ruler.width(number, size) + 3.5
        sheet.text((inner, at), number, size, ha=align, va="baseline", color=INK)
        outer = inner - wide if left else inner + wide
        sheet.text((outer, at), name, size, ha=align, va="baseline", color=look.ink)


@dataclass(frozen=True, slots=True)
class _Axis:
    """The axis of ranks on the page: 1 on the left."""

    sheet: Sheet
    left: float
    right: float
    y: float
    count: int

    def at(self, rank: float) -> float:
        """Return where a rank lies, in TeX points from the left edge."""
        return self.left + (rank - 1) / (self.count - 1) * (self.right - self.left)

    def draw(self, size: float) -> None:
        """Draw the axis with its ticks and numbers above it."""
        ink = {"color": INK, "linewidth": 0.6}
        self.sheet.line([self.left, self.right], [self.y, self.y], **ink)
        apart = self.sheet.ruler.width(f"{self.count}", size) + TICKS_APART_PT
        for tick in rank_ticks(self.count, self.right - self.left, apart):
            x = self.at(tick)
            self.sheet.line([x, x], [self.y, self.y + 2.6], **ink)
            self.sheet.text((x, self.y + 4.4), f"{tick}", size, va="baseline")

    def ruler(self, difference: float, y: float, size: float) -> None:
        """Draw the critical difference to the axis' scale, its name beside it."""
        wide = self.at(1 + difference) - self.at(1)
        ink = {"color": INK, "linewidth": 0.9}
        text = f"CD = {scale.number(difference, 0.1)}"
        needed = self.sheet.ruler.width(text, size)
        start = min(self.left, self.sheet.width - wide - needed - 6.0)
        self.sheet.line([start, start + wide], [y, y], **ink)
        for x in (start, start + wide):
            self.sheet.line([x, x], [y - 2.0, y + 2.0], **ink)
        at = (start + wide + 4.0, y - 0.24 * size)
        self.sheet.text(at, text, size, ha="left", va="baseline")

    def bar(self, bar: Bar, y: float) -> None:
        """Draw one bar; it reaches a little beyond its outer methods."""
        xs = [self.at(bar.low) - 1.8, self.at(bar.high) + 1.8]
        thin = bool(bar.members)
        self.sheet.line(
            xs, [y, y], color=INK, linewidth=1.2 if thin else 2.4, solid_capstyle="butt", zorder=6
        )
        for rank in bar.members:
            self.sheet.line(
                [self.at(rank)], [y], color=INK, marker="o", markersize=3.4, markeredgewidth=0,
                linestyle="none", zorder=7,
            )  # fmt: skip


def rank_ticks(count: int, width: float, apart: float) -> Sequence[int]:
    """Whole ranks at least so far apart: round ones, and always the first and the last."""
    unit = width / (count - 1)
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200) if s * unit >= apart), count)
    inner = [
        t
        for t in range(step, count, step)
        if (t - 1) * unit >= apart and (count - t) * unit >= apart
    ]
    return [1, *inner, count]
