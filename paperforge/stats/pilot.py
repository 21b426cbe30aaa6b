"""What pilot results say about the variance that a plan needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.cells import merge, moments
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.lost import scored
from paperforge.stats.null import spelled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from paperforge.model import Analysis, Decision, Results, Sample
    from paperforge.spec import Metric
    from paperforge.stats.sums import Part

    Rows = tuple[np.ndarray, np.ndarray, np.ndarray | None]
    """Keys, values, clusters: arrays of shape (n,), one row a key."""
    Keyed = Mapping[str, Rows]
    """Dataset -> rows of one method."""

ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Pilot:
    """One comparison of a pilot, in squared printed units.

    parts: variance of one replicate and its degrees of freedom, of each method on each dataset;
    for a paired comparison of the difference, one a dataset (plan.seeds_needed). Where runs or
    examples that are in several datasets are averaged first, of the averages, and `datasets` is 1.
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
    effect: float = 1.0
    """How much clusters add to the variance of a mean; never below 1."""
    test: str = ""
    """Where it is neither a t test nor McNemar's."""


def pilots(results: Results, analysis: Analysis) -> tuple[Pilot, ...]:
    """One for each comparison of the family of which the results say a variance."""
    made = []
    pairs = bool(analysis.design.pair_by)
    for metric in analysis.metrics:
        own = analysis.design.of(metric.name).unit
        unit = Unit.EXAMPLE if own is Unit.EXAMPLE else Unit.SEED
        family = analysis.primary(metric.name)
        if not family:
            continue
        if metric.corpus and unit is Unit.EXAMPLE:
            made += [_summed(results, metric, d) for d in family]
            continue
        samples = [scored(sample, metric) for sample in run_samples(results, metric)]
        quotes = results.quotes(metric.name)
        samples = list(spelled(samples, quotes))  # printed means with their spread and n
        if unit is Unit.EXAMPLE:
            samples = list(results.samples(metric.name, unit))
        wanted = {name for d in family for name in (d.a, d.b)}
        cells = {name: _of(samples, name) for name in wanted}
        made += [
            _pilot(
                metric, d, unit, cells, pairs=pairs and d.paired, shared_runs=results.shared_runs
            )
            for d in family
        ]
    return tuple(one for one in made if one is not None)


def _summed(results: Results, metric: Metric, decision: Decision) -> Pilot | None:
    """The same of a metric of sums over examples."""
    from paperforge.stats import pilot_corpus

    found = pilot_corpus.variances(results, metric, decision)
    if found is None:
        return None
    parts, least, cluster, effect = found
    return Pilot(
        metric,
        decision.a,
        decision.b,
        Unit.EXAMPLE,
        paired=True,
        parts=parts,
        datasets=len(parts),
        n=least,
        estimate=decision.estimate,
        cluster=cluster,
        effect=effect,
        test=pilot_corpus.name(cluster),
    )


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
    paired = pairs
    if unit is Unit.EXAMPLE:  # as they are compared: where too few match, as two samples
        paired = all(len(_differences(a[d], b[d])[1]) >= ENOUGH for d in a)
    if unit is Unit.SEED and len(a) > 1 and (shared_runs or paired):
        a, b = {"": _averaged(a)}, {"": _averaged(b)}
    rows = [_differences(a[d], b[d]) for d in a] if paired else [*a.values(), *b.values()]
    least = min(len(values) for _, values, _ in rows)
    if least < ENOUGH:
        return None
    discordance = None
    cluster, effect = 1.0, 1.0
    if unit is Unit.EXAMPLE:
        discordance = _discordance(a, b, rows) if paired else None
        rows = _crossed(rows) if paired else rows
        least = min(len(values) for _, values, _ in rows)
        cluster, effect = _clusters(rows)
    scale = metric.scale**2
    parts = tuple((_variance(values) * scale, len(values) - 1.0) for _, values, _ in rows)
    return Pilot(
        metric,
        decision.a,
        decision.b,
        unit,
        paired,
        parts,
        len(rows) if paired else len(a),
        least,
        decision.estimate,
        discordance,
        cluster,
        effect,
    )


def _variance(values: np.ndarray) -> float:
    import numpy as np

    return moments(values, float(np.abs(values).max()))[1] ** 2


def _differences(a: Rows, b: Rows) -> Rows:
    """Differences on the keys that both have."""
    import numpy as np

    keys, left, right = np.intersect1d(a[0], b[0], assume_unique=True, return_indices=True)
    clusters = None if a[2] is None else a[2][left]
    return keys, a[1][left] - b[1][right], clusters


def _averaged(cells: Keyed) -> Rows:
    """One method's replicates averaged over the datasets, key by key."""
    import numpy as np

    rows = list(cells.values())
    common = rows[0][0]
    for keys, _, _ in rows[1:]:
        common = np.intersect1d(common, keys, assume_unique=True)
    values = [v[np.searchsorted(keys, common)] for keys, v, _ in rows]
    return common, np.asarray(np.mean(values, axis=0), dtype=float), None


def _crossed(rows: Sequence[Rows]) -> list[Rows]:
    """Examples of several datasets, where some are in more than one: one row an example.

    Its value is what it adds to the average over the D datasets, as a deviation from each mean:
    sum over its datasets of (difference - mean) N / (n D). The variance of N such rows over N is
    that of the average, however the datasets overlap (Liang and Zeger 1986, Biometrika 73(1)).
    """
    import numpy as np

    keys, code = np.unique(np.concatenate([k for k, _, _ in rows]), return_inverse=True)
    if len(rows) == 1 or len(keys) == len(code):
        return list(rows)
    weights = [(v - v.mean()) * (len(keys) / (len(v) * len(rows))) for _, v, _ in rows]
    added = np.bincount(code.ravel(), np.concatenate(weights), len(keys))
    clusters = None
    if all(c is not None for _, _, c in rows):
        clusters = np.empty(len(keys), dtype=np.int64)
        clusters[code.ravel()] = np.concatenate([c for _, _, c in rows if c is not None])
    return [(keys, added, clusters)]


def _clusters(rows: Sequence[Rows]) -> tuple[float, float]:
    """Examples a cluster, and what clusters add to the variance; of the worst dataset.

    The variance of a mean of clusters (CR1: Liang and Zeger 1986) over that of as many independent
    examples: Kish's design effect, as it is and not from one intraclass correlation.
    """
    import numpy as np

    found = [(1.0, 1.0)]
    for _, values, clusters in rows:
        if clusters is None:
            continue
        _, code = np.unique(clusters, return_inverse=True)
        sums = np.bincount(code.ravel(), values - values.mean())
        many, variance = len(sums), _variance(values)
        if many < ENOUGH or many == len(values) or variance <= 0:
            continue
        together = float(sums @ sums) * many / (many - 1) / len(values)
        found.append((len(values) / many, max(1.0, together / variance)))
    return max(found, key=lambda pair: pair[1])


def _discordance(a: Keyed, b: Keyed, rows: Sequence[Rows]) -> float | None:
    """Share of examples that differ, where all scores of the one dataset are 0 or 1."""
    if len(rows) != 1:
        return None
    scores = [values for side in (a, b) for _, values, _ in side.values()]
    if not all(((v == 0) | (v == 1)).all() for v in scores):
        return None
    return float((rows[0][1] != 0).mean())
