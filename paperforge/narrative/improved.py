"""The probabilities of improvement under a table of comparisons, where the analysis has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.rounding import fixed
from paperforge.narrative import words
from paperforge.spec import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Analysis, Decision, Improvement

OF_RUNS = "a run of the first against any run of the second"
OF_PAIRS = "matched runs"


def lines(analysis: Analysis, decisions: Sequence[Decision]) -> Iterator[str]:
    """A line for each primary comparison that has one, under one that says what it is.

    Agarwal et al. 2021 (stats/improvement.py): P(the first is better), ties half, the mean of the
    datasets' own. Its interval is not adjusted, and no verdict reads it.
    """
    there = {(one.metric, one.a, one.b, one.scope): one for one in analysis.improvements}
    for metric in analysis.metrics:
        mine = [d for d in decisions if d.primary and d.metric == metric.name]
        found = [(d, one) for d in mine if (one := there.get((d.metric, d.a, d.b, d.scope)))]
        if not found:
            continue
        wins = "is larger" if metric.direction is None else "is better"
        wins = "is lower, which is better" if metric.direction is Direction.LOWER else wins
        first = found[0][1]
        many, place = len(analysis.datasets), analysis.design.place
        over = f", mean of the {many} {place}s" if first.scope is None and many > 1 else ""
        of = OF_PAIRS if first.paired else OF_RUNS
        yield f"Probability of improvement, that the first {wins} ({of}, ties half{over}):"
        labels = {m.name: m.label for m in analysis.methods}
        for d, one in found:
            yield f"{labels.get(d.a, d.a)} over {labels.get(d.b, d.b)}: {_outcome(one)}"


def _outcome(one: Improvement) -> str:
    if one.low is None or one.high is None:
        return f"{_share(one.estimate)} (no interval: {one.reason})"
    ends = f"[{_share(one.low)}, {_share(one.high)}]"
    return f"{_share(one.estimate)}, {words.level(one.level)} interval {ends}"


def _share(value: float) -> str:
    return fixed(value, 2).removeprefix("0")
