"""A fingerprint of the inputs: equal bytes and equal mapping, equal results."""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from paperforge import stores
from paperforge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from paperforge.model import Found
    from paperforge.results.sources import Input

_CHUNK = 1 << 18
"""Bytes at a time: what fits into the cache of the processor is looked at faster."""
_DIGITS = 10


Stamp = tuple[int, int, int, int]
"""Size, times of change of content and of the entry (ns), inode."""


def stamp(path: Path) -> Stamp:
    """What changes when a file does. Raises OSError where there is none."""
    status = path.stat()
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Text:
    """What a look at all bytes of a text says."""

    plain: bool
    """Whether it is UTF-8 without a zero byte: a sound text."""
    joined: bool
    """Whether an underscore stands between two digits: the engine reads 1_000 as a number."""


class Prints:
    """Fingerprints of files, taken where somebody asks for them.

    To hash gigabytes takes longer than to read a few numbers among them. Where it is known that
    they are wanted, they are taken beside the reading.
    """

    def __init__(self) -> None:
        self.stamps: dict[Path, Stamp] = {}
        """Of files, before they were read."""
        self._digests: dict[Path, bytes | InputError] = {}
        self._texts: dict[Path, Text | InputError] = {}
        self._started: frozenset[Path] = frozenset()
        self._thread: threading.Thread | None = None

    def watch(self, paths: Iterable[Path]) -> None:
        """Remember how files are before they are read; one that is gone is for the reading."""
        for path in paths:
            with contextlib.suppress(OSError):
                self.stamps[path] = stamp(path)

    def start(self, digests: Iterable[Path], texts: Iterable[Path]) -> None:
        """Look at all bytes of files in another thread."""
        self._join()
        asked = {path: False for path in digests if path not in self._digests}
        plain = {path for path in texts if path not in self._texts}
        self._started = frozenset(asked)
        jobs = [(path, path in asked, path in plain) for path in {**asked, **dict.fromkeys(plain)}]
        self._thread = threading.Thread(target=self._take, args=(jobs,), daemon=True)
        self._thread.start()

    def is_known(self, path: Path) -> bool:
        """Whether a file's digest takes no look at its bytes that is not under way."""
        return path in self._digests or path in self._started

    def is_changed(self, path: Path) -> bool:
        """Whether a file is another one than before the reading, or gone."""
        try:
            return self.stamps.get(path) != stamp(path)
        except OSError:
            return True

    def of(self, path: Path) -> bytes:
        """One file's SHA-256. Raises InputError where it cannot be read."""
        self._join()
        if path not in self._digests:
            self._take([(path, True, False)])
        return _sound(self._digests[path])

    def text(self, path: Path) -> Text:
        """What one file is as a text. Raises InputError where it cannot be read."""
        self._join()
        if path not in self._texts:
            self._take([(path, False, True)])
        return _sound(self._texts[path])

    def know(self, path: Path, found: bytes) -> None:
        """A digest that is known already."""
        self._digests[path] = found

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _take(self, jobs: Iterable[tuple[Path, bool, bool]]) -> None:
        for path, digest, text in jobs:
            found: tuple[bytes | InputError, Text | InputError]
            try:
                found = _look(path, digest=digest, text=text)
            except OSError as error:
                unread = InputError(f"cannot be read: {error.strerror or error}", path.name)
                found = (unread, unread)
            if digest:
                self._digests[path] = found[0]
            if text:
                self._texts[path] = found[1]


_Found = TypeVar("_Found", bytes, Text)


def _sound(found: _Found | InputError) -> _Found:
    if isinstance(found, InputError):
        raise found
    return found


def _look(path: Path, *, digest: bool, text: bool) -> tuple[bytes, Text]:
    """Read a file once for what is asked of its bytes; the rest is not to be used."""
    hashed, plain, joined = hashlib.sha256(), text, False
    decoder = codecs.getincrementaldecoder("utf-8")()
    buffer, last = bytearray(_CHUNK), b""
    with path.open("rb", buffering=0) as stream:
        while (count := stream.readinto(buffer)) and (digest or plain):
            chunk = buffer if count == _CHUNK else buffer[:count]
            if digest:
                hashed.update(chunk)
            if plain:
                plain = b"\0" not in chunk and _decodes(decoder, chunk)
                joined = joined or (b"_" in chunk and _joins(last + chunk))
                last = bytes(chunk[-2:])
    plain = plain and _decodes(decoder, b"", final=True)
    return hashed.digest(), Text(plain, joined)


def _joins(chunk: bytes | bytearray) -> bool:
    """Whether a text has an underscore between digits."""
    import numpy as np

    whole = np.frombuffer(chunk, dtype=np.uint8)
    digit = (whole - ord("0")) < _DIGITS  # wraps around below "0"
    return bool(((whole[1:-1] == ord("_")) & digit[:-2] & digit[2:]).any())


def _decodes(
    decoder: codecs.IncrementalDecoder, chunk: bytes | bytearray, *, final: bool = False
) -> bool:
    if chunk.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(bytes(chunk), final=final)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Whole:
    """What a fingerprint of the inputs is made of, which is looked at when it is asked for."""

    parts: Sequence[tuple[str, Sequence[tuple[str, Path]]]]
    """What the columns of an input were taken for, and (place, path) of its files."""
    prints: Prints

    def __call__(self) -> str:
        """SHA-256 (hexadecimal). Raises InputError where a file cannot be read any more."""
        whole = hashlib.sha256()
        for meaning, files in self.parts:
            whole.update(meaning.encode())
            for name, path in files:
                whole.update(name.encode("utf-8", "surrogateescape"))
                whole.update(self.prints.of(path))
                if self.prints.is_changed(path):
                    # These are not the bytes that were read: no other reading has this print.
                    whole.update(repr(self.prints.stamps.get(path)).encode())
        return whole.hexdigest()


def of(inputs: Sequence[Input], prints: Prints) -> Whole:
    """The fingerprint over every file's bytes and what its columns were taken for.

    Where the files lie makes no difference; their order and the names that the user gave do.
    """
    return Whole([(_meaning(one), named(one.file.found)) for one in inputs], prints)


def _meaning(one: Input) -> str:
    source, mapped = one.source, one.mapped
    meaning = {
        "shown": source.shown,
        "roles": dict(mapped.roles),
        "values": [[v.column, v.metric, v.split, v.dataset] for v in mapped.values],
        "beside": [
            [b.column, b.n, b.spread, b.kind, *["unnamed"] * b.unnamed] for b in mapped.beside
        ],
        "metrics": source.metrics,
        "where": dict(source.where),
    }
    return json.dumps(meaning, sort_keys=True)


def named(found: Found) -> list[tuple[str, Path]]:
    """(place, path) of every file that the reading of a Found depends on."""
    return [(place(found, path), path) for path in stores.parts(found)]


def place(found: Found, path: Path) -> str:
    """Where a file is, whatever the folder is called: a log lies beside the file that is given."""
    inside = path.is_relative_to(found.root)
    return found.place(path) if inside else path.name.removeprefix(found.root.name)
