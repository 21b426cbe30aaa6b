"""What the tests of equivalence gave, comparison by comparison: also where it was not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.rounding import fixed
from paperforge.narrative import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Analysis, Decision

CANNOT = "no test of equivalence goes with this test"
OUTSIDE = "the mean lies outside the margin: not shown"
ONE_TAIL = "no interval (each of the two tests reads one tail of the draws), "
UNBOUNDED = "no interval at this level (so few differences bound none), "


def lines(analysis: Analysis, decisions: Sequence[Decision], decimals: int) -> Iterator[str]:
    """A line for each primary comparison of a metric with a margin, under one that heads them.

    The interval at 1 - 2 alpha is the one of which Schuirmann (1987) reads the test; where p is
    corrected over a family the one at the corrected level stands beside it, and lies within the
    margin exactly where equivalence is found.
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
            yield f"{_pair(analysis, d)}: {_outcome(analysis, d, decimals)}"


def _corrected(analysis: Analysis, d: Decision) -> bool:
    return words.is_adjusted(analysis, d) and d.p_equivalence_adjusted is not None


def _outcome(analysis: Analysis, d: Decision, decimals: int) -> str:
    """The intervals, p and what they say of one comparison."""
    if d.p_equivalence is None:
        return OUTSIDE if d.interval_of else CANNOT
    alpha = round(1 - d.level, 12)
    found = "equivalent" if d.equivalent else "not shown"
    none = ONE_TAIL if "bootstrap of sums" in d.test else UNBOUNDED
    said = _interval(d.equivalence, 1 - 2 * alpha, decimals) or none
    said += words.p_text(d.p_equivalence, alpha)
    if not _corrected(analysis, d) or d.p_equivalence_adjusted is None:
        return f"{said}: {found}"
    level = d.equivalence_level or 0.0
    ends = "" if level == 1 - 2 * alpha else _interval(d.equivalence_adjusted, level, decimals)
    p = words.p_text(d.p_equivalence_adjusted, alpha)
    return f"{said}; for the family {ends}adjusted {p}: {found}"


def _interval(ends: tuple[float, float] | None, level: float, decimals: int) -> str:
    """With one decimal more: an end beside the margin is not to be rounded onto it."""
    if ends is None:
        return ""
    low, high = (fixed(end, decimals + 1) for end in ends)
    return words.minus(f"{words.level(level)} interval [{low}, {high}], ")


def _pair(analysis: Analysis, d: Decision) -> str:
    labels = {m.name: m.label for m in analysis.methods}
    return f"{labels.get(d.a, d.a)} − {labels.get(d.b, d.b)}"
