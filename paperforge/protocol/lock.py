"""What a plan says whatever its file looks like, its hash, and plan.lock, which keeps both.

plan.lock is JSON: {"frozen": [{"date", "sha256", "seal", "plan", "runs"}]}, oldest first. A plan
that is frozen again is one more entry. `runs` are those that were there (there.plain), with the
hashes of their numbers (`scores`, scores.kept); null: nobody looked. `sha256` is over the canonical
content: keys sorted, lists that have no order sorted, what is empty left out, as compact JSON in
UTF-8. Each `seal` is over the seal before it, the date, the hash and those of the runs and their
numbers, so that no entry can be changed, moved or taken out from between without the later ones
saying so.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.model import Frozen, Protocol
from paperforge.protocol import scores, there
from paperforge.protocol.differ import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from paperforge.model import Run

    Scores = Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]

_DAMAGED = "take it from the version control, or remove it and freeze the plan again"


def content(plan: Protocol) -> dict[str, Any]:
    """The canonical content of a plan, as JSON has it; what it does not say is left out.

    The scope "all" is what a plan means that names none, as those did that were frozen before
    there was the key: both have one hash.
    """
    methods = {n: {"role": m.role, "seeds": m.seeds} for n, m in plan.methods.items()}
    metrics = {
        n: {"direction": m.direction, "margin": m.margin, "detectable": m.detectable}
        for n, m in plan.metrics.items()
    }
    stopping: dict[str, Any] = {}
    if plan.stopping.looks:
        stopping = {"looks": list(plan.stopping.looks), "spending": plan.stopping.spending}
    whole = {
        "question": plan.question,
        "estimand": plan.estimand,
        "datasets": sorted(plan.datasets),
        "ablations": sorted(plan.ablations),
        "unit": plan.unit,
        "examples": plan.examples,
        "pair_by": sorted(plan.pair_by),
        "alpha": plan.alpha,
        "correction": plan.correction,
        "scope": "" if plan.scope == DEFAULTS["scope"] else plan.scope,
        "family": sorted(map(list, plan.family)),
        "stopping": stopping,
    }
    named = {
        "methods": {name: _said(table) for name, table in methods.items()},
        "metrics": {name: _said(table) for name, table in metrics.items()},
    }
    plain: dict[str, Any] = json.loads(json.dumps(_said(whole) | named))
    return plain


def _said(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value not in (None, "", [], {})}


def digest(plain: Mapping[str, Any]) -> str:
    """SHA-256 (hexadecimal) of a canonical content."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def seal(
    before: Sequence[Frozen],
    date: str,
    sha256: str,
    runs: Sequence[Run] | None = None,
    numbers: Scores | None = None,
) -> str:
    """What binds an entry to those before it."""
    last = before[-1].seal if before else ""
    more = "" if runs is None else f" {there.digest(runs)}"
    more += "" if numbers is None else f" {scores.digest(numbers)}"
    return hashlib.sha256(f"{last} {date} {sha256}{more}".encode()).hexdigest()


def add(
    before: Sequence[Frozen],
    plan: Protocol,
    date: str,
    runs: tuple[Run, ...] | None = None,
    numbers: Scores | None = None,
) -> tuple[Frozen, ...]:
    """The entries with one more: the plan of this date ("2026-11-28"), and the runs there were.

    numbers: the hashes of their results (scores.kept).
    """
    plain = content(plan)
    sha256 = digest(plain)
    sealed = seal(before, date, sha256, runs, numbers)
    return (*before, Frozen(date, sha256, plain, sealed, runs, numbers))


def intact(entries: Sequence[Frozen]) -> bool:
    """Whether every entry's content has its hash, and every seal follows from those before."""
    return all(
        digest(one.content) == one.sha256
        and seal(entries[:i], one.date, one.sha256, one.runs, one.scores) == one.seal
        for i, one in enumerate(entries)
    )


def text(entries: Sequence[Frozen]) -> str:
    """plan.lock."""
    rows = [
        {
            "date": e.date,
            "sha256": e.sha256,
            "seal": e.seal,
            "plan": e.content,
            "runs": None if e.runs is None else there.plain(e.runs) | _scores(e.scores),
        }
        for e in entries
    ]
    return json.dumps({"frozen": rows}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _scores(numbers: Scores | None) -> dict[str, Any]:
    return {} if numbers is None else {"scores": numbers}


def read(path: Path) -> tuple[Frozen, ...]:
    """The entries of a plan.lock, oldest first; none where there is no such file.

    Raises InputError where it is damaged. Whether it was edited is another question: `intact`.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(path)) from error
    try:
        rows = json.loads(data)["frozen"]
        return tuple(_entry(row) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError("is damaged: it holds no frozen plans", str(path), _DAMAGED) from error


def _entry(row: Mapping[str, Any]) -> Frozen:
    runs = row.get("runs")
    known = None if runs is None else there.of(runs)
    numbers = None if runs is None else runs.get("scores")
    if numbers is not None:
        numbers = {m: {k: dict(v) for k, v in row.items()} for m, row in numbers.items()}
    entry = Frozen(row["date"], row["sha256"], row["plan"], row["seal"], known, numbers)
    texts = all(isinstance(one, str) for one in (entry.date, entry.sha256, entry.seal))
    if not texts or not isinstance(entry.content, dict):
        raise TypeError("not an entry")
    return entry
