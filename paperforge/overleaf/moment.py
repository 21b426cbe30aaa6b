"""The three states at one moment, and the state and the writes that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from paperforge.errors import InputError
from paperforge.model import TEX_FILES, Diagnostic, Severity
from paperforge.overleaf import limits
from paperforge.overleaf.clone import Clone, Entry, Head, blob_name
from paperforge.overleaf.git import Cut, Passing, Trouble
from paperforge.overleaf.state import Room, State, Write
from paperforge.overleaf.threeway import (
    LEFT_OUT,
    Outcome,
    Pair,
    Sides,
    Verdict,
    carried,
    decide,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from paperforge.overleaf.values import Paper, Ways

T = TypeVar("T")
PAUSES = (2.0, 5.0, 15.0, 40.0)
"""Seconds before a remote that is busy is asked the same again."""
OUTWARD = (Verdict.SEND, Verdict.MERGE, Verdict.DROP_THERE)


@dataclass(frozen=True, slots=True)
class Look:
    """The three states at one moment."""

    head: Head
    state: State
    outcomes: tuple[Outcome, ...]
    there: Mapping[str, str]
    """Path -> blob of what is there."""
    sizes: Mapping[str, int]
    """Path -> bytes of what is there."""
    here: Mapping[str, str]
    """Path -> blob of the author's files."""
    blocked: frozenset[str] = frozenset()
    """Paths there that are links or submodules."""
    left: tuple[Diagnostic, ...] = ()
    """What of the remote does not come here, and why."""
    rewritten: bool = False
    """Whether what was last seen there is gone from its history: then nothing counts as deleted."""


def look_at(paper: Paper, clone: Clone, room: Room, ways: Ways) -> Look:
    """The three states now, and what each file becomes. Raises Trouble; nothing changes."""
    state = room.state()
    if state is None:
        raise InputError(
            "is not connected to Overleaf or any git remote yet",
            str(paper.root),
            "paperforge sync init URL (Overleaf shows it under Integrations, Git)",
        )
    head = patiently(clone.look, ways)
    if state.head and not head.commit:
        raise Trouble(
            "holds nothing now, although it did: nothing is taken for deleted",
            clone.address.shown,
            "run it again; if it really was emptied, move .paperforge away and begin anew",
        )
    patiently(lambda: clone.fetch(head), ways)
    rewritten = bool(state.head) and not clone.contains(head.commit, state.head)
    if rewritten:
        state = replace(state, base={})
    entries = clone.entries(head.commit)
    there = {
        path: entry.blob
        for path, entry in entries.items()
        if entry.mode.startswith("100") and entry.size <= limits.LARGEST_FILE
    }
    here = {path: blob_name(data) for path, data in paper.shared.items()}
    ours = {path: blob_name(data) for path, data in paper.ours.items()}
    known = dict(zip(here.values(), paper.shared.values(), strict=True))
    known |= zip(ours.values(), paper.ours.values(), strict=True)
    changed = {p: b for p, b in there.items() if carried(p) or p in ours}
    changed = {p: b for p, b in changed.items() if p not in state.base or state.base[p].there != b}
    before = {state.base[p].there for p in changed if p in state.base}
    known |= clone.read(({*changed.values()} | before) - known.keys())

    def read(blob: str) -> bytes:
        if blob not in known:
            known.update(clone.read([blob]))
        return known[blob]

    past = frozenset() if state.settled else clone.past(head.commit)
    sides = Sides(state.base, state.ours, here, ours, there, read, past.__contains__, clone.join)
    outcomes = tuple(decide(sides, ways.keep))
    sizes = {path: entry.size for path, entry in entries.items()}
    blocked = frozenset(p for p, entry in entries.items() if not entry.mode.startswith("100"))
    left = tuple(_left(entries, state, ours, settled=state.settled))
    return Look(head, state, outcomes, there, sizes, here, blocked, left, rewritten)


