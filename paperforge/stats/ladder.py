"""One run a cell, and of it only the share of examples that are right, and how many there were."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.latex.p_values import p_bound
from paperforge.stats.power import OfShares
from paperforge.stats.proportions import Possible, counts, margins, pairings, wilson
from paperforge.stats.shares import averaged, compare_averages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.stats.cells import Cell
    from paperforge.stats.contrast import Ask, Contrast
    from paperforge.stats.proportions import Counts, Pairings

FRACTION, PERCENT = 1.0, 100.0
TINY = 0.001


def shares_of_examples(a: Cell, b: Cell, ask: Ask) -> Contrast | None:
    """Bound McNemar's test over every pairing of the two shares; None where n is not known.

    In stored units. `reason` says what any answers could have shown.
    """
    whole = scale_of(a, b)
    left, right = counted(a, whole), counted(b, whole)
    if left is None or right is None or left.n != right.n:
        return None
    scaled = ask if ask.margin is None else replace(ask, margin=ask.margin / whole)
    found, bounds = margins(left, right, scaled), pairings(left, right, ask)

    def stored(value: float | None) -> float | None:
        return None if value is None else value * whole

    within = found.equivalence
    return replace(
        found,
        estimate=a.mean - b.mean,
        low=stored(found.low),
        high=stored(found.high),
        detects=found.detects and OfShares(bounds.most, left.n, whole),
        equivalence=None if within is None else (within[0] * whole, within[1] * whole),
        reason=said(bounds, left.n, [c.counted.digits or 0 for c in (a, b) if c.counted]),
    )


def averages_of_shares(a: Sequence[Cell], b: Sequence[Cell], ask: Ask) -> Contrast | None:
    """Compare averages over datasets likewise; None where an n is not known, or differs."""
    whole = scale_of(*a, *b)
    left, right = ([counted(cell, whole) for cell in row] for row in (a, b))
    pairs = [(x, y) for x, y in zip(left, right, strict=True) if x and y and x.n == y.n]
    if len(pairs) < len(a):
        return None
    scaled = ask if ask.margin is None else replace(ask, margin=ask.margin / whole)
    found = compare_averages([x for x, _ in pairs], [y for _, y in pairs], scaled)
    least, most = found.smallest_p, found.p
    assert least is not None
    assert most is not None
    low, high, within = found.low, found.high, found.equivalence
    return replace(
        found,
        estimate=sum(x.mean - y.mean for x, y in zip(a, b, strict=True)) / len(a),
        low=None if low is None else low * whole,
        high=None if high is None else high * whole,
        equivalence=None if within is None else (within[0] * whole, within[1] * whole),
        reason=between(least, most, ask.alpha),
    )


def between(least: float, most: float, alpha: float) -> str:
    """What p of an average could have been; nothing to add where it is below alpha whatever."""
    if least >= alpha:
        return f"p cannot be below {p_bound(least)} whatever the answers were"
    if most < alpha:
        return f"p is at most {p_bound(most, most=True)} whatever the answers were"
    low, high = p_bound(least, alpha), p_bound(most, alpha, most=True)
    low = "below .001" if least < TINY else low
    return f"p is anything from {low} to {high}, depending on which examples each had right"


def interval_of_average(row: Sequence[Cell], alpha: float) -> tuple[float, float] | None:
    """Interval of a method's average; stored units. None where an n is not known."""
    whole = scale_of(*row)
    known = [found for cell in row if (found := counted(cell, whole)) is not None]
    if len(known) < len(row):
        return None
    low, high = averaged(known, alpha)
    return low * whole, high * whole


def said(bounds: Pairings, n: int, decimals: Sequence[int]) -> str:
    """What p could have been, whatever the answers were. decimals: those of either share."""
    if bounds.significant_up_to is None:
        text = f"p cannot be below {p_bound(bounds.smallest_p)} whatever the answers were"
    elif bounds.possible is Possible.DECIDED:
        text = f"p is at most {p_bound(bounds.largest_p, most=True)} whatever the answers were"
    else:
        least = "below .001" if bounds.smallest_p < TINY else p_bound(bounds.smallest_p)
        text = (
            f"p is anything from {least} to {p_bound(bounds.largest_p, most=True)}, below alpha "
            f"only with at most {bounds.significant_up_to} discordant of {n:,} examples"
        )
        if bounds.significant_up_to >= bounds.most:  # it hangs on which count was printed
            text = f"p is anything from {least} to {p_bound(bounds.largest_p, most=True)}"
    read = dict.fromkeys(decimals)
    text += f" (read to {' and '.join(map(str, read))} decimal{'' if [*read] == [1] else 's'})"
    return text if bounds.printable else f"{text}; no count of {n:,} prints so, the nearest is used"


def scale_of(*cells: Cell) -> float:
    """What all examples right would be: 1, or 100 where a share is above 1."""
    return PERCENT if any(cell.mean > FRACTION for cell in cells) else FRACTION


def counted(cell: Cell, whole: float) -> Counts | None:
    """How many examples may have been right."""
    quote = cell.counted
    if quote is None or not 0 <= cell.mean <= whole:
        return None
    return counts(cell.mean, quote.digits or 0, quote.n, whole)


def interval(cell: Cell, alpha: float) -> tuple[float, float] | None:
    """Wilson's interval of the share, over the counts that print so; stored units."""
    whole = scale_of(cell)
    found = counted(cell, whole)
    if found is None:
        return None
    low, high = wilson(found.low, found.n, alpha)[0], wilson(found.high, found.n, alpha)[1]
    return low * whole, high * whole
