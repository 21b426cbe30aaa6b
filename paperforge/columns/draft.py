"""A guess in the making: what is known so far, and the ways to add to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity
from paperforge.names import resolve, shown
from paperforge.spec import AT, BESIDE
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.columns.beside import Beside
    from paperforge.columns.candidates import Rows
    from paperforge.model import Raw
    from paperforge.numbers import Look
    from paperforge.spec import Source

EACH_COLUMN = "*"
"""As the column of the datasets: every value column is one."""
OR = " or "
"""Between columns of which the first that is filled counts, row by row."""


@dataclass(frozen=True, slots=True)
class Value:
    """A column of numbers, and what it measures."""

    column: str
    metric: str
    split: str = ""
    dataset: str = ""
    """The dataset that the column is named after; empty: the column is named after its metric."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What the columns of one source mean."""

    roles: Mapping[str, str]
    """Role -> column. With "metric" and "value" where the table is long."""
    values: tuple[Value, ...] = ()
    """The value columns of a wide table; empty: the table is long."""
    guessed: frozenset[str] = frozenset()
    """The roles that nobody declared."""
    notes: tuple[Diagnostic, ...] = ()
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Role -> columns that have it where its own is empty, in the order of precedence."""
    beside: tuple[Beside, ...] = ()
    """What stands beside the columns whose numbers are means already."""
    filtered: Mapping[str, str] = field(default_factory=dict)
    """Role -> column that a filter by the role means, where another one plays it (scaled.py)."""
    within: Mapping[str, str] = field(default_factory=dict)
    """Role -> column that stands before its own: "wiki at 1e6" (scaled.py)."""

    def column_of(self, role: str) -> str | None:
        """The column that a filter by a role means."""
        return self.filtered.get(role) or self.roles.get(role)


@dataclass(slots=True)
class Draft:
    """One guess in the making."""

    raw: Raw
    looks: Mapping[str, Look]
    source: Source
    declared: frozenset[str]
    rows: Rows | None = None
    sizes: frozenset[str] = frozenset()
    """Names of columns that metrics are drawn against."""
    roles: dict[str, str] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)
    values: list[Value] = field(default_factory=list)
    notes: list[Diagnostic] = field(default_factory=list)
    others: dict[str, tuple[str, ...]] = field(default_factory=dict)
    crossed: bool = False
    """Whether the value columns are datasets."""
    groups: set[str] = field(default_factory=set)
    """Columns that nest the examples, by name and content: no metrics."""
    beside: dict[str, str] = field(default_factory=dict)
    """Declared columns of what stands beside means: "sd", "se", "ci", "n"."""
    filtered: dict[str, str] = field(default_factory=dict)
    within: dict[str, str] = field(default_factory=dict)

    def declare(self) -> None:
        """Take what is declared, and what the store itself knows."""
        for role, name in self.source.columns.items():
            if (role, name) == ("dataset", EACH_COLUMN):
                self.crossed = True
                continue
            before, _, name = self._parted(name)  # noqa: PLW2901 - "wiki at 1e6"
            if before:
                self.filtered[role] = self.within[role] = before
            first, *others = self.columns_of(name)
            if role in BESIDE:
                self.beside[role] = first
                continue
            self.roles[role] = first
            if others:
                self.others[role] = tuple(others)
        for role, column in self.raw.known.items():
            if column not in self.roles.values():
                self.roles.setdefault(role, column)

    def columns_of(self, name: str) -> list[str]:
        """The columns that a declared name means: one, or several with "or" between them."""
        columns, shown = self.raw.columns, self.source.shown
        if OR not in name or name in columns:
            return [resolve(name, columns, shown)]
        return [resolve(part, columns, shown) for part in name.split(OR)]

    def _parted(self, name: str) -> tuple[str, str, str]:
        """The column before another's, "dataset at tokens"; none in front of a whole name."""
        before, sign, after = name.partition(AT)
        if not sign or name in self.raw.columns:
            return "", "", name
        return resolve(before, self.raw.columns, self.source.shown), sign, after

    def free(self) -> list[str]:
        """Columns without a role."""
        taken = {*self.roles.values(), *self.beside.values(), *(v.column for v in self.values)}
        return [c for c in self.raw.columns if c not in taken]

    def take(self, role: str, column: str) -> None:
        """Give a role to a column."""
        self.roles[role] = column
        self.guessed.add(role)

    def note(self, text: str, hint: str = "", check: str = "") -> None:
        """Say something about the guess."""
        self.notes.append(Diagnostic(Severity.NOTE, self.source.shown, text, hint, check))

    def warn(self, text: str, hint: str) -> None:
        """Say something that changes what the paper may claim."""
        self.notes.append(Diagnostic(Severity.WARNING, self.source.shown, text, hint))

    def stuck(self, message: str, hint: str) -> NothingToRead:
        """Nothing fits: show the columns. Beside others in a folder, it is no file of results."""
        listing = shown(self.raw.columns)
        return NothingToRead(f"{message}; the columns are: {listing}", self.source.shown, hint)

    def mapped(self, beside: tuple[Beside, ...] = ()) -> Mapped:
        """The finished guess."""
        return Mapped(
            dict(self.roles),
            tuple(self.values),
            frozenset(self.guessed),
            tuple(self.notes),
            dict(self.others),
            beside,
            dict(self.filtered),
            dict(self.within),
        )
