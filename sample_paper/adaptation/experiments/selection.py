"""Learning rates: a small grid, judged on the validation split of seeds the study never reports."""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean
from typing import TYPE_CHECKING

from tasks import Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from networks import Method
    from study import Run

LEARNING_RATE_GRID = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
SELECTION_SEEDS = (100, 101, 102, 103)


def selection_tasks(methods: Iterable[Method], datasets: Iterable[str]) -> list[Task]:
    """List the grid: every method that trains, target set, selection seed and rate."""
    trained = [method for method in methods if method.train_head]
    return [
        Task(method, dataset, seed, rate)
        for dataset in datasets
        for seed in SELECTION_SEEDS
        for method in trained
        for rate in LEARNING_RATE_GRID
    ]


def choose_rates(runs: Iterable[Run]) -> dict[str, dict[str, float]]:
    """Choose, per target set and method, the rate with the best mean validation accuracy.

    The validation split is small, so ties are common; the lower mean validation negative
    log-likelihood decides them.
    """
    cells: dict[tuple[str, str], dict[float, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        cells[run.dataset, run.method][run.learning_rate].append(run)
    chosen: dict[str, dict[str, float]] = defaultdict(dict)
    for (dataset, method), by_rate in cells.items():
        chosen[dataset][method] = max(by_rate, key=lambda rate: _merit(by_rate[rate]))
    return dict(chosen)


def _merit(runs: list[Run]) -> tuple[float, float]:
    """Rank a rate: the larger tuple is better. Rounding makes equal accuracies compare equal."""
    accuracy = fmean(run.val_curve[-1] for run in runs)
    return round(accuracy, 9), -fmean(run.metrics["val/nll"] for run in runs)
