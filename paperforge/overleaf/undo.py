"""Undoing the last sync, on both sides as far as nobody has worked on since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.overleaf.clone import Clone, blob_name
from paperforge.overleaf.folder import Folder
from paperforge.overleaf.git import Trouble
from paperforge.overleaf.moment import patiently
from paperforge.overleaf.state import Room

if TYPE_CHECKING:
    from pathlib import Path

    from paperforge.overleaf.address import Address
    from paperforge.overleaf.state import Backup
    from paperforge.overleaf.values import Ways

PLACE = "build/edited/before-undo"
"""Where a file's present text is kept whose earlier one cannot simply come back."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a sync did."""

    time: str
    """When that sync was."""
    files: tuple[str, ...]
    """Files that are here again as they were before it."""
    there: bool
    """Whether the remote is as before too."""
    notes: tuple[Diagnostic, ...]


def undo(root: Path, address: Address, ways: Ways) -> Undone:
    """Bring back what was here before the last sync, and there, unless somebody edited since.

    Raises InputError where there is nothing to undo.
    """
    room = Room(root)
    with room.lock():
        clone = Clone(room.clone, address)
        backup, state = room.backup(), room.state()
        if backup is None or state is None:
            raise InputError("there is no sync to undo", str(root), "paperforge sync status")
        notes: list[Diagnostic] = []
        head = _back_there(clone, backup, ways, notes)
        files = _back_here(room, clone, backup, notes)
        before = backup.before
        # With the remote as it was, its past holds what was undone: nothing to learn from.
        settled = before.settled or bool(head)
        room.save(replace(before, head=head or before.head, settled=settled))
        room.forget(backup.number)
        return Undone(backup.time, tuple(files), bool(head) or not backup.commit, tuple(notes))


def _back_there(clone: Clone, backup: Backup, ways: Ways, notes: list[Diagnostic]) -> str:
    """The commit that brings the remote back, where it could be; nothing is forced."""
    if not backup.commit:
        return ""
    why = ""
    try:
        head = patiently(clone.look, ways)
        patiently(lambda: clone.fetch(head), ways)
        if not head.commit or clone.tree(head.commit) != clone.tree(backup.commit):
            why = "somebody has edited it since"
        elif not backup.parent:
            why = "it was empty before, and a project cannot be"
        else:
            made = clone.again(backup.parent, head.commit, "paperforge sync: undone\n")
            clone.push(made, head.branch)
            return made
    except Trouble as error:
        why = error.message
    text = f"is not undone: {why}"
    hint = "the next sync merges again; the history there has every state"
    notes.append(Diagnostic(Severity.WARNING, clone.address.shown, text, hint, "overleaf"))
    return ""


def _back_here(room: Room, clone: Clone, backup: Backup, notes: list[Diagnostic]) -> list[str]:
    folder = Folder(room.root, room.folder)
    names = {blob for write in backup.writes for blob in (write.old, write.new) if blob}
    contents = clone.read(names)
    files = []
    for write in backup.writes:
        now = folder.read(write.path)
        old = contents[write.old] if write.old else None
        if now == old:
            continue
        if now is not None and (write.new is None or blob_name(now) != write.new):
            new = contents[write.new] if write.new else b""
            merged, clean = clone.join(new, now, old or b"")
            folder.write(f"{PLACE}/{write.path}", now)
            if not clean or old is None:
                text = "was edited since the sync, and is left as it is"
                hint = (
                    "" if old is None else f"the earlier text is kept as {PLACE}/{write.path}.old"
                )
                if old is not None:
                    folder.write(f"{PLACE}/{write.path}.old", old)
                notes.append(Diagnostic(Severity.WARNING, write.path, text, hint, "overleaf"))
                continue
            old = merged
        if old is None:
            folder.delete(write.path)
        else:
            folder.write(write.path, old)
        files.append(write.path)
    return files
