"""MLflow's SQLite store, read without MLflow and never written to.

Tables (MLflow 1 to 3): experiments, runs, metrics (the whole history), latest_metrics (the value of
each metric at its last step), params, tags, inputs and datasets. MLflow 3 repeats metrics of logged
models in logged_model_metrics: only the data set that a metric was measured on is taken from there,
so nothing counts twice. NaN is 0 with is_nan, infinities are the largest finite numbers. Source:
https://github.com/mlflow/mlflow/blob/master/mlflow/store/tracking/dbmodels/models.py
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import databases
from paperforge.stores.databases import has_tables, open_sqlite
from paperforge.stores.folders import from_names, from_pattern
from paperforge.stores.runs import Collector
from paperforge.stores.tracked import DELETED, Tracked, enter, families, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb
    import numpy as np

    from paperforge.model import Found, Raw

NAME = "MLflow"
SUFFIXES = databases.SUFFIXES

_TABLES = frozenset(("experiments", "runs", "metrics", "params", "tags"))
_FEW = 500
"""Rows at a time: what they take is taken again for the next ones, while it is in the cache."""
_MANY = 20_000
"""Values handed over at a time: each handing over has its price."""
_LONG = 50_000
"""Values of one run from which they are sorted on disk."""
_MOST_RUNS = 100_000
_MOST_TEXT = 128 << 20
"""Characters of all settings of a store."""
_LONGEST = 4000
_SMALLEST_ROW = 16
"""Bytes that a row of metrics takes at least: what claims more rows is damaged."""
_INFINITE = 1.797e308
"""MLflow clips infinities to the largest finite number."""
_text = partial(str, encoding="utf-8", errors="replace")
_POINTS = "SELECT rowid, key, value, step, timestamp, is_nan FROM metrics WHERE run_uuid = ?"


@dataclass(slots=True)
class _Store:
    """An open store, and what is known of it."""

    out: Collector
    database: sqlite3.Connection
    path: Path
    where: str
    tables: frozenset[str]
    most: int
    """Values that the file can hold."""
    runs: dict[str, Tracked] = field(default_factory=dict)
    measured_on: dict[tuple[str, str, int, int], str] = field(default_factory=dict)
    """Run, metric, step and time -> the data set, where MLflow 3 was told."""
    rows: int = 0
    """Values read."""


def recognises(path: Path) -> bool:
    """An SQLite database that has MLflow's tables, whatever its name."""
    return has_tables(path, _TABLES)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """The metric history, a row a point; settings are columns `params.X` and `tags.X`.

    Where only final values are asked for they are MLflow's own latest ones. Runs are in the order
    of their start; the values of a metric in that of step, time and value, in which MLflow takes
    the last. Raises InputError where a database is damaged, locked or has no runs.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        try:
            _read_file(out, path)
        except InputError as error:
            if len(found.files) == 1:
                raise
            out.note(found.place(path), error.message, error.hint)
    return out.relation(
        place="metrics row", name="run_name" if named(out) else "", last_is_summary=True
    )


def _read_file(out: Collector, path: Path) -> None:
    known = len(out.runs)
    where = out.found.place(path)
    try:
        with open_sqlite(path) as database:
            database.text_factory = _text
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = frozenset(str(row[0]) for row in names)
            most = databases.size(path) // _SMALLEST_ROW
            store = _Store(out, database, path, where, tables, most)
            _read_runs(store)
            numbers = enter(out, store.runs, where)
            try:
                _read_points(store, numbers)
            except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
                if not store.rows:
                    raise
                text = f"damaged ({error}): the first {store.rows} values are kept"
                out.note(where, text, "copy it together with the -wal file beside it")
    except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        del out.runs[known:]
        raise InputError(
            f"cannot be read as MLflow's SQLite store: {error}",
            path.name,
            "copy it together with the -wal file beside it, while no run is writing",
        ) from None


def _read_runs(store: _Store) -> None:
    """The runs with their settings, and of families what they log."""
    where, pattern = store.where, store.out.found.pattern
    said = {**from_names(where), **from_pattern(pattern, where.strip("/"))}
    rows = store.database.execute(
        "SELECT CAST(r.run_uuid AS TEXT), CAST(coalesce(r.name, '') AS TEXT), "
        "CAST(coalesce(e.name, '') AS TEXT), CAST(coalesce(r.status, '') AS TEXT), "
        "r.lifecycle_stage = 'deleted' OR coalesce(e.lifecycle_stage, '') = 'deleted' "
        "FROM runs r LEFT JOIN experiments e ON e.experiment_id = r.experiment_id "
        f"ORDER BY r.start_time, r.rowid LIMIT {_MOST_RUNS + 1}"
    )
    for run, name, experiment, status, deleted in rows:
        if len(store.runs) == _MOST_RUNS:
            store.out.note(where, f"has more than {_MOST_RUNS} runs: the others are left out")
            break
        state = DELETED if deleted else status
        store.runs[run] = Tracked(run, name, experiment, state, where, settings=dict(said))
    if not store.runs:
        raise InputError("the MLflow store has no runs", store.path.name)
    _read_settings(store)
    _read_inputs(store)
    latest = "latest_metrics" if "latest_metrics" in store.tables else "metrics"
    for parent, below in families(store.runs).items():
        for run in (parent, *below):
            sql = f"SELECT DISTINCT CAST(key AS TEXT) FROM {latest} WHERE run_uuid = ?"
            store.runs[run].logged = {key for (key,) in store.database.execute(sql, (run,))}


def _read_settings(store: _Store) -> None:
    """Parameters, then tags."""
    left = _MOST_TEXT
    for table in ("params", "tags"):
        rows = store.database.execute(
            "SELECT CAST(run_uuid AS TEXT), CAST(substr(key, 1, 250) AS TEXT), "
            f"CAST(substr(coalesce(value, ''), 1, {_LONGEST}) AS TEXT) FROM {table}"
        )
        for uuid, key, value in rows:
            left -= len(key) + len(value)
            if left < 0:
                store.out.note(store.where, f"its {table} are too large: some are left out")
                return
            run = store.runs.get(uuid)
            if run is None:
                continue
            if table == "params":
                run.settings[f"params.{key}"] = value
            else:
                run.take_tag(key, value)


def _read_inputs(store: _Store) -> None:
    """The data sets that runs had as inputs, and those that single metrics were measured on."""
    if store.tables >= {"datasets", "inputs", "input_tags"}:
        rows = store.database.execute(
            "SELECT i.destination_id, substr(d.name, 1, 250), coalesce(t.value, '') FROM inputs i "
            "JOIN datasets d ON d.dataset_uuid = i.source_id LEFT JOIN input_tags t "
            "ON t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context' "
            "WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN'"
        )
        for uuid, name, context in rows:
            if uuid in store.runs:
                store.runs[uuid].inputs[str(name)] = str(context)
    if "logged_model_metrics" in store.tables:
        rows = store.database.execute(
            "SELECT run_id, metric_name, metric_step, metric_timestamp_ms, dataset_name "
            f"FROM logged_model_metrics WHERE dataset_name IS NOT NULL LIMIT {_MOST_RUNS}"
        )
        for run, key, step, time, name in rows:
            store.measured_on[str(run), str(key), int(step), int(time)] = str(name)[:250]


def _read_points(store: _Store, numbers: dict[str, int]) -> None:
    """Whole histories, or MLflow's latest values where those are enough."""
    store.database.text_factory = bytes
    whole = set(numbers)
    if not store.out.found.history and "latest_metrics" in store.tables:
        # A metric measured on several data sets has one latest value, but several final ones.
        several = {run for run, *_ in store.measured_on}
        whole = several | (whole - _read_latest(store, numbers, several))
    for run, number in numbers.items():
        if run in whole:
            _read_history(store, run, number)


