"""What the runs took: time, energy, memory, parameters; a run on average, and all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.latex.rounding import Numbers, Rounding, rules_for
from paperforge.model import Cell, Column, Cost, Missing, Note, Row
from paperforge.model.order import ours_last
from paperforge.model.units import memory_in, of_one
from paperforge.tables import groups, notes, parts
from paperforge.tables.view import named, note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from paperforge.model import Analysis, Diagnostic, Table
    from paperforge.spec import Metric, TableSpec

NEEDS = ("costs",)

TIMES = (("ms", 1e-3, 0.1), ("s", 1.0, 300.0), ("min", 60.0, 7200.0), ("h", 3600.0, float("inf")))
"""A unit of time in seconds, and what is said in it: below 0.1 s, 5 min, 2 h, and above."""
PREFIXES = (("n", -9), ("µ", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12),
            ("P", 15), ("E", 18))  # fmt: skip
BASES = ("Wh", "J", "g", "FLOPs", "B")
"""Units that take a prefix."""
COUNTED = (("", 1.0), ("k", 1e3), ("M", 1e6), ("B", 1e9), ("T", 1e12))
"""Thousands, millions, billions of things without a unit: parameters."""
MANY = 1e5
"""From here on a count is said in thousands, millions, …"""
THOUSAND = 1e3


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit to print in: printed = number x factor."""

    unit: str
    factor: float = 1.0


def arrange(analysis: Analysis, spec: TableSpec) -> Table:
    """Methods down; under each cost its mean ± sd a run and, where it adds up, the total.

    Raises InputError where no metric, or none of those asked for, says what runs took.
    """
    methods = ours_last(named(analysis.methods, spec.methods, "method", spec))
    headings = groups.read(spec, methods, analysis.datasets).methods
    methods = groups.ordered(methods, headings)
    index = {(c.metric, c.method): c for c in analysis.costs}
    asked = named(analysis.metrics, spec.metrics, "metric", spec)
    metrics = [m for m in asked if any((m.name, method.name) in index for method in methods)]
    if not metrics or (spec.metrics and len(metrics) < len(asked)):
        empty = ", ".join(m.name for m in asked if m not in metrics) if spec.metrics else ""
        text = f"no run has a finite number of {empty}" if empty else "no run says what it took"
        raise InputError(text, f"table {spec.name}", "see paperforge runs")
    sizes = {m.name: [c.n for x in methods if (c := index.get((m.name, x.name)))] for m in metrics}
    same = len({tuple(row) for row in sizes.values()}) == 1
    columns = [] if not same else [Column("Runs")]
    body: list[list[Cell]] = [[] for _ in methods]
    totals: list[Cell] = [parts.BLANK] if same else []
    if same:
        for row, method in zip(body, methods, strict=True):
            row.append(_count(index.get((metrics[0].name, method.name))))
        totals = [_whole(sum(sizes[metrics[0].name]))]
    for metric in metrics:
        found = [index.get((metric.name, m.name)) for m in methods]
        added = _columns(metric, found, spread=spec.spread != "none", runs=not same)
        for column, cells, below in added:
            columns.append(column)
            totals.append(below)
            for row, cell in zip(body, cells, strict=True):
                row.append(cell)
    rows = [
        Row(plain(m.label), tuple(c), headings.get(m.name, "") if headings else "m")
        for m, c in zip(methods, body, strict=True)
    ]
    if len(methods) > 1 and any(cell.value is not None for cell in totals[1:]):
        rows.append(Row("All", tuple(totals), "" if headings else "all"))
    names = notes.listed([plain(m.label) for m in metrics])
    unshown = [] if headings else groups.without_headings(spec, "only methods are here,")
    unshown += [_without_unit(spec, m) for m in metrics if memory_in(m.name) and not m.unit]
    return parts.made(
        spec,
        "Method",
        columns,
        rows,
        caption=f"{names} of the runs.",
        said=_notes(analysis, metrics, rows, [c for c in index.values() if c.metric in sizes]),
        diagnostics=unshown,
        headings=bool(headings),
    )


def _without_unit(spec: TableSpec, metric: Metric) -> Diagnostic:
    """That nobody says what memory is counted in."""
    text = f"the unit of {metric.label} is not known: its name does not say it"
    return note(spec, text, f'--unit {metric.name}=MB, or unit = "MB" in [metrics.{metric.name}]')


