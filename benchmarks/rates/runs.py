"""Runs x examples, runs x tasks, and folds of cross-validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from paperforge.spec import DesignSpec, Unit
from paperforge.stats.contrast import Ask
from paperforge.stats.runs_bootstrap import aggregate_difference, aggregate_intervals
from paperforge.stats.runs_resample import estimate
from rates.row import (
    SEEDS,
    Measured,
    Row,
    Simulated,
    analysed,
    decided,
    holds,
    missed,
    repeated,
    results,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BY_SEED, BY_FOLD = DesignSpec(pair_by=("seed",)), DesignSpec(pair_by=("fold",))
BOTH = frozenset({"seed", "example"})
EXAMPLES, TASKS, REPLICATES = 50, 5, 400
POINTS, WIDTH = 100, 5
AT_ONCE = 200
LEVELS, DEVIATIONS = np.random.default_rng(10).uniform(0, 1, (2, TASKS, 1))


def crossed(
    runs: int, between: float, apart: float, noise: float, *, paired: bool = False
) -> Callable[[np.random.Generator], Simulated]:
    """Two methods, every run scored on the same 50 examples.

    Standard deviations: of runs, of the methods' difference over examples, of the rest. paired:
    half of the variance of a run is its seed's.
    """

    def draw(rng: np.random.Generator) -> Simulated:
        shared = rng.standard_normal(EXAMPLES)
        seed = rng.standard_normal((runs, 1)) if paired else 0.0
        share = np.sqrt(0.5) if paired else 1.0
        cells, by_run = {}, {}
        for m in "xy":
            run = share * rng.standard_normal((runs, 1)) + np.sqrt(0.5) * seed
            example = shared + apart / np.sqrt(2) * rng.standard_normal(EXAMPLES)
            table = example + between * run + noise * rng.standard_normal((runs, EXAMPLES))
            mean = table.mean(axis=0)
            cells[m, "d"] = {
                "values": mean,
                "repeats": np.full(EXAMPLES, runs),
                "within": ((table - mean) ** 2).sum(axis=0),
            }
            by_run[m, "d"] = table.mean(axis=1)
        return results(cells, unit=Unit.EXAMPLE, runs=by_run, varies=BOTH)

    return draw


def scored(rng: np.random.Generator, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    """Scores of shape (..., tasks, n); levels and spreads of the five tasks are always the same."""
    level, spread = (1.5 * LEVELS) ** 1.5, 0.05 + 0.45 * DEVIATIONS
    z = rng.standard_normal(shape)
    if kind == "exponential":
        return level + spread * rng.exponential(size=shape)
    if kind == "failures":  # three runs of ten learn nothing
        failed = rng.random(shape) < 0.3
        return np.where(failed, 0.05 * z, level + 0.5 + 0.3 * spread * z)
    return level + spread * z


def difference(kind: str, n: int, *, paired: bool, **bounds: float) -> Row:
    """IQMs of two methods that do not differ; paired: they share half of the variance."""
    path = f"seeds x tasks, IQM, {'paired' if paired else 'unpaired'}"

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wrong = held = 0
        for _ in range(runs):
            a, b = (scored(rng, kind, (TASKS, n)) for _ in "ab")
            if paired:
                both = scored(rng, kind, (TASKS, n))
                a, b = a + both, b + both
            found = aggregate_difference(
                list(a), list(b), "IQM", Ask(), paired=paired, replicates=REPLICATES
            )
            wrong += decided(found)
            held += holds(found)
        test = f"{'paired ' if paired else ''}bootstrap t of the IQM"
        return Measured(wrong / runs, held / runs, runs, test)

    return Row(path, f"5 tasks, {kind}", n, measure, **bounds)


def interval(kind: str, n: int, **bounds: float) -> Row:
    """The IQM of one method: how often its interval misses the true one."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        true = estimate(list(scored(np.random.default_rng(0), kind, (TASKS, 100_000))), "IQM")
        held = 0
        for _ in range(0, runs, AT_ONCE):  # of many methods at once the draws are the same
            many = [list(scored(rng, kind, (TASKS, n))) for _ in range(AT_ONCE)]
            for (one,) in aggregate_intervals(many, ["IQM"], replicates=REPLICATES):
                bounded = one.low is not None and one.high is not None
                held += bounded and one.low <= true <= one.high
        return Measured(1 - held / runs, held / runs, runs, "bootstrap t of the IQM")

    return Row("seeds x tasks, IQM of one method", f"5 tasks, {kind}", n, measure, **bounds)


