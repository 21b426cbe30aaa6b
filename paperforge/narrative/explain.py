"""Why each comparison has its test, and what the other defensible tests would say, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.rounding import fixed
from paperforge.model import Verdict
from paperforge.narrative import words
from paperforge.narrative.passages import Grid, Passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Alternative, Analysis, Decision, Why

HEADS = (
    "Test", "Difference", "Interval", "p", "Adjusted p", "Smallest p", "Error of p", "Verdict"
)  # fmt: skip


def passages(analysis: Analysis, whys: Sequence[Why]) -> tuple[Passage, ...]:
    """First the reasons, once for all comparisons that share them; then each one's sensitivity."""
    groups: dict[tuple[object, ...], list[Why]] = {}
    for one in whys:
        groups.setdefault((one.chosen, one.rejected, one.left_out), []).append(one)
    made = [reasons(analysis, group, whys) for group in groups.values()]
    made += [sensitivity(analysis, one) for one in whys if one.alternatives]
    if not made:
        made.append(Passage("", ("There is no primary comparison to explain.",)))
    more = len(analysis.primary()) - len(whys)
    if more:
        s = "" if more == 1 else "s"
        made.append(Passage("", (f"… and {more} more primary comparison{s}, not explained here.",)))
    return tuple(made)


def reasons(analysis: Analysis, group: Sequence[Why], whys: Sequence[Why]) -> Passage:
    """The test and what was not taken."""
    one, metrics = group[0], {each.metric for each in group}
    if 1 < len(group) == len(whys):
        title = "All comparisons"
    elif 1 < len(group) == sum(each.metric in metrics for each in whys):
        labels = [m.label for m in analysis.metrics if m.name in metrics]
        title = f"{words.joined(labels)}: all comparisons"
    else:
        title = "; ".join(name(analysis, each) for each in group)
    lines = list(one.chosen)
    if one.rejected:
        lines += ["Not taken:", *(f"  {what}: {why}." for what, why in one.rejected)]
    if one.left_out:
        lines += [
            "Other tests, which these data do not allow:",
            *(f"  {what}: {why}." for what, why in one.left_out),
        ]
    return Passage(title, tuple(lines))


def sensitivity(analysis: Analysis, why: Why) -> Passage:
    """The same comparison under each test, and whether the verdict would be another one."""
    d = next(d for d in analysis.primary(why.metric) if (d.a, d.b) == (why.a, why.b))
    seen = "; ".join(one.words for one in why.observed)
    looked = (f"Looked at, not used to choose: {seen}.",) if seen else ()
    return Passage(name(analysis, why), looked, grid(analysis, why, d), tuple(ending(why)))


def name(analysis: Analysis, why: Why) -> str:
    """The comparison with its metric."""
    label = next((m.label for m in analysis.metrics if m.name == why.metric), why.metric)
    labels = {m.name: m.label for m in analysis.methods}
    a, b = labels.get(why.a, why.a), labels.get(why.b, why.b)
    return f"{label}: {a} − {b}"


def grid(analysis: Analysis, why: Why, d: Decision) -> Grid:
    """What was reported, then the others; those that need a declaration say so."""
    metric = next(m for m in analysis.metrics if m.name == why.metric)
    decimals = words.decimals_of([d, *why.alternatives], metric)
    rows = [
        (
            f"{d.test or 'none'} (reported)",
            *numbers(d, decimals, analysis.design.alpha),
            str(d.verdict),
        )
    ]
    for one in why.alternatives:
        if one.probabilities is not None:
            continue
        test = f"{one.test} ({one.needs})" if one.needs else one.test
        verdict = str(one.verdict) if one.verdict else one.reason
        rows.append((test, *numbers(one, decimals, analysis.design.alpha), verdict))
    return Grid(HEADS, tuple(rows))


def numbers(one: Decision | Alternative, decimals: int, alpha: float) -> tuple[str, ...]:
    """Difference, interval, p, adjusted p, smallest p, its Monte Carlo error."""
    interval = ""
    if one.low is not None and one.high is not None:
        interval = f"[{words.number(one.low, decimals)}, {words.number(one.high, decimals)}]"
    return (
        "" if one.estimate is None else words.signed(one.estimate, decimals),
        interval,
        short(one.p, alpha),
        short(one.p_adjusted, alpha),
        short(one.smallest_p, alpha),
        "" if one.monte_carlo is None else error(one.monte_carlo),
    )


def short(p: float | None, alpha: float) -> str:
    """A p-value alone, as it is judged at alpha."""
    return "" if p is None else words.p_text(p, alpha).removeprefix("p ").removeprefix("= ")


def error(p: float) -> str:
    """A Monte Carlo error to two digits; what is below 10^-6 says only that."""
    return "< 1e-6" if p < 1e-6 else f"{p:.2g}".removeprefix("0")  # noqa: PLR2004


def ending(why: Why) -> list[str]:
    """Whether the verdict would change, in one line; then Bayesian probabilities."""
    able = [a for a in why.alternatives if not a.needs and a.verdict is not None]
    changed = [a for a in able if a.changes and a.verdict is not Verdict.UNDECIDABLE]
    helpless = [a for a in able if a.changes and a.verdict is Verdict.UNDECIDABLE]
    rest = len(able) - len(changed) - len(helpless)
    parts = []
    if changed:
        under = words.joined([f"{a.verdict} under {a.test}" for a in changed])
        parts.append(f"The verdict ({why.verdict}) would change: {under}.")
    elif rest and any(a.verdict is not why.verdict for a in able if not a.changes):
        open_ = "The other test decides" if rest == 1 else f"None of the {rest} other tests decides"
        parts.append(f"{open_} {'nothing' if rest == 1 else 'anything'} either.")
    elif rest:
        which = f"any of the {rest} other tests" if rest > 1 else "the other test"
        able_ = " that could decide it" if helpless else ""
        parts.append(f"The verdict ({why.verdict}) would not change under {which}{able_}.")
    if helpless:
        tests = words.joined([a.test for a in helpless])
        tests = tests[:1].upper() + tests[1:]
        parts.append(f"{tests} could not have decided it, whatever the data.")
    if not able:
        parts.append("No other test here answers the same question.")
    declared = [a for a in why.alternatives if a.needs and a.changes]
    if declared:
        said = words.joined([f"{a.verdict} by {a.test} ({a.needs})" for a in declared])
        parts.append(f"It would be {said}.")
    lines = [" ".join(parts)] if parts else []
    for one in why.alternatives:
        if one.probabilities is not None:
            below, within, above = (probability(p) for p in one.probabilities)
            lines.append(
                f"{one.test}: probability {below} that the difference lies below the margin, "
                f"{within} within it, {above} above it."
            )
    return lines


def probability(p: float) -> str:
    """Three decimals, never 0 or 1."""
    if p < 0.001:  # noqa: PLR2004 - three decimals
        return "< .001"
    return "> .999" if p > 0.999 else fixed(p, 3).removeprefix("0")  # noqa: PLR2004
