"""Sizes that methods are run at (parameters, tokens): they stand for the datasets.

A scaling law is drawn against a column. Where a run of a method comes again at every size of it,
the size tells the measurements apart as a dataset does; a column with one size for each method is
a metric like others. With several datasets each has its own sizes: "wiki at 1e6".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.columns import roles
from paperforge.errors import InputError
from paperforge.names import resolve
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from paperforge.columns.draft import Draft

_CELL = ("method", "dataset")
_REPLICATE = ("seed", "fold", "run", "example")
_PLACE = ("split", "step", "metric")


def find(draft: Draft) -> None:
    """Give the column that a metric is drawn against the role of the dataset, where it varies."""
    declared = "dataset" in draft.source.columns or "dataset" in draft.raw.known
    if not draft.sizes or declared or draft.rows is None:
        return
    column = next((c for c in draft.raw.columns if _is_meant(draft, c)), "")
    if not column or column in draft.roles.values() or draft.rows.has_empty(column):
        return
    _find_method(draft)
    keys = [draft.roles[r] for r in (*_CELL, *_REPLICATE, *_PLACE) if r in draft.roles]
    if not draft.rows.repeats(keys) or draft.rows.nested(keys, column):
        return
    if not any(r in draft.roles for r in _REPLICATE) and not draft.rows.steps(column):
        return  # a replicate in each row, and what it took
    old = draft.roles.get("dataset")
    if old is not None:
        draft.filtered["dataset"] = old
        if len(draft.rows.values(old)) > 1:
            draft.within["dataset"] = old
    draft.take("dataset", column)
    draft.others.pop("dataset", None)


def _find_method(draft: Draft) -> None:
    """Raises NothingToRead where no column names the method: a law is a method's."""
    try:
        roles.find_method(draft)
    except NothingToRead as error:
        if draft.looks and not any(one.kind == "text" for one in draft.looks.values()):
            hint = 'add a column "method" with the name of what the sizes are of'
            raise NothingToRead(error.message, error.where, hint) from None
        raise


def is_size(draft: Draft, column: str) -> bool:
    """Whether a column that is asked for as a metric stands for the datasets."""
    return bool(draft.sizes) and draft.roles.get("dataset") == column and _is_meant(draft, column)


def _is_meant(draft: Draft, column: str) -> bool:
    """Whether a name of a size means the column."""
    for name in draft.sizes:
        try:
            found = resolve(name, draft.raw.columns, draft.source.shown)
        except InputError:
            continue
        if found == column:
            return True
    return False
