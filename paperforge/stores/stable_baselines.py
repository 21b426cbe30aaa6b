"""Stable-Baselines3's `*.monitor.csv`, `evaluations.npz` (EvalCallback), `progress.csv` (logger).

A monitor starts with a line `#{"t_start": ..., "env_id": ...}`, then CSV: r (return), l (length), t
(seconds since t_start) and what else the author asked for, a row an episode. evaluations.npz holds
timesteps[T], results[T, E], ep_lengths[T, E] and may hold successes[T, E]. progress.csv:
stable_baselines_log.py.
Sources: https://stable-baselines3.readthedocs.io/en/master/common/monitor.html,
https://stable-baselines3.readthedocs.io/en/master/guide/callbacks.html
"""

from __future__ import annotations

import csv
import math
import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from paperforge.errors import InputError
from paperforge.stores import archives, arrays, documents
from paperforge.stores import stable_baselines_log as log
from paperforge.stores.archives import number
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import numpy as np

    from paperforge.model import Found, Raw
    from paperforge.stores.runs import Run

NAME = "Stable-Baselines3"
SUFFIXES = (".csv", ".json", ".npz")
_NAMES = {"r": "episode_return", "l": "episode_length"}
_EVALUATED = {
    "results": "episode_return",
    "ep_lengths": "episode_length",
    "successes": "success_rate",
}
_OF_ONE_RUN = re.compile(r"(?:(.*)[._])?\d+")
"""0.monitor.csv, 1.monitor.csv: the environments of one run; eval.0.monitor.csv: those of eval."""
_PART_OF_A_RUN = frozenset(("eval", "evals", "evaluation", "evaluations", "log", "logs"))
"""Folders of evaluations and of the logger in the folder of a run."""
_NEEDED = frozenset("rlt")
_MOST_VALUES = 6_000_000
"""Of one run: two million episodes of three numbers."""
_LONGEST = 1 << 16
_LAST = 100
"""Episodes in the mean that Stable-Baselines3 itself logs (rollout/ep_rew_mean)."""


def recognises(path: Path) -> bool:
    """`monitor.csv` with its line of JSON, evaluations.npz with EvalCallback's arrays, a log."""
    name = path.name.lower()
    try:
        if name in log.NAMES:
            return log.recognises(path)
        if name.endswith("monitor.csv"):
            with path.open("rb") as stream:
                return stream.read(2) == b"#{"
    except OSError:
        return False
    if name != "evaluations.npz":
        return False
    return archives.members(path) >= {"timesteps.npy", "results.npy"}


def repeats(path: Path) -> Iterable[Path]:
    """The files beside one of ours that say the same."""
    return log.beside(path) if path.name.lower() in log.NAMES else ()


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """A run is a folder: its monitors together, its evaluations, and what its logger wrote.

    Training episodes are `train/episode_return`: their step is the number of environment steps of
    the run so far, its environments merged by time; `epoch` is the number of the episode. An
    evaluation is `eval/episode_return`, the mean over its episodes: they are neither runs of their
    own nor examples that other methods share. The store's summary of training is the mean of the
    last 100 episodes. Raises InputError where nothing can be read.
    """
    out = Collector(found, engine, table)
    groups: dict[str, list[Path]] = {}
    for path in found.files:
        groups.setdefault(_run_of(found, path), []).append(path)
    problem: InputError | None = None
    for run, paths in groups.items():
        before = len(out.runs)
        for path in [p for p in paths if p.suffix.lower() == ".npz"]:
            try:
                _read_evaluations(out, run, path)
            except InputError as error:
                problem = error
                out.note(found.place(path), f"left out: {error.message}")
        log.read(out, run, [p for p in paths if p.name.lower() in log.NAMES])
        _read_monitors(out, run, [p for p in paths if p.name.lower().endswith("monitor.csv")])
        _share_environment(out.runs[before:])
    if not out.runs and problem is not None:
        raise problem
    log.say_what_repeats(out)
    return out.relation(place="record")


