"""What the study ran on, without anything that names the machine or its user."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from study import WATTS_PER_CORE

PACKAGES = ("torch", "scikit-learn", "numpy", "mlflow-skinny", "sqlalchemy", "alembic")
CPU_INFO = Path("/proc/cpuinfo")


def describe_environment(jobs: int, stage_wall_s: dict[str, float]) -> dict[str, object]:
    """Describe versions, processor and the wall time of each stage in seconds."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu_model(),
        "cpu_cores": os.cpu_count(),
        "processes": jobs,
        "torch_threads_per_process": 1,
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "energy": {
            "kind": "estimate, not a measurement",
            "formula": "processor time of the training steps x watts per core",
            "assumed_watts_per_core": WATTS_PER_CORE,
        },
        "stage_wall_s": {stage: round(seconds, 1) for stage, seconds in stage_wall_s.items()},
    }


def _version(package: str) -> str | None:
    """Look up an installed version; a rerun without MLflow lacks some packages."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cpu_model() -> str:
    """Name the processor model."""
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
