"""Logarithmic axes: limits, ticks at decades or at 1, 2, 5, and short numbers over many sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures import numerals, scale
from paperforge.figures.scale import Scale
from paperforge.figures.sheet import set_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from paperforge.figures.palette import Look

PADDING = 0.06
ARROW_PT = 3.4
GOES_ON = (
    " Arrowhead at the axis: the interval goes on to 0 or below, which a logarithmic axis does not "
    "show."
)
FEW = 3
"""Decades without fewer ticks than this are divided at 2 and 5."""


@dataclass(frozen=True, slots=True)
class LogScale(Scale):
    """A logarithmic axis; limits above 0."""

    def share(self, value: float) -> float:
        """Return where a value lies between the limits: 0 low, 1 high."""
        return math.log(value / self.low) / math.log(self.high / self.low)


def log_scale(low: float, high: float, most: int, *, pad: bool = True, of: str = "") -> LogScale:
    """Return a logarithmic axis for values from low to high, above 0, with at most `most` ticks.

    of: what it counts (numerals.of).
    """
    if not high > low * (1 + 1e-9):
        low, high = low / 2, high * 2
    room = PADDING * math.log10(high / low) if pad else 0.0
    low, high = low / 10**room, high * 10**room
    ticks = _ticks(low, high, most)
    if not ticks:  # narrower than from 1 to 2: a linear axis' ticks
        ticks = tuple(t for t in scale.scale(low, high, most, pad=False).ticks if low <= t <= high)
        return LogScale(low, high, ticks, numerals.linear(ticks, of))
    return LogScale(low, high, ticks, numerals.logarithmic(ticks, of))


def _ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Powers of ten, or these with 2 and 5; empty where fewer than two lie within."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = [10.0**k for k in range(first, last + 1)]
    if len(powers) >= FEW or len(powers) >= most:
        step = math.ceil(len(powers) / max(most, 2))
        return tuple(powers[::step])
    for digits in ((1, 2, 5), (1, 3), (1,)):
        found = tuple(
            d * 10.0**k
            for k in range(first - 1, last + 1)
            for d in digits
            if low <= d * 10.0**k * (1 + 1e-9) and d * 10.0**k <= high * (1 + 1e-9)
        )
        if 2 <= len(found) <= most:  # noqa: PLR2004 - one tick shows no scale
            return found
    return ()


def set_log(axes: Axes, x: Scale, y: Scale) -> None:
    """Make the axes logarithmic whose scale is, with these ticks and no others."""
    from matplotlib.ticker import NullLocator

    if isinstance(x, LogScale):
        axes.set_xscale("log")
        set_ticks(axes.xaxis, x)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(x.low, x.high)
    if isinstance(y, LogScale):
        axes.set_yscale("log")
        set_ticks(axes.yaxis, y)
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylim(y.low, y.high)


def goes_on(axes: Axes, look: Look, *, x: float | None = None, y: float | None = None) -> None:
    """Draw the arrowhead of an interval that goes on to 0 or below: at the left, or below.

    x, y: where it stands on the other axis; one of them is given.
    """
    across = axes.get_xlim()[0] if x is None else x
    up = axes.get_ylim()[0] if y is None else y
    axes.plot(
        [across], [up], linestyle="none", marker="<" if x is None else "v", color=look.colour,
        markersize=ARROW_PT, markeredgewidth=0, zorder=look.front, clip_on=False,
    )  # fmt: skip


def positive(values: Sequence[float]) -> bool:
    """Whether all values can stand on a logarithmic axis."""
    return all(v > 0 for v in values)
