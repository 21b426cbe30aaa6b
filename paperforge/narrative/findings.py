"""The decisions in words: a sentence a metric, and a drafted paragraph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.latex.escape import escape
from paperforge.latex.label import sentence
from paperforge.model import Verdict
from paperforge.narrative import words
from paperforge.spec import AGGREGATES, Direction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from paperforge.model import Analysis, Decision
    from paperforge.spec import Metric

MANY = 8
"""More comparisons than this are counted, with a few names, in a sentence."""
NAMED = 12
"""Methods that a sentence names of each verdict, at most."""
BRIEF = 3
"""More comparisons than this have no numbers in a brief sentence."""
VERBS = {
    Verdict.BETTER: ("is better than", "are better than"),
    Verdict.WORSE: ("is worse than", "are worse than"),
    Verdict.DIFFERENT: ("differs from", "differ from"),
    Verdict.EQUIVALENT: ("is equivalent to", "are equivalent to"),
    Verdict.INCONCLUSIVE: ("is not found to differ from", "are not found to differ from"),
    Verdict.UNDECIDABLE: ("cannot be told by this design from",) * 2,
    Verdict.UNTESTED: ("is not tested against", "are not tested against"),
}
"""A verdict as a verb: of one method, and of several."""


def sentences(analysis: Analysis, *, brief: bool = False) -> tuple[str, ...]:
    """One plain sentence a metric that has primary comparisons.

    brief: for a reader who has the table beside it. Numbers stand with few comparisons only, and
    metrics of which the same is said are named together.
    """
    said: dict[tuple[object, ...], list[str]] = {}
    for metric in analysis.metrics:
        family = analysis.primary(metric.name)
        if family:
            text = _sentence(analysis, metric, family, brief=brief)
            key = (words.scope(analysis, family[0]), text, *(() if brief else (metric.name,)))
            said.setdefault(key, []).append(metric.label)
    return tuple(
        f"{words.about(words.joined(labels), str(where))}: {text}"
        for (where, text, *_), labels in said.items()
    )


def paragraph(analysis: Analysis) -> str:
    """A drafted findings paragraph as TeX, for generated/findings.tex."""
    tested = [metric for metric in analysis.metrics if analysis.primary(metric.name)]
    if not tested:
        several = len(analysis.methods) > 1
        why = "no two methods have numbers to compare" if several else "the results hold one method"
        return f"% No comparisons: {why}.\n"
    parts = [sentence(text, analysis.labels) for text in sentences(analysis)]
    if analysis.design.generalises:
        parts.append(escape(analysis.design.generalises))
    if analysis.design.look:
        parts.append(escape(analysis.design.look))
    return "\n".join(parts) + "\n"


def _sentence(
    analysis: Analysis, metric: Metric, family: tuple[Decision, ...], *, brief: bool
) -> str:
    if all(d.verdict is Verdict.UNTESTED for d in family):
        why = family[0].reason or "one run a cell"
        return f"{_comparisons(len(family))} not tested: {why}."
    anchored = any(method.role for method in analysis.methods)
    if len(family) > MANY:
        return condensed(analysis, metric, family, anchored=anchored)
    if brief and len(family) > BRIEF and {d.verdict for d in family} == {Verdict.INCONCLUSIVE}:
        return f"no difference is found in any of {len(family)} comparisons."
    labels = {m.name: m.label for m in analysis.methods}
    short = brief and (len(family) > BRIEF or len(analysis.primary()) > MANY)

    def named(name: str, d: Decision) -> str:
        return labels[name] if short else f"{labels[name]} ({_numbers(analysis, d, metric)})"

    apart = any(", " in label for label in labels.values())
    stop, pronoun = (". ", "It") if apart else ("; ", "it")
    read = family if anchored else tuple(map(_better_first, family))
    if len({d.b for d in read}) < len({d.a for d in read}):
        return stop.join(_by_other(read, labels, named, apart=apart)) + "."
    groups: dict[tuple[str, Verdict], list[Decision]] = {}
    for decision in read:
        groups.setdefault((decision.a, decision.verdict), []).append(decision)
    clauses = []
    subject = ""
    for (a, verdict), group in sorted(groups.items(), key=lambda item: _place(family, item[0][0])):
        name = pronoun if a == subject else labels[a]
        subject = a
        others = words.joined([named(d.b, d) for d in group], apart=apart)
        clauses.append(f"{name} {VERBS[verdict][0]} {others}")
    return stop.join(clauses) + "."


def _by_other(
    family: tuple[Decision, ...],
    labels: dict[str, str],
    named: Callable[[str, Decision], str],
    *,
    apart: bool,
) -> Iterator[str]:
    """Clauses about the many that are compared with one: "a and b are worse than c"."""
    groups: dict[tuple[str, Verdict], list[Decision]] = {}
    for d in family:
        groups.setdefault((d.b, d.verdict), []).append(d)
    for (b, verdict), group in groups.items():
        verb = VERBS[verdict][len(group) > 1]
        yield f"{words.joined([named(d.a, d) for d in group], apart=apart)} {verb} {labels[b]}"


def _place(family: tuple[Decision, ...], method: str) -> int:
    """Where a method is first compared, so that what is said of it stands together."""
    return next(i for i, d in enumerate(family) if method in (d.a, d.b))


def condensed(
    analysis: Analysis, metric: Metric, family: tuple[Decision, ...], *, anchored: bool
) -> str:
    """Many comparisons by verdict: of the declared methods, or of the one with the best mean."""
    labels = {m.name: m.label for m in analysis.methods}
    if anchored:
        subjects = list(dict.fromkeys(d.a for d in family))
        return " ".join(f"{labels[a]} {_tally(labels, family, a)}." for a in subjects)
    best = leader(analysis, metric, family)
    total = _total(family)
    if best is None:
        return total
    what = AGGREGATES[analysis.design.aggregate] if family[0].scope is None else "mean"
    end = "lowest" if metric.direction is Direction.LOWER else "highest"
    mine = f"{labels[best]} has the {end} {what}; it {_tally(labels, family, best)}."
    return f"{mine} In all, {total}"


def _total(family: tuple[Decision, ...]) -> str:
    """How many differences were found among those that a test could be made of."""
    found, tested = sum(d.decided for d in family), sum(d.p is not None for d in family)
    if tested == len(family):
        return f"a difference is found in {found:,} of {_comparisons(len(family))}."
    left = [d.reason for d in family if d.p is None and d.reason]
    causes = (reason.removeprefix("no average: ").split(" (")[0] for reason in left)
    short = list(dict.fromkeys(cause.split(" on ")[0] for cause in causes))
    why = f" ({words.listed(short, NAMED)})" if short else ""
    return (
        f"a difference is found in {found:,} of the {_comparisons(tested)} that could be tested; "
        f"{len(family) - tested:,} could not{why}."
    )


def leader(analysis: Analysis, metric: Metric, family: tuple[Decision, ...]) -> str | None:
    """The compared method with the best mean; None where better is not known, or a mean is not."""
    methods = list(dict.fromkeys(m for d in family for m in (d.a, d.b)))
    means = {
        one.method: one.mean
        for one in analysis.aggregates
        if one.metric == metric.name and one.dataset == family[0].scope and one.mean is not None
    }
    if metric.direction is None or not all(m in means for m in methods):
        return None
    sign = -1 if metric.direction is Direction.LOWER else 1
    return max(methods, key=lambda m: sign * means[m])


def _tally(labels: dict[str, str], family: tuple[Decision, ...], method: str) -> str:
    """What is decided of one method: "is better than 31 of 49: a, b; is worse than 2: c and d"."""
    mine = [d for d in family if d.a == method] + [
        _turned(d) for d in family if d.b == method and d.a != method
    ]
    groups: dict[Verdict, list[str]] = {}
    for d in mine:
        groups.setdefault(d.verdict, []).append(labels[d.b])
    order = [verdict for verdict in VERBS if verdict in groups]
    said = []
    for i, verdict in enumerate(order):
        names = groups[verdict]
        whole = f" of {len(mine)}" if i == 0 and len(names) < len(mine) else ""
        count = f"all {len(names)}" if len(names) == len(mine) else f"{len(names)}{whole}"
        said.append(f"{VERBS[verdict][0]} {count}: {words.listed(names, NAMED)}")
    return "; ".join(said)


def _better_first(decision: Decision) -> Decision:
    """The same comparison read from its better side: nobody asked for one of the two orders."""
    if decision.verdict is not Verdict.WORSE or decision.estimate is None:
        return decision
    return _turned(decision)


def _turned(decision: Decision) -> Decision:
    """The same comparison, b against a."""
    other = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
    return replace(
        decision,
        a=decision.b,
        b=decision.a,
        estimate=None if decision.estimate is None else -decision.estimate,
        low=None if decision.high is None else -decision.high,
        high=None if decision.low is None else -decision.low,
        equivalence=_mirrored(decision.equivalence),
        equivalence_adjusted=_mirrored(decision.equivalence_adjusted),
        verdict=other.get(decision.verdict, decision.verdict),
    )


def _mirrored(ends: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if ends is None else (-ends[1], -ends[0])


def _comparisons(count: int) -> str:
    return f"{count:,} comparison{'s' * (count != 1)}"


def _numbers(analysis: Analysis, decision: Decision, metric: Metric) -> str:
    """The estimate with its interval and p, as it stands in brackets."""
    if decision.estimate is None:
        return decision.reason or "no estimate"
    decimals = words.decimals_of((decision,), metric)
    unit = f"\u00a0{words.unit(metric)}" if metric.unit else ""
    parts = [f"{words.signed(decision.estimate, decimals)}{unit}"]
    if decision.low is not None and decision.high is not None:
        low, high = (words.number(x, decimals) for x in (decision.low, decision.high))
        of = f" of the {decision.interval_of}" if decision.interval_of else ""
        parts.append(f"{words.level(decision.level)} interval{of} {low} to {high}")
    p = decision.p if decision.p_adjusted is None else decision.p_adjusted
    if p is not None:
        adjusted = "adjusted " if words.is_adjusted(analysis, decision) else ""
        parts.append(f"{adjusted}{words.p_text(p, round(1 - decision.level, 12))}")
    more = excluded(decision, metric)
    if decision.verdict is Verdict.UNDECIDABLE:
        more = decision.reason
    same = decision.verdict is Verdict.EQUIVALENT
    within = decision.equivalence_adjusted or decision.equivalence
    if same and within and metric.margin is not None:
        ends = [words.number(x, decimals) for x in within]
        level = words.level(decision.equivalence_level or 1 - 2 * (1 - decision.level))
        more = f"{level} interval {ends[0]} to {ends[1]}, within ±{words.margin(metric)}"
    if decision.equivalent and decision.decided:
        more = f"within the declared margin of {words.margin(metric)}"
    return ", ".join(parts) + (f"; {more}" if more else "")


def excluded(decision: Decision, metric: Metric) -> str:
    """What an inconclusive comparison still says: "at most 0.6 worse and at most 1.0 better"."""
    low, high = decision.low, decision.high
    if decision.verdict is not Verdict.INCONCLUSIVE or low is None or high is None:
        return ""
    decimals = words.decimals_of((decision,), metric)
    names = {Direction.HIGHER: ("worse", "better"), Direction.LOWER: ("better", "worse")}
    below, above = names[metric.direction] if metric.direction else ("lower", "higher")
    ends = [(-low, below), (high, above)]
    said = [f"at most {words.number(size, decimals)} {word}" for size, word in ends if size > 0]
    alone = "this interval alone leaves zero out, but not after the correction"
    return "; ".join([words.joined(said), alone] if low > 0 or high < 0 else [words.joined(said)])
