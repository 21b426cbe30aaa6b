"""What a cell carries besides its number: the best of its column, differences from the baseline.

Best is a matter of printed values, a difference one of the primary decisions. They never mix.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, cast

from paperforge.latex.escape import plain
from paperforge.model import Analysis, Decision, Mark, Verdict
from paperforge.model.order import roles
from paperforge.spec import Direction, Method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

NOTHING: frozenset[Mark] = frozenset()

ALONE = 1
"""Filled cells of a column in which nothing is best: there is nothing to be better than."""

EXACT = 15
"""Digits that a double tells apart."""

FEWEST_FOR_SECOND = 3
"""With two cells the second best is the worst."""


@dataclass(frozen=True, slots=True)
class Marking:
    """The marks against the baseline, and what they mean."""

    marks: Mapping[tuple[str, str], Mark] = field(default_factory=dict)
    """(metric, method) -> the mark on its cell of the primary scope."""
    better: str = ""
    """What † says: "better than full fine-tuning"."""
    worse: str = ""
    none: str = ""
    """What to say where nothing was found: "No method was found to differ from full tuning"."""
    tested: tuple[Decision, ...] = ()
    """The primary decisions that the marks are read from."""

    def on(self, metric: str, method: str) -> frozenset[Mark]:
        """A method's mark in the column of the primary comparison."""
        mark = self.marks.get((metric, method))
        return frozenset({mark} if mark else ())

    def read(self, metric: str) -> Mapping[str, tuple[Decision, ...]]:
        """Method -> what its mark in that column, or that it has none, is read from."""
        found: dict[str, list[Decision]] = {}
        for decision in self.tested:
            if decision.metric == metric:
                for method in dict.fromkeys((decision.a, decision.b)):
                    found.setdefault(method, []).append(decision)
        return {method: tuple(decisions) for method, decisions in found.items()}


def best(
    printed: Sequence[str], direction: Direction | None, *, second: bool, coarse: bool = False
) -> list[frozenset[Mark]]:
    """best_texts() of each printed number of a column; an empty string is a missing cell."""
    found = best_texts(printed, direction, second=second, coarse=coarse)
    return [found.get(text, NOTHING) for text in printed]


def best_texts(
    printed: Sequence[str],
    direction: Direction | None,
    *,
    second: bool,
    coarse: bool = False,
    values: Sequence[float] | None = None,
) -> dict[str, frozenset[Mark]]:
    """Printed number -> its mark, BEST or SECOND; numbers without one are not in it.

    Ties on the printed value share the mark: a reader cannot see a difference that is not printed.
    `coarse`: some are quoted with decimals of their own; two numbers tie where they agree in the
    decimals that both have, so 90.3 is as good as 90.32. `values`: the numbers themselves, where
    one rule printed them all: rounding keeps their order, so that no text has to be read.
    """
    filled = len(printed) - printed.count("")
    if direction is None or filled <= ALONE:
        return {}
    pick = max if direction is Direction.HIGHER else min
    places = (Mark.BEST, Mark.SECOND) if second and filled >= FEWEST_FOR_SECOND else (Mark.BEST,)
    if values is not None and not coarse:
        return _by_values(printed, values, pick, places)
    rest = _read_back(printed, coarse=coarse)
    marks: dict[str, frozenset[Mark]] = {}
    for mark in places:
        if not rest:
            break
        top = pick(rest.values())
        tied = [text for text, x in rest.items() if x == top or (coarse and alike(x, top))]
        marks |= dict.fromkeys(tied, frozenset({mark}))
        for text in tied:
            del rest[text]
    return marks


def _by_values(
    printed: Sequence[str],
    values: Sequence[float],
    pick: Callable[[Sequence[float]], float],
    places: Sequence[Mark],
) -> dict[str, frozenset[Mark]]:
    """best_texts() of numbers that one rule printed: the best value prints the best text."""
    marks: dict[str, frozenset[Mark]] = {}
    for mark in places:
        if marks:
            left = [at for at, text in enumerate(printed) if text not in marks]
            values, printed = [values[at] for at in left], [printed[at] for at in left]
        if printed:
            marks[printed[values.index(pick(values))]] = frozenset({mark})
    return marks


def _read_back(printed: Sequence[str], *, coarse: bool) -> dict[str, Decimal]:
    """Printed number -> a number that compares as it does."""
    texts = set(printed) - {""}
    exact = coarse or max(map(len, texts)) > EXACT
    return dict(zip(texts, (_decimals if exact else _doubles)(texts), strict=True))


def _decimals(texts: Iterable[str]) -> list[Decimal]:
    return [Decimal(text.replace(",", "")) for text in texts]


