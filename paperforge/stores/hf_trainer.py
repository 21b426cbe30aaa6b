"""The Trainer of Hugging Face transformers: trainer_state.json and *_results.json of each run.

trainer_state.json has `log_history`, a list of what was logged: training steps (`loss`),
evaluations (`eval_*`) and at the end a summary of training (`train_runtime`, ...). Each
checkpoint-N repeats the history up to its step: the run's own file is read, else that of the newest
checkpoint, never both.
eval_results.json and its like repeat the last evaluation: they are the store's summary, and count
only where the history does not have the metric. predict_* are measured on test data. With several
evaluation sets their names are in the metrics': eval_rte_accuracy is the accuracy on rte, unless
--path says what the dataset is. The Trainer writes its seed into training_args.bin only, a pickle,
which is never opened.
https://huggingface.co/docs/transformers/main_classes/trainer
https://github.com/huggingface/transformers/blob/main/src/transformers/trainer_callback.py
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.names import roles
from paperforge.stores import documents, folders, trainer_state
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Hugging Face Trainer"
SUFFIXES = (".json",)
_STATE = "trainer_state.json"
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
_SPLITS = "eval|test|predict|validation|val|dev"
_RESULTS = re.compile(rf"(all|train|(?:{_SPLITS})(?:_[\w.-]+)?)_results\.json")
_PREFIX = re.compile(rf"(?:train|{_SPLITS})_.")
_SET = re.compile(rf'(?:{_SPLITS})_([^"]+)_samples_per_second')
"""The Trainer measures the speed on every set that it evaluates: eval_SET_samples_per_second."""
_KEPT = "evaluated on several sets ({}), whose names stay in the metrics: --path says the dataset"
_RENAME = "to take the sets for datasets, call that folder otherwise: {trained_on}, or *"
_OF_A_SET = re.compile(rf"((?:{_SPLITS})_)(.+)")
_PICKLE = "training_args.bin"
_TENSORBOARD = "runs"
_KEYS = (b'"log_history"', b'"global_step"')
_LARGEST = 1 << 20
_HEAD = 1 << 13
_SHOWN = 3


def recognises(path: Path) -> bool:
    """By name; then a state by its keys, results as a flat object with keys like eval_accuracy."""
    if path.name == _STATE:
        with path.open("rb") as stream:
            start = stream.read(_HEAD)
        return start.lstrip().startswith(b"{") and any(key in start for key in _KEYS)
    if not _RESULTS.fullmatch(path.name) or path.stat().st_size > _LARGEST:
        return False
    try:
        content = documents.json_file(path)
    except InputError:
        # Cut off, but whose it is shows beside it.
        return (path.parent / _STATE).is_file()
    if not isinstance(content, dict) or any(isinstance(v, dict) for v in content.values()):
        return False
    return any(_PREFIX.match(key) for key in content)


def owns(path: Path) -> Path:
    """A checkpoint's folder; of a run, the folder of TensorBoard's copy of the same history."""
    return path.parent if _CHECKPOINT.fullmatch(path.parent.name) else path.parent / _TENSORBOARD


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a folder.

    Raises InputError where no file of any run can be read.
    """
    out = Collector(found, engine, table)
    by_folder: dict[Path, list[Path]] = {}
    for path in found.files:
        by_folder.setdefault(_folder(path, found.root), []).append(path)
    problems: list[InputError] = []
    for folder, files in by_folder.items():
        _read_run(out, folder, files, problems)
    if not out.runs and problems:
        raise problems[0]
    _say_where_seeds_are(out, list(by_folder))
    return out.relation(place="entry")


def _folder(path: Path, root: Path) -> Path:
    """The folder of the run; a checkpoint that is given alone is a run."""
    folder = path.parent
    inside = _CHECKPOINT.fullmatch(folder.name) and folder.parent.is_relative_to(root)
    return folder.parent if inside else folder


def _read_run(
    out: Collector, folder: Path, files: Iterable[Path], problems: list[InputError]
) -> None:
    """Tell the collector of one run: its history, then its summaries."""
    states = sorted((f for f in files if f.name == _STATE), key=_newest_first)
    results = {f.name: f for f in files if f.name != _STATE and f.parent == folder}
    sound = _state(out, states, problems)
    summaries = _summaries(out, results, problems)
    if sound is None and not summaries:
        return
    logged = sound is not None and not (sound[1].empty and summaries)
    first = sound[0] if sound and logged else results[next(iter(summaries))]
    run = out.run(folders.run_id(out.found, folder), place=out.found.place(first), folder=folder)
    sets = _sets(out, run, sound[1].text if sound else "", summaries)
    if sound:
        _add_history(out, run, *sound, sets)
        out.runs[run].settings |= documents.flat(sound[1].settings, "params")
        _say_what_is_odd(out, folder, *sound)
    for file, values in summaries.items():
        place = out.found.place(results[file])
        other = run if results[file] == first else out.also(run, place)
        axes: dict[str, Any] = {"epoch": values["epoch"]} if "epoch" in values else {}
        for metric, value in values.items():
            if metric != "epoch":
                name, dataset = _of_set(metric, sets)
                out.add(other, name, value, summary=True, dataset=dataset, **axes)


