"""The examples that two methods share, where not every run was scored on the same ones.

Runs and examples are crossed only where every run of both methods has every example (crossed.py).
Where that is not so, a comparison is made on the examples that all runs of both methods have: the
means of a method over other examples would differ by the examples, not by the methods.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.spec import Unit
from paperforge.stats.cells import Cell, Cells, moments, run_averages
from paperforge.stats.clusters import with_scale
from paperforge.stats.within import spread_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np

    from paperforge.model import Results, Sample, Scores
    from paperforge.spec import Metric

    Place = tuple[str, str]
    """Method, dataset."""

ENOUGH = 2
"""Examples that a comparison needs."""


@dataclass(frozen=True, slots=True)
class Uneven:
    """The scores of one metric whose runs were not all scored on the same examples."""

    cells: Mapping[tuple[str, str], Scores]

    def of_all(self, methods: Iterable[str], dataset: str) -> np.ndarray:
        """Keys of the examples that every run of these methods has on a dataset, sorted."""
        import numpy as np

        found: np.ndarray | None = None
        for method in methods:
            one = self.cells.get((method, dataset))
            if one is None:
                continue
            keys, counts = np.unique(one.examples, return_counts=True)
            keys = keys[counts == len(np.unique(one.runs))]
            found = keys if found is None else np.intersect1d(found, keys, assume_unique=True)
        return np.empty(0, dtype=np.int64) if found is None else found

    def size(self, method: str, dataset: str) -> int:
        """Examples that some run of a method has on a dataset."""
        import numpy as np

        one = self.cells.get((method, dataset))
        return 0 if one is None else len(np.unique(one.examples))

    def short(self, method: str, dataset: str) -> dict[int, int]:
        """Key of each run that lacks examples of its method -> how many it has."""
        one = self.cells.get((method, dataset))
        if one is None:
            return {}
        whole, has = self.size(method, dataset), Counter(one.runs.tolist())
        return {run: n for run, n in has.items() if n < whole}

    def left(self, a: str, b: str, dataset: str) -> tuple[int, int, int]:
        """Examples that all runs of both have; those of a, and of b, that are left out."""
        n = len(self.of_all((a, b), dataset))
        return n, self.size(a, dataset) - n, self.size(b, dataset) - n

    def of(self, a: str, b: str, dataset: str) -> bool:
        """Whether a comparison leaves examples out."""
        both = (a, dataset) in self.cells and (b, dataset) in self.cells
        return both and any(self.left(a, b, dataset)[1:])


def uneven(
    results: Results,
    metric: Metric,
    runs: Mapping[Place, int],
    examples: Mapping[Place, tuple[np.ndarray, int]],
) -> Uneven | None:
    """The scores of a metric, where not all runs on a dataset have the same examples; else None.

    runs: number of runs of every cell that has some. examples: keys of its examples, and how many
    runs each has (0: that differs); every score is read only where these leave it open.
    """
    if metric.corpus or not examples:
        return None
    first: dict[str, np.ndarray] = {}
    for (_, dataset), (keys, _) in examples.items():
        first.setdefault(dataset, keys)
    if all(
        repeats == runs.get(at, 0) and same(keys, first[at[1]])
        for at, (keys, repeats) in examples.items()
    ):
        return None
    found = Uneven({(s.method, s.dataset): s for s in results.scores(metric.name)})
    on: dict[str, list[str]] = {}
    for method, dataset in found.cells:
        on.setdefault(dataset, []).append(method)
    shared = {dataset: len(found.of_all(methods, dataset)) for dataset, methods in on.items()}
    odd = any(found.size(m, dataset) != shared[dataset] for m, dataset in found.cells)
    return found if odd else None


def same(left: np.ndarray, right: np.ndarray) -> bool:
    """Whether two arrays of keys hold the same ones."""
    import numpy as np

    return (
        left is right
        or np.array_equal(left, right)
        or bool(np.array_equal(np.sort(left), np.sort(right)))
    )


def in_results(results: Results, metric: Metric, runs: Mapping[Place, int]) -> Uneven | None:
    """The same, of results whose examples nobody has read yet."""
    samples = [s for s in results.samples(metric.name, Unit.EXAMPLE) if len(s.values)]
    found = {(s.method, s.dataset): (s.keys, spread_within(s)[0]) for s in samples}
    return uneven(results, metric, runs, found)


def with_scores(cells: Cells, results: Results) -> Cells:
    """The cells of runs and examples, with the scores where not all runs have the same examples."""
    if cells.examples is None:
        return cells
    counts = {at: cell.n for at, cell in cells.table.items()}
    examples = {at: (cell.keys, cell.repeats) for at, cell in cells.examples.table.items()}
    return replace(cells, uneven=uneven(results, cells.metric, counts, examples))


def samples_on_shared(
    results: Results, metric: Metric, runs: Sequence[Sample], examples: Sequence[Sample]
) -> tuple[list[Sample], list[Sample]]:
    """The samples by run and by example, on the examples that every run of every method has."""
    counts = {(s.method, s.dataset): len(s.values) for s in runs}
    odd = in_results(results, metric, counts)
    if odd is None:
        return list(runs), list(examples)
    methods = list(dict.fromkeys(m for m, _ in odd.cells))
    keys = {dataset: odd.of_all(methods, dataset) for _, dataset in odd.cells}
    grids = {
        at: scored_on(one, keys[at[1]])
        for at, one in odd.cells.items()
        if len(keys[at[1]]) >= ENOUGH
    }
    by_run = [run_sample(s, *grids.get((s.method, s.dataset), (None, None))) for s in runs]
    by_example = [
        example_sample(s, keys[s.dataset], grids[s.method, s.dataset][0])
        if (s.method, s.dataset) in grids
        else s
        for s in examples
    ]
    return by_run, by_example


def run_sample(sample: Sample, grid: np.ndarray | None, runs: np.ndarray | None) -> Sample:
    """The sample by run with the means of these scores, shape (runs, examples)."""
    import numpy as np

    if grid is None or runs is None:
        return sample
    mean = dict(zip(runs.tolist(), grid.mean(axis=1).tolist(), strict=True))
    rows = zip(sample.keys.tolist(), sample.values.tolist(), strict=True)
    return replace(sample, values=np.array([mean.get(key, value) for key, value in rows]))


def example_sample(sample: Sample, keys: np.ndarray, grid: np.ndarray) -> Sample:
    """The sample by example with these examples only. grid: scores of shape (runs, examples)."""
    import numpy as np

    order = np.argsort(sample.keys)
    rows = order[np.searchsorted(sample.keys, keys, sorter=order)]
    values = grid.mean(axis=0)
    return replace(
        sample,
        keys=keys,
        values=values,
        clusters=None if sample.clusters is None else sample.clusters[rows],
        repeats=np.full(len(keys), len(grid)),
        within=((grid - values) ** 2).sum(axis=0),
    )


def too_few(cells: Cells, a: str, b: str) -> list[str]:
    """Datasets on which two methods share too few examples to be compared."""
    odd = cells.uneven
    if odd is None:
        return []
    return [d for d in cells.datasets if odd.of(a, b, d) and odd.left(a, b, d)[0] < ENOUGH]


def of_methods(cells: Cells, *methods: str) -> Cells:
    """The cells on the examples that all runs of these methods have; elsewhere as they are.

    Datasets on which these are too few stay as they are, too: see too_few().
    """
    odd, examples = cells.uneven, cells.examples
    if odd is None or examples is None:
        return cells
    by_run, by_example, moved = dict(cells.table), dict(examples.table), False
    for dataset in cells.datasets:
        common = odd.of_all(methods, dataset)
        for method in methods:
            at = (method, dataset)
            if at not in odd.cells or not ENOUGH <= len(common) < odd.size(*at):
                continue
            moved = True
            grid, runs = scored_on(odd.cells[at], common)
            by_run[at] = of_runs(by_run[at], runs, grid.mean(axis=1))
            by_example[at] = of_examples(by_example[at], common, grid, examples)
    if not moved:
        return cells
    averages = dict(cells.averages)
    if averages:
        averages |= run_averages(by_run, methods, cells.datasets)
    whole = replace(examples, table=by_example)
    return replace(cells, table=by_run, examples=whole, averages=averages)


def scored_on(one: Scores, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores of shape (runs, examples) on examples that every run has, and the runs' keys."""
    import numpy as np

    there = np.isin(one.examples, keys)
    return one.values[there].reshape(-1, len(keys)), np.unique(one.runs)


