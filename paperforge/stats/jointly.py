"""Families corrected by the joint distribution of their statistics: max-T, and Romano and Wolf.

What is adjusted must be what was tested: max-T over independent means where every comparison is a
plain Welch t, of flipped signs where there are many matched examples or at least ten paired runs.
Any other family, and one of few replicates, is corrected by its own p: for max-T at alpha over the
number of comparisons (Bonferroni), so that p_adjusted and interval agree with p and its interval;
for Romano and Wolf by Holm's step-down, which is theirs where nothing is known of how the
statistics go together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.cells import shared_keys
from paperforge.stats.contrast import cut
from paperforge.stats.simultaneous import REPLICATES, Mean, independent
from paperforge.stats.simultaneous_matched import matched

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np

    from paperforge.spec import DesignSpec
    from paperforge.stats.cells import Cell, Cells
    from paperforge.stats.compare import Compared
    from paperforge.stats.contrast import Contrast
    from paperforge.stats.families import Case
    from paperforge.stats.simultaneous import Simultaneous

MAX_T, STEP_DOWN = "max-t", "romano-wolf"
JOINT = frozenset((MAX_T, STEP_DOWN))
PLAIN = frozenset(
    ("Welch t", "stratified Welch t", "Welch t on run averages", "Welch t on seed averages")
)
"""Tests of which the joint distribution is simulated as they are made."""
PAIRED = frozenset(("paired t", "paired t on run averages", "paired t on seed averages"))
RUNS = 10
"""Paired runs from which on signs are flipped, as for the best-set: 512 flips, p down to .002."""
MANY = 50
"""Examples, or clusters of them, from which on a flip of signs is as good as each test."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One comparison within its family, in stored units."""

    p: float | None
    low: float | None
    high: float | None
    floor: float | None
    error: float | None


def known(kinds: Iterable[str]) -> bool:
    """Whether the joint distribution of comparisons of these kinds is known here."""
    return {*kinds} in ({"independent"}, {"matched"}, set())


def jointly(family: Sequence[Case], spec: DesignSpec) -> list[Adjusted] | None:
    """Adjust every comparison of a family; each with its interval where the correction has one.

    p is never below the unadjusted one, and the interval holds the unadjusted one. None for a
    step-down of a family whose joint distribution is not known here: that is Holm's.
    """
    order = sorted(range(len(family)), key=lambda i: named(family[i]))
    members = [(family[i].cells, family[i].one) for i in order]
    kinds = {kind(cells, one) for cells, one in members}
    step_down = spec.correction == STEP_DOWN
    if len(members) == 1 and kinds <= {"independent", "matched"}:
        return [of_one(members[0][1].contrast, step_down=step_down)]
    if kinds == {"independent"}:
        found = of_means(members, spec)
    elif kinds == {"matched"}:
        found = of_pairs(members, spec)
    else:
        return None if step_down else by_level(family, spec)
    made: dict[int, Adjusted] = {}
    for i, (_, one) in enumerate(members):
        p = found.p_stepdown[i] if step_down else found.p_adjusted[i]
        low, high = (None, None) if step_down else (found.low[i], found.high[i])
        floor = found.floors[i] if found.floors else found.smallest_p
        made[order[i]] = held(one.contrast, Adjusted(p, low, high, floor, found.p_error[i]))
    return [made[i] for i in range(len(family))]


def named(case: Case) -> tuple[str, ...]:
    """What a comparison is called, whichever of its methods comes first.

    Draws and sums are made in the order of these names: the order of the rows changes no number.
    """
    one = case.one
    return case.cells.metric.name, one.scope or "", *sorted((one.a, one.b))


def of_one(one: Contrast, *, step_down: bool) -> Adjusted:
    """A family of one comparison: there is nothing to correct, and nothing is resampled."""
    low, high = (None, None) if step_down else (one.low, one.high)
    return Adjusted(one.p, low, high, one.smallest_p, one.monte_carlo)


def used(spec: DesignSpec, tables: Sequence[tuple[Cells, Sequence[Compared]]]) -> str:
    """The correction that is made: max-T may come down to Bonferroni, Romano and Wolf to Holm."""
    if spec.correction not in JOINT:
        return spec.correction
    families: dict[str, set[str]] = {}
    for cells, found in tables:
        name = cells.metric.name if spec.family == "metric" else ""
        kinds = {kind(cells, one) for one in found if one.primary and one.contrast.p is not None}
        families.setdefault(name, set()).update(kinds if cells.metric.primary else ())
    if all(map(known, families.values())):
        return spec.correction
    return "bonferroni" if spec.correction == MAX_T else "holm"


