"""Logs of `nvidia-smi --query-gpu=timestamp,index,power.draw,... --format=csv -l 1`.

Units stand in the header ("power.draw [W]", "memory.used [MiB]") and, without `nounits`, behind
every value; what a GPU cannot say is [N/A], N/A or [Not Supported]. A file is one run: its energy
is the power of each GPU integrated over time by trapezoids, its GPU hours are its GPUs times its
duration. Power is what the GPU's own sensor says.
Source: `nvidia-smi --help-query-gpu` and https://docs.nvidia.com/deploy/nvidia-smi/
Written from that page and from logs that people published; not tried on a GPU.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb
    import numpy as np

    from paperforge.model import Found, Raw

NAME = "nvidia-smi"
SUFFIXES = (".csv", ".txt", ".log", "")
_POWER = ("power.draw", "power.draw.average", "power.draw.instant")
_IDENTITY = ("index", "uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id", "serial", "gpu_serial")
_FIELD = re.compile(r"([a-z0-9_.]+)(?: \[([A-Za-z%]+)\])?")
_VALUE = re.compile(r"(-?\d{1,18}(?:\.\d{1,9})?)(?: ?[A-Za-z%/]+)?")
_LONGEST = 1 << 14
_MOST_SAMPLES = 5_000_000
_MOST_GPUS = 1024
_GAP = 20
"""A pause of that many usual intervals: nobody was measuring."""
_HOUR = 3600
_JOULES = 3.6e6


def recognises(path: Path) -> bool:
    """A CSV whose header names a timestamp and a quantity with its unit as nvidia-smi does."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        with path.open("rb") as stream:
            return bool(_header(stream.readline(_LONGEST)))
    except OSError:
        return False


def _header(line: bytes) -> list[str]:
    """The fields' names without units; empty: the line is no header of nvidia-smi's."""
    fields = [part.strip() for part in line.decode("utf-8", "replace").lstrip("\ufeff").split(",")]
    found = [_FIELD.fullmatch(field) for field in fields]
    names = [one[1] for one in found if one is not None]
    united = any(one is not None and one[2] and "." in one[1] for one in found)
    return names if len(names) == len(fields) and "timestamp" in names and united else []


@dataclass(slots=True)
class _Gpu:
    """The samples of one GPU."""

    times: array[float] = field(default_factory=lambda: array("d"))
    power: array[float] = field(default_factory=lambda: array("d"))
    memory: float = 0.0


@dataclass(slots=True)
class _Log:
    gpus: dict[str, _Gpu] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    samples: int = 0
    problem: str = ""
    told_apart: bool = True


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a file, called as the file: duration_s, gpu_hours, energy_kwh, peak_memory_mib.

    The power of each GPU is there too, as system/gpu0/power_w with seconds as steps. A damaged line
    ends the file with a note.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        log = _read_log(path)
        place = out.found.place(path)
        if log.problem:
            out.note(place, f"{log.problem}; the {log.samples} samples before it are kept")
        if not log.told_apart:
            text = "no column tells GPUs apart: it is read as of one GPU"
            out.note(place, text, "add index to --query-gpu")
        if log.samples:
            _add(out, path, log)
    return out.relation(place="sample")


def _read_log(path: Path) -> _Log:
    log = _Log()
    with path.open("rb") as stream:
        names = _header(stream.readline(_LONGEST))
        identity = next((name for name in _IDENTITY if name in names), "")
        log.told_apart = bool(identity)
        number, last, place = 1, "", 0
        while line := stream.readline(_LONGEST):
            number += 1
            cells = [cell.strip() for cell in line.decode("utf-8", "replace").split(",")]
            if cells == [""] or _header(line) == names:
                continue
            row = dict(zip(names, cells, strict=False))
            clock = _seconds(row.get("timestamp", ""))
            if len(cells) != len(names) or clock is None or log.samples >= _MOST_SAMPLES:
                log.problem = f"line {number} does not fit the header"
                break
            # GPUs of one query may have the very same time, one after the other.
            place = place + 1 if row["timestamp"] == last else 0
            last = row["timestamp"]
            log.told_apart = log.told_apart or place > 0
            key = row[identity] if identity else str(place)
            if len(log.gpus) >= _MOST_GPUS and key not in log.gpus:
                log.problem = f"line {number} is of one GPU more than {_MOST_GPUS}"
                break
            _take(log, key, row, clock)
    return log


def _take(log: _Log, key: str, row: Mapping[str, str], clock: float) -> None:
    gpu = log.gpus.setdefault(key, _Gpu())
    watts = next((v for n in _POWER if (v := _number(row.get(n, ""))) is not None), None)
    gpu.times.append(clock)
    gpu.power.append(float("nan") if watts is None else watts)
    gpu.memory = max(gpu.memory, _number(row.get("memory.used", "")) or 0.0)
    log.samples += 1
    name = row.get("name") or row.get("gpu_name")
    if name and len(log.names) < _MOST_GPUS:
        log.names.add(name)


def _add(out: Collector, path: Path, log: _Log) -> None:
    """The run of a log: its costs, and the power over time."""
    import numpy as np

    place = out.found.place(path)
    said = {"gpu": ", ".join(sorted(log.names)[:8])} if log.names else {}
    settings = {"nvidia_smi": said | {"gpus": len(log.gpus)}}
    own = place.strip("/") or path.name
    run = out.run(own, place=place, folder=path, name=path.stem, settings=settings)
    start = min(gpu.times[0] for gpu in log.gpus.values())
    spent, energy, measured, gaps = 0.0, 0.0, False, 0
    for number, gpu in enumerate(log.gpus.values()):
        times = np.frombuffer(gpu.times)
        power = np.frombuffer(gpu.power)
        steps, wide = _steps(times)
        gaps += wide
        spent += float(steps.sum())
        known = np.isfinite(power)
        if known.any():
            measured = True
            between = (power[1:] + power[:-1]) / 2
            energy += float(np.nansum(between * steps))
            out.extend(run, f"system/gpu{number}/power_w", power[known], steps=times[known] - start)
    if gaps:
        out.note(place, f"{gaps} pauses of over {_GAP} usual intervals are left out of the costs")
    out.add(run, "duration_s", spent / len(log.gpus))
    out.add(run, "gpu_hours", spent / _HOUR)
    if measured:
        out.add(run, "energy_kwh", energy / _JOULES)
    if peak := max(gpu.memory for gpu in log.gpus.values()):
        out.add(run, "peak_memory_mib", peak)


def _steps(times: np.ndarray) -> tuple[np.ndarray, int]:
    """Seconds between samples, and how many pauses are left out of them."""
    import numpy as np

    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    wide = (steps > max(_GAP * usual, 1.0)) | (steps < 0)
    return np.where(wide, 0.0, steps), int(wide.sum())


def _seconds(text: str) -> float | None:
    """The time of "2026/05/09 03:57:48.161", in seconds; None: it is none."""
    try:
        return datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    found = _VALUE.fullmatch(text)
    return float(found[1]) if found else None
