r"""A 200 x 20 table against pandas' Styler, and the TeX time of a 60 x 12 table.

    python benchmarks/tables.py [--runs 15]

Both start from the same cells, 200 methods x 20 datasets x 5 seeds with mean and standard deviation
of each, and end with LaTeX that booktabs compiles: "mean ± sd", the best of each column in bold,
names escaped. Reading and statistics are not in it for either. What pandas' Styler takes depends on
who writes it, so that it is written four times:

- "f-strings": the fastest that was found, and less than the same: one decimal everywhere, the
  texts of the cells made beforehand, the largest looked for once a column, numbers given as arrays;
- "the same": a frame from the cells, the decimals of each column from its uncertainty, ties on what
  is printed, padding with \phantom so that points align, a small ±;
- "the same, escaped": and the Styler escapes the texts, but for what is mathematics;
- "cell by cell": the same put into the frame with .loc a cell at a time, as it is often written.

The least CPU time of so many turns counts, and everything takes turns: a shared machine is noisy.
TeX is timed against the same cells in a tabular as one types it by hand, and against one whose ± is
as small as ours (scriptsize in each cell). Ratios are printed, never asserted.

Measured on two cores in November 2026, from cell by cell down to f-strings: 47 to 54, 10.3 to 11.5,
8.0 to 8.9 and 5.3 to 5.7 times as long as ours (10 ms). TeX took 1.13 to 1.21 times as long for our
cells as for those typed by hand (1.14 times the instructions, counted by valgrind), 1.00 times for
a run with one table; with a ± in scriptsize typed by hand 10 to 12 times. What the table has few of
or none, in instructions of a cell typed by hand (70.1 $\pm$ 0.8): \phantom{0} 1.4; bold 2.6, where
\textbf takes 8.9; $^{\dagger}$ 0.4 and its room in other cells 1.8; \textsuperscript{a} 3.0 and its
room 4.4.
"""

from __future__ import annotations

import argparse
import math
import resource
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from paperforge import tables
from paperforge.model import Aggregate, Analysis, Design
from paperforge.spec import Dataset, Direction, Method, Metric, TableSpec, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROWS, COLUMNS = 200, 20
TEX_ROWS, TEX_COLUMNS = 60, 12


