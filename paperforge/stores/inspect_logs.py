"""One log of Inspect: what was evaluated, and the scores of its samples, in either form.

https://github.com/UKGovernmentBEIS/inspect_ai/blob/main/src/inspect_ai/log/_log.py
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents, folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from zipfile import ZipFile

    from paperforge.model import Found

_GRADES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0, "yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
"""https://inspect.aisi.org.uk/scorers.html: correct, incorrect, partial, no answer."""
_LARGEST = 48 << 20
_MOST_CONTAINERS = 1_000_000
"""Python's objects take up to thirty times the memory of their text."""
_JOURNAL = re.compile(r"_journal/summaries/(\d+)\.json")
_SAMPLE = re.compile(r"samples/.*\.json")
_PART_OF_RUN = ("limit", "sample_id", "epochs", "message_limit", "token_limit", "time_limit")


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer to one question."""

    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The question's."""
        return str(self.content.get("id"))

    @property
    def epoch(self) -> int:
        """Which time the question was asked, from 1."""
        said = self.content.get("epoch")
        return said if isinstance(said, int) else 1

    @property
    def failed(self) -> bool:
        """Whether it ended in an error, without scores."""
        return bool(self.content.get("error")) and not self.content.get("scores")

    def scores(self) -> Iterator[tuple[str, str, Any]]:
        """(scorer, part of its score or "", value)."""
        for scorer, score in documents.mapping(self.content.get("scores")).items():
            value = documents.mapping(score).get("value")
            if isinstance(value, dict):
                yield from ((scorer, str(part), one) for part, one in value.items())
            else:
                yield scorer, "", value


