"""Tables that a run appends numbers to, a row a step: read in bounded memory, in the order written.

Cells may be empty: Lightning writes a row for every call of log(), with the metrics of that call.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from paperforge.stores.runs import Collector

_LONGEST_LINE = 1 << 20
_MOST_LINES = 64
_MOST_COLUMNS = 5000
_MOST_CELLS = 1 << 18
_WORDS = {"true": 1.0, "false": 0.0}
_BOM = "\ufeff"


def header(path: Path, delimiter: str = ",") -> tuple[str, ...]:
    """The names in the first line; none where the file cannot be opened or is no text."""
    try:
        with path.open("rb") as stream:
            line = stream.readline(_LONGEST_LINE)
    except OSError:
        return ()
    if b"\0" in line or not line.endswith((b"\n", b"\r")):
        return ()
    try:
        text = line.decode("utf-8-sig")
        names = next(csv.reader([text], delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error):
        return ()
    return tuple(name.strip() for name in names) if len(names) <= _MOST_COLUMNS else ()


def number(text: str) -> float | None:
    """A number as a program writes it, also nan, inf, True and False; None where it is none."""
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return _WORDS.get(text.strip().lower())


@dataclass(slots=True)
class _Series:
    """Values of one metric that wait to be handed over."""

    values: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    axes: dict[str, list[float]] = field(default_factory=dict)


def read(
    out: Collector,
    run: int,
    path: Path,
    metrics: Mapping[str, str],
    axes: Mapping[str, str],
    *,
    delimiter: str = ",",
) -> None:
    """Add what the columns `metrics` (column -> metric) hold to a run.

    `axes`: "step", "epoch" and "time" -> column, as far as the file has them. A damaged row, or one
    with more or fewer fields than the header, ends the file with a note; so does a line of more
    than a megabyte. Cells with text are left out, which a note says.
    """
    place = out.found.place(path)
    names = header(path, delimiter)
    where = {names.index(column): metric for column, metric in metrics.items() if column in names}
    counts = {axis: names.index(column) for axis, column in axes.items() if column in names}
    reading = _Reading(out, run, where, counts)
    end = ""
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
            lines = _Lines(stream)
            rows = csv.reader(lines, delimiter=delimiter)
            next(rows, None)
            for row in rows:
                lines.since = 0
                if row and len(row) != len(names):
                    end = f"the row has {len(row)} fields, the header {len(names)}"
                    break
                if row:
                    reading.take(row, rows.line_num)
    except (csv.Error, OSError, _TooLongError) as error:
        end = str(error)
    reading.hand_over()
    if end:
        out.note(place, f"damaged behind {reading.rows} rows, which are kept: {end}")
    if reading.texts:
        text = f"{reading.texts} values are no numbers ({reading.first!r}) and were left out"
        out.note(place, text)


class _TooLongError(Exception):
    """A line that is no row."""


@dataclass(slots=True)
class _Lines:
    """The lines of a file; none is long, and no row has many."""

    stream: IO[str]
    since: int = 0
    """Lines since the last row."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self.stream.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.since += 1
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):
            raise _TooLongError("a line of more than a megabyte")
        if self.since > _MOST_LINES:
            raise _TooLongError(f"a field of more than {_MOST_LINES} lines")
        return line


@dataclass(slots=True)
class _Reading:
    """One file while it is read."""

    out: Collector
    run: int
    metrics: Mapping[int, str]
    axes: Mapping[str, int]
    rows: int = 0
    texts: int = 0
    first: str = ""
    held: int = 0
    series: dict[int, _Series] = field(default_factory=dict)

    def take(self, row: list[str], line: int) -> None:
        """One row: a value for each of its cells that is not empty."""
        self.rows += 1
        counts = {axis: number(row[column]) for axis, column in self.axes.items()}
        for column, metric in self.metrics.items():
            text = row[column]
            if not text or text.isspace():
                continue
            value = number(text)
            if value is None:
                self.texts += 1
                self.first = self.first or text[:40]
            elif None in counts.values() or not math.isfinite(counts.get("step") or 0):
                self.hand_over()
                some: dict[str, Any] = {
                    a: c for a, c in counts.items() if c is not None and math.isfinite(c)
                }
                step = some.pop("step", None)
                self.out.add(self.run, metric, value, step=step, at=line, **some)
            else:
                self.append(column, value, counts, line)
        if self.held >= _MOST_CELLS:
            self.hand_over()

    def append(self, column: int, value: float, counts: dict[str, float | None], line: int) -> None:
        """Remember a value, with its step if there are steps."""
        one = self.series.setdefault(column, _Series())
        one.values.append(value)
        one.at.append(line)
        for axis, count in counts.items():
            kept = one.steps if axis == "step" else one.axes.setdefault(axis, [])
            kept.append(count or 0.0)
        self.held += 1

    def hand_over(self) -> None:
        """Give all that waits to the collector."""
        for column, one in self.series.items():
            self.out.extend(
                self.run,
                self.metrics[column],
                one.values,
                steps=one.steps or None,
                at=one.at,
                **one.axes,
            )
        self.series.clear()
        self.held = 0
