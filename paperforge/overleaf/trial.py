"""The paper compiled the way that Overleaf does: its job name and latexmkrc, errors passed.

Overleaf's command as its public source has it (overleaf/overleaf, services/clsi, LatexRunner, read
in June 2026): latexmk -cd -jobname=output -auxdir=… -outdir=… -synctex=1 -interaction=batchmode -f.
It has no Python, no shell escape, and a clock that stops it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from paperforge import compile as rim
from paperforge import texlog
from paperforge.errors import TexMissing
from paperforge.overleaf.folder import Folder
from paperforge.overleaf.threeway import LATEXMKRC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.model import Diagnostic

FREE = 10.0
"""Seconds from which a free plan may stop a compile. Overleaf has changed its limit several times
(pages of theirs name 10, 20 and 60 s); this is the strictest that we have seen."""
JOB = "output"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it."""

    pages: int | None
    """Of the PDF; None where there is none."""
    seconds: float
    diagnostics: tuple[Diagnostic, ...]
    pdf: bytes = b""


def compile_there(
    files: Mapping[str, bytes], main: str, engine: str = "pdflatex", timeout: float = 240
) -> Trial:
    """Compile the project in a folder of its own. `timeout` in seconds.

    Raises TexMissing where there is no TeX here.
    """
    if not rim.tex_available(engine):
        raise TexMissing("latexmk or TeX is missing, so it cannot be tried here", "TeX")
    with tempfile.TemporaryDirectory(prefix="paperforge-") as name:
        place = Path(name)
        folder = Folder(place / "project", place)
        folder.root.mkdir()
        for path, data in files.items():
            folder.write(path, data)
        began = time.monotonic()
        code = _run(_command(files, main, engine, folder.root), folder.root, timeout)
        seconds = time.monotonic() - began
        run = folder.root / PurePosixPath(main).parent
        log = _text(run / f"{JOB}.log")
        found = texlog.read(log) + texlog.bibliography(_text(run / f"{JOB}.blg"))
        made = run / f"{JOB}.pdf"
        pdf = made.read_bytes() if made.exists() and code != -signal.SIGKILL else b""
        pages = texlog.pages(log) if pdf else None
    return Trial(pages, seconds, tuple(found), pdf)


def _command(files: Mapping[str, bytes], main: str, engine: str, root: Path) -> list[str]:
    rc = next((str(root / name) for name in sorted(LATEXMKRC) if name in files), "")
    return [
        *("latexmk", "-norc", *(("-r", rc) if rc else ())),
        *("-cd", f"-jobname={JOB}", "-auxdir=.", "-outdir=.", "-synctex=1"),
        *("-interaction=batchmode", "-time", "-f", rim.ENGINES[engine]),
        *("-latexoption=-no-shell-escape", main),
    ]


def _run(command: list[str], root: Path, timeout: float) -> int:
    environment = {
        **os.environ,
        "max_print_line": "10000",
        "openin_any": "p",
        "openout_any": "p",
        "shell_escape": "f",
        "PATH": _without_python(os.environ.get("PATH", "")),
    }
    process = subprocess.Popen(  # noqa: S603  a list, no shell
        command,
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=timeout)
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _without_python(path: str) -> str:
    """The search path without folders that only a virtual environment has."""
    return os.pathsep.join(p for p in path.split(os.pathsep) if not (Path(p) / "activate").exists())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
