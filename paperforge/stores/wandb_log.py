"""The records of a `.wandb` file: a log of checksummed fragments that hold protocol buffers.

Blocks of 32 KiB as in LevelDB; the file begins with `:W&B`, a magic number and a version. Sources:
https://github.com/google/leveldb/blob/main/doc/log_format.md
https://github.com/wandb/wandb/blob/main/wandb/proto/wandb_internal.proto
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from paperforge.stores.protobuf import (
    FIXED64,
    LENGTH,
    VARINT,
    DamagedError,
    fields,
    message,
    parts,
    varint,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

HISTORY, SUMMARY, CONFIG, RUN, EXIT = 2, 3, 5, 17, 18
"""The kinds of record that hold results; field numbers of Record."""
_BLOCK = 32768
_CHUNK = 32 * _BLOCK
_START = b":W&B\xe1\xbe"
_HEADER = 7
"""Bytes before the first fragment, and of each fragment's own head."""
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_LARGEST = 64 << 20
"""Bytes of a record; larger ones are passed over."""
_MORE = 0x80
"""A byte from here on has another byte of its number behind it."""
_FIRST_FIELD, _SECOND_FIELD = 0x0A, 0x12
"""Fields 1 and 2 with a length: items, what is removed; key and nested_key of an item."""
_JSON = b"\x82\x01"
"""The field value_json (16) of an item."""
_MOST_NAMES = 100_000
_DEEPEST = 40
"""Names in a path; more are cut."""

Path_ = tuple[str, ...]


class Log:
    """The records of one file, streamed. After the loop, `ended` says whether all was there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records = 0
        """How many were given so far: the number of the latest one, from 1."""
        self.large = 0
        """How many were passed over as too large."""
        self.ended = ""
        """ "": at the end; "torn": in the middle of a record; "damaged": at a wrong checksum;
        else a sentence."""

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            start = stream.read(_HEADER)
            if not start:
                self.ended = "is empty: the run was killed before it wrote anything"
                return
            if start[: len(_START)] != _START:
                self.ended = "damaged"
                return
            stream.seek(0)
            yield from self._records(stream)

    def _records(self, stream: BinaryIO) -> Iterator[bytes]:
        held: list[bytes] | None = None
        size = 0
        for kind, body in self._fragments(stream):
            if (held is None) != (kind in (_FULL, _FIRST)) or kind > _LAST:
                self.ended = "damaged"
                return
            size = len(body) + (size if held else 0)
            held = [*held, body] if held and size <= _LARGEST else [body][: size <= _LARGEST]
            if kind in (_FULL, _LAST):
                self.records += 1
                if size <= _LARGEST:
                    yield b"".join(held)
                else:
                    self.large += 1
                held = None
        if held is not None:
            self.ended = self.ended or "torn"

    def _fragments(self, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
        at = _HEADER
        while chunk := stream.read(_CHUNK):
            while at < len(chunk):
                left = _BLOCK - at % _BLOCK
                if left < _HEADER:
                    at += left
                    continue
                stop = at + _HEADER
                if stop > len(chunk):
                    self.ended = "torn"
                    return
                check, length, kind = struct.unpack_from("<IHB", chunk, at)
                body = chunk[at + 6 : stop + length]
                if len(body) <= length or not kind:
                    # A block of zeros is space that was reserved and never written.
                    self.ended = "torn"
                    return
                if length > left - _HEADER or zlib.crc32(body) != check:
                    self.ended = "damaged"
                    return
                yield kind, body[1:]
                at = stop + length
            at = 0


def content(record: bytes) -> tuple[int, int, int]:
    """What kind of record it is, and where its message lies; (0, 0, 0): none that is known.

    Raises DamagedError.
    """
    for number, wire, start, end in fields(record, 0, len(record)):
        if wire == LENGTH and number in (HISTORY, SUMMARY, CONFIG, RUN, EXIT):
            return number, start, end
    return 0, 0, 0


class Items:
    """Reads the items (name and value) of history, summary and config records."""

    def __init__(self) -> None:
        self._paths: dict[bytes, Path_] = {}

    def read(
        self, data: bytes, start: int, end: int, removed: list[Path_] | None = None
    ) -> list[tuple[Path_, bytes | float | None]]:
        """(path of the name, value) of each item of field 1: JSON, a number, or None for no value.

        `removed` takes the paths of the items in field 2: what a summary or config record takes
        away. Raises DamagedError, or IndexError where the data end too early.
        """
        found = []
        at = start
        while at < end:
            key = data[at]
            if key not in (_FIRST_FIELD, _SECOND_FIELD):
                at = next(fields(data, at, end))[3]
                continue
            length, at = varint(data, at + 1) if data[at + 1] >= _MORE else (data[at + 1], at + 2)
            stop = at + length
            if stop > end:
                raise DamagedError("an item is longer than its record")
            if key == _FIRST_FIELD:
                found.append(self._item(data, at, stop))
            elif removed is not None:
                removed.append(self._item(data, at, stop)[0])
            at = stop
        return found

    def _item(self, data: bytes, start: int, end: int) -> tuple[Path_, bytes | float | None]:
        """The name's fields come first; most lengths are one byte: no call is made for those."""
        at = start
        while at < end and (data[at] == _FIRST_FIELD or data[at] == _SECOND_FIELD):
            length, at = varint(data, at + 1) if data[at + 1] >= _MORE else (data[at + 1], at + 2)
            at += length
        head = data[start:at]
        path = self._paths.get(head)
        if path is None:
            path = self._path(head)
        if data[at : at + 2] == _JSON:
            at += 2
            length, at = varint(data, at) if data[at] >= _MORE else (data[at], at + 1)
            if at + length > end:
                raise DamagedError("a value is longer than its item")
            return path, data[at : at + length]
        if at > end:
            raise DamagedError("a name is longer than its item")
        return path, _value(data, at, end)

    def _path(self, head: bytes) -> Path_:
        told = message(head)
        names = parts(told.get(1))[-1:] or parts(told.get(2))
        path = tuple(name.decode("utf-8", "replace") for name in names[:_DEEPEST])
        if len(self._paths) < _MOST_NAMES:
            self._paths[head] = path
        return path


def _value(data: bytes, start: int, end: int) -> bytes | float | None:
    """A value in one of the typed fields that versions since 0.22 know beside value_json."""
    value: bytes | float | None = None
    for number, wire, at, stop in fields(data, start, end):
        if wire == VARINT and number in (4, 5):
            whole = varint(data, at)[0]
            # Integers are written zigzag: 0, -1, 1, -2, ...
            value = float(whole if number == 4 else (whole >> 1) ^ -(whole & 1))  # noqa: PLR2004
        elif wire == FIXED64 and number == 6:  # noqa: PLR2004  the field's number
            value = float(struct.unpack_from("<d", data, at)[0])
        elif wire == LENGTH and number == 7:  # noqa: PLR2004
            value = b'"' + data[at:stop] + b'"'
        elif wire == LENGTH and number in (8, 16):
            value = data[at:stop]
    return value
