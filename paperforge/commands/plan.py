"""paperforge plan: how many seeds or examples a difference takes, and the study's protocol."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.commands import forecast, inputs, planned, planning, progress
from paperforge.commands.output import give, say
from paperforge.errors import InputError, UsageError
from paperforge.model import Diagnostic, Severity
from paperforge.spec import Metric, Unit

if TYPE_CHECKING:
    from paperforge.commands.forecast import Forecast
    from paperforge.commands.inputs import ResultOptions
    from paperforge.commands.plan_options import PlanOptions
    from paperforge.model import Analysis, Results, Run
    from paperforge.spec import Project
    from paperforge.stats.pilot import Pilot

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
    stated = asked.sd is not None or asked.discordant is not None
    if not any(modes) and stated:
        if options.sources:
            raise UsageError(
                "the variance is stated, and there are pilot results too", "--sd", "give one"
            )
        give(_said([_stated(options, asked)], asked), None)
        return 0
    project = inputs.project_of(options, bare=True)
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
    found = _from_pilot(results, analysis, project, asked)
    if asked.difference and len(found) > 1:
        text = f"a difference of {asked.difference:g} is asked of each metric, in its own unit"
        say((Diagnostic(Severity.NOTE, "--difference", text, "--metric NAME asks it of one"),))
    give(_said(found, asked), None)
    inputs.save(options, project, results)
    return 0


def _read(project: Project, *, quiet: bool) -> tuple[Results, Analysis]:
    from paperforge import pipeline

    results = progress.load(project, quiet=quiet)
    return results, pipeline.analyse(results, replace(project, figures=()))


def _protocol(project: Project, options: ResultOptions, asked: PlanOptions) -> int:
    """--write, --freeze or --check."""
    file = planned.plan_file(project, asked.plan or asked.write)
    if asked.freeze:
        return planned.freeze(file, _there(project, options))
    if asked.check:
        if not project.sources:
            raise UsageError("there are no results to check", "--check", "name them, or paper.toml")
        results, analysis = _read(project, quiet=asked.form == "json")
        return planned.check(results, analysis, project, file, asked.form)
    planned.refuse(file)
    if not project.sources:
        drafted = planned.from_words(project, options.metrics, asked.n_seeds)
        return planned.draft(file, drafted)
    results, analysis = _read(project, quiet=False)
    say(results.notes + analysis.notes)
    found = {f.metric.name: f for f in _forecasts(results, analysis, asked)}

    def detectable(metric: str) -> float | None:
        one = found.get(metric)
        return one.reached if one else None

    takes = [f.needed.n for f in found.values() if f.needed and f.needed.n]
    seeds = asked.n_seeds or (
        max(takes, default=None) if analysis.design.unit is Unit.SEED else None
    )
    return planned.draft(file, planned.from_results(results, analysis, seeds, detectable))


def _there(project: Project, options: ResultOptions) -> tuple[Run, ...] | None:
    """The runs that there are before the plan is frozen; None: no results, or none to be read.

    Folders and files that are still empty hold no runs.
    """
    if not project.sources:
        return None
    if all(_empty(source.path) for source in project.sources):
        return ()
    try:
        results = progress.load(project, quiet=True)
    except InputError as error:
        if options.sources:
            raise
        text = f"the lock will not say which runs are there: {error}"
        say((Diagnostic(Severity.WARNING, "--freeze", text),))
        return None
    return results.runs()


def _empty(path: Path) -> bool:
    """Whether nothing is there yet."""
    if path.is_dir():
        return not any(one.is_file() for one in path.rglob("*"))
    return path.is_file() and not path.stat().st_size


def _said(forecasts: list[Forecast], asked: PlanOptions) -> str:
    if asked.form == "json":
        content = {"schema": 1, "plans": [forecast.plain(one) for one in forecasts]}
        return json.dumps(content, indent=1, ensure_ascii=False)
    return "\n".join(forecast.text(one) for one in forecasts)


# ---------------------------------------------------------------------------------------------
# from stated variances
# ---------------------------------------------------------------------------------------------


def _stated(options: ResultOptions, asked: PlanOptions) -> Forecast:
    """The study that the options describe."""
    unit = _unit(options, asked)
    _check(asked, unit)
    datasets = asked.n_datasets or 1
    paired = unit is Unit.EXAMPLE or bool(options.pair_by)
    methods = asked.n_methods or TWO
    alpha, correction = options.alpha or ALPHA, options.correction or "holm"
    share = asked.discordant
    if share is not None and asked.difference is not None and asked.difference > share:
        raise UsageError(
            f"a difference of {asked.difference:g} is more than the {share:g} that differ",
            "--difference",
            "both are shares of the examples: --discordant 0.1 --difference 0.02",
        )
    variance = share - (asked.difference or 0) ** 2 if share is not None else (asked.sd or 0.0) ** 2
    study = planning.Study(
        unit=unit,
        paired=paired,
        parts=((variance, 0.0),) * (datasets if paired else TWO * datasets),
        averaged=datasets,
        datasets=datasets,
        methods=methods,
        comparisons=methods - 1,
        alpha=alpha if correction == "none" else alpha / (methods - 1),
        discordance=share if datasets == 1 else None,
        cluster=asked.cluster_size or 1.0,
        effect=1 + ((asked.cluster_size or 1.0) - 1) * (asked.icc or 0.0),
        over=datasets,
        cost=asked.cost,
    )
    name = options.metrics[0] if options.metrics else ""
    metric = Metric(name, name, unit=dict(_units(options)).get(name, ""))
    return _asked(study, metric, ("", ""), alpha, correction, asked)


def _units(options: ResultOptions) -> list[tuple[str, str]]:
    return [(left, right) for left, _, right in (one.rpartition("=") for one in options.units)]


def _unit(options: ResultOptions, asked: PlanOptions) -> Unit:
    examples = asked.n_examples is not None or asked.discordant is not None
    return Unit.EXAMPLE if examples or options.replicate == Unit.EXAMPLE else Unit.SEED


def _check(asked: PlanOptions, unit: Unit) -> None:
    """Raise UsageError for options that contradict each other."""
    if asked.sd is not None and asked.discordant is not None:
        raise UsageError("--sd and --discordant are two variances", hint="give one")
    if asked.n_methods is not None and asked.n_methods < TWO:
        raise UsageError("one method is compared with nothing", "--methods", "2 or more")
    if (asked.cluster_size is None) != (asked.icc is None):
        raise UsageError(
            "clusters have a size and a correlation", "--icc", "--cluster-size 4 --icc 0.3"
        )
    if unit is Unit.SEED and asked.icc is not None:
        raise UsageError("clusters are of examples", "--icc", "add --examples")
    _check_budget(asked, unit)


def _check_budget(asked: PlanOptions, unit: Unit) -> None:
    if asked.budget is not None and (asked.cost is None or unit is Unit.EXAMPLE):
        raise UsageError(
            "a budget buys runs", "--budget", "--cost says how many hours a run takes (of seeds)"
        )
    given = [asked.budget, asked.n_seeds, asked.n_examples or None]
    if sum(one is not None for one in given) > 1:
        raise UsageError("--seeds, --examples N and --budget are one question", hint="give one")


def _check_unit(asked: PlanOptions, unit: Unit) -> None:
    """Raise UsageError where a number of the other unit is asked about."""
    if unit is Unit.EXAMPLE and asked.n_seeds and asked.write is None:
        raise UsageError("the pilot replicates examples", "--seeds", "--examples N asks for those")
    if unit is Unit.SEED and asked.n_examples is not None:
        raise UsageError(
            "the pilot replicates seeds",
            "--examples",
            "--replicate example compares examples, where the results have their scores",
        )


# ---------------------------------------------------------------------------------------------
# from pilot results
# ---------------------------------------------------------------------------------------------


def _from_pilot(
    results: Results, analysis: Analysis, project: Project, asked: PlanOptions
) -> list[Forecast]:
    """A forecast a metric, for its comparison that varies most. InputError where nothing varies."""
    if asked.n_datasets is not None or asked.icc is not None:
        raise UsageError("the pilot says that", "--datasets, --icc", "leave it out, or state --sd")
    _refuse(analysis)
    found = _forecasts(results, analysis, asked)
    if not found:
        raise InputError(
            "says no variance: no two methods have two runs (or examples) each on every dataset",
            ", ".join(source.shown for source in project.sources),
            "state it: paperforge plan --sd 0.8, or --discordant 0.1",
        )
    return found


def _refuse(analysis: Analysis) -> None:
    """Raise InputError for a design whose test has no plan here; say what a plan leaves out."""
    design = analysis.design
    hint = "paperforge stats gives the difference that the present data would detect"
    if design.noun == "fold":
        text = "folds share their data: more of them are no new data, so there is nothing to plan"
        raise InputError(text, "design", hint)
    if design.unit is Unit.DATASET:
        text = "datasets are the unit of replication: how many more there are is not planned here"
        raise InputError(text, "design.replicate", hint)
    if design.aggregate != "mean":
        text = f"the plan is for an average, and {design.over_datasets} is compared"
        raise InputError(text, "design.aggregate", f"--aggregate mean plans that; {hint}")
    if design.unit is Unit.BOTH:
        text = f"planned for new {design.noun}s on the same examples; new examples are not counted"
        more = "paperforge stats says what more examples would buy"
        say([Diagnostic(Severity.WARNING, "design", text, more)])


def _forecasts(results: Results, analysis: Analysis, asked: PlanOptions) -> list[Forecast]:
    from paperforge.stats.pilot import pilots

    by_metric: dict[str, list[Pilot]] = {}
    for pilot in pilots(results, analysis):
        if any(v > 0 and math.isfinite(v) for v, _ in pilot.parts):
            by_metric.setdefault(pilot.metric.name, []).append(pilot)
    labels = {m.name: m.label for m in analysis.methods}
    design = analysis.design
    found = []
    for group in by_metric.values():
        name = group[0].metric.name if design.per_metric else None
        family = len(analysis.primary(name))
        comparisons = asked.n_methods - 1 if asked.n_methods else family
        _check_budget(asked, group[0].unit)
        _check_unit(asked, group[0].unit)
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
            _asked(
                studies[place], group[place].metric, names, design.alpha, design.correction, asked
            )
        )
    return found


def _asked(  # noqa: PLR0917  parts of one value
    study: planning.Study,
    metric: Metric,
    names: tuple[str, str],
    alpha: float,
    correction: str,
    asked: PlanOptions,
) -> Forecast:
    """What is asked of one study, answered."""
    needed = planning.needed(study, asked.difference) if asked.difference else None
    n = asked.n_seeds if study.unit is Unit.SEED else asked.n_examples
    if asked.budget is not None:
        n = planning.affordable(study, asked.budget)
    if not n and needed is None:
        n = study.have or None
    return forecast.Forecast(
        study=study,
        metric=metric,
        names=names,
        alpha=alpha,
        correction=correction,
        difference=asked.difference,
        needed=needed,
        n=n,
        budget=asked.budget,
        row=planning.detectable(study, n) if n else None,
        rows=planning.rows(study, n, needed.n if needed else None),
    )
