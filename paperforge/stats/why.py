"""Why each primary comparison has its test, and what the other defensible tests say.

For a reader: nothing here decides. The other tests are corrected over the same family, the other
comparisons taking that test too where they can, else as they are.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.model import Alternative, Flip, Verdict, Why
from paperforge.spec import DesignSpec, Direction, Unit
from paperforge.stats.adjust import CORRECTIONS, reachable
from paperforge.stats.cells import read
from paperforge.stats.contrast import Ask
from paperforge.stats.corpus_compare import by_example, described, run_samples
from paperforge.stats.lost import scored
from paperforge.stats.others import left_out, others, placed
from paperforge.stats.reasons import chosen, observed, rejected
from paperforge.stats.shared import of_methods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Analysis, Decision, Fragility, Results
    from paperforge.spec import Metric
    from paperforge.stats.others import Other, Place

MOST = 60
NO_TOST = "no interval: says nothing of equivalence"
OPEN = (Verdict.INCONCLUSIVE, Verdict.UNDECIDABLE)
Case = tuple["Place", "list[Other]"]
Known = tuple["Decision", "list[Other]"]
"""A primary comparison with its other tests: none, where it is not explained."""


def why(
    results: Results,
    spec: DesignSpec,
    analysis: Analysis,
    *,
    most: int = MOST,
    ready: bool = False,
) -> tuple[Why, ...]:
    """Explain the first `most` primary comparisons, in their order; the work is bounded by that.

    analysis: of these results by this spec. ready: without tests of runs that would have to be
    declared as paired. Numbers are in printed units.
    """
    import numpy as np

    metrics = {m.name: m for m in results.metrics}
    primary = analysis.primary()[:most]
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is caught as not finite
        cases = [
            case
            for metric in results.metrics
            for case in of_metric(results, metric, spec, analysis, primary, ready=ready)
        ]
        order = {id(d): i for i, d in enumerate(primary)}
        cases.sort(key=lambda case: order[id(case[0].decision)])
        known = [(place.decision, found) for place, found in cases]
        known += [(d, []) for d in analysis.primary()[most:]]
        return tuple(
            explained(case, known, spec, metrics[case[0].decision.metric]) for case in cases
        )


def of_metric(
    results: Results,
    metric: Metric,
    spec: DesignSpec,
    analysis: Analysis,
    primary: Sequence[Decision],
    *,
    ready: bool,
) -> list[Case]:
    """The comparisons of a metric, each with its other tests."""
    mine = [d for d in primary if d.metric == metric.name]
    if not mine:
        return []
    design = analysis.design.of(metric.name)
    unit = design.unit
    runs = [scored(sample, metric) for sample in run_samples(results, metric)]
    cells = read(results, metric, unit, runs)
    sums = by_example(results, cells) if unit is Unit.EXAMPLE else {}
    cells = described(cells, sums) if sums else cells
    margin = None if metric.margin is None else metric.margin / abs(metric.scale)
    ask = Ask(spec.alpha, margin, spec.mcnemar, spec.seed, spec.engine)
    family = analysis.primary(metric.name)
    places = [placed(of_methods(cells, d.a, d.b), d, design, family) for d in mine]
    return [(place, others(place, results, ask, ready=ready)) for place in places]


def explained(
    case: Case,
    known: Sequence[Known],
    spec: DesignSpec,
    metric: Metric,
) -> Why:
    """One comparison, in printed units."""
    place, found = case
    d = place.decision
    members = [one for one in known if spec.family != "metric" or one[0].metric == d.metric]
    return Why(
        d.metric,
        d.a,
        d.b,
        d.scope,
        d.verdict,
        d.test,
        chosen(place),
        rejected(place),
        observed(place),
        tuple(alternative(place, one, members, spec, metric) for one in found),
        left_out(place) if d.p is not None else (),
    )


def alternative(
    place: Place, other: Other, members: Sequence[Known], spec: DesignSpec, metric: Metric
) -> Alternative:
    """The comparison under another test, with the verdict that it would have."""
    d, contrast = place.decision, other.contrast

    def printed(value: float | None) -> float | None:
        made = None if value is None else value * metric.scale
        return made if made is None or math.isfinite(made) else None

    adjusted, verdict = judged(place, other, members, spec, metric)
    three, reason = other.probabilities, contrast.reason
    if d.verdict is Verdict.EQUIVALENT and verdict in OPEN and contrast.p_equivalent is None:
        verdict, reason = None, NO_TOST
    return Alternative(
        contrast.test,
        printed(contrast.estimate),
        printed(contrast.low),
        printed(contrast.high),
        contrast.p,
        adjusted,
        contrast.smallest_p,
        contrast.monte_carlo,
        verdict,
        verdict is not None and differs(d.verdict, verdict),
        other.needs,
        "" if three else reason,
        three,
    )


def judged(
    place: Place, other: Other, members: Sequence[Known], spec: DesignSpec, metric: Metric
) -> tuple[float | None, Verdict | None]:
    """Correct p over the family and read it, as decide() does.

    Corrections that need more than the ps (max-T, Romano and Wolf) are replaced by Holm's. A
    comparison that lacks this test counts for equivalence as one that is not equivalent.
    """
    contrast = other.contrast
    if contrast.p is None:
        return None, None
    ps: list[float] = []
    equivalents: list[float] = []
    at = -1
    for one, found in members:
        same = next((o for o in found if o.kind == other.kind), None)
        mine = one is place.decision
        p = same.contrast.p if same and same.contrast.p is not None else one.p
        if p is None:
            continue
        at = len(ps) if mine else at
        ps.append(p)
        equal = same.contrast.p_equivalent if same else None
        equivalents.append(1.0 if equal is None else equal)
    size = max(place.decision.family, len(ps))
    name = spec.correction if spec.correction in CORRECTIONS else "holm"
    if contrast.corrected:
        name, size = "bonferroni", len({one.metric for one, _ in members})
    adjusted = CORRECTIONS[name](ps, size)[at]
    equivalent = CORRECTIONS[name](equivalents, size)[at] < spec.alpha
    floor = None
    if contrast.smallest_p is not None:
        floor = reachable(at, contrast.smallest_p, ps, name, size)
    out = floor is not None and floor >= spec.alpha
    if adjusted < spec.alpha and not out:
        return adjusted, sign(contrast.estimate or 0.0, metric)
    if equivalent:
        return adjusted, Verdict.EQUIVALENT
    return adjusted, Verdict.UNDECIDABLE if out else Verdict.INCONCLUSIVE


def sign(estimate: float, metric: Metric) -> Verdict:
    """Read a difference in the metric's direction."""
    if metric.direction is None:
        return Verdict.DIFFERENT
    up = estimate > 0
    return Verdict.BETTER if up == (metric.direction is Direction.HIGHER) else Verdict.WORSE


