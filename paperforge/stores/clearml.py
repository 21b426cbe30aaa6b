"""ClearML's offline sessions, as folders or as the ZIP archives made of them.

task.json holds the task's name, tags and `hyperparams` (section -> name -> {"value": text});
metrics.jsonl holds lists of events {"metric", "variant", "iter", "value", "type"}, a list a line.
Source: https://clear.ml/docs/latest/docs/guides/set_offline

What the format cannot say: a session has no state, whether its script failed or not (only a killed
one is never zipped), and ClearML writes 0 for NaN unless told otherwise
(`Logger.set_reporting_nan_value`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.names import is_role, splits
from paperforge.stores import archives, documents
from paperforge.stores.archives import Files, number
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "ClearML"
SUFFIXES = (".json", ".jsonl", ".zip")
_TASK, _METRICS = "task.json", "metrics.jsonl"
_SCALAR = "training_stats_scalar"
_NO_STEP = -(2**31)
"""The iteration of a value that was reported once, for the whole run."""
_SINGLE = "Summary"
_PLAIN_SECTIONS = ("Args", "General")
"""Sections in which arguments and connected dictionaries are."""
_START = 4096
_MOST_SINGLE = 10_000


def recognises(path: Path) -> bool:
    """A session's task.json or metrics.jsonl, or a ZIP archive that holds both."""
    name = path.name.lower()
    if name.endswith(".zip"):
        return archives.members(path) >= {_TASK, _METRICS}
    try:
        if name == _METRICS:
            with path.open("rb") as stream:
                start = stream.read(_START)
            return start.startswith(b"[{") and b'"variant"' in start and b'"iter"' in start
        return name == _TASK and _is_task(documents.json_file(path))
    except (OSError, InputError):
        return False


def _is_task(value: object) -> bool:
    task = documents.mapping(value)
    return "id" in task and "offline_folder" in task


def owns(path: Path) -> Path:
    """The session's folder; an archive owns nothing but itself."""
    return path if path.suffix.lower() == ".zip" else path.parent


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a session; a session that is there as folder and as archive is read from the folder.

    The metric is VARIANT/METRIC where the variant is a split ("test/accuracy"), METRIC where both
    are the same, else METRIC/VARIANT. Raises InputError where no session can be read.
    """
    out = Collector(found, engine, table)
    if found.files == (found.root,) and found.root.name.lower() == _TASK:
        raise InputError(
            "holds the settings of a ClearML session, not its values",
            found.root.name,
            "name the folder that it is in",
        )
    places = {path if path == found.root else owns(path) for path in found.files}
    sessions = [_session(place) for place in sorted(places, key=_order)]
    seen: dict[str, _Session] = {}
    doubled: list[_Session] = []
    for session in sessions:
        first = seen.setdefault(session.id, session)
        if first is not session:
            doubled.append(session)
    if doubled:
        out.note(
            found.place(doubled[0].place),
            f"left out: {len(doubled)} copies of ClearML sessions that are there already "
            f"(a session's folder counts before its archive)",
            warn=False,
        )
    zipped = {s.id for s in sessions if not s.is_folder}
    for session in seen.values():
        _read_session(session, out, closed=_closed(session, zipped))
    return out.relation(place="event")


@dataclass(frozen=True, slots=True)
class _Session:
    id: str
    place: Path
    name: str = ""
    status: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    damage: str = ""

    @property
    def is_folder(self) -> bool:
        return self.place.suffix.lower() != ".zip"

    @property
    def files(self) -> Path:
        """Where its files are; where metrics.jsonl alone was named, beside it."""
        return self.place.parent if self.place.name.lower() == _METRICS else self.place


def _order(place: Path) -> tuple[bool, Path]:
    """Folders first."""
    return place.suffix.lower() == ".zip", place


def _session(place: Path) -> _Session:
    """What task.json says; a session without one has the name of its folder."""
    task: Mapping[str, object] = {}
    damage = ""
    if place.name.lower() == _METRICS:
        return _Session(place.parent.name, place)
    try:
        with Files(place) as files:
            if files.has(_TASK):
                task = documents.mapping(files.json(_TASK))
    except InputError as error:
        damage = f"{_TASK} {error.message}"
    own, name, status = (str(task.get(key) or "") for key in ("id", "name", "status"))
    # Not the task itself: it holds the script, and there may be many sessions.
    return _Session(own or place.stem, place, name, status, _settings(task), damage)


def _closed(session: _Session, zipped: set[str]) -> bool | None:
    """Whether ClearML closed the session; None: nothing says so.

    It makes the archive when the session is closed. Where no session's archive was kept, a missing
    one says nothing.
    """
    if not zipped:
        return None
    return session.id in zipped


def _read_session(session: _Session, out: Collector, *, closed: bool | None) -> None:
    """Add a session's run and values; a damaged line ends it with a note."""
    where = out.found.place(session.place)
    run = out.run(
        session.id,
        place=where,
        folder=session.place,
        name=session.name,
        status=_status(session.status, closed=closed),
        settings=session.settings,
    )
    if closed is False:
        out.note(where, "taken for crashed: ClearML never closed the session (it has no archive)")
    if session.damage:
        out.note(where, session.damage, "the run's settings are not known")
    count = 0
    singles: list[tuple[str, float, int]] = []
    logged: set[str] = set()
    try:
        with Files(session.files) as files:
            for count, event in enumerate(_events(files), 1):
                metric, value = _metric(event), number(event.get("value"))
                if metric is None or value is None:
                    continue
                step = number(event.get("iter"))
                if step == _NO_STEP and len(singles) < _MOST_SINGLE:
                    singles.append((metric, value, count))
                    continue
                logged.add(metric)
                out.add(run, metric, value, step=step, at=count)
    except InputError as error:
        out.note(where, f"{error.where} {error.message}; {count} events before it are kept")
    for metric, value, at in singles:
        out.add(run, metric, value, at=at, summary=True if metric in logged else None)


