"""What can be asked of `paperforge table`: its options, as click has them and as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paperforge.spec import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from paperforge.spec import TableSpec

TABLE_EXAMPLES = """\b
Examples:
  paperforge table results.csv > tables/main.tex
  paperforge table results.csv --ours lora-r8 --baseline full --format text
  paperforge table results.csv --map model=method --map task=dataset --save
  paperforge table mlflow.db --metric accuracy --float --notes -o main.tex
  paperforge table results.csv --column rank --column difference
  paperforge table results.csv --diff tables/main.tex
"""


SPREADS = ("sd", "se", "ci", "none")


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What is asked, as given on the command line."""

    output: Path | None = None
    form: str = "latex"
    spread: str | None = None
    layout: str | None = None
    average: bool | None = None
    second: bool = False
    heat: bool = False
    columns: tuple[str, ...] = ()
    width: str | None = None
    venue: str | None = None
    as_float: bool = False
    caption: str = ""
    label: str = ""
    notes: bool = False
    threeparttable: bool = False
    name: str = ""
    data: Path | None = None
    old: Path | None = None
    arrows: bool | None = None

    def on(self, spec: TableSpec) -> TableSpec:
        """The table as asked for: what is not said stays as it is declared."""
        return replace(
            spec,
            spread=self.spread or spec.spread,
            layout=self.layout or spec.layout,
            average=spec.average if self.average is None else self.average,
            second=self.second or spec.second,
            heat=self.heat or spec.heat,
            arrows=spec.arrows if self.arrows is None else self.arrows,
            columns=self.columns or spec.columns,
            width=self.width or spec.width,
            caption=self.caption or spec.caption,
            label=self.label or spec.label,
            notes="threeparttable"
            if self.threeparttable
            else "under"
            if self.notes
            else spec.notes,
        )


OPTIONS = (
    click.option(
        "--format",
        "form",
        type=click.Choice(["latex", "markdown", "html", "text", "json"]),
        default="latex",
        show_default=True,
        help="How to render.",
    ),
    click.option(
        "--spread",
        type=click.Choice(SPREADS),
        default=None,
        help="After ±: standard deviation, error or interval (sd over seeds, se over examples).",
    ),
    click.option(
        "--layout",
        type=click.Choice(LAYOUTS),
        default=None,
        help="What is a row, or what the table is about (method-by-dataset).",
    ),
    click.option(
        "--average/--no-average", default=None, help="The average over the datasets as a column."
    ),
    click.option("--second", is_flag=True, help="Underline the second best."),
    click.option("--heat", is_flag=True, help="Shade the cells by their value (colortbl)."),
    click.option(
        "--column",
        "columns",
        multiple=True,
        metavar="NAME",
        help="One more column: rank, difference, improvement, n, or a metric that is only "
        "reported (several times for several).",
    ),
    click.option(
        "--width", type=click.Choice(["column", "text"]), default=None, help="What it must fit."
    ),
    click.option("--venue", default=None, help="Whose width and typeface the table must fit."),
    click.option(
        "--float", "as_float", is_flag=True, help="A complete float with caption and label."
    ),
    click.option("--caption", default="", help="For --float."),
    click.option("--label", default="", help="For --float."),
    click.option("--notes", is_flag=True, help="What marks and ± mean, under the table."),
    click.option(
        "--threeparttable", is_flag=True, help="The same, as that package's notes (it is needed)."
    ),
    click.option("--name", default="", help="Which table of paper.toml."),
    click.option("--arrows/--no-arrows", default=None, help="Which values are better, in headers."),
    click.option(
        "--data",
        type=click.Path(dir_okay=False, path_type=Path),
        default=None,
        metavar="FILE",
        help="Also write each cell's runs, statistic and test, as JSON.",
    ),
    click.option(
        "--diff",
        "old",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        default=None,
        metavar="OLD",
        help="Say what changed since an older .tex, .json, .md or .html of it; write nothing.",
    ),
)


def table_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command its own options."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function
