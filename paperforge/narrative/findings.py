"""The decisions in words: a sentence a metric, and a drafted paragraph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.latex.escape import escape, statistics
from paperforge.latex.rounding import fixed
from paperforge.model import Verdict
from paperforge.narrative import words
from paperforge.spec import Direction

if TYPE_CHECKING:
    from paperforge.model import Analysis, Decision
    from paperforge.spec import Metric

MANY = 8
"""More comparisons than this are counted, not listed, in a sentence."""
WORDS = {
    Verdict.BETTER: "better than",
    Verdict.WORSE: "worse than",
    Verdict.DIFFERENT: "different from",
    Verdict.EQUIVALENT: "equivalent to",
    Verdict.INCONCLUSIVE: "inconclusive against",
    Verdict.UNDECIDABLE: "undecidable against",
    Verdict.UNTESTED: "untested against",
}


def sentences(analysis: Analysis) -> tuple[str, ...]:
    """One plain sentence a metric that has primary comparisons."""
    return tuple(
        _sentence(analysis, metric, analysis.primary(metric.name))
        for metric in analysis.metrics
        if analysis.primary(metric.name)
    )


def paragraph(analysis: Analysis) -> str:
    """A drafted findings paragraph as TeX, for generated/findings.tex."""
    tested = [metric for metric in analysis.metrics if analysis.primary(metric.name)]
    if not tested:
        return "% No comparisons: the results hold one method.\n"
    parts = [
        statistics(escape(_sentence(analysis, metric, analysis.primary(metric.name))))
        for metric in tested
    ]
    if analysis.design.generalises:
        parts.append(escape(analysis.design.generalises))
    return "\n".join(parts) + "\n"


def _sentence(analysis: Analysis, metric: Metric, family: tuple[Decision, ...]) -> str:
    start = f"{metric.label}, {words.scope(analysis, family[0])}: "
    if all(d.verdict is Verdict.UNTESTED for d in family):
        return f"{start}{_comparisons(len(family))}, untested (one run a cell)."
    if len(family) > MANY:
        return start + _counted(family)
    groups: dict[tuple[str, Verdict], list[Decision]] = {}
    anchored = any(method.role for method in analysis.methods)
    for decision in family if anchored else map(_better_first, family):
        groups.setdefault((decision.a, decision.verdict), []).append(decision)
    labels = {m.name: m.label for m in analysis.methods}
    clauses = []
    subject = ""
    for (a, verdict), group in groups.items():
        others = [f"{labels[d.b]} ({_numbers(d, metric)})" for d in group]
        name = "" if a == subject else f"{labels[a]} is "
        subject = a
        clauses.append(f"{name}{WORDS[verdict]} {words.joined(others)}")
    return start + "; ".join(clauses) + "."


def _better_first(decision: Decision) -> Decision:
    """The same comparison read from its better side: nobody asked for one of the two orders."""
    if decision.verdict is not Verdict.WORSE or decision.estimate is None:
        return decision
    return replace(
        decision,
        a=decision.b,
        b=decision.a,
        estimate=-decision.estimate,
        low=None if decision.high is None else -decision.high,
        high=None if decision.low is None else -decision.low,
        verdict=Verdict.BETTER,
    )


def _counted(family: tuple[Decision, ...]) -> str:
    counts: dict[str, int] = {}
    for decision in family:
        word = "decided" if decision.decided else str(decision.verdict)
        counts[word] = counts.get(word, 0) + 1
    return (
        f"{_comparisons(len(family))}, "
        + words.joined([f"{n} {word}" for word, n in counts.items()])
        + "."
    )


def _comparisons(count: int) -> str:
    return f"{count} comparison{'s' * (count != 1)}"


def _numbers(decision: Decision, metric: Metric) -> str:
    """The estimate with its interval and p, as it stands in brackets."""
    if decision.estimate is None:
        return decision.reason or "no estimate"
    decimals = words.decimals_of((decision,), metric)
    unit = f"\u00a0{words.unit(metric)}" if metric.unit else ""
    parts = [f"{words.signed(decision.estimate, decimals)}{unit}"]
    if decision.low is not None and decision.high is not None:
        low, high = (words.minus(fixed(x, decimals)) for x in (decision.low, decision.high))
        parts.append(f"{decision.level:.0%} interval {low} to {high}")
    p = decision.p if decision.p_adjusted is None else decision.p_adjusted
    if p is not None:
        adjusted = "adjusted " if decision.family > 1 else ""
        parts.append(f"{adjusted}{words.p_text(p)}")
    more = excluded(decision, metric)
    same = decision.verdict is Verdict.EQUIVALENT
    if same and decision.equivalence and metric.margin is not None:
        ends = [words.minus(fixed(x, decimals)) for x in decision.equivalence]
        level = 1 - 2 * (1 - decision.level)
        more = f"{level:.0%} interval {ends[0]} to {ends[1]}, within ±{metric.margin:g}{unit}"
    if decision.equivalent and decision.decided:
        more = f"within the declared margin of {metric.margin:g}{unit}"
    return ", ".join(parts) + (f"; {more}" if more else "")


def excluded(decision: Decision, metric: Metric) -> str:
    """What an inconclusive comparison still says: "at most 0.6 worse and 1.0 better"."""
    low, high = decision.low, decision.high
    if decision.verdict is not Verdict.INCONCLUSIVE or low is None or high is None:
        return ""
    decimals = words.decimals_of((decision,), metric)
    names = {Direction.HIGHER: ("worse", "better"), Direction.LOWER: ("better", "worse")}
    below, above = names[metric.direction] if metric.direction else ("lower", "higher")
    ends = [(-low, below), (high, above)]
    said = [f"{fixed(size, decimals)} {word}" for size, word in ends if size > 0]
    return f"at most {words.joined(said)}"
