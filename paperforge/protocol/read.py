"""The text of a plan.toml -> Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.model import PlannedMethod, PlannedMetric, Protocol, Spending, Stopping
from paperforge.project.lines import key_lines
from paperforge.project.problems import raise_all
from paperforge.project.read import parse
from paperforge.protocol import shape
from paperforge.spec import Direction, Role, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

HINT = "`paperforge plan --write` shows every key, with what it means"


def protocol_of(text: str, shown: str) -> Protocol:
    """The validated plan. Raises one InputError that names everything wrong with it."""
    data = parse(text, shown, HINT)
    raise_all(shape.problems(data), shown, key_lines(text), HINT)
    return _convert(data)


def of(content: Mapping[str, object], shown: str) -> Protocol:
    """The plan of a canonical content (lock.content). Raises InputError where it is none."""
    found = shape.problems(content)
    if found:
        path = ".".join(map(str, found[0].path))
        raise InputError(f"does not hold a plan: {path} {found[0].message}", shown)
    return _convert(content)


def _convert(data: Mapping[str, Any]) -> Protocol:
    stopping = data.get("stopping", {})
    spending = stopping.get("spending", Spending.OBRIEN_FLEMING)
    return Protocol(
        methods={name: _method(table) for name, table in data["methods"].items()},
        metrics={name: _metric(table) for name, table in data["metrics"].items()},
        question=data.get("question", "").strip(),
        estimand=data.get("estimand", "").strip(),
        datasets=tuple(data.get("datasets", ())),
        ablations=tuple(data.get("ablations", ())),
        unit=Unit(data.get("unit", Unit.SEED)),
        examples=data.get("examples"),
        pair_by=tuple(data.get("pair_by", ())),
        alpha=data.get("alpha", 0.05),
        correction=data.get("correction", "holm"),
        scope=data.get("scope", "all"),
        family=tuple((a, b) for a, b in data.get("family", ())),
        stopping=Stopping(tuple(stopping.get("looks", ())), Spending(spending)),
    )


def _method(table: Mapping[str, Any]) -> PlannedMethod:
    role = table.get("role")
    return PlannedMethod(Role(role) if role else None, table.get("seeds"))


def _metric(table: Mapping[str, Any]) -> PlannedMetric:
    direction, margin, detectable = (table.get(k) for k in ("direction", "margin", "detectable"))
    return PlannedMetric(
        Direction(direction) if direction else None,
        None if margin is None else float(margin),
        None if detectable is None else float(detectable),
    )
