"""What jobs cost under Slurm: the output of `sacct -P` (or -p), fields between bars.

`sacct -P --format=JobID,JobName,State,Elapsed,AllocTRES,AllocCPUS,ConsumedEnergyRaw,MaxRSS`.
Rows JOBID.batch, JOBID.extern and JOBID.0 are steps of the job JOBID: they repeat its time, and
only their peak memory is taken. Several rows of one JOBID are attempts (a requeued job, with
--duplicates): their costs are added up, as all were spent, and the last one's state is the job's.
Elapsed is [DAYS-]HOURS:MINUTES:SECONDS. Source: https://slurm.schedmd.com/sacct.html
Written from that page and from outputs that people published; not tried on a cluster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.stores.runs import Collector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from paperforge.model import Found, Raw

NAME = "sacct"
SUFFIXES = (".txt", ".csv", ".psv", ".log", ".out", ".tsv", ".sacct", "")
_TIMES = ("elapsed", "elapsedraw")
_ELAPSED = re.compile(r"(?:(\d{1,6})-)?(?:(\d{1,6}):)?(\d{1,6}):(\d{1,6}(?:\.\d{1,9})?)")
_GPUS = re.compile(r"(?:gres/)?gpu(?::([\w.\-]+))?[=:](\d{1,6})")
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)([KMGTP]?)", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}
_STATES = {
    "node_fail": "crashed",
    "boot_fail": "crashed",
    "deadline": "crashed",
    "preempted": "crashed",
    "revoked": "crashed",
    "requeued": "running",
    "configuring": "running",
    "completing": "running",
    "suspended": "running",
}
"""Slurm's words that are not those of people; the others are known as they are."""
_LONGEST = 1 << 16
_MOST = 1_000_000


def recognises(path: Path) -> bool:
    """A file whose first line has JobID and a time or state between bars."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        with path.open("rb") as stream:
            return bool(_header(stream.readline(_LONGEST)))
    except OSError:
        return False


def _header(line: bytes) -> list[str]:
    """The names of the fields, in small letters; empty: it is no header of sacct's."""
    if line.count(b"|") == 0:
        return []
    names = line.decode("utf-8", "replace").strip().lstrip("\ufeff").lower().split("|")
    names = [name.strip() for name in names]
    wanted = {"jobid", "jobidraw"} & set(names) and {*_TIMES, "state"} & set(names)
    return names if wanted else []


@dataclass(slots=True)
class _Job:
    """One job: its attempts added up."""

    name: str = ""
    state: str = ""
    at: int = 0
    attempts: int = 0
    costs: dict[str, float] = field(default_factory=dict)
    peak: float = 0
    settings: dict[str, str] = field(default_factory=dict)


def read(found: Found, engine: duckdb.DuckDBPyConnection, table: str) -> Raw:
    """One run a job, called by its JobName: --path patterns fit that name too.

    Metrics: duration_s, gpu_hours, cpu_hours, energy_kwh, and system/peak_memory_mib of steps. A
    row that does not fit the header ends the file with a note.
    """
    out = Collector(found, engine, table)
    for path in found.files:
        jobs = _jobs(out, path)
        place = out.found.place(path)
        again = [id for id, job in jobs.items() if job.attempts > 1]  # noqa: A001  Slurm's word
        if again:
            listing = ", ".join(again[:3])
            text = f"{len(again)} jobs have several attempts ({listing}): they are added up"
            out.note(place, text, warn=False)
        for key, job in jobs.items():
            if not job.attempts:
                continue
            run = out.run(
                key,
                place=place,
                folder=path,
                name=job.name,
                status=job.state,
                settings={"slurm": job.settings},
            )
            for metric, value in job.costs.items():
                out.add(run, metric, value, at=job.at)
            if job.peak:
                out.add(run, "system/peak_memory_mib", job.peak / _UNITS["M"], at=job.at)
    return out.relation(place="line")


def _jobs(out: Collector, path: Path) -> dict[str, _Job]:
    jobs: dict[str, _Job] = {}
    place = out.found.place(path)
    with path.open("rb") as stream:
        names = _header(stream.readline(_LONGEST))
        number = 1
        while (line := stream.readline(_LONGEST)) and number < _MOST:
            number += 1
            cells = [
                cell.strip() for cell in line.decode("utf-8", "replace").strip("\r\n").split("|")
            ]
            if cells == [""] or [cell.lower() for cell in cells] == names:
                continue
            if len(cells) != len(names) or not cells[0]:
                text = f"line {number} does not fit the header; the lines before it are kept"
                out.note(place, text, "a JobName with a bar in it? --format=JobID,... without it")
                break
            _take(jobs, dict(zip(names, cells, strict=True)), number)
    return jobs


def _take(jobs: dict[str, _Job], row: Mapping[str, str], at: int) -> None:
    """Add a row to its job."""
    whole = row.get("jobid") or row.get("jobidraw") or ""
    key, _, step = whole.partition(".")
    job = jobs.setdefault(key, _Job())
    if step:
        job.peak = max(job.peak, _bytes(row.get("maxrss", "")))
        return
    job.attempts += 1
    job.name, job.at = row.get("jobname", "") or job.name, at
    state = row.get("state", "").lower().split(" ")[0].rstrip("+")
    job.state = _STATES.get(state, state) or "unknown"
    for name in ("partition", "timelimit", "nnodes"):
        if row.get(name):
            job.settings[name] = row[name]
    seconds = _seconds(row)
    if seconds is None:
        return
    spent = {"duration_s": seconds} | _hours(job, row, seconds)
    for metric, value in spent.items():
        job.costs[metric] = job.costs.get(metric, 0) + value


def _hours(job: _Job, row: Mapping[str, str], seconds: float) -> dict[str, float]:
    """Seconds times what was allocated, as hours; a resource that no field names has none."""
    spent: dict[str, float] = {}
    resources = next(
        (row[n] for n in ("alloctres", "reqtres", "allocgres", "reqgres") if n in row), None
    )
    if resources is not None:
        gpus, kind = _gpus(resources)
        spent["gpu_hours"] = gpus * seconds / 3600
        if kind:
            job.settings["gpu"] = kind
    found = re.search(r"(?:^|,)cpu=(\d{1,6})", resources or "")
    cpus = row.get("alloccpus") or row.get("ncpus") or (found[1] if found else "")
    if cpus.isdecimal():
        spent["cpu_hours"] = int(cpus[:9]) * seconds / 3600
    joules = row.get("consumedenergyraw", "")
    if joules.isdecimal() and int(joules[:18]):
        spent["energy_kwh"] = int(joules[:18]) / 3.6e6
    return spent


def _gpus(resources: str) -> tuple[int, str]:
    """How many GPUs, and of what kind: "gres/gpu:a100=4,gres/gpu=4" are four."""
    total, by_kind, kind = 0, 0, ""
    for found in _GPUS.finditer(resources):
        if found[1]:
            by_kind += int(found[2])
            kind = found[1]
        else:
            total += int(found[2])
    return total or by_kind, kind


def _seconds(row: Mapping[str, str]) -> float | None:
    """The elapsed time; None: the job has not started."""
    raw = row.get("elapsedraw", "")
    if raw.isdecimal():
        return float(raw[:18])
    found = _ELAPSED.fullmatch(row.get("elapsed", ""))
    if found is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _bytes(text: str) -> float:
    found = _SIZE.fullmatch(text.strip())
    return float(found[1]) * _UNITS[found[2].upper()] if found else 0.0
