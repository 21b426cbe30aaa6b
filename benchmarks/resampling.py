"""Intervals of a mean and of a ratio of means against scipy's BCa, and McNemar of 10^5 pairs.

    python benchmarks/resampling.py [--runs 3]

Each measurement is a process of its own; wall and user + system time are of the work alone (imports
are given beside it), memory is the process's largest. scipy's interval of 10^5 values takes a
minute or more, most of it in 10^4 replicates of 10^5 values and in leaving every value out once: it
is measured once, in batches of 100; all else RUNS times. Targets are printed, never asserted: a
shared machine is noisy.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

MEASURE = """
import json, resource, sys, time
start = time.perf_counter()
import numpy as np
rng = np.random.default_rng(0)
def work(f, times=1):
    imports = time.perf_counter() - start
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        answer = f()
    wall, cpu = (time.perf_counter() - wall) / times, (time.process_time() - cpu) / times
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "imports": imports, "memory": memory,
                      "said": [float(x) for x in answer]}))
"""
MEAN = "x = rng.gamma(2, 1, 100_000) - rng.gamma(2, 1, 100_000) + 0.01\n"
RATIO = "x = rng.gamma(2, 1, 10_000); y = x * rng.gamma(4, 0.25, 10_000)\n"
SCIPY = """
from scipy import stats
def bca(data, f, replicates, **more):
    found = stats.bootstrap(data, f, n_resamples=replicates, method="BCa", batch=100, rng=1, **more)
    return found.confidence_interval
"""
OURS = """
import scipy.special
from paperforge.stats import bootstrap, exact, signflip
from paperforge.stats.contrast import Ask
bootstrap.of_mean(rng.normal(0, 1, 2000))
def limits(found):
    return found.low, found.high
"""
SCIPY_MEAN = MEAN + SCIPY + "work(lambda: bca((x,), np.mean, int(sys.argv[1])))"
SCIPY_RATIO = (
    RATIO + SCIPY + "ratio = lambda y, x, axis: y.mean(axis=axis) / x.mean(axis=axis)\n"
    "work(lambda: bca((y, x), ratio, int(sys.argv[1]), paired=True))"
)
OUR_MEAN = MEAN + OURS + "work(lambda: limits(bootstrap.of_mean(x)), 5)"
OUR_FLIPS = MEAN + OURS + "work(lambda: limits(signflip.sign_flip(x, None, Ask()).contrast), 5)"
OUR_SUMS = (
    RATIO + OURS + "rows, f = np.column_stack([y, x]), lambda s: s[:, 0] / s[:, 1]\n"
    "work(lambda: limits(bootstrap.of_sums(rows, f, null=1.0, replicates=int(sys.argv[1]))))"
)
OUR_RATIO = RATIO + OURS + "work(lambda: limits(bootstrap.of_ratio(y, x)), 5)"
MCNEMAR = (
    OURS + "a, b = rng.random((2, 100_000)) < 0.8\n"
    "work(lambda: limits(exact.mcnemar(int((a > b).sum()), int((a < b).sum()), len(a), Ask())), 5)"
)
REPLICATES = 10_000


def measure(code: str, replicates: int) -> dict[str, float]:
    """What a process of its own says of its work."""
    command = [sys.executable, "-c", MEASURE + code, str(replicates)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def show(name: str, measured: list[dict[str, float]]) -> tuple[float, float]:
    """Print the medians; give wall and user + system seconds."""
    wall, cpu, imports = (
        statistics.median(one[kind] for one in measured) for kind in ("wall", "cpu", "imports")
    )
    memory, said = max(one["memory"] for one in measured), measured[-1]["said"]
    limits = ", ".join(f"{x:.5f}" for x in said)
    text = f"{1000 * wall:9.1f} ms wall {1000 * cpu:9.1f} ms cpu {imports:5.2f} s imports"
    print(f"{name:<36} {text} {memory:5.0f} MB   [{limits}]", flush=True)
    return wall, cpu


def against(title: str, theirs: str, ours: dict[str, str], target: int, runs: int) -> None:
    """Print scipy's time, ours, and the ratios."""
    print(title)
    found: dict[str, list[dict[str, float]]] = {"scipy BCa": [measure(theirs, REPLICATES)]}
    for name, code in ours.items():
        found[name] = [measure(code, REPLICATES) for _ in range(runs)]
    peer = show("scipy BCa", found.pop("scipy BCa"))
    for name, measured in found.items():
        wall, cpu = (b / a for a, b in zip(show(name, measured), peer, strict=True))
        print(f"    {wall:.0f} times faster by wall, {cpu:.0f} by cpu   target: {target}")


def main() -> None:
    """Print every comparison."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs: int = parser.parse_args().runs
    against(
        "mean of 100,000 differences, 10,000 replicates (target also: below 300 MB)",
        SCIPY_MEAN,
        {"paperforge, BCa by saddlepoint": OUR_MEAN, "paperforge, sign-flip interval": OUR_FLIPS},
        300,
        runs,
    )
    against(
        "ratio of means of 10,000 rows, 10,000 replicates",
        SCIPY_RATIO,
        {
            "paperforge, any function of sums": OUR_SUMS,
            "paperforge, ratio by saddlepoint": OUR_RATIO,
        },
        10,
        runs,
    )
    show("McNemar of 100,000 pairs", [measure(MCNEMAR, 0) for _ in range(runs)])
    print("    target: 10 ms")


if __name__ == "__main__":
    main()
