"""Names beside the points of a scatter plot, where they fit without touching anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 30
"""More points than this get a legend."""
AWAY_PT = (4.6, 7.5, 11.0)
"""Distances from a point at which its name is tried."""
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
"""Right, left, above, below, then the corners."""
AIR_PT = 0.8
SOFT_COST = 1.0
FAR_COST = 0.4


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle on the page, in TeX points."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Rect) -> bool:
        """Whether they overlap, with a little air."""
        return (
            self.left < other.right + AIR_PT
            and other.left < self.right + AIR_PT
            and self.bottom < other.top + AIR_PT
            and other.bottom < self.top + AIR_PT
        )

    def inside(self, other: Rect) -> bool:
        """Whether it lies within another."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.bottom >= other.bottom
            and self.top <= other.top
        )


def around(x: float, y: float, half: float) -> Rect:
    """Return the square around a point."""
    return Rect(x - half, y - half, x + half, y + half)


def place(  # noqa: PLR0917 - what there is to avoid, apart
    points: Sequence[tuple[float, float]],
    widths: Sequence[float],
    size: float,
    room: Rect,
    taken: Sequence[Rect],
    soft: Sequence[Rect] = (),
) -> list[tuple[float, float]]:
    """Return the lower left corner of each name's box, or [] where one finds no free place.

    points, widths: of n names, their points on the page and how wide they are set, in TeX points;
    size: of the text. taken: what no name may touch; soft: what it should not. Crowded points
    choose first; each takes the cheapest of the free places around it.
    """
    if len(points) > MOST:
        return []
    order = sorted(range(len(points)), key=lambda i: -_crowd(points, i))
    used = list(taken)
    found: list[tuple[float, float]] = [(0.0, 0.0)] * len(points)
    for i in order:
        best: tuple[float, Rect] | None = None
        for ring, away in enumerate(AWAY_PT):
            for rank, side in enumerate(SIDES):
                box = _beside(points[i], side, away, widths[i], size)
                if not box.inside(room) or any(box.meets(one) for one in used):
                    continue
                cost = ring * FAR_COST + rank * 0.01 + SOFT_COST * sum(map(box.meets, soft))
                if best is None or cost < best[0]:
                    best = (cost, box)
        if best is None:
            return []
        used.append(best[1])
        found[i] = (best[1].left, best[1].bottom)
    return found


def _crowd(points: Sequence[tuple[float, float]], at: int) -> float:
    x, y = points[at]
    near = [abs(x - a) / 3 + abs(y - b) for i, (a, b) in enumerate(points) if i != at]
    return sum(1 / (1 + d) for d in near)


def _beside(
    point: tuple[float, float], side: tuple[int, int], away: float, width: float, size: float
) -> Rect:
    """The box of a name on one side of a point; text is as high as its ascenders."""
    (x, y), (across, up) = point, side
    high = 0.95 * size
    shift = away if not (across and up) else away * 0.72
    left = x + shift if across > 0 else x - shift - width if across < 0 else x - width / 2
    bottom = y + shift if up > 0 else y - shift - high if up < 0 else y - high / 2
    return Rect(left, bottom, left + width, bottom + high)
