"""The MLflow store: one MLflow run per run of the study, in one SQLite file.

This is the only module that needs MLflow.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

# MLflow reads this on import; a rerun should not report itself to anyone.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

from typing import TYPE_CHECKING

from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient
from study import BATCH, EPOCHS, WATTS_PER_CORE, Run
from tables import run_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

EXPERIMENT = "low-rank adaptation under shift"
USER = "paperforge"
# The table runs.csv has every metric and epoch. The store is under version control and kept small,
# so it has the main metrics and every tenth epoch.
STORED_METRICS = ("test/accuracy", "test/nll", "params_trained", "wall_time_s", "energy_wh")
CURVE_STRIDE = 10
# Most of MLflow's tables stay empty and take a page each.
PAGE_BYTES = 1024


def write_store(runs: Iterable[Run], path: Path, now_ms: int) -> None:
    """Write a new store; `now_ms` is the time stamp of all entries, milliseconds since 1970."""
    path.unlink(missing_ok=True)
    client = MlflowClient(f"sqlite:///{path}")
    tags = {
        "epochs": str(EPOCHS),
        "batch_size": str(BATCH),
        "optimiser": "Adam",
        "energy": f"estimate: processor time x an assumed {WATTS_PER_CORE:g} W per core",
    }
    experiment = client.create_experiment(EXPERIMENT, tags=tags)
    for run in runs:
        _log(client, experiment, run, now_ms)
    _forget_machine(path)


def _log(client: MlflowClient, experiment: str, run: Run, now_ms: int) -> None:
    """Write one run: its parameters, final metrics and learning curve."""
    params = {
        "method": run.method,
        "dataset": run.dataset,
        "seed": run.seed,
        "rank": run.rank,
        "lr": run.learning_rate,
    }
    last = len(run.val_curve) - 1
    metrics = [Metric(name, run.metrics[name], now_ms, last) for name in STORED_METRICS]
    metrics += [
        Metric("val/accuracy", run.val_curve[epoch], now_ms, epoch)
        for epoch in range(0, last + 1, CURVE_STRIDE)
    ]
    opened = client.create_run(experiment, start_time=now_ms, run_name=run_id(run))
    client.log_batch(
        opened.info.run_id, metrics, [Param(key, str(value)) for key, value in params.items()]
    )
    client.set_terminated(opened.info.run_id, end_time=now_ms)


def _forget_machine(path: Path) -> None:
    """Make artefact locations relative, which MLflow expands to paths of this machine.

    No run has artefacts. Vacuuming rewrites the file, so that no unused page keeps the old text.
    """
    with closing(sqlite3.connect(path)) as store:
        store.execute("UPDATE experiments SET artifact_location = 'artifacts'")
        store.execute("UPDATE runs SET artifact_uri = 'artifacts', user_id = ?", (USER,))
        store.commit()
        store.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        store.execute("VACUUM")
