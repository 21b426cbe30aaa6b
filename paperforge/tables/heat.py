"""Shading: where a value lies between the worst and the best that it is compared with.

The colours run from white to one blue, lighter to darker all the way, so that a grey copy keeps the
order; black text stays readable on the darkest (contrast 10 : 1 by WCAG 2.1).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from paperforge.spec import Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Cell

DARKEST = (0.55, 0.74, 0.93)
"""Red, green and blue of the best, 0 to 1; the worst is white."""
STEPS = 20
"""So many shades between them: what lies closer looks alike."""


def shaded(cells: Sequence[Cell], direction: Direction | None) -> list[Cell]:
    """The cells with their heat, 0 (worst) to 1 (best), by the printed values of those with one.

    Left alone where the direction is not known, or all print alike.
    """
    numbers = [None if c.value is None else Decimal(c.printed.replace(",", "")) for c in cells]
    filled = [number for number in numbers if number is not None]
    if direction is None or not filled or min(filled) == max(filled):
        return list(cells)
    low, span = min(filled), max(filled) - min(filled)
    shares = [None if n is None else float((n - low) / span) for n in numbers]
    if direction is Direction.LOWER:
        shares = [None if share is None else 1 - share for share in shares]
    return [cell._replace(heat=share) for cell, share in zip(cells, shares, strict=True)]


def colour(heat: float) -> tuple[float, float, float]:
    """Red, green and blue, each 0 to 1 with three decimals, in one of STEPS shades."""
    share = round(heat * STEPS) / STEPS
    red, green, blue = (round(1 - share * (1 - end), 3) for end in DARKEST)
    return red, green, blue
