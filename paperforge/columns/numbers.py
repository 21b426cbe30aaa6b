"""Which columns hold numbers that could be results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.names import is_count, is_setting, is_told, split_of, well_known

if TYPE_CHECKING:
    from paperforge.columns.draft import Draft


def numeric(draft: Draft) -> list[str]:
    """Free columns that hold numbers, or true and false where those are results."""
    columns = draft.raw.columns
    kinds = {
        c: draft.looks[c].kind
        for c in draft.free()
        if not is_told(c)
        and c not in draft.groups
        and (is_declared(draft, c) or not is_count(c, columns))
    }
    return [
        column
        for column, kind in kinds.items()
        if kind == "number"
        or (kind == "truth" and (is_known(column) or "example" in draft.roles))
        or (kind == "empty" and is_known(column))
    ]


def is_known(column: str) -> bool:
    """Whether the column's name is a well-known metric's."""
    return not is_setting(column) and well_known(column) is not None


def is_declared(draft: Draft, column: str) -> bool:
    """Whether the author declared a metric of this name."""
    return column in draft.declared or split_of(column)[0] in draft.declared
