"""CodeCarbon's emissions.csv: what runs cost, a row a run.

Units by column: duration s, energy kWh, emissions kg CO2-equivalent, power W. Power is an estimate
where the machine has no meter. A tracker that is flushed writes its run again; the last row counts.
After an upgrade a file may go on under a new header.
Source: https://docs.codecarbon.io/latest/reference/output/
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "CodeCarbon"
SUFFIXES = (".csv",)
_NEEDED = frozenset(("duration", "emissions", "emissions_rate"))
_MEASURED = {
    "duration": "duration_s",
    "energy_consumed": "energy_kwh",
    "emissions": "emissions_kg",
}
_DETAILS = {
    "cpu_energy": "system/cpu_energy_kwh",
    "gpu_energy": "system/gpu_energy_kwh",
    "ram_energy": "system/ram_energy_kwh",
    "cpu_power": "system/cpu_power_w",
    "gpu_power": "system/gpu_power_w",
    "ram_power": "system/ram_power_w",
    "water_consumed": "system/water_l",
}
"""Parts of the whole, kept apart: `--metric system/gpu_energy_kwh` shows one."""
_SETTINGS = ("country_iso_code", "cpu_model", "gpu_model", "gpu_count", "tracking_mode", "pue")
_UNNAMED = "codecarbon"
"""The name of a project that was given none."""
_START = 4096
_MOST = 1_000_000


def recognises(path: Path) -> bool:
    """A CSV whose header has CodeCarbon's emissions_rate."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        with path.open("rb") as stream:
            line = stream.read(_START).partition(b"\n")[0]
    except OSError:
        return False
    fields = line.decode("utf-8", "replace").strip().lstrip("\ufeff").split(",")
    return set(fields) >= _NEEDED


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a run_id, called by its project (or task): --path patterns fit that name too.

    A row that is cut off or longer than its header ends the file with a note.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        runs: dict[str, int] = {}
        for at, record in enumerate(_records(out, path), 1):
            key = record.get("run_id") or f"{path.stem}-{at}"
            key += "/" + record["task_name"] if record.get("task_name") else ""
            if key not in runs:
                runs[key] = _run(out, path, key, record)
            for column, metric in (_MEASURED | _DETAILS).items():
                value = _number(record.get(column))
                if value is not None:
                    out.add(runs[key], metric, value, at=at)
    return out.relation()


def _run(out: Collector, path: Path, key: str, record: Mapping[str, str]) -> int:
    project = record.get("project_name") or ""
    name = record.get("task_name") or (project if project != _UNNAMED else "")
    said = {name: record[name] for name in _SETTINGS if record.get(name)}
    settings = {"codecarbon": said | ({"project": project} if project else {})}
    place = out.found.place(path)
    return out.run(key, place=place, folder=path, name=name, settings=settings)


def _records(out: Collector, path: Path) -> Iterator[Mapping[str, str]]:
    """The rows under the header that is above them."""
    header: list[str] = []
    kept = 0
    place = out.found.place(path)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            for row in csv.reader(stream):
                if not row:
                    continue
                if not header or set(row) >= _NEEDED:
                    header = row
                    continue
                if len(row) != len(header) or kept >= _MOST:
                    text = f"record {kept + 1} does not fit its header; the {kept} before are kept"
                    out.note(place, text, "a newer CodeCarbon may have written on in an old file")
                    return
                kept += 1
                yield dict(zip(header, row, strict=True))
    except (OSError, csv.Error) as error:
        out.note(place, f"cannot be read on: {error}; {kept} records are kept")


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
