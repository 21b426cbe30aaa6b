"""What is replicated, in words, and what its decisions hold for: of all metrics, or of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paperforge.model import Replicated
from paperforge.spec import Unit
from paperforge.stats.cells import Cells
from paperforge.stats.compare import Compared
from paperforge.stats.crossed import OF_PSEUDO
from paperforge.stats.design import LACKS, OF_SUMS, UNTESTED, Replication

Table = tuple[Cells, Sequence[Compared]]
EXAMPLES = "new examples, not to retraining"
MANY = 20
"""Rows a cell of 0 and 1 alone, from which on they are likelier examples than runs."""
RATED = "new items, not to other raters or retraining"
OF_SHARES = "One run a cell, with a share of right answers and the number of examples."


def replicated(unit: Replication, tables: Sequence[Table], *, shares: bool) -> Iterator[str]:
    """Say what the unit of replication is: once, or of each kind of metrics."""
    if not unit.apart:
        yield unit.sentence.replace(UNTESTED, OF_SHARES) if shares else unit.sentence
        return
    for names, one in kinds(unit, tables):
        said = one is unit or LACKS in one.sentence or OF_SUMS in one.sentence
        why = "" if said else " It has no example ids."
        if len(names) > 1:
            why = why.replace("It has", "They have")
        yield f"{listing(names)}: {one.sentence[0].lower()}{one.sentence[1:]}{why}"


def linearised(tables: Sequence[Table]) -> Iterator[str]:
    """Say what an example adds to a score that is no mean over examples."""
    named = [
        cells.metric.label or cells.metric.name
        for cells, found in tables
        if any(c.contrast.test == OF_PSEUDO for c in found)
    ]
    if named:
        yield (
            f"{listing(named)} {'is' if len(named) == 1 else 'are'} no mean over examples: what an "
            "example adds to the score of its run is its pseudo-value, of the delete-one jackknife "
            "(Tukey 1958)."
        )


def rated(unit: Replication) -> Iterator[str]:
    """Say that raters have no level of their own."""
    if unit.raters:
        whose = "The one rater is" if unit.raters == 1 else f"The {unit.raters:,} raters are"
        yield f"{whose} taken as fixed: how far others would differ is in no interval."


def kinds(unit: Replication, tables: Sequence[Table]) -> list[tuple[list[str], Replication]]:
    """The labels of the metrics that replicate the same, with what that is."""
    found: dict[str, tuple[list[str], Replication]] = {}
    for cells, _ in tables:
        one = unit.of(cells.metric.name)
        found.setdefault(one.sentence, ([], one))[0].append(cells.metric.label or cells.metric.name)
    return list(found.values())


def listing(names: Sequence[str]) -> str:
    """Write "BLEU, Time and FLOPs"."""
    return " and ".join([*filter(None, [", ".join(names[:-1])]), *names[-1:]])


def held(unit: Replication, datasets: int, tables: Sequence[Table], *, shares: bool) -> str:
    """Say what the decisions hold for, of each kind of metrics; nothing where nothing is tested."""
    tested = [(cells, found) for cells, found in tables if found and compares([(cells, found)])]
    several = kinds(unit, tested)
    if not unit.apart or len(several) <= 1:
        one = several[0][1] if unit.apart and several else unit
        said = generalises(one, datasets, shares=shares) if compares(tables) else ""
        return doubted(said, one, tables)
    parts = [f"in {listing(names)} to {holds_for(one, datasets)}" for names, one in several]
    return f"This generalises {'; '.join(parts)}."


def of_metrics(
    unit: Replication, datasets: int, tables: Sequence[Table], *, shares: bool
) -> tuple[Replicated, ...]:
    """What each metric replicates, with the sizes of its cells."""
    made = []
    for cells, found in tables:
        one, counts = unit.of(cells.metric.name), [c.n for c in cells.table.values()]
        said = generalises(one, datasets, shares=shares) if compares([(cells, found)]) else ""
        said = doubted(said, one, [(cells, found)])
        sizes = (min(counts, default=0), max(counts, default=0))
        name, over = cells.metric.name, len(cells.datasets)
        made.append(Replicated(name, one.unit, one.noun, sizes, said, over))
    return tuple(made)


def doubted(said: str, unit: Replication, tables: Sequence[Table]) -> str:
    """What decisions hold for, with the doubt where rows that nothing names look like examples."""
    if not said or unit.unit is not Unit.SEED or unit.noun != "run":
        return said
    odd = [cells.metric.label or cells.metric.name for cells, _ in tables if like_examples(cells)]
    if not odd:
        return said
    return (
        f"{said.removesuffix('.')} if every row is a run. But {listing(odd)} "
        f"{'is' if len(odd) == 1 else 'are'} 0 or 1 in every row, as if each were one example: "
        "then this answer is of the wrong test, and --map COLUMN=example pairs the methods by it."
    )


def like_examples(cells: Cells) -> bool:
    """Whether the cells hold many answers, right or wrong, that nothing names."""
    every = cells.table.values()
    return bool(every) and all(c.binary and not c.keyed and c.n >= MANY for c in every)


def compares(tables: Sequence[Table]) -> bool:
    """Whether anything was tested, so that something can be said to hold elsewhere."""
    every = [c.contrast.p for _, found in tables for c in found]
    return not every or any(p is not None for p in every)


def generalises(unit: Replication, datasets: int, *, shares: bool = False) -> str:
    """Say what a decision holds for; nothing where nothing is decided."""
    place = EXAMPLES if shares else holds_for(unit, datasets)
    return f"This generalises to {place}." if place else ""


def holds_for(unit: Replication, datasets: int) -> str:
    """Name what a decision generalises to; empty where nothing is decided."""
    where = "these benchmarks" if datasets > 1 else "this benchmark"
    if unit.unit is Unit.EXAMPLE:
        return RATED if unit.raters else EXAMPLES
    if unit.unit is Unit.BOTH:
        one, but = ("items", ", not to other raters") if unit.raters else ("examples", "")
        return f"new {unit.noun}s and new {one} of {where}{but}"
    if unit.unit is Unit.DATASET:
        return "new datasets like these"
    if unit.unit is Unit.NONE:
        return ""
    if unit.folds:
        return f"new training sets of this size on {where}"
    return f"new {unit.noun}s on {where}"
