"""Which columns may play a role (method, dataset, seed, ...), by their well-known names.

In the order of precedence: what the author says of the folders' names (`pattern.seed`), a table's
own columns and `config.seed`, `params.seed`, `tags.seed`, and what folders are called
(`path.seed`). Within one of these a whole name counts before a part of it: `config.model.name` (a
model_name) before `config.model._target_`, `config.seed` before `config.trainer.seed`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from paperforge.errors import InputError
from paperforge.names import is_told, listed, nested, plain, roles, second, tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WHOLE, _SECOND = 0, 1
_DOTS = re.compile(r"[./]")


class Rows(Protocol):
    """A look at the data, taken only where names leave a role open."""

    def same(self, columns: Sequence[str]) -> bool:
        """Whether the columns have the same value in every row."""

    def apart(self, columns: Sequence[str]) -> bool:
        """Whether no row has different values in two of the columns: most are empty."""

    def has_empty(self, column: str) -> bool:
        """Whether a row has no value in the column."""

    def repeats(self, columns: Sequence[str]) -> bool:
        """Whether two rows have the same values in all of the columns."""

    def nested(self, keys: Sequence[str], column: str) -> tuple[int, int, int] | None:
        """(values, least, most keys of one) where no key has two values of the column, nor none."""

    def steps(self, column: str) -> bool:
        """Whether a column of numbers goes up by set sizes: few, or each far above the last."""

    def values(self, column: str) -> tuple[str, ...]:
        """A few different values of a column."""


def candidates(role: str, columns: Iterable[str]) -> list[str]:
    """The columns that may play a role, all of the highest precedence that there is."""
    ranked = [(rank, column) for column in columns if (rank := _rank(role, column)) is not None]
    first = min((rank[:2] for rank, _ in ranked), default=None)
    best = [(rank, column) for rank, column in ranked if rank[:2] == first]
    # Of one model's name, id and class the first is meant: that is no other model.
    chosen: dict[str, tuple[int, str]] = {}
    for (_, _, place, parent), column in best:
        if parent not in chosen or place < chosen[parent][0]:
            chosen[parent] = (place, column)
    return [column for _, column in best if column in {c for _, c in chosen.values()}]


def _rank(role: str, column: str) -> tuple[int, int, int, str] | None:
    """Precedence of a column for a role, how it is meant, and what its last part belongs to."""
    key = plain(column)
    if key in roles()[role]:
        return tier(column), _WHOLE, 0, column
    if key in second().get(role, ()):
        return tier(column), _SECOND, 0, column
    parts = _DOTS.split(column)[1:] if is_told(column) else _DOTS.split(column)
    if role not in nested() or len(parts) < 2:  # noqa: PLR2004  a part and what it belongs to
        return None
    last, parent = parts[-1].lower(), plain(parts[-2])
    words, above = nested()[role]["last"], nested()[role]["parents"]
    if last in words and parent in above:
        return tier(column), _SECOND, words.index(last), ".".join(parts[:-1])
    own = plain(parts[-1]) in (*roles()[role], *second().get(role, ()))
    if own and (parent in above or parent in listed("containers")):
        return tier(column), _SECOND, 0, column
    return None


def one_of(role: str, found: Sequence[str], rows: Rows | None, where: str) -> str:
    """The column that plays a role. Raises InputError where two different ones could."""
    names = roles()[role]
    if role in listed("ranked"):
        return min(found, key=lambda c: names.index(plain(c)) if plain(c) in names else len(names))
    if len(found) == 1 or (rows and rows.same(found)):
        return found[0]
    held = {name: rows.values(name) for name in found} if rows else {}
    filled = [name for name in found if held.get(name)]
    if rows and len(filled) < len(found) and filled and rows.same(filled):
        return filled[0]
    found = filled or found
    shown = " and ".join(map(repr, found))
    texts = "; ".join(f"{name} holds {', '.join(few)}" for name, few in held.items() if few)
    raise InputError(
        f"{shown} could each be the {role}" + (f": {texts}" if texts else ""),
        where,
        "say which: " + " or ".join(f"--map {name}={role}" for name in found),
    )
