"""Big JSON lines looked at as bytes: that every line has the keys of the first, in its order.

A key is a text and a colon. In flat objects of one writer every colon behind a quote ends a key:
a quote within a text is escaped, and a text is never followed by a colon. To find those colons and
compare what stands before them takes less time than to parse all keys.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring
from typing import TYPE_CHECKING

from paperforge.stores import line_starts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

_CHUNK = 1 << 17
"""Bytes at a time: what fits into the processor's cache is looked at faster."""
_WORD = 8
_BLANKS = re.compile(r"[ \t\r]*")
_PLAIN_KEY = re.compile(r'[^"\\\x00-\x1f]+')
_WHOLE = re.compile(r"-?\d{1,15}")


def tokens(line: bytes, keys: Sequence[str]) -> tuple[bytes, ...]:
    """The keys of a flat object as they stand in its line; empty where the line is not like that.

    `keys`: those that it must have, in any order.
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
    found = tuple(b'"' + name.encode("utf-8", "replace") + b'"' for name in names)
    return found if _fits(line + b"\n", found) else ()


def count_alike(path: Path, tokens: Sequence[bytes]) -> int | None:
    """How many lines a file has, if each has these keys in this order and no others; else None.

    That each line is sound JSON, an object without objects in it, is for the engine to say.
    """
    lines, kept = 0, b""
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK):
            end = chunk.rfind(b"\n") + 1
            whole, kept = (kept + chunk[:end], chunk[end:]) if end else (b"", kept + chunk)
            if whole and not (found := _fits(whole, tokens)):
                return None
            lines += found if whole else 0
    if kept:
        found = _fits(kept + b"\n", tokens)
        return lines + found if found else None
    return lines


def _fits(chunk: bytes, tokens: Sequence[bytes]) -> int:
    """How many whole lines a part of a file has, if each has the keys in their order; else 0."""
    import numpy as np

    padding = bytes(_WORD)
    data = np.frombuffer(padding + chunk + padding, dtype=np.uint8)
    colons = np.flatnonzero(data == ord(":"))
    before = data[colons - 1]
    # '"key" : 1' ends a key too.
    if ((before == ord(" ")) | (before == ord("\t")) | (before == ord("\r"))).any():
        return 0
    ends = np.flatnonzero(data == ord("\n"))
    keys = colons[before == ord('"')]
    if len(keys) != len(ends) * len(tokens):
        return 0
    keys = keys.reshape(len(ends), len(tokens))
    if (keys[:, -1] > ends).any() or (keys[1:, 0] < ends[:-1]).any():
        return 0
    # Eight bytes from every place on, as one number.
    words = np.ndarray((len(data) - _WORD + 1,), dtype="<u8", buffer=data.data, strides=(1,))
    same = all(_stands_before(token, keys[:, n], words, data) for n, token in enumerate(tokens))
    return len(ends) if same else 0


def _stands_before(token: bytes, places: np.ndarray, words: np.ndarray, data: np.ndarray) -> bool:
    """Whether a key stands before each of these colons, and is not the end of another text."""
    import numpy as np

    starts = places - len(token)
    if (starts < _WORD).any() or (data[starts - 1] == ord("\\")).any():
        return False
    for offset in range(0, len(token), _WORD):
        part = token[offset : offset + _WORD]
        mask = np.uint64((1 << 8 * len(part)) - 1)
        if ((words[starts + offset] & mask) != np.uint64(int.from_bytes(part, "little"))).any():
            return False
    return True


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
        key, at = scanstring(line, _behind(line, at, '"'))
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
