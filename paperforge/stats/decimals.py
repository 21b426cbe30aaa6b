"""How many decimals the scores of a metric have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from paperforge.spec import Metric
    from paperforge.stats.cells import Cell

MOST = 6
"""Decimals that count as few; of scores with more, rounding is far below any spread."""
EPSILON = 2.0**-49
"""Relative error of a decimal number as a double, times a power of ten."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """The decimals that all scores of a metric share."""

    half: float
    """Half a unit of the last one, stored units."""
    decimals: int
    """As printed."""

    @property
    def words(self) -> str:
        """Write "1 decimal", "0 decimals"."""
        return f"{self.decimals} decimal{'' if self.decimals == 1 else 's'}"


def rounding(cells: Iterable[Cell], metric: Metric) -> Rounding | None:
    """The fewest decimals that all runs of a metric can be written with; None: more than MOST.

    None for whole numbers too, which are counts and no rounded ones, unless in per cent.
    """
    import numpy as np

    arrays = [c.values for c in cells if c.n > 1 and not c.quoted]
    if not arrays or fewest(arrays[0][:1]) is None:
        return None
    values = np.concatenate(arrays)
    decimals = fewest(values)
    if decimals is None:
        return None
    if decimals == 0 and not (metric.unit == "%" and metric.scale == 1 and abs(values).max() > 1):
        return None
    power = math.log10(abs(metric.scale)) if metric.scale else 0.0
    return Rounding(0.5 * 10.0**-decimals, max(0, decimals - round(power)))


def fewest(values: np.ndarray) -> int | None:
    """Decimals with which all values are written, at most MOST; None: they have more."""
    import numpy as np

    for decimals in range(MOST + 1):
        moved = values * 10.0**decimals
        if (np.abs(moved - np.rint(moved)) <= EPSILON * np.abs(moved)).all():
            return decimals
    return None
