"""A fingerprint of the inputs: equal bytes and equal mapping, equal results."""

from __future__ import annotations

import codecs
import hashlib
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge import stores
from paperforge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from paperforge.model import Found
    from paperforge.results.sources import Input

_CHUNK = 1 << 20
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Print:
    """What a look at all bytes of a file says."""

    digest: bytes
    """SHA-256."""
    plain: bool
    """Whether it is UTF-8 without a zero byte: a sound text."""
    joined: bool = False
    """Whether an underscore stands between two digits: the engine reads 1_000 as a number."""


class Prints:
    """Fingerprints of files, taken beside the reading: hashing is no reason to wait."""

    def __init__(self) -> None:
        self._found: dict[Path, Print | InputError] = {}
        self._thread: threading.Thread | None = None

    def start(self, paths: Sequence[Path]) -> None:
        """Take those of `paths` in another thread."""
        self._thread = threading.Thread(target=self._take, args=(tuple(paths),), daemon=True)
        self._thread.start()

    def of(self, path: Path) -> Print:
        """One file's. Raises InputError where it cannot be read."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if path not in self._found:
            self._take((path,))
        found = self._found[path]
        if isinstance(found, InputError):
            raise found
        return found

    def know(self, path: Path, found: Print) -> None:
        """One that is known already."""
        self._found[path] = found

    def _take(self, paths: Sequence[Path]) -> None:
        for path in paths:
            if path not in self._found:
                try:
                    self._found[path] = _look(path)
                except OSError as error:
                    text = f"cannot be read: {error.strerror or error}"
                    self._found[path] = InputError(text, path.name)


def _look(path: Path) -> Print:
    digest, plain, joined = hashlib.sha256(), True, False
    decoder = codecs.getincrementaldecoder("utf-8")()
    buffer, last = bytearray(_CHUNK), b""
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            chunk = buffer if count == _CHUNK else buffer[:count]
            digest.update(chunk)
            if plain:
                plain = b"\0" not in chunk and _decodes(decoder, chunk)
            joined = joined or (plain and b"_" in chunk and _joins(last + chunk))
            last = bytes(chunk[-2:])
    return Print(digest.digest(), plain and _decodes(decoder, b"", final=True), joined)


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


def of(inputs: Sequence[Input], prints: Prints) -> str:
    """SHA-256 (hexadecimal) over every file's bytes and what its columns were taken for.

    Where the files lie makes no difference; their order and the names that the user gave do.
    """
    whole = hashlib.sha256()
    for one in inputs:
        source, mapped = one.source, one.mapped
        meaning = {
            "shown": source.shown,
            "roles": dict(mapped.roles),
            "values": [[v.column, v.metric, v.split, v.dataset] for v in mapped.values],
            "metrics": source.metrics,
            "where": dict(source.where),
        }
        whole.update(json.dumps(meaning, sort_keys=True).encode())
        found = one.file.found
        for path in stores.parts(found):
            whole.update(place(found, path).encode())
            whole.update(prints.of(path).digest)
    return whole.hexdigest()


def place(found: Found, path: Path) -> str:
    """Where a file is, whatever the folder is called: a log lies beside the file that is given."""
    inside = path.is_relative_to(found.root)
    return found.place(path) if inside else path.name.removeprefix(found.root.name)
