"""Which column plays which role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.columns import clusters
from paperforge.columns.again import seeds
from paperforge.columns.candidates import candidates, one_of
from paperforge.columns.numbers import is_known
from paperforge.names import is_setting, is_told, listed, plain, shown

if TYPE_CHECKING:
    from paperforge.columns.draft import Draft

_PATTERN = "pattern."
_SHARED = ("method", "dataset", "seed", "fold")
"""The roles that some runs of a store may have in one place and some in another."""
_UNNAMED = re.compile(r"column 1|unnamed: 0")  # without a header: here, and in pandas


def find(draft: Draft, role: str) -> None:
    """The column of a role by its name, in the order of precedence."""
    if role in draft.roles or (role == "cluster" and "example" not in draft.roles):
        if role in draft.raw.known and draft.roles.get(role) == draft.raw.known[role]:
            # What single values say is not said of the others: those are of their run.
            _take_others(draft, role, [c for c in draft.free() if _fits(draft, c, role)], [])
        return
    if draft.crossed and role in ("dataset", "metric", "value"):
        return
    able = [c for c in draft.free() if _fits(draft, c, role)]
    found = candidates(role, able)
    if role == "example" and not found:
        found = _weak_examples(draft)
    if role == "seed":
        found = seeds(draft, found)
    if found:
        if role == "cluster" and len(found) > 1:
            found = clusters.coarsest(draft, found)
        several = _by_run(draft, role, found)
        column = several[0] if several else one_of(role, found, draft.rows, draft.source.shown)
        draft.take(role, column)
        _take_others(draft, role, [c for c in able if c not in found], several[1:])


def take_pattern(draft: Draft, role: str) -> None:
    """What --path names comes before what the store itself knows, where it does not say --map."""
    if role in draft.source.columns:
        return
    found = candidates(role, [c for c in draft.raw.columns if c.startswith(_PATTERN)])
    if not found:
        return
    known = draft.roles.get(role)
    column = one_of(role, found, draft.rows, draft.source.shown)
    draft.take(role, column)
    if known and draft.rows and draft.rows.has_empty(column):
        draft.others[role] = (known,)


def _by_run(draft: Draft, role: str, found: list[str]) -> list[str]:
    """Settings of one precedence of which each run has one: the scripts of a store may differ."""
    told = role in _SHARED and len(found) > 1 and all(map(is_told, found))
    if not told or not draft.rows or draft.rows.same(found) or not draft.rows.apart(found):
        return []
    return found


def _take_others(draft: Draft, role: str, able: list[str], others: list[str]) -> None:
    """Columns of lower precedence, for the rows in which the role's own column is empty.

    `others`: those of the same precedence, which come first.
    """
    if others:
        draft.others[role] = tuple(others)
    if (
        role not in _SHARED
        or role in draft.source.columns
        or not draft.rows
        or not candidates(role, able)
    ):
        return
    if not draft.rows.has_empty(draft.roles[role]):
        return
    others = [*others]
    while found := candidates(role, able):
        if len(found) == 1 or draft.rows.same(found):
            others.append(found[0])
        able = [c for c in able if c not in found]
    if others:
        draft.others[role] = tuple(others)


def _fits(draft: Draft, column: str, role: str = "") -> bool:
    """Whether the rows do not speak against the name: `metric` may be a column of numbers."""
    look = draft.looks.get(column)
    if look is None or column in draft.source.metrics:
        return look is None
    if plain(column) in listed("text_only"):
        return look.kind == "text"
    if role == "value":
        return look.kind != "text"
    return look.kind != "empty"


def _weak_examples(draft: Draft) -> list[str]:
    """Columns like `id`, which may also number the rows: only where values come again."""
    weak = [c for c in draft.free() if plain(c) in listed("weak_example") and _fits(draft, c)]
    for column in weak:
        if column in draft.looks and not draft.looks[column].repeats:
            draft.note(
                f"{column!r} is different in every row and was taken for a row number; "
                f"--map {column}=example if it names examples"
            )
    return [c for c in weak if c not in draft.looks or draft.looks[c].repeats]


def find_method(draft: Draft) -> None:
    """Without a telling name: the run's name, or the only column of text."""
    if "method" in draft.roles:
        return
    if draft.raw.name:
        draft.take("method", draft.raw.name)
        draft.note(
            "no setting or tag names the method: the run's own name is used; "
            "--map COLUMN=method names another"
        )
        return
    texts = [
        column
        for column in draft.free()
        if column in draft.looks
        and draft.looks[column].kind == "text"
        and not is_setting(column)
        and not is_known(column)
    ]
    first = draft.raw.columns[0] if draft.raw.columns else ""
    unnamed = first in draft.free() and _UNNAMED.fullmatch(first.lower()) is not None
    unnamed = unnamed and first in draft.looks and draft.looks[first].kind == "text"
    if unnamed and not texts:
        draft.take("method", first)
        draft.note(
            f"the first column has no name and holds text: it is taken for the method "
            f"(--map '{first}=method')"
        )
        return
    if len(texts) != 1:
        option = f"'{first}=method'" if unnamed else "COLUMN=method"
        hint = f"say which one does: --map {option}"
        if draft.source.path.is_dir() and not draft.source.pattern:
            hint += "; or what folders are named after: --path '{method}/{seed}'"
        raise draft.stuck("no column names the method", hint + _crossed(draft))
    draft.take("method", texts[0])
    draft.note(f"{texts[0]!r} is taken for the method: it is the only column of text")


def _crossed(draft: Draft) -> str:
    """What to do where every method has a column of its own, if that may be so."""
    numbers = [value.column for value in draft.values]
    if not numbers[1:] or any(map(is_known, numbers)):
        return ""
    kept = [draft.roles[role] for role in _SHARED if role in draft.roles]
    return (
        f"; if {shown(numbers)} are methods, write one row for each: "
        f"df.melt({kept}, var_name='method', value_name='accuracy')"
    )
