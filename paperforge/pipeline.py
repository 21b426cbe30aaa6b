"""The whole flow on one page: load -> analyse -> render -> compile. Each stands alone.

runs needs the first, stats two, table and figure three, build all.
"""

from __future__ import annotations

import math
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.generated import declared_at, draw, generate, picture, tabulate, traced
from paperforge.model import Diagnostic, Manuscript, Severity
from paperforge.spec import COLUMNS, FigureSpec, Mode, TableSpec, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from paperforge.model import (
        Analysis,
        Build,
        Calibration,
        Fragility,
        Look,
        Meter,
        Protocol,
        Results,
        Venue,
        Why,
    )
    from paperforge.spec import Project


__all__ = [
    "analyse",
    "by_step",
    "calibrate",
    "compile",
    "draw",
    "explain",
    "fragile",
    "in_force",
    "load",
    "paper_folders",
    "picture",
    "planned",
    "render",
    "tabulate",
]
COMPARING = ("method-by-dataset", "dataset-by-method", "ablation", "pairwise", "per-seed")
"""Layouts that show all metrics where none is named."""
MOST_TRACED = 1_000_000
"""Rows up to which a build says which of them each cell is made of: that reads them once more."""


def load(
    project: Project, meter: Meter | None = None, *, rows: bool = False, steps: bool = False
) -> Results:
    """Read the project's result stores into the tidy relation; `meter` follows how far that is.

    With `rows` every row will be asked for, and there may be no number among them; with `steps`
    every step will be, so that nothing is read twice. Raises InputError where a store is damaged or
    its columns cannot be told.
    """
    from paperforge import results

    project = _only_reported(project)
    every = rows or steps
    return results.load(project.sources, project, meter, history=every, rows=rows, whole=steps)


def by_step(spec: FigureSpec) -> bool:
    """Whether a figure shows values along the steps, so that every row will be asked for."""
    return spec.kind == "learning-curves" or spec.x == "step"


def _only_reported(project: Project) -> Project:
    """The project with metrics untested that stand in tables only as columns beside others.

    Nothing compares methods on them, so they enlarge no family. A metric that a plan names stays
    tested: it was planned for the family, wherever it is shown. `tested` in [metrics] overrules.
    """
    if not project.tables:
        return project
    beside = [{c for c in spec.columns if c not in COLUMNS} for spec in project.tables]
    shown = {name for spec in project.tables for name in spec.metrics}
    shown |= {name for spec in project.figures for name in (spec.metric, spec.x)}
    for spec, columns in zip(project.tables, beside, strict=True):
        if not spec.metrics and spec.layout in COMPARING:
            shown |= set().union(*beside) - columns  # such a table shows all other metrics
    left = set().union(*beside) - shown
    left -= _in_plans(project) if left else set()
    only = {name: {"tested": False, **project.metrics.get(name, {})} for name in sorted(left)}
    return replace(project, metrics={**project.metrics, **only})


def _plans(project: Project) -> Iterator[Path]:
    """Plans beside paper.toml (or in the working folder) and beside each source."""
    from paperforge import protocol

    folders = [project.root]
    for source in project.sources:
        folders += [source.path, source.path.parent] if source.path.is_dir() else []
        folders += [] if source.path.is_dir() else [source.path.parent]
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        if (folder / protocol.NAME).exists():
            yield folder / protocol.NAME


def _in_plans(project: Project) -> set[str]:
    """The metrics that the plans name; of one that was frozen, as it was frozen."""
    from paperforge import protocol

    named: set[str] = set()
    for file in _plans(project):
        try:
            named |= set(protocol.load(file).in_force.metrics)
        except InputError:  # planned() and in_force() say what is wrong with it
            continue
    return named


def analyse(
    results: Results,
    project: Project,
    *,
    full: bool = False,
    origins: bool = False,
    plan: Path | None = None,
    by_hand: bool = False,
) -> Analysis:
    """Decide what the results support, with what the project's tables and figures need beside it.

    `full`: with effect sizes, with probabilities of improvement where another aggregate than the
    mean is compared, and with the digest of the numbers in each decision's signature.
    `origins`: with the rows that each cell is made of. At a look of a frozen plan (or of the file
    `plan`) alpha is the look's, where it is not given by hand. Raises InputError where the results
    hold what cannot be compared.
    """
    from paperforge import stats

    for note in results.notes:
        if note.severity is Severity.ERROR:
            raise InputError(note.message, note.where, note.hint)
    needs = _needs(project)
    _refuse_early(project, results)
    asked = {need for need, _ in needs}
    design = replace(project.design, best_set=project.design.best_set or "best" in asked)
    effects = full or "effects" in asked
    analysis = stats.analyse(results, design, signed=full, effects=effects)
    held = None if by_hand else _held(results, analysis, project, plan)
    if held and held[1].nominal:  # at a planned look
        design = replace(design, alpha=held[1].nominal)
        analysis = stats.analyse(results, design, signed=full, effects=effects)
    if full and design.aggregate != "mean":  # runs x tasks: beside IQM, median or optimality gap
        needs = [("improvements", TableSpec()), *needs]
    if askers := [one for need, one in needs if need == "beside"]:
        analysis = stats.beside(results, analysis, design, askers)
    for need, asker in needs:
        if need in stats.NEEDS:
            analysis = stats.supply(need, results, analysis, asker)
    if held:
        from paperforge import protocol

        analysis = protocol.at_look(held[0], analysis, held[1])
    if not origins:
        return analysis
    places = {
        (metric.name, *cell): rows
        for metric in results.metrics
        for cell, rows in results.origins(metric.name).items()
    }
    return replace(analysis, origins=places)


