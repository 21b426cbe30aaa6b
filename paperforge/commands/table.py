"""paperforge table: results as a table, LaTeX by default."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from paperforge.commands import inputs, progress
from paperforge.commands.output import columns_of_table, give, guard, say, write
from paperforge.commands.text import printable
from paperforge.errors import InputError, UsageError
from paperforge.model import NO_METRIC
from paperforge.names import is_cost, plain, split_of, well_known
from paperforge.spec import COLUMNS, TableSpec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from paperforge.commands.inputs import ResultOptions
    from paperforge.commands.table_options import TableOptions
    from paperforge.model import Diagnostic, Results, Table, Venue
    from paperforge.spec import Project


def table(options: ResultOptions, asked: TableOptions) -> int:
    """Read, decide, arrange, render; what was guessed goes to stderr.

    Raises UsageError for a table that paper.toml does not have, InputError for bad results.
    """
    from paperforge import pipeline, tables

    project = _reported(inputs.project_of(_reading(options, asked)), options, asked)
    spec = asked.on(_spec(project, asked.name))
    spec = replace(spec, best_set=spec.best_set or project.design.best_set)
    if tables.is_listing(spec) or (spec.layout == "settings" and _own_file(options)):
        return _list(project, replace(spec, layout="listing"), options, asked)
    project, results = _loaded(project, spec, options, quiet=asked.form == "json")
    stated, spec = spec, _all_asked(spec, options, results)
    alone = replace(project, tables=(spec,), figures=())
    analysis = pipeline.analyse(results, alone, full=bool(asked.data), origins=bool(asked.data))
    paper = asked.form == "latex"
    made = pipeline.tabulate(analysis, spec, _venue(project, asked), project.root, paper=paper)
    say(_of_use(results.notes, spec) + analysis.notes + made.diagnostics)
    if _give(made, project, spec, asked, analysis.origins):
        inputs.save(options, project, results, tables=(stated,))
    return 0


def _metrics_of(asked: TableOptions) -> list[str]:
    """The columns asked for that are metrics."""
    return [name for name in asked.columns if name not in COLUMNS]


def _reading(options: ResultOptions, asked: TableOptions) -> ResultOptions:
    """The options with the metrics of columns among those that are kept."""
    more = [name for name in _metrics_of(asked) if name not in options.metrics]
    return replace(options, metrics=(*options.metrics, *more)) if options.metrics else options


def _reported(project: Project, options: ResultOptions, asked: TableOptions) -> Project:
    """The project with the metrics of columns declared, so that they are read.

    They are only reported, so they are not tested: unless paper.toml says otherwise, or has tables,
    which decide that for the whole paper.
    """
    names = _metrics_of(asked)
    declared = {
        name: {} if project.tables and well_known(name) else {"tested": False}
        for name in names
        if name not in options.metrics
    }
    both = {name: {**keys, **project.metrics.get(name, {})} for name, keys in declared.items()}
    return replace(project, metrics={**project.metrics, **both})


def _loaded(
    project: Project, spec: TableSpec, options: ResultOptions, *, quiet: bool
) -> tuple[Project, Results]:
    """The results; for a table of costs with the settings that are some (parameters) as metrics."""
    results = progress.load(project, quiet=quiet)
    if spec.layout != "cost" or options.metrics or project.tables:
        return project, results
    found = {name: {"tested": False} for name in results.settings() if is_cost(name)}
    if not found:
        return project, results
    project = replace(project, metrics={**found, **project.metrics})
    return project, progress.load(project, quiet=True)


def _all_asked(spec: TableSpec, options: ResultOptions, results: Results) -> TableSpec:
    """The table of costs with what --metric names as its own: a column each, or an error."""
    if spec.layout != "cost" or spec.metrics or not options.metrics:
        return spec
    known = {plain(split_of(metric.name)[0]) for metric in results.metrics}
    empty = [name for name in options.metrics if plain(split_of(name)[0]) not in known]
    if empty and len(known) < len(options.metrics):
        text = f"no run has a number of {', '.join(empty)}"
        raise InputError(text, f"table {spec.name}", "see paperforge runs")
    return replace(spec, metrics=tuple(metric.name for metric in results.metrics))


def _of_use(notes: tuple[Diagnostic, ...], spec: TableSpec) -> tuple[Diagnostic, ...]:
    """The notes but for that of columns that are no metrics, where the table shows those."""
    shown = spec.layout == "settings"
    return tuple(one for one in notes if not (shown and one.check == NO_METRIC))


def _own_file(options: ResultOptions) -> bool:
    """Whether what is given is a TOML file of the author's: no result store, and no paper.toml."""
    given = options.sources[0] if options.sources else None
    return given is not None and given.suffix.lower() == ".toml" and given.name != "paper.toml"


def _list(project: Project, spec: TableSpec, options: ResultOptions, asked: TableOptions) -> int:
    """A file as a table: the one that the table names, else the one that is given."""
    from paperforge import pipeline

    root = project.root
    if options.sources and options.sources[0].name != "paper.toml" and not spec.file:
        path = options.sources[0]
        root, spec = path.resolve().parent, replace(spec, file=path.name)
    paper = asked.form == "latex"
    made = pipeline.tabulate(None, spec, _venue(project, asked), root, paper=paper)
    say(made.diagnostics)
    _give(made, project, spec, asked, {})
    return 0


def _give(
    made: Table,
    project: Project,
    spec: TableSpec,
    asked: TableOptions,
    origins: Mapping[tuple[str, str, str], tuple[str, ...]],
) -> bool:
    """Render it, to a file or to stdout; False: only what changed was asked for, and is said."""
    from paperforge import tables

    if asked.old is not None:
        for line in tables.changes(made, _text(asked.old), str(asked.old)):
            click.echo(printable(line))
        return False
    shape: dict[str, object] = {"notes": True}
    if asked.form == "latex":
        whole = asked.as_float or bool(asked.caption or asked.label)
        shape = {"notes": spec.notes, "float": whole, "source": _origin(project)}
    elif asked.form == "text":
        shape["within"] = columns_of_table()
    text = tables.render(made, asked.form, **shape)
    stores = [source.path for source in project.sources]
    if asked.data is not None:
        guard(asked.data, stores)
        write(asked.data, tables.render(made, "json", origins=origins))
    give(text, asked.output, stores)
    return True


def _venue(project: Project, asked: TableOptions) -> Venue | None:
    """The venue whose place the table must fit, where one is known."""
    from paperforge import venues

    wanted = asked.venue or project.venue
    venue = venues.find(wanted, project.root) if wanted else None
    if asked.form == "latex":
        say(venues.said_of_page(project, venue))
    return venue or venues.page_of(project)


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
