"""Guessing what columns mean: by name first, by what the rows hold where names leave it open.

Whatever is declared wins. Whatever is guessed is said. Two columns for one role are asked about.

candidates  which columns may play a role, by their names
roles       which one does
clusters    which one nests the examples
numbers     which columns hold numbers
values      what the columns of numbers measure
datasets    tables with a column for every dataset
scaled      sizes that methods are run at, which stand for the datasets
beside      their spread and number, where they are means already
draft       a guess in the making
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.columns import beside, clusters, roles, scaled, values
from paperforge.columns.draft import EACH_COLUMN, OR, Draft, Mapped, Value
from paperforge.spec import ROLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from paperforge.columns.candidates import Rows
    from paperforge.model import Raw
    from paperforge.numbers import Look
    from paperforge.spec import Source

__all__ = ["EACH_COLUMN", "OR", "Mapped", "Value", "guess"]


def guess(
    raw: Raw,
    looks: Mapping[str, Look],
    source: Source,
    declared: Collection[str],
    rows: Rows | None = None,
    *,
    sizes: Collection[str] = (),
) -> Mapped:
    """What the columns of a store mean.

    `looks` describes the first rows of every column (empty where the store knows its roles);
    `declared` are names of metrics that the author has declared; `rows` answers what only the data
    can; `sizes` are names of columns that laws are drawn against. Raises InputError where a
    declared column is missing, where two different columns could have one role, where nothing
    names the method, and where no column holds numbers.
    """
    draft = Draft(raw, looks, source, frozenset(declared), rows, frozenset(sizes))
    draft.declare()
    for role in ROLES:
        roles.take_pattern(draft, role)
    for role in ROLES:
        roles.find(draft, role)
    clusters.find(draft)
    scaled.find(draft)
    if "metric" in draft.roles:
        values.long(draft)
    else:
        values.wide(draft)
    roles.find_method(draft)
    return draft.mapped(beside.find(draft))
