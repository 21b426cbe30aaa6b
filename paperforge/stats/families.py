"""Comparisons that are corrected together, and what their p become."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from paperforge.stats.adjust import CORRECTIONS, bonferroni, divisors, reachable
from paperforge.stats.jointly import JOINT, jointly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from paperforge.spec import DesignSpec
    from paperforge.stats.cells import Cells
    from paperforge.stats.compare import Compared
    from paperforge.stats.contrast import Contrast


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison of a metric, with the cells that it was made from."""

    cells: Cells
    one: Compared
    at: Callable[[float], Contrast]
    """The same comparison at another alpha."""

    @property
    def primary(self) -> bool:
        """Whether it is in a family."""
        return self.one.primary and self.cells.metric.primary


class Ps(NamedTuple):
    """What a verdict reads, after the correction where there is one."""

    p: float | None
    equivalent: float | None
    floor: float | None
    """The smallest p within reach."""
    interval: tuple[float, float] | None = None
    """That agrees with p, in stored units, where the correction has one."""
    error: float | None = None
    """Monte Carlo standard error of p."""
    divisor: float | None = None
    """What alpha is divided by where equivalence is judged on its unadjusted p."""


def corrected(cases: Sequence[Case], spec: DesignSpec) -> dict[int, tuple[Ps, int]]:
    """Place of each primary comparison -> what its verdict reads, and the size of its family."""
    found: dict[int, tuple[Ps, int]] = {}
    for members in families(cases, spec):
        size = sum(cases[i].one.contrast.testable for i in members)
        tested = [i for i in members if cases[i].one.contrast.p is not None]
        found |= {i: (Ps(None, None, None), size) for i in members}
        chosen = [cases[i] for i in tested]
        ready = correct_jointly(chosen, size, spec) if spec.correction in JOINT and tested else None
        if ready is None:
            step = replace(spec, correction="holm") if spec.correction in JOINT else spec
            metrics = len({case.cells.metric.name for case in chosen})
            ready = correct([case.one.contrast for case in chosen], size, step, metrics)
        found |= {i: (ps, size) for i, ps in zip(tested, ready, strict=True)}
    return found


def correct_jointly(cases: Sequence[Case], size: int, spec: DesignSpec) -> list[Ps] | None:
    """Correct by the joint distribution; equivalence, which has none here, by Bonferroni.

    None where the distribution is not known, and Holm's correction does the same.
    """
    found = jointly(cases, spec)
    if found is None:
        return None
    made = []
    for case, one in zip(cases, found, strict=True):
        same = case.one.contrast.p_equivalent
        interval = None if one.low is None or one.high is None else (one.low, one.high)
        floors = [f for f in (one.floor, case.one.contrast.smallest_p) if f is not None]
        made.append(
            Ps(
                one.p,
                None if same is None else bonferroni([same], size)[0],
                max(floors, default=None),
                interval,
                one.error or None,
                None if same is None else float(size),
            )
        )
    return made


def families(cases: Sequence[Case], spec: DesignSpec) -> list[list[int]]:
    """The places of the primary comparisons that are corrected together."""
    found: dict[str, list[int]] = {}
    for i, case in enumerate(cases):
        if case.primary:
            key = case.cells.metric.name if spec.family == "metric" else ""
            found.setdefault(key, []).append(i)
    return list(found.values())


def by_nature(contrasts: Sequence[Contrast], ps: Sequence[float], metrics: int) -> list[Ps]:
    """Correct p that hold for all comparisons of a metric over the metrics (Bonferroni)."""
    return [
        Ps(min(1.0, p * metrics), None, None if c.smallest_p is None else c.smallest_p * metrics)
        for c, p in zip(contrasts, ps, strict=True)
    ]


def correct(
    contrasts: Sequence[Contrast], size: int, spec: DesignSpec, metrics: int = 1
) -> list[Ps]:
    """Correct the contrasts that have a p, over a family of `size`."""
    ps = [c.p for c in contrasts if c.p is not None]
    adjusted = CORRECTIONS[spec.correction](ps, size)
    if any(c.corrected for c in contrasts):
        return by_nature(contrasts, ps, metrics)
    # of a metric without a margin nothing can be equivalent: its p of equivalence is 1
    margins = [1.0 if c.p_equivalent is None else c.p_equivalent for c in contrasts]
    equivalent = CORRECTIONS[spec.correction](margins, size)
    floors = [
        None if c.smallest_p is None else reachable(i, c.smallest_p, ps, spec.correction, size)
        for i, c in enumerate(contrasts)
    ]
    steps = divisors(margins, size, spec.correction, spec.alpha)
    return [
        Ps(p, same, floor, divisor=step)
        for p, same, floor, step in zip(adjusted, equivalent, floors, steps, strict=True)
    ]
