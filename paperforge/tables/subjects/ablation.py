"""An ablation: the full model first, then each variant with its difference from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.model import Cell, Column, Decision, Mark, Missing, Note, Row, Verdict
from paperforge.model.order import reference
from paperforge.spec import Method, Role, Unit
from paperforge.tables import notes, parts
from paperforge.tables.layouts import header
from paperforge.tables.marks import Marking
from paperforge.tables.view import choose, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paperforge.latex.rounding import Rounding
    from paperforge.model import Analysis, Table
    from paperforge.spec import Metric, TableSpec
    from paperforge.tables.parts import Difference
    from paperforge.tables.view import View

NEEDS: tuple[str, ...] = ("beside",)
SYMBOL = {Verdict.BETTER: Mark.BETTER, Verdict.WORSE: Mark.WORSE, Verdict.DIFFERENT: Mark.BETTER}
ALONE = 1
FULL, VARIANTS = "full", "variants"
"""Groups of rows that a rule parts; the author's headings stand instead of them."""


@dataclass(frozen=True, slots=True)
class Block:
    """What is shown of one metric: datasets that were asked for, then where it is decided."""

    metric: Metric
    datasets: tuple[str, ...]
    scope: str | None
    """Of the differences: None is the average over all datasets."""
    differences: Mapping[str, Difference]
    """Variant -> its difference from the full model."""
    rule: Rounding


def arrange(analysis: Analysis, spec: TableSpec) -> Table:
    """The full model (`spec.baseline`, or the one method of ours), then its variants.

    On the average over the datasets, and on single ones where the table names these. Raises
    InputError where it cannot be told which model is the full one, or there is no variant of it.
    """
    full = _full(analysis, spec)
    chosen = spec.methods and (full.name, *(m for m in spec.methods if m != full.name))
    view = choose(analysis, replace(spec, methods=chosen or ()))
    variants = [m for m in view.methods if m != full]
    if not variants:
        raise InputError(
            f'there is no variant of "{plain(full.label)}"',
            f"table {spec.name}",
            "methods = [...] names the full model and what it is compared with",
        )
    blocks = [_block(view, metric, full, variants) for metric in view.metrics]
    named_groups = view.groups.methods
    rows = [_row(view, blocks, full, "" if named_groups else FULL, whole=True)]
    for m in variants:
        group = named_groups.get(m.name, "") if named_groups else VARIANTS
        rows.append(_row(view, blocks, m, group))
    names = [plain(m.label) for m in view.metrics]
    return parts.made(
        spec,
        "Model",
        [column for block in blocks for column in _columns(view, block)],
        rows,
        caption=f"Ablation of {plain(full.label)}: {notes.listed(names)}.",
        said=_notes(view, blocks, rows, full, variants),
        diagnostics=(d for d in view.diagnostics if "average" not in d.message),
        headings=bool(named_groups),
    )


def _full(analysis: Analysis, spec: TableSpec) -> Method:
    if spec.baseline:
        return named(analysis.methods, (spec.baseline,), "method", spec)[0]
    shown = named(analysis.methods, spec.methods, "method", spec)
    found = reference(shown)
    if found is None:
        role = next((r for r in (Role.OURS, Role.BASELINE) if r in {m.role for m in shown}), None)
        many = f"several methods are {'ours' if role is Role.OURS else 'baselines'}"
        raise InputError(
            f"{many if role else 'no method is ours'}: which is the full model?",
            f"table {spec.name}",
            f'baseline = "{plain(shown[0].name) if shown else "NAME"}" in paper.toml names it; '
            "or --ours NAME",
        )
    return found


def _block(view: View, metric: Metric, full: Method, variants: Sequence[Method]) -> Block:
    every = view.analysis.datasets
    asked = tuple(dict.fromkeys(view.spec.datasets))
    scope: str | None = None
    if len(every) == 1:
        scope, asked = every[0].name, ()
    elif asked and not view.spec.average:
        scope, asked = asked[-1], asked[:-1]
    found = {
        m.name: one
        for m in variants
        if (one := parts.seen_from(_decision(view, metric, m, full, scope), m.name))
    }
    return Block(metric, asked, scope, found, parts.rule_of(list(found.values()), metric))


def _decision(
    view: View, metric: Metric, variant: Method, full: Method, scope: str | None
) -> Decision | None:
    """Their comparison at that scope, the primary one where there is one."""
    lone = len(view.analysis.datasets) == ALONE
    pair = {variant.name, full.name}
    found = [
        d
        for d in (*view.analysis.decisions, *view.analysis.beside)
        if d.metric == metric.name and {d.a, d.b} == pair and (lone or d.scope == scope)
    ]
    return max(found, key=lambda d: d.primary, default=None)


