"""Write results/ with Hydra itself (hydra-core 1.3.8): run by hand, with a Python that has it.

    python tests/data/hydra/make.py

Three sweeps of 3 methods x 2 datasets x 5 seeds, in which the jobs write CSV, JSONL, or a single
JSON object, and one single run. In each sweep job 7 crashes before it writes; in the CSV and JSONL
sweeps job 11 was started a second time in its folder from step 1 on (overlapping steps), and the
last step of job 20 is not a number. truth.csv holds what is to be found.

Hydra writes a copy of its own settings (hydra.yaml) into every job; it is kept in the CSV sweep only.
Paths of the machine are replaced in it and in multirun.yaml.
"""

from __future__ import annotations

import csv
import itertools
import math
import shutil
import subprocess
import sys
from pathlib import Path

from app import CRASHED, NOT_A_NUMBER, accuracy

HERE = Path(__file__).parent
RESULTS = HERE / "results"
METHODS, DATASETS, SEEDS = ("full", "lora", "probe"), ("digits", "wine"), range(5)
RESUMED = ("lora", "digits", 1)
STAMP = "2026-01-02"
CELLS = list(itertools.product(METHODS, DATASETS, SEEDS))


def main():
    """Make all of it anew."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    for number, write in enumerate(("csv", "jsonl", "json")):
        sweep = RESULTS / write / "multirun" / STAMP / f"03-04-0{number}"
        lists = (("model", METHODS), ("dataset", DATASETS), ("seed", SEEDS))
        swept = [f"{name}={','.join(map(str, values))}" for name, values in lists]
        # The sweep ends with an error, because one of its jobs does.
        run("--multirun", f"write={write}", f"hydra.sweep.dir={sweep}", *swept, check=False)
        if write != "json":
            again = [f"{k}={v}" for k, v in zip(("model", "dataset", "seed"), RESUMED, strict=True)]
            job = sweep / str(CELLS.index(RESUMED))
            run(f"write={write}", *again, "start=1", "stop=4", f"hydra.run.dir={job}")
    single = RESULTS / "single" / "outputs" / STAMP / "03-04-05"
    run("model=full", "dataset=wine", "seed=3", f"hydra.run.dir={single}")
    tidy_up()
    truth()


def run(*arguments, check=True):
    """Call the training script."""
    command = [sys.executable, str(HERE / "app.py"), *arguments]
    subprocess.run(command, check=check, cwd=HERE, stderr=subprocess.DEVNULL)


def tidy_up():
    """Take out what would only take room, and what tells of the machine."""
    for path in RESULTS.rglob("*"):
        large = path.name == "hydra.yaml" and "csv" not in path.parts
        if path.suffix == ".log" or large:
            path.unlink()
        elif path.name in {"hydra.yaml", "multirun.yaml"}:
            text = path.read_text().replace(str(HERE), "/project").replace(sys.prefix, "/venv")
            path.write_text(text)


def truth():
    """Every row of the CSV and JSONL sweeps (the JSON sweep has the last test accuracy only)."""
    with (HERE / "truth.csv").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["job", "method", "dataset", "seed", "split", "step", "value", "kept"])
        for job, cell in enumerate(CELLS):
            if cell == CRASHED:
                continue
            steps = [0, 1, 2, 1, 2, 3] if cell == RESUMED else [0, 1, 2]
            for place, step in enumerate(steps):
                value = accuracy(*cell, step)
                if cell == NOT_A_NUMBER and step == 2:
                    value = math.nan
                kept = int(step not in steps[place + 1 :])
                out.writerow([job, *cell, "val", step, value, kept])
                out.writerow([job, *cell, "test", step, round(value - 0.05, 4), kept])


if __name__ == "__main__":
    main()
