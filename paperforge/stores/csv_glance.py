"""Big CSV files in one pass of the engine: nothing is looked at before, everything is after.

`csv.read` looks at all bytes and lets the engine split all rows before anything is asked of them.
Where one pass (results/condensed.py) asks all there is to ask, that would be two passes more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.engine import identifier, literal
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import packed, seeds
from paperforge.stores.csv_dialect import sniff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb
    import numpy as np

    from paperforge.model import Found
    from paperforge.stores.csv_dialect import Dialect

_CHUNK = 1 << 18
"""Bytes at a time, in one buffer: what fits into the processor's cache is looked at fast."""
_MOST_CHANGES = 20_000
"""A file in which the names change more often than this is not sorted by them."""
_LONGEST = 256
"""Bytes of a line up to the last column that is looked for."""


def glance(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw | None:
    """What `csv.read` gives for a plain UTF-8 file; None for others, as far as the start shows.

    The engine raises its own errors where rows are damaged. Raises InputError as csv.read does.
    """
    path = found.files[0]
    if found.files[1:] or packed.is_packed(path):
        return None
    dialect = sniff(path, "utf-8")
    if any(name.startswith("column ") for name in dialect.names) or seeds.columns(dialect.names)[1]:
        return None
    # A window over nothing streams in the order of the file.
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT *, {1 + dialect.skip} + row_number() OVER () "
        f"AS __row FROM ({_rows(path, dialect, {})})"
    )
    notes: tuple[Diagnostic, ...] = ()
    if dialect.skip:
        count = f"{dialect.skip} line{'s' if dialect.skip > 1 else ''}"
        said = f"{count} of comment before the header: not read"
        notes = (Diagnostic(Severity.NOTE, path.name, said),)
    return Raw(table, dialect.names, notes=notes, place="line", streamed=True)


def typed(found: Found, kinds: Mapping[str, str]) -> str:
    """SQL of the same rows without their numbers, columns as the engine's types `kinds`.

    Where a cell is not of its type the engine raises; an empty one is NULL.
    """
    path = found.files[0]
    return _rows(path, sniff(path, "utf-8"), kinds)


def _rows(path: Path, dialect: Dialect, kinds: Mapping[str, str]) -> str:
    columns = ", ".join(
        f"{identifier(f'c{i}')}: '{kinds.get(name, 'VARCHAR')}'"
        for i, name in enumerate(dialect.names)
    )
    renamed = ", ".join(f"c{i} AS {identifier(name)}" for i, name in enumerate(dialect.names))
    return (
        f"SELECT {renamed} FROM read_csv({literal(str(path))}, auto_detect = false, header = true, "
        f"delim = {literal(dialect.delimiter)}, quote = '\"', escape = '\"', "
        f"encoding = 'utf-8', skip = {dialect.skip}, columns = {{{columns}}})"
    )


def first_rows(found: Found, columns: Sequence[str]) -> list[dict[str, int]] | None:
    """Where each text of some columns stands first: numbers that grow along the file.

    Made for files sorted by those columns, in which the start of the lines changes seldom. None
    where the file is not like that, or where lines are not rows (quoted fields).
    """
    path = found.files[0]
    dialect = sniff(path, "utf-8")
    places = [dialect.names.index(name) for name in columns]
    last = max(places)
    if last + 1 >= len(dialect.names) or dialect.surplus:
        return None
    search = _Search(dialect.delimiter.encode(), places, last + 1)
    skip = dialect.skip + 1
    buffer = bytearray(_CHUNK + _LONGEST)
    view = memoryview(buffer)
    kept = 0
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(view[kept:_CHUNK]):
            start, have = 0, kept + count
            end = buffer.rfind(b"\n", 0, have) + 1
            if buffer.find(b'"', kept, have) >= 0 or have - end == _CHUNK:
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
    """Lines compared by their start: only one that differs from the last one is taken apart."""

    def __init__(self, delimiter: bytes, places: Sequence[int], fields: int) -> None:
        self.found: list[dict[str, int]] = [{} for _ in places]
        self._delimiter, self._places, self._fields = delimiter, places, fields
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
            fields = line.split(self._delimiter, self._fields)
            length = sum(map(len, fields[: self._fields])) + self._fields
            if len(fields) <= self._fields or length > _LONGEST - 8:
                return False
            for names, place in zip(self.found, self._places, strict=True):
                names.setdefault(fields[place].decode("utf-8", "replace"), self._rows + at)
            self._same = b"\n" + line[:length]
            at = _next_other(words, starts, at, length)
            if self._changes > _MOST_CHANGES:
                return False
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
