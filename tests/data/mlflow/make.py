"""Write MLflow's stores with MLflow itself: run by hand with a Python that has mlflow-skinny.

    python make.py sqlite v3.db       # MLflow 3.17.2: mlflow-skinny, sqlalchemy, alembic, pandas
    python make.py sqlite v2.db       # MLflow 2.22.5, with sqlalchemy<2.1
    python make.py files ../mlruns/v3
    python make.py files ../mlruns/v2

truth.json, beside this file, is what was logged: the same for all four. Ids of runs are MLflow's
own random ones; times are fixed. The name of the user and the paths of the machine are written over.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from unittest import mock

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow
from mlflow.entities import DatasetInput, InputTag, Metric, Param
from mlflow.entities.dataset import Dataset
from mlflow.tracking import MlflowClient

HERE = Path(__file__).parent
METHODS, DATASETS, SEEDS = ("lora", "full", "prefix"), ("mnli", "sst2"), range(5)
BASE = {"lora": 0.7, "full": 0.75, "prefix": 0.6, "mnli": 0.0, "sst2": 0.1}
NOTE = "50% of the data\nand a second line"


class Study:
    """Logs runs, and remembers what it logged as rows of the truth."""

    def __init__(self, client: MlflowClient) -> None:
        self.client = client
        self.time = 1_700_000_000_000
        self.truth: list[dict[str, object]] = []

    def tick(self) -> int:
        self.time += 1000
        return self.time

    def experiment(self, name: str) -> str:
        return self.client.create_experiment(name, artifact_location="artifacts")

    def run(
        self, experiment, name, params, points, *, status="FINISHED", tags=None, said=None, later=0
    ):
        """One run. `points`: (metric, value, step) in the order written; the last may be for later."""
        client, tags = self.client, {"owner": "nobody", **(tags or {})}
        run = client.create_run(experiment, self.tick(), tags, name).info.run_id
        client.log_batch(run, params=[Param(k, str(v)) for k, v in params.items()])
        for key, value, step in points[: len(points) - later]:
            client.log_batch(run, [Metric(key, value, self.tick(), step)])
        if status != "RUNNING":
            client.set_terminated(run, status, self.tick())
        self.remember(name, {**params, **(said or {})}, points, status)
        return run

    def remember(self, name, params, points, status) -> None:
        last = {(key, step): n for n, (key, _, step) in enumerate(points)}
        for n, (key, value, step) in enumerate(points):
            head, _, tail = key.partition("/")
            self.truth.append(
                {
                    "run": name,
                    "method": params.get("method"),
                    "dataset": params.get("dataset"),
                    "seed": None if "seed" not in params else str(params["seed"]),
                    "split": {"eval": "val"}.get(head, head),
                    "metric": tail,
                    "step": step,
                    "value": value if math.isfinite(value) else str(value),
                    "status": {"FAILED": "crashed"}.get(status, status.lower()),
                    "kept": int(last[key, step] == n),
                }
            )

    def set_aside(self, name: str, status: str) -> None:
        for row in self.truth:
            if row["run"] == name:
                row.update(status=status)
                row["kept"] = int(row["kept"] and status != "deleted")


def value(method, dataset, seed, step, offset=0.0) -> float:
    return round(BASE[method] + BASE[dataset] + 0.02 * step + 0.003 * ((seed * 7) % 5) + offset, 4)


def fill(study: Study) -> None:
    client, main = study.client, study.experiment("fine-tuning")
    parent = study.run(main, "sweep", {"dataset": "sst2"}, [("test/accuracy", 0.77, 2)])
    study.set_aside("sweep", "parent")
    for method in METHODS:
        for dataset in DATASETS:
            for seed in SEEDS:
                one_run(study, main, parent, method, dataset, seed)
    gone = study.run(
        main,
        "deleted",
        {"method": "lora", "dataset": "mnli", "seed": 0},
        [("test/accuracy", 0.99, 2)],
    )
    client.delete_run(gone)
    study.set_aside("deleted", "deleted")
    old = study.experiment("abandoned")
    study.run(
        old, "old", {"method": "full", "dataset": "mnli", "seed": 3}, [("test/accuracy", 0.01, 2)]
    )
    client.delete_experiment(old)
    study.set_aside("old", "deleted")


def one_run(study, experiment, parent, method, dataset, seed) -> None:
    name = f"{method}-{dataset}-{seed}"
    params = {"method": method, "dataset": dataset, "seed": seed, "note": NOTE}
    tags, said = {}, {}
    if (method, dataset) == ("prefix", "sst2"):  # nested: the parent says the dataset
        del params["dataset"]
        tags, said = {"mlflow.parentRunId": parent}, {"dataset": dataset}
    points = [
        point
        for step in range(3)
        for point in (
            ("train/loss", round(1 / (step + 1) + seed / 100, 4), step),
            ("eval/accuracy", value(method, dataset, seed, step, -0.01), step),
        )
    ]
    if name == "lora-mnli-1":  # resumed from the checkpoint of step 0: steps 1 and 2 again
        points += [("eval/accuracy", value(method, dataset, seed, s, 0.005), s) for s in (1, 2)]
    if name == "prefix-sst2-4":
        run = study.run(experiment, name, params, points[:2], status="FAILED", tags=tags, said=said)
        return
    test = value(method, dataset, seed, 2)
    test = {"full-sst2-2": math.nan, "full-mnli-4": math.inf}.get(name, test)
    points.append(("test/accuracy", test, 2))
    later = int(name == "lora-mnli-0")
    run = study.run(experiment, name, params, points, tags=tags, said=said, later=later)
    if later:
        with_inputs(study, experiment, run, test)


def with_inputs(study, experiment, run, test) -> None:
    """A data set as an input of the run; in MLflow 3 its last metric is a model's as well."""
    client = study.client
    data = Dataset("mnli-train", "4f2a", "local", '{"uri": "mnli"}')
    client.log_inputs(run, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
    if not hasattr(client, "create_logged_model"):
        client.log_metric(run, "test/accuracy", test, study.tick(), 2)
        return
    model = client.create_logged_model(experiment, name="net", source_run_id=run).model_id
    client.log_metric(run, "test/accuracy", test, study.tick(), 2, model_id=model)
    client.finalize_logged_model(model, "READY")


def forget_machine(path: Path) -> None:
    """No path, no user, and pages as small as they can be."""
    with closing(sqlite3.connect(path)) as store:
        store.execute("UPDATE experiments SET artifact_location = 'artifacts'")
        store.execute("UPDATE runs SET artifact_uri = 'artifacts', user_id = 'paperforge'")
        if int(mlflow.__version__.partition(".")[0]) > 2:
            store.execute("UPDATE logged_models SET artifact_location = 'artifacts'")
        store.commit()
        store.execute("PRAGMA page_size = 512")
        store.execute("VACUUM")


def forget_folders(path: Path) -> None:
    """No path of the machine, and no empty default experiment."""
    for file in path.rglob("meta.yaml"):
        text = file.read_text(encoding="utf-8")
        text = re.sub(r"(?m)^(artifact_(?:uri|location)):.*$", r"\1: artifacts", text)
        file.write_text(text, encoding="utf-8")
    shutil.rmtree(path / "0", ignore_errors=True)


def main(kind: str, path: Path) -> None:
    if kind == "sqlite":
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path, ignore_errors=True)
    path = path.absolute()
    with mock.patch("getpass.getuser", return_value="paperforge"):
        study = Study(MlflowClient(f"sqlite:///{path}" if kind == "sqlite" else path.as_uri()))
        fill(study)
    (forget_machine if kind == "sqlite" else forget_folders)(path)
    (HERE / "truth.json").write_text(
        "[\n" + ",\n".join(json.dumps(row) for row in study.truth) + "\n]\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
