"""Families corrected by the joint distribution of their statistics: max-T, and Romano and Wolf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.spec import Unit
from paperforge.stats.cells import shared_keys
from paperforge.stats.simultaneous import Mean, independent
from paperforge.stats.simultaneous_matched import matched

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from paperforge.spec import DesignSpec
    from paperforge.stats.cells import Cell, Cells
    from paperforge.stats.compare import Compared
    from paperforge.stats.simultaneous import Simultaneous

MAX_T, STEP_DOWN = "max-t", "romano-wolf"
JOINT = frozenset((MAX_T, STEP_DOWN))


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One comparison within its family, in stored units."""

    p: float | None
    low: float | None
    high: float | None
    floor: float | None
    error: float | None


def jointly(family: Sequence[tuple[Cells, Compared]], spec: DesignSpec) -> list[Adjusted]:
    """Adjust every comparison of a family; each with its interval where the correction has one.

    Unpaired runs: max-T over independent means. Matched runs, examples or datasets: max-T of the
    flipped signs of whole units. Raises InputError where comparisons of a family are of several
    kinds, or of one whose joint distribution is not known here.
    """
    kinds = {kind(cells, one) for cells, one in family}
    if kinds == {"independent"}:
        found = of_means(family, spec)
    elif kinds == {"matched"}:
        found = of_pairs(family, spec)
    else:
        tests = ", ".join(sorted({one.contrast.test for _, one in family}))
        raise InputError(
            f"{spec.correction} needs the joint distribution of the statistics, which is not known "
            f"for: {tests}",
            "design.correction",
            "holm corrects any family",
        )
    step_down = spec.correction == STEP_DOWN
    ps = found.p_stepdown if step_down else found.p_adjusted
    return [
        Adjusted(
            ps[i],
            None if step_down else found.low[i],
            None if step_down else found.high[i],
            found.smallest_p,
            found.p_error[i],
        )
        for i in range(len(family))
    ]


def kind(cells: Cells, one: Compared) -> str:
    """How the statistic of a comparison comes about: "independent", "matched" or neither."""
    if cells.metric.corpus or cells.examples is not None or "resampled" in one.contrast.test:
        return ""
    if one.contrast.paired or cells.unit is Unit.DATASET:
        return "matched"
    return "independent" if cells.unit is Unit.SEED else ""


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
    order = list(places)
    table = np.array([[row.get(at, 0.0) for at in order] for row in rows])
    means = [Mean(places[at].mean, places[at].variance, places[at].df) for at in order]
    return independent(table, means, alpha=spec.alpha, seed=spec.seed)


def of_pairs(family: Sequence[tuple[Cells, Compared]], spec: DesignSpec) -> Simultaneous:
    """Contrasts of matched replicates: those that all methods of the family share."""
    import numpy as np

    first = family[0][0]
    if first.unit is Unit.DATASET:
        names = [d for d in first.datasets if all(has(cells, one, d) for cells, one in family)]
        columns = [
            [cells.table[one.a, d].mean - cells.table[one.b, d].mean for d in names]
            for cells, one in family
        ]
        table = np.array(columns).T.reshape(len(names), len(family))
        return matched([table], [np.arange(len(names))], alpha=spec.alpha, seed=spec.seed)
    scopes = first.datasets if family[0][1].scope is None else (family[0][1].scope,)
    tables, units = [], []
    for dataset in scopes:
        table, unit = on_dataset(family, dataset)
        tables.append(table)
        units.append(unit)
    return matched(tables, units, alpha=spec.alpha, seed=spec.seed)


def has(cells: Cells, one: Compared, dataset: str) -> bool:
    """Whether both methods have a number on a dataset."""
    return (one.a, dataset) in cells.table and (one.b, dataset) in cells.table


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
