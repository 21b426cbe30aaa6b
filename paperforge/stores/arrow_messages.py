"""What the messages of an Arrow file say of their sizes, looked at before pyarrow trusts it.

A message is metadata in FlatBuffers (https://flatbuffers.dev/internals/) and a body. A record batch
lists its buffers; a compressed one starts with its unpacked length, which a bomb makes huge.
Fields: https://github.com/apache/arrow/blob/main/format/Message.fbs
"""

from __future__ import annotations

import mmap
import struct
from typing import TYPE_CHECKING

from paperforge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 256 << 20
"""Bytes of one batch, unpacked."""
_CONTINUED = 0xFFFFFFFF
_DICTIONARY, _BATCH = 2, 3
_MOST_ROWS_A_BYTE = 8
_MOST_MESSAGES = 1_000_000
_FEW = 1 << 16


def check(path: Path, start: int) -> None:
    """Raise InputError where a batch, from byte `start` on, says that it holds more than fits.

    What cannot be followed is left to pyarrow, which stops there.
    """
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            for metadata, body in _messages(data, start):
                _check_message(data, metadata, body, path)
        except (struct.error, IndexError):
            return


def _messages(data: mmap.mmap, at: int) -> Iterator[tuple[int, int]]:
    """Where metadata and body of every message start, until the end or until it makes no sense."""
    for _ in range(_MOST_MESSAGES):
        if at + 8 > len(data):
            return
        (size,) = struct.unpack_from("<I", data, at)
        at += 4
        if size == _CONTINUED:
            (size,) = struct.unpack_from("<I", data, at)
            at += 4
        if not size or at + size > len(data):
            return
        body = at + size
        table = at + struct.unpack_from("<I", data, at)[0]
        yield table, body
        length = _field(data, table, 3)
        (bytes_in,) = struct.unpack_from("<q", data, length) if length else (0,)
        if bytes_in < 0:
            return
        at = body + bytes_in


def _field(data: mmap.mmap, table: int, number: int) -> int:
    """Where a field of a FlatBuffers table is; 0: it is left at its default."""
    vtable = table - struct.unpack_from("<i", data, table)[0]
    if vtable < 0:
        raise IndexError
    (size,) = struct.unpack_from("<H", data, vtable)
    place = 4 + 2 * number
    if place + 2 > size:
        return 0
    (offset,) = struct.unpack_from("<H", data, vtable + place)
    return table + int(offset) if offset else 0


def _inner(data: mmap.mmap, field: int) -> int:
    """The table or vector that a field points to."""
    return field + int(struct.unpack_from("<I", data, field)[0])


def _check_message(data: mmap.mmap, table: int, body: int, path: Path) -> None:
    kind_at, header_at = _field(data, table, 1), _field(data, table, 2)
    if not (kind_at and header_at):
        return
    kind, batch = data[kind_at], _inner(data, header_at)
    if kind == _DICTIONARY:
        inner = _field(data, batch, 1)
        if not inner:
            return
        batch = _inner(data, inner)
    elif kind != _BATCH:
        return
    rows_at, buffers_at = _field(data, batch, 0), _field(data, batch, 2)
    rows = struct.unpack_from("<q", data, rows_at)[0] if rows_at else 0
    packed = bool(_field(data, batch, 3))
    size = 0
    if buffers_at:
        vector = _inner(data, buffers_at)
        (count,) = struct.unpack_from("<I", data, vector)
        for number in range(count):
            offset, length = struct.unpack_from("<qq", data, vector + 4 + 16 * number)
            if packed and length > 8:  # noqa: PLR2004  the unpacked length is 8 bytes
                (said,) = struct.unpack_from("<q", data, body + offset)
                length = said if said >= 0 else length
            size += max(0, length)
    most = max(_FEW, _MOST_ROWS_A_BYTE * max(size, len(data)))
    if rows > most or (packed and size > LARGEST):
        raise InputError(
            f"has a batch of {rows} rows that unpacks to {size >> 20} MB",
            path.name,
            "write it in batches of at most a million rows, or as Parquet",
        )
