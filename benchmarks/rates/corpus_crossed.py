"""Metrics of sums over examples, every run scored on the same ones: runs and examples drawn anew.

Two methods that do not differ: examples are as hard for both, but for chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from paperforge.model import Sample, Scores
from paperforge.spec import Dataset, DesignSpec, Direction, Method, Metric, Unit
from paperforge.stats.corpus import value
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.corpus_crossed import Grid, sample
from paperforge.stats.crossed import OF_PSEUDO
from rates.row import Measured, Row, Simulated, decided, holds, primary, results

F1 = Metric("f1", "F1", Direction.HIGHER, corpus="f1", parts=("tp", "fp", "fn"))
WER = Metric("wer", "WER", Direction.LOWER, corpus="error-rate", parts=("errors", "words"))
PATH, POSITIVE = "seeds x examples, sums", 0.3
Tables = tuple[np.ndarray, np.ndarray]
Draw = Callable[..., Tables]


def labelled(rng: np.random.Generator, runs: int, n: int, spread: float, gain: float) -> Tables:
    """(tp, fp, fn) of two classifiers: two arrays of shape (runs, n, 3). spread: of the runs."""
    gold, easy = rng.random(n) < POSITIVE, rng.standard_normal(n)
    made = []
    for more in (gain, 0.0):
        own = easy + 0.5 * rng.standard_normal(n)
        bias = spread * rng.standard_normal((2, runs, 1))
        score = np.where(gold, 1.3 + more + bias[0], bias[1] - 1.5) + own
        said = score + 0.7 * rng.standard_normal((runs, n)) > 0
        made.append(np.stack([gold & said, ~gold & said, gold & ~said], -1).astype(float))
    return made[0], made[1]


def transcribed(rng: np.random.Generator, runs: int, n: int, spread: float, gain: float) -> Tables:
    """(errors, words) of two recognisers: skewed lengths, most sentences with few errors."""
    words, rate = 1 + rng.geometric(1 / 15, n), rng.beta(0.5, 2, n)
    made = []
    for more in (gain, 0.0):
        own = np.clip(rate + rng.normal(0, 0.05, n), 0, 1)
        times = 1 + more + 0.5 * spread * rng.standard_normal((runs, 1))
        odds = np.clip(times * own + rng.normal(0, 0.05, (runs, n)), 0, 1)
        errors = rng.binomial(np.broadcast_to(words, odds.shape), odds)
        made.append(np.stack([errors, np.broadcast_to(words, errors.shape)], -1).astype(float))
    return made[0], made[1]


@dataclass(frozen=True)
class Summed(Simulated):
    """Results of a metric of sums: arrays of shape (runs, n, C) by method."""

    sums: tuple[np.ndarray, ...] = ()

    def samples(self, metric: str, unit: Unit) -> tuple[Sample, ...]:
        """Of a part its means by run or by example; of the metric that of every run."""
        one = self.metrics[0]
        if metric == one.name:
            return () if unit is Unit.EXAMPLE else run_samples(self, one)
        axis, part = int(unit is not Unit.EXAMPLE), one.parts.index(metric)
        means = [sums[:, :, part].mean(axis=axis) for sums in self.sums]
        return tuple(
            Sample(metric, m.name, "d", np.arange(len(x)), x)
            for m, x in zip(self.methods, means, strict=True)
        )

    def scored_cells(self, metric: str) -> frozenset[tuple[str, str]]:
        """Those of the parts."""
        named = metric in self.metrics[0].parts
        return frozenset((m.name, "d") for m in self.methods) if named else frozenset()

    def scores(self, metric: str) -> tuple[Scores, ...]:
        """Every run's part of every example."""
        part, (runs, n, _) = self.metrics[0].parts.index(metric), self.sums[0].shape
        keys = np.repeat(np.arange(runs), n), np.tile(np.arange(n), runs)
        return tuple(
            Scores(m.name, "d", *keys, x[:, :, part].ravel())
            for m, x in zip(self.methods, self.sums, strict=True)
        )


def summed(metric: Metric, sums: Tables) -> Summed:
    """Results of two methods."""
    methods, varies = tuple(Method(m, m) for m in "xy"), frozenset({"seed", "example"})
    return Summed((metric,), methods, (Dataset("d", "d"),), (), (), varies, sums=sums)


