"""Results as they would be if no method differed: the user's own design, other numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.stats import keyed
from paperforge.stats.cells import merge
from paperforge.stats.design import SEED_LIKE
from paperforge.stats.joint import normals
from paperforge.stats.quotes import printed_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from paperforge.model import Quote, Sample
    from paperforge.spec import DesignSpec


FOR_ALL = -1
"""Stands for all folds of a cell, where others are numbered from 0."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Null for runs: every cell keeps its spread and gets the mean of its dataset.

    A cell of its own: the mean plus normal noise with the cell's standard deviation (three to ten
    residuals are too few to draw from). Cells that share their seeds (or runs) by design: the mean
    plus G r / sqrt(n - 1), r the n residuals, G standard normal, shape (n, n), the same G in all
    of them: normal noise that also keeps the residuals' correlation. alike: every cell gets the
    pooled standard deviation of its dataset instead, as methods that spread differently differ in
    their interquartile means and medians of runs, however alike their means are.

    Folds: what a dataset's folds share is one more draw for all of them, with variance n_test /
    n_train times that of a fold, which makes the correlation n_test / (n_test + n_train) that the
    corrected test stands on (Nadeau and Bengio 2003). Spreads within a cell do not show it.
    """

    samples: tuple[Sample, ...]
    centres: tuple[float, ...]
    streams: tuple[tuple[int, bool], ...]
    """Cells with equal numbers share their chance, where it is shared by several."""
    seed: int
    common: tuple[float, ...] = ()
    """Variance that the folds of each cell share, over that of one; empty: no folds."""

    @classmethod
    def of(
        cls,
        samples: Sequence[Sample],
        spec: DesignSpec,
        seed: int,
        *,
        shared: bool,
        shares: Mapping[str, float] | None = None,
        alike: bool = False,
    ) -> Runs:
        """Prepare the cells of one metric.

        shared: one run is measured on several datasets. shares: where the replicates are folds,
        dataset -> n_test / n_train.
        """
        paired = not SEED_LIKE.isdisjoint(spec.pair_by)
        merged = [merged_sample(s) for s in samples]
        places = [
            (
                "" if paired and s.keyed else s.method,
                "" if (shared or (paired and shares is None)) and s.keyed else s.dataset,
                s.keyed,
            )
            for s in merged
        ]
        numbers = {place: i for i, place in enumerate(dict.fromkeys(places))}
        streams = tuple((numbers[place], places.count(place) > 1) for place in places)
        common = () if shares is None else tuple(shares.get(s.dataset, 0.0) for s in merged)
        if alike:
            merged = one_spread(merged)
        return cls(tuple(merged), centres(merged), streams, seed, common)

    @property
    def numbers(self) -> int:
        """Random numbers that one replicate takes."""
        sizes = [len(s.values) for s in self.samples]
        return sum(n * n if many else n for n, (_, many) in zip(sizes, self.streams, strict=True))

    def draw(self, replicates: np.ndarray) -> list[tuple[Sample, ...]]:
        """All cells, once for each replicate."""
        import numpy as np

        columns = []
        common = self.common or (0.0,) * len(self.samples)
        for s, centre, (stream, together), share in zip(
            self.samples, self.centres, self.streams, common, strict=True
        ):
            n, rank = len(s.values), s.keys if s.keyed else np.arange(len(s.values))
            apart = s.values - s.values.mean() if n else s.values
            if together:  # keyed by two runs: cells that miss some of the runs share the others
                names = mixed(np.repeat(rank, n), np.tile(rank, n), stream)
                noise = normals(self.seed, replicates, names).reshape(-1, n, n) @ apart
            else:
                noise = normals(self.seed, replicates, mixed(rank, rank, stream))
                noise *= np.sqrt(apart @ apart)
            if share:
                noise += np.sqrt(share) * self.of_all(replicates, rank, apart, stream, together)
            columns.append(centre + noise / np.sqrt(max(1, n - 1)))
        return [
            tuple(replace(s, values=c[i]) for s, c in zip(self.samples, columns, strict=True))
            for i in range(len(replicates))
        ]

    def of_all(
        self,
        replicates: np.ndarray,
        rank: np.ndarray,
        apart: np.ndarray,
        stream: int,
        together: bool,
    ) -> np.ndarray:
        """What the folds of a cell share, before it is scaled: shape (B, 1)."""
        import numpy as np

        one = np.full(1, FOR_ALL)
        if together:
            names = mixed(rank, np.repeat(one, len(rank)), stream)
            return np.asarray((normals(self.seed, replicates, names) @ apart)[:, None])
        noise = normals(self.seed, replicates, mixed(one, one, stream))
        return np.asarray(noise * np.sqrt(apart @ apart))


def mixed(a: np.ndarray, b: np.ndarray, stream: int) -> np.ndarray:
    """One whole number that stands for two and a stream."""
    import numpy as np

    one, two = (np.asarray(x, dtype=np.int64).astype(np.uint64) for x in (a, b))
    start = np.uint64(stream * keyed.GOLDEN & keyed.MASK)
    return (one * np.uint64(keyed.FIRST) + two * np.uint64(keyed.SECOND) + start).view(np.int64)


def merged_sample(sample: Sample) -> Sample:
    """One row a key, as the analysis reads it."""
    keys, values, clusters = merge(sample)
    return replace(sample, keys=keys, values=values, clusters=clusters)


def spelled(
    samples: Sequence[Sample], quotes: Mapping[tuple[str, str], Quote]
) -> tuple[Sample, ...]:
    """The samples, those of printed means with n values of that mean and spread in place of one.

    Their test knows no more of a cell than mean, spread and n, so any such values do.
    """
    import numpy as np

    made = []
    for s in samples:
        quote = quotes.get((s.method, s.dataset))
        se = printed_error(quote) if quote is not None and len(s.values) == 1 else None
        if quote is None or se is None:
            made.append(s)
            continue
        apart = np.linspace(-1.0, 1.0, quote.n)
        values = s.values[0] + apart * (se * np.sqrt(quote.n) / apart.std(ddof=1))
        made.append(replace(s, keys=np.arange(quote.n), values=values, clusters=None, keyed=False))
    return tuple(made)


def one_spread(samples: Sequence[Sample]) -> list[Sample]:
    """The same, with residuals that have the pooled standard deviation of their dataset."""
    import numpy as np

    sums: dict[str, list[float]] = {}
    for s in samples:
        if len(s.values) > 1:
            row = sums.setdefault(s.dataset, [0.0, 0.0])
            row[0] += float(s.values.var(ddof=1)) * (len(s.values) - 1)
            row[1] += len(s.values) - 1
    made = []
    for s in samples:
        sd = float(s.values.std(ddof=1)) if len(s.values) > 1 else 0.0
        if sd > 0:
            squares, df = sums[s.dataset]
            mean = s.values.mean()
            values = mean + (s.values - mean) * (np.sqrt(squares / df) / sd)
            made.append(replace(s, values=values))
        else:
            made.append(s)
    return made


def centres(samples: Sequence[Sample]) -> tuple[float, ...]:
    """Mean of the cells' means, on the dataset of each sample."""
    rows: dict[str, list[float]] = {}
    for s in samples:
        if len(s.values):
            rows.setdefault(s.dataset, []).append(float(s.values.mean()))
    return tuple(sum(row) / len(row) if (row := rows.get(s.dataset)) else 0.0 for s in samples)
