"""Optuna's journal file: what was done to studies and trials, a line each, replayed in order.

Numbers of studies and trials are not in the file: they count the lines that made them. What was
done to a finished trial, or by a second creation of one study, has no effect, as in Optuna. Source:
https://github.com/optuna/optuna/blob/master/optuna/storages/journal/_storage.py
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.runs import Collector
from paperforge.stores.trials import DIRECTIONS, STATES, Study, Trial, Trials, names_of, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Optuna's journal"
SUFFIXES = (".log", ".journal", ".jsonl", ".json", ".txt", "")

_START = 4096
_LONGEST = 4 << 20
"""Bytes of a line."""
_LONGEST_NAME = 500
_FINISHED = ("COMPLETE", "PRUNED", "FAIL")
(
    _CREATE_STUDY,
    _DELETE_STUDY,
    _STUDY_USER,
    _STUDY_SYSTEM,
    _CREATE_TRIAL,
    _PARAM,
    _STATE,
    _INTERMEDIATE,
    _USER,
) = range(9)


def recognises(path: Path) -> bool:
    """A file whose first line is an operation of a journal."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    with path.open("rb") as stream:
        start = stream.read(_START)
    return start.startswith(b'{"') and b'"op_code":' in start and b'"worker_id":' in start


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """Final and intermediate values of all trials; settings are `params.X` and `tags.X`.

    An intermediate value has its step, the final ones have none. Raises InputError where no file
    holds a trial.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        _Replay(out, path).play()
    if not out.runs:
        raise NothingToRead("the journal holds no trials", found.root.name)
    return out.relation(place="line")


class _Replay:
    """A file being replayed."""

    def __init__(self, out: Collector, path: Path) -> None:
        self.out = out
        self.path = path
        self.where = out.found.place(path)
        self.told = Trials(out, self.where)
        self.studies: list[Study] = []
        self.names = self._metrics()

    def play(self) -> None:
        """Apply every line; the first that is damaged ends the file."""
        try:
            for line, record in _records(self.path):
                try:
                    self._apply(line, record)
                except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
                    raise _DamagedError(line) from None
        except _DamagedError as error:
            text = f"damaged at line {error.line}: the lines above are kept"
            self.out.note(self.where, text)
        except InputError as error:
            self.out.note(self.where, f"{error.message}: what comes first is kept")
        self.told.finish()

    def _metrics(self) -> dict[int, tuple[str, ...]]:
        """Study -> its objectives' names, which may be given after the first trials."""
        found = {}
        try:
            for _, record in _records(self.path, b"study:metric_names"):
                if record.get("op_code") == _STUDY_SYSTEM:
                    names = names_of(documents.mapping(record.get("system_attr")))
                    found[record.get("study_id")] = names
        except _DamagedError:
            pass
        return {study: names for study, names in found.items() if isinstance(study, int)}

    def _apply(self, line: int, record: Mapping[str, Any]) -> None:
        code = record["op_code"]
        if code == _CREATE_STUDY:
            self._create_study(record)
        elif code == _CREATE_TRIAL:
            self._create_trial(line, record)
        elif code in (_DELETE_STUDY, _STUDY_USER):
            study = self._study(record)
            if study and code == _DELETE_STUDY:
                study.deleted = True
            elif study:
                study.attributes |= documents.mapping(record["user_attr"])
        elif code in (_PARAM, _STATE, _INTERMEDIATE, _USER):
            number = record["trial_id"]
            trials = self.told.trials
            trial = trials[number] if 0 <= number < len(trials) else None
            if trial and trial.state not in _FINISHED:
                self._change(line, code, trial, record)

    def _create_study(self, record: Mapping[str, Any]) -> None:
        name = str(record["study_name"])[:_LONGEST_NAME]
        if any(study.name == name and not study.deleted for study in self.studies):
            return
        directions = tuple(DIRECTIONS[int(one)] for one in record["directions"])
        self.studies.append(Study(name, directions, self.names.get(len(self.studies), ())))

    def _study(self, record: Mapping[str, Any]) -> Study | None:
        number = record["study_id"]
        there = 0 <= number < len(self.studies) and not self.studies[number].deleted
        return self.studies[number] if there else None

    def _create_trial(self, line: int, record: Mapping[str, Any]) -> None:
        """A new trial; one that was added whole (study.add_trial) has everything here."""
        study = self._study(record)
        if study is None:
            return
        trial = self.told.begin(study)
        distributions = documents.mapping(record.get("distributions"))
        for name, value in documents.mapping(record.get("params")).items():
            self.told.say(trial, "params", name, parameter(distributions[name], value))
        for name, value in documents.mapping(record.get("user_attrs")).items():
            self.told.say(trial, "tags", name, value)
        for step, value in documents.mapping(record.get("intermediate_values")).items():
            self._intermediate(line, trial, int(step), value)
        state = STATES[record.get("state", 0)]
        values = record.get("values")
        if values is None and record.get("value") is not None:
            values = [record["value"]]
        self._finish(line, trial, state, values)

    def _change(self, line: int, code: int, trial: Trial, record: Mapping[str, Any]) -> None:
        if code == _PARAM:
            value = parameter(record["distribution"], record["param_value_internal"])
            self.told.say(trial, "params", record["param_name"], value)
        elif code == _INTERMEDIATE:
            self._intermediate(line, trial, record["step"], record["intermediate_value"])
        elif code == _STATE:
            self._finish(line, trial, STATES[record["state"]], record["values"])
        else:
            for name, value in documents.mapping(record["user_attr"]).items():
                self.told.say(trial, "tags", name, value)

    def _intermediate(self, line: int, trial: Trial, step: int, value: float | None) -> None:
        number = None if value is None else float(value)
        self.out.add(trial.run, trial.study.metric(0), number, step=float(int(step)), at=line)

    def _finish(self, line: int, trial: Trial, state: str, values: list[float] | None) -> None:
        trial.state = state
        trial.values = tuple(None if one is None else float(one) for one in values or ())
        for place, value in enumerate(trial.values):
            self.out.add(trial.run, trial.study.metric(place), value, at=line)


class _DamagedError(Exception):
    """A line that is no operation; its number."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _records(path: Path, wanted: bytes = b"") -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Number and content of every line, or of those that hold the wanted bytes."""
    try:
        with path.open("rb") as stream:
            line = 0
            while data := stream.readline(_LONGEST + 1):
                line += 1
                if len(data) > _LONGEST:
                    raise _DamagedError(line)
                if wanted not in data or not data.strip():
                    continue
                yield line, _record(data, line)
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror or error}", path.name) from None


def _record(data: bytes, line: int) -> Mapping[str, Any]:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        raise _DamagedError(line) from None
    if not isinstance(record, dict):
        raise _DamagedError(line)
    return record
