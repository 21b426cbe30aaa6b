"""What a look at a CSV file says: its encoding, its delimiter, and the names of its columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.stores import packed, seeds
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from pathlib import Path

NO_ROWS = "was the run that writes it interrupted?"
_DELIMITERS = (",", ";", "\t", "|")
_HEAD = 1 << 17
_CHUNK = 1 << 20
_SEPARATOR = re.compile(r'"?sep=[,;|\t]?"?[,;|\t]*')
"""A first line by which a file tells Excel its delimiter."""
_WINDOWS = frozenset(range(0x80, 0xA0))


@dataclass(frozen=True, slots=True)
class Text:
    """What a look at all bytes says."""

    encoding: str
    lines: int
    notes: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the rows are written."""

    delimiter: str
    names: tuple[str, ...]
    """Of every field of a row; unnamed ones are called "column 3"."""
    surplus: int
    """Empty fields at the end of each row that the header does not have."""
    quoted: bool
    skip: int = 0
    """Lines before the header."""


def scan(path: Path) -> Text:
    """Encoding and number of lines, from all bytes, in constant memory."""
    with packed.opened(path) as stream:
        start = stream.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return Text("utf-16", -1)
        decoder = codecs.getincrementaldecoder("utf-8")()
        sound, windows, lines, first, tail = True, False, 0, -1, b""
        while chunk := start + stream.read(_CHUNK):
            start = b""
            if b"\0" in chunk:
                raise packed.no_text(chunk, path.name, "save the results as CSV")
            if sound:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    sound = False
                    first = lines + chunk[: max(error.start, 0)].count(b"\n") + 1
            if not sound and not windows:
                windows = not _WINDOWS.isdisjoint(chunk)
            lines += chunk.count(b"\n") or chunk.count(b"\r")
            tail = (tail + chunk)[-64:]
        sound = sound and _complete(decoder)
    if not tail.strip():
        raise NothingToRead("the file is empty", path.name, NO_ROWS)
    blank = len(tail) - len(tail.rstrip(b"\r\n"))
    ends = tail[len(tail) - blank :] if blank else b""
    # A last line without its end is a line; blank lines at the end are none.
    lines += 1 - (ends.count(b"\n") or ends.count(b"\r"))
    if sound:
        return Text("utf-8", lines)
    encoding, name = ("cp1252", "Windows-1252") if windows else ("latin-1", "Latin-1")
    note = Diagnostic(
        Severity.NOTE,
        f"{path.name} line {first}",
        f"the file is not UTF-8; it was read as {name}",
        "check names with accents, or save the file as UTF-8",
    )
    return Text(encoding, lines, (note,))


