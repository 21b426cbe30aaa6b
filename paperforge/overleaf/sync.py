"""The sync itself: look, fetch, decide, send, write here. Nothing changes before `_send`.

An intent is written down before anything is sent. Where a sync is cut short, the next one finds out
whether what it sent has arrived: then it completes the rest, else it forgets the intent.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.overleaf import edits, limits
from paperforge.overleaf.clone import Clone, Head, blob_name
from paperforge.overleaf.folder import Folder
from paperforge.overleaf.git import Cut, OutOfDate, Passing, Trouble
from paperforge.overleaf.moment import OUTWARD, PAUSES, Look, after, look_at, name, patiently
from paperforge.overleaf.state import Backup, Intent, Room, State, Write
from paperforge.overleaf.threeway import (
    MARKS,
    Verdict,
    marked_lines,
    parents,
    take_side,
)
from paperforge.overleaf.values import Report

if TYPE_CHECKING:
    from pathlib import Path

    from paperforge.overleaf.address import Address
    from paperforge.overleaf.values import Paper, Ways

MANY = 3
"""So many deletions may be most of a paper."""
TRIES = 5
"""So often a sync begins again where somebody edited in between."""


def connect(root: Path, address: Address, ways: Ways) -> Head:
    """Remember where the paper lives online, and fetch what is there; nothing else changes.

    A project that moved keeps its memory. Raises InputError where the paper is synced with another
    one, Trouble where this one cannot be read.
    """
    room = Room(root)
    with room.lock():
        state = room.state()
        clone = Clone(room.clone, address)
        clone.create()
        head = patiently(clone.look, ways)
        patiently(lambda: clone.fetch(head), ways)
        if not state or not state.head:
            state = State(address.url, head.branch)
        elif state.url != address.url:
            if not head.commit or not clone.contains(head.commit, state.head):
                raise InputError(
                    f"is synced with {state.url}, and this is not the same project moved",
                    str(root),
                    "move .paperforge away to begin anew with another address",
                )
            state = replace(state, url=address.url)
        room.save(state)
    return head


def look(paper: Paper, address: Address, ways: Ways) -> Report:
    """What a sync would do now; no file changes, here or there."""
    room = Room(paper.root)
    with room.lock():
        clone = Clone(room.clone, address)
        clone.create()
        seen = look_at(paper, clone, room, ways)
        notes = _preflight(paper, seen, address) + _aside(clone, seen.head)
        notes += [*_rewritten(seen, address), *seen.left]
        notes += edits.take_out(paper.root, seen.outcomes, paper.origins, write=False)
        return _report(seen, address, notes)


def sync(paper: Paper, address: Address, ways: Ways) -> Report:
    """Bring both sides together. Raises Trouble or InputError, and then nothing has changed."""
    room = Room(paper.root)
    with room.lock():
        clone = Clone(room.clone, address)
        clone.create()
        paper, ways, decided = _decided(paper, room, ways)
        for _ in range(TRIES):
            try:
                report = _once(paper, clone, room, ways)
                return replace(report, notes=(*decided, *report.notes))
            except OutOfDate:
                ways.say("somebody edited in between; once more")
        raise InputError(
            f"was edited {TRIES} times while this sync ran, so nothing was sent",
            address.shown,
            "run paperforge sync again when it is quieter there",
        )


def unfinished(root: Path, address: Address, ways: Ways) -> list[Diagnostic]:
    """Complete a sync that was cut short, or forget it; before the project here is read."""
    room = Room(root)
    if room.intent() is None:
        return []
    with room.lock():
        clone = Clone(room.clone, address)
        intent = room.intent()
        if intent is None:
            return []
        if intent.commit and not _arrived(clone, intent.commit, ways):
            room.drop(intent)
            return []
        return carry_out(room, clone, intent)


def _decided(paper: Paper, room: Room, ways: Ways) -> tuple[Paper, Ways, list[Diagnostic]]:
    """The project after a person has said which side of the markers in a file to keep."""
    marked = {p: d for p in ways.keep if marked_lines(d := paper.shared.get(p, b""))}
    folder = Folder(room.root, room.folder)
    shared = dict(paper.shared)
    for path, data in marked.items():
        shared[path] = take_side(data, ways.keep[path])
        folder.write(path, shared[path])
    keep = {path: side for path, side in ways.keep.items() if path not in marked}
    notes = [_note(path, f"has the lines of one side now: {ways.keep[path]}") for path in marked]
    return replace(paper, shared=shared), replace(ways, keep=keep), notes


def _once(paper: Paper, clone: Clone, room: Room, ways: Ways) -> Report:
    """One attempt, from looking to writing. Raises OutOfDate where it must begin again."""
    seen = look_at(paper, clone, room, ways)
    _refuse_markers(paper)
    clash = any(one.verdict is Verdict.CONFLICT for one in seen.outcomes)
    outward = ways.outward and not (clash and ways.inward)
    notes = [*_aside(clone, seen.head), *_rewritten(seen, clone.address), *seen.left]
    if not ways.delete:
        _refuse_mass(seen, paper, inward=ways.inward, outward=outward)
    if not ways.inward:
        _refuse_both(seen)
    if outward:
        notes += _preflight(paper, seen, clone.address)
        _refuse(notes)
        notes += edits.take_out(paper.root, seen.outcomes, paper.origins)
    then, writes = after(seen, paper, inward=ways.inward, outward=outward)
    _refuse_blocked(room, seen, writes, outward=outward)
    _keep(clone, paper, seen)
    commit = _commit(clone, seen) if outward else ""
    then = replace(then, head=commit or seen.head.commit, branch=seen.head.branch)
    then = replace(then, settled=seen.state.settled or (ways.inward and not clash))
    if commit or writes:
        intent = Intent(commit, tuple(writes), then, room.number())
        room.begin(intent, _backup(intent, seen))
        if commit:
            _send(clone, room, intent, ways)
        notes += carry_out(room, clone, intent)
    elif then != seen.state:
        room.save(then)
    _show_theirs(room, seen)
    return replace(_report(seen, clone.address, notes), commit=commit)


def _keep(clone: Clone, paper: Paper, seen: Look) -> None:
    """Every content that is about to be sent, written or replaced, as blobs of the clone."""
    held = {*seen.there.values()}
    contents: dict[str, bytes] = {}
    for one in seen.outcomes:
        if one.verdict is not Verdict.SAME:
            every = (one.here, one.there, paper.shared.get(one.path))
            contents |= {blob_name(data): data for data in every if data is not None}
    clone.keep([data for blob, data in contents.items() if blob not in held])


def _commit(clone: Clone, seen: Look) -> str:
    """A commit with what goes there; nothing where nothing does."""
    changes = {one.path: name(one.there) for one in seen.outcomes if one.verdict in OUTWARD}
    changes = {p: blob for p, blob in changes.items() if seen.there.get(p) != blob}
    if not changes:
        return ""
    first, *more = sorted(changes, key=lambda path: (path.startswith("generated/"), path))
    message = f"paperforge sync: {first}" + (f" and {len(more)} more" if more else "")
    return clone.commit(seen.head.commit, changes, message + "\n")


def _send(clone: Clone, room: Room, intent: Intent, ways: Ways) -> None:
    """Push until it has arrived. Raises Trouble where it has not, and then forgets the intent.

    Where the remote cannot be asked whether it has, the intent stays for the next sync.
    """
    for pause in (*PAUSES, None):
        try:
            clone.push(intent.commit, intent.after.branch)
        except (Cut, Passing, OutOfDate) as error:
            if _arrived(clone, intent.commit, ways):
                return
            if isinstance(error, OutOfDate) or pause is None:
                room.drop(intent)
                raise
            ways.say(f"{error.message}; again in {pause:.0f} s")
            ways.pause(pause)
        except Trouble:
            room.drop(intent)
            raise
        else:
            return


def _arrived(clone: Clone, commit: str, ways: Ways) -> bool:
    """Whether a commit is in the remote's history. Raises Trouble where that cannot be asked."""
    head = patiently(clone.look, ways)
    if not head.commit:
        return False
    patiently(lambda: clone.fetch(head), ways)
    return clone.contains(head.commit, commit)


