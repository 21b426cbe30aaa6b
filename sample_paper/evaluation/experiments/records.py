"""Write what a run found: per-example records, summary, grid, environment, collection."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import neural
import numpy as np
import pandas as pd
from collection import Example, describe
from grid import AVERAGES, DROPOUT, GRID, NEURAL, SEED, WORKERS, Data, Fit
from models import accuracy, mean_log_loss

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from package_index import PackageIndex

# An assumption, not a measurement: the share of one busy server core, memory included.
ASSUMED_WATTS_PER_CORE = 10.0
PACKAGES = ("torch", "scikit-learn", "numpy", "scipy", "pandas", "pyarrow", "threadpoolctl")


def examples_frame(fits: Mapping[str, Fit], data: Data, test: Sequence[Example]) -> pd.DataFrame:
    """Return one row a method, dataset and example; ids and labels only, no texts."""
    parts = []
    for method, fit in fits.items():
        for dataset, texts in data.evaluations.items():
            log_probabilities = fit.evaluations[dataset]
            predicted = log_probabilities.argmax(axis=1)
            gold = log_probabilities[np.arange(len(test)), texts.labels]
            part = {
                "method": method,
                "dataset": dataset,
                "example_id": [example.example_id for example in test],
                "cluster": [example.cluster for example in test],
                "gold": [example.label for example in test],
                "prediction": [data.sections[index] for index in predicted],
                "correct": (predicted == texts.labels).astype(np.int8),
                "gold_logprob": gold.round(4).astype(np.float32),
            }
            parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def _energy_wh(cpu_s: float) -> float:
    return round(cpu_s * ASSUMED_WATTS_PER_CORE / 3600, 5)


def summary_frame(fits: Mapping[str, Fit], all_fits: Sequence[Fit], data: Data) -> pd.DataFrame:
    """Return one row a method: chosen values, size, quality and cost."""
    rows = []
    for method, fit in fits.items():
        members = AVERAGES.get(method, (method,))
        search_cpu_s = sum(item.cpu_s for item in all_fits if item.method in members)
        row: dict[str, object] = {
            "method": method,
            "chosen": json.dumps(fit.config),
            "parameters": fit.facts["parameters"],
            "features": fit.facts.get("features"),
            "best_epoch": fit.facts.get("best_epoch"),
            "temperature": round(fit.temperature, 4),
            "validation_accuracy": round(fit.validation_accuracy, 5),
        }
        for dataset, texts in data.evaluations.items():
            scores = fit.evaluations[dataset]
            row[f"accuracy_{dataset}"] = round(accuracy(scores, texts.labels), 5)
            row[f"log_loss_{dataset}"] = round(mean_log_loss(scores, texts.labels), 5)
        row |= {
            "training_wall_s": round(fit.wall_s, 2),
            "training_cpu_s": round(fit.cpu_s, 2),
            "search_cpu_s": round(search_cpu_s, 2),
            "training_energy_estimate_wh": _energy_wh(fit.cpu_s),
            "search_energy_estimate_wh": _energy_wh(search_cpu_s),
            "assumed_watts_per_core": ASSUMED_WATTS_PER_CORE,
        }
        rows.append(row)
    return pd.DataFrame(rows).astype({"features": "Int64", "best_epoch": "Int64"})


def grid_frame(all_fits: Sequence[Fit]) -> pd.DataFrame:
    """Return the validation results of every grid point."""
    rows = [
        {
            "method": fit.method,
            "config": json.dumps(fit.config),
            "validation_accuracy": round(fit.validation_accuracy, 5),
            "validation_log_loss": round(fit.validation_log_loss, 5),
            "training_cpu_s": round(fit.cpu_s, 2),
        }
        for fit in all_fits
    ]
    return pd.DataFrame(rows).sort_values(["method", "config"], ignore_index=True)


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def environment(wall_s: float) -> dict[str, object]:
    """Return versions, processor, seeds and settings; nothing that names the machine."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "cpu_model": _cpu_model(),
        "versions": {name: version(name) for name in PACKAGES},
        "seed": SEED,
        "threads_per_fit": 1,
        "fits_at_a_time": WORKERS,
        "grid": GRID,
        "averages": AVERAGES,
        "neural": {
            "optimiser": "AdamW",
            "weight_decay": neural.WEIGHT_DECAY,
            "schedule": "linear warm-up, linear decay to zero",
            "warmup_share": neural.WARMUP_SHARE,
            "batch": neural.BATCH,
            "dropout": DROPOUT,
            "word_dropout": neural.WORD_DROPOUT,
            "max_words": neural.MAX_LENGTH,
            "dimension": neural.DIMENSION,
            "layers": neural.LAYERS,
            "heads": neural.HEADS,
            "feed_forward": neural.FEED_FORWARD,
            "epochs": {method: epochs for method, (_, epochs) in NEURAL.items()},
        },
        "assumed_watts_per_core": ASSUMED_WATTS_PER_CORE,
        "total_wall_s": round(wall_s, 1),
    }


def collection_record(index: PackageIndex, examples: list[Example]) -> dict[str, object]:
    """Return what identifies the index and the collection made from it."""
    identity: dict[str, object] = {
        "distribution": index.distribution,
        "version": index.version,
        "codename": index.codename,
        "component": index.component,
        "architecture": index.architecture,
        "index_date": index.date,
        "packages_in_index": len(index.packages),
    }
    return identity | describe(examples)


def write_json(path: Path, record: Mapping[str, object]) -> None:
    """Write a JSON object, one key a line."""
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
