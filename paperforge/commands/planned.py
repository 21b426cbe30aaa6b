"""paperforge plan --write, --freeze, --check: a study's protocol, and whether it was kept."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperforge.commands.output import give, say, write
from paperforge.errors import ChecksFailed, InputError, UsageError
from paperforge.model import PlannedMethod, PlannedMetric, Protocol, Severity
from paperforge.spec import Direction, Role, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paperforge.model import Analysis, Diagnostic, Results, Run
    from paperforge.protocol import Plan
    from paperforge.spec import Project

    Detectable = Callable[[str], float | None]
    """Metric -> the smallest difference that the plan would find, in printed units."""

DETECTABLE = 2
"""Significant digits of a detectable difference."""
DONE = 0


def plan_file(project: Project, given: Path | None) -> Path:
    """The plan that is meant: the one given, or plan.toml beside paper.toml."""
    from paperforge import protocol

    if given is None or given == Path():
        return Path(os.path.relpath(project.root)) / protocol.NAME
    file = given / protocol.NAME if given.is_dir() else given
    if file.suffix != ".toml":
        hint = "results stand before the option: paperforge plan results.csv --write"
        raise UsageError("a plan is a .toml file", str(given), hint)
    return file


def refuse(file: Path) -> None:
    """Raise InputError where there is a plan already: it is its author's."""
    if file.exists():
        raise InputError(
            "exists already, and is yours: nothing was written",
            str(file),
            "edit it, or name another file: --write other.toml",
        )


def draft(file: Path, plan: Protocol) -> int:
    """Write a plan for its author to edit. Raises InputError where there is one already."""
    from paperforge import protocol

    refuse(file)
    write(file, protocol.dump(plan))
    click.echo(f"wrote {file}", err=True)
    click.echo(f"now: edit {file}, then paperforge plan --freeze", err=True)
    return DONE


def freeze(file: Path, results: Results | None, runs: tuple[Run, ...] | None) -> int:
    """Put the plan's hash and today's date into its lock; a plan that changed is one more entry.

    results: those that were read, if any. runs: those that are there already; None: no results
    were named, or they cannot be read.

    Raises InputError for a plan that is wrong, and for a lock that was edited.
    """
    from paperforge import pipeline, protocol

    plan = protocol.load(file)
    target = protocol.lock_of(file)
    if not protocol.lock.intact(plan.frozen):
        raise InputError(
            "was edited: a hash in it does not belong to what stands beside it",
            str(target),
            "take it from the version control",
        )
    today = dt.datetime.now(dt.UTC).date().isoformat()
    numbers = None if results is None else protocol.scores.kept(pipeline.by_run(results))
    frozen = protocol.lock.add(plan.frozen, plan.current, today, runs, numbers)
    last = frozen[-1]
    if plan.frozen and plan.frozen[-1].sha256 == last.sha256:
        click.echo(f"{file} is frozen since {plan.frozen[-1].date}: sha256 {last.sha256}")
        return DONE
    write(target, protocol.lock.text(frozen))
    word = "frozen" if not plan.frozen else "frozen again, as an amended plan"
    click.echo(f"{file} is {word} on {today}: sha256 {last.sha256}")
    for before in plan.frozen[-1:]:
        for change in protocol.changes(before.content, last.content):
            click.echo(f"  {change}")
    click.echo(_there(runs))
    click.echo(f"wrote {target}; keep it with the plan, in version control", err=True)
    return DONE


def _there(runs: tuple[Run, ...] | None) -> str:
    """What the lock says of the runs, as a line."""
    if runs is None:
        return "  which runs are there is not written down: no results were read"
    if not runs:
        return "  no run is there yet"
    cells = len({run[:2] for run in runs})
    return f"  {len(runs)} runs are there already, in {cells} cells (methods x datasets)"


