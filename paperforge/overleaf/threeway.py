"""Last synced state, here and there -> what each file becomes. Pure: no files, no git, no clock.

The author's files go both ways. paperforge's own go one way. A file is known by its blob's name
(git's SHA-1 of it), and what was last synced by a pair of them: line ends may differ by side.
"""

from __future__ import annotations

import difflib
import posixpath
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from paperforge.model import TEX_FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

LATEXMKRC = frozenset({"latexmkrc", ".latexmkrc"})
"""Perl that latexmk runs: goes there, and never comes here unasked."""
STYLES = frozenset({".sty", ".cls", ".bst", ".clo"})
PICTURES = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".eps"})
LEFT_OUT = frozenset({"build", "generated", "venues", "node_modules", "__pycache__"})
HERE, THERE = "here", "there"
MARKS = (f"<<<<<<< {HERE}", f">>>>>>> {THERE}")
"""What a line begins with where two versions of it stand."""
PLACE_OF_EMPTY = "takes the place of the empty project's own"
ALIKE = 0.5
"""Share of lines in common from which a new file is taken for a renamed one."""
MARK = b"Written by paperforge"
STAND_IN = b"stand-in"
"""What a stand-in of a venue's style says of itself at its head."""
HEAD = 600
"""Bytes in which the head of a file is looked for."""
LFS = b"version https://git-lfs.github.com/spec/"


class Verdict(StrEnum):
    """What is to be done with a file."""

    SAME = "same"
    SEND = "send"
    FETCH = "fetch"
    MERGE = "merge"
    DROP_THERE = "delete there"
    DROP_HERE = "delete here"
    CONFLICT = "conflict"
    LEFT = "left there"


class Pair(NamedTuple):
    """The blobs of one file as last synced."""

    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file becomes. None: there is no such file."""

    path: str
    verdict: Verdict
    here: bytes | None = None
    """Wanted here; for a conflict of text: both versions, with markers."""
    there: bytes | None = None
    """Wanted there; for a conflict: what is there."""
    ours: bool = False
    """Whether it is one of paperforge's own files: then nothing is written here."""
    why: str = ""
    """What there is to say about it."""
    marked: bool = False
    """Whether `here` holds markers."""
    edited: bytes | None = None
    """paperforge's own file as somebody edited it there; `before` is what it was."""
    before: bytes | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """The three states, and how to look into them."""

    base: Mapping[str, Pair]
    was_ours: Collection[str]
    """Paths of the last synced state that were paperforge's own."""
    here: Mapping[str, str]
    """The author's files: path -> blob."""
    ours: Mapping[str, str]
    """paperforge's own files: path -> blob."""
    there: Mapping[str, str]
    read: Callable[[str], bytes]
    """The content of a blob."""
    past: Callable[[str], bool]
    """Whether the remote's history holds this blob."""
    join: Callable[[bytes, bytes, bytes], tuple[bytes, bool]]
    """(base, here, there) -> both changes line by line, and whether that went without conflict."""


def decide(sides: Sides, keep: Mapping[str, str] | None = None) -> list[Outcome]:
    """What every file becomes, by path. `keep`: path -> HERE or THERE, where a person decided."""
    keep = keep or {}
    paths = {*sides.base, *sides.here, *sides.ours, *filter(carried, sides.there)}
    found = []
    for path in sorted(paths):
        mine = path in sides.ours and path not in sides.here
        gone = path in sides.was_ours and path not in sides.here and path not in sides.ours
        one = _own(sides, path, keep) if mine or gone else _shared(sides, path, keep.get(path, ""))
        if one.verdict is not Verdict.SAME or path in sides.base or path in sides.there:
            found.append(one)
    return _renamed_twice(sides, _apart(sides, found))


