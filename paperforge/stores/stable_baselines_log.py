"""Stable-Baselines3's logger: progress.csv and progress.json, which say the same.

A row a dump: training (`rollout/ep_rew_mean`, `train/loss`, ...) or an evaluation
(`eval/mean_reward`), at `time/total_timesteps`; what was not logged since the last dump is empty or
absent. The same numbers are in TensorBoard's files beside them.
https://stable-baselines3.readthedocs.io/en/master/common/logger.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents, logs
from paperforge.stores.archives import Files, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from paperforge.stores.runs import Collector

NAMES = ("progress.csv", "progress.json")
_AXES = {"step": "time/total_timesteps", "time": "time/time_elapsed"}
_START = 1 << 16


def recognises(path: Path) -> bool:
    """One of the two files, with a column of time steps."""
    if path.name.lower() == NAMES[0]:
        return _AXES["step"] in logs.header(path)
    if path.name.lower() != NAMES[1]:
        return False
    with path.open("rb") as stream:
        start = stream.read(_START)
    return start.startswith(b"{") and f'"{_AXES["step"]}": '.encode() in start


def beside(path: Path) -> Iterator[Path]:
    """TensorBoard's files of the same logger."""
    yield from path.parent.glob("*tfevents*")


def read(out: Collector, run: str, paths: Iterable[Path]) -> None:
    """Add what was logged to a run, from the CSV where there is one: it repeats the JSON."""
    paths = list(paths)
    for folder in dict.fromkeys(path.parent for path in paths):
        path = min(path for path in paths if path.parent == folder)
        own = out.run(run, place=out.found.place(path), folder=path)
        if path.name.lower() == NAMES[0]:
            names = [name for name in logs.header(path) if name and name not in _AXES.values()]
            logs.read(out, own, path, {name: name for name in names}, _AXES)
        else:
            _read_lines(out, own, path)


def say_what_repeats(out: Collector) -> None:
    """One note on the copies that were not read."""
    if out.found.root.is_file():
        return
    logged = [path for path in out.found.files if path.name.lower() in NAMES]
    folders = {path.parent for path in logged}
    copies = len(logged) - len(folders)
    copies += sum(1 for folder in folders for _ in beside(folder / NAMES[0]))
    if copies:
        text = f"left out: {copies} files in which the logger wrote the same again"
        hint = "name one of them to read it instead"
        out.note(out.found.place(logged[0]), f"{text} (JSON, TensorBoard)", hint, warn=False)


def _read_lines(out: Collector, run: int, path: Path) -> None:
    """progress.json: an object a line; a damaged line ends it with a note."""
    count = 0
    try:
        with Files(path.parent) as files:
            for count, line in enumerate(files.records(path.name), 1):
                logged = documents.mapping(line)
                counts = {axis: number(logged.get(name)) for axis, name in _AXES.items()}
                said: dict[str, Any] = {a: c for a, c in counts.items() if c is not None}
                for name, logged_value in logged.items():
                    value = number(logged_value)
                    if value is not None and name not in _AXES.values():
                        out.add(run, name, value, at=count, **said)
    except InputError as error:
        text = f"{error.where} {error.message}; {count} lines before it are kept"
        out.note(out.found.place(path), text)
