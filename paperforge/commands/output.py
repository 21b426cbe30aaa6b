"""What a command says: diagnostics on stderr, results on stdout or into a file."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import TYPE_CHECKING, BinaryIO

import click

from paperforge import terminal
from paperforge.commands.text import printable
from paperforge.errors import InputError, UsageError
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MARK = b"Written by paperforge"
HEAD = 400
"""Bytes at the head of a file in which the mark stands."""
COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


FEW = 4
"""So many warnings or notes of one kind are shown; the record of the build has them all."""


def say(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics on stderr, errors last so that they are seen.

    A flood of notes or warnings of one kind is cut short; errors are all shown.
    """
    groups: dict[tuple[Severity, str], list[Diagnostic]] = {}
    for one in dict.fromkeys(diagnostics):
        groups.setdefault((one.severity, one.check or one.message), []).append(one)
    weight = {Severity.NOTE: 0, Severity.WARNING: 1, Severity.ERROR: 2}
    for (severity, _), group in sorted(groups.items(), key=lambda item: weight[item[0][0]]):
        shown = group if severity is Severity.ERROR else group[:FEW]
        for place, one in enumerate(shown):
            click.echo(_line(one), err=True)
            same_hint_follows = place + 1 < len(shown) and shown[place + 1].hint == one.hint
            if one.hint and not same_hint_follows:
                click.echo(f"  {printable(one.hint)}", err=True)
        if len(group) > len(shown):
            click.echo(f"  … and {len(group) - len(shown)} more like this", err=True)


def _line(diagnostic: Diagnostic) -> str:
    head = click.style(str(diagnostic.severity), fg=COLOURS[diagnostic.severity], bold=True)
    where = click.style(f"{printable(diagnostic.where)}: ", bold=True) if diagnostic.where else ""
    return f"{head}: {where}{printable(diagnostic.message)}"


def columns() -> int:
    """Columns for what is printed on stdout: the terminal's, at most 100; in a pipe 100."""
    if not sys.stdout.isatty():
        return terminal.WIDEST
    return min(terminal.WIDEST, shutil.get_terminal_size().columns)


def columns_of_table() -> int:
    """Columns for a table: the terminal's, however wide; in a pipe 100, or what COLUMNS says."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return shutil.get_terminal_size((terminal.WIDEST, 24)).columns
    return terminal.WIDEST


def step(text: str) -> None:
    """Say what is being done, where somebody watches."""
    if sys.stderr.isatty():
        click.echo(click.style(f"  {text} …", dim=True), err=True)


def give(text: str | bytes, output: Path | None, sources: Iterable[Path] = ()) -> None:
    """Print a result, or write it to a file through a temporary name.

    Raises UsageError where the file is one of the sources.
    """
    if output is None:
        click.echo(text, nl=isinstance(text, str) and not text.endswith("\n"))
        return
    guard(output, sources)
    write(output, text)
    click.echo(f"wrote {output}", err=True)


@contextlib.contextmanager
def emit(output: Path | None) -> Iterator[BinaryIO]:
    """A stream for what is too long to hold: stdout, or a file that is moved into place when whole.

    A pipe or device is written to. Raises InputError where the file cannot be written.
    """
    if output is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = output.resolve()
    special = target.exists() and not target.is_file() and not target.is_dir()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if special:
            with target.open("wb") as stream:
                yield stream
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as stream:
                yield stream
            temporary.replace(target)
    except OSError as error:
        raise _unwritable(output, error) from error
    finally:
        if not special:
            temporary.unlink(missing_ok=True)
    click.echo(f"wrote {output}", err=True)


def guard(output: Path, sources: Iterable[Path]) -> None:
    """Refuse to write over the results, or over a .tex that somebody wrote by hand."""
    target = output.resolve()
    for source in sources:
        if target == source.resolve():
            raise UsageError("is one of the sources: nothing was written", f"-o {output}")
    if target.suffix == ".tex" and target.is_file() and MARK not in target.read_bytes()[:HEAD]:
        raise InputError(
            "exists, and paperforge did not write it: nothing was written",
            str(output),
            "name another file, or remove this one",
        )


def write(path: Path, content: str | bytes) -> None:
    """Replace a file in one move; a link is followed, a pipe or device is written to.

    Raises InputError where that is not possible.
    """
    from paperforge.compile import replace_file

    data = content.encode() if isinstance(content, str) else content
    target = path.resolve()
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
        else:
            replace_file(target, data)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return InputError(
        f"cannot be written: {reason}", str(path), "make it writable, or name another place"
    )
