"""The shape of paper.toml, as pydantic models: what is allowed, and what each key means.

The descriptions here are what `paperforge schema` prints and editors show. pydantic is heavy, so
only `read.py` and `schema()` import this module, when they are called.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from pydantic_core import PydanticCustomError

from paperforge.project import authors
from paperforge.spec import ROLES, Direction, Mode, Role, Unit

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema

PAIRING = ("seed", "fold", "split", "run", "example", "cluster")
"""Roles that can fix something shared between methods."""
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LOST_COMMAND = re.compile(
    r"[\x08\f\r][A-Za-z]+"
    r"|\t(?:ext[a-z]*|imes|au\b|heta|ilde|riangle|itle)"
    r"|\n(?:oindent|abla|ewline|ewcommand)"
)
"""A TeX command whose first two characters became one."""


class _Also:
    """Tells the JSON Schema of a short form that a validator turns into the long one."""

    def __init__(self, *forms: dict[str, Any]) -> None:
        self.forms = forms

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [*self.forms, handler(core)]}


class _OneOf:
    """A string out of a tuple of them; Literal cannot be told a tuple that is defined elsewhere."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed

    def __call__(self, value: str) -> str:
        if value not in self.allowed:
            expected = ", ".join(f"'{one}'" for one in self.allowed)
            raise PydanticCustomError("literal_error", "not allowed", {"expected": expected})
        return value


def _one_as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _prose(text: str) -> str:
    r"""Refuse "\beta" in double quotes: TOML reads its first two characters as a backspace."""
    found = _LOST_COMMAND.search(text)
    if found:
        command = repr(found.group())[1:-1]
        raise ValueError(
            f"{command!s}... lost its backslash: in double quotes TOML reads {command[:2]} as a"
            " control character; write text with TeX in 'single quotes'"
        )
    return text


def _file_name(name: str) -> str:
    if not _FILE_NAME.fullmatch(name):
        raise ValueError("must be letters, digits, - and _ only: it becomes a file's name")
    return name


def _author(value: object) -> object:
    if not isinstance(value, str):
        return value
    author = authors.parse(value)
    if not author:
        raise ValueError(f"must be like {authors.FORM}")
    return {"name": author.name, "affiliation": author.affiliation, "email": author.email}


def _labelled(value: object) -> object:
    return {"label": value} if isinstance(value, str) else value


def _directed(value: object) -> object:
    return {"direction": value} if isinstance(value, str) else value


def _answered(value: object) -> object:
    return {"answer": value} if isinstance(value, str) else value


