"""The order of methods in every table and figure: ours after the baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.spec import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from paperforge.spec import Method


def roles(methods: Iterable[Method]) -> tuple[list[Method], list[Method]]:
    """(baselines, ours). A method without a role stands on the side that nobody else was given."""
    every = list(methods)
    ours = [m for m in every if m.role is Role.OURS]
    baselines = [m for m in every if m.role is Role.BASELINE]
    if ours:
        return [m for m in every if m.role is not Role.OURS], ours
    if baselines:
        return baselines, [m for m in every if m.role is not Role.BASELINE]
    return [], []


def baselines(methods: Iterable[Method]) -> list[Method]:
    """The methods that differences may be taken from: the declared ones, else those of `roles`."""
    every = list(methods)
    return [m for m in every if m.role is Role.BASELINE] or roles(every)[0]


def reference(methods: Iterable[Method], named: str = "") -> Method | None:
    """The method that others are read against: the named one, else the only one of ours.

    Else the only baseline where nobody is ours; None where that does not single one out.
    """
    every = list(methods)
    if named:
        return next((m for m in every if m.name == named), None)
    ours, baselines = ([m for m in every if m.role is r] for r in (Role.OURS, Role.BASELINE))
    found = ours or baselines
    return found[0] if len(found) == 1 else None


def sides(methods: Iterable[Method]) -> tuple[list[Method], list[Method]]:
    """(baselines, ours) for rows in two groups; both empty where a method belongs to neither.

    With both roles given, a method without one is beside the comparison: there are no groups.
    """
    every = list(methods)
    given = {m.role for m in every}
    if given >= {Role.OURS, Role.BASELINE, None}:
        return [], []
    return roles(every)


def ours_last(methods: Sequence[Method]) -> tuple[Method, ...]:
    """The methods as rows, bars and entries: ours after all others, else in the order given."""
    ours = [m for m in methods if m.role is Role.OURS] or sides(methods)[1]
    return (*(m for m in methods if m not in ours), *ours)