def carry_out(room: Room, clone: Clone, intent: Intent) -> list[Diagnostic]:
    """Write what came, file by file; one that was changed meanwhile is left for the next sync."""
    folder = Folder(room.root, room.folder)
    contents = clone.read({write.new for write in intent.writes if write.new})
    state = intent.after
    base = dict(state.base)
    notes = []
    for write in intent.writes:
        now = name(folder.read(write.path))
        if now not in (write.old, write.new) and not _grew(folder, clone, write):
            base.pop(write.path, None)
            if write.skipped:
                base[write.path] = write.skipped
            notes.append(_note(write.path, "was changed during the sync: the next one merges it"))
        elif now == write.old and now != write.new and write.new:
            folder.write(write.path, contents[write.new])
        elif now == write.old and now != write.new:
            folder.delete(write.path)
    room.finish(replace(state, base=base))
    return notes


def _grew(folder: Folder, clone: Clone, write: Write) -> bool:
    """Whether a file that was edited meanwhile already held what came: all its lines, and no old.

    Then what came counts as synced. In doubt it does not: a conflict too many loses nothing.
    """
    now = folder.read(write.path)
    if now is None or not write.new or not write.old:
        return False
    contents = clone.read({write.new, write.old})
    old, new = (Counter(contents[blob].splitlines()) for blob in (write.old, write.new))
    lines = Counter(now.splitlines())
    return bool(new - old) and not (new - old) - lines and not (old - new) & (lines - new)


def _backup(intent: Intent, seen: Look) -> Backup:
    now = dt.datetime.now().astimezone().isoformat(timespec="seconds")
    parent = seen.head.commit
    return Backup(intent.backup, now, seen.state, intent.writes, intent.commit, parent)


def _refuse_markers(paper: Paper) -> None:
    """Two versions that nobody has decided between must not be sent."""
    for path, data in sorted(paper.shared.items()):
        lines = marked_lines(data)
        if lines:
            raise InputError(
                "still holds both versions of a conflict",
                f"{path} line {lines[0]}",
                f"keep what is right, take the lines with {MARKS[0][:7]}, ======= and"
                f" {MARKS[1][:7]} out, and run paperforge sync again",
            )


