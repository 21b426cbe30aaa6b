"""How the analysis would err if nothing differed, and what flips each decision, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.rounding import fixed
from paperforge.model import Verdict
from paperforge.narrative import words
from paperforge.narrative.passages import Grid, Passage
from paperforge.spec import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Analysis, Calibration, Decision, Flip, Fragility, Rate

RATES = ("Comparison", "p below alpha", "Claimed", "Interval holds 0", "Test")
LISTED = 4
"""Names that a sentence lists, at most."""
PROVEN = 2
"""So many runs are the fewest, where no single one does; of more not every set is tried."""
SUMMARIES = "only means are known, with their spread and n, so that no run can be dropped"
OPEN = (Verdict.INCONCLUSIVE, Verdict.UNDECIDABLE)


def calibration(analysis: Analysis, found: Calibration) -> tuple[Passage, ...]:
    """The family-wise error rate in words, then the rates of each comparison."""
    if not found.runs:
        nothing = "Nothing is tested, so there is nothing to calibrate."
        if found.null:  # intervals of shares
            nothing = f"Nothing is tested, so no error rate is simulated. {found.null}"
        return (Passage("", (nothing,)),)
    grid = Grid(
        RATES,
        tuple(
            (
                _named(analysis, one.metric, one.a, one.b),
                _rate(one.size),
                _rate(one.decided),
                "" if one.coverage is None else _rate(one.coverage),
                one.test,
            )
            for one in found.comparisons
        ),
    )
    level = f"{1 - found.alpha:g}".removeprefix("0")
    nominal = f"Nominal: p below alpha {_plain(found.alpha)}, interval {level}."
    after = (f"{nominal} ± is one Monte Carlo standard error; seed {found.seed}.",)
    return (Passage("", tuple(_wrongly(analysis, found)), grid, after),)


def _wrongly(analysis: Analysis, found: Calibration) -> Iterator[str]:
    for one in found.families:
        label = _label(analysis, one.metric)
        mine = sum(each.metric == one.metric and bool(each.test) for each in found.comparisons)
        several = mine > 1
        what = f"finds some difference among {mine} {label} comparisons" if several else "decides"
        tail = "" if several else f" on {label}"
        yield (
            f"At nominal {_plain(found.alpha)} this design {what} wrongly{tail} in "
            f"{_rate(one.error_rate)} of {found.runs:,} simulated nulls."
        )
    if found.whole is not None:
        many = sum(bool(each.test) for each in found.comparisons)
        yield (
            f"Over the whole family of {many} comparisons of {len(found.families)} metrics it "
            f"finds some difference wrongly in {_rate(found.whole)}, where each metric is drawn "
            "by itself."
        )
    for one in found.families:
        if one.unconditional is not None:
            yield (
                f"That is given the {one.discordant} examples that only one method has right, as "
                "these results have them; where their number varies from study to study, it is "
                f"{_plain(round(one.unconditional, 3))} (enumerated)."
            )
    for one in found.excessive:
        yield (
            f"For {_label(analysis, one.metric)} that is above {_plain(found.alpha)} by more than "
            "chance: the test does not hold its level in this design."
        )
    for left in found.best:
        yield (
            f"The {_label(analysis, left.metric)} methods not distinguishable from the best, where "
            f"all are: {_named_one(analysis, left.method)} is left out in {_rate(left.share)}, no "
            "other more often."
        )
    yield found.null


def fragility(analysis: Analysis, found: Sequence[Fragility]) -> tuple[Passage, ...]:
    """A sentence or two a decision."""
    lines = tuple(_line(analysis, one) for one in found)
    return (Passage("", lines or ("There are no primary comparisons.",)),)


def _line(analysis: Analysis, one: Fragility) -> str:
    p = "" if one.p_adjusted is None else f", {_p(analysis, one.p_adjusted)}"
    start = f"{_named(analysis, one.metric, one.a, one.b)} ({one.verdict}{p}): "
    if one.p_adjusted is None:
        return f"{start}there is no p to flip."
    mine = [d for d in analysis.primary(one.metric) if (d.a, d.b) == (one.a, one.b)]
    if any("least favourable" in d.test for d in mine):
        return f"{start}{'; '.join(_of_shares(analysis, one, mine[0]))}."
    singles = [f for f in one.flips if f.count == 1]
    rest = [f for f in one.flips if f.count > 1]
    said = [_change(analysis, one, f) for f in singles]
    summed = bool(mine) and _only_means(analysis, mine[0])
    places = one.scope is None and len(analysis.datasets) > 1
    if summed and not one.flips and not places:
        return f"{start}{SUMMARIES}."
    if not singles and summed and places:
        said = [SUMMARIES, f"no single {analysis.design.place} flips it"]
    elif not singles:
        what = "example" if analysis.design.of(one.metric).unit is Unit.EXAMPLE else "run"
        dataset = f", {analysis.design.place}" if places else ""
        said = [f"no single {what}{dataset} or defensible test flips it"]
    said += [_change(analysis, one, f) for f in rest]
    bound = "" if one.complete else "; not every change was tried"
    return f"{start}{'; '.join(said)}{bound}."


def _of_shares(analysis: Analysis, one: Fragility, d: Decision) -> Iterator[str]:
    """What flips a verdict on shares alone, and of which answers that is said."""
    if one.flips:
        yield from (_change(analysis, one, flip) for flip in one.flips)
    else:
        places = one.scope is None and len(analysis.datasets) > 1
        dataset = f" {analysis.design.place}," * places
        yield f"no{dataset} defensible test or number of answers turned wrong flips it"
    why = f": {d.reason}" if d.reason else ""
    yield f"the answers are not known, this is of the least favourable ones{why}"
    if not one.complete:
        yield "not every change was tried"


def _only_means(analysis: Analysis, d: Decision) -> bool:
    """Whether of both methods nothing but means, spreads and n are known: n runs, one value."""
    places = {d.scope} if d.scope is not None else {one.name for one in analysis.datasets}
    cells = [
        one
        for one in analysis.aggregates
        if one.metric == d.metric and one.method in (d.a, d.b) and one.dataset in places
    ]
    return bool(cells) and all(one.only_mean and one.n > 1 for one in cells)


def _change(analysis: Analysis, one: Fragility, flip: Flip) -> str:
    """One change in words: dropping seed 3 of x on d makes it inconclusive (adjusted p = .08)."""
    p = "" if flip.p_adjusted is None else f" ({_p(analysis, flip.p_adjusted)})"
    makes = f"makes it {flip.verdict}{p}"
    if flip.what == "test":
        names = [_test(which) for which in flip.which[:LISTED]]
        return f"{words.joined(names)} {_plural(makes, len(names))}"
    if flip.what == "examples turned":
        return f"{_turned(analysis, one, flip)} {_plural(makes, flip.count)}"
    if flip.what == "answers turned":
        method, dataset = flip.which
        on = f" on {_dataset(analysis, dataset)}" if dataset else ""
        s = "" if flip.count == 1 else "s"
        whose = f"{_named_one(analysis, method)}{on}"
        return (
            f"{flip.count:,} right answer{s} of {whose} turned wrong {_plural(makes, flip.count)}"
        )
    if flip.what == "examples dropped":
        s = "" if flip.count == 1 else "s"
        speak = "against a difference" if one.verdict in OPEN else "for it"
        return (
            f"dropping the {flip.count:,} example{s} that speak{'s' * (not s)} most {speak} {makes}"
        )
    if flip.what == "dataset":
        names = [_dataset(analysis, which.removeprefix("without ")) for which in flip.which]
        return f"leaving out {words.joined(names)} {makes}{_ways(flip, analysis.design.place)}"
    runs = _runs(analysis, one, flip.which)
    noun = analysis.design.of(one.metric).noun
    fewer = f", and fewer {noun}s may do" if flip.count > PROVEN else ""
    alone = f"no single {noun} does, but " if flip.count > 1 and _flips_alone(one) else ""
    return f"{alone}dropping {runs} {makes}{_ways(flip, noun)}{fewer}"


def _flips_alone(one: Fragility) -> bool:
    """Whether something else flips it by itself: a test, a dataset."""
    return any(flip.count == 1 for flip in one.flips)


def _turned(analysis: Analysis, one: Fragility, flip: Flip) -> str:
    """Say how many examples are decided the other way, and how many have one other answer."""
    turned, agreed = flip.count - flip.agreed, flip.agreed
    other = f"{turned:,} example{'' if turned == 1 else 's'} decided the other way"
    if not agreed:
        return other
    moved = {Verdict.BETTER: one.a, Verdict.WORSE: one.b}  # who gains, by the verdict after
    before = {Verdict.BETTER: one.b, Verdict.WORSE: one.a}  # ... and by the one that is lost
    gains = moved.get(flip.verdict) or before.get(one.verdict)
    favour = f" in favour of {_named_one(analysis, gains)}" if gains else ""
    noun = "" if turned else " example" if agreed == 1 else " examples"
    which = "it" if agreed == 1 else "each"
    said = f"{agreed:,}{noun} on which both agree, one answer of {which} changed{favour},"
    return f"{other} and {said}" if turned else said


def _p(analysis: Analysis, p: float) -> str:
    """A p of the family, and that it was corrected: one comparison has no family."""
    several = any(d.primary and d.family > 1 for d in analysis.decisions)
    adjusted = "adjusted " if several and analysis.design.correction != "none" else ""
    return f"{adjusted}{words.p_text(p, analysis.design.alpha)}"


def _runs(analysis: Analysis, one: Fragility, which: Sequence[str]) -> str:
    """Name a few runs: seed 4 of X on D; many of one place by their keys: seeds 4, 7 and 9 of X."""
    places: dict[str, list[str]] = {}
    for run in which:
        place, _, key = run.rpartition(", ")
        places.setdefault(place, []).append(key)
    noun = analysis.design.of(one.metric).noun
    said = [
        f"{_keys(keys, noun)} of {_place(analysis, one, place)}" for place, keys in places.items()
    ]
    if len(said) > LISTED:
        left = len(which) - sum(len(keys) for keys in list(places.values())[:LISTED])
        said = [*said[:LISTED], f"{left} more {noun}{'' if left == 1 else 's'}"]
    return words.joined(said)


def _keys(keys: Sequence[str], noun: str) -> str:
    if len(keys) == 1:
        return keys[0]
    return f"{noun}s {words.joined([key.removeprefix(f'{noun} ') for key in keys])}"


def _ways(flip: Flip, thing: str) -> str:
    """How many single changes flip it, where several do."""
    more = flip.ways - 1
    if more < 1:
        return ""
    if flip.tried == 2:  # noqa: PLR2004 - there is one other
        return f" (so does the other {thing})"
    return f" (so {'does' if more == 1 else 'do'} {more} of the other {flip.tried - 1} {thing}s)"


def _plural(makes: str, count: int) -> str:
    return makes if count == 1 else makes.replace("makes", "make", 1)


def _test(which: str) -> str:
    """Name the test first: paired t (seeds paired)."""
    name, _, test = which.partition(": ")
    name = "if pair_by declared it" if name == "seeds paired" else name
    return f"{test} ({name})" if test and name not in test else test or name


def _place(analysis: Analysis, one: Fragility, where: str) -> str:
    """Write x on d with the labels of both."""
    labels = {m.name: m.label for m in analysis.methods}
    a, b = labels.get(one.a, one.a), labels.get(one.b, one.b)
    who = {one.a: a, one.b: b, f"{one.a} and {one.b}": f"{a} and {b}"}
    for name, label in who.items():
        for dataset in ("", *(d.name for d in analysis.datasets)):
            if where == (f"{name} on {dataset}" if dataset else name):
                return f"{label} on {_dataset(analysis, dataset)}" if dataset else label
    return where


def _dataset(analysis: Analysis, name: str) -> str:
    return next((d.label for d in analysis.datasets if d.name == name), name)


def _label(analysis: Analysis, metric: str) -> str:
    return next((m.label for m in analysis.metrics if m.name == metric), metric)


def _named(analysis: Analysis, metric: str, a: str, b: str) -> str:
    labels = {m.name: m.label for m in analysis.methods}
    several = len([m for m in analysis.metrics if analysis.primary(m.name)]) > 1
    head = f"{_label(analysis, metric)}: " if several else ""
    return f"{head}{labels.get(a, a)} − {labels.get(b, b)}"


def _named_one(analysis: Analysis, method: str) -> str:
    return next((m.label for m in analysis.methods if m.name == method), method)


def _rate(rate: Rate) -> str:
    value, error = (fixed(x, 3).removeprefix("0") for x in (rate.value, rate.error))
    return f"{value} ± {error}"


def _plain(value: float) -> str:
    """A level without its leading zero."""
    return f"{value:g}".removeprefix("0")
