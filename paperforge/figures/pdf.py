"""The objects of a PDF, read from its bytes (ISO 32000-1, 7.2 to 7.5), to look a figure over.

The files are untrusted: streams are unpacked to a limit, nothing is followed out of the file, and
what cannot be read is left out.
"""

from __future__ import annotations

import base64
import contextlib
import re
import zlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 32 << 20
"""Bytes that one stream is unpacked to at most."""
DIGITS = 15
LONGEST = 40
"""Digits that are read of a number; of up to DIGITS it is an integer."""
DEEPEST = 24
"""How far references and parents are followed."""
_HEAD = re.compile(rb"(\d+)[\x00\t\n\x0c\r ]+\d+[\x00\t\n\x0c\r ]+obj\b")
_END = re.compile(rb"\bstream\r?\n|\bendobj\b")
_TOKEN = re.compile(
    rb"(?P<comment>%[^\r\n]*)"
    rb"|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?![^\x00\t\n\x0c\r \[\]<>(){}/%]))"
    rb"|/(?P<name>[^\x00\t\n\x0c\r \[\]<>(){}/%]*)"
    rb"|(?P<mark><<|>>|[\[\]])"
    rb"|<(?P<hex>[0-9A-Fa-f\x00\t\n\x0c\r ]*)>"
    rb"|(?P<text>\()"
    rb"|(?P<word>[^\x00\t\n\x0c\r \[\]<>(){}/%]+|[{}<>)])"
)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_INLINE_END = re.compile(rb"[\x00\t\n\x0c\r ]EI(?![^\x00\t\n\x0c\r ])")


class Name(str):
    """/Name."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """5 0 R."""

    number: int


@dataclass(frozen=True, slots=True)
class Document:
    """The objects of a file by number; of each a value and, where it is a stream, its raw bytes."""

    values: dict[int, object] = field(default_factory=dict)
    streams: dict[int, bytes] = field(default_factory=dict)

    def get(self, one: object) -> object:
        """Return what a reference stands for; other values as they are."""
        for _ in range(DEEPEST):
            if not isinstance(one, Ref):
                return one
            one = self.values.get(one.number)
        return None

    def table(self, value: object) -> dict[str, object]:
        """Return a dictionary, of a reference or a stream too; empty where it is none."""
        found = self.get(value)
        return found if isinstance(found, dict) else {}

    def items(self, value: object) -> list[object]:
        """Return an array, resolved; a single value as an array of one; empty for null."""
        found = self.get(value)
        if isinstance(found, list):
            return [self.get(one) for one in found]
        return [] if found is None else [found]

    def stream(self, value: object) -> bytes:
        """Return a stream's bytes, unpacked; empty for none, and where its filter is not known."""
        if not isinstance(value, Ref) or value.number not in self.streams:
            return b""
        data = self.streams[value.number]
        for kind in self.items(self.table(value).get("Filter")):
            data = _unpacked(data, str(kind))
        return data

    def pages(self) -> list[dict[str, object]]:
        """Return the pages, by their place in the file."""
        tables = (self.table(Ref(number)) for number in self.values)
        return [table for table in tables if table.get("Type") == "Page"]

    def inherited(self, page: dict[str, object], key: str) -> object:
        """Return an attribute of a page or of the nearest node above it (7.7.3.4)."""
        for _ in range(DEEPEST):
            if key in page:
                return self.get(page[key])
            page = self.table(page.get("Parent"))
        return None


def read(data: bytes) -> Document:
    """Read all objects, those of compressed object streams too; later ones replace earlier ones."""
    found, packed, place = Document(), [], 0
    while (head := _HEAD.search(data, place)) is not None:
        number, start = int(head[1]), head.end()
        end = _END.search(data, start)
        if end is None:
            break
        found.values[number] = value(data[start : end.start()])
        place = end.end()
        if end[0] == b"endobj":
            continue
        length = found.table(Ref(number)).get("Length")
        stop = place + length if isinstance(length, int) else -1
        if stop < 0 or not data[stop : stop + 20].lstrip().startswith(b"endstream"):
            stop = data.find(b"endstream", place)
            stop = len(data) if stop < 0 else stop
        found.streams[number] = data[place:stop]
        place = stop
        if found.table(Ref(number)).get("Type") == "ObjStm":
            packed.append(Ref(number))
    for ref in packed:
        for number, one in _inside(found, ref):
            found.values.setdefault(number, one)
    return found


