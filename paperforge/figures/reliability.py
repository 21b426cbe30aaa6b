"""Reliability diagrams: accuracy against confidence, bin by bin, over the number of answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures import numerals, palette, select, written
from paperforge.figures.frame import Frame, columns_for
from paperforge.figures.scale import Scale, number, scale
from paperforge.figures.sheet import GAP_PT, LINE, TICK_PT, Box, Sheet, title_height
from paperforge.figures.style import FAINT, INK, PDF_POINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Diagnostic, Reliability
    from paperforge.spec import FigureSpec, Method

NEEDS: tuple[str, ...] = ("reliability",)
MOST_PANELS = 12
NARROWEST_PT = 76.0
COUNTS = 0.22
"""Share of a panel's height that the counts under it take."""
RIGHT_PT = 5.0
BETWEEN_PT = 4.0
WITHIN_RUNS = "; of several runs' answers to an example one counts for the interval"
BINNINGS = {"width": "equal width", "mass": "equal mass"}
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
WIDE_TICKS = ("0", "", "0.5", "", "1")

LOWEST_PT = 66.0
"""Of one panel with its counts."""


def compose(spec: FigureSpec, analysis: Analysis) -> ReliabilityDiagram:
    """Choose the methods and the dataset. Raises InputError where no confidences are known."""
    select.metric_of(spec, analysis, ())
    binning = spec.binning or "width"
    if binning not in BINNINGS:
        hint = 'use "width" or "mass", or leave it out'
        raise written.refused(spec, f'binning "{binning}" is not known', hint)
    chosen = [
        r
        for r in analysis.reliabilities
        if (r.binning, r.asked) == (binning, spec.bins)
        and (not spec.metric or r.metric == spec.metric)
    ]
    found = {(r.method, r.dataset): r for r in chosen}
    methods = select.methods_of(spec, analysis, (m for m, _ in found))
    datasets = select.datasets_of(spec, analysis, (d for _, d in found))
    if not methods or not datasets:
        raise written.refused(
            spec,
            "no confidences are known for these methods and datasets",
            "a reliability diagram needs a row an example with columns confidence and correct",
        )
    notes: tuple[Diagnostic, ...] = ()
    if not spec.datasets and len(datasets) > 1:
        text = f"drawn: {datasets[0].label} of {len(datasets)} datasets"
        notes = (written.note(spec, text, "datasets = [...] names others"),)
        datasets = datasets[:1]
    panels = tuple(
        (m, ", ".join([m.label, *([d.label] if len(datasets) > 1 else [])]), found[m.name, d.name])
        for d in datasets
        for m in methods
        if (m.name, d.name) in found
    )
    if not 0 < len(panels) <= MOST_PANELS:
        text = f"{len(panels)} reliability diagrams are more than a figure can show ({MOST_PANELS})"
        raise written.refused(spec, text, "name fewer methods or datasets")
    place = datasets[0].label if len(datasets) == 1 else ""
    looks = palette.looks(select.all_methods(analysis, methods))
    return ReliabilityDiagram(spec, panels, looks, place, notes)


