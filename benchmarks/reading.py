"""Reading big result tables to a grouped mean, against pandas: CSV, Parquet and JSON lines.

    python benchmarks/reading.py [--rows 10000000] [--examples 1000000] [--runs 3] [--keep FOLDER]
                                 [--shapes]

Each reader is a process of its own, whole: wall time with imports, user + system time, and the
process's largest memory. Ours is what `paperforge table` does: results.load and samples of every
metric. Readers run in turn, and a ratio is the median over the pairs; the targets are printed,
never asserted. A second reading of ours, from the cache, is measured at the end. On a machine that
others use too, the ratio of user + system time says more than that of wall time, though ours works
in two threads and pandas in one.

Measured on two cores, CSV was 0.80 of pandas' wall time when pandas took 3.5 s and 1.02 on another
day, when pandas took 2.2 s and ours the same (memory 0.17); with six digits a number (--shapes) 1.6
s against 1.8 s (0.88, memory 0.19). Parquet 0.18 and 0.32 (0.08), JSON lines 0.27 and 0.23 (0.10).
Ours takes two threads where pandas takes one, so more cores lower the ratio: that was not measured.
What is left of CSV is the engine: its bare grouped
mean of the same file takes 1.2 to 1.4 s where pandas takes 2.3 to 3.3 s; of 2.6 s in both threads
together, 1.4 go to splitting the lines, 0.6 to grouping by texts, 0.5 to what is asked of each
cell. Tried without gain: other buffer sizes, no quotes, numbers for seeds, no order of
insertion, pyarrow's reader (2.8 s). polars splits the lines in two thirds of the time and weighs
180 MB. pyarrow's reader in two halves of the file, its codes grouped by the engine: 3.2 s of both
threads together, the engine alone 2.5. The rest of ours, 1.1 s in all threads, is 0.5 for imports
and small questions, 0.4 for the order of names in a sorted file, 0.1 for UTF-8.

Of JSON lines, 0.5 s are parsing, in all threads; 0.25 the proof from their bytes that no later line
has other keys (in the engine 0.45); 0.1 the order of names. In two threads that is what it was with
one thread for parsing and one for the proof; with more threads it is less.

Other shapes of CSV (--shapes --rows 2000000, a machine that others used; user + system time, of
which ours goes to two threads and 0.5 s is the start):

    shuffled, 4 digits          1.4 s, pandas 1.2 (x1.06)   memory x0.87
    1000 methods                1.7 s, pandas 1.1 (x1.57)   memory x0.94
    8 metrics                   2.2 s, pandas 1.4 (x1.52)   memory x0.51
    every row a seed of its own 11 s,  pandas 1.1 (x9.59)   memory x1.51

The last is no way to write results: two million runs are numbered, compared and looked through for
duplicates as runs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

REPORT = """
import resource, time
used = resource.getrusage(resource.RUSAGE_SELF)
print(cells, round(total, 6), time.time() - start, used.ru_utime + used.ru_stime,
      used.ru_maxrss / 1024)
"""
OURS = """
import sys, time
start = time.time()
from pathlib import Path
from paperforge import results
from paperforge.spec import Project, Source, Unit
path = Path(sys.argv[1])
found = results.load([Source(path, path.name)], Project(root=path.parent), history=False)
samples = [s for m in found.metrics for s in found.samples(m.name, Unit.SEED)]
cells = sum(len(s.values) for s in samples)
total = float(sum(s.values.sum() for s in samples))
"""
PANDAS = """
import sys, time
start = time.time()
import pandas as pd
read = {".csv": pd.read_csv, ".parquet": pd.read_parquet}.get(
    sys.argv[1][sys.argv[1].rindex("."):], lambda path: pd.read_json(path, lines=True))
frame = read(sys.argv[1])
keys = [name for name in ("method", "dataset", "seed") if name in frame]
beside = {*keys, "example", "example_id", "metric", "output"}
means = frame.groupby(keys)[[name for name in frame if name not in beside]].mean()
cells, total = means.size, float(means.to_numpy().sum())
"""
NUMBER = "(hash(m, d, s, e) % 1000000007) / 1000000007.0 * 0.5 + 0.4"


@dataclass(frozen=True)
class Case:
    """One input, and what is hoped for."""

    name: str
    file: str
    columns: str
    format: str
    share: float | None
    """Ours, of pandas' time."""
    memory: float | None
    order: str = ""


