"""Every cell, and every average over the fixed datasets, in printed numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.model import Aggregate
from paperforge.spec import Unit
from paperforge.stats.clusters import clustered, raised
from paperforge.stats.contrast import finite
from paperforge.stats.folds import of_mean
from paperforge.stats.ladder import interval, interval_of_average
from paperforge.stats.means import satterthwaite, varied

if TYPE_CHECKING:
    from paperforge.model import Quote
    from paperforge.stats.cells import Cell, Cells
    from paperforge.stats.compare import Setting

SHOWN = 200
"""Replicates that an aggregate keeps, at most."""


def aggregates(cells: Cells, setting: Setting) -> list[Aggregate]:
    """Summarise one metric: every method on every dataset, then its average over several.

    Where no cell at all has a number: why not.
    """
    if not cells.datasets:
        return [hole(cells, method, dataset, dataset) for method, dataset in cells.missing]
    rows = []
    for method in cells.methods:
        row = [cells.table.get((method, dataset)) for dataset in cells.datasets]
        for dataset, cell in zip(cells.datasets, row, strict=True):
            rows.append(
                one(cells, cell, setting)
                if cell is not None
                else hole(cells, method, dataset, dataset)
            )
        if len(row) > 1:
            whole = [cell for cell in row if cell is not None]
            absent = next((d for d, c in zip(cells.datasets, row, strict=True) if c is None), None)
            rows.append(
                average(cells, whole, setting)
                if absent is None
                else hole(cells, method, absent, None)
            )
    return rows


def hole(cells: Cells, method: str, dataset: str, shown: str | None) -> Aggregate:
    """Make an aggregate without a number, with the reason that `dataset` has none."""
    not_finite, failed = cells.lost.get((method, dataset), (0, 0))
    return Aggregate(
        cells.metric.name,
        method,
        shown,
        0,
        None,
        None,
        None,
        None,
        missing=cells.why(method, dataset),
        not_finite=not_finite,
        failed=failed,
    )


def one(cells: Cells, cell: Cell, setting: Setting) -> Aggregate:
    """Summarise one cell: mean, sd, standard error (by cluster where examples are grouped)."""
    scale = cells.metric.scale
    few = cell.n <= SHOWN and cells.unit is not Unit.EXAMPLE
    saturated = cells.unit is Unit.EXAMPLE and cell.binary and cell.sd == 0
    variance, df = variance_of(cell, setting), cell.df
    half = wilson(cell.n, setting.ask.alpha) if saturated else half_width(variance, df, setting)
    spread = cell.n > 1
    share = interval(cell, setting.ask.alpha) if cell.counted else None
    return Aggregate(
        cells.metric.name,
        cell.method,
        cell.dataset,
        cell.counted.n if cell.counted else cell.n,
        finite(cell.mean * scale),
        finite(cell.sd * scale) if spread else None,
        finite(math.sqrt(variance / cell.raised) * scale) if spread and df > 0 else None,
        None if half is None or not spread else finite(half * scale),
        not_finite=cell.not_finite,
        failed=cell.failed,
        partial=cell.partial,
        values=tuple(v for x in cell.values if (v := finite(float(x) * scale)) is not None)
        if few
        else (),
        interval=None if share is None else (share[0] * scale, share[1] * scale),
        keys=named(cells, cell) if few else (),
        quoted=printed(cell.quote, scale),
        scored=cell.scored,
    )


def named(cells: Cells, cell: Cell) -> tuple[str, ...]:
    """The names of a cell's runs; nothing where they have none, or a value that is kept is none."""
    if not sound(cells, cell):
        return ()
    names = cells.names
    return tuple(names.get(int(key), "") if names else str(key) for key in cell.keys.tolist())


def printed(quote: Quote | None, scale: float) -> Quote | None:
    """What is quoted, in printed units: 0.903 of a scale of 100 has one decimal."""
    if quote is None:
        return None
    spread = None if quote.spread is None else finite(quote.spread * scale)
    digits = quote.digits
    if digits is not None and scale:
        digits -= round(math.log10(abs(scale)))
    return replace(quote, spread=spread, digits=digits)


