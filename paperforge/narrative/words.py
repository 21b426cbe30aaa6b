"""Numbers and names as they stand in sentences and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.rounding import decimals_for, fixed, p_value
from paperforge.spec import AGGREGATES, Unit

if TYPE_CHECKING:
    from paperforge.model import Analysis, Decision
    from paperforge.spec import Metric

EXTRA = 3
"""So many more decimals, less one, an interval gets whose end would print as zero."""


def decimals_of(decisions: tuple[Decision, ...] | list[Decision], metric: Metric) -> int:
    """Decimals of a comparison: the metric's, or by its uncertainty; no end may print as zero."""
    values = [d.estimate for d in decisions if d.estimate is not None]
    ends = [end for d in decisions for end in (d.low, d.high) if end is not None]
    widths = [(d.high - d.low) / 2 for d in decisions if d.low is not None and d.high is not None]
    decimals = decimals_for(values, widths, metric.digits)
    for more in range(decimals, decimals + EXTRA):
        if not any(end and float(fixed(end, more)) == 0 for end in ends):
            return more
    return decimals


def signed(value: float, decimals: int) -> str:
    """A difference with its sign."""
    text = minus(fixed(value, decimals))
    return text if text.startswith("−") else f"+{text}"


def unit(metric: Metric) -> str:
    """The unit of a difference: of percentages, points."""
    return "points" if metric.unit == "%" else metric.unit


def minus(text: str) -> str:
    """A number with a minus sign in place of the hyphen."""
    return text.replace("-", "−")


def p_text(p: float) -> str:
    """A p-value as in a sentence: "p = .03", "p < .001"."""
    text = p_value(p)
    return f"p {text[0]} {text[1:]}" if text.startswith(("<", ">")) else f"p = {text}"


def heading(metric: Metric) -> str:
    """The metric with its unit."""
    return f"{metric.label} ({metric.unit})" if metric.unit else metric.label


def scope(analysis: Analysis, decision: Decision) -> str:
    """What a decision is about: the average, or one dataset."""
    if decision.scope is None and analysis.design.unit is Unit.DATASET:
        return f"over {len(analysis.datasets)} datasets as a sample"
    if decision.scope is None:
        name = AGGREGATES[analysis.design.aggregate]
        return f"{name} over the {len(analysis.datasets)} datasets"
    label = next((d.label for d in analysis.datasets if d.name == decision.scope), "")
    return f"on {label}" if label else "all results"


def family(decision: Decision) -> str:
    """How many comparisons are adjusted together, in brackets."""
    if decision.family < 2 or decision.p_adjusted is None:  # noqa: PLR2004  one is no family
        return ""
    return f" ({decision.family} comparisons, adjusted together)"


def joined(items: list[str]) -> str:
    """Things as in a sentence: "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
