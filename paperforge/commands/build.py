"""paperforge build: numbers, tables, figures, the venue's template, PDF, checks."""

from __future__ import annotations

import json
import signal
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paperforge import __version__, record
from paperforge.errors import InputError, PaperforgeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from paperforge.model import Build, Diagnostic, Manuscript, Results
    from paperforge.record import Stamp
    from paperforge.spec import Project

INPUT_CODE = 1
TEX_MISSING_CODE = 4
CHECKS_CODE = 5
GOOD = (0, TEX_MISSING_CODE)
"""Codes of builds that may be synced: what was asked for is whole."""
EVERY = 60.0
"""Seconds after which a watch with sync looks at the other side again."""


def build(
    folder: Path,
    *,
    venue: str | None = None,
    mode: str | None = None,
    pdf: bool = True,
    strict: bool = False,
    timeout: float = 180,
    form: str = "text",
) -> int:
    """Build the paper of a folder; with nothing changed, say again what the last build said.

    Returns 0, 1 (TeX stopped), 4 (no TeX) or 5 (a check failed). Raises InputError for bad input.
    """
    root = _root(folder)
    work = root / "build" / ".work"
    key = f"venue={venue or ''} mode={mode or ''} pdf={pdf} strict={strict}"
    last = record.fresh(work, key)
    if last:
        _report({**last[1].report, "up_to_date": True}, form)
        return last[1].code
    report, made = _build(root, venue, mode, pdf=pdf, strict=strict, timeout=timeout)
    _remember(made, report, work, key)
    _report(report, form)
    return int(report["code"])


def watch(folder: Path, *, sync: bool = False, **options: Any) -> int:  # noqa: ANN401  the options of build
    """Build again whenever something changes, until Ctrl-C; an error does not end it.

    With `sync`, what a good build gave is synced, and the other side is looked at every minute.
    """
    root = _root(folder)
    before: object = None
    code, due = INPUT_CODE, 0.0
    stopped: list[int] = []

    def stop(number: int, frame: object) -> None:  # noqa: ARG001  a signal handler
        # Raised inside a finaliser an interrupt is swallowed: the loop looks at the list as well.
        stopped.append(number)
        signal.default_int_handler(number, None)

    signal.signal(signal.SIGINT, stop)
    click.echo("watching; Ctrl-C ends it", err=True)
    while not stopped:
        now = record.take(root, _watched(root))
        if now != before:
            before = now
            code, due = _attempt(lambda: build(root, **options)), 0.0
        if sync and code in GOOD and time.monotonic() >= due:
            _attempt(lambda: _synced(root, options))
            due = time.monotonic() + EVERY
        time.sleep(0.5)
    raise KeyboardInterrupt


def _attempt(act: Callable[[], int]) -> int:
    """The exit code; an error is said and does not end the watch."""
    try:
        return act()
    except PaperforgeError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code


def _synced(root: Path, options: dict[str, Any]) -> int:
    from paperforge.commands.sync import quietly

    quietly(root, options.get("venue"), options.get("mode"))
    return 0


class _Made:
    """What a build leaves to be recorded."""

    def __init__(
        self,
        build: Build,
        roots: tuple[Path, ...],
        stamps: dict[str, Stamp],
        written: list[Path],
        ours: dict[str, str],
    ) -> None:
        self.build = build
        self.ours = ours
        self.written = written
        self.roots = roots
        self.stamps = stamps


def _root(folder: Path) -> Path:
    root = folder.parent if folder.name == "paper.toml" else folder
    if not (root / "paper.toml").exists():
        raise InputError(
            "there is no paper.toml here",
            str(root),
            "paperforge new writes one; paperforge table results.csv needs none",
        )
    return root.resolve()


def _build(
    root: Path, venue: str | None, mode: str | None, *, pdf: bool, strict: bool, timeout: float
) -> tuple[dict[str, Any], _Made]:
    from paperforge import compile as rim
    from paperforge import pipeline, project, protocol, venues
    from paperforge.commands import progress
    from paperforge.commands.output import step
    from paperforge.spec import Mode

    # Stamps are taken before anything is read: a change while the build runs is a change.
    stamps = record.take(root, ())
    paper = project.load(root / "paper.toml")
    # The lock is no .toml, so it is named: freezing the plan changes what a build says.
    locked = protocol.lock_of(root / protocol.NAME)
    others = (venues.templates_root(), locked, *_named(paper))
    stamps |= {
        path: stamp for path, stamp in record.take(root, others).items() if path not in stamps
    }
    paper = replace(paper, venue=venue or paper.venue, mode=Mode(mode) if mode else paper.mode)
    if not paper.venue and not paper.main:
        raise InputError(
            "there is neither a venue nor a main file",
            "paper.toml",
            'venue = "neurips-2026" for a new paper, main = "main.tex" for one that exists',
        )
    asked = "--venue" if venue else project.place(root / "paper.toml", "venue")
    place = venues.find(paper.venue, root, asked) if paper.venue else None
    results = analysis = None
    planned: tuple[Diagnostic, ...] = ()
    if paper.sources:
        step("reading results")
        results = progress.load(paper, steps=any(map(pipeline.by_step, paper.figures)))
        step(f"{results.rows} rows; deciding what they support")
        small = results.rows <= pipeline.MOST_TRACED
        analysis = pipeline.analyse(results, paper, full=True, origins=small)
        planned = pipeline.planned(results, analysis, paper)
    manuscript = pipeline.render(paper, analysis, place)
    name, hidden = pipeline.paper_folders(place, paper.mode)
    out, work = root / "build" / name, root / "build" / hidden
    kept = rim.write_generated(manuscript, root) if paper.main else ()
    if pdf:
        step("TeX")
    made = pipeline.compile(
        manuscript, out, work, results=results, project=paper, timeout=timeout, pdf=pdf
    )
    made = replace(made, diagnostics=(*kept, *planned, *made.diagnostics))
    report = _describe(paper, manuscript, made, results, pdf=pdf, strict=strict)
    report["decisions"] = _decisions(analysis)
    written = [out / path for path in manuscript.files]
    if paper.main:
        written += [
            root / path for path in manuscript.files if path.startswith(manuscript.generated)
        ]
    # A file that is the author's own is where its origin says: in the author's folder.
    ours = {p: f.origin for p, f in manuscript.files.items() if f.origin != p}
    return report, _Made(made, (root, *others), stamps, written, ours)


