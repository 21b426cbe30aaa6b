"""Write results/ with Sacred's FileStorageObserver (sacred 0.8.7): run by hand.

    python tests/data/sacred/make.py

3 methods x 2 datasets x 5 seeds, numbered as Sacred does (1, 2, ...), each with three steps of
val/accuracy, one test/accuracy and a result. One run fails in its last step, one is interrupted,
one writes a step twice, in one the last val/accuracy is not a number, and one number is of numpy
(Sacred's jsonpickle). Host, command and times are replaced: they tell of the machine.
truth.csv holds every value.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import json
import math
import shutil
from pathlib import Path

import numpy as np
from sacred import Experiment
from sacred.observers import FileStorageObserver

HERE = Path(__file__).parent
RESULTS = HERE / "results"
METHODS, DATASETS, SEEDS = ("full", "lora", "probe"), ("digits", "wine"), (3, 0, 4, 1, 2)
CRASHED, STOPPED = ("full", "wine", 2), ("full", "wine", 1)
TWICE, NAN, NUMPY = ("lora", "digits", 1), ("probe", "digits", 0), ("probe", "wine", 0)
TRUTH = []
STAMP = "2026-01-02T03:04:05.000000"


def accuracy(method, dataset, seed, step):
    """The accuracy that this training "reaches"."""
    base = {"full": 0.8, "lora": 0.75, "probe": 0.6}[method] + {"digits": 0.1, "wine": 0}[dataset]
    return round(base + seed / 100 + step / 1000, 4)


def experiment(cell):
    """A new experiment for one cell: Sacred keeps its state in the object."""
    ex = Experiment("study", save_git_info=False)
    ex.observers.append(FileStorageObserver(RESULTS))
    method, dataset, seed = cell
    ex.add_config(model={"name": method, "width": 8}, dataset=dataset, seed=seed, lr=0.001)

    def say(run, metric, value, step):
        run.log_scalar(metric, np.float64(value) if cell == NUMPY else value, step)
        TRUTH.append((*cell, metric, step, value))

    @ex.main
    def main(_run):
        for step in range(3):
            if cell == CRASHED and step == 2:
                raise RuntimeError("out of luck")
            if cell == STOPPED and step == 1:
                raise KeyboardInterrupt
            last = cell == NAN and step == 2
            say(_run, "val/accuracy", math.nan if last else accuracy(*cell, step), step)
            if cell == TWICE and step == 1:
                say(_run, "val/accuracy", accuracy(*cell, 9), step)
        say(_run, "test/accuracy", accuracy(*cell, 3), 2)
        return np.float64(accuracy(*cell, 3)) if cell == NUMPY else accuracy(*cell, 3)

    return ex


def tidy_up():
    """Take out what would only take room, and what tells of the machine."""
    shutil.rmtree(RESULTS / "_sources")
    for path in RESULTS.glob("*/run.json"):
        run = json.loads(path.read_text())
        run["host"] = {"hostname": "host", "os": ["Linux", ""], "python_version": "3.11"}
        run["experiment"] |= {"base_dir": "/project", "dependencies": []}
        run["command"], run["meta"] = "main", {"command": "main", "options": {}}
        run["fail_trace"] = ["RuntimeError: out of luck\n"] if run.get("fail_trace") else None
        for key in ("start_time", "heartbeat", "stop_time"):
            run[key] = STAMP if run.get(key) else None
        path.write_text(json.dumps(run, indent=1))
    for path in RESULTS.glob("*/metrics.json"):
        metrics = json.loads(path.read_text())
        for one in metrics.values():
            one["timestamps"] = [STAMP] * len(one["timestamps"])
        path.write_text(json.dumps(metrics))


def main():
    """Make all of it anew."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    for cell in itertools.product(METHODS, DATASETS, SEEDS):
        with contextlib.suppress(RuntimeError, KeyboardInterrupt):
            experiment(cell).run(options={"--loglevel": "CRITICAL", "--force": True})
    tidy_up()
    with (HERE / "truth.csv").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["method", "dataset", "seed", "metric", "step", "value"])
        out.writerows(TRUTH)


if __name__ == "__main__":
    main()
