"""Analyses of changed results, and whether they say something else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.model import Flip, Verdict
from paperforge.spec import DesignSpec, Unit
from paperforge.stats.again import Reading
from paperforge.stats.changes import Change, substitute
from paperforge.stats.decide import decide, primary_cases
from paperforge.stats.fragile_shares import of_shares
from paperforge.stats.quick import Together
from paperforge.stats.substitute import Substitute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.model import Analysis, Decision, Results, Scores
    from paperforge.spec import Metric
    from paperforge.stats.families import Case


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