def _refuse_mass(seen: Look, paper: Paper, *, inward: bool, outward: bool) -> None:
    """Deleting most of a paper, or its main file, is more often an accident than meant."""
    count = sum(path not in seen.state.ours for path in seen.state.base)
    sides = ((Verdict.DROP_THERE, outward, "there"), (Verdict.DROP_HERE, inward, "here"))
    for verdict, asked, side in sides:
        gone = [o.path for o in seen.outcomes if o.verdict is verdict and not o.ours]
        most = len(gone) >= MANY and 2 * len(gone) > count
        if asked and (most or paper.main in gone):
            first = paper.main if paper.main in gone else gone[0]
            raise InputError(
                f"and {len(gone) - 1} more of {count} files would be deleted {side}"
                if len(gone) > 1
                else f"is the main file, and would be deleted {side}",
                first,
                "nothing was done; paperforge sync --dry-run lists them, sync --delete does it",
            )


def _refuse_blocked(room: Room, seen: Look, writes: list[Write], *, outward: bool) -> None:
    """What cannot be written, here or there, is said before anything is sent."""
    folder = Folder(room.root, room.folder)
    for write in writes:
        if write.new:
            folder.check(write.path)
    sent = {o.path for o in seen.outcomes if o.verdict in OUTWARD and o.there is not None}
    if not outward:
        return
    for path in sorted(sent):
        above = {p for p in (path, *parents(path)) if p in seen.blocked}
        if above:
            raise InputError(
                f"cannot be sent: {min(above)} is a link or a submodule there",
                path,
                "remove it there, or give the file here another name",
            )


def _refuse_both(seen: Look) -> None:
    both = [o.path for o in seen.outcomes if o.verdict in (Verdict.MERGE, Verdict.CONFLICT)]
    if both:
        raise InputError(
            "was changed here and there, so it cannot only be sent",
            ", ".join(both),
            "paperforge sync merges it; pull brings the other side's changes here first",
        )


def _refuse(notes: list[Diagnostic]) -> None:
    """Nothing is sent that the remote would refuse."""
    errors = [one for one in notes if one.severity is Severity.ERROR]
    if errors:
        first, *more = errors
        rest = "".join(f"\n  {one.where}: {one.message}; {one.hint}" for one in more)
        raise InputError(first.message, first.where, first.hint + rest)


def _preflight(paper: Paper, seen: Look, address: Address) -> list[Diagnostic]:
    sent = {
        one.path: one.there
        for one in seen.outcomes
        if one.verdict in OUTWARD and one.there is not None
    }
    gone = {one.path for one in seen.outcomes if one.verdict is Verdict.DROP_THERE}
    files = {path: size for path, size in seen.sizes.items() if path not in gone}
    files |= {path: len(data) for path, data in sent.items()}
    if not sent and not gone:
        return []
    found = limits.look(files, sent, paper.main, bridge=address.bridge)
    return found + limits.local(paper.root, {p: d for p, d in sent.items() if p in paper.shared})


def _aside(clone: Clone, head: Head) -> list[Diagnostic]:
    """What Overleaf's GitHub sync put on a branch of its own, and nobody has merged."""
    notes = []
    for branch, commit in head.aside:
        clone.bring(commit, branch, f"refs/paperforge/aside/{branch}")
        if not clone.contains(head.commit, commit):
            text = (
                f"holds edits of Overleaf's that its GitHub sync could not merge into {head.branch}"
            )
            hint = f"merge it (a pull request from {branch}), and pull on Overleaf: Menu, GitHub"
            notes.append(Diagnostic(Severity.WARNING, f"branch {branch}", text, hint, "overleaf"))
    return notes


def _rewritten(seen: Look, address: Address) -> list[Diagnostic]:
    if not seen.rewritten:
        return []
    text = "its history was rewritten there, so it is compared afresh: nothing counts as deleted"
    hint = "look through what comes and goes; paperforge sync --undo is there"
    return [Diagnostic(Severity.WARNING, address.shown, text, hint, "overleaf")]


def _show_theirs(room: Room, seen: Look) -> None:
    """The remote's version of each file whose conflict lines cannot show, for a person to open."""
    shutil.rmtree(room.theirs, ignore_errors=True)
    folder = Folder(room.root, room.folder)
    for one in seen.outcomes:
        if one.verdict is Verdict.CONFLICT and not one.marked and one.there is not None:
            folder.write(
                room.theirs.joinpath(one.path).relative_to(room.root).as_posix(), one.there
            )


def _report(seen: Look, address: Address, notes: list[Diagnostic]) -> Report:
    changed = tuple(one for one in seen.outcomes if one.verdict is not Verdict.SAME)
    same = len(seen.outcomes) - len(changed)
    return Report(address.shown, seen.head.branch, changed, tuple(notes), same=same)


def _note(where: str, message: str) -> Diagnostic:
    return Diagnostic(Severity.NOTE, where, message, "", "overleaf")
