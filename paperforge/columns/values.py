"""Which columns hold the numbers, and what each measures: its metric, its split, its dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.columns import datasets, roles, scaled
from paperforge.columns.draft import Value
from paperforge.columns.numbers import is_declared, is_known, numeric
from paperforge.errors import InputError
from paperforge.model import NO_METRIC
from paperforge.names import (
    aggregated,
    count_beside,
    is_benchmark,
    is_index,
    is_setting,
    listed,
    plain,
    resolve,
    split_of,
    spread_beside,
)
from paperforge.stores.nothing import NothingToRead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.columns.draft import Draft


def long(draft: Draft) -> None:
    """One metric a row: find the column of its value."""
    _say_units(draft)
    roles.find(draft, "value")
    if "value" in draft.roles:
        return
    found = [c for c in numeric(draft) if not is_setting(c)]
    if len(found) != 1:
        raise draft.stuck(
            f"{draft.roles['metric']!r} names the metric, and no column is called value",
            "say which column holds the number: --map COLUMN=value",
        )
    draft.take("value", found[0])


def wide(draft: Draft) -> None:
    """A column for every metric."""
    if draft.crossed:
        datasets.cross(draft)
    elif "value" in draft.source.columns:
        draft.values = [_value(draft, draft.roles["value"])]
    elif draft.source.metrics:
        wanted = [column for name in draft.source.metrics for column in _wanted(draft, name)]
        wanted = [c for c in wanted if not scaled.is_size(draft, c)]
        draft.values = [_value(draft, column) for column in dict.fromkeys(wanted)]
    elif datasets.are_datasets(draft, [c for c in numeric(draft) if not is_setting(c)]):
        draft.roles.pop("value", None)
        datasets.cross(draft)
    else:
        draft.values = [_value(draft, c) for c in _measured(draft)]
    draft.roles.pop("value", None)
    draft.guessed.discard("value")
    _refuse_doubles(draft)


def _refuse_doubles(draft: Draft) -> None:
    """Raise InputError where two columns measure the same; say where they almost do."""
    seen: dict[tuple[str, str, str], str] = {}
    for value in draft.values:
        key = (value.metric, value.split, value.dataset)
        other = seen.setdefault(key, value.column)
        if other != value.column:
            raise InputError(
                f"{other!r} and {value.column!r} are both {value.dataset or value.metric}"
                + (f" on {value.split}" if value.split else ""),
                draft.source.shown,
                f"keep one: --metric {other}",
            )


def _measured(draft: Draft) -> list[str]:
    """The columns that are metrics: well-known names, else every number that is no setting."""
    numbers = numeric(draft)
    candidates = [c for c in numbers if not is_setting(c) and not is_index(c)]
    if "value" in draft.roles:
        candidates.append(draft.roles["value"])
    known = [c for c in candidates if is_known(c)]
    wanted = known or candidates or _known_texts(draft)
    chosen = [
        c for c in draft.raw.columns if c in wanted or (c in numbers and is_declared(draft, c))
    ]
    if not chosen:
        _refuse_separators(draft)
        raise draft.stuck(
            "no column holds numbers that could be results",
            "name the columns that do: --metric COLUMN",
        )
    beside = {
        name
        for c in chosen
        for name in (
            spread_beside(c, draft.raw.columns, alone=len(chosen) == 1)[0],
            *(count_beside(c, draft.raw.columns, kind) for kind in ("runs", "examples")),
        )
    }
    elsewhere = listed("weak_example") | listed("confidence")
    ignored = [
        column
        for column in (*numbers, *_known_texts(draft))
        if column not in (*chosen, *beside)
        and plain(column) not in elsewhere
        and not is_index(column)
    ]
    if ignored:
        draft.note(f"ignored: {', '.join(ignored)}; --metric NAME uses one", check=NO_METRIC)
    return chosen


def _say_units(draft: Draft) -> None:
    """Note that a column of units beside a column of values of several metrics is not read."""
    for column in draft.free():
        if plain(column) in ("unit", "units") and draft.looks[column].kind == "text":
            draft.note(f"ignored: {column}; --unit METRIC=ms says in what a metric is printed")


def _refuse_separators(draft: Draft) -> None:
    """Raise InputError where a column would hold numbers but for its thousands separators."""
    for column in draft.free():
        text = draft.looks[column].separated
        if text and not is_setting(column):
            raise InputError(
                f"{column}: {text!r} has thousands separators and is not read as a number",
                draft.source.shown,
                "write 1234567.5 for numbers, without separators",
            )


def _known_texts(draft: Draft) -> list[str]:
    """Free columns with a metric's name that hold text."""
    return [c for c in draft.free() if draft.looks[c].kind == "text" and is_known(c)]


def _wanted(draft: Draft, name: str) -> list[str]:
    """The column of a metric by its full name, or those of all its splits by its short name."""
    if name in draft.raw.columns:
        return [name]
    if sum(is_benchmark(c) for c in numeric(draft)) > 1 and "dataset" not in draft.roles:
        raise draft.stuck(
            f"there is no column {name!r}",
            f"if columns are datasets: --map '*=dataset' --metric {name}",
        )
    short = [c for c in draft.free() if split_of(c)[0] == name]
    return short or [_resolved(name, draft.raw.columns, draft.source.shown)]


def _resolved(name: str, names: Sequence[str], where: str) -> str:
    """The column of a metric. Raises NothingToRead: another file of the folder may have it."""
    try:
        return resolve(name, names, where)
    except InputError as error:
        raise NothingToRead(error.message, error.where, error.hint) from None


def _value(draft: Draft, column: str) -> Value:
    """The metric and split that a column's name says."""
    bare = column.removeprefix("metrics.")
    stem = aggregated(column, draft.raw.columns)
    if stem and bare not in draft.declared:
        bare = stem.removeprefix("metrics.")
    if bare in draft.declared or "split" in draft.roles:
        return Value(column, bare)
    return Value(column, *split_of(bare))
