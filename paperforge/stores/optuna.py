"""Optuna's SQLite store, read without Optuna and never written to.

Tables (Optuna 2.4 to 5): studies, study_directions, trials, trial_params (a category is its place
in the list of choices), trial_values (one an objective; infinities by value_type),
trial_intermediate_values, and attributes as JSON. Source:
https://github.com/optuna/optuna/blob/master/optuna/storages/_rdb/models.py
"""

from __future__ import annotations

import json
import math
import sqlite3
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.stores import databases
from paperforge.stores.databases import has_tables, open_sqlite
from paperforge.stores.runs import Collector
from paperforge.stores.trials import Study, Trial, Trials, names_of, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Optuna"
SUFFIXES = databases.SUFFIXES

_TABLES = frozenset(
    ("studies", "trials", "trial_params", "trial_values", "trial_intermediate_values")
)
_BATCH = 10_000
_SMALLEST_ROW = 8
"""Bytes that a row takes at least: what claims more rows is damaged."""
_MOST_OBJECTIVES = 1000
_NAME = 500
_TEXT = 1 << 16
"""Characters of a JSON text at most."""
_INFINITE = {"INF_POS": math.inf, "INF_NEG": -math.inf, "NAN": math.nan}


def recognises(path: Path) -> bool:
    """An SQLite database that has Optuna's tables, whatever its name."""
    return has_tables(path, _TABLES)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """Final and intermediate values of all trials; settings are `params.X` and `tags.X`.

    An intermediate value has its step, the final ones have none. Raises InputError where a database
    is damaged, locked or has no trials.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        try:
            _read_file(out, path)
        except InputError as error:
            if len(found.files) == 1:
                raise
            out.note(found.place(path), error.message, error.hint)
    return out.relation()


def _read_file(out: Collector, path: Path) -> None:
    known = len(out.runs)
    told = Trials(out, out.found.place(path))
    try:
        with open_sqlite(path) as database:
            database.text_factory = lambda data: data.decode("utf-8", "replace")
            store = _Store(database, databases.size(path) // _SMALLEST_ROW)
            trials = _trials(store, told)
            if not trials:
                raise InputError("the Optuna store has no trials", path.name)
            try:
                _settings(store, told, trials)
                _values(store, out, trials)
            except sqlite3.Error as error:
                text = f"damaged ({error}): the {store.rows} records before are kept"
                out.note(told.where, text)
    except (sqlite3.Error, TypeError, ValueError, OverflowError) as error:
        del out.runs[known:]
        raise InputError(
            f"cannot be read as Optuna's SQLite store: {error}",
            path.name,
            "copy it together with the -wal file beside it, while no study is running",
        ) from None
    told.finish()


class _Store:
    """An open database whose rows are bounded by what the file can hold."""

    def __init__(self, database: sqlite3.Connection, most: int) -> None:
        self.database = database
        self.most = most
        self.rows = 0

    def rows_of(self, sql: str) -> Iterator[tuple]:  # type: ignore[type-arg]  # the columns differ
        cursor = self.database.execute(sql)
        while rows := cursor.fetchmany(_BATCH):
            self.rows += len(rows)
            if self.rows > self.most:
                raise sqlite3.DatabaseError("it claims more rows than fit into it")
            yield from rows

    def has(self, table: str, column: str = "") -> bool:
        """Whether there is the table, or a column of it: older versions have fewer."""
        rows = self.database.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        return bool(rows) if not column else (column,) in rows


def _trials(store: _Store, told: Trials) -> dict[int, Trial]:
    """Trial's id -> trial, in their order; studies with all that is known of them."""
    studies = {
        number: Study(name)
        for number, name in store.rows_of(
            f"SELECT study_id, substr(CAST(study_name AS TEXT), 1, {_NAME}) FROM studies"
        )
    }
    for number, direction in store.rows_of(
        "SELECT study_id, CAST(direction AS TEXT) FROM study_directions "
        "ORDER BY study_id, objective"
    ):
        if number in studies:
            studies[number].directions += (direction,)
    for table, is_own in (("study_system_attributes", True), ("study_user_attributes", False)):
        if not store.has(table):
            continue
        for number, key, value in _attributes(store, table, "study_id"):
            if number in studies and is_own:
                studies[number].metrics = names_of({key: value}) or studies[number].metrics
            elif number in studies:
                studies[number].attributes[key] = value
    trials = {}
    for number, trial, study, state in store.rows_of(
        "SELECT CAST(number AS INTEGER), trial_id, study_id, CAST(state AS TEXT) FROM trials "
        "ORDER BY study_id, number, trial_id"
    ):
        if study in studies:
            trials[trial] = told.begin(studies[study], number)
            trials[trial].state = state
    return trials


