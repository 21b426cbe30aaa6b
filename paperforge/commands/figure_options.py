"""What can be asked of `paperforge figure`: its options, as click has them and as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from paperforge.spec import FigureSpec

FIGURE_EXAMPLES = """\b
Examples:
  paperforge figure runs.csv --kind learning-curves --venue icml -o curves.pdf
  paperforge figure runs.csv --kind intervals --metric accuracy
  paperforge figure runs.csv --kind pareto --metric accuracy --x latency
  paperforge figure runs.csv --kind script --file figures/mine.py
  paperforge figure --kind tikz --file figures/architecture.tikz --start
  paperforge figure --audit figures/architecture.pdf --venue icml
"""


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """What is asked, as given on the command line."""

    kind: str = "intervals"
    output: Path | None = None
    venue: str | None = None
    width: str = "column"
    height: float | None = None
    split: str = ""
    x: str = ""
    shape: str | None = None
    log: str | None = None
    bins: int = 10
    file: str = ""
    start: bool = False
    binning: str | None = None
    statistic: str | None = None
    data: Path | None = None
    name: str = ""
    audit: Path | None = None

    def on(self, spec: FigureSpec) -> FigureSpec:
        """The figure as asked for."""
        return replace(
            spec,
            width=self.width,
            height_pt=self.height,
            split=self.split,
            x=self.x,
            shape=self.shape or spec.shape,
            log=self.log or spec.log,
            bins=self.bins,
            file=self.file,
            binning=self.binning or spec.binning,
            statistic=self.statistic or spec.statistic,
        )


OPTIONS = (
    click.option(
        "--kind", default="intervals", show_default=True, help="A wrong one lists those there are."
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        default=None,
        help="The PDF to write (KIND.pdf); .png and .pgf too.",
    ),
    click.option("--venue", default=None, help="Whose width and typeface to use."),
    click.option(
        "--width", type=click.Choice(["column", "text"]), default="column", show_default=True
    ),
    click.option(
        "--height",
        type=click.FloatRange(40, 2000),
        default=None,
        help="In TeX points; by content otherwise.",
    ),
    click.option("--split", default="", help="Learning curves: which split."),
    click.option("--x", default="", help="Pareto front, scaling law: the metric along the x axis."),
    click.option(
        "--shape",
        type=click.Choice(["box", "violin", "strip", "chain"]),
        default=None,
        help="Distributions: how they are drawn (by the number of replicates); chain: a waterfall.",
    ),
    click.option(
        "--log",
        type=click.Choice(["none", "x", "y", "xy"]),
        default=None,
        help="Axes with a logarithmic scale.",
    ),
    click.option(
        "--bins", type=click.IntRange(2, 100), default=10, help="Of a reliability diagram (10)."
    ),
    click.option(
        "--start", is_flag=True, help="Write a TikZ drawing to begin with to --file, nothing else."
    ),
    click.option(
        "--binning",
        type=click.Choice(["width", "mass"]),
        default=None,
        help="Reliability: bins of equal width (default) or of equally many examples.",
    ),
    click.option(
        "--statistic",
        type=click.Choice(["spearman", "pearson"]),
        default=None,
        help="Correlation: which (spearman).",
    ),
    click.option("--file", default="", help="Of script (FILE.py:FUNCTION) and tikz: your file."),
    click.option(
        "--data",
        type=click.Path(path_type=Path),
        default=None,
        help="Write the numbers drawn as CSV.",
    ),
    click.option("--name", default="", help="Which figure of paper.toml."),
    click.option(
        "--audit",
        type=click.Path(path_type=Path),
        default=None,
        help="Draw nothing: say what a PDF holds, and what is off with it (exit code 5).",
    ),
)


def figure_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command its own options."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function
