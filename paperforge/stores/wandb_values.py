"""What W&B logs in one row, as numbers: nested values under dotted names, media left out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paperforge.stores.left_out import LeftOut
    from paperforge.stores.runs import Collector

Path = tuple[str, ...]
Value = bytes | float | None
INTERNAL = frozenset(("_step", "_runtime", "_timestamp", "_wandb"))
"""What W&B adds to every row, to the summary and to the config."""
_WORDS = {
    b"true": 1.0,
    b"false": 0.0,
    b'"NaN"': float("nan"),
    b'"Infinity"': float("inf"),
    b'"-Infinity"': float("-inf"),
}
_KINDS = {b'"': "text", b"[": "lists", b"n": "null"}
_TYPE = "_type"
_EPOCHS = (("epoch",), ("train/epoch",), ("trainer/epoch",))
"""What the trainers' loggers call the epoch."""
_RULES = frozenset(("min", "max", "mean", "best", "last", "first"))
"""How define_metric may summarise a metric."""
_LONGEST = 1 << 20
"""Bytes of a nested value that is looked into; tables and images may be longer."""
_DEEPEST = 20
_BATCH = 1 << 16


def numbers(items: list[tuple[Path, Value]], left: LeftOut) -> dict[Path, float]:
    """The numbers of one row: true is 1, what is nested lies under longer paths."""
    found: dict[Path, float] = {}
    media = {path[:-1] for path, _ in items if path[-1:] == (_TYPE,)}
    if media:
        for start in media:
            left.add("media", ".".join(start))
        items = [item for item in items if not is_below(item[0], media)]
    for path, value in items:
        try:
            found[path] = float(value)  # type: ignore[arg-type]
        except ValueError:
            found.update(_others(path, value, left))
        except TypeError:
            # None: there is no value.
            left.add("null", ".".join(path))
    return found


def is_below(path: Path, starts: set[Path]) -> bool:
    """Whether a path is one of these, or nested in one."""
    return any(path[:end] in starts for end in range(len(path) + 1))


def _others(path: Path, value: Value, left: LeftOut) -> dict[Path, float]:
    """What a value holds that is not written as a number."""
    text = value.strip() if isinstance(value, bytes) else b""
    if text in _WORDS:
        return {path: _WORDS[text]}
    if not text.startswith(b"{"):
        left.add(_KINDS.get(text[:1], "other values"), ".".join(path))
        return {}
    try:
        inner = json.loads(text) if len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        inner = None
    if not isinstance(inner, dict):
        left.add("other values", ".".join(path))
        return {}
    return dict(nested(path, inner, left))


def nested(path: Path, value: object, left: LeftOut) -> Iterator[tuple[Path, float]]:
    """(longer path, number) of every number in a value of JSON."""
    if isinstance(value, dict) and len(path) <= _DEEPEST:
        if _TYPE in value:
            left.add("media", ".".join(path))
            return
        for key, inner in value.items():
            yield from nested((*path, str(key)), inner, left)
    elif isinstance(value, int | float):
        yield path, _float(value)
    elif isinstance(value, str) and (word := f'"{value}"'.encode(errors="replace")) in _WORDS:
        yield path, _WORDS[word]
    else:
        kind = "text" if isinstance(value, str) else "lists" if isinstance(value, list) else "null"
        left.add(kind, ".".join(path))


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


class Series:
    """Rows of a history, gathered and handed over in arrays."""

    def __init__(self, out: Collector) -> None:
        self._out = out
        self._held: dict[tuple[bool, bool], list[tuple[float, ...]]] = {}
        self._count = 0
        self._numbers: dict[Path, int] = {}
        self._last: dict[int, float] = {}
        self.run = -1
        """The collector's number of the run that rows belong to."""

    @property
    def last(self) -> dict[str, float]:
        """Metric -> the value written last."""
        logged = [(path, n) for path, n in self._numbers.items() if n in self._last]
        return {".".join(path): self._last[n] for path, n in logged}

    def row(self, found: dict[Path, float], step: float, record: int) -> None:
        """One row: its numbers as `numbers` gives them."""
        time = found.get(("_timestamp",))
        epoch = next((found[path] for path in _EPOCHS if path in found), None)
        held = self._held.setdefault((epoch is not None, time is not None), [])
        point = (step, record, epoch or 0.0, time or 0.0)
        for path, value in found.items():
            number = self._numbers.get(path)
            if number is None:
                number = self._number(path)
            if number >= 0:
                held.append((number, value, *point))
                self._last[number] = value
        self._count += len(found)
        if self._count >= _BATCH:
            self.flush()

    def _number(self, path: Path) -> int:
        """The collector's number of a metric; -1: it is none."""
        internal = not path or path[0] in INTERNAL
        self._numbers[path] = -1 if internal else self._out.number(".".join(path))
        return self._numbers[path]

    def flush(self) -> None:
        """Hand over what is held; before the run changes, and at the end."""
        import numpy as np

        for (has_epoch, has_time), rows in self._held.items():
            if not rows:
                continue
            columns = np.array(rows, dtype=np.float64).T
            number, value, step, record, epoch, time = columns
            axes = {"epoch": epoch} if has_epoch else {}
            axes |= {"time": time} if has_time else {}
            runs = np.full(len(rows), self.run)
            at = record.astype(np.int64)
            self._out.block(runs, number.astype(np.int64), value, steps=step, at=at, **axes)
        self._held.clear()
        self._count = 0


def add_summary(
    out: Collector,
    run: int,
    values: Mapping[Path, float],
    history: Mapping[str, float],
    left: LeftOut,
) -> None:
    """A run's summary, but for the values that only repeat the last of the history.

    define_metric(summary="max") keeps {"max": ...} under a metric's name: that is the summary of
    the metric, where it is the only one.
    """
    rules: dict[Path, list[float]] = {}
    for path, value in values.items():
        if not path or path[0] in INTERNAL:
            continue
        name = ".".join(path)
        if path[-1] in _RULES and name not in history and ".".join(path[:-1]) in history:
            rules.setdefault(path[:-1], []).append(value)
        elif not _same(value, history.get(name)):
            out.add(run, name, value, summary=True)
    for path, found in rules.items():
        name = ".".join(path)
        if len(found) > 1:
            left.add("several summaries of one metric", ".".join(path))
        elif not _same(found[0], history.get(name)):
            out.add(run, name, found[0], summary=True)


def _same(value: float, other: float | None) -> bool:
    return value == other or (other is not None and value != value and other != other)  # noqa: PLR0124  NaN