def fold_scores(
    rng: np.random.Generator, runs: int, n: int, k: int, repeats: int, width: int = WIDTH
) -> np.ndarray:
    """Accuracy, fold by fold, of two nearest-centroid classifiers: shape (runs, repeats k, 2).

    They see `width` other features each, which tell the classes apart equally well, so that neither
    is better on average over training sets. All folds and repeats of a run use the same n points.
    """
    label = np.tile(np.repeat([0, 1], n // 2), (runs, 1))
    x = rng.normal(0, 1, (runs, n, 2 * width)) + 0.5 * label[:, :, None]
    scores = []
    for _ in range(repeats):
        order = rng.random((runs, n)).argsort(axis=1)
        fold = np.empty_like(order)
        np.put_along_axis(fold, order, np.arange(n)[None] % k, axis=1)
        member = fold[:, :, None] == np.arange(k)
        sums, sizes = [], []
        for c in (0, 1):
            there = (member & (label == c)[:, :, None]).astype(float)
            part, count = np.matmul(there.transpose(0, 2, 1), x), there.sum(axis=1)
            sums.append(part.sum(axis=1, keepdims=True) - part)
            sizes.append(count.sum(axis=1, keepdims=True) - count)
        centroids = [s / m[:, :, None] for s, m in zip(sums, sizes, strict=True)]
        near = [np.take_along_axis(c, fold[:, :, None], axis=1) for c in centroids]
        gap = (x - near[0]) ** 2 - (x - near[1]) ** 2
        halves = (gap[..., :width], gap[..., width:])
        right = np.stack([(g.sum(axis=2) > 0) == label for g in halves], axis=2)
        scores.append(np.matmul(member.transpose(0, 2, 1).astype(float), right) * k / n)
    return np.concatenate(scores, axis=1)


def folds(k: int, repeats: int, datasets: int = 1) -> Callable[..., Iterator[Simulated]]:
    """Cross-validation of the same 100 points with both methods."""
    names = [f"d{d}" for d in range(datasets)]

    def draw(rng: np.random.Generator, runs: int) -> Iterator[Simulated]:
        for _ in range(0, runs, AT_ONCE):
            made = [fold_scores(rng, AT_ONCE, POINTS, k, repeats) for _ in names]
            for i in range(AT_ONCE):
                cells = {
                    (m, d): made[j][i, :, c]
                    for c, m in enumerate("xy")
                    for j, d in enumerate(names)
                }
                yield results(cells, varies=frozenset({"fold"}), folds=dict.fromkeys(names, k))

    return draw


def same_folds(k: int, seeds: int, noise: float) -> Callable[..., Iterator[Simulated]]:
    """Seeds on the same k folds, averaged as a reading does; noise: sd of a seed, of a fold's 1.

    Differences of folds correlate by 1/k, as the corrected test takes them to.
    """

    def draw(rng: np.random.Generator, runs: int) -> Iterator[Simulated]:
        for _ in range(runs):
            gap = np.sqrt(1 / k) * rng.normal() + np.sqrt(1 - 1 / k) * rng.normal(size=k)
            x, y = noise * rng.normal(size=(2, seeds, k)).mean(axis=1)
            cells = {("x", "d"): x + gap, ("y", "d"): y}
            varies = frozenset({"seed", "fold"})
            yield results(cells, varies=varies, folds={"d": k}, fold_runs=(seeds, seeds))

    return draw


SKEWED = {3: 0.091, 5: 0.076, 10: 0.066}
FAILURES = {2: 0.112, 3: 0.103, 5: 0.084, 10: 0.085, 30: 0.076}
ROWS = (
    *(
        analysed("seeds x examples, unpaired", data, n, repeated(crossed(n, *spread)))
        for data, spread in (
            ("50 examples, runs as large", (0.1, 1.0, 0.3)),
            ("50 examples, all noise", (0.0, 0.3, 1.0)),
        )
        for n in SEEDS
    ),
    *(
        analysed(
            "seeds x examples, paired", "50 examples, runs as large", n,
            repeated(crossed(n, 0.1, 1.0, 0.3, paired=True)), BY_SEED,
        )
        for n in SEEDS
    ),
    *(difference("normal", n, paired=paired) for paired in (False, True) for n in SEEDS),
    *(difference("exponential", n, paired=False) for n in SEEDS[:4]),
    *(interval("normal", n) for n in SEEDS),
    *(interval("exponential", n, **missed(SKEWED.get(n))) for n in SEEDS),
    *(interval("failures", n, **missed(FAILURES[n])) for n in SEEDS),
    *(
        analysed("folds, paired", f"{r} x {k}-fold", r * k, folds(k, r), BY_FOLD, shifts=False)
        for k, r in ((2, 1), (3, 1), (5, 1), (10, 1), (10, 3), (5, 2))
    ),
    *(
        analysed(
            "folds, paired, 3 seeds on them", f"5-fold, seeds' sd {noise:g} of a fold's", 5,
            same_folds(5, 3, noise), BY_FOLD, shifts=False,
        )
        for noise in (0.0, 0.3)
    ),
    *(
        analysed("folds, unpaired", f"{r} x {k}-fold", r * k, folds(k, r), shifts=False)
        for k, r in ((2, 1), (3, 1), (5, 1), (10, 1), (10, 3))
    ),
    *(
        analysed(
            "folds, paired, datasets", f"3 datasets, {r} x {k}-fold", r * k, folds(k, r, 3),
            BY_FOLD, shifts=False,
        )
        for k, r in ((2, 1), (5, 1), (10, 1))
    ),
)  # fmt: skip
