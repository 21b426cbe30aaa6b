"""Seeds or folds as columns, as spreadsheets have them: seed_0, run1, 0, acc_seed0, fold_1.

They become rows: a column `seed` or `fold`, and one of numbers for what the columns measure.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge import names
from paperforge.engine import identifier, literal
from paperforge.model import Diagnostic, Severity
from paperforge.stores.nests import SCORE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from paperforge.model import Raw

_WORDS = {
    "seed": "(?:seed|run|trial|rep|repeat|replicate|repetition)",
    "fold": "(?:fold|cv)",
}
"""Role -> what its columns are called, before their number."""
_MEASURED = "value"


def columns(header: Sequence[str]) -> tuple[str, dict[str, dict[str, str]]]:
    """The role ("seed", "fold") and measure -> seed -> column, where columns are seeds; else empty.

    The measure is "" where the columns are named by their seeds only. There must be two or more of
    a kind, and no column of seeds besides.
    """
    for role, words in _WORDS.items():
        if any(names.plain(name) in names.roles()[role] for name in header):
            continue
        bare = "?" if role == "seed" else ""
        whole = re.compile(rf"(?:{words}[\s_\-#]*){bare}(\d{{1,10}})", re.IGNORECASE)
        named = [(found[1], name) for name in header if (found := whole.fullmatch(name))]
        if len(named) > 1 and len(dict(named)) == len(named):
            return role, {"": dict(named)}
        measures = _measures(header, words)
        if measures:
            return role, measures
    return "", {}


def _measures(header: Sequence[str], words: str) -> dict[str, dict[str, str]]:
    """Measure -> seed -> column, of columns like accuracy_seed0."""
    ending = re.compile(rf"(.+?)[\s_\-/.:(@]+{words}[\s_\-#=]*(\d{{1,10}})\)?", re.IGNORECASE)
    measures: dict[str, dict[str, str]] = {}
    for name in header:
        found = ending.fullmatch(name)
        if found and not names.is_setting(found[1]):
            measures.setdefault(found[1], {})[found[2]] = name
    several = all(len(seeds) > 1 for seeds in measures.values())
    return measures if several and not {*measures} & {*header} else {}


def is_header(header: Sequence[str]) -> bool:
    """Whether a line with numbers names columns: a role's name, and whole numbers in order."""
    numbers = [name for name in header if name.isdecimal()]
    counted = len(numbers) > 1 and numbers == sorted(set(numbers), key=int)
    others = [name for name in header if not name.isdecimal()]
    known = {word for role in ("method", "dataset") for word in names.roles()[role]}
    return counted and any(names.plain(name) in known for name in others)


def unfold(raw: Raw, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """The relation with a row for every seed, as `table`; itself where its columns are no seeds."""
    role, measures = columns(raw.columns)
    if not measures:
        return raw
    taken = {column for seeds in measures.values() for column in seeds.values()}
    others = [column for column in raw.columns if column not in taken]
    called = _names(measures, others)
    seeds = sorted({seed for one in measures.values() for seed in one}, key=lambda s: (int(s), s))
    lists = {role: [literal(seed) for seed in seeds]}
    for measure, by_seed in measures.items():
        lists[called[measure]] = [
            identifier(by_seed[seed]) if seed in by_seed else "NULL" for seed in seeds
        ]
    unfolded = ", ".join(
        f"unnest([{', '.join(items)}]) AS {identifier(name)}" for name, items in lists.items()
    )
    left_out = ", ".join(identifier(column) for column in taken)
    engine.execute(
        f"CREATE VIEW {identifier(table)} AS SELECT * EXCLUDE ({left_out}), {unfolded} "
        f"FROM {identifier(raw.table)}"
    )
    first = next(iter(measures.values()))
    shown = names.shown(tuple(first.values()))
    said = Diagnostic(Severity.NOTE, "", f"{shown} are taken for {role}s: a row for each")
    return replace(raw, table=table, columns=(*others, *lists), notes=(*raw.notes, said))


def _names(measures: Mapping[str, object], others: Sequence[str]) -> dict[str, str]:
    """Measure -> the column of its numbers; without a name it is a long table's value, or score."""
    long = any(names.plain(column) in names.roles()["metric"] for column in others)
    return {measure: measure or (_MEASURED if long else SCORE) for measure in measures}
