"""Guessing what columns mean: by name first, by what the rows hold where names leave it open.

Whatever is declared wins. Whatever is guessed is said. Two columns for one role are asked about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.names import (
    aggregated,
    is_benchmark,
    is_cost,
    is_setting,
    listed,
    may_be_dataset,
    plain,
    resolve,
    roles,
    shown,
    split_of,
    tier,
    well_known,
)
from paperforge.spec import ROLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from paperforge.model import Raw
    from paperforge.numbers import Look
    from paperforge.spec import Source

_UNNAMED = re.compile(r"column 1|unnamed: 0")  # without a header: here, and in pandas
EACH_COLUMN = "*"
"""As the column of the datasets: every value column is one."""
_SCORE = "score"  # of columns that are datasets, where nobody says what they hold


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


def guess(raw: Raw, looks: Mapping[str, Look], source: Source, declared: Collection[str]) -> Mapped:
    """What the columns of a store mean.

    `looks` describes the first rows of every column (empty where the store knows its roles);
    `declared` are names of metrics that the author has declared. Raises InputError where a declared
    column is missing, where two columns could have one role, where nothing names the method, and
    where no column holds numbers.
    """
    work = _Work(raw, looks, source, frozenset(declared))
    work.declare()
    for role in ROLES:
        work.find(role)
    if "metric" in work.roles:
        work.long()
    else:
        work.wide()
    work.find_method()
    return work.mapped()


@dataclass(slots=True)
class _Work:
    """One guess in the making."""

    raw: Raw
    looks: Mapping[str, Look]
    source: Source
    declared: frozenset[str]
    roles: dict[str, str] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)
    values: list[Value] = field(default_factory=list)
    notes: list[Diagnostic] = field(default_factory=list)
    crossed: bool = False
    """Whether the value columns are datasets."""

    def declare(self) -> None:
        """Take what is declared, and what the store itself knows."""
        for role, name in self.source.columns.items():
            if (role, name) == ("dataset", EACH_COLUMN):
                self.crossed = True
                continue
            self.roles[role] = resolve(name, self.raw.columns, self.source.shown)
        for role, column in self.raw.known.items():
            if column not in self.roles.values():
                self.roles.setdefault(role, column)

    def find(self, role: str) -> None:
        """The column of a role by its name; parameters come before tags."""
        if role in self.roles or (role == "cluster" and "example" not in self.roles):
            return
        if self.crossed and role in ("dataset", "metric", "value"):
            return
        names = roles()[role]
        found = [c for c in self.free() if plain(c) in names and self.fits(c, role)]
        if role == "example" and not found:
            found = self.weak_examples()
        first = min((tier(c) for c in found), default=0)
        found = [c for c in found if tier(c) == first]
        if not found:
            return
        if role in listed("ranked"):
            found = [min(found, key=lambda c: names.index(plain(c)))]
        if len(found) > 1:
            raise self.two(role, found)
        self.take(role, found[0])

    def fits(self, column: str, role: str = "") -> bool:
        """Whether the rows do not speak against the name: `metric` may be a column of numbers."""
        look = self.looks.get(column)
        if look is None or column in self.source.metrics:
            return look is None
        if plain(column) in listed("text_only"):
            return look.kind == "text"
        if role == "value":
            return look.kind != "text"
        return look.kind != "empty"

    def weak_examples(self) -> list[str]:
        """Columns like `id`, which may also number the rows: only where values come again."""
        weak = [c for c in self.free() if plain(c) in listed("weak_example") and self.fits(c)]
        for column in weak:
            if column in self.looks and not self.looks[column].repeats:
                self.note(
                    f"{column!r} is different in every row and was taken for a row number; "
                    f"--map {column}=example if it names examples"
                )
        return [c for c in weak if c not in self.looks or self.looks[c].repeats]

    def long(self) -> None:
        """One metric a row: find the column of its value."""
        self.find("value")
        if "value" in self.roles:
            return
        numeric = [c for c in self.numeric() if not is_setting(c)]
        if len(numeric) != 1:
            raise self.stuck(
                f"{self.roles['metric']!r} names the metric, and no column is called value",
                "say which column holds the number: --map COLUMN=value",
            )
        self.take("value", numeric[0])

    def wide(self) -> None:
        """A column for every metric."""
        if self.crossed:
            self.cross()
        elif "value" in self.source.columns:
            self.values = [self.value(self.roles["value"])]
        elif self.source.metrics:
            self.values = [self.value(self.wanted(name)) for name in self.source.metrics]
        elif self.are_datasets([c for c in self.numeric() if not is_setting(c)]):
            self.roles.pop("value", None)
            self.cross()
        else:
            self.values = [self.value(c) for c in self.measured()]
        self.roles.pop("value", None)
        self.guessed.discard("value")
        seen: dict[tuple[str, str, str], str] = {}
        for value in self.values:
            key = (value.metric, value.split, value.dataset)
            other = seen.setdefault(key, value.column)
            if other != value.column:
                raise InputError(
                    f"{other!r} and {value.column!r} are both {value.dataset or value.metric}"
                    + (f" on {value.split}" if value.split else ""),
                    self.source.shown,
                    f"keep one: --metric {other}",
                )

    def cross(self) -> None:
        """Value columns that are datasets; a metric that is no column is what they measure."""
        names = [name for name in self.source.metrics if name not in self.raw.columns]
        columns = [name for name in self.source.metrics if name in self.raw.columns]
        if len(names) > 1:
            raise InputError(
                f"the columns are datasets, and they cannot hold both {' and '.join(names)}",
                self.source.shown,
                f"keep one: --metric {names[0]}",
            )
        if not columns:
            columns = [c for c in self.numeric() if may_be_dataset(c)]
            rest = [c for c in self.numeric() if c not in columns]
            if rest:
                self.note(f"ignored: {', '.join(rest)}; --metric NAME uses one")
        if not columns:
            raise self.stuck("no column holds numbers", "write a column for each dataset")
        metric = names[0] if names else _SCORE
        for column in columns:
            name, split = (column, "") if "split" in self.roles else split_of(column)
            self.values.append(Value(column, metric, split, name))

    def are_datasets(self, candidates: Sequence[str]) -> bool:
        """Whether columns of numbers are datasets: two or more have a well-known one's name."""
        if "dataset" in self.roles or any(self.is_declared(c) for c in candidates):
            return False
        if any(self.is_known(c) and not is_cost(c) for c in candidates):
            return False
        found = [c for c in candidates if is_benchmark(c)]
        self.crossed = len(found) > 1
        if self.crossed:
            self.note(
                f"{', '.join(found)} are taken for datasets, and what they hold is called "
                f"{_SCORE!r}; --map '*=dataset' --metric NAME names it; "
                f"{' '.join(f'--metric {c}' for c in found)} makes them metrics"
            )
        elif len(candidates) > 1 and not any(self.is_known(c) for c in candidates):
            self.note(
                f"{', '.join(candidates)} are taken for metrics; if they are datasets: "
                "--map '*=dataset' --metric NAME"
            )
        return self.crossed

    def measured(self) -> list[str]:
        """The columns that are metrics: well-known names, else every number that is no setting."""
        numeric = self.numeric()
        candidates = [c for c in numeric if not is_setting(c)]
        if "value" in self.roles:
            candidates.append(self.roles["value"])
        known = [c for c in candidates if self.is_known(c)]
        wanted = known or candidates or self.known_texts()
        chosen = [
            c for c in self.raw.columns if c in wanted or (c in numeric and self.is_declared(c))
        ]
        if not chosen:
            self.refuse_separators()
            raise self.stuck(
                "no column holds numbers that could be results",
                "name the columns that do: --metric COLUMN",
            )
        ignored = [
            column
            for column in (*numeric, *self.known_texts())
            if column not in chosen and plain(column) not in listed("weak_example")
        ]
        if ignored:
            self.note(f"ignored: {', '.join(ignored)}; --metric NAME uses one")
        return chosen

    def refuse_separators(self) -> None:
        """Raise InputError where a column would hold numbers but for its thousands separators."""
        for column in self.free():
            text = self.looks[column].separated
            if text and not is_setting(column):
                raise InputError(
                    f"{column}: {text!r} has thousands separators and is not read as a number",
                    self.source.shown,
                    "write 1234567.5 for numbers, without separators",
                )

    def numeric(self) -> list[str]:
        """Free columns that hold numbers, or true and false where those are results."""
        kinds = {c: self.looks[c].kind for c in self.free()}
        return [
            column
            for column, kind in kinds.items()
            if kind == "number"
            or (kind == "truth" and (self.is_known(column) or "example" in self.roles))
            or (kind == "empty" and self.is_known(column))
        ]

    def known_texts(self) -> list[str]:
        """Free columns with a metric's name that hold text."""
        return [c for c in self.free() if self.looks[c].kind == "text" and self.is_known(c)]

    def is_known(self, column: str) -> bool:
        """Whether the column's name is a well-known metric's."""
        return not is_setting(column) and well_known(column) is not None

    def is_declared(self, column: str) -> bool:
        """Whether the author declared a metric of this name."""
        return column in self.declared or split_of(column)[0] in self.declared

    def wanted(self, name: str) -> str:
        """The column of a metric that is asked for by its full or short name."""
        if name in self.raw.columns:
            return name
        if sum(is_benchmark(c) for c in self.numeric()) > 1 and "dataset" not in self.roles:
            raise self.stuck(
                f"there is no column {name!r}",
                f"if columns are datasets: --map '*=dataset' --metric {name}",
            )
        short = [c for c in self.free() if split_of(c)[0] == name]
        for split in ("test", "val", ""):
            found = [c for c in short if split_of(c)[1] == split]
            if found:
                return found[0]
        return resolve(name, self.raw.columns, self.source.shown)

    def value(self, column: str) -> Value:
        """The metric and split that a column's name says."""
        bare = column.removeprefix("metrics.")
        stem = aggregated(column, self.raw.columns)
        if stem and bare not in self.declared:
            bare = stem.removeprefix("metrics.")
            self.warn(
                f"{column!r} holds means, aggregated already: paperforge needs the runs; they are "
                "shown without a spread, and differences cannot be tested",
                f"give one row per run, with the run's own {bare}",
            )
        if bare in self.declared or "split" in self.roles:
            return Value(column, bare)
        return Value(column, *split_of(bare))

    def find_method(self) -> None:
        """Without a telling name: the run's name, or the only column of text."""
        if "method" in self.roles:
            return
        if "mlflow.run_name" in self.raw.columns:
            self.take("method", "mlflow.run_name")
            self.note(
                "no parameter or tag names the method: the run's name is used; "
                "--map PARAMETER=method names another"
            )
            return
        texts = [
            column
            for column in self.free()
            if column in self.looks
            and self.looks[column].kind == "text"
            and not is_setting(column)
            and not self.is_known(column)
        ]
        first = self.raw.columns[0] if self.raw.columns else ""
        unnamed = first in self.free() and _UNNAMED.fullmatch(first.lower()) is not None
        unnamed = unnamed and first in self.looks and self.looks[first].kind == "text"
        if unnamed and not texts:
            self.take("method", first)
            self.note(
                f"the first column has no name and holds text: it is taken for the method "
                f"(--map '{first}=method')"
            )
            return
        if len(texts) != 1:
            option = f"'{first}=method'" if unnamed else "COLUMN=method"
            raise self.stuck("no column names the method", f"say which one does: --map {option}")
        self.take("method", texts[0])
        self.note(f"{texts[0]!r} is taken for the method: it is the only column of text")

    def free(self) -> list[str]:
        """Columns without a role."""
        taken = {*self.roles.values(), *(v.column for v in self.values)}
        return [c for c in self.raw.columns if c not in taken]

    def take(self, role: str, column: str) -> None:
        """Give a role to a column."""
        self.roles[role] = column
        self.guessed.add(role)

    def note(self, text: str) -> None:
        """Say something about the guess."""
        self.notes.append(Diagnostic(Severity.NOTE, self.source.shown, text))

    def warn(self, text: str, hint: str) -> None:
        """Say something that changes what the paper may claim."""
        self.notes.append(Diagnostic(Severity.WARNING, self.source.shown, text, hint))

    def two(self, role: str, found: Sequence[str]) -> InputError:
        """Two columns for one role."""
        return InputError(
            f"{' and '.join(map(repr, found))} could each be the {role}",
            self.source.shown,
            "say which: " + " or ".join(f"--map {name}={role}" for name in found),
        )

    def stuck(self, message: str, hint: str) -> InputError:
        """Nothing fits: show the columns."""
        listing = shown(self.raw.columns)
        return InputError(f"{message}; the columns are: {listing}", self.source.shown, hint)

    def mapped(self) -> Mapped:
        """The finished guess."""
        return Mapped(
            dict(self.roles), tuple(self.values), frozenset(self.guessed), tuple(self.notes)
        )
