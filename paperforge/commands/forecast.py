"""What a plan would find, in words: the answer, a small table, what was assumed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from paperforge.commands import forecast_same
from paperforge.commands.text import aligned
from paperforge.spec import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paperforge.commands.forecast_same import Same
    from paperforge.commands.planning import Beside, Row, Study
    from paperforge.spec import Metric
    from paperforge.stats.outlook import Law
    from paperforge.stats.plan import Needed

POWER = ".8"
CORRECTIONS = {"holm": "Holm", "bonferroni": "Bonferroni"}
_SIGNIFICANT, _MOST_DIGITS = 3, 12
MOST = 10**9
"""Replicates at which the search for a number ends (stats/plan.py)."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """One metric's comparison that varies most, what was asked of it, and the answers."""

    study: Study
    metric: Metric
    names: tuple[str, str]
    """The two methods; empty where the variance was stated."""
    alpha: float
    """Of the family."""
    correction: str
    difference: float | None
    needed: Needed | None
    n: int | None
    """Replicates that are planned, bought or there."""
    budget: float | None
    row: Row | None
    """What n of them find."""
    rows: tuple[Row, ...]
    other: Beside | None = None
    """What else could be had more of."""
    same: Same | None = None
    """What it takes to show equivalence, where a margin is declared."""

    @property
    def reached(self) -> float | None:
        """The smallest difference that the plan finds."""
        return self.row.difference if self.row else self.difference


def text(one: Forecast) -> str:
    """The answer, the table, the assumptions."""
    head = [" ".join(_answers(one)) or _open(one), *_floors(one), *_same(one)]
    tables = _table(one)
    if one.other is not None:
        tables += ["", *_beside(one.other, one.difference)]
    parts = [*head, "", *tables, "", "Assumed", *(f"  {line}" for line in assumed(one))]
    return "\n".join(parts) + "\n"


def _open(one: Forecast) -> str:
    """What stands above the table where nothing was asked: what it shows, and what can be."""
    return (
        f"What so many {noun_of(one.study)} find with power {POWER}; --difference D says how many "
        "find D."
    )


def _answers(one: Forecast) -> Iterator[str]:
    """The answer to each question, as sentences."""
    what = f" in {one.metric.label}" if one.metric.label else ""
    between = f" between {one.names[0]} and {one.names[1]}" if one.names[0] else ""
    if one.needed is not None and one.difference is not None:
        aim = f"To find a difference of {_amount(one, abs(one.difference))}{what}{between}"
        also = "" if one.other is None else _also(one.needed, one.other)
        yield f"{aim} with power {POWER}, {_need(one)}{also}."
    if one.n is None:
        return
    start = f"With {_replicates(one, one.n)}"
    if one.budget is not None:
        runs = one.study.runs(one.n)
        start = (
            f"{one.budget:g} hours at {one.study.cost:g} a run buy {_replicates(one, one.n)}"
            f"{f' ({runs} runs)' if one.n else ''}:"
        )
    if one.row is None:
        yield f"{start} nothing can be {_FEW[one.study.law is not None]}."
        return
    again = "" if one.needed is not None else f"{what}{between}"
    tail = f" ({_amount(one, one.row.cautious)} {_LUCK})" if one.row.cautious else ""
    found = f"the smallest difference{again} that is found with power {POWER} is"
    yield f"{start} {found} {_amount(one, one.row.difference)}{tail}."


def _same(one: Forecast) -> Iterator[str]:
    """What a declared margin takes."""
    if one.same is not None:
        words = partial(_replicates, one), partial(_amount, one)
        yield " ".join(forecast_same.sentences(one.same, one.study, one.n, *words))


_FEW = ("tested: it takes two at least", "found: the test of so few never has p below alpha")


def _also(first: Needed, other: Beside) -> str:
    """How many of what else it takes: "; or 800 examples, ..."."""
    needed = other.needed
    if needed is None:
        return ""
    if needed.n is None:
        both = f". It takes more of both: {other.together}, say" if other.together else ""
        start = ", nor any number of" if first.n is None else "; no number of"
        end = "" if first.n is None else " is enough"
        return f"{start} {other.law.noun}{end}{_given(other.law)}{both if first.n is None else ''}"
    lucky = ""
    if needed.cautious is not None and needed.cautious != needed.n:
        lucky = f"; {needed.cautious:,} {_LUCK}"
    return f"; or {other.law.amount(needed.n)} (the pilot has {other.have:,}){lucky}"