@dataclass(frozen=True, slots=True)
class ReliabilityDiagram:
    """The panels of one figure."""

    spec: FigureSpec
    panels: tuple[tuple[Method, str, Reliability], ...]
    looks: Mapping[str, Look]
    place: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        return (*(title for _, title, _ in self.panels), self.place, self.spec.title)

    @property
    def note(self) -> str:
        """What dots, bars and the error are, for the caption."""
        first = self.panels[0][2]
        counts = [r.n for *_, r in self.panels]
        n = f"{min(counts)}" if len(set(counts)) == 1 else f"{min(counts)}–{max(counts)}"
        size = f"{first.asked} bins of {BINNINGS[first.binning]}"
        place = f" on {self.place}" if self.place else ""
        runs = max(r.runs for *_, r in self.panels)
        return (
            f"Dots: accuracy against mean confidence of the answers in {size} ({n} answers{place}"
            f"{f' of {runs} runs' if runs > 1 else ''}); whiskers: {100 * first.level:g}% Wilson "
            f"intervals{WITHIN_RUNS if runs > 1 else ''}; dashed: perfect calibration; bars: "
            "answers in each bin. ECE: mean over the answers of the absolute difference between "
            "accuracy and mean confidence of their bin."
        )

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        count = len(self.panels)
        text = [f"Reliability diagram{'s' * (count > 1)}, {self.panels[0][2].asked} bins."]
        for _, title, r in self.panels[: written.TOLD]:
            told = ", ".join(
                f"{number(b.confidence, 0.1)} → {number(b.accuracy, 0.1)} (n = {b.n})"
                for b in r.bins
                if b.n
            )
            text.append(f"{title}: ECE {_ece(r.ece)}; confidence → accuracy {told}.")
        return " ".join([*text, *written.more_panels(count)])

    @property
    def data(self) -> str:
        """Every bin, as CSV; empty bins have no numbers."""
        header = ["method", "dataset", "low", "high", "n", "confidence", "accuracy"]
        return written.table(
            [*header, "accuracy_low", "accuracy_high", "ece"],
            (
                (
                    *(r.method, r.dataset, b.low, b.high, b.n),
                    *((b.confidence, b.accuracy) if b.n else (None, None)),
                    *((b.accuracy_low, b.accuracy_high) if b.n else (None, None)),
                    r.ece,
                )
                for *_, r in self.panels
                for b in r.bins
            ),
        )

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        most = max(b.n for *_, r in self.panels for b in r.bins)
        up = scale(0.0, float(most), 2, of=numerals.COUNT)
        frame = self._frame(style, ruler, up)
        panel = frame.fitting(min(frame.panel_width * 1.05, 130.0) / (1 - COUNTS), LOWEST_PT)
        if style.height is not None:
            panel = frame.panel_height(style.height, select.where(self.spec))
        sheet = Sheet(style, style.height or frame.height(panel), ruler)
        named = [title for _, title, _ in self.panels]
        titles = ruler.fit_names(named, style.label, frame.panel_width + 8.0)
        for place, (method, _, one) in enumerate(self.panels):
            box = frame.box(place, panel)
            counts = Box(box.left, box.bottom, box.width, COUNTS * panel - BETWEEN_PT / 2)
            # The lowest number of accuracy stands over the highest of the counts.
            above = (1 - up.share(up.ticks[-1])) * counts.height
            between = max(BETWEEN_PT, 1.15 * style.tick - above)
            upper = counts.height + between
            main = Box(box.left, box.bottom + upper, box.width, panel - upper)
            first = frame.first(place)
            self._main(sheet, main, one, self.looks[method.name], first=first)
            self._counts(sheet, counts, one, up, first=first)
            self._titles(sheet, box, main, titles[place], one)
        sheet.title(self.spec.title)
        self._axis_labels(sheet, frame, panel)
        return sheet

    def _frame(self, style: Style, ruler: Ruler, up: Scale) -> Frame:
        numbers = max(ruler.width(t, style.tick) for t in (*up.labels, "0.5")) + TICK_PT + GAP_PT
        left = style.label * LINE + numbers + 1.0
        columns = columns_for(len(self.panels), style.width - left, NARROWEST_PT + 10.0)
        under = style.tick * LINE + TICK_PT
        room = style.width - left - RIGHT_PT
        spare = max(0.0, room - columns * 150.0 - (columns - 1) * 10.0)
        return Frame(
            width=style.width,
            count=len(self.panels),
            columns=columns,
            left=left + spare / 2,
            gap=10.0,
            right=RIGHT_PT + spare / 2,
            top=2.0 + title_height(self.spec.title, style),
            title=style.label * LINE + 1.0,
            foot=under + 4.0,
            bottom=under + style.label * LINE + 2.0,
        )

    def _main(self, sheet: Sheet, box: Box, one: Reliability, look: Look, *, first: bool) -> None:
        """Draw accuracy against confidence."""
        x = Scale(0.0, 1.0, TICKS, ("",) * len(TICKS))
        axes = sheet.panel(box, x, Scale(0.0, 1.0, TICKS, WIDE_TICKS))
        axes.tick_params(axis="x", length=0)
        axes.tick_params(labelleft=first)
        axes.grid(visible=True)
        dashes = (0.0, (4.0, 2.0))
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8 * PDF_POINTS, linestyle=dashes)
        filled = [b for b in one.bins if b.n]
        for b in filled:
            ends = [b.accuracy_low, b.accuracy_high]
            axes.plot([b.confidence] * 2, ends, color=look.ink, linewidth=PDF_POINTS, zorder=3)
        axes.plot(
            [b.confidence for b in filled],
            [b.accuracy for b in filled],
            color=look.colour,
            linewidth=look.width * PDF_POINTS,
            linestyle=look.line,
            marker=look.marker,
            markersize=look.size + 0.6,
            markeredgecolor="white",
            markeredgewidth=0.4,
            zorder=4,
            clip_on=False,
        )

    def _counts(self, sheet: Sheet, box: Box, one: Reliability, up: Scale, *, first: bool) -> None:
        """Draw how many answers are in each bin."""
        axes = sheet.panel(box, Scale(0.0, 1.0, TICKS, WIDE_TICKS), self._shown(up))
        axes.tick_params(labelleft=first)
        for b in one.bins:
            if b.n:
                _bar(axes, b.low, b.high, b.n)

    def _shown(self, up: Scale) -> Scale:
        """The scale of the counts with its last tick alone labelled: the panel is low."""
        labels = tuple("" for _ in up.labels[:-1]) + up.labels[-1:]
        return Scale(up.low, up.high, up.ticks, labels)

    def _titles(self, sheet: Sheet, box: Box, main: Box, title: str, one: Reliability) -> None:
        """Set the method over a panel, and the error into its empty lower corner."""
        size, tick = sheet.style.label, sheet.style.tick
        if len(self.panels) > 1 or not self.spec.title:
            half = sheet.ruler.width(title, size) / 2
            middle = min(box.middle, sheet.width - half - 1.0)
            sheet.text((middle, box.top + 3.0), title, size, va="baseline")
        text = sheet.ruler.letters.spell(f"ECE {_ece(one.ece)}")
        over = max((b.accuracy_low for b in one.bins if b.n and b.confidence > 0.5), default=1.0)  # noqa: PLR2004
        low = min((b.accuracy_low for b in one.bins if b.n and b.confidence > 0.5), default=over)  # noqa: PLR2004
        if low * main.height > tick * 1.6:
            at, how = (main.right - 2.0, main.bottom + 3.0), "right"
        else:
            at, how = (main.left + 3.0, main.top - tick), "left"
        sheet.text(at, text, tick, ha=how, va="baseline")

    def _axis_labels(self, sheet: Sheet, frame: Frame, panel: float) -> None:
        size, ruler = sheet.style.label, sheet.ruler
        upper, lower = frame.box(0, panel), frame.box(frame.count - 1, panel)
        text = "Accuracy; answers"
        if ruler.width(text, size) > upper.top - lower.bottom:
            text = "Accuracy"
        middle = (upper.top + lower.bottom) / 2
        spare = frame.right - RIGHT_PT  # panels of their largest size stand in the middle
        left = max(upper.left - frame.left + spare, 0.0)
        sheet.text((left + size * 0.62, middle), text, size, rotation=90)
        right = frame.box(min(frame.columns, frame.count) - 1, panel).right
        sheet.text(((upper.left + right) / 2, 2.4), "Confidence", size, va="baseline")


def _bar(axes: Axes, low: float, high: float, n: int) -> None:
    from matplotlib.patches import Rectangle

    bar = Rectangle((low, 0.0), high - low, n, facecolor="#c4c4c4", edgecolor=INK)
    bar.set(linewidth=0.4)
    axes.add_patch(bar)


def _ece(value: float) -> str:
    return number(value, 0.01) if math.isfinite(value) else "–"
