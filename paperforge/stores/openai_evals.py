"""Logs of OpenAI evals: JSON lines, first the spec, then events, and a final report. Experimental.

The method is the completion function, the dataset the eval's full name (its split is part of that
name, and says nothing of the others). An event `match` is an accuracy of its sample, `metrics` are
numbers of its sample; the final report is read without what it says of spreads. A log without a
final report is still running, or was killed. Tested on logs of toy models only.
https://github.com/openai/evals/blob/main/evals/record.py
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents, folders
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "OpenAI evals"
SUFFIXES = (".jsonl",)

_LONGEST = 16 << 20
"""Bytes of a line that is parsed: Python's objects take up to twenty times as much."""
_SPREADS = ("std", "stderr", "sem")


@dataclass(slots=True)
class _Log:
    path: Path
    spec: Mapping[str, Any]
    said: Mapping[str, str]
    damage: str = ""
    reported: bool = False
    rows: int = field(default=0)

    @property
    def seed(self) -> str | None:
        """The seed of the samples' order, where no folder names one."""
        if "path.seed" in self.said or "pattern.seed" in self.said:
            return None
        seed = documents.mapping(self.spec.get("run_config")).get("seed")
        return None if seed is None else str(seed)

    def roles(self, *, seeded: bool) -> dict[str, Any]:
        """What a value of this log is a value of; --path comes before the log's own words."""
        named = self.spec.get("completion_fns") or self.spec.get("model_name") or "unknown"
        method = ", ".join(map(str, named)) if isinstance(named, list) else str(named)
        dataset = str(self.spec.get("eval_name") or self.spec.get("base_eval") or "")
        own = {"method": method, "dataset": dataset or None, "seed": self.seed if seeded else None}
        return {role: self.said.get(f"pattern.{role}", text) for role, text in own.items()}

    def values(self) -> Iterator[tuple[int, str | None, str, float]]:
        """(line, sample or None, metric, value); a damaged line ends the log."""
        for at, event in self._events():
            report = event.get("final_report")
            if isinstance(report, dict):
                self.reported = True
                yield from ((at, None, name, x) for name, x in _numbers(report))
            data = documents.mapping(event.get("data"))
            sample = event.get("sample_id")
            if sample is None:
                continue
            if event.get("type") == "match" and isinstance(data.get("correct"), bool):
                yield at, str(sample), "accuracy", float(data["correct"])
            elif event.get("type") == "metrics":
                yield from ((at, str(sample), name, x) for name, x in _numbers(data))

    def _events(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        with self.path.open("rb") as stream:
            for at, line in enumerate(iter(lambda: stream.readline(_LONGEST), b""), 1):
                if not line.strip():
                    continue
                try:
                    event = documents.json_of(line, self.path.name)
                except InputError as error:
                    self.damage = f"line {at} {error.message}"
                    return
                yield at, documents.mapping(event)


def recognises(path: Path) -> bool:
    """JSON lines of which the first is a spec."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    with path.open("rb") as stream:
        return b"".join(stream.read(64).split()).startswith(b'{"spec":{"')


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One row a number of a sample, and one a number of a report. Raises InputError for no log."""
    out = Collector(found, engine, table)
    text = "logs of OpenAI evals are read experimentally: compare them with its own report"
    out.note("", text, warn=False)
    logs = []
    for path in found.files:
        try:
            logs.append(_open(path, found))
        except InputError as error:
            out.note(found.place(path), f"left out: {error.message}", error.hint)
    logs.sort(key=lambda log: (str(log.spec.get("created_at")), log.path))
    seeded = len({log.seed for log in logs}) > 1
    for log in logs:
        _add(out, log, seeded=seeded)
    if not out.runs:
        last = out.notes[-1]
        raise InputError(last.message.removeprefix("left out: "), last.where, last.hint)
    return out.relation(place="line", name="")


def _open(path: Path, found: Found) -> _Log:
    with path.open("rb") as stream:
        line = stream.readline(_LONGEST)
    first = documents.mapping(documents.json_of(line, path.name))
    return _Log(path, documents.mapping(first.get("spec")), folders.settings(found, path))


def _add(out: Collector, log: _Log, *, seeded: bool) -> None:
    place = out.found.place(log.path)
    config = dict(documents.mapping(log.spec.get("run_config")))
    if not seeded:
        config.pop("seed", None)
    id_ = str(log.spec.get("run_id") or place.lstrip("/") or log.path.stem)
    run = out.run(id_, place=place, folder=log.path, status="running", settings={"config": config})
    roles = log.roles(seeded=seeded)
    for at, sample, metric, value in log.values():
        out.add(run, metric, value, at=at, example=sample, **roles)
        log.rows += 1
    if log.reported:
        out.runs[run].status = "finished"
    if log.damage:
        out.note(place, f"{log.damage}; {log.rows} numbers before it are kept")


def _numbers(values: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in values.items():
        spread = name.rpartition("_")[2] in _SPREADS
        if isinstance(value, int | float) and not spread:
            try:
                yield name, float(value)
            except OverflowError:
                continue
