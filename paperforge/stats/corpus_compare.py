"""Corpus metrics in an analysis: their cells, their comparisons and their aggregates by example."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.model import Aggregate
from paperforge.spec import Unit
from paperforge.stats.aggregates import hole
from paperforge.stats.compare import Compared, untestable
from paperforge.stats.contrast import finite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.model import Results, Sample
    from paperforge.spec import Metric
    from paperforge.stats.cells import Cells
    from paperforge.stats.contrast import Ask, Contrast
    from paperforge.stats.corpus_cells import CorpusCell, Place
    from paperforge.stats.design import Family


def run_samples(results: Results, metric: Metric) -> tuple[Sample, ...]:
    """The value of every run: measured, or computed from the sums over its examples."""
    if metric.corpus:
        from paperforge.stats import corpus_cells

        return corpus_cells.runs(results, metric)
    return results.samples(metric.name, Unit.SEED)


def by_example(results: Results, cells: Cells) -> Mapping[Place, CorpusCell]:
    """The sums of every cell where the examples are what is drawn anew; else nothing."""
    if not cells.metric.corpus:
        return {}
    from paperforge.stats import corpus_cells

    return corpus_cells.cells(results, cells.metric)


def described(cells: Cells, sums: Mapping[Place, CorpusCell]) -> Cells:
    """The cells of a metric as the design's description reads them: by example."""
    datasets = tuple(d for d in cells.datasets if any(at[1] == d for at in sums))
    table = {
        at: replace(cells.table[at], n=one.n, keys=one.keys, keyed=True, not_finite=one.incomplete)
        for at, one in sums.items()
        if at in cells.table
    }
    grouped = any(one.grouped for one in sums.values())
    return replace(
        cells,
        unit=Unit.EXAMPLE,
        datasets=datasets,
        table=table,
        clustered=grouped,
        groups=len(set().union(*(one.units.tolist() for one in sums.values()))) if grouped else 0,
        averages={},
    )


def compare_sums(
    cells: Cells, sums: Mapping[Place, CorpusCell], chosen: Family, ask: Ask
) -> list[Compared]:
    """Every pair of the family on the average where there are several datasets, then on each."""
    if not cells.metric.tested:
        return []
    found = []
    single = len(cells.datasets) == 1
    for a, b in chosen.pairs:
        scopes = [(None, cells.datasets)] if not single else []
        for scope, datasets in [*scopes, *((d, (d,)) for d in cells.datasets)]:
            row = [[sums.get((m, d)) for d in datasets] for m in (a, b)]
            contrast, unmatched = compared(cells, (a, b), row, datasets, ask)
            primary = single or scope is None
            found.append(Compared(a, b, scope, primary, contrast, unmatched))
    return found


def compared(
    cells: Cells,
    names: tuple[str, str],
    rows: Sequence[Sequence[CorpusCell | None]],
    datasets: Sequence[str],
    ask: Ask,
) -> tuple[Contrast, tuple[int, int]]:
    """One comparison, and how many examples of each have no partner."""
    from paperforge.stats.corpus_cells import compare_corpus

    holes = [
        f"{cells.why(name, dataset)} ({name})"
        for name, row in zip(names, rows, strict=True)
        for dataset, one in zip(datasets, row, strict=True)
        if one is None
    ]
    if holes:
        return untestable((0, 0), None, ", ".join(holes)), (0, 0)
    left, right = ([one for one in row if one is not None] for row in rows)
    found = compare_corpus(left, right, cells.metric, ask, ask.seed)
    return replace(found.contrast, monte_carlo=found.error), found.unmatched


def aggregates(cells: Cells, sums: Mapping[Place, CorpusCell], ask: Ask) -> list[Aggregate]:
    """Every method on every dataset, then its average over several; by resampled sums."""
    rows = []
    for method in cells.methods:
        row = [sums.get((method, d)) for d in cells.datasets]
        whole = [one for one in row if one is not None]
        for dataset, one in zip(cells.datasets, row, strict=True):
            rows.append(
                hole(cells, method, dataset, dataset)
                if one is None
                else summed(cells, [one], dataset, ask)
            )
        if len(row) > 1:
            absent = next(
                (d for d, one in zip(cells.datasets, row, strict=True) if one is None), ""
            )
            rows.append(
                summed(cells, whole, None, ask)
                if len(whole) == len(row)
                else hole(cells, method, absent, None)
            )
    return rows


def summed(cells: Cells, row: Sequence[CorpusCell], dataset: str | None, ask: Ask) -> Aggregate:
    """One method's metric, on a dataset or on the average."""
    from paperforge.stats.corpus_cells import summarise

    scale = cells.metric.scale
    found = summarise(row, cells.metric, ask, ask.seed)
    estimate, low, high = found.contrast.estimate, found.contrast.low, found.contrast.high
    half = None if low is None or high is None else (high - low) / 2

    def printed(value: float | None) -> float | None:
        return None if value is None else finite(value * scale)

    return Aggregate(
        cells.metric.name,
        row[0].method,
        dataset,
        min(one.n for one in row),
        printed(estimate),
        None,
        printed(found.se),
        printed(half),
        not_finite=sum(one.incomplete for one in row),
        failed=sum(one.failed for one in row),
    )
