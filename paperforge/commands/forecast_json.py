"""What a plan would find, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from paperforge.commands import forecast_same
from paperforge.commands.forecast import assumed, noun_of, test_of

if TYPE_CHECKING:
    from paperforge.commands.forecast import Forecast


def plain(one: Forecast) -> dict[str, Any]:
    """As JSON has it; what was not asked or is not known is null."""
    study, needed = one.study, one.needed
    return {
        "metric": one.metric.name or None,
        "a": one.names[0] or None,
        "b": one.names[1] or None,
        "unit": str(study.unit),
        "counted": noun_of(study),
        "difference": one.difference,
        "needed": None
        if needed is None
        else {
            "n": needed.n,
            "power": needed.power,
            "cautious": needed.cautious,
            "runs": None if needed.n is None else study.runs(needed.n),
            "hours": None if needed.n is None else study.hours(needed.n),
        },
        "n": one.n,
        "detectable": one.row.difference if one.row else None,
        "detectable_cautious": one.row.cautious if one.row else None,
        "floor": study.law.floor(study.alpha) or None if study.law else None,
        "beside": _beside_plain(one),
        "equivalence": forecast_same.plain(one.same),
        "table": [
            asdict(row) | {"runs": study.runs(row.n), "hours": study.hours(row.n)}
            for row in one.rows
        ],
        "assumed": {
            "test": test_of(study),
            "power": 0.8,
            "alpha": one.alpha,
            "correction": one.correction,
            "family": study.comparisons,
            "alpha_each": study.alpha,
            "datasets": study.over,
            "variances": [{"variance": v, "df": df or None} for v, df in study.parts],
            "discordance": study.discordance,
            "cluster": study.cluster,
            "design_effect": study.effect,
            "sentences": list(assumed(one)),
        },
    }


def _beside_plain(one: Forecast) -> dict[str, Any] | None:
    """What else could be had more of, as JSON has it."""
    other = one.other
    if other is None:
        return None
    needed = other.needed
    return {
        "counted": other.law.noun,
        "pilot": other.have,
        "needed": None if needed is None else asdict(needed),
        "floor": other.law.floor(one.study.alpha) or None,
        "table": [asdict(row) for row in other.rows],
    }
