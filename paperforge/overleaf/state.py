"""What a sync remembers: what was last synced, what is under way, and what was before.

All of it lies in .paperforge/ of the project, which any git repository around it ignores. Files are
replaced in one move, and blobs lie in the hidden clone, so that a kill at any moment leaves either
the state before or an intent that the next sync completes or drops.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from paperforge.errors import InputError
from paperforge.overleaf.threeway import Pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")
FOLDER = ".paperforge"
BACKUPS = 20
"""So many syncs can be undone, one after the other."""


@dataclass(frozen=True, slots=True)
class State:
    """The last synced state."""

    url: str
    branch: str = ""
    head: str = ""
    """The remote's commit as last seen; empty before the first sync."""
    base: dict[str, Pair] = field(default_factory=dict)
    ours: tuple[str, ...] = ()
    """Paths of base that are paperforge's own."""
    settled: bool = False
    """Whether a sync ended without a conflict: until then the remote's past is looked at."""
    build: str = ""
    """The built project that was sent: "neurips-2026-draft"."""


@dataclass(frozen=True, slots=True)
class Write:
    """A file to be written here: from one content to another (blobs; None: no such file)."""

    path: str
    old: str | None
    new: str | None
    done: Pair | None
    """What counts as synced once it is written."""
    skipped: Pair | None
    """What counts as synced where somebody changed the file in the meantime: then it is left."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A sync under way. It holds where `commit` has arrived there, or is empty."""

    commit: str
    writes: tuple[Write, ...]
    after: State
    backup: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A sync that was done: what undoing it takes."""

    number: int
    time: str
    before: State
    writes: tuple[Write, ...]
    commit: str
    parent: str


@dataclass(frozen=True, slots=True)
class Room:
    """The folder of a project's sync."""

    root: Path

    @property
    def folder(self) -> Path:
        """Where everything lies."""
        return self.root / FOLDER / "sync"

    @property
    def clone(self) -> Path:
        """The hidden clone."""
        return self.folder / "clone.git"

    @property
    def theirs(self) -> Path:
        """The remote's version of files in a conflict that lines cannot show."""
        return self.root / FOLDER / "there"

    def create(self) -> None:
        """Make the folder, hidden from any git repository around it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        ignore = self.root / FOLDER / ".gitignore"
        if not ignore.exists():
            _put(ignore, "*\n")

    def state(self) -> State | None:
        """The last synced state; None before `sync init`. Raises InputError where it is damaged."""
        return self._load("state.json", _state)

    def save(self, state: State) -> None:
        """Replace the state in one move."""
        _put(self.folder / "state.json", json.dumps(asdict(state), sort_keys=True))

    def intent(self) -> Intent | None:
        """The sync that was cut short, if there is one."""
        return self._load("intent.json", _intent)

    def begin(self, intent: Intent, backup: Backup) -> None:
        """Write down what is about to be done, and what was before."""
        folder = self.folder / "backups"
        folder.mkdir(exist_ok=True)
        _put(folder / f"{backup.number:06}.json", json.dumps(asdict(backup)))
        _put(self.folder / "intent.json", json.dumps(asdict(intent)))

    def drop(self, intent: Intent) -> None:
        """Forget an intent of which nothing was done, and its backup."""
        (self.folder / "intent.json").unlink(missing_ok=True)
        (self.folder / "backups" / f"{intent.backup:06}.json").unlink(missing_ok=True)

    def finish(self, state: State) -> None:
        """The intent was carried out: its end is the state."""
        self.save(state)
        (self.folder / "intent.json").unlink(missing_ok=True)
        for old in self._backups()[:-BACKUPS]:
            old.unlink(missing_ok=True)

    def backup(self) -> Backup | None:
        """The last sync that can be undone."""
        last = self._backups()[-1:]
        return self._load(f"backups/{last[0].name}", _backup) if last else None

    def number(self) -> int:
        """The number of the next backup."""
        last = self._backups()[-1:]
        return int(last[0].stem) + 1 if last else 1

    def forget(self, number: int) -> None:
        """Drop a backup that was restored."""
        (self.folder / "backups" / f"{number:06}.json").unlink(missing_ok=True)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One sync at a time; a killed one leaves no lock. Raises InputError where one runs."""
        import fcntl

        self.create()
        with (self.folder / "lock").open("w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise InputError(
                    "another sync of this paper is at work", str(self.root), "wait for its end"
                ) from error
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove what killed syncs left half written; the lock is held."""
        for path in self.folder.iterdir():
            if path.name.endswith(".tmp") or path.name.startswith(("tmp", "writing.")):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def _backups(self) -> list[Path]:
        return sorted((self.folder / "backups").glob("[0-9]*.json"))

    def _load(self, name: str, build: Callable[[dict[str, Any]], T]) -> T | None:
        file = self.folder / name
        try:
            return build(json.loads(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(
                "is damaged, so what was last synced is not known",
                str(file),
                f"remove {FOLDER} and run `paperforge sync init URL` again: lines that differ"
                " here and there are then shown to you, none is lost",
            ) from error


def _state(loaded: dict[str, Any]) -> State:
    base = {path: Pair(*pair) for path, pair in loaded["base"].items()}
    return State(**{**loaded, "base": base, "ours": tuple(loaded["ours"])})


def _intent(loaded: dict[str, Any]) -> Intent:
    writes = tuple(map(_write, loaded["writes"]))
    return Intent(loaded["commit"], writes, _state(loaded["after"]), loaded["backup"])


def _backup(loaded: dict[str, Any]) -> Backup:
    writes = tuple(map(_write, loaded["writes"]))
    return Backup(**{**loaded, "before": _state(loaded["before"]), "writes": writes})


def _write(loaded: dict[str, Any]) -> Write:
    pairs = {key: Pair(*loaded[key]) if loaded[key] else None for key in ("done", "skipped")}
    return Write(**{**loaded, **pairs})


def _put(file: Path, text: str) -> None:
    """Replace a file in one move, on the disk before the move."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def with_entry(state: State, path: str, entry: Pair | None) -> State:
    """The state with one file's entry set, or taken out."""
    base = {name: pair for name, pair in state.base.items() if name != path}
    return replace(state, base=base | ({path: entry} if entry else {}))
