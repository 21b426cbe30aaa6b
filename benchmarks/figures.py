"""A build with twelve figures: cold, with one input changed, and on one core.

    python benchmarks/figures.py [--runs 5]

Each measurement is `paperforge build --no-pdf` of a project of its own, in a process of its own.
The cases run in turn, so that a machine whose speed drifts slows all, and are given as medians of
the ratios to the cold build on all cores. "One input changed": a number of one of six metrics,
which two of the figures show. "On one core" has no helpers. Targets are printed, never asserted: a
shared machine is noisy.

Then the drawing alone, of eight figures: in one process, with one helper beside it, and again with
everything kept; as ratios to the first of the same round.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

METRICS = ("accuracy", "f1", "recall", "precision", "auc", "loss")
TARGETS = {"one input changed": 0.6, "drawn before": 0.4}


def project(root: Path) -> None:
    """Write a paper with two kinds of figure of each metric: 6 methods, 4 datasets, 10 seeds."""
    root.mkdir()
    toml = ['main = "main.tex"', 'venue = "icml-2026"', 'results = "results.csv"']
    toml += [f"[methods.m{i}]" + '\nrole = "ours"' * (i == 0) for i in range(6)]
    for metric in METRICS:
        for kind in ("intervals", "learning-curves"):
            name = f'name = "{metric}-{kind}"\nkind = "{kind}"\nmetric = "{metric}"'
            toml.append(f"[[figures]]\n{name}")
    (root / "paper.toml").write_text("\n".join(toml) + "\n")
    text = "\\documentclass{article}\\input{generated/macros}\\begin{document}x\\end{document}\n"
    (root / "main.tex").write_text(text)
    rows = [f"method,dataset,seed,step,{','.join(METRICS)}"]
    for m, d, seed, step in (
        (m, d, s, t) for m in range(6) for d in range(4) for s in range(10) for t in range(20)
    ):
        level = (1 - 0.5 / (step + 1)) * (0.7 + 0.03 * m + 0.01 * d) + 0.001 * ((seed * 7 + m) % 5)
        values = (f"{level - 0.01 * place:.4f}" for place in range(len(METRICS)))
        rows.append(f"m{m},d{d},{seed},{step},{','.join(values)}")
    (root / "results.csv").write_text("\n".join(rows) + "\n")


def build(root: Path, cache: str, *, cores: set[int] | None = None) -> tuple[float, float]:
    """Wall and user + system seconds of one build."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "paperforge", "build", str(root), "--no-pdf"],
        env={**os.environ, "PAPERFORGE_CACHE": cache},
        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
        check=True,
        capture_output=True,
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def change(root: Path) -> None:
    """Another loss of the last run's last step."""
    table = root / "results.csv"
    lines = table.read_text().splitlines()
    lines[-1] = lines[-1].rpartition(",")[0] + ",0.5"
    table.write_text("\n".join(lines) + "\n")


def once(folder: Path) -> dict[str, tuple[float, float]]:
    """One of each case, on the same project."""
    root, cache = folder / "paper", str(folder / "cache")
    found = {}
    project(root)
    found["cold"] = build(root, cache)
    shutil.rmtree(root / "build")
    found["drawn before"] = build(root, cache)
    change(root)
    found["one input changed"] = build(root, cache)
    shutil.rmtree(root / "build")
    if hasattr(os, "sched_getaffinity"):
        found["cold, on one core"] = build(root, "off", cores={min(os.sched_getaffinity(0))})
    return found


def draw(root: Path, helpers: int, place: Path) -> None:
    """Draw eight figures of a project; print the wall seconds, and the CPU seconds of the busiest.

    Of this process and its helper, the one that was busier: on cores that nobody else uses it says
    how long the drawing takes. What both have to import for it counts, what was composed before
    does not.
    """
    from paperforge import figures, pipeline
    from paperforge.figures import several
    from paperforge.project import load

    plan = load(root)
    analysis = pipeline.analyse(pipeline.load(plan), plan)
    jobs = [figures.job(spec, analysis) for spec in plan.figures[:8]]
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    start, before = time.perf_counter(), [sum(resource.getrusage(one)[:2]) for one in who]
    drawn = several.draw(jobs, place, helpers)
    wall, after = time.perf_counter() - start, [sum(resource.getrusage(one)[:2]) for one in who]
    assert all(drawn)
    print(wall, max(b - a for a, b in zip(before, after, strict=True)))


def drawing(folder: Path, rounds: int) -> dict[str, tuple[float, ...]]:
    """Medians of the drawing alone, and of its ratios to one process: wall, busiest CPU of each."""
    root = folder / "drawing"
    project(root)
    found: dict[str, list[tuple[float, ...]]] = {}
    for turn in range(rounds):
        for case, helpers, name in (
            ("one process", 0, "alone"),
            ("with one helper", 1, "helped"),
            ("kept", 1, "helped"),
        ):
            words = [__file__, "--draw", root, str(helpers), folder / f"{name}{turn}"]
            done = subprocess.run([sys.executable, *words], check=True, capture_output=True)
            found.setdefault(case, []).append(tuple(map(float, done.stdout.split())))
    alone = found["one process"]
    told = {}
    for case, times in found.items():
        middle = [statistics.median(one[i] for one in times) for i in (0, 1)]
        ratios = (
            statistics.median(a[i] / b[i] for a, b in zip(times, alone, strict=True))
            for i in (0, 1)
        )
        told[case] = (*middle, *ratios)
    return told


def main() -> None:
    """Print every case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--draw", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.draw:
        draw(Path(asked.draw[0]), int(asked.draw[1]), Path(asked.draw[2]))
        return
    found: list[dict[str, tuple[float, float]]] = []
    for _ in range(asked.runs):
        with tempfile.TemporaryDirectory() as folder:
            found.append(once(Path(folder)))
    print("a build with 12 figures, --no-pdf")
    for case in found[0]:
        wall, cpu = (statistics.median(one[case][i] for one in found) for i in (0, 1))
        ratios = [statistics.median(one[case][i] / one["cold"][i] for one in found) for i in (0, 1)]
        of_cold = " and ".join(f"{one:.2f}" for one in ratios)
        target = f"   target: at most {TARGETS[case]}" if case in TARGETS else ""
        print(f"{case:<20} {wall:6.2f} s wall {cpu:6.2f} s cpu   {of_cold} of cold{target}")
    with tempfile.TemporaryDirectory() as folder:
        times = drawing(Path(folder), max(3, len(found)))
    print("eight figures, the drawing alone")
    for case, (wall, cpu, of_wall, of_cpu) in times.items():
        ratio = f"{of_wall:.2f} and {of_cpu:.2f} of one process"
        print(f"{case:<20} {wall:6.2f} s wall {cpu:6.2f} s cpu of the busiest process   {ratio}")


if __name__ == "__main__":
    main()
