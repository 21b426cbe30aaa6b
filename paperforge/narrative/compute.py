"""What the experiments cost, in a sentence that the author declares the facts of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KNOWN = {
    "hardware": "Hardware: {}.",
    "total_hours": "Total compute: {} hours.",
    "gpu_hours": "GPU time: {} hours.",
    "cpu_hours": "CPU time: {} hours.",
    "memory_gb": "Memory: {} GB.",
    "energy_kwh": "Energy, estimated: {} kWh.",
    "note": "{}",
}
"""Key of [compute] -> its sentence."""


def sentence(compute: Mapping[str, object]) -> str:
    """Plain text; empty where nothing is declared. Unknown keys are named as they are."""
    parts = [KNOWN[key].format(value) for key, value in compute.items() if key in KNOWN]
    parts += [
        f"{key.replace('_', ' ').capitalize()}: {value}."
        for key, value in compute.items()
        if key not in KNOWN
    ]
    return " ".join(parts)
