"""The effect sizes that stand beside each comparison."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.model import Effect
from paperforge.spec import Unit
from paperforge.stats.cells import moments
from paperforge.stats.effects import hedges, paired, standardised, two_samples
from paperforge.stats.means import match

if TYPE_CHECKING:
    from paperforge.stats.cells import Cell, Cells
    from paperforge.stats.compare import Compared
    from paperforge.stats.effects import Effect as Measured


def effect(cells: Cells, one: Compared) -> Effect:
    """Effect sizes of a comparison, of runs or of examples as its test is paired or not.

    On the average over several datasets d is that of the contrast: the average difference over the
    standard deviation within the datasets, pooled over them; of run averages, over theirs. P(a > b)
    is the mean of each dataset's. Datasets as a sample: paired over the datasets. Nothing where a
    cell is missing, stands for a printed mean or is one run; no d where its sign is not that of the
    estimate (of a median, or an interquartile mean).
    """
    if one.contrast.estimate is None or (cells.metric.corpus and cells.unit is Unit.EXAMPLE):
        return Effect()
    found = over_datasets(cells, one) if cells.unit is Unit.DATASET else over_benchmarks(cells, one)
    if found.d is not None and found.d * one.contrast.estimate < 0:
        reason = "the mean difference has another sign than what was estimated"
        return replace(found, d=None, d_kind="", reason=reason)
    return found


def over_benchmarks(cells: Cells, one: Compared) -> Effect:
    """On a dataset, or on the average over the fixed ones."""
    places = [one.scope] if one.scope is not None else list(cells.datasets)
    found = [on_dataset(cells, one, place) for place in places]
    sure = [f for f in found if f is not None]
    if len(sure) < len(found) or not sure:
        return Effect()
    p = mean([f.probability for f in sure])
    single = len(sure) == 1
    d, kind = (sure[0].g, sure[0].kind) if single else of_average(cells, one, sure[0].kind)
    return Effect(d, kind if d is not None else "", p, None if p is None else 2 * p - 1)


def of_average(cells: Cells, one: Compared, kind: str) -> tuple[float | None, str]:
    """Hedges' g of the average over D datasets, and what it is standardised by."""
    test = one.contrast.test
    if test.endswith("averages"):
        a, b = cells.averages[one.a], cells.averages[one.b]
        if one.contrast.paired:
            both = match(a, b)
            found = paired(both.a, both.b)
        else:
            found = two_samples(a.values, b.values)
        return found.g, f"{found.kind}, of {test.rpartition(' on ')[2]}"
    rows = [(cells.table[one.a, d], cells.table[one.b, d]) for d in cells.datasets]
    size = max(max(a.size, b.size) for a, b in rows) or 1.0
    gaps, spreads = [], []
    for a, b in rows:
        pair = match(a, b) if one.contrast.paired and a.keyed and b.keyed else None
        if pair is not None and pair.n > 1:
            x = pair.a / size - pair.b / size
            middle, sd = moments(x, 1.0)
            gaps.append(middle)
            spreads.append((sd, pair.n - 1))
        else:
            gaps.append(a.mean / size - b.mean / size)
            spreads += [(moments(c.values / size, 1.0)[1], len(c.values) - 1) for c in (a, b)]
    df = sum(n for _, n in spreads)
    sd = math.sqrt(sum(sd * sd * n for sd, n in spreads) / df)
    d = standardised(sum(gaps) / len(gaps), sd, df, 1.0, 0.05)[0]
    return hedges(d, df), f"{kind}, pooled over the datasets"


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
