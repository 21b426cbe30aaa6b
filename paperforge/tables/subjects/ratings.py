"""Human evaluation: what people gave each method, how it is distributed, and how far they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.latex.rounding import Rounding, decimals_for, fixed
from paperforge.model import Agreement, Cell, Column, Mark, Missing, Note, Ratings, Row
from paperforge.tables import groups, marks, notes, parts
from paperforge.tables.layouts import header
from paperforge.tables.view import choose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Analysis, Table
    from paperforge.spec import Metric, TableSpec
    from paperforge.tables.view import View

NEEDS = ("ratings",)

STEPS = 7
"""A scale of more steps is said by its quartiles."""
DECIMALS = 2
"""Of alpha."""


def arrange(analysis: Analysis, spec: TableSpec) -> Table:
    """Methods down: mean, median, the shares of each rating, how many; a block a question.

    Raises InputError where no question was rated.
    """
    view = choose(analysis, spec)
    index = {(r.metric, r.method): r for r in analysis.ratings}
    metrics = [m for m in view.metrics if any((m.name, x.name) in index for x in view.methods)]
    if not metrics:
        raise InputError("none of the metrics was rated by people", f"table {spec.name}")
    marking = marks.against_baseline(analysis, [m.name for m in metrics])
    steps = {m.name: _steps(index, m, view) for m in metrics}
    alike = len({tuple(values) for values in steps.values()}) == 1
    shares = alike and 1 < len(next(iter(steps.values()))) <= STEPS
    columns = list(_columns(metrics[0], next(iter(steps.values())), shares=shares,
                            single=len(metrics) == 1))  # fmt: skip
    rows: list[Row] = []
    for metric in metrics:
        found = [index.get((metric.name, m.name)) for m in view.methods]
        means = _means(view, metric, marking)
        several = len(metrics) > 1
        for method, one, mean in zip(view.methods, found, means, strict=True):
            cells = (mean, *_cells(one, shares=shares, across=len(columns) - 1))
            group = header(metric) if several else view.groups.methods.get(method.name, "")
            rows.append(Row(plain(method.label), cells, group))
    names = notes.listed([plain(m.label) for m in metrics])
    return parts.made(
        spec,
        "Method",
        columns,
        rows,
        caption=f"{names} as rated by people.",
        said=_notes(view, metrics, marking, rows, shares=shares),
        diagnostics=[
            *(d for d in view.diagnostics if "average" not in d.message),
            *(groups.without_headings(spec) if len(metrics) > 1 else ()),
        ],
        headings=len(metrics) > 1 or bool(view.groups.methods),
    )


def _steps(index: dict[tuple[str, str], Ratings], metric: Metric, view: View) -> tuple[float, ...]:
    one = next(r for x in view.methods if (r := index.get((metric.name, x.name))))
    return tuple(value for value, _ in one.counts)


def _columns(
    metric: Metric, steps: Sequence[float], *, shares: bool, single: bool
) -> Iterator[Column]:
    """The headers; the question itself only where there is one."""
    name = header(metric) if single else "Rating"
    yield Column("Mean", name, metric.name, None, metric.direction)
    yield Column("Median", name)
    if shares:
        for value in steps:
            yield Column(f"{value:g}", "Share of ratings (%)")
    else:
        yield Column("Lower quartile", name)
        yield Column("Upper quartile", name)
    for label in ("Ratings", "Items", "Raters"):
        yield Column(label)


def _means(view: View, metric: Metric, marking: marks.Marking) -> list[Cell]:
    """The means with their spread, marked: the best printed one, what differs from the baseline."""
    several = len(view.analysis.datasets) > 1
    scope = None if several else view.analysis.datasets[0].name
    rule = view.rules.get((metric.name, scope))
    found = [view.find(metric.name, m.name, scope) for m in view.methods]
    printed = ["" if one is None or one.mean is None or rule is None else rule.show(one.mean)
               for one in found]  # fmt: skip
    direction = metric.direction if view.spec.bold else None
    ranked = marks.best(printed, direction, second=view.spec.second)
    cells = []
    for method, one, rank in zip(view.methods, found, ranked, strict=True):
        mark = marking.marks.get((metric.name, method.name))
        both = rank | {mark} if mark else rank
        cells.append(parts.measured(one, rule, view.kinds[metric.name], both))
    return cells


def _cells(one: Ratings | None, *, shares: bool, across: int) -> list[Cell]:
    if one is None:
        empty = Cell(printed=notes.SYMBOLS[Missing.NOT_RUN], missing=Missing.NOT_RUN)
        return [empty] * across
    low, middle, high = one.quartiles
    rule = Rounding(decimals_for([*one.quartiles, *(v for v, _ in one.counts)], []))
    cells = [parts.number(middle, rule.show(middle))]
    if shares:
        cells += [_share(count, one.n) for _, count in one.counts]
    else:
        cells += [parts.number(low, rule.show(low)), parts.number(high, rule.show(high))]
    counts = (one.n, one.items, one.raters)
    return [*cells, *(parts.number(count, f"{count:,}") for count in counts)]


def _share(count: int, of: int) -> Cell:
    share = 100 * count / of
    return parts.number(share, fixed(share, 0))


def _notes(
    view: View,
    metrics: Sequence[Metric],
    marking: marks.Marking,
    rows: Sequence[Row],
    *,
    shares: bool,
) -> Iterator[Note]:
    analysis, shown = view.analysis, view.kinds[metrics[0].name]
    design = analysis.design.of(metrics[0].name)
    cells = [row.cells[0] for row in rows]
    if any(cell.printed_spread for cell in cells):
        level = f"half-width of the {100 * (1 - design.alpha):g}% interval"
        kind = notes.SPREADS.get(shown, level)
        clustered = "clustered by item, " if design.clustered and shown == "se" else ""
        yield Note(f"Mean ± {kind}{f' ({clustered[:-2]})' if clustered else ''}")
    used = {mark for cell in cells for mark in cell.marks}
    if Mark.BEST in used:
        yield from notes.best("column", ties=False, second=Mark.SECOND in used)
    if shares:
        yield Note("Shares of a row may not add up to 100 because they are rounded")
    for metric in metrics:
        where = f" of {plain(metric.label)}" if len(metrics) > 1 else ""
        yield from _agreement(analysis, metric, where)
    yield from notes.comparisons(marking, used, analysis, len(analysis.datasets), metrics)
    every = [cell for row in rows for cell in row.cells]
    yield from parts.absent(every)


def _agreement(analysis: Analysis, metric: Metric, where: str) -> Iterator[Note]:
    """How far the raters agree, or why that cannot be said."""
    one = next((a for a in analysis.agreements if a.metric == metric.name), None)
    if one is None:
        return
    if one.alpha is None:
        yield Note(f"Agreement of the raters{where} is not defined: {one.reason}")
        return
    text = f"Agreement{where}: Krippendorff's α ({one.level}) = {_alpha(one.alpha)}"
    of = f"{notes.count(one.ratings, 'rating')} of {notes.count(one.units, 'output')}"
    yield Note(f"{text}{_interval(one)}; {of} by {notes.count(one.raters, 'rater')}")


def _interval(one: Agreement) -> str:
    if one.low is None or one.high is None:
        return f" ({one.reason})" if one.reason else ""
    level = f"{100 * one.confidence:g}% bootstrap interval"
    ends = f"{_alpha(one.low)} to {_alpha(one.high)}"
    return f", {level} {ends} over {notes.count(one.items, 'item')}"


def _alpha(value: float) -> str:
    """Alpha without its leading zero: at most 1, and below 0 where people disagree by system."""
    text = fixed(value, DECIMALS)
    head = text.replace("-", parts.MINUS)
    return head.replace("0.", ".", 1) if abs(value) < 1 and "0." in head[:3] else head
