"""paperforge figure: results as a PDF at a venue's exact width."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.commands import inputs, progress
from paperforge.commands.output import guard, say, write
from paperforge.errors import UsageError
from paperforge.spec import FigureSpec

if TYPE_CHECKING:
    from paperforge.commands.figure_options import FigureOptions
    from paperforge.commands.inputs import ResultOptions
    from paperforge.spec import Project


def figure(options: ResultOptions, asked: FigureOptions) -> int:
    """Read, decide, draw; writes the output asked for, or KIND.pdf in this folder.

    Raises UsageError for an unknown kind or name, InputError for results that cannot be drawn so.
    """
    if asked.audit is not None:
        from paperforge.commands.figure_audit import audit

        return audit(asked.audit, asked.venue)
    import click

    from paperforge import pipeline, venues

    output = asked.output
    if output is not None and output.suffix.lower() != ".pdf":
        raise UsageError("a figure is a PDF", f"-o {output}", f"-o {output.with_suffix('.pdf')}")
    project = inputs.project_of(options)
    if asked.name:
        spec = _declared(project, asked.name)
    else:
        metric = options.metrics[0] if options.metrics else ""
        spec = asked.on(FigureSpec(asked.kind, asked.kind, metric))
    wanted = asked.venue or project.venue
    place = venues.find(wanted, project.root) if wanted else None
    results = progress.load(project)
    analysis = pipeline.analyse(results, replace(project, tables=(), figures=(spec,)))
    drawn = pipeline.draw(analysis, spec, place)
    target = output or Path(f"{spec.name}.pdf")
    for path, content in ((target, drawn.pdf), (asked.data, drawn.data)):
        if path is not None:
            guard(path, (source.path for source in project.sources))
            write(path, content)
    say(results.notes + analysis.notes + drawn.diagnostics)
    click.echo(
        f"wrote {target}: {drawn.width_pt:.1f} x {drawn.height_pt:.1f} pt"
        + (f", {place.name} {spec.width} width" if place else ""),
        err=True,
    )
    click.echo(f"  {drawn.note}", err=True)
    inputs.save(options, project, results, figures=(spec,))
    return 0


def _declared(project: Project, name: str) -> FigureSpec:
    for spec in project.figures:
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in project.figures) or "none"
    raise UsageError(f"paper.toml has no figure {name!r}", "--name", f"its figures: {known}")
