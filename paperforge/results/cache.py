"""What was read once is not read again: results kept by the content of their files.

A folder an entry: `<asked>/<content>/` below the user's cache folder. `asked` is what was asked of
which files (mapping, options, versions, sizes), `content` the SHA-256 of all their bytes. Where
hashing those would take long beside the reading (gigabytes of which little is read), an entry is
named by the files' sizes, times and inodes, and found while these are the same. Nothing in the
cache is trusted: an entry that is damaged, foreign or of another version is as good as none,
and no error of the cache ever reaches the user. `PAPERFORGE_CACHE` names another folder, or "off".

A file's digest is remembered, and an entry named so is made, only for files that were written more
than two seconds before: a second write in one tick of the clock would not show (git's "racy"
entries, https://git-scm.com/docs/racy-git).
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge import __version__, stores
from paperforge.latex.escape import Label
from paperforge.results import axes, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import duckdb

    from paperforge.results.digest import Prints
    from paperforge.results.sources import File
    from paperforge.spec import Project

FORM = "4"
"""Of the entries: another number, other entries."""
SLOW = 0.3
"""Seconds: what is read faster is not kept."""
MOST = 2 << 30
"""Bytes of the whole cache; the entries that were used longest ago go first."""
_MOST_OF_ONE = MOST // 4
CHEAP = 64 << 20
"""Bytes that are hashed without a second thought."""
_HASHED = 10**9
"""Bytes that are hashed in a second."""
_SHARE = 4
"""A reading takes so many times longer than the hashing before that is worth it."""
_STAMPED = "s-"
_RACY = 2 * 10**9
_ABOUT = "about.json"

HARMLESS = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What a damaged or foreign cache may raise."""


def folder() -> Path | None:
    """Where the cache is; None: there is to be none."""
    asked = os.environ.get("PAPERFORGE_CACHE", "")
    if asked.lower() == "off":
        return None
    if asked:
        return Path(asked).expanduser().absolute()
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  Path.home raises where there is none
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "paperforge"
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
        return Path(base) / "paperforge" / "Cache" if base else None
    base = os.environ.get("XDG_CACHE_HOME", "")
    parent = Path(base) if base.startswith("/") else home / ".cache"
    return parent / "paperforge" if parent.is_absolute() else None


def room(name: str) -> Path | None:
    """A folder in the cache for something else than results; None: there is to be none.

    It need not exist; its parent does, and nobody else can write there.
    """
    root = folder()
    with contextlib.suppress(OSError):
        if root is not None:
            _make_private(root)
            return root / name
    return None


