"""A small change of the data, or of the test, that flips each decision."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from paperforge.model import Flip, Fragility
from paperforge.spec import DesignSpec, Unit
from paperforge.stats.answers import Ranked, examples
from paperforge.stats.changes import Change, Step, runs
from paperforge.stats.design import SEED_LIKE, usable
from paperforge.stats.fragile_lab import EnoughError, Lab
from paperforge.stats.fragile_runs import MOST, Runs, spared
from paperforge.stats.fragile_sets import Joint
from paperforge.stats.fragile_shares import by_answers, of_shares
from paperforge.stats.jointly import JOINT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from paperforge.model import Analysis, Decision, Meter, Results

WORK = 300
"""Analyses in all, at most (a few more where there are very many comparisons)."""
LEAST = 12
"""Analyses that every comparison gets."""
RESERVE = 6
"""Of them, those that are kept for leaving out several runs."""


def fragile(
    results: Results,
    spec: DesignSpec,
    analysis: Analysis,
    *,
    others: Mapping[str, DesignSpec] | None = None,
    work: int = WORK,
    meter: Meter | None = None,
) -> tuple[Fragility, ...]:
    """Look for a small change that flips each primary decision, by analysing again.

    Tried are: every single run (from one method; from both where runs are paired; on all datasets
    where they are shared), then the k whose loss moves the estimate most, less those that can be
    spared, and pairs and sets of them that move p most; every single dataset of
    an average; of 0/1 scores k examples decided the other way (wins turned to losses; for a
    difference that was not found losses to wins, and where there are none left one answer changed
    of an example on which both agreed), of graded scores the k examples that speak most for the
    decision left out, of shares alone k right answers of a method turned wrong; and other tests:
    pairing or not, mid-p or exact, and `others`, named specs of the caller. k is found by doubling
    and bisection. Where nothing was found the changes are those that speak for a difference. A
    change after which there is no p is none. A change is of the decision's own metric; p is
    corrected over the whole family, the other metrics as they are. Independent means are compared
    all at once (quick.py), without a bound on the work. meter: is told how many decisions are
    looked at. Deterministic. Raises what analyse() raises.
    """
    pinned = replace(usable(results, spec), replicate=analysis.design.unit)
    primary = [d for d in analysis.decisions if d.primary]
    lab = Lab(results, analysis, pinned)
    found = []
    for i, d in enumerate(primary):
        if meter is not None:
            meter.begin("one thing at a time", i, len(primary))
        left = max(0, work - lab.done)
        lab.until = lab.done + max(LEAST, left // (len(primary) - i))
        found.append(one(lab, d, others or {}))
    return tuple(found)


def one(lab: Lab, d: Decision, others: Mapping[str, DesignSpec]) -> Fragility:
    """Look at one decision."""
    flips: list[Flip | None] = []
    lab.short = False
    if d.p is not None:
        searches: list[Callable[[], Flip | None]] = [
            partial(by_test, lab, d, others),
            partial(by_dataset, lab, d),
            partial(by_examples if d.unit is Unit.EXAMPLE else by_runs, lab, d)
            if not of_shares(d)
            else partial(by_answers, lab.results, d, partial(lab.flipped, d)),
        ]
        for search in searches:
            try:
                flips.append(search())
            except EnoughError as end:
                flips.append(end.best)
                lab.short = True
    ordered = sorted((f for f in flips if f is not None), key=lambda f: f.count)
    return Fragility(
        d.metric, d.a, d.b, d.scope, d.verdict, d.p_adjusted, tuple(ordered), not lab.short
    )


def by_test(lab: Lab, d: Decision, others: Mapping[str, DesignSpec]) -> Flip | None:
    """Take another test that somebody could defend."""
    specs = {**alternatives(lab.spec, d), **others}
    found = [(name, new) for name, spec in specs.items() if (new := lab.flipped(d, Change(), spec))]
    if not found:
        return None
    names = tuple(f"{name}: {new.test}" for name, new in found)
    first = found[0][1]
    return Flip("test", 1, names, first.verdict, first.p_adjusted, len(found), len(specs))


def alternatives(spec: DesignSpec, d: Decision) -> dict[str, DesignSpec]:
    """The other choices of the design that bear on this comparison."""
    if d.unit is Unit.SEED:
        paired = not SEED_LIKE.isdisjoint(spec.pair_by)
        name = "seeds not paired" if paired else "seeds paired"
        return {name: replace(spec, pair_by=() if paired else ("seed",))}
    if d.test.startswith("McNemar"):
        exact = spec.mcnemar == "exact"
        return {"mid-p" if exact else "exact": replace(spec, mcnemar="mid-p" if exact else "exact")}
    return {}


def by_dataset(lab: Lab, d: Decision) -> Flip | None:
    """Leave out each dataset of an average."""
    if d.scope is not None:
        return None
    names = [x.name for x in lab.results.datasets]
    steps = [Step(f"without {n}", Change(datasets=frozenset([n]))) for n in names]
    return singles(lab, d, "dataset", steps)


def by_runs(lab: Lab, d: Decision) -> Flip | None:
    """Leave out each run; then the k that move the estimate most."""
    alone, jointly = runs(lab.results, lab.spec, d, lab.analysis.design.of(d.metric).noun)
    room = max(1, lab.until - lab.done - RESERVE)
    if lab.together(d.metric) is not None:
        room = len(alone)
    lab.short = lab.short or len(alone) > room
    return singles(lab, d, "run", alone[:room]) or by_sets(lab, d, alone, jointly)


def by_sets(lab: Lab, d: Decision, alone: Sequence[Step], jointly: Sequence[Step]) -> Flip | None:
    """Leave out two runs, or more: the fewest that one of three searches finds.

    The likeliest pairs, sets that grow by the likeliest run, and the k that move the estimate most;
    the first two where many sets can be looked at at once.
    """
    if lab.together(d.metric) is None:
        return by_few_sets(lab, d, alone, jointly)
    sets = Runs.of(lab.results, d, alone)
    for pair in sets.pairs():
        if new := lab.flipped(d, merged(pair)):
            return runs_flip(pair, new)
    found = []
    for some in sets.grown():
        if new := lab.flipped(d, merged(some)):
            found.append(without_spared(lab, d, some, new))
            break
    found += by_order(lab, d, jointly)
    return min(found, key=lambda one: one.count, default=None)


def by_order(lab: Lab, d: Decision, jointly: Sequence[Step]) -> list[Flip]:
    """The k runs that move the estimate most, less what can be spared; none: no k flips it."""
    first = several(
        lab,
        d,
        len(jointly),
        lambda k: merged(jointly[:k]),
        lambda k, new: runs_flip(jointly[:k], new),
    )
    if first is None or not (new := lab.flipped(d, merged(jointly[: first.count]))):
        return []
    return [without_spared(lab, d, jointly[: first.count], new)]


def by_few_sets(
    lab: Lab, d: Decision, alone: Sequence[Step], jointly: Sequence[Step]
) -> Flip | None:
    """The same where every set is an analysis of its own: paired, shared and crossed runs.

    The k that move the estimate most come first; then, as far as there is work left, the likeliest
    sets of fewer.
    """
    found = by_order(lab, d, jointly)
    fewest = found[0].count if found else MOST + 1
    if lab.spec.correction in JOINT:  # an analysis takes seconds
        return min(found, key=lambda one: one.count, default=None)
    try:
        for some in Joint.of(lab.results, d, alone).likeliest(fewest - 1):
            if new := lab.flipped(d, merged(some)):
                return runs_flip(some, new)
    except EnoughError:
        lab.short = True
    return min(found, key=lambda one: one.count, default=None)


def without_spared(lab: Lab, d: Decision, steps: Sequence[Step], new: Decision) -> Flip:
    """The set without the runs that it can spare, as far as there is work left."""
    with suppress(EnoughError):
        steps, new = spared(steps, new, lambda some: lab.flipped(d, merged(some)))
    return runs_flip(steps, new)


def runs_flip(steps: Sequence[Step], new: Decision) -> Flip:
    """Write down a change of several runs."""
    return flip("run", len(steps), new, tuple(step.name for step in steps))


def by_examples(lab: Lab, d: Decision) -> Flip | None:
    """Decide k examples the other way, or leave out those k that speak most for the decision."""
    found = examples(lab.results, d)
    return several(lab, d, len(found), found.change, partial(of_examples, found))


def of_examples(found: Ranked, k: int, new: Decision) -> Flip:
    """Write down a change of k examples."""
    if found.winner is None:
        return flip("examples dropped", k, new)
    agreed = int(found.agreed[:k].sum())
    return replace(flip("examples turned", k, new), agreed=agreed)


def singles(lab: Lab, d: Decision, what: str, steps: Sequence[Step]) -> Flip | None:
    """Try every single step; the one that flips most clearly stands for all."""
    found: list[tuple[Step, Decision]] = []
    tried = 0
    try:
        for step in steps:
            new = lab.flipped(d, step.change)
            tried += 1
            if new is not None:
                found.append((step, new))
    except EnoughError as end:
        end.best = clearest(d, what, found, tried)
        raise
    return clearest(d, what, found, tried)


def clearest(
    d: Decision, what: str, found: Sequence[tuple[Step, Decision]], tried: int
) -> Flip | None:
    """The one with the largest p where a difference was found before, the smallest otherwise."""
    if not found:
        return None
    sign = -1 if d.decided else 1
    step, new = min(found, key=lambda pair: sign * (pair[1].p_adjusted or 0.0))
    return Flip(what, 1, (step.name,), new.verdict, new.p_adjusted, len(found), tried)


def several(
    lab: Lab,
    d: Decision,
    most: int,
    change: Callable[[int], Change],
    said: Callable[[int, Decision], Flip],
) -> Flip | None:
    """Find how many changes, taken in their order, it needs: 1, 2, 4, ..., then by bisection.

    Not from the end: with all but two seeds gone, little is found of anything.
    """
    best: Flip | None = None
    fails, works = 0, min(1, most)
    try:
        while works - fails > (best is not None):
            k = works if best is None else (fails + works) // 2
            new = lab.flipped(d, change(k))
            if new is not None:
                works, best = k, said(k, new)
            else:
                fails = k
                works = min(2 * k, most) if best is None else works
    except EnoughError as end:
        end.best = best
        raise
    return best


def flip(what: str, count: int, new: Decision, names: tuple[str, ...] = ()) -> Flip:
    """Write down a change of several things."""
    return Flip(what, count, names, new.verdict, new.p_adjusted)


def merged(steps: Sequence[Step]) -> Change:
    """Several steps as one change."""
    return Change(
        frozenset().union(*(s.change.dropped for s in steps)),
        frozenset().union(*(s.change.turned for s in steps)),
        frozenset().union(*(s.change.datasets for s in steps)),
    )
