"""Project -> the text of a paper.toml, as short as it can be: what is as by default stays out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.latex.escape import Label
from paperforge.project.paths import source_path
from paperforge.spec import Author, Project, Source

if TYPE_CHECKING:
    from paperforge.spec import Answer, DesignSpec, FigureSpec, Story, TableSpec

_TOP = (
    "title",
    "authors",
    "venue",
    "mode",
    "date",
    "engine",
    "main",
    "bib",
    "keywords",
    "sections",
    "packages",
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NAMED = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def dump(project: Project) -> str:
    """The text of a paper.toml that `load` reads as this project (in the folder project.root)."""
    blocks = [_top(project), *_sources(project)]
    blocks += [_block("[page]", project.page)] if project.page else []
    for name in ("metrics", "methods", "datasets"):
        declared: Mapping[str, Mapping[str, object]] = getattr(project, name)
        blocks += [_block(f"[{name}.{key_text(key)}]", table) for key, table in declared.items()]
    blocks += _one("design", project.design)
    blocks += [_block("[[tables]]", _unlike_default(t, {"name"})) for t in project.tables]
    blocks += [_block("[[figures]]", _unlike_default(f, {"name"})) for f in project.figures]
    blocks += _one("story", project.story)
    if project.compute:
        blocks.append(_block("[compute]", project.compute))
    for item, answer in project.checklist.items():
        blocks.append(_block(f"[checklist.{key_text(item)}]", _unlike_default(answer, set())))
    return "\n".join(block for block in blocks if block)


def _top(project: Project) -> str:
    """Keys without a table: they must come first."""
    default = Project(project.root)
    values = {k: getattr(project, k) for k in _TOP if getattr(project, k) != getattr(default, k)}
    if "authors" in values:
        values["authors"] = [_author(author) for author in project.authors]
    if project.sources and not any(map(_declared, project.sources)):
        names = [_written(source, project.root) for source in project.sources]
        values["results"] = names if len(names) > 1 else names[0]
    if project.limitations:
        values["limitations"] = project.limitations
    if project.ethics:
        values["ethics"] = project.ethics
    return _block("", values)


def _sources(project: Project) -> Iterator[str]:
    """[[sources]], unless all fit into the short `results`."""
    if not any(map(_declared, project.sources)):
        return
    for source in project.sources:
        yield _block("[[sources]]", {"path": _written(source, project.root)} | _declared(source))


def _declared(source: Source) -> dict[str, object]:
    said = {
        key: getattr(source, key) for key in ("columns", "metrics", "where", "pattern", "table")
    }
    return {key: value for key, value in said.items() if value}


def _written(source: Source, root: Path) -> str:
    """The source's path as a paper.toml in root must say it."""
    here = Path(os.path.abspath(root))  # noqa: PTH100 (keeps links)
    path = Path(os.path.abspath(source.path))  # noqa: PTH100
    if source_path(here, source.shown) == path:
        return source.shown
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


def _author(author: Author) -> object:
    """The short form, where it says the same."""
    from paperforge.project.authors import parse

    short = author.name
    short += f" <{author.email}>" if author.email else ""
    short += f" ({author.affiliation})" if author.affiliation else ""
    return short if parse(short) == author else _unlike_default(author, set())


def _one(name: str, value: DesignSpec | Story) -> list[str]:
    said = _unlike_default(value, set())
    return [_block(f"[{name}]", said)] if said else []


def _unlike_default(
    value: Author | Answer | DesignSpec | Story | TableSpec | FigureSpec, keep: set[str]
) -> dict[str, object]:
    """Field -> value, for the fields that say something."""
    return {
        field.name: getattr(value, field.name)
        for field in fields(value)
        if field.name in keep or getattr(value, field.name) != _default(field)
    }


def _default(field: Field[Any]) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return None if field.default is MISSING else field.default


def _block(header: str, values: Mapping[str, object]) -> str:
    lines = [header] if header else []
    lines += [
        f"{key_text(key)} = {value_text(value)}"
        for key, value in values.items()
        if value is not None
    ]
    return "".join(f"{line}\n" for line in lines)


def key_text(name: str) -> str:
    """A key as TOML writes it."""
    return name if _BARE_KEY.fullmatch(name) else _basic(name)


def value_text(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Enum):
        return value_text(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{key_text(key)} = {value_text(one)}" for key, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, tuple | list):
        return _list([value_text(one) for one in value])
    return repr(value)


def _list(items: list[str]) -> str:
    line = f"[{', '.join(items)}]"
    if len(line) <= 88 and "\n" not in line:  # noqa: PLR2004 (fits on a line of an editor)
        return line
    return "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def _text(text: str) -> str:
    """Literal quotes where there is TeX or a paragraph to keep readable, else ordinary ones."""
    if isinstance(text, Label):
        return value_text({"tex": text.tex, "text": str(text)})
    readable = not _CONTROL.search(text)
    if "\n" in text and readable and "'''" not in text and not text.endswith("'"):
        return f"'''\n{text}'''"
    if "\\" in text and readable and "'" not in text and "\n" not in text:
        return f"'{text}'"
    return _basic(text)


def _basic(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = re.sub(r"[\x00-\x1f\x7f]", lambda m: _NAMED.get(m[0]) or f"\\u{ord(m[0]):04x}", text)
    return f'"{escaped}"'
