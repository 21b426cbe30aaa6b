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
SHOWN = 6
"""Changed lines that a message shows."""


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
        found.append(_said(one, name, lines, origins.get(one.path, ""), write=write))
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


def _said(one: Outcome, name: str, lines: list[str], origin: str, *, write: bool) -> Diagnostic:
    changed = [
        line.rstrip() for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    shown = "".join(f"\n    {line}" for line in changed[:SHOWN])
    if len(changed) > SHOWN:
        shown += f"\n    … and {len(changed) - SHOWN} more lines"
    where = f"it belongs in {origin}" if origin else "it is no longer part of the paper"
    kept = "kept as" if write else "will be kept as"
    hint = f"the edit is {kept} {name}; {where}{shown}"
    return Diagnostic(
        Severity.WARNING, one.path, "was edited there, but paperforge writes it", hint, "overleaf"
    )
