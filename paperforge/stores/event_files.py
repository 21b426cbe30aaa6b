"""A TensorBoard event file as arrays of scalars: a few MB at a time, alike records together.

Most records of a file differ only in time, step, tag and number. One of them is taken apart by
hand (events.layout); all that agree with it in the other bytes are then decoded at once.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paperforge.stores import crc32c, protobuf
from paperforge.stores.events import HPARAMS, Layout, layout, number
from paperforge.stores.protobuf import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    import numpy as np

    from paperforge.stores.left_out import LeftOut

    Array = np.ndarray[Any, Any]

_CHUNK = 8 << 20
_LARGEST = 4 << 20
"""Bytes of a record; larger ones (graphs, images) are passed over."""
_CHECKED = 1 << 16
"""Bytes up to which records without a scalar are checked, too."""
_HEAD, _TAIL = 12, 4
"""Bytes around the data of a record: length and its checksum; checksum."""
_FEW = 4
"""Fewer records of one length are taken apart one by one."""
_MOST_SHAPES = 64
"""Kinds of record of one length; more are taken apart one by one."""
_length = struct.Struct("<Q").unpack_from
_check = struct.Struct("<I").unpack_from


@dataclass(slots=True)
class Batch:
    """Scalars in the order written, as arrays of one length."""

    tag: Array
    """Numbers of the file's `tags`."""
    step: Array
    value: Array
    wall: Array
    """Seconds since 1970."""
    record: Array
    """The number of the record in the file, from 1."""


@dataclass(slots=True)
class _Shape:
    """What records of one kind have in common."""

    fixed: Array
    """Bits that must agree, uint8 (length)."""
    bits: Array
    """What they are."""
    layout: Layout

    def of(self, rows: Array) -> Array:
        """Which rows are of this kind."""
        found: Array = ((rows & self.fixed) == self.bits).all(axis=1)
        return found


