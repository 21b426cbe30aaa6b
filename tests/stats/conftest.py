"""An in-memory stand-in for the Results protocol, and small builders of its parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from paperforge.model import Missing, Quote, Sample, Trace
from paperforge.spec import Dataset, Direction, Method, Metric, Unit
from paperforge.stats.cells import Grouping, cell, merge


@dataclass
class FakeResults:
    """Cells given as (keys, values[, clusters]) per unit; everything else derived or defaulted."""

    metrics: tuple[Metric, ...]
    methods: tuple[Method, ...]
    datasets: tuple[Dataset, ...]
    by_seed: Mapping[tuple[str, str, str], Sample]
    by_example: Mapping[tuple[str, str, str], Sample]
    holes: Mapping[tuple[str, str], Missing]
    varies: frozenset[str]
    shared_runs: bool = False
    trace: tuple[Trace, ...] = ()
    notes: tuple = ()
    present: frozenset[str] = frozenset()
    digest: str = "0" * 64
    rows: int = 0
    asked: list = field(default_factory=list)
    quoted: Mapping[tuple[str, str], Quote] = field(default_factory=dict)
    folds: Mapping[str, int] = field(default_factory=dict)
    fold_runs: tuple[int, int] = (1, 1)
    items_apart: bool = False
    mapped: tuple = ()
    names: Mapping[int, str] = field(default_factory=dict)
    grid: tuple = ()
    sized_by: Metric | None = None

    def samples(self, metric, unit):
        self.asked.append((metric, unit))
        store = self.by_example if unit is Unit.EXAMPLE else self.by_seed
        return tuple(s for key, s in store.items() if key[0] == metric)

    def scored_cells(self, metric):
        return frozenset(key[1:] for key in self.by_example if key[0] == metric)

    def scored(self, metric):
        return any(key[0] == metric for key in self.by_example)

    def scores(self, metric):
        return self.grid

    def ratings(self, metric):
        return ()

    def missing(self, metric):
        return self.holes

    def quotes(self, metric):
        return self.quoted

    def traces(self, metric, split):
        return iter(self.trace)

    def splits(self, metric):
        return ("val",)


def sample(metric, method, dataset, values, *, keys=None, clusters=None, **more):
    values = np.asarray(values, dtype=float)
    keys = np.arange(len(values)) if keys is None else np.asarray(keys)
    clusters = None if clusters is None else np.asarray(clusters)
    return Sample(metric, method, dataset, keys, values, clusters, **more)


def _mean_per_run(given):
    """What results.py does for a unit of seeds: the examples of the one run are averaged."""
    return {
        key: sample(
            *key, [(s.values / len(s.values)).sum()], not_finite=s.not_finite, failed=s.failed
        )
        for key, s in given.items()
    }


@pytest.fixture(scope="session")
def fake():
    """Factory: fake({(method, dataset): values | dict of Sample fields}, unit=…, roles={…}, …)."""

    def make(
        cells,
        *,
        unit=Unit.SEED,
        roles=None,
        metric=None,
        runs=None,
        holes=None,
        varies=None,
        **more,
    ):
        metric = metric or Metric("acc", "accuracy", Direction.HIGHER)
        given = {}
        for (method, dataset), spec in cells.items():
            fields = spec if isinstance(spec, dict) else {"values": spec}
            given[metric.name, method, dataset] = sample(metric.name, method, dataset, **fields)
        methods = dict.fromkeys(m for _, m, _ in given)
        datasets = dict.fromkeys(d for _, _, d in given)
        for m, d in holes or {}:
            methods.setdefault(m)
            datasets.setdefault(d)
        example = unit is Unit.EXAMPLE
        if runs is not None:
            seeds = {
                (metric.name, m, d): sample(metric.name, m, d, v) for (m, d), v in runs.items()
            }
        else:
            seeds = _mean_per_run(given) if example else given
        return FakeResults(
            (metric,),
            tuple(Method(m, m, (roles or {}).get(m)) for m in methods),
            tuple(Dataset(d, d) for d in datasets),
            seeds,
            given if example else {},
            holes or {},
            frozenset(varies or ({"example"} if example else {"seed"})),
            **more,
        )

    return make


@pytest.fixture(scope="session")
def as_cell():
    """Factory of one prepared cell."""

    def make(values, *, keys=None, clusters=None, method="a", dataset="d", keyed=True):
        one = sample("acc", method, dataset, values, keys=keys, clusters=clusters, keyed=keyed)
        merged = merge(one)
        return cell(one, *merged, Grouping.of({(method, dataset): merged}))

    return make
