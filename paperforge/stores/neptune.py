"""Neptune's data as neptune-exporter saves them: PROJECT/RUN_part_N.parquet. Experimental.

A row an attribute or a point of a series: project_id, run_id, attribute_path, attribute_type, step,
timestamp, and the value in the column of its type (int_value, float_value, string_value, ...).
Neptune is closed, so the test data are made by the exporter's own writer, not by an export.
Source: https://github.com/neptune-ai/neptune-exporter (README, "Parquet schema")
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from paperforge.engine import literal
from paperforge.errors import InputError
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Neptune (exported)"
SUFFIXES = (".parquet",)
_PART = re.compile(r".*_part_(\d{1,9})\.parquet")
_COLUMNS = (b"attribute_path", b"attribute_type", b"run_id", b"float_value")
_LARGEST_FOOTER = 4 << 20
_BATCH = 20_000
_MOST_SETTINGS = 5000
_PREFIXES = ("parameters/", "params/", "config/", "configs/", "hparams/", "hyperparameters/")
_OWN = "sys/"
_MACHINE = ("monitoring/", "sys/", "runtime/")
_SERIES = "metrics/"


def recognises(path: Path) -> bool:
    """A Parquet file called as the exporter does, with its columns in the footer."""
    if not _PART.fullmatch(path.name):
        return False
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - 8))
            length = int.from_bytes(stream.read(8)[:4], "little")
            stream.seek(max(0, size - 8 - min(length, _LARGEST_FOOTER)))
            footer = stream.read(min(length, _LARGEST_FOOTER))
    except OSError:
        return False
    return all(name in footer for name in _COLUMNS)


@dataclass(slots=True)
class _Run:
    project: str
    id: str
    place: Path
    parts: set[int] = field(default_factory=set)
    config: dict[str, object] = field(default_factory=dict)
    own: dict[str, object] = field(default_factory=dict)
    single: dict[str, float] = field(default_factory=dict)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a run_id of a project; its parts are read together.

    Single values under parameters/, and all that are no numbers with a point, are settings; other
    single numbers with a point are values without a step. Raises InputError where no part is sound.
    """
    out = Collector(found, engine, table)
    runs: dict[tuple[str, str], _Run] = {}
    sound = []
    for path in found.files:
        try:
            _read_attributes(engine, path, runs)
            sound.append(path)
        except InputError as error:
            out.note(found.place(path), f"left out: {error.message}")
    if not sound:
        raise InputError(out.notes[0].message.removeprefix("left out: "), found.root.name)
    several = len({project for project, _ in runs}) > 1
    numbers = {key: _start(out, run, several=several) for key, run in runs.items()}
    for path in sound:
        try:
            for project, run_id, name, step, value, at in _series(engine, path):
                run = numbers.get((project, run_id))
                if run is not None and value is not None:
                    out.add(run, _metric(name), value, step=step, at=at)
        except InputError as error:
            out.note(found.place(path), f"its series are left out: {error.message}")
    return out.relation(place="row")


def _start(out: Collector, run: _Run, *, several: bool) -> int:
    """The run with its settings and single values."""
    name = run.own.get("name")
    if 0 not in run.parts:
        out.note(out.found.place(run.place), "its part 0 is missing: the export was not finished")
    number = out.run(
        f"{run.project}/{run.id}" if several else run.id,
        place=out.found.place(run.place),
        folder=run.place,
        name=name if isinstance(name, str) and name else run.id,
        status=_status(run.own),
        settings={"config": run.config, "neptune": {"project": run.project} | _tags(run.own)},
    )
    for path, value in run.single.items():
        out.add(number, path, value)
    return number


def _tags(own: dict[str, object]) -> dict[str, object]:
    return {name: own[name] for name in ("tags", "group_tags") if own.get(name)}


def _status(own: dict[str, object]) -> str:
    if own.get("trashed") is True or own.get("archived") is True:
        return "deleted"
    if own.get("failed") is True:
        return "crashed"
    state = str(own.get("state", "")).lower()
    return {"inactive": "finished", "idle": "finished", "active": "running"}.get(state, "unknown")


def _metric(path: str) -> str:
    """The metric's name: what the machine did is apart, and metrics/ in front says nothing."""
    if path.startswith(_MACHINE):
        return f"system/{path}"
    return path.removeprefix(_SERIES) or path


def _read_attributes(
    engine: duckdb.DuckDBPyConnection, path: Path, runs: dict[tuple[str, str], _Run]
) -> None:
    """The single values of a part."""
    part = _PART.fullmatch(path.name)
    query = (
        "SELECT DISTINCT project_id::VARCHAR, run_id::VARCHAR FROM {scan} "
        "WHERE run_id IS NOT NULL LIMIT 10000"
    )
    for project, run_id in _rows(engine, path, query):
        run = runs.setdefault((project or "", run_id), _Run(project or "", run_id, path))
        run.parts.add(int(part[1]) if part else 0)
    query = (
        "SELECT project_id::VARCHAR, run_id::VARCHAR, attribute_path::VARCHAR, attribute_type, "
        "TRY_CAST(int_value AS BIGINT), TRY_CAST(float_value AS DOUBLE), string_value::VARCHAR, "
        "TRY_CAST(bool_value AS BOOLEAN), TRY_CAST(string_set_value AS VARCHAR[]) FROM {scan} "
        "WHERE attribute_type IN ('int', 'float', 'string', 'bool', 'string_set') "
        "AND attribute_path IS NOT NULL"
    )
    for project, run_id, name, kind, *values in _rows(engine, path, query):
        known = runs.get((project or "", run_id))
        value = values[("int", "float", "string", "bool", "string_set").index(kind)]
        if known is not None and value is not None and len(known.config) < _MOST_SETTINGS:
            _settle(known, name, value)


def _settle(run: _Run, path: str, value: Any) -> None:  # noqa: ANN401  of five types
    if path.startswith(_OWN):
        run.own[path.removeprefix(_OWN)] = value
        return
    prefix = next((p for p in _PREFIXES if path.startswith(p)), "")
    if isinstance(value, float) and not prefix:
        run.single[_metric(path)] = value
    else:
        run.config[path.removeprefix(prefix).replace("/", ".")] = value


def _series(engine: duckdb.DuckDBPyConnection, path: Path) -> Iterator[tuple[Any, ...]]:
    """The points of all series of numbers, in the order of the file."""
    query = (
        "SELECT coalesce(project_id::VARCHAR, ''), run_id::VARCHAR, attribute_path::VARCHAR, "
        "TRY_CAST(step AS DOUBLE), TRY_CAST(float_value AS DOUBLE), file_row_number + 1 "
        "FROM {scan} WHERE attribute_type = 'float_series' AND attribute_path IS NOT NULL "
        "ORDER BY file_row_number"
    )
    return _rows(engine, path, query)


def _rows(engine: duckdb.DuckDBPyConnection, path: Path, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query on a part. Raises InputError where the part is damaged."""
    import duckdb

    scan = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        cursor = engine.cursor().execute(query.replace("{scan}", scan))
        while rows := cursor.fetchmany(_BATCH):
            yield from rows
    except (duckdb.Error, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0].replace(str(path), path.name)[:200]
        raise InputError(f"is not a sound part of an export ({reason})", path.name) from None
