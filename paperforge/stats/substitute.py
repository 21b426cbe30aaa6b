"""Results with other numbers in them: what calibrate and fragile hand to the real analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    import pandas as pd
    import pyarrow as pa

    from paperforge.model import (
        Binned,
        Confusion,
        Diagnostic,
        Missing,
        Quote,
        Rating,
        Results,
        Sample,
        Scores,
        Trace,
    )
    from paperforge.spec import Dataset, Method, Metric, Source, Unit


@dataclass(frozen=True, slots=True)
class Substitute:
    """The results `base`, with other samples and perhaps fewer metrics or datasets."""

    base: Results
    draw: Callable[[str, Unit], tuple[Sample, ...]]
    metrics: tuple[Metric, ...]
    datasets: tuple[Dataset, ...]
    drawn: bool = False
    """Whether the samples are simulated, so that the base's scores are not theirs."""
    left_out: frozenset[tuple[str, str, int]] = frozenset()
    """Runs whose scores are left out: method, dataset, key."""

    @property
    def methods(self) -> tuple[Method, ...]:
        """Those of the base."""
        return self.base.methods

    @property
    def varies(self) -> frozenset[str]:
        """What varies in the base."""
        return self.base.varies

    @property
    def present(self) -> frozenset[str]:
        """What the base holds."""
        return self.base.present

    @property
    def shared_runs(self) -> bool:
        """Whether one run of the base is measured on several datasets."""
        return self.base.shared_runs

    @property
    def folds(self) -> Mapping[str, int]:
        """Those of the base."""
        return self.base.folds

    @property
    def fold_runs(self) -> tuple[int, int]:
        """Those of the base."""
        return self.base.fold_runs

    @property
    def items_apart(self) -> bool:
        """As in the base."""
        return self.base.items_apart

    @property
    def sized_by(self) -> Metric | None:
        """As in the base."""
        return self.base.sized_by

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """Those of the base."""
        return self.base.notes

    @property
    def digest(self) -> str:
        """That of the base."""
        return self.base.digest

    @property
    def rows(self) -> int:
        """Rows of the base."""
        return self.base.rows

    @property
    def mapped(self) -> tuple[Source, ...]:
        """Sources of the base."""
        return self.base.mapped

    @property
    def names(self) -> Mapping[int, str]:
        """Those of the base, where no other samples were drawn."""
        return self.base.names

    def settings(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Those of the base."""
        return self.base.settings()

    def ratings(self, metric: str) -> tuple[Rating, ...]:
        """Those of the base."""
        return self.base.ratings(metric)

    def samples(self, metric: str, unit: Unit) -> tuple[Sample, ...]:
        """The other samples, of the datasets that are kept."""
        kept = {d.name for d in self.datasets}
        return tuple(s for s in self.draw(metric, unit) if s.dataset in kept)

    def scored_cells(self, metric: str) -> frozenset[tuple[str, str]]:
        """As in the results: other values of the same cells."""
        return self.base.scored_cells(metric)

    def scored(self, metric: str) -> bool:
        """Whether the metric has a value of any example of the base."""
        return self.base.scored(metric)

    def scores(self, metric: str) -> tuple[Scores, ...]:
        """Scores of the base, of the datasets and runs that are kept; none if simulated."""
        if self.drawn:
            return ()
        kept = {d.name for d in self.datasets}
        found = (s for s in self.base.scores(metric) if s.dataset in kept)
        return tuple(without(s, self.left_out) for s in found)

    def runs(self) -> tuple[tuple[str, str, str], ...]:
        """Runs of the base."""
        return self.base.runs()

    def quotes(self, metric: str) -> Mapping[tuple[str, str], Quote]:
        """Quoted numbers of the base, on the datasets that are kept."""
        kept = {d.name for d in self.datasets}
        return {at: quote for at, quote in self.base.quotes(metric).items() if at[1] in kept}

    def missing(self, metric: str) -> Mapping[tuple[str, str], Missing]:
        """Holes of the base, on the datasets that are kept."""
        kept = {d.name for d in self.datasets}
        return {at: why for at, why in self.base.missing(metric).items() if at[1] in kept}

    def traces(self, metric: str, split: str) -> Iterator[Trace]:
        """Steps of the base."""
        return self.base.traces(metric, split)

    def splits(self, metric: str) -> tuple[str, ...]:
        """Splits of the base."""
        return self.base.splits(metric)

    def confusions(self, most: int) -> tuple[Confusion, ...]:
        """Answers of the base."""
        return self.base.confusions(most)

    def confidences(self, metric: str, bins: int, binning: str) -> tuple[Binned, ...]:
        """Answers of the base."""
        return self.base.confidences(metric, bins, binning)

    def sources(self, metric: str, method: str, dataset: str) -> tuple[str, ...]:
        """Places of the base."""
        return self.base.sources(metric, method, dataset)

    def origins(self, metric: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Places of the base."""
        return self.base.origins(metric)

    def batches(self, rows: int = 1 << 16) -> Iterator[pa.RecordBatch]:
        """The relation of the base."""
        return self.base.batches(rows)

    def frame(self) -> pd.DataFrame:
        """The frame of the base."""
        return self.base.frame()


def without(scores: Scores, runs: Collection[tuple[str, str, int]]) -> Scores:
    """The scores of one cell but for those of some runs: method, dataset, key."""
    import numpy as np

    gone = [key for *place, key in runs if tuple(place) == (scores.method, scores.dataset)]
    if not gone:
        return scores
    kept = ~np.isin(scores.runs, gone)
    return replace(
        scores,
        runs=scores.runs[kept],
        examples=scores.examples[kept],
        values=scores.values[kept],  # noqa: PD011 - no pandas here
    )
