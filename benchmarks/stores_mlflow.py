"""MLflow's SQLite store: final values against mlflow.search_runs, and the whole history.

    python benchmarks/stores_mlflow.py [--runs 2000] [--metrics 50] [--steps 100] [--mlflow PYTHON]

The store is made in a temporary folder by SQL, in the schema that MLflow 3 itself made
(tests/data/mlflow/v3.db). Each reader is a process of its own, in turn, three times; wall and
user + system time are of the reading alone (imports are given beside it), memory is the process's
largest. A shared machine slows short work more than long work. Where PYTHON
has no mlflow, that is said and only ours is measured. Targets are printed, never asserted.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
SCHEMA = HERE.parent / "tests" / "data" / "mlflow" / "v3.db"
MEASURE = """
import json, resource, sys, time
def say(seconds, cpu, imports, said):
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = {"seconds": seconds, "cpu": cpu, "imports": imports, "memory": memory, "said": said}
    print(json.dumps(found))
start = time.perf_counter()
"""
SEARCH_RUNS = """
import mlflow
mlflow.set_tracking_uri("sqlite:///" + sys.argv[1])
imports, start, cpu = time.perf_counter() - start, time.perf_counter(), time.process_time()
frame = mlflow.search_runs(search_all_experiments=True, max_results=10**6)
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
names = [c for c in frame.columns if c.startswith("metrics.")]
say(seconds, cpu, imports, float(frame[names].sum().sum()))
"""
OURS = """
import duckdb, numpy, pyarrow
from dataclasses import replace
from paperforge import stores
from paperforge.engine import open_engine
from pathlib import Path
imports, start, cpu = time.perf_counter() - start, time.perf_counter(), time.process_time()
(found,), _ = stores.find(Path(sys.argv[1]))
engine = open_engine(found.files)
raw = stores.read(replace(found, history=sys.argv[2] == "history"), engine.connection, "raw")
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
say(seconds, cpu, imports, engine.connection.execute(
    "SELECT sum(v) FROM (SELECT last(value ORDER BY step) AS v FROM raw GROUP BY run, metric)"
    if sys.argv[2] == "final" else "SELECT count(value) FROM raw").fetchone()[0])
"""


def make(path: Path, runs: int, metrics: int, steps: int) -> None:
    """A store of that size: every metric of every run at every step, in the order of the steps."""
    chance = random.Random(0)
    with closing(sqlite3.connect(SCHEMA)) as schema, closing(sqlite3.connect(path)) as store:
        for (sql,) in schema.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
            if "sqlite_sequence" not in sql:
                store.execute(sql)
        store.execute("PRAGMA synchronous = OFF")
        (version,) = schema.execute("SELECT version_num FROM alembic_version").fetchone()
        store.execute("INSERT INTO alembic_version VALUES (?)", (version,))
        store.execute(
            "INSERT INTO experiments (experiment_id, name, lifecycle_stage, artifact_location) "
            "VALUES (1, 'study', 'active', 'artifacts')"
        )
        for number in range(runs):
            add_run(store, number, metrics, steps, chance)
        store.commit()


def add_run(
    store: sqlite3.Connection, number: int, metrics: int, steps: int, chance: random.Random
) -> None:
    """One run with its parameters, tags, history and latest values."""
    run, start = f"{chance.getrandbits(128):032x}", 1_700_000_000_000 + number * 1000
    store.execute(
        "INSERT INTO runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, "
        "experiment_id, user_id, artifact_uri) "
        "VALUES (?, ?, 'FINISHED', ?, ?, 'active', 1, 'somebody', 'artifacts')",
        (run, f"run-{number}", start, start + 1),
    )
    params = {
        "method": f"m{number % 10}",
        "dataset": f"d{number // 10 % 10}",
        "seed": number // 100,
    }
    store.executemany(
        "INSERT INTO params VALUES (?, ?, ?)", [(k, str(v), run) for k, v in params.items()]
    )
    store.execute("INSERT INTO tags VALUES ('mlflow.user', 'somebody', ?)", (run,))
    points = [
        (f"metric_{m:02d}", chance.random(), start + step, run, step)
        for step, m in product(range(steps), range(metrics))
    ]
    store.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, 0)", points)
    store.executemany(
        "INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) "
        "VALUES (?, ?, ?, ?, ?, 0)",
        points[-metrics:],
    )


def measure(python: str, code: str, *arguments: str) -> dict[str, float]:
    """What a process of its own says of its reading."""
    command = [python, "-c", MEASURE + code, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def show(name: str, measured: list[dict[str, float]]) -> tuple[float, float]:
    """Print the medians; give wall and user + system seconds."""
    kinds = ("seconds", "cpu", "imports")
    wall, cpu, imports = (statistics.median(one[kind] for one in measured) for kind in kinds)
    memory = max(one["memory"] for one in measured)
    text = f"{wall:7.2f} s wall {cpu:7.2f} s cpu {imports:5.2f} s imports {memory:5.0f} MB"
    print(f"{name:<26} {text}", flush=True)
    return wall, cpu


def main() -> None:
    """Make the store, read it both ways, print the ratio."""
    parser = argparse.ArgumentParser()
    for name, size in (("runs", 2000), ("metrics", 50), ("steps", 100)):
        parser.add_argument(f"--{name}", type=int, default=size)
    parser.add_argument("--mlflow", default=sys.executable, help="a Python that has mlflow")
    parser.add_argument("--store", type=Path, help="keep the store here, or use the one there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.store or Path(folder) / "mlflow.db"
        if not path.exists():
            start = time.perf_counter()
            make(path, given.runs, given.metrics, given.steps)
            print(f"made {path.stat().st_size / 1e9:.2f} GB in {time.perf_counter() - start:.0f} s")
        needed = "import mlflow, sqlalchemy, pandas"
        command = [given.mlflow, "-c", needed]
        has = not subprocess.run(command, check=False, capture_output=True).returncode
        ours, theirs = [], []
        for _ in range(3):
            ours.append(measure(sys.executable, OURS, str(path), "final"))
            if has:
                theirs.append(measure(given.mlflow, SEARCH_RUNS, str(path)))
        own = show("paperforge, final values", ours)
        if theirs:
            peer = show("mlflow.search_runs", theirs)
            wall, cpu = (b / a for a, b in zip(own, peer, strict=True))
            print(f"ratio: {wall:.1f} times faster by wall, {cpu:.1f} by cpu   target: 20")
            print(f"sums of all values: {ours[0]['said']:.6f} and {theirs[0]['said']:.6f}")
        else:
            print("mlflow.search_runs: not measured, that Python has no mlflow (--mlflow PYTHON)")
        show("paperforge, whole history", [measure(sys.executable, OURS, str(path), "history")])


if __name__ == "__main__":
    main()