def sound(cells: Cells, cell: Cell) -> bool:
    """Whether every value has a name: a lost run that counts as a number has a made-up key."""
    made_up = cells.metric.diverged is not None and int(cell.keys.min(initial=0)) < 0
    finite_all = all(math.isfinite(x * cells.metric.scale) for x in cell.values.tolist())
    return cell.keyed and not cell.quoted and not made_up and finite_all


def variance_of(cell: Cell, setting: Setting) -> float:
    """Of the mean of a cell; folds are corrected for the training data that they share.

    Infinite where nothing says how much that is: such a mean has no interval.
    """
    if setting.shares is None:
        return cell.variance
    share = setting.shares.get(cell.dataset, 0.0)
    return of_mean(cell, share) if share > 0 else math.inf


def half_width(variance: float, df: float, setting: Setting) -> float | None:
    """Half-width of the t interval of a mean."""
    from scipy.special import stdtrit

    if df <= 0:
        return None
    return float(stdtrit(df, 1 - setting.ask.alpha / 2)) * math.sqrt(variance)


def wilson(n: int, alpha: float) -> float:
    """Length of Wilson's interval where all n examples are right, or all wrong.

    A t interval of zero length would claim too much. Source: Wilson 1927, JASA 22(158).
    """
    from scipy.special import ndtri

    z2 = float(ndtri(1 - alpha / 2)) ** 2
    return z2 / (n + z2)


def of_alike(row: list[Cell], setting: Setting) -> tuple[float, float] | None:
    """Interval of an average of shares of which some do not vary (added.py)."""
    d = len(row)
    levels = [varied(cell, d, alike=True) for cell in row]
    variance, df = satterthwaite([(one.variance / d**2, one.df) for one in levels])
    half = half_width(variance, df, setting)
    middle = sum(one.mean for one in levels) / d
    return None if half is None else (max(0.0, middle - half), min(1.0, middle + half))


def average(cells: Cells, row: list[Cell], setting: Setting) -> Aggregate:
    """Summarise one method's average over the datasets.

    Runs that are independent from dataset to dataset: variances add (Satterthwaite's degrees of
    freedom), and sd is that of one sweep over all datasets. Runs or seeds shared over datasets:
    averaged within each first. Examples or clusters shared: summed over the datasets first.
    """
    scale, d, n = cells.metric.scale, len(row), min(cell.n for cell in row)
    mean = sum(cell.mean for cell in row) / d
    sd = math.sqrt(sum(cell.sd * cell.sd for cell in row)) / d
    parts = [(variance_of(cell, setting) / d**2, cell.df) for cell in row]
    variance, df = satterthwaite(parts)
    plain = sum(v / cell.raised for (v, _), cell in zip(parts, row, strict=True))
    times = variance / plain if 0 < plain < math.inf else 1.0
    codes = [cell.groups for cell in row if cell.groups is not None]
    if cells.crossing and len(codes) == d:
        variance, df = clustered([cell.values for cell in row], codes, cells.groups)
        times = raised(codes, cells.groups)
    elif (
        setting.shares is None
        and cells.unit is Unit.SEED
        and (setting.shared_runs or setting.pair_seeds)
    ):
        runs = cells.averages.get(row[0].method)
        if runs is not None and runs.n > 1:
            sd, variance, df, times = runs.sd, runs.variance, runs.df, 1.0
    share = None
    alike = cells.unit is Unit.EXAMPLE and any(cell.variance <= 0 for cell in row)
    if alike and all(cell.shares for cell in row) and not cells.crossing:
        share = of_alike(row, setting)
    if all(cell.counted for cell in row):
        share = interval_of_average(row, setting.ask.alpha)
        n = min(cell.counted.n for cell in row if cell.counted)
    spread = min(cell.n for cell in row) > 1 and df > 0
    half = half_width(variance, df, setting) if spread else None
    return Aggregate(
        cells.metric.name,
        row[0].method,
        None,
        n,
        finite(mean * scale),
        finite(sd * scale) if spread and cells.unit is not Unit.EXAMPLE else None,
        finite(math.sqrt(variance / times) * scale) if spread else None,
        None if half is None else finite(half * scale),
        not_finite=sum(cell.not_finite for cell in row),
        failed=sum(cell.failed for cell in row),
        scored=sum(cell.scored for cell in row),
        partial=sum(cell.partial for cell in row),
        interval=None if share is None else (share[0] * scale, share[1] * scale),
    )
