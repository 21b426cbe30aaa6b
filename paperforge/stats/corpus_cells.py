"""Cells of a corpus metric: the sums of every example, matched by key, and two methods compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from paperforge.model import Sample
from paperforge.spec import Unit
from paperforge.stats import corpus_resample
from paperforge.stats.cells import merge, shared_keys
from paperforge.stats.contrast import Contrast
from paperforge.stats.corpus import value
from paperforge.stats.corpus_draws import Stratum
from paperforge.stats.corpus_resample import Linear, Outcome, bootstrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.model import Results
    from paperforge.spec import Metric
    from paperforge.stats.contrast import Ask

CLUSTERED = "studentised cluster bootstrap of sums"
Place = tuple[str, str]
"""A method and a dataset."""


@dataclass(frozen=True, slots=True)
class CorpusCell:
    """The examples of one method on one dataset.

    keys: shape (n,), sorted, unique; sums: shape (n, C), the parts of the metric in their order;
    clusters: shape (n,), or None where none is named. An example seen by several seeds has the mean
    of its parts over them, so that the metric is that of all runs together.
    """

    method: str
    dataset: str
    keys: np.ndarray
    sums: np.ndarray
    clusters: np.ndarray | None
    value: float
    """Of all its examples, in stored units; NaN where it is not defined."""
    incomplete: int = 0
    """Examples left out: not all of their parts are finite numbers."""
    failed: int = 0

    @property
    def n(self) -> int:
        """Count the examples."""
        return len(self.keys)

    @property
    def grouped(self) -> bool:
        """Whether some cluster has more than one example."""
        import numpy as np

        return self.clusters is not None and len(np.unique(self.clusters)) < self.n

    @property
    def units(self) -> np.ndarray:
        """The clusters; where there are none, the examples."""
        return self.keys if self.clusters is None else self.clusters


def cells(results: Results, metric: Metric) -> dict[Place, CorpusCell]:
    """Give the cells of a corpus metric that have examples with all of its parts."""
    found: dict[Place, list[Sample]] = {}
    for part in metric.parts:
        for sample in results.samples(part, Unit.EXAMPLE):
            if sample.keyed and len(sample.values):
                found.setdefault((sample.method, sample.dataset), []).append(sample)
    complete = {at: parts for at, parts in found.items() if len(parts) == len(metric.parts)}
    made = {at: cell(metric, *at, parts) for at, parts in complete.items()}
    return {at: one for at, one in made.items() if one.n}


def cell(metric: Metric, method: str, dataset: str, parts: Sequence[Sample]) -> CorpusCell:
    """Put the parts of one cell side by side, example by example."""
    import numpy as np

    merged = [merge(sample) for sample in parts]
    keys = shared_keys([k for k, _, _ in merged])
    sums = np.empty((len(keys), len(parts)))
    for column, (k, values, _) in enumerate(merged):
        sums[:, column] = values[np.searchsorted(k, keys)]
    first, _, clusters = merged[0]
    if clusters is not None:
        clusters = clusters[np.searchsorted(first, keys)]
    known = max(len(k) + sample.not_finite for (k, _, _), sample in zip(merged, parts, strict=True))
    return CorpusCell(
        method,
        dataset,
        keys,
        sums,
        clusters,
        float(value(metric.corpus, sums.sum(0))),
        known - len(keys),
        max(sample.failed for sample in parts),
    )


def runs(results: Results, metric: Metric) -> tuple[Sample, ...]:
    """Give the metric of every run, for designs that replicate seeds.

    Each part of a run is the mean over its examples; it is made a sum again by their number, where
    that is known (only a BLEU that smooths an order without a match can tell the difference). A run
    of which the metric is not defined counts as not finite.
    """
    import numpy as np

    sizes = {at: one.n for at, one in cells(results, metric).items()}
    found: dict[Place, list[Sample]] = {}
    for part in metric.parts:
        for sample in results.samples(part, Unit.SEED):
            found.setdefault((sample.method, sample.dataset), []).append(sample)
    made = []
    for (method, dataset), parts in found.items():
        if len(parts) < len(metric.parts):
            continue
        keys = shared_keys([np.unique(sample.keys) for sample in parts])
        columns = [s.values[np.searchsorted(s.keys, keys)] for s in map(by_key, parts)]
        sums = np.stack(columns, axis=1) * sizes.get((method, dataset), 1)
        values = value(metric.corpus, sums)
        there = np.isfinite(values)
        not_finite = max(sample.not_finite for sample in parts) + int((~there).sum())
        failed = max(sample.failed for sample in parts)
        keyed = all(sample.keyed for sample in parts)
        made.append(
            Sample(
                metric.name,
                method,
                dataset,
                keys[there],
                values[there],
                keyed=keyed,
                not_finite=not_finite,
                failed=failed,
                unreported=max(sample.unreported for sample in parts),
            )
        )
    return tuple(made)


def by_key(sample: Sample) -> Sample:
    """The same with its keys in order."""
    import numpy as np

    order = np.argsort(sample.keys, kind="stable")
    return replace(sample, keys=sample.keys[order], values=sample.values[order])


class Side(NamedTuple):
    """The examples of one method that take part, and what they are drawn by."""

    units: np.ndarray
    sums: np.ndarray


def compare_corpus(
    a: Sequence[CorpusCell], b: Sequence[CorpusCell], metric: Metric, ask: Ask, seed: int = 0
) -> Outcome:
    """Compare two methods on D datasets (one: a list of one): the mean difference of the metric.

    a, b: the cells, dataset by dataset. Examples are matched by key, and both methods' sums are
    drawn with the same counts; clusters are drawn whole. A cluster or example that is in several
    datasets is drawn once for all of them; otherwise the datasets are drawn apart. Where fewer than
    two examples match on some dataset, the methods are drawn apart. In stored units.
    """
    parts, paired, unmatched = laid_out(a, b, metric)
    found = bootstrap(parts, ask, seed, paired=paired)[0]
    n = (min(one.n for one in a), min(one.n for one in b))
    if paired:
        n = (min(len(shared_keys([x.keys, y.keys])) for x, y in zip(a, b, strict=True)),) * 2
    test = CLUSTERED if any(one.grouped for one in (*a, *b)) else found.contrast.test
    contrast = replace(found.contrast, n=n, test=test)
    return replace(found, unmatched=unmatched, contrast=contrast)


def summarise(row: Sequence[CorpusCell], metric: Metric, ask: Ask, seed: int = 0) -> Outcome:
    """Give one method's metric, or its mean over the datasets, with standard error and interval.

    Its p would ask whether the metric is 0: there is none.
    """
    parts = alone(metric.corpus, row, 1 / len(row))
    found = bootstrap(parts, ask, seed, paired=False)[0]
    n = (min(one.n for one in row),) * 2
    contrast = Contrast(
        CLUSTERED if any(one.grouped for one in row) else found.contrast.test,
        n,
        estimate=found.contrast.estimate,
        low=found.contrast.low,
        high=found.contrast.high,
        reason=found.contrast.reason,
        testable=found.contrast.testable,
    )
    return replace(found, contrast=contrast, error=None)


def randomise_corpus(
    a: Sequence[CorpusCell],
    b: Sequence[CorpusCell],
    metric: Metric,
    seed: int = 0,
    engine: str = "numpy",
) -> tuple[float, float] | None:
    """Test that the methods are exchangeable: p and its Monte Carlo error.

    None where the examples do not match, or where a draw would have to hold over several datasets.
    """
    parts, paired, _ = laid_out(a, b, metric)
    if not paired or any(len(part.stratum.systems) != 2 for part in parts):  # noqa: PLR2004 - a, b
        return None
    return corpus_resample.randomised(parts, seed, engine=engine)


def laid_out(
    a: Sequence[CorpusCell], b: Sequence[CorpusCell], metric: Metric
) -> tuple[list[Linear], bool, tuple[int, int]]:
    """Strata with their contrast; whether the methods are paired; how many of each do not match.

    One stratum a dataset, one for all datasets where units cross them, and one a method and dataset
    where the methods are not paired.
    """
    kind, share = metric.corpus, 1 / len(a)
    pairs = [(x, y, shared_keys([x.keys, y.keys])) for x, y in zip(a, b, strict=True)]
    common = sum(len(keys) for *_, keys in pairs)
    unmatched = (sum(one.n for one in a) - common, sum(one.n for one in b) - common)
    if min(len(keys) for *_, keys in pairs) < corpus_resample.ENOUGH:
        parts = [*alone(kind, a, share), *alone(kind, b, -share)]
        return parts, False, unmatched
    sides: list[tuple[Side, ...]] = [(side(x, k), side(y, k)) for x, y, k in pairs]
    names = [one.dataset for one in a]
    if crossing([row[0] for row in sides]):
        sides, names = [tuple(one for pair in sides for one in pair)], [""]
    return (
        [
            linear(kind, name, row, [share, -share] * (len(row) // 2))
            for name, row in zip(names, sides, strict=True)
        ],
        True,
        unmatched,
    )


def alone(kind: str, row: Sequence[CorpusCell], share: float) -> list[Linear]:
    """One method's strata, drawn apart from every other method's."""
    sides = [side(one, one.keys) for one in row]
    if crossing(sides):
        return [linear(kind, row[0].method, sides, [share] * len(row))]
    return [
        linear(kind, f"{one.dataset}\n{one.method}", [part], [share])
        for one, part in zip(row, sides, strict=True)
    ]


def crossing(sides: Sequence[Side]) -> bool:
    """Whether an example or cluster is in more than one dataset."""
    import numpy as np

    units = [np.unique(one.units) for one in sides]
    return len(np.unique(np.concatenate(units))) < sum(map(len, units))


def side(one: CorpusCell, keys: np.ndarray) -> Side:
    """The examples with these keys."""
    import numpy as np

    at = np.searchsorted(one.keys, keys)
    return Side(one.units[at], one.sums[at])


def linear(kind: str, name: str, sides: Sequence[Side], weights: Sequence[float]) -> Linear:
    """One stratum: each side's examples summed by unit, 0 for a unit that it has none of."""
    import numpy as np

    units = np.unique(np.concatenate([one.units for one in sides]))
    systems = []
    for one in sides:
        sums = np.zeros((len(units), one.sums.shape[1]))
        np.add.at(sums, np.searchsorted(units, one.units), one.sums)
        systems.append(sums)
    return Linear.of(kind, Stratum(name, units, tuple(systems)), np.array([weights]))