def _apart(sides: Sides, found: list[Outcome]) -> list[Outcome]:
    """A file on one side and a folder of its name on the other cannot both be: a conflict."""
    there = {one.path for one in found if one.here is not None or one.there is not None}
    under = {path: [p for p in parents(path) if p in there] for path in there}
    wrong = {path for path, above in under.items() if above}
    wrong |= {p for above in under.values() for p in above}
    why = "is a file on one side and a folder on the other; give one of them another name"
    return [
        replace(_clash(sides, one.path, why), ours=one.ours) if one.path in wrong else one
        for one in found
    ]


def parents(path: str) -> list[str]:
    """The folders above a path, the top one first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _renamed_twice(sides: Sides, found: list[Outcome]) -> list[Outcome]:
    """Say of a file that got one new name here and another one there that both are kept."""
    gone = [p for p in sides.base if p not in sides.here and p not in sides.there]
    new = [one for one in found if one.verdict is Verdict.FETCH and one.path not in sides.base]
    if not gone or not new:
        return found
    mine = [p for p in sides.here if p not in sides.base and p not in sides.there]
    notes = {}
    for path in gone:
        old = sides.read(sides.base[path].there)
        here = next((p for p in mine if likeness(old, sides.read(sides.here[p])) >= ALIKE), "")
        there = next((o.path for o in new if likeness(old, o.there or b"") >= ALIKE), "")
        if here and there:
            notes[there] = f"{path} was renamed to {here} here and to {there} there: both are kept"
    return [replace(one, why=notes.get(one.path, one.why)) for one in found]


def carried(path: str) -> bool:
    """Whether a file of the remote comes here: LaTeX and pictures, in no folder of paperforge's."""
    parts = path.split("/")
    if path in LATEXMKRC:
        return True
    return (
        posixpath.splitext(path)[1].lower() in TEX_FILES
        and all(parts)
        and path.isprintable()
        and not any(part.startswith(".") or part in LEFT_OUT for part in parts)
        and not any(part != part.strip() or part.endswith(".") for part in parts)
        and not any(ord(c) < 32 or c in '\\:*?"<>|\x7f' for c in path)  # noqa: PLR2004
    )


def _shared(sides: Sides, path: str, keep: str) -> Outcome:
    """A file of the author's: both ways."""
    here, there = sides.here.get(path), sides.there.get(path)
    if path in LATEXMKRC and keep != THERE:
        return _program(sides, path, keep)
    if here == there or (here and there and _alike(sides, here, there)):
        return _result(sides, path, Verdict.SAME)
    if keep:
        return _sent(sides, path) if keep == HERE else _fetched(sides, path)
    return _changed(sides, path)


def _changed(sides: Sides, path: str) -> Outcome:
    """A file that is not the same here and there: by who changed it."""
    base, here, there = sides.base.get(path), sides.here.get(path), sides.there.get(path)
    older = base is None and here is not None and sides.past(here)
    if older and there is None:
        return _clash(sides, path, "was deleted there, and is still here as it was")
    if older or here == (base.here if base else None):
        return _fetched(sides, path)
    if base is None and here and there and blank(sides.read(there)):
        return replace(_sent(sides, path), why=PLACE_OF_EMPTY)
    if there is None if base is None else _as_synced(sides, base, there):
        return _sent(sides, path)
    return _both(sides, path)


def _as_synced(sides: Sides, base: Pair, there: str | None) -> bool:
    return there == base.there or (there is not None and _alike(sides, base.there, there))


def _both(sides: Sides, path: str) -> Outcome:
    """Changed on both sides."""
    base, here, there = sides.base.get(path), sides.here.get(path), sides.there.get(path)
    if here is None or there is None:
        return _clash(sides, path, _deleted(sides, path))
    ours, theirs = sides.read(here), sides.read(there)
    if not (_is_text(path, ours) and _is_text(path, theirs)):
        return _clash(sides, path, "was changed here and there, and cannot be merged by lines")
    ours, theirs = _lf(ours), _lf(theirs)
    before = _lf(sides.read(base.there)) if base else common(ours, theirs)
    merged, clean = sides.join(before, ours, theirs)
    if clean:
        here_now = _with_ends_of(merged, sides.read(here))
        there_now = _with_ends_of(merged, sides.read(there))
        return Outcome(path, Verdict.MERGE, here_now, there_now)
    why = "the same lines were changed here and there"
    marked = _with_ends_of(merged, sides.read(here))
    return Outcome(path, Verdict.CONFLICT, marked, sides.read(there), why=why, marked=True)


