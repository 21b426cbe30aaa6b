"""What pilot results say about the variance that a plan needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.cells import merge, moments
from paperforge.stats.nested import nested

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from paperforge.model import Analysis, Decision, Results, Sample
    from paperforge.spec import Metric
    from paperforge.stats.means import Part

    Keyed = Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray | None]]
    """Dataset -> keys, values, clusters of one method, one row a key."""

ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Pilot:
    """One comparison of a pilot, in squared printed units.

    parts: variance of one replicate and its degrees of freedom, of each method on each dataset;
    for a paired comparison of the difference, one a dataset (plan.seeds_needed). Where runs are
    averaged over the datasets first, of the averages, and `datasets` is 1.
    """

    metric: Metric
    a: str
    b: str
    unit: Unit
    paired: bool
    parts: tuple[Part, ...]
    datasets: int
    n: int
    """Replicates in the smallest cell (for a paired comparison, of shared ones)."""
    estimate: float | None
    """a - b in the pilot, printed units."""
    discordance: float | None = None
    """0/1 scores on one dataset: share of the examples that only one of the two has right."""
    cluster: float = 1.0
    """Examples a cluster, on average."""
    icc: float = 0.0
    """Of the differences, within clusters."""


def pilots(results: Results, analysis: Analysis) -> tuple[Pilot, ...]:
    """One for each comparison of the family of which the results say a variance."""
    made = []
    pairs = bool(analysis.design.pair_by)
    unit = Unit.EXAMPLE if analysis.design.unit is Unit.EXAMPLE else Unit.SEED
    for metric in analysis.metrics:
        family = analysis.primary(metric.name)
        if not family:
            continue
        samples = results.samples(metric.name, unit)
        wanted = {name for d in family for name in (d.a, d.b)}
        cells = {name: _of(samples, name) for name in wanted}
        made += [
            _pilot(metric, d, unit, cells, pairs=pairs, shared_runs=results.shared_runs)
            for d in family
        ]
    return tuple(one for one in made if one is not None)


def _of(samples: Sequence[Sample], method: str) -> Keyed:
    return {s.dataset: merge(s) for s in samples if s.method == method and len(s.values)}


def _pilot(
    metric: Metric,
    decision: Decision,
    unit: Unit,
    cells: Mapping[str, Keyed],
    *,
    pairs: bool,
    shared_runs: bool,
) -> Pilot | None:
    """The variance of one comparison; None where a dataset has no number or fewer than two."""
    a, b = cells[decision.a], cells[decision.b]
    if not a or a.keys() != b.keys():
        return None
    paired = unit is Unit.EXAMPLE or pairs
    if unit is Unit.SEED and len(a) > 1 and (shared_runs or paired):
        a, b = {"": _averaged(a)}, {"": _averaged(b)}
    rows = [_differences(a[d], b[d]) for d in a] if paired else [(*a[d],) for d in a]
    rows += [] if paired else [(*b[d],) for d in b]
    least = min(len(values) for _, values, _ in rows)
    if least < ENOUGH:
        return None
    scale = metric.scale**2
    parts = tuple((_variance(values) * scale, len(values) - 1.0) for _, values, _ in rows)
    cluster, icc = 1.0, 0.0
    if unit is Unit.EXAMPLE:
        cluster, icc = _clusters(rows)
    discordance = _discordance(a, b, rows) if unit is Unit.EXAMPLE else None
    return Pilot(
        metric,
        decision.a,
        decision.b,
        unit,
        paired,
        parts,
        len(a),
        least,
        decision.estimate,
        discordance,
        cluster,
        icc,
    )


def _variance(values: np.ndarray) -> float:
    import numpy as np

    return moments(values, float(np.abs(values).max()))[1] ** 2


def _differences(
    a: tuple[np.ndarray, np.ndarray, np.ndarray | None],
    b: tuple[np.ndarray, np.ndarray, np.ndarray | None],
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Differences on the keys that both have."""
    import numpy as np

    keys, left, right = np.intersect1d(a[0], b[0], assume_unique=True, return_indices=True)
    clusters = None if a[2] is None else a[2][left]
    return keys, a[1][left] - b[1][right], clusters


def _averaged(cells: Keyed) -> tuple[np.ndarray, np.ndarray, None]:
    """One method's replicates averaged over the datasets, key by key."""
    import numpy as np

    rows = list(cells.values())
    common = rows[0][0]
    for keys, _, _ in rows[1:]:
        common = np.intersect1d(common, keys, assume_unique=True)
    values = [v[np.searchsorted(keys, common)] for keys, v, _ in rows]
    return common, np.asarray(np.mean(values, axis=0), dtype=float), None


def _clusters(
    rows: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray | None]],
) -> tuple[float, float]:
    """Examples a cluster, and the intraclass correlation of the differences; the worst dataset."""
    found = []
    for _, values, clusters in rows:
        if clusters is None:
            continue
        whole = nested(values, clusters)
        total = whole.between + whole.within
        if len(whole.prompts) < len(values) and total > 0:
            found.append((len(values) / len(whole.prompts), whole.between / total))
    return max(found, key=lambda pair: (pair[0] - 1) * pair[1], default=(1.0, 0.0))


def _discordance(
    a: Keyed, b: Keyed, rows: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray | None]]
) -> float | None:
    """Share of examples that differ, where all scores of the one dataset are 0 or 1."""
    if len(rows) != 1:
        return None
    scores = [values for side in (a, b) for _, values, _ in side.values()]
    if not all(((v == 0) | (v == 1)).all() for v in scores):
        return None
    return float((rows[0][1] != 0).mean())
