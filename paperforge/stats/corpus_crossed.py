"""Corpus metrics of runs x examples: what every example adds to the score of its run.

A corpus metric is no mean over examples. Its delete-one jackknife makes it one, to first order: of
a run with the score T of N examples and T_i without example i, the pseudo-value of i is

    T + (N - 1) (mean of all T_j - T_i),

centred at T rather than at the jackknife's own estimate, so that the mean of a run's pseudo-values
is its score (Tukey 1958, Ann. Math. Statist. 29(2); Miller 1974, Biometrika 61(1)). Of a plain mean
they are the examples' scores. The two-way test (crossed.py) takes them as those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.model import Sample
from paperforge.spec import Unit
from paperforge.stats.corpus import value
from paperforge.stats.substitute import Substitute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from paperforge.model import Results, Scores
    from paperforge.spec import Metric

    Place = tuple[str, str]
    """Method, dataset."""
    Rows = tuple[np.ndarray, np.ndarray]
    """Keys of examples, and their clusters."""

LEAST = 50
"""Examples (or clusters) from which on the size is held, with 2 to 30 runs (docs/error-rates.md);
with 20 examples it was .059, with 10 clusters too."""
OTHERS = "not all runs are scored on the same examples"
ANEW = "too few for a test that draws runs and examples anew"
FEW, FEW_CLUSTERS = f"fewer than {LEAST} are {ANEW}", f"fewer than {LEAST} clusters are {ANEW}"
UNDEFINED = "without one of them its value is not defined"
DIGITS = 14
"""Of a pseudo-value of one example; of N examples log10(N) fewer are more than rounding."""


def pseudo_values(kind: str, sums: np.ndarray) -> np.ndarray:
    """What every example adds to the score of its run; NaN where that is not defined.

    sums: shape (..., N, C), the parts of the metric of every example of each run. Gives (..., N).
    """
    import numpy as np

    n, whole = sums.shape[-2], sums.sum(axis=-2)
    score, without = value(kind, whole)[..., None], value(kind, whole[..., None, :] - sums)
    found = score + (n - 1) * (without.mean(axis=-1, keepdims=True) - without)
    size = float(np.abs(found).max(initial=0.0))
    if not 0 < size < np.inf:
        return np.asarray(found)
    digits = DIGITS - int(np.ceil(np.log10(n)))  # the difference of nearly equal numbers, times n
    unit = 10.0 ** (np.floor(np.log10(size)) - digits)
    return np.asarray(np.round(found / unit) * unit)


@dataclass(frozen=True, slots=True)
class Grid:
    """One cell: runs of shape (R,), examples and clusters of shape (N,), sums of (R, N, C)."""

    runs: np.ndarray
    examples: np.ndarray
    sums: np.ndarray
    clusters: np.ndarray | None = None


def grid(parts: Sequence[Scores | None], clusters: Rows | None = None) -> Grid | None:
    """The parts of one cell side by side; None where not every run has all of every example.

    clusters: those of the cell's examples, by their keys.
    """
    import numpy as np

    first = parts[0]
    if first is None:
        return None
    runs, examples = np.unique(first.runs), np.unique(first.examples)
    columns = []
    for one in parts:
        if one is None or len(one.values) != len(runs) * len(examples):
            return None
        if not np.array_equal(one.runs, np.repeat(runs, len(examples))):
            return None
        if not np.array_equal(one.examples, np.tile(examples, len(runs))):
            return None
        columns.append(one.values.reshape(len(runs), len(examples)))
    of = None
    if clusters is not None:
        order = np.argsort(clusters[0])
        of = clusters[1][order[np.searchsorted(clusters[0], examples, sorter=order)]]
    return Grid(runs, examples, np.stack(columns, axis=-1), of)


def sample(metric: Metric, at: Place, one: Grid) -> Sample:
    """One cell by example: the mean of the pseudo-values over the runs, and how they spread."""
    import numpy as np

    rows = np.stack([pseudo_values(metric.corpus, sums) for sums in one.sums])
    mean = rows.mean(axis=0)
    return Sample(
        metric.name,
        *at,
        one.examples,
        mean,
        one.clusters,
        repeats=np.full(len(mean), len(rows)),
        within=((rows - mean) ** 2).sum(axis=0),
    )


def linearised(results: Results, metric: Metric) -> tuple[tuple[Sample, ...], str]:
    """The cells of a corpus metric by example; or none, and why runs alone are to be compared.

    All runs of a dataset have to be scored on the same examples, LEAST of them (or of their
    clusters) or more.
    """
    import numpy as np

    read = [{(s.method, s.dataset): s for s in results.scores(part)} for part in metric.parts]
    clusters = {
        (s.method, s.dataset): (s.keys, s.clusters)
        for s in results.samples(metric.parts[0], Unit.EXAMPLE)
        if s.clusters is not None
    }
    places = dict.fromkeys(at for cells in read for at in cells)
    grids = {at: grid([cells.get(at) for cells in read], clusters.get(at)) for at in places}
    whole = {at: one for at, one in grids.items() if one is not None}
    why = problem(results, metric, whole) if len(whole) == len(grids) > 0 else OTHERS
    if why:
        return (), why
    with np.errstate(all="ignore"):
        made = tuple(sample(metric, at, one) for at, one in whole.items())
    defined = all(np.isfinite(s.values).all() for s in made)
    return (made, "") if defined else ((), UNDEFINED)


def problem(results: Results, metric: Metric, grids: Mapping[Place, Grid]) -> str:
    """Why the examples of these cells cannot be drawn anew beside the runs; empty: they can."""
    import numpy as np

    examples: dict[str, np.ndarray] = {}
    for (_, dataset), one in grids.items():
        if not np.array_equal(examples.setdefault(dataset, one.examples), one.examples):
            return OTHERS
    for run in results.samples(metric.parts[0], Unit.SEED):
        own = grids.get((run.method, run.dataset))
        if own is not None and not np.array_equal(np.unique(run.keys), own.runs):
            return OTHERS
    for one in grids.values():
        drawn = one.examples if one.clusters is None else np.unique(one.clusters)
        if len(drawn) < LEAST:
            return FEW if len(one.examples) < LEAST else FEW_CLUSTERS
    return ""


def refused(results: Results, metric: Metric) -> str:
    """Why a corpus metric is compared by its runs alone; empty: by runs and examples."""
    return linearised(results, metric)[1]


def by_example(results: Results, metric: Metric) -> Results:
    """The results, of a corpus metric with the pseudo-values as scores of the examples."""
    if not metric.corpus:
        return results

    def draw(name: str, unit: Unit) -> tuple[Sample, ...]:
        if name == metric.name and unit is Unit.EXAMPLE:
            return linearised(results, metric)[0]
        return results.samples(name, unit)

    return Substitute(results, draw, results.metrics, results.datasets)


def of_sums(results: Results, metric: Metric) -> list[Sample]:
    """What every example adds to the metric of all runs together, by cell."""
    import numpy as np

    from paperforge.stats.corpus_cells import cells

    with np.errstate(all="ignore"):
        return [
            Sample(metric.name, *at, one.keys, pseudo_values(metric.corpus, one.sums))
            for at, one in cells(results, metric).items()
        ]