def _located(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


def _free(value: object) -> object:
    finite = not isinstance(value, float) or math.isfinite(value)
    if isinstance(value, str | int | float) and finite:
        return value
    raise ValueError("must be text, a number, true or false")


def _as_text(value: object) -> object:
    """A value to keep may be written as a number or a truth value; columns hold text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


_TEXT: dict[str, Any] = {"type": "string"}
Text = Annotated[str, Field(min_length=1)]
Prose = Annotated[str, AfterValidator(_prose)]
FileName = Annotated[str, AfterValidator(_file_name)]
Names = Annotated[list[Text], BeforeValidator(_one_as_list), _Also(_TEXT)]
Paragraphs = Annotated[list[Prose], BeforeValidator(_one_as_list), _Also(_TEXT)]
Kept = Annotated[
    str, BeforeValidator(_as_text), _Also({"type": "number"}, {"type": "boolean"})
]
Free = Annotated[
    Any, AfterValidator(_free), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
ColumnRole = Annotated[str, AfterValidator(_OneOf(ROLES)), WithJsonSchema({"enum": [*ROLES]})]
PairingRole = Annotated[str, AfterValidator(_OneOf(PAIRING)), WithJsonSchema({"enum": [*PAIRING]})]
Length = Annotated[float, Field(gt=0, le=2000)]


class _Table(BaseModel):
    """Nothing unknown, nothing converted, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class AuthorTable(_Table):
    """One author."""

    name: Annotated[Text, Field(description="As printed.")]
    affiliation: Annotated[str, Field(description="Department, institution, place.")] = ""
    email: Annotated[str, Field(description="Mail address.")] = ""


class SourceTable(_Table):
    """A result store."""

    path: Annotated[
        Text, Field(description="File of results, relative to paper.toml or absolute.")
    ]
    columns: Annotated[
        dict[ColumnRole, Text],
        Field(description="Role = column, for columns whose meaning cannot be guessed."),
    ] = {}
    metrics: Annotated[
        Names, Field(description="The value columns or metrics to keep; all where none is named.")
    ] = []
    where: Annotated[
        dict[str, Kept], Field(description="Column = the one value to keep; other rows are left.")
    ] = {}


class MetricTable(_Table):
    """One measured quantity."""

    label: Annotated[Prose, Field(description="As printed.")] = ""
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
    order: Annotated[int | None, Field(description="Place; by default as in this file.")] = None


class MethodTable(_Table):
    """One method of the comparison."""

    label: Annotated[Prose, Field(description="As printed.")] = ""
    role: Annotated[
        Role | None, Field(strict=False, description="What it is in the paper's argument.")
    ] = None
    order: Annotated[int | None, Field(description="Place; by default as in this file.")] = None


class DatasetTable(_Table):
    """One benchmark."""

    label: Annotated[Prose, Field(description="As printed.")] = ""
    order: Annotated[int | None, Field(description="Place; by default as in this file.")] = None


class DesignTable(_Table):
    """How the experiment was done: what decides the statistical test."""

    replicate: Annotated[
        Unit | None,
        Field(strict=False, description="What is repeated; by default inferred, and said."),
    ] = None
    pair_by: Annotated[
        list[PairingRole],
        BeforeValidator(_one_as_list),
        _Also({"enum": list(PAIRING)}),
        Field(description="What fixes something shared between methods (split, data order)."),
    ] = []
    alpha: Annotated[float, Field(gt=0, lt=1, description="Family-wise error rate.")] = 0.05
    correction: Annotated[
        Literal["holm", "bonferroni", "none"],
        Field(description="For the family of primary comparisons."),
    ] = "holm"
    mcnemar: Annotated[
        Literal["mid-p", "exact"], Field(description="For paired right-or-wrong scores.")
    ] = "mid-p"
    margin: Annotated[
        float | None,
        Field(gt=0, description="Margin of the metrics that declare none, in printed units."),
    ] = None


class TableTable(_Table):
    """A table: generated/tables/NAME.tex."""

    name: Annotated[FileName, Field(description="Its file's name.")] = "main"
    metrics: Annotated[Names, Field(description="By default all.")] = []
    methods: Annotated[Names, Field(description="By default all.")] = []
    datasets: Annotated[Names, Field(description="By default all.")] = []
    layout: Annotated[
        Literal["method-by-dataset", "dataset-by-method"], Field(description="Rows by columns.")
    ] = "method-by-dataset"
    spread: Annotated[
        Literal["", "sd", "se", "ci", "none"],
        Field(description="What follows ±; by default sd over seeds, se over examples."),
    ] = ""
    average: Annotated[bool, Field(description="Whether to add the average over datasets.")] = True
    second: Annotated[bool, Field(description="Whether to underline the second best.")] = False
    caption: Annotated[Prose, Field(description="For the complete float.")] = ""
    label: Annotated[str, Field(description="For the complete float.")] = ""


class FigureTable(_Table):
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


class StoryTable(_Table):
    """The paper in one line each; what is empty becomes a prompt in the draft."""

    problem: Annotated[Prose, Field(description="What is not known or does not work.")] = ""
    insight: Annotated[Prose, Field(description="What makes the method possible.")] = ""
    method: Annotated[Prose, Field(description="What is done about it.")] = ""
    evidence: Annotated[Prose, Field(description="What shows it.")] = ""
    contributions: Annotated[Paragraphs, Field(description="One line each.")] = []


class AnswerTable(_Table):
    """The answer to one item of the venue's checklist."""

    answer: Annotated[Literal["yes", "no", "na"], Field(description="Never assumed.")]
    justification: Annotated[Prose, Field(description="One or two sentences.")] = ""


class PaperToml(_Table):
    """A paper: its results, what they mean, and what to make of them."""

    model_config = ConfigDict(title="paper.toml")

    title: Annotated[Prose, Field(description="The paper's title.")] = ""
    authors: Annotated[
        list[Annotated[AuthorTable, BeforeValidator(_author), _Also(_TEXT)]],
        Field(description='"Name <mail> (Affiliation)", or tables with these keys.'),
    ] = []
    venue: Annotated[str, Field(description='As `paperforge venues` lists them: "arr-2026".')] = ""
    mode: Annotated[Mode, Field(strict=False, description="Who reads the PDF.")] = Mode.DRAFT
    main: Annotated[
        str, Field(description="An existing paper's main file; empty: a template is filled.")
    ] = ""
    bib: Annotated[str, Field(description="The file of references.")] = "refs.bib"
    keywords: Annotated[Names, Field(description="For the venues that print them.")] = []
    sections: Annotated[Names, Field(description="Files of the author's text, in order.")] = []
    packages: Annotated[Names, Field(description="LaTeX packages that the text needs.")] = []
    results: Annotated[
        Names, Field(description="Files of results whose columns can be guessed.")
    ] = []
    sources: Annotated[
        list[Annotated[SourceTable, BeforeValidator(_located), _Also(_TEXT)]],
        Field(description="Files of results, with the meaning of their columns."),
    ] = []
    metrics: Annotated[
        dict[
            str,
            Annotated[
                MetricTable, BeforeValidator(_directed), _Also({"enum": [*map(str, Direction)]})
            ],
        ],
        Field(description="By the name in the results; a string is the direction."),
    ] = {}
    methods: Annotated[
        dict[str, Annotated[MethodTable, BeforeValidator(_labelled), _Also(_TEXT)]],
        Field(description="By the name in the results, in order; a string is the label."),
    ] = {}
    datasets: Annotated[
        dict[str, Annotated[DatasetTable, BeforeValidator(_labelled), _Also(_TEXT)]],
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
            Annotated[
                AnswerTable, BeforeValidator(_answered), _Also({"enum": ["yes", "no", "na"]})
            ],
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
