"""The error rate of every default path at nominal .05, and the coverage of its interval.

    python benchmarks/error_rates.py [--runs 10000] [--only TEXT] [--processes 1] [--write]

One row for every path of the package's table (paperforge/stats) and number of replicates; the
simulations are in rates/, and tests/stats/test_rates.py bounds them. --write puts the table into
docs/error-rates.md.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from functools import partial
from pathlib import Path

from rates import ROWS
from rates.row import NOMINAL, RUNS, Measured, Row, error

DOC = Path(__file__).parents[1] / "docs" / "error-rates.md"
HEAD = "| path | data | n | test | size | coverage | runs |\n|---|---|--:|---|--:|--:|--:|"


def line(row: Row, found: Measured) -> str:
    """A row of the table; bold where the level or the coverage is missed."""
    size, covered = share(found.size), "–" if found.coverage is None else share(found.coverage)
    if found.size > NOMINAL + error(NOMINAL, found.runs):
        size = f"**{size}**"
    if found.coverage is not None and found.coverage < 1 - NOMINAL - error(NOMINAL, found.runs):
        covered = f"**{covered}**"
    runs = f"{found.runs:,}" if found.runs else "enumerated"
    return f"| {row.name} | {found.test} | {size} | {covered} | {runs} |"


def share(value: float) -> str:
    """Without the zero: .049; 0 and 1 as they are."""
    text = f"{value:.3f}"
    return {"0.000": "0", "1.000": "1"}.get(text, text.lstrip("0"))


def timed(number: int, runs: int) -> tuple[Measured, float]:
    """One row measured, and the seconds of processor time that it took."""
    start = time.process_time()
    return ROWS[number].run(runs), time.process_time() - start


def main() -> None:
    """Measure, print, write."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--runs", type=int, default=RUNS)
    ask.add_argument("--only", default="", help="rows whose name has this text")
    ask.add_argument("--processes", type=int, default=1)
    ask.add_argument("--write", action="store_true")
    given = ask.parse_args()
    chosen = [i for i, row in enumerate(ROWS) if given.only in row.name]
    print(HEAD)
    lines, total = [], 0.0
    with multiprocessing.Pool(given.processes) as pool:
        for i, (found, seconds) in zip(
            chosen, pool.imap(partial(timed, runs=given.runs), chosen), strict=True
        ):
            lines.append(line(ROWS[i], found))
            total += seconds
            print(lines[-1], flush=True)
            print(f"{seconds:6.1f} s", file=sys.stderr)
    print(f"{total:.0f} s of processor time", file=sys.stderr)
    if given.write:
        before = DOC.read_text(encoding="utf-8").split(HEAD)[0]
        DOC.write_text(f"{before}{HEAD}\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
