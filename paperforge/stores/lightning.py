"""Lightning's CSVLogger: NAME/version_N/metrics.csv, and hparams.yaml beside it.

One wide table a run, sparse: each call of log() is a row with its own metrics. `step` is the
global batch, `epoch` an axis of its own. The number of a version is the order of starting, never
the seed. hparams.yaml is the run's config (stores/folders.py); the logger keeps no state of a run.
https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.loggers.csv_logs.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.stores import folders, logs
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Lightning CSVLogger"
SUFFIXES = (".csv",)
_FILE = "metrics.csv"
_HPARAMS = "hparams.yaml"
_VERSION = re.compile(r"version_\d+")
_AXES = ("step", "epoch")
_NAMELESS = frozenset(("lightning_logs", "csv", "csv_logs", "logs"))
"""Names that say nothing of a run: the logger's own, and those of usual templates."""


def recognises(path: Path) -> bool:
    """metrics.csv in a folder version_N, or beside hparams.yaml, with a column of steps."""
    if path.name != _FILE:
        return False
    if not _VERSION.fullmatch(path.parent.name) and not (path.parent / _HPARAMS).is_file():
        return False
    return "step" in logs.header(path)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a version; every filled cell is a value, with its step, epoch and line.

    Raises NothingToRead where there is no run.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        folder = path.parent
        versioned = _VERSION.fullmatch(folder.name) is not None
        name = folder.parent.name if versioned else folder.name
        is_name = folder.parent.is_relative_to(found.root) and name not in _NAMELESS
        run = out.run(
            folders.run_id(found, folder),
            place=found.place(path),
            folder=path,
            name=name if is_name else "",
        )
        names = [name for name in logs.header(path) if name and name not in _AXES]
        logs.read(out, run, path, {n: n for n in names}, {axis: axis for axis in _AXES})
    return out.relation(place="line")
