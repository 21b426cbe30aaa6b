"""Ablation: what each part of the full model is worth, as bars with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.figures import numerals, palette, scale, select, written
from paperforge.figures.dots import Dot, DotPlot, Panel
from paperforge.figures.style import GRID, INK, PDF_POINTS
from paperforge.model import Verdict
from paperforge.model.wording import spoken
from paperforge.spec import CORRECTIONS, Method, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Ruler, Sheet
    from paperforge.figures.style import Style
    from paperforge.model import Analysis, Decision, Diagnostic
    from paperforge.spec import FigureSpec, Metric

NEEDS: tuple[str, ...] = ("beside",)
HALF = 0.3
"""Half the height of a bar, in rows."""
CHAIN = "chain"
MOST_NAMED = 4

NOT_TESTED = (Verdict.UNTESTED, Verdict.UNDECIDABLE)


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: from `before` to `after`."""

    method: str
    before: str
    decision: Decision
    sign: float
    """1 where the decision is after - before, -1 where it is the other way round."""
    start: float
    """Where the bar begins: the level before it in a chain, else 0."""
    tested: bool = True
    """Whether it is of the family, where others are: what is beside it is only estimated."""

    @property
    def change(self) -> float:
        """After - before."""
        assert self.decision.estimate is not None
        return self.sign * self.decision.estimate

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the change."""
        low, high = self.decision.low, self.decision.high
        if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
            return None
        return (low, high) if self.sign > 0 else (-high, -low)

    @property
    def word(self) -> str:
        """The verdict on the method against the one before."""
        verdict = self.decision.verdict if self.tested else Verdict.UNTESTED
        turned = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
        return str(verdict if self.sign > 0 else turned.get(verdict, verdict))


def compose(spec: FigureSpec, analysis: Analysis) -> Waterfall:
    """Choose the changes. Raises InputError where a full model or its comparisons are missing."""
    scope = _scope(spec, analysis)
    every = (*analysis.decisions, *analysis.beside)
    found = [d for d in every if d.scope == scope and _is_finite(d.estimate)]
    metric = select.metric_of(spec, analysis, {d.metric for d in found})
    found = [d for d in found if d.metric == metric.name]
    compared = dict.fromkeys(name for d in found for name in (d.a, d.b))
    select.methods_of(replace(spec, methods=(*spec.methods, *_named(spec))), analysis, compared)
    if spec.shape not in ("", CHAIN):
        hint = f'use "{CHAIN}" where each method has one part less, or leave it out'
        raise written.refused(spec, f'shape "{spec.shape}" is not known here', hint)
    full = _full(spec, analysis, found)
    labels = {m.name: m.label for m in analysis.methods}
    names = spec.methods or tuple(m.name for m in analysis.methods)
    parts = [name for name in names if name != full]
    steps = _steps(spec, analysis, metric, (scope, full), parts, found)
    extra = [Method(name, name) for name in compared if name not in labels]
    looks = palette.looks(select.all_methods(analysis, extra))
    place = next((d.label for d in analysis.datasets if d.name == scope), "")
    if scope is None:
        place = analysis.design.over_datasets.lower()
    notes = select.others(spec, analysis, {d.metric for d in analysis.decisions}, metric)
    missing = [labels.get(p, p) for p in parts if p not in {s.method for s in steps}]
    if missing:
        notes += (written.note(spec, f"not compared with the full model: {', '.join(missing)}"),)
    select.logarithmic(spec, [[s.change for s in steps]], "changes")
    correction = analysis.design.correction
    mean = analysis.aggregate(metric.name, full, scope)
    start = mean.mean if mean is not None else None
    return Waterfall(spec, metric, full, steps, labels, looks, place, correction, start, notes)


def _named(spec: FigureSpec) -> tuple[str, ...]:
    """The full model among the methods whose names are checked, where one is named."""
    return (spec.baseline,) if spec.baseline and spec.methods else ()


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _scope(spec: FigureSpec, analysis: Analysis) -> str | None:
    """The average over the datasets, or the one dataset named. Raises InputError for several."""
    select.datasets_of(spec, analysis, ())
    if len(spec.datasets) > 1:
        raise written.refused(
            spec,
            "a waterfall shows one dataset, or the average over all",
            "name one dataset; `intervals` and `differences` have a panel each",
        )
    if spec.datasets:
        return spec.datasets[0]
    scopes = {d.scope for d in analysis.decisions if d.primary}
    return next(iter(scopes)) if len(scopes) == 1 else None


def _full(spec: FigureSpec, analysis: Analysis, found: Sequence[Decision]) -> str:
    """The full model: named, or ours, or the one that every comparison is with."""
    if spec.baseline:
        if spec.baseline not in {name for d in found for name in (d.a, d.b)}:
            known = [m.name for m in analysis.methods]
            if spec.baseline not in known:
                raise select.unknown("method", spec.baseline, known, spec)
            hint = "leave the roles out, so that all pairs are compared, or give it the role ours"
            raise written.refused(spec, f'nothing is compared with "{spec.baseline}"', hint)
        return spec.baseline
    ours = [m.name for m in analysis.methods if m.role is Role.OURS]
    if len(ours) == 1:
        return ours[0]
    family = [d for d in found if d not in analysis.beside]
    shared = set.intersection(*({d.a, d.b} for d in family)) if family else set()
    always = [d.a for d in family[:1] if d.a in shared] or sorted(shared)
    if not ours and always:
        return always[0]
    raise written.refused(
        spec,
        "nothing says which method is the full model",
        'baseline = "METHOD" in [[figures]], or role = "ours" for one method (--ours METHOD)',
    )


def _steps(  # noqa: PLR0917  what the changes are looked up by
    spec: FigureSpec,
    analysis: Analysis,
    metric: Metric,
    of: tuple[str | None, str],
    parts: Sequence[str],
    found: Sequence[Decision],
) -> tuple[Step, ...]:
    """The change of each part. Raises InputError where there is none, or a chain has a gap."""
    scope, full = of
    pairs = {(d.a, d.b): d for d in reversed(found)}
    steps, before, level = [], full, 0.0
    if spec.shape == CHAIN:
        start = analysis.aggregate(metric.name, full, scope)
        level = start.mean if start is not None and start.mean is not None else math.nan
    for part in parts:
        decision = pairs.get((part, before)) or pairs.get((before, part))
        if decision is None and spec.shape == CHAIN:
            raise written.refused(
                spec,
                f'"{part}" and "{before}" are not compared, so there is no chain of changes',
                "name in `methods`, in the order in which parts are removed, those with numbers on "
                "all datasets, or in `datasets` one on which all have some",
            )
        if decision is None:
            continue
        step = Step(part, before, decision, 1.0 if decision.a == part else -1.0, level)
        steps.append(step)
        if spec.shape == CHAIN:
            before, level = part, level + step.change
    if not steps or not math.isfinite(level):
        raise written.refused(
            spec,
            f'there are no comparisons of "{metric.name}" with "{full}" to draw',
            "an ablation needs the full model and each variant on the same datasets; "
            "`paperforge stats` lists what is compared",
        )
    if any(s.decision.primary for s in steps):
        steps = [replace(s, tested=s.decision.primary) for s in steps]
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The changes of one figure."""

    spec: FigureSpec
    metric: Metric
    full: str
    steps: tuple[Step, ...]
    labels: Mapping[str, str]
    looks: Mapping[str, Look]
    place: str
    correction: str
    level: float | None
    """Of the full model."""
    diagnostics: tuple[Diagnostic, ...]

    @property
    def _chain(self) -> bool:
        return self.spec.shape == CHAIN

    def _name(self, method: str) -> str:
        return self.labels.get(method, method)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text from the data."""
        names = [self._name(s.method) for s in self.steps]
        return (*names, self._name(self.full), self.metric.label, self.metric.unit, self.spec.title)

    @property
    def note(self) -> str:
        """What bars and fillings are, for the caption."""
        levels = sorted({f"{100 * s.decision.level:g}" for s in self.steps})
        if self._chain:
            text = (
                f"Bars: from the method above to the one in the row, beginning with "
                f"{self._name(self.full)}"
            )
        else:
            text = f"Bars: each method minus {self._name(self.full)}, side by side (not cumulative)"
        text += f"; {self.place}" if self.place else ""
        if any(s.interval for s in self.steps):
            at = " around the bar's end" if self._chain else ""
            of = {s.decision.interval_of for s in self.steps} - {""}
            what = f"the {' and '.join(sorted(of))} of the change" if of else "the change"
            text += f"; whiskers: unadjusted {' and '.join(levels)}% intervals of {what}{at}"
        return f"{text}; {self._fillings()}{self._band()}{select.arrow_note(self.metric)}"

    def _fillings(self) -> str:
        """What is filled, and after which correction."""
        family = max(s.decision.family for s in self.steps)
        after = ""
        if family > 1 and self.correction not in ("", "none"):
            method = CORRECTIONS.get(self.correction, self.correction)
            after = f" after {method} correction over {family} comparisons"
        found = f"filled: a difference was found{after}; hollow: not."
        if not family:
            found = "filled: the interval leaves out zero (not corrected); hollow: not."
        if all(s.decision.verdict in NOT_TESTED for s in self.steps):
            found = "hollow: nothing is tested."
        beside = [self._name(s.method) for s in self.steps if not s.tested]
        if beside:
            who = ", ".join(beside) if len(beside) <= MOST_NAMED else f"{len(beside)} others"
            found += f" Outside the paper's comparisons, estimated and not tested: {who}."
        return found

    def _band(self) -> str:
        if self.metric.margin is None or self._chain:
            return ""
        unit = " points" if self.metric.unit == "%" else f" {self.metric.unit}".rstrip()
        return f" Shaded: within the margin of {self.metric.margin:g}{unit}."

    @property
    def alt(self) -> str:
        """The figure in words and numbers."""
        kind = "Waterfall" if self._chain else "Bars"
        text = (
            f"{kind} of the changes in {written.in_unit(self.metric)} from {self._name(self.full)}"
        )
        return f"{text}: {'; '.join(map(self._told, self.steps))}."

    def _told(self, step: Step) -> str:
        who = self._name(step.method)
        if self._chain:
            who += f" after {self._name(step.before)}"
        if step.interval is None:
            return f"{who} {scale.number(step.change, abs(step.change) / 10)}, {step.word}"
        low, high = step.interval
        numbers = [scale.number(v, (high - low) / 2) for v in (step.change, low, high)]
        level = f"{100 * step.decision.level:g}"
        return f"{who} {numbers[0]} ({level}% interval {numbers[1]} to {numbers[2]}), {step.word}"

    @property
    def data(self) -> str:
        """The numbers behind the drawing, as CSV; the average's scope is empty."""
        header = [
            "metric",
            "scope",
            "method",
            "from",
            "change",
            "low",
            "high",
            "level",
            "p_adjusted",
        ]
        return written.table(
            [*header, "verdict"],
            (
                (
                    *(self.metric.name, s.decision.scope, s.method, s.before, s.change),
                    *(s.interval or (None, None)),
                    *(s.decision.level, s.decision.p_adjusted, s.word),
                )
                for s in self.steps
            ),
        )

    def paint(self, style: Style, ruler: Ruler) -> Sheet:
        """Draw at the style's size."""
        dots = tuple(map(self._dot, self.steps))
        if self._chain:
            look = self.looks[self.full]
            dots = (Dot(self._name(self.full), look, self.level, word="full model"), *dots)
        plot = DotPlot(
            (Panel("", dots),),
            self._axis(ruler, style),
            select.where(self.spec),
            100.0 if self._chain and self.metric.unit == "%" else math.inf,
            self.spec.title,
            zero=not self._chain,
            band=None if self._chain else self.metric.margin,
            row=1.7,
            mark=_bar,
            of=numerals.of(self.metric),
        )
        return plot.paint(style, ruler)

    def _axis(self, ruler: Ruler, style: Style) -> str:
        if self._chain:
            return select.axis_label(self.metric)
        unit = "points" if self.metric.unit == "%" else self.metric.unit
        unit = f" ({unit})" if unit else ""
        short = f"Change in {spoken(self.metric)}{unit}{select.arrow(self.metric)}"
        full = f"{self._name(self.full)} = 0: {short[0].lower()}{short[1:]}"
        return full if ruler.width(full, style.label) <= style.width - 2 else short

    def _dot(self, step: Step) -> Dot:
        filled = step.tested and step.decision.decided
        low, high = step.interval or (None, None)
        if low is not None and high is not None:
            low, high = step.start + low, step.start + high
        label, look = self._name(step.method), self.looks[step.method]
        value = step.start + step.change
        return Dot(label, look, value, low, high, filled, step.word, start=step.start)


