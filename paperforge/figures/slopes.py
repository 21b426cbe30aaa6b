"""Paired slopes: a line for each seed, or dataset, from one method to another; their mean bold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures import labels, numerals, paired, palette, scale, select, written
from paperforge.figures.frame import Frame, columns_for
from paperforge.figures.palette import Look
from paperforge.figures.scale import Scale
from paperforge.figures.sheet import GAP_PT, LINE, TICK_PT, Sheet, title_height
from paperforge.figures.style import INK, PDF_POINTS
from paperforge.spec import Direction, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from paperforge.figures.paired import Pair, Panel
    from paperforge.figures.sheet import Box, Ruler
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Diagnostic
    from paperforge.spec import FigureSpec, Method, Metric

NEEDS: tuple[str, ...] = ("joined",)
NARROWEST_PT, LONE_PT = 78.0, 240.0
"""Width of a panel: at least among others, at most alone."""
LOWEST_PT = 60.0
ENDS = (0.25, 0.75)
"""Where the two methods stand, as shares of a panel."""
THIN = "#5c5c5c"
THIN_PT, CROWDED_PT, WIDEST_PT = 0.7, 0.35, 6.0
"""Of a thin line; of one among more than CROWD; of one that stands for the most examples."""
CROWD = 40
MOST_LINES, SPACING = 3, 1.16
"""Of a method's name: how many, and how far apart in its size."""
FILLED = 0.8
"""Share of its lines that a name of words fills."""
MOST_PANELS = 12
"""Datasets with a panel each; of more each is a line."""
MOST_NAMED = 14
"""Datasets whose names may stand beside their lines."""
NAMED = Look("#262626", (), "o", 0.7, 2.4, 3)


def compose(spec: FigureSpec, analysis: Analysis) -> Slopes:
    """Choose two methods and what is paired between them. Raises InputError where nothing is."""
    drawn = {a.metric for a in analysis.aggregates if a.mean is not None}
    metric = select.metric_of(spec, analysis, drawn)
    cells = {
        (a.method, a.dataset): a
        for a in analysis.aggregates
        if a.metric == metric.name and a.mean is not None
    }
    methods = select.methods_of(spec, analysis, (m for m, _ in cells))
    datasets = select.datasets_of(spec, analysis, (d for _, d in cells if d is not None))
    left, right = paired.two(spec, analysis, methods)
    whole = not spec.datasets
    panels: tuple[Panel, ...] = ()
    design = analysis.design.of(metric.name)
    noun = design.noun
    if design.pair_by and design.unit.of_runs:
        found = [paired.runs(d.name, d.label, cells, (left.name, right.name)) for d in datasets]
        panels = tuple(p for p in found if p.pairs)
        if max((len(p.pairs) for p in panels), default=0) == 1 and len(datasets) > 1:
            panels = ()  # one run a cell: the datasets are what is paired
    elif design.unit is Unit.EXAMPLE and len(datasets) == 1:
        place = (datasets[0].name, datasets[0].label)
        panels = paired.examples(analysis, metric.name, place, cells, (left.name, right.name))
        noun = "example"
    if not 0 < len(panels) <= MOST_PANELS and len(datasets) > 1:
        noun = "dataset"
        panels = paired.over_datasets(
            analysis,
            [(d.name, d.label) for d in datasets],
            cells,
            (left.name, right.name),
            whole=whole,
        )
    if not panels:
        raise written.refused(spec, *paired.unpaired(design))
    every = select.all_methods(analysis, methods)
    notes = select.others(spec, analysis, drawn, metric)
    if len(spec.methods) != paired.PAIR and len(methods) > paired.PAIR:
        text = f"drawn: {left.label} and {right.label}, of {len(methods)} methods"
        notes += (written.note(spec, text, "methods = [LEFT, RIGHT] names others"),)
    labelled = {d.name: d.label for d in datasets}
    looks = palette.looks(every)
    return Slopes(spec, metric, (left, right), panels, looks, noun, labelled, notes)


