"""Running many cells of the study on several processes, with progress on standard error."""

from __future__ import annotations

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from study import Run, run_method

if TYPE_CHECKING:
    from networks import Method

# Neighbouring tasks share a source model, which each process pre-trains once and keeps.
CHUNK = 10
PROGRESS_STEPS = 10


@dataclass(frozen=True)
class Task:
    """One cell: a method on a target set with a seed and a learning rate."""

    method: Method
    dataset: str
    seed: int
    learning_rate: float


def run_task(task: Task) -> Run:
    """Run one cell; a module-level function, so that another process can be sent it."""
    return run_method(task.method, task.dataset, task.seed, task.learning_rate)


def open_pool(jobs: int) -> ProcessPoolExecutor:
    """Start fresh processes: a forked one may inherit a locked thread pool from PyTorch."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def run_all(pool: ProcessPoolExecutor, tasks: list[Task], title: str) -> list[Run]:
    """Run tasks and return their runs in the order of the tasks."""
    start = time.perf_counter()
    runs: list[Run] = []
    for run in pool.map(run_task, tasks, chunksize=CHUNK):
        runs.append(run)
        step_before = (len(runs) - 1) * PROGRESS_STEPS // len(tasks)
        if len(runs) * PROGRESS_STEPS // len(tasks) > step_before:
            _report(title, len(runs), len(tasks), time.perf_counter() - start)
    return runs


def _report(title: str, done: int, total: int, elapsed_s: float) -> None:
    """Print one line of progress; the time left, in seconds, assumes equally long tasks."""
    left_s = elapsed_s / done * (total - done)
    sys.stderr.write(
        f"{title:<24} {done:>5}/{total} runs  {100 * done // total:>3} %"
        f"  {elapsed_s:>4.0f} s elapsed  {left_s:>4.0f} s left\n"
    )
    sys.stderr.flush()
