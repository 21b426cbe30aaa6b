"""Folders of several stores: what is declared for one of them, and tables that are no results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge import columns
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.names import resolve, shown, well_known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Raw
    from paperforge.results.sources import Input
    from paperforge.spec import Project, Source


def without(inputs: Sequence[Input], project: Project) -> tuple[list[Input], list[Diagnostic]]:
    """The inputs without tables that merely lie beside a run: points.csv, prices.csv.

    Such a table names no method of its own (a config beside it does) and holds no well-known and no
    declared metric, while another store of the same source does.
    """
    stray = [_is_stray(one, project) for one in inputs]
    sound = {one.file.parent for one, out in zip(inputs, stray, strict=True) if not out}
    kept, said = [], []
    for one, out in zip(inputs, stray, strict=True):
        if not out or one.file.parent not in sound:
            kept.append(one)
            continue
        held = shown([value.column for value in one.mapped.values])
        text = f"skipped: it names no method of its own, and no metric that is known ({held})"
        hint = "declare a metric of it to have it read: --metric NAME"
        said.append(Diagnostic(Severity.WARNING, one.source.shown, text, hint))
    return kept, said


def _is_stray(one: Input, project: Project) -> bool:
    told = {*one.source.metrics, *project.metrics}
    known = any(v.metric in told or well_known(v.metric) for v in one.mapped.values)
    return bool(one.mapped.values) and not known and one.mapped.roles["method"] in one.raw.said


def lacking(inputs: Sequence[Input]) -> list[Diagnostic]:
    """The stores of a folder that have no such column as is declared for it: theirs is guessed.

    Raises InputError where none of the folder's stores has it.
    """
    said = []
    for one in inputs:
        others = [other for other in inputs if other.file.parent == one.file.parent]
        for role, name in one.lacking.items():
            if all(role in other.lacking for other in others):
                for part in name.split(columns.OR):
                    resolve(part, one.raw.columns, one.source.shown)
            text = f"has no column {name!r}: its {role} was found by the names of its columns"
            said.append(Diagnostic(Severity.WARNING, one.source.shown, text))
    return said


def absent(raw: Raw, source: Source) -> dict[str, str]:
    """Declared columns that the relation does not have: role -> name."""
    absent = {}
    for role, name in source.columns.items():
        try:
            for part in name.split(columns.OR) if name != columns.EACH_COLUMN else ():
                resolve(part, raw.columns, source.shown)
        except InputError:
            absent[role] = name
    return absent


def with_left_out(error: InputError, raw: Raw) -> InputError:
    """The same error, with what the store could not give: that may be what is missed."""
    said = [f"{d.message} ({d.hint})" if d.hint else d.message for d in raw.notes]
    said = [text for text in said if "left out: " in text]
    return type(error)(error.message, error.where, "; ".join(filter(None, [error.hint, *said])))
