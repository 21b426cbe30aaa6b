"""paperforge figure: results as a PDF at a venue's exact width."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperforge.commands import inputs, progress
from paperforge.commands.output import guard, say, write
from paperforge.errors import InputError, UsageError
from paperforge.model import SPLIT, Diagnostic, Severity
from paperforge.spec import FigureSpec

if TYPE_CHECKING:
    from paperforge.commands.figure_options import FigureOptions
    from paperforge.commands.inputs import ResultOptions
    from paperforge.model import Analysis, Figure, Results, Venue
    from paperforge.spec import Project

FORMS = ("pdf", "png", "pgf")
SAME_PT = 0.15
"""A width this near to the venue's is the venue's."""
MANY = frozenset(("correlation", "script"))
"""Kinds that take all metrics asked for."""


def figure(options: ResultOptions, asked: FigureOptions) -> int:
    """Read, decide, draw; writes the output asked for, or KIND.pdf in this folder.

    Raises UsageError for an unknown kind or name, InputError for results that cannot be drawn so.
    """
    if asked.audit is not None:
        from paperforge.commands.figure_audit import audit

        return audit(asked.audit, asked.venue)
    from paperforge import figures, pipeline, venues

    if asked.start:
        return _start(asked)
    form = _form(asked.output)
    if options.metrics and asked.x not in ("", "dataset", "step", *options.metrics):
        options = replace(options, metrics=(*options.metrics, asked.x))
    project = inputs.project_of(options, bare=asked.kind == "tikz")
    if asked.name:
        spec = _declared(project, asked.name)
    else:
        spec = asked.on(FigureSpec(asked.kind, asked.kind, _metric(options, asked)))
    root = project.root if asked.name else Path()
    wanted = asked.venue or project.venue
    place = venues.find(wanted, project.root) if wanted else None
    say(venues.said_of_page(project, place))
    place = place or venues.page_of(project)
    if spec.kind in figures.COMPILED:
        _give(pipeline.picture(spec, place, root), spec, asked, place, project)
        return 0
    project = project if asked.name else replace(project, figures=(*project.figures, spec))
    results = progress.load(project, steps=pipeline.by_step(spec))
    analysis = pipeline.analyse(results, replace(project, tables=(), figures=(spec,)))
    drawn = pipeline.draw(analysis, spec, place, root, form)
    say(_of_split(results, analysis, spec) + analysis.notes + _undrawn(options, asked))
    _give(drawn, spec, asked, place, project)
    inputs.save(options, project, results, figures=(spec,))
    return 0


def _metric(options: ResultOptions, asked: FigureOptions) -> str:
    """The metric to draw; none of them alone where several are to be correlated."""
    if not options.metrics or (asked.kind == "correlation" and len(options.metrics) > 1):
        return ""
    return options.metrics[0]


def _of_split(results: Results, analysis: Analysis, spec: FigureSpec) -> tuple[Diagnostic, ...]:
    """The results' notes; for curves with the split that is drawn, not that of tables' numbers."""
    if spec.kind != "learning-curves" or not analysis.curves:
        return results.notes
    notes = [one for one in results.notes if one.check != SPLIT]
    drawn = analysis.curves[0].split
    others = [one for one in results.splits(analysis.curves[0].metric) if one != drawn]
    if others:
        listed = ", ".join(one or "unnamed" for one in others)
        text = f"drawn: split {drawn or 'unnamed'}; not drawn: {listed}"
        hint = f"--split {others[0]} draws another" if others[0] and not spec.split else ""
        notes.append(Diagnostic(Severity.NOTE, f"figure {spec.name}", text, hint))
    return tuple(notes)


def _undrawn(options: ResultOptions, asked: FigureOptions) -> tuple[Diagnostic, ...]:
    """The note that names the metrics asked for which such a figure does not show."""
    if asked.name or asked.kind in MANY:
        return ()
    left = [name for name in options.metrics[1:] if name != asked.x]
    if not left:
        return ()
    text = f"drawn: {options.metrics[0]}, not {', '.join(left)}: the figure shows one metric"
    hint = f"draw another for each: --metric {left[0]}"
    return (Diagnostic(Severity.NOTE, f"figure {asked.kind}", text, hint),)


def _form(output: Path | None) -> str:
    """The format that the output's name asks for."""
    form = "pdf" if output is None else output.suffix.lower().removeprefix(".")
    if form not in FORMS:
        text = "a figure is a PDF, a PNG or PGF"
        assert output is not None
        raise UsageError(text, f"-o {output}", f"-o {output.with_suffix('.pdf')}")
    return form


def _start(asked: FigureOptions) -> int:
    """Write a TikZ drawing to begin with; never over a file."""
    from paperforge.figures import tikz

    path = Path(asked.file or "architecture.tikz")
    if path.exists():
        raise InputError("is there already, and it is yours", str(path), "--file names another")
    write(path, tikz.START)
    click.echo(f"wrote {path}: paperforge figure --kind tikz --file {path} compiles it", err=True)
    return 0


def _give(
    drawn: Figure, spec: FigureSpec, asked: FigureOptions, place: Venue | None, project: Project
) -> None:
    """Write the figure and its numbers, and say what they are."""
    target = asked.output or Path(f"{spec.name}.pdf")
    content = drawn.pdf if target.suffix.lower() == ".pdf" else drawn.other
    for path, data in ((target, content), (asked.data, drawn.data)):
        if path is not None:
            guard(path, (source.path for source in project.sources))
            write(path, data)
    say(drawn.diagnostics)
    size = f"{drawn.width_pt:.1f} x {drawn.height_pt:.1f} pt"
    venue = f", {_of_width(drawn, spec, place)}" if place else ""
    click.echo(f"wrote {target}: {size}{venue}", err=True)
    if drawn.note:
        click.echo(f"  {drawn.note}", err=True)


def _of_width(drawn: Figure, spec: FigureSpec, place: Venue) -> str:
    """What the width is to the venue's; a drawing of the author's own may be narrower."""
    whole = place.column_width_pt if spec.width == "column" else place.text_width_pt
    told = f"{place.name} {spec.width} width"
    return told if abs(drawn.width_pt - whole) < SAME_PT else f"in {place.name}'s {whole:.1f} pt"


def _declared(project: Project, name: str) -> FigureSpec:
    for spec in project.figures:
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in project.figures) or "none"
    raise UsageError(f"paper.toml has no figure {name!r}", "--name", f"its figures: {known}")
