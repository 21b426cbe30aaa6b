"""Edits that somebody made online to paperforge's own files: taken out as patches, and kept."""

from __future__ import annotations

import difflib
import hashlib
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity
from paperforge.overleaf.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from paperforge.overleaf.threeway import Outcome

PLACE = "build/edited/there"
"""Where they are kept, in the project's folder."""


def take_out(
    root: Path, outcomes: Iterable[Outcome], origins: Mapping[str, str], *, write: bool = True
) -> list[Diagnostic]:
    """Keep each edit under build/edited/there/ and say where it belongs.

    A patch for text of which the version before is known, else the whole file. Raises InputError
    where it cannot be written: then nothing may be sent.
    """
    folder = Folder(root, root / ".paperforge" / "sync")
    found = []
    for one in outcomes:
        if one.edited is None:
            continue
        digest = hashlib.sha256(one.edited).hexdigest()[:8]
        lines = patch(one.path, one.before or b"", one.edited)
        name = f"{PLACE}/{one.path}.{digest}" + (".patch" if lines else "")
        if write:
            folder.write(name, "".join(lines).encode() if lines else one.edited)
        origin = origins.get(one.path, "")
        where = f"it belongs in {origin}" if origin else "it is no longer part of the paper"
        hint = f"the edit {'is' if write else 'will be'} kept as {name}; {where}"
        text = "was edited there, but paperforge writes it"
        found.append(Diagnostic(Severity.WARNING, one.path, text, hint, "edited"))
    return found


def patch(path: str, before: bytes, after: bytes) -> list[str]:
    """A unified diff that git apply and patch take; empty where there is no text to compare."""
    if not before or b"\0" in before + after:
        return []
    try:
        a, b = (data.decode().splitlines(keepends=True) for data in (before, after))
    except UnicodeDecodeError:
        return []
    end = "\\ No newline at end of file"
    return [
        line if line.endswith("\n") else f"{line}\n{end}\n"
        for line in difflib.unified_diff(a, b, f"a/{path}", f"b/{path}", n=2)
    ]
