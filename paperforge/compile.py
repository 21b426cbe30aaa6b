"""Manuscript -> Build: the only place that starts TeX.

A build has two folders. `folder` (build/<venue>-<mode>) holds the complete LaTeX project and the
last good PDF, nothing else; `work` (build/.work/<venue>-<mode>) is a copy in which latexmk runs, so
that auxiliary files never reach the author, Overleaf or an archive.

latexmk runs without shell escape and without any latexmkrc (which is Perl code), may read and write
only below its own folder, and sees a fixed clock, so the same inputs give the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import posixpath
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from paperforge import texlog
from paperforge.errors import InputError
from paperforge.model import Build, Diagnostic, File, Manuscript, Owner, Severity
from paperforge.spec import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = ".files.json"
"""In `work`: path -> SHA-256 of every file as paperforge last wrote it."""
FIXED_CLOCK = 1_767_225_600
"""1 January 2026: what TeX takes for now where neither SOURCE_DATE_EPOCH nor the paper says."""
ENGINES = {"pdflatex": "-pdf", "xelatex": "-pdfxe", "lualatex": "-pdflua"}


def compile_manuscript(
    manuscript: Manuscript,
    folder: Path,
    work: Path,
    *,
    timeout: float = 180,
    pdf: bool = True,
) -> Build:
    """Write the LaTeX project to `folder`, run latexmk in `work`, and read what came of it.

    `timeout` is in seconds. The PDF in `folder` is replaced only by one that TeX made without an
    error; `Build.pdf` is None where there is no new one. Raises InputError where a folder cannot be
    written.
    """
    kept = write_project(manuscript, folder, work) + _undated(manuscript)
    if pdf and not tex_available(manuscript.engine):
        return Build(folder, None, None, None, "", (*kept, _no_tex(manuscript.engine)))
    if not pdf:
        return Build(folder, None, None, None, "", kept)
    mirror(manuscript, work)
    run = work / PurePosixPath(manuscript.main).parent
    stem = PurePosixPath(manuscript.main).stem
    code, output = _run(_latexmk_command(manuscript), run, manuscript, timeout)
    references = texlog.bibliography(_text(run / f"{stem}.blg"))
    if code and references and not _stopped(texlog.read(_text(run / f"{stem}.log"))):
        # BibTeX failed, not TeX, and latexmk stops there: TeX itself takes what BibTeX did write.
        for _ in range(2):
            code, output = _run(_engine_command(manuscript), run, manuscript, timeout)
        code = code if code == -signal.SIGKILL else 0
    log = _text(run / f"{stem}.log") or output
    found = texlog.read(log) + texlog.bibliography(_text(run / f"{stem}.blg"))
    diagnostics = tuple(_locate(one, manuscript) for one in found)
    made = run / f"{stem}.pdf"
    if code != 0 or not made.exists() or _stopped(diagnostics):
        if not _stopped(diagnostics):
            diagnostics += (_unexplained(code, output, timeout),)
        for half in run.rglob("*.aux"):  # what a run wrote before it failed may break the next
            half.unlink(missing_ok=True)
        return Build(folder, None, texlog.pages(log), None, log, kept + diagnostics)
    body = texlog.body_end(_text(run / f"{stem}.aux"))
    return Build(folder, made, texlog.pages(log), body, log, kept + diagnostics)


def picture(files: Mapping[str, bytes], where: str, timeout: float = 60) -> bytes:
    """The PDF of one picture's document, main.tex among its files; nothing of the run is kept.

    Raises InputError with the first error of TeX, or where TeX is missing.
    """
    made = {name: File(data, Owner.AUTHOR) for name, data in files.items()}
    manuscript = Manuscript(made, "main.tex", None, Mode.DRAFT)
    with tempfile.TemporaryDirectory(prefix="paperforge-") as folder:
        root = Path(folder) / "build"
        build = compile_manuscript(
            manuscript, root / "out", root / ".work" / "out", timeout=timeout
        )
        if build.pdf is not None:
            return build.pdf.read_bytes()
    worst = min(build.diagnostics, key=lambda d: list(Severity).index(d.severity))
    at = worst.where if worst.where.endswith(tuple("0123456789")) else ""
    raise InputError(worst.message, ", ".join(filter(None, (where, at))), worst.hint)


def _stopped(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether TeX itself found an error."""
    return any(d.check == "tex" and d.severity is Severity.ERROR for d in diagnostics)


