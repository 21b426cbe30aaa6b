"""The shape of paper.toml, as pydantic models: what is allowed, and what each key means.

The descriptions here are what `paperforge schema` prints and editors show. pydantic is heavy, so
only `read.py` and `schema()` import this module, when they are called.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003  pydantic reads the annotations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from paperforge.project.floats import FigureTable, PageTable, TableTable
from paperforge.project.forms import (
    COLUMN_ROLES,
    TEXT,
    Also,
    Colour,
    ColumnRole,
    CorpusKind,
    Dashes,
    Final,
    Free,
    Kept,
    KeysOneOf,
    Marker,
    Name,
    Names,
    PairingRoles,
    Paragraphs,
    Pattern,
    Prose,
    Strict,
    Text,
    author_table,
    short_for,
)
from paperforge.spec import Direction, Mode, Role, Unit

LABELLED = 'As printed: text, or { tex = "…", text = "…" } where LaTeX is to print TeX.'


class AuthorTable(Strict):
    """One author."""

    name: Annotated[Text, Field(description="As printed.")]
    affiliation: Annotated[str, Field(description="Department, institution, place.")] = ""
    email: Annotated[str, Field(description="Mail address.")] = ""


class SourceTable(Strict):
    """A result store."""

    path: Annotated[
        Text, Field(description="File or folder of results, relative to paper.toml or absolute.")
    ]
    columns: Annotated[
        dict[ColumnRole, Text],
        KeysOneOf(COLUMN_ROLES),
        Field(description="Role = column, for columns whose meaning cannot be guessed."),
    ] = {}
    metrics: Annotated[
        Names, Field(description="The value columns or metrics to keep; all where none is named.")
    ] = []
    where: Annotated[
        dict[str, Kept], Field(description="Column = the one value to keep; other rows are left.")
    ] = {}
    pattern: Annotated[
        Pattern,
        Field(
            description="What folders are named after: '{dataset}/{method}/seed={seed}', with roles"
            " or any words in braces; * is anything within a name."
        ),
    ] = ""
    table: Annotated[str, Field(description="Which table of a database holds the results.")] = ""


class MetricTable(Strict):
    """One measured quantity."""

    label: Annotated[Name, Field(description=LABELLED)] = ""
    direction: Annotated[
        Direction | None, Field(strict=False, description="Which values are better.")
    ] = None
    unit: Annotated[str, Field(description='Printed after the label: "%", "s".')] = ""
    digits: Annotated[
        int | None,
        Field(ge=0, le=12, description="Decimals; by default the uncertainty decides."),
    ] = None
    scale: Annotated[
        float, Field(gt=0, description="Printed number = stored value x scale; 100 for percent.")
    ] = 1.0
    margin: Annotated[
        float | None,
        Field(gt=0, description="Differences below this do not matter, in printed units."),
    ] = None
    tested: Annotated[
        bool | None,
        Field(description="Whether methods are compared on it; by default all but costs are."),
    ] = None
    diverged: Annotated[
        float | None,
        Field(description="What a failed or diverged run counts as, printed; by default left out."),
    ] = None
    primary: Annotated[
        bool, Field(description="Whether its comparisons are in the family that is corrected.")
    ] = True
    corpus: Annotated[
        CorpusKind | None,
        Field(description="What is computed from sums over the examples: bleu, f1, mcc, ratio …"),
    ] = None
    parts: Annotated[
        Names | None,
        Field(alias="from", description="With corpus: the values that are summed, in its order."),
    ] = None
    order: Annotated[int | None, Field(description="Place; by default as in this file.")] = None


class MethodTable(Strict):
    """One method of the comparison."""

    label: Annotated[Name, Field(description=LABELLED)] = ""
    role: Annotated[
        Role | None, Field(strict=False, description="What it is in the paper's argument.")
    ] = None
    colour: Annotated[
        Colour, Field(description='In every figure: "#d88e26"; by default by its place.')
    ] = ""
    marker: Annotated[
        Marker, Field(description="In every figure, one of o s ^ D v P X < > p * h.")
    ] = ""
    dashes: Annotated[
        Dashes | None,
        Field(description="Its line: solid, dashed, dotted, dash-dot, or points on and off."),
    ] = None
    order: Annotated[int | None, Field(description="Place; by default as in this file.")] = None


class DatasetTable(Strict):
    """One benchmark."""

    label: Annotated[Name, Field(description=LABELLED)] = ""
    order: Annotated[int | None, Field(description="Place; by default as in this file.")] = None


class DesignTable(Strict):
    """How the experiment was done: what decides the statistical test."""

    replicate: Annotated[
        Unit | None,
        Field(strict=False, description="What is repeated; by default inferred, and said."),
    ] = None
    pair_by: Annotated[
        PairingRoles,
        Field(description="What fixes something shared between methods (split, data order)."),
    ] = []
    alpha: Annotated[float, Field(gt=0, lt=1, description="Family-wise error rate.")] = 0.05
    correction: Annotated[
        Literal["holm", "bonferroni", "bh", "max-t", "romano-wolf", "none"],
        Field(description="For the family of primary comparisons; max-t: simultaneous intervals."),
    ] = "holm"
    family: Annotated[
        Literal["all", "metric"],
        Field(description="Corrected together: all primary comparisons, or those of each metric."),
    ] = "all"
    mcnemar: Annotated[
        Literal["mid-p", "exact"], Field(description="For paired right-or-wrong scores.")
    ] = "mid-p"
    posthoc: Annotated[
        Literal["wilcoxon", "nemenyi"], Field(description="For datasets as a sample.")
    ] = "wilcoxon"
    best_set: Annotated[
        bool, Field(description="Say which methods cannot be told from the best.")
    ] = False
    seed: Annotated[int, Field(ge=0, description="Of every resampling.")] = 0
    engine: Annotated[
        Literal["auto", "numpy", "torch"],
        Field(description="What computes resampling; auto: torch beside a GPU. Same answers."),
    ] = "auto"
    aggregate: Annotated[
        Literal["mean", "iqm", "median", "optimality-gap"],
        Field(description="What is compared over the datasets; iqm for runs x tasks."),
    ] = "mean"
    test_share: Annotated[
        float | None,
        Field(gt=0, description="Folds: test over training examples; by default 1 / (k - 1)."),
    ] = None
    resplit: Annotated[
        bool, Field(description="Folds: each seed has split the data anew (repeated CV).")
    ] = False
    ids: Annotated[
        Literal["", "same", "apart"],
        Field(description="Equal example ids in several datasets; apart where mere numbers."),
    ] = ""
    margin: Annotated[
        float | None,
        Field(gt=0, description="Margin of the metrics that declare none, in printed units."),
    ] = None
    final: Annotated[
        Final,
        Field(
            description="What counts as a run's value: last (its last step), best or best:METRIC"
            " (the step where that is best on validation), summary (what the store says)."
        ),
    ] = "last"


class StoryTable(Strict):
    """The paper in one line each; what is empty becomes a prompt in the draft."""

    problem: Annotated[Prose, Field(description="What is not known or does not work.")] = ""
    insight: Annotated[Prose, Field(description="What makes the method possible.")] = ""
    method: Annotated[Prose, Field(description="What is done about it.")] = ""
    evidence: Annotated[Prose, Field(description="What shows it.")] = ""
    contributions: Annotated[Paragraphs, Field(description="One line each.")] = []


class AnswerTable(Strict):
    """The answer to one item of the venue's checklist."""

    answer: Annotated[Literal["yes", "no", "na"], Field(description="Never assumed.")]
    justification: Annotated[Prose, Field(description="One or two sentences.")] = ""


