"""A W&B run's folder without its `.wandb` file: the config, summary and history beside it.

    run-DATE_TIME-ID/files/config.yaml          key: {value: ..., desc: ...}, and wandb_version
    run-DATE_TIME-ID/files/wandb-summary.json
    run-DATE_TIME-ID/wandb-history.jsonl        up to version 0.9, without files/

Source: https://github.com/wandb/wandb/blob/v0.9.7/wandb/env.py and wandb/wandb_config.py
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents
from paperforge.stores.wandb_values import INTERNAL, Series, add_summary, nested

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from paperforge.model import Found
    from paperforge.stores.left_out import LeftOut
    from paperforge.stores.runs import Collector
    from paperforge.stores.wandb_values import Path as Names
    from paperforge.stores.wandb_values import Value

RUN_FOLDER = re.compile(r"(?:offline-|dry)?run-\d{8}_\d{6}-(.+)")
_SUMMARY = "wandb-summary.json"
_HISTORY = "wandb-history.jsonl"
_LONGEST = 64 << 20
"""Bytes of a line of the history."""


def is_old(path: Path) -> bool:
    """Whether it is the summary or history of a run whose `.wandb` file is missing."""
    if path.name not in (_SUMMARY, _HISTORY):
        return False
    return not any(_folder(path).glob("*.wandb"))


def read(out: Collector, found: Found, left: LeftOut) -> int:
    """Read the runs of the found files of this kind; how many."""
    mine = [path for path in found.files if path.name in (_SUMMARY, _HISTORY)]
    folders = dict.fromkeys(_folder(path) for path in mine)
    return sum(read_one(out, folder, left) for folder in folders)


def read_one(out: Collector, folder: Path, left: LeftOut) -> bool:
    """Read one run's folder; whether it holds a summary or a history that can be read."""
    summary, place = _document(out, folder, _SUMMARY)
    history = _file(folder, _HISTORY)
    if summary is None and history is None:
        return False
    config = _document(out, folder, "config.yaml")[0]
    state = _document(out, folder, "wandb-metadata.json")[0]
    name = RUN_FOLDER.fullmatch(folder.name)
    run = out.run(
        name[1] if name else folder.name,
        place=out.found.place(history) if history else place,
        folder=folder,
        status=_status(documents.mapping(state)),
        settings={"config": _plain(documents.mapping(config))},
    )
    series = Series(out)
    series.run = run
    if history is not None:
        _read_history(out, series, history, left)
    values = nested((), documents.mapping(summary), left)
    add_summary(out, run, dict(values), series.last, left)
    text = "has no .wandb file: its summary is read"
    out.note(out.found.place(folder), text + (" and its history" if history else ""), warn=False)
    return True


def config_of(config: Mapping[Names, Value]) -> dict[str, object]:
    """The config that items of records make; what W&B adds is left out."""
    found: dict[str, object] = {}
    for path, value in config.items():
        if not path or path[0] in INTERNAL:
            continue
        try:
            found[".".join(path)] = (
                documents.json_of(value, "") if isinstance(value, bytes) else value
            )
        except InputError:
            continue
    return found


def _folder(path: Path) -> Path:
    """The run's folder of one of its files."""
    return path.parent.parent if path.parent.name == "files" else path.parent


def _file(folder: Path, name: str) -> Path | None:
    """A file of the run, in files/ or beside; no link."""
    for path in (folder / "files" / name, folder / name):
        if path.is_file() and not path.is_symlink() and not path.parent.is_symlink():
            return path
    return None


def _document(out: Collector, folder: Path, name: str) -> tuple[Any, str]:
    """The content of a JSON or YAML file and its place; None where it cannot be read."""
    path = _file(folder, name)
    if path is None:
        return None, ""
    place = out.found.place(path)
    try:
        load = documents.yaml_file if path.suffix == ".yaml" else documents.json_file
        return load(path), place
    except InputError as error:
        out.note(place, error.message)
        return None, place


def _plain(config: Mapping[str, Any]) -> dict[str, object]:
    """Without the {value:, desc:} around each entry, and without W&B's own entries."""
    return {
        key: value["value"] if isinstance(value, dict) and "value" in value else value
        for key, value in config.items()
        if key not in INTERNAL and key != "wandb_version"
    }


def _status(state: Mapping[str, Any]) -> str:
    code = state.get("exitcode")
    if not isinstance(code, int):
        return "unknown"
    return "finished" if code == 0 else "crashed"


def _read_history(out: Collector, series: Series, path: Path, left: LeftOut) -> None:
    """One JSON object a line; a damaged line ends it."""
    place = out.found.place(path)
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(_LONGEST):
            number += 1
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                out.note(place, f"line {number} is damaged; the {number - 1} before it are read")
                break
            found = dict(nested((), documents.mapping(row), left))
            series.row(found, found.get(("_step",), number - 1.0), number)
    series.flush()
