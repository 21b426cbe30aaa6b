"""A run's files that a tracker leaves in a folder or in a ZIP archive of it, read line by line."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from struct import error as struct_error
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from paperforge.errors import InputError
from paperforge.stores import documents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

LONGEST = 8 << 20
"""Bytes of one line: ClearML writes many events in one. Parsed, it is 25 times that."""
_LARGEST = 16 << 20
"""Bytes of a JSON document."""
_BUFFER = 1 << 18
_RATIO = 500
"""Bytes out for a byte in. Lines of one metric are more alike than other text."""
_SMALL = 1 << 20
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (OSError, ValueError, EOFError, RuntimeError, zlib.error, struct_error)
_BROKEN_ZIP = (*_BROKEN, zipfile.BadZipFile, NotImplementedError)


class Files:
    """The files of one run; `place` is its folder or its ZIP archive. For use in a `with`.

    Raises InputError where the archive cannot be opened, or a file is missing or damaged.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._archive = None if place.is_dir() else documents.open_zip(place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._archive is not None:
            self._archive.close()

    def has(self, name: str) -> bool:
        """Whether there is such a file; a link that leads out of the folder is none."""
        if self._archive is not None:
            return name in self._archive.NameToInfo
        path = self.place / name
        return path.is_file() and path.resolve().parent == self.place.resolve()

    def json(self, name: str) -> Any:  # noqa: ANN401  JSON is any of six types
        """The value of a JSON file."""
        if self._archive is not None:
            data = documents.member(self._archive, name, self.place.name, _LARGEST)
            return documents.json_of(data, f"{self.place.name} member {name}")
        if not self.has(name):
            raise InputError("there is no such file", name)
        if (self.place / name).stat().st_size > _LARGEST:
            raise InputError(f"is larger than {_LARGEST >> 20} MB", name)
        return documents.json_file(self.place / name)

    def records(self, name: str) -> Iterator[Any]:
        """The value of each line of a file of JSON lines, in order; empty lines are left out.

        Raises InputError at the first damaged line: what came before it may be kept.
        """
        with self._open(name) as stream:
            number = 0
            while line := self._line(stream, name, number := number + 1):
                if not line.isspace():
                    yield documents.json_of(line, f"{name} line {number}")

    def _line(self, stream: BinaryIO, name: str, number: int) -> bytes:
        try:
            line = stream.readline(LONGEST + 1)
        except _BROKEN_ZIP as error:
            raise InputError(f"cannot be read on: {error}", f"{name} line {number}") from None
        if len(line) > LONGEST:
            raise InputError(f"is longer than {LONGEST >> 20} MB", f"{name} line {number}")
        return line

    def _open(self, name: str) -> BinaryIO:
        if not self.has(name):
            raise InputError("there is no such file", name)
        try:
            if self._archive is None:
                return (self.place / name).open("rb")
            info = self._archive.getinfo(name)
            if info.compress_type not in _KINDS:
                raise InputError("is compressed in an unknown way", name)
            if info.file_size > max(_SMALL, _RATIO * max(info.compress_size, 1)):
                raise InputError("unpacks to far more than text can", name, "is it a trap?")
            return io.BufferedReader(self._archive.open(info), _BUFFER)  # type: ignore[type-var]  # ZipExtFile reads like a raw stream
        except _BROKEN_ZIP as error:
            raise InputError(f"cannot be opened: {error}", name) from None


def members(path: Path) -> frozenset[str]:
    """The names in a ZIP archive; empty where it is none."""
    try:
        with documents.open_zip(path) as archive:
            return frozenset(archive.NameToInfo)
    except (InputError, struct_error):
        return frozenset()


def number(value: object) -> float | None:
    """A number as trackers write it in JSON: also "NaN" and "Infinity"; None: it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:  # a whole number of more than 308 digits
            return math.inf if value > 0 else -math.inf
    if isinstance(value, str):
        return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(value)
    return None
