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


def benjamini_hochberg(ps: Sequence[float], size: int) -> list[float]:
    """Step-up adjusted p that bounds the false discovery rate, in the order given.

    `size` is the number of comparisons in the family, at least len(ps); those without a p count as
    p = 1. Valid for independent p and for those of positive regression dependence; many methods
    against one are of that kind one-sided, all pairs need not be. Sources: Benjamini and Hochberg
    1995, JRSS B 57(1); Benjamini and Yekutieli 2001, Ann. Statist. 29(4).
    """
    adjusted = [1.0] * len(ps)
    best = 1.0
    order = sorted(range(len(ps)), key=ps.__getitem__)
    for rank in range(len(ps), 0, -1):
        index = order[rank - 1]
        best = min(best, size / rank * ps[index])
        adjusted[index] = max(best, ps[index])  # size / rank is rounded: never below p itself
    return adjusted


def none(ps: Sequence[float], size: int) -> list[float]:  # noqa: ARG001 - one signature for all
    """Leave them as they are."""
    return list(ps)


CORRECTIONS: dict[str, Callable[[Sequence[float], int], list[float]]] = {
    "holm": holm,
    "bonferroni": bonferroni,
    "bh": benjamini_hochberg,
    "none": none,
}


def reachable(index: int, floor: float, ps: Sequence[float], correction: str, size: int) -> float:
    """Give the smallest adjusted p that comparison `index` could have had.

    Its own p is put at its floor, the others stay as observed. Every correction grows with each p,
    so no outcome of that comparison is below what is returned.
    """
    return CORRECTIONS[correction]([*ps[:index], floor, *ps[index + 1 :]], size)[index]


def divisors(ps: Sequence[float], size: int, correction: str, alpha: float) -> list[float]:
    """What alpha is divided by where each p is judged, in the order given; p stays unadjusted.

    p < alpha / divisor exactly where the corrected p is below alpha, so that an interval at that
    level agrees with the decision. Holm: of those found, their own step; of the others, the step
    at which he stops (they are not asked any further). Benjamini-Hochberg: size over the number
    found, as of intervals selected so (Benjamini and Yekutieli 2005, JASA 100(469)).
    """
    if correction == "none":
        return [1.0] * len(ps)
    found = sum(p < alpha for p in CORRECTIONS[correction](ps, size))
    if correction == "bh":
        return [size / max(1, found)] * len(ps)
    if correction == "bonferroni":
        return [float(size)] * len(ps)
    order = sorted(range(len(ps)), key=ps.__getitem__)
    steps = {index: float(size - min(rank, found)) for rank, index in enumerate(order)}
    # all that are tested are found: nobody is judged at a step beyond the last
    return [max(1.0, steps[i]) for i in range(len(ps))]
