"""Runs x tasks: intervals of five algorithms x four aggregates, against rliable.

    python benchmarks/runs_tasks.py [--replicates 50000] [--runs 10] [--tasks 26] [--rliable PYTHON]

Both resample the same scores, each in a process of its own with one thread, three times; medians.
rliable does a share of the replicates (--part) and its time is multiplied: it is a loop over
replicates, so linear. Where PYTHON has no rliable (it needs pandas below 3 and arch), that is said
and only ours is measured. Targets are printed, never asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from typing import Any

SCORES = """
import json, resource, sys, time
import numpy as np
runs, tasks, replicates = map(int, sys.argv[1:4])
chance = np.random.default_rng(0)
level, spread = chance.uniform(0, 1.5, tasks), chance.uniform(0.05, 0.5, tasks)
scores = [level + 0.1 * k + spread * chance.normal(size=(runs, tasks)) for k in range(5)]
def say(found):
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps(found | spent | {"memory": memory}))
"""
OURS = """
from paperforge.stats.runs_bootstrap import aggregate_intervals
import scipy.special
methods = [list(x.T) for x in scores]
wall, cpu = time.perf_counter(), time.process_time()
names = "mean", "median", "IQM", "optimality gap"
found = aggregate_intervals(methods, names, replicates=replicates)
say({"points": [[one.estimate for one in row] for row in found]})
"""
RLIABLE = """
import warnings
warnings.filterwarnings("ignore")
from rliable import library, metrics
def four(x):
    return np.array([metrics.aggregate_mean(x), metrics.aggregate_median(x),
                     metrics.aggregate_iqm(x), metrics.aggregate_optimality_gap(x)])
wall, cpu = time.perf_counter(), time.process_time()
points, _ = library.get_interval_estimates(
    {str(k): x for k, x in enumerate(scores)}, four, reps=replicates)
say({"points": [points[str(k)].tolist() for k in range(5)]})
"""


def measure(python: str, code: str, *sizes: int) -> dict[str, Any]:
    """What a process of its own says of its work."""
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [python, "-c", SCORES + code, *map(str, sizes)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | one)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> None:
    """Measure in turn, print the ratio."""
    parser = argparse.ArgumentParser()
    for name, size in (("replicates", 50_000), ("runs", 10), ("tasks", 26)):
        parser.add_argument(f"--{name}", type=int, default=size)
    parser.add_argument("--part", type=int, default=20, help="rliable does 1 / PART of them")
    parser.add_argument("--rliable", default=sys.executable, help="a Python that has rliable")
    given = parser.parse_args()
    check = [given.rliable, "-c", "from rliable import library"]
    has = not subprocess.run(check, check=False, capture_output=True).returncode
    ours, theirs = [], []
    for _ in range(3):
        ours.append(measure(sys.executable, OURS, given.runs, given.tasks, given.replicates))
        if has:
            some = given.replicates // given.part
            theirs.append(measure(given.rliable, RLIABLE, given.runs, given.tasks, some))
    times = {}
    for name, found, part in (("paperforge", ours, 1), ("rliable", theirs, given.part)):
        if not found:
            print("rliable: not measured, that Python has no rliable (--rliable PYTHON)")
            continue
        wall, cpu = (
            part * statistics.median(one[kind] for one in found) for kind in ("wall", "cpu")
        )
        times[name] = wall, cpu
        memory = max(one["memory"] for one in found)
        note = f" ({part} times 1/{part} of the replicates)" if part > 1 else ""
        print(f"{name:<12} {wall:7.2f} s wall {cpu:7.2f} s cpu {memory:5.0f} MB{note}", flush=True)
    if theirs:
        wall, cpu = (b / a for a, b in zip(times["paperforge"], times["rliable"], strict=True))
        print(f"ratio: {wall:.1f} times faster by wall, {cpu:.1f} by cpu   target: 20")
        rows = zip(ours[0]["points"], theirs[0]["points"], strict=True)
        apart = max(abs(a - b) for row in rows for a, b in zip(*row, strict=True))
        print(f"largest difference of the estimates: {apart:.1e}")


if __name__ == "__main__":
    main()
