"""MLflow's file store (mlruns/), read without MLflow.

EXPERIMENT/RUN/meta.yaml is a run; beside it params/KEY and tags/KEY hold a value each, and
metrics/KEY a line a value, `time value step`, with the data set's name and digest behind it where
one was named (MLflow 3). A "/" in a key is a folder. Deleted experiments lie in .trash; models/ of
MLflow 3 repeats metrics of runs and is not read. Source:
https://github.com/mlflow/mlflow/blob/master/mlflow/store/tracking/file_store.py
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents, mlruns_lines
from paperforge.stores.mlruns_lines import DamagedError
from paperforge.stores.runs import Collector
from paperforge.stores.tracked import DELETED, Tracked, enter, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb
    import numpy as np

    from paperforge.model import Found, Raw
    from paperforge.stores.mlruns_lines import Values

NAME = "MLflow's file store"
SUFFIXES = (".yaml",)

_META = "meta.yaml"
_RUN = re.compile(rb"^run_(?:id|uuid):", re.MULTILINE)
_STAGE = re.compile(rb"^lifecycle_stage:", re.MULTILINE)
_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
"""https://github.com/mlflow/mlflow/blob/master/mlflow/protos/service.proto, RunStatus."""
_TRASH = ".trash"
_LONGEST = 4000
_START = 4096
_BATCH = 50_000
_MOST_TEXT = 128 << 20
_DEEPEST = 30


@dataclass(slots=True)
class _Folder:
    """A run's folder: the run, when it began, and the files of its metrics."""

    run: Tracked
    path: Path
    start: int
    metrics: dict[str, Path] = field(default_factory=dict)


@dataclass(slots=True)
class _Reading:
    """What is known while a Found is read."""

    out: Collector
    top: Path
    """Nothing outside this folder is read."""
    experiments: dict[Path, Mapping[str, Any]] = field(default_factory=dict)
    left: int = _MOST_TEXT
    """Characters of settings that may still be read."""
    links: int = 0

    def place(self, path: Path) -> str:
        return "" if path == self.top else "/" + path.relative_to(self.top).as_posix()


def recognises(path: Path) -> bool:
    """The meta.yaml of a run; those of experiments, models and data sets are others."""
    if path.name != _META:
        return False
    with path.open("rb") as stream:
        start = stream.read(_START)
    return bool(_RUN.search(start) and _STAGE.search(start))


def owns(path: Path) -> Path:
    """The run's folder: what lies in its artifacts are no results of their own."""
    return path.parent


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """The metric history, a row a line; settings are columns `params.X` and `tags.X`.

    Runs are in the order of their start; the values of a metric in that of step, time and value,
    in which MLflow takes the last. Raises InputError where no run can be read.
    """
    out = Collector(found, engine, table)
    top = found.root if found.root.is_dir() else found.root.parent
    reading = _Reading(out, top)
    folders: dict[str, _Folder] = {}
    problem: InputError | None = None
    for file in found.files:
        try:
            one = _folder(reading, file)
        except InputError as error:
            problem = error
            out.note(found.place(file), error.message, error.hint)
            continue
        folders.setdefault(one.run.id, one)
    if problem and not folders:
        raise problem
    folders = dict(sorted(folders.items(), key=lambda item: (item[1].start, item[0])))
    numbers = enter(out, {run: one.run for run, one in folders.items()}, "")
    writer = _Writer(out)
    for run, one in folders.items():
        _read_metrics(reading, writer, one, numbers[run])
    writer.flush()
    if reading.links:
        out.note("", f"left out: {reading.links} links among the runs' files")
    return out.relation(place="line", name="run_name" if named(out) else "", last_is_summary=True)


def _folder(reading: _Reading, file: Path) -> _Folder:
    """A run with its settings, and where its metrics are."""
    meta = documents.mapping(documents.yaml_file(file, reading.place(file).strip("/") or _META))
    folder = file.parent
    said = meta.get("run_id") or meta.get("run_uuid")
    # An id of digits without quotes is a number to YAML.
    run = said if isinstance(said, str) else folder.name
    experiment = _experiment(reading, folder.parent)
    one = Tracked(
        run,
        _plain(meta.get("run_name")),
        _plain(experiment.get("name")),
        _status(meta, experiment, reading.place(folder)),
        reading.place(folder),
        folder if reading.out.found.root.is_dir() else None,
    )
    for key, text in _texts(reading, folder / "params"):
        one.settings[f"params.{key}"] = text
    for key, text in _texts(reading, folder / "tags"):
        one.take_tag(key, text)
    _read_inputs(reading, one, folder)
    metrics = dict(_files(reading, folder / "metrics"))
    one.logged = set(metrics)
    start = meta.get("start_time")
    return _Folder(one, folder, start if isinstance(start, int) else 0, metrics)


