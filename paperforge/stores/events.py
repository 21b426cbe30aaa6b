"""TensorBoard's event files: records, checksums and scalars.

A record is its length (8 bytes), the length's checksum, the data (an Event message) and the data's
checksum: masked CRC-32C. Scalars are `simple_value` (TensorBoard 1, PyTorch) or tensors of one
number (TensorBoard 2, Keras). Sources: tensorflow/core/lib/io/record_writer.h and
https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto (event, summary,
tensor)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from paperforge.stores import protobuf
from paperforge.stores.protobuf import FIXED32, FIXED64, LENGTH, VARINT

HPARAMS = "hparams"
"""The plugin whose values are settings."""
_SCALARS = frozenset(("", "scalars"))
_FLOAT, _DOUBLE, _HALF, _BFLOAT = 1, 2, 19, 14
_PACKED = {
    _FLOAT: "<f", _DOUBLE: "<d", 3: "<i", 4: "<B", 5: "<h", 6: "<b", 9: "<q", 10: "<?",
    17: "<H", _HALF: "<e", 22: "<I", 23: "<Q",
}  # fmt: skip
"""Kind of tensor (DataType) -> how its numbers lie in tensor_content."""
_REALS = {5: ("f4", 4), 6: ("f8", 8)}
"""float_val and double_val of a tensor, packed or not."""
_WHOLES = frozenset((7, 10, 11, 13, 16, 17))
"""int_val, int64_val, bool_val, half_val, uint32_val, uint64_val."""
_UNSIGNED = frozenset((13, 16, 17))


@dataclass(slots=True)
class Value:
    """One value of a summary: its tag, and where in the record its number lies."""

    tag: tuple[int, int] = (0, 0)
    kind: str = ""
    """ "f4", "f8": at `at`; "exact": in `exact`; "hparams": from `at` to `end`; else what it is."""
    at: int = 0
    end: int = 0
    exact: float = 0.0


@dataclass(slots=True)
class Layout:
    """Where an event's fields lie in its record."""

    wall: int = -1
    step: tuple[int, int] = (0, 0)
    values: list[Value] = field(default_factory=list)


def layout(data: bytes) -> Layout:
    """Where everything lies. Event: 1 wall_time, 2 step, 5 summary. Raises DamagedError."""
    found = Layout()
    for number, wire, start, end in protobuf.fields(data, 0, len(data)):
        if number == 1 and wire == FIXED64:
            found.wall = start
        elif number == 2 and wire == VARINT:  # noqa: PLR2004  the field's number
            found.step = (start, end)
        elif number == 5 and wire == LENGTH:  # noqa: PLR2004
            found.values += [
                _value(data, at, stop)
                for inner, kind, at, stop in protobuf.fields(data, start, end)
                if inner == 1 and kind == LENGTH
            ]
    return found


def _value(data: bytes, start: int, end: int) -> Value:
    """Summary.Value: 1 tag, 2 simple_value, 4 image, 5 histo, 6 audio, 8 tensor, 9 metadata."""
    value = Value(kind="values without a number")
    plugin, content = "", (0, 0)
    for number, wire, at, stop in protobuf.fields(data, start, end):
        if number == 1 and wire == LENGTH:
            value.tag = (at, stop)
        elif number == 2 and wire == FIXED32:  # noqa: PLR2004  the field's number
            value.kind, value.at = "f4", at
        elif number in (4, 5, 6):
            value.kind = {4: "images", 5: "histograms", 6: "audio"}[number]
        elif number == 8 and wire == LENGTH:  # noqa: PLR2004
            _tensor(data, at, stop, value)
        elif number == 9 and wire == LENGTH:  # noqa: PLR2004
            plugin, content = _plugin(data, at, stop)
    if plugin == HPARAMS:
        value.kind, (value.at, value.end) = HPARAMS, content
    elif plugin not in _SCALARS:
        value.kind = plugin
    return value


