"""Makes this folder with neptune-exporter's own writer: `PYTHONPATH=.../src python make.py`.

neptune-exporter at commit 8d3f44a (2026-02-27): its model.SCHEMA and storage.ParquetWriter. Neptune
itself is closed, so what is written is made up here, after the table of attributes in its README;
nothing was exported from a real workspace. 3 methods x 2 datasets x 5 seeds; mlp-digits-4 failed,
svm-wine-1 logged steps 1 and 2 again, mlp-wine-2 logged a NaN, forest-wine-4 is in the trash, and
svm-digits-0 is in two parts.
"""

from __future__ import annotations

import csv
import math
import shutil
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from neptune_exporter.model import SCHEMA
from neptune_exporter.storage.parquet_writer import ParquetWriter

HERE = Path(__file__).parent
FAILED, RESUMED, NAN, TRASHED, SPLIT = (
    "mlp-digits-4",
    "svm-wine-1",
    "mlp-wine-2",
    "forest-wine-4",
    "svm-digits-0",
)
BASE = {"mlp": 0.7, "svm": 0.6, "forest": 0.65}
PROJECT = "papers/study"


def batch(run: str, rows: list[dict[str, object]]) -> pa.RecordBatch:
    """Rows with all columns of the schema."""
    whole = [{"project_id": PROJECT, "run_id": run} | row for row in rows]
    return pa.RecordBatch.from_pylist(whole, SCHEMA)


def simple(path: str, value: object) -> dict[str, object]:
    """A single value."""
    kinds = {str: "string", bool: "bool", int: "int", float: "float", list: "string_set"}
    kind = kinds[type(value)]
    return {"attribute_path": path, "attribute_type": kind, f"{kind}_value": value}


def point(path: str, step: int, value: float) -> dict[str, object]:
    """A value of a series."""
    row = {"attribute_path": path, "attribute_type": "float_series", "float_value": value}
    return row | {"step": Decimal(step), "timestamp": 1_700_000_000_000 + step}


def main() -> None:
    """All runs, and the truth."""
    shutil.rmtree(HERE / "data", ignore_errors=True)
    storage = ParquetWriter(HERE / "data", target_part_size_bytes=1)
    truth = []
    for number, name in enumerate(
        f"{m}-{d}-{s}" for m in BASE for d in ("digits", "wine") for s in range(5)
    ):
        method, dataset, seed = name.split("-")
        attributes = [
            simple("sys/name", name),
            simple("sys/failed", name == FAILED),
            simple("sys/trashed", name == TRASHED),
            simple("sys/state", "Inactive"),
            simple("sys/tags", ["made"]),
            simple("parameters/model/name", method),
            simple("parameters/seed", int(seed)),
            simple("parameters/lr", 0.001),
            simple("dataset", dataset),
            simple("final/accuracy", 0.5 + number / 100),
        ]
        written = [0, 1] if name == FAILED else [0, 1, 2, 1, 2] if name == RESUMED else [0, 1, 2]
        points = []
        state = "crashed" if name == FAILED else "deleted" if name == TRASHED else "finished"
        said = {"run": f"RUN-{number}", "method": method, "dataset": dataset, "seed": seed}
        said |= {"status": state}
        for at, step in enumerate(written):
            value = BASE[method] + int(seed) / 100 + step / 50 + (at > step) / 1000
            loss = math.nan if (name, step) == (NAN, 2) else 1 - value
            points.append(point("metrics/test/accuracy", step, value))
            points.append(point("metrics/train/loss", step, loss))
            kept = int(step not in written[at + 1 :] and name != TRASHED)
            row = said | {"step": step, "kept": kept}
            truth.append(row | {"split": "test", "metric": "accuracy", "value": value})
            truth.append(row | {"split": "train", "metric": "loss", "value": loss})
        final = {"step": "", "split": "", "metric": "final/accuracy", "value": 0.5 + number / 100}
        truth.append(said | final | {"kept": int(name != TRASHED)})
        with storage.run_writer(PROJECT, f"RUN-{number}") as writer:
            # What is saved apart goes to a part of its own, at a target of one byte.
            for rows in [attributes, points] if name == SPLIT else [attributes + points]:
                writer.save(batch(f"RUN-{number}", rows))
    storage.close_all()
    with (HERE / "truth.csv").open("w", newline="") as stream:
        table = csv.DictWriter(stream, truth[0])
        table.writeheader()
        table.writerows(truth)


if __name__ == "__main__":
    main()
