"""Columns beside the metrics, on demand: mean rank, difference, P(improvement), n, reported ones.

Every number is one of the analysis; a row that lacks a dataset has no rank, difference or value,
as it has no average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.latex.rounding import Rounding, rule_for
from paperforge.model import Cell, Missing, Severity, order
from paperforge.model import Diagnostic as Said
from paperforge.spec import COLUMNS, Direction
from paperforge.tables import notes
from paperforge.tables.layouts import Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from paperforge.model import Aggregate, Analysis, Decision, Rank
    from paperforge.spec import Method, Metric, TableSpec
    from paperforge.tables.view import View

REPORTED = "reported"
LABELS = {
    "rank": "Mean rank",
    "difference": "Difference",
    "improvement": "P(improvement)",
    "n": "n",
    REPORTED: "",
}
SIDE = "ref."
"""What the baseline's own cell prints: the others are measured against it."""


def reported(analysis: Analysis, spec: TableSpec) -> tuple[Metric, ...]:
    """The metrics that are asked for as single columns.

    Raises InputError for a column that is neither one of spec.COLUMNS nor a metric.
    """
    known = {m.name: m for m in analysis.metrics}
    for name in spec.columns:
        if name not in COLUMNS and name not in known:
            metrics = ", ".join(plain(k) for k in known)
            raise InputError(
                f'there is no column "{plain(name)}"',
                f"table {spec.name}",
                f"one of {', '.join(COLUMNS)}, or a metric ({metrics}); "
                "[metrics.NAME] in paper.toml reads another column of the results",
            )
    chosen = [known[name] for name in dict.fromkeys(spec.columns) if name not in COLUMNS]
    return tuple(metric for metric in chosen if metric.name not in spec.metrics)


def of_metric(
    analysis: Analysis, spec: TableSpec, metric: Metric, *, whole: bool
) -> tuple[list[Slot], list[Said]]:
    """The columns that stand with a metric, and why some of those asked for do not.

    whole: whether the table shows all datasets.
    """
    several = len(analysis.datasets) > 1
    ranked = bool(ranks(analysis, metric.name))
    slots, said = [], []
    for kind in dict.fromkeys(spec.columns):
        if kind not in ("rank", "difference", "improvement"):
            continue
        if kind == "rank" and not several:
            text = "a mean rank needs several datasets"
        elif several and not whole:
            text = f"{LABELS[kind].lower()} is over all datasets, and this table shows some of them"
        elif metric.direction is None and kind != "difference":
            text = f"which values of {plain(metric.name)} are better is not known"
        elif kind == "rank" and not ranked:
            text = "fewer than two methods have a number on every dataset"
        elif not metric.tested and kind != "rank":
            continue
        else:
            slots.append(Slot(metric, None, LABELS[kind], kind))
            continue
        where = f"table {spec.name}"
        said.append(Said(Severity.NOTE, where, f"no {LABELS[kind].lower()} column: {text}"))
    return slots, list(dict.fromkeys(said))


def beside(spec: TableSpec, metrics: Sequence[Metric], single: Sequence[Metric]) -> list[Slot]:
    """The columns that stand at the end: n, and the metrics that are only reported."""
    slots = []
    for name in dict.fromkeys(spec.columns):
        if name == "n":
            slots.append(Slot(metrics[0], None, LABELS["n"], "n"))
        slots += [Slot(metric, None, "", REPORTED) for metric in single if metric.name == name]
    return slots


def baseline(view: View) -> Method:
    """What differences are taken from: the declared one, or the only one by the roles.

    Raises InputError where there is none, or several.
    """
    spec = view.spec
    known = {m.name: m for m in view.analysis.methods}
    if spec.baseline:
        if spec.baseline in known:
            return known[spec.baseline]
        text = f'the results have no method "{plain(spec.baseline)}"'
        raise InputError(text, f"table {spec.name}", f"they have {', '.join(map(plain, known))}")
    found = order.baselines(view.analysis.methods)
    if len(found) == 1:
        return found[0]
    text = "there are several baselines" if found else "there is no baseline"
    names = plain(found[0].name if found else next(iter(known)))
    hint = f'say which one differences are from: baseline = "{names}" in paper.toml'
    hint += ", or one --baseline alone" if found else f', or --baseline "{names}"'
    raise InputError(text, f"table {spec.name}", hint)


def cells(view: View, slot: Slot) -> list[Cell]:
    """One column, one cell a method, not marked yet."""
    make = {
        "rank": _ranks,
        "difference": _differences,
        "improvement": _improvements,
        "n": _sizes,
        REPORTED: _reported,
    }[slot.kind]
    return [
        cell._replace(metric=slot.metric.name, method=method.name, kind=slot.kind)
        for cell, method in zip(make(view, slot), view.methods, strict=True)
    ]


def direction(slot: Slot) -> Direction | None:
    """Which values of the column are better, where its best is marked: ranks alone."""
    return Direction.LOWER if slot.kind == "rank" else None


def none(reason: Missing) -> Cell:
    """A cell whose row is incomplete."""
    return Cell(printed=notes.NO_AVERAGE, missing=reason)


def ranks(analysis: Analysis, metric: str) -> list[Rank]:
    """The mean ranks on a metric: of all methods, or those of the test where it had them all."""
    every = [r for r in analysis.places if r.metric == metric]
    return every or [r for r in analysis.ranks if r.metric == metric]


def _ranks(view: View, slot: Slot) -> list[Cell]:
    analysis, name = view.analysis, slot.metric.name
    held = {r.method: r.mean_rank for r in ranks(analysis, name)}
    rule = rule_for(list(held.values()), [])
    found = []
    for method in view.methods:
        value = held.get(method.name)
        if value is None:
            found.append(none(view.lacks(name, method.name) or Missing.NOT_RUN))
            continue
        printed = rule.show(value)
        found.append(Cell(value, printed=printed))
    return found


