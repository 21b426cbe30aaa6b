"""The replicates of a cell as a box or a violin: quartiles, whiskers, density."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.model import Distribution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Aggregate

REACH = 1.5
"""Interquartile ranges from the box to the end of a whisker, at most (Tukey 1977)."""
POINTS = 65
"""Places at which a density is known."""


def distributions(aggregates: Sequence[Aggregate]) -> tuple[Distribution, ...]:
    """Summarise the cells whose replicates are known; averages and quoted means have none."""
    return tuple(
        summarised(a)
        for a in aggregates
        if a.values and a.dataset is not None and a.mean is not None and not a.only_mean
    )


def summarised(a: Aggregate) -> Distribution:
    """Summarise one cell, in its own units."""
    assert a.dataset is not None
    low, middle, high = quartiles(a.values)
    reach = REACH * (high - low)
    inside = [v for v in a.values if low - reach <= v <= high + reach]
    grid, density = kernel(a.values)
    return Distribution(
        a.metric,
        a.method,
        a.dataset,
        a.values,
        (low, middle, high),
        (min([low, *inside]), max([high, *inside])),
        grid,
        density,
    )


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the quartiles by linear interpolation of the order statistics.

    Source: Hyndman & Fan 1996 (The American Statistician 50(4)), definition 7.
    """
    order = sorted(values)

    def at(share: float) -> float:
        place = share * (len(order) - 1)
        below = math.floor(place)
        above = min(below + 1, len(order) - 1)
        return order[below] + (place - below) * (order[above] - order[below])

    return at(0.25), at(0.5), at(0.75)


HUGE = 1e150
"""Squares of larger numbers overflow."""


def kernel(values: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return (places, density) of a Gaussian kernel estimate between the extreme values.

    Bandwidth sd n^(-1/5) (Scott 1992, Multivariate Density Estimation, 6.3). Nothing beyond the
    data, where nobody measured; () where all values are equal.
    """
    import numpy as np

    x = np.asarray(values, dtype=float)
    size = float(np.abs(x).max())
    scale = 1.0 if size < HUGE else math.ldexp(1.0, math.frexp(size)[1] - 1)
    x, size = x / scale, size / scale
    if len(x) < 2 or float(x.max() - x.min()) <= 1e-12 * size:  # noqa: PLR2004  two make a spread
        return (), ()
    width = float(x.std(ddof=1)) * len(x) ** -0.2
    grid = np.linspace(x.min(), x.max(), POINTS)
    parts = np.exp(-0.5 * ((grid[:, None] - x) / width) ** 2)
    density = parts.sum(axis=1) / (len(x) * width * math.sqrt(2 * math.pi))
    return tuple((grid * scale).tolist()), tuple((density / scale).tolist())
