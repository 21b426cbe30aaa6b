"""Compressed tables (results.csv.gz, samples.jsonl.zst): read as they are, never unpacked to disk.

The engine unpacks while it reads; Python's readers do so through `opened`. What unpacks to far more
than text can is refused before anything else reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from paperforge.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

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


def opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked. Reading raises OSError or EOFError where it is damaged."""
    if path.suffix.lower() == ".gz":
        import gzip

        return cast("BinaryIO", gzip.open(path))
    if path.suffix.lower() == ".zst":
        import pyarrow as pa

        return cast("BinaryIO", pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))
    return path.open("rb")


def check(path: Path) -> None:
    """Raise InputError where a compressed file is damaged or unpacks to far more than text can."""
    if not is_packed(path):
        return
    import zlib

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
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"cannot be unpacked: {error}", path.name, "was the copy interrupted? Pack it again"
        ) from None
