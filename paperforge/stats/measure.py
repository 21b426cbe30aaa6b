"""The effect sizes that stand beside each comparison."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from paperforge.model import Effect
from paperforge.spec import Unit
from paperforge.stats.cells import moments
from paperforge.stats.effects import (
    Spread,
    hedges,
    of_all,
    paired,
    pooled,
    sizes,
    standardised,
)
from paperforge.stats.means import match

if TYPE_CHECKING:
    import numpy as np

    from paperforge.stats.cells import Cell, Cells
    from paperforge.stats.compare import Compared

    Sizes = tuple[float | None, float | None, str]
    """Hedges' g, P(a > b), and what g is standardised by."""

OF_TWO, OF_PAIRS = "pooled sd", "sd of differences"
OF_PRINTED = "pooled sd, from the printed mean, spread and n"
NO_RUNS = "a printed mean has no runs, of which pairs could be compared"
MANY, TOGETHER = 8, 1 << 22
"""Methods from which on all their pairs on a dataset are measured at once, and numbers that this
may take."""


class Whole(NamedTuple):
    """All pairs of m methods on a dataset: effects.of_all()."""

    place: dict[str, int]
    g: np.ndarray
    p: np.ndarray


class Measure:
    """Effect sizes of the comparisons of one metric; what they share is computed once."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._spreads: dict[tuple[str, str | None], Spread] = {}
        self._found: dict[tuple[str, str, str, bool], Sizes | None] = {}
        self._whole: dict[str, Whole | None] = {}

    def effect(self, one: Compared) -> Effect:
        """Effect sizes of a comparison, of runs or of examples as its test is paired or not.

        On the average over several datasets d is that of the contrast: the average difference over
        the standard deviation within the datasets, pooled over them; of run averages, over theirs.
        P(a > b) is the mean of each dataset's. Datasets as a sample: paired over the datasets.
        A printed mean with its spread and n has d (Hedges 1981 needs no more) and no P(a > b).
        Nothing where a cell is missing or is one run; no d where its sign is not that of the
        estimate (of a median, or an interquartile mean).
        """
        estimate, cells = one.contrast.estimate, self._cells
        if estimate is None or (cells.metric.corpus and cells.unit is Unit.EXAMPLE):
            return Effect()
        if cells.unit is Unit.DATASET:
            d, kind, p = over_datasets(cells, one)
        else:
            d, kind, p = self.over_benchmarks(one)
        reason = ""
        if d is not None and d * estimate < 0:
            d, reason = None, "the mean difference has another sign than what was estimated"
        return Effect(
            d,
            kind if d is not None else "",
            p,
            None if p is None else 2 * p - 1,
            reason=reason,
            superiority_reason=NO_RUNS if kind.startswith(OF_PRINTED) else "",
        )

    def over_benchmarks(self, one: Compared) -> tuple[float | None, str, float | None]:
        """On a dataset, or on the average over the fixed ones: d, its kind, P(a > b)."""
        places = self._cells.datasets if one.scope is None else (one.scope,)
        found = [self.on_dataset(one, place) for place in places]
        sure = [f for f in found if f is not None]
        if len(sure) < len(found) or not sure:
            return None, "", None
        g, p, kind = sure[0]
        kind = OF_PRINTED if any(f[2] == OF_PRINTED for f in sure) else kind
        if len(sure) > 1:
            p = mean([f[1] for f in sure])
            g, kind = self.of_average(one, kind)
        return g, kind, p

    def of_average(self, one: Compared, kind: str) -> tuple[float | None, str]:
        """Hedges' g of the average over D datasets, and what it is standardised by."""
        cells, test = self._cells, one.contrast.test
        if test.endswith("averages"):
            a, b = cells.averages[one.a], cells.averages[one.b]
            g, _, of = of_pairs(a, b) if one.contrast.paired else self.of_two(a, b, None)
            return g, f"{of}, of {test.rpartition(' on ')[2]}"
        rows = [(cells.table[one.a, d], cells.table[one.b, d]) for d in cells.datasets]
        size = max(max(a.size, b.size) for a, b in rows) or 1.0
        gaps, spreads = [], []
        for dataset, (a, b) in zip(cells.datasets, rows, strict=True):
            pair = match(a, b) if one.contrast.paired and a.keyed and b.keyed else None
            if pair is not None and pair.n > 1:
                middle, sd = moments(pair.a / size - pair.b / size, 1.0)
                gaps.append(middle)
                spreads.append((sd, pair.n - 1))
            else:
                gaps.append(a.mean / size - b.mean / size)
                spreads += [(self.sd(c, dataset, size), c.n - 1) for c in (a, b)]
        df = sum(n for _, n in spreads)
        sd = math.sqrt(sum(sd * sd * n for sd, n in spreads) / df)
        d = standardised(sum(gaps) / len(gaps), sd, df)
        return hedges(d, df), f"{kind}, pooled over the datasets"

    def on_dataset(self, one: Compared, dataset: str) -> Sizes | None:
        """Effect sizes on one dataset."""
        key = (one.a, one.b, dataset, one.contrast.paired)
        if key not in self._found:
            a = self._cells.table.get((one.a, dataset))
            b = self._cells.table.get((one.b, dataset))
            self._found[key] = None if a is None or b is None else self.of_cells(a, b, key)
        return self._found[key]

    def of_cells(self, a: Cell, b: Cell, key: tuple[str, str, str, bool]) -> Sizes | None:
        """The same of two cells that are there."""
        if a.lacking or b.lacking:
            return None
        if a.quoted or b.quoted:
            return of_printed(a, b)
        if min(len(a.values), len(b.values)) <= 1:
            return None
        if key[-1] and a.keyed and b.keyed and match(a, b).n > 1:
            return of_pairs(a, b)
        whole = self.whole(key[2])
        if whole is None:
            return self.of_two(a, b, key[2])
        i, j = whole.place[a.method], whole.place[b.method]
        g = float(whole.g[i, j])
        return None if math.isnan(g) else g, float(whole.p[i, j]), OF_TWO

    def whole(self, dataset: str) -> Whole | None:
        """All pairs of methods on a dataset at once, where that takes less than one by one."""
        if dataset not in self._whole:
            table, width = self._cells.table, len(self._cells.datasets)
            there = [table[m, dataset] for m in self._cells.methods if (m, dataset) in table]
            cells = [c for c in there if len(c.values) > 1 and not c.quoted]
            values = sum(len(c.values) for c in cells)
            many = len(cells) >= MANY and len(cells) * max(values, width * len(cells)) <= TOGETHER
            found = of_all([self.spread(c, dataset) for c in cells]) if many else None
            place = {c.method: i for i, c in enumerate(cells)}
            self._whole[dataset] = None if found is None else Whole(place, *found)
        return self._whole[dataset]

    def of_two(self, a: Cell, b: Cell, dataset: str | None) -> Sizes:
        """Of independent samples."""
        return *sizes(self.spread(a, dataset), self.spread(b, dataset)), OF_TWO

    def sd(self, cell: Cell, dataset: str, size: float) -> float:
        """The standard deviation of a cell's runs, over a size; as printed where it is quoted."""
        return cell.sd / size if cell.quoted else self.spread(cell, dataset).at(size)[1]

    def spread(self, cell: Cell, dataset: str | None) -> Spread:
        """What a cell's values come to; dataset: its own, None for the run averages."""
        key = (cell.method, dataset)
        if key not in self._spreads:
            self._spreads[key] = Spread.of(cell.values)
        return self._spreads[key]


