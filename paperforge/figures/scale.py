"""Limits, ticks and printed numbers of an axis: plain arithmetic, so layouts can be planned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
PADDING = 0.06
SHARED = 1.8
"""Panels share one scale where it is at most this many times as wide as the narrowest needs."""
SUFFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
LARGE = 1e4
HUGE = 1e16
MOST_DECIMALS = 5


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


def scale(low: float, high: float, most: int, *, pad: bool = True, roof: float = math.inf) -> Scale:
    """Return an axis for values from low to high with at most `most` ticks.

    roof: a value that the quantity cannot pass (100 %): the axis ends just above it.
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
    return Scale(low, high, ticks, numbers(ticks))


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


def numbers(values: Sequence[float]) -> tuple[str, ...]:
    """Print tick values alike: one number of decimals, k and M for thousands and millions."""
    largest = max(map(abs, values), default=0.0)
    factor, suffix = next(((f, s) for f, s in SUFFIXES if largest >= max(f, LARGE)), (1.0, ""))
    shown = [v / factor for v in values]
    digits = max((_decimals(v) for v in shown), default=0)
    if digits > MOST_DECIMALS or largest >= HUGE:
        return _exponents(values)
    return tuple(_minus(f"{v:.{digits}f}") + (suffix if v else "") for v in shown)


def _exponents(values: Sequence[float]) -> tuple[str, ...]:
    """Print values with as many digits as tell them apart."""
    said = [f"{v:.3g}" for v in values]
    for digits in range(4, 16):
        if len(set(said)) == len(set(values)):
            break
        said = [f"{v:.{digits}g}" for v in values]
    return tuple(map(_minus, said))


def number(value: float, precision: float) -> str:
    """Print a value so that a difference of `precision` shows, for sentences."""
    digits = 0 if precision <= 0 else max(0, min(6, 1 - math.floor(math.log10(precision))))
    return _minus(f"{value:.{digits}f}")


def together(spans: Iterable[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the limits that all panels can share, or None where one panel would be squeezed."""
    spans = list(spans)
    low, high = min(s[0] for s in spans), max(s[1] for s in spans)
    narrowest = min(s[1] - s[0] for s in spans)
    return (low, high) if high - low <= SHARED * narrowest else None


def _decimals(value: float) -> int:
    for digits in range(MOST_DECIMALS + 1):
        if math.isclose(round(value, digits), value, rel_tol=1e-9, abs_tol=1e-12):
            return digits
    return MOST_DECIMALS + 1


def _minus(text: str) -> str:
    text = text.replace("-", "−")
    return text[1:] if text.startswith("−") and not text.strip("−0.") else text