def _deleted(sides: Sides, path: str) -> str:
    """Who deleted and who edited, and what it may be called now."""
    base = sides.base[path]
    here = sides.here.get(path)
    side = sides.there if here else sides.here
    new = [
        p
        for p in side
        if p not in sides.base and posixpath.splitext(p)[1] == posixpath.splitext(path)[1]
    ]
    old = sides.read(base.there)
    to = next((p for p in new if likeness(old, sides.read(side[p])) >= ALIKE), "")
    gone, edited = (THERE, HERE) if here else (HERE, THERE)
    renamed = f"renamed to {to}" if to else "deleted"
    return f"was {renamed} {gone} and edited {edited}"


def _program(sides: Sides, path: str, keep: str) -> Outcome:
    """latexmkrc: sent, and brought here only when a person says so."""
    base, here, there = sides.base.get(path), sides.here.get(path), sides.there.get(path)
    if here == there:
        return _result(sides, path, Verdict.SAME)
    if keep == HERE or (there == base.there if base else there is None):
        return _sent(sides, path)
    why = f"is a program that latexmk runs, so it is not brought here: --keep-remote {path} does"
    if here is None or (base and here == base.here):
        return Outcome(path, Verdict.LEFT, None, None, why=why)
    return _clash(sides, path, f"was changed here and there, and {why}")


def _own(sides: Sides, path: str, keep: Mapping[str, str]) -> Outcome:
    """A file of paperforge's own: one way."""
    base, made, there = sides.base.get(path), sides.ours.get(path), sides.there.get(path)
    wanted = sides.read(made) if made else None
    verdict = Verdict.SEND if made else Verdict.DROP_THERE
    if made == there or (made and there and _alike(sides, made, there)):
        return _result(sides, path, Verdict.SAME, ours=True)
    if there is None:
        why = "was deleted there; the paper needs it, so it is sent again" if base else ""
        return Outcome(path, verdict, None, wanted, ours=True, why=why)
    if base is not None and _as_synced(sides, base, there):
        return Outcome(path, verdict, None, wanted, ours=True)
    return _edited(sides, path, Outcome(path, verdict, None, wanted, ours=True), keep.get(path, ""))


def _edited(sides: Sides, path: str, sent: Outcome, keep: str) -> Outcome:
    """Our own file, changed by somebody there: taken out, kept, and sent as it must be."""
    base, theirs = sides.base.get(path), sides.read(sides.there[path])
    official = posixpath.splitext(path)[1] in STYLES and STAND_IN not in theirs[:HEAD]
    if official and keep != HERE:
        why = "is not ours there: it comes here as yours, and the next build uses it"
        return Outcome(path, Verdict.FETCH, theirs, theirs, why=why)
    if base is None and not _replaceable(path, theirs) and keep != HERE:
        why = "is there already, and paperforge did not write it"
        return Outcome(path, Verdict.CONFLICT, None, theirs, ours=True, why=why)
    if base is None and blank(theirs):
        return replace(sent, why=PLACE_OF_EMPTY)
    before = sides.read(base.there) if base else b""
    return replace(sent, edited=theirs, before=before)


def _replaceable(path: str, theirs: bytes) -> bool:
    """Whether a file that we never sent may make way: ours from elsewhere, or of no content."""
    return "generated/" in f"/{path}" or MARK in theirs[:HEAD] or blank(theirs)


def blank(theirs: bytes) -> bool:
    r"""Whether a main file holds no prose: only \maketitle and an empty Introduction or nothing."""
    body = theirs.partition(b"\\begin{document}")[2].partition(b"\\end{document}")[0]
    body = body.replace(b"\\maketitle", b"").replace(b"\\section{Introduction}", b"")
    lines = [line for line in body.splitlines() if not line.lstrip().startswith(b"%")]
    return b"\\end{document}" in theirs and not b"".join(lines).strip()


