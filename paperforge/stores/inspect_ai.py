"""Inspect's evaluation logs: .eval archives, and the older .json.

An archive holds header.json (what was evaluated, results) and summaries.json (the scores of every
sample); one whose process was killed has only _journal/. The method is the model, the dataset the
task, the example the sample's id. One scorer's letters or its accuracy are the metric `accuracy`,
other scores are called like their scorer ("scorer/part" where a score has parts). An epoch asks
the same question again, so it is a repetition like a seed: that role keeps every answer, and leaves
the choice between new answers and new questions to the design. What the header says in means is
read where it holds no samples. https://inspect.aisi.org.uk/eval-logs.html and, for the layout,
https://github.com/UKGovernmentBEIS/inspect_ai/blob/main/src/inspect_ai/log/_recorders/eval.py
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores.inspect_logs import Log, number
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Inspect"
SUFFIXES = (".eval", ".json")

_ZIP = b"PK\x03\x04"
_JSON = re.compile(rb'\{\s*"version":\s*\d+,\s*"status":\s*"[a-z]+",\s*"eval":\s*\{')
_MEANS = ("accuracy", "mean")
"""What a metric of the scores themselves is called."""
_SPREADS = frozenset(("stderr", "bootstrap_stderr", "std", "var", "bootstrap_std"))
_SHOWN = 6


def recognises(path: Path) -> bool:
    """An .eval that is an archive; a .json that starts with version, status, eval."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        return False
    with path.open("rb") as stream:
        start = stream.read(512)
    return start.startswith(_ZIP) if suffix == ".eval" else _JSON.match(start) is not None


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One row a sample, epoch and score; logs in the order of time, unsuccessful ones first.

    A second evaluation with the same settings in the same folder is the same run: its rows replace
    the first's. Raises InputError where no log can be read.
    """
    out = Collector(found, engine, table)
    logs: list[Log] = []
    for path in found.files:
        try:
            logs.append(Log(path, found))
        except InputError as error:
            out.note(found.place(path), f"left out: {error.message}", error.hint)
    # A try that failed never replaces one that did not, whichever came last.
    logs.sort(key=lambda log: (log.status == "success", log.created, log.path))
    _name_runs(logs)
    seeded = len({log.seed for log in logs}) > 1
    repeated = {log.task for log in logs if log.epochs > 1}
    for log in logs:
        _add(out, log, seeded=seeded, repeated=log.task in repeated)
    if not out.runs and out.notes:
        first = out.notes[0]
        raise InputError(first.message.removeprefix("left out: "), first.where, first.hint)
    return out.relation(place="sample", name="")


def _name_runs(logs: Sequence[Log]) -> None:
    """An evaluation done again with nothing changed has the name of the first one."""
    names: dict[str, str] = {}
    for log in logs:
        log.run = names.setdefault(log.fingerprint, log.id)


def _add(out: Collector, log: Log, *, seeded: bool, repeated: bool) -> None:
    place = out.found.place(log.path)
    settings = log.settings(seeded=seeded)
    said = {k: v for k, v in log.roles(None).items() if v is not None}
    run = out.run(
        log.run, place=place, folder=log.path, status=log.status, settings=settings, roles=said
    )
    try:
        samples = _add_samples(out, log, run, seeded=seeded, repeated=repeated)
    except InputError as error:
        out.note(place, error.message, error.hint)
        samples = 0
    roles = log.roles(_seed(log, 0, seeded=seeded, repeated=False))
    for metric, value in _results(log, samples=bool(samples)):
        out.add(run, metric, value, **roles)


def _seed(log: Log, epoch: int, *, seeded: bool, repeated: bool) -> str | None:
    said = [log.seed] if seeded and log.seed is not None else []
    if repeated:
        said.append(f"epoch {epoch}" if said else str(epoch))
    return " ".join(said) or None


def _add_samples(out: Collector, log: Log, run: int, *, seeded: bool, repeated: bool) -> int:
    """Add every score; how many there are. What has none is counted in a note."""
    place = out.found.place(log.path)
    errors, rows = 0, 0
    odd: Counter[str] = Counter()
    for at, sample in enumerate(log.samples(), 1):
        epoch = sample.epoch
        errors += sample.failed
        roles = log.roles(_seed(log, epoch, seeded=seeded, repeated=repeated))
        more: dict[str, Any] = {"epoch": float(epoch)} if repeated else {}
        for scorer, part, value in sample.scores():
            metric, x = _metric(log, scorer, part, value), number(value)
            if x is None and value is not None:
                odd[metric] += 1
                continue
            out.add(run, metric, x, at=at, example=sample.id, **more, **roles)
            rows += 1
    if log.damage:
        out.note(place, f"{log.damage}; {rows} scores before it are kept")
    if errors:
        what = "sample has" if errors == 1 else "samples have"
        out.note(place, f"{errors} {what} no score, only an error")
    if odd:
        names = ", ".join(sorted(odd)[:_SHOWN])
        text = f"left out: {sum(odd.values())} scores that are no numbers ({names})"
        out.note(place, text)
    return rows


def _metric(log: Log, scorer: str, part: str, value: object) -> str:
    """The name of a score: one scorer's letters are an accuracy."""
    if len(log.scorers) > 1:
        return f"{scorer}/{part}" if part else scorer
    if part:
        return part
    return "accuracy" if scorer in log.accurate or isinstance(value, str) else scorer


def _results(log: Log, *, samples: bool) -> Iterable[tuple[str, float | None]]:
    """(metric, value) of the header: means where there are no samples, and what is no mean."""
    seen: set[str] = set()
    for scorer, name, metrics in log.results():
        part = "" if name == scorer else name
        for metric, value in metrics:
            if metric in _SPREADS or (samples and metric in _MEANS):
                continue
            shown = _metric(log, scorer, part, "C" if metric == "accuracy" else None)
            if metric not in _MEANS:
                shown = f"{shown}/{metric}" if len(log.scorers) > 1 else metric
            if shown not in seen:
                seen.add(shown)
                yield shown, value
