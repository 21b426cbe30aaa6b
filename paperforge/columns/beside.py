"""What stands beside numbers that are means already: their spread, and how many runs they are of.

A row is such a mean where it is the only one of its method, dataset, split and metric, where no
column says that rows are runs (run, seed, fold, example, step), and where a column of its spread
stands beside it: named after it (accuracy_std, std_accuracy), or the only number's bare `std`.
Where only some rows name a run, seed or fold, the others are such means, beside runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.names import (
    aggregated,
    count_beside,
    has_spread,
    is_share,
    measured,
    spread_beside,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.columns.draft import Draft

RUNS, EXAMPLES = "runs", "examples"
_OWN = ("run", "seed", "fold", "example", "step")
"""Roles of numbers that are runs, or parts of runs."""
_MIXED = frozenset({"run", "seed", "fold"})
"""Those of them that a row of a mean may leave empty, beside rows that are runs."""
_CELL = ("method", "dataset", "split", "metric")
_QUOTED = "quoted.value"
"""A column of numbers that somebody quoted from papers: their store says what is beside them."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one column of means."""

    column: str
    n: str
    """The column of how many runs, or examples, each number is the mean of."""
    spread: str = ""
    """The column of their spread; empty: n counts examples."""
    kind: str = ""
    """Of the spread: "sd", "se", "ci" (half the width of a 95 % interval)."""
    unnamed: bool = False
    """Whether it is said of rows alone that name no run: the others are runs."""


def find(draft: Draft) -> tuple[Beside, ...]:
    """What is compared by mean, spread and n, or by a share and its n. Says so in notes.

    Raises InputError where a spread or n is declared and the rows are runs, or several metrics
    could be meant.
    """
    columns = [v.column for v in draft.values] or [draft.roles["value"]]
    if _QUOTED in draft.raw.columns:
        return ()
    _check(draft, columns)
    if set(_OWN) & draft.roles.keys():
        return _beside_runs(draft, columns) if _mixed(draft) else ()
    keys = [draft.roles[role] for role in _CELL if role in draft.roles]
    if draft.rows and draft.rows.repeats(keys):
        _say_runs(draft, columns, keys)
        return ()
    found = [one for column in columns if (one := _of(draft, column, alone=len(columns) == 1))]
    _say(draft, [one for one in found if one.spread])
    return tuple(found)


def _mixed(draft: Draft) -> bool:
    """Whether rows that name no run, seed or fold may stand beside others that do."""
    owns = set(_OWN) & draft.roles.keys()
    if not owns or owns - _MIXED or draft.rows is None:
        return False
    return all(draft.rows.has_empty(draft.roles[role]) for role in owns)


def _beside_runs(draft: Draft, columns: list[str]) -> tuple[Beside, ...]:
    """Spread and n of the rows that name no run, where there are columns of both."""
    found = []
    for column in columns:
        spread, kind = _spread(draft, column, alone=len(columns) == 1)
        runs = draft.beside.get("n") or count_beside(column, draft.raw.columns, RUNS)
        if spread and runs:
            found.append(Beside(column, runs, spread, kind, unnamed=True))
    if found:
        owns = " and ".join(draft.roles[role] for role in _OWN if role in draft.roles)
        spreads = ", ".join(f"{one.spread} ({_WORDS[one.kind]})" for one in found)
        runs = ", ".join(dict.fromkeys(one.n for one in found))
        draft.note(
            f"rows without {owns}, alone in their cell: means with their spread, {spreads}, and "
            f"number of runs, {runs}, compared by Welch's t from these summaries; the others are "
            "runs",
            f"fill {owns} where a row is a run",
        )
    return tuple(found)


def _spread(draft: Draft, column: str, *, alone: bool) -> tuple[str, str]:
    """The column of the spread, declared or found by its name, and its kind."""
    for role in ("ci", "se", "sd"):
        if role in draft.beside:
            return draft.beside[role], role
    return spread_beside(column, draft.raw.columns, alone=alone)