def _needs(project: Project) -> list[tuple[str, TableSpec | FigureSpec]]:
    """What tables and figures need of the analysis beside the decisions, and who asks for it."""
    needs: list[tuple[str, TableSpec | FigureSpec]] = []
    for place, spec in enumerate(project.tables):
        from paperforge import tables

        with declared_at(project, "tables", place):
            needs += [(need, spec) for need in tables.needs(spec)]
    for place, figure in enumerate(project.figures):
        from paperforge import figures

        with declared_at(project, "figures", place):
            needs += [(need, figure) for need in figures.needs(figure)]
    return needs


def _refuse_early(project: Project, results: Results) -> None:
    """Raise InputError for a figure that so many methods rule out, before any work."""
    for place, spec in enumerate(project.figures):
        from paperforge import figures

        with declared_at(project, "figures", place):
            figures.early(spec, results)


def explain(results: Results, analysis: Analysis, project: Project) -> tuple[Why, ...]:
    """Why each primary comparison has its test, and what the other defensible tests say."""
    from paperforge.stats.why import why

    return why(results, project.design, analysis)


def calibrate(
    results: Results,
    project: Project,
    runs: int | None = None,
    seconds: float | None = None,
    meter: Meter | None = None,
) -> Calibration:
    """Error rate and coverage, simulated on the results' own design: `runs`, or so many seconds."""
    from paperforge.stats import calibrate as stage

    spec = project.design
    if runs is not None:
        return stage.calibrate(results, spec, runs, spec.seed, meter)
    return stage.calibrate(results, spec, seed=spec.seed, meter=meter, seconds=seconds)


def fragile(
    results: Results, analysis: Analysis, project: Project, meter: Meter | None = None
) -> tuple[Fragility, ...]:
    """A small change that flips each primary decision: of the data, or of the test."""
    from paperforge.stats import fragile as stage
    from paperforge.stats.why import why, with_tests

    found = stage.fragile(results, project.design, analysis, meter=meter)
    return with_tests(found, why(results, project.design, analysis, ready=True))


def planned(
    results: Results,
    analysis: Analysis,
    project: Project,
    file: Path | None = None,
    shown: str = "",
) -> tuple[Diagnostic, ...]:
    """Whether the analysis is the one that a plan says (the project's own, if there is one).

    `shown`: what messages call it. Raises InputError for a plan that is wrong, or that is asked
    for and is not there.
    """
    from paperforge import protocol

    if file is None:
        file = project.root / protocol.NAME
        if not file.exists():
            return protocol.gone(file)
    plan = protocol.load(file, shown or file.name)
    numbers = by_run(results)
    runs = {at: len(values) for at, values in numbers.items()}
    look = _look(plan.in_force, analysis, runs)
    return protocol.against(plan, analysis, runs, look, results.runs(), numbers=numbers)


def in_force(results: Results, analysis: Analysis, project: Project) -> tuple[Diagnostic, ...]:
    """That a frozen plan is there, and at which alpha it has this look judged; usually nothing."""
    from paperforge import protocol

    for file in _plans(project):
        if not protocol.lock_of(file).exists():
            continue
        shown = os.path.relpath(file)
        try:
            plan = protocol.load(file, shown)
        except InputError as error:  # plan --check says it; the results can be read without
            text = f"a plan stands there, and cannot be read: {error.message}"
            return (Diagnostic(Severity.WARNING, error.where or shown, text, check="plan"),)
        runs = {at: len(values) for at, values in by_run(results).items()}
        look = _look(plan.in_force, analysis, runs)
        return protocol.announced(plan, analysis, look)
    return ()