@dataclass(slots=True)
class Slot:
    """The place of one reading in the cache."""

    root: Path
    asked: str
    parts: Sequence[tuple[str, Path]]
    """(place, path) of every file that the reading depends on."""
    prints: Prints
    seconds: float = 0
    """That the reading took."""
    entry: Path | None = field(default=None, init=False)
    """Its folder, when it is known."""

    @property
    def is_of_content(self) -> bool:
        """Whether the entry is named by the files' bytes: where that costs little."""
        if self.entry is not None:
            return not self.entry.name.startswith(_STAMPED)
        unknown = self._unknown()
        return unknown <= CHEAP or unknown * _SHARE <= self.seconds * _HASHED

    def _unknown(self) -> int:
        """Bytes that would have to be hashed, and are not being hashed already."""
        left = {path for _, path in self.parts if not self.prints.is_known(path)}
        return sum(self.prints.stamps[path][0] for path in left)

    def _by_content(self) -> Path:
        """The folder of the entry of these bytes. Digests what is not known yet."""
        return self._folder((place, self.prints.of(path)) for place, path in self.parts)

    def _by_stamps(self) -> Path:
        """The folder of the entry of these very files, while nothing shows a change of them."""
        stamps = self.prints.stamps
        told = ((place, f"{path}\0{stamps[path]}") for place, path in self.parts)
        whole = self._folder((name, os.fsencode(text)) for name, text in told)
        return whole.with_name(_STAMPED + whole.name)

    def _folder(self, parts: Iterable[tuple[str, bytes]]) -> Path:
        whole = hashlib.sha256()
        for place, told in parts:
            name = place.encode("utf-8", "surrogateescape")
            for text in (name, told):
                whole.update(b"%d " % len(text) + text)
        return self.root / self.asked / whole.hexdigest()

    def find(self) -> tuple[dict[str, Any], dict[str, Path]] | None:
        """What was kept of the results, and their tables, unchecked; None: there is nothing."""
        if not (self.root / self.asked).is_dir() or not _is_private(self.root):
            return None
        self.entry = self._existing()
        if self.entry is None:
            return None
        about = self.entry / _ABOUT
        found = json.loads(about.read_text(encoding="utf-8"))
        os.utime(about)
        self._remember()
        return found, {name: self.entry / f"{name}.parquet" for name in found["tables"]}

    def _existing(self) -> Path | None:
        """The entry that is there. What was kept by content takes longer to read than to hash."""
        stamped = self._by_stamps()
        if (stamped / _ABOUT).is_file():
            return stamped
        others = (self.root / self.asked).glob(f"*/{_ABOUT}")
        if all(about.parent.name.startswith(_STAMPED) for about in others):
            return None
        entry = self._by_content()
        return entry if (entry / _ABOUT).is_file() else None

    def take(self, found: Mapping[str, Any], tables: Mapping[str, Path], to: Path) -> list[Path]:
        """Copy tables into our own folder. Raises ValueError where one is not what was kept."""
        copies = []
        for name, path in tables.items():
            copy = to / f"{name}.parquet"
            shutil.copyfile(path, copy)
            if hashlib.sha256(copy.read_bytes()).hexdigest() != found["tables"][name]:
                raise ValueError(name)
            copies.append(copy)
        return copies

    def keep(self, found: dict[str, Any], tables: Sequence[Path]) -> None:
        """Put results and their tables in place, in one step, unless a file has changed since."""
        if sum(path.stat().st_size for path in tables) > _MOST_OF_ONE or self._is_changed():
            return
        if self.entry is None:
            if not self.is_of_content and self._is_fresh():
                return
            self.entry = self._by_content() if self.is_of_content else self._by_stamps()
        _make_private(self.root)
        parent = self.entry.parent
        parent.mkdir(mode=0o700, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="new-", dir=self.root))
        try:
            sums = {}
            for path in tables:
                shutil.copyfile(path, made / path.name)
                sums[path.stem] = hashlib.sha256(path.read_bytes()).hexdigest()
            text = json.dumps({**found, "tables": sums})
            (made / _ABOUT).write_text(text, encoding="utf-8")
            if self.entry.exists():
                self.entry.rename(made / "old")
            made.rename(self.entry)
            shutil.rmtree(self.entry / "old", ignore_errors=True)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
        self._remember()
        _trim(self.root)

    def _is_changed(self) -> bool:
        """Whether a file is not what it was before the reading."""
        return any(self.prints.is_changed(path) for _, path in self.parts)

    def _is_fresh(self) -> bool:
        """Whether a file was written so lately that a second change would not show."""
        return not all(_is_old(self.prints.stamps[path]) for _, path in self.parts)

    def _remember(self) -> None:
        """Keep the digests of files that are not just written."""
        known = {
            str(path): [*self.prints.stamps[path], self.prints.of(path).hex()]
            for _, path in self.parts
            if self.prints.is_known(path)
            and _is_old(self.prints.stamps[path])
            and not self.prints.is_changed(path)
        }
        memo = _memo(self.root, self.asked)
        text = json.dumps(known).encode()
        # Compared as bytes: a damaged memo is replaced, too.
        if not known or (memo.exists() and memo.read_bytes() == text):
            return
        handle, made = tempfile.mkstemp(prefix="new-", dir=memo.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(text)
        Path(made).replace(memo)


@functools.cache
def _code() -> str:
    """A print of the code that reads: a checkout changes without its version's number."""
    package = Path(__file__).parents[1]
    found = [*package.glob("*.py"), *package.glob("data/*.json")]
    for room in ("stores", "columns", "results"):
        found += package.glob(f"{room}/*.py")
    stamps = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in found)
    return hashlib.sha256(repr(stamps).encode()).hexdigest()[:16]