def _share_environment(parts: Sequence[Run]) -> None:
    """The monitors alone name the environment, which is that of the run's other files too."""
    named = {part.settings["env_id"] for part in parts if "env_id" in part.settings}
    if len(named) == 1:
        for part in parts:
            part.settings["env_id"] = next(iter(named))


def _run_of(found: Found, path: Path) -> str:
    """The name of the run that a file is of: its folder, and what tells monitors there apart."""
    folder = path.parent
    monitored = path.name.lower().endswith("monitor.csv")
    if not monitored and folder != found.root and folder.name.lower() in _PART_OF_A_RUN:
        folder = folder.parent
    inside = folder.relative_to(found.root).as_posix() if folder.is_relative_to(found.root) else ""
    inside = "" if inside == "." else inside
    stem = path.name[: -len("monitor.csv")].rstrip("._") if monitored else ""
    numbered = _OF_ONE_RUN.fullmatch(stem)
    own = (numbered[1] or "") if numbered else stem
    return "/".join(part for part in (inside, own) if part) or found.root.name


# -- evaluations ------------------------------------------------------------------------------


def _read_evaluations(out: Collector, run: str, path: Path) -> None:
    """Means over the episodes of each evaluation."""
    import numpy as np

    found = arrays.load(path)
    steps = found["timesteps"]
    if steps.ndim != 1 or not arrays.numeric(steps):
        raise InputError("timesteps is no list of numbers", path.name)
    means: dict[str, np.ndarray] = {}
    episodes = 0
    for name, metric in _EVALUATED.items():
        given = found.get(name)
        if given is None or not given.size:
            continue
        if not given.ndim or len(given) != len(steps) or not arrays.numeric(given):
            raise InputError(f"{name} does not fit timesteps", path.name)
        each = given.reshape(len(steps), -1)
        episodes = max(episodes, each.shape[1])
        with np.errstate(all="ignore"):
            means[metric] = each.mean(axis=1, dtype=np.float64)
    own = out.run(run, place=out.found.place(path), folder=path)
    for metric, values in means.items():
        out.extend(own, f"eval/{metric}", values, steps=steps, at=np.arange(1, len(steps) + 1))
    if episodes > 1:
        text = f"each value is the mean of the {episodes} episodes of an evaluation"
        out.note(out.found.place(path), text, warn=False)


# -- monitors ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Monitor:
    path: Path
    environment: str
    columns: dict[str, np.ndarray]
    """Episode by episode; `t` in seconds since 1970."""


def _read_monitors(out: Collector, run: str, paths: Sequence[Path]) -> None:
    """The training episodes of one run, its environments merged by time."""
    import numpy as np

    monitors: list[_Monitor] = []
    left = _MOST_VALUES
    for path in paths:
        if (monitor := _monitor(out, path, left)) is not None:
            monitors.append(monitor)
            left -= sum(len(column) for column in monitor.columns.values())
    if not monitors:
        return
    clocks = np.concatenate([m.columns["t"] for m in monitors])
    lengths = np.concatenate([m.columns["l"] for m in monitors])
    order = np.argsort(clocks, kind="stable")
    steps, numbers = np.empty(len(order)), np.empty(len(order))
    with np.errstate(all="ignore"):
        steps[order] = np.cumsum(lengths[order])
    numbers[order] = np.arange(1, len(order) + 1)
    start = 0
    for monitor in monitors:
        end = start + len(monitor.columns["t"])
        settings = {"env_id": monitor.environment} if monitor.environment else {}
        place = out.found.place(monitor.path)
        own = out.run(run, place=place, folder=monitor.path, settings=settings)
        for name, values in monitor.columns.items():
            if name == "t":
                continue
            out.extend(
                own,
                f"train/{_NAMES.get(name, name)}",
                values,
                steps=steps[start:end],
                at=np.arange(1, end - start + 1),
                epoch=numbers[start:end],
                time=monitor.columns["t"],
            )
        start = end
    _summarise(out, own, monitors, order[-_LAST:])


