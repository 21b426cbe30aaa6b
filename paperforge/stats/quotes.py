"""Cells of numbers that somebody printed: a mean with its spread and number of runs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperforge.model import Quote
    from paperforge.stats.cells import Cell

NO_SPREAD, NO_NUMBER = "no spread is reported", "no number of runs is reported"
EXAMPLES = "examples"
"""What n counts where a share of examples stands alone."""


def quoted(cell: Cell, quote: Quote) -> Cell:
    """The cell as the paper prints it: n runs with their spread, where it says both.

    A half width of an interval is taken for that of a t interval over the n runs. The spread is
    taken to have as many decimals as the mean.
    """
    n, se = quote.n, printed_error(quote)
    if quote.kind == EXAMPLES and n > 1:
        return replace(cell, counted=quote)
    if se is None:
        sd = quote.spread if quote.kind in ("", "sd") else None
        return replace(cell, lacking=lacking(n, quote.spread), stated=(n, sd))
    sd, half = se * math.sqrt(n), 0.0 if quote.digits is None else 0.5 * 10.0**-quote.digits
    return replace(
        cell,
        n=n,
        sd=sd,
        variance=se * se,
        df=n - 1.0,
        keyed=False,
        quoted=True,
        half=half,
        half_spread=half * sd / (quote.spread or 1.0),
    )


def printed_error(quote: Quote) -> float | None:
    """The standard error of a printed mean; None: its spread or number of runs is not printed."""
    from scipy.special import stdtrit

    n, spread = quote.n, quote.spread
    if n <= 1 or not spread or spread < 0:
        return None
    se = spread
    if quote.kind.startswith("ci"):
        level = float(quote.kind.removeprefix("ci") or 95) / 100
        se = spread / float(stdtrit(n - 1, (1 + level) / 2))
    elif quote.kind != "se":
        se = spread / math.sqrt(n)
    return se


def bare(reason: str) -> bool:
    """Whether a printed mean is a bare number, which nothing tests, by why it is not compared."""
    return reason.startswith((NO_SPREAD, NO_NUMBER))


def lacking(n: int, spread: float | None) -> str:
    """What keeps a printed mean from being compared."""
    if spread is None:
        return NO_SPREAD
    if spread <= 0:
        return f"a spread of {spread:g} is reported"
    return NO_NUMBER if n < 1 else "a spread of one run is reported"
