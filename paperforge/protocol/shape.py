"""What is allowed in a plan.toml. By hand: a plan is small, and a build should not load more."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from paperforge.model import Spending
from paperforge.project.problems import Problem, kind_of, meant, shown_value
from paperforge.spec import Direction, Role, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Rule = Callable[[object], str]
    """What is wrong with a value; empty: nothing."""

PAIR = 2
_CORRECTION = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def text(value: object) -> str:
    """Any text."""
    return "" if isinstance(value, str) else f"must be text in quotes, not {kind_of(value)}"


def word(value: object) -> str:
    """A name of a method of ours: the analysis says whether it knows it."""
    if isinstance(value, str) and value and set(value) <= _CORRECTION:
        return ""
    return f'must be a name like "holm", not {shown_value(value)}'


def one_of(allowed: Sequence[str]) -> Rule:
    """One of some words."""

    def rule(value: object) -> str:
        if value in allowed:
            return ""
        near = meant(value, allowed) if isinstance(value, str) else ""
        return f"{shown_value(value)} is not one of {', '.join(allowed)}{near}"

    return rule


def whole(value: object) -> str:
    """A count."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return ""
    return f"must be a whole number above 0, not {shown_value(value)}"


def positive(value: object) -> str:
    """A finite number above zero."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and math.isfinite(value) and value > 0:  # type: ignore[operator, arg-type]
        return ""
    return f"must be a number above 0, not {shown_value(value)}"


def rate(value: object) -> str:
    """An error rate."""
    if isinstance(value, float) and 0 < value < 1:
        return ""
    return f"must be a number between 0 and 1, like 0.05, not {shown_value(value)}"


def names(value: object) -> str:
    """A list of texts, none of them twice."""
    if not isinstance(value, list):
        return f'must be a list like ["a", "b"], not {kind_of(value)}'
    if not all(isinstance(one, str) and one for one in value):
        return "must hold texts in quotes only"
    return "" if len(set(value)) == len(value) else "names something twice"


def pairs(value: object) -> str:
    """A list of lists of two methods."""
    wanted = 'must be a list of pairs like [["ours", "baseline"]]'
    if not isinstance(value, list):
        return wanted
    for pair in value:
        two = isinstance(pair, list) and len(pair) == PAIR
        if not two or not all(isinstance(one, str) for one in pair) or pair[0] == pair[1]:
            return wanted
    return ""


def rising(value: object) -> str:
    """Numbers of replicates, each larger than the one before."""
    if not isinstance(value, list) or any(whole(one) for one in value):
        return "must be a list of whole numbers like [3, 6, 10]"
    return "" if all(a < b for a, b in pairwise(value)) else "must rise: [3, 6, 10]"


TOP: Mapping[str, Rule] = {
    "question": text,
    "estimand": text,
    "datasets": names,
    "ablations": names,
    "unit": one_of([u.value for u in Unit if u is not Unit.NONE]),
    "examples": whole,
    "pair_by": names,
    "alpha": rate,
    "correction": word,
    "scope": one_of(["all", "metric"]),
    "family": pairs,
}
NAMED: Mapping[str, Mapping[str, Rule]] = {
    "methods": {"role": one_of([r.value for r in Role]), "seeds": whole},
    "metrics": {
        "direction": one_of([d.value for d in Direction]),
        "margin": positive,
        "detectable": positive,
    },
}
"""Tables of tables: [methods.NAME]."""
STOPPING: Mapping[str, Rule] = {
    "looks": rising,
    "spending": one_of([s.value for s in Spending]),
}
_TABLES = (*NAMED, "stopping")


def problems(data: Mapping[str, Any]) -> list[Problem]:
    """Everything that is wrong with a parsed plan."""
    found = list(_table({k: v for k, v in data.items() if k not in _TABLES}, TOP, (), _TABLES))
    for name, rules in NAMED.items():
        found += _named(data, name, rules)
    stopping = data.get("stopping", {})
    if isinstance(stopping, dict):
        found += _table(stopping, STOPPING, ("stopping",))
    else:
        found.append(Problem(("stopping",), "must be a table: [stopping]"))
    return found or list(_together(data))


def _named(data: Mapping[str, Any], name: str, rules: Mapping[str, Rule]) -> Iterator[Problem]:
    tables = data.get(name)
    if not isinstance(tables, dict) or not tables:
        yield Problem((name,), f"must name at least one: [{name}.NAME]")
        return
    for key, table in tables.items():
        if isinstance(table, dict):
            yield from _table(table, rules, (name, key))
        else:
            yield Problem((name, key), f"must be a table: [{name}.{key}]")


def _table(
    table: Mapping[str, Any],
    rules: Mapping[str, Rule],
    path: tuple[str, ...],
    more: Sequence[str] = (),
) -> Iterator[Problem]:
    allowed = sorted((*rules, *more))
    for key, value in table.items():
        if key not in rules:
            message = f"unknown key {key!r}{meant(key, allowed)}; keys here: {', '.join(allowed)}"
            yield Problem((*path, key), message, of_key=True)
        elif wrong := rules[key](value):
            yield Problem((*path, key), wrong)


def _together(data: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong between the keys, where each is right by itself."""
    methods, ablations = data["methods"], data.get("ablations", [])
    for place, pair in enumerate(data.get("family", [])):
        for name in pair:
            if name not in methods:
                near = meant(name, list(methods))
                yield Problem(("family", place), f"{name!r} is none of the methods{near}")
    if both := [name for name in ablations if name in methods]:
        yield Problem(("ablations",), f"{both[0]!r} is one of the methods already")
    seen = [frozenset(pair) for pair in data.get("family", [])]
    if len(set(seen)) < len(seen):
        yield Problem(("family",), "holds a comparison twice")
    looks = data.get("stopping", {}).get("looks", [])
    if not looks or data.get("unit", "seed") != "seed":
        return
    for name, table in methods.items():
        if table.get("seeds", looks[-1]) != looks[-1]:
            message = f"is {table['seeds']}, but the last look is at {looks[-1]} seeds"
            yield Problem(("methods", name, "seeds"), message)
