"""An Analysis as JSON, schema 1: numbers as they are stored, null where a value does not exist.

`detectable` of a decision is the difference that a study like this one (its n and spread) finds
with power .8 at the first step of the family: alpha / family_size, or alpha where nothing is
corrected and for secondary comparisons. That Welch's test of fewer than ten runs finds its degrees
of freedom itself is counted in (stats/found.py), of few runs of unequal number and of seeds x
examples simulated (stats/found_pairs.py, stats/reached.py).
Over datasets it is the shift that Wilcoxon's test (below ten the exact sign-flip) finds where the
differences are normal, simulated; null for Nemenyi's test, whose mean ranks have no unit of the
metric. The observed spread is taken for the true one, which it may be far from where replicates are
few: the largest that is still believable is what `plan --from` adds as `detectable_cautious`.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from paperforge.commands import analysis_extra
from paperforge.narrative import moves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.model import (
        Aggregate,
        Analysis,
        BestSet,
        Decision,
        Diagnostic,
        Groups,
        Omnibus,
        Profile,
    )
    from paperforge.spec import Metric

SCHEMA = 1


def render(analysis: Analysis, notes: tuple[Diagnostic, ...] = (), **more: object) -> str:
    """The whole analysis as one JSON object; `more`: further keys at its end.

    Estimates, intervals, means and spreads are in the units of the store: mean(a) - mean(b), not
    scaled for print. `dataset` is null for what is said of all datasets together, and where the
    results name no dataset (`datasets` is empty then); else it is the name, also of an only one.
    `next`: what to do about the primary comparisons that nothing could be said of, a sentence a
    cause; empty where all could be tested.
    """
    scales = {m.name: m.scale for m in analysis.metrics}
    content = {
        "schema": SCHEMA,
        "design": _design(analysis),
        "family": _family(analysis),
        "decisions": [_decision(d, scales[d.metric]) for d in analysis.decisions],
        "omnibus": [_omnibus(one) for one in analysis.omnibus],
        "ranks": [
            {"metric": r.metric, "method": r.method, "mean_rank": r.mean_rank}
            for r in analysis.ranks
        ],
        "aggregates": [_aggregate(a, scales[a.metric]) for a in analysis.aggregates],
        "critical_difference": [_groups(one) for one in analysis.groups] or None,
        "best": [_best(one) for one in analysis.best] or None,
        "profiles": [_profile(p, scales[p.metric]) for p in analysis.profiles] or None,
        **analysis_extra.parts(analysis, scales),
        "metrics": [_metric(m) for m in analysis.metrics],
        "methods": [{"name": m.name, "label": m.label, "role": m.role} for m in analysis.methods],
        "datasets": [{"name": d.name, "label": d.label} for d in analysis.datasets if d.name],
        "notes": [
            {"severity": n.severity, "where": n.where, "message": n.message, "hint": n.hint or None}
            for n in (*notes, *analysis.notes)
        ],
        "next": list(moves.sentences(analysis)),
        **more,
    }
    return json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)


def _omnibus(one: Omnibus) -> Mapping[str, object]:
    return {
        "metric": one.metric,
        "test": one.test,
        "statistic": one.statistic,
        "df": list(one.df) if len(one.df) > 1 else next(iter(one.df), None),
        "p": one.p,
        "p_asymptotic": one.p_asymptotic,
        "monte_carlo_error": one.monte_carlo,
    }


def _groups(one: Groups) -> Mapping[str, object]:
    return {
        "metric": one.metric,
        "posthoc": one.posthoc,
        "datasets": one.datasets,
        "value": one.difference,
        "groups": [list(group) for group in one.groups],
        "unjoined": [list(pair) for pair in one.unjoined],
        "control": one.control,
        "like_control": list(one.like_control),
        "reason": one.reason or None,
    }


def _best(one: BestSet) -> Mapping[str, object]:
    return {
        "metric": one.metric,
        "methods": list(one.methods),
        "p": dict(one.ps),
        "test": one.test,
        "alpha": one.alpha,
    }


def _profile(one: Profile, scale: float) -> Mapping[str, object]:
    return {
        "metric": one.metric,
        "method": one.method,
        "thresholds": [t / scale for t in one.thresholds],
        "share": list(one.share),
        "low": list(one.low),
        "high": list(one.high),
    }


def _design(analysis: Analysis) -> Mapping[str, object]:
    design = analysis.design
    return {
        "unit": design.unit,
        "inferred": design.inferred,
        "replicate": design.noun,
        "replicates": list(design.replicates),
        "pair_by": list(design.pair_by),
        "clustered": design.clustered,
        "shared_runs": design.shared_runs,
        "mcnemar": design.mcnemar,
        "seed": design.seed,
        "aggregate": design.aggregate,
        "generalises_to": design.generalises or None,
        "sentences": list(design.sentences),
        "metrics": [
            {
                "metric": one.metric,
                "unit": one.unit,
                "replicate": one.noun,
                "replicates": list(one.replicates),
                "generalises_to": one.generalises or None,
            }
            for one in design.metrics
        ],
    }


def _family(analysis: Analysis) -> Mapping[str, object]:
    """What p_adjusted is adjusted for; a family a metric has a size for each, and none in all."""
    design = analysis.design
    sizes = {d.metric: d.family for d in analysis.decisions if d.primary}
    several = design.per_metric and len(sizes) > 1
    return {
        "scope": f"{design.family}{', on each metric by itself' * several}",
        "size": None if several else max(sizes.values(), default=0),
        "correction": design.correction,
        "alpha": design.alpha,
        "sizes": sizes if design.per_metric else None,
    }


def _decision(decision: Decision, scale: float) -> Mapping[str, object]:
    def raw(value: float | None) -> float | None:
        return None if value is None else value / scale

    def pair(ends: tuple[float | None, float | None] | None) -> list[float | None] | None:
        return None if ends is None or None in ends else [raw(end) for end in ends]

    return {
        "metric": decision.metric,
        "dataset": decision.scope,
        "a": decision.a,
        "b": decision.b,
        "primary": decision.primary,
        "verdict": decision.verdict if decision.primary else None,
        "equivalent": decision.equivalent if decision.primary else None,
        "reason": decision.reason or None,
        "estimate": raw(decision.estimate),
        "ci": pair((decision.low, decision.high)),
        "ci_of": decision.interval_of or ("difference" if decision.low is not None else None),
        "pseudomedian": raw(decision.centre),
        "ci_simultaneous": pair(decision.simultaneous),
        "ci_equivalence": pair(decision.equivalence),
        "ci_equivalence_adjusted": pair(decision.equivalence_adjusted),
        "level_equivalence_adjusted": decision.equivalence_level,
        "p_equivalence": decision.p_equivalence,
        "p_equivalence_adjusted": decision.p_equivalence_adjusted,
        "level": decision.level,
        "p": decision.p,
        "p_adjusted": decision.p_adjusted,
        "family_size": decision.family if decision.primary else None,
        "n": [n or None for n in decision.n] if decision.estimate is not None else list(decision.n),
        "examples": decision.examples,
        "unmatched": list(decision.unmatched),
        "unit": decision.unit,
        "paired": decision.paired,
        "test": decision.test or None,
        "statistic": decision.statistic,
        "df": decision.df,
        "effect_size": {
            "d": decision.effect.d,
            "d_kind": decision.effect.d_kind or None,
            "d_reason": decision.effect.reason or None,
            "p_superiority": decision.effect.superiority,
            "p_superiority_reason": decision.effect.superiority_reason or None,
            "cliffs_delta": decision.effect.cliffs_delta,
        },
        "smallest_p": decision.smallest_p,
        "detectable": raw(decision.detectable),
        "monte_carlo_error": decision.monte_carlo,
        "generalises_to": decision.generalises or None,
        "signature": decision.signature,
    }


def _aggregate(aggregate: Aggregate, scale: float) -> Mapping[str, object]:
    def raw(value: float | None) -> float | None:
        return None if value is None else value / scale

    mean, half = raw(aggregate.mean), raw(aggregate.half_width)
    return {
        "metric": aggregate.metric,
        "method": aggregate.method,
        "dataset": aggregate.dataset,
        "n": aggregate.n if aggregate.n or mean is None else None,
        "mean": mean,
        "sd": raw(aggregate.sd),
        "se": raw(aggregate.se),
        "ci": [raw(end) for end in aggregate.interval]
        if aggregate.interval
        else None
        if mean is None or half is None
        else [mean - half, mean + half],
        "missing": aggregate.missing,
        "not_finite": aggregate.not_finite,
        "examples_not_finite": aggregate.partial,
        "failed": aggregate.failed,
        "counted_as_score": aggregate.scored,
        "values": [raw(value) for value in aggregate.values],
        "keys": list(aggregate.keys) or None,
    }


def _metric(metric: Metric) -> Mapping[str, object]:
    return {
        "name": metric.name,
        "label": metric.label,
        "direction": metric.direction,
        "unit": metric.unit or None,
        "scale": metric.scale,
        "margin": None if metric.margin is None else metric.margin / metric.scale,
        "tested": metric.tested,
        "primary": metric.primary,
    }


def _finite(content: object) -> object:
    """The same without numbers that JSON does not have, and with no dataset where none is named."""
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if isinstance(content, dict):
        return {
            key: None if (key, value) == ("dataset", "") else _finite(value)
            for key, value in content.items()
        }
    if isinstance(content, list):
        return [_finite(value) for value in content]
    return content
