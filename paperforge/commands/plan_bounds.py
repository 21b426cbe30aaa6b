"""Differences that no study can find, and those that may be meant in another unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.names import is_fraction

if TYPE_CHECKING:
    from paperforge.commands.forecast import Forecast
    from paperforge.model import Analysis
    from paperforge.spec import Metric


def check(analysis: Analysis, difference: float | None) -> None:
    """Raise InputError for a difference of fractions that no two of them are apart.

    A fraction is a metric that lies within 0 and 1 by its nature (accuracy, F1, right or wrong), or
    -1 and 1 where it has negative values; printed units.
    """
    if difference is None:
        return
    for metric in analysis.metrics:
        size = _largest(analysis, metric)
        if not metric.tested or size is None or not is_fraction(metric.name):
            continue
        unit = abs(metric.scale)
        if unit == 1 and size > 1:  # written in per cent, without the unit
            unit = 100.0
        most = unit * (2 if _negative(analysis, metric) else 1)
        if size > unit or abs(difference) <= most:
            continue
        lies = f"{0 if most == unit else -unit:g} and {unit:g}"
        hint = "--metric NAME asks it of another metric alone"
        if unit == 1:
            per_cent = f"--difference {abs(difference) / 100:g}"
            hint = f"are points of per cent meant? --unit {metric.name}=%, or {per_cent}"
        raise InputError(
            f"{metric.name} lies within {lies}: no two values are {abs(difference):g} apart",
            "--difference",
            hint,
        )


def doubts(found: list[Forecast], analysis: Analysis) -> tuple[Diagnostic, ...]:
    """Say what an answer may not mean: a difference in another unit."""
    said = []
    for one in found:
        size = _largest(analysis, one.metric)
        if one.metric.unit or one.difference is None or size is None:
            continue
        if size <= 1 <= abs(one.difference):
            text = (
                f"all {one.metric.name} lies within [-1, 1]: a difference of {one.difference:g} is "
                "more than that; points of per cent?"
            )
            hint = f"--unit {one.metric.name}=%, or --difference {abs(one.difference) / 100:g}"
            said.append(Diagnostic(Severity.WARNING, "--difference", text, hint))
    return tuple(said)


def _means(analysis: Analysis, metric: Metric) -> list[float]:
    every = (one.mean for one in analysis.aggregates if one.metric == metric.name)
    return [mean for mean in every if mean is not None]


def _largest(analysis: Analysis, metric: Metric) -> float | None:
    """The largest mean without its sign; None where there is none."""
    return max(map(abs, _means(analysis, metric)), default=None)


def _negative(analysis: Analysis, metric: Metric) -> bool:
    return any(mean < 0 for mean in _means(analysis, metric))
