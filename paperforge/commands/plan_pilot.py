"""What pilot results say: a forecast a metric, of its comparison that takes the most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.commands import planning
from paperforge.commands.plan_asked import answered, check_budget, check_unit, of_unit
from paperforge.errors import InputError, UsageError
from paperforge.spec import Unit

TWO, LISTED = 2, 3
SHARES = "least favourable"
"""In the names of tests of shares of which only n is known."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.commands.forecast import Forecast
    from paperforge.commands.plan_options import PlanOptions
    from paperforge.model import Analysis, Results
    from paperforge.spec import Metric, Project
    from paperforge.stats.pilot import Pilot


def from_pilot(
    results: Results, analysis: Analysis, project: Project, asked: PlanOptions
) -> list[Forecast]:
    """A forecast a metric, for its comparison that varies most. InputError where nothing varies."""
    if asked.icc is not None:
        raise UsageError("the pilot says that", "--icc", "leave it out, or state --sd")
    found = forecasts(results, analysis, project, asked)
    if not found:
        raise InputError(
            f"says no variance: {_lacking(results, analysis)}",
            ", ".join(source.shown for source in project.sources),
            _move(analysis),
        )
    return found


def _move(analysis: Analysis) -> str:
    """What to do instead, with what the results do say."""
    shares = [d for d in analysis.decisions if d.primary and SHARES in d.test and d.estimate]
    if shares:
        whole = 1 if all(abs(a.mean or 0) <= 1 for a in analysis.aggregates) else 100
        least = max(abs(d.estimate or 0) for d in shares) / whole
        return (
            f"state how many examples only one has right, a share of {least:.3g} at least: "
            f"paperforge plan --discordant {min(1.0, 2 * least):.3g} --difference {least:.3g}; or "
            "give the answers, a row an example"
        )
    spreads = [a.sd for a in analysis.aggregates if a.sd and a.dataset is not None]
    if spreads:
        sd = max(spreads)
        return f"state it, as the runs that there are say: paperforge plan --sd {sd:.3g}"
    return "state it: paperforge plan --sd 0.8, or --discordant 0.1"


def _lacking(results: Results, analysis: Analysis) -> str:
    """Why: a cell of fewer than two, or two or more that are all alike."""
    if any(SHARES in d.test for d in analysis.decisions):
        return "only shares of right answers and their n are known, not who was right where"
    noun = "example" if analysis.design.unit is Unit.EXAMPLE else "run"
    few = []
    for metric in analysis.metrics:
        wanted = dict.fromkeys(n for d in analysis.primary(metric.name) for n in (d.a, d.b))
        rows = [a for a in analysis.aggregates if a.metric == metric.name and a.method in wanted]
        for row in rows:
            if row.dataset is not None and row.n < TWO:
                count = f"1 {noun}" if row.n else f"no {noun}"
                few.append(f"{row.method} has {count}{f' on {row.dataset}' if row.dataset else ''}")
    if few:
        more = f" and {len(few) - LISTED} cells more" if len(few) > LISTED else ""
        every = " on every dataset" if len(results.datasets) > 1 else ""
        return f"two methods need two {noun}s each{every}, and {', '.join(few[:LISTED])}{more}"
    if any(analysis.primary(metric.name) for metric in analysis.metrics):
        return f"the {noun}s of each method do not vary"
    return "no two methods are compared"


def forecasts(
    results: Results, analysis: Analysis, project: Project, asked: PlanOptions
) -> list[Forecast]:
    """One for each metric of which the pilot says a variance; of its comparison that takes most."""
    from paperforge.stats import pilot_laws
    from paperforge.stats.pilot import pilots

    kinds = {
        m.name: pilot_laws.kind(results, analysis, project.design, m.name) for m in analysis.metrics
    }
    found = _by_law(results, analysis, project, asked) if any(kinds.values()) else []
    planned = {one.metric.name for one in found}
    # examples that are in no cluster have no law, and are paired
    planned |= {name for name, one in kinds.items() if one not in {"", "clusters", "prompts"}}
    by_metric: dict[str, list[Pilot]] = {}
    for pilot in pilots(results, analysis):
        if pilot.metric.name not in planned and any(
            v > 0 and math.isfinite(v) for v, _ in pilot.parts
        ):
            by_metric.setdefault(pilot.metric.name, []).append(pilot)
    labels = {m.name: m.label for m in analysis.methods}
    design = analysis.design
    for group in by_metric.values():
        name = group[0].metric.name if design.per_metric else None
        family = len(analysis.primary(name))
        comparisons = asked.n_methods - 1 if asked.n_methods else family
        mine = of_unit(asked, group[0].unit, design)
        check_budget(mine, group[0].unit)
        check_unit(mine, group[0].unit, prompts=False)
        studies = [
            planning.of_pilot(
                pilot,
                methods=asked.n_methods or len(analysis.methods),
                datasets=1 if results.shared_runs else len(analysis.datasets),
                over=len(analysis.datasets),
                comparisons=comparisons,
                alpha=design.alpha if design.correction == "none" else design.alpha / comparisons,
                cost=asked.cost,
            )
            for pilot in group
        ]
        place = planning.widest(studies)
        names = (labels[group[place].a], labels[group[place].b])
        found.append(
            answered(
                studies[place], group[place].metric, names, design.alpha, design.correction, mine
            )
        )
    order = [metric.name for metric in analysis.metrics]
    return sorted(found, key=lambda one: order.index(one.metric.name))


def left_out(analysis: Analysis, found: Sequence[Forecast]) -> tuple[tuple[Metric, str], ...]:
    """The tested metrics that no forecast is of, each with the reason."""
    planned = {one.metric.name for one in found}
    missed = []
    for metric in analysis.metrics:
        family = analysis.primary(metric.name)
        if not family or metric.name in planned:
            continue
        reasons = list(dict.fromkeys(d.reason for d in family if d.p is None and d.reason))
        tests = list(dict.fromkeys(d.test for d in family if d.test))
        why = f"the pilot does not say the variance that {', '.join(tests) or 'its test'} needs"
        missed.append((metric, "; ".join(reasons[:LISTED]) or why))
    return tuple(missed)


def _by_law(
    results: Results, analysis: Analysis, project: Project, asked: PlanOptions
) -> list[Forecast]:
    """The same where the test is no plain t test or McNemar's."""
    from paperforge.stats import pilot_laws

    design = analysis.design
    fixed = pilot_laws.Asked(asked.n_seeds, asked.n_examples or None, asked.samples)
    labels = {m.name: m.label for m in analysis.methods}
    made = []
    for one in pilot_laws.laws(results, analysis, project.design, fixed):
        prompts = one.law.noun in {"prompts", "items"}
        mine = of_unit(asked, one.unit, design, prompts=prompts)
        check_budget(mine, one.unit)
        check_unit(mine, one.unit, prompts=prompts)
        family = len(analysis.primary(one.metric.name if design.per_metric else None))
        comparisons = asked.n_methods - 1 if asked.n_methods else family
        study = planning.of_found(
            one,
            methods=asked.n_methods or len(analysis.methods),
            over=len(analysis.datasets),
            comparisons=comparisons,
            alpha=design.alpha if design.correction == "none" else design.alpha / comparisons,
            cost=asked.cost,
        )
        names = (labels[one.a], labels[one.b])
        other = None if one.other is None else (one.other, one.others)
        made.append(
            answered(study, one.metric, names, design.alpha, design.correction, mine, other)
        )
    return made
