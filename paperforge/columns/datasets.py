"""Tables with a column for every dataset: `model,seed,MNLI,RTE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.columns.draft import Value
from paperforge.columns.numbers import is_declared, is_known, numeric
from paperforge.errors import InputError
from paperforge.names import (
    count_beside,
    is_benchmark,
    is_cost,
    is_count,
    may_be_dataset,
    measured,
    plain,
    split_of,
    spread_beside,
)
from paperforge.sums import CORPUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.columns.draft import Draft

_SUMS = ("chrf++", "chrf", "bleu", "mcc", "f1")
"""Metrics of sums whose parts have names that mean nothing else; those of most parts first."""
_SCORE = "score"
"""What columns that are datasets hold, where nobody says it."""
_SHARE, _MOST = "accuracy", 100.0
"""What they hold where each has its own number of examples, and the most that it can be."""

_FURTHER = "…"
"""Behind a few values of many."""


def are_datasets(draft: Draft, candidates: Sequence[str]) -> bool:
    """Whether columns of numbers are datasets: two or more have a well-known one's name."""
    if "dataset" in draft.roles or any(is_declared(draft, c) for c in candidates):
        return False
    summed = _summed(candidates)
    if summed:
        draft.note(
            f"a metric of a whole test set, {summed}, is computed from these columns, and is not "
            "compared as long as they are metrics themselves",
            f'in paper.toml: [metrics.{summed}] with corpus = "{summed}" (--save writes the file)',
        )
        return False
    if any(is_known(c) and not is_cost(c) for c in candidates):
        return False
    if _measured(draft, candidates):
        draft.crossed = True
        draft.note(
            f"{', '.join(candidates)} are taken for a metric of several datasets, each with its "
            f"number of examples; {' '.join(f'--metric {c}' for c in candidates)} makes them "
            "metrics of their own"
        )
        return True
    found = [c for c in candidates if is_benchmark(c)]
    draft.crossed = len(found) > 1
    if draft.crossed:
        draft.note(
            f"{', '.join(found)} are taken for datasets, and what they hold is called "
            f"{_unnamed(draft, found)!r}; --map '*=dataset' --metric NAME names it; "
            f"{' '.join(f'--metric {c}' for c in found)} makes them metrics"
        )
    elif len(candidates) > 1 and not any(is_known(c) for c in candidates):
        draft.note(
            f"{', '.join(candidates)} are taken for metrics; if they are datasets: "
            "--map '*=dataset' --metric NAME"
        )
    return draft.crossed


def _measured(draft: Draft, columns: Sequence[str], said: str = "") -> bool:
    """Whether all columns are one share of several datasets: mmlu_acc, mmlu_n, arc_acc, arc_n.

    said: what it is called, where somebody says it.
    """
    shares = {plain(measured(c)[1]) for c in columns}
    if said and shares != {plain(said)}:
        return False
    counts = {_own_count(c, draft.raw.columns) for c in columns}
    return len(shares) == 1 and "" not in shares | counts and len(counts) == len(columns) > 1


def _own_count(column: str, columns: Sequence[str]) -> str:
    """The column of the number of examples that is named after this one; "" where there is none."""
    found = count_beside(column, columns, "examples")
    return found if found and is_count(found, [column]) else ""


def _unnamed(draft: Draft, columns: Sequence[str]) -> str:
    """What columns that are datasets hold: shares where each has its own number of examples."""
    every, rows = draft.raw.columns, draft.rows
    if rows is None or not all(_own_count(c, every) for c in columns):
        return _SCORE
    if any(spread_beside(c, every)[0] for c in columns):
        return _SCORE
    values = [v for c in columns for v in rows.values(c) if v != _FURTHER]
    return _SHARE if all(map(_in_range, values)) else _SCORE


def _in_range(text: str) -> bool:
    try:
        return 0 <= float(text.strip().removesuffix("%").replace(",", ".")) <= _MOST
    except ValueError:
        return False


def _summed(candidates: Sequence[str]) -> str:
    """The metric of sums of which every part is there by its name; "" where none is."""
    names = {plain(c) for c in candidates}
    for kind in _SUMS:
        if all(names.intersection(part) for part in CORPUS[kind].parts):
            return kind
    return ""


def cross(draft: Draft) -> None:
    """Value columns that are datasets; a metric that is no column is what they measure."""
    names = [name for name in draft.source.metrics if name not in draft.raw.columns]
    columns = [name for name in draft.source.metrics if name in draft.raw.columns]
    if len(names) > 1:
        raise InputError(
            f"the columns are datasets, and they cannot hold both {' and '.join(names)}",
            draft.source.shown,
            f"keep one: --metric {names[0]}",
        )
    if not columns:
        columns = [c for c in numeric(draft) if may_be_dataset(c)]
        beside = {spread_beside(c, draft.raw.columns)[0] for c in columns}
        rest = [c for c in numeric(draft) if c not in columns and c not in beside]
        if rest:
            draft.note(f"ignored: {', '.join(rest)}; --metric NAME uses one")
    if not columns:
        raise draft.stuck("no column holds numbers", "write a column for each dataset")
    said = names[0] if names else measured(columns[0])[1]
    if "split" not in draft.roles and _measured(draft, columns, said):
        draft.values += [Value(c, said, "", measured(c)[0]) for c in columns]
        return
    metric = names[0] if names else _unnamed(draft, columns)
    for column in columns:
        name, split = (column, "") if "split" in draft.roles else split_of(column)
        draft.values.append(Value(column, metric, split, name))