CASES = (
    Case(
        "CSV, examples", "examples.csv",
        "method, dataset, s AS seed, e AS example, 'accuracy' AS metric, "
        f"round({NUMBER}, 17) AS value",
        "CSV, HEADER", 1 / 2, 1 / 4,
    ),
    Case(
        "Parquet, examples", "examples.parquet",
        f"method, dataset, s AS seed, e AS example, 'accuracy' AS metric, {NUMBER} AS value",
        "PARQUET", 1 / 5, None,
    ),
    Case(
        "JSON lines, examples", "examples.jsonl",
        "method, dataset, s AS seed, 'question-' || e AS example_id, "
        "'because ' || hash(e, m) || ' is what it says' AS output, "
        "(hash(m, d, s, e) % 100 < 60 + m)::INT AS correct",
        "JSON", 1 / 5, 1 / 5,
    ),
)  # fmt: skip

WIDE = ", ".join(
    f"round({NUMBER.replace('hash(', f'hash({n}, ')}, 4) AS metric_{n}" for n in range(8)
)
SHAPES = (
    Case(
        "CSV, examples, 6 digits", "short.csv",
        f"method, dataset, s AS seed, e AS example, round({NUMBER}, 6) AS accuracy",
        "CSV, HEADER", 1 / 2, 1 / 4,
    ),
    Case(
        "CSV, shuffled, 4 digits", "shuffled.csv",
        f"method, dataset, s AS seed, e AS example, round({NUMBER}, 4) AS accuracy",
        "CSV, HEADER", None, None, "ORDER BY hash(m, d, s, e)",
    ),
    Case(
        "CSV, 1000 methods", "methods.csv",
        f"method || '-' || s AS method, dataset, e AS example, round({NUMBER}, 6) AS accuracy",
        "CSV, HEADER", None, None,
    ),
    Case(
        "CSV, 8 metrics", "wide.csv", f"method, dataset, s AS seed, e AS example, {WIDE}",
        "CSV, HEADER", None, None,
    ),
    Case(
        "CSV, method, seed, value", "seeds.csv",
        f"method, (d * 100 + s) * 1000000 + e AS seed, round({NUMBER}, 17) AS accuracy",
        "CSV, HEADER", None, None,
    ),
)  # fmt: skip


def make(case: Case, rows: int, folder: Path) -> Path:
    """10 methods x 10 datasets x 100 seeds, sorted: the rest of the rows are examples."""
    import duckdb

    path = folder / case.file
    each = max(1, rows // 10_000)
    names = (
        "SELECT *, 'method-' || m AS method, 'dataset-' || d AS dataset FROM (SELECT "
        f"i // (1000 * {each}) AS m, (i // (100 * {each})) % 10 AS d, (i // {each}) % 100 AS s, "
        f"i % {each} AS e FROM range(10000 * {each}) t(i))"
    )
    if not path.exists():
        duckdb.execute(
            f"COPY (SELECT {case.columns} FROM ({names}) {case.order}) "
            f"TO '{path}' (FORMAT {case.format})"
        )
    return path


def measure(code: str, path: Path, cache: str) -> list[float]:
    """Cells, total, wall seconds, user + system seconds and MB of one process."""
    done = subprocess.run(
        [sys.executable, "-c", code + REPORT, str(path)],
        env={**os.environ, "PAPERFORGE_CACHE": cache},
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(word) for word in done.stdout.split()]


def compare(case: Case, path: Path, runs: int, cache: Path) -> None:
    """Print ours and pandas' side by side."""
    pairs = [(measure(OURS, path, "off"), measure(PANDAS, path, "off")) for _ in range(runs)]
    for ours, pandas in pairs:
        if ours[0] != pandas[0] or abs(ours[1] - pandas[1]) > 1e-6 * abs(pandas[1]):
            print(f"  the means differ: {ours[:2]} and {pandas[:2]}")
    print(f"{case.name} ({path.stat().st_size / 1e6:.0f} MB)")
    lines = (
        (2, "wall", "s", case.share),
        (3, "user + system", "s", None),
        (4, "memory", "MB", case.memory),
    )
    for place, what, unit, target in lines:
        ratio = statistics.median(a[place] / b[place] for a, b in pairs)
        least = [min(pair[side][place] for pair in pairs) for side in (0, 1)]
        hoped = f"   target x{target:.2f}" if target else ""
        print(
            f"  {what:<14} {least[0]:7.1f} {unit:<2}  pandas {least[1]:7.1f} {unit:<2}"
            f"  x{ratio:.2f}{hoped}"
        )
    measure(OURS, path, str(cache))
    second = measure(OURS, path, str(cache))
    print(f"  second reading {second[2]:.2f} s, {second[3]:.2f} s user + system")


def main() -> None:
    """Make the inputs and compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--examples", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--shapes", action="store_true", help="other shapes of CSV")
    given = parser.parse_args()
    # Installed programs are not compiled anew at every start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        for case in SHAPES if given.shapes else CASES:
            rows = given.examples if case.format == "JSON" else given.rows
            compare(case, make(case, rows, folder), given.runs, Path(name) / "cache")


if __name__ == "__main__":
    main()
