"""What the tests of equivalence gave, comparison by comparison: also where it was not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.rounding import fixed
from paperforge.narrative import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Analysis, Decision
    from paperforge.spec import Metric

CANNOT = "no test of equivalence goes with this test"


def lines(analysis: Analysis, decisions: Sequence[Decision], decimals: int) -> Iterator[str]:
    """A line for each primary comparison of a metric with a margin, under one that heads them.

    The interval is the unadjusted one at 1 - 2 alpha, of which Schuirmann (1987) reads the test;
    where p is corrected over a family that is said, as the interval alone then decides nothing.
    decimals: of the interval, printed units.
    """
    for metric in analysis.metrics:
        mine = [d for d in decisions if d.primary and d.metric == metric.name and d.p is not None]
        if metric.margin is None or not mine:
            continue
        adjusted = any(_corrected(analysis, d) for d in mine)
        family = f", p adjusted over {mine[0].family:,} comparisons" if adjusted else ""
        yield f"Equivalence within ±{words.margin(metric)} (two one-sided tests{family}):"
        for d in mine:
            yield f"{_pair(analysis, d)}: {_outcome(analysis, d, metric, decimals)}"


def _corrected(analysis: Analysis, d: Decision) -> bool:
    return words.is_adjusted(analysis, d) and d.p_equivalence_adjusted is not None


def _outcome(analysis: Analysis, d: Decision, metric: Metric, decimals: int) -> str:
    """The interval, p and what they say of one comparison."""
    if d.p_equivalence is None:
        return CANNOT
    alpha = round(1 - d.level, 12)
    parts = []
    inside = False
    if d.equivalence is not None and metric.margin is not None:
        low, high = d.equivalence
        inside = -metric.margin < low and high < metric.margin
        more = decimals + 1  # an end beside the margin is not to be rounded onto it
        ends = words.minus(f"[{fixed(low, more)}, {fixed(high, more)}]")
        parts.append(f"{1 - 2 * alpha:.0%} interval {ends}")
    parts.append(words.p_text(d.p_equivalence, alpha))
    if _corrected(analysis, d) and d.p_equivalence_adjusted is not None:
        parts.append(f"adjusted {words.p_text(d.p_equivalence_adjusted, alpha)}")
    found = "equivalent" if d.equivalent else "not shown"
    if inside and not d.equivalent:
        found += f" (the interval is not adjusted for the family of {d.family:,})"
    return f"{', '.join(parts)}: {found}"


def _pair(analysis: Analysis, d: Decision) -> str:
    labels = {m.name: m.label for m in analysis.methods}
    return f"{labels.get(d.a, d.a)} − {labels.get(d.b, d.b)}"