def _held(
    results: Results, analysis: Analysis, project: Project, file: Path | None
) -> tuple[Protocol, Look] | None:
    """The plan and its look that say at which alpha the analysis judges; None: no plan does.

    An alpha that is not the plan's was given by hand.
    """
    from paperforge import protocol

    for path in [file] if file else _plans(project):
        if not path.exists() or not (file or protocol.lock_of(path).exists()):
            continue
        try:
            plan = protocol.load(path).in_force
        except InputError:  # planned() and in_force() say what is wrong with it
            return None
        if not plan.stopping.looks or not math.isclose(plan.alpha, project.design.alpha):
            return None
        runs = {at: len(values) for at, values in by_run(results).items()}
        look = _look(plan, analysis, runs)
        return (plan, look) if look and look.number <= look.planned else None
    return None


def by_run(results: Results) -> dict[tuple[str, str, str], list[float]]:
    """(metric, method, dataset) -> the number of each run, where there is any."""
    return {
        (metric.name, one.method, one.dataset): [float(value) for value in one.values]
        for metric in results.metrics
        for one in results.samples(metric.name, Unit.SEED)
        if len(one.values)
    }


def _look(
    plan: Protocol, analysis: Analysis, runs: Mapping[tuple[str, str, str], int]
) -> Look | None:
    """What a plan with several looks says about the present one."""
    from paperforge import protocol
    from paperforge.model import Look
    from paperforge.stats import spending

    n = protocol.replicates(plan, analysis, runs)
    looks, alpha = plan.stopping.looks, plan.alpha
    if not looks or not n:
        return None
    if n > looks[-1]:
        return Look(len(looks) + 1, len(looks), n, looks[-1], 0.0, alpha, alpha)
    taken = [k for k in looks if k <= n]
    following = 0 if n in looks else min(k for k in looks if k > n)
    if not taken:
        return Look(0, len(looks), n, looks[-1], 0.0, 0.0, 0.0, following)
    made = spending.looks([k / looks[-1] for k in taken], alpha, str(plan.stopping.spending))
    before = made[-2].spent if len(made) > 1 else 0.0
    now = made[-1]
    nominal = 0.0 if following else now.alpha
    return Look(len(made), len(looks), n, looks[-1], nominal, now.spent, before, following)


def render(project: Project, analysis: Analysis | None, venue: Venue | None) -> Manuscript:
    """Everything that the paper is made of, in memory.

    An existing paper (`project.main`) gets the generated files beside it; otherwise the venue's
    template is filled. Raises InputError where a section or main file is missing.
    """
    from paperforge import template, venues

    generated, notes = generate(project, analysis, venue)
    if project.main:
        manuscript = template.serve(project, generated, venue)
    else:
        assert venue is not None
        manuscript = template.fill(project, venue, generated, venues.templates_root())
    return replace(manuscript, diagnostics=manuscript.diagnostics + notes)


def compile(  # noqa: A001  the flow's word for it
    manuscript: Manuscript,
    folder: Path,
    work: Path,
    *,
    results: Results | None = None,
    project: Project | None = None,
    timeout: float = 180,
    pdf: bool = True,
) -> Build:
    """The PDF where TeX is there, and everything that a check found, graded by the mode.

    With the results and the project, an error in a generated file is led back to the name on that
    line: to its label in paper.toml, or to its row in the store.
    """
    from paperforge import checks, compile  # noqa: A004

    build = compile.compile_manuscript(manuscript, folder, work, timeout=timeout, pdf=pdf)
    led = [traced(one, manuscript, results, project) for one in build.diagnostics]
    found = (*manuscript.diagnostics, *led, *_bibliography(manuscript))
    found += checks.run(manuscript, build) + _pictures(manuscript)
    graded = checks.grade(found, manuscript.mode)
    good = not any(d.severity is Severity.ERROR for d in graded)
    return replace(compile.publish(build, good=good), diagnostics=graded)


def _pictures(manuscript: Manuscript) -> tuple[Diagnostic, ...]:
    """What is off with the author's own drawings: fonts, small text, colours that look alike."""
    from paperforge.checks.figures import drawn_elsewhere

    found: list[Diagnostic] = []
    for path, options in drawn_elsewhere(manuscript):
        from paperforge.figures import authored

        found += authored.look(manuscript.files[path].data, path, manuscript.venue, options)
    return tuple(found)


def _bibliography(manuscript: Manuscript) -> tuple[Diagnostic, ...]:
    """What is wrong with the references: missing, unused, doubled, incomplete."""
    from paperforge import bib, checks

    sources = checks.sources(manuscript)
    texts = {
        path: manuscript.files[path].data.decode("utf-8", errors="replace")
        for path in checks.bibliographies(manuscript, sources)
    }
    if not texts:
        return ()
    whole = bib.join([bib.read(text, path) for path, text in texts.items()])
    return tuple(bib.check(whole, checks.citations(sources)))


def paper_folders(venue: Venue | None, mode: Mode) -> tuple[str, str]:
    """Names below build/ of a paper's LaTeX project and of the folder that TeX runs in."""
    name = f"{venue.id if venue else 'paper'}-{mode}"
    return name, f".work/{name}"
