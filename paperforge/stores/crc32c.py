"""CRC-32C (Castagnoli), the checksum of TFRecord files, of many equally long records at once.

A CRC is linear: it is the exclusive or of one table entry for each byte, from the table of the
byte's distance to the end. So records of one length are checked column by column. Source of the
polynomial and the masking: RFC 3720, appendix B.4, and tensorflow/core/lib/hash/crc32c.h
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LONGEST = 1024
"""Bytes of a record that `of_rows` takes."""
_POLYNOMIAL = 0x82F63B78
_ONES = 0xFFFFFFFF
_MASK = 0xA282EAD8
_FEW = 96
"""Up to so many bytes, a loop is faster than arrays."""


def masked(check: int) -> int:
    """As the checksum is stored: rotated and shifted, for data that hold checksums themselves."""
    return (((check >> 15) | (check << 17)) + _MASK) & _ONES


def of(data: bytes) -> int:
    """The checksum of some bytes."""
    if len(data) <= _FEW:
        table = _first()
        check = _ONES
        for byte in data:
            check = check >> 8 ^ table[(check ^ byte) & 0xFF]
        return check ^ _ONES
    return _long(data)


def _long(data: bytes) -> int:
    """Blocks of 1 KiB, each begun with what the one before it left."""
    import numpy as np

    tables = _tables()
    check = _ONES
    for start in range(0, len(data), LONGEST):
        block = np.frombuffer(data[start : start + LONGEST], np.uint8)
        n = len(block)
        whole = np.bitwise_xor.reduce(tables[np.arange(n - 1, -1, -1), block])
        check = int(whole) ^ _advanced(check, n)
    return check ^ _ONES


def _advanced(check: int, count: int) -> int:
    """The state after so many bytes of zero."""
    tables = _tables()
    if count >= 4:  # noqa: PLR2004  the state's own bytes
        parts = (int(tables[count - 1 - i][check >> 8 * i & 0xFF]) for i in range(4))
        state = 0
        for part in parts:
            state ^= part
        return state
    for _ in range(count):
        check = check >> 8 ^ _first()[check & 0xFF]
    return check


def of_rows(rows: np.ndarray) -> np.ndarray:
    """Masked checksums, uint32 (n), of records of one length up to LONGEST: uint8 (n, length)."""
    import numpy as np

    tables = _tables()
    count, length = rows.shape
    columns = np.ascontiguousarray(rows.T)
    check = np.full(count, _advanced(_ONES, length) ^ _ONES, dtype=np.uint32)
    for place in range(length):
        check ^= tables[length - 1 - place].take(columns[place])
    turned = (check >> np.uint32(15)) | (check << np.uint32(17))
    return turned + np.uint32(_MASK)


@lru_cache(maxsize=1)
def _first() -> list[int]:
    """The checksum's change by one byte."""
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


@lru_cache(maxsize=1)
def _tables() -> np.ndarray:
    """[k][byte]: the change by a byte that k others follow, uint32 (1024, 256)."""
    import numpy as np

    first = np.array(_first(), dtype=np.uint32)
    tables = np.empty((LONGEST, 256), dtype=np.uint32)
    tables[0] = first
    for k in range(1, LONGEST):
        tables[k] = tables[k - 1] >> np.uint32(8) ^ first[tables[k - 1] & np.uint32(0xFF)]
    return tables
