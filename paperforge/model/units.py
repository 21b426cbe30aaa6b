"""Units that the names of metrics end in: what results print and what is counted together."""

from __future__ import annotations

import re

_UNITS = {
    "s": "s", "sec": "s", "secs": "s", "seconds": "s", "ms": "ms", "minutes": "min", "mins": "min",
    "h": "h", "hours": "h", "kwh": "kWh", "wh": "Wh", "j": "J", "kj": "kJ", "kg": "kg", "g": "g",
    "mb": "MB", "gb": "GB", "mib": "MiB", "gib": "GiB", "w": "W", "flops": "FLOPs",
    "gflops": "GFLOPs", "tflops": "TFLOPs", "us": "µs", "ns": "ns", "kb": "kB", "tb": "TB",
    "bytes": "B",
}  # fmt: skip
"""The last word of the name of what a run takes -> its unit."""

UNITS = frozenset(_UNITS.values())

_WHOLE = frozenset(("seconds", "minutes", "hours", "kwh", "flops", "gflops", "tflops"))
"""Units that are names of metrics too."""

_MEASURED = {
    "time": "time", "latency": "latency", "duration": "duration", "runtime": "run time",
    "walltime": "wall time", "memory": "memory", "mem": "memory", "vram": "VRAM", "ram": "RAM",
    "energy": "energy", "power": "power", "delay": "delay", "inference": "inference time",
    "training": "training time", "elapsed": "elapsed time", "storage": "storage", "disk": "disk",
}  # fmt: skip
"""The word before the unit -> what is measured."""
_HELD, _BYTES = (
    frozenset(("memory", "vram", "ram")),
    frozenset(("B", "kB", "MB", "MiB", "GB", "GiB", "TB")),
)
_TAKEN = frozenset(("gpu", "cuda", "peak", "max", "used", "allocated", "reserved"))
_MEMORY = {"memory": "memory", "mem": "memory", "vram": "VRAM", "ram": "RAM", "cpu": "CPU"}
"""Words of names of memory without a unit: those that say that it was taken, and the others."""
_KEPT = {"cuda": "CUDA", "gpu": "GPU", "cpu": "CPU", "ram": "RAM", "io": "I/O"}
_COUNTED = {"params": "parameters", "parameters": "parameters", "tokens": "tokens"}
_MULTIPLES = {
    "m": "M", "b": "B", "k": "k", "thousands": "k", "millions": "M", "billions": "B",
}  # fmt: skip
_LASTING = frozenset(("time", "duration", "runtime", "walltime", "training", "elapsed", "clock"))
"""Words behind which "min" are minutes; behind others it is the smallest: latency_min, loss_min."""
_EACH = frozenset((
    "latency", "delay", "inference", "prediction", "response", "query", "queries", "request",
    "step", "batch", "token", "tokens", "sample", "samples", "example", "examples", "image",
    "item", "call", "ping", "ttft", "tpot", "throughput", "speed", "rate", "per",
))  # fmt: skip
"""Words that say what one of many things takes."""
_TIMES = frozenset(("ns", "µs", "ms", "s", "min", "h"))
IN_UNITS = {
    "Time": _TIMES,
    "Latency": _TIMES,
    "Energy": frozenset(("Wh", "kWh", "J", "kJ")),
    "Emissions": frozenset(("g", "kg")),
    "Memory": _BYTES,
    "Parameters": frozenset(("k", "M", "B")),
}
"""Label of a well-known metric -> the units that may stand at the end of any of its names."""


def unit_in(name: str) -> str:
    """The unit at the end of a metric's name: "duration_s" -> "s"; nothing where there is none.

    Nor for what is counted per unit: "tokens_per_s" is no time.
    """
    return parted(name)[1]


def parted(name: str) -> tuple[str, str]:
    """A metric's name without the unit at its end, and the unit: ("wall_time", "h").

    A unit that is the whole name leaves nothing of it: ("", "s") of "seconds". Millions count where
    the word before says of what: ("n_params", "M") of "n_params_m", but "params.m" is a setting.
    """
    head, _, last = re.sub(r"[^A-Za-z0-9]", "_", name).lower().rstrip("_").rpartition("_")
    before = head.strip("_").rpartition("_")[2]
    unit = _UNITS.get(last, "") if (head or last in _WHOLE) and before != "per" else ""
    if last == "min" and before in _LASTING:
        unit = "min"
    elif last in _MULTIPLES and before in _COUNTED and name[len(head)] not in "./":
        unit = _MULTIPLES[last]
    return (head.strip("_"), unit) if unit else (name, "")


def of_one(name: str) -> bool:
    """Whether a name says what one query, step or sample takes, or how many there are in a time.

    "latency_ms", "inference_time_s", "time_per_step": runs together do not take the sum of it.
    """
    return not _EACH.isdisjoint(re.split(r"[^a-z0-9]+", name.lower()))


def memory_in(name: str) -> str:
    """Label of a name that says memory: "gpu_memory_gb" and "gpu_memory" are "GPU memory"; else "".

    Without a unit only of words that say what was taken: "memory" may be what was asked for. Not
    behind a slash: what a part of the run takes is not what the run takes.
    """
    if "/" in name:
        return ""
    label, unit = measured(name) or ("", "")
    if unit in _BYTES and label.rpartition(" ")[2].casefold() in _HELD:
        return label
    words = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lower().split("_")
    held = {_MEASURED.get(word, "").casefold() for word in words} & _HELD
    if not held or not _TAKEN & {*words} or not {*words} <= _TAKEN | _MEMORY.keys():
        return ""
    label = " ".join(_KEPT.get(word, _MEMORY.get(word, word)) for word in words)
    return label[0].upper() + label[1:]


def measured(name: str) -> tuple[str, str] | None:
    """Label and unit of a name that says both: "gpu_memory_gb" -> ("GPU memory", "GB").

    "parameters_m" is ("Parameters", "M"); None where a word before the unit says no quantity.
    """
    *words, last = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lower().split("_")
    if not words or "per" in words:
        return None
    if last in _MULTIPLES and words[-1] in _COUNTED:
        unit, noun = _MULTIPLES[last], _COUNTED[words[-1]]
    elif last in _UNITS and words[-1] in _MEASURED:
        unit, noun = _UNITS[last], _MEASURED[words[-1]]
    else:
        return None
    label = " ".join([*(_KEPT.get(word, word) for word in words[:-1]), noun])
    return label[0].upper() + label[1:], unit
