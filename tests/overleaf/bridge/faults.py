"""What can go wrong on purpose: each fault waits for its request, happens a number of times, and is over."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

# The four kinds of requests of a git client. With protocol version 2 a clone, a fetch and an ls-remote make one "list"
# and one or two "fetch" (the references, then the objects); a push makes one "list-push" and one "push".
STEPS = ("list", "fetch", "list-push", "push")


@dataclass
class Fault:
    """One fault: `kind` says what, `steps` where, `left` how many times still, `happened` how many times it did.

    For a cut connection, `cut` counts the times that something was really cut off (k was less than there was to send).
    """

    kind: str
    steps: tuple[str, ...] = STEPS
    left: int = 1
    after: int = 0
    status: int = 503
    reason: str = ""
    hints: tuple[str, ...] | None = None
    seconds: float = 0
    landed: bool = False
    call: Callable[[], object] | None = None
    happened: int = 0
    cut: int = 0


@dataclass
class Faults:
    """The faults that wait, in the order in which they were given."""

    waiting: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> Fault:
        """Let it wait."""
        with self.lock:
            self.waiting.append(fault)
        return fault

    def take(self, kind: str, step: str) -> Fault | None:
        """The first waiting fault of the kind for the step, which has now happened once more; None where there is none."""
        with self.lock:
            for fault in self.waiting:
                if fault.kind == kind and step in fault.steps and fault.left:
                    fault.left -= 1
                    fault.happened += 1
                    return fault
        return None

    def clear(self) -> None:
        """Forget all."""
        with self.lock:
            self.waiting.clear()
