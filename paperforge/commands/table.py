"""paperforge table: results as a table, LaTeX by default."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.commands import inputs, progress
from paperforge.commands.output import give, say
from paperforge.errors import UsageError
from paperforge.spec import TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    from paperforge.commands.inputs import ResultOptions
    from paperforge.spec import Project


def table(
    options: ResultOptions,
    *,
    output: Path | None = None,
    form: str = "latex",
    spread: str | None = None,
    layout: str | None = None,
    average: bool | None = None,
    second: bool = False,
    as_float: bool = False,
    caption: str = "",
    label: str = "",
    notes: bool = False,
    name: str = "",
) -> int:
    """Read, decide, arrange, render; what was guessed goes to stderr.

    Raises UsageError for a table that paper.toml does not have, InputError for bad results.
    """
    from paperforge import pipeline, tables

    project = inputs.project_of(options)
    spec = _spec(project, name)
    spec = replace(
        spec,
        spread=spread or spec.spread,
        layout=layout or spec.layout,
        average=spec.average if average is None else average,
        second=second or spec.second,
        caption=caption or spec.caption,
        label=label or spec.label,
    )
    results = progress.load(project, quiet=form == "json")
    analysis = pipeline.analyse(results, replace(project, figures=()))
    made = pipeline.tabulate(analysis, spec)
    say(results.notes + analysis.notes + made.diagnostics)
    shape: dict[str, object] = {"notes": True}
    if form == "latex":
        whole = as_float or bool(caption or label)
        shape = {"notes": notes, "float": whole, "source": _origin(project)}
    give(tables.render(made, form, **shape), output, (s.path for s in project.sources))
    inputs.save(options, project, results, tables=(spec,))
    return 0


def _origin(project: Project) -> str:
    return ", ".join(source.shown for source in project.sources)


def _spec(project: Project, name: str) -> TableSpec:
    """The table of that name; without one the first, or a table of everything."""
    if not name:
        return project.tables[0] if project.tables else TableSpec()
    for spec in project.tables:
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in project.tables) or "none"
    raise UsageError(f"paper.toml has no table {name!r}", "--name", f"its tables: {known}")
