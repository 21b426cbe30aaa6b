#!/usr/bin/env python3
"""Rerun the whole study: choose learning rates, run every cell, run the ablations, write results.

    python sample_paper/adaptation/experiments/run.py

With fewer seeds, methods or target sets, name another folder with --out: the results beside this
folder are those of the whole study. `--no-mlflow` needs no MLflow and writes the tables only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from ablations import ABLATIONS, ablation_tasks
from environment import describe_environment
from selection import choose_rates, selection_tasks
from shifted_data import TARGET_SETS
from study import METHODS, Run
from tables import write_ablation, write_runs, write_selection
from tasks import Task, open_pool, run_all

SEEDS = 10
RESULTS = Path(__file__).parents[1] / "results"


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the results")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="run seeds 0 to N-1")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--datasets", nargs="+", choices=TARGET_SETS, default=list(TARGET_SETS))
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--no-mlflow", action="store_true", help="write no MLflow store")
    arguments = parser.parse_args()
    whole = (
        arguments.seeds == SEEDS
        and set(arguments.methods) == set(METHODS)
        and set(arguments.datasets) == set(TARGET_SETS)
    )
    if not whole and arguments.out.resolve() == RESULTS.resolve():
        parser.error("a partial rerun would overwrite the whole study's results: name an --out")
    return arguments


class Study:
    """The stages, in order, with the wall time of each in seconds."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        """Take the parsed command line."""
        self.out: Path = arguments.out
        self.methods = [name for name in METHODS if name in arguments.methods]
        self.datasets = [name for name in TARGET_SETS if name in arguments.datasets]
        self.seeds = range(arguments.seeds)
        self.pool = open_pool(arguments.jobs)
        self.stage_wall_s: dict[str, float] = {}

    def stage(self, title: str, tasks: list[Task]) -> list[Run]:
        """Run one stage and note how long it took."""
        start = time.perf_counter()
        runs = run_all(self.pool, tasks, title)
        self.stage_wall_s[title] = time.perf_counter() - start
        return runs

    def select(self) -> dict[str, dict[str, float]]:
        """Choose learning rates on the selection seeds and write them with the whole grid."""
        methods = [METHODS[name] for name in self.methods]
        runs = self.stage("learning-rate selection", selection_tasks(methods, self.datasets))
        write_selection(runs, self.out / "selection.csv")
        rates = choose_rates(runs)
        write_json(rates, self.out / "learning_rates.json")
        return rates

    def compare(self, rates: dict[str, dict[str, float]]) -> list[Run]:
        """Run every method on every target set with every seed."""
        tasks = [
            Task(METHODS[name], dataset, seed, rates.get(dataset, {}).get(name, 0.0))
            for dataset in self.datasets
            for seed in self.seeds
            for name in self.methods
        ]
        runs = self.stage("comparison", tasks)
        write_runs(runs, self.out / "runs.csv")
        return runs

    def ablate(self, rates: dict[str, dict[str, float]], runs: list[Run]) -> None:
        """Run the ablations and write them beside their base methods."""
        tasks = ablation_tasks(self.methods, self.datasets, self.seeds, rates)
        variants = self.stage("ablation", tasks)
        bases = [run for run in runs if run.method in ABLATIONS]
        write_ablation(bases + variants, self.out / "ablation.csv")


def write_json(value: object, path: Path) -> None:
    """Write indented JSON."""
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Run the stages and write the stores."""
    arguments = parse_arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    study = Study(arguments)
    with study.pool:
        rates = study.select()
        runs = study.compare(rates)
        study.ablate(rates, runs)
    if not arguments.no_mlflow:
        # Imported here so that a rerun without a store does not need MLflow.
        from tracking import write_store

        start = time.perf_counter()
        write_store(runs, arguments.out / "mlflow.db", time.time_ns() // 1_000_000)
        study.stage_wall_s["MLflow store"] = time.perf_counter() - start
    environment = describe_environment(arguments.jobs, study.stage_wall_s)
    write_json(environment, arguments.out / "environment.json")
    total_s = sum(study.stage_wall_s.values())
    sys.stderr.write(f"{len(runs)} runs; results written after {total_s:.0f} s\n")


if __name__ == "__main__":
    main()
