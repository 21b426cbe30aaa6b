"""The kinds of value in a paper.toml, and the short ways of writing them.

pydantic is heavy, so only shape.py imports this module.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from paperforge.latex import label
from paperforge.project import authors
from paperforge.spec import BESIDE, ROLES, final_problem, pattern_problem
from paperforge.sums import CORPUS

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema

FINAL_PATTERN = "^(last|best(:.+)?|summary)$"
PAIRING = ("seed", "fold")
"""Roles that can fix something shared between methods; examples pair by themselves."""
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LOST_COMMAND = re.compile(
    r"[\x08\f\r][A-Za-z]+"
    r"|\t(?:ext[a-z]*|imes|au\b|heta|ilde|riangle|itle)"
    r"|\n(?:oindent|abla|ewline|ewcommand)"
)
"""A TeX command whose first two characters became one."""


MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "*", "h")
"""What a method's points may be: the palette's markers."""
DASHES: dict[str, list[float]] = {
    "solid": [],
    "dashed": [4.0, 1.4],
    "dotted": [1.2, 1.2],
    "dash-dot": [5.5, 1.4, 1.2, 1.4],
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LONGEST_DASH = 30


class Also:
    """Tells the JSON Schema of a short form that a validator turns into the long one."""

    def __init__(self, *forms: dict[str, Any]) -> None:
        self.forms = forms

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [*self.forms, handler(core)]}


class KeysOneOf:
    """Tells the JSON Schema of a table which keys it may have."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(core), "propertyNames": {"enum": [*self.allowed]}}


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
        letter = "bfrtn"["\b\f\r\t\n".index(found.group()[0])]
        raise ValueError(
            f"in double quotes TOML reads the \\{letter} of \\{letter}{found.group()[1:]} as a"
            " control character; write text with TeX in 'single quotes'"
        )
    return text


def _label(value: object) -> object:
    """A label as text, or as a Label. Raises ValueError for another shape."""
    given = value.values() if isinstance(value, dict) else (value,)
    for text in given:
        if isinstance(text, str):
            _prose(text)
    if not isinstance(value, str | dict):
        raise ValueError(f"must be text in quotes, or {label.EXAMPLE}")  # noqa: TRY004  pydantic
    return label.read(value)


def _file_name(name: str) -> str:
    if not _FILE_NAME.fullmatch(name):
        raise ValueError("must be letters, digits, - and _ only: it becomes a file's name")
    return name


def _pattern(text: str) -> str:
    """Refuse a pattern whose braces are wrong; empty is none."""
    problem = pattern_problem(text) if text else ""
    if problem:
        raise ValueError(f"{problem}, like '{{dataset}}/{{method}}/seed={{seed}}'")
    return text


def _final(text: str) -> str:
    """Refuse a policy for final values that is none."""
    problem = final_problem(text)
    if problem:
        raise ValueError(problem)
    return text


def _colour(text: str) -> str:
    """Refuse a colour that is no #rrggbb; empty is none."""
    if text and not _COLOUR.fullmatch(text):
        bare = text.removeprefix("#")
        said = "".join(c * 2 for c in bare) if re.fullmatch("[0-9a-fA-F]{3}", bare) else bare
        near = said if re.fullmatch("[0-9a-fA-F]{6}", said) else "d88e26"
        raise ValueError(f'must be six hexadecimal digits after a #, like "#{near.lower()}"')
    return text.lower()


def _named_dashes(value: object) -> object:
    """The dashes that a word stands for. Raises ValueError for a word that is none."""
    if not isinstance(value, str):
        return value
    if value not in DASHES:
        raise ValueError(f"must be {', '.join(DASHES)}, or points on and off like [4, 1.5]")
    return DASHES[value]


def _dashes(lengths: list[float]) -> list[float]:
    if len(lengths) % 2 or not all(0 < one <= _LONGEST_DASH for one in lengths):
        raise ValueError(
            f"must be pairs of points on and off, each above 0 and at most {_LONGEST_DASH}, "
            'like [4, 1.5]; "solid" for a line without gaps'
        )
    return lengths