class Log:
    """A log file; its samples are read when they are asked for."""

    def __init__(self, path: Path, found: Found) -> None:
        """Raises InputError where it is damaged or is no log."""
        self.path = path
        self.run = ""
        self.damage = ""
        """What ended the last reading of the samples early."""
        self._archive = path.suffix.lower() == ".eval"
        content = self._header()
        self.status = str(content.get("status") or "started")
        self._spec = documents.mapping(content.get("eval"))
        self.task = str(self._spec.get("task") or "")
        self.model = str(self._spec.get("model") or "")
        if not self.task or not self.model:
            raise InputError("names no task and model", path.name)
        plan = documents.mapping(content.get("plan"))
        generate = documents.mapping(self._spec.get("model_generate_config"))
        self._generate = {**documents.mapping(plan.get("config")), **generate}
        self._results = documents.mapping(content.get("results")).get("scores")
        self._config = documents.mapping(self._spec.get("config"))
        self._said = folders.settings(found, path)
        self.created = str(self._spec.get("created") or "")
        self.accurate = frozenset(self._accurate())

    @property
    def id(self) -> str:
        """Inspect's own id of the evaluation; older logs have one of the run only."""
        own = self._spec.get("eval_id")
        return str(own or f"{self._spec.get('run_id')} {self.task} {self.model}")

    @property
    def seed(self) -> str | None:
        """The seed that the model was given, where no folder names one."""
        if "path.seed" in self._said or "pattern.seed" in self._said:
            return None
        seed = self._generate.get("seed")
        return None if seed is None else str(seed)

    @property
    def epochs(self) -> int:
        """How many times each question was to be asked."""
        said = self._config.get("epochs")
        return said if isinstance(said, int) else 1

    @property
    def scorers(self) -> tuple[str, ...]:
        """The names of the scorers, as far as the log says them."""
        names = [one.get("name") for one in _objects(self._spec.get("scorers"))]
        names += [one.get("scorer") for one in _objects(self._results)]
        return tuple(dict.fromkeys(str(name) for name in names if name))

    @property
    def fingerprint(self) -> str:
        """What two logs must share to be the same evaluation, done again."""
        said = {k: v for k, v in self._said.items() if not k.startswith("config.")}
        names = ("task_args", "solver", "solver_args", "model_args")
        own = {name: self._spec.get(name) for name in names}
        limits = {name: self._config.get(name) for name in _PART_OF_RUN}
        same = (self.path.parent, self.task, self.model, said, own, self._generate, limits)
        return repr(same)

    def roles(self, seed: str | None) -> dict[str, Any]:
        """What a value of this log is a value of; --path comes before the log's own words."""
        own = {"method": self.model, "dataset": self.task, "seed": seed}
        return {role: self._said.get(f"pattern.{role}", text) for role, text in own.items()}

    def settings(self, *, seeded: bool) -> dict[str, object]:
        """What it was run with: the task's arguments are params, its metadata tags."""
        generate = {k: v for k, v in self._generate.items() if seeded or k != "seed"}
        names = ("solver", "solver_args", "model_args", "model_roles")
        return {
            "config": {
                **{name: self._spec.get(name) for name in names},
                **{name: self._config.get(name) for name in _PART_OF_RUN},
                "generate": generate,
            },
            "params": self._spec.get("task_args"),
            "tags": self._spec.get("metadata"),
            "task_version": self._spec.get("task_version"),
        }

    def results(self) -> Iterator[tuple[str, str, list[tuple[str, float | None]]]]:
        """(scorer, name of the score, [(metric, value)]) of the header."""
        for one in _objects(self._results):
            name = str(one.get("name"))
            metrics = documents.mapping(one.get("metrics"))
            values = [(m, number(documents.mapping(v).get("value"))) for m, v in metrics.items()]
            yield str(one.get("scorer") or name), name, values

    def samples(self) -> Iterator[Sample]:
        """All samples in the order written. Raises InputError where they cannot be read."""
        self.damage = ""
        if not self._archive:
            content = documents.mapping(documents.number_file(self.path))
            yield from map(Sample, _objects(content.get("samples")))
            return
        with documents.open_zip(self.path) as archive:
            for name in self._members(archive):
                try:
                    content = self._member(archive, name)
                except InputError as error:
                    self.damage = f"{name} {error.message}"
                    return
                yield from map(
                    Sample, _objects(content if isinstance(content, list) else [content])
                )

    @staticmethod
    def _members(archive: ZipFile) -> list[str]:
        """The members that hold the samples' scores: summaries, in the order written."""
        names = list(dict.fromkeys(archive.namelist()))
        whole = "summaries.json"
        if whole in names and archive.getinfo(whole).file_size <= _LARGEST:
            return [whole]
        journal = sorted((int(m[1]), n) for n in names if (m := _JOURNAL.fullmatch(n)))
        parts = [name for _, name in journal] or [n for n in names if _SAMPLE.fullmatch(n)]
        return parts or [name for name in names if name == whole]

    def _header(self) -> Mapping[str, Any]:
        if not self._archive:
            whole = documents.mapping(documents.number_file(self.path))
            return {name: part for name, part in whole.items() if name != "samples"}
        with documents.open_zip(self.path) as archive:
            names = set(archive.namelist())
            for name in ("header.json", "_journal/start.json"):
                if name in names:
                    return documents.mapping(self._member(archive, name))
        raise InputError("has no header", self.path.name, "was the process that writes it killed?")

    def _member(self, archive: ZipFile, name: str) -> Any:  # noqa: ANN401  JSON is any of six types
        data = documents.member(archive, name, self.path.name, _LARGEST)
        if data.count(b"[") + data.count(b"{") > _MOST_CONTAINERS:
            raise InputError(f"holds more than {_MOST_CONTAINERS} objects", self.path.name)
        return documents.json_of(data, f"{self.path.name} member {name}")

    def _accurate(self) -> Iterator[str]:
        """Scorers that count their scores as an accuracy."""
        for one in _objects(self._spec.get("scorers")):
            names = [str(metric.get("name")) for metric in _objects(one.get("metrics"))]
            if any(name.rpartition("/")[2] == "accuracy" for name in names):
                yield str(one.get("name"))
        for scorer, name, metrics in self.results():
            if scorer == name and any(metric == "accuracy" for metric, _ in metrics):
                yield scorer


def number(value: object) -> float | None:
    """A score as a number: a letter, a word or a number in a text too; else None."""
    if isinstance(value, str):
        value = _GRADES.get(value, _GRADES.get(value.lower(), value))
    if not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _objects(value: object) -> list[dict[str, Any]]:
    """The objects of a JSON list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
