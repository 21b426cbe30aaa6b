"""Weights & Biases runs on disk: `.wandb` files, and the config and summary of older folders.

A run's folder is `wandb/offline-run-DATE_TIME-ID` or `wandb/run-DATE_TIME-ID`. Its `run-ID.wandb`
holds every record that the client wrote; `files/config.yaml`, `files/wandb-summary.json` and, up to
version 0.9, `wandb-history.jsonl` are read only where that file is missing. Read without W&B's own
package. Source: https://github.com/wandb/wandb/blob/main/wandb/proto/wandb_internal.proto
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.stores import documents, protobuf, wandb_folder
from paperforge.stores.left_out import LeftOut
from paperforge.stores.protobuf import DamagedError
from paperforge.stores.runs import Collector
from paperforge.stores.wandb_folder import RUN_FOLDER, config_of
from paperforge.stores.wandb_log import CONFIG, EXIT, HISTORY, RUN, SUMMARY, Items, Log, content
from paperforge.stores.wandb_values import Series, add_summary, is_below, numbers

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw
    from paperforge.stores.wandb_values import Path as Names
    from paperforge.stores.wandb_values import Value

NAME = "Weights & Biases"
_SUFFIX = ".wandb"
_AUTOMATIC = re.compile(r"[a-z]+-[a-z]+-\d+|")
"""The names that W&B makes up, bold-shark-123, and no name."""
_PAIR = re.compile(r"([A-Za-z][\w.\-]*)[=:](.+)")
"""A tag that names what it says: dataset:mnist."""
_TIME = re.compile(r"\d{8}_\d{6}")
"""In the name of a run's folder, of the machine's own time zone."""
_HEAD = 64
"""Records within which a file says which run it is of."""
_SHOWN = 3


@dataclass(slots=True)
class _Session:
    """One `.wandb` file: a run, or a part of one that was resumed."""

    path: Path
    id: str
    project: str = ""
    start: float = 0.0
    settings: dict[str, object] = field(default_factory=dict)
    name: str = ""
    config: dict[Names, Value] = field(default_factory=dict)


def recognises(path: Path) -> bool:
    """A `.wandb` file by its name; W&B's own summary or history where there is no such file."""
    return path.suffix == _SUFFIX or wandb_folder.is_old(path)


def owns(path: Path) -> Path:
    """The run's folder, with its logs, media and config; a `.wandb` file elsewhere owns nothing."""
    return next((folder for folder in path.parents if RUN_FOLDER.fullmatch(folder.name)), path)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """The whole history, and each metric's summary as the store's own.

    Files of one run id are one run, in the order of their start. A run without an exit record was
    killed, or is still running: it counts as crashed. Raises InputError where nothing can be read.
    """
    out = Collector(found, engine, table)
    left = LeftOut()
    items = Items()
    sessions = [_session(path, items) for path in found.files if path.suffix == _SUFFIX]
    groups = _grouped(sessions)
    ids = [run for _, run in groups]
    readers = []
    for (project, run), parts in groups.items():
        unique = run if ids.count(run) == 1 or not project else f"{project}/{run}"
        reader = _Reader(out, unique, _without_copies(out, parts), items, left)
        reader.read()
        readers.append(reader)
    old = wandb_folder.read(out, found, left)
    if not old and not any(reader.readable for reader in readers):
        raise InputError(
            "holds no record that can be read as a W&B run", found.root.name, "copy it again"
        )
    _say(out, readers, left)
    names = not all(_AUTOMATIC.fullmatch(run.name) for run in out.runs)
    return out.relation(place="record", name="run_name" if names else "", last_is_summary=True)


