"""Rows and columns under headings of the author's: heading -> methods, or datasets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from paperforge.errors import InputError
from paperforge.latex.escape import plain
from paperforge.model import Diagnostic, Severity
from paperforge.spec import Dataset, Method

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.spec import TableSpec

One = TypeVar("One", Method, Dataset)


@dataclass(frozen=True, slots=True)
class Groups:
    """Name -> its heading, in the order of the headings; what has none is not in it."""

    methods: Mapping[str, str] = field(default_factory=dict)
    datasets: Mapping[str, str] = field(default_factory=dict)


def read(spec: TableSpec, methods: Sequence[Method], datasets: Sequence[Dataset]) -> Groups:
    """The groups of a table that shows these.

    Raises InputError for a name that is neither, or stands under two headings.
    """
    found: tuple[dict[str, str], dict[str, str]] = ({}, {})
    known = ({m.name for m in methods}, {d.name for d in datasets})
    for heading, names in spec.groups.items():
        kind = 0 if all(name in known[0] for name in names) else 1
        for name in names:
            if name not in known[kind]:
                text = f'"{plain(name)}" of the group "{plain(heading)}" is not in this table'
                hint = "a group holds methods, or datasets, by the names that results give them"
                raise InputError(text, f"table {spec.name}", hint)
            if name in found[kind]:
                text = f'"{plain(name)}" stands under two headings'
                raise InputError(text, f"table {spec.name}", "each has one group, or none")
            found[kind][name] = plain(heading)
    return Groups(*found)


def without_headings(spec: TableSpec, what: str = "the methods stand") -> list[Diagnostic]:
    """What to say where a layout has no place for the headings; nothing where there are none."""
    if not spec.groups:
        return []
    text = f'the layout "{spec.layout}" shows no headings of groups: {what} in their order'
    return [Diagnostic(Severity.NOTE, f"table {spec.name}", text)]


def ordered(every: Sequence[One], headings: Mapping[str, str]) -> tuple[One, ...]:
    """Those without a heading first, then group by group as the author lists them."""
    place = {name: at for at, name in enumerate(headings)}
    return tuple(sorted(every, key=lambda one: place.get(one.name, -1)))
