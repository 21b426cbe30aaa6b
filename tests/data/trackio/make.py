"""Write Trackio's store with Trackio 0.43.0 itself: run by hand with a Python that has it.

    python make.py

Writes project.db and truth.json. Trackio has no states: the run that was killed after its first
step (in a process of its own) is a run with fewer steps. A deleted run leaves nothing. Times and
ids of log entries are written over.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("TRACKIO_DIR") or tempfile.mkdtemp())
os.environ.update(TRACKIO_DIR=str(FOLDER), HF_HUB_OFFLINE="1", HF_HOME=str(FOLDER / "hf"))

import trackio  # noqa: E402  it reads the environment

METHODS, DATASETS, SEEDS = ("lora", "full", "prefix"), ("mnli", "sst2"), range(5)


def score(method, dataset, seed, step) -> float:
    base = 0.6 + 0.05 * METHODS.index(method) + 0.1 * DATASETS.index(dataset)
    return round(base + 0.02 * step + 0.003 * (seed * 7 % 5), 4)


def row(name, where, split, metric, step, value, kept=1) -> dict[str, object]:
    method, dataset, seed = where
    return {
        "run": name,
        "method": method,
        "dataset": dataset,
        "seed": str(seed),
        "split": split,
        "metric": metric,
        "step": step,
        "value": value if math.isfinite(value) else str(value),
        "status": "unknown",
        "kept": kept,
    }


def settings(where) -> dict[str, object]:
    method, dataset, seed = where
    return {"model": {"name": method, "rank": 8}, "dataset": dataset, "seed": seed}


def run(where) -> list[dict[str, object]]:
    name = "_".join(map(str, where))
    rows = []
    trackio.init(project="project", name=name, config=settings(where), embed=False)
    resumed = name == "lora_mnli_1"
    for step in range(3):
        value, loss = score(*where, step), round(1 / (step + 1), 4)
        trackio.log({"eval/accuracy": value, "train": {"loss": loss}, "note": "x"}, step=step)
        rows.append(row(name, where, "val", "accuracy", step, value, int(step == 0 or not resumed)))
        rows.append(row(name, where, "train", "loss", step, loss))
        if name == "prefix_sst2_4":
            return rows
    if resumed:
        trackio.finish()
        trackio.init(
            project="project", name=name, config=settings(where), resume="must", embed=False
        )
        for step in (1, 2):
            value = round(score(*where, step) + 0.005, 4)
            trackio.log({"eval/accuracy": value}, step=step)
            rows.append(row(name, where, "val", "accuracy", step, value))
    test = {"full_sst2_2": math.nan, "full_mnli_4": -math.inf}.get(name, score(*where, 2) + 0.001)
    trackio.log({"test/accuracy": round(test, 4)}, step=2)
    rows.append(
        row(name, where, "test", "accuracy", 2, round(test, 4) if math.isfinite(test) else test)
    )
    trackio.finish()
    return rows


def main() -> None:
    if sys.argv[1:] == ["killed"]:
        run(("prefix", "sst2", 4))
        time.sleep(3)  # Trackio writes from a thread.
        os._exit(1)
    truth = []
    for method in METHODS:
        for dataset in DATASETS:
            for seed in SEEDS:
                where = (method, dataset, seed)
                if where != ("prefix", "sst2", 4):
                    truth += run(where)
                    continue
                subprocess.run([sys.executable, __file__, "killed"], check=False)
                truth += [row("prefix_sst2_4", where, "val", "accuracy", 0, score(*where, 0))]
                truth += [row("prefix_sst2_4", where, "train", "loss", 0, 1.0)]
    trackio.init(project="project", name="gone", config=settings(("lora", "mnli", 0)), embed=False)
    trackio.log({"test/accuracy": 0.99}, step=2)
    trackio.finish()
    (gone,) = [one for one in trackio.Api().runs("project") if one.name == "gone"]
    gone.delete()
    database = HERE / "project.db"
    shutil.copy(FOLDER / "project.db", database)
    with closing(sqlite3.connect(database)) as store:
        store.execute("UPDATE metrics SET timestamp = '2026-01-01T00:00:00+00:00', log_id = id")
        store.execute(
            "UPDATE configs SET created_at = '2026-01-01T00:00:00+00:00', config = "
            "json_set(config, '$._Created', '2026-01-01T00:00:00+00:00', '$._Username', NULL)"
        )
        store.commit()
        store.execute("PRAGMA journal_mode = DELETE")
        store.execute("PRAGMA page_size = 512")
        store.execute("VACUUM")
    text = "[\n" + ",\n".join(json.dumps(one) for one in truth) + "\n]\n"
    (HERE / "truth.json").write_text(text, encoding="utf-8")
    shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main()
