"""The smallest change of the data, or of the test, that flips each decision."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from paperforge.model import Flip, Fragility, Verdict
from paperforge.spec import DesignSpec, Unit
from paperforge.stats.again import Reading
from paperforge.stats.answers import Ranked, examples
from paperforge.stats.changes import Change, Step, runs, substitute
from paperforge.stats.decide import decide, primary_cases
from paperforge.stats.design import SEED_LIKE, usable
from paperforge.stats.fragile_shares import by_answers, of_shares
from paperforge.stats.quick import Together
from paperforge.stats.substitute import Substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from paperforge.model import Analysis, Decision, Meter, Results, Scores
    from paperforge.spec import Metric
    from paperforge.stats.families import Case

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
    """Look for the smallest change that flips each primary decision, by analysing again.

    Tried are: every single run (from one method; from both where runs are paired; on all datasets
    where they are shared), then the k whose loss moves the estimate most; every single dataset of
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


class EnoughError(Exception):
    """The bound on the work is reached."""

    best: Flip | None = None


class Lab:
    """Analyses of changed results, each done once, and their number bounded."""

    def __init__(self, results: Results, analysis: Analysis, spec: DesignSpec) -> None:
        self.results, self.analysis, self.spec = results, analysis, spec
        self.done = self.until = 0
        self.short = False
        self.known: dict[tuple[str, DesignSpec, Change], Sequence[Decision]] = {}
        self.readings: dict[tuple[str, DesignSpec], Reading | None] = {}
        self.as_they_are: dict[tuple[str, DesignSpec], Sequence[Case]] = {}
        self.scores: dict[str, Mapping[tuple[str, str], Scores]] = {}
        self.families: dict[str, Together | None] = {}

    def flipped(
        self, d: Decision, change: Change, spec: DesignSpec | None = None
    ) -> Decision | None:
        """The decision after a change, if its verdict is another one. Raises EnoughError."""
        at = (d.metric, spec or self.spec, change)
        quick = self.quick(d, change, at[1])
        if quick is not None:
            return quick if other(d, quick) else None
        if at not in self.known:
            if self.done >= self.until:
                raise EnoughError
            self.done += 1
            self.known[at] = self.decisions(d, change, at[1])
        for new in self.known[at]:
            if new.primary and (new.a, new.b) == (d.a, d.b):
                return new if other(d, new) else None
        return None

    def quick(self, d: Decision, change: Change, spec: DesignSpec) -> Decision | None:
        """The decision after the change, where all pairs can be compared at once (quick.py)."""
        family = self.together(d.metric)
        if family is None or spec != self.spec or change == Change():
            return None
        return family.after(d, change)

    def together(self, metric: str) -> Together | None:
        """All comparisons of a metric, where one look at them takes no time worth bounding."""
        if metric not in self.families:
            self.families[metric] = self._together(metric)
        return self.families[metric]

    def _together(self, name: str) -> Together | None:
        metric = next(m for m in self.results.metrics if m.name == name)
        reading = self.reading(metric, self.spec) if metric.primary else None
        others = self.results.metrics if self.spec.family != "metric" else ()
        beside = [
            case
            for one in others
            if reading is not None and one.primary and one is not metric
            for case in self.unchanged(one, self.spec)
        ]
        return None if reading is None else Together.of(reading, beside, self.spec)

    def decisions(self, d: Decision, change: Change, spec: DesignSpec) -> Sequence[Decision]:
        """Those on the metric of d, corrected over its whole family.

        The family's other metrics stay as they are: of them a change says nothing, and a p that is
        corrected over fewer comparisons would be another verdict without any change.
        """
        import numpy as np

        name = d.metric
        cases: list[Case] = []
        for metric in self.results.metrics:
            if metric.name == name:
                cases += self.changed(d, metric, change, spec)
            elif metric.primary and spec.family != "metric":
                cases += self.unchanged(metric, spec)
        with np.errstate(over="ignore", invalid="ignore"):  # as in analyse()
            return [one for one in decide(list(map(bare, cases)), spec) if one.metric == name]

    def reading(self, metric: Metric, spec: DesignSpec) -> Reading | None:
        """What the comparisons of a metric were made of; read once."""
        at = (metric.name, spec)
        if at not in self.readings:
            self.readings[at] = Reading.of(self.results, metric, spec)
        return self.readings[at]

    def changed(
        self, d: Decision, metric: Metric, change: Change, spec: DesignSpec
    ) -> Sequence[Case]:
        """The comparisons of the changed metric: from one reading of it if that will do."""
        reading = self.reading(metric, spec)
        quick = reading.cases(change) if reading else None
        if quick is not None:
            return quick
        scores = self.scores_of(metric.name) if d.unit is Unit.BOTH else {}
        unit = Unit.SEED if of_shares(d) else d.unit  # a share is what a run has
        return primary_cases(substitute(self.results, metric, unit, change, scores), spec)

    def scores_of(self, metric: str) -> Mapping[tuple[str, str], Scores]:
        """Method and dataset -> what every run scored on every example; read once."""
        if metric not in self.scores:
            found = self.results.scores(metric)
            self.scores[metric] = {(s.method, s.dataset): s for s in found}
        return self.scores[metric]

    def unchanged(self, metric: Metric, spec: DesignSpec) -> Sequence[Case]:
        """The comparisons of another metric of the family."""
        at = (metric.name, spec)
        if at not in self.as_they_are:
            alone = Substitute(self.results, self.results.samples, (metric,), self.results.datasets)
            self.as_they_are[at] = primary_cases(alone, spec)
        return self.as_they_are[at]


def bare(case: Case) -> Case:
    """The same without what it would detect: no verdict asks for it, and it takes longest."""
    contrast = replace(case.one.contrast, detects=None)
    return replace(case, one=replace(case.one, contrast=contrast))


def other(old: Decision, new: Decision) -> bool:
    """Whether the verdict has changed in substance: inconclusive and undecidable are one."""
    if new.p is None:
        return False
    open_ended = (Verdict.INCONCLUSIVE, Verdict.UNDECIDABLE)
    if old.equivalent and new.verdict in open_ended and new.p_equivalence is None:
        return False  # a test without an interval says nothing of equivalence
    return new.verdict is not old.verdict and not (
        new.verdict in open_ended and old.verdict in open_ended
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
    return singles(lab, d, "run", alone[:room]) or several(
        lab,
        d,
        len(jointly),
        lambda k: merged(jointly[:k]),
        lambda k, new: flip("run", k, new, tuple(step.name for step in jointly[:k])),
    )


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