def _no_tex(engine: str) -> Diagnostic:
    missing = [name for name in ("latexmk", engine) if shutil.which(name) is None]
    message = f"{' and '.join(missing)} not found on this machine, so there is no PDF"
    hint = "paperforge doctor says how to install TeX; Overleaf takes the folder as it is"
    return Diagnostic(Severity.WARNING, "TeX", message, hint, "tex-missing")


def publish(build: Build, *, good: bool) -> Build:
    """Move the made PDF to its place: paper.pdf if good, else paper-with-errors.pdf beside it.

    A good build removes the other file; a bad one leaves the last good paper.pdf as it is.
    """
    if build.pdf is None:
        return build
    target = build.folder / ("paper.pdf" if good else "paper-with-errors.pdf")
    replace_file(target, build.pdf.read_bytes())
    if good:
        (build.folder / "paper-with-errors.pdf").unlink(missing_ok=True)
    return replace(build, pdf=target)


def tex_available(engine: str = "pdflatex") -> bool:
    """Whether latexmk and the engine can be started."""
    return shutil.which("latexmk") is not None and shutil.which(engine) is not None


def write_project(manuscript: Manuscript, folder: Path, work: Path) -> tuple[Diagnostic, ...]:
    """Make `folder` hold exactly the manuscript; edits made there are kept aside and said."""
    try:
        work.mkdir(parents=True, exist_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        before = _manifest(work)
        kept = _keep_edits(manuscript, folder, before, work.parent.parent / "edited" / work.name)
        for path, file in manuscript.files.items():
            replace_file(folder / path, file.data)
        for path in before:
            if path not in manuscript.files:
                (folder / path).unlink(missing_ok=True)
        after = {path: _digest(file.data) for path, file in manuscript.files.items()}
        replace_file(work / MANIFEST, json.dumps(after, indent=0, sort_keys=True).encode())
    except OSError as error:
        raise _unwritable(error, folder) from error
    return kept


def mirror(manuscript: Manuscript, work: Path) -> None:
    """Copy the manuscript's files into the folder that TeX runs in."""
    try:
        for path, file in manuscript.files.items():
            replace_file(work / path, file.data)
    except OSError as error:
        raise _unwritable(error, work) from error


def replace_file(path: Path, data: bytes) -> bool:
    """Write a file through a temporary name, so that it is never half there. False: it was so.

    A file with the same content is left alone: latexmk and Overleaf then see nothing new.
    """
    with contextlib.suppress(OSError):
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _keep_edits(
    manuscript: Manuscript, folder: Path, before: Mapping[str, str], aside: Path
) -> tuple[Diagnostic, ...]:
    """Put aside files of `folder` that are neither what was written last nor what comes now."""
    found = []
    for path, digest in before.items():
        try:
            data = (folder / path).read_bytes()
        except OSError:
            continue
        new = manuscript.files.get(path)
        if _digest(data) == digest or (new and new.data == data):
            continue
        kept_as = aside / f"{path}.{_digest(data)[:8]}"
        replace_file(kept_as, data)
        origin = new.origin if new else "a file that is no longer part of the paper"
        found.append(
            Diagnostic(
                Severity.WARNING,
                str(folder / path),
                "was edited, but is written anew on every build",
                f"the edited text is kept as {kept_as}; make the change in {origin}",
            )
        )
    return tuple(found)


def _latexmk_command(manuscript: Manuscript) -> list[str]:
    return [
        "latexmk",
        "-norc",
        ENGINES[manuscript.engine],
        "-interaction=nonstopmode",
        "-file-line-error",
        "-latexoption=-no-shell-escape",
        PurePosixPath(manuscript.main).name,
    ]


def _engine_command(manuscript: Manuscript) -> list[str]:
    main = PurePosixPath(manuscript.main).name
    options = ["-interaction=nonstopmode", "-file-line-error", "-no-shell-escape"]
    return [manuscript.engine, *options, main]


def _run(command: list[str], run: Path, manuscript: Manuscript, timeout: float) -> tuple[int, str]:
    """Run TeX in its own process group; returns its exit code and what it printed."""
    output = run / ".latexmk.out"
    with output.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603  a list, no shell; the name is found on PATH
            command,
            cwd=run,
            env=_environment(manuscript),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        finally:
            _end(process)
    return code, _text(output)


def _environment(manuscript: Manuscript) -> dict[str, str]:
    """The caller's environment with a fixed clock, unwrapped logs and confined files.

    TeX reads and writes below its own folder only; a main file in a folder may read beside it.
    """
    return {
        **os.environ,
        "SOURCE_DATE_EPOCH": _clock(manuscript),
        "FORCE_SOURCE_DATE": "1",
        "max_print_line": "10000",
        "openin_any": "r" if "/" in manuscript.main else "p",
        "openout_any": "p",
        "shell_escape": "f",
    }


def _clock(manuscript: Manuscript) -> str:
    """TeX's now in seconds since 1970: SOURCE_DATE_EPOCH, else the paper's date, else fixed."""
    import datetime as dt

    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdigit():
        return given
    if not manuscript.date:
        return str(FIXED_CLOCK)
    day = dt.datetime.fromisoformat(manuscript.date).replace(tzinfo=dt.UTC)
    return str(int(day.timestamp()))


def _undated(manuscript: Manuscript) -> tuple[Diagnostic, ...]:
    """A note where the paper prints today's date and nobody said which day that is."""
    if manuscript.date or os.environ.get("SOURCE_DATE_EPOCH"):
        return ()
    prints = [
        path
        for path, file in manuscript.files.items()
        if path.endswith((".tex", ".sty")) and b"\\today" in file.data
    ]
    main = manuscript.files[manuscript.main].data
    if manuscript.venue is None and b"\\maketitle" in main and b"\\date" not in main:
        prints.append(manuscript.main)
    if not prints:
        return ()
    hint = 'date = "2026-11-23" in paper.toml says which day it is; builds stay the same'
    return (Diagnostic(Severity.NOTE, prints[0], "prints today's date as 1 January 2026", hint),)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop latexmk and the TeX under it; a finished one is left alone."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _locate(diagnostic: Diagnostic, manuscript: Manuscript) -> Diagnostic:
    """Point a message about the build's copy to the file that the author can change."""
    written, _, line = diagnostic.where.partition(":")
    folder = PurePosixPath(manuscript.main).parent
    path = posixpath.normpath((folder / written).as_posix())
    file = manuscript.files.get(path)
    if file is None or not file.origin:
        return diagnostic
    if path != written:
        diagnostic = replace(diagnostic, where=f"{path}:{line}" if line else path)
    if file.origin == path:
        return diagnostic
    if file.origin.startswith("["):
        return replace(diagnostic, where=f"{file.origin} (written to {diagnostic.where})")
    return replace(diagnostic, where=f"{file.origin}:{line}" if line else file.origin)


def _unexplained(code: int, output: str, timeout: float) -> Diagnostic:
    if code == -signal.SIGKILL:
        hint = "a loop in a macro, or a very large picture; --timeout gives TeX more time"
        return Diagnostic(Severity.ERROR, "TeX", f"was stopped after {timeout:.0f} s", hint, "tex")
    said = [line for line in output.splitlines() if line.strip()]
    problem = next(
        (x for x in said if "error" in x.lower() or x.startswith("!")), "".join(said[-1:])
    )
    return Diagnostic(Severity.ERROR, "latexmk", problem or f"ended with code {code}", check="tex")


def _manifest(work: Path) -> dict[str, str]:
    try:
        loaded = json.loads((work / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _unwritable(error: OSError, folder: Path) -> InputError:
    named = Path(str(error.filename or folder))
    where = named.parent if named.suffix == ".tmp" else named
    return InputError(
        f"cannot be written: {error.strerror or error}",
        str(where),
        "free some space, or make the folder writable",
    )


def write_generated(manuscript: Manuscript, root: Path) -> tuple[Diagnostic, ...]:
    """Write paperforge's own files of an existing paper beside the author's, and nothing else.

    An edit that somebody made to one is kept aside under build/edited/ and said.
    """
    own = {p: f for p, f in manuscript.files.items() if p.startswith(manuscript.generated)}
    memory = root / "build" / ".work" / "generated"
    return write_project(replace(manuscript, files=own), root, memory)
