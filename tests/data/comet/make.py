"""Makes this folder with Comet itself: `python make.py`, comet_ml 3.58.8, offline, no account.

3 methods x 2 datasets x 5 seeds, an archive each. mlp-digits-4 ends with an exception. svm-wine-1 is
resumed (ExistingOfflineExperiment) and writes steps 1 and 2 again, into a second archive of the same
experiment. mlp-wine-2 logs a NaN. forest-wine-0 has the machine's metrics too (sys.*). Names of the
machine are not logged; the lists of installed packages are taken out of the one archive that has
them, which is made anew for that.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
CRASHED, RESUMED, NAN, WATCHED = "mlp-digits-4", "svm-wine-1", "mlp-wine-2", "forest-wine-0"
BASE = {"mlp": 0.7, "svm": 0.6, "forest": 0.65}
OFF = dict.fromkeys(
    (
        "auto_metric_logging",
        "auto_param_logging",
        "auto_output_logging",
        "log_code",
        "log_graph",
        "log_git_metadata",
        "log_git_patch",
        "log_env_gpu",
        "log_env_host",
        "parse_args",
    ),
    False,
)


def accuracy(method: str, dataset: str, seed: int, step: int, again: int) -> float:
    """Made up; a step that is written again has another value."""
    value = BASE[method] + 0.05 * (dataset == "wine") + 0.01 * seed + 0.02 * step
    return round(value + 0.001 * again, 4)


def run(method: str, dataset: str, seed: int) -> list[dict[str, object]]:
    """Run one experiment; what it wrote."""
    from comet_ml import ExistingOfflineExperiment, OfflineExperiment

    name = f"{method}-{dataset}-{seed}"
    options = OFF | {
        "project_name": "study",
        "workspace": "papers",
        "offline_directory": str(HERE / "archives"),
        "display_summary_level": 0,
        "log_env_details": name == WATCHED,
        "log_env_cpu": name == WATCHED,
    }
    experiment = OfflineExperiment(**options)
    experiment.set_name(name)
    experiment.add_tag("made")
    experiment.log_parameters({"model": {"name": method}, "seed": seed, "lr": 0.001})
    experiment.log_other("dataset", dataset)
    written = [(s, 0) for s in range(2 if name == CRASHED else 3)]
    written += [(s, 1) for s in (1, 2)] if name == RESUMED else []
    rows = []
    for number, (step, again) in enumerate(written):
        if again and step == 1:
            experiment.end()
            key = experiment.get_key()
            experiment = ExistingOfflineExperiment(previous_experiment=key, **options)
        value = accuracy(method, dataset, seed, step, again)
        loss = math.nan if (name, step) == (NAN, 2) else round(1 - value, 4)
        experiment.log_metric("test/accuracy", value, step=step, epoch=step + 1)
        with experiment.train():
            experiment.log_metric("loss", loss, step=step, epoch=step + 1)
        later = step in [s for s, _ in written[number + 1 :]]
        common = {"run": name, "method": method, "dataset": dataset, "seed": seed, "step": step}
        common |= {"status": "crashed" if name == CRASHED else "", "kept": int(not later)}
        rows.append(common | {"split": "test", "metric": "accuracy", "value": value})
        rows.append(common | {"split": "train", "metric": "loss", "value": loss})
    if name == CRASHED:
        with (HERE / "crashed.json").open("w") as stream:
            json.dump(rows, stream)
        raise ValueError("loss is not finite")
    experiment.end()
    return rows


def scrub(path: Path) -> None:
    """Take the lists of packages, paths and the machine's names out of an archive."""
    with zipfile.ZipFile(path) as archive:
        header, text = archive.read("experiment.json"), archive.read("messages.json").decode()
    kept = [
        line
        for line in text.splitlines(keepends=True)
        if "_packages" not in line and "env" not in line
    ]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("experiment.json", header)
        archive.writestr("messages.json", "".join(kept))


def main() -> None:
    """Every run in this process but the one that crashes."""
    shutil.rmtree(HERE / "archives", ignore_errors=True)
    names = [(m, d, s) for m in BASE for d in ("digits", "wine") for s in range(5)]
    rows = [r for one in names if "-".join(map(str, one)) != CRASHED for r in run(*one)]
    subprocess.run([sys.executable, __file__, *CRASHED.split("-")], check=False)
    crashed = HERE / "crashed.json"
    rows += json.loads(crashed.read_text())
    crashed.unlink()
    for path in (HERE / "archives").iterdir():
        if b"_packages" in path.read_bytes():
            scrub(path)
    with (HERE / "truth.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], int(sys.argv[3])) if len(sys.argv) > 1 else main()