@dataclass(frozen=True, slots=True)
class Slopes:
    """The pairs of one figure, panel by panel."""

    spec: FigureSpec
    metric: Metric
    methods: tuple[Method, Method]
    panels: tuple[Panel, ...]
    looks: Mapping[str, Look]
    noun: str
    datasets: Mapping[str, str]
    """Name -> label."""
    diagnostics: tuple[Diagnostic, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [m.label for m in self.methods] + [p.label for p in self.panels]
        return (
            *names,
            *self.datasets.values(),
            self.metric.label,
            self.metric.unit,
            self.spec.title,
        )

    @property
    def _lower(self) -> bool:
        return self.metric.direction is Direction.LOWER

    def _falls(self, pair: Pair) -> bool:
        """Whether the right method is worse; without a direction: lower."""
        low, high = (pair.left, pair.right) if self._lower else (pair.right, pair.left)
        return low < high

    @property
    def note(self) -> str:
        """What thin, dashed and bold lines are, for the caption."""
        text = f"Thin lines: {self._lines_are}"
        if any(self._falls(pair) for p in self.panels for pair in p.pairs):
            word = "worse" if self.metric.direction is not None else "lower"
            text += f", dashed where {self.methods[1].label} is {word}"
        if any(p.mean for p in self.panels):
            text += "; bold: means"
            alone = sum(p.alone for p in self.panels)
            if alone:
                text += f", with {alone} {self.noun}s that only one of the methods has"
        if len(self.panels) > 1 and self._shared() is None:
            text += ". Vertical scales differ between panels"
        return f"{text}.{select.arrow_note(self.metric)}"

    @property
    def _lines_are(self) -> str:
        """What one thin line is, and how many there are."""
        counts = [len(p.pairs) for p in self.panels]
        low, high = min(counts), max(counts)
        n = self.panels[0].n
        if n > sum(pair.count for pair in self.panels[0].pairs):
            return f"one example each, {low} of {n:,}, at even places by their differences"
        if n > low:
            return f"the {n:,} examples by their two values, wider where there are more"
        return f"one {self.noun} each ({low if low == high else f'{low}–{high}'})"

    def _shared(self) -> tuple[float, float] | None:
        return scale.together((min(p.values), max(p.values)) for p in self.panels)

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        left, right = (m.label for m in self.methods)
        text = [f"Paired slopes of {written.in_unit(self.metric)} from {left} to {right}."]
        for p in self.panels[: written.TOLD]:
            falls = sum(pair.count for pair in p.pairs if self._falls(pair))
            shown = sum(pair.count for pair in p.pairs)
            word = "worse" if self.metric.direction is not None else "lower"
            told = f"{right} is {word} in {falls} of {shown} {self.noun}s"
            told += f" shown, of {p.n:,}" * (p.n > shown)
            if p.mean:
                fine = (max(p.values) - min(p.values)) / 20 or abs(p.mean[0]) / 100
                told += ", means {} and {}".format(*(scale.number(v, fine) for v in p.mean))
            text.append(f"{p.label}: {told}." if p.label else f"{told}.")
        return " ".join([*text, *written.more_panels(len(self.panels))])

    @property
    def _key(self) -> str:
        """What the lines' own column of the data says."""
        return {"dataset": "key", "example": "examples"}.get(self.noun, self.noun)

    @property
    def data(self) -> str:
        """Every pair, as CSV; the means have no key."""
        left, right = (m.name for m in self.methods)
        return written.table(
            ["metric", "dataset", self._key, left, right],
            (
                row
                for p in self.panels
                for row in (
                    *(
                        (self.metric.name, p.dataset, q.count if p.n else q.key, q.left, q.right)
                        for q in p.pairs
                    ),
                    *([(self.metric.name, p.dataset, "", *p.mean)] if p.mean else []),
                )
            ),
        )

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        ys = self._scales()
        named = self._named(ruler, style)
        frame = self._frame(style, ruler, ys, named or 0.0)
        panel = self._height(frame, style)
        sheet = Sheet(style, style.height or frame.height(panel), ruler)
        titles = ruler.fit_names([p.label for p in self.panels], style.label, frame.panel_width)
        for place, (p, y) in enumerate(zip(self.panels, ys, strict=True)):
            box = frame.box(place, panel)
            axes = sheet.panel(box, Scale(0.0, 1.0, ENDS, ("", "")), y)
            axes.tick_params(axis="x", length=0)
            self._under(sheet, box)
            axes.tick_params(labelleft=frame.first(place) or len(set(ys)) > 1)
            self._lines(axes, p)
            if len(self.panels) > 1:
                sheet.text((box.middle, box.top + 3.0), titles[place], style.label, va="baseline")
        if named is not None:
            self._names(sheet, frame.box(0, panel), ys[0])
        sheet.title(self.spec.title)
        self._axis_label(sheet, frame, panel)
        return sheet

    def _below(self, ruler: Ruler, style: Style, width: float) -> list[list[str]]:
        """The methods' names in lines that fit under their ends of a panel of a width."""
        room = width / 2 - 2.0
        whole = [m.label for m in self.methods]
        if max(len(labels.wrapped(ruler, name, style.tick, room)) for name in whole) > MOST_LINES:
            whole = ruler.fit_names(whole, style.tick, FILLED * MOST_LINES * room)
        made = [labels.wrapped(ruler, name, style.tick, room) for name in whole]
        if max(map(len, made)) > MOST_LINES:
            return [[name] for name in ruler.fit_names(whole, style.tick, room)]
        return made

    def _under(self, sheet: Sheet, box: Box) -> None:
        """Set the methods' names under their ends of the lines."""
        size = sheet.style.tick
        for at, lines in zip(ENDS, self._below(sheet.ruler, sheet.style, box.width), strict=True):
            for place, text in enumerate(lines):
                y = box.bottom - size - TICK_PT - place * size * SPACING
                sheet.text((box.left + at * box.width, y), text, size, va="baseline")

    def _scales(self) -> list[Scale]:
        spans = [(min(p.values), max(p.values)) for p in self.panels]
        shared, roof = self._shared(), 100.0 if self.metric.unit == "%" else math.inf
        return [
            scale.scale(*(shared or span), 5, roof=roof, of=numerals.of(self.metric))
            for span in spans
        ]

    def _named(self, ruler: Ruler, style: Style) -> float | None:
        """The room that names of datasets beside their lines need; None: they have none."""
        if self.noun != "dataset" or len(self.panels[0].pairs) > MOST_NAMED:
            return None
        return labels.beside(ruler, self._entries(), style.tick, style.width)

    def _entries(self) -> list[labels.Entry]:
        names = [self.datasets.get(q.key, q.key) for q in self.panels[0].pairs]
        return [labels.Entry(name, NAMED) for name in names]

    def _names(self, sheet: Sheet, box: Box, y: Scale) -> None:
        """Set the datasets' names beside their lines, where they fit."""
        at = type(box)(box.left, box.bottom, box.width * (ENDS[1] + 0.03), box.height)
        ends = [y.share(q.right) for q in self.panels[0].pairs]
        labels.place_beside(sheet, at, self._entries(), ends)

    def _left(self, ruler: Ruler, style: Style) -> float:
        """Room for the axis label and the numbers."""
        ticks = [text for y in self._scales() for text in y.labels]
        numbers = max(ruler.width(text, style.tick) for text in ticks) + TICK_PT + GAP_PT
        return style.label * LINE + numbers + 1.0

    def _frame(self, style: Style, ruler: Ruler, ys: Sequence[Scale], beside: float) -> Frame:
        left = self._left(ruler, style)
        numbers = left - style.label * LINE - 1.0
        own = numbers if len(set(ys)) > 1 else 0.0
        room = NARROWEST_PT + 8.0 + own
        columns = columns_for(len(self.panels), style.width - left + 8.0, room)
        right = max(3.0, beside - (1 - ENDS[1]) * NARROWEST_PT) if beside else 3.0
        width = (style.width - left - right - (columns - 1) * (8.0 + own)) / columns
        if len(self.panels) == 1:  # two methods need no wider panel
            spare = max(0.0, width - LONE_PT) / 2
            width, left, right = width - 2 * spare, left + spare, right + spare
        lines = max(map(len, self._below(ruler, style, width)))
        under = style.tick * (LINE + SPACING * (lines - 1)) + TICK_PT
        return Frame(
            width=style.width,
            count=len(self.panels),
            columns=columns,
            left=left,
            gap=8.0 + own,
            right=right,
            top=title_height(self.spec.title, style) + (7.0 if beside else 3.0),
            title=style.label * LINE + 1.0 if len(self.panels) > 1 else 0.0,
            foot=under + 4.0,
            bottom=under + 2.0,
        )

    def _height(self, frame: Frame, style: Style) -> float:
        if style.height is not None:
            return frame.panel_height(style.height, select.where(self.spec))
        return frame.fitting(120.0 if len(self.panels) == 1 else 96.0, LOWEST_PT)

    def _lines(self, axes: Axes, panel: Panel) -> None:
        """Draw the pairs thin and the means bold, in the right method's colour."""
        most = max(pair.count for pair in panel.pairs)
        thin = THIN_PT if len(panel.pairs) <= CROWD else CROWDED_PT
        for pair in panel.pairs:
            wide = thin if most == 1 else max(thin, WIDEST_PT * pair.count / most)
            axes.plot(
                ENDS,
                [pair.left, pair.right],
                color=THIN,
                linewidth=wide * PDF_POINTS,
                linestyle=(0.0, (3.0, 1.6)) if self._falls(pair) else "-",
                marker="o",
                markersize=2.0 if thin == THIN_PT else 1.2,
                markeredgewidth=0,
                zorder=2,
                clip_on=False,
            )
        if panel.mean is None:
            return
        look = self.looks[self.methods[1].name]
        axes.plot(ENDS, panel.mean, color="white", linewidth=3.4 * PDF_POINTS, zorder=4)
        axes.plot(ENDS, panel.mean, color=look.colour, linewidth=2.2 * PDF_POINTS, zorder=5)
        for at, value, method in zip(ENDS, panel.mean, self.methods, strict=True):
            own = self.looks[method.name]
            axes.plot(
                [at],
                [value],
                color=own.colour,
                marker=own.marker,
                markersize=own.size + 2.4,
                markeredgecolor="white",
                markeredgewidth=0.6,
                zorder=6,
            )

    def _axis_label(self, sheet: Sheet, frame: Frame, panel: float) -> None:
        size, ruler = sheet.style.label, sheet.ruler
        text = ruler.fit(select.axis_label(self.metric), size, sheet.height - 4.0)
        half = ruler.width(text, size) / 2
        top, bottom = frame.box(0, panel).top, frame.box(frame.count - 1, panel).bottom
        middle = min(max((top + bottom) / 2, half + 1), sheet.height - half - 1)
        place = frame.box(0, panel).left - self._left(sheet.ruler, sheet.style) + size * 0.62
        sheet.text((place, middle), text, size, rotation=90, color=INK)
