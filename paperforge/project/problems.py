"""What is wrong with a paper.toml, in words: line, key, what is allowed, the nearest name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from paperforge.project.lines import KeyPath

HINT = "`paperforge schema` lists every key with its values"
_PLAIN = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
}
"""pydantic's type errors, in the words of TOML."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to change; `path` leads to the key."""

    path: KeyPath
    message: str
    of_key: bool = False
    """Whether the key itself is wrong, and the message names it."""


def nearest(word: str, options: Sequence[str]) -> str:
    """The option that was most likely meant; empty: none is near."""
    from difflib import get_close_matches

    folded = {option.casefold(): option for option in options}
    found = get_close_matches(word.casefold(), folded, 1)
    return folded[found[0]] if found else ""


def raise_all(
    problems: Sequence[Problem], shown: str, lines: Mapping[KeyPath, int], hint: str = HINT
) -> None:
    """Raise one InputError that says them all, in the order of the file; none: do nothing."""
    if not problems:
        return
    placed = sorted(((_line(p.path, lines), p) for p in problems), key=lambda pair: pair[0])
    first, *rest = [(where(shown, line, () if p.of_key else p.path), p) for line, p in placed]
    name = re.split(r"[/\\]", shown)[-1]
    others = [f"{name}{place.removeprefix(shown)}: {p.message}" for place, p in rest]
    raise InputError("\n".join([first[1].message, *others]), first[0], hint)


def where(shown: str, line: int, path: KeyPath = ()) -> str:
    """A place in a file: "paper.toml line 7, key design.alpha"."""
    key = ".".join(part for part in path if isinstance(part, str))
    return f"{shown} line {line}" + (f", key {key}" if key else "")


def _line(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def shape_problems(data: Mapping[str, Any], model: type[BaseModel]) -> list[Problem]:
    """What pydantic finds wrong with the parsed file, in our words."""
    from pydantic import ValidationError

    try:
        model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return [_problem(one, model) for one in found]
    return []


def _problem(error: ErrorDetails, model: type[BaseModel]) -> Problem:  # noqa: PLR0911 (one kind of error a return)
    path, kind, value = error["loc"], error["type"], error["input"]
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        return Problem(path, _unknown_key(path, model), of_key=True)
    if path[-1:] == ("[key]",):
        allowed = _quoted(context["expected"])
        name = str(path[-2])
        message = f"unknown role {name!r}{meant(name, allowed)}; roles: {', '.join(allowed)}"
        return Problem(path[:-1], message, of_key=True)
    if kind == "missing":
        return Problem(path, "is missing")
    if kind in ("literal_error", "enum"):
        allowed = _quoted(context["expected"])
        near = meant(value, allowed) if isinstance(value, str) else ""
        return Problem(path, f"{shown_value(value)} is not one of {', '.join(allowed)}{near}")
    if kind == "value_error":
        return Problem(path, str(context["error"]))
    if kind == "list_type" and path in (("tables",), ("figures",), ("sources",)):
        return Problem(path, f"must be a list: write [[{path[0]}]], with two brackets")
    if kind in _PLAIN:
        return Problem(path, f"{_PLAIN[kind]}, not {kind_of(value)}")
    if kind == "string_too_short":
        return Problem(path, "must not be empty")
    return Problem(
        path, f"{error['msg'].replace('Input should', 'must')}, not {shown_value(value)}"
    )


def _unknown_key(path: KeyPath, model: type[BaseModel]) -> str:
    name = str(path[-1])
    fields = _model_at(path[:-1], model).model_fields
    allowed = sorted(field.alias or key for key, field in fields.items())
    if len(path) > 1 and name in model.model_fields and not nearest(name, allowed):
        return f"unknown key {name!r}: it belongs at the top, above the first [table]"
    return f"unknown key {name!r}{meant(name, allowed)}; keys here: {', '.join(allowed)}"


def _model_at(path: KeyPath, model: type[BaseModel]) -> type[BaseModel]:
    """The model that the table at path is read with."""
    if not path:
        return model
    from paperforge.project.shape import TABLES

    return TABLES[str(path[0])]


def meant(word: str, allowed: Sequence[str]) -> str:
    """The words that ask for the nearest name; empty: none is near."""
    near = nearest(word, allowed)
    return f" (did you mean {near!r}?)" if near else ""


def _quoted(expected: str) -> list[str]:
    """The values in pydantic's "'a', 'b' or 'c'"."""
    return [found for found in re.findall(r"'([^']*)'", expected) if found]


def shown_value(value: object) -> str:
    """A TOML value as a message shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."  # noqa: PLR2004 (half a line)


def kind_of(value: object) -> str:
    """What a TOML value is, in words."""
    if isinstance(value, bool):
        return "true or false"
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or time")
