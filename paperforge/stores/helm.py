"""HELM's runs: SCENARIO:ARGS,model=MODEL/{run_spec,stats,per_instance_stats}.json. Experimental.

The method is the model, the dataset the scenario with its other arguments. Copies of a metric on
perturbed questions and counts of tokens and the like are left out. Numbers of single questions are
read where per_instance_stats.json is there and a metric of the run is their mean; a trial draws
other examples for the prompt and stands in the role of the seed. Tested on runs of toy models.
https://crfm-helm.readthedocs.io/en/latest/code/
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents, folders
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "HELM"
SUFFIXES = (".json",)

_FILES = ("run_spec.json", "stats.json", "per_instance_stats.json")
_STAT = re.compile(rb'\[\s*\{\s*"(name|instance_id)":')
_COUNTS = re.compile(
    r"num_.*|finish_reason_.*|training_.*|batch_size|prompt_truncated|max_prob|estimated_.*"
)
_NOT_OF_THE_TASK = frozenset(("model", "model_deployment", "groups"))
_SETTINGS = ("max_train_instances", "num_train_trials", "max_eval_instances", "num_outputs")
_CLOSE = 1e-6

_Key = tuple[str, str]
"""(metric, split)."""
_Means = Mapping[_Key, float | None]


def recognises(path: Path) -> bool:
    """One of the files of a run, by its name, its first bytes and what lies beside it."""
    if path.name not in _FILES:
        return False
    with path.open("rb") as stream:
        head = stream.read(4096).lstrip()
    if path.name == "run_spec.json":
        return b'"scenario_spec"' in head
    return _STAT.match(head) is not None and b'"split"' in head


def owns(path: Path) -> Path:
    """The run's folder: what else lies in it are prompts and answers."""
    return path.parent


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One row a metric and split of a run, and one a question and trial where they are known.

    Raises InputError where no run can be read.
    """
    out = Collector(found, engine, table)
    out.note(
        "", "HELM's runs are read experimentally: compare them with its own report", warn=False
    )
    runs: dict[Path, set[str]] = defaultdict(set)
    for path in found.files:
        runs[path.parent].add(path.name)
    for folder, names in runs.items():
        try:
            _add(out, folder, names)
        except InputError as error:
            out.note(f"{out.found.place(folder)}", f"left out: {error.message}", error.hint)
    if not out.runs:
        last = out.notes[-1]
        raise InputError(last.message.removeprefix("left out: "), last.where, last.hint)
    return out.relation(place="entry", name="")


def _add(out: Collector, folder: Path, names: set[str]) -> None:
    spec = documents.number_file(folder / "run_spec.json") if "run_spec.json" in names else {}
    adapter = documents.mapping(documents.mapping(spec).get("adapter_spec"))
    name = str(documents.mapping(spec).get("name") or folder.name)
    dataset, model = _named(name)
    said = folders.settings(out.found, folder)
    said = {key: text for key, text in said.items() if key.startswith("pattern.")}
    roles: dict[str, Any] = {
        "method": said.get("pattern.method") or str(adapter.get("model") or model),
        "dataset": said.get("pattern.dataset") or dataset,
    }
    means = (
        dict(_stats(documents.number_file(folder / "stats.json"))) if "stats.json" in names else {}
    )
    detail = folder / "per_instance_stats.json"
    if not means and detail.name not in names:
        return
    settings = {"config": {key: adapter.get(key) for key in _SETTINGS}, "run_spec": name}
    place = out.found.place(folder) if out.found.root.is_dir() else ""
    id_ = place.lstrip("/") or folder.name
    run = out.run(id_, place=place, status="finished", settings=settings)
    for (metric, split), value in means.items():
        out.add(run, metric, value, split=split, **roles)
    if detail.name in names:
        _add_instances(out, run, documents.number_file(detail), means, roles)


def _add_instances(
    out: Collector, run: int, content: object, means: _Means, roles: Mapping[str, Any]
) -> None:
    """The numbers of single questions, of metrics whose mean over them is the run's."""
    values: dict[_Key, list[tuple[int, str, str, float]]] = defaultdict(list)
    for at, one in enumerate(content if isinstance(content, list) else [], 1):
        instance = documents.mapping(one)
        if instance.get("perturbation"):
            continue
        example, trial = str(instance.get("instance_id")), str(instance.get("train_trial_index", 0))
        for key, value in _stats(instance.get("stats")):
            if value is not None:
                values[key].append((at, example, trial, value))
    several = len({trial for rows in values.values() for _, _, trial, _ in rows}) > 1
    for key, rows in values.items():
        mean = means.get(key)
        average = math.fsum(row[3] for row in rows) / len(rows) if _finite(rows) else math.nan
        if mean is None or not math.isclose(mean, average, rel_tol=_CLOSE, abs_tol=_CLOSE):
            continue
        for at, example, trial, value in rows:
            named = {**roles, "example": example, "split": key[1]}
            if several:
                named["seed"] = trial
            out.add(run, key[0], value, at=at, **named)


def _finite(rows: list[tuple[int, str, str, float]]) -> bool:
    return all(math.isfinite(row[3]) for row in rows)


def _stats(content: object) -> Iterator[tuple[_Key, float | None]]:
    """((metric, split), mean) of a list of stats, without perturbed copies and counts."""
    for one in content if isinstance(content, list) else []:
        stat = documents.mapping(one)
        name = documents.mapping(stat.get("name"))
        metric = str(name.get("name") or "")
        if not metric or name.get("perturbation") or _COUNTS.fullmatch(metric):
            continue
        if name.get("sub_split"):
            metric = f"{metric}/{name['sub_split']}"
        value = stat.get("mean")
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield (metric, str(name.get("split") or "")), _float(value)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _named(name: str) -> tuple[str, str]:
    """(dataset, model) of a run's name: "mmlu:subject=anatomy,model=a_b" is of mmlu, anatomy."""
    scenario, _, arguments = name.partition(":")
    pairs = [part.partition("=") for part in arguments.split(",") if part]
    kept = [f"{key}={text}" for key, _, text in pairs if key not in _NOT_OF_THE_TASK]
    model = next((text for key, _, text in pairs if key == "model"), "")
    return scenario + (":" + ",".join(kept) if kept else ""), model.replace("_", "/", 1)
