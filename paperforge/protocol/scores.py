"""Which numbers there were when a plan was frozen: a run that was made again has other ones."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paperforge.protocol import Plan

    Numbers = Mapping[tuple[str, str, str], Sequence[float]]
    """(metric, method, dataset) -> the number of each run."""

SHORT = 12
"""Hexadecimal digits that a number is kept by: nobody reads a result off the lock."""
DIGITS = 12
_NAMED = 3
_HINT = "say in the paper why they were made again"


def kept(numbers: Numbers) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Metric -> method -> dataset -> hashes of the runs' numbers, sorted: as plan.lock has them."""
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for at, values in sorted(numbers.items()):
        metric, method, dataset = at
        marks = sorted(mark(at, value) for value in values)
        found.setdefault(metric, {}).setdefault(method, {})[dataset] = marks
    return found


def mark(at: tuple[str, str, str], value: float) -> str:
    """The hash of a number in its place, at twelve significant digits."""
    text = json.dumps([*at, f"{value:.{DIGITS}g}"], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT]


def digest(kept_: Mapping[str, object]) -> str:
    """SHA-256 (hexadecimal) over what is kept, as compact JSON."""
    text = json.dumps(kept_, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def said(plan: Plan, now: Numbers) -> Iterator[Diagnostic]:
    """A warning where runs of the frozen plan have other numbers now.

    Cells that have fewer runs than then are not counted twice: their runs are gone (there.said).
    """
    then = plan.frozen[-1].scores if plan.frozen else None
    if then is None:
        return
    here = kept(now)
    other: dict[tuple[str, str], int] = {}
    for metric, methods in then.items():
        for method, datasets in methods.items():
            for dataset, marks in datasets.items():
                ours = here.get(metric, {}).get(method, {}).get(dataset, [])
                missing: Counter[str] = Counter(marks)
                missing.subtract(ours)
                lost = sum(n for n in missing.values() if n > 0)
                lost -= max(0, len(marks) - len(ours))
                if lost > 0:
                    place = (method, dataset)
                    other[place] = max(other.get(place, 0), lost)
    if not other:
        return
    total = sum(other.values())
    places = [f"{method}{f' on {dataset}' if dataset else ''}" for method, dataset in other]
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    text = (
        f"{'one run has' if total == 1 else f'{total} runs have'} other numbers than when the plan "
        f"was frozen: {', '.join(places[:_NAMED])}{more}"
    )
    yield Diagnostic(Severity.WARNING, plan.shown, text, _HINT, "plan-scores")
