"""Columns in parts that stand one under the other: as few as the room allows, and even ones."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from paperforge.tables.measure import growing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Column
    from paperforge.tables.measure import Measure

    Cost = tuple[int, int, int, float, tuple[int, ...]]


def parted(
    heads: Sequence[Column],
    lead: Sequence[int],
    widths: Sequence[float],
    measure: Measure,
    *,
    gap: float,
    room: float,
) -> tuple[tuple[int, ...], ...] | None:
    """The columns of each part; None: one of them is too wide.

    lead: the columns that every part begins with. widths: of the stub and each column, in points,
    as are gap and room. A group of columns is parted where no part holds it. Of the ways with the
    fewest parts it is one where an average stands beside a column that it is of, where groups stay
    together, and where the parts are as wide as each other.
    """
    start, count = len(lead), len(heads)
    blocks = _blocks(heads, start)

    def grown(first: int) -> Iterator[tuple[int, float]]:
        """The end of each part that begins there and fits, and its width."""
        places = [*lead, *range(first, count)]
        every = growing(
            [widths[0], *(widths[i + 1] for i in places)], [heads[i] for i in places], measure, gap
        )
        for end, wide in enumerate(every, first - len(lead)):
            if end > first:
                if wide > room:
                    return
                yield end, wide

    whole = {
        at for at, members in blocks.items() if dict(grown(members[0])).get(members[-1] + 1) is None
    }
    block_of = {i: at for at, members in blocks.items() for i in members}
    ends = {members[-1] + 1 for members in blocks.values()}
    alone = _alone(heads)
    best: dict[int, Cost] = {start: (0, 0, 0, 0.0, ())}
    for first in range(start, count):
        if first not in best:
            continue
        parts, lone, torn, uneven, cuts = best[first]
        for end, wide in grown(first):
            if end not in ends and block_of[end] not in whole:
                continue
            pieces = len({block_of[i] for i in range(first, end)})
            cost = (
                parts + 1,
                lone + (first in alone),
                torn + pieces,
                uneven + wide**2,
                (*cuts, -end),
            )
            best[end] = min(best.get(end, cost), cost)
    if count not in best:
        return None
    cuts = (start, *(-end for end in best[count][-1]))
    return tuple((*lead, *range(a, b)) for a, b in pairwise(cuts))


def _blocks(heads: Sequence[Column], start: int) -> dict[int, list[int]]:
    """The columns of each group from that one on; a column without one stands for itself."""
    places = groupby(
        range(start, len(heads)), key=lambda i: (heads[i].group, heads[i].group == "" and i)
    )
    return {at: list(members) for at, (_, members) in enumerate(places)}


def lonely(heads: Sequence[Column], parts: Sequence[Sequence[int]]) -> int:
    """How many parts have an average without a column that it is of."""
    alone = _alone(heads)
    return sum(next((i for i in part if not heads[i].words), -1) in alone for part in parts)


def _alone(heads: Sequence[Column]) -> set[int]:
    """The columns over all datasets that would be parted from those of single ones before them."""
    single = {column.metric for column in heads if column.dataset is not None}
    return {
        i
        for i, (before, one) in enumerate(pairwise(heads), 1)
        if one.dataset is None and one.metric in single and before.group == one.group
    }
