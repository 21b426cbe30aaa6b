"""What a critical-difference diagram shows: mean ranks, and bars over methods not told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

ENOUGH = 10
"""Datasets that a diagram needs."""
Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Diagram:
    """Methods on the axis of mean ranks, best first, and the groups that were not told apart.

    A group is a maximal run of methods, contiguous in the order of ranks, in which no pair was
    decided. So no bar covers two methods that were decided to differ, and a run in which nothing
    was decided always has its bar. Decisions of a post hoc that does not read the mean ranks may
    cross their order: a, b, c with a and c undecided, a and b decided. A bar cannot say that; such
    pairs are `unjoined`, for the caption.
    """

    n: int
    methods: tuple[str, ...]
    mean_ranks: tuple[float, ...]
    groups: tuple[tuple[str, ...], ...]
    posthoc: str
    alpha: float
    unjoined: tuple[tuple[str, str], ...] = ()
    """Pairs that were not decided and that no bar joins, better rank first."""
    control: str | None = None
    """Where only comparisons with one method were made: there are no bars then."""
    like_control: tuple[str, ...] = ()
    """Methods not decided to differ from the control, best first."""
    critical_difference: float | None = None
    """Of mean ranks, where the post hoc has one."""


def diagram(
    mean_ranks: Mapping[str, float],
    decided: Mapping[Pair, bool],
    n: int,
    *,
    posthoc: str,
    alpha: float,
    critical_difference: float | None = None,
) -> tuple[Diagram | None, str]:
    """Give the diagram, or nothing and the reason.

    mean_ranks: of each method, 1 is the best. decided: for each pair that was compared, whether it
    was decided to differ (after the correction); nothing is tested here. n: number of datasets.
    Methods of equal mean rank stand in the order given.
    """
    if n < ENOUGH:
        return (
            None,
            f"{n} dataset{'' if n == 1 else 's'}: a critical-difference diagram needs {ENOUGH}",
        )
    order = tuple(sorted(mean_ranks, key=mean_ranks.__getitem__))
    ranks = tuple(mean_ranks[m] for m in order)
    bars: tuple[tuple[str, ...], ...] = ()
    loose: tuple[tuple[str, str], ...] = ()
    like: tuple[str, ...] = ()
    control, every = None, len(order) * (len(order) - 1) // 2
    if len(decided) == every:
        bars = groups(order, {pair for pair, found in decided.items() if found})
        loose = apart(order, bars, decided)
    else:
        control = shared(decided)
        if control is None or len(decided) != len(order) - 1:
            return None, f"{len(decided)} of {every} pairs were compared: groups need all of them"
        like = tuple(m for m in order if m != control and not decided[frozenset((control, m))])
    return Diagram(
        n, order, ranks, bars, posthoc, alpha, loose, control, like, critical_difference
    ), ""


def groups(order: Sequence[str], decided: Collection[Pair]) -> tuple[tuple[str, ...], ...]:
    """Maximal runs of at least two methods in `order` within which no pair is decided."""
    found, reached = [], 0
    for start in range(len(order)):
        end = start + 1
        while end < len(order) and not any(
            frozenset((order[end], m)) in decided for m in order[start:end]
        ):
            end += 1
        if end > reached and end - start > 1:
            found.append(tuple(order[start:end]))
        reached = max(reached, end)
    return tuple(found)


def apart(
    order: Sequence[str], bars: Sequence[tuple[str, ...]], decided: Mapping[Pair, bool]
) -> tuple[tuple[str, str], ...]:
    """Pairs that were not decided and that no bar joins."""
    return tuple(
        (a, b)
        for i, a in enumerate(order)
        for b in order[i + 1 :]
        if not decided[frozenset((a, b))] and not any(a in bar and b in bar for bar in bars)
    )


def shared(pairs: Collection[Pair]) -> str | None:
    """Give the one method that all pairs have in common."""
    common = frozenset.intersection(*pairs) if pairs else frozenset()
    return next(iter(common)) if len(common) == 1 else None
