"""Protocol buffers on the wire, read without a schema's compiler: what messages are made of.

Nothing is copied and nothing nested is entered on its own, so that memory and depth are the
caller's. Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
"""How a field is written. Groups (3, 4) are out of use since 2008 and count as damage."""
_SIZES = {FIXED64: 8, FIXED32: 4}
_LONGEST = 10
"""Bytes of a varint: 64 bits, seven a byte."""
_MORE = 0x80
_WHOLE = (1 << 64) - 1


class DamagedError(ValueError):
    """The bytes are no message."""


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The whole number at a place, as unsigned 64 bits, and the place behind it.

    Raises DamagedError where it does not end.
    """
    if at < len(data) and data[at] < _MORE:
        return data[at], at + 1
    value = shift = 0
    for place in range(at, min(at + _LONGEST, len(data))):
        byte = data[place]
        value |= (byte & (_MORE - 1)) << shift
        if byte < _MORE:
            return value & _WHOLE, place + 1
        shift += 7
    raise DamagedError("a number does not end")


def fields(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(number, wire type, start, end) of every field: where its value lies in the data.

    Raises DamagedError where a field does not fit into start..end.
    """
    at = start
    while at < end:
        key, at = varint(data, at)
        wire = key & 7
        if wire == LENGTH:
            length, at = varint(data, at)
            stop = at + length
        elif wire == VARINT:
            stop = varint(data, at)[1]
        elif wire in _SIZES:
            stop = at + _SIZES[wire]
        else:
            raise DamagedError(f"wire type {wire}")
        if stop > end:
            raise DamagedError("a field is longer than its message")
        yield key >> 3, wire, at, stop
        at = stop


def message(data: bytes) -> dict[int, list[bytes | int]]:
    """Field number -> its values in order: whole numbers, else the bytes. For small messages.

    Raises DamagedError.
    """
    found: dict[int, list[bytes | int]] = {}
    for number, wire, start, end in fields(data, 0, len(data)):
        value = varint(data, start)[0] if wire == VARINT else data[start:end]
        found.setdefault(number, []).append(value)
    return found


def text(values: list[bytes | int] | None) -> str:
    """The last value of a text field; "" where there is none."""
    return values[-1].decode("utf-8", "replace") if values and isinstance(values[-1], bytes) else ""


def whole(values: list[bytes | int] | None) -> int:
    """The last value of a field of whole numbers, signed; 0 where there is none."""
    return signed(values[-1]) if values and isinstance(values[-1], int) else 0


def parts(values: list[bytes | int] | None) -> list[bytes]:
    """The messages or texts of a field."""
    return [value for value in values or () if isinstance(value, bytes)]


def signed(value: int) -> int:
    """An int32 or int64 from the unsigned number on the wire."""
    return value - (1 << 64) if value >> 63 else value