def _columns(view: View, block: Block) -> Iterator[Column]:
    metric, every = block.metric, parts.labels(view.analysis.datasets)
    top = header(metric)
    for dataset in block.datasets:
        yield Column(every[dataset], top, metric.name, dataset, metric.direction)
    over = view.analysis.design.over_datasets if len(every) > 1 else "Value"
    name = over if block.scope is None else every[block.scope] or over
    yield Column(name, top, metric.name, block.scope, metric.direction, plain(metric.unit))
    if block.differences:
        yield Column("Difference", top, metric.name)
        yield Column(parts.level(block.differences.values()), top)


def _row(
    view: View, blocks: Sequence[Block], method: Method, group: str, *, whole: bool = False
) -> Row:
    cells: list[Cell] = []
    for block in blocks:
        for scope in (*block.datasets, block.scope):
            place = (block.metric.name, scope)
            one = view.find(block.metric.name, method.name, scope)
            cells.append(parts.measured(one, view.rules.get(place), view.kinds[place[0]]))
        if block.differences:
            cells += (parts.BLANK, parts.BLANK) if whole else _difference(block, method)
    return Row(plain(method.label), tuple(cells), group)


def _difference(block: Block, method: Method) -> tuple[Cell, Cell]:
    one = block.differences.get(method.name)
    if one is None:
        empty = Cell(printed=notes.SYMBOLS[Missing.NOT_APPLICABLE])
        return empty, empty
    mark = SYMBOL.get(one.verdict) if one.decision.primary else None
    marks = frozenset({mark} if mark else ())
    printed = parts.signed(one.estimate, block.rule)
    return Cell(one.estimate, printed=printed, marks=marks), parts.interval(one, block.rule)


def _notes(
    view: View,
    blocks: Sequence[Block],
    rows: Sequence[Row],
    full: Method,
    variants: Sequence[Method],
) -> Iterator[Note]:
    name = plain(full.label)
    cells = [cell for row in rows for cell in row.cells]
    yield from _replication(view, blocks, rows)
    every = [one for block in blocks for one in block.differences.values()]
    if every:
        simultaneous = any(one.decision.simultaneous for one in every)
        adjusted = "simultaneous" if simultaneous else "not adjusted for the number of comparisons"
        several = len(every) > 1 and any(one.interval for one in every)
        of = {f" (of the {one.decision.interval_of})" for one in every if one.decision.interval_of}
        adjusted += "".join(of)
        yield Note(f"Difference: from {name}{f'; intervals are {adjusted}' if several else ''}")
    primary = tuple(one.decision for one in every if one.decision.primary)
    marking = Marking(
        better=f"{_word(every)} {name}",
        worse=f"worse than {name}",
        none=f"No variant was found to differ from {name}",
        tested=primary,
    )
    used = {mark for cell in cells for mark in cell.marks}
    shown = [b.metric for b in blocks if b.differences or not b.metric.tested]
    yield from notes.comparisons(marking, used, view.analysis, len(view.analysis.datasets), shown)
    if len(primary) < len(every):
        yield Note("Differences outside the family of the paper's comparisons are not tested")
    yield from _absent(blocks, variants, name)
    yield from notes.open_questions(primary, (full, *variants), notes.units(view))
    yield from parts.absent(cells)


def _replication(view: View, blocks: Sequence[Block], rows: Sequence[Row]) -> Iterator[Note]:
    """What numbers and their ± are, of each kind of metrics."""
    kinds: dict[Unit, tuple[list[Block], list[Cell]]] = {}
    start = 0
    for block in blocks:
        end = start + len(block.datasets) + 1
        unit = view.analysis.design.of(block.metric.name).unit
        mine, cells = kinds.setdefault(unit, ([], []))
        mine.append(block)
        cells += [cell for row in rows for cell in row.cells[start:end]]
        start = end + 2 * bool(block.differences)
    for mine, cells in kinds.values():
        first = mine[0].metric.name
        spread = view.kinds[first] if any(c.printed_spread for c in cells) else "none"
        labels = notes.listed([plain(block.metric.label) for block in mine])
        design = view.analysis.design.of(first)
        for note in notes.replication(design, spread, {c.n for c in cells if c.n}):
            yield note if len(kinds) == 1 else replace(note, text=f"{labels}: {note.text}")


def _word(every: Sequence[Difference]) -> str:
    verdicts = {one.verdict for one in every}
    return "different from" if Verdict.DIFFERENT in verdicts else "better than"


def _absent(blocks: Sequence[Block], variants: Sequence[Method], name: str) -> Iterator[Note]:
    """Why differences are missing."""
    for block in blocks:
        lacking = [plain(m.label) for m in variants if m.name not in block.differences]
        where = f" in {plain(block.metric.label)}" if len(blocks) > 1 else ""
        if not lacking or not block.metric.tested:
            continue
        if len(lacking) == len(variants):
            yield Note(f"{name} and its variants are not compared{where}: no differences are shown")
            continue
        few = lacking if len(lacking) <= notes.MOST_NAMED else [f"{len(lacking)} variants"]
        symbol = notes.SYMBOLS[Missing.NOT_APPLICABLE]
        text = f"{notes.listed(few)} and {name} are not compared{where}"
        yield Note(text, symbol)