def _columns(
    metric: Metric, found: Sequence[Cost | None], *, spread: bool, runs: bool
) -> Iterator[tuple[Column, list[Cell], Cell]]:
    """Columns of one metric, each with its cells and what stands in the row of all methods."""
    known = [c for c in found if c is not None]
    label, unit = plain(metric.label), plain(known[0].unit)
    if runs:
        yield Column("Runs", label), [_count(c) for c in found], _whole(sum(c.n for c in known))
    means = [c.mean for c in known]
    bare = not unit and bool(memory_in(metric.name))  # thousands of what nobody says are no "k"
    each = of_one(metric.name) or of_one(label)  # stays in the unit that other tables print
    scale = Scale("" if bare else unit) if bare or each else scale_for(unit, means)
    varies = any(c.low < c.high for c in known)
    shown = spread and varies
    everything = sum(c.total for c in known)
    sums = [*(c.total for c in known), everything]
    whole = scale_for(unit, sums) if adds_up(unit) and not each else None
    rules = _rules(known, scale, whole, metric.digits if scale.factor == 1 else None, spread=shown)
    cells = [_mean(c, scale, rules[0], spread=shown) for c in found]
    yield Column(_titled("per run", scale.unit), label, metric.name), cells, parts.BLANK
    if whole is None:
        return
    cells = [
        _hole()
        if c is None
        else parts.number(c.total, rules[-1].show(c.total * whole.factor), n=c.n)
        for c in found
    ]
    below = parts.number(everything, rules[-1].show(everything * whole.factor))
    yield Column(_titled("total", whole.unit), label, metric.name), cells, below


def _rules(
    known: Sequence[Cost], scale: Scale, whole: Scale | None, digits: int | None, *, spread: bool
) -> list[Rounding]:
    """The rule of the means and, where there are totals, theirs: both in one notation."""
    sds = [c.sd * scale.factor if spread and c.sd is not None else None for c in known]
    means = Numbers([c.mean * scale.factor for c in known], sds)
    if whole is None:
        return rules_for([means], digits)
    totals = Numbers([c.total * whole.factor for c in known], [None] * len(known))
    if digits is None:
        return rules_for([means, totals])
    return [*rules_for([means], digits), *rules_for([totals])]


def _titled(text: str, unit: str) -> str:
    return f"{text} ({unit})" if unit else text


def _mean(one: Cost | None, scale: Scale, rule: Rounding, *, spread: bool) -> Cell:
    if one is None:
        return _hole()
    sd = None if one.sd is None or not spread else one.sd * scale.factor
    printed = "" if sd is None else rule.show_spread(sd)
    return Cell(one.mean, one.sd, one.n, rule.show(one.mean * scale.factor), printed)


def _hole() -> Cell:
    return Cell(printed=notes.SYMBOLS[Missing.NOT_REPORTED], missing=Missing.NOT_REPORTED)


def _count(one: Cost | None) -> Cell:
    return _hole() if one is None else _whole(one.n)


def _whole(count: int) -> Cell:
    return parts.number(count, f"{count:,}")


def adds_up(unit: str) -> bool:
    """Whether runs together took the sum: time, energy, emissions, operations; no size, no rate."""
    times = {name for name, *_ in TIMES}
    return unit in times or (_split(unit) is not None and not unit.endswith("B"))


def scale_for(unit: str, values: Iterable[float]) -> Scale:
    """A unit in which the middle one of the values is easy to read: seconds become hours."""
    sizes = sorted(abs(v) for v in values if v)
    if not sizes:
        return Scale(unit)
    middle = sizes[len(sizes) // 2]
    seconds = {name: size for name, size, _ in TIMES}
    if unit in seconds:
        size = middle * seconds[unit]
        name, own, _ = next(time for time in TIMES if size < time[2])
        return Scale(name, seconds[unit] / own)
    if not unit and middle >= MANY:
        name, size = max((c for c in COUNTED if c[1] <= middle), key=lambda c: c[1])
        return Scale(name, 1 / size)
    parted = _split(unit)
    if parted is None or 1 <= middle < 10 * THOUSAND:
        return Scale(unit)
    power, base = parted
    bare = middle * 10.0**power
    fitting = [p for p in PREFIXES if 10.0 ** p[1] <= bare]
    name, own = fitting[-1] if fitting else PREFIXES[0]
    return Scale(name + base, 10.0 ** (power - own))


def _split(unit: str) -> tuple[int, str] | None:
    """Power of ten and base of a unit that takes prefixes: "kWh" -> (3, "Wh")."""
    for base in BASES:
        if unit.endswith(base):
            powers: Mapping[str, int] = dict(PREFIXES)
            head = unit.removesuffix(base)
            return (powers[head], base) if head in powers else None
    return None


def _notes(
    analysis: Analysis, metrics: Sequence[Metric], rows: Sequence[Row], costs: Sequence[Cost]
) -> Iterator[Note]:
    cells = [cell for row in rows for cell in row.cells]
    if any(cell.printed_spread for cell in cells):
        yield Note("Per run: mean ± standard deviation over all runs of a method")
    else:
        yield Note("Per run: mean over all runs of a method")
    many = len(analysis.datasets)
    if many > 1 and any(c.n > 1 for c in costs):
        yield Note(f"Runs on {notes.count(many, 'dataset')} together")
    failed = {c.method: c.failed for c in costs if c.failed}
    if failed:
        lost = max(failed.values()) if len(failed) == 1 else sum(failed.values())
        runs = (
            "a run that failed or says no number" if lost == 1 else f"{lost} runs without a number"
        )
        yield Note(f"What {runs} took is not counted")
    tested = [plain(m.label) for m in metrics if not m.tested]
    if tested and len(tested) == len(metrics):
        yield Note("Costs are reported and not tested")
    yield from parts.absent(cells)
