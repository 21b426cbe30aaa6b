"""paperforge table: results as a table, LaTeX by default."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.commands import inputs, progress
from paperforge.commands.output import give, guard, say, write
from paperforge.commands.text import printable
from paperforge.errors import InputError, UsageError
from paperforge.spec import TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    from paperforge.commands.inputs import ResultOptions
    from paperforge.commands.table_options import TableOptions
    from paperforge.spec import Project


def table(options: ResultOptions, asked: TableOptions) -> int:
    """Read, decide, arrange, render; what was guessed goes to stderr.

    Raises UsageError for a table that paper.toml does not have, InputError for bad results.
    """
    import click

    from paperforge import pipeline, tables

    project = inputs.project_of(options)
    spec = asked.on(_spec(project, asked.name))
    spec = replace(spec, best_set=spec.best_set or project.design.best_set)
    results = progress.load(project, quiet=asked.form == "json")
    alone = replace(project, tables=(spec,), figures=())
    analysis = pipeline.analyse(results, alone, full=bool(asked.data), origins=bool(asked.data))
    made = pipeline.tabulate(analysis, spec)
    say(results.notes + analysis.notes + made.diagnostics)
    if asked.old is not None:
        for line in tables.changes(made, _text(asked.old), str(asked.old)):
            click.echo(printable(line))
        return 0
    shape: dict[str, object] = {"notes": True}
    if asked.form == "latex":
        whole = asked.as_float or bool(asked.caption or asked.label)
        shape = {"notes": spec.notes, "float": whole, "source": _origin(project)}
    text = tables.render(made, asked.form, **shape)
    stores = [source.path for source in project.sources]
    if asked.data is not None:
        guard(asked.data, stores)
        write(asked.data, tables.render(made, "json", origins=analysis.origins))
    give(text, asked.output, stores)
    inputs.save(options, project, results, tables=(spec,))
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", str(path)) from None


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
