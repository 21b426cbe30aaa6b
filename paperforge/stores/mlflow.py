"""MLflow's SQLite store, read without MLflow and never written to.

Tables (MLflow 1.0 to 3): experiments, runs, metrics (the whole history), params, tags. MLflow 3
also copies metrics of logged models to logged_model_metrics; that table is not read, so nothing
counts twice. Source: https://github.com/mlflow/mlflow/blob/master/mlflow/store/tracking/dbmodels/models.py
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.engine import identifier
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Raw, Severity
from paperforge.stores import databases
from paperforge.stores.databases import has_tables, open_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

    from paperforge.model import Found

NAME = "MLflow"
TOGETHER = False
SUFFIXES = databases.SUFFIXES
KNOWN = {
    "run": "mlflow.run_id",
    "metric": "mlflow.metric",
    "step": "mlflow.step",
    "value": "mlflow.value",
    "status": "mlflow.status",
}
"""Role -> column, as MLflow itself says."""

_TABLES = frozenset(("experiments", "runs", "metrics", "params", "tags"))
_BATCH = 100_000
_MOST_COLUMNS = 2000
_INFINITE = 1.797e308
"""MLflow clips infinities to the largest finite number."""
_PARENT = "mlflow.parentRunId"
_AUTOMATIC = re.compile(r"[a-z]+-[a-z]+-\d{1,4}|")
"""The names that MLflow makes up, bold-shark-123, and no name."""
_RUN = ("mlflow.run_id", "mlflow.run_name", "mlflow.experiment", "mlflow.status")


@dataclass(slots=True)
class _Run:
    number: int
    id: str
    name: str
    experiment: str
    status: str
    settings: dict[str, str] = field(default_factory=dict)
    """ "params.lr" and "tags.model" -> value."""
    parent: str = ""


def recognises(path: Path) -> bool:
    """An SQLite database that has MLflow's tables, whatever its name."""
    return has_tables(path, _TABLES)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """The whole metric history, a row a point; settings are columns `params.X` and `tags.X`.

    A run without metrics is one row without metric and value. Rows are in the order of the runs'
    start, then of metric, step and time. Raises InputError where the database is damaged, locked
    or has no runs.
    """
    path = found.files[0]
    try:
        with open_sqlite(path) as store:
            runs, notes = _read_runs(store, path)
            columns = _settings_columns(runs.values(), path)
            _fill_runs(engine, f"{table} runs", runs.values(), columns)
            _fill_points(engine, f"{table} points", store, runs)
    except sqlite3.Error as error:
        raise InputError(
            f"cannot be read as MLflow's SQLite store: {error}",
            path.name,
            "copy it together with the -wal file beside it, while no run is writing",
        ) from None
    chosen = ", ".join(f"r.{identifier(name)}" for name in (*_RUN, *columns))
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT {chosen}, "
        'p.key AS "mlflow.metric", p.step AS "mlflow.step", p.value AS "mlflow.value", '
        "coalesce(p.__row, -1 - r.number) AS __row, r.__unit, NULL::BIGINT AS __at "
        f"FROM {identifier(f'{table} runs')} r "
        f"LEFT JOIN {identifier(f'{table} points')} p ON p.run = r.number"
    )
    # Names that MLflow made up say nothing about the method.
    named = not all(_AUTOMATIC.fullmatch(run.name) for run in runs.values())
    fixed = tuple(name for name in _RUN if named or name != "mlflow.run_name")
    names = (*fixed, *columns, "mlflow.metric", "mlflow.step", "mlflow.value")
    return Raw(table, names, KNOWN, notes, name="mlflow.run_name" if named else "")


def _read_runs(
    store: sqlite3.Connection, path: Path
) -> tuple[dict[str, _Run], tuple[Diagnostic, ...]]:
    runs: dict[str, _Run] = {}
    found = store.execute(
        "SELECT r.run_uuid, coalesce(r.name, ''), coalesce(e.name, ''), coalesce(r.status, ''), "
        "r.lifecycle_stage = 'deleted' OR e.lifecycle_stage = 'deleted' "
        "FROM runs r LEFT JOIN experiments e ON e.experiment_id = r.experiment_id "
        "ORDER BY r.start_time, r.rowid"
    )
    for number, (uuid, name, experiment, status, deleted) in enumerate(found):
        runs[uuid] = _Run(number, uuid, name, experiment, "DELETED" if deleted else status)
    if not runs:
        raise InputError("the MLflow store has no runs", path.name)
    for table in ("tags", "params"):
        for uuid, key, value in store.execute(f"SELECT run_uuid, key, value FROM {table}"):
            run = runs.get(uuid)
            if run is None:
                continue
            if key == _PARENT:
                run.parent = value
            elif key == "mlflow.runName":
                run.name = run.name or value
            elif not key.startswith("mlflow."):
                run.settings[f"{table}.{key}"] = value
    _inherit(runs)
    repeated = _set_aside_parents(store, runs)
    return runs, _notes(path, runs.values(), repeated)


def _inherit(runs: dict[str, _Run]) -> None:
    """A nested run has its parents' parameters and tags where it has none of its own."""
    for run in runs.values():
        seen = {run.id}
        parent = runs.get(run.parent)
        while parent is not None and parent.id not in seen:
            seen.add(parent.id)
            run.settings = {**parent.settings, **run.settings}
            parent = runs.get(parent.parent)