def short_for(key: str) -> BeforeValidator:
    """A string stands for the table that has only this key."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def author_table(value: object) -> object:
    """The table that an author's line stands for. Raises ValueError where it is not of the form."""
    if not isinstance(value, str):
        return value
    author = authors.parse(value)
    if not author:
        raise ValueError(f"must be like {authors.FORM}")
    return {"name": author.name, "affiliation": author.affiliation, "email": author.email}


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


TEXT: dict[str, Any] = {"type": "string"}
Text = Annotated[str, Field(min_length=1)]
Prose = Annotated[str, AfterValidator(_prose)]
LABEL: dict[str, Any] = {
    "anyOf": [
        TEXT,
        {
            "type": "object",
            "properties": {key: {"type": "string", "minLength": 1} for key in label.KEYS},
            "required": [*label.KEYS],
            "additionalProperties": False,
        },
    ]
}
Name = Annotated[Any, AfterValidator(_label), WithJsonSchema(LABEL)]
"""What is printed for a name: text, or TeX and text."""
Pattern = Annotated[
    str,
    AfterValidator(_pattern),
    WithJsonSchema({"type": "string", "pattern": r"^[^{}]*(\{\w*\}[^{}]*)*$"}),
]
Final = Annotated[
    str, AfterValidator(_final), WithJsonSchema({"type": "string", "pattern": FINAL_PATTERN})
]
FileName = Annotated[str, AfterValidator(_file_name)]
Names = Annotated[list[Text], BeforeValidator(_one_as_list), Also(TEXT)]
Paragraphs = Annotated[list[Prose], BeforeValidator(_one_as_list), Also(TEXT)]
Kept = Annotated[str, BeforeValidator(_as_text), Also({"type": "number"}, {"type": "boolean"})]
Free = Annotated[
    Any, AfterValidator(_free), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
CorpusKind = Annotated[
    str, AfterValidator(_OneOf(tuple(CORPUS))), WithJsonSchema({"enum": [*CORPUS]})
]
Colour = Annotated[
    str,
    AfterValidator(_colour),
    WithJsonSchema({"type": "string", "pattern": "^(#[0-9a-fA-F]{6})?$"}),
]
Marker = Annotated[
    str, AfterValidator(_OneOf(("", *MARKERS))), WithJsonSchema({"enum": ["", *MARKERS]})
]
Dashes = Annotated[
    list[float],
    BeforeValidator(_named_dashes),
    AfterValidator(_dashes),
    Also({"enum": [*DASHES]}),
]
COLUMN_ROLES = (*ROLES, *BESIDE)
ColumnRole = Annotated[str, AfterValidator(_OneOf(COLUMN_ROLES))]
_PairingRole = Annotated[str, AfterValidator(_OneOf(PAIRING)), WithJsonSchema({"enum": [*PAIRING]})]
PairingRoles = Annotated[
    list[_PairingRole], BeforeValidator(_one_as_list), Also({"enum": [*PAIRING]})
]
TEX_LENGTH = r"^\d+(\.\d+)?\s*(pt|in|cm|mm|bp|pc)$"


def _tex_length(value: Any) -> str:  # noqa: ANN401  a value of TOML
    """Points without a unit are points."""
    text = f"{value:.4f}pt" if isinstance(value, int | float) and value is not True else value
    if isinstance(text, str) and re.match(TEX_LENGTH, text) and float(text.rstrip("ptincmb ")) > 0:
        return text
    raise ValueError('must be a length of TeX, such as "6.5in", "16cm" or 345 (points)')


TexLength = Annotated[
    Any,
    AfterValidator(_tex_length),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": TEX_LENGTH},
                {"type": "number", "exclusiveMinimum": 0},
            ]
        }
    ),
]
Length = Annotated[float, Field(gt=0, le=2000)]


class Strict(BaseModel):
    """Nothing unknown, nothing converted, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
