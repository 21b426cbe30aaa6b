"""Optuna's studies and trials, as both of its stores hold them: a trial is a run.

A study searches; its trials differ in what it searches over. Which of them a paper reports is the
author's choice: all are rows, and `optuna.best` says which one the study itself would choose.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.names import well_known
from paperforge.spec import Direction
from paperforge.stores import documents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.stores.runs import Collector

STATES = ("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING")
"""By number: https://github.com/optuna/optuna/blob/master/optuna/trial/_state.py"""
DIRECTIONS = ("NOT_SET", "MINIMIZE", "MAXIMIZE")
NAMES = "study:metric_names"
"""The study's system attribute that names its objectives."""
MOST_TRIALS = 100_000
MOST_TEXT = 128 << 20
"""Characters of all parameters and attributes of a source."""
_STATUS = {
    "COMPLETE": "finished",
    "RUNNING": "running",
    "WAITING": "running",
    "FAIL": "crashed",
    "PRUNED": "crashed",
}
_ENTRY = 100
"""Bytes that a setting of a run takes at least."""
_MOST_COMPARED = 2000
_TOLD = {"MINIMIZE": Direction.LOWER, "MAXIMIZE": Direction.HIGHER}
_SHOWN = 5


@dataclass(slots=True)
class Study:
    """A study, as far as it is known."""

    name: str
    directions: tuple[str, ...] = ()
    """MINIMIZE or MAXIMIZE, one an objective."""
    metrics: tuple[str, ...] = ()
    """The objectives' names, where the author named them."""
    attributes: dict[str, object] = field(default_factory=dict)
    deleted: bool = False
    trials: int = 0
    results: dict[int, tuple[float, ...]] = field(default_factory=dict)
    """Run -> values of the trials that are complete."""

    def metric(self, objective: int) -> str:
        """The name of an objective; Optuna's own where the author gave none."""
        if objective < len(self.metrics):
            return self.metrics[objective]
        return "value" if len(self.directions) < 2 else f"values_{objective}"  # noqa: PLR2004  one


@dataclass(slots=True)
class Trial:
    """A trial: the run that it is in the collector, and its study."""

    run: int
    study: Study
    state: str = "RUNNING"
    values: tuple[float | None, ...] = ()
    settings: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Trials:
    """Takes studies and trials of one file, and tells the collector."""

    out: Collector
    where: str
    """The file, behind the source's name."""
    left: int = MOST_TEXT
    trials: list[Trial] = field(default_factory=list)

    def begin(self, study: Study, number: int | None = None) -> Trial:
        """A new trial; its number is the next of its study, if it is not given."""
        if len(self.out.runs) >= MOST_TRIALS:
            raise InputError(f"has more than {MOST_TRIALS} trials", self.out.found.root.name)
        shown = f"{study.name} trial {study.trials if number is None else number}"
        study.trials += 1
        run = self.out.run(shown, place=f"{self.where} run {shown}", name=study.name)
        self.trials.append(Trial(run, study))
        return self.trials[-1]

    def say(self, trial: Trial, kind: str, name: str, value: object) -> None:
        """A parameter ("params") or an attribute ("tags") of a trial."""
        self.left -= len(name) + len(str(value))
        if self.left < 0:
            raise InputError("its parameters and attributes are too large", self.where.strip("/"))
        trial.settings[f"{kind}.{name}"] = value

    def finish(self) -> None:
        """Statuses, settings and the studies' own choice, when all is known; then the notes."""
        shared: dict[int, dict[str, str]] = {}
        for trial in self.trials:
            run, study = self.out.runs[trial.run], trial.study
            run.status = "deleted" if study.deleted else _STATUS.get(trial.state, "unknown")
            if id(study) not in shared:
                shared[id(study)] = documents.flat(study.attributes, "tags")
            told = shared[id(study)]
            self.left -= _ENTRY * len(told)
            own = {"optuna.study": study.name, "optuna.state": trial.state.lower()}
            settings = documents.flat({**trial.settings, **own})
            run.settings |= {**told, **settings} if self.left > 0 else settings
            values = [one for one in trial.values if one is not None]
            if trial.state == "COMPLETE" and values and not study.deleted:
                study.results[trial.run] = tuple(values)
        studies = list({id(trial.study): trial.study for trial in self.trials}.values())
        for study in studies:
            best = _best(study)
            for run_number in study.results if best else ():
                is_best = str(run_number in best).lower()
                self.out.runs[run_number].settings["optuna.best"] = is_best
        if self.left < 0:
            self.out.note(self.where, "the studies' attributes are too large: some are left out")
        self._notes(studies)

    def _notes(self, studies: Sequence[Study]) -> None:
        there = [study for study in studies if not study.deleted]
        counts = Counter(trial.state for trial in self.trials if not trial.study.deleted)
        if any(study.trials > 1 for study in there):
            self.out.note(
                self.where,
                "each trial of a study is a run of its own, whatever it tried",
                "--where optuna.best=true keeps the trial that each study found best; its number "
                "is the one it was chosen by, so evaluate it anew",
                warn=False,
            )
        if counts["PRUNED"]:
            text = f"{_count(counts['PRUNED'])} pruned: like failed ones they do not count"
            self.out.note(self.where, text, warn=False)
        if gone := sum(trial.study.deleted for trial in self.trials):
            text = f"left out: {_count(gone)} of deleted studies"
            self.out.note(self.where, text, warn=False)
        for metric, direction in _directions(there)[:_SHOWN]:
            option = "--lower" if direction == "MINIMIZE" else "--higher"
            text = f"{metric}: its study was told to {direction.lower()} it"
            self.out.note(self.where, text, f"{option} {metric}", warn=False)