def _describe(
    paper: Project,
    manuscript: Manuscript,
    made: Build,
    results: Results | None,
    *,
    pdf: bool,
    strict: bool,
) -> dict[str, Any]:
    """What is said at the end, and the exit code."""
    found = (*(results.notes if results else ()), *made.diagnostics)
    code = _code(found, made, pdf=pdf, strict=strict)
    venue = manuscript.venue
    return {
        "title": paper.title,
        "venue": venue.name if venue else "",
        "mode": str(manuscript.mode),
        "folder": str(made.folder),
        "pdf": str(made.pdf) if made.pdf else None,
        "pages": made.pages,
        "body_pages": made.body_pages,
        "page_limit": venue.page_limit.get(str(manuscript.mode)) if venue else None,
        "results": results.digest if results else None,
        "diagnostics": [asdict(d) for d in found],
        "code": code,
        "up_to_date": False,
    }


def _code(found: tuple[Diagnostic, ...], made: Build, *, pdf: bool, strict: bool) -> int:
    severities = {str(d.severity) for d in found if d.check != "tex-missing"}
    if any(d.check == "tex" and d.severity == "error" for d in found):
        return INPUT_CODE
    if "error" in severities or (strict and "warning" in severities):
        return CHECKS_CODE
    if pdf and made.pdf is None:
        return TEX_MISSING_CODE
    return 0


def _decisions(analysis: Any) -> list[str]:  # noqa: ANN401  an Analysis, or None
    if analysis is None:
        return []
    from paperforge import narrative

    return list(narrative.findings.sentences(analysis))


def _remember(made: _Made, report: dict[str, Any], work: Path, key: str) -> None:
    from paperforge.commands.output import write

    folder = made.build.folder
    outputs = [*made.written, *([Path(report["pdf"])] if report["pdf"] else [])]
    entry = record.Record(
        __version__,
        tuple(map(str, made.roots)),
        record.seal(made.stamps),
        record.stamps([path for path in outputs if path.is_file()]),
        made.ours,
        report,
        report["code"],
    )
    write(record.path(folder), record.text(entry))
    write(work / record.INDEX, record.index(work, key, folder))


def _watched(root: Path) -> list[Path]:
    """The result stores that the paper names, as far as paper.toml can be read right now."""
    from paperforge import project

    try:
        return _named(project.load(root / "paper.toml"))
    except PaperforgeError:
        return []


def _named(paper: Project) -> list[Path]:
    """The result stores of a paper, and the files that its tables show."""
    shown = [paper.root / spec.file for spec in paper.tables if spec.file]
    return [*(source.path for source in paper.sources), *shown]


def _report(report: dict[str, Any], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(report, indent=1, ensure_ascii=False))
        return
    from paperforge.commands.output import say
    from paperforge.model import Diagnostic, Severity

    say(
        Diagnostic(Severity(d["severity"]), d["where"], d["message"], d["hint"], d["check"])
        for d in report["diagnostics"]
    )
    for sentence in report["decisions"]:
        click.echo(sentence)
    click.echo(_last_line(report))


def _last_line(report: dict[str, Any]) -> str:
    if report["pdf"] is None:
        last = Path(report["folder"]) / "paper.pdf"
        kept = f"; the last good PDF is kept, and is older: {last}" if last.exists() else ""
        return f"no PDF; the LaTeX project is complete in {report['folder']}{kept}"
    pages = f"{report['pages']} page" + ("s" if report["pages"] != 1 else "")
    if report["body_pages"] is not None and report["page_limit"]:
        pages += f", body ends on page {report['body_pages']} (limit {report['page_limit']})"
    style = " ".join(part for part in (report["venue"], report["mode"]) if part)
    again = " (nothing changed)" if report["up_to_date"] else ""
    return f"{report['pdf']}: {pages} [{style}]{again}"
