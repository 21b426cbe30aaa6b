"""paperforge table: results as a table, LaTeX by default."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.commands import inputs, progress
from paperforge.commands.output import give, say
from paperforge.errors import UsageError
from paperforge.spec import TableSpec

if TYPE_CHECKING:
    from paperforge.commands.inputs import ResultOptions
    from paperforge.commands.table_options import TableOptions
    from paperforge.spec import Project


def table(options: ResultOptions, asked: TableOptions) -> int:
    """Read, decide, arrange, render; what was guessed goes to stderr.

    Raises UsageError for a table that paper.toml does not have, InputError for bad results.
    """
    from paperforge import pipeline, tables, venues

    project = inputs.project_of(options)
    spec = asked.on(_spec(project, asked.name))
    results = progress.load(project, quiet=asked.form == "json")
    analysis = pipeline.analyse(results, replace(project, tables=(spec,), figures=()))
    wanted = asked.venue or project.venue
    made = pipeline.tabulate(analysis, spec, venues.find(wanted, project.root) if wanted else None)
    say(results.notes + analysis.notes + made.diagnostics)
    shape: dict[str, object] = {"notes": True}
    if asked.form == "latex":
        whole = asked.as_float or bool(asked.caption or asked.label)
        shape = {"notes": bool(spec.notes), "float": whole, "source": _origin(project)}
    text = tables.render(made, asked.form, **shape)
    give(text, asked.output, (s.path for s in project.sources))
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