def _bar(axes: Axes, dot: Dot, y: float) -> None:
    """Draw a bar from its start to its value, and the interval around its end."""
    from matplotlib.patches import Rectangle

    if dot.value is None:
        return
    if dot.start is None:
        axes.plot([dot.value] * 2, [y - HALF, y + HALF], color=INK, linewidth=1.6 * PDF_POINTS)
        axes.plot([dot.value] * 2, [y - 1 + HALF, y - HALF], color=INK, linewidth=0.5, zorder=2)
        return
    bar = Rectangle((min(dot.start, dot.value), y - HALF), abs(dot.value - dot.start), 2 * HALF)
    face = dot.look.colour if dot.filled else "white"
    bar.set(facecolor=face, edgecolor=dot.look.ink, linewidth=0.8 * PDF_POINTS, zorder=2)
    axes.add_patch(bar)
    if dot.start and y > 0:  # a chain goes on from here
        axes.plot([dot.value] * 2, [y - 1 + HALF, y - HALF], color=GRID, linewidth=0.5, zorder=1)
    if dot.low is None or dot.high is None:
        return
    halo = 2.4 * PDF_POINTS
    axes.plot([dot.low, dot.high], [y, y], color="white", linewidth=halo, zorder=2.5)
    axes.plot([dot.low, dot.high], [y, y], color=INK, linewidth=0.9 * PDF_POINTS, zorder=3)
    for end in (dot.low, dot.high):
        axes.plot(
            [end] * 2, [y - HALF / 2, y + HALF / 2], color=INK, linewidth=0.9 * PDF_POINTS, zorder=3
        )
