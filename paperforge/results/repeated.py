"""Files that two sources of one load hold: named twice, or a folder beside one inside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Found
    from paperforge.spec import Source


def without(
    inside: Sequence[Found], number: int, source: Source, taken: dict[tuple[str, Path], int]
) -> tuple[list[Found], list[Diagnostic]]:
    """Without the files that an earlier source holds, by whatever name: their runs count once.

    Sources that differ in more than the name (another table, another filter) are no repetition.
    """
    options = repr(replace(source, path=Path(), shown=""))
    kept, left = [], 0
    for one in inside:
        files = [
            file
            for file in one.files
            if taken.setdefault((options, file.resolve()), number) == number
        ]
        left += len(one.files) - len(files)
        if files:
            kept.append(replace(one, files=tuple(files)))
    if not left:
        return kept, []
    what = f"{left} file{'s' * (left > 1)} of it" if kept else "all of it"
    text = f"left out: {what}, already read as part of a source named before"
    return kept, [Diagnostic(Severity.WARNING, source.shown, text)]
