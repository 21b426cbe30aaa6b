"""What differs between two plans, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ARROW = "\u2192"
DEFAULTS = {"scope": "all"}
"""What a canonical content means by a key that it leaves out."""
NAMED = {"methods": "method", "metrics": "metric"}
NUMBERED = 12
"""From so many letters on a text that changed is named, not quoted."""


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """One phrase a key of two canonical contents (lock.content); empty: they say the same."""
    return tuple(_changes(old, new, ""))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], inside: str) -> Iterator[str]:
    for key in sorted(old.keys() | new.keys()):
        name = f"{inside}{key}"
        usual = None if inside else DEFAULTS.get(key)
        was, now = old.get(key, usual), new.get(key, usual)
        if was == now:
            continue
        if isinstance(was, list) or isinstance(now, list):
            yield f"{name}: {listed(was or (), now or ())}"
        elif key in NAMED and not inside:
            yield from _tables(NAMED[key], was or {}, now or {})
        elif isinstance(was, dict) or isinstance(now, dict):
            yield from _changes(was or {}, now or {}, f"{name}.")
        elif isinstance(was, str) and isinstance(now, str) and len(was + now) > NUMBERED:
            yield f"{name}: other words"
        else:
            yield f"{name} {_shown(was)} {ARROW} {_shown(now)}"


def _tables(noun: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if was.keys() != now.keys():
        yield f"{noun}s: {listed(was, now)}"
    for name in sorted(was.keys() & now.keys()):
        yield from (f"{noun} {name}, {one}" for one in changes(was[name], now[name]))


def listed(was: Iterable[Any], now: Iterable[Any]) -> str:
    """What was added and dropped: "a was added; b and c were dropped"."""
    before, after = list(map(_item, was)), list(map(_item, now))
    added = [one for one in after if one not in before]
    dropped = [one for one in before if one not in after]
    parts = [
        f"{both(some)} {'was' if len(some) == 1 else 'were'} {word}"
        for some, word in ((added, "added"), (dropped, "dropped"))
        if some
    ]
    return "; ".join(parts)


def _item(value: object) -> str:
    return " against ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def both(items: list[str]) -> str:
    """An enumeration: "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _shown(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)
