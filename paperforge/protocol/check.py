"""Whether an analysis still is the planned one: what was added, dropped or changed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity, Spending, Verdict
from paperforge.protocol import lock, scores, there
from paperforge.protocol.differ import ARROW, both, changes, listed
from paperforge.spec import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paperforge.model import Analysis, Look, Protocol, Run
    from paperforge.protocol import Plan
    from paperforge.protocol.scores import Numbers

    Runs = Mapping[tuple[str, str, str], int]
    """(metric, method, dataset) -> how many runs have a number."""

SPENDING = {Spending.OBRIEN_FLEMING: "O'Brien-Fleming", Spending.POCOCK: "Pocock"}
SCOPES = {
    "all": "the comparisons of all metrics",
    "metric": "those of each metric by itself",
}
_HINT = "say in the paper what was not planned, or freeze an amended plan: paperforge plan --freeze"
_LOOSE = (
    "the plan is not frozen: nothing says when it was written. paperforge plan --freeze keeps its "
    "hash and the date"
)
_SHOWN = 12
"""Letters of a hash that a message shows."""


def against(
    plan: Plan,
    analysis: Analysis,
    runs: Runs,
    look: Look | None,
    names: Sequence[Run],
    *,
    numbers: Numbers | None = None,
) -> tuple[Diagnostic, ...]:
    """What the plan says about an analysis: one note where it is as planned, else warnings.

    names: of all runs that have a number; numbers: what they are.

    Aspects: methods, metrics, datasets, seeds, alpha, correction, scope, margin, pairing, unit,
    family, look. The frozen plan counts where there is one; that its file was changed since, or
    the lock edited, is a warning of its own.
    """
    held = plan.in_force
    found = [*_file(plan), *_aspects(held, analysis, runs, look)]
    hint = _HINT if plan.frozen else _LOOSE
    warnings = [
        Diagnostic(Severity.WARNING, plan.shown, message, "" if i else hint, f"plan-{aspect}")
        for i, (aspect, message) in enumerate(found)
    ]
    notes = []
    history = [*there.said(plan, names), *scores.said(plan, numbers or {})]
    warnings += [one for one in history if one.severity is Severity.WARNING]
    warnings += [] if look is None else _spent(plan, analysis, look)
    if not warnings:
        hint = "" if plan.frozen else "paperforge plan --freeze keeps its hash and the date"
        text = f"the analysis is the planned one ({_known(plan)})"
        notes.append(Diagnostic(Severity.NOTE, plan.shown, text, hint, "plan"))
    if look is not None:
        notes.append(
            Diagnostic(Severity.NOTE, plan.shown, _look(held, look), check="plan-spending")
        )
    notes += [one for one in history if one.severity is not Severity.WARNING]
    return (*warnings, *notes)


def replicates(plan: Protocol, analysis: Analysis, runs: Runs) -> int:
    """Replicates in the smallest planned cell that has any; 0: none has."""
    if plan.unit is Unit.EXAMPLE:
        counts = [
            one.n
            for one in analysis.aggregates
            if one.dataset is not None and one.method in plan.methods and one.metric in plan.metrics
        ]
    else:
        counts = [n for (metric, method, _), n in runs.items() if _held(plan, metric, method)]
    return min((n for n in counts if n), default=0)


def _held(plan: Protocol, metric: str, method: str) -> bool:
    return metric in plan.metrics and method in plan.methods


def _known(plan: Plan) -> str:
    if not plan.frozen:
        return "not frozen"
    last = plan.frozen[-1]
    amended = f", amended {len(plan.frozen) - 1} times" if len(plan.frozen) > 1 else ""
    return f"frozen on {last.date}{amended}, sha256 {last.sha256[:_SHOWN]}"


def _file(plan: Plan) -> Iterator[tuple[str, str]]:
    """What happened to the plan itself."""
    if not plan.frozen:
        return
    if not lock.intact(plan.frozen):
        yield "lock", "its lock was edited: a hash does not belong to what stands beside it"
    last = plan.frozen[-1]
    if changed := changes(last.content, lock.content(plan.current)):
        text = f"has changed since it was frozen on {last.date}: {'; '.join(changed)}"
        yield "changed", f"{text}. The analysis is held to the frozen plan"
    for before, after in zip(plan.frozen, plan.frozen[1:], strict=False):
        if changed := changes(before.content, after.content):
            yield "amended", f"was amended on {after.date}: {'; '.join(changed)}"


def _aspects(
    plan: Protocol, analysis: Analysis, runs: Runs, look: Look | None
) -> Iterator[tuple[str, str]]:
    """(aspect, what differs) in the order of a paper."""
    design = analysis.design
    methods = {m.name for m in analysis.methods}
    datasets = {d.name for d in analysis.datasets} - {""}
    if said := listed(sorted({*plan.methods, *plan.ablations}), sorted(methods)):
        yield "methods", f"methods: {said}"
    yield from _metrics(plan, analysis)
    if said := listed(sorted(plan.datasets), sorted(datasets)):
        yield "datasets", f"datasets: {said}"
    yield from _seeds(plan, runs)
    if plan.unit is not design.unit:
        yield "unit", f"unit of replication: {plan.unit} {ARROW} {_unit(design.unit)}"
    if said := listed(sorted(plan.pair_by), sorted(design.pair_by)):
        yield "pairing", f"pairing: {said}"
    if look is None and not math.isclose(plan.alpha, design.alpha):
        yield "alpha", f"alpha: {plan.alpha:g} {ARROW} {design.alpha:g}"
    yield from _corrected(plan, analysis)
    yield from _family(plan, analysis)


def _metrics(plan: Protocol, analysis: Analysis) -> Iterator[tuple[str, str]]:
    """What is measured, in which direction, and with which margin."""
    metrics = {m.name: m for m in analysis.metrics if m.tested or m.name in plan.metrics}
    if said := listed(sorted(plan.metrics), sorted(metrics)):
        yield "metrics", f"metrics: {said}"
    for name, planned in plan.metrics.items():
        used = metrics.get(name)
        if used is None:
            continue
        if planned.direction and used.direction is not planned.direction:
            yield (
                "direction",
                f"better values of {name}: {planned.direction} {ARROW} {used.direction}",
            )
        if not _same(planned.margin, used.margin):
            text = f"{_number(planned.margin)} {ARROW} {_number(used.margin)}"
            yield "margin", f"margin of {name}: {text}"


def _unit(unit: Unit) -> str:
    return "nothing is replicated" if unit is Unit.NONE else str(unit)


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _seeds(plan: Protocol, runs: Runs) -> Iterator[tuple[str, str]]:
    """Methods with more or fewer runs than planned; a look on the way is as planned."""
    looks = plan.stopping.looks if plan.unit is not Unit.EXAMPLE else ()
    said: dict[str, list[str]] = {}
    over = 0
    for method, planned in plan.methods.items():
        if planned.seeds is None:
            continue
        for dataset, n in _cells(plan, method, runs):
            if n in (planned.seeds, *looks):
                continue
            text = f"{method} has {n} of {planned.seeds}"
            if n > planned.seeds:
                text = f"{method} has {n}, planned were {planned.seeds}"
                over = max(over, planned.seeds)
            places = said.setdefault(text, [])
            places += [dataset] if dataset and dataset not in places else []
    if not said:
        return
    parts = [text + (f" on {_few(places)}" if places else "") for text, places in said.items()]
    message = f"seeds: {'; '.join(parts)}"
    if over:
        message += (
            f". If the results were seen with {over}, all of alpha = {plan.alpha:g} is spent: "
            f"judge by the first {over}, or report the other seeds as added"
        )
    yield "seeds", message


def _cells(plan: Protocol, method: str, runs: Runs) -> Iterator[tuple[str, int]]:
    """(dataset, runs) of a method on each metric; one that is not there at all is no hole."""
    metrics = {metric: None for metric, _, _ in runs if metric in plan.metrics}
    datasets = {d: None for _, _, d in runs if d in plan.datasets or not plan.datasets}
    if any(name == method for _, name, _ in runs):
        for metric in metrics:
            yield from ((d, runs.get((metric, method, d), 0)) for d in datasets)


def _few(places: list[str]) -> str:
    limit = 4
    if len(places) <= limit:
        return both(places)
    return f"{', '.join(places[:limit])} and {len(places) - limit} more"


def _corrected(plan: Protocol, analysis: Analysis) -> Iterator[tuple[str, str]]:
    """How the comparisons are corrected, and which of them together."""
    design = analysis.design
    if plan.correction != design.correction:
        yield "correction", f"correction: {plan.correction} {ARROW} {design.correction}"
    scope = "metric" if design.per_metric else "all"
    if plan.scope != scope:
        yield "scope", f"corrected together: {SCOPES[plan.scope]} {ARROW} {SCOPES[scope]}"


def _family(plan: Protocol, analysis: Analysis) -> Iterator[tuple[str, str]]:
    """Comparisons that the plan does not name, or the analysis does not make."""
    if not plan.family:
        return
    said: dict[str, list[str]] = {}
    names = {frozenset(pair): pair for pair in plan.family}
    for metric in analysis.metrics:
        if metric.name not in plan.metrics:
            continue
        made = {frozenset((d.a, d.b)): (d.a, d.b) for d in analysis.primary(metric.name)}
        both_named = made | {key: names[key] for key in made.keys() & names.keys()}
        text = listed(sorted(names.values()), sorted(both_named.values()))
        if text:
            said.setdefault(text, []).append(metric.name)
    whole = [m.name for m in analysis.metrics if m.name in plan.metrics]
    for text, metrics in said.items():
        on = "" if metrics == whole else f" on {_few(metrics)}"
        yield "family", f"comparisons{on}: {text}"


def _look(plan: Protocol, look: Look) -> str:
    """At which alpha the present look is to be judged."""
    noun = f"{plan.unit}s"
    if look.number > look.planned:
        return (
            f"{look.n} {noun} are more than the last look was planned at ({look.largest}): "
            f"if that look was taken, all of alpha = {plan.alpha:g} is spent"
        )
    if look.following:
        taken = f"between looks {look.number} and {look.number + 1}"
        taken = taken if look.number else "before the first look"
        return (
            f"{look.n} of {look.largest} {noun} are {taken} of {look.planned}; the next look is at "
            f"{look.following}: nothing is decided here, so that no more than the {look.spent:.3g} "
            f"of {plan.alpha:g} that is spent so far is spent"
        )
    kind = SPENDING[plan.stopping.spending]
    before = f", {look.before:.2g} of it before" if look.before else ""
    return (
        f"look {look.number} of {look.planned}, at {look.n} of {look.largest} {noun}: "
        f"it is judged at alpha = {look.nominal:.3g} ({kind} type spending: with it "
        f"{look.spent:.3g} of {plan.alpha:g} are spent{before})"
    )


def announced(plan: Plan, analysis: Analysis, look: Look | None) -> tuple[Diagnostic, ...]:
    """That a frozen plan is there, where an analysis is shown without being held to it.

    A warning where the plan has this look judged at less, or its family is another: corrected
    otherwise, or made of other comparisons. Nothing where no plan is frozen.
    """
    if not plan.frozen:
        return ()
    held, severity, alpha = plan.in_force, Severity.NOTE, analysis.design.alpha
    text = f"a plan was frozen on {plan.frozen[-1].date}"
    level = held.alpha if look is None else look.nominal
    if look is not None:
        text += f"; {_look(held, look)}"
    between = look is not None and look.following > 0 and bool(analysis.design.look)
    if alpha > level * (1 + 1e-3) and not between:
        severity = Severity.WARNING
        text += f". The verdicts here are at alpha = {alpha:g}, not at the plan's {level:.3g}"
    if other := [text for _, text in (*_corrected(held, analysis), *_family(held, analysis))]:
        severity = Severity.WARNING
        text += f". The family here is not the plan's: {'; '.join(other)}"
    hint = "paperforge plan RESULTS --check says whether the analysis is the planned one"
    return (Diagnostic(severity, plan.shown, text, hint, "plan"),)


def at_look(plan: Protocol, analysis: Analysis, look: Look) -> Analysis:
    """The analysis with what the look means for it: a sentence; between two looks no verdict.

    Decisions between looks keep estimate, interval and p, and are undecidable: judged at any alpha
    they would spend some that the plan has for later looks.
    """
    noun, kind = f"{plan.unit}s", SPENDING[plan.stopping.spending]
    if not look.following:
        text = (
            f"This was look {look.number} of {look.planned}, at {look.n} of {look.largest} {noun}: "
            f"α = {plan.alpha:g} was spent over the looks by the {kind} type function (Lan and "
            f"DeMets 1983), which leaves {look.nominal:.3g} for this one."
        )
        return replace(analysis, design=replace(analysis.design, look=text.replace("0.", ".")))
    since = f"look {look.number} of {look.planned}" if look.number else "the first look"
    text = (
        f"No look was planned at {look.n} {noun}: it is {'after' if look.number else 'before'} "
        f"{since}, the next look is at {look.following}, and nothing is decided before it."
    )
    why = f"between planned looks: the next is at {look.following} {noun}"
    decisions = tuple(
        d if d.p is None else replace(d, verdict=Verdict.UNDECIDABLE, reason=why, equivalent=False)
        for d in analysis.decisions
    )
    design = replace(analysis.design, look=text)
    return replace(analysis, design=design, decisions=decisions)


def _spent(plan: Plan, analysis: Analysis, look: Look) -> list[Diagnostic]:
    """A warning where the analysis judges at a larger alpha than the look may."""
    alpha = analysis.design.alpha
    if look.following and analysis.design.look:  # nothing is decided
        return []
    if alpha <= look.nominal * (1 + 1e-3):  # three digits are what the message shows
        return []
    text = (
        f"the analysis judges at alpha = {alpha:g}, this look may be judged at {look.nominal:.3g}"
    )
    value = f"{math.floor(look.nominal * 1e6) / 1e6:g}"
    hint = f"--alpha {value}, or alpha = {value} under [design] in paper.toml"
    if look.nominal <= 0:
        hint = "judge by the replicates that were planned"
        if look.following:
            text = f"the analysis judges between two looks; the next is at {look.following}"
    return [Diagnostic(Severity.WARNING, plan.shown, text, hint, "plan-alpha")]
