"""Which runs there were when a plan was frozen, and which came later."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from paperforge.model import Run
    from paperforge.protocol import Plan

CHECK = "plan-runs"
_NAMED = 3
_UNKNOWN = "paperforge plan RESULTS --freeze writes down which runs are there, where some are"
_GONE = "say in the paper why they were left out"


def plain(runs: Sequence[Run]) -> dict[str, Any]:
    """As plan.lock has it: how many, the hash of their names, and the names of each cell.

    {"count", "sha256", "cells": {method: {dataset: [run, ...]}}}
    """
    cells: dict[str, dict[str, list[str]]] = {}
    for method, dataset, name in sorted(runs):
        cells.setdefault(method, {}).setdefault(dataset, []).append(name)
    return {"count": len(runs), "sha256": digest(runs), "cells": cells}


def digest(runs: Sequence[Run]) -> str:
    """SHA-256 (hexadecimal) of the sorted names as compact JSON."""
    text = json.dumps(sorted(map(list, runs)), separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def of(table: Mapping[str, Any]) -> tuple[Run, ...]:
    """The runs that plan.lock has. Raises KeyError, TypeError or ValueError where it has none."""
    runs = tuple(
        (method, dataset, name)
        for method, datasets in table["cells"].items()
        for dataset, names in datasets.items()
        for name in names
    )
    if not all(isinstance(name, str) for _, _, name in runs):
        raise TypeError("not a name")
    if (table["count"], table["sha256"]) != (len(runs), digest(runs)):
        raise ValueError("the runs are not those that were counted")
    return runs


def counts(plan: Plan, now: Sequence[Run]) -> dict[str, int] | None:
    """Runs when the plan in force was frozen, now, since then, and gone; None: not known."""
    if not plan.frozen or plan.frozen[-1].runs is None:
        return None
    then, here = set(plan.frozen[-1].runs), set(now)
    return {
        "there": len(then),
        "now": len(here),
        "later": len(here - then),
        "gone": len(then - here),
    }


def said(plan: Plan, now: Sequence[Run]) -> Iterator[Diagnostic]:
    """Whether results were there before the plan, what came later, and what went away."""
    if not plan.frozen:
        return
    last = plan.frozen[-1]
    word = "frozen" if len(plan.frozen) == 1 else "amended"
    if last.runs is None:
        text = f"the lock does not say which runs were there when the plan was {word}"
        yield Diagnostic(Severity.NOTE, plan.shown, text, _UNKNOWN, CHECK)
    else:
        gone = sorted(set(last.runs) - set(now))
        if gone:
            text = f"{_count(len(gone))} there when the plan was {word}, and not any more: "
            text += _named(gone)
            yield Diagnostic(Severity.WARNING, plan.shown, text, _GONE, CHECK)
        text = f"{_before(last.runs, now)} when the plan was {word} on {last.date}"
        first = plan.frozen[0]
        if len(plan.frozen) > 1 and first.runs is not None:
            known = len(set(first.runs) & set(now))
            text += f" ({known or 'none'} when it was first frozen, on {first.date})"
        later = len(set(now) - set(last.runs))
        yield Diagnostic(Severity.NOTE, plan.shown, text + _later(later, len(set(now))), "", CHECK)


def _before(then: Sequence[Run], now: Sequence[Run]) -> str:
    here = set(now)
    known = len(here & set(then))
    if not known:
        return "no run was there"
    if known == len(here):
        return f"all {known} runs were there" if known > 1 else "the one run was there"
    return f"{known} of {len(here)} runs were there"


def _later(count: int, total: int) -> str:
    if not count:
        return ""
    return f"; all {total} came later" if count == total else f"; {count} came later"


def _count(count: int) -> str:
    return "one run was" if count == 1 else f"{count} runs were"


def _named(runs: Sequence[Run]) -> str:
    """A few of them: "lora on digits (seed 3)"."""
    parts = [
        f"{method}{f' on {dataset}' if dataset else ''}{f' ({name})' if name else ''}"
        for method, dataset, name in runs[:_NAMED]
    ]
    more = f" and {len(runs) - _NAMED} more" if len(runs) > _NAMED else ""
    return ", ".join(parts) + more
