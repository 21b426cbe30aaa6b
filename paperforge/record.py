"""The record of a build: what went into a build and what came out, so that nothing is done twice.

Answers with the standard library alone. A file is unchanged while its size and time of change are;
where only the time differs, its SHA-256 decides.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge import __version__
from paperforge.model import TEX_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

INDEX = "index.json"
"""In build/.work: which folder the last build with given options went to."""
SKIPPED = frozenset({"build", "generated", "node_modules", "__pycache__"})
_LARGEST = 256 << 20
"""Bytes up to which a file is digested: beyond (checkpoints beside results), time decides alone."""
WATCHED = TEX_FILES | {".toml"}
"""What a build reads of the author's folder; result stores are named in the record."""

Stamp = tuple[int, int]
"""Size in bytes, time of change in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Record:
    """One build. `report` is what was said at its end; `code` the exit code."""

    version: str
    roots: tuple[str, ...]
    """Absolute: the project's folder, the templates, the result stores."""
    inputs: Mapping[str, tuple[int, int, str]]
    """Absolute path -> size, time, SHA-256."""
    outputs: Mapping[str, tuple[int, int]]
    ours: Mapping[str, str]
    """paperforge's own files of the LaTeX project: path -> where its content comes from."""
    report: Mapping[str, Any]
    code: int


def take(project: Path, others: Iterable[Path]) -> dict[str, Stamp]:
    """Size and time of everything that a build of `project` reads."""
    found = {str(path): _stamp(path) for path in _walk(project)}
    for other in others:
        # What SQLite has not yet merged lies beside the database.
        wal = other.with_name(other.name + "-wal")
        paths = _everything(other) if other.is_dir() else [other, wal]
        found |= {str(path): _stamp(path) for path in paths if path.exists()}
    found |= {str(path): _stamp(path) for path in _everything(Path(__file__).parent)}
    return found


def seal(stamps: Mapping[str, Stamp]) -> dict[str, tuple[int, int, str]]:
    """Stamps with the files' digests; none for one that is huge or has changed since its stamp."""
    return {
        path: (
            *stamp,
            _digest(Path(path)) if stamp[0] <= _LARGEST and _unchanged(Path(path), stamp) else "",
        )
        for path, stamp in stamps.items()
    }


def fresh(work: Path, key: str) -> tuple[Path, Record] | None:
    """The folder and record of the last build with these options, if nothing changed since."""
    name = _load(work / INDEX).get(key)
    if not name:
        return None
    folder = work.parent / Path(name).name
    record = read(folder)
    if record is None or record.version != __version__ or record.code not in (0, 5):
        return None
    project, *others = (Path(root) for root in record.roots)
    if project != work.parent.parent:  # a copy of a built project is another project
        return None
    same = _inputs_unchanged(record, take(project, others)) and _outputs_unchanged(record)
    return (folder, record) if same else None


def _inputs_unchanged(record: Record, now: Mapping[str, Stamp]) -> bool:
    if now.keys() != record.inputs.keys():
        return False
    for name, stamp in now.items():
        size, changed, digest = record.inputs[name]
        same = stamp == (size, changed)
        if not same and (stamp[0] != size or not digest or _digest(Path(name)) != digest):
            return False
    return True


def _outputs_unchanged(record: Record) -> bool:
    return all(
        Path(name).exists() and _stamp(Path(name)) == tuple(stamp)
        for name, stamp in record.outputs.items()
    )


def read(folder: Path) -> Record | None:
    """The record of a build folder; None where there is none or it is damaged."""
    loaded = _load(path(folder))
    try:
        return Record(**{name: loaded[name] for name in Record.__slots__})
    except (KeyError, TypeError):
        return None


def path(folder: Path) -> Path:
    """Where the record of a build folder is: beside it, since the folder may leave the house."""
    return folder.with_name(f"{folder.name}.json")


def outdated(record: Record) -> list[str]:
    """Result stores, paper.toml and templates that changed since; prose travels as it is."""
    project = Path(record.roots[0])
    package = str(Path(__file__).parent)
    return [
        name
        for name, (size, changed, digest) in record.inputs.items()
        if not (name.startswith(package) or _is_prose(Path(name), project))
        and not _still(Path(name), size, changed, digest)
    ]


def _is_prose(file: Path, project: Path) -> bool:
    return file.suffix.lower() in TEX_FILES and file.is_relative_to(project)


def _still(file: Path, size: int, changed: int, digest: str) -> bool:
    if not file.exists():
        return False
    stamp = _stamp(file)
    return stamp == (size, changed) or (
        stamp[0] == size and bool(digest) and _digest(file) == digest
    )


def edited(record: Record, folder: Path) -> list[str]:
    """Own files in the build's folder that are not as the build wrote them, or gone."""
    return [
        path
        for path in record.ours
        if not (folder / path).is_file()
        or _stamp(folder / path) != tuple(record.outputs.get(str(folder / path), ()))
    ]


def text(record: Record) -> str:
    """The record as JSON."""
    return json.dumps(asdict(record), indent=1, ensure_ascii=False, sort_keys=True)


def index(work: Path, key: str, folder: Path) -> str:
    """The text of index.json with one more entry."""
    return json.dumps({**_load(work / INDEX), key: folder.name}, indent=1, sort_keys=True)


def stamps(paths: Iterable[Path]) -> dict[str, Stamp]:
    """Path -> stamp of files that are there."""
    return {str(path): _stamp(path) for path in paths if path.exists()}


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith(".") and f not in SKIPPED]
        if "pyvenv.cfg" in names:
            folders[:] = []
            continue
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in WATCHED:
                yield Path(folder) / name


def _everything(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f != "__pycache__"]
        yield from (Path(folder) / name for name in names if not name.startswith("."))


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _unchanged(path: Path, stamp: Stamp) -> bool:
    return path.exists() and _stamp(path) == stamp


def _digest(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}
