"""What a command says: diagnostics on stderr, results on stdout or into a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


FEW = 4
"""So many diagnostics of one kind are shown; build.json has them all."""


def say(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics on stderr, errors last so that they are seen; a flood is cut short."""
    weight = {Severity.NOTE: 0, Severity.WARNING: 1, Severity.ERROR: 2}
    ordered = sorted(dict.fromkeys(diagnostics), key=lambda d: weight[d.severity])
    groups: dict[tuple[Severity, str, str], list[Diagnostic]] = {}
    for one in ordered:
        key = one.check or one.message if one.hint else one.message
        groups.setdefault((one.severity, key, one.hint), []).append(one)
    for group in groups.values():
        for diagnostic in group[:FEW]:
            click.echo(_line(diagnostic), err=True)
        if len(group) > FEW:
            click.echo(f"  … and {len(group) - FEW} more like this", err=True)
        if group[0].hint:
            click.echo(f"  {group[0].hint}", err=True)


def _line(diagnostic: Diagnostic) -> str:
    head = click.style(str(diagnostic.severity), fg=COLOURS[diagnostic.severity], bold=True)
    where = click.style(f"{diagnostic.where}: ", bold=True) if diagnostic.where else ""
    return f"{head}: {where}{diagnostic.message}"


def step(text: str) -> None:
    """Say what is being done, where somebody watches."""
    if sys.stderr.isatty():
        click.echo(click.style(f"  {text} …", dim=True), err=True)


def give(text: str | bytes, output: Path | None) -> None:
    """Print a result, or write it to a file through a temporary name."""
    if output is None:
        click.echo(text, nl=isinstance(text, str) and not text.endswith("\n"))
        return
    write(output, text)
    click.echo(f"wrote {output}", err=True)


def write(path: Path, content: str | bytes) -> None:
    """Replace a file in one move. Raises InputError where that is not possible."""
    from paperforge.compile import replace_file

    data = content.encode() if isinstance(content, str) else content
    try:
        replace_file(path, data)
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror or error}",
            str(path),
            "choose another place with -o",
        ) from error
