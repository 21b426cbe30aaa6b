"""What is reported beside the comparisons: what runs took, settings, ratings and agreement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Analysis, Cost, Hyperparameter, Rating, Ratings, Results
from paperforge.model.units import UNITS as KNOWN
from paperforge.model.units import unit_in
from paperforge.spec import FigureSpec, Metric, TableSpec
from paperforge.stats.agreement import agreement
from paperforge.stats.contrast import finite
from paperforge.stats.corpus_compare import run_samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    Asker = TableSpec | FigureSpec


UNITS = KNOWN | {"mWh", "MJ"}
"""Units of what runs take, whether or not the author has it tested."""


def costs(results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    """With what the runs of each method took, by every metric that says so, or those named.

    Such a metric is only reported (Metric.tested), or its name or its unit (UNITS) is that of a
    cost. Raises InputError where there is none, or one that is named is no such metric.
    """
    named = _named(asker)
    taken = [m for m in analysis.metrics if not m.tested or m.cost or unit_of(m) in UNITS]
    chosen = [m for m in taken if not named or m.name in named]
    known_as = {m.name for m in analysis.metrics} - {m.name for m in taken}
    other = [name for name in named if name in known_as]
    if not chosen or other:
        raise InputError(
            f"no metric of what runs took: {', '.join(other or named)}"
            if named
            else "no metric says what runs took",
            _where(asker),
            "time, energy, memory, parameters and FLOPs are known by their names; tested = false "
            "in paper.toml makes another metric one of them",
        )
    known = {c.metric for c in analysis.costs}
    found = [c for m in chosen if m.name not in known for c in _costs(results, m)]
    return replace(analysis, costs=(*analysis.costs, *found))


def _costs(results: Results, metric: Metric) -> Iterator[Cost]:
    """One a method, over its runs on all datasets."""
    import numpy as np

    samples = run_samples(results, metric)
    for method in results.methods:
        mine = [s for s in samples if s.method == method.name]
        values = np.concatenate([s.values for s in mine] or [np.zeros(0)]) * metric.scale
        lost = sum(s.failed + s.not_finite for s in mine)
        n = len(values)
        if not n or finite(float(values.sum())) is None:
            continue
        mean = float(values.sum()) / n
        yield Cost(
            metric.name,
            method.name,
            unit_of(metric),
            n,
            mean,
            float(values.std(ddof=1)) if n > 1 else None,
            float(values.min()),
            float(values.max()),
            float(values.sum()),
            lost,
        )


def unit_of(metric: Metric) -> str:
    """The declared unit, or the one at the end of the name: "duration_s", "energy_kwh"."""
    if metric.unit or metric.scale != 1:
        return metric.unit
    return unit_in(metric.name)


def settings(results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    """With the hyper-parameters that the stores hold. Raises InputError where they hold none."""
    if analysis.settings:
        return analysis
    found = tuple(
        Hyperparameter(name, tuple(values.items())) for name, values in results.settings().items()
    )
    if not found:
        raise InputError(
            "the results hold no hyper-parameters",
            _where(asker),
            "they are read from a tracker's settings, or from columns such as lr and batch_size; "
            'file = "settings.csv" shows a table of your own',
        )
    return replace(analysis, settings=found)


def ratings(results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    """With what people gave each method, and how far they agree.

    Raises InputError where no column of the results names the raters.
    """
    named = _named(asker)
    known = {one.metric for one in analysis.agreements}
    added, agreements = list(analysis.ratings), list(analysis.agreements)
    for metric in analysis.metrics:
        if metric.name in known or (named and metric.name not in named):
            continue
        given = results.ratings(metric.name)
        if not given:
            continue
        added += _rated(metric, given, [m.name for m in analysis.methods])
        units: dict[tuple[str, ...], dict[str, float]] = {}
        for one in given:
            unit = (f"{one.dataset}/{one.item}", one.method)
            units.setdefault(unit, {})[one.rater] = one.value
        design = analysis.design
        agreements.append(agreement(metric.name, units, alpha=design.alpha, seed=design.seed))
    if not added:
        raise InputError(
            "the results hold no ratings by several people",
            _where(asker),
            "a row an item, a method and a rater, with columns such as item, method, rater, rating",
        )
    return replace(analysis, ratings=tuple(added), agreements=tuple(agreements))


def _rated(metric: Metric, given: Sequence[Rating], methods: Sequence[str]) -> Iterator[Ratings]:
    import numpy as np

    scale = np.unique([one.value for one in given])
    for method in methods:
        mine = [one for one in given if one.method == method]
        if not mine:
            continue
        values = np.array([one.value for one in mine])
        counts = np.bincount(np.searchsorted(scale, values), minlength=len(scale))
        yield Ratings(
            metric.name,
            method,
            len(mine),
            len({(one.dataset, one.item) for one in mine}),
            len({one.rater for one in mine}),
            float(values.mean()),
            quartiles(values),
            tuple(zip(scale.tolist(), counts.tolist(), strict=True)),
        )


def quartiles(values: np.ndarray) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile of values, shape (n,), n > 0.

    By inversion of the distribution function with averaging at its steps: a rating, or the middle
    of two (Hyndman and Fan 1996, The American Statistician 50(4), definition 2).
    """
    import numpy as np

    found = np.quantile(values, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
    low, middle, high = found.tolist()
    return low, middle, high


def _named(asker: Asker) -> tuple[str, ...]:
    return asker.metrics if isinstance(asker, TableSpec) else (asker.metric,)


def _where(asker: Asker) -> str:
    return f"{'table' if isinstance(asker, TableSpec) else 'figure'} {asker.name}"
