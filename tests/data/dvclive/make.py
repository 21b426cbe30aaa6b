"""Write results/ with DVCLive itself (dvclive 3.49.1): run by hand, with a Python that has it.

    python tests/data/dvclive/make.py

3 methods x 2 datasets x 5 seeds in folders METHOD/DATASET/run-N (N is not the seed: params.yaml
says it). Three steps of val/accuracy and train/loss, then test/accuracy once, without a step of its
own. One run crashes before its last step, one is resumed from its second step (resume=True appends:
overlapping steps), in one the last val/accuracy is not a number. truth.csv holds every value.
"""

from __future__ import annotations

import csv
import itertools
import logging
import math
import os
import shutil
from pathlib import Path

os.environ["DVC_NO_ANALYTICS"] = "1"
from dvclive import Live

HERE = Path(__file__).parent
RESULTS = HERE / "results"
METHODS, DATASETS, SEEDS = ("full", "lora", "probe"), ("digits", "wine"), (3, 0, 4, 1, 2)
CRASHED, RESUMED, NAN = ("full", "wine", 2), ("lora", "digits", 1), ("probe", "digits", 0)
TRUTH = []


def accuracy(method, dataset, seed, step):
    """The accuracy that this training "reaches"."""
    base = {"full": 0.8, "lora": 0.75, "probe": 0.6}[method] + {"digits": 0.1, "wine": 0}[dataset]
    return round(base + seed / 100 + step / 1000, 4)


def train(folder, cell, start=0):
    """One run, or the end of one."""
    with Live(str(folder), resume=start > 0, save_dvc_exp=False, report=None, dvcyaml=None) as live:
        if start:
            live.step = start
        else:
            method, dataset, seed = cell
            live.log_params({"model": {"name": method}, "dataset": dataset, "seed": seed})
        for step in range(start, 3):
            if cell == CRASHED and step == 2:
                return
            value = accuracy(*cell, step)
            value = math.nan if cell == NAN and step == 2 else value
            for metric, number in (("val/accuracy", value), ("train/loss", 1 / (1 + step))):
                live.log_metric(metric, number, timestamp=False)
                TRUTH.append((*cell, metric, step, number))
            live.next_step()
        if cell != CRASHED:
            live.log_metric("test/accuracy", accuracy(*cell, 3), plot=False)
            TRUTH.append((*cell, "test/accuracy", "", accuracy(*cell, 3)))


def main():
    """Make all of it anew."""
    logging.disable(logging.CRITICAL)
    shutil.rmtree(RESULTS, ignore_errors=True)
    for method, dataset in itertools.product(METHODS, DATASETS):
        for number, seed in enumerate(SEEDS):
            cell = (method, dataset, seed)
            folder = RESULTS / method / dataset / f"run-{number}"
            train(folder, cell)
            if cell == RESUMED:
                TRUTH.pop()
                train(folder, cell, 1)
    with (HERE / "truth.csv").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["method", "dataset", "seed", "metric", "step", "value"])
        out.writerows(TRUTH)


if __name__ == "__main__":
    main()
