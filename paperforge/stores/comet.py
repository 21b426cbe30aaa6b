"""Comet's offline experiments: a ZIP archive with experiment.json and messages.json.

experiment.json holds the experiment's key (`offline_id`), start and stop, tags, and whether the
script ended with an error; messages.json holds JSON lines {"type", "payload"}: metric_msg,
parameter_msg and log_other (the experiment's Name is one of those). A resumed experiment
(ExistingOfflineExperiment) is a second archive with the same key.
Source: https://www.comet.com/docs/v2/guides/experiment-management/offline-experiments/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.stores import archives, documents, folders
from paperforge.stores.archives import Files, number
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Comet"
SUFFIXES = (".zip",)
_HEADER, _MESSAGES = "experiment.json", "messages.json"
_AUTOMATIC = "auto-logged"
"""The source of parameters that Comet itself writes with every metric."""
_MACHINE = "sys."
_OWN_METRICS = ("process duration",)
_OWN_OTHERS = ("offline_experiment", "hasNestedParams", "hasNestedOthers", "Created from")
_CONTEXTS = {"validate": "val"}
_UNFINISHED = b"PK\x05\x06"
_EMPTY = 22
_MOST_SETTINGS = 5000


def recognises(path: Path) -> bool:
    """A ZIP archive that holds experiment.json and messages.json."""
    if not path.name.lower().endswith(".zip"):
        return False
    return archives.members(path) >= {_HEADER, _MESSAGES} or _is_empty(path)


def _is_empty(path: Path) -> bool:
    """The empty archive that Comet leaves of a killed experiment, under its key of 32 digits."""
    try:
        key = path.stem.partition("-")[0]
        if len(key) != 32 or path.stat().st_size != _EMPTY:  # noqa: PLR2004  a UUID in hexadecimal
            return False
        int(key, 16)
        return path.read_bytes().startswith(_UNFINISHED)
    except (OSError, ValueError):
        return False


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run an experiment key; a resumed one has several archives, read in the order of start.

    Metrics that Comet measures itself are called `system/...`; one logged in a context (train,
    validate, test) has that in front, "train/loss". Raises InputError where nothing can be read.
    """
    out = Collector(found, engine, table)
    opened: list[_Archive] = []
    empty = [path for path in found.files if _is_empty(path)]
    problem: InputError | None = None
    for path in found.files:
        if path in empty:
            continue
        try:
            opened.append(_header(path))
        except InputError as error:
            member = error.where.removeprefix(path.name).strip()
            out.note(found.place(path), f"left out: {member} {error.message}", error.hint)
            problem = error
    if empty:
        out.note(
            found.place(empty[0]),
            f"left out: {len(empty)} archives of experiments that were killed hold nothing",
        )
    if not opened and problem is not None:
        raise problem
    if not opened:
        raise NothingToRead(out.notes[0].message.removeprefix("left out: "), found.root.name)
    runs: dict[str, int] = {}
    for archive in sorted(opened, key=lambda one: (one.start, one.path)):
        _read_archive(archive, runs, out)
    return out.relation(place="message")


@dataclass(frozen=True, slots=True)
class _Archive:
    path: Path
    key: str
    start: float
    ended: bool
    failed: bool
    settings: Mapping[str, object]


def _header(path: Path) -> _Archive:
    with Files(path) as files:
        header = documents.mapping(files.json(_HEADER))
    key = header.get("offline_id")
    start = number(header.get("start_time")) or 0.0
    said = {"comet.project": header.get("project_name"), "comet.tags": header.get("tags") or None}
    return _Archive(
        path,
        key if isinstance(key, str) and key else path.stem,
        start,
        ended=header.get("stop_time") is not None,
        failed=bool(header.get("customer_error_reported")),
        settings=documents.flat(said),
    )


@dataclass(slots=True)
class _Said:
    """What the messages of one archive say besides metrics."""

    name: str = ""
    parameters: dict[str, object] = field(default_factory=dict)
    others: dict[str, object] = field(default_factory=dict)


def _read_archive(archive: _Archive, runs: dict[str, int], out: Collector) -> None:
    """Add the values of one archive to its run; a damaged message ends it with a note."""
    where = out.found.place(archive.path)
    if archive.key not in runs:
        runs[archive.key] = out.run(archive.key, place=where)
    run = runs[archive.key]
    said = _Said()
    count = 0
    ended = archive.ended and not archive.failed
    try:
        with Files(archive.path) as files:
            for count, message in enumerate(files.records(_MESSAGES), 1):
                payload = documents.mapping(documents.mapping(message).get("payload"))
                metric = payload.get("metric")
                if isinstance(metric, dict):
                    _add(out, run, payload, metric, count)
                else:
                    _note_setting(payload, said)
    except InputError as error:
        ended = False
        out.note(where, f"{error.where} {error.message}; {count} messages before it are kept")
    out.runs[run].status = "finished" if ended else "crashed"
    _settle(out, run, said, archive)


def _add(
    out: Collector, run: int, payload: Mapping[str, object], metric: Mapping[str, object], at: int
) -> None:
    name, value = metric.get("metricName"), number(metric.get("metricValue"))
    if not isinstance(name, str) or value is None:
        return
    context = payload.get("context")
    if isinstance(context, str) and context:
        name = f"{_CONTEXTS.get(context, context)}/{name}"
    elif name.startswith(_MACHINE):
        name = "system/" + name.removeprefix(_MACHINE)
    elif name in _OWN_METRICS:
        name = f"system/{name}"
    epoch = number(metric.get("epoch"))
    out.add(run, name, value, step=number(metric.get("step")), at=at, epoch=epoch)


def _note_setting(payload: Mapping[str, object], said: _Said) -> None:
    """A parameter, the experiment's name or another value that was logged by name."""
    parameter = documents.mapping(payload.get("param"))
    name = parameter.get("paramName")
    if isinstance(name, str):
        if parameter.get("source") != _AUTOMATIC and len(said.parameters) < _MOST_SETTINGS:
            said.parameters[name.replace("|", ".")] = parameter.get("paramValue")
        return
    key, value = payload.get("key"), payload.get("value")
    if key == "Name" and isinstance(value, str):
        said.name = value
    elif isinstance(key, str) and key not in _OWN_OTHERS and len(said.others) < _MOST_SETTINGS:
        said.others[key] = value


def _settle(out: Collector, run: int, said: _Said, archive: _Archive) -> None:
    """Give the run what its messages and its place say; of a resumed run the later archive wins."""
    record = out.runs[run]
    placed = folders.settings(out.found, archive.path)
    if said.name and not record.name:
        record.name = said.name
        placed = folders.from_pattern(out.found.pattern, said.name) | placed
    if said.parameters:
        placed = {key: text for key, text in placed.items() if not key.startswith("config.")}
    own: dict[str, object] = {"config": said.parameters, "tags": said.others}
    record.settings |= placed | documents.flat({**own, **archive.settings})
