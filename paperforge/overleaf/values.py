"""What a sync is given and what it gives."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperforge.overleaf.threeway import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from paperforge.model import Diagnostic


@dataclass(frozen=True, slots=True)
class Paper:
    """One side: the project here, as it was built."""

    root: Path
    main: str
    """The main file's path there."""
    build: str
    """The built project: "neurips-2026-draft"."""
    shared: Mapping[str, bytes]
    """The author's files, by path."""
    ours: Mapping[str, bytes]
    """paperforge's own files, by path."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where an own file's content comes from: "[[tables]] main"."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a sync is asked for."""

    inward: bool = True
    outward: bool = True
    keep: Mapping[str, str] = field(default_factory=dict)
    """Path -> HERE or THERE, where a person decided a conflict."""
    delete: bool = False
    """Whether most of the paper, or its main file, may be deleted."""
    pause: Callable[[float], None] = time.sleep
    """Waits so many seconds."""
    say: Callable[[str], None] = lambda _: None
    """Says what is being done."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a sync did, or would do."""

    url: str
    branch: str
    outcomes: tuple[Outcome, ...] = ()
    """The files that were not the same on both sides, by path."""
    notes: tuple[Diagnostic, ...] = ()
    commit: str = ""
    """What was sent."""
    same: int = 0
    """Files that were the same."""

    @property
    def conflicts(self) -> tuple[Outcome, ...]:
        """What a person must decide."""
        return tuple(one for one in self.outcomes if one.verdict is Verdict.CONFLICT)
