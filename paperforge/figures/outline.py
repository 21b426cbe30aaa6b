"""The points of a line that its picture needs: the others lie under what these draw.

A line with x rising, drawn with a round pen of radius r, covers at every x the heights between two
envelopes: of the upper and of the lower half circles around its points. (The heights that the pen
covers at one x, from points of the line within r of it, are intervals that move on without a gap.)
A point that has no part in either envelope can go. What is left is joined by lines that must not
leave the covered area: where one would, more of the points between its ends stay.

Lengths are TeX points of the page.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

FINE = 1 / 1000
"""Of points so close together only the highest and the lowest are looked at."""
NEAR = 1 / 600
"""How far a drawn line may be from the true one, sideways."""
LOSS = 1 / 800
"""The same upwards."""
BEND = 1 / 2000
"""How far a point may lie from the line between its neighbours to be on it."""
AREA = 4e-5
"""What an envelope may lose with a point, in square points."""
BESIDE = 15
"""Columns of NEAR: where the true line reaches a height within so many to the left and to the
right, their half circles stand for the one between."""
ROUNDS = 200
TRIES = 15
"""Places along a line between two kept points where it is held against the true one."""


def places(x: np.ndarray, y: np.ndarray, radius: float, always: Sequence[int] = ()) -> np.ndarray:
    """Return the indices of the points to join, rising: the picture is that of all n points.

    x, y: n numbers on the page, x rising; radius: of the pen; always: points that stay.
    """
    import numpy as np

    bent = straightened(x, y)
    x, y = x[bent], y[bent]
    upper, lower = _envelope(x, y, radius), _envelope(x, -y, radius)
    ends = np.array([0, len(x) - 1], dtype=np.int64)
    kept = _joined(x, y, np.unique(np.concatenate([ends, upper, lower])))
    return np.union1d(bent[kept], np.array(always, dtype=np.int64))


def straightened(x: np.ndarray, y: np.ndarray, bend: float = BEND) -> np.ndarray:
    """Return the indices of points that the line turns at: others lie on lines between these."""
    import numpy as np

    at, idle = np.arange(len(x)), 0
    for turn in range(ROUNDS):
        a, b, c = at[:-2], at[1:-1], at[2:]
        across, up = x[c] - x[a], y[c] - y[a]
        area = np.abs(across * (y[b] - y[a]) - up * (x[b] - x[a]))
        between = (y[b] >= np.minimum(y[a], y[c]) - bend) & (y[b] <= np.maximum(y[a], y[c]) + bend)
        gone = between & (area <= bend * np.hypot(across, up))
        gone[turn % 2 :: 2] = False  # never two beside each other
        idle = 0 if gone.any() else idle + 1
        if idle > 1:
            break
        at = np.concatenate([at[:1], b[~gone], at[-1:]])
    return at


def _envelope(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    """The points that the upper envelope of half circles around all points needs."""
    import numpy as np

    at, idle = highest(np.floor(x / FINE).astype(np.int64), y), 0
    for turn in range(ROUNDS):
        a, b, c = at[:-2], at[1:-1], at[2:]
        left, right = (_cross(x[i], y[i], x[j], y[j], radius) for i, j in ((a, b), (b, c)))
        gone = right <= left  # hidden by its neighbours: the highest at any x never is
        if not gone.any():
            seen = right - left
            gone = (seen <= FINE) | (_loss(x, y, (a, b, c), radius) <= AREA / seen)
            gone[turn % 2 :: 2] = False
        idle = 0 if gone.any() else idle + 1
        if idle > 1:
            break
        at = np.concatenate([at[:1], b[~gone], at[-1:]])
    return at


def _cross(
    xa: np.ndarray, ya: np.ndarray, xb: np.ndarray, yb: np.ndarray, radius: float
) -> np.ndarray:
    """Where the half circle around b comes to lie over that around a, which is left of it."""
    import numpy as np

    across, up = xb - xa, yb - ya
    edge = np.sqrt(np.maximum(across * (2 * radius - across), 0.0))
    half = np.hypot(across, up) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = np.sqrt(np.maximum(radius**2 - half**2, 0.0)) * up / (2 * half)
    found = np.where(up >= edge, xb - radius, np.where(up <= -edge, xa + radius, 0.0))
    found = np.where(np.abs(up) < edge, (xa + xb) / 2 - shift, found)
    crossed: np.ndarray = np.where(across >= 2 * radius, (xa + xb) / 2, found)
    return crossed


def _loss(
    x: np.ndarray, y: np.ndarray, at: tuple[np.ndarray, np.ndarray, np.ndarray], radius: float
) -> np.ndarray:
    """By how much the envelope falls at most without the middle one of three points."""
    import numpy as np

    a, b, c = at
    place = _cross(x[a], y[a], x[c], y[c], radius)

    def top(of: np.ndarray) -> np.ndarray:
        inside = radius**2 - (place - x[of]) ** 2
        return np.where(inside >= 0, y[of] + np.sqrt(np.maximum(inside, 0.0)), -np.inf)

    with np.errstate(invalid="ignore"):
        lost: np.ndarray = np.nan_to_num(top(b) - np.minimum(top(a), top(c)), nan=np.inf)
    return lost


def _joined(x: np.ndarray, y: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Add points until every line between two of them is near the true one."""
    import numpy as np

    edges = np.arange(x[0], x[-1] + 2 * NEAR, NEAR)
    first = np.searchsorted(x, edges)  # the true line's range in columns of NEAR, its edges too
    on_edge = np.interp(edges, x, y)
    groups = np.append(first, len(x))
    low, high = (
        pick(pick(on_edge[:-1], on_edge[1:]), _ranges(pick, y, groups[:-1], on_edge)[:-1])
        for pick in (np.minimum, np.maximum)
    )
    reached = [
        (_within(np.minimum, low, *span), _within(np.maximum, high, *span))
        for span in ((1, 1), (BESIDE, 0), (0, BESIDE))
    ]
    share = np.arange(1, TRIES + 1) / (TRIES + 1)
    wrong = np.column_stack([kept[:-1], kept[1:]])
    for turn in range(ROUNDS):
        wrong = wrong[wrong[:, 1] - wrong[:, 0] > 1]
        if not len(wrong):
            break
        a, b = wrong[:, :1], wrong[:, 1:]
        over = x[a] + share * (x[b] - x[a])
        at = y[a] + share * (y[b] - y[a])
        column = np.clip(((over - x[0]) / NEAR).astype(np.int64), 0, len(low) - 1)
        hit = [(at >= low[column] - LOSS) & (at <= high[column] + LOSS) for low, high in reached]
        bad = ~(hit[0] | (hit[1] & hit[2])).all(axis=1)
        a, b = wrong[bad].T
        new = [a + 1, b - 1] if turn == 0 else [(a + b) // 2]
        kept = np.union1d(kept, np.concatenate(new))
        borders = [a, *new, b]
        wrong = np.concatenate([np.column_stack(pair) for pair in pairwise(borders)])
    return kept


def _ranges(pick: np.ufunc, y: np.ndarray, starts: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """The lowest or highest of each group of y; of one without points what `empty` says."""
    import numpy as np

    found = empty.copy()
    filled = np.diff(starts, append=len(y)) > 0
    if filled.any():
        found[filled] = pick.reduceat(y, starts[filled])
    return found


def _within(pick: np.ufunc, columns: np.ndarray, left: int, right: int) -> np.ndarray:
    """The lowest or highest of each column with so many on its left and right."""
    import numpy as np

    padded = np.pad(columns, (left, right), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, left + right + 1)
    found: np.ndarray = pick.reduce(windows, axis=1)
    return found


def highest(groups: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the index of the highest y of each group (rising numbers); the first of equals."""
    import numpy as np

    starts = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
    of = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(y)))
    hit = np.flatnonzero(y == np.maximum.reduceat(y, starts)[of])
    return hit[np.unique(of[hit], return_index=True)[1]]