def _grouped(sessions: list[_Session]) -> dict[tuple[str, str], list[_Session]]:
    """(project, run id) -> its sessions, in order.

    A file without any record (killed before the first flush, later resumed) names no project: it is
    of the only run of that id. The time in its folder's name is then what all are ordered by.
    """
    groups: dict[tuple[str, str], list[_Session]] = defaultdict(list)
    for session in sorted(sessions, key=lambda one: (one.start, one.path)):
        groups[session.project, session.id].append(session)
    for run in [run for project, run in groups if not project]:
        known = [key for key in groups if key[0] and key[1] == run]
        if len(known) == 1 and not any(one.start for one in groups["", run]):
            groups[known[0]] += groups.pop(("", run))
            groups[known[0]].sort(key=_stamp)
    return dict(groups)


def _stamp(session: _Session) -> tuple[str, float]:
    stamp = _TIME.search(owns(session.path).name)
    return stamp[0] if stamp else "", session.start


def _say(out: Collector, readers: list[_Reader], left: LeftOut) -> None:
    killed = [reader.shown for reader in readers if reader.exit is None]
    if killed:
        shown = ", ".join(killed[:_SHOWN]) + (", …" if killed[_SHOWN:] else "")
        text = f"{len(killed)} W&B run{'s' * (len(killed) > 1)} without an exit record ({shown})"
        out.note("", text + ": killed or still running, counted as crashed", warn=False)
    if said := str(left):
        out.note("", f"left out of W&B's rows: {said}", warn=False)


def _session(path: Path, items: Items) -> _Session:
    """What a file's first records say of its run; else its name."""
    session = _Session(path, path.stem.removeprefix("run-"))
    try:
        for number, record in enumerate(Log(path)):
            kind, start, end = content(record)
            if kind == RUN:
                _describe(session, record[start:end], items)
            if kind == RUN or number > _HEAD:
                break
    except (DamagedError, IndexError, OSError):
        return session
    return session


def _describe(session: _Session, run: bytes, items: Items) -> None:
    """Fields of RunRecord: 1 run_id, 3 project, 4 config, 6 run_group, 7 job_type, 8 display_name,
    10 tags, 12 sweep_id, 17 start_time."""  # noqa: D205, D209  one sentence of numbers
    told = protobuf.message(run)
    session.id = protobuf.text(told.get(1)) or session.id
    session.project = protobuf.text(told.get(3)) or session.project
    session.name = protobuf.text(told.get(8)) or session.name
    for time in protobuf.parts(told.get(17)):
        stamp = protobuf.message(time)
        session.start = protobuf.whole(stamp.get(1)) + protobuf.whole(stamp.get(2)) / 1e9
    for config in protobuf.parts(told.get(4)):
        session.config = dict(items.read(config, 0, len(config)))
    tags = [tag.decode("utf-8", "replace") for tag in protobuf.parts(told.get(10))]
    said = {"project": session.project, "tags": ", ".join(tags)}
    for key, number in (("group", 6), ("job_type", 7), ("sweep", 12)):
        said[key] = protobuf.text(told.get(number))
    pairs = [pair for tag in tags if (pair := _PAIR.fullmatch(tag))]
    session.settings = {
        "wandb": {key: text for key, text in said.items() if text},
        "tags": {pair[1]: pair[2].strip() for pair in pairs},
    }


def _without_copies(out: Collector, sessions: list[_Session]) -> list[_Session]:
    """Files of the same bytes (a copied folder, latest-run without its link) count once."""
    if len(sessions) == 1:
        return sessions
    kept: dict[bytes, _Session] = {}
    for session in sessions:
        try:
            with session.path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").digest()
        except OSError:
            digest = str(session.path).encode()
        first = kept.setdefault(digest, session)
        if first is not session:
            place = out.found.place(session.path)
            out.note(place, f"left out: a copy of {first.path.name} in {first.path.parent.name}")
    return list(kept.values())


