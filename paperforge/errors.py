"""Every error that paperforge raises on purpose.

    PaperforgeError           message, where, hint; printed by the command line
    ├── InputError       1    the user's results, paper.toml or text needs a change
    ├── UsageError       2    an option or argument is wrong
    ├── TexMissing       4    everything but the PDF was written
    └── ChecksFailed     5    the paper was built, and a check found something

Anything else that reaches the command line is our bug (exit 3, with a saved report); Ctrl-C is 130.
"""

from __future__ import annotations


class PaperforgeError(Exception):
    """What went wrong, where, and the next move.

    `where` is a place that the user can open ("results.csv row 41", "paper.toml line 7,
    key venue"); `hint` is what to do about it. Either may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  {self.hint}" if self.hint else text


class InputError(PaperforgeError):
    """The user's input needs a change."""


class UsageError(PaperforgeError):
    """An option or argument is wrong."""

    exit_code = 2


class TexMissing(PaperforgeError):
    """Everything was written but the PDF."""

    exit_code = 4


class ChecksFailed(PaperforgeError):
    """The paper was built, and a check found something."""

    exit_code = 5
