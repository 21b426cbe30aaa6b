"""The primary comparisons of one metric after a change of a few cells.

Where runs are the unit, a run that is left out changes the mean and spread of its own cell, and the
comparisons of its own method. All else is taken from one reading. The comparisons are those that
analyse() makes of the changed results.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.cells import Grouping, cell, merge, read, run_averages
from paperforge.stats.changes import altered
from paperforge.stats.compare import compare
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.decide import setting
from paperforge.stats.decimals import rounding
from paperforge.stats.design import family
from paperforge.stats.families import Case
from paperforge.stats.jointly import JOINT
from paperforge.stats.lost import scored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.model import Results, Sample
    from paperforge.spec import DesignSpec, Metric
    from paperforge.stats.cells import Cells
    from paperforge.stats.changes import Change
    from paperforge.stats.compare import Compared, Setting
    from paperforge.stats.contrast import Contrast


@dataclass(frozen=True, slots=True)
class Reading:
    """What one metric's comparisons were made of."""

    spec: DesignSpec
    cells: Cells
    asked: Setting
    samples: Mapping[tuple[str, str], Sample]
    compared: Mapping[tuple[str, str], Sequence[Compared]]

    @classmethod
    def of(cls, results: Results, metric: Metric, spec: DesignSpec) -> Reading | None:
        """Read it; None where a change of one cell may reach further than its method.

        That is so of examples, of datasets as a sample, of sums over examples, of aggregates other
        than the mean, and of corrections by the joint distribution.
        """
        runs = [scored(sample, metric) for sample in run_samples(results, metric)]
        if spec.replicate is not Unit.SEED or metric.corpus or not metric.tested:
            return None
        if spec.correction in JOINT or spec.aggregate != "mean":
            return None
        cells = read(results, metric, Unit.SEED, runs)
        if cells.unit is not Unit.SEED:
            return None
        asked = setting(cells, results, spec)
        pairs = family(results.methods).pairs
        return cls(
            spec,
            cells,
            asked,
            {(s.method, s.dataset): s for s in runs},
            {(a, b): compare(cells, a, b, asked) for a, b in pairs},
        )

    def cases(self, change: Change) -> list[Case] | None:
        """Its comparisons after a change; None where it is none of a few cells' runs."""
        if change.datasets:
            return None
        rows = {row[:2] for row in change.dropped} | {row[:2] for row, _ in change.turned}
        cells = self.changed({at: altered(self.samples[at], change) for at in rows})
        if cells is None:
            return None
        methods = {method for method, _ in rows}
        cases = []
        for (a, b), before in self.compared.items():
            moved = not methods.isdisjoint((a, b))
            found = compare(cells, a, b, self.asked) if moved else before
            cases += [Case(cells, one, unasked) for one in found if one.primary]
        return cases

    def changed(self, samples: Mapping[tuple[str, str], Sample]) -> Cells | None:
        """The cells with others in the place of some; None where one is left without a spread."""
        if any(len(s.values) <= 1 for s in samples.values()):
            return None
        whole = self.cells
        new = {at: cell(s, *merge(s), Grouping()) for at, s in samples.items()}
        table = {**whole.table, **new}
        averages = dict(whole.averages)
        if averages:
            methods = list(dict.fromkeys(method for method, _ in samples))
            averages |= run_averages(table, methods, whole.datasets)
        known = rounding(table.values(), whole.metric)
        return replace(whole, table=table, averages=averages, rounding=known)


def unasked(alpha: float) -> Contrast:
    """No correction that is made here asks for a comparison at another alpha."""
    raise AssertionError(f"a comparison at alpha {alpha:g}")
