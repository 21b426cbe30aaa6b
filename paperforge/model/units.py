"""Units that the names of metrics end in: what results print and what is counted together."""

from __future__ import annotations

import re

_UNITS = {
    "s": "s", "sec": "s", "secs": "s", "seconds": "s", "ms": "ms", "minutes": "min", "mins": "min",
    "h": "h", "hours": "h", "kwh": "kWh", "wh": "Wh", "j": "J", "kj": "kJ", "kg": "kg", "g": "g",
    "mb": "MB", "gb": "GB", "mib": "MiB", "gib": "GiB", "w": "W", "flops": "FLOPs",
    "gflops": "GFLOPs", "tflops": "TFLOPs",
}  # fmt: skip
"""The last word of the name of what a run takes -> its unit."""

UNITS = frozenset(_UNITS.values())

_WHOLE = frozenset(("seconds", "kwh", "flops", "gflops", "tflops"))
"""Units that are names of metrics too."""


def unit_in(name: str) -> str:
    """The unit at the end of a metric's name: "duration_s" -> "s"; nothing where there is none."""
    head, _, last = re.sub(r"[^A-Za-z0-9]", "_", name).lower().rpartition("_")
    return _UNITS.get(last, "") if head or last in _WHOLE else ""
