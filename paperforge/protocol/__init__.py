"""plan.toml -> Protocol and back, its hash, and whether an analysis still is the planned one.

shape     what is allowed in a plan, each mistake with its line
read      text -> Protocol
write     Protocol -> text
lock      the canonical content of a plan, its hash, and plan.lock
differ    what differs between two plans, in words
there     which runs there were when it was frozen
scores    which numbers they had
check     what differs between a plan and an analysis, as diagnostics
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.project.read import text_of
from paperforge.protocol import lock, read, scores, there
from paperforge.protocol.check import against, announced, at_look, replicates
from paperforge.protocol.differ import changes
from paperforge.protocol.write import dump

if TYPE_CHECKING:
    from paperforge.model import Frozen, Protocol

__all__ = [
    "NAME",
    "Plan",
    "against",
    "announced",
    "at_look",
    "changes",
    "dump",
    "gone",
    "load",
    "lock",
    "lock_of",
    "replicates",
    "scores",
    "there",
]

NAME = "plan.toml"


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan file, as it stands, and what was frozen of it."""

    shown: str
    current: Protocol
    frozen: tuple[Frozen, ...] = ()
    """Oldest first; the last is in force."""

    @property
    def in_force(self) -> Protocol:
        """What the analysis is held to: the frozen plan where there is one."""
        if not self.frozen:
            return self.current
        return read.of(self.frozen[-1].content, lock_name(self.shown))


def load(file: Path, shown: str = "") -> Plan:
    """A plan and its lock; `shown` is what messages call it.

    Raises InputError with the line of every mistake in the plan, and for a lock that is damaged.
    """
    shown = shown or str(file)
    if not file.is_file():
        raise InputError("there is no plan", shown, "paperforge plan --write starts one")
    current = read.protocol_of(text_of(file), shown)
    return Plan(shown, current, lock.read(lock_of(file)))


def gone(file: Path) -> tuple[Diagnostic, ...]:
    """A warning where a plan is not there, and was frozen once; without a lock nothing."""
    frozen = lock.read(lock_of(file))
    if not frozen:
        return ()
    text = f"a plan was frozen on {frozen[-1].date}, and is not there any more"
    hint = f"take it from the version control, or remove {lock_of(file).name} too"
    return (Diagnostic(Severity.WARNING, file.name, text, hint, "plan-gone"),)


def lock_of(file: Path) -> Path:
    """Where the lock of a plan is: plan.lock beside plan.toml."""
    return file.with_suffix(".lock")


def lock_name(shown: str) -> str:
    """How messages call the lock of a plan."""
    return str(lock_of(Path(shown)))
