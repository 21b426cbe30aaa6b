"""What a sync did or would do, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from paperforge.commands import belongs
from paperforge.commands.text import printable
from paperforge.overleaf.threeway import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.overleaf.values import Report

CONFLICT_CODE = 1
ARRIVED = frozenset({"came here", "merged", "deleted here"})
MANY = 4
"""Conflicts up to which the next move is spelled out for each."""
FEW = 12
"""So many files of one folder are listed by name."""
DONE = {
    Verdict.SEND: "sent",
    Verdict.FETCH: "came here",
    Verdict.MERGE: "merged",
    Verdict.DROP_THERE: "deleted there",
    Verdict.DROP_HERE: "deleted here",
    Verdict.CONFLICT: "conflict",
    Verdict.LEFT: "left there",
}
WOULD = {
    **DONE,
    Verdict.SEND: "to send",
    Verdict.FETCH: "to come here",
    Verdict.MERGE: "to merge",
    Verdict.DROP_THERE: "to delete there",
    Verdict.DROP_HERE: "to delete here",
}
_COLOURS = {Verdict.CONFLICT: "red", Verdict.LEFT: "yellow"}


def print_report(report: Report, words: dict[Verdict, str], form: str, folder: Path) -> int:
    """Say what was done, or would be (`words`: DONE or WOULD); the exit code."""
    refused = any(note.severity == "error" for note in report.notes)
    code = CONFLICT_CODE if report.conflicts or refused else 0
    if form == "json":
        click.echo(json.dumps(_as_json(report, code, folder), indent=1, ensure_ascii=False))
        return code
    from paperforge.commands.output import say

    say(one for one in report.notes if one.check != "edited")
    for note in report.notes:
        if note.check == "edited":
            say([note])
            _show_edit(next(o for o in report.outcomes if o.path == note.where), folder)
    for line in _lines(report.outcomes, words):
        click.echo(line)
    click.echo(_last_line(report, words))
    came = any(words[one.verdict] in ARRIVED for one in report.outcomes)
    if came and not report.conflicts:
        click.echo("now: paperforge build, which sets what came", err=True)
    if report.conflicts:
        _advise(report, dry=words is WOULD)
    return code


def _show_edit(one: Outcome, folder: Path) -> None:
    """The changed lines of a generated file, and where each belongs."""
    if not one.edited or not one.before or b"\0" in one.edited + one.before:
        return
    found = belongs.changes(one.path, one.before, one.edited, folder)
    for change in found[: belongs.FEW]:
        click.echo(click.style(f"    - {printable(change.old)}", fg="red"), err=True)
        click.echo(click.style(f"    + {printable(change.new)}", fg="green"), err=True)
        if change.source:
            click.echo(f"      from {printable(change.source)}", err=True)
    if len(found) > belongs.FEW:
        click.echo(f"    … and {len(found) - belongs.FEW} more lines", err=True)


def _lines(outcomes: Sequence[Outcome], words: dict[Verdict, str]) -> list[str]:
    """A line a file; many of one folder and kind become one."""
    folders = Counter((o.verdict, str(PurePosixPath(o.path).parent)) for o in outcomes)
    width = max((len(words[o.verdict]) for o in outcomes), default=0)
    lines: dict[str, None] = {}
    for one in outcomes:
        word = click.style(f"{words[one.verdict]:{width}}", fg=_COLOURS.get(one.verdict))
        parent = str(PurePosixPath(one.path).parent)
        count = folders[one.verdict, parent]
        crowd = count > FEW and not one.why
        place = f"{parent}/ ({count} files)" if crowd else one.path
        lines[f"  {word}  {place}" + (f": {one.why}" if one.why else "")] = None
    return list(lines)


def _last_line(report: Report, words: dict[Verdict, str]) -> str:
    place = f"{report.url} ({report.branch})"
    if not report.outcomes:
        return f"nothing changed: {report.same} files are the same here and at {place}"
    counts = Counter(words[one.verdict] for one in report.outcomes)
    said = ", ".join(f"{count} {word}" for word, count in counts.items())
    return f"{said}, {report.same} the same: {place}"


def _advise(report: Report, *, dry: bool) -> None:
    """The next move after a conflict."""
    marked = [one for one in report.conflicts if one.marked]
    others = [one for one in report.conflicts if not one.marked]
    click.echo("", err=True)
    click.echo("Nothing was sent: a person must decide.", err=True)
    if marked and dry:
        names = ", ".join(one.path for one in marked)
        click.echo(f"  paperforge sync writes both versions into {names}, with markers", err=True)
    elif marked:
        names = ", ".join(one.path for one in marked)
        click.echo(f"  {names}: both versions are in the file; keep what is right,", err=True)
        click.echo(
            "  take the lines with <<<<<<<, ======= and >>>>>>> out, and sync again", err=True
        )
        click.echo(
            "  (or --keep-local FILE, --keep-remote FILE: one side of each conflict)", err=True
        )
    if len(others) > MANY:
        click.echo(
            "  decide each: --keep-local FILE or --keep-remote FILE, several at once", err=True
        )
        click.echo("  their versions are under .paperforge/there/", err=True)
        return
    for one in others:
        click.echo(f"  {one.path}: sync again with --keep-local {one.path}", err=True)
        if not one.ours:
            click.echo(f"    or --keep-remote {one.path}", err=True)
        if one.there is not None and not dry:
            click.echo(f"    their version is kept as .paperforge/there/{one.path}", err=True)


def _as_json(report: Report, code: int, folder: Path) -> dict[str, Any]:
    files = [
        {"path": o.path, "verdict": str(o.verdict), "generated": o.ours, "why": o.why}
        for o in report.outcomes
    ]
    edited = [
        {"path": o.path, **asdict(change)}
        for o in report.outcomes
        if o.edited and o.before
        for change in belongs.changes(o.path, o.before, o.edited, folder)
    ]
    return {
        "schema": 1,
        "url": report.url,
        "branch": report.branch,
        "commit": report.commit or None,
        "same": report.same,
        "files": files,
        "edited": edited,
        "diagnostics": [asdict(one) for one in report.notes],
        "code": code,
    }
