"""A tiny training script under Hydra: make.py runs it as three sweeps, one for each way to write."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import hydra

CRASHED, NOT_A_NUMBER = ("full", "wine", 2), ("probe", "digits", 0)


def accuracy(method, dataset, seed, step):
    """The accuracy that this training "reaches"."""
    base = {"full": 0.8, "lora": 0.75, "probe": 0.6}[method] + {"digits": 0.1, "wine": 0}[dataset]
    return round(base + seed / 100 + step / 1000, 4)


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def train(cfg):
    """Write accuracies into the job's folder, in the way that cfg.write says."""
    method, dataset, seed = cfg.model.name, cfg.dataset, cfg.seed
    folder = Path(hydra.core.hydra_config.HydraConfig.get().runtime.output_dir)
    rows = []
    for step in range(cfg.start, cfg.stop):
        value = accuracy(method, dataset, seed, step)
        if (method, dataset, seed) == NOT_A_NUMBER and step == cfg.stop - 1:
            value = math.nan
        rows.append({"step": step, "val/accuracy": value, "test/accuracy": round(value - 0.05, 4)})
    if (method, dataset, seed) == CRASHED:
        raise RuntimeError("out of luck")
    if cfg.write == "json":
        last = {"test": {"accuracy": rows[-1]["test/accuracy"]}, "runtime": 1.5}
        (folder / "metrics.json").write_text(json.dumps(last, indent=1))
    elif cfg.write == "jsonl":
        with (folder / "metrics.jsonl").open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    else:
        path = folder / "metrics.csv"
        new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            if new:
                writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    train()
