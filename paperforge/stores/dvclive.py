"""DVCLive: plots/metrics/**/NAME.tsv (every step), metrics.json (the last values), params.yaml.

A metric's name is the file's path below plots/metrics. A resumed run appends: steps come again, in
the order written. metrics.json repeats the last values: it is the store's summary, and counts for
metrics without a history. DVCLive keeps no state of a run.
https://dvc.org/doc/dvclive/how-it-works
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.stores import documents, folders, logs
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "DVCLive"
SUFFIXES = (".tsv", ".json")
_PLOTS, _METRICS = "plots", "metrics"
_SUMMARY = "metrics.json"
_STEP, _TIME = "step", "timestamp"
_OWN_FOLDER = "dvclive"
_DEEPEST = 20


def recognises(path: Path) -> bool:
    """A table of steps below plots/metrics, or metrics.json beside such a folder."""
    if path.name == _SUMMARY:
        return (path.parent / _PLOTS / _METRICS).is_dir()
    if path.suffix.lower() != ".tsv" or _METRICS not in path.parts or _PLOTS not in path.parts:
        return False
    return _folder(path) is not None and logs.header(path, "\t")[:1] in ((_STEP,), (_TIME,))


def owns(path: Path) -> Path:
    """The folder of plots: tables of curves and pictures, none of them results of a run."""
    return (_folder(path) or path.parent) / _PLOTS


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a folder: the steps of its metrics, then its summary."""
    out = Collector(found, engine, table)
    runs: dict[Path, int] = {}
    for path in found.files:
        folder = _folder(path) or path.parent
        place = found.place(path)
        if folder not in runs:
            run = out.run(
                folders.run_id(found, folder), place=place, folder=folder, name=_name(found, folder)
            )
            runs[folder] = run
        else:
            run = out.also(runs[folder], place)
        if path.name == _SUMMARY:
            _add_summary(out, run, path)
        else:
            _add_steps(out, run, path, folder)
    return out.relation(place="line")


def _name(found: Found, folder: Path) -> str:
    """The run's path below the source: seed=0 of one method is not that of another."""
    if folder == found.root or not folder.is_relative_to(found.root):
        return ""
    named = folder.parent if folder.name == _OWN_FOLDER else folder
    return named.name if named == found.root else named.relative_to(found.root).as_posix()


def _folder(path: Path) -> Path | None:
    """The run's folder: what holds plots/metrics, or metrics.json."""
    if path.name == _SUMMARY:
        return path.parent
    for folder in list(path.parents)[:_DEEPEST]:
        if folder.name == _METRICS and folder.parent.name == _PLOTS:
            return folder.parent.parent
    return None


def _add_steps(out: Collector, run: int, path: Path, folder: Path) -> None:
    """The history of one metric."""
    inside = path.relative_to(folder / _PLOTS / _METRICS)
    metric = inside.with_suffix("").as_posix()
    names = [name for name in logs.header(path, "\t") if name not in (_STEP, _TIME)]
    if not names:
        out.note(out.found.place(path), "has no column of values")
        return
    columns = {names[0]: metric} | {name: f"{metric}/{name}" for name in names[1:]}
    logs.read(out, run, path, columns, {"step": _STEP, "time": _TIME}, delimiter="\t")


def _add_summary(out: Collector, run: int, path: Path) -> None:
    """The last values, as DVCLive itself keeps them; it writes nan and inf as text."""
    place = out.found.place(path)
    try:
        content = documents.mapping(documents.number_file(path))
    except InputError as error:
        out.note(place, f"not read: {error.message}", error.hint)
        return
    for name, value in _leaves(content, "", 0):
        number = logs.number(value) if isinstance(value, str) else value
        if isinstance(number, int | float):
            out.add(run, name, number, summary=True)
        elif value is not None:
            out.note(place, f"{name} is no number and was left out")


def _leaves(content: object, name: str, depth: int) -> Iterator[tuple[str, object]]:
    """(metric, value): nested names are joined as DVCLive took them apart."""
    if depth > _DEEPEST:
        return
    if isinstance(content, dict):
        for key, inner in content.items():
            if name or key != _STEP:
                yield from _leaves(inner, f"{name}/{key}" if name else str(key), depth + 1)
    else:
        yield name, content
