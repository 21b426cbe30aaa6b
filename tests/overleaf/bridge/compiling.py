"""Compile a project the way that Overleaf does, to see what its authors see online."""

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_KEPT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH")
ENGINES = ("-pdf", "-pdfxe", "-pdflua", "-pdfdvi")


@dataclass(frozen=True)
class Compiled:
    """What a compilation left: `folder` (sources and outputs; gone when the bridge's folder goes), `pdf` (None without
    one), `log` (TeX's own, "" without one), `said` (latexmk's words), `code` (its exit status; None when it ran out of
    time), `seconds` of wall time.
    """

    folder: Path
    pdf: Path | None
    log: str
    said: str
    code: int | None
    seconds: float


def compile_files(
    files: dict[str, bytes],
    folder: Path,
    *,
    main: str = "main.tex",
    timeout: float = 60,
    engine: str = "-pdf",
) -> Compiled:
    """Write the files ({path: bytes}) to a new folder under `folder` and run Overleaf's latexmk there.

    The job is called `output`, errors are forced past (-f), shell escape is off whatever the project asks for, the
    author's own latexmkrc counts and nobody's else. timeout: seconds, then everything that was started is killed; a free
    plan has about a minute. engine: the flag that the project's menu stands for. Raises KeyError without the main file.
    """
    if main not in files:
        raise KeyError(main)
    folder.mkdir(parents=True, exist_ok=True)
    where = Path(tempfile.mkdtemp(dir=folder))
    for path, content in files.items():
        target = where / "compile" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (where / "home").mkdir()
    command = [
        "latexmk", "-cd", "-jobname=output", f"-auxdir={where / 'compile'}", f"-outdir={where / 'compile'}",
        "-synctex=1", "-interaction=batchmode", "-time", "-f", engine, str(where / "compile" / main),
    ]  # fmt: skip
    start = time.monotonic()
    code, said = _run(command, where, timeout)
    return _found(where / "compile", said, code, time.monotonic() - start)


def _run(command: list[str], where: Path, timeout: float) -> tuple[int | None, str]:
    """Exit status (None: out of time) and words. What a latexmkrc starts dies with it."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environ = kept | {"HOME": str(where / "home"), "LC_ALL": "C.UTF-8", "shell_escape": "f"}
    with (where / "said.txt").open("w+b") as said:
        process = subprocess.Popen(
            command,
            cwd=where / "compile",
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=environ,
            start_new_session=True,
        )
        with process:
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                code = None
                os.killpg(process.pid, signal.SIGKILL)
        said.seek(0)
        return code, said.read().decode("utf-8", "replace")


def _found(folder: Path, said: str, code: int | None, seconds: float) -> Compiled:
    pdf, log = folder / "output.pdf", folder / "output.log"
    words = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    good = pdf if pdf.exists() and pdf.stat().st_size else None
    return Compiled(folder, good, words, said, code, seconds)
