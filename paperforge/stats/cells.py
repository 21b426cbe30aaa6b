"""The cells of one metric, ready for comparison: sorted by key, with mean, spread and groups."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Missing, Quote, Results, Sample
from paperforge.spec import Metric, Unit
from paperforge.stats.clusters import with_scale
from paperforge.stats.quotes import quoted
from paperforge.stats.within import right_or_wrong, spread_within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from paperforge.stats.shared import Uneven

HUGE = 1e150
"""Squares of larger numbers overflow."""
FLAT = 1e-12
"""A spread of at most this share of the largest value is rounding, and counts as none."""
MANY = 2
"""Datasets from which on an example could be in more than one."""
NO_IDS = "no example ids"
"""Of a cell of several runs, where others are compared by their examples."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The replicates of one method on one dataset, in stored units.

    keys, values, groups: arrays of shape (n,), sorted by key, one row a key where `keyed`.
    groups holds codes shared by all cells of the metric; None where examples stand alone.
    """

    method: str
    dataset: str
    n: int
    size: float
    """The largest of the values, without its sign."""
    mean: float
    sd: float
    variance: float
    """Of the mean."""
    df: float
    keys: np.ndarray
    values: np.ndarray
    groups: np.ndarray | None
    keyed: bool
    binary: bool
    not_finite: int = 0
    failed: int = 0
    repeats: int = 0
    """Of examples: runs that every value is the mean of; 0 where that differs."""
    lacking: str = ""
    """What is not reported beside a printed mean, so that it cannot be compared."""
    quoted: bool = False
    """Whether it is a mean, spread and n that somebody printed."""
    counted: Quote | None = None
    """Of a share of examples: their number and the printed decimals, where that is all there is."""
    quote: Quote | None = None
    """What stands beside a number that is quoted from a paper."""
    shares: bool = False
    """Of examples: whether every run got every one right or wrong, so that means are shares."""
    raised: float = 1.0
    """How many times the square of the standard error `variance` is (clusters.raised())."""
    within: float = 0.0
    """Of examples: sum of squares of the runs around the mean of their example, over all."""
    scored: int = 0
    """Runs without a number that count as a score (Metric.diverged)."""
    unreported: int = 0
    """Runs that are there without a number, and have not failed."""
    partial: int = 0
    """Of runs: examples' scores that are not finite, left out of the mean of their run."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One metric: which cells have numbers, and what is replicated in them."""

    metric: Metric
    unit: Unit
    """NONE where no cell has two replicates, whatever the design says."""
    table: Mapping[tuple[str, str], Cell]
    missing: Mapping[tuple[str, str], Missing]
    methods: tuple[str, ...]
    datasets: tuple[str, ...]
    """Those on which some method has a number; the average is over all of them."""
    groups: int
    """Number of group codes; 0 where examples stand alone."""
    clustered: bool
    """Whether the groups are clusters of examples, not just examples seen in many datasets."""
    crossing: bool
    """Whether a group occurs in more than one dataset."""
    averages: Mapping[str, Cell]
    """Method -> its runs averaged over the datasets; absent where a cell is, or has no keys."""
    lost: Mapping[tuple[str, str], tuple[int, int]]
    """Of cells without a number: replicates that are not finite, and that failed."""
    examples: Cells | None = None
    """The same by example, where runs and examples are both drawn anew."""
    names: Mapping[int, str] = field(default_factory=dict)
    """Key of a run -> its name (Results.names)."""
    uneven: Uneven | None = None
    """Every score, where not all runs have the same examples (shared.py)."""

    def why(self, method: str, dataset: str) -> Missing:
        """Why a cell has no number."""
        return self.missing.get((method, dataset), Missing.NOT_RUN)


