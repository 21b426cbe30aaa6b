"""The tidy tables: one value per row."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from shifted_data import TARGET_SETS
from study import METHODS, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

HEADER = ("run", "method", "dataset", "seed", "split", "metric", "step", "value")
# Costs and update ranks belong to the training that produced them.
TRAIN_SPLIT = "train"


def run_id(run: Run) -> str:
    """Name a run by its place in the whole study, so that a partial rerun keeps the names."""
    dataset = list(TARGET_SETS).index(run.dataset)
    method = list(METHODS).index(run.method)
    return f"r{dataset}{method}{run.seed:02d}"


def ablation_id(run: Run) -> str:
    """Name an ablation run, whose method is not one of the study's."""
    return run_id(run) if run.method in METHODS else f"{run.method}/{run.dataset}/{run.seed}"


def final_rows(run: Run, name: str) -> Iterator[tuple[object, ...]]:
    """List the final metrics; `step` is the number of epochs behind them."""
    last = len(run.val_curve) - 1
    key = (name, run.method, run.dataset, run.seed)
    for full_name, value in run.metrics.items():
        split, _, metric = full_name.rpartition("/")
        if split not in {"test", "val", "source"}:
            split = TRAIN_SPLIT
        yield (*key, split, metric, last, f"{value:.6g}")


def curve_rows(run: Run, name: str) -> Iterator[tuple[object, ...]]:
    """List the validation accuracy by epoch."""
    for epoch, value in enumerate(run.val_curve):
        yield (name, run.method, run.dataset, run.seed, "val", "accuracy", epoch, f"{value:.4f}")


def write_runs(runs: Iterable[Run], path: Path) -> None:
    """Write final metrics and learning curves."""
    rows = (
        row for run in runs for table in (final_rows, curve_rows) for row in table(run, run_id(run))
    )
    _write(path, HEADER, rows)


def write_ablation(runs: Iterable[Run], path: Path) -> None:
    """Write the final metrics of the variants and of their base methods."""
    _write(path, HEADER, (row for run in runs for row in final_rows(run, ablation_id(run))))


def write_selection(runs: Iterable[Run], path: Path) -> None:
    """Write every run of the learning-rate grid, by its validation results only."""
    header = ("method", "dataset", "seed", "learning_rate", "val_accuracy", "val_nll")
    rows = (
        (
            run.method,
            run.dataset,
            run.seed,
            run.learning_rate,
            f"{run.val_curve[-1]:.4f}",
            f"{run.metrics['val/nll']:.6g}",
        )
        for run in runs
    )
    _write(path, header, rows)


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Write a table with line endings that do not depend on the system."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
