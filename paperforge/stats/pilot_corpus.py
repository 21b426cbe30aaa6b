"""What a pilot says about the variance of a metric of sums: what an example adds, linearised."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.stats.corpus_cells import CLUSTERED, cells, laid_out
from paperforge.stats.corpus_resample import TEST, observed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Decision, Results
    from paperforge.spec import Metric
    from paperforge.stats.corpus_cells import CorpusCell
    from paperforge.stats.sums import Part


def name(cluster: float) -> str:
    """The test, and how it is planned. cluster: examples a cluster, on average."""
    test = CLUSTERED if cluster > 1 else TEST
    return f"{test} (planned as a t test of what each example adds)"


def variances(
    results: Results, metric: Metric, decision: Decision
) -> tuple[tuple[Part, ...], int, float, float] | None:
    """Of one comparison: variance of what an example adds, in squared printed units, a dataset.

    The variance of the difference of the metrics is that of a mean over the examples of what each
    adds to it, to first order (Davison and Hinkley 1997, section 2.7.2), so it falls as one over
    their number. Parts as pilot.Pilot has them, then the examples of the smallest dataset, examples
    a cluster, and how much clusters add to the variance (1 or more). None where the methods do not
    share two examples (or clusters) on every dataset, or nothing varies.
    """
    found = cells(results, metric)
    names = dict.fromkeys(dataset for _, dataset in found)
    if not names or any((m, d) not in found for m in (decision.a, decision.b) for d in names):
        return None
    a, b = ([found[m, d] for d in names] for m in (decision.a, decision.b))
    whole = by_dataset(a, b, metric)
    loose_a, loose_b = ([replace(one, clusters=None) for one in row] for row in (a, b))
    alone = by_dataset(loose_a, loose_b, metric)
    if whole is None or alone is None:
        return None
    clusters, n = sum(units for _, units in whole), sum(units for _, units in alone)
    grouped = sum(v for v, _ in whole) / sum(v for v, _ in alone)
    over, scale = len(alone), metric.scale**2
    parts = tuple((v * units * over * over * scale, units - 1.0) for v, units in alone)
    least = min(units for _, units in alone)
    return parts, least, n / clusters, max(1.0, grouped) if clusters < n else 1.0


def by_dataset(
    a: Sequence[CorpusCell], b: Sequence[CorpusCell], metric: Metric
) -> list[tuple[float, int]] | None:
    """Share of the variance of the difference, and units drawn, of each stratum."""
    import numpy as np

    strata, paired, _ = laid_out(a, b, metric)
    if not paired:
        return None
    with np.errstate(all="ignore"):
        made = [(float(observed([one])[1][0]), len(one.stratum.keys)) for one in strata]
    if not all(np.isfinite(v) for v, _ in made) or sum(v for v, _ in made) <= 0:
        return None
    return made
