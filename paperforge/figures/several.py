"""Several figures: those drawn before are taken as they were, the others drawn on all cores.

Helpers are processes of Python that take one figure at a time over a pipe, beside this process,
which draws too. What a helper cannot draw, or a helper that dies held, is drawn here. Not
multiprocessing: its spawn runs the caller's own script again, where that has no guard.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import kept
from paperforge.figures.painted import Painted, paint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.figures.painted import Job
    from paperforge.model import Figure

ALONE = 3
"""So many figures or fewer are drawn here: a helper takes as long to start as they take."""
MOST_HELPERS = 7
HERE = frozenset(("script", "tikz"))
"""Kinds that run what the author wrote: drawn by this process, and never kept."""
_START = "from paperforge.figures.several import helper; helper()"
_LENGTH = 8
_SHARES = (OSError, EOFError, *kept.HARMLESS, pickle.PicklingError)


def draw(
    jobs: Sequence[Job], folder: Path | None = None, helpers: int | None = None
) -> list[Figure | None]:
    """Draw figures; same bytes as one by one. None for one that an InputError stopped.

    folder: where drawn figures are kept; None: nowhere. helpers: how many processes beside this
    one; None: by the cores and the number of figures.
    """
    keys = ["" if job.spec.kind in HERE or folder is None else kept.key(job) for job in jobs]
    found: list[Figure | None] = [
        kept.find(folder, name) if folder is not None and name else None for name in keys
    ]
    left = [place for place, figure in enumerate(found) if figure is None]
    shared = [place for place in left if jobs[place].spec.kind not in HERE]
    drawn = _together(jobs, shared, _helpers(len(shared)) if helpers is None else helpers)
    for place in left:
        painted = drawn.get(place) or _tried(jobs[place])
        if painted is None:
            continue
        found[place] = painted.figure
        if folder is not None and keys[place] and painted.lasting:
            kept.keep(folder, keys[place], painted.figure)
    if folder is not None and left:
        kept.trim(folder)
    return found


def _tried(job: Job) -> Painted | None:
    try:
        return paint(job)
    except InputError:
        return None


def _helpers(count: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return 0 if count <= ALONE else min((cores or 1) - 1, count // 2, MOST_HELPERS)


def _together(jobs: Sequence[Job], places: Sequence[int], helpers: int) -> Mapping[int, Painted]:
    """Draw with so many helpers; what none of them gave back is left out."""
    found: dict[int, Painted] = {}
    if not helpers:
        return found
    queue: SimpleQueue[int] = SimpleQueue()
    for place in places:
        queue.put(place)
    processes = [process for _ in range(helpers) if (process := _start()) is not None]
    threads = [
        Thread(target=_serve, args=(process, jobs, queue, found), daemon=True)
        for process in processes
    ]
    try:
        for thread in threads:
            thread.start()
        with contextlib.suppress(Empty):
            while True:
                place = queue.get_nowait()
                painted = _tried(jobs[place])
                if painted is not None:
                    found[place] = painted
        for thread in threads:
            thread.join()
    finally:
        for process in processes:
            _end(process)
    return found


def _start() -> subprocess.Popen[bytes] | None:
    """Start a helper that imports this very package, and nothing from the folder we are in."""
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH", ""))))
    with contextlib.suppress(OSError):
        return subprocess.Popen(  # noqa: S603  this very Python, our own words
            [sys.executable, "-P", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
    return None


def _serve(
    process: subprocess.Popen[bytes],
    jobs: Sequence[Job],
    queue: SimpleQueue[int],
    found: dict[int, Painted],
) -> None:
    """Give a helper one figure after the other until there are none, or it is gone."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(Empty, *_SHARES):
        while True:
            place = queue.get_nowait()
            _send(process.stdin, pickle.dumps(jobs[place]))
            lasting, about, pdf = (_take(process.stdout) for _ in range(3))
            if about:
                found[place] = Painted(kept.unpack(about, pdf), lasting == b"1")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            assert stream is not None
            stream.close()


def helper() -> None:
    """Draw what comes in until nothing does: the helper's side of `_serve`."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not reach the pipe
    with contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            painted = _tried(pickle.loads(_take(sys.stdin.buffer)))  # noqa: S301  from our own parent
            parts = (b"", b"", b"")
            if painted is not None:
                parts = (b"1" if painted.lasting else b"0", *kept.pack(painted.figure))
            for part in parts:
                _send(out, part)


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(len(data).to_bytes(_LENGTH) + data)
    stream.flush()


def _take(stream: IO[bytes]) -> bytes:
    """Read what `_send` wrote. Raises EOFError where the other side is gone."""
    size = stream.read(_LENGTH)
    data = stream.read(int.from_bytes(size)) if len(size) == _LENGTH else b""
    if len(size) < _LENGTH or len(data) < int.from_bytes(size):
        raise EOFError
    return data
