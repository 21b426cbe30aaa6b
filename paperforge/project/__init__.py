"""paper.toml -> Project, and back.

lines     key path -> line of a TOML text
forms     kinds of value, and their short forms (pydantic)
shape     what is allowed and what it means (pydantic)
problems  what is wrong, in words
authors   the one-line form of an author
paths     the files that it names
read      text -> Project
write     Project -> text
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paperforge.project.write import dump

if TYPE_CHECKING:
    from pathlib import Path

    from paperforge.spec import Project

__all__ = ["dump", "load", "place", "schema"]


def load(path: Path, *, early: bool = False) -> Project:
    """The project of a paper.toml, or of the folder that holds one.

    Raises InputError that says everything wrong with the file, each with line, key and what is
    allowed. The venue's name is taken as it is: venues.find judges it. early: results that are
    not there yet are no mistake.
    """
    from paperforge.project import read

    file = read.find(path)
    return read.project_of(read.text_of(file), str(file), read.folder_of(file), early=early)


def place(path: Path, *key: str | int) -> str:
    """Where a key stands, for other stages' messages: "paper.toml line 3, key venue".

    `path` is as for load; a key that is not there gives the file alone.
    """
    from paperforge.project import problems, read

    file = read.find(path)
    line = read.lines_of(read.text_of(file)).get(key)
    return problems.where(str(file), line, key) if line else str(file)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of paper.toml: editors complete it."""
    from paperforge.project.shape import json_schema

    return json_schema()