def _set_aside_parents(store: sqlite3.Connection, runs: dict[str, _Run]) -> int:
    """Parents that log what their children log hold a summary, not one more run."""
    children: dict[str, list[str]] = defaultdict(list)
    for run in runs.values():
        if run.parent in runs and run.status != "DELETED":
            children[run.parent].append(run.id)
    if not children:
        return 0
    logged: dict[str, set[str]] = defaultdict(set)
    for uuid, key in store.execute("SELECT DISTINCT run_uuid, key FROM metrics"):
        logged[uuid].add(key)
    repeated = 0
    for parent, below in children.items():
        if logged[parent] & set().union(*(logged[child] for child in below)):
            runs[parent].status = "PARENT"
            repeated += 1
    return repeated


def _notes(path: Path, runs: Iterable[_Run], repeated: int) -> tuple[Diagnostic, ...]:
    counts = Counter(run.status for run in runs)
    experiments = sorted({run.experiment for run in runs})
    said: list[tuple[str, str]] = []
    if repeated:
        said.append((f"left out: {_runs(repeated)} whose nested runs log the same metrics", ""))
    if counts["DELETED"]:
        said.append((f"left out: {_runs(counts['DELETED'])} deleted in MLflow", ""))
    if len(experiments) > 1:
        shown = ", ".join(experiments[:8]) + (", …" if experiments[8:] else "")
        text = f"the runs of all experiments are used: {shown}"
        said.append((text, "to keep one: --where mlflow.experiment=NAME"))
    return tuple(Diagnostic(Severity.NOTE, path.name, text, hint) for text, hint in said)


def _runs(count: int) -> str:
    return f"{count} run{'s' if count > 1 else ''}"


def _settings_columns(runs: Iterable[_Run], path: Path) -> tuple[str, ...]:
    """Parameters, then tags, each in order of first appearance."""
    names = dict.fromkeys(name for run in runs for name in run.settings)
    if len(names) > _MOST_COLUMNS:
        raise InputError(
            f"has {len(names)} different parameters and tags, more than {_MOST_COLUMNS}", path.name
        )
    chosen: dict[str, str] = {}
    for name in sorted(names, key=lambda name: not name.startswith("params.")):
        # The engine does not tell LR from lr.
        chosen.setdefault(name.lower(), name)
    return tuple(chosen.values())


def _fill_runs(
    engine: duckdb.DuckDBPyConnection, table: str, runs: Iterable[_Run], columns: tuple[str, ...]
) -> None:
    import numpy as np

    runs = list(runs)
    arrays: dict[str, np.ndarray] = {"number": np.arange(len(runs))}
    fixed = (
        [run.id for run in runs],
        [run.name or None for run in runs],
        [run.experiment for run in runs],
        [run.status for run in runs],
        [f" run {run.name} ({run.id[:8]})" if run.name else f" run {run.id}" for run in runs],
    )
    settings = ([run.settings.get(name) for run in runs] for name in columns)
    for number, values in enumerate((*fixed, *settings)):
        arrays[f"c{number}"] = np.array(values, dtype=object)
    names = (*_RUN, "__unit", *columns)
    renamed = ", ".join(f"c{i}::VARCHAR AS {identifier(name)}" for i, name in enumerate(names))
    engine.register("__batch", arrays)
    engine.execute(f"CREATE TABLE {identifier(table)} AS SELECT number, {renamed} FROM __batch")
    engine.unregister("__batch")


def _fill_points(
    engine: duckdb.DuckDBPyConnection,
    table: str,
    store: sqlite3.Connection,
    runs: dict[str, _Run],
) -> None:
    """Stream the metric history into the engine, then number it in order.

    The order within a metric is MLflow's own for its latest value: step, time, value.
    """
    import numpy as np

    engine.execute(
        "CREATE TABLE __points (run INTEGER, key INTEGER, value DOUBLE, step BIGINT, time BIGINT)"
    )
    keys: dict[str, int] = {}
    cursor = store.execute("SELECT run_uuid, key, value, step, timestamp, is_nan FROM metrics")
    while rows := cursor.fetchmany(_BATCH):
        uuids, names, values, steps, times, nans = zip(*rows, strict=True)
        value = np.array(values, dtype=np.float64)
        value[np.abs(value) >= _INFINITE] *= np.inf
        batch = {
            "run": np.array([runs[u].number if u in runs else -1 for u in uuids], dtype=np.int32),
            "key": np.array([keys.setdefault(n, len(keys)) for n in names], dtype=np.int32),
            "value": value,
            "nan": np.array(nans, dtype=bool) | np.isnan(value),
            "step": np.array(steps, dtype=np.int64),
            "time": np.array(times, dtype=np.int64),
        }
        engine.register("__batch", batch)
        # The engine takes NaN in an array for NULL.
        engine.execute(
            "INSERT INTO __points SELECT run, key, CASE WHEN nan THEN 'nan' ELSE value END, "
            "step, time FROM __batch WHERE run >= 0"
        )
        engine.unregister("__batch")
    engine.execute("CREATE TABLE __keys (number INTEGER, name VARCHAR)")
    if keys:
        engine.executemany("INSERT INTO __keys VALUES (?, ?)", [(n, k) for k, n in keys.items()])
    engine.execute(
        f"CREATE TABLE {identifier(table)} AS SELECT run, k.name AS key, value, step, "
        "row_number() OVER (ORDER BY run, key, step, time, value) AS __row "
        "FROM __points p JOIN __keys k ON k.number = p.key"
    )
    engine.execute("DROP TABLE __points; DROP TABLE __keys")