class EventFile:
    """One file, streamed. After the loop the attributes say what else there was."""

    def __init__(self, path: Path, left: LeftOut) -> None:
        self.path = path
        self._left = left
        self.tags: list[str] = []
        self.records = 0
        """How many are read so far; the damaged one and what follows are not."""
        self.ended = ""
        """ "": at the end; "torn": in the middle of a record; "damaged": at a wrong checksum."""
        self.hparams: list[bytes] = []
        """Contents of the hparams plugin, in order."""
        self.large = 0
        self._numbers: dict[bytes, int] = {}
        self._shapes: dict[int, list[_Shape]] = {}

    def __iter__(self) -> Iterator[Batch]:
        with self.path.open("rb") as stream:
            rest = b""
            while not self.ended:
                chunk = stream.read(_CHUNK)
                data = rest + chunk
                starts, lengths, end = _scan(data)
                if starts:
                    yield self._decode(data, starts, lengths)
                rest = data[end:]
                if self.ended:
                    return
                if len(rest) >= _HEAD:
                    if not _sound_length(rest):
                        self.ended = "damaged"
                        return
                    length = _length(rest)[0]
                    if length > _LARGEST:
                        self._pass_over(stream, stream.tell() - len(rest), length)
                        rest = b""
                        continue
                if not chunk:
                    self.ended = "torn" if rest else ""
                    return

    def _pass_over(self, stream: BinaryIO, place: int, length: int) -> None:
        """Go behind a large record, if it is whole."""
        behind = place + _HEAD + length + _TAIL
        if behind > os.fstat(stream.fileno()).st_size:
            self.ended = "torn"
            return
        stream.seek(behind)
        self.large += 1
        self.records += 1

    def head(self, most: int) -> Iterator[tuple[bytes, Layout]]:
        """The first records one by one, at most so many, as far as they are sound."""
        with self.path.open("rb") as stream:
            data = stream.read(_CHECKED)
        starts, lengths, _ = _scan(data)
        for start, length in list(zip(starts, lengths, strict=True))[:most]:
            record = data[start : start + length]
            try:
                if not _sound_length(data[start - _HEAD :]) or not _sound(data, start, length):
                    return
                yield record, layout(record)
            except DamagedError:
                return

    def _decode(self, data: bytes, starts: list[int], lengths: list[int]) -> Batch:
        """The scalars of a chunk's records, up to the first damaged one."""
        import numpy as np

        buffer = np.frombuffer(data, np.uint8)
        start, length = np.array(starts), np.array(lengths)
        heads = _rows(buffer, start - _HEAD, 8)
        stored = _rows(buffer, start - 4, 4).view("<u4")[:, 0]
        wrong = np.flatnonzero(crc32c.of_rows(heads) != stored)
        sound = int(wrong[0]) if len(wrong) else len(start)
        found: list[tuple[Array, ...]] = []
        order = np.argsort(length[:sound], kind="stable")
        borders = np.flatnonzero(np.diff(length[order])) + 1
        for group in np.split(order, borders) if sound else ():
            size = int(length[group[0]])
            alike = len(group) >= _FEW and 0 < size <= crc32c.LONGEST
            read = self._alike if alike else self._one_by_one
            sound = min(sound, read(data, start, length, group, found))
        batch = _together(found, sound, self.records)
        self.records += sound
        if sound < len(start):
            self.ended = "damaged"
        return batch

    def _alike(
        self, data: bytes, start: Array, length: Array, group: Array, found: list[tuple[Array, ...]]
    ) -> int:
        """Decode records of one length; the index of the first damaged one, else a large one."""
        import numpy as np

        buffer = np.frombuffer(data, np.uint8)
        size = int(length[group[0]])
        rows = _rows(buffer, start[group], size)
        stored = _rows(buffer, start[group] + size, 4).view("<u4")[:, 0]
        wrong = np.flatnonzero(crc32c.of_rows(rows) != stored)
        end = len(start)
        if len(wrong):
            end = int(group[wrong[0]])
            rows, group = rows[: wrong[0]], group[: wrong[0]]
        shapes = self._shapes.setdefault(size, [])
        for shape in shapes:
            mine = shape.of(rows)
            if mine.any():
                self._take(shape.layout, rows[mine], group[mine], found)
                rows, group = rows[~mine], group[~mine]
        odd: list[int] = []
        while len(group) and len(shapes) < _MOST_SHAPES:
            made = _shape(rows[0])
            if made is None:
                odd.append(int(group[0]))
                rows, group = rows[1:], group[1:]
                continue
            shapes.append(made)
            mine = made.of(rows)
            self._take(made.layout, rows[mine], group[mine], found)
            rows, group = rows[~mine], group[~mine]
        others = np.sort(np.concatenate([np.array(odd, dtype=np.int64), group]))
        return min(end, self._one_by_one(data, start, length, others, found, checked=True))

    def _take(self, of: Layout, rows: Array, group: Array, found: list[tuple[Array, ...]]) -> None:
        """All values of rows of one shape."""
        import numpy as np

        count = len(rows)
        wall = _column(rows, of.wall, "<f8") if of.wall >= 0 else np.zeros(count)
        step = np.zeros(count, dtype=np.uint64)
        for place in range(*of.step):
            seven = (rows[:, place] & 0x7F).astype(np.uint64)
            step |= seven << np.uint64(7 * (place - of.step[0]))
        for index, value in enumerate(of.values):
            tags = self._tags_of(rows[:, slice(*value.tag)])
            numbers = _column(rows, value.at, f"<{value.kind}").astype(np.float64)
            at = np.full(count, index)
            found.append((group, at, tags, step.view(np.int64), numbers, wall))

    def _tags_of(self, texts: Array) -> Array:
        """The numbers of tags, uint8 (n, length): alike ones are found by a sum of their bytes."""
        import numpy as np

        count, length = texts.shape
        if not length or (texts == texts[0]).all():
            return np.full(count, self._tag(texts[0].tobytes()))
        padded = np.zeros((count, -(-length // 8) * 8), dtype=np.uint8)
        padded[:, :length] = texts
        words = padded.view(np.uint64)
        factors = np.random.default_rng(0).integers(1, 1 << 63, words.shape[1], dtype=np.uint64)
        sums = (words * (factors << np.uint64(1) | np.uint64(1))).sum(axis=1, dtype=np.uint64)
        _, first, which = np.unique(sums, return_index=True, return_inverse=True)
        numbers = np.empty(len(first), dtype=np.int64)
        for place in np.argsort(first):
            numbers[place] = self._tag(texts[first[place]].tobytes())
        numbers = numbers[which]
        # Different tags may have one sum.
        for other in np.flatnonzero((texts != texts[first][which]).any(axis=1)):
            numbers[other] = self._tag(texts[other].tobytes())
        return numbers

    def _tag(self, text: bytes) -> int:
        known = self._numbers.get(text)
        if known is None:
            known = self._numbers[text] = len(self.tags)
            self.tags.append(text.decode("utf-8", "replace"))
        return known

    def _one_by_one(
        self,
        data: bytes,
        start: Array,
        length: Array,
        group: Array,
        found: list[tuple[Array, ...]],
        *,
        checked: bool = False,
    ) -> int:
        """Decode records singly; the index of the first damaged one, else a large one."""
        import numpy as np

        rows: list[tuple[float, ...]] = []
        end = len(start)
        for index in group.tolist():
            at, size = int(start[index]), int(length[index])
            try:
                record = data[at : at + size]
                of = layout(record)
                told = self._told(record, of, index)
                if not checked and (told or size <= _CHECKED) and not _sound(data, at, size):
                    raise DamagedError("wrong checksum")  # noqa: TRY301  one way out
            except DamagedError:
                end = index
                break
            rows += told
        if rows:
            whole = np.array([row[:4] for row in rows], dtype=np.int64).T
            real = np.array([row[4:] for row in rows], dtype=np.float64).T
            found.append((*whole, *real))
        return end

    def _told(self, record: bytes, of: Layout, index: int) -> list[tuple[float, ...]]:
        """The scalars of one record; what is none is remembered."""
        wall = struct.unpack_from("<d", record, of.wall)[0] if of.wall >= 0 else 0.0
        step = protobuf.signed(protobuf.varint(record, of.step[0])[0]) if of.step[1] else 0
        rows: list[tuple[float, ...]] = []
        for place, value in enumerate(of.values):
            scalar = number(record, value)
            if scalar is not None:
                number_of_tag = self._tag(record[slice(*value.tag)])
                rows.append((index, place, number_of_tag, step, scalar, wall))
            elif value.kind == HPARAMS:
                self.hparams.append(record[value.at : value.end])
            else:
                tag = record[slice(*value.tag)].decode("utf-8", "replace")
                self._left.add(value.kind, tag)
        return rows


def starts_soundly(start: bytes) -> bool:
    """Whether the first bytes of a file are the length of a record and its checksum."""
    return len(start) >= _HEAD and _sound_length(start)


def _sound_length(data: bytes) -> bool:
    return bool(crc32c.masked(crc32c.of(data[:8])) == _check(data, 8)[0])


def _sound(data: bytes, start: int, length: int) -> bool:
    check = crc32c.masked(crc32c.of(data[start : start + length]))
    return bool(check == _check(data, start + length)[0])


def _scan(data: bytes) -> tuple[list[int], list[int], int]:
    """Where the data of whole records start, how long they are, and where the last one ends.

    It stops at a large one. Lengths are believed here, and checked afterwards, all at once.
    """
    starts, lengths = [], []
    at, last = 0, len(data) - _HEAD - _TAIL
    while at <= last:
        length = _length(data, at)[0]
        if length > min(last - at, _LARGEST):
            break
        starts.append(at + _HEAD)
        lengths.append(length)
        at += length + _HEAD + _TAIL
    return starts, lengths, at


def _rows(buffer: Array, starts: Array, length: int) -> Array:
    """Equally long pieces of the buffer, uint8 (n, length), contiguous."""
    import numpy as np

    windows = np.lib.stride_tricks.sliding_window_view(buffer, length)
    return np.ascontiguousarray(windows[starts])


def _column(rows: Array, at: int, kind: str) -> Array:
    """A number that lies in all rows at one place."""
    import numpy as np

    size = np.dtype(kind).itemsize
    column: Array = np.ascontiguousarray(rows[:, at : at + size]).view(kind)[:, 0]
    return column


def _shape(row: Array) -> _Shape | None:
    """What a record has in common with its like; None: it must be taken apart by itself."""
    import numpy as np

    try:
        of = layout(row.tobytes())
    except DamagedError:
        return None
    if not of.values or any(value.kind not in ("f4", "f8") for value in of.values):
        return None
    fixed = np.full(len(row), 0xFF, dtype=np.uint8)
    if of.wall >= 0:
        fixed[of.wall : of.wall + 8] = 0
    # Of a step's bytes, the bit that says whether another follows must agree.
    fixed[slice(*of.step)] = 0x80
    for value in of.values:
        fixed[slice(*value.tag)] = 0
        fixed[value.at : value.at + int(value.kind[1])] = 0
    return _Shape(fixed, row & fixed, of)


def _together(found: list[tuple[Array, ...]], sound: int, before: int) -> Batch:
    """All that was decoded of a chunk, in the order written, up to the first damaged record."""
    import numpy as np

    if not found:
        none = np.zeros(0)
        return Batch(none.astype(int), none, none, none, none)
    index, place, tag, step, value, wall = (
        np.concatenate(parts) for parts in zip(*found, strict=True)
    )
    order = np.lexsort((place, index)) if place.any() else np.argsort(index, kind="stable")
    order = order[index[order] < sound]
    record = index[order] + before + 1
    return Batch(tag[order], step[order].astype(np.float64), value[order], wall[order], record)