def _status(meta: Mapping[str, Any], experiment: Mapping[str, Any], place: str) -> str:
    gone = DELETED in (meta.get("lifecycle_stage"), experiment.get("lifecycle_stage"))
    if gone or f"/{_TRASH}/" in f"{place}/":
        return DELETED
    status = meta.get("status")
    return _STATUS.get(status, "") if isinstance(status, int) else _plain(status)


def _experiment(reading: _Reading, folder: Path) -> Mapping[str, Any]:
    """The experiment's meta.yaml, where it is inside the source."""
    if folder not in reading.experiments:
        reading.experiments[folder] = _document(reading, folder / _META)
    return reading.experiments[folder]


def _document(reading: _Reading, path: Path) -> Mapping[str, Any]:
    """A YAML file beside the runs; one that cannot be read says nothing."""
    if path.is_symlink() or not path.is_relative_to(reading.top) or not path.is_file():
        return {}
    try:
        return documents.mapping(documents.yaml_file(path))
    except InputError:
        return {}


def _read_inputs(reading: _Reading, run: Tracked, folder: Path) -> None:
    """The data sets that were logged as inputs: inputs/ID/meta.yaml names datasets/ID/meta.yaml."""
    for _, path in _files(reading, folder / "inputs"):
        one = _document(reading, path)
        source = _plain(one.get("source_id"))
        if one.get("source_type") != "DATASET" or not source.isalnum():
            continue
        data = _document(reading, folder.parent / "datasets" / source / _META)
        context = documents.mapping(one.get("tags")).get("mlflow.data.context")
        if name := _plain(data.get("name")):
            run.inputs[name] = _plain(context)


def _plain(value: object) -> str:
    """A text or number as text; lists and mappings say nothing."""
    return str(value)[:_LONGEST] if isinstance(value, str | int | float) else ""


def _files(
    reading: _Reading, folder: Path, key: str = "", depth: int = 0
) -> Iterator[tuple[str, Path]]:
    """Key and file of everything below a folder, in order; a folder is a "/" in the key."""
    if folder.is_symlink():
        reading.links += 1
        return
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = f"{key}/{entry.name}" if key else entry.name
        if entry.is_symlink():
            reading.links += 1
        elif entry.is_file(follow_symlinks=False):
            yield name, Path(entry.path)
        elif entry.is_dir(follow_symlinks=False) and depth < _DEEPEST:
            yield from _files(reading, Path(entry.path), name, depth + 1)


def _texts(reading: _Reading, folder: Path) -> Iterator[tuple[str, str]]:
    """Key and content of the small files that hold parameters and tags."""
    for key, path in _files(reading, folder):
        if reading.left <= 0:
            return
        try:
            with path.open("rb") as stream:
                text = stream.read(_LONGEST).decode("utf-8", "replace")
        except OSError as error:
            reading.out.note(reading.place(path), f"cannot be opened: {error.strerror or error}")
            continue
        reading.left -= len(text)
        if reading.left <= 0:
            reading.out.note("", "its parameters and tags are too large: some are left out")
        yield key, text


def _read_metrics(reading: _Reading, writer: _Writer, folder: _Folder, number: int) -> None:
    """All metrics of a run. A file of metrics is a place of its own: it has the lines."""
    first = True
    for key, path in folder.metrics.items():
        place = f"{reading.place(path)} run {folder.run.name or folder.run.id}"
        if first:
            reading.out.runs[number].place = place
        mine = number if first else reading.out.also(number, place)
        first = False
        try:
            with path.open("rb") as stream:
                for values in mlruns_lines.read(stream):
                    writer.add(mine, key, values)
        except OSError as error:
            reading.out.note(reading.place(path), f"cannot be opened: {error.strerror or error}")
        except DamagedError as error:
            text = f"damaged at line {error.line}: the lines above are kept"
            reading.out.note(reading.place(path), text)


class _Writer:
    """Hands values to the collector many files at a time."""

    def __init__(self, out: Collector) -> None:
        self._out = out
        self._held: list[tuple[np.ndarray, ...]] = []
        self._count = 0

    def add(self, run: int, key: str, found: Values) -> None:
        """The values of a part of one file."""
        import numpy as np

        order = found.order()
        if not (self._out.found.history or found.datasets):
            order = order[-1:]
        metric = self._out.number(key)
        columns = (
            np.full(len(order), run),
            np.full(len(order), metric),
            found.values[order],
            found.steps[order],
            found.at[order],
        )
        if found.datasets:
            self.flush()
            names = [found.datasets[place] for place in order]
            self._hand(columns, dataset=names)
            return
        self._held.append(columns)
        self._count += len(order)
        if self._count >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand over what is held."""
        import numpy as np

        if self._held:
            self._hand(tuple(np.concatenate(one) for one in zip(*self._held, strict=True)))
        self._held, self._count = [], 0

    def _hand(self, columns: tuple[np.ndarray, ...], **said: list[str | None]) -> None:
        runs, metrics, values, steps, at = columns
        self._out.block(runs, metrics, values, steps=steps, at=at, **said)
