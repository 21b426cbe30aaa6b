"""The effect sizes that stand beside each comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.model import Effect
from paperforge.spec import Unit
from paperforge.stats.effects import paired, two_samples
from paperforge.stats.means import match

if TYPE_CHECKING:
    from paperforge.stats.cells import Cell, Cells
    from paperforge.stats.compare import Compared
    from paperforge.stats.effects import Effect as Measured

AVERAGED = "mean over the datasets"


def effect(cells: Cells, one: Compared) -> Effect:
    """Effect sizes of a comparison, of runs or of examples as its test is paired or not.

    On the average over several datasets: the mean of each dataset's. Datasets as a sample: paired
    over the datasets. Nothing where a cell is missing, stands for a printed mean or is one run.
    """
    if one.contrast.estimate is None or (cells.metric.corpus and cells.unit is Unit.EXAMPLE):
        return Effect()
    if cells.unit is Unit.DATASET:
        return over_datasets(cells, one)
    places = [one.scope] if one.scope is not None else list(cells.datasets)
    found = [on_dataset(cells, one, place) for place in places]
    sure = [f for f in found if f is not None]
    if len(sure) < len(found) or not sure:
        return Effect()
    single = len(sure) == 1
    d = mean([f.g for f in sure])
    p = mean([f.probability for f in sure])
    kind = "" if d is None else sure[0].kind if single else f"{sure[0].kind}, {AVERAGED}"
    return Effect(d, kind, p, None if p is None else 2 * p - 1)


def on_dataset(cells: Cells, one: Compared, dataset: str) -> Measured | None:
    """Effect sizes on one dataset."""
    a, b = cells.table.get((one.a, dataset)), cells.table.get((one.b, dataset))
    if a is None or b is None or a.quoted or b.quoted or min(len(a.values), len(b.values)) <= 1:
        return None
    if one.contrast.paired and a.keyed and b.keyed:
        pair = match(a, b)
        if pair.n > 1:
            return paired(pair.a, pair.b)
    return two_samples(a.values, b.values)


def over_datasets(cells: Cells, one: Compared) -> Effect:
    """Effect sizes over the datasets that have both."""
    import numpy as np

    pairs: list[tuple[Cell, Cell]] = [
        (cells.table[one.a, d], cells.table[one.b, d])
        for d in cells.datasets
        if (one.a, d) in cells.table and (one.b, d) in cells.table
    ]
    if len(pairs) <= 1:
        return Effect()
    found = paired(np.array([a.mean for a, _ in pairs]), np.array([b.mean for _, b in pairs]))
    kind = "" if found.g is None else found.kind
    return Effect(found.g, kind, found.probability, found.cliff)


def mean(values: list[float | None]) -> float | None:
    """The mean, where all are known."""
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None
