"""paperforge plan: how many seeds or examples a difference takes, and the study's protocol."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.commands import (
    forecast,
    forecast_json,
    inputs,
    plan_bounds,
    plan_pilot,
    plan_stated,
    planned,
    progress,
)
from paperforge.commands.output import give, say
from paperforge.errors import InputError, UsageError
from paperforge.model import Diagnostic, Severity
from paperforge.spec import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.commands.forecast import Forecast
    from paperforge.commands.inputs import ResultOptions
    from paperforge.commands.plan_options import PlanOptions
    from paperforge.model import Analysis, Results, Run
    from paperforge.spec import Metric, Project

ALPHA = 0.05
TWO = 2


def plan(options: ResultOptions, asked: PlanOptions) -> int:
    """Answer what is asked. Returns 0, or 5 where --check finds another analysis than planned.

    Raises UsageError for questions that lack something, InputError for bad results or plans.
    """
    modes = [asked.write is not None, asked.freeze, asked.check]
    if sum(modes) > 1:
        raise UsageError("--write, --freeze and --check are three steps", hint="one at a time")
    if asked.plan and asked.write and asked.write != Path():
        raise UsageError("--write FILE and --plan FILE name two plans", hint="keep one")
    stated = asked.sd is not None or asked.discordant is not None or asked.within is not None
    if not any(modes) and stated:
        if options.sources:
            raise UsageError(
                "the variance is stated, and there are pilot results too", "--sd", "give one"
            )
        said = [plan_stated.stated(options, asked)]
        give(_said(said, asked, ()), None)
        return 0
    early = asked.write is not None or asked.freeze
    project = inputs.project_of(options, bare=True, early=early)
    if any(modes):
        return _protocol(project, options, asked)
    if not project.sources:
        raise UsageError(
            "there is no variance to plan with",
            hint="pilot results (paperforge plan pilot.csv), or --sd 0.8 between seeds, or "
            "--discordant 0.1 of the examples",
        )
    results, analysis = _read(project, quiet=asked.form == "json")
    say(results.notes + analysis.notes)
    plan_bounds.check(analysis, asked.difference)
    found = plan_pilot.from_pilot(results, analysis, project, asked)
    if asked.difference and len(found) > 1:
        text = f"a difference of {asked.difference:g} is asked of each metric, in its own unit"
        say((Diagnostic(Severity.NOTE, "--difference", text, "--metric NAME asks it of one"),))
    say(plan_bounds.doubts(found, analysis))
    give(_said(found, asked, plan_pilot.left_out(analysis, found)), None)
    inputs.save(options, project, results)
    return 0


def _read(
    project: Project, *, quiet: bool, plan: Path | None = None, by_hand: bool = True
) -> tuple[Results, Analysis]:
    from paperforge import pipeline

    results = progress.load(project, quiet=quiet)
    bare = replace(project, figures=())
    return results, pipeline.analyse(results, bare, plan=plan, by_hand=by_hand)


def _protocol(project: Project, options: ResultOptions, asked: PlanOptions) -> int:
    """--write, --freeze or --check."""
    file = planned.plan_file(project, asked.plan or asked.write)
    if asked.freeze:
        return planned.freeze(file, *_there(project, options))
    if asked.check:
        if not project.sources:
            raise UsageError("there are no results to check", "--check", "name them, or paper.toml")
        by_hand = options.alpha is not None
        results, analysis = _read(project, quiet=asked.form == "json", plan=file, by_hand=by_hand)
        return planned.check(results, analysis, project, file, asked.form)
    planned.refuse(file)
    project = _with_results(project)
    if not project.sources:
        drafted = planned.from_words(project, options.metrics, asked.n_seeds)
        return planned.draft(file, drafted)
    results, analysis = _read(project, quiet=False)
    say(results.notes + analysis.notes)
    found = _known(results, analysis, project, asked)

    def detectable(metric: str) -> float | None:
        one = found.get(metric)
        return one.reached if one else None

    takes = [f.study.runs_each(f.needed.n) for f in found.values() if f.needed and f.needed.n]
    seeds = asked.n_seeds or (
        max(takes, default=None) if analysis.design.unit in (Unit.SEED, Unit.BOTH) else None
    )
    return planned.draft(file, planned.from_results(results, analysis, seeds, detectable))


def _known(
    results: Results, analysis: Analysis, project: Project, asked: PlanOptions
) -> dict[str, Forecast]:
    """Metric -> its forecast; nothing where the design has none: a protocol needs none."""
    try:
        found = plan_pilot.forecasts(results, analysis, project, asked)
    except InputError as error:
        text = f"what the plan would find is left out: {error}"
        say((Diagnostic(Severity.NOTE, "--write", text),))
        return {}
    return {one.metric.name: one for one in found}


def _there(
    project: Project, options: ResultOptions
) -> tuple[Results | None, tuple[Run, ...] | None]:
    """The results, and the runs that there are before the plan is frozen.

    None: no results, or none to be read.

    Sources that are missing or empty yet hold no runs.
    """
    if not project.sources:
        return None, None
    project = _with_results(project)
    if not project.sources:
        return None, ()
    try:
        results = progress.load(project, quiet=True)
    except InputError as error:
        if options.sources:
            raise
        text = f"the lock will not say which runs are there: {error}"
        say((Diagnostic(Severity.WARNING, "--freeze", text),))
        return None, None
    return results, results.runs()


def _with_results(project: Project) -> Project:
    """The project with those sources alone that hold something already; says which do not."""
    none = [source for source in project.sources if _empty(source.path)]
    if none:
        text = f"no results yet: {', '.join(source.shown for source in none)}"
        say((Diagnostic(Severity.NOTE, "plan", text),))
    return replace(project, sources=tuple(s for s in project.sources if s not in none))


def _empty(path: Path) -> bool:
    """Whether nothing is there yet."""
    if not path.exists():
        return True
    if path.is_dir():
        return not any(one.is_file() for one in path.rglob("*"))
    return path.is_file() and not path.stat().st_size


def _said(
    forecasts: list[Forecast], asked: PlanOptions, left_out: Sequence[tuple[Metric, str]]
) -> str:
    """The forecasts, and which metrics have none, with the reasons."""
    if asked.form == "json":
        content = {
            "schema": 1,
            "plans": [forecast_json.plain(one) for one in forecasts],
            "left_out": [{"metric": metric.name, "reason": why} for metric, why in left_out],
        }
        return json.dumps(content, indent=1, ensure_ascii=False)
    parts = [forecast.text(one) for one in forecasts]
    parts += ["\n".join(f"Not planned: {metric.label} ({why})." for metric, why in left_out)]
    return "\n".join(part for part in parts if part)
