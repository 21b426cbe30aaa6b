"""trainer_state.json of Hugging Face's Trainer, read entry by entry: it may be long, or cut off."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard

from paperforge.errors import InputError
from paperforge.stores import documents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LARGEST = 128 << 20
_ENTRY = 1 << 16
"""Characters of an entry: it holds the numbers of one evaluation."""
_REST = 1 << 20
_START = re.compile(r'"log_history"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_SETTINGS = ("num_train_epochs", "max_steps", "train_batch_size")


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value of JSON is a number; true and false are."""
    return isinstance(value, int | float)


@dataclass(slots=True)
class State:
    """One file. What stands behind the history is known when all entries have been taken."""

    text: str
    start: int
    empty: bool = False
    """Whether nothing was logged."""
    taken: int = 0
    """Entries taken so far."""
    damage: str = ""
    """What ended the history before its time."""
    settings: dict[str, object] = field(default_factory=dict)
    step: float = 0.0
    steps: float = 0.0
    """Of the whole training; 0: not known."""

    def entries(self) -> Iterator[dict[str, Any]]:
        """The entries of the history in the order logged, as far as they are sound."""
        decoder = json.JSONDecoder()
        place = self.start
        while True:
            between = _BETWEEN.match(self.text, place)
            place = between.end() if between else place
            if self.text[place : place + 1] == "]":
                break
            # Only a short piece is parsed: no entry can take more memory than that allows.
            close = self.text.find("}", place, place + _ENTRY)
            flat = close >= 0 and self.text.find("{", place + 1, close) < 0
            piece = self.text[place : close + 1 if flat else place + _ENTRY]
            try:
                entry, length = decoder.raw_decode(piece)
            except (ValueError, RecursionError):
                self.damage = f"entry {self.taken + 1} of the history is damaged or cut off"
                return
            self.taken += 1
            place += length
            yield entry if isinstance(entry, dict) else {}
        self._read_rest(place)

    def _read_rest(self, end: int) -> None:
        """What stands around the history: how long the training was to be."""
        if self.start + len(self.text) - end > _REST:
            return
        text = self.text[: self.start] + self.text[end:]
        try:
            content = documents.mapping(documents.json_of(text.encode(), ""))
        except InputError:
            return
        self.settings = {key: content[key] for key in _SETTINGS if is_number(content.get(key))}
        self.settings |= documents.mapping(content.get("trial_params"))
        step, steps = content.get("global_step"), content.get("max_steps")
        self.step = step if is_number(step) else 0.0
        self.steps = steps if is_number(steps) else 0.0


def opened(path: Path) -> State:
    """The state in a file.

    Raises InputError where the file is too large, is no text, or has no history that can be read.
    """
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise InputError(f"is too large to be read ({size >> 20} MB)", path.name)
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror or error}", path.name) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", path.name) from None
    start = _START.search(text)
    if start is None:
        raise InputError("has no log_history", path.name, _INTERRUPTED)
    state = State(text, start.end())
    empty = not any(True for _ in state.entries())
    if state.damage and empty:
        raise InputError(state.damage, path.name, _INTERRUPTED)
    return State(text, start.end(), empty=empty)


_INTERRUPTED = "was the run that writes it interrupted?"
