"""Whether --path says something of what was read: a pattern that fits nothing is a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperforge.model import Raw
    from paperforge.results.sources import File, Input

_HINT = "say what the folders are, from the left; * stands for any one of them"


def fits(raw: Raw) -> bool:
    """Whether the pattern says something of the relation."""
    return any(column.startswith("pattern.") for column in raw.columns)


def fits_nothing(file: File) -> InputError:
    """The pattern does not fit, and what it would have said is needed."""
    path, pattern = _first(file), file.source.pattern
    if not path:
        return InputError(
            f"--path {pattern!r} says what folders are called, and this is a file",
            file.source.shown,
            "name the folder that it is in",
        )
    text = f"--path {pattern!r} fits no path here; the first is {path!r}"
    return InputError(text, file.source.shown, _HINT)


def check(inputs: Sequence[Input]) -> list[Diagnostic]:
    """Warnings of files that their pattern does not fit.

    Raises InputError where it fits none of a source.
    """
    notes = []
    for parent in dict.fromkeys(one.file.parent for one in inputs if one.source.pattern):
        mine = [one for one in inputs if one.file.parent == parent]
        left = [one for one in mine if not fits(one.raw)]
        if left and len(left) == len(mine):
            raise fits_nothing(left[0].file)
        if left:
            more = f" and {len(left) - 1} more" if len(left) > 1 else ""
            source = left[0].source
            text = f"--path {source.pattern!r} does not fit {_first(left[0].file)!r}{more}"
            notes.append(Diagnostic(Severity.WARNING, source.shown, text, _HINT))
    return notes


def _first(file: File) -> str:
    """The first path below the source that is read; empty: the source itself."""
    return file.found.place(file.found.files[0]).lstrip("/")
