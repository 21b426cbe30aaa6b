"""Scores that were rounded until they are alike: what their last digit hides.

Runs that all print the same have no spread, and their mean may be half a unit of the last decimal
off. Where that could move a difference by more than a tenth of its standard error, p and interval
are those of the scores that print so and say least: the largest variances, the fewest degrees of
freedom, the difference at either end of its rounding (summaries.py). The same for means that
somebody printed, where the standard deviation of their rounding (a unit over the root of 12 each)
is more than a fifth of it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.stats.summaries import Summary, matched, stratified

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.stats.cells import Cell
    from paperforge.stats.contrast import Ask, Contrast
    from paperforge.stats.decimals import Rounding
    from paperforge.stats.means import Matched

ROUNDED = ", rounding counted"
"""In the name of such a test."""
SHARE, OF_PRINTED = 0.1, 0.2
"""Of a standard error: the shift by scores that are alike, and the standard deviation of the
rounding of printed means, from which on they are counted."""


def of_cell(cell: Cell, known: Rounding | None) -> Summary:
    """A cell with what its rounding hides: nothing where its runs differ."""
    if cell.quoted:
        return Summary(cell.mean, cell.sd, cell.n, cell.half, cell.half_spread)
    if known is None or cell.sd > 0:
        return Summary(cell.mean, cell.sd, cell.n)
    return hidden(cell.mean, 0.0, cell.n, known.half)


def hidden(mean: float, sd: float, n: int, half: float) -> Summary:
    """A mean of n values of which each is up to `half` off.

    Their standard deviation (n - 1) is at most sd + half sqrt(n / (n - 1)): the triangle
    inequality, for n numbers within half of zero.
    """
    return Summary(mean, sd, n, half, half * math.sqrt(n / (n - 1)))


def matters(found: Contrast, off: Sequence[float], over: int, share: float = SHARE) -> bool:
    """Whether shifts of D means, added up, are more than a share of the standard error."""
    if found.p is None or found.variance is None:
        return False
    return sum(off) / over > share * math.sqrt(found.variance)


def of_means(
    found: Contrast, a: Sequence[Cell], b: Sequence[Cell], known: Rounding | None, ask: Ask
) -> Contrast:
    """The comparison of independent means, or that of the scores that print so and say least."""
    left, right = ([of_cell(c, known) for c in row] for row in (a, b))
    alike = [s.mean_unit for s in (*left, *right) if s.sd <= 0]
    apart = [s.mean_unit for s in (*left, *right) if s.sd > 0]
    root = math.hypot(*apart) / math.sqrt(3)
    if not (matters(found, alike, len(a)) or matters(found, [root], len(a), OF_PRINTED)):
        return at_decimals(found, known)
    made = stratified(left, right, ask, rounded=True)
    return replace(made, test=f"{found.test}{ROUNDED}")


def of_pairs(
    found: Contrast, pairs: Sequence[Matched], known: Rounding | None, ask: Ask
) -> Contrast:
    """The same of matched runs: each of both scores that are alike adds its rounding."""
    if known is None:
        return found
    parts = [of_pair(pair, known.half) for pair in pairs]
    if not matters(found, [s.mean_unit for s in parts], len(parts)):
        return at_decimals(found, known)
    return replace(matched(parts, ask), test=f"{found.test}{ROUNDED}")


def of_pair(pair: Matched, half: float) -> Summary:
    """Differences on a dataset: constant ones hide what both scores round."""
    from paperforge.stats.means import difference

    _, mean, sd = difference(pair)
    alike = 2 if sd <= 0 else sum(same(side) for side in (pair.a, pair.b))
    return hidden(mean, sd, pair.n, alike * half)


def of_run_averages(
    found: Contrast,
    averages: tuple[Cell, Cell],
    rows: tuple[Sequence[Cell], Sequence[Cell]],
    known: Rounding | None,
    ask: Ask,
) -> Contrast:
    """Runs averaged over D datasets: a dataset on which they are alike adds its rounding over D.

    rows: the cells of the datasets. `found` compares the averages of their runs.
    """
    if known is None or found.p is None or found.variance is None:
        return at_decimals(found, known)
    off = [sum(known.half for c in row if c.sd <= 0) / len(row) for row in rows]
    if sum(off) <= SHARE * math.sqrt(found.variance):
        return found
    kind = found.test[found.test.index(" on ") :]
    name = f"{found.test.removesuffix(kind)}{ROUNDED},{kind}"
    if found.paired:
        assert found.estimate is not None
        n, sd = found.n[0], math.sqrt(found.variance * found.n[0])
        made = matched([hidden(found.estimate, sd, n, sum(off))], ask)
    else:
        a, b = (hidden(c.mean, c.sd, c.n, u) for c, u in zip(averages, off, strict=True))
        made = stratified([a], [b], ask, rounded=True)
    return replace(made, test=name)


def same(values: np.ndarray) -> bool:
    """Whether all are the same number."""
    return bool((values == values[0]).all())


def at_decimals(found: Contrast, known: Rounding | None) -> Contrast:
    """Say at how many decimals nothing varies, where nothing does."""
    if known is None or found.variance != 0 or not found.reason:
        return found
    return replace(found, reason=f"{found.reason} at {known.words}")
