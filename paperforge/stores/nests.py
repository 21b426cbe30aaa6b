"""Objects in objects whose keys are methods, datasets, seeds and metrics: levels told by the keys.

{"lora": {"digits": {"0": 0.91, "1": 0.92}, "wine": {"0": 0.95, "1": 0.94}}, "full": {...}}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from paperforge import names

if TYPE_CHECKING:
    from collections.abc import Iterator

SCORE = "score"
"""What numbers are called that nobody names."""
PARTS = frozenset(
    (
        *("config", "cfg", "args", "params", "hparams", "hyperparameters", "settings", "options"),
        *("metrics", "results", "summary", "info", "meta", "metadata", "final", "best", "last"),
        *("model", "data", "dataset", "optimizer", "training", "eval", "evaluation", "overall"),
    )
)
"""Keys that name a part of one record."""
_MOST_LEVELS = 4
_LEAST_SURE = 3
_COUNTED = {
    "seed": re.compile(r"(?:seed|run|trial|rep|repeat|replicate|r|s)?[-_ =]?\d+", re.IGNORECASE),
    "fold": re.compile(r"(?:fold|split)[-_ =]?\d+", re.IGNORECASE),
    "step": re.compile(r"(?:step|epoch|iter|iteration)[-_ =]?\d+", re.IGNORECASE),
}
_DIGITS = re.compile(r"\d+$")


def read(value: dict[str, object]) -> tuple[list[dict[str, object]], list[str]] | None:
    """The records of a nest and how it was read; None where its levels cannot be told."""
    levels = _levels(value)
    if levels is None:
        return None
    kinds = _named([_kind(keys) for keys in levels], single=len(levels[0]) == 1)
    if kinds is None:
        return None
    records: dict[tuple[str, ...], dict[str, object]] = {}
    for path, leaf in _paths(value):
        said = dict(zip(kinds, path, strict=True))
        metric = said.pop("metric", SCORE)
        counted = {k: _DIGITS.findall(v)[0] if k in _COUNTED else v for k, v in said.items()}
        record = records.setdefault(tuple(said.values()), dict(counted))
        record[metric] = leaf
    order = " of ".join(f"{kind}s" for kind in reversed(kinds))
    notes = [f"read as {order}; if that is wrong, write a list of objects with these keys"]
    if "metric" not in kinds:
        notes.append(f"the numbers have no name and are called {SCORE!r}")
    return list(records.values()), notes


def is_unsure(value: dict[str, object]) -> bool:
    """Whether an object is a nest of numbers whose levels cannot be told."""
    levels = _levels(value)
    if levels is None or len(levels[0]) == 1:
        return False
    kinds = [_kind(keys) for keys in levels]
    return kinds[0] not in ("part", "split") and "metric" not in kinds


def _levels(value: dict[str, object]) -> list[list[str]] | None:
    """The keys of every level, where all numbers lie equally deep, two levels or more."""
    found: list[dict[str, None]] = []
    depth = 0
    for path, leaf in _paths(value):
        depth = depth or len(path)
        number = leaf is None or (isinstance(leaf, int | float) and not isinstance(leaf, bool))
        if not number or len(path) != depth or not 1 < depth <= _MOST_LEVELS:
            return None
        found = found or [{} for _ in path]
        for keys, key in zip(found, path, strict=True):
            keys[key] = None
    return [list(keys) for keys in found] or None


def _paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401  parsed JSON
    """Every leaf with the keys that lead to it; deeper than any nest, the object is the leaf."""
    if isinstance(value, dict) and value and len(path) <= _MOST_LEVELS:
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    else:
        yield path, value


def _kind(keys: list[str]) -> str:
    """What the keys of one level are, "" where they do not say."""
    for kind, pattern in _COUNTED.items():
        if all(pattern.fullmatch(key) for key in keys):
            return kind
    if any(names.plain(key) in PARTS for key in keys):
        return "part"
    if all(key.lower() in names.splits() for key in keys):
        return "split"
    if any(names.is_benchmark(key) for key in keys):
        return "dataset"
    if any(names.well_known(key) for key in keys):
        return "metric"
    return ""


def _named(kinds: list[str], *, single: bool) -> list[str] | None:
    """The kinds with the unknown ones named; None where that would be a guess."""
    known = [kind for kind in kinds if kind]
    unknown = len(kinds) - len(known)
    if len(set(known)) != len(known) or "part" in known:
        return None
    if "split" in known and len(kinds) == _LEAST_SURE - 1:
        # {"test": {"accuracy": .9}}: columns with a dot.
        return None
    free = [role for role in ("method", "dataset") if role not in known]
    inner = {"metric", "seed", "fold", "step"} & set(known)
    if unknown > len(free) or not (inner or "dataset" in known):
        return None
    if single and kinds[0] == "" and len(kinds) < _LEAST_SURE:
        return None
    given = iter(free)
    return [kind or next(given) for kind in kinds]
