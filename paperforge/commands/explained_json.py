"""Why, calibration and fragility as JSON: keys beside those of the analysis, in stored units."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Alternative, Analysis, Calibration, Fragility, Rate, Why

Object = dict[str, object]


def whys(analysis: Analysis, found: Sequence[Why]) -> list[Object]:
    """One object a primary comparison."""
    scales = {m.name: m.scale for m in analysis.metrics}
    return [
        {
            "metric": one.metric,
            "dataset": one.scope,
            "a": one.a,
            "b": one.b,
            "verdict": one.verdict,
            "test": one.test or None,
            "chosen": list(one.chosen),
            "rejected": [{"test": test, "because": why} for test, why in one.rejected],
            "looked_at": [
                {"name": seen.name, "value": seen.value, "words": seen.words}
                for seen in one.observed
            ],
            "alternatives": [_alternative(each, scales[one.metric]) for each in one.alternatives],
            "left_out": [{"test": test, "because": why} for test, why in one.left_out],
            "verdict_changes": any(each.changes and not each.needs for each in one.alternatives),
        }
        for one in found
    ]


def _alternative(one: Alternative, scale: float) -> Object:
    def raw(value: float | None) -> float | None:
        return None if value is None else value / scale

    three = one.probabilities
    return {
        "test": one.test,
        "estimate": raw(one.estimate),
        "ci": None if one.low is None or one.high is None else [raw(one.low), raw(one.high)],
        "p": one.p,
        "p_adjusted": one.p_adjusted,
        "smallest_p": one.smallest_p,
        "monte_carlo_error": one.monte_carlo,
        "verdict": one.verdict,
        "changes": one.changes,
        "needs": one.needs or None,
        "reason": one.reason or None,
        "probabilities": None
        if three is None
        else {"below": three[0], "within": three[1], "above": three[2]},
    }


def calibration(found: Calibration) -> Object:
    """Rates where nothing differs; `excessive`: metrics whose rate is above alpha."""
    return {
        "alpha": found.alpha,
        "runs": found.runs,
        "seed": found.seed,
        "unit": found.unit,
        "null": found.null or None,
        "error_rate": _rate(found.whole),
        "comparisons": [
            {
                "metric": one.metric,
                "dataset": one.scope,
                "a": one.a,
                "b": one.b,
                "test": one.test,
                "error_rate": _rate(one.size),
                "error_rate_corrected": _rate(one.decided),
                "coverage": _rate(one.coverage),
            }
            for one in found.comparisons
        ],
        "families": [
            {
                "metric": one.metric,
                "size": one.comparisons,
                "correction": one.correction,
                "error_rate": _rate(one.error_rate),
                "discordant": one.discordant,
                "unconditional": one.unconditional,
            }
            for one in found.families
        ],
        "best": [
            {"metric": one.metric, "method": one.method, "left_out": _rate(one.share)}
            for one in found.best
        ],
        "excessive": [one.metric for one in found.excessive],
    }


def _rate(rate: Rate | None) -> Object | None:
    return None if rate is None else {"value": rate.value, "monte_carlo_error": rate.error}


def fragile(found: Sequence[Fragility]) -> list[Object]:
    """One object a primary decision, its flips from the smallest on."""
    return [
        {
            "metric": one.metric,
            "dataset": one.scope,
            "a": one.a,
            "b": one.b,
            "verdict": one.verdict,
            "p_adjusted": one.p_adjusted,
            "complete": one.complete,
            "flips": [
                {
                    "what": flip.what,
                    "count": flip.count,
                    "which": list(flip.which),
                    "verdict": flip.verdict,
                    "p_adjusted": flip.p_adjusted,
                    "ways": flip.ways,
                    "tried": flip.tried,
                    "agreed": flip.agreed,
                }
                for flip in one.flips
            ],
        }
        for one in found
    ]
