"""Compressed tables (results.csv.gz, samples.jsonl.zst): read as they are, never unpacked to disk.

The engine unpacks while it reads; Python's readers do so through `opened`. What unpacks to far more
than text can is refused before anything else reads it.
"""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, cast

from paperforge.errors import InputError
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from typing_extensions import Buffer

SUFFIXES = (".gz", ".zst")
_CHUNK = 1 << 20
_RATIO = 200
"""Bytes out for a byte in: text compresses 5 to 50 times, a bomb a thousand times."""
_SMALL = 64 << 20
"""Bytes that anything may unpack to."""


def suffix_of(path: Path) -> str:
    """The ending that says what a file is: ".csv" of results.csv and of results.CSV.gz."""
    name = path.name.lower()
    for packed in SUFFIXES:
        if name.endswith(packed):
            return path.with_name(name.removesuffix(packed)).suffix
    return path.suffix.lower()


def is_packed(path: Path) -> bool:
    """Whether the name says that the file is compressed."""
    return path.suffix.lower() in SUFFIXES


def no_text(chunk: bytes, where: str, hint: str) -> NothingToRead:
    """What to say of a part of a file that holds zero bytes; half of UTF-16 is zeros."""
    for encoding, zeros in (("UTF-16LE", chunk[1:200:2]), ("UTF-16BE", chunk[0:200:2])):
        if zeros and not any(zeros):
            said = f"save it as UTF-8: iconv -f {encoding} -t UTF-8"
            return NothingToRead("is UTF-16 without the mark that says so", where, said)
    return NothingToRead("is not a text file", where, hint)


def opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked. Reading raises OSError or EOFError where it is damaged."""
    if path.suffix.lower() == ".gz":
        return cast("BinaryIO", io.BufferedReader(_Gzip(path)))
    if path.suffix.lower() == ".zst":
        import pyarrow as pa

        return cast("BinaryIO", pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))
    return path.open("rb")


class _Gzip(io.RawIOBase):
    """A gzip file whose damage is an OSError, as for other files."""

    def __init__(self, path: Path) -> None:
        import gzip

        self._file = gzip.open(path)  # noqa: SIM115  closed by close

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._file.read(len(view))
        except zlib.error as error:
            raise OSError(str(error)) from None
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def check(path: Path) -> None:
    """Raise InputError where a compressed file is damaged or unpacks to far more than text can."""
    if not is_packed(path):
        return
    most = max(_SMALL, _RATIO * path.stat().st_size)
    size = 0
    try:
        with opened(path) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise InputError(
                        "unpacks to far more than text can",
                        path.name,
                        "is it a trap? Unpack it first",
                    )
    except (OSError, EOFError) as error:
        raise InputError(
            f"cannot be unpacked: {error}", path.name, "was the copy interrupted? Pack it again"
        ) from None
