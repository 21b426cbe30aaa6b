"""Write W&B offline runs with wandb itself: run by hand, once with each version.

    python tests/data/wandb/make.py new     # wandb 0.31.0
    python tests/data/wandb/make.py old     # wandb 0.15.12, numpy < 2

Each writes `new/wandb/` or `old/wandb/`; `truth.json` is the same for both. What names the machine
(the host's name, paths of Python and of this script) is switched off by settings, or else replaced
by other text of the same length, with the record's checksum made anew; the logs are deleted.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).parent
METHODS = {"lora": 0.80, "full": 0.84, "probe": 0.70}
DATASETS = {"mnist": 0.1, "svhn": 0.0}
SEEDS = range(5)
STEPS = 4
NAN = ("probe", "svhn", 1)
RESUMED = ("lora", "svhn", 2)
KILLED = ("full", "svhn", 4)
FAILED = ("lora", "mnist", 0)
"""It is there twice: the first attempt ended with an error."""


def accuracy(method: str, dataset: str, seed: int, step: int) -> float:
    """Grows along the steps; all values differ."""
    return round(METHODS[method] + DATASETS[dataset] + seed / 500 - (STEPS - step) / 50, 4)


def plan() -> list[dict]:
    """The processes: one wandb.init each."""
    made = []
    for method in METHODS:
        for dataset in DATASETS:
            for seed in SEEDS:
                cell = (method, dataset, seed)
                run = {"cell": cell, "id": f"{method[0]}{dataset[0]}{seed:06d}", "end": "finished"}
                if cell == FAILED:
                    first = {
                        **run,
                        "id": "failed01",
                        "end": "failed",
                        "steps": [0, 1],
                        "test": None,
                    }
                    made.append(first)
                if cell == KILLED:
                    made.append({**run, "end": "killed", "steps": [0, 1, 2], "test": None})
                elif cell == RESUMED:
                    made.append({**run, "end": "killed", "steps": [0, 1, 2], "test": None})
                    # Steps 1 and 2 are done again and come out otherwise.
                    made.append({**run, "steps": [1, 2, 3], "shift": 0.005, "test": True})
                else:
                    made.append(run)
    return made


def values(run: dict) -> list[tuple[str, int, float]]:
    """(metric, step, value) as logged, in order."""
    method, dataset, seed = run["cell"]
    shift = run.get("shift", 0.0)
    rows = []
    for step in run.get("steps", range(STEPS)):
        score = round(accuracy(method, dataset, seed, step) + shift, 4)
        rows += [("train/loss", step, round(1 - score, 4)), ("val/accuracy", step, score)]
        rows += [("time.forward", step, 0.5)]
    if run.get("test", True):
        last = round(accuracy(method, dataset, seed, STEPS - 1) + shift - 0.01, 4)
        rows.append(("test/accuracy", STEPS - 1, math.nan if run["cell"] == NAN else last))
    return rows


def write(number: int, folder: Path) -> None:
    """One process of a run."""
    import wandb

    new = wandb.__version__ == "0.31.0"
    run = plan()[number]
    method, dataset, seed = run["cell"]
    options = {"console": "off", "disable_git": True, "host": "host", "label_disable": True}
    options |= {"program": "train.py", "program_relpath": "train.py"}
    if new:
        options |= {"x_disable_stats": True, "x_disable_machine_info": True, "x_disable_meta": True}
    else:
        options |= {"_disable_stats": True, "_disable_meta": True}
    settings = wandb.Settings(**options)
    live = wandb.init(
        project="adapters", id=run["id"], name=f"{method}-{dataset}-{seed}", group=method,
        tags=["paper", "machine:cluster"], mode="offline", dir=str(folder), resume="allow",
        settings=settings,
        config={"model": {"name": method, "layers": 2}, "dataset": dataset, "seed": seed,
                "lr": 1e-3, "debug": False},
    )  # fmt: skip
    live.define_metric("val/accuracy", summary="max")
    for step in sorted({row[1] for row in values(run)}):
        row: dict = {
            metric: value
            for metric, at, value in values(run)
            if at == step and metric != "time.forward"
        }
        row |= {"time": {"forward": 0.5}, "epoch": step / 2, "phase": "fit"}
        if step == 0 and seed == 0:
            row["weights"] = wandb.Histogram(np_histogram=([1, 2], [0, 1, 2]))
        live.log(row, step=step)
    if run["end"] == "killed":
        import time

        # Full blocks of the log reach the disk; the rest is lost with the process.
        live.log({"phase": "x" * (40_000 if new else 9_000)}, step=3, commit=True)
        time.sleep(3)
        os.kill(os.getpid(), signal.SIGKILL)
    live.summary["parameters"] = 1234
    live.finish(exit_code=1 if run["end"] == "failed" else 0)


def scrub(path: Path) -> None:
    """Replace what names the machine by x's of the same length, in a log of records."""
    content = bytearray(path.read_bytes())
    words = {
        socket.gethostname(),
        sys.executable,
        str(HERE),
        sys.prefix,
        os.environ.get("USER", ""),
    }
    words.add(os.uname().release)
    for word in sorted((w for w in words if len(w) > 3), key=len, reverse=True):
        text = word.encode()
        while (at := content.find(text)) >= 0:
            content[at : at + len(text)] = b"x" * len(text)
    place = 7
    while place + 7 <= len(content):
        left = 32768 - place % 32768
        if left < 7:
            place += left
            continue
        length, kind = struct.unpack_from("<HB", content, place + 4)
        body = bytes(content[place + 6 : place + 7 + length])
        if kind:
            struct.pack_into("<I", content, place, zlib.crc32(body))
        place += 7 + length
    path.write_bytes(content)


def main(kind: str) -> None:
    """Write all runs, and keep their .wandb files."""
    folder = HERE / kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number in range(len(plan())):
        environment = {**os.environ, "WANDB_MODE": "offline", "WANDB_SILENT": "true"}
        command = [sys.executable, __file__, "write", str(number), str(folder)]
        done = subprocess.run(command, env=environment, check=False)
        sys.stdout.write(f"{number} {plan()[number]['cell']} {done.returncode}\n")
    root = folder / "wandb"
    for path in sorted(root.glob("*/*.wandb")):
        scrub(path)
        for other in ("files", "logs", "tmp"):
            shutil.rmtree(path.parent / other, ignore_errors=True)
    for path in [*root.glob("*.log"), root / "latest-run"]:
        path.unlink(missing_ok=True)
    truth = [
        {"run": run["id"], "method": run["cell"][0], "dataset": run["cell"][1],
         "seed": str(run["cell"][2]), "end": run["end"],
         "values": [(m, s, None if math.isnan(v) else v) for m, s, v in values(run)]}
        for run in plan()
    ]  # fmt: skip
    (HERE / "truth.json").write_text(json.dumps(truth, indent=0) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(sys.argv[1])