def _read_latest(store: _Store, numbers: dict[str, int], others: set[str]) -> set[str]:
    """The latest values of all runs but the others; the runs that have some."""
    import numpy as np

    known = {run.encode(): number for run, number in numbers.items() if run not in others}
    cursor = store.database.execute("SELECT run_uuid, key, value, step, is_nan FROM latest_metrics")
    found: set[bytes] = set()
    names: dict[bytes, int] = {}
    for uuids, keys, values, steps, nans in _columns(store, cursor):
        found.update(uuids)
        mine = np.fromiter(map(known.get, uuids, repeat(-1)), np.int64, len(uuids))
        kept = mine >= 0
        store.out.block(
            mine[kept],
            _numbers(store, keys, names)[kept],
            _values(values, nans)[kept],
            steps=np.fromiter(steps, np.float64, len(uuids))[kept],
        )
    return {run for run in numbers if run.encode() in found}


def _read_history(store: _Store, run: str, number: int) -> None:
    """All values of one run, by metric, step, time and value; a long one is sorted on disk."""
    import numpy as np

    names: dict[bytes, int] = {}
    cursor = store.database.execute(_POINTS, (run,))
    batches = _batches(store, cursor, _LONG)
    first = next(batches, None)
    if first is None:
        return
    if len(first) == _LONG:
        store.rows -= len(first)
        ordered = f"{_POINTS} ORDER BY key, step, timestamp, value, is_nan"
        batches = _batches(store, store.database.execute(ordered, (run,)), _LONG)
        first = next(batches, None)
    while first:
        rowids, keys, values, steps, times, nans = zip(*first, strict=True)
        metric = _numbers(store, keys, names)
        at, step, time = (np.array(one, dtype=np.int64) for one in (rowids, steps, times))
        raw = np.array(values, dtype=np.float64)
        order = np.lexsort((np.array(nans, dtype=bool), raw, time, step, metric))
        said = _measured_on(store, run, first, order)
        store.out.block(
            np.full(len(first), number, dtype=np.int64),
            metric[order],
            _values(values, nans)[order],
            steps=step[order].astype(np.float64),
            at=at[order],
            **said,
        )
        first = next(batches, None)