def _sets(
    out: Collector, run: int, history: str, summaries: Mapping[str, Mapping[str, float]]
) -> Sequence[str]:
    """The names of a run's evaluation sets, longest first: mnli_mm before mnli.

    None where --path says what the dataset is.
    """
    texts = [history, *(name for values in summaries.values() for name in values)]
    names = {name for text in texts for name in _SET.findall(text)}
    if names and "pattern.dataset" in out.runs[run].settings:
        out.note(out.runs[run].place, _KEPT.format(", ".join(sorted(names))), _RENAME, warn=False)
        return ()
    return sorted(names, key=len, reverse=True)


def _of_set(name: str, sets: Sequence[str]) -> tuple[str, str | None]:
    """A logged name as a metric with its split in front, and the set that it was measured on."""
    found = _OF_A_SET.fullmatch(name) if sets else None
    for one in sets:
        if found and found[2].startswith(f"{one}_"):
            return _metric(found[1] + found[2].removeprefix(f"{one}_")), one
    return _metric(name), None


def _state(
    out: Collector, states: Iterable[Path], problems: list[InputError]
) -> tuple[Path, trainer_state.State] | None:
    """The first state that can be read."""
    for path in states:
        try:
            return path, trainer_state.opened(path)
        except InputError as error:
            problems.append(error)
            out.note(out.found.place(path), f"not read: {error.message}", error.hint)
    return None


def _newest_first(state: Path) -> tuple[bool, int]:
    """Order of states: the run's own, then the checkpoints', newest first."""
    found = _CHECKPOINT.fullmatch(state.parent.name)
    return found is not None, -int(found[1]) if found else 0


def _add_history(
    out: Collector, run: int, path: Path, state: trainer_state.State, sets: Sequence[str]
) -> None:
    texts: dict[str, None] = {}
    for entry in state.entries():
        step, epoch = entry.get("step"), entry.get("epoch")
        axes: dict[str, Any] = {"epoch": epoch} if trainer_state.is_number(epoch) else {}
        where = step if trainer_state.is_number(step) else None
        for name, value in entry.items():
            if name in ("step", "epoch") or value is None:
                continue
            if not trainer_state.is_number(value):
                texts[name] = None
                continue
            # The mean loss of the whole training is a summary of the losses at its steps.
            mean = True if name == "train_loss" and "train_runtime" in entry else None
            metric, dataset = _of_set(name, sets)
            axes["dataset"] = dataset
            out.add(run, metric, value, step=where, at=state.taken, summary=mean, **axes)
    place = out.found.place(path)
    if texts:
        out.note(place, f"left out, being no numbers: {', '.join(list(texts)[:_SHOWN])}")
    if state.damage:
        out.note(place, f"{state.damage}; the {state.taken} before it are kept")


def _metric(name: str) -> str:
    """A metric with its split in front: the bare loss is of training, predict_ of the test."""
    if name == "loss":
        return "train_loss"
    return f"test_{name.removeprefix('predict_')}" if name.startswith("predict_") else name


def _summaries(
    out: Collector, results: Mapping[str, Path], problems: list[InputError]
) -> dict[str, dict[str, float]]:
    """File -> its numbers; all_results.json says only what no other file does."""
    found: dict[str, dict[str, float]] = {}
    said: set[str] = set()
    for name in sorted(results, key=lambda name: name.startswith("all_")):
        try:
            content = documents.mapping(documents.json_file(results[name]))
        except InputError as error:
            problems.append(error)
            out.note(out.found.place(results[name]), f"not read: {error.message}", error.hint)
            continue
        new = {
            key: value
            for key, value in content.items()
            if trainer_state.is_number(value) and (key == "epoch" or key not in said)
        }
        said |= set(new)
        if set(new) - {"epoch"}:
            found[name] = new
    return found


def _say_what_is_odd(
    out: Collector, folder: Path, used: Path, history: trainer_state.State
) -> None:
    """A run that has checkpoints only, or TensorBoard's files beside it."""
    place = out.found.place(used)
    if used.parent != folder:
        text = f"the run has no {_STATE} of its own: this is its newest checkpoint's"
        if history.step < history.steps:
            text += f", at step {history.step:g} of {history.steps:g}; did the run crash?"
        out.note(place, text)
    if any((folder / _TENSORBOARD).rglob("*tfevents*")):
        text = f"{_TENSORBOARD}/ beside it is TensorBoard's copy of the same history: not read"
        out.note(place, text, "name that folder to read it instead", warn=False)


def _say_where_seeds_are(out: Collector, places: Iterable[Path]) -> None:
    """The seed is in a pickle, unless a path or config says it."""
    seeds = roles()["seed"]
    if any(key.rpartition(".")[2].lower() in seeds for run in out.runs for key in run.settings):
        return
    kept = [folder for folder in places if (folder / _PICKLE).is_file()]
    if kept:
        out.note(
            out.found.place(kept[0]) if kept[0].is_relative_to(out.found.root) else "",
            f"the seeds are in {_PICKLE} only, a pickle, which is not opened: loading it runs code",
            "name the folders seed=0, seed=1, … or write a config.json with the seed into each",
            warn=False,
        )
