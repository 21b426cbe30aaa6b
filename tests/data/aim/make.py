"""Makes this folder with Aim itself: `python make.py`, aim 3.29.1 and pandas.

3 methods x 2 datasets x 5 seeds, tracked into a repository elsewhere, which is indexed (`aim storage
reindex`) and exported to export.csv by the line that paperforge's error about a repository gives.
svm-wine-1 tracks steps 1 and 2 again (Aim keeps the later value of a step), mlp-wine-2 tracks a NaN,
mlp-digits-4 stops after step 1: Aim does not say that it crashed. The random names of runs and the
times are as the tool wrote them.
"""

from __future__ import annotations

import csv
import math
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SHORT, RESUMED, NAN = "mlp-digits-4", "svm-wine-1", "mlp-wine-2"
BASE = {"mlp": 0.7, "svm": 0.6, "forest": 0.65}


def track(repository: str) -> list[dict[str, object]]:
    """All runs; what they wrote."""
    from aim import Run

    truth = []
    for name in (f"{m}-{d}-{s}" for m in BASE for d in ("digits", "wine") for s in range(5)):
        method, dataset, seed = name.split("-")
        run = Run(
            repo=repository,
            experiment="study",
            system_tracking_interval=None,
            log_system_params=False,
            capture_terminal_logs=False,
        )
        run["hparams"] = {"model": {"name": method}, "seed": int(seed), "lr": 0.001}
        run["dataset"] = dataset
        written = [0, 1] if name == SHORT else [0, 1, 2, 1, 2] if name == RESUMED else [0, 1, 2]
        for at, step in enumerate(written):
            value = round(BASE[method] + int(seed) / 100 + step / 50 + (at > step) / 1000, 4)
            loss = math.nan if (name, step) == (NAN, 2) else round(1 - value, 4)
            run.track(value, name="accuracy", step=step, epoch=step, context={"subset": "test"})
            run.track(loss, name="loss", step=step, epoch=step, context={"subset": "train"})
            if step in written[at + 1 :]:
                continue
            said = {"method": method, "dataset": dataset, "seed": seed, "step": step}
            truth.append(said | {"split": "test", "metric": "accuracy", "value": value})
            truth.append(said | {"split": "train", "metric": "loss", "value": loss})
        run.close()
    return truth


def export(repository: str) -> None:
    """As the hint of paperforge/stores/aim.py says."""
    import pandas as pd
    from aim import Repo, Run

    repo = Repo(repository)
    pd.concat(
        m.dataframe(include_run=True, include_name=True, include_context=True)
        for h in repo.list_all_runs()
        for m in Run(h, repo=repo, read_only=True).metrics()
    ).to_csv(HERE / "export.csv", index=False)


def main() -> None:
    """Track, index, export."""
    if len(sys.argv) > 1:
        export(sys.argv[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        truth = track(folder)
        aim = Path(sys.executable).with_name("aim")
        subprocess.run([aim, "storage", "--repo", folder, "reindex", "-y"], check=True)
        subprocess.run([sys.executable, __file__, folder], check=True)
    with (HERE / "truth.csv").open("w", newline="") as stream:
        table = csv.DictWriter(stream, truth[0])
        table.writeheader()
        table.writerows(truth)


if __name__ == "__main__":
    main()
