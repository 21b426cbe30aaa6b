"""Shared by the tests of MLflow's, Optuna's and Trackio's stores: the truth, final values, damage."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

from paperforge import stores
from paperforge.engine import open_engine
from paperforge.errors import InputError

COLUMNS = ("run", "method", "dataset", "seed", "split", "metric", "step", "value", "status", "kept")


def truth(path):
    """The rows that a maker logged, sorted."""
    return rows_as_told(json.loads(path.read_text(encoding="utf-8")))


def rows_as_told(rows):
    """Rows of a truth, sorted, to compare with `told`."""
    return sorted(map(_plain, rows))


def told(rows, pattern=r" run (\S+)"):
    """Tidy rows in the shape of the truth: the run by its name, which is in the source."""
    named = [{**row, "run": re.search(pattern, row["source"])[1]} for row in rows]
    return sorted(map(_plain, named))


def _plain(row):
    values = [row[name] for name in COLUMNS]
    return [
        ""
        if value is None or (name != "value" and isinstance(value, float) and math.isnan(value))
        else _text(value)
        for name, value in zip(COLUMNS, values, strict=True)
    ]


def _text(value):
    return repr(float(value)) if isinstance(value, int | float) else str(value)


def finals(path, *, history):
    """Run, metric -> the last value, with the history or with final values only."""
    (found,), _ = stores.find(path)
    engine = open_engine(found.files)
    try:
        stores.read(replace(found, history=history), engine.connection, "raw")
        rows = engine.connection.execute(
            "SELECT run, metric, last(value::VARCHAR ORDER BY step, __row) FROM raw "
            "WHERE metric IS NOT NULL GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        counted = engine.connection.execute("SELECT count(value) FROM raw").fetchone()[0]
    finally:
        engine.close()
    return rows, counted


def survives(path):
    """Read whatever is there: the number of rows, or None where an InputError says what is wrong."""
    count = 0
    try:
        parts, _ = stores.find(path)
        for found in parts:
            engine = open_engine(found.files)
            try:
                raw = stores.read(found, engine.connection, "raw")
                sql = f'SELECT count(*), count(COLUMNS(*)) FROM "{raw.table}"'
                count += engine.connection.execute(sql).fetchone()[0]
            finally:
                engine.close()
    except InputError:
        return None
    return count
