"""Which column nests the examples: the cluster, by its name, and what else nests them.

Patients lie in hospitals. Standard errors that allow for the coarsest level allow for those within
it too, and not the other way round (Cameron and Miller 2015, Journal of Human Resources 50(2),
section IV): of columns whose names tell of a cluster the coarsest is taken. What nests the
examples, or the clusters, and may as well be a fixed part of a benchmark is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from paperforge.names import listed, plain, roles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.columns.candidates import Rows
    from paperforge.columns.draft import Draft

_MANY = 10
"""Groups from which on they are likelier drawn with the examples than fixed parts."""
_LEAST = 2
"""Groups, and examples of the largest: fewer nest nothing."""


@dataclass(frozen=True, slots=True)
class _Level:
    """A column that nests the examples."""

    column: str
    named: str
    """What its name says: "cluster", "maybe" or nothing ("")."""
    groups: int
    least: int
    most: int

    @property
    def each(self) -> str:
        """How many a group has, in words."""
        return f"{self.most} each" if self.least == self.most else f"{self.least} to {self.most}"


def coarsest(draft: Draft, found: Sequence[str]) -> list[str]:
    """The one of several columns of one role in whose groups those of all others lie, or all."""
    if draft.rows:
        for column in found:
            others = [other for other in found if other != column]
            if all(draft.rows.nested(_keys(draft, other), column) for other in others):
                return [column]
    return list(found)


def find(draft: Draft) -> None:
    """Take the cluster where a name tells of it; say what else nests examples or clusters."""
    if "example" not in draft.roles or draft.rows is None:
        return
    declared = {*draft.source.columns, *draft.raw.known}
    taken = _level(draft, draft.roles["cluster"], "cluster") if "cluster" in draft.roles else None
    if "cluster" in draft.roles and taken is None:
        return
    levels = list(_levels(draft, draft.rows))
    draft.groups.update(one.column for one in levels)
    if "cluster" not in declared:
        taken = _take(draft, draft.rows, taken, levels)
    if taken:
        texts = list(_texts(draft, draft.rows, taken))
        _say_others(draft, draft.rows, taken, [*levels, *texts], own="cluster" in declared)
        return
    for one in levels:
        say = draft.warn if one.groups >= _MANY else draft.note
        text = f"{one.column!r} nests the examples, {one.groups:,} of {one.each}: examples of one "
        say(f"{text}may be alike, and are taken for independent", f"{_map(one)} allows for it")


def _keys(draft: Draft, inner: str) -> list[str]:
    """The columns whose values together name one of `inner`: a number may come in each dataset."""
    return [*([draft.roles["dataset"]] if "dataset" in draft.roles else []), inner]


def _map(one: _Level) -> str:
    return f"--map {quote(f'{one.column}=cluster')}"


def _level(draft: Draft, column: str, named: str, inner: str = "example") -> _Level | None:
    """The column, where it nests the examples (or clusters): some group has several of them."""
    if draft.rows is None:
        return None
    sizes = draft.rows.nested(_keys(draft, draft.roles[inner]), column)
    if sizes is None or sizes[0] < _LEAST or sizes[2] < _LEAST:
        return None
    return _Level(column, named, *sizes)


def _within_dataset(draft: Draft, rows: Rows, column: str) -> bool:
    """Whether it differs within a dataset: else it is a property of the dataset."""
    return "dataset" not in draft.roles or rows.nested([draft.roles["dataset"]], column) is None


def _levels(draft: Draft, rows: Rows) -> Iterator[_Level]:
    """Free columns that nest the examples and are called like groups."""
    telling = {*roles()["cluster"], *listed("weak_cluster")}
    for column in draft.free():
        name = plain(column)
        named = "cluster" if name in telling else "maybe" if name in listed("maybe_cluster") else ""
        look = draft.looks.get(column)
        if not named or look is None or look.kind == "empty" or column in draft.declared:
            continue
        if column in draft.source.metrics or not _within_dataset(draft, rows, column):
            continue
        if one := _level(draft, column, named):
            yield one


def _texts(draft: Draft, rows: Rows, taken: _Level) -> Iterator[_Level]:
    """Columns of text under any other name that nest the clusters."""
    known = {*roles()["cluster"], *listed("weak_cluster"), *listed("maybe_cluster")}
    known |= {*listed("truth"), *listed("answer"), *listed("bookkeeping")}
    for column in draft.free():
        look = draft.looks.get(column)
        if look is None or look.kind != "text" or not look.repeats or plain(column) in known:
            continue
        if column != taken.column and _within_dataset(draft, rows, column):
            one = _level(draft, column, "", "cluster")
            if one and (whole := _level(draft, column, "")):
                yield whole


def _take(
    draft: Draft, rows: Rows, strong: _Level | None, levels: Sequence[_Level]
) -> _Level | None:
    """Give the role to the coarsest that a name tells of; None: none does.

    `strong` has it by a name that means nothing else; what crosses it does not take its place.
    """
    telling = [one for one in levels if one.named == "cluster"]
    if strong:
        telling = [one for one in telling if rows.nested(_keys(draft, strong.column), one.column)]
        telling = [one for one in telling if one.groups < strong.groups]
    if not telling:
        return strong
    one = min(telling, key=lambda level: level.groups)
    draft.take("cluster", one.column)
    within = [strong] if strong else []
    within += [other for other in levels if other.named == "cluster" and other is not one]
    finer = [
        other
        for other in within
        if other.groups > one.groups and rows.nested(_keys(draft, other.column), one.column)
    ]
    text = f"{one.column!r} nests the examples, {one.groups:,} of {one.each}: taken for the cluster"
    if not finer:
        draft.note(f"{text}, examples of one may be alike")
        return one
    names = " and ".join(f"{other.column!r} ({other.groups:,})" for other in finer)
    lies = "lies" if len(finer) == 1 else "lie"
    draft.note(
        f"{text}, as the coarsest level: {names} {lies} within it, and all examples of one may be "
        "alike",
        f"{_map(finer[0])} if only these {one.groups:,} are meant, and no others like them",
    )
    return one


def _say_others(
    draft: Draft, rows: Rows, taken: _Level, levels: Sequence[_Level], *, own: bool
) -> None:
    """Say which columns nest the clusters too, or the examples across them.

    own: the author has said what the cluster is: a note is enough.
    """
    for one in levels:
        if one.column == taken.column or rows.nested(_keys(draft, one.column), taken.column):
            continue
        sizes = rows.nested(_keys(draft, taken.column), one.column)
        if sizes:
            size = _Level(one.column, one.named, *sizes)
            text = f"{one.column!r} nests the clusters ({taken.column!r}), {size.groups:,} of "
            text += f"{size.each}: clusters of one may be alike, and are taken for independent"
            hint = f"{_map(one)} allows for both levels"
        else:
            text = f"{one.column!r} nests the examples too, {one.groups:,} of {one.each}, across "
            text += f"the clusters ({taken.column!r}): only examples of one cluster are taken to "
            text += "be alike"
            hint = f"{_map(one)} takes those of one {one.column} instead"
        loud = one.groups >= _MANY or one.named == "cluster" or (one.named and sizes)
        say = draft.warn if loud and not own else draft.note
        say(text, hint)
