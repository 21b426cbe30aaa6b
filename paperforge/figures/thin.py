"""Lines and bands of very many points, thinned so that the picture stays as it is.

What the pen hides is left out (`outline.py`). A dashed line that goes up and down so often that its
dashes lie over each other is solid there, however many points it has. Of a band, which has no pen,
each column keeps how its edge's heights are distributed (`noise.py`): that is how dark it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures import noise, outline

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

FEW = 2000
"""Lines of so many points or fewer are left as they are."""
BIN_PT = 2.0
SOLID = 5.0
"""Where a line goes so many times over the same heights, its dashes lie over each other."""
COLUMNS_PER_PT = 20
"""Of a band's edge."""
RANKS = (0.0, 0.03, 0.15, 0.5, 0.85, 0.97, 1.0)
"""Heights of a column that are kept, by their rank."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that is drawn at once."""

    at: np.ndarray
    """Indices of its points."""
    solid: bool
    offset: float
    """Length of the line before it, in TeX points: where in its pattern a dashed piece begins."""


def pieces(
    x: np.ndarray, y: np.ndarray, radius: float, *, dashed: bool, always: Sequence[int] = ()
) -> list[Piece]:
    """Return the parts of a line to draw, and of each the points.

    x, y: n places on the page in TeX points, x rising; radius: of the pen; always: points that
    stay.
    """
    import numpy as np

    if not dashed:
        at = outline.places(x, y, radius, always) if len(x) > FEW else np.arange(len(x))
        return [Piece(at, solid=True, offset=0.0)]
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    made = []
    for first, last, solid in _runs(x, y, length):
        part = slice(first, last + 1)
        inside = [i - first for i in always if first <= i <= last]
        if len(x) <= FEW:
            at = np.arange(last + 1 - first)
        elif solid:
            at = outline.places(x[part], y[part], radius, inside)
        else:
            at = outline.straightened(x[part], y[part], outline.BEND / 10)
            at = np.union1d(at, inside).astype(np.int64)
        made.append(Piece(at + first, solid, float(length[first])))
    return made


def _runs(x: np.ndarray, y: np.ndarray, length: np.ndarray) -> list[tuple[int, int, bool]]:
    """Return first and last point of the parts of a line, and whether each is drawn solid."""
    import numpy as np

    column = ((x - x[0]) / BIN_PT).astype(np.int64)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    ends = np.append(starts[1:], len(x) - 1)
    high = np.maximum(np.maximum.reduceat(y, starts), y[ends])
    tall = high - np.minimum(np.minimum.reduceat(y, starts), y[ends])
    wild = length[ends] - length[starts] > SOLID * np.hypot(BIN_PT, tall)
    changes = np.flatnonzero(np.diff(wild)) + 1
    borders = [0, *starts[changes].tolist(), len(x) - 1]
    kinds = [bool(wild[0]), *wild[changes].tolist()]
    return list(zip(borders[:-1], borders[1:], kinds, strict=True))


def edge(x: np.ndarray, y: np.ndarray, outward: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the m places and heights of a line that covers what a band's edge of n points does.

    x, y: on the page in TeX points, x rising; outward: 1 for an upper edge, -1 for a lower one.
    Noise becomes few strokes (`noise.py`). Else the heights of each column are put in order, as its
    ends say whether rising or falling, and a few of them stay.
    """
    import numpy as np

    columns = max(1, int((x[-1] - x[0]) * COLUMNS_PER_PT))
    if len(x) <= max(FEW, columns * len(RANKS)):
        return x, y
    found = noise.strokes(x, y, outward)
    if found is not None:
        return found
    along, up = noise.spread(x, y)
    column = ((along - x[0]) / (x[-1] - x[0]) * columns).astype(np.int64)
    kept = noise.heights(np.minimum(column, columns - 1), up, columns)
    some = kept.counts > 0
    kept = noise.Heights(kept.sorted, kept.starts[some], kept.counts[some])
    ranks = np.array(RANKS)
    last = kept.starts + kept.counts - 1
    falling = up[last] < up[kept.starts]
    ordered = np.where(falling[:, None], 1 - ranks, ranks)
    heights = kept.at(ordered).ravel()
    places = along[
        (kept.starts[:, None] + np.round(ranks * (kept.counts[:, None] - 1))).astype(np.int64)
    ]
    bent = outline.straightened(places.ravel(), heights)
    return places.ravel()[bent], heights[bent]