def check(results: Results, analysis: Analysis, project: Project, file: Path, form: str) -> int:
    """Say whether the analysis is the planned one; 5 where it is not."""
    from paperforge import pipeline, protocol

    plan = protocol.load(file)
    found = pipeline.planned(results, analysis, project, file, str(file))
    differs = [d for d in found if d.severity is Severity.WARNING]
    code = ChecksFailed.exit_code if differs else DONE
    if form == "json":
        give(_json(plan, found, protocol.there.counts(plan, results.runs())), None)
        return code
    say(results.notes + analysis.notes)
    if differs:
        since = f" of {plan.frozen[-1].date}" if plan.frozen else ""
        click.echo(f"The analysis is not the one that was planned in {plan.shown}{since}:")
    for one in found:
        mark = "  " if one.severity is Severity.WARNING else ""
        click.echo(f"{mark}{one.message if mark else _sentence(one.message)}")
    hints = dict.fromkeys(one.hint for one in found if one.hint)
    for hint in hints:
        click.echo(f"  {hint}", err=True)
    return code


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _json(plan: Plan, found: tuple[Diagnostic, ...], runs: Mapping[str, int] | None) -> str:
    last = plan.frozen[-1] if plan.frozen else None
    content = {
        "schema": 1,
        "plan": plan.shown,
        "as_planned": all(d.severity is not Severity.WARNING for d in found),
        "frozen": {"date": last.date, "sha256": last.sha256} if last else None,
        "runs": runs,
        "diagnostics": [asdict(d) for d in found],
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def from_results(
    results: Results, analysis: Analysis, seeds: int | None, detectable: Detectable
) -> Protocol:
    """The plan that says what these results are; `seeds` a method where another number is meant."""
    runs: dict[str, int] = {}
    for metric in results.metrics:
        for one in results.samples(metric.name, Unit.SEED):
            runs[one.method] = max(runs.get(one.method, 0), len(one.values))
    tested = [m for m in analysis.metrics if m.tested]
    datasets = tuple(d.name for d in analysis.datasets if d.name)
    design = analysis.design
    example = design.unit is Unit.EXAMPLE
    counts = [a.n for a in analysis.aggregates if a.dataset is not None and a.n]
    return _worded(
        Protocol(
            methods={
                m.name: PlannedMethod(m.role, seeds or runs.get(m.name) or None)
                for m in analysis.methods
            },
            metrics={
                m.name: PlannedMetric(m.direction, m.margin, rounded(detectable(m.name)))
                for m in tested
            },
            datasets=datasets,
            unit=Unit.SEED if design.unit is Unit.NONE else design.unit,
            examples=max(counts) if example and counts else None,
            pair_by=design.pair_by,
            alpha=design.alpha,
            correction=design.correction,
            scope="metric" if design.per_metric else "all",
            family=tuple((d.a, d.b) for d in analysis.primary(tested[0].name)) if tested else (),
        )
    )


def from_words(project: Project, metrics: tuple[str, ...], seeds: int | None) -> Protocol:
    """The plan of a study that has no results yet, from what paper.toml and the options declare.

    Raises UsageError where no methods or metrics are named.
    """
    names = tuple(dict.fromkeys((*metrics, *project.metrics)))
    if not project.methods or not names:
        raise UsageError(
            "a plan names its methods and metrics",
            "--write",
            "paperforge plan --write --ours lora --baseline full --metric accuracy --seeds 5; or "
            "give pilot results: paperforge plan pilot.csv --write",
        )
    design = project.design
    roles = {name: _role(keys) for name, keys in project.methods.items()}
    return _worded(
        Protocol(
            methods={name: PlannedMethod(role, seeds) for name, role in roles.items()},
            metrics={
                name: _metric(name, {"margin": design.margin, **project.metrics.get(name, {})})
                for name in names
            },
            datasets=tuple(project.datasets),
            unit=design.replicate or Unit.SEED,
            pair_by=design.pair_by,
            alpha=design.alpha,
            correction=design.correction,
            scope=design.family,
            family=_pairs(roles),
        )
    )


def _role(keys: Mapping[str, object]) -> Role | None:
    role = keys.get("role")
    return Role(str(role)) if role else None


def _metric(name: str, keys: Mapping[str, object]) -> PlannedMetric:
    from paperforge.names import well_known

    known = well_known(name)
    direction = keys.get("direction") or (known[1] if known else None)
    margin = keys.get("margin")
    return PlannedMetric(
        Direction(str(direction)) if direction else None,
        float(margin) if isinstance(margin, int | float) else None,
    )


def _pairs(roles: Mapping[str, Role | None]) -> tuple[tuple[str, str], ...]:
    """What stats compares by default."""
    from paperforge.spec import Method
    from paperforge.stats.design import family

    return family([Method(name, name, role) for name, role in roles.items()]).pairs


def _worded(plan: Protocol) -> Protocol:
    """The plan with its question and estimand drafted."""
    ours = [name for name, method in plan.methods.items() if method.role is Role.OURS]
    compared = {name for pair in plan.family for name in pair}
    rest = [name for name in plan.methods if name not in ours and name in compared]
    question = ""
    if ours and rest:
        verb = "Is" if len(ours) == 1 else "Are"
        question = f"{verb} {' and '.join(ours)} better than {' and '.join(rest)}?"
    over = f", averaged over the {len(plan.datasets)} datasets" if len(plan.datasets) > 1 else ""
    return replace(
        plan,
        question=question,
        estimand=f"difference of mean {' and of mean '.join(plan.metrics)}{over}",
    )


def rounded(value: float | None) -> float | None:
    """Two significant digits: what is expected is not known better."""
    return None if not value else float(f"{value:.{DETECTABLE}g}")