def _count(trials: int) -> str:
    return f"{trials} trial{'s' if trials > 1 else ''}"


def _directions(studies: Sequence[Study]) -> list[tuple[str, str]]:
    """Objective and direction, of all studies, where its name does not say the same."""
    found = {
        (study.metric(place), direction)
        for study in studies
        for place, direction in enumerate(study.directions)
        if direction in _TOLD
    }
    known = {metric: well_known(metric) for metric, _ in found}
    return sorted(
        (metric, direction)
        for metric, direction in found
        if (one := known[metric]) is None or one[1] != _TOLD[direction]
    )


def _best(study: Study) -> set[int]:
    """The runs of the trials that no other one beats in every objective; the first of equals."""
    signs = [-1.0 if direction == "MAXIMIZE" else 1.0 for direction in study.directions]
    scores = {
        run: tuple(sign * value for sign, value in zip(signs, values, strict=False))
        for run, values in study.results.items()
        if len(values) == len(signs) and not any(value != value for value in values)  # noqa: PLR0124  NaN
    }
    if len(signs) == 1:
        return {min(scores, key=lambda run: (scores[run], run))} if scores else set()
    if not signs or len(scores) > _MOST_COMPARED:
        return set()
    return {
        run
        for run, own in scores.items()
        if not any(
            other != own and all(a <= b for a, b in zip(other, own, strict=True))
            for other in scores.values()
        )
    }


def parameter(distribution: str, value: float | None) -> object:
    """A parameter as the author's program saw it: categories are kept as places in a list."""
    kind, choices = _distribution(distribution)
    if value is None:
        return None
    if choices is not None:
        place = int(value) if abs(value) < len(choices) else -1
        return choices[place] if place >= 0 else value
    is_whole = kind.startswith("Int") and value == int(value)
    return int(value) if is_whole else value


@lru_cache(maxsize=1024)
def _distribution(text: str) -> tuple[str, tuple[Any, ...] | None]:
    """Name and choices of a distribution's JSON."""
    try:
        content = documents.mapping(json.loads(text))
    except (ValueError, RecursionError):
        return "", None
    choices = documents.mapping(content.get("attributes")).get("choices")
    return str(content.get("name")), tuple(choices) if isinstance(choices, list) else None


def names_of(attributes: Mapping[str, object]) -> tuple[str, ...]:
    """The objectives' names, from a study's system attributes."""
    names = attributes.get(NAMES)
    return tuple(str(name) for name in names) if isinstance(names, list) else ()