def slot(
    files: Sequence[File], project: Project, prints: Prints, *, history: bool, whole: bool
) -> Slot | None:
    """The place of a reading; None: it is not kept. Tells `prints` the digests that are known.

    `whole`: every row is asked for.
    """
    root = folder()
    if root is None or any(file.found.kind not in stores.STORES for file in files):
        return None
    with contextlib.suppress(*HARMLESS):
        parts = [part for file in files for part in digest.named(file.found)]
        sizes = [(place, prints.stamps[path][0]) for place, path in parts]
        asked = _asked(files, project, sizes)
        asked = hashlib.sha256(f"{asked} {history} {whole}".encode()).hexdigest()
        found = Slot(root, asked, parts, prints)
        with contextlib.suppress(*HARMLESS):
            _recall(found)
        return found
    return None


def _asked(files: Sequence[File], project: Project, sizes: Sequence[tuple[str, int]]) -> str:
    """What is asked of which files, as text."""
    import duckdb

    return json.dumps(
        {
            "versions": [FORM, __version__, _code(), duckdb.__version__, sys.byteorder],
            "files": [
                [
                    file.found.kind, file.found.root.name, file.parent, file.alone,
                    file.source.shown, dict(file.source.columns), file.source.metrics,
                    dict(file.source.where), file.source.pattern, file.source.table,
                    [digest.place(file.found, path) for path in file.found.files],
                ]
                for file in files
            ],
            "project": [
                {name: [dict(keys), _tex(keys)] for name, keys in declared.items()}
                for declared in (project.metrics, project.methods, project.datasets)
            ],
            # The order of a paper is that of its declarations.
            "orders": [list(d) for d in (project.metrics, project.methods, project.datasets)],
            "beside": sorted(project.beside),
            "design": asdict(project.design),
            "sizes": sizes,
            "against": sorted(axes.against(project)),
        },
        default=str,
        sort_keys=True,
    )  # fmt: skip


def _tex(keys: Mapping[str, object]) -> str:
    """The TeX of a label, which its text does not tell."""
    label = keys.get("label")
    return label.tex if isinstance(label, Label) else ""


def _is_old(stamp: digest.Stamp) -> bool:
    return time.time_ns() - max(stamp[1], stamp[2]) > _RACY


def _memo(root: Path, asked: str) -> Path:
    return root / asked / "digests.json"


def _recall(found: Slot) -> None:
    """Tell the digests of files that are as they were."""
    memo = _memo(found.root, found.asked)
    if not memo.exists() or not _is_private(found.root):
        return
    for name, (*stamp, text) in json.loads(memo.read_text("utf-8")).items():
        path = Path(name)
        if found.prints.stamps.get(path) == tuple(stamp):
            found.prints.know(path, bytes.fromhex(text))


def _make_private(root: Path) -> None:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_private(root):
        raise OSError


def _is_private(root: Path) -> bool:
    """Whether nobody else can put entries there."""
    if not hasattr(os, "getuid"):
        return True
    status = root.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _trim(root: Path) -> None:
    """Remove the entries used longest ago, and what a killed process left, until the rest fits."""
    entries = sorted(_entries(root))
    size = sum(bytes_ for _, bytes_, _ in entries)
    for _, bytes_, path in entries:
        if size <= MOST:
            break
        shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(OSError):
            if not any(other.is_dir() for other in path.parent.iterdir()):
                shutil.rmtree(path.parent, ignore_errors=True)
        size -= bytes_
    for left in root.glob("new-*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _DAY:
                shutil.rmtree(left, ignore_errors=True)


_DAY = 86_400


def _entries(root: Path) -> Iterator[tuple[float, int, Path]]:
    """(last use, bytes, folder) of each entry."""
    for about in root.glob(f"*/*/{_ABOUT}"):
        with contextlib.suppress(OSError):
            size = sum(path.stat().st_size for path in about.parent.iterdir())
            yield about.stat().st_mtime, size, about.parent


def write(engine: duckdb.DuckDBPyConnection, tables: Mapping[str, str], to: Path) -> list[Path]:
    """Write relations as Parquet into a folder that the engine may write: {name: SQL}."""
    paths = []
    for name, sql in tables.items():
        path = to / f"{name}.parquet"
        shown = str(path).replace("'", "''")
        engine.execute(f"COPY ({sql}) TO '{shown}' (FORMAT parquet, COMPRESSION zstd)")
        paths.append(path)
    return paths
