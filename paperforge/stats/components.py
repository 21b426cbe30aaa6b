"""Components of variance over runs and examples, and what more of each would buy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.stats.means import satterthwaite
from paperforge.stats.power import detectable_t
from paperforge.stats.sums import joint_df

if TYPE_CHECKING:
    from collections.abc import Sequence

ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Components:
    """What the difference a - b of two mean scores varies with, in squared stored units.

    From the mean squares of the two-way table (Searle, Casella and McCulloch 1992, Variance
    Components, chapter 4), 0 where they would be negative.
    """

    run: tuple[float, ...]
    """Between runs: of a and of b."""
    residual: tuple[float, ...]
    """Run x example and all else, as `run`."""
    example: float
    """Between examples, of the difference."""


@dataclass(frozen=True, slots=True)
class Precision:
    """What a design of so many runs of each method and so many examples would have."""

    runs: int
    examples: int
    se: float
    detectable: float
    """Difference found with power .8 at level alpha."""


def components(
    runs: Sequence[tuple[float, int]],
    residuals: Sequence[float],
    over_examples: float,
    examples: int,
) -> Components:
    """The components from variances of means.

    runs: for each method the variance of its mean over runs, and their number S; residuals: for
    each the residual variance over S N; over_examples: the variance of the mean difference over the
    examples, N of them.
    """
    between = tuple(
        s * max(0.0, variance - left) for (variance, s), left in zip(runs, residuals, strict=True)
    )
    residual = tuple(s * examples * left for (_, s), left in zip(runs, residuals, strict=True))
    return Components(between, residual, examples * max(0.0, over_examples - sum(residuals)))


def precision(found: Components, runs: int, examples: int, alpha: float) -> Precision:
    """What more runs of each method and more examples would buy, if these are the components.

    Raises ValueError where either is below two.
    """
    if runs < ENOUGH or examples < ENOUGH:
        raise ValueError("a spread needs two runs and two examples")
    rows = [
        ((s + r / examples) / runs, runs - 1.0)
        for s, r in zip(found.run, found.residual, strict=True)
    ]
    parts = [satterthwaite(rows), (found.example / examples, examples - 1.0)]
    held = [part for part in parts if part[0] > 0]
    se = math.sqrt(sum(v for v, _ in held))
    if se == 0:
        return Precision(runs, examples, 0.0, 0.0)
    return Precision(runs, examples, se, detectable_t(se, joint_df(held, alpha), alpha))