def _summarise(out: Collector, run: int, monitors: Sequence[_Monitor], last: np.ndarray) -> None:
    """The means of the last episodes, as the tool itself logs them."""
    import numpy as np

    for name, metric in _NAMES.items():
        values = np.concatenate([m.columns[name] for m in monitors])
        if len(last):
            out.add(run, f"train/{metric}", float(values[last].mean()), summary=True)


def _monitor(out: Collector, path: Path, most: int) -> _Monitor | None:
    """One monitor; a damaged row ends it with a note."""
    import numpy as np

    place = out.found.place(path)
    try:
        with path.open("rb") as stream:
            said = _said(stream.readline(_LONGEST))
            names = [name.strip() for name in stream.readline(_LONGEST).decode().split(",")]
            if len(set(names)) < len(names) or not {"r", "l", "t"} <= set(names):
                out.note(place, "left out: its columns are not r, l and t")
                return None
            values, problem = _episodes(stream, names, most)
    except (OSError, UnicodeDecodeError) as error:
        out.note(place, f"left out: {error}")
        return None
    table = np.frombuffer(values).reshape(-1, len(names)) if values else np.empty((0, len(names)))
    if problem:
        out.note(place, f"its record {len(table) + 1} {problem}; the {len(table)} before are kept")
    columns = {name: table[:, at] for at, name in enumerate(names)}
    # A column of texts (what an author asked for) is no metric.
    columns = {n: c for n, c in columns.items() if n in _NEEDED or not np.isnan(c).all()}
    columns["t"] = _clock(columns["t"]) + (number(said.get("t_start")) or 0.0)
    environment = said.get("env_id")
    known = isinstance(environment, str) and environment not in ("", "None")
    return _Monitor(path, str(environment) if known else "", columns)


def _said(line: bytes) -> Mapping[str, object]:
    """The line of JSON at the start; one that cannot be read says nothing."""
    try:
        return documents.mapping(documents.json_of(line[1:], "monitor"))
    except InputError:
        return {}


def _episodes(stream: BinaryIO, names: Sequence[str], most: int) -> tuple[array[float], str]:
    """The numbers, row after row, and what is wrong with the row that ended them."""
    values: array[float] = array("d")
    needed = [at for at, name in enumerate(names) if name in _NEEDED]
    ending = b""
    while line := stream.readline(_LONGEST):
        if ending and not line.endswith(ending):
            return values, "is cut off"
        ending = ending or (b"\r\n" if line.endswith(b"\r\n") else b"")
        if line.isspace():
            continue
        if len(values) >= most:
            return values, "and those after it are too many to read"
        row = [_value(cell) for cell in _cells(line)]
        if len(row) != len(names) or any(row[at] is None for at in needed):
            return values, "is damaged"
        values.extend(math.nan if value is None else value for value in row)
    return values, ""


def _cells(line: bytes) -> Sequence[bytes | str]:
    if b'"' not in line:
        return line.strip().split(b",")
    return next(csv.reader([line.decode("utf-8", "replace").strip()]), [])


def _value(cell: bytes | str) -> float | None:
    """A number or truth value; None: neither."""
    try:
        return float(cell)
    except ValueError:
        text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell
        return {"True": 1.0, "False": 0.0}.get(text.strip())


def _clock(seconds: np.ndarray) -> np.ndarray:
    """Seconds that go on where a resumed run started to count from zero again."""
    import numpy as np

    back = np.flatnonzero(np.diff(seconds) < 0)
    if not len(back):
        return seconds
    ended = np.zeros(len(seconds))
    ended[back + 1] = seconds[back]
    return np.asarray(seconds + np.cumsum(ended))
