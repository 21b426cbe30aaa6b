"""What an Analysis holds beside its decisions, as JSON: costs, settings, ratings, scaling laws.

Numbers are as they are stored; null where a value does not exist, or the analysis has no such part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.model import (
        Agreement,
        Analysis,
        Cost,
        Fit,
        Hyperparameter,
        Improvement,
        Ratings,
        Scaling,
    )


def parts(analysis: Analysis, scales: Mapping[str, float]) -> Mapping[str, object]:
    """Each part under its name. scales: metric -> printed over stored."""
    return {
        "costs": [_cost(one, scales.get(one.metric, 1.0)) for one in analysis.costs] or None,
        "settings": [_setting(one) for one in analysis.settings] or None,
        "ratings": [_ratings(one) for one in analysis.ratings] or None,
        "agreements": [_agreement(one) for one in analysis.agreements] or None,
        "improvements": [_improvement(one) for one in analysis.improvements] or None,
        "scalings": [_scaling(one, scales) for one in analysis.scalings] or None,
    }


def _cost(one: Cost, scale: float) -> Mapping[str, object]:
    return {
        "metric": one.metric,
        "method": one.method,
        "unit": one.unit or None,
        "n": one.n,
        "mean": one.mean / scale,
        "sd": None if one.sd is None else one.sd / scale,
        "low": one.low / scale,
        "high": one.high / scale,
        "total": one.total / scale,
        "failed": one.failed,
    }


def _setting(one: Hyperparameter) -> Mapping[str, object]:
    return {"name": one.name, "values": {method: list(said) for method, said in one.values}}


def _ratings(one: Ratings) -> Mapping[str, object]:
    return {
        "metric": one.metric,
        "method": one.method,
        "n": one.n,
        "items": one.items,
        "raters": one.raters,
        "mean": one.mean,
        "quartiles": list(one.quartiles),
        "counts": [{"rating": rating, "count": count} for rating, count in one.counts],
    }


def _agreement(one: Agreement) -> Mapping[str, object]:
    return {
        "metric": one.metric,
        "level_of_measurement": one.level,
        "alpha": one.alpha,
        "ci": _ends((one.low, one.high), 1.0),
        "level": one.confidence,
        "raters": one.raters,
        "units": one.units,
        "ratings": one.ratings,
        "items": one.items,
        "reason": one.reason or None,
    }


def _improvement(one: Improvement) -> Mapping[str, object]:
    return {
        "metric": one.metric,
        "dataset": one.scope,
        "a": one.a,
        "b": one.b,
        "estimate": one.estimate,
        "ci": _ends((one.low, one.high), 1.0),
        "level": one.level,
        "n": one.n,
        "paired": one.paired,
        "unit": one.unit,
        "reason": one.reason or None,
    }


def _scaling(one: Scaling, scales: Mapping[str, float]) -> Mapping[str, object]:
    across, up = scales.get(one.x, 1.0), scales.get(one.metric, 1.0)
    return {
        "metric": one.metric,
        "x": one.x,
        "series": one.series,
        "methods": list(one.methods),
        "sizes": [x / across for x in one.sizes],
        "mean": [y / up for y in one.mean],
        "ci": [_ends(ends, up) for ends in zip(one.low, one.high, strict=True)],
        "fit": None if one.fit is None else _fit(one.fit, across, up),
        "reason": one.reason or None,
    }


def _fit(fit: Fit, across: float, up: float) -> Mapping[str, object]:
    """Of y / up and x / across: c x^-alpha has the factor c across^-alpha / up.

    Where x is scaled for print that factor turns with alpha, and the limits of c are not its own.
    """
    factor = up * across**fit.alpha
    return {
        "floor": None if fit.floor is None else fit.floor / up,
        "floor_ci": _ends(fit.floor_limits, up),
        "factor": fit.factor / factor,
        "factor_ci": _ends(fit.factor_limits, factor) if across == 1 else None,
        "alpha": fit.alpha,
        "alpha_ci": _ends(fit.alpha_limits, 1.0),
        "rms": fit.rms,
        "robust": fit.robust,
        "p_floor": fit.p_floor,
        "held_out": fit.held_out,
    }


def _ends(ends: Sequence[float | None] | None, scale: float) -> list[float] | None:
    if ends is None:
        return None
    known = [end / scale for end in ends if end is not None]
    return known if len(known) == len(ends) else None
