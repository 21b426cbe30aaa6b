"""Numbers and names as they stand in sentences and reports."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.latex.p_values import p_value
from paperforge.latex.rounding import LONG, MOST_ZEROS, TINY, decimals_for, fixed, powers
from paperforge.spec import AGGREGATES, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Alternative, Analysis, Decision
    from paperforge.spec import Metric

MANTISSA = 2
"""Decimals of a number with a power of ten, at most."""
EXTRA = 3
"""So many more decimals, less one, an interval gets whose end would print as zero."""


def decimals_of(decisions: Sequence[Decision | Alternative], metric: Metric) -> int:
    """Decimals of a comparison: the metric's, or by its uncertainty; no end may print as zero."""
    values = [d.estimate for d in decisions if d.estimate is not None]
    ends = [end for d in decisions for end in (d.low, d.high) if end is not None]
    widths = [(d.high - d.low) / 2 for d in decisions if d.low is not None and d.high is not None]
    decimals = decimals_for(values, widths, metric.digits)
    if len(values) > 1:  # differences of several sizes: none may lose its own digits
        decimals = max(decimals, 0)
    for more in range(decimals, max(decimals + EXTRA, 1)):
        if not any(end and float(fixed(end, more)) == 0 for end in ends):
            return more
    return decimals


def of_intervals(decisions: Sequence[Decision]) -> Iterator[str]:
    """What intervals and p are of, where that is not the difference beside them."""
    known = [d for d in decisions if d.interval_of and d.low is not None and d.high is not None]
    if not known:
        return
    what = known[0].interval_of
    text = f"Difference: of the means; interval and p: of the {what} of the differences"
    out = sum(not (d.low or 0.0) <= (d.estimate or 0.0) <= (d.high or 0.0) for d in known)
    each = "the mean" if len(known) == 1 else f"the mean in {out} of {len(known)}"
    yield text + (f" (outside lies {each}: the differences are skewed)" if out else "")


def number(value: float, decimals: int) -> str:
    """A number with a true minus; as tables do, with a power of ten where that alone is read.

    "−1.6e-12" below 1e-6 where more decimals than MOST_ZEROS are shown, "2.5e300" from 1e15 on.
    """
    size = abs(value)
    if not math.isfinite(value) or not size:
        return minus(fixed(value, decimals))
    power = math.floor(math.log10(size))
    long = size >= LONG
    if not long and not (size < TINY and decimals > MOST_ZEROS):
        return minus(fixed(value, decimals))
    if not long and decimals + power < -1:  # rounds to nothing
        return "0"
    digits = min(max(decimals + power, 0), MANTISSA)
    return powers(value, digits).replace("-", "−", value < 0)


def signed(value: float, decimals: int) -> str:
    """A difference with its sign; what prints as zero has none."""
    text = number(value, decimals)
    return text if text.startswith("−") or not text.strip("0.") else f"+{text}"


def unit(metric: Metric) -> str:
    """The unit of a difference: of percentages, points."""
    return "points" if metric.unit == "%" else metric.unit


def margin(metric: Metric) -> str:
    """The declared margin with its unit: "0.5 points", "1 point"."""
    name = "point" if metric.margin == 1 and metric.unit == "%" else unit(metric)
    return f"{metric.margin:g}" + (f"\u00a0{name}" if name else "")


def minus(text: str) -> str:
    """A number with a minus sign in place of the hyphen."""
    return text.replace("-", "−")


def p_text(p: float, alpha: float = 0.05) -> str:
    """A p-value as in a sentence: "p = .03", "p < .001"; alpha: what it is judged at."""
    text = p_value(p, alpha)
    return f"p {text[0]} {text[1:]}" if text.startswith(("<", ">")) else f"p = {text}"


def heading(metric: Metric) -> str:
    """The metric with its unit."""
    return f"{metric.label} ({metric.unit})" if metric.unit else metric.label


def scope(analysis: Analysis, decision: Decision) -> str:
    """What a decision is about: the average, or one dataset; empty where none has a name."""
    places = f"{analysis.over(decision.metric)} {analysis.design.place}s"
    if decision.scope is None and decision.unit is Unit.DATASET:
        return f"over {places} as a sample"
    if decision.scope is None:
        return f"{AGGREGATES[analysis.design.aggregate]} over the {places}"
    label = next((d.label for d in analysis.datasets if d.name == decision.scope), "")
    return f"on {label}" if label else ""


def about(name: str, scope: str) -> str:
    """A metric and where: "Accuracy, on Digits"; the metric alone where there is one place."""
    return f"{name}, {scope}" if scope else name


def family(analysis: Analysis, decision: Decision) -> str:
    """How many comparisons are adjusted together, in brackets."""
    if not is_adjusted(analysis, decision):
        return ""
    return f" (p adjusted over {decision.family:,} comparisons)"


def is_adjusted(analysis: Analysis, decision: Decision) -> bool:
    """Whether p is corrected over several comparisons."""
    several = decision.family > 1 and decision.p_adjusted is not None
    return several and analysis.design.correction != "none"


def level(share: float) -> str:
    """The level of an interval with the digits that it needs: "90%", "96.7%", "99.75%"."""
    digits = max(0, 1 - math.floor(math.log10(1 - share)) - 2) if share < 1 else 0
    return f"{100 * share:.{digits}f}".rstrip("0").rstrip(".") + "%" if digits else f"{share:.0%}"


def listed(names: list[str], most: int) -> str:
    """The first names, and how many more there are: "a, b, c and 9 more"."""
    if len(names) <= most + 1:
        return joined(names)
    return joined([*names[:most], f"{len(names) - most:,} more"])


def joined(items: list[str], *, apart: bool = False) -> str:
    """Things as in a sentence: "a, b and c"; apart: "a; b; and c", where they hold commas."""
    if apart and len(items) > 1:
        return f"{'; '.join(items[:-1])}{';' * (len(items) > 2)} and {items[-1]}"  # noqa: PLR2004
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
