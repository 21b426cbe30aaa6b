"""An analysis on a few screens: which tables are shown whole, and which are summed up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.narrative import blocks, findings, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Analysis, Decision
    from paperforge.narrative.blocks import Block
    from paperforge.spec import Metric

ROWS = 40
"""Primary comparisons that are shown, at most."""
SECONDARY = 14
"""Secondary comparisons that are shown one by one, at most."""
LINES = 20
"""Lines that sum up secondary comparisons, at most."""
METRICS = 4
"""More metrics than this share one table."""
FULL = "--all, or --format json|markdown"
HEADS = ("", "Lowest", "on", "Highest", "on", "above 0", "below 0", "holds 0")
CHOSEN = " (here: those of the best, and the smallest other differences)"
FIRST = " (here: the first, in the order of the metrics)"
COUNTS = slice(5, 8)
"""Of HEADS: datasets by their interval."""
SPARE = ("P(a > b)", "d", "Simultaneous", "p", blocks.TEST)
"""Columns that a narrow terminal is spared, the first of them first."""


def shown(analysis: Analysis) -> Iterator[Block]:
    """The tables for a terminal: primary comparisons up to 40, then the secondary ones in short."""
    tested = [m for m in analysis.metrics if any(d.metric == m.name for d in analysis.decisions)]
    together = len(tested) > METRICS
    room = ROWS
    kept: dict[str, tuple[Decision, ...]] = {}
    for metric in tested:
        family = analysis.primary(metric.name)
        if together:  # a table of all metrics is in their order
            kept[metric.name] = tuple(family[:room])
        else:
            kept[metric.name] = nearest(analysis, metric, family, room)
        room -= len(kept[metric.name])
    primary = analysis.primary()
    if together and primary:
        first = [d for m in tested for d in kept[m.name]]
        scope = words.scope(analysis, primary[0])
        about = words.about(f"{len(tested)} metrics", scope)
        title = f"{about}{words.family(analysis, primary[0])}"
        more = len(primary) - len(first)
        yield cut(blocks.block(analysis, title, first, named=True), more, FIRST)
    for metric in tested:
        family = analysis.primary(metric.name)
        if family and not together:
            made = blocks.block(
                analysis, blocks.title(analysis, metric, family), kept[metric.name] or family[:1]
            )
            chosen = "" if any(m.role for m in analysis.methods) else CHOSEN
            yield cut(made, len(family) - len(made.rows), chosen)
    yield from secondary(analysis, tested, kept, together=together)


def cut(made: Block, more: int, chosen: str = "") -> Block:
    """The table with a line that says how many rows it lacks, and how those it has were chosen."""
    if more < 1:
        return made
    s = "" if more == 1 else "s"
    return replace(made, below=(*made.below, f"{more:,} more row{s}{chosen}: {FULL}"))


def nearest(
    analysis: Analysis, metric: Metric, family: Sequence[Decision], room: int
) -> tuple[Decision, ...]:
    """So many of a family: of the best method and those next to it, where no role is declared."""
    if len(family) <= room:
        return tuple(family)
    anchored = any(one.role for one in analysis.methods)
    best = None if anchored else findings.leader(analysis, metric, tuple(family))
    order = list(family)
    if best:
        order.sort(key=lambda d: (best not in (d.a, d.b), abs(d.estimate or 0.0)))
    taken = {id(d) for d in order[: max(0, room)]}
    return tuple(d for d in family if id(d) in taken)


def secondary(
    analysis: Analysis,
    tested: Sequence[Metric],
    kept: dict[str, tuple[Decision, ...]],
    *,
    together: bool,
) -> Iterator[Block]:
    """The secondary comparisons one by one where they are few, else a line a pair of methods."""
    every = {m.name: blocks.of_metric(analysis, m, primary=False) for m in tested}
    count = sum(map(len, every.values()))
    if not count:
        return
    if count <= SECONDARY and not together:
        for m in tested:
            if every[m.name]:
                yield blocks.block(analysis, blocks.secondary_title(analysis, m), every[m.name])
        return
    lines: dict[str, list[tuple[str, ...]]] = {}
    for m in tested:
        pairs = {(d.a, d.b) for d in kept[m.name]} if m.primary else None
        lines[m.name] = list(summed(analysis, m, every[m.name], pairs, named=together))
    room = LINES
    legend = (
        f"Above, below, holds 0: {analysis.design.place}s by their {_level(analysis)} interval."
    )
    full = f"All {count:,} secondary comparisons: {FULL}"
    if together:
        whole = [line for m in tested for line in lines[m.name]]
        title = f"Each {analysis.design.place}, in short (secondary, p not adjusted)"
        yield _short(title, whole[:room], legend, full)
        return
    last = [m.name for m in tested if lines[m.name]][-1:]
    for m in tested:
        if lines[m.name] and room > 0:
            title = blocks.secondary_title(analysis, m).replace(" (sec", ", in short (sec")
            more = [full] if [m.name] == last or room <= len(lines[m.name]) else []
            yield _short(title, lines[m.name][:room], legend, *more)
            room -= len(lines[m.name])


def _short(title: str, rows: Sequence[tuple[str, ...]], *below: str) -> Block:
    """A table of lines; below: the legend of its counts, then other lines."""
    counted = any(cell for row in rows for cell in row[COUNTS])
    kept = below if counted else below[1:]  # a legend of columns that are not there
    return blocks.Block(title, HEADS, tuple(rows), ("",) * len(rows), kept)


def _level(analysis: Analysis) -> str:
    return f"{1 - analysis.design.alpha:.0%}"


def summed(
    analysis: Analysis,
    metric: Metric,
    decisions: Sequence[Decision],
    pairs: set[tuple[str, str]] | None,
    *,
    named: bool,
) -> Iterator[tuple[str, ...]]:
    """A line a pair of methods: its lowest and highest difference, and where intervals lie."""
    groups: dict[tuple[str, str], list[Decision]] = {}
    for d in decisions:
        if (pairs is None or (d.a, d.b) in pairs) and d.scope is not None:
            groups.setdefault((d.a, d.b), []).append(d)
    decimals = words.decimals_of(list(decisions), metric) if decisions else 0
    places = {one.name: one.label for one in analysis.datasets}
    for group in groups.values():
        known = [(d.estimate, d) for d in group if d.estimate is not None]
        if not known:
            continue
        low, high = (known[i][1] for i in _extremes([x for x, _ in known]))
        limits = [(d.low, d.high) for d in group if d.low is not None and d.high is not None]
        above = sum(x > 0 for x, _ in limits)
        below = sum(x < 0 for _, x in limits)
        counts = (above, below, len(limits) - above - below) if limits else ()
        head = f"{words.heading(metric)}: " if named else ""
        yield (
            f"{head}{blocks.pair(analysis, group[0])}",
            words.signed(low.estimate or 0.0, decimals),
            places.get(low.scope or "", ""),
            words.signed(high.estimate or 0.0, decimals),
            places.get(high.scope or "", ""),
            *(map(str, counts) if counts else ("", "", "")),
        )


def _extremes(values: Sequence[float]) -> tuple[int, int]:
    """The places of the smallest and the largest."""
    order = sorted(range(len(values)), key=values.__getitem__)
    return order[0], order[-1]


def markers(made: Block) -> tuple[Block, tuple[str, ...]]:
    """The table with numbers in the place of its reasons, and these as lines."""
    numbers: dict[str, int] = {}
    for reason in made.reasons:
        if reason:
            numbers.setdefault(reason, len(numbers) + 1)
    signs = tuple(f"({numbers[reason]})" if reason else "" for reason in made.reasons)
    rows = tuple(
        (*row[:-1], " ".join(filter(None, (row[-1], sign))))
        for row, sign in zip(made.rows, signs, strict=True)
    )
    lines = tuple(f"({number}) {reason}" for reason, number in numbers.items())
    return replace(made, rows=rows, reasons=("",) * len(rows)), lines