def _plugin(data: bytes, start: int, end: int) -> tuple[str, tuple[int, int]]:
    """SummaryMetadata: 1 plugin_data with 1 plugin_name, 2 content: name, and where it lies."""
    name, content = "", (0, 0)
    for number, wire, at, stop in protobuf.fields(data, start, end):
        if number == 1 and wire == LENGTH:
            for inner, kind, first, last in protobuf.fields(data, at, stop):
                if inner == 1 and kind == LENGTH:
                    name = data[first:last].decode("utf-8", "replace")
                elif inner == 2 and kind == LENGTH:  # noqa: PLR2004  the field's number
                    content = (first, last)
    return name, content


def _tensor(data: bytes, start: int, end: int, value: Value) -> None:
    """TensorProto: 1 dtype, 2 tensor_shape, 4 tensor_content, 5 and on the numbers by kind."""
    dtype, count, places = 0, 1, 0
    value.kind, value.exact = "exact", 0.0
    for number, wire, at, stop in protobuf.fields(data, start, end):
        if number == 1 and wire == VARINT:
            dtype = protobuf.varint(data, at)[0]
        elif number == 2 and wire == LENGTH:  # noqa: PLR2004  the field's number
            count = _elements(data, at, stop)
        elif number == 4 and wire == LENGTH and stop > at:  # noqa: PLR2004
            places += 1
            _content(data, at, stop, dtype, value)
        elif number in _REALS and wire in (LENGTH, FIXED32, FIXED64) and stop > at:
            value.kind, size = _REALS[number]
            value.at = at
            places += (stop - at) // size if (stop - at) % size == 0 else 2
        elif number in _WHOLES and wire in (LENGTH, VARINT) and stop > at:
            whole, behind = protobuf.varint(data, at)
            value.exact = _exact(whole, number, dtype)
            places += 1 if behind == stop else 2
    if dtype not in _PACKED and dtype != _BFLOAT:
        value.kind = "text" if dtype == 7 else "tensors"  # noqa: PLR2004  DT_STRING
    elif count != 1 or places > 1:
        value.kind = "tensors"


def _elements(data: bytes, start: int, end: int) -> int:
    """How many numbers a TensorShapeProto (2 dim with 1 size) has room for; at most 2 matters."""
    count = 1
    for number, wire, at, stop in protobuf.fields(data, start, end):
        if number == 2 and wire == LENGTH:  # noqa: PLR2004  the field's number
            sizes = [
                protobuf.varint(data, first)[0]
                for inner, kind, first, _ in protobuf.fields(data, at, stop)
                if inner == 1 and kind == VARINT
            ]
            count = min(count * (sizes[-1] if sizes else 0), 2)
    return count


def _content(data: bytes, start: int, end: int, dtype: int, value: Value) -> None:
    """A number in tensor_content."""
    if dtype in (_FLOAT, _DOUBLE) and end - start == 4 * dtype:
        value.kind, value.at = ("f4" if dtype == _FLOAT else "f8"), start
    elif dtype == _BFLOAT and end - start == 2:  # noqa: PLR2004  bytes
        value.exact = float(struct.unpack("<f", b"\0\0" + data[start:end])[0])
    elif dtype in _PACKED and end - start == struct.calcsize(_PACKED[dtype]):
        value.exact = float(struct.unpack_from(_PACKED[dtype], data, start)[0])
    else:
        value.exact = float("nan")


def _exact(whole: int, number: int, dtype: int) -> float:
    """A number of one of the fields of whole numbers; half_val holds the bits of a half."""
    if number == 13:  # noqa: PLR2004  half_val
        bits = struct.pack("<H", whole & 0xFFFF)
        text = b"\0\0" + bits if dtype == _BFLOAT else bits
        return float(struct.unpack("<f" if dtype == _BFLOAT else "<e", text)[0])
    return float(whole if number in _UNSIGNED else protobuf.signed(whole))


def number(data: bytes, value: Value) -> float | None:
    """The number of a value; None: it has none."""
    if value.kind == "exact":
        return value.exact
    if value.kind in ("f4", "f8"):
        return float(struct.unpack_from("<f" if value.kind == "f4" else "<d", data, value.at)[0])
    return None
