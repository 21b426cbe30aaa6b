"""p-values corrected over a family of comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def holm(ps: Sequence[float], size: int) -> list[float]:
    """Step-down adjusted p (Holm 1979, Scand. J. Statist. 6(2)), in the order given.

    `size` is the number of comparisons in the family, at least len(ps).
    """
    adjusted = [1.0] * len(ps)
    worst = 0.0
    for rank, index in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        worst = max(worst, (size - rank) * ps[index])
        adjusted[index] = min(1.0, worst)
    return adjusted


def bonferroni(ps: Sequence[float], size: int) -> list[float]:
    """Each p times the size of the family."""
    return [min(1.0, size * p) for p in ps]


def none(ps: Sequence[float], size: int) -> list[float]:  # noqa: ARG001 - one signature for all
    """Leave them as they are."""
    return list(ps)


CORRECTIONS: dict[str, Callable[[Sequence[float], int], list[float]]] = {
    "holm": holm,
    "bonferroni": bonferroni,
    "none": none,
}


def reachable(index: int, floor: float, ps: Sequence[float], correction: str, size: int) -> float:
    """Give the smallest adjusted p that comparison `index` could have had.

    Its own p is put at its floor, the others stay as observed.
    """
    return CORRECTIONS[correction]([*ps[:index], floor, *ps[index + 1 :]], size)[index]