def _attributes(store: _Store, table: str, owner: str) -> Iterator[tuple[int, str, object]]:
    for number, key, text in store.rows_of(
        f"SELECT {owner}, substr(CAST(key AS TEXT), 1, {_NAME}), "
        f"substr(CAST(value_json AS TEXT), 1, {_TEXT}) FROM {table}"
    ):
        try:
            yield number, key, json.loads(text)
        except (ValueError, TypeError, RecursionError):
            yield number, key, text


def _settings(store: _Store, told: Trials, trials: dict[int, Trial]) -> None:
    """Parameters and the author's attributes of the trials."""
    for number, name, value, distribution in store.rows_of(
        f"SELECT trial_id, substr(CAST(param_name AS TEXT), 1, {_NAME}), "
        f"CAST(param_value AS REAL), substr(CAST(distribution_json AS TEXT), 1, {_TEXT}) "
        "FROM trial_params ORDER BY param_id"
    ):
        if number in trials:
            told.say(trials[number], "params", name, parameter(distribution, value))
    if store.has("trial_user_attributes"):
        for number, key, content in _attributes(store, "trial_user_attributes", "trial_id"):
            if number in trials:
                told.say(trials[number], "tags", key, content)


def _values(store: _Store, out: Collector, trials: dict[int, Trial]) -> None:
    """Intermediate values, then the final ones."""
    values: dict[int, list[float | None]] = {}
    kind = _kind(store, "trial_values", "value_type")
    for number, objective, value, type_ in store.rows_of(
        f"SELECT trial_id, CAST(objective AS INTEGER), CAST(value AS REAL), {kind} "
        "FROM trial_values ORDER BY trial_id, objective"
    ):
        if number in trials and objective is not None and 0 <= objective < _MOST_OBJECTIVES:
            held = values.setdefault(number, [])
            held += [None] * (objective - len(held))
            held.append(_INFINITE.get(type_, value))
    _intermediate(store, out, trials, values)
    for number, found in values.items():
        trial = trials[number]
        trial.values = tuple(found)
        for place, value in enumerate(found):
            if value is not None:
                out.add(trial.run, trial.study.metric(place), value)


def _intermediate(
    store: _Store, out: Collector, trials: dict[int, Trial], values: dict[int, list[float | None]]
) -> None:
    """The values at steps; where only final ones are needed, of trials that have no final one."""
    kind = _kind(store, "trial_intermediate_values", "intermediate_value_type")
    for number, step, value, type_ in store.rows_of(
        f"SELECT trial_id, CAST(step AS INTEGER), CAST(intermediate_value AS REAL), {kind} "
        "FROM trial_intermediate_values ORDER BY trial_intermediate_value_id"
    ):
        if number in trials and (out.found.history or number not in values):
            trial = trials[number]
            told = math.nan if value is None and not type_ else _INFINITE.get(type_, value)
            out.add(trial.run, trial.study.metric(0), told, step=step)


def _kind(store: _Store, table: str, column: str) -> str:
    """The column that says which values are infinite or no number, from Optuna 3 on."""
    return f"CAST({column} AS TEXT)" if store.has(table, column) else "''"
