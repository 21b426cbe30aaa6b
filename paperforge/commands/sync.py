"""paperforge sync: the paper to Overleaf, or any git remote, and back."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from paperforge import record
from paperforge.errors import InputError, UsageError
from paperforge.model import TEX_FILES
from paperforge.overleaf.state import Room
from paperforge.overleaf.threeway import HERE, LATEXMKRC, STYLES, THERE, Outcome, Verdict
from paperforge.overleaf.values import Paper, Report, Ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Diagnostic
    from paperforge.overleaf.address import Address

ACTIONS = ("init", "status", "pull", "push", "check")
CONFLICT_CODE = 1
CHECKS_CODE = 5
FEW = 12
"""So many files of one folder are listed by name."""
_DONE = {
    Verdict.SEND: "sent",
    Verdict.FETCH: "came here",
    Verdict.MERGE: "merged",
    Verdict.DROP_THERE: "deleted there",
    Verdict.DROP_HERE: "deleted here",
    Verdict.CONFLICT: "conflict",
    Verdict.LEFT: "left there",
}
_WOULD = {
    **_DONE,
    Verdict.SEND: "to send",
    Verdict.FETCH: "to come here",
    Verdict.MERGE: "to merge",
    Verdict.DROP_THERE: "to delete there",
    Verdict.DROP_HERE: "to delete here",
}
_COLOURS = {Verdict.CONFLICT: "red", Verdict.LEFT: "yellow"}


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What was asked for, beside the action."""

    venue: str | None = None
    mode: str | None = None
    dry_run: bool = False
    undo: bool = False
    keep_local: tuple[str, ...] = ()
    keep_remote: tuple[str, ...] = ()
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
    report = stage.sync(_paper(root, venue, mode), address, ways)
    if report.outcomes or notes:
        _print(replace(report, notes=(*notes, *report.notes)), _DONE, SyncOptions())


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
    if len(given) > 1:
        raise UsageError(f"does not know {given[1]!r}", "sync", "paperforge sync --help")
    folder = Path(given[0]) if given else Path()
    if given and not folder.exists():
        known = ", ".join(ACTIONS)
        raise UsageError(f"is neither a folder nor one of {known}", given[0])
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
    ways = Ways(inward=action != "push", outward=action != "pull", keep=keep, say=_say)
    if options.dry_run or action == "status":
        report = stage.look(_paper(root, options.venue, options.mode), address, ways)
        return _print(report, _WOULD, options)
    notes = stage.unfinished(root, address, ways)
    paper = _paper(root, options.venue, options.mode)
    _refuse_unknown(keep)
    report = stage.sync(paper, address, ways)
    words = {**_DONE, **{v: _WOULD[v] for v in _not_done(ways)}}
    report = replace(report, notes=(*notes, *_stale(root), *report.notes))
    return _print(report, words, options)


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
        click.echo(f"the sync of {done.time} is undone {sides}")
    return 0


def _check(root: Path, options: SyncOptions) -> int:
    """Compile what a sync sends the way that Overleaf does."""
    from paperforge.commands.output import say, step
    from paperforge.model import Diagnostic, Severity
    from paperforge.overleaf import limits, trial

    paper = _paper(root, options.venue, options.mode)
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
    pages = f"{made.pages} pages" if made.pages else "no PDF"
    click.echo(f"{paper.main} as Overleaf compiles it: {pages} in {made.seconds:.1f} s")
    return code


def _engine(root: Path, paper: Paper) -> str:
    """The engine of the paper, which Overleaf's menu must name as well."""
    from paperforge import template

    said = _toml(root).get("engine", "")
    main = paper.shared.get(paper.main, paper.ours.get(paper.main, b""))
    return str(said) or template.engine_of(main.decode("utf-8", "replace")) or "pdflatex"