def _result(sides: Sides, path: str, verdict: Verdict, *, ours: bool = False) -> Outcome:
    here, there = sides.here.get(path), sides.there.get(path)
    return Outcome(
        path,
        verdict,
        sides.read(here) if here else None,
        sides.read(there) if there else None,
        ours=ours,
    )


def _sent(sides: Sides, path: str) -> Outcome:
    here, there = sides.here.get(path), sides.there.get(path)
    if here is None:
        return Outcome(path, Verdict.DROP_THERE, None, None)
    data = sides.read(here)
    sent = data
    if there and _is_text(path, data):
        sent = _with_ends_of(_lf(data), sides.read(there))
    return Outcome(path, Verdict.SEND, data, sent)


def _fetched(sides: Sides, path: str) -> Outcome:
    here, there = sides.here.get(path), sides.there.get(path)
    if there is None:
        return Outcome(path, Verdict.DROP_HERE, None, None)
    data = sides.read(there)
    if data.startswith(LFS):
        why = "is a pointer of Git LFS there and not the file, so it is not brought here"
        return Outcome(path, Verdict.LEFT, why=why)
    got = data
    if here and _is_text(path, data):
        got = _with_ends_of(_lf(data), sides.read(here))
    return Outcome(path, Verdict.FETCH, got, data)


def _clash(sides: Sides, path: str, why: str) -> Outcome:
    there = sides.there.get(path)
    here = sides.here.get(path)
    return Outcome(
        path,
        Verdict.CONFLICT,
        sides.read(here) if here else None,
        sides.read(there) if there else None,
        why=why,
    )


def _alike(sides: Sides, one: str, other: str) -> bool:
    """Whether two blobs differ in nothing but line ends."""
    if one == other:
        return True
    a, b = sides.read(one), sides.read(other)
    return b"\r" in a + b and b"\0" not in a and _lf(a) == _lf(b)


def _is_text(path: str, data: bytes) -> bool:
    return posixpath.splitext(path)[1].lower() not in PICTURES and b"\0" not in data


def _lf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def _with_ends_of(text: bytes, model: bytes) -> bytes:
    """Text of LF lines with CRLF where most lines of the model have it."""
    crlf = model.count(b"\r\n")
    return text.replace(b"\n", b"\r\n") if crlf * 2 > model.count(b"\n") else text


def common(one: bytes, other: bytes) -> bytes:
    """The lines that two texts share, in order: what stands for a base where there is none.

    A merge over it keeps every line of both; what each has alone at one place is a conflict.
    """
    a, b = one.splitlines(keepends=True), other.splitlines(keepends=True)
    blocks = difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return b"".join(line for block in blocks for line in a[block.a : block.a + block.size])


def likeness(one: bytes, other: bytes) -> float:
    """Share of distinct lines in common, 0 to 1."""
    a = {line for line in _lf(one).splitlines() if line.strip()}
    b = {line for line in _lf(other).splitlines() if line.strip()}
    return len(a & b) / max(len(a | b), 1)


def take_side(data: bytes, side: str) -> bytes:
    """A text with markers, with the lines of one side (HERE or THERE) in each conflict."""
    ours, theirs = (mark.encode() for mark in MARKS)
    kept, now = [], ""
    for line in data.splitlines(keepends=True):
        if line.startswith(ours):
            now = HERE
        elif now == HERE and line.startswith(b"======="):
            now = THERE
        elif now and line.startswith(theirs):
            now = ""
        elif now in ("", side):
            kept.append(line)
    return b"".join(kept)


def marked_lines(data: bytes) -> list[int]:
    """Numbers of the lines that are a conflict's markers."""
    marks = tuple(mark.encode() for mark in MARKS)
    if not any(mark in data for mark in marks):
        return []
    return [n for n, line in enumerate(data.splitlines(), 1) if line.startswith(marks)]
