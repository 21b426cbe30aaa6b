"""One row of the table: a default path with so many replicates, and how its rates are found."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from paperforge.model import Missing, Quote, Sample
from paperforge.spec import Dataset, DesignSpec, Direction, Method, Metric, Role, Unit
from paperforge.stats import analyse
from paperforge.stats.cells import read
from paperforge.stats.compare import compare, matched, on_average, on_dataset
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.datasets import compare_pair
from paperforge.stats.decide import setting
from paperforge.stats.design import replication

if TYPE_CHECKING:
    from paperforge.stats.contrast import Contrast

NOMINAL, RUNS = 0.05, 10_000
SEEDS = (2, 3, 5, 10, 30)
METRIC = Metric("acc", "accuracy", Direction.HIGHER)
Cells = Mapping[tuple[str, str], Any]
"""(method, dataset) -> values, or the fields of a Sample."""


@dataclass(frozen=True)
class Simulated:
    """Results that were drawn: what analyse() asks of the real ones."""

    metrics: tuple[Metric, ...]
    methods: tuple[Method, ...]
    datasets: tuple[Dataset, ...]
    by_run: tuple[Sample, ...]
    by_example: tuple[Sample, ...]
    varies: frozenset[str]
    shared_runs: bool = False
    folds: Mapping[str, int] = field(default_factory=dict)
    fold_runs: tuple[int, int] = (1, 1)
    items_apart: bool = False
    quoted: Mapping[tuple[str, str], Quote] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    mapped: tuple[Any, ...] = ()
    notes: tuple[Any, ...] = ()
    present: frozenset[str] = frozenset()
    digest: str = ""
    rows: int = 0

    def samples(self, metric: str, unit: Unit) -> tuple[Sample, ...]:
        """Values by example or by run."""
        return self.by_example if unit is Unit.EXAMPLE else self.by_run

    def scored_cells(self, metric: str) -> frozenset[tuple[str, str]]:
        """The cells that have examples."""
        return frozenset((s.method, s.dataset) for s in self.by_example if s.metric == metric)

    def scores(self, metric: str) -> tuple[Any, ...]:
        """Nobody asks: all runs have the same examples."""
        return ()

    def ratings(self, metric: str) -> tuple[Any, ...]:
        """Nobody rates."""
        return ()

    def missing(self, metric: str) -> Mapping[tuple[str, str], Missing]:
        """Nothing is."""
        return {}

    def quotes(self, metric: str) -> Mapping[tuple[str, str], Quote]:
        """What was printed."""
        return self.quoted


def sample(method: str, dataset: str, given: Any) -> Sample:
    """The values of one cell, keyed by their order where no keys are given."""
    fields = dict(given) if isinstance(given, Mapping) else {"values": given}
    values = fields.pop("values")
    keys = fields.pop("keys", None)
    keys = np.arange(len(values)) if keys is None else keys
    return Sample("acc", method, dataset, keys, values, **fields)


def results(
    cells: Cells,
    *,
    unit: Unit = Unit.SEED,
    metric: Metric = METRIC,
    roles: Mapping[str, Role] | None = None,
    runs: Cells | None = None,
    varies: frozenset[str] | None = None,
    **more: Any,
) -> Simulated:
    """Results of these cells. runs: by run, where the cells are by example; default their means."""
    given = tuple(sample(*at, values) for at, values in cells.items())
    example = unit is Unit.EXAMPLE
    by_run = given
    if runs is not None:
        by_run = tuple(sample(*at, values) for at, values in runs.items())
    elif example:
        by_run = tuple(sample(s.method, s.dataset, np.array([s.values.mean()])) for s in given)
    return Simulated(
        (metric,),
        tuple(Method(m, m, (roles or {}).get(m)) for m in dict.fromkeys(m for m, _ in cells)),
        tuple(Dataset(d, d) for d in dict.fromkeys(d for _, d in cells)),
        by_run,
        given if example else (),
        varies or frozenset({"example" if example else "seed"}),
        **more,
    )


@dataclass(frozen=True)
class Measured:
    """Share that is decided where nothing differs, and share of intervals that hold the truth."""

    size: float
    coverage: float | None
    runs: int
    """0: enumerated."""
    test: str


@dataclass(frozen=True)
class Row:
    """A default path on some data; bounds where they are not the nominal ones."""

    path: str
    data: str
    n: int | str
    measure: Callable[[np.random.Generator, int], Measured]
    least: float = 0.0
    """Size, at least: the test is not dead."""
    most: float = NOMINAL
    """Size, at most, before simulation error: above nominal only where the docs say so."""
    covers: float = 1 - NOMINAL
    drawn: Callable[[np.random.Generator, int], Iterator[Simulated]] | None = None
    """Its data, where it goes through analyse()."""
    spec: DesignSpec = field(default_factory=DesignSpec)
    shifts: bool = False
    """Whether adding to one method moves the interval along: coverage is that at no difference."""

    @property
    def name(self) -> str:
        """Its place in the table."""
        return f"{self.path} | {self.data} | {self.n}"

    def run(self, runs: int = RUNS) -> Measured:
        """Simulate; seeded by the name."""
        return self.measure(np.random.default_rng(zlib.crc32(self.name.encode())), runs)


def missed(size: float | None) -> dict[str, float]:
    """Bounds of a row whose size is stated, above nominal; its interval misses as often."""
    return {} if size is None else {"most": size, "covers": 1 - size}


def error(rate: float, runs: int) -> float:
    """Three standard errors of a simulated share; none of one that is enumerated."""
    return 3 * math.sqrt(rate * (1 - rate) / runs) if runs else 1e-12


def repeated(one: Callable[[np.random.Generator], Simulated]) -> Callable[..., Iterator[Simulated]]:
    """Many independent draws of one."""

    def draw(rng: np.random.Generator, runs: int) -> Iterator[Simulated]:
        return (one(rng) for _ in range(runs))

    return draw


def primary(one: Simulated, spec: DesignSpec) -> Contrast:
    """The primary comparison of the first two methods, by the functions that analyse() calls.

    Without the secondary ones, the description and the signature, which take most of its time;
    tests/stats/test_rates.py holds it to what analyse() says.
    """
    metric, (a, b) = one.metrics[0], (m.name for m in one.methods[:2])
    runs = run_samples(one, metric)
    unit = replication(one, spec, {metric.name: runs}).unit
    cells = read(one, metric, unit, runs)
    asked = setting(cells, one, spec)
    left, right = ([cells.table[m, d] for d in cells.datasets] for m in (a, b))
    if unit is Unit.DATASET:
        return compare_pair(*(np.array([c.mean for c in row]) for row in (left, right)), asked.ask)
    if cells.examples is not None:
        return compare(cells, a, b, asked)[0].contrast
    pairs = [matched(cells, x, y, asked) for x, y in zip(left, right, strict=True)]
    if len(left) == 1:
        return on_dataset(cells, left[0], right[0], pairs[0], asked)
    return on_average(cells, left, right, pairs, asked)


def decided(found: Contrast) -> bool:
    """Whether it is claimed that the methods differ: not where the data could not have said so."""
    reachable = found.smallest_p is None or found.smallest_p < NOMINAL
    return found.p is not None and found.p < NOMINAL and reachable


def holds(found: Contrast, true: float = 0.0) -> bool:
    """Whether the interval holds the true difference; one without a limit does."""
    low, high = found.low, found.high
    return (low is None or low <= true) and (high is None or true <= high)


def analysed(
    path: str,
    data: str,
    n: int | str,
    drawn: Callable[[np.random.Generator, int], Iterator[Simulated]],
    spec: DesignSpec = DesignSpec(),  # noqa: B008 - frozen
    *,
    shifts: bool = True,
    **bounds: float,
) -> Row:
    """A row that is measured by comparing two methods that do not differ."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wrong = held = 0
        tests: Counter[str] = Counter()
        for one in drawn(rng, runs):
            found = primary(one, spec)
            wrong += decided(found)
            held += holds(found)
            tests[found.test] += 1
        return Measured(wrong / runs, held / runs, runs, tests.most_common(1)[0][0])

    return Row(path, data, n, measure, drawn=drawn, spec=spec, shifts=shifts, **bounds)


def families(
    path: str,
    data: str,
    n: int | str,
    drawn: Callable[[np.random.Generator, int], Iterator[Simulated]],
    spec: DesignSpec,
    **bounds: float,
) -> Row:
    """A row of families: wrong where any of the primary comparisons is decided."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wrong = sum(any(d.decided for d in analyse(x, spec).primary()) for x in drawn(rng, runs))
        return Measured(wrong / runs, None, runs, f"{spec.correction}, family-wise")

    return Row(path, data, n, measure, **bounds)


def equivalences(
    path: str,
    data: str,
    n: int | str,
    drawn: Callable[[np.random.Generator, int], Iterator[Simulated]],
    **bounds: float,
) -> Row:
    """A row of results that differ by just the margin: wrong where they are called equivalent."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        found = (primary(x, DesignSpec()).p_equivalent for x in drawn(rng, runs))
        wrong = sum(p is not None and p < NOMINAL for p in found)
        return Measured(wrong / runs, None, runs, "two one-sided tests")

    return Row(path, data, n, measure, **bounds)
