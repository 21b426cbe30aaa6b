"""Rerun the whole study: read the index, fit every model, write the results.

Usage: python sample_paper/evaluation/experiments/run.py [--out DIR] [--limit N]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from collection import Example, Split, build_examples, describe, limit_examples
from grid import AVERAGES, GRID, Data, Fit, averaged, choose, fit_grid
from models import Texts
from package_index import IndexUnavailableError, load_index
from records import (
    collection_record,
    environment,
    examples_frame,
    grid_frame,
    summary_frame,
    write_json,
)

DEFAULT_OUT = Path(__file__).resolve().parent.parent / "results"
ORDER = (*reversed(GRID), *AVERAGES)


def make_data(examples: list[Example]) -> tuple[Data, list[Example]]:
    """Return texts and label indices of each split, and the test examples."""
    sections = list(dict(describe(examples)["sections"]))  # type: ignore[call-overload]
    members: dict[Split, list[Example]] = {"train": [], "validation": [], "test": []}
    for example in examples:
        members[example.split].append(example)

    def texts(split: Split, *, short: bool = False) -> Texts:
        chosen = members[split]
        labels = np.array([sections.index(item.label) for item in chosen], dtype=np.int64)
        return Texts([item.short if short else item.full for item in chosen], labels)

    evaluations = {"full": texts("test"), "short": texts("test", short=True)}
    return Data(sections, texts("train"), texts("validation"), evaluations), members["test"]


def fit_all(data: Data) -> list[Fit]:
    """Fit the grid and print one line a fit."""
    total = sum(len(configs) for configs in GRID.values())
    fits = []
    for number, fit in enumerate(fit_grid(data), 1):
        fits.append(fit)
        config = " ".join(f"{name}={value:g}" for name, value in fit.config.items())
        print(
            f"[{number:2d}/{total}] {fit.method:15s} {config:22s} "
            f"validation accuracy {fit.validation_accuracy:.4f}  ({fit.wall_s:.0f} s)",
            flush=True,
        )
    return fits


def run(out: Path, limit: int | None) -> None:
    """Do the study and write its results to ``out``."""
    start = time.perf_counter()
    print("Reading the package index ...", flush=True)
    index = load_index()
    examples = build_examples(index.packages)
    if limit is not None:
        examples = limit_examples(examples, limit)
    data, test = make_data(examples)
    print(f"{len(examples)} packages, {len(test)} of them for testing. Fitting ...", flush=True)
    all_fits = fit_all(data)
    chosen = choose(all_fits)
    chosen |= {name: averaged(name, chosen, data) for name in AVERAGES}
    fits = {name: chosen[name] for name in ORDER}
    summary = summary_frame(fits, all_fits, data)
    out.mkdir(parents=True, exist_ok=True)
    frame = examples_frame(fits, data, test)
    frame.to_parquet(out / "examples.parquet", compression="zstd", index=False)
    summary.to_csv(out / "summary.csv", index=False)
    grid_frame(all_fits).to_csv(out / "grid.csv", index=False)
    write_json(out / "collection.json", collection_record(index, examples))
    write_json(out / "environment.json", environment(time.perf_counter() - start))
    columns = ["method", "validation_accuracy", "accuracy_full", "accuracy_short"]
    print(summary[columns].to_string(index=False))
    print(f"Done in {(time.perf_counter() - start) / 60:.1f} minutes.")


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder for the results")
    parser.add_argument("--limit", type=int, help="use about this many packages (a quick trial)")
    arguments = parser.parse_args()
    try:
        run(arguments.out, arguments.limit)
    except IndexUnavailableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