def _against(view: View, slot: Slot, method: Method) -> Decision | None:
    """The decision between a method and the baseline: the primary one, or one beside the family."""
    pair, analysis = {method.name, baseline(view).name}, view.analysis
    whole = {None, *([d.name for d in analysis.datasets] if len(analysis.datasets) == 1 else [])}
    primary = (d for d in analysis.decisions if d.primary)
    others = (d for d in analysis.beside if d.scope in whole)
    for decision in (*primary, *others):
        if decision.metric == slot.metric.name and {decision.a, decision.b} == pair:
            return decision
    return None


def _differences(view: View, slot: Slot) -> list[Cell]:
    single = view.analysis.datasets[0].name if len(view.analysis.datasets) == 1 else None
    rule = view.rules.get((slot.metric.name, single), Rounding(0))
    base = baseline(view)
    against = (_against(view, slot, method) for method in view.methods if method.name != base.name)
    together = joint(decision for decision in against if decision is not None and decision.primary)
    return [
        Cell(printed=SIDE)
        if method.name == base.name
        else _difference(view, slot, method, rule, joint=together)
        for method in view.methods
    ]


def _difference(view: View, slot: Slot, method: Method, rule: Rounding, *, joint: bool) -> Cell:
    """Method less baseline, with the interval of the decision."""
    decision = _against(view, slot, method)
    if decision is None or decision.estimate is None:
        reason = view.lacks(slot.metric.name, method.name)
        return none(reason) if reason else Cell()
    sign = 1 if decision.a == method.name else -1
    ends = decision.simultaneous if joint and decision.primary else own_ends(decision)
    interval = None
    if ends is not None:
        interval = ends if sign > 0 else (-ends[1], -ends[0])
    value = sign * decision.estimate
    return Cell(
        value,
        n=min(decision.n),
        printed=signed(rule.show(value)),
        interval=interval,
        printed_interval=None
        if interval is None
        else (rule.show(interval[0]), rule.show(interval[1])),
        decisions=(decision,),
    )


def own_ends(decision: Decision) -> tuple[float, float] | None:
    """A decision's own interval, not corrected."""
    if decision.low is None or decision.high is None:
        return None
    return decision.low, decision.high


def joint(decisions: Iterable[Decision]) -> bool:
    """Whether all have the interval that goes with the corrected p: then that is shown."""
    known = [d for d in decisions if d.estimate is not None]
    return bool(known) and all(d.simultaneous is not None for d in known)


def signed(printed: str) -> str:
    """A difference with its sign; zero has none."""
    return printed if printed.startswith("-") or not printed.strip("0.") else f"+{printed}"


def _improvements(view: View, slot: Slot) -> list[Cell]:
    base = baseline(view)
    return [
        Cell(printed=SIDE) if method.name == base.name else _improvement(view, slot, method)
        for method in view.methods
    ]


def _improvement(view: View, slot: Slot, method: Method) -> Cell:
    """How likely a replicate of the method is better than one of the baseline."""
    decision = _against(view, slot, method)
    if decision is None or decision.effect.superiority is None:
        reason = view.lacks(slot.metric.name, method.name)
        return none(reason) if reason else Cell()
    larger = decision.effect.superiority
    better = (decision.a == method.name) == (slot.metric.direction is Direction.HIGHER)
    value = larger if better else 1 - larger
    printed = Rounding(2).show(value)
    return Cell(value, n=min(decision.n), printed=printed, decisions=(decision,))


def _sizes(view: View, _slot: Slot) -> list[Cell]:
    """Replicates behind a row: a range where its cells differ, 0 where one is missing.

    Quoted numbers whose paper does not say how many do not count.
    """
    names = {s.metric.name for s in view.slots if not s.kind}
    datasets = [d.name for d in view.datasets]
    found = []
    for method in view.methods:
        row = [view.find(m, method.name, d) for m in names for d in datasets]
        sizes = [size for one in row if (size := _size(one)) is not None]
        if not sizes:
            symbol = notes.SYMBOLS[Missing.NOT_REPORTED]
            found.append(Cell(printed=symbol, missing=Missing.NOT_REPORTED))
            continue
        low, high = min(sizes), max(sizes)
        text = f"{low:,}" if low == high else f"{low:,}–{high:,}"
        value = float(low) if low == high else None
        found.append(Cell(value, n=low, printed=text))
    return found


def _size(one: Aggregate | None) -> int | None:
    """Replicates of a cell; None for a quoted number whose paper does not say."""
    if one is None or one.mean is None:
        return 0
    return one.n if one.quoted is None else one.quoted.n or None


def _reported(view: View, slot: Slot) -> list[Cell]:
    """A metric's value, or its average over several datasets; rounded by its own rule."""
    name = slot.metric.name
    single = len(view.analysis.datasets) == 1
    scope = view.analysis.datasets[0].name if single else None
    rule = view.rules.get((name, scope), Rounding(0))
    found = []
    for method in view.methods:
        one = view.find(name, method.name, scope)
        reason = None if single else view.lacks(name, method.name)
        if one is None or one.mean is None or reason is not None:
            why = reason or (one and one.missing) or Missing.NOT_RUN
            printed = notes.SYMBOLS[why] if single else notes.NO_AVERAGE
            found.append(Cell(printed=printed, missing=why))
            continue
        found.append(
            Cell(
                one.mean,
                n=one.n,
                printed=rule.show(one.mean),
            )
        )
    return found
