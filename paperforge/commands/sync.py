"""paperforge sync: the paper to Overleaf, or any git remote, and back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from paperforge.commands import sync_paper
from paperforge.commands.sync_report import DONE, WOULD, print_report
from paperforge.errors import InputError, UsageError
from paperforge.overleaf.state import Room
from paperforge.overleaf.threeway import HERE, THERE, Verdict
from paperforge.overleaf.values import Paper, Ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.overleaf.address import Address

ACTIONS = ("init", "status", "pull", "push", "check")
CHECKS_CODE = 5


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What was asked for, beside the action."""

    venue: str | None = None
    mode: str | None = None
    dry_run: bool = False
    undo: bool = False
    keep_local: tuple[str, ...] = ()
    keep_remote: tuple[str, ...] = ()
    delete: bool = False
    form: str = "text"


def sync(words: Sequence[str], options: SyncOptions) -> int:
    """Do what `paperforge sync WORDS` asks for. Returns 0, 1 (conflict) or 5 (check failed).

    Raises UsageError for words that mean nothing, InputError or Trouble where it cannot be done.
    """
    action, url, folder = _asked(words)
    root = _root(folder)
    if action == "init":
        return _init(root, url, options)
    if action == "check":
        return _check(root, options)
    address = _address(root)
    if options.undo:
        return _undo(root, address, options)
    return _sync(root, address, action, options)


def quietly(root: Path, venue: str | None, mode: str | None) -> None:
    """Sync after a good build: says something only where something happened."""
    from paperforge.overleaf import sync as stage

    address = _address(root)
    ways = Ways(say=_say)
    notes = stage.unfinished(root, address, ways)
    paper = sync_paper.built(root, venue, mode)
    report = stage.sync(paper, address, ways)
    if report.outcomes or notes:
        report = replace(report, notes=(*notes, *report.notes))
        print_report(report, DONE, "text", root / "build" / paper.build)


def _asked(words: Sequence[str]) -> tuple[str, str, Path]:
    """Action, URL and folder. Raises UsageError."""
    given = list(words)
    action = given.pop(0) if given and given[0] in ACTIONS else "sync"
    url = ""
    if action == "init":
        if not given:
            raise UsageError(
                "init needs the address of the online project",
                "sync",
                "paperforge sync init https://git.overleaf.com/…",
            )
        url = given.pop(0)
    folder = Path(given[0]) if given else Path()
    if given and not folder.exists():
        known = ", ".join(ACTIONS)
        raise UsageError(f"is neither a folder nor one of {known}", given[0])
    if len(given) > 1:
        raise UsageError(f"does not know {given[1]!r}", "sync", "paperforge sync --help")
    return action, url, folder


def _root(folder: Path) -> Path:
    root = folder.parent if folder.name == "paper.toml" else folder
    if not (root / "paper.toml").is_file():
        raise InputError(
            "there is no paper.toml here",
            str(root),
            'paperforge new writes one; for a paper that exists, one line does: main = "main.tex"',
        )
    return root.resolve()


def _address(root: Path) -> Address:
    from paperforge.overleaf import address

    state = Room(root).state()
    if state is None:
        raise InputError(
            "is not connected to Overleaf or any git remote yet",
            str(root),
            "paperforge sync init URL (Overleaf shows it under Integrations, Git)",
        )
    return address.parse(state.url)


def _init(root: Path, url: str, options: SyncOptions) -> int:
    from paperforge.overleaf import address, git
    from paperforge.overleaf import sync as stage

    git.available()
    place = Path(url).expanduser()
    known = address.parse(str(place.resolve()) if place.is_dir() else url)
    head = stage.connect(root, known, Ways(say=_say))
    if options.form == "json":
        click.echo(json.dumps({"url": known.shown, "branch": head.branch, "commit": head.commit}))
        return 0
    state = "it holds nothing yet" if not head.commit else f"branch {head.branch}"
    click.echo(f"connected to {known.shown}: {state}")
    click.echo("now: paperforge sync --dry-run shows what would go each way", err=True)
    return 0


