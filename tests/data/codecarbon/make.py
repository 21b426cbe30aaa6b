"""Makes this folder with CodeCarbon itself: `python make.py`, codecarbon 3.3.2, offline.

3 methods x 2 datasets x 5 seeds, a tracker each, called METHOD-DATASET-SEED, all in one
emissions.csv. mlp-digits-4 is never stopped (a killed run: no row). svm-wine-1 is flushed before its
end (a second row of the same run, of which the later counts). The operating system's name is
shortened, nothing else is changed; truth.csv is read from the file by pandas.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pandas as pd
from codecarbon import OfflineEmissionsTracker

HERE = Path(__file__).parent
KILLED, FLUSHED = "mlp-digits-4", "svm-wine-1"


def main() -> None:
    """All runs, then the truth."""
    path = HERE / "emissions.csv"
    path.unlink(missing_ok=True)
    names = [
        f"{m}-{d}-{s}"
        for m in ("mlp", "svm", "forest")
        for d in ("digits", "wine")
        for s in range(5)
    ]
    for name in sorted(names, key=lambda name: name == KILLED):
        tracker = OfflineEmissionsTracker(
            country_iso_code="FRA",
            output_dir=str(HERE),
            project_name=name,
            log_level="critical",
            allow_multiple_runs=True,
        )
        tracker.start()
        time.sleep(0.1)
        if name == FLUSHED:
            tracker.flush()
            time.sleep(0.1)
        if name == KILLED:
            finish(path)
            os._exit(1)
        tracker.stop()


def finish(path: Path) -> None:
    """Shorten the system's name; write the truth."""
    frame = pd.read_csv(path)
    text = path.read_bytes()
    for name in set(frame["os"]):
        text = text.replace(name.encode(), b"Linux")
    path.write_bytes(text)
    parts = frame["project_name"].str.split("-", expand=True)
    truth = pd.DataFrame({"method": parts[0], "dataset": parts[1], "seed": parts[2]})
    truth["run"] = frame["run_id"]
    truth["duration_s"] = frame["duration"]
    truth["energy_kwh"] = frame["energy_consumed"]
    truth["emissions_kg"] = frame["emissions"]
    truth["kept"] = (~frame["run_id"].duplicated(keep="last")).astype(int)
    truth.to_csv(HERE / "truth.csv", index=False)


if __name__ == "__main__":
    main()