def value(data: bytes) -> object:
    """Return the first value of a text: dict, list, Name, Ref, int, float, bytes; None: nothing."""
    operands = next(operations(data))[1]
    return operands[0] if operands else None


def operations(data: bytes) -> Iterator[tuple[bytes, list[object]]]:  # noqa: C901 (a kind of token a branch)
    """Yield (operator, operands) of a content stream; last, with an empty operator, what is left.

    Inline images are passed over. Broken parts are, too.
    """
    nests: list[list[object]] = [[]]
    place = 0
    while (token := _TOKEN.search(data, place)) is not None:
        place, kind = token.end(), token.lastgroup
        if kind == "number":
            nests[-1].append(_number(token[0]))
        elif kind == "name":
            nests[-1].append(_name(token["name"]))
        elif kind == "hex":
            nests[-1].append(_hex(token["hex"]))
        elif kind == "text":
            text, place = _text(data, place)
            nests[-1].append(text)
        elif kind == "mark":
            _nest(nests, token[0])
        elif kind == "word" and token[0] == b"R":
            _refer(nests[-1])
        elif kind == "word" and (len(nests) > 1 or token[0] in _CONSTANTS):
            nests[-1].append(_CONSTANTS.get(token[0]))
        elif kind == "word":
            if token[0] == b"ID":
                stop = _INLINE_END.search(data, place)
                place = stop.end() if stop else len(data)
            yield token[0], nests[0]
            nests = [[]]
    yield b"", nests[0]


_CONSTANTS = {b"true": True, b"false": False, b"null": None}


def _number(text: bytes) -> float | int:
    """Return a number; one of absurd length is cut."""
    return float(text[:LONGEST]) if b"." in text or len(text) > DIGITS else int(text)


def _nest(nests: list[list[object]], mark: bytes) -> None:
    """Open or close a dictionary or an array."""
    if mark in (b"<<", b"["):
        if len(nests) <= DEEPEST:
            nests.append([])
        return
    if len(nests) == 1:
        return
    inside = nests.pop()
    if mark == b"]":
        nests[-1].append(inside)
    else:
        pairs = zip(inside[::2], inside[1::2], strict=False)
        nests[-1].append({str(key): one for key, one in pairs})


def _refer(found: list[object]) -> None:
    """Make "5 0 R" one reference."""
    if len(found) > 1 and isinstance(found[-2], int):
        found[-2:] = [Ref(found[-2])]


def _name(text: bytes) -> Name:
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), text)
    return Name(plain.decode("latin-1"))


def _hex(text: bytes) -> bytes:
    digits = bytes(c for c in text if c > ord(" "))
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _text(data: bytes, start: int) -> tuple[bytes, int]:
    """Return the string whose bracket opened before `start`, and the place after it (7.3.4.2)."""
    depth = 1
    for found in re.finditer(rb"\\[\s\S]|[()]", data[start : start + MOST]):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if depth == 0:
            inside = data[start : start + found.start()]
            return _ESCAPED.sub(_plain, inside), start + found.end()
    return data[start:], len(data)


def _plain(escaped: re.Match[bytes]) -> bytes:
    code = escaped[1]
    if code[:1].isdigit():
        return bytes([int(code, 8) & 255])
    return b"" if code in (b"\n", b"\r", b"\r\n") else _LETTERS.get(code, code)


def _unpacked(data: bytes, kind: str) -> bytes:
    """Return a stream without one filter; empty where it is damaged or the filter is not ours."""
    with contextlib.suppress(zlib.error, ValueError):
        if kind == "FlateDecode":
            return zlib.decompressobj().decompress(data, MOST)
        if kind == "ASCII85Decode":
            return base64.a85decode(data.strip().removesuffix(b"~>"))
        if kind == "ASCIIHexDecode":
            return _hex(data.split(b">")[0])
    return b""


def _inside(document: Document, ref: Ref) -> Iterator[tuple[int, object]]:
    """Yield the objects of one compressed object stream (7.5.7)."""
    text, first = document.stream(ref), document.table(ref).get("First")
    if not isinstance(first, int):
        return
    table = [int(one) for one in text[:first].split() if one.isdigit()]
    places = [*table[1::2], len(text) - first]
    for number, (begin, end) in zip(table[::2], pairwise(places), strict=False):
        yield number, value(text[first + begin : first + end])
