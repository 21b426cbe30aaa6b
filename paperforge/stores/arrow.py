"""Arrow columns made without pandas, which `pa.array` imports to see if it was given a Series."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa

_INTS = (-(2**63), 2**63)


def numbers(values: np.ndarray) -> pa.Array:
    """A numpy column as it is, not copied; NaN stays NaN."""
    import numpy as np
    import pyarrow as pa

    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, data])


def texts(values: Sequence[str | None]) -> pa.Array:
    """Texts and nulls; what UTF-8 cannot hold becomes "?"."""
    import numpy as np
    import pyarrow as pa

    parts = [b"" if one is None else str(one).encode("utf-8", "replace") for one in values]
    ends = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part) for part in parts], out=ends[1:])
    buffers = [_valid(values), pa.py_buffer(ends), pa.py_buffer(b"".join(parts))]
    return pa.Array.from_buffers(pa.large_string(), len(parts), buffers)


def floats(values: Sequence[float | None]) -> pa.Array:
    """Numbers and nulls as float64; a whole number too large for it becomes infinite."""
    import numpy as np
    import pyarrow as pa

    try:
        data = np.array(values, dtype=np.float64)
    except OverflowError:
        data = np.array([0.0 if one is None else _float(one) for one in values])
    return pa.Array.from_buffers(pa.float64(), len(data), [_valid(values), pa.py_buffer(data)])


def wholes(values: Sequence[int | None]) -> pa.Array:
    """Whole numbers and nulls as int64; one too large for it becomes null."""
    import numpy as np
    import pyarrow as pa

    low, high = _INTS
    sound = [one if one is not None and low <= one < high else None for one in values]
    data = np.array([one or 0 for one in sound], dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(data), [_valid(sound), pa.py_buffer(data)])


def truths(values: Sequence[bool | None]) -> pa.Array:
    """True, false and nulls."""
    import numpy as np
    import pyarrow as pa

    data = np.packbits(np.array([bool(one) for one in values], dtype=bool), bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [_valid(values), pa.py_buffer(data)])


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _valid(values: Sequence[object]) -> pa.Buffer | None:
    """Arrow's bitmap of what is not null; None where nothing is."""
    import numpy as np
    import pyarrow as pa

    there = np.array([one is not None for one in values], dtype=bool)
    return None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
