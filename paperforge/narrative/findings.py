"""The decisions in words: a report for the terminal, a sentence a metric, a drafted paragraph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.latex.escape import escape, statistics
from paperforge.latex.rounding import decimals_for, fixed, p_value
from paperforge.model import Verdict

if TYPE_CHECKING:
    from paperforge.model import Analysis, Decision
    from paperforge.spec import Metric

MANY = 8
"""More comparisons than this are counted, not listed, in a sentence."""
EXTRA = 3
"""So many more decimals, less one, an interval gets whose end would print as zero."""
WORDS = {
    Verdict.BETTER: "better than",
    Verdict.WORSE: "worse than",
    Verdict.DIFFERENT: "different from",
    Verdict.EQUIVALENT: "equivalent to",
    Verdict.INCONCLUSIVE: "inconclusive against",
    Verdict.UNDECIDABLE: "undecidable against",
    Verdict.UNTESTED: "untested against",
}


def report(analysis: Analysis) -> str:
    """Design, then for each metric the primary comparisons and the secondary ones, aligned."""
    blocks = ["Design\n" + "\n".join(f"  {s}" for s in analysis.design.sentences)]
    for metric in analysis.metrics:
        primary = analysis.primary(metric.name)
        secondary = [d for d in analysis.decisions if d.metric == metric.name and not d.primary]
        if primary:
            head = f"{_heading(metric)}: {_scope(analysis, primary[0])}{_family(primary[0])}"
            blocks.append("\n".join([head, *_lines(analysis, primary)]))
        if secondary:
            head = f"{_heading(metric)}: each dataset (secondary, unadjusted)"
            blocks.append("\n".join([head, *_lines(analysis, secondary)]))
    beside = [_heading(m) for m in analysis.metrics if not m.tested]
    if beside:
        blocks.append(f"Not tested, only reported: {', '.join(beside)}")
    return "\n\n".join(blocks) + "\n"


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
    start = f"{metric.label}, {_scope(analysis, family[0])}: "
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
        clauses.append(f"{name}{WORDS[verdict]} {_and(others)}")
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
        f"{_comparisons(len(family))}, " + _and([f"{n} {word}" for word, n in counts.items()]) + "."
    )


def _comparisons(count: int) -> str:
    return f"{count} comparison{'s' * (count != 1)}"


def _numbers(decision: Decision, metric: Metric) -> str:
    """The estimate with its interval and p, as it stands in brackets."""
    if decision.estimate is None:
        return decision.reason or "no estimate"
    decimals = _decimals((decision,), metric)
    unit = f"\u00a0{_unit(metric)}" if metric.unit else ""
    parts = [f"{_signed(decision.estimate, decimals)}{unit}"]
    if decision.low is not None and decision.high is not None:
        low, high = (_minus(fixed(x, decimals)) for x in (decision.low, decision.high))
        parts.append(f"{decision.level:.0%} interval {low} to {high}")
    p = decision.p if decision.p_adjusted is None else decision.p_adjusted
    if p is not None:
        adjusted = "adjusted " if decision.family > 1 else ""
        parts.append(f"{adjusted}{_p(p)}")
    return ", ".join(parts)


def _lines(analysis: Analysis, decisions: tuple[Decision, ...] | list[Decision]) -> list[str]:
    """The decisions as aligned columns."""
    methods = {m.name: m.label for m in analysis.methods}
    datasets = {d.name: d.label for d in analysis.datasets}
    metric = next(m for m in analysis.metrics if m.name == decisions[0].metric)
    decimals = _decimals(decisions, metric)
    rows = []
    for d in decisions:
        place = "" if d.primary or not d.scope else f"{datasets[d.scope]}: "
        interval = ""
        if d.low is not None and d.high is not None:
            interval = _minus(f"[{fixed(d.low, decimals)}, {fixed(d.high, decimals)}]")
        p = _p(d.p) if d.p is not None else ""
        if d.p_adjusted is not None and d.family > 1:
            p += f" (adjusted {_p(d.p_adjusted).removeprefix('p ').removeprefix('= ')})"
        estimate = "" if d.estimate is None else _signed(d.estimate, decimals)
        verdict = str(d.verdict) if d.primary else ""
        end = " ".join(x for x in (verdict, f"· {d.reason}" if d.reason else "") if x)
        rows.append((f"{place}{methods[d.a]} − {methods[d.b]}", estimate, interval, p, end, d.test))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    tests = {row[5] for row in rows}
    lines = [
        "  "
        + "  ".join(
            (
                row[0].ljust(widths[0]),
                row[1].rjust(widths[1]),
                row[2].rjust(widths[2]),
                row[3].ljust(widths[3]),
                row[4],
            )
        ).rstrip()
        for row in rows
    ]
    return [*lines, f"  test: {', '.join(sorted(t for t in tests if t)) or 'none'}"]


def _decimals(decisions: tuple[Decision, ...] | list[Decision], metric: Metric) -> int:
    """Decimals of a comparison: the metric's, or by its uncertainty; no end may print as zero."""
    values = [d.estimate for d in decisions if d.estimate is not None]
    ends = [end for d in decisions for end in (d.low, d.high) if end is not None]
    widths = [(d.high - d.low) / 2 for d in decisions if d.low is not None and d.high is not None]
    decimals = decimals_for(values, widths, metric.digits)
    for more in range(decimals, decimals + EXTRA):
        if not any(end and float(fixed(end, more)) == 0 for end in ends):
            return more
    return decimals


def _signed(value: float, decimals: int) -> str:
    text = _minus(fixed(value, decimals))
    return text if text.startswith("−") else f"+{text}"


def _unit(metric: Metric) -> str:
    """The unit of a difference: of percentages, points."""
    return "points" if metric.unit == "%" else metric.unit


def _minus(text: str) -> str:
    """A number with a minus sign in place of the hyphen."""
    return text.replace("-", "−")


def _p(p: float) -> str:
    text = p_value(p)
    return f"p {text[0]} {text[1:]}" if text.startswith(("<", ">")) else f"p = {text}"


def _heading(metric: Metric) -> str:
    return f"{metric.label} ({metric.unit})" if metric.unit else metric.label


def _scope(analysis: Analysis, decision: Decision) -> str:
    if decision.scope is None:
        return f"average over the {len(analysis.datasets)} datasets"
    label = next((d.label for d in analysis.datasets if d.name == decision.scope), "")
    return f"on {label}" if label else "all results"


def _family(decision: Decision) -> str:
    if decision.family < 2 or decision.p_adjusted is None:  # noqa: PLR2004  one is no family
        return ""
    return f" ({decision.family} comparisons, adjusted together)"


def _and(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
