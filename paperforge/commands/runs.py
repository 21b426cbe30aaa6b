"""paperforge runs: what a result store holds, as paperforge reads it."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, cast

import click

from paperforge.commands import inputs, progress, rows, summary
from paperforge.commands.output import emit, guard, say
from paperforge.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from paperforge.commands.inputs import ResultOptions
    from paperforge.results.loaded import LoadedResults

PIPE_WIDTH = 100
"""Columns of the summary where there is no terminal."""
_MARGIN = 5
"""Lines of a terminal for the head, the line below the rows, blank lines and the prompt."""
_LEAST_ROWS = 10
_AT_ONCE = 1 << 14
"""Rows that are held as text."""


def runs(options: ResultOptions, *, form: str | None = None, output: Path | None = None) -> int:
    """Print the tidy rows on stdout and a summary of them on stderr.

    Without a `form` the ending of `output` says it: .csv, .json or .parquet; any other is text.
    Raises UsageError where Parquet would go to the terminal, InputError for bad results.
    """
    if form is None:
        ending = output.suffix.lower().removeprefix(".") if output else ""
        form = ending if ending in ("csv", "json", "parquet") else "text"
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal", "--format parquet", "add -o FILE")
    project = inputs.project_of(options)
    paths = [source.path for source in project.sources]
    if output is not None:
        guard(output, paths)
    results = cast("LoadedResults", progress.load(project, quiet=form == "json", rows=True))
    say(results.notes)
    found = results.survey()
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else PIPE_WIDTH
    said = summary.render(found, width)
    if form == "text" and output is None and sys.stdout.isatty():
        _show(results, found.rows, said.count("\n"))
    else:
        with emit(output) as stream:
            _write(results, form, stream)
    click.echo(f"\n{said}", err=True)
    inputs.save(options, project, results)
    return 0


def _write(results: LoadedResults, form: str, stream: BinaryIO) -> None:
    """All rows in a format."""
    if form == "parquet":
        rows.parquet(results.batches(), stream)
        return
    batches = partial(results.batches, _AT_ONCE)
    parts = {"csv": rows.csv, "json": rows.json_array}
    texts = parts[form](batches()) if form in parts else rows.text(batches)
    stream.writelines(part.encode() for part in texts)


def _show(results: LoadedResults, total: int, below: int) -> None:
    """A terminal's screenful of rows, and how to see the others; `below`: lines that follow."""
    size = shutil.get_terminal_size()
    room = max(_LEAST_ROWS, size.lines - below - _MARGIN)
    lines, count, dropped = rows.screenful(results.batches(), room, size.columns)
    if lines:
        click.echo("\n".join([click.style(lines[0], bold=True), *lines[1:]]))
    rest = [f"{total - count:,} more rows"] if total > count else []
    rest += [f"column{'s' if dropped[1:] else ''} {', '.join(dropped)}"] if dropped else []
    if rest:
        text = f"… {', and '.join(rest)}: pipe into less -S, or -o rows.csv"
        click.echo(click.style(text, dim=True))