def _complete(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def sniff(path: Path, encoding: str) -> Dialect:
    """Delimiter and header, from the first lines."""
    with packed.opened(path) as stream:
        raw = stream.read(_HEAD)
        whole = len(raw) < _HEAD
    if encoding == "utf-8":
        encoding = "utf-8-sig"
    text = codecs.getincrementaldecoder(encoding)("replace").decode(raw, final=whole)
    if not whole and "\n" not in text and "\r" not in text:
        raise InputError(f"its first line is longer than {_HEAD >> 10} kB", f"{path.name} line 1")
    skip = _above(text)
    text = "".join(text.splitlines(keepends=True)[skip:]) if skip else text
    best: tuple[int, int, str, list[list[str]]] | None = None
    for delimiter in _DELIMITERS:
        records = _records(text, delimiter, whole=whole)
        if not records or not records[0][1:]:
            continue
        same = sum(len(record) == len(records[0]) for record in records)
        rank = (same * 100 // len(records), len(records[0]))
        if best is None or rank > best[:2]:
            best = (*rank, delimiter, records)
    if best is None:
        raise InputError(
            "has one column only: no comma, semicolon, tab or bar between fields",
            path.name,
            "write one row per run: method,dataset,seed,accuracy",
        )
    return replace(_dialect(path, best[2], best[3], quoted='"' in text), skip=skip)


def _above(text: str) -> int:
    """How many lines stand before the header: blank ones, comments, and what Excel is told.

    The header itself may begin with #.
    """
    lines = text.splitlines()
    blank = next((n for n, line in enumerate(lines) if line.strip()), 0)
    return blank + _comments(lines[blank:])


def _comments(lines: list[str]) -> int:
    if lines[1:] and _SEPARATOR.fullmatch(lines[0]):
        return 1
    count = next((n for n, line in enumerate(lines) if not line.startswith("#")), 0)
    if not count:
        return 0
    last, following = lines[count - 1], lines[count]
    for delimiter in _DELIMITERS:
        fields = following.split(delimiter)
        same = len(last.split(delimiter)) == len(fields) > 1
        if same and any(_is_number(field.strip()) for field in fields):
            return count - 1
    return count


def _records(text: str, delimiter: str, *, whole: bool) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        records = [record for record in islice(reader, 200) if record]
    except csv.Error:
        return []
    # The last record of a part of a file may be cut off.
    return records if whole or not records[1:] else records[:-1]


def _dialect(path: Path, delimiter: str, records: list[list[str]], *, quoted: bool) -> Dialect:
    header = [name.strip() for name in records[0]]
    if not any(header):
        raise InputError(
            "the first line names no columns",
            f"{path.name} line 1",
            "delete it: the header is first",
        )
    _check_lines(path, records)
    _check_header(path, header)
    names = [name or f"column {number}" for number, name in enumerate(header, 1)]
    widest = max(len(record) for record in records)
    extra = [field for record in records[1:] for field in record[len(names) :]]
    surplus = widest - len(names) if extra and not any(f.strip() for f in extra) else 0
    names += [f"column {len(names) + number + 1}" for number in range(surplus)]
    return Dialect(delimiter, tuple(names), surplus, quoted)


def _check_lines(path: Path, records: list[list[str]]) -> None:
    """Raise InputError where the first line is a title, or the header takes several lines."""
    if not records[1:]:
        return
    first, second = ([name.strip() for name in record] for record in records[:2])
    named = [name for name in first if name]
    words = [name for name in second if name and not _is_number(name)]
    if first[2:] and named == first[:1] and words == second:
        raise InputError(
            f"{first[0]!r} stands alone in the first line, which names the columns",
            f"{path.name} line 1",
            "delete what stands above the names of the columns",
        )
    pairs = zip(first, second, strict=False)
    twice = [(one, two) for one, two in pairs if one and first.count(one) > 1]
    if twice and all(two in words for _, two in twice) and len(set(twice)) == len(twice):
        one, two = twice[0]
        raise InputError(
            f"the names of the columns take several lines ({one!r} with {two!r} below it)",
            f"{path.name} line 1",
            "write them in one line; with pandas: df.columns = ['_'.join(c) for c in df.columns], "
            "then df.reset_index().to_csv(…, index=False)",
        )


def _check_header(path: Path, header: list[str]) -> None:
    seen: dict[str, int] = {}
    for number, name in enumerate(header, 1):
        if not name:
            continue
        if name.startswith("__"):
            raise InputError(
                f"the column name {name!r} starts with two underscores",
                f"{path.name} line 1",
                "rename the column",
            )
        first = seen.setdefault(name.lower(), number)
        if first != number:
            raise InputError(
                f"two columns are called {name!r}: the {_nth(first)} and the {_nth(number)}"
                + (
                    ""
                    if header[first - 1] == name
                    else f" ({header[first - 1]!r}; case does not count)"
                ),
                f"{path.name} line 1",
                "rename one of them",
            )
    numbers = [name for name in header if _is_number(name)]
    if numbers and not seeds.is_header(header):
        raise InputError(
            f"{numbers[0]!r} is where a column's name should be",
            f"{path.name} line 1",
            "the first line names the columns (method,dataset,seed,accuracy); "
            "seeds go into rows, one row per run",
        )


def _nth(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 % 10 != 1 else 0, "th")
    return f"{number}{ending}"


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ".", 1))
    except ValueError:
        return False
    return text.strip("+-").lower() not in ("nan", "inf", "infinity")
