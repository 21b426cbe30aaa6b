"""What is missing, failed or without a finite number, in words, and the next move."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.replicated import listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.stats.design import Replication
    from paperforge.stats.replicated import Table


def sentences(unit: Replication, tables: Sequence[Table]) -> Iterator[str]:
    """Count the cells, the runs and the scores of examples that have no number."""
    yield from cells_without(tables)
    yield from runs_without(tables)
    yield from examples_without(unit, tables)
    yield from partly(tables)
    counted = as_scores(tables)
    if counted:
        yield f"Runs without a number count as a score (--diverged): {', '.join(counted)}."


def cells_without(tables: Sequence[Table]) -> Iterator[str]:
    """Cells without a number, and why."""
    why = Counter(
        str(cells.why(method, dataset))
        for cells, _ in tables
        for method in cells.methods
        for dataset in cells.datasets
        if (method, dataset) not in cells.table
    )
    total = sum(len(cells.methods) * len(cells.datasets) for cells, _ in tables)
    if why:
        each = ", ".join(f"{n} {reason}" for reason, n in why.most_common())
        yield f"{why.total()} of {total} cells have no number: {each}."


def runs_without(tables: Sequence[Table]) -> Iterator[str]:
    """Runs that failed, diverged or report nothing."""
    every = [(cells.unit, c) for cells, _ in tables for c in cells.table.values()]
    lost = [(cells.unit, pair) for cells, _ in tables for pair in cells.lost.values()]
    failed = sum(c.failed for _, c in every) + sum(n for _, (_, n) in lost)
    odd = sum(c.not_finite for unit, c in every if unit is not Unit.EXAMPLE or c.lacking)
    odd += sum(n for unit, (n, _) in lost if unit is not Unit.EXAMPLE)
    empty = sum(c.unreported for _, c in every)
    if failed or odd or empty:
        parts = [f"{failed} failed"] * bool(failed)
        parts += [f"{odd} diverged or not finite"] * bool(odd)
        parts += [f"{empty} unreported"] * bool(empty)
        runs = "run" if failed + odd + empty == 1 else "runs"
        yield (
            f"Left out of the means: {listing(parts)} {runs}; --diverged METRIC=VALUE counts "
            "them as a score."
        )


def examples_without(unit: Replication, tables: Sequence[Table]) -> Iterator[str]:
    """Examples without a finite score, where they are what is replicated.

    Where an example has several runs, its other runs stand for it.
    """
    single = several = 0
    for cells, _ in tables:
        if cells.unit is not Unit.EXAMPLE:
            continue
        odd = sum(c.not_finite for c in cells.table.values() if not c.lacking) + sum(
            n for n, _ in cells.lost.values()
        )
        if unit.of(cells.metric.name).runs[1] > 1:
            several += odd
        else:
            single += odd
    declared = any(
        cells.metric.diverged is not None for cells, _ in tables if cells.unit is Unit.EXAMPLE
    )
    runs = "; --diverged counts whole runs" * declared
    if single:
        yield (
            f"{single:,} {'example' if single == 1 else 'examples'} without a score (not finite): "
            f"left out of the mean and of every comparison of the method; {move(single)}{runs}."
        )
    if several:
        yield (
            f"{several:,} {'score' if several == 1 else 'scores'} of examples "
            f"{'is' if several == 1 else 'are'} not finite: left out of the mean that the runs "
            f"have of the example; {move(several)}{runs}."
        )


def move(count: int) -> str:
    """What to do about examples without a score."""
    them, rows = ("it", "its row") if count == 1 else ("them", "their rows")
    return f"score {them}, or write into {rows} what no answer counts as"


def partly(tables: Sequence[Table]) -> Iterator[str]:
    """Examples without a finite score, where runs are averaged over the others."""
    partial = sum(c.partial for cells, _ in tables for c in cells.table.values())
    if partial:
        declared = any(cells.metric.diverged is not None for cells, _ in tables)
        both = any(cells.unit is Unit.BOTH and cells.uneven is not None for cells, _ in tables)
        yield (
            f"{partial:,} {'score' if partial == 1 else 'scores'} of examples "
            f"{'is' if partial == 1 else 'are'} not finite: left out of the mean of the run"
            f"{', and the example of every comparison of its method' * both}"
            f"{'; --diverged counts whole runs' * declared}."
        )


def as_scores(tables: Sequence[Table]) -> tuple[str, ...]:
    """Failed and diverged runs that count as a score: "3 of A as 0 in Accuracy"."""
    counts: Counter[tuple[str, str, float]] = Counter()
    for cells, _ in tables:
        metric = cells.metric
        for c in cells.table.values():
            if c.scored and metric.diverged is not None:
                counts[c.method, metric.label or metric.name, metric.diverged] += c.scored
    return tuple(f"{n} of {m} as {value:g} in {label}" for (m, label, value), n in counts.items())
