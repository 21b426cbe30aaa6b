"""paperforge stats: the design, the test it calls for, each verdict; and how far to trust them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from paperforge.commands import analysis_json, explained_json, inputs, progress
from paperforge.commands.output import columns, give, say
from paperforge.errors import ChecksFailed, UsageError

if TYPE_CHECKING:
    from paperforge.commands.inputs import ResultOptions
    from paperforge.commands.stats_options import StatsOptions
    from paperforge.model import Analysis, Calibration, Fragility, Results, Why
    from paperforge.spec import Project

SECONDS = 20.0
"""For the simulations of --calibrate, where their number is not given."""


def stats(options: ResultOptions, asked: StatsOptions) -> int:
    """Print the analysis, and what is asked about it.

    Returns 0, or 5 where --calibrate found an error rate above alpha. Raises InputError
    for bad results, UsageError for --runs alone.
    """
    if asked.runs is not None and not asked.calibrate:
        raise UsageError("counts the simulations of --calibrate", "--runs", "give both")
    from paperforge import pipeline

    project = inputs.project_of(options)
    results = progress.load(project, quiet=asked.form == "json")
    by_hand = options.alpha is not None
    analysis = pipeline.analyse(results, replace(project, figures=()), full=True, by_hand=by_hand)
    judged = replace(project, design=replace(project.design, alpha=analysis.design.alpha))
    plan = pipeline.in_force(results, analysis, project)
    analysis = replace(analysis, notes=analysis.notes + plan)
    say(results.notes + analysis.notes)
    report = _as_json if asked.form == "json" else _as_text
    code = report(results, analysis, judged, asked)
    inputs.save(options, project, results)
    return code


def _as_json(results: Results, analysis: Analysis, project: Project, asked: StatsOptions) -> int:
    """One object, when everything is there."""
    more: dict[str, object] = {}
    code = 0
    if asked.why:
        whys = _why(results, analysis, project, asked)
        more["why"] = explained_json.whys(analysis, whys)
        more["why_left_out"] = len(analysis.primary()) - len(whys)
    if asked.calibrate:
        found = _calibrate(results, project, asked)
        more["calibration"] = explained_json.calibration(found)
        code = _code(found)
    if asked.fragile:
        more["fragile"] = explained_json.fragile(_fragile(results, analysis, project, asked))
    give(analysis_json.render(analysis, results.notes, **more), None)
    return code


def _as_text(results: Results, analysis: Analysis, project: Project, asked: StatsOptions) -> int:
    """The report first, so that it is there if somebody stops what takes longer."""
    from paperforge import narrative

    form, report = narrative.passages.FORMS[asked.form], narrative.report.FORMS[asked.form]
    if asked.form == "text":
        width = columns()
        form = partial(form, width=width)
        report = partial(narrative.report.text, width=width, every=asked.every)
    if asked.form == "latex":
        form = partial(narrative.passages.latex, names=analysis.labels)
    code = 0
    give(report(analysis), None)
    if asked.why:
        whys = _why(results, analysis, project, asked)
        give("\n" + form("Why", narrative.explain.passages(analysis, whys)), None)
    if asked.calibrate:
        found = _calibrate(results, project, asked)
        give("\n" + form("Calibration", narrative.robust.calibration(analysis, found)), None)
        code = _code(found)
    if asked.fragile:
        flips = _fragile(results, analysis, project, asked)
        give("\n" + form("What would flip it", narrative.robust.fragility(analysis, flips)), None)
    return code


def _why(
    results: Results, analysis: Analysis, project: Project, asked: StatsOptions
) -> tuple[Why, ...]:
    from paperforge import pipeline

    with progress.watching(quiet=asked.form == "json", doing="comparing") as meter:
        meter.begin("other tests")
        return pipeline.explain(results, analysis, project)


def _calibrate(results: Results, project: Project, asked: StatsOptions) -> Calibration:
    from paperforge import pipeline

    with progress.watching(quiet=asked.form == "json", doing="simulating") as meter:
        return pipeline.calibrate(results, project, asked.runs, SECONDS, meter)


def _fragile(
    results: Results, analysis: Analysis, project: Project, asked: StatsOptions
) -> tuple[Fragility, ...]:
    from paperforge import pipeline

    with progress.watching(quiet=asked.form == "json", doing="changing") as meter:
        meter.begin("one thing at a time")
        return pipeline.fragile(results, analysis, project, meter)


def _code(found: Calibration) -> int:
    return ChecksFailed.exit_code if found.excessive else 0
