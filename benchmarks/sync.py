"""What a sync costs: the first one, and one with nothing changed beside a bare `git fetch`.

    python benchmarks/sync.py [--files 60] [--runs 9]

The other side is a bare repository in a folder. User time is that of the command and of the git
that it starts. The target is printed, never asserted: a shared machine is noisy.
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

PAPERFORGE = [sys.executable, "-m", "paperforge"]
ENV = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
TARGET = 0.5


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall and user seconds of one command and of all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=ENV)
    wall = time.perf_counter() - start
    return wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def paper(folder: Path, files: int) -> None:
    """A paper of so many sections, built."""
    (folder / "sections").mkdir(parents=True)
    (folder / "paper.toml").write_text('main = "main.tex"\n', encoding="utf-8")
    (folder / "main.tex").write_text(
        "\\documentclass{article}\n\\begin{document}\nText.\n\\end{document}\n", encoding="utf-8"
    )
    for n in range(files):
        lines = "".join(f"Line {k} of section {n}, with some words in it.\n" for k in range(100))
        (folder / "sections" / f"s{n}.tex").write_text(lines, encoding="utf-8")
    subprocess.run([*PAPERFORGE, "build", "--no-pdf"], cwd=folder, check=True, capture_output=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--runs", type=int, default=9)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        paper(top / "paper", asked.files)
        subprocess.run(
            ["git", "init", "--quiet", "--bare", str(top / "online.git")], check=True, env=ENV
        )
        subprocess.run(
            [*PAPERFORGE, "sync", "init", "../online.git"], cwd=top / "paper", check=True, env=ENV
        )
        first = timed([*PAPERFORGE, "sync"], top / "paper")
        again = [timed([*PAPERFORGE, "sync"], top / "paper") for _ in range(asked.runs)]
        subprocess.run(
            ["git", "clone", "--quiet", "online.git", "co"], cwd=top, check=True, env=ENV
        )
        fetch = [timed(["git", "fetch"], top / "co") for _ in range(asked.runs)]
    wall, user = (statistics.median(column) for column in zip(*again, strict=True))
    bare = statistics.median(one for one, _ in fetch)
    print(f"{asked.files} files, first sync        {first[0]:.2f} s wall  {first[1]:.2f} s user")
    said = f"{wall:.2f} s wall  {user:.2f} s user   target {TARGET} s user"
    print(f"{asked.files} files, nothing changed   {said}")
    print(f"git fetch with nothing new        {bare:.2f} s wall")


if __name__ == "__main__":
    main()
