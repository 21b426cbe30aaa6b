"""What pairing would have gained: correlations of two methods over equal seeds."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from paperforge.stats.means import match

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from paperforge.stats.cells import Cell, Cells
    from paperforge.stats.compare import Compared

    Gain = tuple[float, float]
    """A correlation over matched seeds, and the paired over the unpaired standard error."""
    Pair = tuple[Cell, Cell]

FEWEST = 3
"""Pairs that a correlation needs."""
ALIKE = 1e100
"""Sizes of values no further apart than this are scaled together: their squares are numbers."""
ONE_BY_ONE = 2000
"""Comparisons times datasets up to which each is looked at for itself."""
MOST = 1 << 22
"""Products of a matrix at once."""


def correlated(cells: Cells, found: Sequence[Compared]) -> list[Gain]:
    """Of each comparison on a dataset whose seeds say something; those with the same seeds at once.

    In the order of the datasets.
    """
    places: dict[str, list[Pair]] = defaultdict(list)
    table = cells.table
    for c in found:
        if c.scope is None:
            continue
        a, b = table.get((c.a, c.scope)), table.get((c.b, c.scope))
        if a is not None and b is not None and a.keyed and b.keyed and a.sd > 0 and b.sd > 0:
            places[c.scope].append((a, b))
    return [gain for pairs in places.values() for gain in of_dataset(pairs)]


def of_primary(cells: Cells, found: Sequence[Compared]) -> list[Gain]:
    """Of each primary comparison, over all of its datasets together, where its seeds say something.

    Of averages over several datasets: squares and products of each dataset added up, as the
    standard error of their average does; of the averages of a seed where seeds are averaged first.
    Where there are too many comparisons for one at a time: of each on a dataset.
    """
    primary = [c for c in found if c.primary] or list(found)
    if len(primary) * len(cells.datasets) > ONE_BY_ONE:
        pairs = {(c.a, c.b) for c in primary}
        return correlated(cells, [c for c in found if (c.a, c.b) in pairs])
    made = []
    for c in primary:
        sums = _sums(_pairs(cells, c))
        if sums is not None and min(sums[:2]) > 0:
            made.append(_gain(*sums))
    return made


def _pairs(cells: Cells, c: Compared) -> list[Pair]:
    """What pairing would match: the two cells of each dataset, or the averages over them."""
    if c.contrast.test.endswith(" averages"):
        left, right = cells.averages.get(c.a), cells.averages.get(c.b)
        return [] if left is None or right is None else [(left, right)]
    places = cells.datasets if c.scope is None else (c.scope,)
    made = []
    for place in places:
        a, b = cells.table.get((c.a, place)), cells.table.get((c.b, place))
        if a is None or b is None or not (a.keyed and b.keyed):
            return []
        made.append((a, b))
    return made


def _sums(pairs: Sequence[Pair]) -> tuple[float, float, float] | None:
    """Squares of both and products, each dataset's as the variance of its mean counts them."""
    size = max((max(a.size, b.size) for a, b in pairs), default=0.0)
    xx, yy, xy = 0.0, 0.0, 0.0
    for a, b in pairs:
        pair = match(a, b)
        if pair.n < FEWEST:
            return None
        x, y = (pair.a - pair.a.mean()) / size, (pair.b - pair.b.mean()) / size
        weight = pair.n * (pair.n - 1)
        xx, yy = xx + float(x @ x) / weight, yy + float(y @ y) / weight
        xy += float(x @ y) / weight
    return (xx, yy, xy) if pairs else None


def _gain(xx: float, yy: float, xy: float) -> Gain:
    return xy / (math.sqrt(xx) * math.sqrt(yy)), math.sqrt(max(0.0, 1 - 2 * xy / (xx + yy)))


def of_dataset(pairs: Sequence[Pair]) -> Iterator[Gain]:
    """Of all comparisons on one dataset."""
    import numpy as np

    every = {cell.method: cell for pair in pairs for cell in pair}
    first = next(iter(every.values()))
    sizes = [cell.size for cell in every.values()]
    same = max(sizes) <= ALIKE * min(sizes) and all(
        np.array_equal(cell.keys, first.keys) for cell in every.values()
    )
    if not same or len(every) * len(first.keys) > MOST:
        each = (gain(a, b) for a, b in pairs)
        yield from (one for one in each if one is not None)
    elif len(first.keys) >= FEWEST:
        place = {method: i for i, method in enumerate(every)}
        values = np.array([cell.values for cell in every.values()]) / max(sizes)
        at = np.array([(place[a.method], place[b.method]) for a, b in pairs])
        yield from together(values, at)


def together(values: np.ndarray, at: np.ndarray) -> Iterator[Gain]:
    """Of rows of values, shape (m, n), for pairs of rows, shape (p, 2)."""
    import numpy as np

    apart = values - values.mean(axis=1, keepdims=True)
    products = apart @ apart.T
    squares = products.diagonal()
    xx, yy, xy = squares[at[:, 0]], squares[at[:, 1]], products[at[:, 0], at[:, 1]]
    sure = np.minimum(xx, yy) > 0
    xx, yy, xy = xx[sure], yy[sure], xy[sure]
    ratios = np.sqrt(np.maximum(0.0, 1 - 2 * xy / (xx + yy)))
    yield from zip((xy / (np.sqrt(xx) * np.sqrt(yy))).tolist(), ratios.tolist(), strict=True)


def gain(a: Cell, b: Cell) -> Gain | None:
    """Of one comparison over the seeds that both have; None where they are too few."""
    pair = match(a, b)
    if pair.n < FEWEST:
        return None
    x, y = (pair.a - pair.a.mean()) / pair.size, (pair.b - pair.b.mean()) / pair.size
    xx, yy, xy = float(x @ x), float(y @ y), float(x @ y)
    if min(xx, yy) <= 0:
        return None
    return xy / (math.sqrt(xx) * math.sqrt(yy)), math.sqrt(max(0.0, 1 - 2 * xy / (xx + yy)))