def linear(metric: Metric, sums: Tables, clusters: np.ndarray | None = None) -> Simulated:
    """The same with the pseudo-values as scores of a plain metric: what is tested, in a quarter of
    the time (tests/stats/test_rates.py holds the rows to what analyse() says).
    """
    cells, by_run = {}, {}
    for m, x in zip("xy", sums, strict=True):
        keys = np.arange(x.shape[1])
        one = sample(metric, (m, "d"), Grid(np.arange(len(x)), keys, x))
        cells[m, "d"] = {
            "values": one.values,
            "repeats": one.repeats,
            "within": one.within,
            "clusters": clusters,
        }
        by_run[m, "d"] = value(metric.corpus, x.sum(axis=1))
    return results(cells, unit=Unit.EXAMPLE, runs=by_run, varies=frozenset({"seed", "example"}))


def row(metric: Metric, draw: Draw, n: int, seeds: int, spread: float, gain: float = 0.0) -> Row:
    """n examples; spread: of the runs; gain: how much one is better, then size says nothing."""
    data = f"{metric.label}, {n:,} examples, {'seeds differ' if spread else 'seeds alike'}"
    data += f", one {'worse' if metric is WER else 'better'}" * bool(gain)

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        true, wrong, held = difference(metric, draw, spread, gain), 0, 0
        for _ in range(runs):
            found = primary(linear(metric, draw(rng, seeds, n, spread, gain)), DesignSpec())
            held += holds(found, true)
            wrong += not holds(found, true) if gain else decided(found)
        return Measured(wrong / runs, held / runs, runs, OF_PSEUDO)

    def drawn(rng: np.random.Generator, runs: int) -> Iterator[Simulated]:
        return (summed(metric, draw(rng, seeds, n, spread, gain)) for _ in range(runs))

    return Row(PATH, data, seeds, measure, drawn=drawn)


def difference(metric: Metric, draw: Draw, spread: float, gain: float) -> float:
    """The true one, of 2,000 runs, each on 5,000 examples of its own."""
    if not gain:
        return 0.0
    rng = np.random.default_rng(11)
    whole = [[x.sum(axis=1) for x in draw(rng, 1, 5_000, spread, gain)] for _ in range(2_000)]
    return float(np.subtract(*value(metric.corpus, np.array(whole)[:, :, 0]).mean(axis=0)))


def documents(rng: np.random.Generator, runs: int, groups: int) -> tuple[Tables, np.ndarray]:
    """(errors, words) of documents of 2 to 11 sentences, as hard but for chance; their clusters."""
    code = np.repeat(np.arange(groups), rng.integers(2, 12, groups))
    n = len(code)
    words, hard = 1 + rng.geometric(1 / 15, n), rng.beta(1, 4, groups)[code]
    made = []
    for _ in "ab":
        own = hard + rng.normal(0, 0.05, groups)[code] + rng.normal(0, 0.03, n)
        odds = np.clip(np.clip(own, 0, 1) + rng.normal(0, 0.05, (runs, n)), 0, 1)
        errors = rng.binomial(np.broadcast_to(words, odds.shape), odds)
        made.append(np.stack([errors, np.broadcast_to(words, errors.shape)], -1).astype(float))
    return (made[0], made[1]), code


def clustered(groups: int, seeds: int) -> Row:
    """Examples in clusters."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wrong, held = 0, 0
        for _ in range(runs):
            found = primary(linear(WER, *documents(rng, seeds, groups)), DesignSpec())
            wrong, held = wrong + decided(found), held + holds(found)
        return Measured(wrong / runs, held / runs, runs, OF_PSEUDO)

    return Row(f"{PATH}, clusters", f"WER, {groups} clusters, seeds alike", seeds, measure)


DATA = ((F1, labelled), (WER, transcribed))
SIZES = {
    0.0: ((50, 3), (50, 5), (50, 10), (50, 30), (200, 10), (1_000, 10)),
    0.5: ((50, 3), (50, 5), (50, 10), (200, 5), (1_000, 10)),
}
"""Spread of the seeds -> examples and seeds."""
ROWS = (
    *(
        row(metric, draw, n, seeds, spread)
        for metric, draw in DATA
        for spread, sizes in SIZES.items()
        for n, seeds in sizes
    ),
    *(
        row(metric, draw, 200, 5, 0.5, gain)
        for (metric, draw), gain in zip(DATA, (1.0, 0.3), strict=True)
    ),
    *(clustered(groups, 10) for groups in (10, 20, 50)),
)
