"""Dopamine's published baselines: records {Iteration, Value, Agent}, and Game or not, no seed.

Five rows of one agent at one iteration are five runs: the first of each is run 0, the second run 1.
Without a Game the file is named after it (airraid.json). JSON lists and CSV.
Source: https://github.com/google/dopamine/tree/master/baselines
"""

from __future__ import annotations

import csv
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.stores import documents
from paperforge.stores.archives import number
from paperforge.stores.nothing import NothingToRead
from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "Dopamine"
SUFFIXES = (".json", ".csv")
_NEEDED = frozenset(("Iteration", "Value", "Agent"))
_GAMES = ("Game", "Environment", "Env")
_KNOWN = frozenset((*_NEEDED, *_GAMES, ""))
_METRIC = "return"
_START = 2048
_LARGEST = 16 << 20
"""Bytes of a JSON document, whose objects take up to twenty times as much."""
_MOST = 20_000_000


def recognises(path: Path) -> bool:
    """A list of records, or a CSV, with just these columns: with a seed it is any table."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        return False
    try:
        with path.open("rb") as stream:
            start = stream.read(_START)
    except OSError:
        return False
    if suffix == ".json":
        record = start.partition(b"}")[0]
        names = {part.decode("utf-8", "replace") for part in record.split(b'"')[1::2]}
        return start.lstrip().startswith(b"[") and names >= _NEEDED and b"eed" not in record
    line = start.partition(b"\n")[0].decode("utf-8", "replace").strip().lstrip("\ufeff")
    fields = {field.strip().strip('"') for field in line.split(",")}
    return _NEEDED <= fields <= _KNOWN


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run for every agent, game and place in the order; the metric is called `return`.

    Raises InputError where nothing can be read.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        try:
            _read_file(out, path)
        except InputError as error:
            if found.files == (found.root,) and not out.runs:
                raise
            out.note(found.place(path), f"its rest is left out: {error.message}")
    if not out.runs:
        raise NothingToRead("holds no records", found.root.name)
    text = f"{len(out.runs)} runs: rows of one agent and iteration are runs, in their order"
    out.note("", text, warn=False)
    return out.relation()


def _read_file(out: Collector, path: Path) -> None:
    runs: dict[tuple[str, str, int], int] = {}
    seen: Counter[tuple[str, str, float]] = Counter()
    records = _rows(path) if path.suffix.lower() == ".csv" else _objects(path)
    for at, record in enumerate(islice(records, _MOST), 1):
        agent = str(record.get("Agent"))
        game = next((str(record[name]) for name in _GAMES if record.get(name)), path.stem)
        iteration = _number(record.get("Iteration"))
        if iteration is None or "Agent" not in record:
            raise InputError(f"record {at} has no iteration or agent", path.name)
        repeat = seen[agent, game, iteration]
        seen[agent, game, iteration] += 1
        key = (agent, game, repeat)
        if key not in runs:
            own = f"{agent}/{game}/{repeat}"
            runs[key] = out.run(own, place=out.found.place(path), folder=path)
        value = _number(record.get("Value"))
        run = runs[key]
        out.add(run, _METRIC, value, step=iteration, at=at, method=agent, dataset=game)


def _number(value: object) -> float | None:
    if not isinstance(value, str):
        return number(value)
    try:
        return float(value)
    except ValueError:
        return None


def _objects(path: Path) -> Iterator[Mapping[str, object]]:
    if path.stat().st_size > _LARGEST:
        raise InputError("is too large for JSON", path.name, "write it as CSV")
    content = documents.json_file(path)
    for record in content if isinstance(content, list) else ():
        if not isinstance(record, dict):
            raise InputError("holds something else than records", path.name)
        yield record


def _rows(path: Path) -> Iterator[Mapping[str, object]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        try:
            for record in csv.DictReader(stream):
                yield {name.strip(): text for name, text in record.items() if name}
        except csv.Error as error:
            raise InputError(f"is no sound CSV: {error}", path.name) from None