def of_runs(cell: Cell, keys: np.ndarray, means: np.ndarray) -> Cell:
    """The cell of runs with other means; a lost run that counts as a score keeps it."""
    import numpy as np

    values = cell.values.astype(float).copy()
    at = np.searchsorted(cell.keys, keys)
    values[at] = means
    mean, sd = moments(values, cell.size)
    return replace(cell, values=values, mean=mean, sd=sd, variance=sd * sd / cell.n)


def of_examples(cell: Cell, keys: np.ndarray, grid: np.ndarray, cells: Cells) -> Cell:
    """The cell of examples with these only. grid: scores of shape (runs, examples)."""
    import numpy as np

    values, n = grid.mean(axis=0), len(keys)
    groups = None if cell.groups is None else cell.groups[np.searchsorted(cell.keys, keys)]
    mean, sd = moments(values, cell.size)
    variance, df, times = sd * sd / n, n - 1.0, 1.0
    if cells.clustered and groups is not None and sd > 0:
        variance, df, times = with_scale(values, groups, cells.groups)
    return replace(
        cell,
        n=n,
        mean=mean,
        sd=sd,
        variance=variance,
        df=df,
        raised=times,
        keys=keys,
        values=values,
        groups=groups,
        binary=bool(((values == 0) | (values == 1)).all()),
        shares=cell.shares or bool(((grid == 0) | (grid == 1)).all()),
        repeats=len(grid),
        within=float(((grid - values) ** 2).sum()),
    )