def _sync(root: Path, address: Address, action: str, options: SyncOptions) -> int:
    from paperforge.overleaf import git
    from paperforge.overleaf import sync as stage

    git.available()
    keep = dict.fromkeys(options.keep_local, HERE) | dict.fromkeys(options.keep_remote, THERE)
    ways = Ways(
        inward=action != "push",
        outward=action != "pull",
        keep=keep,
        delete=options.delete,
        say=_say,
    )
    if options.dry_run or action == "status":
        paper = sync_paper.built(root, options.venue, options.mode)
        report = stage.look(paper, address, ways)
        return print_report(report, WOULD, options.form, root / "build" / paper.build)
    notes = stage.unfinished(root, address, ways)
    paper = sync_paper.built(root, options.venue, options.mode)
    _refuse_unknown(keep)
    report = stage.sync(paper, address, ways)
    left = _not_done(replace(ways, outward=ways.outward and not report.conflicts))
    words = {**DONE, **{verdict: WOULD[verdict] for verdict in left}}
    notes = [*notes, *sync_paper.stale(root), *sync_paper.unlisted(root, report.outcomes)]
    report = replace(report, notes=(*notes, *report.notes))
    return print_report(report, words, options.form, root / "build" / paper.build)


def _not_done(ways: Ways) -> list[Verdict]:
    """What a sync one way leaves for later."""
    if not ways.outward:
        return [Verdict.SEND, Verdict.DROP_THERE]
    return [] if ways.inward else [Verdict.FETCH, Verdict.DROP_HERE]


def _refuse_unknown(keep: dict[str, str]) -> None:
    for path in keep:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise UsageError("is no path of the project", path, "as `sync status` prints it")


def _undo(root: Path, address: Address, options: SyncOptions) -> int:
    from paperforge.overleaf import sync as stage
    from paperforge.overleaf import undo as rim

    ways = Ways(say=_say)
    if options.dry_run:
        backup = Room(root).backup()
        text = f"would undo the sync of {backup.time}" if backup else "there is nothing to undo"
        click.echo(text)
        for write in backup.writes if backup else ():
            click.echo(f"  {write.path} as it was before")
        return 0
    notes = stage.unfinished(root, address, ways)
    done = rim.undo(root, address, ways)
    if options.form == "json":
        click.echo(json.dumps({"time": done.time, "files": done.files, "there": done.there}))
    from paperforge.commands.output import say

    say((*notes, *done.notes))
    if options.form != "json":
        for path in done.files:
            click.echo(f"  as before      {path}")
        sides = "here and there" if done.there else "here"
        left = sum(1 for note in done.notes if "left as it is" in note.message)
        but = f", but for {left} of your files" if left else ""
        click.echo(f"the sync of {done.time} is undone {sides}{but}")
    return 0


def _check(root: Path, options: SyncOptions) -> int:
    """Compile what a sync sends the way that Overleaf does."""
    from paperforge.commands.output import say, step
    from paperforge.model import Diagnostic, Severity
    from paperforge.overleaf import limits, trial

    paper = sync_paper.built(root, options.venue, options.mode)
    files = {**paper.ours, **paper.shared}
    sizes = {path: len(data) for path, data in files.items()}
    found = limits.look(sizes, files, paper.main, bridge=True)
    found += limits.local(root, paper.shared)
    step("compiling as Overleaf does")
    made = trial.compile_there(files, paper.main, _engine(root, paper))
    found += made.diagnostics
    if made.seconds > trial.FREE:
        slow = f"took {made.seconds:.0f} s; a free plan may stop it after {trial.FREE:.0f} s"
        hint = "lighter pictures help most"
        found.append(Diagnostic(Severity.WARNING, paper.main, slow, hint, "overleaf"))
    errors = [one for one in found if one.severity is Severity.ERROR]
    code = CHECKS_CODE if errors or not made.pages else 0
    if options.form == "json":
        report = {"pages": made.pages, "seconds": round(made.seconds, 2), "code": code}
        click.echo(json.dumps({**report, "diagnostics": [asdict(one) for one in found]}, indent=1))
        return code
    say(found)
    pages = f"{made.pages} page{'s' * (made.pages > 1)}" if made.pages else "no PDF"
    click.echo(f"{paper.main} as Overleaf compiles it: {pages} in {made.seconds:.1f} s")
    return code


def _engine(root: Path, paper: Paper) -> str:
    """The engine of the paper, which Overleaf's menu must name as well."""
    from paperforge import template

    said = sync_paper.declared(root).get("engine", "")
    main = paper.shared.get(paper.main, paper.ours.get(paper.main, b""))
    return str(said) or template.engine_of(main.decode("utf-8", "replace")) or "pdflatex"


def _say(text: str) -> None:
    click.echo(f"  {text}", err=True)
