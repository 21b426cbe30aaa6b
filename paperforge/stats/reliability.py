"""Calibration: how often answers of a confidence are right, bin by bin, and the error as a number.

Definitions of bins and errors: Guo, Pleiss, Sun & Weinberger 2017 (ICML), equations 2 to 5; bins of
equal mass: Naeini, Cooper & Hauskrecht 2015 (AAAI). Bin b is ((b - 1) / B, b / B]; the first holds
0 as well.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.model import Bin, Reliability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Binned


def reliability(cells: Sequence[Binned], level: float) -> tuple[Reliability, ...]:
    """Summarise the counts of every method and dataset (Results.confidences)."""
    return tuple(_one(cell, level) for cell in cells)


def _one(cell: Binned, level: float) -> Reliability:
    bins = tuple(
        _bin(edges, *counted, level) for edges, counted in zip(cell.edges, cell.counts, strict=True)
    )
    total = sum(b.n for b in bins)
    gaps = [(b.n, abs(b.accuracy - b.confidence)) for b in bins if b.n]
    return Reliability(
        cell.metric,
        cell.method,
        cell.dataset,
        bins,
        ece=math.fsum(n * gap for n, gap in gaps) / total,
        largest=max(gap for _, gap in gaps),
        n=total,
        runs=cell.runs,
        binning=cell.binning,
        level=level,
        asked=cell.asked,
    )


def _bin(  # noqa: PLR0917  what is counted of a bin
    edges: tuple[float, float], n: int, examples: int, right: float, confidence: float, level: float
) -> Bin:
    """Summarise a bin; several runs' answers to one example count as one for the interval."""
    if not n:
        return Bin(*edges, 0, math.nan, math.nan, math.nan, math.nan)
    share = right / n
    return Bin(*edges, n, confidence / n, share, *wilson(share, examples, level))


def wilson(share: float, n: int, level: float) -> tuple[float, float]:
    """Return Wilson's score interval of a share of n. Source: Wilson 1927, JASA 22(158)."""
    from scipy.special import ndtri

    z2 = float(ndtri((1 + level) / 2)) ** 2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)
