"""Probability of improvement: how often a run of ours is better than one of each baseline."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import palette, select, written
from paperforge.figures.dots import VERSUS, Dot, DotPlot, Panel
from paperforge.model.wording import spoken
from paperforge.spec import Method, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Diagnostic, Improvement
    from paperforge.spec import FigureSpec, Metric

NEEDS: tuple[str, ...] = ("improvements",)
EVEN = 0.5
TOLD_PANELS = 6
DRAWN = {Unit.EXAMPLE: "example", Unit.DATASET: "dataset"}


def compose(spec: FigureSpec, analysis: Analysis) -> Improvements:
    """Choose the comparisons: over all datasets, or with `datasets` those on each one named.

    Raises InputError where there are none, with the next move.
    """
    having = {one.metric for one in analysis.improvements}
    metric = select.metric_of(spec, analysis, having)
    select.methods_of(spec, analysis, ())
    select.datasets_of(spec, analysis, ())
    primary = {(d.metric, d.a, d.b, d.scope) for d in analysis.decisions if d.primary}
    if spec.baseline and spec.baseline not in {m.name for m in analysis.methods}:
        raise select.unknown("method", spec.baseline, [m.name for m in analysis.methods], spec)
    chosen = [
        one
        for one in analysis.improvements
        if one.metric == metric.name
        and (
            one.scope in spec.datasets
            if spec.datasets
            else (one.metric, one.a, one.b, one.scope) in primary
        )
        and (not spec.methods or {one.a, one.b} <= set(spec.methods))
        and (not spec.baseline or spec.baseline in {one.a, one.b})
    ]
    if not chosen:
        raise InputError(
            f'there is no probability of improvement of "{metric.name}" to draw',
            select.where(spec),
            'it needs a method with role = "ours" and one with role = "baseline" (or several '
            "methods without roles), each with runs on every dataset",
        )
    labels = {d.name: d.label for d in analysis.datasets}
    scopes = sorted(
        {one.scope for one in chosen}, key=lambda s: list(labels).index(s) if s in labels else -1
    )
    panels = tuple(
        (
            "All datasets" if s is None else labels.get(s, s),
            tuple(one for one in chosen if one.scope == s),
        )
        for s in scopes
    )
    names = {m.name: m.label for m in analysis.methods}
    compared = [Method(name, names.get(name, name)) for one in chosen for name in (one.a, one.b)]
    looks = palette.looks(
        select.all_methods(analysis, [m for m in compared if m.name not in names])
    )
    count = len({a.dataset for a in analysis.aggregates if a.metric == metric.name} - {None})
    drawn = {(one.a, one.b, one.scope) for one in chosen}
    notes = select.others(spec, analysis, having, metric)
    notes += written.left_out(spec, _not_drawn(spec, analysis, metric, drawn))
    return Improvements(
        spec, metric, panels, names, looks, analysis.design.of(metric.name).noun, count, notes
    )


def _not_drawn(
    spec: FigureSpec, analysis: Analysis, metric: Metric, drawn: set[tuple[str, str, str | None]]
) -> dict[str, None]:
    """The comparisons that were asked for and have no probability, by the names printed."""
    names = {m.name: m.label for m in analysis.methods}
    return {
        f"{names.get(d.a, d.a)} against {names.get(d.b, d.b)}": None
        for d in analysis.decisions
        if d.metric == metric.name
        and (d.scope in spec.datasets if spec.datasets else d.primary)
        and (not spec.methods or {d.a, d.b} <= set(spec.methods))
        and (not spec.baseline or spec.baseline in {d.a, d.b})
        and (d.a, d.b, d.scope) not in drawn
    }


@dataclass(frozen=True, slots=True)
class Improvements:
    """The probabilities of one figure, panel by panel."""

    spec: FigureSpec
    metric: Metric
    panels: tuple[tuple[str, tuple[Improvement, ...]], ...]
    names: Mapping[str, str]
    looks: Mapping[str, Look]
    noun: str
    datasets: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def all(self) -> tuple[Improvement, ...]:
        """All comparisons."""
        return tuple(one for _, inside in self.panels for one in inside)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [*self.names.values(), *(label for label, _ in self.panels)]
        return (*names, self.metric.label, self.metric.unit, self.spec.title)

    @property
    def _better(self) -> str:
        """What a win is: in words that are true where the direction is not known."""
        return "better" if self.metric.direction is not None else "larger"

    @property
    def note(self) -> str:
        """What dots and bars are, for the caption."""
        first = self.all[0]
        what = DRAWN.get(
            first.unit, "run" if self.noun == "seed" and not first.paired else self.noun
        )
        who = self._name(first.a) if self._single else "the first method"
        over = ", averaged over the datasets" if self._averaged else ""
        kind = (
            f"the share of matched {what}s in which {who} is {self._better}"
            if first.paired
            else f"the probability that a {what} of {who} is {self._better} than one of the other"
        )
        text = f"Dots: {kind}, ties half{over}; line: {EVEN:g}, neither more often."
        levels = sorted({f"{100 * one.level:g}" for one in self.all if one.low is not None})
        if levels:
            text += f" Bars: unadjusted {' and '.join(levels)}% intervals."
            text += " Filled: the interval leaves out the line; hollow: not."
        else:
            text += f" No intervals: {first.reason or 'single replicates'}."
        return text

    @property
    def _averaged(self) -> bool:
        one = self.all[0]
        return one.scope is None and self.datasets > 1 and one.unit is not Unit.DATASET

    @property
    def _single(self) -> bool:
        return len({one.a for one in self.all}) == 1

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        count = len(self.all)
        what = f"Probability of improvement in {spoken(self.metric)} with its interval"
        text = [f"{what} for {count} comparison{'s' * (count > 1)}."]
        for label, inside in self.panels[:TOLD_PANELS]:
            told = "; ".join(map(self._told, inside))
            text.append(f"{label}: {told}." if len(self.panels) > 1 else f"{told}.")
        if len(self.panels) > TOLD_PANELS:
            text.append(f"{len(self.panels) - TOLD_PANELS} more panels are in the figure's data.")
        return " ".join(text)

    def _told(self, one: Improvement) -> str:
        text = f"{self._name(one.a)} over {self._name(one.b)} {one.estimate:.2f}"
        if one.low is None or one.high is None:
            return text
        return f"{text} ({100 * one.level:g}% interval {one.low:.2f} to {one.high:.2f})"

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV; the scope of all datasets together is empty."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(
            ["metric", "scope", "a", "b", "probability", "low", "high", "level", "n", "paired"]
        )
        for one in self.all:
            ends = ["" if v is None else v for v in (one.low, one.high)]
            who = (one.metric, one.scope or "", one.a, one.b)
            paired = str(one.paired).lower()
            rows.writerow([*who, one.estimate, *ends, one.level, one.n, paired])
        return out.getvalue()

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        rows = list(dict.fromkeys((one.a, one.b) for one in self.all))
        panels = tuple(
            Panel(label if len(self.panels) > 1 else "", self._dots(rows, inside))
            for label, inside in self.panels
        )
        who = self._name(self.all[0].a) if self._single else "first"
        known = self.metric.direction is not None
        win = " better" if known else " > other"
        full = f"P({who}{win}), {self.metric.label}"
        short = f"P({'better' if known else 'a > b'}), {self.metric.label}"
        label = full if ruler.width(full, style.label) <= style.width - 2 else short
        where = select.where(self.spec)
        return DotPlot(panels, label, where, 1.0, self.spec.title, line=EVEN).paint(style, ruler)

    def _dots(
        self, rows: list[tuple[str, str]], inside: tuple[Improvement, ...]
    ) -> tuple[Dot, ...]:
        found = {(one.a, one.b): one for one in inside}
        dots = []
        for a, b in rows:
            label = (
                f"vs. {self._name(b)}"
                if self._single
                else f"{self._name(a)}{VERSUS}{self._name(b)}"
            )
            one = found.get((a, b))
            if one is None:
                dots.append(Dot(label, self.looks[b], None, word="not compared"))
                continue
            apart = one.low is not None and one.high is not None
            filled = apart and not (one.low or 0.0) <= EVEN <= (one.high or 1.0)
            dots.append(Dot(label, self.looks[b], one.estimate, one.low, one.high, filled))
        return tuple(dots)

    def _name(self, method: str) -> str:
        return self.names.get(method, method)