def differs(old: Verdict, new: Verdict) -> bool:
    """Whether a verdict is another one in substance."""
    return new is not old and not (new in OPEN and old in OPEN)


def with_tests(found: Sequence[Fragility], whys: Sequence[Why]) -> tuple[Fragility, ...]:
    """Add to what flips each decision the other tests of `whys` under which it is another one.

    Tests that need a declaration, or that could not decide it whatever the data, do not count.
    """
    known = {(one.metric, one.a, one.b): one for one in whys}
    return tuple(tested(one, known.get((one.metric, one.a, one.b))) for one in found)


def tested(one: Fragility, why: Why | None) -> Fragility:
    """One decision with its flips by test together."""
    own = next((f for f in one.flips if f.what == "test"), None)
    others = why.alternatives if why else ()
    able = [a for a in others if not a.needs and a.verdict not in (None, Verdict.UNDECIDABLE)]
    named = () if own is None else own.which
    more = [a for a in able if a.changes and not any(which.endswith(a.test) for which in named)]
    if not more:
        return one
    tried = len(able) + (0 if own is None else own.tried)
    first = more[0]
    assert first.verdict is not None
    flip = own or Flip("test", 1, (), first.verdict, first.p_adjusted)
    which = (*named, *(a.test for a in more))
    flip = replace(flip, which=which, ways=len(which), tried=tried)
    rest = [f for f in one.flips if f.what != "test"]
    return replace(one, flips=(flip, *rest))
