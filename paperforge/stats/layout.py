"""What is crossed and what is nested in the design, and which replicates are missing, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.design import SEED_LIKE, place_of, replicate_noun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from paperforge.model import Results
    from paperforge.spec import DesignSpec
    from paperforge.stats.cells import Cells
    from paperforge.stats.design import Replication

    Place = tuple[str, str]
    Keys = dict[Place, frozenset[int]]

LISTED = 6
"""Lines of missing replicates that a sentence names, at most."""
MOST = 200
"""Different replicates from which on the missing ones are not named."""


def crossed(
    results: Results, spec: DesignSpec, unit: Replication, tables: Sequence[Cells]
) -> Iterator[str]:
    """One line of what is crossed and nested, of the first metric; how folds were taken."""
    cells = next((c for c in tables if c.table and c.metric.name not in unit.apart), None)
    if cells is None:
        return
    methods = dict.fromkeys(m for m, _ in cells.table)
    factors = [f"method ({len(methods)})"]
    place = place_of(results, spec)
    whole, there = len(methods) * len(cells.datasets), len(cells.table)
    if len(cells.datasets) > 1:
        factors.append(f"{place} ({len(cells.datasets)})")
    nested: list[str] = []
    again = results.fold_runs[1]
    noun, keys = replicate_noun(results), keys_of(cells)
    if cells.unit in (Unit.SEED, Unit.BOTH, Unit.DATASET) and any(
        len(k) > 1 for k in keys.values()
    ):
        every = frozenset().union(*keys.values())
        own = any(not c.keyed for c in cells.table.values())
        if own or (noun == "run" and not alike(keys)):
            alone = results.shared_runs or len(cells.datasets) == 1
            nested.append(f"{noun} in {'method' if alone else f'method and {place}'}")
        else:
            factors.append(f"{noun} ({len(every)})")
            whole, there = whole * len(every), sum(map(len, keys.values()))
            if unit.folds and again > 1:
                factors.append(f"{'seed' if 'seed' in results.present else 'run'} ({again})")
    if unit.unit in (Unit.EXAMPLE, Unit.BOTH):
        nested += of_examples(cells.examples or cells, factors, place)
    if len(factors) > 1 or nested:
        part = f", {there:,} of {whole:,} combinations with a number" if there < whole else ""
        inside = [f"nested: {', '.join(nested)}"] * bool(nested)
        line = "; ".join([f"crossed: {' × '.join(factors)}{part}"] * (len(factors) > 1) + inside)
        yield f"{line[0].upper()}{line[1:]}."
    if unit.folds:
        yield from of_folds(results, spec, cells)


def of_examples(cells: Cells, factors: list[str], place: str) -> list[str]:
    """Put examples (or clusters) among the crossed factors, or say what they are nested in."""
    nested = ["example in cluster"] * cells.clustered
    what, most = ("cluster", cells.groups) if cells.clustered else ("example", cells.groups)
    if not most:
        most = different([c.keys for c in cells.table.values()])
    if len(cells.datasets) > 1 and not cells.crossing:
        return [*nested, f"{what} in {place}"]
    if all(c.keyed for c in cells.table.values()):
        factors.append(f"{what} ({most:,})")
    return nested


def different(keys: Sequence[np.ndarray]) -> int:
    """How many different keys there are."""
    import numpy as np

    first, *others = keys
    if all(np.array_equal(first, other) for other in others):
        return len(first)
    return len(np.unique(np.concatenate(keys)))


def of_folds(results: Results, spec: DesignSpec, cells: Cells) -> Iterator[str]:
    """Say whether equal folds of several seeds are one split, and how to declare the other."""
    least, most = results.fold_runs
    if most > 1:
        noun = "seed" if "seed" in results.present else "run"
        count = f"{most}" if least == most else f"{least} to {most}"
        yield (
            f"Equal folds of several {noun}s are taken for the same split: the score of a fold is "
            f"the mean of its {count} {noun}s, which are no new folds. Where each {noun} has split "
            'the data anew, design.resplit (--resplit) or a column called "repeat" says so.'
        )
        return
    folds = max(results.folds.values(), default=0)
    if folds > 1 and any(c.n > folds for c in cells.table.values()):
        columns = sorted({one.columns.get("seed", "") for one in results.mapped} - {""})
        named = f" (the column {' or '.join(map(repr, columns))})" if columns else ""
        why = ", as resplit declares" if spec.resplit else ""
        yield (
            f"Every repeat{named} has split the data anew{why}: its {folds} folds are no folds of "
            "the others."
        )


def keys_of(cells: Cells) -> Keys:
    """The replicates of every cell; without those that stand for a lost run."""
    return {
        at: frozenset(key for key in cell.keys.tolist() if key >= 0)
        for at, cell in cells.table.items()
    }


def alike(keys: Keys) -> bool:
    """Whether all cells have the same."""
    return len(set(keys.values())) == 1


def absent(results: Results, tables: Sequence[Cells]) -> Iterator[str]:
    """Name the seeds (or folds) that a cell lacks, of the cells with which it shares some."""
    noun = replicate_noun(results)
    found: dict[str, list[str]] = {}
    looked = [c for c in tables if c.names and c.unit is not Unit.EXAMPLE]
    for cells in looked if noun in SEED_LIKE else ():
        keys = keys_of(cells)
        if len(frozenset().union(*keys.values())) > MOST:
            continue
        for (method, dataset), mine in keys.items():
            others = [k for k in set(keys.values()) if k & mine]
            cell = cells.table[method, dataset]
            lacking = frozenset().union(*others) - mine
            if cell.keyed and len(lacking) > cell.scored:
                names = ", ".join(cells.names.get(key, str(key)) for key in sorted(lacking))
                where = f" on {dataset}" if dataset else ""
                text = f"{noun}{'s' * (len(lacking) > 1)} {names} missing for {method}{where}"
                found.setdefault(text, []).append(cells.metric.label or cells.metric.name)
    if not found:
        return
    lines = [
        text if len(of) == len(looked) else f"{text} ({', '.join(of)})"
        for text, of in found.items()
    ]
    more = f"; and {len(lines) - LISTED} more like this" if len(lines) > LISTED else ""
    yield f"Holes: {'; '.join(lines[:LISTED])}{more}."