def _measured_on(
    store: _Store, run: str, rows: list[tuple[int, bytes, float, int, int, int]], order: np.ndarray
) -> dict[str, list[str | None]]:
    """The data set of each value, where the store knows any of this store's."""
    if not store.measured_on:
        return {}
    names = [
        store.measured_on.get((run, _text(key), step, time)) for _, key, _, step, time, _ in rows
    ]
    return {"dataset": [names[place] for place in order]} if any(names) else {}


def _batches(store: _Store, cursor: sqlite3.Cursor, count: int) -> Iterator[list[tuple]]:  # type: ignore[type-arg]  # the columns differ
    """Rows of a query, bounded by what the file can hold."""
    while rows := cursor.fetchmany(count):
        store.rows += len(rows)
        if store.rows > store.most:
            raise sqlite3.DatabaseError("it claims more values than fit into it")
        yield rows


def _columns(store: _Store, cursor: sqlite3.Cursor) -> Iterator[list[list[Any]]]:
    """The columns of a query, many values at a time; those before a damaged page too."""
    columns: list[list[Any]] = []
    try:
        for rows in _batches(store, cursor, _FEW):
            turned = list(zip(*rows, strict=True))
            columns = columns or [[] for _ in turned]
            for column, one in zip(columns, turned, strict=True):
                column.extend(one)
            if len(columns[0]) >= _MANY:
                yield columns
                columns = []
    except sqlite3.Error:
        if columns:
            yield columns
        raise
    if columns:
        yield columns


def _numbers(store: _Store, keys: Sequence[bytes], names: dict[bytes, int]) -> np.ndarray:
    """The metrics' numbers, in the order of their first appearance."""
    import numpy as np

    for key in dict.fromkeys(keys):
        if key not in names:
            names[key] = store.out.number(_text(key))
    return np.fromiter(map(names.__getitem__, keys), np.int64, len(keys))


def _values(values: Sequence[float], nans: Sequence[int]) -> np.ndarray:
    """Values as they were logged: NaN is a flag, infinities were clipped."""
    import numpy as np

    found = np.array(values, dtype=np.float64)
    found[np.abs(found) >= _INFINITE] *= np.inf
    found[np.array(nans, dtype=bool)] = np.nan
    return found