def of_printed(a: Cell, b: Cell) -> Sizes | None:
    """Of two means with their spreads and numbers of runs, at least one of them printed."""
    if min(a.n, b.n) <= 1:
        return None
    df, size = a.n + b.n - 2, max(a.size, b.size) or 1.0
    sd = pooled((a.sd / size, a.n), (b.sd / size, b.n))
    return hedges(standardised((a.mean - b.mean) / size, sd, df), df), None, OF_PRINTED


def of_pairs(a: Cell, b: Cell) -> Sizes:
    """Of the replicates that two cells share."""
    pair = match(a, b)
    found = paired(pair.a, pair.b, None)
    return found.g, found.probability, OF_PAIRS


def over_datasets(cells: Cells, one: Compared) -> tuple[float | None, str, float | None]:
    """Effect sizes over the datasets that have both: d, its kind, P(a > b)."""
    import numpy as np

    pairs: list[tuple[Cell, Cell]] = [
        (cells.table[one.a, d], cells.table[one.b, d])
        for d in cells.datasets
        if (one.a, d) in cells.table and (one.b, d) in cells.table
    ]
    if len(pairs) <= 1:
        return None, "", None
    a, b = (np.array([one.mean for one in side]) for side in zip(*pairs, strict=True))
    found = paired(a, b, None)
    return found.g, found.kind, found.probability


def mean(values: list[float | None]) -> float | None:
    """The mean, where all are known."""
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None
