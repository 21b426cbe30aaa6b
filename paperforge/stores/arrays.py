"""NumPy's .npy and .npz files, read with every length checked before anything is allocated.

Only plain numbers, truth values and texts are read; arrays of objects are pickles and refused.
Source of the format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from struct import error as struct_error
from typing import TYPE_CHECKING, BinaryIO

from paperforge.errors import InputError
from paperforge.stores import documents

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

MAGIC = b"\x93NUMPY"
_LARGEST = 128 << 20
_MOST_VALUES = 16 << 20
_LONGEST_HEADER = 10_000
_PLAIN = "biufUS"
"""Kinds of dtype that are read: truth values, numbers, texts."""
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (OSError, ValueError, EOFError, RuntimeError, NotImplementedError, struct_error)
_ODD_HEADER = (ValueError, SyntaxError, TypeError, KeyError, AttributeError, RecursionError)


def load(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a .npz by name, or of a .npy under its own name, in the order of the file.

    Raises InputError where the file is damaged, too large or holds arrays of objects.
    """
    if is_npy(path):
        with path.open("rb") as stream:
            return {path.stem: array_of(stream.read(_LARGEST + 1), path.name)}
    with documents.open_zip(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".npy")]
        found: dict[str, np.ndarray] = {}
        size = 0
        for name in names:
            found[name.removesuffix(".npy")] = one = _member(archive, name, path)
            size += one.nbytes
            if size > 2 * _LARGEST:
                raise InputError("holds more than 256 MB of arrays", path.name)
    if not found:
        raise InputError("holds no arrays", path.name)
    return found


def is_npy(path: Path) -> bool:
    """Whether the file starts as a .npy."""
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> np.ndarray:
    info = archive.getinfo(name)
    where = f"{path.name} array {name.removesuffix('.npy')}"
    if info.file_size > _LARGEST:
        raise InputError(f"is larger than {_LARGEST >> 20} MB", where)
    if info.compress_type not in _KINDS:
        raise InputError("is compressed in an unknown way", where)
    try:
        with archive.open(info) as stream:
            data = stream.read(info.file_size + 1)
    except (*_BROKEN, zlib.error, zipfile.BadZipFile) as error:
        raise InputError(f"cannot be unpacked: {error}", where) from None
    return array_of(data, where)


def array_of(data: bytes, where: str) -> np.ndarray:
    """The array of a whole .npy file. Raises InputError as `load`."""
    import numpy as np

    if len(data) > _LARGEST:
        raise InputError(f"is larger than {_LARGEST >> 20} MB", where)
    stream = io.BytesIO(data)
    try:
        shape, by_columns, kind = _header(stream)
    except (*_ODD_HEADER, *_BROKEN, MemoryError) as error:
        raise InputError(f"is no sound NumPy array: {str(error)[:200]}", where) from None
    if kind.hasobject:
        raise InputError(
            "holds Python objects, and reading those runs code that is stored in the file",
            where,
            "save numbers or texts: np.savez(FILE, name=np.asarray(values, dtype=float))",
        )
    if kind.kind not in _PLAIN or kind.subdtype is not None:
        raise InputError(f"holds {kind}, not numbers or texts", where)
    count = math.prod(shape)
    start = stream.tell()
    if min(shape, default=0) < 0 or count > _MOST_VALUES or kind.itemsize > _LONGEST_HEADER:
        raise InputError(f"holds more than {_MOST_VALUES} values, or odd ones", where)
    if count * kind.itemsize != len(data) - start:
        raise InputError("is cut off: its size is not what its header says", where)
    flat = np.frombuffer(data, kind, count, start) if count else np.empty(0, kind)
    return flat.reshape(shape, order="F" if by_columns else "C")


def _header(stream: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    from numpy.lib import format as layout

    version = layout.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"its version {version} is unknown")
    reader = layout.read_array_header_1_0 if version == (1, 0) else layout.read_array_header_2_0
    shape, by_columns, kind = reader(stream, max_header_size=_LONGEST_HEADER)
    return shape, by_columns, kind


def numeric(array: np.ndarray) -> bool:
    """Whether an array holds numbers or truth values."""
    return array.dtype.kind in "biuf"
