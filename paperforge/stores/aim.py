"""Aim: its export as CSV; a repository (.aim) itself is a RocksDB, which only Aim's SDK can open.

The export is what `Metric.dataframe(include_run=True, include_name=True, include_context=True)`
gives, metric after metric: idx, step, value, epoch, time, run.hash, run.PARAMETER, metric.name and
metric.context.KEY. Opening a repository with the SDK would write into it; so it is asked for.
Source: https://aimstack.readthedocs.io/en/latest/using/query_runs.html
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from paperforge.names import splits
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Aim"
SUFFIXES = (".csv", "")
_REPOSITORY = ".aim"
_NEEDED = frozenset(("run.hash", "metric.name", "step", "value"))
_RUN, _CONTEXT = "run.", "metric.context."
_PARAMETERS = ("hparams.", "params.", "config.")
_START = 1 << 16


def recognises(path: Path) -> bool:
    """A repository's .aim/VERSION, or a CSV with the columns of the export."""
    if path.name == "VERSION":
        return path.parent.name == _REPOSITORY
    if path.suffix.lower() != ".csv":
        return False
    try:
        with path.open("rb") as stream:
            line = stream.readline(_START)
    except OSError:
        return False
    fields = line.decode("utf-8", "replace").strip().lstrip("\ufeff").split(",")
    return set(fields) >= _NEEDED


def owns(path: Path) -> Path:
    """The repository's folder; an export owns nothing but itself."""
    return path.parent if path.name == "VERSION" else path


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a run.hash; its parameters are settings (`config.model.name`).

    A metric with the context {"subset": "val"} is called val/NAME. Raises InputError where there is
    nothing but a repository: how to export it.
    """
    exports = [path for path in found.files if path.name != "VERSION"]
    if not exports:
        raise NothingToRead(
            "is an Aim repository, which only Aim itself can open",
            found.root.name,
            "export it where aim and pandas are installed: aim storage reindex -y; python -c "
            '\'import pandas as pd; from aim import Repo, Run; r = Repo("."); '
            "pd.concat(m.dataframe(include_run=True, include_name=True, include_context=True) "
            "for h in r.list_all_runs() for m in Run(h, repo=r, read_only=True).metrics())"
            '.to_csv("aim.csv", index=False)\'',
        )
    out = Collector(found, engine, table)
    for path in found.files:
        if path.name == "VERSION":
            text = "left out: an Aim repository; its export beside it is read"
            out.note(found.place(path.parent), text)
        else:
            _read_export(out, path)
    return out.relation()


def _read_export(out: Collector, path: Path) -> None:
    """The values of an export; a damaged row ends it with a note."""
    place = out.found.place(path)
    runs: dict[str, int] = {}
    kept = 0
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            for record in csv.DictReader(stream):
                key, name = record.get("run.hash"), record.get("metric.name")
                if not key or not name or None in record or record["value"] is None:
                    text = f"record {kept + 1} is damaged; the {kept} before it are kept"
                    out.note(place, text)
                    return
                kept += 1
                if key not in runs:
                    runs[key] = _run(out, path, key, record)
                value = _number(record["value"])
                step, epoch = _number(record["step"]), _number(record.get("epoch"))
                metric = _metric(name, record)
                out.add(runs[key], metric, value, step=step, at=kept, epoch=epoch)
    except (OSError, csv.Error) as error:
        out.note(place, f"cannot be read on: {error}; {kept} records are kept")


def _run(out: Collector, path: Path, key: str, record: Mapping[str, str]) -> int:
    config: dict[str, str] = {}
    for column, text in record.items():
        if column.startswith(_RUN) and column != "run.hash" and text:
            name = column.removeprefix(_RUN)
            prefix = next((p for p in _PARAMETERS if name.startswith(p)), "")
            config.setdefault(name.removeprefix(prefix), text)
    place = out.found.place(path)
    return out.run(key, place=place, folder=path, settings={"config": config})


def _metric(name: str, record: Mapping[str, str]) -> str:
    """The metric with its context in front; one that is no split keeps its key."""
    for column, text in record.items():
        if column.startswith(_CONTEXT) and text:
            key = column.removeprefix(_CONTEXT)
            name = f"{text}/{name}" if text.lower() in splits() else f"{name} {key}={text}"
    return name


def _number(text: str | None) -> float | None:
    """A number; an empty cell is the NaN that pandas leaves out."""
    if text is None:
        return None
    try:
        return float(text) if text else float("nan")
    except ValueError:
        return None
