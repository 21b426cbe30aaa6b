"""Makes this folder with ClearML itself: `python make.py`, clearml 2.1.12, offline, no account.

3 methods x 2 datasets x 5 seeds, a session each. mlp-digits-4 is killed: its folder is never
zipped. svm-wine-1 writes steps 1 and 2 twice. mlp-wine-2 logs a NaN: ClearML writes 0 for it unless
told otherwise, and here it is told to write NaN. Sessions 0 and 1 of svm on digits lie here as
folder and as zip, mlp-digits-4 as a folder, all others as zips.

What the tool wrote is kept but for `script` (the source of this file), the machine's paths and the
worker's name; the zips are made anew for that.
"""

from __future__ import annotations

import contextlib
import csv
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
BOTH = ("svm-digits-0", "svm-digits-1")
KILLED, RESUMED, NAN = "mlp-digits-4", "svm-wine-1", "mlp-wine-2"
BASE = {"mlp": 0.7, "svm": 0.6, "forest": 0.65}


def steps(name: str) -> list[int]:
    """The steps that a run writes, in order."""
    return {KILLED: [0, 1], RESUMED: [0, 1, 2, 1, 2]}.get(name, [0, 1, 2])


def accuracy(method: str, dataset: str, seed: int, step: int, written: int) -> float:
    """Made up; a step that is written again has another value."""
    again = 0.001 if written > step else 0.0
    return round(BASE[method] + 0.05 * (dataset == "wine") + 0.01 * seed + 0.02 * step + again, 4)


def session(method: str, dataset: str, seed: int) -> list[dict[str, object]]:
    """Run one session; what it wrote."""
    from clearml import Logger, Task

    name = f"{method}-{dataset}-{seed}"
    Logger.set_reporting_nan_value(math.nan)
    task = Task.init(
        project_name="study",
        task_name=name,
        tags=["made"],
        reuse_last_task_id=False,
        auto_connect_frameworks=False,
        auto_resource_monitoring=False,
        auto_connect_arg_parser=False,
        auto_connect_streams=False,
    )
    task.connect({"model": {"name": method}, "data": {"name": dataset}, "seed": seed, "lr": 0.001})
    task.connect({"dataset": dataset}, name="Data")
    rows = []
    for written, step in enumerate(steps(name)):
        value = accuracy(method, dataset, seed, step, written)
        loss = math.nan if (name, step) == (NAN, 2) else round(1 - value, 4)
        task.get_logger().report_scalar("accuracy", "test", value=value, iteration=step)
        task.get_logger().report_scalar("loss", "train", value=loss, iteration=step)
        later = step in steps(name)[written + 1 :]
        common = {"run": name, "method": method, "dataset": dataset, "seed": seed, "step": step}
        common |= {"kept": int(not later)}
        rows.append(common | {"split": "test", "metric": "accuracy", "value": value})
        rows.append(common | {"split": "train", "metric": "loss", "value": loss})
    if name == KILLED:
        task.flush(wait_for_uploads=True)
    else:
        task.close()
    return rows


def make_one(out: Path, name: str) -> None:
    """One session in a process of its own; the killed one leaves without closing."""
    method, dataset, seed = name.split("-")
    rows = session(method, dataset, int(seed))
    (out / f"{name}.json").write_text(json.dumps(rows))
    os._exit(1)


def write_truth(work: Path, names: list[str]) -> None:
    """The rows of all sessions."""
    rows = [row for name in names for row in json.loads((work / f"{name}.json").read_text())]
    with (HERE / "truth.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def scrub(folder: Path) -> str:
    """Take the machine out of a session's folder; the session's name."""
    path = folder / "task.json"
    task = json.loads(path.read_text())
    task |= {"script": {}, "offline_folder": ""}
    path.write_text(json.dumps(task, sort_keys=True))
    (folder / "log.jsonl").write_text("")
    shutil.rmtree(folder / "data", ignore_errors=True)
    return str(task["name"])


def start(work: Path, name: str) -> Path:
    """Run one session; its folder. ClearML's background process hangs at times: then once more."""
    cache = work / name
    place = os.environ | {"CLEARML_CACHE_DIR": str(cache), "HOME": str(work)}
    place |= {"CLEARML_OFFLINE_MODE": "1", "CLEARML_LOG_LEVEL": "ERROR"}
    for _ in range(5):
        shutil.rmtree(cache, ignore_errors=True)
        command = [sys.executable, str(work / "make.py"), str(work), name]
        child = subprocess.Popen(command, env=place, cwd=work, start_new_session=True)
        try:
            child.wait(40)
        except subprocess.TimeoutExpired:
            continue
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        break
    return next(path for path in cache.glob("offline/offline-*") if path.is_dir())


def main() -> None:
    """Run ClearML elsewhere (in a repository it looks through all of it), then keep its files."""
    work = Path(tempfile.mkdtemp())
    shutil.copy(__file__, work)
    names = [f"{m}-{d}-{s}" for m in BASE for d in ("digits", "wine") for s in range(5)]
    with ThreadPoolExecutor(3) as pool:
        folders = list(pool.map(lambda name: start(work, name), names))
    write_truth(work, names)
    shutil.rmtree(HERE / "sessions", ignore_errors=True)
    kept = HERE / "sessions"
    kept.mkdir()
    for folder in folders:
        zipped = folder.with_suffix(".zip").exists()
        name = scrub(folder)
        if zipped:
            with zipfile.ZipFile(kept / f"{folder.name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for file in ("metrics.jsonl", "task.json"):
                    archive.write(folder / file, file)
        if name in BOTH or not zipped:
            shutil.copytree(folder, kept / folder.name)
    shutil.rmtree(work)


if __name__ == "__main__":
    make_one(Path(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 1 else main()
