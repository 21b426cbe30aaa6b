"""One results file of lm-evaluation-harness: what was evaluated, how, and the means.

Both layouts: {task: {"acc,none": .7, "acc_stderr,none": .01}} since 0.4, where "none" is the filter
of the answers, and {task: {"acc": .7, "acc_stderr": .01}} before.
https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/result_schema.py
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents, folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from paperforge.model import Found

SEEDS = ("random_seed", "numpy_seed", "torch_seed", "fewshot_seed")
PART_OF_RUN = (
    "model_args", "limit", "gen_kwargs", "system_instruction_sha", "chat_template_sha",
    "fewshot_as_multiturn", *SEEDS,
)  # fmt: skip
"""What two evaluations must share to be the same one, done again."""

_STAMP = re.compile(r"_(\d{4}-\d\d-\d\dT[\d.:\-]+)")
_MODEL_KEYS = ("peft", "delta", "pretrained", "model", "path", "engine")
"""The arguments that name a model, in the harness's own order."""
_NO_METRICS = frozenset(("alias", "name", "sample_len", "sample_count", "samples"))


@dataclass(slots=True)
class Evaluation:
    """What one results file says; or what the name of a file of examples does."""

    path: Path
    stamp: str
    """When, as the file's name or content says; texts that sort by time."""
    model: str
    said: Mapping[str, str]
    """What the names of its folders say."""
    config: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    """Task -> metric, with its filter's name where it has one -> number."""
    groups: tuple[str, ...] = ()
    shots: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, Any] = field(default_factory=dict)
    means: frozenset[tuple[str, str]] = frozenset()
    """(task, metric without filter) that are means over the examples, as the task says."""
    run: str = ""
    seed: str | None = None
    """Where seeds differ between the evaluations."""

    def roles(self, task: str) -> dict[str, Any]:
        """What a value of this file is a value of; --path comes before the file's own words."""
        own = {"method": self.model, "dataset": task, "seed": self.seed}
        return {role: self.said.get(f"pattern.{role}", text) for role, text in own.items()}

    def settings(self, task: str) -> dict[str, object]:
        """What a task of this file was run with; seeds only where they differ."""
        config = {k: v for k, v in self.config.items() if self.seed is not None or k not in SEEDS}
        shots, version = self.shots.get(task), self.versions.get(task)
        return {"config": config, "n_shot": shots, "version": version}


def evaluation(path: Path, found: Found) -> Evaluation:
    """Read a file. Raises InputError where it is damaged or holds no results."""
    content = documents.mapping(documents.number_file(path))
    results = documents.mapping(content.get("results"))
    if not results or not all(isinstance(values, dict) for values in results.values()):
        raise InputError("holds no results of tasks", path.name)
    keyed = any("," in key for values in results.values() for key in values)
    config = dict(documents.mapping(content.get("config")))
    config |= {k: content[k] for k in PART_OF_RUN if k not in config and content.get(k)}
    shots = documents.mapping(content.get("n-shot"))
    if not shots and "num_fewshot" in config:
        shots = dict.fromkeys(results, config["num_fewshot"])
    said = folders.settings(found, path)
    if "path.seed" in said or "pattern.seed" in said:
        # The seed that the author gave the run; the harness has one for its own sampling.
        config = {key: value for key, value in config.items() if key not in SEEDS}
    return Evaluation(
        path,
        stamp_of(path) or str(content.get("date") or ""),
        str(content.get("model_name") or "") or _model(config) or path.stem,
        said,
        config,
        {task: dict(_metrics(values, keyed=keyed)) for task, values in results.items()},
        _groups(content, results),
        shots,
        documents.mapping(content.get("versions")),
        frozenset(_means(documents.mapping(content.get("configs")))),
    )


def stamp_of(path: Path) -> str:
    """The time in a file's name; empty: there is none."""
    found = _STAMP.search(path.name)
    return found[1].rstrip(".-") if found else ""


def metric_name(metric: str, answers: str) -> str:
    """A metric of answers that went through the filter `answers`."""
    return metric if answers == "none" else f"{metric},{answers}"


def number(value: object) -> float | None:
    """A JSON value as a number, also "True" as older versions write it; else None."""
    if isinstance(value, str):
        value = {"True": 1, "False": 0}.get(value, value)
    if not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _model(config: Mapping[str, Any]) -> str:
    """The model as its arguments name it, else the kind of model."""
    given = config.get("model_args")
    if isinstance(given, str):
        given = dict(part.partition("=")[::2] for part in given.split(","))
    args = documents.mapping(given)
    named = (str(args[key]) for key in _MODEL_KEYS if args.get(key))
    return next(named, str(config.get("model") or ""))


def _metrics(values: Mapping[str, Any], *, keyed: bool) -> Iterable[tuple[str, float | None]]:
    """(metric, value) of a task; standard errors and names are none."""
    for key, value in values.items():
        metric, comma, answers = key.rpartition(",") if keyed else (key, ",", "none")
        if comma and not metric.endswith("_stderr") and metric not in _NO_METRICS:
            yield metric_name(metric, answers), number(value)


def _groups(content: Mapping[str, Any], results: Mapping[str, Any]) -> tuple[str, ...]:
    """The rows that are means of other rows."""
    below = documents.mapping(content.get("group_subtasks"))
    seen: set[str] = set()

    def counted(group: str) -> bool:
        seen.add(group)
        names = below.get(group)
        tasks = [t for t in names if isinstance(t, str)] if isinstance(names, list) else []
        return any(task in results or (task not in seen and counted(task)) for task in tasks)

    found = []
    for task in results:
        seen.clear()
        if task in below and counted(task):
            found.append(task)
    return tuple(found)


def _means(configs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for task, config in configs.items():
        listed = documents.mapping(config).get("metric_list")
        for one in listed if isinstance(listed, list) else []:
            entry = documents.mapping(one)
            if entry.get("aggregation") == "mean":
                yield task, str(entry.get("metric"))