def read(results: Results, metric: Metric, unit: Unit, runs: Sequence[Sample]) -> Cells:
    """Prepare one metric.

    runs: its samples a run, which stand in where a cell has no examples.
    """
    if unit is Unit.DATASET:
        return replace(read(results, metric, Unit.SEED, runs), unit=unit)
    if unit is Unit.BOTH:
        examples = read(results, metric, Unit.EXAMPLE, runs)
        by_run = read(results, metric, Unit.SEED, runs)
        if Unit.NONE in (by_run.unit, examples.unit) or examples.unit is not Unit.EXAMPLE:
            return by_run
        from paperforge.stats.shared import with_scores

        return with_scores(replace(by_run, unit=Unit.BOTH, examples=examples), results)
    samples, unit, stand_ins = sampled(results, metric, unit, runs)
    lost = {(s.method, s.dataset): (s.not_finite, s.failed) for s in samples if not len(s.values)}
    samples = [s for s in samples if len(s.values)]
    merged = {(s.method, s.dataset): merge(s) for s in samples}
    grouping = Grouping()
    if unit is Unit.EXAMPLE:  # a lone row is a run without examples, and its key is the run's
        grouping = Grouping.of({at: rows for at, rows in merged.items() if len(rows[0]) > 1})
    table = {
        (s.method, s.dataset): cell(s, *merged[s.method, s.dataset], grouping) for s in samples
    }
    for at in stand_ins:
        if at in table and table[at].n > 1:  # runs are not examples: nothing compares the two
            table[at] = replace(table[at], lacking=NO_IDS)
    for at, quote in results.quotes(metric.name).items():
        if at in table and quote.cite:
            table[at] = replace(table[at], quote=quote)
        if at in table and table[at].n == 1 and unit is not Unit.EXAMPLE:
            table[at] = quoted(table[at], quote)
    several = any(c.n > 1 for c in table.values())
    methods = tuple(m.name for m in results.methods)
    datasets = tuple(d.name for d in results.datasets if any(key[1] == d.name for key in table))
    return Cells(
        metric,
        unit if several else Unit.NONE,
        table,
        results.missing(metric.name),
        methods,
        datasets,
        grouping.size,
        grouping.clustered,
        grouping.crossing,
        run_averages(table, methods, datasets) if unit is Unit.SEED and len(datasets) > 1 else {},
        lost,
        names={} if unit is Unit.EXAMPLE else results.names,
    )


def sampled(
    results: Results, metric: Metric, unit: Unit, runs: Sequence[Sample]
) -> tuple[list[Sample], Unit, frozenset[tuple[str, str]]]:
    """The samples to read, what is replicated in them, and where runs stand in for examples.

    Seeds where no cell has examples. Runs that stand in are matched with nothing: their keys are
    those of seeds.
    """
    if unit is not Unit.EXAMPLE:
        return list(runs), unit, frozenset()
    samples = [s for s in results.samples(metric.name, Unit.EXAMPLE) if len(s.values)]
    have = {(s.method, s.dataset) for s in samples}
    others = [s for s in runs if (s.method, s.dataset) not in have]
    if not any(s.keyed and len(s.values) > 1 for s in samples):
        return samples + others, Unit.SEED, frozenset()
    at = frozenset((s.method, s.dataset) for s in others)
    return samples + [replace(s, keyed=False) for s in others], unit, at


def scored(sample: Sample, metric: Metric) -> Sample:
    """The sample with its lost runs as scores, where the author declares what they count as.

    They have keys of their own, below all others, so that nothing is matched with them. Raises
    InputError where a fold's score is the mean of several seeds: it is not known whose it was.
    """
    import numpy as np

    lost = sample.not_finite + sample.failed + sample.unreported
    if metric.diverged is None or not lost:
        return sample
    if sample.repeats is not None:
        raise InputError(
            f"{lost} of the runs of {sample.method} have no number, and the score of a fold is the "
            "mean of several seeds",
            f"diverged of {metric.name}",
            "write what they count as into their rows",
        )
    keys = np.asarray(sample.keys, dtype=np.int64)
    first = min(0, int(keys.min(initial=0)))
    return replace(
        sample,
        keys=np.concatenate([keys, first - 1 - np.arange(lost)]),
        values=np.concatenate([sample.values, np.full(lost, metric.diverged / metric.scale)]),
        not_finite=0,
        failed=0,
        unreported=0,
        scored=lost,
    )


def run_averages(
    table: Mapping[tuple[str, str], Cell], methods: Sequence[str], datasets: Sequence[str]
) -> dict[str, Cell]:
    """Average every method whose cells are all there and keyed."""
    rows = {m: [table[m, d] for d in datasets if (m, d) in table] for m in methods}
    return {
        m: run_average(row)
        for m, row in rows.items()
        if len(row) == len(datasets) and all(c.keyed for c in row)
    }


