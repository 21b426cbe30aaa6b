"""CSV files that the web page of Weights & Biases exports: a chart, or the table of runs.

A chart has a first column for its axis ("Step", "epoch", "Relative Time (Process)") and three for
each run and metric: "RUN - metric", "RUN - metric__MIN", "RUN - metric__MAX" (with one run only
"metric", ...); beside another axis than Step also "RUN - _step". Grouped charts call a run
"Group: NAME". The table of runs has Name, State, Notes, User, Tags, Created, Runtime, Sweep, then
config and summary values, which nothing tells apart. As described by their readers, for example
https://github.com/wandb/wandb/issues/6474 and
https://docs.wandb.ai/models/runs/customize-run-display
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from paperforge import names, numbers
from paperforge.errors import InputError
from paperforge.stores import packed
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "W&B export"
TOGETHER = True
SUFFIXES = (".csv", *packed.SUFFIXES)
_HEAD = 1 << 16
_BATCH = 5000
_BOUNDS = ("__MIN", "__MAX")
_RUNS_TABLE = frozenset(("Name", "State"))
_BOOKKEEPING = ("Notes", "User", "Created", "Runtime", "Sweep", "ID", "Hostname", "End Time")
_GROUP = "Group: "
_BETWEEN = " - "
_MOST_COLUMNS = 20_000
_MOST_RUNS = 200_000


def recognises(path: Path) -> bool:
    """By its header: columns with __MIN and __MAX beside them, or those of the table of runs."""
    if packed.suffix_of(path) != ".csv":
        return False
    try:
        with packed.opened(path) as stream:
            header = _header(stream.read(_HEAD).decode("utf-8-sig", "replace"))
    except (OSError, EOFError, csv.Error):
        return False
    return bool(_series(header)) or _is_table(header)


def _header(text: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline="")), [])


def _series(header: Sequence[str]) -> list[int]:
    """The columns that have their bounds beside them."""
    known = set(header)
    return [n for n, name in enumerate(header) if name and all(name + b in known for b in _BOUNDS)]


def _is_table(header: Sequence[str]) -> bool:
    return set(header) >= _RUNS_TABLE and any(name in header for name in _BOOKKEEPING[:5])


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """Every value of every run; a damaged line ends its file with a note.

    Raises InputError where there are no runs, or more columns than any export has.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        packed.check(path)
        try:
            rows = _rows(path)
            _line, header = next(rows, (0, []))
            if len(header) > _MOST_COLUMNS:
                raise InputError(f"has {len(header)} columns", path.name)
            reader = _Chart(out, path, header) if _series(header) else _Table(out, path, header)
            reader.read(rows)
        except (csv.Error, UnicodeDecodeError) as error:
            out.note(found.place(path), f"damaged ({error}): what stands before it is kept")
    if not out.runs:
        raise NothingToRead("holds no runs", found.root.name)
    return out.relation(place="line")


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, fields)."""
    with (
        packed.opened(path) as data,
        io.TextIOWrapper(data, encoding="utf-8-sig", newline="") as stream,
    ):
        reader = csv.reader(stream)
        for fields in reader:
            if fields:
                yield reader.line_num, fields


@dataclass(slots=True)
class _Curve:
    """One run's metric in a chart."""

    run: int
    metric: str
    column: int
    bounds: tuple[int, int]
    step: int = -1
    """The column of the run's own step; -1: the chart's axis."""


