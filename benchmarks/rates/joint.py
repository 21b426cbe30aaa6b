"""Families by their joint distribution (max-T, Romano and Wolf), and the best-set."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from paperforge.stats.best import best_set, best_set_blocks
from paperforge.stats.simultaneous import Mean, Simultaneous, independent
from paperforge.stats.simultaneous_matched import matched
from rates.row import NOMINAL, SEEDS, Measured, Row

FOUR = np.hstack([np.ones((4, 1)), -np.eye(4)])
"""Ours against each of four others."""
FAR = np.array([0.0, 0.0, 0.0, 9.0, 9.0])
"""What two of the four are off by, in standard deviations, where not all are equal."""
DRAWS, FLIPS = 999, 399
"""Replicates in each simulation. Where signs are flipped p = (b + 1) / (B + 1) holds its level with
any number of them; where each |t| is read by its share among them, 99 are too few (.07)."""
METHODS = 6
ENOUGH_EXAMPLES = (50, 100)
"""Matched examples, from 50 on of which signs are flipped for a whole family."""
Family = Callable[[np.random.Generator, np.ndarray, int], Simultaneous]


def of_seeds(n: int) -> Family:
    """Independent runs of ours and four others; standard deviations 1, 1, 2, 1/2, 1."""
    spread = np.array([1, 1, 2, 0.5, 1])

    def draw(rng: np.random.Generator, shift: np.ndarray, run: int) -> Simultaneous:
        x = rng.standard_normal((5, n)) * spread[:, None] + shift[:, None] * spread.max()
        means = [
            Mean(float(m), float(v) / n, n - 1.0)
            for m, v in zip(x.mean(1), x.var(1, ddof=1), strict=True)
        ]
        return independent(FOUR, means, seed=run, replicates=DRAWS)

    return draw


def of_examples(n: int) -> Family:
    """Graded scores of five methods on n examples: t with 5 df, and what an example is for all."""

    def draw(rng: np.random.Generator, shift: np.ndarray, run: int) -> Simultaneous:
        scores = rng.standard_t(5, (n, 5)) + 2 * rng.standard_normal((n, 1)) + shift
        return matched([scores @ FOUR.T], [np.arange(n)], seed=run, replicates=FLIPS)

    return draw


def max_t(path: str, data: str, n: int, family: Family, **bounds: float) -> Row:
    """Nothing differs: wrong where any p is small, held where all intervals at once hold 0."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wrong = held = 0
        for run in range(runs):
            found = family(rng, np.zeros(5), run)
            wrong += any(p is not None and p < NOMINAL for p in found.p_adjusted)
            held += all(
                low is None or high is None or low <= 0 <= high
                for low, high in zip(found.low, found.high, strict=True)
            )
        return Measured(wrong / runs, held / runs, runs, "max-t, family-wise")

    return Row(path, data, n, measure, **bounds)


def step_down(path: str, data: str, n: int, family: Family, **bounds: float) -> Row:
    """Two of the four are far off: wrong where one of the other two is claimed."""
    nulls = [i for i, gap in enumerate(FOUR @ FAR) if not gap]

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wrong = 0
        for run in range(runs):
            p = family(rng, FAR, run).p_stepdown
            wrong += any((one := p[i]) is not None and one < NOMINAL for i in nulls)
        return Measured(wrong / runs, None, runs, "romano-wolf, family-wise")

    return Row(path, data, n, measure, **bounds)


def best_of_runs(data: str, n: int, sizes: np.ndarray, sd: np.ndarray, **bounds: float) -> Row:
    """Six methods, all best: how often the first is left out."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wrong = 0
        for run in range(runs):
            means = rng.standard_normal(METHODS) * sd / np.sqrt(sizes)
            variances = sd**2 / sizes * rng.chisquare(sizes - 1) / (sizes - 1)
            found = best_set(means, variances, sizes - 1.0, replicates=FLIPS, seed=run)
            wrong += not found.members[0]
        return Measured(wrong / runs, None, runs, "max-t against the best")

    return Row("best-set, seeds", data, n, measure, **bounds)


def best_of_blocks(n: int, **bounds: float) -> Row:
    """Six methods, all best, on n datasets (or examples) that are hard for all."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        wrong, test = 0, ""
        for run in range(runs):
            scores = rng.standard_normal((n, METHODS)) + 2 * rng.standard_normal((n, 1))
            found = best_set_blocks(scores, replicates=FLIPS, seed=run)
            wrong += not found.members[0]
            test = found.test
        return Measured(wrong / runs, None, runs, test)

    return Row("best-set, datasets or examples", "normal, correlated", n, measure, **bounds)


def of_best() -> list[Row]:
    """The best-set, of equal methods."""
    rows = [best_of_runs("normal", n, np.full(METHODS, n), np.ones(METHODS)) for n in SEEDS]
    for n in SEEDS:
        few = np.arange(METHODS) % 2
        sizes, sd = np.where(few, 3 * n, n), np.where(few, 1.0, 2.0)
        rows.append(best_of_runs("sd 2 : 1, a third as many where it is 2", n, sizes, sd))
    return rows + [best_of_blocks(n) for n in SEEDS]


ROWS = (
    *(max_t("seeds, ours against four, max-t", "normal, sd 2 : 1 : 1/2", n, of_seeds(n))
      for n in SEEDS),
    *(step_down("seeds, ours against four, Romano-Wolf", "two are worse", n, of_seeds(n))
      for n in SEEDS),
    *(max_t("examples, ours against four, max-t", "graded, t with 5 df", n, of_examples(n))
      for n in ENOUGH_EXAMPLES),
    *(step_down("examples, ours against four, Romano-Wolf", "two are worse", n, of_examples(n))
      for n in ENOUGH_EXAMPLES),
    *of_best(),
)  # fmt: skip