def _events(files: Files) -> Iterator[Mapping[str, object]]:
    """The scalar events, in the order written; a line is a list of them."""
    if not files.has(_METRICS):
        return
    for line in files.records(_METRICS):
        if not isinstance(line, list):
            raise InputError("holds a line that is no list of events", _METRICS)
        for event in line:
            if isinstance(event, dict) and event.get("type", _SCALAR) == _SCALAR:
                yield event


def _metric(event: Mapping[str, object]) -> str | None:
    metric, variant = event.get("metric"), event.get("variant")
    if not isinstance(metric, str) or not isinstance(variant, str):
        return None
    if event.get("iter") == _NO_STEP and metric == _SINGLE:
        return variant
    if metric in ("", variant) or not variant:
        return variant or metric
    return f"{variant}/{metric}" if variant.lower() in splits() else f"{metric}/{variant}"


def _status(own: str, *, closed: bool | None) -> str:
    """The task's own state, where an import or an export wrote one."""
    if own:
        return {"closed": "finished", "published": "finished", "stopped": "crashed"}.get(own, own)
    return "crashed" if closed is False else "unknown"


def _settings(task: Mapping[str, object]) -> Mapping[str, object]:
    """Hyperparameters as `config.model.name`, and the project and tags.

    A section that the author named (`connect(settings, name="of mine")`) is left out of the names
    where it says nothing: "model" would, and two sections with the same key are told apart.
    """
    config: dict[str, object] = {}
    sections = documents.mapping(task.get("hyperparams"))
    keys = Counter(str(key) for one in sections.values() for key in documents.mapping(one))
    for section in sorted(sections, key=lambda name: name not in _PLAIN_SECTIONS):
        for key, entry in documents.mapping(sections[section]).items():
            value = documents.mapping(entry).get("value")
            name = str(key).replace("/", ".")
            plain = section in _PLAIN_SECTIONS or (keys[str(key)] == 1 and not is_role(section))
            if plain and name not in config:
                config[name] = value
            else:
                config[f"{section}.{name}"] = value
    said = {"config": config, "clearml": {"project": task.get("project_name")}}
    return documents.flat(said | {"clearml.tags": task.get("tags") or None})
