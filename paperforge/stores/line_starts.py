"""Where names stand first in a big file of lines that is sorted by them.

In such a file the start of the lines changes seldom: whole parts of it are looked at by counting,
and only a line that starts unlike the one before it is taken apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

Take = Callable[[bytes], tuple[list[str], int] | None]
"""A line -> its names, and how many of its first bytes say what they are; None: who knows."""
_CHUNK = 1 << 18
"""Bytes at a time, in one buffer: what fits into the processor's cache is looked at fast."""
_MOST_CHANGES = 20_000
"""A file in which the names change more often than this is not sorted by them."""
_LONGEST = 256
"""Bytes of a line that are compared."""


def first_rows(
    path: Path, take: Take, names: int, skip: int = 0, *, refused: bytes = b""
) -> list[dict[str, int]] | None:
    """Where each text of so many names stands first: numbers that grow along the file.

    `skip`: lines before the first row. None where the file is not sorted, where a line cannot be
    taken apart, and where it holds the byte `refused`.
    """
    search = _Search(take, names)
    buffer = bytearray(_CHUNK + _LONGEST)
    view = memoryview(buffer)
    kept = 0
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(view[kept:_CHUNK]):
            start, have = 0, kept + count
            end = buffer.rfind(b"\n", 0, have) + 1
            if (refused and buffer.find(refused, kept, have) >= 0) or have - end == _CHUNK:
                return None
            while skip and start < end:
                start = buffer.find(b"\n", start, end) + 1
                skip -= 1
            if start < end and not search.look(buffer, start, end):
                return None
            kept = have - end
            view[:kept] = buffer[end:have]
    if kept and not skip:
        buffer[kept] = ord("\n")
        if not search.look(buffer, 0, kept + 1):
            return None
    return search.found


class _Search:
    """Lines compared by their start."""

    def __init__(self, take: Take, names: int) -> None:
        self.found: list[dict[str, int]] = [{} for _ in range(names)]
        self._take = take
        self._rows = self._changes = 0
        self._same = b"\n"

    def look(self, buffer: bytearray, start: int, end: int) -> bool:
        """Take in the whole lines of a part of the buffer; whether it can go on."""
        import numpy as np

        whole = np.frombuffer(buffer, dtype=np.uint8)
        ends_here = whole[start:end] == ord("\n")
        count = int(np.count_nonzero(ends_here))
        same = buffer.startswith(self._same[1:], start, end)
        if self._same[1:] and same and buffer.count(self._same, start, end) == count - 1:
            self._rows += count
            return True
        ends = np.flatnonzero(ends_here) + start
        starts = np.concatenate(([start], ends[:-1] + 1))
        # Eight bytes from every place on, as one number.
        words = np.ndarray((len(whole) - 8,), dtype="<u8", buffer=whole.data, strides=(1,))
        at = 0
        while at < len(starts):
            self._changes += 1
            line = bytes(buffer[int(starts[at]) : int(ends[at])])
            texts, length = self._take(line) or ([], _LONGEST)
            if length > _LONGEST - 8 or self._changes > _MOST_CHANGES:
                return False
            for names, text in zip(self.found, texts, strict=True):
                names.setdefault(text, self._rows + at)
            self._same = b"\n" + line[:length]
            at = _next_other(words, starts, at, length)
        self._rows += len(starts)
        return True


def _next_other(words: np.ndarray, starts: np.ndarray, at: int, length: int) -> int:
    """The next line whose first `length` bytes are not those of line `at`."""
    import numpy as np

    step = 64
    while at + 1 < len(starts):
        block = starts[at + 1 : at + 1 + step]
        differs = np.zeros(len(block), dtype=bool)
        for offset in range(0, length, 8):
            kept = min(8, length - offset)
            mask = np.uint64((1 << 8 * kept) - 1)
            differs |= ((words[block + offset] ^ words[starts[at] + offset]) & mask) != 0
        other = int(differs.argmax())
        if differs[other]:
            return at + 1 + other
        at += len(block)
        step *= 4
    return len(starts)
