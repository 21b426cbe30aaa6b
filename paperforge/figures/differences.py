"""Differences: ours minus each baseline with its interval, zero line, margin and verdict."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import numerals, palette, scale, select, written
from paperforge.figures.dots import VERSUS, Dot, DotPlot, Panel
from paperforge.model import Verdict
from paperforge.model.wording import spoken
from paperforge.spec import CORRECTIONS, Method

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Decision, Diagnostic
    from paperforge.spec import FigureSpec, Metric

NEEDS: tuple[str, ...] = ()


def compose(spec: FigureSpec, analysis: Analysis) -> Differences:
    """Choose the comparisons: the primary ones, or with `datasets` those on each dataset named.

    Raises InputError where there are none, with the next move.
    """
    having = {d.metric for d in analysis.decisions if d.primary}
    metric = select.metric_of(spec, analysis, having)
    select.methods_of(spec, analysis, ())
    select.datasets_of(spec, analysis, ())
    chosen = [
        d
        for d in analysis.decisions
        if d.metric == metric.name
        and d.estimate is not None
        and math.isfinite(d.estimate)
        and (d.scope in spec.datasets if spec.datasets else d.primary)
        and (not spec.methods or {d.a, d.b} <= set(spec.methods))
    ]
    if not chosen:
        raise InputError(
            f'there are no comparisons of "{metric.name}" to draw',
            select.where(spec),
            'differences need a method with role = "ours" and one with role = "baseline", '
            "each with results on every dataset",
        )
    labels = {d.name: d.label for d in analysis.datasets}
    scopes = sorted(
        {d.scope for d in chosen}, key=lambda s: list(labels).index(s) if s in labels else -1
    )
    whole = analysis.design.over_datasets
    panels = tuple(
        (whole if s is None else labels.get(s, s), tuple(d for d in chosen if d.scope == s))
        for s in scopes
    )
    names = {m.name: m.label for m in analysis.methods}
    compared = [Method(name, names.get(name, name)) for d in chosen for name in (d.a, d.b)]
    extra = [method for method in compared if method.name not in names]
    looks = palette.looks(select.all_methods(analysis, extra))
    select.logarithmic(
        spec, [[d.estimate or 0.0 for d in inside] for _, inside in panels], "differences"
    )
    gone = _left_out(spec, analysis, metric)
    notes = (*select.others(spec, analysis, having, metric), *written.left_out(spec, gone))
    correction = analysis.design.correction
    return Differences(spec, metric, panels, names, looks, correction, notes, gone)


def _left_out(spec: FigureSpec, analysis: Analysis, metric: Metric) -> tuple[str, ...]:
    """The comparisons without a number, by name."""
    names = {m.name: m.label for m in analysis.methods}
    gone = [
        f"{names.get(d.a, d.a)} against {names.get(d.b, d.b)}"
        for d in analysis.decisions
        if d.metric == metric.name
        and (d.scope in spec.datasets if spec.datasets else d.primary)
        and (not spec.methods or {d.a, d.b} <= set(spec.methods))
        and not (d.estimate is not None and math.isfinite(d.estimate))
    ]
    return tuple(dict.fromkeys(gone))


@dataclass(frozen=True, slots=True)
class Differences:
    """The comparisons of one figure, panel by panel."""

    spec: FigureSpec
    metric: Metric
    panels: tuple[tuple[str, tuple[Decision, ...]], ...]
    names: Mapping[str, str]
    looks: Mapping[str, Look]
    correction: str
    diagnostics: tuple[Diagnostic, ...]
    """What the figure leaves out."""
    gone: tuple[str, ...] = ()
    """Comparisons without a number: they are not drawn."""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """All comparisons."""
        return tuple(d for _, inside in self.panels for d in inside)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [*self.names.values(), *(label for label, _ in self.panels)]
        return (*names, self.metric.label, self.metric.unit, self.spec.title)

    @property
    def note(self) -> str:
        """What dots, bars and fillings are, for the caption."""
        family = max(d.family for d in self.decisions)
        levels = sorted({f"{100 * d.level:g}" for d in self.decisions})
        method = CORRECTIONS.get(self.correction, self.correction)
        after = ""
        if family > 1 and self.correction not in ("", "none"):
            others = family - sum(d.p is not None or d.low is not None for d in self.decisions)
            some = f", {others} of them not shown" if others > 0 else ""
            after = f" after {method} correction over {family} comparisons{some}"
        if all(d.low is None for d in self.decisions):
            text = (
                "Dots: differences that are not tested, so there are no intervals."
                if max(n for d in self.decisions for n in d.n) > 1
                else "Dots: difference of single runs, so nothing is tested and there are no "
                "intervals."
            )
            return text + written.without(self.gone) + select.arrow_note(self.metric)
        told = f"filled: a difference{' or equivalence' * self._equivalent} was found{after}; "
        told += "hollow: not."
        if not any(d.primary for d in self.decisions):
            told = "secondary comparisons, each for itself: nothing is decided."
        text = (
            f"Dots: difference of the means; bars: unadjusted {' and '.join(levels)}% intervals"
            f"{' of the pseudomedian' * any(d.interval_of for d in self.decisions)}; {told}"
        )
        if self.metric.margin is not None:
            text += f" Shaded: within the margin of {self.metric.margin:g}{_unit(self.metric)}."
        return text + written.without(self.gone) + select.arrow_note(self.metric)

    @property
    def _equivalent(self) -> bool:
        return any(d.verdict is Verdict.EQUIVALENT for d in self.decisions)

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        count = len(self.decisions)
        s = "s" * (count > 1)
        text = [
            f"Differences in {self.metric.label} with their intervals for {count} comparison{s}."
        ]
        for label, inside in self.panels:
            told = "; ".join(self._told(d) for d in inside)
            text.append(f"{label}: {told}." if label else f"{told}.")
        return " ".join(text)

    def _told(self, d: Decision) -> str:
        assert d.estimate is not None
        pair = f"{self._name(d.a)} minus {self._name(d.b)} "
        if d.low is None or d.high is None:
            return f"{pair}{scale.number(d.estimate, abs(d.estimate) / 10)}{_verdict(d, ', ')}"
        half = (d.high - d.low) / 2
        middle, low, high = (scale.number(v, half) for v in (d.estimate, d.low, d.high))
        ends = f"({100 * d.level:g}% interval {low} to {high})"
        return f"{pair}{middle} {ends}{_verdict(d, ', ')}"

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV; the average's scope is empty."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(
            [
                "metric",
                "scope",
                "a",
                "b",
                "estimate",
                "low",
                "high",
                "level",
                "p",
                "p_adjusted",
                "verdict",
            ]
        )
        for d in self.decisions:
            values = (d.estimate, d.low, d.high, d.level, d.p, d.p_adjusted)
            numbers = ["" if v is None else v for v in values]
            rows.writerow([d.metric, d.scope or "", d.a, d.b, *numbers, _verdict(d)])
        return out.getvalue()

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        several = len({d.a for d in self.decisions}) > 1
        common = several and len({d.b for d in self.decisions}) == 1
        rows = list(dict.fromkeys((d.a, d.b) for d in self.decisions))
        panels = tuple(
            Panel(
                label if len(self.panels) > 1 else "",
                self._dots(rows, inside, several=several, common=common),
            )
            for label, inside in self.panels
        )
        who = "" if several else f"{self._name(self.decisions[0].a)}: "
        unit = _unit(self.metric)
        shown = f" ({unit.strip()})" if unit else ""
        rest = f" in {spoken(self.metric)}{shown}{select.arrow(self.metric)}"
        to = f" to {self._baseline(ruler, style, rest)}" if common else ""
        short = f"Difference{to}{rest}"
        full = f"{who}{short[0].lower() if who else short[0]}{short[1:]}"
        label = full if ruler.width(full, style.label) <= style.width - 2 else short
        where, band = select.where(self.spec), self.metric.margin
        of, title = numerals.of(self.metric), self.spec.title
        plot = DotPlot(panels, label, where, math.inf, title, zero=True, band=band, of=of)
        return plot.paint(style, ruler)

    def _baseline(self, ruler: Ruler, style: Style, rest: str) -> str:
        """The baseline's name, shortened to leave room for what the label says after it."""
        room = style.width - 4 - ruler.width(f"Difference to {rest}", style.label)
        names = [self._name(d) for d in dict.fromkeys((self.decisions[0].b, *self.names))]
        return ruler.fit_names(names, style.label, room)[0] if names[1:] else names[0]

    def _dots(
        self,
        rows: Sequence[tuple[str, str]],
        inside: Sequence[Decision],
        *,
        several: bool,
        common: bool,
    ) -> tuple[Dot, ...]:
        found = {(d.a, d.b): d for d in inside}
        dots = []
        for a, b in rows:
            label = f"{self._name(a)}{VERSUS}{self._name(b)}" if several else f"vs. {self._name(b)}"
            if common:
                label = self._name(a)
            look, decision = self.looks[a if common else b], found.get((a, b))
            if decision is None:
                dots.append(Dot(label, look, None, word="not compared"))
                continue
            said = decision.decided or decision.verdict is Verdict.EQUIVALENT
            ends = _finite(decision.low), _finite(decision.high)
            filled = said and decision.primary
            dots.append(Dot(label, look, decision.estimate, *ends, filled, _verdict(decision)))
        return tuple(dots)

    def _name(self, method: str) -> str:
        return self.names.get(method, method)


def _verdict(d: Decision, before: str = "") -> str:
    """The verdict; of a secondary comparison none, for it has only its interval."""
    return f"{before}{d.verdict}" if d.primary else ""


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _unit(metric: Metric) -> str:
    """The unit of a difference: of percentages, points."""
    if not metric.unit:
        return ""
    return " points" if metric.unit == "%" else f" {metric.unit}"