@dataclass(slots=True)
class _Chart:
    """A chart: a column for each run and metric."""

    out: Collector
    path: Path
    header: list[str]
    curves: list[_Curve] = field(default_factory=list)

    def read(self, rows: Iterator[tuple[int, list[str]]]) -> None:
        """Hand over all points, a few thousand lines at a time."""
        self._find()
        averaged = False
        while batch := list(islice(rows, _BATCH)):
            for curve in self.curves:
                averaged = self._hand_over(curve, batch) or averaged
        place = self.out.found.place(self.path)
        if averaged:
            self.out.note(
                place,
                "points are averages (their MIN and MAX differ): W&B thins out long charts",
                "export the runs' whole history (run.scan_history) for results",
            )
        grouped = [run.name for run in self.out.runs if run.name.startswith(_GROUP)]
        if grouped:
            self.out.note(
                place,
                f"groups of runs, not runs: {names.shown(grouped)}",
                "take the grouping off before exporting: a spread needs the runs",
            )

    def _find(self) -> None:
        at = {name: n for n, name in enumerate(self.header)}
        place = self.out.found.place(self.path)
        runs: dict[str, int] = {}
        for column in _series(self.header):
            run, between, metric = self.header[column].rpartition(_BETWEEN)
            if not between:
                run, metric = self.path.stem, self.header[column]
            if metric == "_step":
                continue
            if run not in runs:
                runs[run] = self.out.run(run, place=place, folder=self.path, name=run)
            name = self.header[column]
            bounds = (at[name + _BOUNDS[0]], at[name + _BOUNDS[1]])
            step = at.get(f"{run}{_BETWEEN}_step", -1)
            self.curves.append(_Curve(runs[run], metric, column, bounds, step))

    def _hand_over(self, curve: _Curve, batch: list[tuple[int, list[str]]]) -> bool:
        """The points of one curve; whether some are averages."""
        values: list[float] = []
        steps: list[float] = []
        lines: list[int] = []
        averaged = False
        for line, fields in batch:
            value = _number(fields, curve.column)
            if value is None:
                continue
            step = _number(fields, max(curve.step, 0))
            low, high = (_number(fields, bound) for bound in curve.bounds)
            averaged = averaged or (low is not None and high is not None and low < high)
            values.append(value)
            steps.append(math.nan if step is None else step)
            lines.append(line)
        self.out.extend(curve.run, curve.metric, values, steps=steps, at=lines)
        return averaged


def _number(fields: Sequence[str], column: int) -> float | None:
    """The number of a cell; None where it is empty or text."""
    try:
        return float(fields[column])
    except (ValueError, IndexError):
        return None


@dataclass(slots=True)
class _Table:
    """The table of runs: a row for each, with its settings and its summary."""

    out: Collector
    path: Path
    header: list[str]

    def read(self, rows: Iterator[tuple[int, list[str]]]) -> None:
        """Hand over every run's summary; columns that are no results are its settings."""
        batch = list(islice(rows, _BATCH * 20))
        metrics = self._metrics([fields for _, fields in batch])
        at = {name: n for n, name in reversed(list(enumerate(self.header)))}
        place = self.out.found.place(self.path)
        states = numbers.words()["status"]
        seen: set[str] = set()
        while batch:
            for line, fields in batch:
                # Of two columns of one name the first counts.
                cells = dict(list(zip(self.header, fields, strict=False))[::-1])
                name = cells.get("Name", "")
                status = states.get(cells.get("State", "").lower(), "unknown")
                run = self.out.run(
                    cells.get("ID") or (f"{name} ({line})" if name in seen else name),
                    place=place,
                    folder=self.path,
                    name=name,
                    status=status,
                    settings=self._settings(cells, metrics),
                )
                seen.add(name)
                step = _number(fields, at["_step"]) if "_step" in at else None
                for metric in metrics:
                    value = _number(fields, at[metric])
                    if value is not None:
                        self.out.add(run, metric, value, step=step, at=line)
            if len(self.out.runs) > _MOST_RUNS:
                raise InputError(f"has more than {_MOST_RUNS} runs", self.path.name)
            batch = list(islice(rows, _BATCH))
        other = [name for name in self.header if self._is_free(name) and name not in metrics]
        shown = names.shown(other)
        self.out.note(place, f"taken for settings: {shown}" if other else "no settings", warn=False)

    def _is_free(self, name: str) -> bool:
        taken = {*_RUNS_TABLE, *_BOOKKEEPING, "Tags", "Group", "Job Type", ""}
        return name not in taken and not name.startswith("_")

    def _metrics(self, rows: list[list[str]]) -> list[str]:
        """Columns of numbers under a metric's name or logged with a path; else all numbers."""
        found = []
        for column, name in enumerate(self.header):
            cells = [fields[column] for fields in rows if column < len(fields) and fields[column]]
            wanted = cells and self._is_free(name) and not names.is_setting(name)
            if wanted and all(_number([cell], 0) is not None for cell in cells):
                found.append(name)
        known = [name for name in found if names.well_known(name) or "/" in name]
        return list(dict.fromkeys(known or found))

    def _settings(self, cells: dict[str, str], metrics: list[str]) -> dict[str, object]:
        config = {
            name: text
            for name, text in cells.items()
            if text and self._is_free(name) and name not in metrics
        }
        tags = {"tags": {"wandb": cells["Tags"]}} if cells.get("Tags") else {}
        return {"config": config, **tags}
