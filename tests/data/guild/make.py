"""Write home/ with Guild AI itself (guildai 0.9.0): run by hand, where `guild` is on the path.

    python tests/data/guild/make.py

3 methods x 2 datasets x 5 seeds of train.py: one run fails in its last step, one before it logs
anything, one is restarted (a second event file, the same steps), and one is deleted (Guild moves it
to the trash). Of .guild only the flags, the states, the names and the events are kept: the rest are
copies of the sources and facts of the machine (its name is taken out of the events' names). truth.csv holds every value of the events.
"""

from __future__ import annotations

import csv
import itertools
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
HOME = HERE / "home"
METHODS, DATASETS, SEEDS = ("full", "lora", "probe"), ("digits", "wine"), (3, 0, 4, 1, 2)
CRASHED, SILENT = ("full", "wine", 2), ("full", "wine", 1)
RESTARTED, DELETED = ("lora", "digits", 1), ("probe", "wine", 4)
KEPT = {"flags", "exit_status", "id", "label", "started", "stopped", "deps"}


def accuracy(method, dataset, seed, step):
    """What train.py prints."""
    base = {"full": 0.8, "lora": 0.75, "probe": 0.6}[method] + {"digits": 0.1, "wine": 0}[dataset]
    return round(base + seed / 100 + step / 1000, 4)


def main():
    """Make all of it anew."""
    shutil.rmtree(HOME, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        home.mkdir()
        work = Path(place) / "work"
        work.mkdir()
        shutil.copy(HERE / "train.py", work)
        environment = {**os.environ, "GUILD_HOME": str(home)}

        def guild(*arguments):
            command = ["guild", *arguments, "-y"]
            quiet = subprocess.DEVNULL
            subprocess.run(
                command, check=False, cwd=work, env=environment, stdout=quiet, stderr=quiet
            )

        for method, dataset, seed in itertools.product(METHODS, DATASETS, SEEDS):
            known = set((home / "runs").glob("*"))
            guild("run", "train.py", f"method={method}", f"dataset={dataset}", f"seed={seed}")
            (new,) = set((home / "runs").glob("*")) - known
            if (method, dataset, seed) == RESTARTED:
                guild("run", "--restart", new.name)
            if (method, dataset, seed) == DELETED:
                guild("runs", "rm", new.name)
        for path in sorted(home.rglob("*"), reverse=True):
            is_kept = path.parent.name == "attrs" and path.name in KEPT
            if path.is_symlink() or (path.is_file() and not (is_kept or "tfevents" in path.name)):
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        for path in list(home.rglob("*tfevents*")):
            path.rename(path.with_name(path.name.replace(f".{platform.node()}.", ".host.")))
        shutil.copytree(home, HOME)
    truth()


def truth():
    """Every value that was printed."""
    with (HERE / "truth.csv").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["method", "dataset", "seed", "step", "value", "status"])
        for cell in itertools.product(METHODS, DATASETS, SEEDS):
            status = {CRASHED: "crashed", SILENT: "crashed", DELETED: "deleted"}
            for step in range(0 if cell == SILENT else 2 if cell == CRASHED else 3):
                for _ in range(2 if cell == RESTARTED else 1):
                    state = status.get(cell, "finished")
                    out.writerow([*cell, step, accuracy(*cell, step), state])


if __name__ == "__main__":
    main()