class _Reader:
    """Reads the sessions of one run, in order."""

    def __init__(
        self, out: Collector, run: str, sessions: list[_Session], items: Items, left: LeftOut
    ) -> None:
        self._out = out
        self._id = run
        self._sessions = sessions
        self._items = items
        self._left = left
        self._series = Series(out)
        self._runs: list[int] = []
        self._config: dict[Names, Value] = {}
        self._summary: dict[Names, Value] = {}
        self.exit: int | None = None
        self.readable = False
        self.shown = next((one.name for one in sessions if one.name), run)

    def read(self) -> None:
        """All rows of all sessions, then the summary."""
        for session in self._sessions:
            self.exit = None
            self._series.run = -1
            self._config |= session.config
            log = Log(session.path)
            try:
                for record in log:
                    self._record(session, log.records, record)
            except (DamagedError, IndexError):
                log.records -= 1
                log.ended = "damaged"
            except OSError as error:
                log.ended = f"cannot be read: {error.strerror or error}"
            self._series.flush()
            self.readable |= log.records > 0
            self._note(session, log)
        if not self._runs and not self.readable:
            folder = self._sessions[-1].path.parent
            if wandb_folder.read_one(self._out, folder, self._left):
                self.readable = True
                return
        if not self._runs:
            said = [one for one in self._sessions if one.settings]
            self._open((said or self._sessions)[-1])
        summary = numbers(list(self._summary.items()), self._left)
        add_summary(self._out, self._runs[-1], summary, self._series.last, self._left)
        config = config_of(self._config)
        for number in self._runs:
            run = self._out.runs[number]
            run.status = "finished" if self.exit == 0 else "crashed"
            run.name = self._sessions[-1].name or run.name
            if config:
                rest = {k: v for k, v in run.settings.items() if not k.startswith("config.")}
                run.settings = rest | documents.flat({"config": config})

    def _open(self, session: _Session) -> int:
        """The collector's number of a session: rows say which file they are from."""
        place = self._out.found.place(session.path)
        number = self._out.run(
            self._id, place=place, folder=session.path, name=self.shown, settings=session.settings
        )
        self._runs.append(number)
        return number

    def _record(self, session: _Session, number: int, record: bytes) -> None:
        kind, start, end = content(record)
        if kind == HISTORY:
            found = numbers(self._items.read(record, start, end), self._left)
            if found and self._series.run < 0:
                self._series.run = self._open(session)
            step = found.get(("_step",))
            step = _step(record, start, end) if step is None else step
            self._series.row(found, step, number)
        elif kind == SUMMARY:
            self._update(self._summary, record, start, end)
        elif kind == CONFIG:
            self._update(self._config, record, start, end)
        elif kind == RUN:
            _describe(session, record[start:end], self._items)
            self._config |= session.config
        elif kind == EXIT:
            self.exit = protobuf.whole(protobuf.message(record[start:end]).get(1))

    def _update(self, what: dict[Names, Value], record: bytes, start: int, end: int) -> None:
        """Later items win; what is taken away goes with all that is nested in it."""
        removed: list[Names] = []
        changed = self._items.read(record, start, end, removed)
        if removed:
            gone = set(removed)
            for name in [name for name in what if is_below(name, gone)]:
                del what[name]
        what.update(changed)

    def _note(self, session: _Session, log: Log) -> None:
        place = self._out.found.place(session.path)
        kept = f"the {log.records} records before it are read"
        if log.ended == "torn":
            self._out.note(place, f"ends in the middle of a record; {kept}")
        elif log.ended == "damaged":
            self._out.note(place, f"record {log.records + 1} is damaged; {kept}")
        elif log.ended:
            self._out.note(place, log.ended)
        elif not log.records:
            self._out.note(place, "holds no records: the run was killed before the first")
        if log.large:
            self._out.note(place, f"left out: {log.large} records of more than 64 MB")


def _step(record: bytes, start: int, end: int) -> float:
    """HistoryStep.num, for a row without its own _step."""
    for number, wire, at, stop in protobuf.fields(record, start, end):
        if number == 2 and wire == protobuf.LENGTH:  # noqa: PLR2004  the field's number
            return float(protobuf.whole(protobuf.message(record[at:stop]).get(1)))
    return 0.0