def _left(
    entries: Mapping[str, Entry], state: State, ours: Mapping[str, str], *, settled: bool
) -> Iterator[Diagnostic]:
    """A line for each file that might have been meant to come; one line for all others, once."""
    kinds = {"120000": "is a link", "160000": "is a submodule"}
    others = []
    for path, entry in entries.items():
        latex = PurePosixPath(path).suffix.lower() in TEX_FILES
        if entry.mode in kinds:
            why = kinds[entry.mode]
        elif entry.size > limits.LARGEST_FILE:
            why = "is larger than 50 MiB"
        elif carried(path) or path in ours or path in state.base:
            continue
        elif latex and any(part in LEFT_OUT for part in path.split("/")):
            why = "lies in a folder of paperforge's"
        elif latex:
            why = "has a name that not every disk takes"
        else:
            others.append(path)
            continue
        shown = path if path.isprintable() else repr(path)
        text = f"{why}, so it stays there and is not brought here"
        yield Diagnostic(Severity.WARNING, shown, text, "", "left")
    if others and not settled:
        names = ", ".join(others[:4]) + (" …" if len(others) > 4 else "")  # noqa: PLR2004  of a line
        text = f"{len(others)} files that are no LaTeX and no pictures stay there: {names}"
        yield Diagnostic(Severity.NOTE, "", text, "", "left-others")


def after(seen: Look, paper: Paper, *, inward: bool, outward: bool) -> tuple[State, list[Write]]:
    """The state once everything is done, and what is to be written here."""
    base = dict(seen.state.base)
    writes: list[Write] = []
    for one in seen.outcomes:
        path, old = one.path, seen.here.get(one.path)
        there = seen.there.get(path)
        entry = base.get(path)
        if one.verdict is Verdict.SAME:
            mine = blob_name(paper.ours[path]) if one.ours and path in paper.ours else old
            entry = Pair(mine, there) if mine and there else None
        elif outward and one.verdict in OUTWARD:
            sent = name(one.there)
            mine = sent if one.ours else name(one.here)
            entry = Pair(mine, sent) if sent and mine else None
        write = _writing(one, old, there, base.get(path), entry, outward=outward)
        if inward and write is not None:
            writes.append(write)
            entry = write.done
        if entry is None:
            base.pop(path, None)
        else:
            base[path] = entry
    ours = {path for path in base if path in paper.ours and path not in paper.shared}
    ours |= {path for path in seen.state.ours if path in base and path not in paper.shared}
    return replace(seen.state, base=base, ours=tuple(sorted(ours)), build=paper.build), writes


def _writing(
    one: Outcome,
    old: str | None,
    there: str | None,
    before: Pair | None,
    sent: Pair | None,
    *,
    outward: bool,
) -> Write | None:
    """What one outcome writes here; `sent` is its entry where it was sent too."""
    new, path = name(one.here), one.path
    if one.verdict is Verdict.CONFLICT and one.marked and there:
        return Write(path, old, new, Pair(there, there), before)
    if one.verdict is Verdict.FETCH and new and there:
        return Write(path, old, new, Pair(new, there), before)
    if one.verdict is Verdict.DROP_HERE:
        return Write(path, old, None, None, before)
    if one.verdict is Verdict.MERGE and old and there:
        if outward:
            return Write(path, old, new, sent, Pair(old, old))
        return Write(path, old, new, Pair(there, there), before)
    return None


def name(data: bytes | None) -> str | None:
    """The blob of a content, where there is one."""
    return None if data is None else blob_name(data)


def patiently(ask: Callable[[], T], ways: Ways) -> T:
    """Ask the remote, and again a little later where it is busy or the line broke."""
    for pause in PAUSES:
        try:
            return ask()
        except (Passing, Cut) as error:
            ways.say(f"{error.message}; again in {pause:.0f} s")
            ways.pause(pause)
    return ask()
