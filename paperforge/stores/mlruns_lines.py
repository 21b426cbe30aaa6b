"""The lines of a metric's file in MLflow's file store: `time value step [data set, digest]`.

MLflow writes three numbers a line, five fields where a data set was named, two before there were
steps. Source: https://github.com/mlflow/mlflow/blob/master/mlflow/store/tracking/file_store.py
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

_LONGEST = 4096
"""Bytes of a line at most."""
_CHUNK = 4 << 20
_NAME = 500
_PLAIN, _NAMED = 3, 5
"""Fields of a line, without and with a data set."""


@dataclass(slots=True)
class Values:
    """The values of some lines, in their order: arrays of one length."""

    at: np.ndarray
    """Numbers of the lines, from 1."""
    times: np.ndarray
    values: np.ndarray
    steps: np.ndarray
    datasets: list[str | None] = field(default_factory=list)
    """One a line, where any line names one."""

    def order(self) -> np.ndarray:
        """Places by step, time and value: of two, MLflow takes the later. NaN compares as 0."""
        import numpy as np

        numbers = np.where(np.isnan(self.values), 0.0, self.values)
        return np.lexsort((numbers, self.times, self.steps))


class DamagedError(Exception):
    """A line that is no value; the number of the line."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def read(stream: BinaryIO) -> Iterator[Values]:
    """The values of a file, a bounded part at a time.

    Raises DamagedError at the first line that is no value, when those above it have been given.
    """
    first, rest = 1, b""
    while part := stream.read(_CHUNK):
        whole, end, rest = (rest + part).rpartition(b"\n")
        if end:
            yield from _parsed(first, whole)
            first += whole.count(b"\n") + 1
        if len(rest) > _LONGEST:
            raise DamagedError(first)
    # The end of a line is missing: what is there may be the start of a longer number.
    if len(rest.split()) >= _PLAIN:
        yield from _parsed(first, rest)
    elif rest.strip():
        raise DamagedError(first)


def _parsed(first: int, whole: bytes) -> Iterator[Values]:
    found = _numbers(first, whole)
    if found is not None:
        yield found
        return
    found, damaged = _each(first, whole.split(b"\n"))
    if len(found.at):
        yield found
    if damaged:
        raise DamagedError(damaged)


def _numbers(first: int, whole: bytes) -> Values | None:
    """The values, where every line has three numbers: no line is looked at by itself."""
    import numpy as np

    data = np.frombuffer(whole + b"\n", dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    spaces = np.searchsorted(np.flatnonzero(data == ord(" ")), ends)
    if not (np.diff(spaces, prepend=0) == _PLAIN - 1).all():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            flat = np.fromstring(whole, dtype=np.float64, sep=" ")
        except ValueError:
            return None
    if len(flat) != _PLAIN * len(ends):
        return None
    times, values, steps = flat.reshape(-1, _PLAIN).T
    if not (np.isfinite(steps) & (steps == np.rint(steps))).all():
        return None
    return Values(np.arange(first, first + len(ends), dtype=np.int64), times, values, steps)


def _each(first: int, lines: list[bytes]) -> tuple[Values, int]:
    """Line by line, up to the first that is damaged: its number, or 0."""
    import numpy as np

    kept: list[tuple[float, float, float, float]] = []
    datasets: list[str | None] = []
    damaged = 0
    for line, text in enumerate(lines, first):
        fields = text.split()
        if not fields:
            continue
        try:
            step = float(int(fields[2])) if len(fields) >= _PLAIN else 0.0
            kept.append((line, float(int(fields[0])), float(fields[1]), step))
        except (ValueError, IndexError, OverflowError):
            damaged = line
            break
        name = b" ".join(fields[3:-1]).decode("utf-8", "replace")[:_NAME]
        datasets.append(name if len(fields) >= _NAMED else None)
    at, times, values, steps = np.array(kept, dtype=np.float64).reshape(-1, 4).T
    named = datasets if any(datasets) else []
    return Values(at.astype(np.int64), times, values, steps, named), damaged
