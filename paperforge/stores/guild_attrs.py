"""The attributes that Guild AI keeps of a run, in RUN/.guild/attrs: one small YAML file each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.stores import documents

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".guild"
FLAGS = "flags"
_ATTRS = "attrs"
_EXIT = "exit_status"
_STARTED = "started"
_TRASH = ("trash", "runs")
_DEEPEST = 8


def is_run(folder: Path) -> bool:
    """Whether the folder is that of a run."""
    return (folder / FOLDER / _ATTRS).is_dir()


def run_of(folder: Path) -> Path | None:
    """The run that a folder is in."""
    places = (folder, *list(folder.parents)[:_DEEPEST])
    return next((place for place in places if is_run(place)), None)


def flags_file(run: Path) -> Path:
    """Where the run's settings are."""
    return run / FOLDER / _ATTRS / FLAGS


def status(run: Path) -> str:
    """How the run ended: "deleted", "finished", "crashed", "running"."""
    if run.parts[-3:-1] == _TRASH:
        return "deleted"
    ended = _attr(run, _EXIT)
    if ended is None:
        return "running" if _attr(run, _STARTED) is not None else "unknown"
    return "finished" if ended == 0 else "crashed"


def _attr(run: Path, name: str) -> object:
    """An attribute; None where there is none, or none that can be read."""
    path = run / FOLDER / _ATTRS / name
    try:
        return documents.yaml_file(path) if path.is_file() and not path.is_symlink() else None
    except InputError:
        return None
