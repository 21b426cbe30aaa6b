"""Start-up and build times as ratios, each against a peer in the same run.

    python benchmarks/run.py [--runs 9]

Every pair runs in turn (A B A B …), so that a machine whose speed drifts slows both. The ratio is
the median over the pairs, of wall time; user + system time is given beside it. The targets are
printed, never asserted: a shared machine is noisy.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
PAPERFORGE = [str(Path(sys.executable).parent / "paperforge")]
BARE_CLICK = """
import click
@click.group()
def cli(): "A bare click program."
@cli.command()
@click.option("--x")
def one(x): "One."
cli(["--help"])
"""


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall seconds, and user + system seconds, of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return wall, cpu


def compare(
    name: str, ours: list[str], peer: list[str], folder: Path, target: float, runs: int
) -> None:
    """Print the median ratio of a pair of commands."""
    timed(ours, folder), timed(peer, folder)
    pairs = [(timed(ours, folder), timed(peer, folder)) for _ in range(runs)]
    wall = statistics.median(a[0] / b[0] for a, b in pairs)
    cpu = statistics.median(a[1] / max(b[1], 1e-3) for a, b in pairs)
    own = statistics.median(a[0] for a, _ in pairs)
    print(
        f"{name:<46} {own * 1000:6.0f} ms   x{wall:4.2f} wall  x{cpu:4.2f} cpu   target x{target}"
    )


def small_csv(folder: Path) -> None:
    """Six methods, four datasets, five seeds."""
    rows = ["method,dataset,seed,accuracy"]
    rows += [
        f"m{m},d{d},{s},{0.8 + m / 50 + ((7 * m + 5 * d + 3 * s) % 11) / 400:.4f}"
        for m in range(6) for d in range(4) for s in range(5)
    ]  # fmt: skip
    (folder / "results.csv").write_text("\n".join(rows) + "\n")


def main() -> None:
    """Run all comparisons in a temporary folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small_csv(folder)
        python = sys.executable
        compare(
            "paperforge --help / bare click",
            [*PAPERFORGE, "--help"],
            [python, "-c", BARE_CLICK],
            folder,
            2,
            runs,
        )
        pandas = "import pandas; pandas.read_csv('results.csv')"
        compare(
            "paperforge table / import pandas",
            [*PAPERFORGE, "table", "results.csv"],
            [python, "-c", pandas],
            folder,
            1.5,
            runs,
        )
        sample = HERE.parent / "sample_paper" / "adaptation"
        subprocess.run(
            [*PAPERFORGE, "build", str(sample), "--venue", "neurips-2026"],
            check=True,
            capture_output=True,
        )
        work = next((sample / "build" / ".work").glob("neurips-2026-*"))
        latexmk = ["latexmk", "-norc", "-pdf", "-cd", str(work / "main.tex")]
        compare(
            "no-change build / no-change latexmk",
            [*PAPERFORGE, "build", str(sample), "--venue", "neurips-2026"],
            latexmk,
            folder,
            3,
            runs,
        )


if __name__ == "__main__":
    main()