def _check(draft: Draft, columns: list[str]) -> None:
    """Raise InputError for a declared spread that is nobody's."""
    declared = {role: c for role, c in draft.beside.items() if role != "n"}
    if not declared:
        return
    said = " and ".join(f"{column}={role}" for role, column in draft.beside.items())
    if len(declared) > 1:
        raise InputError("two columns of a spread", f"--map {said}", "keep one")
    owns = [role for role in _OWN if role in draft.roles]
    if owns and not _mixed(draft):
        raise InputError(
            f"every row is a {owns[0]} ({draft.roles[owns[0]]}), and no mean with a spread",
            f"--map {said}",
            "the spread is computed from the rows: leave the option out",
        )
    if len(columns) > 1:
        raise InputError(
            f"it could be the spread of {' or '.join(columns)}",
            f"--map {said}",
            f"keep one metric: --metric {columns[0]}; or name the columns after them: "
            f"{columns[0]}_std",
        )
    keys = [draft.roles[role] for role in _CELL if role in draft.roles]
    if not owns and draft.rows and draft.rows.repeats(keys):
        raise InputError(
            f"several rows have the same {', '.join(keys)}: they are runs, and no means",
            f"--map {said}",
            "give one row for each, or leave the option out",
        )


def _of(draft: Draft, column: str, *, alone: bool) -> Beside | None:
    """What stands beside one column of values."""
    columns = draft.raw.columns
    spread, kind = _spread(draft, column, alone=alone)
    runs = draft.beside.get("n") or count_beside(column, columns, RUNS)
    if spread and runs:
        return Beside(column, runs, spread, kind)
    examples = draft.beside.get("n") or count_beside(column, columns, EXAMPLES)
    stem = aggregated(column, columns)
    if spread or stem or has_spread(column, columns):
        _warn_of_means(draft, column, stem or column, spread)
    long = "metric" in draft.roles  # each row says its metric: of shares alone n counts examples
    metric = _metric(draft, column)
    if examples and (long or is_share(metric) or measured(metric)[1]):
        return Beside(column, examples)
    return None


def _say(draft: Draft, found: Sequence[Beside]) -> None:
    """Say which columns are means."""
    if not found:
        return
    names = ", ".join(repr(one.column) for one in found)
    spreads = ", ".join(f"{one.spread} ({_WORDS[one.kind]})" for one in found)
    runs = ", ".join(dict.fromkeys(one.n for one in found))
    declared = bool(draft.beside) or all(one.spread in draft.raw.spreads for one in found)
    draft.note(
        f"{names}: means, one row for each method and dataset, with their spread, {spreads}, and "
        f"number of runs, {runs}: compared by Welch's t from these summaries",
        "" if declared else "--map COLUMN=sd (or se, ci) and --map COLUMN=n say otherwise",
    )


_WORDS: Mapping[str, str] = {
    "sd": "standard deviation",
    "se": "standard error",
    "ci": "half of the 95% interval",
}


def _metric(draft: Draft, column: str) -> str:
    return next((v.metric for v in draft.values if v.column == column), column)


def _warn_of_means(draft: Draft, column: str, metric: str, spread: str) -> None:
    """Say that a column holds aggregates that cannot be tested, and what would do it."""
    how = "holds" if metric != column else "stands beside its spread and seems to hold"
    lacking = (
        f"add a column n, how many runs each mean is of (or --map COLUMN=n): then {spread} is used"
        if spread
        else f"add the columns {metric}_std (or _sem, _ci) and n, how many runs"
    )
    draft.warn(
        f"{column!r} {how} means, aggregated already: paperforge needs the runs, or their spread "
        "and number; they are shown without a spread, and differences cannot be tested",
        f"give one row per run, with the run's own {metric}; or {lacking}",
    )


def _say_runs(draft: Draft, columns: list[str], keys: list[str]) -> None:
    """Say that what looks like a spread is not used, as there are several rows a cell."""
    found = [
        (column, spread)
        for column in columns
        if (spread := spread_beside(column, draft.raw.columns, alone=len(columns) == 1)[0])
    ]
    for column, spread in found:
        draft.note(
            f"{spread!r} is not used: several rows have the same {', '.join(keys)}, so that each "
            f"row counts as a run, not as the mean of runs",
            f"for means, one row for each: --where COLUMN=VALUE keeps those of one {column}; "
            "beside runs, name those in a column seed that the means leave empty",
        )
