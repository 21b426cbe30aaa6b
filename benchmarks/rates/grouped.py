"""Examples in clusters, and items that are in many datasets: CR2, scaled for unequal clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from paperforge.spec import Unit
from rates.row import SEEDS, Row, Simulated, analysed, missed, repeated, results

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WITHIN = 0.2
"""Correlation of differences within a cluster."""
UNEQUAL = {"unequal": (4, 18, 32, 46, 60), "one big": (4,) * 9 + (40,)}
HARMONIC = tuple(200 // (g + 1) for g in range(15))


def clustered(
    sizes: Sequence[int], datasets: int = 1, *, skewed: bool = False
) -> Callable[[np.random.Generator], Simulated]:
    """Clusters of these sizes on every dataset, each dataset with its own.

    CR1 with G - 1 degrees of freedom rejects in .09 of the unequal ones and .17 of those with one
    big one.
    """
    codes = np.repeat(np.arange(len(sizes)), sizes)

    def draw(rng: np.random.Generator) -> Simulated:
        cells = {}
        for d in range(datasets):
            of_cluster = rng.standard_normal(len(sizes))
            if skewed:
                of_cluster = rng.exponential(1, len(sizes)) - 1
            apart = np.sqrt(WITHIN) * of_cluster[codes]
            apart += np.sqrt(1 - WITHIN) * rng.standard_normal(len(codes))
            base = rng.standard_normal(len(codes))
            where = {"clusters": codes + 1000 * d, "keys": np.arange(len(codes)) + 100_000 * d}
            cells["x", f"d{d}"] = {"values": base + (1 + d) * apart, **where}
            cells["y", f"d{d}"] = {"values": base, **where}
        return results(cells, unit=Unit.EXAMPLE)

    return draw


def right_or_wrong(groups: int, size: int) -> Callable[[np.random.Generator], Simulated]:
    """0/1 answers; clusters differ in how often the two disagree, and in whom it favours."""
    codes = np.repeat(np.arange(groups), size)

    def draw(rng: np.random.Generator) -> Simulated:
        share, side = rng.uniform(0, 0.4, groups)[codes], rng.beta(2, 2, groups)[codes]
        right = rng.random(len(codes)) < 0.7
        apart, first = rng.random(len(codes)) < share, rng.random(len(codes)) < side
        pair = (np.where(apart, first, right), np.where(apart, ~first, right))
        return results(
            {
                (m, "d"): {"values": v.astype(float), "clusters": codes}
                for m, v in zip("xy", pair, strict=True)
            },
            unit=Unit.EXAMPLE,
        )

    return draw


def unmatched(sizes: Sequence[int]) -> Callable[[np.random.Generator], Simulated]:
    """Other examples for each method, in clusters of these sizes that only it has."""
    codes = np.repeat(np.arange(len(sizes)), sizes)

    def draw(rng: np.random.Generator) -> Simulated:
        cells = {}
        for at, m in enumerate("xy"):
            values = np.sqrt(WITHIN) * rng.standard_normal(len(sizes))[codes]
            values += np.sqrt(1 - WITHIN) * rng.standard_normal(len(codes))
            cells[m, "d"] = {
                "values": values,
                "clusters": codes + 1000 * at,
                "keys": np.arange(len(codes)) + 100_000 * at,
            }
        return results(cells, unit=Unit.EXAMPLE)

    return draw


def harmonic(groups: int) -> Callable[[np.random.Generator], Simulated]:
    """0/1 answers in clusters of 200, 100, 66, 50, ...; each method has its own luck with each."""
    sizes = [max(1, 200 // (g + 1)) for g in range(groups)]
    codes = np.repeat(np.arange(groups), sizes)

    def draw(rng: np.random.Generator) -> Simulated:
        cells = {}
        for m in "xy":
            right = rng.beta(2, 2, groups)[codes]
            values = (rng.random(len(codes)) < right).astype(float)
            cells[m, "d"] = {"values": values, "clusters": codes}
        return results(cells, unit=Unit.EXAMPLE)

    return draw


def items(n: int, datasets: int) -> Callable[[np.random.Generator], Simulated]:
    """The same n items on every dataset; half of the variance of a difference is the item's."""

    def draw(rng: np.random.Generator) -> Simulated:
        own = rng.standard_normal(n)
        cells = {}
        for d in range(datasets):
            base = rng.standard_normal(n)
            cells["x", f"d{d}"] = base + (1 + d) * (own + rng.standard_normal(n))
            cells["y", f"d{d}"] = base
        return results(cells, unit=Unit.EXAMPLE)

    return draw


def rows() -> list[Row]:
    """Equal clusters, unequal ones, answers, several datasets, items."""
    path = "examples in clusters"
    made = [analysed(path, "20 each, normal", g, repeated(clustered((20,) * g))) for g in SEEDS]
    made += [
        analysed(path, f"{name}, normal", len(sizes), repeated(clustered(sizes)))
        for name, sizes in UNEQUAL.items()
    ]
    made += [
        analysed(
            path,
            "20 each, exponential",
            g,
            repeated(clustered((20,) * g, skewed=True)),
            **missed(size),
        )
        for g, size in zip(SEEDS, (0.057, 0.073, 0.080, 0.073, 0.065), strict=True)
    ]
    made += [analysed(path, "20 each, 0/1", g, repeated(right_or_wrong(g, 20))) for g in SEEDS]
    made += [
        analysed(path, "200, 100, 66, ... each, 0/1", g, repeated(harmonic(g))) for g in (15, 50)
    ]
    made.append(
        analysed(f"{path}, unmatched", "200, 100, 66, ... each", 15, repeated(unmatched(HARMONIC)))
    )
    made += [
        analysed(f"{path}, datasets", "3 datasets, 10 each", g, repeated(clustered((10,) * g, 3)))
        for g in SEEDS
    ]
    made += [
        analysed(f"{path}, datasets", f"3 datasets, {name}", len(of), repeated(clustered(of, 3)))
        for name, of in (("unequal", UNEQUAL["unequal"]), ("200, 100, 66, ... each", HARMONIC))
    ]
    made += [
        analysed("items in many datasets", "3 datasets, normal", n, repeated(items(n, 3)))
        for n in SEEDS
    ]
    return made


ROWS = tuple(rows())