def _given(law: Law | None) -> str:
    """What a law holds fixed: " with 200 examples"."""
    return f" {law.fixed}" if law is not None and law.fixed else ""


def _floors(one: Forecast) -> Iterator[str]:
    """What no number of replicates finds, and why, a sentence for each that there are."""
    laws = [one.study.law, one.other.law if one.other else None]
    for law in laws:
        if law is None or not law.limit:
            continue
        least = law.floor(one.study.alpha)
        if least > 0:
            start = f"No number of {law.noun}{_given(law)} finds less than"
            yield f"{start} {_amount(one, least)}: {law.limit}."


_LUCK = "if the pilot's spread was small by luck"


def _need(one: Forecast) -> str:
    """How many it takes, what there is, and what it costs."""
    needed, study = one.needed, one.study
    assert needed is not None
    if needed.n is None:
        if study.law is not None:
            return f"no number of {noun_of(study)} is enough{_given(study.law)}"
        return f"it takes more than {MOST:,} {noun_of(study)}"
    said = f"it takes {_replicates(one, needed.n)}"
    if study.have:
        said += f" (the pilot has {study.have:,})"
    hours = study.hours(needed.n)
    if hours is not None:
        said += f", {hours:,.4g} hours for {study.runs(needed.n):,} runs"
    if needed.cautious is not None and needed.cautious != needed.n:
        said += f"; {needed.cautious:,} {_LUCK}"
    return said


def _replicates(one: Forecast, n: int) -> str:
    """So many of them, and where: "9 seeds of each method on each of the 2 datasets"."""
    study = one.study
    if study.law is not None:
        return study.law.amount(n)
    noun = noun_of(study) if n != 1 else noun_of(study).removesuffix("s")
    seeds = study.unit is Unit.SEED
    of = " of each method" if seeds or not (study.paired or study.test) else ""
    on = ""
    if study.averaged > 1 or (seeds and study.datasets > 1):
        on = f" on each of the {max(study.datasets, study.averaged)} datasets"
    return f"{n:,} {noun}{of}{on}"


def noun_of(study: Study) -> str:
    """What is counted: seeds, examples, repeats or another replicate."""
    if study.law is not None:
        return study.law.noun
    return "seeds" if study.unit is Unit.SEED else "examples"


def _amount(one: Forecast, value: float) -> str:
    text, unit = _short(value), one.metric.unit
    if unit == "%":
        unit = "point" if text == "1" else "points"
    return f"{text} {unit}".rstrip()


def _short(value: float, asked: float | None = None) -> str:
    """Three significant digits, never as a power of ten where that can be read.

    asked: a difference that the value is compared with; as many more digits as show which is
    larger: 0.1003 is not printed as the 0.1 that it does not find.
    """
    digits = _SIGNIFICANT
    while asked and value != asked and digits < _MOST_DIGITS:
        if (float(f"{value:.{digits}g}") > asked) == (value > asked):
            break
        digits += 1
    if not value or not 1e-6 <= abs(value) < 1e9:  # noqa: PLR2004  what reads as a decimal
        return f"{value:.{digits}g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _table(one: Forecast) -> list[str]:
    """What each number of replicates finds, with its runs and hours where they are known."""
    study = one.study
    cautious = any(row.cautious is not None for row in one.rows)
    runs = study.trained
    head = [noun_of(study), "smallest difference"]
    head += ["if the spread was luckily small"] if cautious else []
    head += ["runs"] if runs else []
    head += ["hours"] if runs and study.cost is not None else []
    lines = [head]
    for row in one.rows:
        cells = [f"{row.n:,}", _short(row.difference, one.difference)]
        cells += [_cautious(row, one.difference)] if cautious else []
        cells += [f"{study.runs(row.n):,}"] if runs else []
        hours = study.hours(row.n)
        cells += [f"{hours:,.4g}"] if runs and hours is not None else []
        lines.append(cells)
    return [f"  {line}" for line in aligned(lines, left=())]


def _cautious(row: Row, asked: float | None = None) -> str:
    return "" if row.cautious is None else _short(row.cautious, asked)


def _beside(other: Beside, asked: float | None) -> list[str]:
    """The same of what else could be had more of."""
    cautious = any(row.cautious is not None for row in other.rows)
    lines = [[other.law.noun, "smallest difference"]]
    lines[0] += ["if the spread was luckily small"] if cautious else []
    for row in other.rows:
        cells = [f"{row.n:,}", _short(row.difference, asked)]
        cells += [_cautious(row, asked)] if cautious else []
        lines.append(cells)
    return [f"  {line}" for line in aligned(lines, left=())]