class PaperToml(Strict):
    """A paper: its results, what they mean, and what to make of them."""

    model_config = ConfigDict(title="paper.toml")

    title: Annotated[Prose, Field(description="The paper's title.")] = ""
    authors: Annotated[
        list[Annotated[AuthorTable, BeforeValidator(author_table), Also(TEXT)]],
        Field(description='"Name <mail> (Affiliation)", or tables with these keys.'),
    ] = []
    venue: Annotated[str, Field(description='As `paperforge venues` lists them: "arr-2026".')] = ""
    mode: Annotated[
        Mode,
        Field(strict=False, description="Who reads the PDF; drafts and submissions are anonymous."),
    ] = Mode.DRAFT
    date: Annotated[
        dt.date | None,
        Field(strict=False, description="What \\today prints: 2026-11-23; builds stay the same."),
    ] = None
    engine: Annotated[
        Literal["", "pdflatex", "xelatex", "lualatex"],
        Field(description="What compiles the paper; by default the venue's, or pdflatex."),
    ] = ""
    main: Annotated[
        str, Field(description="An existing paper's main file; empty: a template is filled.")
    ] = ""
    bib: Annotated[str, Field(description="The file of references.")] = "refs.bib"
    keywords: Annotated[Names, Field(description="For the venues that print them.")] = []
    sections: Annotated[Names, Field(description="Files of the author's text, in order.")] = []
    packages: Annotated[Names, Field(description="LaTeX packages that the text needs.")] = []
    page: Annotated[
        PageTable | None,
        Field(description="An existing paper's text, where its main file does not tell."),
    ] = None
    results: Annotated[
        Names, Field(description="Files of results whose columns can be guessed.")
    ] = []
    sources: Annotated[
        list[Annotated[SourceTable, short_for("path"), Also(TEXT)]],
        Field(description="Files of results, with the meaning of their columns."),
    ] = []
    metrics: Annotated[
        dict[
            str,
            Annotated[MetricTable, short_for("direction"), Also({"enum": [*map(str, Direction)]})],
        ],
        Field(description="By the name in the results; a string is the direction."),
    ] = {}
    methods: Annotated[
        dict[str, Annotated[MethodTable, short_for("label"), Also(TEXT)]],
        Field(description="By the name in the results, in order; a string is the label."),
    ] = {}
    datasets: Annotated[
        dict[str, Annotated[DatasetTable, short_for("label"), Also(TEXT)]],
        Field(description="By the name in the results, in order; a string is the label."),
    ] = {}
    design: Annotated[DesignTable, Field(description="How the experiment was done.")] = (
        DesignTable()
    )
    tables: Annotated[list[TableTable], Field(description="Tables to make.")] = []
    figures: Annotated[list[FigureTable], Field(description="Figures to make.")] = []
    story: Annotated[StoryTable, Field(description="The argument, in one line each.")] = (
        StoryTable()
    )
    limitations: Annotated[Paragraphs, Field(description="What the author knows of.")] = []
    ethics: Annotated[Prose, Field(description="The ethics statement.")] = ""
    compute: Annotated[
        dict[str, Free],
        Field(description="hardware, total_hours, energy_kwh and the like."),
    ] = {}
    checklist: Annotated[
        dict[
            str,
            Annotated[AnswerTable, short_for("answer"), Also({"enum": ["yes", "no", "na"]})],
        ],
        Field(description="By the item's id; a string is the answer."),
    ] = {}


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of paper.toml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PaperToml.model_json_schema(),
    }


TABLES: dict[str, type[BaseModel]] = {
    "authors": AuthorTable,
    "sources": SourceTable,
    "page": PageTable,
    "metrics": MetricTable,
    "methods": MethodTable,
    "datasets": DatasetTable,
    "design": DesignTable,
    "tables": TableTable,
    "figures": FigureTable,
    "story": StoryTable,
    "checklist": AnswerTable,
}
"""Top-level key -> what its tables are read with."""
