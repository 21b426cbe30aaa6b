"""Two answers more, a right and a wrong one, so that few answers do not pass for certain.

Where nothing matches the answers of two methods, two are added to each of them: Agresti and Caffo
2000, Am. Stat. 54(4):280-288, for two proportions. Price and Bonett 2004, Comput. Stat. Data Anal.
45(3):449-456, add 2 / m right and 2 / m wrong ones to each of the m proportions of a linear
function: m = 2 D where D datasets are averaged. Without them 50 examples against 500, .9 right on
both, differ in .08 of cases at .05, and .99 right in .45. The variance is that of n + 2 / D
answers, the quantile Student's with Welch's degrees of freedom: with z as theirs 10 against 100,
half of them right, differ in .057.

Matched answers have them only where all differences of one dataset are alike and those of another
are not (Bonett and Price 2012, J. Educ. Behav. Stat. 37(4):479-488, add one to each cell of the
examples that only one method has right), and answers in clusters where all of one mean are alike:
all other comparisons of these are the ones that other programs make.
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


def share(n: int, mean: float, over: int, sd: float = 0.0) -> Level:
    """The mean of n scores within 0 and 1, with 1 / D right and 1 / D wrong answers more.

    over: D, the datasets that are averaged. n >= 1. sd: of the scores (n - 1).
    """
    weight = 1 / over
    return _more(n, mean, sd, weight, weight, 2 * weight)


def difference(n: int, value: float, over: int) -> Level:
    """The mean of n differences that all are `value`, with 1 / D of 1 and 1 / D of -1 more."""
    return _more(n, value, 0.0, 0.0, 2 / over, 2 / over)


def _more(  # noqa: PLR0917 - a sample by its moments, and what is added to them
    n: int, mean: float, sd: float, added: float, squares: float, count: float
) -> Level:
    whole = n + count
    middle = (n * mean + added) / whole
    spread = ((n - 1) * sd * sd + n * mean * mean + squares) / whole - middle * middle
    return Level(n, middle, spread / (whole - 1), whole - 1)
