"""Limits, ticks and printed numbers of an axis: plain arithmetic, so layouts can be planned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures import numerals

if TYPE_CHECKING:
    from collections.abc import Iterable

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
PADDING = 0.06
MOST_DECIMALS = 6
SMALL, LARGE = 1e-3, 1e7
"""In sentences: from here on values may be multiples of powers of ten."""
SHARED = 1.8
"""Panels share one scale where it is at most this many times as wide as the narrowest needs."""


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis: its limits, and where its ticks are and what they say."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def share(self, value: float) -> float:
        """Return where a value lies between the limits: 0 low, 1 high."""
        return (value - self.low) / (self.high - self.low)


def scale(
    low: float, high: float, most: int, *, pad: bool = True, roof: float = math.inf, of: str = ""
) -> Scale:
    """Return an axis for values from low to high with at most `most` ticks.

    roof: a value that the quantity cannot pass (100 %): the axis ends just above it; of: what it
    counts (numerals.of).
    """
    if not high > low:
        room = abs(low) * 0.05 or 0.5
        low, high = low - room, high + room
    if pad:
        room = PADDING * (high - low)
        if high <= roof:
            high = min(high + room, roof + room / 2)
        else:
            high += room
        low = low if low == 0 else low - room if low < 0 or low - room > 0 else 0.0
    ticks = _ticks(low, min(high, roof) if high <= roof * 1.1 else high, most)
    return Scale(low, high, ticks, numerals.linear(ticks, of))


def _ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Round numbers between low and high, at most `most` and at least two where that can be."""
    rough = (high - low) / max(most, 2)
    power = 10.0 ** math.floor(math.log10(rough))
    finer: tuple[float, ...] = ()
    for step in (*(s * power for s in STEPS), 20 * power):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        found = tuple(i * step for i in range(first, last + 1))
        if len(found) <= most:
            # One tick shows no scale: rather one or two too many than that.
            return found if len(found) > 1 or not finer else finer
        finer = found
    return finer


def number(value: float, precision: float) -> str:
    """Print a value so that a difference of `precision` shows, for sentences.

    Large and small ones as a multiple of a power of ten, to the same precision.
    """
    needed = 0 if precision <= 0 else max(0, 1 - math.floor(math.log10(precision)))
    size = abs(value)
    if (needed > MOST_DECIMALS and 0 < size < SMALL) or LARGE <= size < math.inf:
        return numerals.multiple(value, precision)
    return numerals.minus(f"{value:.{min(needed, MOST_DECIMALS)}f}")


def together(spans: Iterable[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the limits that all panels can share, or None where one panel would be squeezed."""
    spans = list(spans)
    low, high = min(s[0] for s in spans), max(s[1] for s in spans)
    narrowest = min(s[1] - s[0] for s in spans)
    return (low, high) if high - low <= SHARED * narrowest else None
