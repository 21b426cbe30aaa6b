"""Sacred's file storage: RUN/run.json (state, result), config.json, metrics.json, info.json.

metrics.json holds steps and values of each metric. What is no plain JSON was written by jsonpickle
(`py/object`) and is never decoded; only a number that stands there as such is read. The result and
numbers in info.json are the run's summary. Copies of sources and resources are not results.
https://sacred.readthedocs.io/en/stable/observers.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents, folders, logs
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Sacred"
SUFFIXES = (".json",)
_RUN, _METRICS, _INFO, _CONFIG = "run.json", "metrics.json", "info.json", "config.json"
_SIGNS = (b'"experiment"', b'"status"', b'"host"')
_LARGEST = 1 << 22
_RESOURCES = "_resources"
_PICKLED = "py/"
_NUMPY = "numpy."
_WAITING = "QUEUED"
_DEEPEST = 20
_SHOWN = 3


def recognises(path: Path) -> bool:
    """run.json with Sacred's keys, and the metrics and info beside one."""
    if path.name not in (_RUN, _METRICS, _INFO):
        return False
    run = path.parent / _RUN
    if not run.is_file() or run.stat().st_size > _LARGEST:
        return False
    content = run.read_bytes()
    return all(sign in content for sign in _SIGNS)


def owns(path: Path) -> Path:
    """Copies of the files that the runs opened: data, not results."""
    return path.parent.parent / _RESOURCES


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a folder. Raises InputError where no run can be read."""
    out = Collector(found, engine, table)
    problems: list[InputError] = []
    for folder in dict.fromkeys(path.parent for path in found.files):
        content = _load(out, folder / _RUN, problems)
        if content is None:
            continue
        history = folder / _METRICS
        metrics = _load(out, history, problems) if history.is_file() else None
        status = str(content.get("status") or "unknown")
        name = documents.mapping(content.get("experiment")).get("name")
        run = out.run(
            folders.run_id(found, folder),
            place=_place(out, history if metrics else folder / _RUN),
            folder=folder,
            name=name if isinstance(name, str) else "",
            status="running" if status == _WAITING else status,
            settings=_settings(out, folder),
        )
        _add_metrics(out, run, metrics or {})
        _add_summary(
            out, run, folder / _RUN, {"result": content.get("result")}, elsewhere=bool(metrics)
        )
        if (folder / _INFO).is_file():
            info = _load(out, folder / _INFO, problems)
            _add_summary(out, run, folder / _INFO, info or {}, elsewhere=True)
    if not out.runs and problems:
        raise problems[0]
    return out.relation(place="value")


def _load(out: Collector, path: Path, problems: list[InputError]) -> dict[str, Any] | None:
    """An object of the run's folder; None where it cannot be read, which is noted."""
    problem = InputError("is no JSON object", path.name)
    content = None
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent):
        problem = InputError("is a link that leads out of the folder", path.name)
    else:
        try:
            content = documents.number_file(path)
        except InputError as error:
            problem = error
    if isinstance(content, dict):
        return content
    problems.append(problem)
    out.note(_place(out, path), f"not read: {problem.message}", problem.hint)
    return None


def _place(out: Collector, path: Path) -> str:
    return out.found.place(path) if path.is_relative_to(out.found.root) else ""


def _settings(out: Collector, folder: Path) -> dict[str, object]:
    """The config, without what jsonpickle says of its types."""
    path = folder / _CONFIG
    content = _load(out, path, []) if path.is_file() else None
    return {"config": _plain(content, 0)} if content else {}


def _plain(content: object, depth: int) -> object:
    if not isinstance(content, dict) or depth > _DEEPEST:
        return content
    number = _number(content)
    if number is not None:
        return number
    kept = {k: v for k, v in content.items() if not k.startswith(_PICKLED)}
    return {key: _plain(value, depth + 1) for key, value in kept.items()}


def _number(value: object) -> float | None:
    """A number as JSON has it, or as jsonpickle writes numpy's: {"py/object": ..., "value": 1}."""
    if isinstance(value, dict) and str(value.get("py/object", "")).startswith(_NUMPY):
        value = value.get("value")
    if isinstance(value, str):
        return logs.number(value)
    return value if isinstance(value, int | float) else None


def _add_metrics(out: Collector, run: int, content: dict[str, Any]) -> None:
    """The history of every metric, in the order written."""
    place = out.runs[run].place
    for metric, history in content.items():
        values = documents.mapping(history).get("values")
        steps = documents.mapping(history).get("steps")
        if not isinstance(values, list) or not isinstance(steps, list):
            out.note(place, f"{metric} has no list of values and steps")
            continue
        if len(values) != len(steps):
            text = f"{metric} has {len(values)} values and {len(steps)} steps"
            out.note(place, f"{text}: the first {min(len(values), len(steps))} are kept")
        left = 0
        for number, (value, step) in enumerate(zip(values, steps, strict=False), 1):
            measured, count = _number(value), _number(step)
            if measured is None:
                left += value is not None
                continue
            out.add(run, metric, measured, step=count, at=number)
        if left:
            out.note(
                place, f"left out: {left} of {len(values)} values of {metric}, no plain numbers"
            )


def _add_summary(
    out: Collector, run: int, path: Path, content: dict[str, Any], *, elsewhere: bool
) -> None:
    """Add the numbers of a result as a summary. `elsewhere`: the run has its place already."""
    found = [one for name, value in content.items() for one in _numbers(name, value, 0)]
    sound = [(name, number) for name, number in found if number is not None]
    place = _place(out, path)
    if sound:
        other = out.also(run, place) if elsewhere else run
        for name, number in sound:
            out.add(other, name, number, summary=True)
    left = [name for name, number in found if number is None]
    if left:
        out.note(place, f"left out, being no plain numbers: {', '.join(left[:_SHOWN])}")


def _numbers(name: str, value: object, depth: int) -> Iterator[tuple[str, float | None]]:
    """(name, number) of what a result or info holds; None for what is no number."""
    number = _number(value)
    if number is not None:
        yield name, number
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in value.items():
            if not key.startswith(_PICKLED):
                full = key if name == "result" and not depth else f"{name}/{key}"
                yield from _numbers(full, inner, depth + 1)
    elif value is not None:
        yield name, None
