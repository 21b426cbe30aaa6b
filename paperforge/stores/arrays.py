"""NumPy's .npy and .npz files, read with every length checked before anything is allocated.

Only plain numbers, truth values and texts are read; arrays of objects are pickles and refused.
Source of the format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import ast
import math
import re
import sys
import zipfile
import zlib
from struct import error as struct_error
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.stores import documents

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

MAGIC = b"\x93NUMPY"
_LARGEST = 128 << 20
_MOST_VALUES = 16 << 20
_LONGEST_HEADER = 10_000
_VERSIONS = (b"\x01", b"\x02", b"\x03")
_MOST_AXES = 32
_PLAIN = re.compile(r"[<>|=]?[biufUS]\d{1,4}")
"""Types that are read: truth values, numbers, texts."""
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (OSError, ValueError, EOFError, RuntimeError, NotImplementedError, struct_error)


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
    kind, shape, by_columns, start = _header(data, where)
    count = math.prod(shape)
    if count > _MOST_VALUES:
        raise InputError(f"holds more than {_MOST_VALUES} values", where)
    if count * kind.itemsize != len(data) - start:
        raise InputError("is cut off: its size is not what its header says", where)
    flat = np.frombuffer(data, kind, count, start) if count else np.empty(0, kind)
    if kind.kind == "U" and not _are_characters(flat):
        raise InputError("holds a text with characters that do not exist", where)
    return flat.reshape(shape, order="F" if by_columns else "C")


def _are_characters(flat: np.ndarray) -> bool:
    """Whether texts hold characters only: NumPy does not look, nor does Python."""
    import numpy as np

    if not flat.dtype.itemsize:
        return True
    points = np.frombuffer(flat.tobytes(), np.dtype(np.uint32).newbyteorder(flat.dtype.byteorder))
    return bool(np.all(points <= sys.maxunicode))


def _header(data: bytes, where: str) -> tuple[np.dtype, tuple[int, ...], bool, int]:
    """Type, shape, whether columns come first, and where the values start.

    The header is a literal of Python; it is read as that and as nothing else.
    """
    import numpy as np

    width = 2 if data[6:7] == b"\x01" else 4
    start = 8 + width + int.from_bytes(data[8 : 8 + width], "little")
    if data[:6] != MAGIC or data[6:7] not in _VERSIONS or start > min(len(data), _LONGEST_HEADER):
        raise InputError("is no sound NumPy array: its start is damaged", where)
    try:
        said = ast.literal_eval(data[8 + width : start].decode("latin-1").strip())
        kind, shape = said["descr"], said["shape"]
        by_columns = bool(said["fortran_order"])
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError):
        raise InputError("is no sound NumPy array: its header is damaged", where) from None
    if isinstance(kind, str) and kind.endswith("O"):
        raise InputError(
            "holds Python objects, and reading those runs code that is stored in the file",
            where,
            "save numbers or texts: np.savez(FILE, name=np.asarray(values, dtype=float))",
        )
    if not isinstance(kind, str) or not _PLAIN.fullmatch(kind):
        raise InputError("holds something else than numbers or texts", where)
    sound = isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape)
    if not sound or len(shape) > _MOST_AXES:
        raise InputError("is no sound NumPy array: its shape is damaged", where)
    try:
        return np.dtype(kind), shape, by_columns, start
    except (TypeError, ValueError):
        raise InputError(f"is no sound NumPy array: {kind} is no type", where) from None


def numeric(array: np.ndarray) -> bool:
    """Whether an array holds numbers or truth values."""
    return array.dtype.kind in "biuf"
