"""What is said to the reader: where, what, and the next move."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a diagnostic matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


NO_METRIC = "no-metric"
"""The check of a note that names columns which are not read as metrics."""
SPLIT = "split"
"""The check of a note about the split that tables' and tests' numbers are of: curves may be of
another."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Where, what, and the next move. Warnings travel with the value that they are about."""

    severity: Severity
    where: str
    """A place that the user can open: "sections/method.tex:12", "results.csv row 41"."""
    message: str
    hint: str = ""
    check: str = ""
    """Which check found it ("references", "pages"); empty: none."""
