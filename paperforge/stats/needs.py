"""What a table or figure needs beside the decisions, put into the Analysis when it is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.spec import DesignSpec, FigureSpec, Unit
from paperforge.stats import reported
from paperforge.stats.cells import read
from paperforge.stats.corpus_compare import run_samples
from paperforge.stats.correlations import correlations
from paperforge.stats.distributions import distributions
from paperforge.stats.improvement import improvements
from paperforge.stats.joined import joined
from paperforge.stats.lost import scored
from paperforge.stats.places import places
from paperforge.stats.reliability import reliability
from paperforge.stats.robust import performance
from paperforge.stats.scaling import scalings
from paperforge.stats.steps import curves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paperforge.model import Analysis, Results
    from paperforge.spec import Metric, TableSpec

    Asker = TableSpec | FigureSpec
    Supply = Callable[[Results, Analysis, Asker], Analysis]

DRAWN = 241
"""Thresholds of a performance profile that is drawn: about as many as a column has points."""


MOST_CLASSES = 30
"""Of a confusion matrix: more cannot be read; the largest are kept."""


def supply(need: str, results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    """The analysis with what one key of NEEDS names, for one table or figure.

    Raises InputError where the results do not have it.
    """
    return NEEDS[need](results, analysis, asker)


def _curves(results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    assert isinstance(asker, FigureSpec)
    metric = asker.metric or analysis.metrics[0].name
    split = asker.split or _split(results.splits(metric))
    if any((c.metric, c.split) == (metric, split) for c in analysis.curves):
        return analysis
    return replace(analysis, curves=(*analysis.curves, *curves(results, metric, split)))


def _split(splits: tuple[str, ...]) -> str:
    """Validation where there is one: a learning curve on test data invites choosing by it."""
    return next((s for s in ("val", "test", "", "train") if s in splits), "val")


def _frame(results: Results, analysis: Analysis, _: Asker) -> Analysis:
    return replace(analysis, frame=results.frame)


def _places(_results: Results, analysis: Analysis, _asker: Asker) -> Analysis:
    return analysis if analysis.places else replace(analysis, places=places(analysis))


def _distributions(_: Results, analysis: Analysis, __: Asker) -> Analysis:
    if analysis.distributions:
        return analysis
    return replace(analysis, distributions=distributions(analysis.aggregates))


def _joined(results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    assert isinstance(asker, FigureSpec)
    drawn = [m for m in analysis.metrics if m.name == (asker.metric or analysis.metrics[0].name)]
    drawn = [m for m in drawn if analysis.design.of(m.name).unit is Unit.EXAMPLE]
    made = (joined(results, analysis.methods, metric, asker) for metric in drawn)
    new = tuple(one for found in made for one in found if one not in analysis.joined)
    return replace(analysis, joined=(*analysis.joined, *new))


def _correlations(_: Results, analysis: Analysis, asker: Asker) -> Analysis:
    assert isinstance(asker, FigureSpec)
    found = correlations(analysis, asker)
    if found in analysis.correlations:
        return analysis
    return replace(analysis, correlations=(*analysis.correlations, found))


def _confusions(results: Results, analysis: Analysis, _: Asker) -> Analysis:
    if analysis.confusions:
        return analysis
    return replace(analysis, confusions=results.confusions(MOST_CLASSES))


def _reliability(results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    assert isinstance(asker, FigureSpec)
    binning = asker.binning or "width"
    metric = asker.metric or _hits(analysis)
    made = reliability(results.confidences(metric, asker.bins, binning), 1 - analysis.design.alpha)
    new = tuple(one for one in made if one not in analysis.reliabilities)
    return replace(analysis, reliabilities=(*analysis.reliabilities, *new))


def _hits(analysis: Analysis) -> str:
    """The metric that says whether an answer is right: by a well-known name, or the first."""
    names = [m.name for m in analysis.metrics]
    words = ("correct", "accuracy", "acc", "exact_match", "em", "hit", "is_correct")
    return next((n for w in words for n in names if n.lower() == w), names[0])


def _improvements(results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    have = {one.metric for one in analysis.improvements}
    made = [
        one
        for metric in _asked(analysis, asker)
        if metric.name not in have
        for one in improvements(results, analysis, metric)
    ]
    return replace(analysis, improvements=(*analysis.improvements, *made))


def _profiles(results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    have = {one.metric for one in analysis.profiles}
    design = analysis.design
    spec = DesignSpec(alpha=design.alpha)
    made = []
    for metric in _asked(analysis, asker):
        if metric.name in have or not design.of(metric.name).unit.of_runs:
            continue
        runs = tuple(scored(sample, metric) for sample in run_samples(results, metric))
        made += performance(read(results, metric, Unit.SEED, runs), spec, DRAWN)
    return replace(analysis, profiles=(*analysis.profiles, *made))


def _scalings(results: Results, analysis: Analysis, asker: Asker) -> Analysis:
    assert isinstance(asker, FigureSpec)
    named = {m.name: m for m in analysis.metrics}
    analysis = replace(analysis, sized_by=results.sized_by)
    metric = named.get(asker.metric) if asker.metric else _other(analysis, asker.x)
    if metric is None or not asker.x or asker.x == metric.name:
        return analysis  # the figure says what is wrong
    if any((s.metric, s.x) == (metric.name, asker.x) for s in analysis.scalings):
        return analysis
    made = scalings(results, analysis, metric, asker.x)
    return replace(analysis, scalings=(*analysis.scalings, *made))


def _other(analysis: Analysis, x: str) -> Metric | None:
    """The first metric that is not x."""
    return next((m for m in analysis.metrics if m.name != x), None)


def _asked(analysis: Analysis, asker: Asker) -> tuple[Metric, ...]:
    """The metrics that a table or figure shows; all that are compared where it names none."""
    wanted = {asker.metric} - {""} if isinstance(asker, FigureSpec) else set(asker.metrics)
    return tuple(m for m in analysis.metrics if (m.name in wanted if wanted else m.tested))


NEEDS: Mapping[str, Supply] = {
    "frame": _frame,
    "curves": _curves,
    "costs": reported.costs,
    "settings": reported.settings,
    "ratings": reported.ratings,
    "ranks": _places,
    "distributions": _distributions,
    "correlations": _correlations,
    "joined": _joined,
    "confusions": _confusions,
    "reliability": _reliability,
    "improvements": _improvements,
    "profiles": _profiles,
    "scalings": _scalings,
}
"""Need -> what adds it. "effects", "best" and "beside" are no entries: effect sizes come with the
decisions, the best-set is the design's, and comparisons beside the family need the design."""