def numbers(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Means and standard deviations in per cent, shape (rows, columns)."""
    rng = np.random.default_rng(0)
    runs = rng.normal(70, 8, (rows, columns, 1)) + rng.normal(0, 0.8, (rows, columns, 5))
    return runs.mean(axis=2), runs.std(axis=2, ddof=1)


def analysis(means: np.ndarray, sds: np.ndarray) -> Analysis:
    """The same as an Analysis without comparisons."""
    rows, columns = means.shape
    design = Design(Unit.SEED, False, (), 0.05, "holm", "mid-p", False, False, (5, 5), "", ())  # noqa: FBT003
    cells = [
        Aggregate("accuracy", f"m{i}", f"d{j}", 5, float(means[i, j]), float(sds[i, j]), None, None)
        for i in range(rows)
        for j in range(columns)
    ]
    return Analysis(
        design,
        (Metric("accuracy", "Accuracy", Direction.HIGHER, "%"),),
        tuple(Method(f"m{i}", f"Method {i}") for i in range(rows)),
        tuple(Dataset(f"d{j}", f"data {j}") for j in range(columns)),
        tuple(cells),
        (),
    )


def fast_styler(means: np.ndarray, sds: np.ndarray) -> str:
    """The fastest Styler: one decimal, texts made beforehand, the largest once a column."""
    rows, columns = means.shape
    index = [f"Method {i}" for i in range(rows)]
    names = [f"data {j}" for j in range(columns)]
    frame = pd.DataFrame(texts(means, sds), index=index, columns=names)
    shown = pd.DataFrame(means, index=index, columns=names).round(1)
    return _styled(frame, {name: _bold(shown[name].to_numpy()) for name in names})


def same_styler(made: Analysis, *, escape: str | None = None, single: bool = False) -> str:
    """The Styler with what ours prints; single: each cell is put into the frame by itself."""
    records = [(cell.method, cell.dataset, cell.mean, cell.sd) for cell in made.aggregates]
    long = pd.DataFrame.from_records(records, columns=["method", "dataset", "mean", "sd"])
    wide = long.pivot(index="method", columns="dataset", values=["mean", "sd"])  # noqa: PD010 - pivot_table averages: slower
    rows = {method.name: method.label for method in made.methods}
    frame = pd.DataFrame(index=list(rows.values()))
    bold = {}
    for dataset in made.datasets:
        mean, sd = (wide[kind][dataset.name].reindex(rows) for kind in ("mean", "sd"))
        decimals = max(0, 1 - math.floor(math.log10(sd.median())))
        values = [f"{value:.{decimals}f}" for value in mean]
        spreads = [f"{value:.{decimals}f}" for value in sd]
        bold[dataset.label] = _bold(np.array(values, dtype=float))
        pairs = zip(_padded(values), _padded(spreads), strict=True)
        column = [rf"{value}\,{{\scriptsize$\pm$\,{spread}}}" for value, spread in pairs]
        if single:
            frame[dataset.label] = ""
            for label, text in zip(frame.index, column, strict=True):
                frame.loc[label, dataset.label] = text
        else:
            frame[dataset.label] = column
    return _styled(frame, bold, escape)


def _padded(printed: list[str]) -> list[str]:
    widest = max(map(len, printed))
    return [
        text if len(text) == widest else rf"\phantom{{{'0' * (widest - len(text))}}}{text}"
        for text in printed
    ]


def _bold(values: np.ndarray) -> np.ndarray:
    return np.where(values == values.max(), "textbf: --rwrap;", "")


def _styled(frame: pd.DataFrame, bold: Mapping[str, np.ndarray], escape: str | None = None) -> str:
    style = frame.style.apply(lambda column: bold[column.name], axis=0)
    if escape:
        style = style.format(escape=escape)
    style = style.format_index(escape="latex").format_index(escape="latex", axis=1)
    return style.to_latex(hrules=True)


def by_hand(means: np.ndarray, sds: np.ndarray, *, small: bool = False) -> str:
    """A tabular as one types it; small: what stands behind numbers in a smaller size."""
    shape = r"{:.1f}\,{{\scriptsize$\pm$\,{:.1f}}}" if small else r"{:.1f} $\pm$ {:.1f}"
    lines = [rf"\begin{{tabular}}{{l{'c' * means.shape[1]}}}", r"\toprule"]
    lines.append(" & ".join(["Method", *(f"data {j}" for j in range(means.shape[1]))]) + r" \\")
    lines.append(r"\midrule")
    for i, (row, spread) in enumerate(zip(means, sds, strict=True)):
        cells = [shape.format(m, s) for m, s in zip(row, spread, strict=True)]
        lines.append(" & ".join([f"Method {i}", *cells]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


def timed(works: Mapping[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Least CPU seconds of each, in turns after one that does not count."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(runs + 1):
        for name, work in works.items():
            start = time.process_time()
            work()
            if turn:
                times[name].append(time.process_time() - start)
    return {name: min(found) for name, found in times.items()}


def tex(folder: Path, body: str, copies: int = 10) -> float:
    """CPU seconds that pdflatex takes for so many copies of a table."""
    source = folder / "t.tex"
    page = r"\setbox0\hbox{\input{body}}{}" * copies
    head = r"\documentclass{article}\usepackage{booktabs}\begin{document}"
    source.write_text(rf"{head}{page}x\end{{document}}")
    (folder / "body.tex").write_text(body)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "t.tex"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def texts(means: np.ndarray, sds: np.ndarray) -> list[list[str]]:
    """The cells' texts: of the Styler's time what is not its own."""
    return [
        [f"{m:.1f} $\\pm$ {s:.1f}" for m, s in zip(row, spread, strict=True)]
        for row, spread in zip(means, sds, strict=True)
    ]


def in_python(runs: int) -> None:
    """The 200 x 20 table, whole and in shares."""
    means, sds = numbers(ROWS, COLUMNS)
    made = analysis(means, sds)
    arranged = tables.arrange(made, TableSpec())
    works: dict[str, Callable[[], object]] = {
        "Styler, cell by cell": lambda: same_styler(made, single=True),
        "Styler, the same, escaped": lambda: same_styler(made, escape="latex-math"),
        "Styler, the same": lambda: same_styler(made),
        "Styler, f-strings": lambda: fast_styler(means, sds),
        "  of it f-strings": lambda: texts(means, sds),
        "paperforge": lambda: tables.render(tables.arrange(made, TableSpec())),
        "  of it Table": lambda: tables.arrange(made, TableSpec()),
        "  of it LaTeX": lambda: tables.render(arranged),
    }
    found = {name: 1000 * seconds for name, seconds in timed(works, runs).items()}
    print(f"{ROWS} x {COLUMNS} cells, whole function")
    for name, ms in found.items():
        print(f"  {name:26} {ms:8.1f} ms   x{ms / found['paperforge']:.1f}")
    print("  target: the Styler at least x10")


def in_tex(runs: int) -> None:
    """The 60 x 12 table."""
    means, sds = numbers(TEX_ROWS, TEX_COLUMNS)
    bodies = {
        "paperforge": tables.render(tables.arrange(analysis(means, sds), TableSpec(average=False))),
        "by hand": by_hand(means, sds),
        "by hand, small ±": by_hand(means, sds, small=True),
        "empty": "",
    }
    found = dict.fromkeys(bodies, float("inf"))
    with tempfile.TemporaryDirectory() as name:
        for _ in range(runs):
            for kind, body in bodies.items():
                found[kind] = min(found[kind], tex(Path(name), body))
    start = found.pop("empty")
    hand = found["by hand"]
    print(f"TeX of {TEX_ROWS} x {TEX_COLUMNS}, ten times (an empty page takes {start:.2f} s)")
    for kind, seconds in found.items():
        alone = (seconds - start) / (hand - start)
        once = (start + (seconds - start) / 10) / (start + (hand - start) / 10)
        print(
            f"  {kind:18} {1000 * (seconds - start):8.1f} ms   x{alone:.2f} of by hand; "
            f"a run with one table x{once:.2f}"
        )
    print("  target: at most x1.3")


def main() -> None:
    """Print every comparison."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=15)
    runs: int = parser.parse_args().runs
    in_python(runs)
    in_tex(runs)


if __name__ == "__main__":
    main()
