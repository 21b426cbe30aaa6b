"""lm-evaluation-harness: the results of tasks, and what was logged of every example.

Since 0.4: OUT/MODEL/results_TIME.json, and with --log_samples one samples_TASK_TIME.jsonl a task
beside it. Before (legacy): one JSON of any name. The method is the model, the dataset the task; a
metric keeps its filter's name where it has one ("exact_match,strict"); standard errors are no
metrics. lm_eval_results.py and lm_eval_samples.py read the two kinds of file.
https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/loggers/evaluation_tracker.py
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents, lm_eval_samples
from paperforge.stores.lm_eval_results import PART_OF_RUN, SEEDS, evaluation, stamp_of
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw
    from paperforge.stores.lm_eval_results import Evaluation

NAME = "lm-evaluation-harness"
SUFFIXES = (".json", ".jsonl")

_HEAD = 4096
_START = 512
_NAMED = re.compile(r"results_\d{4}-\d\d-\d\dT.*\.json")
_SHOWN = 4
_LEFT_OUT = "left out: "


def recognises(path: Path) -> bool:
    """A JSON object that starts with results and has versions; or logged examples."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        return False
    with path.open("rb") as stream:
        head = stream.read(_HEAD).lstrip()
        if lm_eval_samples.are_samples(head):
            return True
        started = head.startswith(b"{") and b'"results"' in head[:_START]
        if suffix != ".json" or not started:
            return False
        if _NAMED.fullmatch(path.name):
            return True
        whole = head + stream.read(documents.LARGEST)
    # lighteval's files have results and versions too.
    return b'"versions"' in whole and b'"config' in whole and b'"config_general"' not in whole


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One row a task and metric, and one a logged example; evaluations in the order of time.

    A second evaluation with the same settings in the same folder is the same run: its rows replace
    the first's. Raises InputError where no file can be read.
    """
    out = Collector(found, engine, table)
    evaluations: list[Evaluation] = []
    samples: list[Path] = []
    for path in found.files:
        try:
            if _is_samples(path):
                samples.append(path)
            else:
                evaluations.append(evaluation(path, found))
        except InputError as error:
            out.note(found.place(path), f"{_LEFT_OUT}{error.message}", error.hint)
    evaluations.sort(key=lambda one: (one.stamp, one.path))
    _give_seeds(evaluations)
    _name_runs(evaluations, found)
    for one in evaluations:
        for task in one.results:
            if one.results[task] and task not in one.groups:
                _add(out, one, task)
    word = lm_eval_samples.add(out, sorted(samples, key=lambda p: (stamp_of(p), p)), evaluations)
    _say_groups(out, evaluations)
    _say_settings(out, evaluations)
    left_out = [note for note in out.notes if note.message.startswith(_LEFT_OUT)]
    if not out.runs and left_out:
        first = left_out[0]
        raise InputError(first.message.removeprefix(_LEFT_OUT), first.where, first.hint)
    return out.relation(place=word, name="")


def _is_samples(path: Path) -> bool:
    with path.open("rb") as stream:
        return lm_eval_samples.are_samples(stream.read(_HEAD).lstrip())


def _give_seeds(evaluations: Sequence[Evaluation]) -> None:
    """The first kind of seed that differs between evaluations is the seed."""
    for key in SEEDS:
        if len({str(one.config[key]) for one in evaluations if key in one.config}) > 1:
            for one in evaluations:
                one.seed = str(one.config[key]) if key in one.config else None
            return


def _name_runs(evaluations: Sequence[Evaluation], found: Found) -> None:
    """An evaluation done again with nothing changed has the name of the first one."""
    seen: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for one in evaluations:
        # Without a time in its name, an evaluation writes over the last one in its place.
        place = one.path.parent if stamp_of(one.path) else one.path
        own = {k: v for k, v in one.said.items() if not k.startswith("config.")}
        same = {key: one.config.get(key) for key in PART_OF_RUN}
        shots = {task: one.shots.get(task) for task in one.results}
        runs = seen[repr((place, one.model, own, same))]
        for run, known in runs:
            if all(known.get(task, n) == n for task, n in shots.items()):
                known.update(shots)
                one.run = run
                break
        else:
            name = found.place(one.path).lstrip("/").removesuffix(".json") or one.path.stem
            one.run = name.replace("/results_", "/")
            runs.append((one.run, shots))


def _add(out: Collector, one: Evaluation, task: str) -> None:
    place, settings = out.found.place(one.path), one.settings(task)
    run = out.run(one.run, place=place, folder=one.path, status="finished", settings=settings)
    for metric, value in one.results[task].items():
        out.add(run, metric, value, **one.roles(task))


def _say_groups(out: Collector, evaluations: Sequence[Evaluation]) -> None:
    names = list(dict.fromkeys(name for one in evaluations for name in one.groups))
    if names:
        shown = ", ".join(names[:_SHOWN]) + (", …" if names[_SHOWN:] else "")
        text = f"left out: the rows of groups ({shown}), which are means of other rows"
        out.note("", text, "their tasks are counted", warn=False)


def _say_settings(out: Collector, evaluations: Sequence[Evaluation]) -> None:
    """One model on one task with different numbers of shots would look like replicates."""
    seen: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for one in evaluations:
        for task in one.results:
            seen[one.model, task][str(one.shots.get(task))] = None
    for (model, task), shots in seen.items():
        if len(shots) > 1:
            text = f"{model} on {task} was evaluated with different n_shot: {', '.join(shots)}"
            out.note("", text, f"keep one: --where n_shot={list(shots)[-1]}")
            return
