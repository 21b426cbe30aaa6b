"""Big JSON lines looked at as bytes: that every line has the keys of the first, in its order.

A key is a text and a colon. In flat objects of one writer every colon behind a quote ends a key:
a quote within a text is escaped, and a text is never followed by a colon. To find those colons and
compare what stands before them takes less time than to parse all keys.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from paperforge.stores import line_starts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_CHUNK = 1 << 17
"""Bytes at a time: what fits into the processor's cache is looked at faster."""
_WORD = 8
_BLANKS = re.compile(r"[ \t\r]*")
_PLAIN_KEY = re.compile(r'[^"\\\x00-\x1f]+')
_WHOLE = re.compile(r"-?\d{1,15}")


def tokens(line: bytes, keys: Sequence[str]) -> tuple[bytes, ...]:
    """The keys of a flat object as they stand in its line, each with the byte before its quote.

    The first one is the line up to its first value. Empty where the line is not like that: it has
    lists or objects as values, keys that need escapes, or others than `keys` (in any order).
    """
    try:
        pairs = json.loads(line, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(pairs, tuple) or any(isinstance(one, list | tuple) for _, one in pairs):
        return ()
    names = [name for name, _ in pairs]
    if sorted(names) != sorted(keys) or not all(map(_PLAIN_KEY.fullmatch, names)):
        return ()
    quoted = [b'"' + name.encode("utf-8", "replace") + b'"' for name in names]
    before = [line.find(key + b":") - 1 for key in quoted]
    found = [line[at : at + 1] + key for at, key in zip(before, quoted, strict=True)]
    found[0] = b"\n" + line[: before[0] + 1] + quoted[0]
    return tuple(found) if before[0] >= 0 and _fits(b"\n" + line, found) == 1 else ()


def count_alike(path: Path, tokens: Sequence[bytes]) -> int | None:
    """How many lines a file has, if each has these keys in this order and no others; else None.

    That each line is sound JSON, an object without objects in it, is for the engine to say.
    """
    lines, kept = 0, b"\n"
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK):
            # A part begins with the end of the line before it.
            end = chunk.rfind(b"\n")
            if end < 0:
                kept += chunk
                continue
            whole, kept = kept + chunk[:end], chunk[end:]
            if not (found := _fits(whole, tokens)):
                return None
            lines += found
    if kept == b"\n":
        return lines
    found = _fits(kept, tokens)
    return lines + found if found else None


def _fits(chunk: bytes, tokens: Sequence[bytes]) -> int:
    """How many lines a part of a file has, if each has the keys in their order; else 0.

    Each line comes with the line end before it. Where as many first keys as line ends are there,
    each with a line end in front, every key is one of its line.
    """
    import numpy as np

    longest = max(map(len, tokens))
    data = np.frombuffer(bytes(longest + _WORD) + chunk, dtype=np.uint8)
    colons = np.flatnonzero(data == ord(":"))
    before = data[colons - 1]
    # '"key" : 1' ends a key too.
    if ((before == ord(" ")) | (before == ord("\t")) | (before == ord("\r"))).any():
        return 0
    count = int(np.count_nonzero(data == ord("\n")))
    keys = colons[before == ord('"')]
    if len(keys) != count * len(tokens):
        return 0
    keys = keys.reshape(count, len(tokens))
    # Eight bytes from every place on, as one number.
    words = np.ndarray((len(data) - _WORD + 1,), dtype="<u8", buffer=data.data, strides=(1,))
    for end in range(0, longest, _WORD):
        parts = [
            token[max(0, len(token) - end - _WORD) : max(0, len(token) - end)] for token in tokens
        ]
        masks = np.array([_number(b"\xff" * len(part)) for part in parts], dtype=np.uint64)
        asked = np.array([_number(part) for part in parts], dtype=np.uint64)
        if ((words[keys - (end + _WORD)] & masks) != asked).any():
            return 0
    return count


def _number(part: bytes) -> int:
    """The last bytes of a word of eight."""
    return int.from_bytes(part.rjust(_WORD, b"\0"), "little")


def first_rows(path: Path, columns: Sequence[str]) -> list[dict[str, int]] | None:
    """Where each text of some keys stands first in such lines (line_starts); None: who knows."""

    def take(line: bytes) -> tuple[list[str], int] | None:
        try:
            return _start(line.decode(), columns)
        except (ValueError, IndexError, RecursionError):
            return None

    return line_starts.first_rows(path, take, len(columns))


def _start(line: str, columns: Sequence[str]) -> tuple[list[str], int] | None:
    """The texts of some keys, and the bytes up to the end of the last one.

    Raises ValueError or IndexError where the line is no object with them.
    """
    found: dict[str, str] = {}
    decode = json.JSONDecoder().raw_decode
    at = _behind(line, 0, "{")
    while True:
        key, at = decode(line, _match(line, at))
        value, end = decode(line, _behind(line, at, ":", blanks=True))
        # Other values have a text of the engine's own.
        is_plain = isinstance(value, str) and value
        if key in columns and not is_plain and not _WHOLE.fullmatch(line[at + 1 : end].strip()):
            return None
        found[key] = str(value)
        at = _behind(line, end, ",")
        if all(column in found for column in columns):
            return [found[column] for column in columns], len(line[:at].encode())


def _behind(line: str, at: int, mark: str, *, blanks: bool = False) -> int:
    """The place behind a mark that comes next. Raises ValueError where it does not."""
    at = _match(line, at)
    if line[at] != mark:
        raise ValueError(mark)
    return _match(line, at + 1) if blanks else at + 1


def _match(line: str, at: int) -> int:
    found = _BLANKS.match(line, at)
    return found.end() if found else at
