"""paperforge runs: what a result store holds, as paperforge reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.commands import inputs
from paperforge.commands.output import give, say
from paperforge.errors import UsageError
from paperforge.model import Missing
from paperforge.spec import TIDY_COLUMNS, Unit

if TYPE_CHECKING:
    from pathlib import Path

    from paperforge.commands.inputs import ResultOptions
    from paperforge.model import Results

SYMBOLS = {Missing.CRASHED: "×", Missing.OUT_OF_MEMORY: "M", Missing.NOT_FINITE: "∞"}


def runs(options: ResultOptions, *, form: str = "text", output: Path | None = None) -> int:
    """Print a grid of method x dataset with the number of replicates, or the tidy rows.

    Raises UsageError where Parquet would go to the terminal, InputError for bad results.
    """
    from paperforge import pipeline

    project = inputs.project_of(options)
    results = pipeline.load(project)
    say(results.notes)
    paths = [source.path for source in project.sources]
    if form == "text":
        give(grid(results), output, paths)
    elif form == "parquet":
        if output is None:
            raise UsageError("Parquet is not for a terminal", "--format parquet", "add -o FILE")
        import io

        buffer = io.BytesIO()
        results.frame().to_parquet(buffer, index=False)
        give(buffer.getvalue(), output, paths)
    else:
        frame = results.frame()[list(TIDY_COLUMNS)]
        csv = form == "csv"
        text = frame.to_csv(index=False) if csv else frame.to_json(orient="records")
        give(text, output, paths)
    inputs.save(options, project, results)
    return 0


def grid(results: Results) -> str:
    """The number of replicates of each method on each dataset, one block a metric."""
    blocks = []
    unit = Unit.EXAMPLE if "example" in results.varies else Unit.SEED
    for metric in results.metrics:
        counts = {(s.method, s.dataset): len(s.values) for s in results.samples(metric.name, unit)}
        why = results.missing(metric.name)
        header = ["", *(d.label or "all" for d in results.datasets)]
        body = [
            [m.label]
            + [
                str(counts[m.name, d.name])
                if counts.get((m.name, d.name))
                else SYMBOLS.get(why.get((m.name, d.name), Missing.NOT_RUN), "–")
                for d in results.datasets
            ]
            for m in results.methods
        ]
        what = "examples" if unit is Unit.EXAMPLE else "replicates"
        blocks.append(f"{metric.label}: {what} a cell\n{_columns([header, *body])}")
    legend = "– not run, × crashed, M out of memory, ∞ not finite"
    return "\n\n".join([*blocks, f"{results.rows} rows; {legend}"])


def _columns(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  "
        + "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
