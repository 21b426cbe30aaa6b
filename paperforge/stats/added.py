"""Answers that are all alike on one dataset and not on another: two are added, one of each kind.

A method that is right on all of 20 examples has no spread there. Where another mean of the same
comparison has one, a t test takes those 20 for certain: 50 examples against 500, .99 right on
both, differ in .45 of cases at .05. Price and Bonett 2004, Comput. Stat. Data Anal. 45(3):449-456,
add to each of the proportions of a linear function 2 / m right and 2 / m wrong answers, m their
number (Agresti and Caffo 2000, Am. Stat. 54(4) for two); Bonett and Price 2012, J. Educ. Behav.
Stat. 37(4):479-488, one to each cell of the examples that only one method has right. Here that is
done where nothing varies and nowhere else, and the interval is Student's, so that all other
comparisons are the ones that other programs make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ADDED = ", two answers added"
"""Ends the name of such a test."""


@dataclass(frozen=True, slots=True)
class Level:
    """A mean of n values, its variance and the degrees of freedom of that."""

    n: int
    mean: float
    variance: float
    df: float


def lopsided(variances: Iterable[float]) -> bool:
    """Whether some means vary and some do not."""
    there = [v > 0 for v in variances]
    return any(there) and not all(there)


def share(n: int, value: float, over: int) -> Level:
    """The mean of n answers that all score `value`, with 1 / D right and 1 / D wrong ones more.

    over: D, the datasets that are averaged. n >= 1 (clusters count as one answer each).
    """
    weight = 1 / over
    return _more(n, value, weight, weight, 2 * weight)


def difference(n: int, value: float, over: int) -> Level:
    """The mean of n differences that all are `value`, with 1 / D of 1 and 1 / D of -1 more."""
    return _more(n, value, 0.0, 2 / over, 2 / over)


def _more(n: int, value: float, added: float, squares: float, count: float) -> Level:
    whole = n + count
    mean = (n * value + added) / whole
    spread = (n * value * value + squares) / whole - mean * mean
    return Level(n, mean, spread / (whole - 1), whole - 1)
