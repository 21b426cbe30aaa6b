"""Every comparison as a row: the difference, its interval, p and what it supports, in words."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.model import Cell, Column, Decision, Missing, Note, Row, Verdict
from paperforge.spec import AGGREGATES
from paperforge.tables import groups, notes, parts
from paperforge.tables.marks import Marking
from paperforge.tables.view import choose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.latex.rounding import Rounding
    from paperforge.model import Analysis, Table
    from paperforge.spec import Metric, TableSpec
    from paperforge.tables.parts import Difference
    from paperforge.tables.view import View

NEEDS: tuple[str, ...] = ()


def arrange(analysis: Analysis, spec: TableSpec) -> Table:
    """The comparisons of the family; those on single datasets too, where the table names these.

    Raises InputError where there are none, or more than a table has room for.
    """
    view = choose(analysis, spec)
    blocks = [(m, scope, found) for m, scope in _groups(view) if (found := _found(view, m, scope))]
    count = sum(len(found) for *_, found in blocks)
    if not count:
        raise InputError(
            "there are no comparisons to show",
            f"table {spec.name}",
            "two methods of one metric that is tested make one; see paperforge stats",
        )
    hint = (
        "name fewer methods (methods = [...]), or give roles (--ours, --baseline): then each "
        "method of ours is compared with each baseline"
    )
    parts.limited(count, spec, "comparisons", hint)
    several = len(blocks) > 1
    adjusted = any(d.family > 1 and d.p_adjusted is not None for *_, found in blocks for d in found)
    rows = [
        row
        for metric, scope, found in blocks
        for row in _rows(view, metric, found, _heading(view, metric, scope, several=several),
                         adjusted=adjusted)
    ]  # fmt: skip
    seen = [one for *_, found in blocks for d in found if (one := parts.seen_from(d, d.a))]
    unit = parts.unit_of(blocks[0][0]) if not several else ""
    columns = [
        Column("Against", words=True),
        Column(f"Difference ({unit})" if unit else "Difference"),
        Column(parts.level(seen)),
        Column("p"),
        *([Column("p adjusted")] if adjusted else []),
        Column("Finding", words=True),
    ]
    return parts.made(
        spec,
        "Method",
        columns,
        rows,
        caption=_caption(blocks, count),
        said=_notes(view, list(chain.from_iterable(found for *_, found in blocks)), rows),
        diagnostics=[
            *(d for d in view.diagnostics if "average" not in d.message),
            *groups.without_headings(spec),
        ],
        headings=several,
    )


def _groups(view: View) -> Iterator[tuple[Metric, str | None]]:
    """Metric and scope of each block: what is primary, then single datasets where they are named.

    A scope that is no dataset's name stands for the primary comparisons.
    """
    for metric in view.metrics:
        yield metric, None
        if len(view.analysis.datasets) > 1:
            for dataset in view.spec.datasets:
                yield metric, dataset


def _found(view: View, metric: Metric, scope: str | None) -> list[Decision]:
    shown = {m.name for m in view.methods}
    return [
        d
        for d in view.analysis.decisions
        if d.metric == metric.name
        and {d.a, d.b} <= shown
        and (d.primary if scope is None else d.scope == scope and not d.primary)
    ]


def _heading(view: View, metric: Metric, scope: str | None, *, several: bool) -> str:
    if not several:
        return ""
    unit = parts.unit_of(metric)
    name = plain(metric.label) + (f" ({unit})" if unit else "")
    if scope is not None:
        return name + ", " + parts.labels(view.analysis.datasets)[scope]
    over = len(view.analysis.datasets) > 1 and view.spec.datasets
    return name + f", {AGGREGATES[view.analysis.design.aggregate]}" if over else name


def _rows(
    view: View, metric: Metric, found: Sequence[Decision], group: str, *, adjusted: bool
) -> Iterator[Row]:
    names = parts.labels(view.analysis.methods)
    seen = [one for d in found if (one := parts.seen_from(d, d.a))]
    rule = parts.rule_of(seen, metric)
    alpha = view.analysis.design.alpha
    for d in found:
        one = parts.seen_from(d, d.a)
        cells = [parts.words(names.get(d.b, d.b)), *_numbers(one, rule)]
        cells.append(parts.p_cell(d.p, alpha))
        if adjusted:
            cells.append(parts.p_cell(d.p_adjusted, alpha))
        cells.append(parts.words(_finding(d)))
        yield Row(names.get(d.a, d.a), tuple(cells), group)


def _numbers(one: Difference | None, rule: Rounding) -> list[Cell]:
    if one is None:
        empty = Cell(printed=notes.SYMBOLS[Missing.NOT_APPLICABLE])
        return [empty, empty]
    value = parts.number(one.estimate, parts.signed(one.estimate, rule))
    return [value, parts.interval(one, rule)]


def _finding(d: Decision) -> str:
    """The verdict as the row reads, of what is corrected for: "better" than the other."""
    if not d.primary:
        return "secondary"
    if d.decided and d.equivalent:
        return f"{d.verdict}, within the margin"
    return str(d.verdict)


def _caption(blocks: Sequence[tuple[Metric, str | None, object]], count: int) -> str:
    names = list(dict.fromkeys(plain(metric.label) for metric, *_ in blocks))
    return f"{notes.count(count, 'comparison')} of methods in {notes.listed(names)}."


def _notes(view: View, found: Sequence[Decision], rows: Sequence[Row]) -> Iterator[Note]:
    yield Note("Difference: the method less the one that it is compared with")
    if any(d.interval_of and d.low is not None for d in found):
        yield Note("Intervals and p are of the pseudomedian of the differences, not of their mean")
    if any(d.simultaneous for d in found):
        yield Note("Intervals are simultaneous: all of them hold together")
    elif any(d.family > 1 and d.low is not None for d in found):
        yield Note("Intervals are not adjusted for the number of comparisons; findings are")
    primary = tuple(d for d in found if d.primary)
    marking = Marking(none="No methods were found to differ", tested=primary)
    shown = [m for m in view.metrics if m.name in {d.metric for d in primary}]
    datasets = len(view.analysis.datasets)
    yield from notes.comparisons(marking, (), view.analysis, datasets, shown)
    if any(not d.primary for d in found):
        yield Note("Secondary: one of several datasets; p is not adjusted, and nothing is decided")
    said = {d.verdict for d in primary}
    if Verdict.INCONCLUSIVE in said:
        yield Note(
            "Inconclusive: no difference was found; the interval holds those that are not excluded"
        )
    reasons = dict.fromkeys(
        plain(d.reason).rstrip(".")
        for d in primary
        if d.verdict is Verdict.UNDECIDABLE and d.reason
    )
    for reason in list(reasons)[: notes.MOST_NAMED]:
        yield Note(f"Undecidable: {reason}")
    if Verdict.UNTESTED in said:
        yield Note("Untested: one run a cell")
    if any(cell.printed == notes.SYMBOLS[Missing.NOT_APPLICABLE] for r in rows for cell in r.cells):
        yield Note("not applicable", notes.SYMBOLS[Missing.NOT_APPLICABLE])
