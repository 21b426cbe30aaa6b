"""Seeds on fixed datasets: Welch, paired and stratified t; families, margins; printed means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from paperforge.model import Quote
from paperforge.spec import DesignSpec, Role
from rates.row import (
    METRIC,
    SEEDS,
    Row,
    Simulated,
    analysed,
    equivalences,
    families,
    missed,
    repeated,
    results,
)

Noise = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
BY_SEED = DesignSpec(pair_by=("seed",))
SPREADS = np.array([1, 1, 2, 0.5, 3])
"""Standard deviations on five datasets."""


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal."""
    return rng.standard_normal(shape)


def skewed(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Exponential, with mean 0."""
    return rng.exponential(1, shape) - 1


def one_dataset(na: int, nb: int, ratio: float, noise: Noise = normal) -> Callable[..., Simulated]:
    """Independent runs of two methods; standard deviations `ratio` : 1."""
    return lambda rng: results(
        {("x", "d"): ratio * noise(rng, (na,)), ("y", "d"): noise(rng, (nb,))}
    )


def matched_runs(n: int, noise: Noise) -> Callable[..., Simulated]:
    """Two methods with the same seeds: differences are `noise`, what is shared varies more."""

    def draw(rng: np.random.Generator) -> Simulated:
        shared = 2 * rng.standard_normal(n)
        return results({("x", "d"): shared + noise(rng, (n,)), ("y", "d"): shared})

    return draw


def several(n: int, datasets: int, *, own_seeds: bool = False) -> Callable[..., Simulated]:
    """Independent runs on datasets of unequal spread. own_seeds: no seed is on two datasets."""

    def draw(rng: np.random.Generator) -> Simulated:
        noise = rng.standard_normal((2, datasets, n)) * SPREADS[:datasets, None]
        return results(
            {
                (m, f"d{d}"): {
                    "values": noise[i, d] + d,
                    "keys": np.arange(n) + own_seeds * 100 * d,
                }
                for i, m in enumerate("xy")
                for d in range(datasets)
            }
        )

    return draw


def uneven(n: tuple[int, int], spreads: Sequence[tuple[float, float]]) -> Callable[..., Simulated]:
    """Independent runs, of each method so many; spreads: of the two methods on each dataset."""

    def draw(rng: np.random.Generator) -> Simulated:
        return results(
            {
                (m, f"d{d}"): pair[i] * rng.standard_normal(n[i]) + d
                for d, pair in enumerate(spreads)
                for i, m in enumerate("xy")
            }
        )

    return draw


ONE_WIDE = ((10.0, 10.0), (1.0, 1.0), (1.0, 1.0))
UNEQUAL = (("3 datasets, sd 10 : 1 : 1", ONE_WIDE), ("4 datasets, sd 1", ONE_WIDE[1:] * 2))
ONE_WILD = ((20.0, 1.0), *(((1.0, 1.0),) * 7))


def shared(n: int) -> Callable[..., Simulated]:
    """Four datasets on which a run is well or badly off together.

    Taken for independent, they would reject in .32.
    """

    def draw(rng: np.random.Generator) -> Simulated:
        run, noise = rng.standard_normal((2, n)), 0.3 * rng.standard_normal((2, 4, n))
        cells = {(m, f"d{d}"): run[i] + noise[i, d] for i, m in enumerate("xy") for d in range(4)}
        return results(cells, shared_runs=True)

    return draw


def few_decimals(n: int, datasets: int) -> Callable[..., Simulated]:
    """Runs written to one decimal: two standard deviations of one method, ten of the other.

    The means lie anywhere between two such decimals, on every dataset anew.
    """

    def draw(rng: np.random.Generator) -> Simulated:
        means = rng.uniform(50, 51, datasets)
        runs = rng.standard_normal((2, datasets, n)) * np.array([0.01, 0.05])[:, None, None]
        scores = (runs + means[:, None]).round(1)
        return results(
            {(m, f"d{d}"): scores[i, d] for i, m in enumerate("xy") for d in range(datasets)}
        )

    return draw


def printed(n: int, datasets: int, sd: float = 1.0) -> Callable[..., Simulated]:
    """Means and standard deviations of n runs, printed to one decimal."""

    def draw(rng: np.random.Generator) -> Simulated:
        runs = sd * rng.standard_normal((2, datasets, n))
        means, sds = runs.mean(2).round(1), runs.std(2, ddof=1).round(1)
        places = {(m, f"d{d}"): (i, d) for i, m in enumerate("xy") for d in range(datasets)}
        return results(
            {at: means[i, d : d + 1] for at, (i, d) in places.items()},
            quoted={at: Quote(float(sds[place]), "sd", n, 1) for at, place in places.items()},
        )

    return draw


def against_four(n: int) -> Callable[..., Simulated]:
    """Ours and four baselines, none better."""
    roles = {"x": Role.OURS} | dict.fromkeys("pqrs", Role.BASELINE)
    return lambda rng: results(
        {(m, "d"): v for m, v in zip(roles, rng.standard_normal((5, n)), strict=True)}, roles=roles
    )


def at_the_margin(n: int) -> Callable[..., Simulated]:
    """Two methods that differ by the margin, three standard deviations."""
    metric = replace(METRIC, margin=3.0)
    return lambda rng: results(
        {("x", "d"): rng.normal(3, 1, n), ("y", "d"): rng.normal(0, 1, n)}, metric=metric
    )


def welch() -> list[Row]:
    """Nothing matches the runs of two methods."""
    rows = []
    for n in SEEDS:
        for ratio in (1, 3, 10):
            data, few = f"normal, sd {ratio} : 1", n <= 3 and ratio == 10
            bounds = missed(0.061 if few else None)
            least = 0.018 if n == 2 else 0.03
            drawn = repeated(one_dataset(n, n, ratio))
            rows.append(analysed("seeds, unpaired", data, n, drawn, least=least, **bounds))
        drawn = repeated(one_dataset(n, n, 1, skewed))
        rows.append(analysed("seeds, unpaired", "exponential", n, drawn))
    for na, nb in ((2, 3), (2, 10), (3, 10), (5, 30), (10, 30)):
        for ratio in (1, 3):
            drawn = repeated(one_dataset(na, nb, ratio))
            rows.append(
                analysed("seeds, unpaired", f"normal, sd {ratio} : 1", f"{na}, {nb}", drawn)
            )
    return rows


ROWS = (
    *welch(),
    *(
        analysed(
            "seeds, paired", "normal", n, repeated(matched_runs(n, normal)), BY_SEED, least=0.04
        )
        for n in SEEDS
    ),
    *(
        analysed(
            "seeds, paired", "exponential", n, repeated(matched_runs(n, skewed)), BY_SEED,
            **missed(size),
        )
        for n, size in zip(SEEDS, (0.091, 0.112, 0.116, 0.102, 0.073), strict=True)
    ),
    *(
        analysed("seeds, unpaired, datasets", f"{d} datasets, normal", n, repeated(several(n, d)))
        for d in (2, 5)
        for n in SEEDS
    ),
    *(
        analysed(
            "seeds, unpaired, datasets", data, f"{few}, {many}",
            repeated(uneven((few, many), spreads)),
        )
        for data, spreads in UNEQUAL
        for few, many in ((2, 10), (3, 10), (5, 30))
    ),
    *(
        analysed(
            "seeds, unpaired, datasets", f"2 datasets, sd {x:g} : {y:g}", f"{few}, {many}",
            repeated(uneven((few, many), ((x, y), (x, y)))),
        )
        for few, many in ((2, 3), (3, 5), (3, 10))
        for x, y in ((1.0, 3.0), (3.0, 1.0))
    ),
    *(
        analysed(
            "seeds, unpaired, datasets", "8 datasets, one mean sd 20 : 1", n,
            repeated(uneven((n, n), ONE_WILD)), **missed(size),
        )
        for n, size in ((2, 0.110), (3, 0.071), (5, 0.057))
    ),
    *(
        analysed(
            "seeds, paired, datasets", "5 datasets, normal", n, repeated(several(n, 5)), BY_SEED,
            least=0.04,
        )
        for n in SEEDS
    ),
    *(
        analysed(
            "seeds, paired, datasets", "5 datasets, own seeds", n,
            repeated(several(n, 5, own_seeds=True)), BY_SEED,
        )
        for n in SEEDS
    ),
    *(
        analysed(
            "one run on all datasets, unpaired", "4 datasets, normal", n,
            repeated(shared(n)),
        )
        for n in SEEDS
    ),
    *(
        analysed(
            "one run on all datasets, paired", "4 datasets, normal", n,
            repeated(shared(n)), BY_SEED, least=0.04,
        )
        for n in SEEDS
    ),
    *(
        analysed(
            path, data, n, repeated(printed(n, d)), shifts=False,
            **missed(0.057 if (n, d) == (30, 1) else None),
        )
        for path, data, d in (
            ("printed means", "normal, one decimal", 1),
            ("printed means, datasets", "5 datasets, one decimal", 5),
        )
        for n in SEEDS
    ),
    analysed(
        "printed means", "normal, sd .1, one decimal", 30, repeated(printed(30, 1, 0.1)),
        shifts=False,
    ),
    *(
        analysed(
            path, "sd .01 : .05, one decimal", n, repeated(few_decimals(n, d)), shifts=False
        )
        for path, d in (("scores of one decimal", 1), ("scores of one decimal, 3 datasets", 3))
        for n in (3, 5, 10)
    ),
    *(
        families("seeds, ours against four", "normal", n, repeated(against_four(n)), DesignSpec())
        for n in SEEDS
    ),
    *(
        equivalences("seeds, margin", "3 sd apart, the margin", n, repeated(at_the_margin(n)))
        for n in SEEDS
    ),
)  # fmt: skip
