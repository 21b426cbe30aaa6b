"""A line on the terminal that says how far something has come, once it takes over a second."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from paperforge.model import Meter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paperforge.model import Results
    from paperforge.spec import Project

PATIENCE = 1.0
"""Seconds before the line appears."""
_PAUSE = 0.1
_BAR = 24
_CLEAR = "\r\x1b[2K"
_MINUTE = 60


def load(
    project: Project, *, quiet: bool = False, rows: bool = False, steps: bool = False
) -> Results:
    """`pipeline.load` with the line. Raises as that."""
    from paperforge import pipeline

    with watching(quiet=quiet) as meter:
        return pipeline.load(project, meter, rows=rows, steps=steps)


@contextmanager
def watching(*, quiet: bool = False, doing: str = "reading") -> Iterator[Meter]:
    """A meter whose state is shown while the block runs: on a terminal only, and not if `quiet`.

    Whatever ends the block (Ctrl-C too), the line is gone behind it.
    """
    meter = Meter()
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield meter
        return
    over = Event()
    watcher = Thread(target=_watch, args=(meter, over, doing), daemon=True)
    watcher.start()
    try:
        yield meter
    finally:
        over.set()
        watcher.join()


def _watch(meter: Meter, over: Event, doing: str) -> None:
    """Draw the line again and again, and remove it at the end."""
    start = time.monotonic()
    if over.wait(PATIENCE):
        return
    try:
        while True:
            width = shutil.get_terminal_size().columns
            _write(_CLEAR + line(meter, time.monotonic() - start, width, doing))
            if over.wait(_PAUSE):
                return
    finally:
        _write(_CLEAR)


def line(meter: Meter, seconds: float, width: int, doing: str = "reading") -> str:
    """What is done, how much of it is, and for how long; never wider than the terminal.

    Without a total, a mark that moves shows that something happens.
    """
    try:
        share = meter.fraction()
    except Exception:  # noqa: BLE001  the engine may be closed by now; the line is no reason to fail
        share = None
    if share is None:
        place = int(seconds / _PAUSE) % _BAR
        bar, percent = "─" * place + "━" + "─" * (_BAR - place - 1), "    "
    else:
        full = round(share * _BAR)
        bar, percent = "━" * full + "─" * (_BAR - full), f"{share:4.0%}"
    minutes, rest = divmod(int(seconds), _MINUTE)
    clock = f"{minutes}:{rest:02}"
    label = "".join(c if c.isprintable() else "?" for c in f"{doing} {meter.label}")
    room = width - len(f"  {bar} {percent}  {clock}") - 1
    if room < 1:
        return f"{percent} {clock}"[: max(width - 1, 0)]
    return f"{label if len(label) <= room else label[: room - 1] + '…'}  {bar} {percent}  {clock}"


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):  # the terminal is gone
        return
