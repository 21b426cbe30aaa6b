"""Write mlflow.db with MLflow itself: run this with a Python that has mlflow; the tests need only the file.

    python tests/data/make_mlflow.py

What it holds, and what a reader must make of it, is in EXPECTED_* of tests/stores/test_mlflow.py.
"""

from __future__ import annotations

import math
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

NOW = 1_700_000_000_000
CURVE = (0.5, 0.6, 0.7)


def main(path: Path) -> None:
    """Write a new store of twelve runs."""
    path.unlink(missing_ok=True)
    client = MlflowClient(f"sqlite:///{path}")
    experiment = client.create_experiment("study", artifact_location="artifacts")
    clock = iter(range(NOW, NOW + 10**9, 1000))

    def run(name, params, metrics, *, status="FINISHED", tags=None):
        opened = client.create_run(experiment, start_time=next(clock), run_name=name, tags=tags)
        client.log_batch(
            opened.info.run_id,
            [Metric(key, value, next(clock), step) for key, value, step in metrics],
            [Param(key, str(value)) for key, value in params.items()],
            [RunTag("owner", "nobody")],
        )
        if status != "RUNNING":
            client.set_terminated(opened.info.run_id, status, end_time=next(clock))
        return opened.info.run_id

    for method, gain in (("lora", 0.0), ("full", 0.1)):
        for seed in (0, 1):
            curve = [("val/accuracy", v + gain + seed / 100, i) for i, v in enumerate(CURVE)]
            final = [("test/accuracy", 0.65 + gain + seed / 100, 2), ("lr", 0.1, 0)]
            # Logged out of order: the highest step counts, not the last write.
            settings = {"method": method, "dataset": "digits", "seed": seed, "rank": 8}
            run(f"{method}-{seed}", settings, [*final, *reversed(curve)])
    base = {"method": "lora", "dataset": "wine"}
    run("nan", {**base, "seed": 0}, [("test/accuracy", math.nan, 0)])
    run("inf", {**base, "seed": 1}, [("test/accuracy", math.inf, 0)])
    run(
        "crashed",
        {**base, "method": "full", "seed": 0},
        [("val/accuracy", 0.2, 0)],
        status="FAILED",
    )
    running = {"method": "full", "dataset": "moons", "seed": 0}
    run("running", running, [("test/accuracy", 0.3, 0)], status="RUNNING")
    gone = run("deleted", {**base, "dataset": "digits", "seed": 0}, [("test/accuracy", 0.99, 0)])
    client.delete_run(gone)
    parent = run("sweep", {"dataset": "moons"}, [("test/accuracy", 0.55, 0)])
    nested = {"mlflow.parentRunId": parent}
    run("child", {"method": "lora", "seed": 0}, [("test/accuracy", 0.5, 0)], tags=nested)
    # MLflow 3 writes a model's metric twice: to metrics and to logged_model_metrics.
    with_model = run("lora-2", {**base, "dataset": "moons", "seed": 1}, [])
    model = client.create_logged_model(experiment, name="net", source_run_id=with_model)
    client.log_metric(with_model, "test/accuracy", 0.6, next(clock), 0, model_id=model.model_id)
    client.finalize_logged_model(model.model_id, "READY")
    forget_machine(path)


def forget_machine(path: Path) -> None:
    """No path and no user name of this machine stays in the file."""
    with closing(sqlite3.connect(path)) as store:
        store.execute("UPDATE experiments SET artifact_location = 'artifacts'")
        store.execute("UPDATE runs SET artifact_uri = 'artifacts', user_id = 'paperforge'")
        store.execute("UPDATE tags SET value = 'paperforge' WHERE key IN ('mlflow.user')")
        store.execute("UPDATE logged_models SET artifact_location = 'artifacts'")
        store.commit()
        store.execute("PRAGMA page_size = 1024")
        store.execute("VACUUM")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("mlflow.db"))
