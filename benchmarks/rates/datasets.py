"""Datasets as a sample: sign flips of few, Wilcoxon's signed rank, Friedman before them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from paperforge.spec import DesignSpec, Unit
from paperforge.stats.contrast import Ask
from paperforge.stats.datasets import compare_pair
from paperforge.stats.ranks import friedman, midranks, rank
from paperforge.stats.wilcoxon import survival
from rates.row import NOMINAL, Measured, Row, Simulated, analysed, decided, holds, repeated, results

if TYPE_CHECKING:
    from collections.abc import Callable

FIVE = 5
OVER = DesignSpec(replicate=Unit.DATASET)


def every_sign(n: int) -> Row:
    """All signs of n continuous differences: the size whatever their symmetric distribution."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        sizes = rng.exponential(1, n)
        signs = 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) - 1
        found = [compare_pair(row, np.zeros(n), Ask()) for row in signs * sizes]
        wrong, held = (float(np.mean([f(c) for c in found])) for f in (decided, holds))
        return Measured(wrong, held, 0, found[0].test)

    return Row("datasets as a sample", "symmetric, continuous", n, measure)


def every_rank_sum(n: int) -> Row:
    """The same of Wilcoxon's test where the signs are too many to list: all sums of ranks."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        tail = survival(tuple(range(2, 2 * n + 1, 2)))
        mass = tail - np.append(tail[1:], 0.0)
        p = np.minimum(1, 2 * np.minimum(tail, tail[::-1]))
        wrong = float(mass[p < NOMINAL].sum())
        return Measured(wrong, None, 0, "Wilcoxon signed-rank, pseudomedian")

    return Row("datasets as a sample", "symmetric, continuous", n, measure)


def scored(n: int, methods: int, kind: str) -> Callable[[np.random.Generator], Simulated]:
    """Scores on n datasets that differ in how hard they are; no method is better."""

    def draw(rng: np.random.Generator) -> Simulated:
        noise = rng.standard_normal((methods, n))
        if kind == "unequal":
            noise *= np.geomspace(0.1, 10, n)
        if kind == "rounded":
            noise = np.rint(1.5 * noise)
        scores = noise + np.rint(10 * rng.standard_normal(n))
        return results(
            {(f"m{i}", f"d{d}"): scores[i, d : d + 1] for i in range(methods) for d in range(n)}
        )

    return draw


def signed_ranks(x: np.ndarray) -> np.ndarray:
    """The p of signed_rank() for rows of continuous differences, all at once."""
    n = x.shape[1]
    ranks = midranks(np.abs(x), 0.0)
    plus = np.rint(2 * (ranks * (x > 0)).sum(axis=1)).astype(int)
    tail = survival(tuple(range(2, 2 * n + 1, 2)))
    return np.minimum(1, 2 * np.minimum(tail[plus], tail[len(tail) - 1 - plus]))


def four_methods(n: int) -> Row:
    """Holm over the six pairs of four methods: its first step alone errs where none differ."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        scores = rng.normal(0, 1, (runs, n, 4)) + rng.normal(0, 2, (runs, n, 1))
        pairs = combinations(range(4), 2)
        smallest = np.min([signed_ranks(scores[..., a] - scores[..., b]) for a, b in pairs], axis=0)
        wrong = float((6 * smallest < NOMINAL).mean())
        return Measured(wrong, None, runs, "Wilcoxon signed-rank, Holm, family-wise")

    return Row("datasets as a sample, four methods", "normal", n, measure)


def omnibus(n: int, k: int) -> Row:
    """Friedman's test of k methods that do not differ."""

    def measure(rng: np.random.Generator, runs: int) -> Measured:
        # Where the p of F is used, the orders that are drawn beside it are not looked at.
        more = {"replicates": 1} if k == FIVE else {}
        found = [friedman(rank(x, higher=True), **more) for x in rng.standard_normal((runs, n, k))]
        size = float(np.mean([one.p < 0.05 for one in found]))
        return Measured(size, None, runs, f"Friedman, {found[0].how}")

    return Row("datasets as a sample, omnibus", f"{k} methods", n, measure)


ROWS = (
    *(every_sign(n) for n in (2, 3, 5, 7, 9, 10)),
    every_rank_sum(30),
    *(
        analysed("datasets as a sample", kind, n, repeated(scored(n, 2, kind)), OVER, shifts=False)
        for kind, n in ( ("unequal", 30),
            ("rounded", 9), ("rounded", 10), ("rounded", 30),
        )
    ),
    *(four_methods(n) for n in (10, 30)),
    *(omnibus(n, 3) for n in (2, 3, 5, 10, 30)),
    *(omnibus(n, 4) for n in (2, 3, 5, 10)),
    omnibus(10, 5),
    omnibus(30, 5),
)  # fmt: skip