def _paper(root: Path, venue: str | None, mode: str | None) -> Paper:
    """The project as it was built last. Raises InputError where that is not there or not whole."""
    from paperforge import template, venues

    said = _toml(root)
    name, main = venue or str(said.get("venue", "")), str(said.get("main", "")).removeprefix("./")
    place = (
        venues.find(name, root, "--venue" if venue else "paper.toml, key venue") if name else None
    )
    build = f"{place.id if place else 'paper'}-{mode or said.get('mode', 'draft')}"
    folder = root / "build" / build
    made = record.read(folder)
    if made is None or not folder.is_dir():
        asked = "".join(f" --{k} {v}" for k, v in (("venue", venue), ("mode", mode)) if v)
        raise InputError(
            f"there is no build of {build} to send",
            str(root),
            f"paperforge build{asked} makes it",
        )
    wrong = record.edited(made, folder) if made.roots and Path(made.roots[0]) == root else []
    if wrong:
        raise InputError(
            "is not as the build wrote it",
            str(folder / wrong[0]),
            "paperforge build writes it anew, and keeps an edit aside",
        )
    generated = f"{main.rpartition('/')[0]}/generated/".lstrip("/")
    sent = {p: o for p, o in made.ours.items() if not main or p.startswith(generated)}
    sent = {p: o for p, o in sent.items() if p in LATEXMKRC or Path(p).suffix in TEX_FILES}
    files, _ = template.author_files(root)
    shared = {
        path: file.data
        for path, file in files.items()
        if (path not in sent or Path(path).suffix in STYLES) and path != _pdf(main)
    }
    if main:
        shared |= {n: (root / n).read_bytes() for n in sorted(LATEXMKRC) if (root / n).is_file()}
    ours = {path: (folder / path).read_bytes() for path in sent if path not in shared}
    return Paper(root, main or "main.tex", build, shared, ours, sent)


def _pdf(main: str) -> str:
    """What the author's own TeX makes of the main file: no part of the paper."""
    return str(PurePosixPath(main).with_suffix(".pdf")) if main else ""


def _toml(root: Path) -> dict[str, Any]:
    """paper.toml as it stands. Raises InputError with the line of a mistake."""
    file = root / "paper.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        from paperforge import project

        project.load(file)  # says what is wrong, and where
        raise


def _stale(root: Path) -> list[Diagnostic]:
    """A warning where the results are newer than what was sent of them."""
    from paperforge.model import Diagnostic, Severity

    paper = Room(root).state()
    made = record.read(root / "build" / paper.build) if paper and paper.build else None
    changed = record.outdated(made) if made else []
    if not changed:
        return []
    names = [_inside(Path(name), root) for name in changed]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    text = f"changed since the last build{more}, so tables, figures and numbers sent are older"
    hint = "paperforge build, then paperforge sync"
    return [Diagnostic(Severity.WARNING, names[0], text, hint, "overleaf")]


def _inside(file: Path, root: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def _say(text: str) -> None:
    click.echo(f"  {text}", err=True)


def _print(report: Report, words: dict[Verdict, str], options: SyncOptions) -> int:
    """Say what was done, or would be; the exit code."""
    code = CONFLICT_CODE if report.conflicts else 0
    if options.form == "json":
        click.echo(json.dumps(_as_json(report, code), indent=1, ensure_ascii=False))
        return code
    from paperforge.commands.output import say

    say(report.notes)
    for line in _lines(report.outcomes, words):
        click.echo(line)
    click.echo(_last_line(report, words))
    if report.conflicts:
        _advise(report, dry=words is _WOULD)
    return code


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
    for one in others:
        click.echo(f"  {one.path}: sync again with --keep-local {one.path}", err=True)
        if not one.ours:
            click.echo(f"    or --keep-remote {one.path}", err=True)
        if one.there is not None and not dry:
            click.echo(f"    their version is kept as .paperforge/there/{one.path}", err=True)


def _as_json(report: Report, code: int) -> dict[str, Any]:
    files = [
        {"path": o.path, "verdict": str(o.verdict), "generated": o.ours, "why": o.why}
        for o in report.outcomes
    ]
    return {
        "schema": 1,
        "url": report.url,
        "branch": report.branch,
        "commit": report.commit or None,
        "same": report.same,
        "files": files,
        "diagnostics": [asdict(one) for one in report.notes],
        "code": code,
    }