def _doubles(texts: Iterable[str]) -> list[Decimal]:
    """Numbers of up to 15 digits, quickly: doubles tell such apart. Compared, never shown."""
    bare = ";".join(texts).replace(",", "").split(";")
    return cast("list[Decimal]", list(map(float, bare)))


def alike(a: Decimal, b: Decimal) -> bool:
    """Whether two numbers agree in the decimals that both are printed with."""
    places = max(_exponent(a), _exponent(b))
    unit = Decimal(1).scaleb(places)
    return a.quantize(unit, ROUND_HALF_UP) == b.quantize(unit, ROUND_HALF_UP)


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)


def against_baseline(analysis: Analysis, metrics: Iterable[str]) -> Marking:
    """The marks that the primary decisions of these metrics support, by the paper's roles.

    One baseline: on every other method. One method of ours and several baselines: on every
    baseline. Several of both: on each of ours that differs alike from every baseline. No roles:
    between exactly two methods. A metric whose direction is unknown is left out.
    """
    directed = {m.name for m in analysis.metrics if m.direction is not None} & set(metrics)
    decisions = tuple(d for d in analysis.decisions if d.primary and d.metric in directed)
    compared = {name for d in decisions for name in (d.a, d.b)}
    baselines, ours = roles(m for m in analysis.methods if m.name in compared)
    if len(baselines) == 1:
        return _from_one(decisions, baselines[0])
    if len(ours) == 1:
        return _on_baselines(decisions, ours[0], [m.name for m in baselines])
    if ours:
        return _on_ours(decisions, [m.name for m in baselines], [m.name for m in ours])
    if len(compared) == len(analysis.methods) == 2:  # noqa: PLR2004 - a pair needs no roles
        return _between_two(decisions)
    return Marking()


def _read(decision: Decision, method: str) -> Verdict:
    """The verdict as seen from one side: "method is … than the other"."""
    turned = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
    verdict = decision.verdict
    return verdict if decision.a == method else turned.get(verdict, verdict)


def _pairs(
    decisions: Iterable[Decision], wanted: Callable[[str, str], bool]
) -> Iterable[tuple[str, Decision]]:
    """(method to be marked, decision), for decisions whose sides (marked, other) are wanted."""
    for d in decisions:
        if wanted(d.a, d.b):
            yield d.a, d
        elif wanted(d.b, d.a):
            yield d.b, d


_SYMBOL = {Verdict.BETTER: Mark.BETTER, Verdict.WORSE: Mark.WORSE}


def _from_one(decisions: Sequence[Decision], baseline: Method) -> Marking:
    pairs = list(_pairs(decisions, lambda _, other: other == baseline.name))
    name = plain(baseline.label)
    found = {(d.metric, x): _SYMBOL.get(_read(d, x)) for x, d in pairs}
    return Marking(
        marks={key: mark for key, mark in found.items() if mark},
        better=f"better than {name}",
        worse=f"worse than {name}",
        none=f"No method was found to differ from {name}",
        tested=tuple(d for _, d in pairs),
    )


def _on_baselines(decisions: Sequence[Decision], ours: Method, baselines: list[str]) -> Marking:
    pairs = list(_pairs(decisions, lambda x, other: other == ours.name and x in baselines))
    name = plain(ours.label)
    found = {(d.metric, x): _SYMBOL.get(_read(d, ours.name)) for x, d in pairs}
    return Marking(
        marks={key: mark for key, mark in found.items() if mark},
        better=f"{name} is better than this method",
        worse=f"{name} is worse than this method",
        none=f"{name} was not found to differ from any baseline",
        tested=tuple(d for _, d in pairs),
    )


def _on_ours(decisions: Sequence[Decision], baselines: list[str], ours: list[str]) -> Marking:
    pairs = list(_pairs(decisions, lambda x, other: x in ours and other in baselines))
    seen: dict[tuple[str, str], list[Verdict]] = {}
    for x, d in pairs:
        seen.setdefault((d.metric, x), []).append(_read(d, x))
    marks = {
        key: _SYMBOL[verdicts[0]]
        for key, verdicts in seen.items()
        if len(verdicts) == len(baselines) and len(set(verdicts)) == 1 and verdicts[0] in _SYMBOL
    }
    return Marking(
        marks=marks,
        better="better than every baseline",
        worse="worse than every baseline",
        none="No method was found to be better or worse than every baseline",
        tested=tuple(d for _, d in pairs),
    )


def _between_two(decisions: Sequence[Decision]) -> Marking:
    winners = ((d, d.a if d.verdict is Verdict.BETTER else d.b) for d in decisions)
    return Marking(
        marks={(d.metric, x): Mark.BETTER for d, x in winners if d.verdict in _SYMBOL},
        better="better than the other method",
        none="The methods were not found to differ",
        tested=tuple(decisions),
    )