def merge(sample: Sample) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Sort a sample by key and average rows of one key (an example seen by several seeds)."""
    import numpy as np

    keys, values = np.asarray(sample.keys), np.asarray(sample.values, dtype=float)
    clusters = None if sample.clusters is None else np.asarray(sample.clusters)
    if not sample.keyed:
        return keys, values, clusters
    if (keys[1:] <= keys[:-1]).any():
        order = np.argsort(keys, kind="stable")
        keys, values = keys[order], values[order]
        clusters = None if clusters is None else clusters[order]
    first = np.concatenate(([True], keys[1:] != keys[:-1]))
    if first.all():
        return keys, values, clusters
    start = np.flatnonzero(first)
    counts = np.diff(np.append(start, len(keys)))
    means = np.add.reduceat(values / np.repeat(counts, counts), start)
    return keys[start], means, None if clusters is None else clusters[start]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which examples of a metric belong together."""

    size: int = 0
    clustered: bool = False
    crossing: bool = False
    ids: np.ndarray | None = None

    @classmethod
    def of(
        cls, merged: Mapping[tuple[str, str], tuple[np.ndarray, np.ndarray, np.ndarray | None]]
    ) -> Grouping:
        """Look for clusters of more than one example and for groups seen in several datasets."""
        import numpy as np

        together = False
        for keys, _, clusters in merged.values():
            if clusters is not None:
                together = together or len(np.unique(clusters)) < len(keys)
        if not together and len({dataset for _, dataset in merged}) < MANY:
            return cls()
        per_dataset: dict[str, list[np.ndarray]] = {}
        for (_, dataset), (keys, _, clusters) in merged.items():
            raw = group_ids(keys, clusters if together else None)
            known = per_dataset.setdefault(dataset, [])
            if not any(np.array_equal(raw, other) for other in known):
                known.append(raw)
        unions = [np.unique(np.concatenate(arrays)) for arrays in per_dataset.values()]
        ids = np.unique(np.concatenate(unions))
        crossing = len(ids) < sum(map(len, unions))
        if not (together or crossing):
            return cls()
        return cls(len(ids), together, crossing, ids)

    def codes(self, keys: np.ndarray, clusters: np.ndarray | None) -> np.ndarray | None:
        """Give each example the code of its group, or None where examples stand alone."""
        import numpy as np

        if self.ids is None:
            return None
        return np.searchsorted(self.ids, group_ids(keys, clusters if self.clustered else None))


def group_ids(keys: np.ndarray, clusters: np.ndarray | None) -> np.ndarray:
    """Give the ids of groups: clusters, or each example for itself (below zero, so apart)."""
    return -1 - keys if clusters is None else clusters


def cell(
    sample: Sample,
    keys: np.ndarray,
    values: np.ndarray,
    clusters: np.ndarray | None,
    grouping: Grouping,
) -> Cell:
    """Make a cell from the merged rows of a sample."""
    import numpy as np

    groups = grouping.codes(keys, clusters) if sample.keyed else None
    size, n = float(np.abs(values).max()), len(values)
    mean, sd = moments(values, size)
    variance, df, times = sd * sd / n, n - 1.0, 1.0
    if grouping.clustered and groups is not None and sd > 0:
        variance, df, times = with_scale(values, groups, grouping.size)
    binary = bool(((values == 0) | (values == 1)).all())
    repeats, within = spread_within(sample)
    return Cell(
        sample.method,
        sample.dataset,
        n,
        size,
        mean,
        sd,
        variance,
        df,
        keys,
        values,
        groups,
        sample.keyed,
        binary,
        sample.not_finite,
        sample.failed,
        repeats,
        within=within,
        shares=binary or right_or_wrong(sample),
        raised=times,
        scored=sample.scored,
        unreported=sample.unreported,
        partial=sample.partial,
    )


def moments(values: np.ndarray, size: float) -> tuple[float, float]:
    """Mean and standard deviation (n - 1; 0 for one value).

    size: the largest number that the values are, or were computed from. A spread that is rounding
    at that size counts as none. Numbers whose squares overflow give an infinite sd, which no test
    accepts; their mean is taken in units in which it does not overflow.
    """
    n = len(values)
    if size > HUGE:
        scale = math.ldexp(1.0, math.frexp(size)[1] - 1)
        mean, sd = moments(values / scale, size / scale)
        return mean * scale, sd * scale if sd * scale < HUGE else math.inf
    mean = float(values.sum()) / n
    apart = values - mean
    sd = math.sqrt(float(apart @ apart) / max(1, n - 1))
    if sd <= FLAT * size:
        first = float(values[0])
        return (0.0 if abs(first) <= FLAT * size else first), 0.0
    return mean, sd


def shared_keys(keys: Sequence[np.ndarray]) -> np.ndarray:
    """Give the keys that are in all arrays, sorted."""
    import numpy as np

    common = keys[0]
    for other in keys[1:]:
        if not np.array_equal(common, other):
            common = np.intersect1d(common, other, assume_unique=True)
    return common


def run_average(cells: Sequence[Cell]) -> Cell:
    """Average one method's replicates over D datasets, key by key; those seen on all datasets only.

    No shared key: a cell with n = 0.
    """
    import numpy as np

    common = shared_keys([c.keys for c in cells])
    if len(common) == 0:
        return replace(cells[0], n=0, df=-1.0, keys=common, values=common.astype(float))
    rows = [c.values[np.searchsorted(c.keys, common)] for c in cells]
    values = np.asarray(np.mean(rows, axis=0))
    size = max(c.size for c in cells)
    mean, sd = moments(values, size)
    n = len(common)
    return replace(
        cells[0],
        n=n,
        mean=mean,
        sd=sd,
        variance=sd * sd / n,
        df=n - 1.0,
        keys=common,
        values=values,
    )
