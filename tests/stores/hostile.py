"""Shared by the tests of stores: damage real files, and read what comes of it."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

from hypothesis import strategies as st

from paperforge import stores
from paperforge.engine import open_engine
from paperforge.errors import InputError

_PIECES = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\n",
    b'"',
    b"[" * 3000,
    b"9" * 400,
    b"-1",
    b"1e999",
    b"NaN",
    b"null",
    b"{}",
    b",,",
    b"\x7f\xff\xff\xff\xff\xff\xff\xff",
)
_EDIT = st.tuples(
    st.floats(0, 1), st.integers(0, 40), st.one_of(st.sampled_from(_PIECES), st.binary(max_size=8))
)


def damages():
    """What is done to a file: some edits (where, how much is replaced, by what), then a cut."""
    return st.tuples(st.lists(_EDIT, min_size=1, max_size=4), st.sampled_from([1, 1, 1, 0.5, 0.9]))


def damaged(data, damage):
    """The bytes of a file after that."""
    edits, cut = damage
    for place, length, piece in edits:
        start = int(place * len(data))
        data = data[:start] + piece + data[start + length :]
    return data[: int(cut * len(data))]


def rezipped(data, name, change):
    """An archive in which one member is changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content) if info.filename == name else content)
    return out.getvalue()


def read(path):
    """Read all that a path holds. How many rows there were."""
    count = 0
    founds, _ = stores.find(path)
    for number, found in enumerate(founds):
        engine = open_engine(found.files)
        try:
            raw = stores.read(found, engine.connection, f"raw{number}")
            count += len(engine.connection.execute(f'SELECT * FROM "{raw.table}"').fetchall())
        finally:
            engine.close()
    return count


def attempt(path):
    """Rows, or an InputError: all else is a failure."""
    with suppress(InputError):
        read(path)
