"""The shape of [[tables]] and [[figures]] in paper.toml, as pydantic models: see shape.py."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from paperforge.project.forms import FileName, Length, Names, Prose, Strict, TexLength, Text


class PageTable(Strict):
    """The page of an existing paper whose main file does not tell; what is said here counts."""

    width: Annotated[TexLength, Field(description='Of the text, as TeX has it: "6.5in", "455pt".')]
    height: Annotated[TexLength | None, Field(description="Of the text.")] = None
    columns: Annotated[Literal[1, 2], Field(description="Of the text.")] = 1
    column_sep: Annotated[
        TexLength | None, Field(description="Between two columns; by default 10 pt.")
    ] = None
    size: Annotated[Literal[10, 11, 12], Field(description="Of the body's type, in points.")] = 10


class TableTable(Strict):
    """A table: generated/tables/NAME.tex."""

    name: Annotated[FileName, Field(description="Its file's name.")] = "main"
    metrics: Annotated[Names, Field(description="By default all.")] = []
    methods: Annotated[Names, Field(description="By default all.")] = []
    datasets: Annotated[Names, Field(description="By default all.")] = []
    layout: Annotated[
        Literal[
            "method-by-dataset",
            "dataset-by-method",
            "ablation",
            "pairwise",
            "per-seed",
            "cost",
            "settings",
            "listing",
            "ratings",
        ],
        Field(description="Rows by columns, or what the table is about."),
    ] = "method-by-dataset"
    spread: Annotated[
        Literal["", "sd", "se", "ci", "none"],
        Field(description="What follows ±; by default sd over seeds, se over examples."),
    ] = ""
    average: Annotated[bool, Field(description="Whether to add the average over datasets.")] = True
    second: Annotated[bool, Field(description="Whether to underline the second best.")] = False
    bold: Annotated[bool, Field(description="Whether the best value is bold.")] = True
    caption: Annotated[Prose, Field(description="For the complete float.")] = ""
    label: Annotated[str, Field(description="For the complete float.")] = ""
    columns: Annotated[
        Names,
        Field(
            description="More columns: rank, difference, improvement, n, or metrics that are only"
            " reported (parameters, time)."
        ),
    ] = []
    baseline: Annotated[
        str, Field(description="What differences are taken from; by default by the roles.")
    ] = ""
    groups: Annotated[
        dict[Prose, Names], Field(description="Heading = the methods (or datasets) under it.")
    ] = {}
    best_set: Annotated[
        bool, Field(description="Mark the methods that cannot be told from the best.")
    ] = False
    heat: Annotated[bool, Field(description="Shade the cells by their value.")] = False
    arrows: Annotated[bool, Field(description="Show in the headers which values are better.")] = (
        True
    )
    width: Annotated[
        Literal["", "column", "text"], Field(description="What it must fit; by default the text.")
    ] = ""
    notes: Annotated[
        Literal["", "under", "threeparttable"],
        Field(description="Set the notes under it; by default \\pfnote{NAME} has them."),
    ] = ""
    file: Annotated[str, Field(description="Of a listing: the file whose columns it shows.")] = ""


class FigureTable(Strict):
    """A figure: generated/figures/NAME.pdf."""

    name: Annotated[FileName, Field(description="Its file's name.")]
    kind: Annotated[Text, Field(description='Such as "learning-curves".')]
    metric: Annotated[str, Field(description="By default the first.")] = ""
    methods: Annotated[Names, Field(description="By default all.")] = []
    datasets: Annotated[Names, Field(description="By default all.")] = []
    width: Annotated[
        Literal["column", "text"], Field(description="The venue's column or text width.")
    ] = "column"
    height_pt: Annotated[Length | None, Field(description="TeX points; by default in ratio.")] = (
        None
    )
    split: Annotated[
        str, Field(description="Of learning curves; by default val where there is one.")
    ] = ""
    title: Annotated[Prose, Field(description="Printed over the figure.")] = ""
    xlabel: Annotated[
        Prose, Field(description='Of learning curves: "Epoch"; by default "Step".')
    ] = ""
    x: Annotated[
        str, Field(description="The metric along the horizontal axis, where it has one.")
    ] = ""
    baseline: Annotated[
        str, Field(description="What differences are taken from; by default by the roles.")
    ] = ""
    shape: Annotated[
        Literal["", "box", "violin", "strip", "chain"],
        Field(
            description="Of distributions box, violin or strip, by default by the number of"
            " replicates; of a waterfall chain, where each method has one part less than the one"
            " before."
        ),
    ] = ""
    log: Annotated[
        Literal["", "none", "x", "y", "xy"], Field(description="Axes with a logarithmic scale.")
    ] = ""
    bins: Annotated[int, Field(ge=2, le=100, description="Of a reliability diagram.")] = 10
    file: Annotated[
        str, Field(description="Of script (FILE.py:FUNCTION) and tikz: the author's file.")
    ] = ""
    binning: Annotated[
        Literal["", "width", "mass"],
        Field(description="Of a reliability diagram: bins of equal width (default) or mass."),
    ] = ""
    statistic: Annotated[
        Literal["", "spearman", "pearson"],
        Field(description="Of a correlation: which; by default spearman."),
    ] = ""
