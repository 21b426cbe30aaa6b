"""Trackio's store, an SQLite database a project, read without Trackio and never written to.

Table metrics has a row a call of `log`: run, step, and all that was logged as one JSON object in
which numbers that JSON lacks are texts ("NaN", "Infinity"). Table configs has each run's config.
Before run_id came, the run's name was its id. Trackio knows no states of runs, and system_metrics
are the machine's load, not results. Source:
https://github.com/gradio-app/trackio/blob/main/trackio/sqlite_storage.py
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import databases
from paperforge.stores.databases import has_tables, open_sqlite
from paperforge.stores.documents import mapping
from paperforge.stores.folders import from_names, from_pattern
from paperforge.stores.runs import Collector
from paperforge.stores.tracked import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Trackio"
SUFFIXES = databases.SUFFIXES

_TABLES = frozenset(("metrics", "configs"))
_COLUMNS = frozenset(("id", "run_name", "step", "metrics"))
_LONGEST = 8 << 20
"""Bytes of one JSON object."""
_NAME = 500
_MOST_RUNS = 100_000
_MOST_TEXT = 128 << 20
_DEEPEST = 5
_SMALLEST_ROW = 8
"""Bytes that a row takes at least: what claims more rows is damaged."""
_WORDS = {
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}
_SHOWN = 5
_DAMAGE = (sqlite3.Error, ValueError, RecursionError, TypeError, OverflowError)


def recognises(path: Path) -> bool:
    """An SQLite database whose table of metrics is Trackio's, whatever its name."""
    return has_tables(path, _TABLES) and _columns(path, "metrics") >= _COLUMNS


def _columns(path: Path, table: str) -> frozenset[str]:
    try:
        with open_sqlite(path) as database:
            rows = database.execute("SELECT name FROM pragma_table_info(?)", (table,))
            return frozenset(str(row[0]) for row in rows)
    except sqlite3.Error:
        return frozenset()


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """Everything that was logged as a number, in the order written; settings are `config.X`.

    A dictionary that was logged is one metric a leaf, "train/loss". Raises InputError where a
    database is damaged, locked or has no runs.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        try:
            _read_file(out, path)
        except InputError as error:
            if len(found.files) == 1:
                raise
            out.note(found.place(path), error.message, error.hint)
    return out.relation(place="metrics row", name="run_name" if named(out) else "")


def _read_file(out: Collector, path: Path) -> None:
    where = out.found.place(path)
    known = len(out.runs)
    try:
        with open_sqlite(path) as database:
            database.text_factory = _text
            runs = _Runs(out, path, _configs(out, database, path))
            _read_log(out, database, runs, path)
    except _DAMAGE as error:
        del out.runs[known:]
        raise InputError(
            f"cannot be read as Trackio's store: {error}",
            path.name,
            "copy it together with the -wal file beside it, while no run is writing",
        ) from None
    if len(out.runs) == known:
        out.note(where, "the Trackio project has no runs")


def _read_log(out: Collector, database: sqlite3.Connection, runs: _Runs, path: Path) -> None:
    """Every row's numbers; a row that is damaged ends it."""
    where = out.found.place(path)
    rows = 0
    skipped: Counter[str] = Counter()
    try:
        for number, run, name, step, content in _log(database, runs.id, path):
            mine = runs.number(run, name)
            for metric, value in _leaves(content):
                if isinstance(value, int | float):
                    out.add(mine, metric, float(value), step=step, at=number)
                else:
                    skipped[metric] += 1
            rows += 1
    except _DAMAGE as error:
        if not rows:
            raise
        out.note(where, f"damaged ({error}): the first {rows} rows are kept")
    if skipped:
        shown = ", ".join(list(skipped)[:_SHOWN]) + (", …" if len(skipped) > _SHOWN else "")
        text = f"left out: {skipped.total()} values that are no numbers ({shown})"
        out.note(where, text, warn=False)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


class _Runs:
    """The runs of one project, entered when their first row comes."""

    def __init__(self, out: Collector, path: Path, configs: Mapping[str, dict[str, Any]]) -> None:
        self.id = "run_id" if "run_id" in _columns(path, "metrics") else "run_name"
        self._out = out
        self._where = out.found.place(path)
        self._configs = configs
        self._numbers: dict[str, int] = {}
        relative = self._where.strip("/")
        self._place = {**from_names(relative), **from_pattern(out.found.pattern, relative)}
        self._project = path.stem

    def number(self, run: str, name: str) -> int:
        """The collector's number of a run."""
        if run not in self._numbers:
            if len(self._numbers) >= _MOST_RUNS:
                raise ValueError(f"more than {_MOST_RUNS} runs")
            settings = {
                **self._place,
                "trackio.project": self._project,
                **self._configs.get(run, {}),
            }
            self._numbers[run] = self._out.run(
                run if self.id == "run_id" else f"{self._project} {run}",
                place=f"{self._where} run {name}",
                name=name,
                settings=settings,
            )
        return self._numbers[run]


def _configs(
    out: Collector, database: sqlite3.Connection, path: Path
) -> dict[str, dict[str, object]]:
    """Run -> its config; keys that start with "_" are Trackio's own."""
    run = "run_id" if "run_id" in _columns(path, "configs") else "run_name"
    found: dict[str, dict[str, object]] = {}
    left = _MOST_TEXT
    for key, text in database.execute(
        f"SELECT CAST({run} AS TEXT), CAST(substr(config, 1, {_LONGEST}) AS TEXT) "
        f"FROM configs ORDER BY id LIMIT {_MOST_RUNS}"
    ):
        left -= len(text or "")
        if left < 0:
            out.note(out.found.place(path), "its configs are too large: some are left out")
            break
        try:
            config = mapping(json.loads(text))
        except (ValueError, TypeError, RecursionError):
            out.note(out.found.place(path), f"the config of run {key} is no JSON: left out")
            continue
        own = {name: value for name, value in config.items() if not name.startswith("_")}
        group = {"trackio.group": config["_Group"]} if config.get("_Group") else {}
        found[str(key)] = {**group, "config": own}
    return found


def _log(
    database: sqlite3.Connection, run: str, path: Path
) -> Iterator[tuple[int, str, str, float | None, Mapping[str, Any]]]:
    """Every row: its number, run, name of the run, step and what was logged."""
    most = databases.size(path) // _SMALLEST_ROW
    cursor = database.execute(
        f"SELECT id, substr(CAST({run} AS TEXT), 1, {_NAME}), "
        f"substr(CAST(run_name AS TEXT), 1, {_NAME}), CAST(step AS REAL), "
        f"CAST(substr(metrics, 1, {_LONGEST}) AS TEXT) FROM metrics ORDER BY id"
    )
    for count, (number, id_, name, step, text) in enumerate(cursor, 1):
        if count > most:
            raise sqlite3.DatabaseError("it claims more rows than fit into it")
        yield number, str(id_), str(name or ""), step, mapping(json.loads(text))


def _leaves(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Metric and value of all that was logged at once; tables and images are one value each."""
    for key, value in content.items():
        name = f"{prefix}{key}"[:_NAME]
        if isinstance(value, dict) and "_type" not in value and prefix.count("/") < _DEEPEST:
            yield from _leaves(value, f"{name}/")
        elif value is not None:
            yield name, _WORDS.get(value, value) if isinstance(value, str) else value
