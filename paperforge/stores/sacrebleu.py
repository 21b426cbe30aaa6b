"""sacreBLEU's JSON: one score, a list of scores of one system, or a list of systems.

A score has a name, a number from 0 to 100 and a signature, which says how it was computed: it is
kept as a setting, and scores whose signatures differ between methods are warned of. Nothing in the
file names a system that was scored alone: the file's name does, or, where files of one name lie in
several folders, the folder (the file then names the dataset); --path says otherwise.
https://github.com/mjpost/sacrebleu#json-output
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.stores import documents, folders
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "sacreBLEU"
SUFFIXES = (".json",)

_HEAD = 4096
_SCORED = re.compile(rb'"signature":\s*"nrefs:')
_SYSTEMS = re.compile(rb'\[\s*\{\s*"system":\s*"[^"]*",\s*"(BLEU|chrF|TER)')
_BASELINE = "Baseline: "
_RESAMPLING = frozenset(("bs", "ar", "seed"))
"""Parts of a signature that say how an interval was found, not the score."""


def recognises(path: Path) -> bool:
    """A JSON file that starts with a score and its signature, or with systems and theirs."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    with path.open("rb") as stream:
        head = stream.read(_HEAD).lstrip()
    return _SCORED.search(head) is not None or _SYSTEMS.match(head) is not None


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One row a score. Raises InputError where no file can be read."""
    out = Collector(found, engine, table)
    by_folder = _are_folders_systems(found)
    signatures: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for path in found.files:
        place = out.found.place(path)
        said = folders.settings(found, path)
        name, dataset = (path.parent.name, path.stem) if by_folder else (path.stem, "")
        roles: dict[str, Any] = {}
        if by_folder and not {"pattern.dataset", "path.dataset"} & said.keys():
            roles["dataset"] = dataset
        try:
            scores = list(_scores(documents.number_file(path)))
        except InputError as error:
            out.note(place, f"left out: {error.message}", error.hint)
            continue
        runs: dict[str, int] = {}
        for system, metric, value, signature in scores:
            called = system or name
            settings = {f"signature.{metric}": signature} if signature else {}
            if called not in runs:
                id_ = place.lstrip("/").removesuffix(".json") or path.stem
                whole = f"{id_} {system}" if system else id_
                runs[called] = out.run(whole, place=place, folder=path, name=called)
            out.runs[runs[called]].settings.update(settings)
            out.add(runs[called], metric, value, **roles)
            if signature:
                here = said.get("pattern.dataset") or said.get("path.dataset") or dataset
                signatures[metric, here].setdefault(signature, called)
    _compare(out, signatures)
    if not out.runs:
        why = out.notes[0].message if out.notes else "holds no scores"
        raise InputError(why.removeprefix("left out: "), found.root.name)
    return out.relation(place="score")


def _are_folders_systems(found: Found) -> bool:
    """Whether files of one name lie in several folders."""
    stems: dict[str, set[Path]] = defaultdict(set)
    for path in found.files:
        stems[path.stem].add(path.parent)
    return any(len(places) > 1 for places in stems.values())


def _scores(content: object) -> Iterator[tuple[str, str, float | None, str]]:
    """(system or "", metric, score, signature or "")."""
    for one in content if isinstance(content, list) else [content]:
        entry: Mapping[str, Any] = documents.mapping(one)
        if "system" in entry:
            system = PurePosixPath(str(entry["system"]).removeprefix(_BASELINE)).stem
            for metric, value in entry.items():
                if metric != "system":
                    score = value.get("score") if isinstance(value, dict) else value
                    yield system, metric, _number(score), ""
        elif "name" in entry and "score" in entry:
            signature = str(entry.get("signature") or "")
            yield "", str(entry["name"]), _number(entry["score"]), signature


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None if isinstance(value, str) else math.inf


def _compare(out: Collector, signatures: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    """Warn of a metric that was computed in different ways on one dataset."""
    for (metric, dataset), found in signatures.items():
        parts = {signature: _parts(signature) for signature in found}
        names = sorted({name for one in parts.values() for name in one})
        differ = [n for n in names if len({one.get(n) for one in parts.values()}) > 1]
        if not differ:
            continue
        shown = "; ".join(
            f"{called}: " + " ".join(f"{n}:{parts[signature].get(n, '-')}" for n in differ)
            for signature, called in list(found.items())[:4]
        )
        where = f" on {dataset}" if dataset else ""
        text = f"{metric}{where} was computed in different ways ({shown})"
        out.note("", text, "compute all of them with one signature: they cannot be compared")


def _parts(signature: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in signature.split("|"))
    return {name: text for name, _, text in pairs if name not in _RESAMPLING}