def assumed(one: Forecast) -> Iterator[str]:
    """Test, error rate, variance and what else the numbers stand on."""
    study = one.study
    yield f"test: two-sided {test_of(study)}, power {POWER}"
    if study.comparisons > 1 and study.alpha < one.alpha:
        name = CORRECTIONS.get(one.correction, one.correction)
        yield (
            f"alpha = {one.alpha:g} for a family of {study.comparisons} comparisons ({name}): "
            f"each is planned at {one.alpha:g}/{study.comparisons}, as the first of them is judged"
        )
    elif study.comparisons > 1:
        yield f"alpha = {one.alpha:g} for each of {study.comparisons} comparisons, uncorrected"
    else:
        yield f"alpha = {one.alpha:g}, one comparison"
    yield from _variance(one)
    if study.cluster > 1:
        yield (
            f"examples come in clusters of {study.cluster:.3g} on average, and count "
            f"{study.effect:.3g} times less than independent ones (Kish's design effect)"
        )
    if study.law is not None:
        yield from study.law.assumed
    if one.same is not None:
        yield forecast_same.BOUNDED if study.law is not None else forecast_same.ASSUMED
    new = _new(study)
    if study.unit is Unit.DATASET:
        yield "new datasets are like these"
        return
    yield f"new {new} vary as these did; nothing is said about other datasets"


def _new(study: Study) -> str:
    """What is drawn anew: "seeds and examples"."""
    if study.unit is Unit.BOTH:
        return "seeds and examples"
    if study.law is not None and study.unit is Unit.SEED:
        return "training sets of this size" if study.law.noun in {"repeats", "splits"} else "runs"
    return noun_of(study)


def test_of(study: Study) -> str:
    """The test that the plan is for."""
    if study.law is not None:
        return study.law.test
    if study.test:
        return study.test
    if study.mcnemar:
        return "McNemar's test (normal approximation; the exact test needs a few more)"
    kind = "paired t" if study.paired else "Welch t"
    if study.averaged > 1:
        return f"stratified {kind} on the average over the {study.averaged} datasets"
    if study.over > 1:
        return f"{kind} on averages over the {study.over} datasets"
    return kind


def _spreads(law: Law, have: int) -> Iterator[str]:
    """The standard deviations that a law stands on; those of one kind as a range."""
    source = f"from a pilot of {law.amount(have)}" if have else "stated"
    found: dict[str, list[str]] = {}
    for of, sd in law.spreads:
        found.setdefault(of, []).append(_short(sd))
    for of, sds in found.items():
        yield f"standard deviation {of}: {' to '.join(dict.fromkeys(sds))}, {source}"


_BROWNE = "luckily small: every variance at its upper 80% confidence limit (Browne 1995)"


def _of_what(study: Study) -> str:
    """What the standard deviations are those of."""
    if study.test:
        return "of what an example adds to the difference"
    if study.unit is Unit.SEED:
        return "of the difference between two runs of one seed" if study.paired else "between seeds"
    return "of an example's difference" if study.paired else "between examples"


def _variance(one: Forecast) -> Iterator[str]:
    study = one.study
    if study.law is not None:
        yield from _spreads(study.law, study.have)
        if any(row.cautious is not None for row in one.rows):
            yield _BROWNE
        return
    if study.mcnemar:
        assert study.discordance is not None
        source = f"in the pilot's {study.have:,}" if study.have else "as stated"
        share = f"{study.discordance:.3g}"
        yield f"share of examples that only one of the two has right: {share}, {source}"
        if study.have and one.difference and abs(one.difference) / study.scale > study.discordance:
            yield "(for a difference above that share, as many differ as the difference takes)"
        return
    sds = sorted(math.sqrt(v) for v, _ in study.parts)
    span = _short(sds[0])
    if _short(sds[-1]) != span:
        span = f"{span} to {_short(sds[-1])}"
    of = _of_what(study)
    if not study.have:
        yield f"standard deviation {of}: {span}, stated, alike everywhere"
        return
    yield f"standard deviation {of}: {span}, from a pilot of {study.have:,} {noun_of(study)}"
    if any(row.cautious is not None for row in one.rows):
        yield _BROWNE