def held(alone: Contrast, one: Adjusted) -> Adjusted:
    """The same, no smaller than what the comparison says by itself."""
    if one.p is None or alone.p is None:
        return one
    low, high = one.low, one.high
    if low is not None and high is not None and alone.low is not None and alone.high is not None:
        low, high = min(low, alone.low), max(high, alone.high)
        low, high = cut(low, high) if alone.shares else (low, high)
    return replace(one, p=max(one.p, alone.p), low=low, high=high)


def by_level(family: Sequence[Case], spec: DesignSpec) -> list[Adjusted]:
    """Every test at alpha over the number of comparisons (Bonferroni's inequality)."""
    size = len(family)
    made = []
    for case in family:
        p, again = case.one.contrast.p, case.at(spec.alpha / size)
        floor = case.one.contrast.smallest_p
        made.append(
            Adjusted(
                None if p is None else min(1.0, size * p),
                again.low,
                again.high,
                None if floor is None else min(1.0, size * floor),
                case.one.contrast.monte_carlo,
            )
        )
    return made


def kind(cells: Cells, one: Compared) -> str:
    """How the statistic of a comparison comes about: "independent", "matched" or neither."""
    if one.contrast.test in PLAIN and cells.unit is Unit.SEED:
        return "independent"
    if cells.unit is Unit.EXAMPLE and not cells.metric.corpus and one.contrast.paired:
        units = min(one.contrast.n) if not cells.groups else cells.groups
        return "matched" if units >= MANY else ""
    if one.contrast.test in PAIRED and cells.unit is Unit.SEED:
        return "matched" if min(one.contrast.n) >= RUNS else ""
    return ""


def of_means(family: Sequence[tuple[Cells, Compared]], spec: DesignSpec) -> Simultaneous:
    """Contrasts of independent means: cells, or runs averaged over the datasets."""
    import numpy as np

    places: dict[tuple[str, str, str | None], Cell] = {}
    rows: list[dict[tuple[str, str, str | None], float]] = []
    for cells, one in family:
        averaged = one.contrast.test.endswith("averages")
        scopes = cells.datasets if one.scope is None else (one.scope,)
        datasets: list[str | None] = [None] if averaged else list(scopes)
        row = {}
        for method, sign in ((one.a, 1.0), (one.b, -1.0)):
            for dataset in datasets:
                at = (cells.metric.name, method, dataset)
                places[at] = (
                    cells.averages[method] if dataset is None else cells.table[method, dataset]
                )
                row[at] = sign / len(datasets)
        rows.append(row)
    order = sorted(places, key=lambda at: tuple(name or "" for name in at))  # not as they came
    table = np.array([[row.get(at, 0.0) for at in order] for row in rows])
    means = [Mean(places[at].mean, places[at].variance, places[at].df) for at in order]
    draws = spec.draws or REPLICATES
    return independent(table, means, alpha=spec.alpha, seed=spec.seed, replicates=draws)


def of_pairs(family: Sequence[tuple[Cells, Compared]], spec: DesignSpec) -> Simultaneous:
    """Contrasts of matched replicates: those that all methods of the family share."""
    first = family[0][0]
    scopes = sorted(first.datasets) if family[0][1].scope is None else (family[0][1].scope,)
    tables, units = [], []
    for dataset in scopes:
        table, unit = on_dataset(family, dataset)
        tables.append(table)
        units.append(unit)
    draws = spec.draws or REPLICATES
    return matched(
        tables, units, alpha=spec.alpha, seed=spec.seed, replicates=draws, engine=spec.engine
    )


def on_dataset(
    family: Sequence[tuple[Cells, Compared]], dataset: str
) -> tuple[np.ndarray, np.ndarray]:
    """Differences of the family on a dataset, shape (n, F), and the unit of each row."""
    import numpy as np

    sides = [(cells.table[one.a, dataset], cells.table[one.b, dataset]) for cells, one in family]
    keys = shared_keys([cell.keys for side in sides for cell in side])

    def at(cell: Cell) -> np.ndarray:
        return cell.values[np.searchsorted(cell.keys, keys)]

    table = np.stack([at(a) - at(b) for a, b in sides], axis=1)
    groups = sides[0][0].groups
    if groups is None:
        return table, keys
    return table, groups[np.searchsorted(sides[0][0].keys, keys)]
