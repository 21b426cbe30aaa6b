"""Metrics of sums over examples, every run scored on the same ones: runs and examples drawn anew.

Two methods that do not differ: examples are as hard for both, but for chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from paperforge.model import Sample, Scores
from paperforge.spec import Dataset, DesignSpec, Direction, Method, Metric, Unit
from paperforge.stats.corpus import value
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.corpus_crossed import Grid, pseudo_values, sample
from paperforge.stats.crossed import FEW, OF_PSEUDO
from rates.row import Measured, Row, Simulated, decided, holds, primary, results

F1 = Metric("f1", "F1", Direction.HIGHER, corpus="f1", parts=("tp", "fp", "fn"))
WER = Metric("wer", "WER", Direction.LOWER, corpus="error-rate", parts=("errors", "words"))
PATH, POSITIVE = "seeds x examples, sums", 0.3
AT_ONCE = 1_000_000
"""Numbers of one part that are drawn together."""
Tables = tuple[np.ndarray, np.ndarray]
Draw = Callable[..., Tables]


def labelled(
    rng: np.random.Generator, shape: tuple[int, int, int], spread: float, gain: float
) -> Tables:
    """(tp, fp, fn) of two classifiers, shape (studies, runs, examples, 3). spread: of the runs."""
    studies, runs, n = shape
    gold, easy = rng.random((studies, 1, n)) < POSITIVE, rng.standard_normal((studies, 1, n))
    made = []
    for more in (gain, 0.0):
        own = easy + 0.5 * rng.standard_normal((studies, 1, n))
        bias = spread * rng.standard_normal((2, studies, runs, 1))
        score = np.where(gold, 1.3 + more + bias[0], bias[1] - 1.5) + own
        said = score + 0.7 * rng.standard_normal(shape) > 0
        made.append(np.stack([gold & said, ~gold & said, gold & ~said], -1).astype(float))
    return made[0], made[1]


def transcribed(
    rng: np.random.Generator, shape: tuple[int, int, int], spread: float, gain: float
) -> Tables:
    """(errors, words) of two recognisers: skewed lengths, most sentences with few errors."""
    studies, runs, n = shape
    words, rate = 1 + rng.geometric(1 / 15, (studies, 1, n)), rng.beta(0.5, 2, (studies, 1, n))
    made = []
    for more in (gain, 0.0):
        own = np.clip(rate + rng.normal(0, 0.05, (studies, 1, n)), 0, 1)
        times = 1 + more + 0.5 * spread * rng.standard_normal((studies, runs, 1))
        made.append(spoken(rng, words, times * own + rng.normal(0, 0.05, shape)))
    return made[0], made[1]


def spoken(rng: np.random.Generator, words: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """(errors, words) of sentences of so many words, at these error rates."""
    words = np.broadcast_to(words, rate.shape)
    return np.stack([rng.binomial(words, np.clip(rate, 0, 1)), words], -1).astype(float)


def documents(rng: np.random.Generator, runs: int, groups: int) -> tuple[Tables, np.ndarray]:
    """(errors, words) of documents of 2 to 11 sentences, as hard but for chance; their clusters."""
    code = np.repeat(np.arange(groups), rng.integers(2, 12, groups))
    n = len(code)
    words, hard = 1 + rng.geometric(1 / 15, n), rng.beta(1, 4, groups)[code]
    made = []
    for _ in "ab":
        own = hard + rng.normal(0, 0.05, groups)[code] + rng.normal(0, 0.03, n)
        made.append(spoken(rng, words, own + rng.normal(0, 0.05, (runs, n))))
    return (made[0], made[1]), code


def reach(kind: str, tables: Tables) -> tuple[np.ndarray, np.ndarray]:
    """Estimate of every study and half of its 95 % interval: crossed.two_way() of many at once."""
    of_runs, squares, twice, uncertain, estimate = (np.zeros(len(tables[0])) for _ in range(5))
    _, seeds, n, _ = tables[0].shape
    apart: np.ndarray = np.zeros(())
    for sign, x in zip((1, -1), tables, strict=True):
        scores, added = value(kind, x.sum(axis=2)), pseudo_values(kind, x)
        variance, mean = scores.var(axis=1, ddof=1) / seeds, added.mean(axis=1)
        within, df = ((added - mean[:, None]) ** 2).sum(axis=(1, 2)), (seeds - 1) * (n - 1)
        rest = np.maximum(0, within - n * variance * seeds * (seeds - 1)) / df / (seeds * n)
        estimate, apart = estimate + sign * scores.mean(axis=1), apart + sign * mean
        of_runs, squares = of_runs + variance, squares + variance**2 / (seeds - 1)
        twice, uncertain = twice + rest, uncertain + rest**2 / df
    of_examples = apart.var(axis=1, ddof=1) / n
    none = squares == 0
    df = np.where(none, 2 * (seeds - 1), of_runs**2 / np.where(none, 1, squares))
    whole = np.maximum.reduce([of_runs + of_examples - twice, of_runs, of_examples])
    joint = whole**2 / (uncertain + of_runs**2 / df + of_examples**2 / (n - 1))
    left = np.maximum.reduce([0 * twice, of_examples - twice, twice - of_runs])
    own = stdtrit(df, 0.025) ** 2 * of_runs + stdtrit(n - 1, 0.025) ** 2 * left
    return estimate, np.where(df < FEW, np.sqrt(own), -stdtrit(joint, 0.025) * np.sqrt(whole))


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
        if metric not in self.metrics[0].parts:
            return ()
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
    """The same with the pseudo-values as scores of a plain metric, which takes less time."""
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
        true, missed, most = difference(metric, draw, spread, gain), 0, AT_ONCE // (seeds * n)
        for start in range(0, runs, most):
            shape = (min(most, runs - start), seeds, n)
            estimate, half = reach(metric.corpus, draw(rng, shape, spread, gain))
            missed += int((np.abs(estimate - true) > half).sum())
        return Measured(missed / runs, 1 - missed / runs, runs, OF_PSEUDO)

    def drawn(rng: np.random.Generator, runs: int) -> Iterator[Simulated]:
        for _ in range(runs):
            a, b = draw(rng, (1, seeds, n), spread, gain)
            yield summed(metric, (a[0], b[0]))

    return Row(PATH, data, seeds, measure, drawn=drawn)


def difference(metric: Metric, draw: Draw, spread: float, gain: float) -> float:
    """The true one, of 2,000 runs, each on 5,000 examples of its own."""
    if not gain:
        return 0.0
    rng, shape = np.random.default_rng(11), (100, 1, 5_000)
    whole = [[x.sum(axis=2) for x in draw(rng, shape, spread, gain)] for _ in range(20)]
    return float(np.subtract(*value(metric.corpus, np.array(whole)).mean(axis=(0, 2, 3))))


def clustered(groups: int, seeds: int) -> Row:
    """Examples in clusters."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wrong, held = 0, 0
        for _ in range(runs):
            found = primary(linear(WER, *documents(rng, seeds, groups)), DesignSpec())
            wrong, held = wrong + decided(found), held + holds(found)
        return Measured(wrong / runs, held / runs, runs, OF_PSEUDO)

    return Row(f"{PATH}, clusters", f"WER, {groups} clusters, seeds alike", seeds, measure)


DATA = ((F1, labelled, 1.0), (WER, transcribed, 0.3))
SIZES = tuple((n, seeds) for n in (50, 200, 1_000) for seeds in (3, 5, 10))
ROWS = (
    *(
        row(metric, draw, n, seeds, spread)
        for metric, draw, _ in DATA
        for spread in (0.0, 0.5)
        for n, seeds in SIZES
    ),
    *(row(metric, draw, 50, 30, 0.0) for metric, draw, _ in DATA),
    *(row(metric, draw, 200, 5, 0.5, gain) for metric, draw, gain in DATA),
    clustered(50, 10),
)
