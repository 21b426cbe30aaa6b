"""The comparisons of an analysis as tables: rows of words and printed numbers under heads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.latex.rounding import fixed
from paperforge.narrative import improved, same, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Analysis, Decision
    from paperforge.spec import Metric

TEST = "Test"
HEADS = (
    "",
    "Difference",
    "Interval",
    "Simultaneous",
    "p",
    "Adjusted p",
    "d",
    "P(a > b)",
    TEST,
    "Verdict",
)
KEYS = "abcdefghijklmnopqrstuvwxyz"
"""What rows of one table call their tests, where these are several."""


@dataclass(frozen=True, slots=True)
class Block:
    """Comparisons that belong together."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """In the order of the heads; the last column is the verdict, where there are verdicts."""
    reasons: tuple[str, ...]
    """Of each row: why the verdict is what it is; mostly empty."""
    below: tuple[str, ...] = ()
    """Lines under the table: the tests, how many rows are left out."""

    def kept(self) -> list[int]:
        """The columns that hold something, the first always."""
        return [i for i in range(len(self.heads)) if i == 0 or any(row[i] for row in self.rows)]

    def with_reasons(self) -> list[tuple[str, ...]]:
        """The rows with the reason behind the verdict."""
        return [
            (*row[:-1], " · ".join(filter(None, (row[-1], reason))))
            for row, reason in zip(self.rows, self.reasons, strict=True)
        ]

    def notes(self) -> list[str]:
        """What stands under the table where the verdicts stand alone: also the reason of each."""
        reasons = [
            f"{row[0]}: {reason}"
            for row, reason in zip(self.rows, self.reasons, strict=True)
            if reason
        ]
        return [*self.below, *reasons]


def of_metric(analysis: Analysis, metric: Metric, *, primary: bool) -> tuple[Decision, ...]:
    """The primary or the secondary comparisons of a metric."""
    every = (d for d in analysis.decisions if d.metric == metric.name)
    return tuple(d for d in every if d.primary is primary)


def complete(analysis: Analysis) -> Iterator[Block]:
    """Every metric's primary comparisons, then its secondary ones, all of them."""
    for metric in analysis.metrics:
        primary = of_metric(analysis, metric, primary=True)
        if primary:
            yield block(analysis, title(analysis, metric, primary), primary)
        secondary = of_metric(analysis, metric, primary=False)
        if secondary:
            yield block(analysis, secondary_title(analysis, metric), secondary)


def title(analysis: Analysis, metric: Metric, primary: Sequence[Decision]) -> str:
    """Of the primary comparisons of a metric: what, where, and over how many p is adjusted."""
    where = words.scope(analysis, primary[0])
    return f"{words.about(words.heading(metric), where)}{words.family(analysis, primary[0])}"


def secondary_title(analysis: Analysis, metric: Metric) -> str:
    """Of the others."""
    what = f"each {analysis.design.place}" if metric.primary else "beside the question"
    return f"{words.heading(metric)}, {what} (secondary, p not adjusted)"


def block(
    analysis: Analysis, title: str, decisions: Sequence[Decision], *, named: bool = False
) -> Block:
    """A table of comparisons. named: each with its metric, where they are of several."""
    tests = tuple(dict.fromkeys(d.test for d in decisions if d.test))
    keys = dict(zip(tests, KEYS, strict=False)) if len(tests) > 1 else {}
    decimals = {
        m.name: words.decimals_of([d for d in decisions if d.metric == m.name], m)
        for m in analysis.metrics
    }
    rows = tuple(
        row(analysis, d, decimals[d.metric], keys.get(d.test, ""), named=named) for d in decisions
    )
    reasons = tuple("" if d.equivalent else d.reason for d in decisions)
    if len(reasons) > 1 and len(set(reasons)) == 1 and reasons[0]:
        title, reasons = f"{title} · {reasons[0]}", ("",) * len(reasons)
    most = max((decimals[d.metric] for d in decisions), default=0)
    below = (
        said(tests, keys),
        *words.of_intervals(decisions),
        *improved.lines(analysis, decisions),
        *same.lines(analysis, decisions, most),
    )
    return Block(title, HEADS, rows, reasons, below)


def said(tests: Sequence[str], keys: dict[str, str]) -> str:
    """The tests under a table, with the keys of their rows."""
    if keys:
        each = [f"{keys.get(test, '–')} {test}" for test in tests]
        return f"Tests: {'; '.join(each)}"
    return f"Test: {tests[0]}" if tests else "Not tested"


def row(
    analysis: Analysis, d: Decision, decimals: int, key: str, *, named: bool
) -> tuple[str, ...]:
    """One comparison in the order of HEADS."""
    place = next((one.label for one in analysis.datasets if one.name == d.scope), "")
    head = [words.heading(m) for m in analysis.metrics if m.name == d.metric] if named else []
    head += [place] if place and not d.primary else []
    adjusted = words.is_adjusted(analysis, d)
    effect = d.effect
    return (
        ": ".join([*head, pair(analysis, d)]),
        "" if d.estimate is None else words.signed(d.estimate, decimals),
        ends((d.low, d.high), decimals),
        "" if d.simultaneous is None else ends(d.simultaneous, decimals),
        "" if d.p is None else short(d.p, analysis.design.alpha),
        short(d.p_adjusted, analysis.design.alpha) if adjusted and d.p_adjusted is not None else "",
        "" if effect.d is None else words.signed(effect.d, 2),
        "" if effect.superiority is None else fixed(effect.superiority, 2).removeprefix("0"),
        key,
        (f"{d.verdict}, equivalent" if d.decided and d.equivalent else str(d.verdict))
        if d.primary
        else "",
    )


def ends(limits: tuple[float | None, float | None], decimals: int) -> str:
    """An interval in brackets, or nothing."""
    low, high = limits
    if low is None or high is None:
        return ""
    return f"[{words.number(low, decimals)}, {words.number(high, decimals)}]"


def short(p: float, alpha: float) -> str:
    """A p-value alone, as it is judged at alpha."""
    return words.p_text(p, alpha).removeprefix("p ").removeprefix("= ")


def label(analysis: Analysis, metric: str) -> str:
    """The label of a metric."""
    return next((m.label for m in analysis.metrics if m.name == metric), metric)


def method(analysis: Analysis, name: str) -> str:
    """The label of a method."""
    return next((m.label for m in analysis.methods if m.name == name), name)


def pair(analysis: Analysis, d: Decision) -> str:
    """The two methods."""
    return f"{method(analysis, d.a)} − {method(analysis, d.b)}"
