"""Lines of very many points, thinned so that the picture stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS_PER_PT = 20
"""Columns in a TeX point: finer than print, and than the width of any line."""
EACH = 4
"""Points that stay of a column: the first, the lowest, the highest, the last."""


def places(
    xs: Sequence[float],
    lines: Sequence[Sequence[float]],
    columns: int,
    always: Sequence[int] = (),
) -> Sequence[int] | None:
    """Return which points to draw of lines over the same n rising xs; None: all of them.

    Of each of `columns` equal parts of the range of x the first and the last point stay, and of
    each line the lowest and the highest (M4: Jugel, Jerzak, Hackenbroich and Markl 2014, PVLDB
    7(10)). So every line covers the same heights of each column, and enters and leaves it where it
    did. always: points that stay whatever they are.
    """
    import numpy as np

    if len(xs) <= columns * EACH:
        return None
    x = np.asarray(xs, dtype=float)
    share = (x - x[0]) / (x[-1] - x[0])
    column = np.minimum((share * columns).astype(np.int64), columns - 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    ends = np.append(starts[1:], len(x)) - 1
    kept = [starts, ends, np.array(always, dtype=np.int64)]
    for line in lines:
        y = np.asarray(line, dtype=float)
        for values in (y, -y):
            lowest = np.minimum.reduceat(values, starts)
            hit = np.flatnonzero(values == lowest[np.cumsum(np.diff(column, prepend=-1) != 0) - 1])
            _, first = np.unique(column[hit], return_index=True)
            kept.append(hit[first])
    return [int(i) for i in np.unique(np.concatenate(kept))]
