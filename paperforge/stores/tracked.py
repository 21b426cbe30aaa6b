"""What both of MLflow's stores hold, and what it means: nested, deleted and failed runs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from paperforge.stores.runs import Collector

PARENT = "mlflow.parentRunId"
NAME = "mlflow.runName"
DELETED = "deleted"
OWN = "mlflow."
"""What MLflow's own tags start with."""
NAMELESS = "dataset"
"""What MLflow calls a data set that nobody named."""
_AUTOMATIC = re.compile(r"[a-z]+-[a-z]+-\d{1,4}|")
"""The names that MLflow makes up, bold-shark-123, and no name."""
_SHOWN = 8


@dataclass(slots=True)
class Tracked:
    """One run, as a store has it."""

    id: str
    name: str = ""
    experiment: str = ""
    status: str = ""
    place: str = ""
    """The file or folder that it is in, behind the source's name."""
    folder: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    """ "params.lr" and "tags.model" -> value."""
    inputs: dict[str, str] = field(default_factory=dict)
    """Names of the data sets that were logged as its inputs -> their context ("training")."""
    parent: str = ""
    logged: set[str] = field(default_factory=set)
    """Its metrics; needed of parents and of nested runs only."""

    def take_tag(self, key: str, value: str) -> None:
        """A tag: MLflow's own say more than settings do."""
        if key == PARENT:
            self.parent = value
        elif key == NAME:
            self.name = self.name or value
        elif not key.startswith(OWN):
            self.settings[f"tags.{key}"] = value


def enter(out: Collector, runs: Mapping[str, Tracked], where: str) -> dict[str, int]:
    """Tell the collector of the runs of one store; run -> its number. `where` as in Found.place.

    A nested run has its parents' settings where it has none of its own. A parent that logs what
    its nested runs log holds a summary of them: its status is "parent".
    """
    _inherit(runs)
    repeated = _set_aside_parents(runs)
    _say(out, runs, where, repeated)
    return {
        run.id: out.run(
            run.id,
            place=f"{run.place} run {run.name} ({run.id[:8]})"
            if run.name
            else f"{run.place} run {run.id}",
            folder=run.folder,
            name=run.name,
            status=run.status.lower(),
            settings=_settings(run),
        )
        for run in runs.values()
    }


def named(out: Collector) -> bool:
    """Whether the names of runs may say something: MLflow did not make them all up."""
    return not all(_AUTOMATIC.fullmatch(run.name) for run in out.runs)


def _settings(run: Tracked) -> dict[str, str]:
    own = {"experiment": run.experiment, "run_name": run.name, "status": run.status.upper()}
    said = {**run.settings, **{f"mlflow.{key}": text for key, text in own.items() if text}}
    names = [name for name in run.inputs if name != NAMELESS]
    if len(names) == 1:
        said.setdefault("tags.dataset", names[0])
    elif names:
        for name in names:
            context = f"mlflow.inputs.{run.inputs[name] or 'other'}"
            said[context] = f"{said[context]}, {name}" if context in said else name
    return said


def _inherit(runs: Mapping[str, Tracked]) -> None:
    for run in runs.values():
        seen = {run.id}
        parent = runs.get(run.parent)
        while parent is not None and parent.id not in seen:
            seen.add(parent.id)
            run.settings = {**parent.settings, **run.settings}
            parent = runs.get(parent.parent)


def families(runs: Mapping[str, Tracked]) -> dict[str, list[str]]:
    """Parent -> its nested runs that are not deleted."""
    children: dict[str, list[str]] = defaultdict(list)
    for run in runs.values():
        if run.parent in runs and run.status != DELETED:
            children[run.parent].append(run.id)
    return children


def _set_aside_parents(runs: Mapping[str, Tracked]) -> int:
    repeated = 0
    for parent, below in families(runs).items():
        if runs[parent].status == DELETED:
            continue
        if runs[parent].logged & set().union(*(runs[child].logged for child in below)):
            runs[parent].status = "parent"
            repeated += 1
    return repeated


def _say(out: Collector, runs: Mapping[str, Tracked], where: str, repeated: int) -> None:
    counts = Counter(run.status for run in runs.values())
    experiments = sorted({run.experiment for run in runs.values() if run.status != DELETED})
    if repeated:
        text = f"left out: {_runs(repeated)} whose nested runs log the same metrics"
        out.note(where, text, warn=False)
    if counts[DELETED]:
        out.note(where, f"left out: {_runs(counts[DELETED])} deleted in MLflow", warn=False)
    if len(experiments) > 1:
        shown = ", ".join(experiments[:_SHOWN]) + (", …" if experiments[_SHOWN:] else "")
        text = f"the runs of all experiments are used: {shown}"
        out.note(where, text, "to keep one: --where mlflow.experiment=NAME", warn=False)


def _runs(count: int) -> str:
    return f"{count} run{'s' if count > 1 else ''}"
