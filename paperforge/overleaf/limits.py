"""What Overleaf takes, looked at before anything is sent.

Limits of its git bridge and web application as its public source has them (overleaf/overleaf,
services/git-bridge and services/web, read in June 2026; overleaf.com may set others).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity
from paperforge.overleaf.threeway import LFS, parents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MOST_FILES = 2000
"""Files of a project; the web application counts folders too."""
LARGEST_FILE = 50 * 2**20
"""Bytes of a file."""
LONGEST_TEXT = 2 * 2**20
"""Characters of a text that can be edited online; a longer one is kept as a binary file."""
LONGEST_NAME = 1024
EDITABLE = frozenset(
    f".{kind}" for kind in ("tex", "sty", "cls", "bst", "bib", "txt", "tikz", "md", "def", "cfg")
)
RESERVED = frozenset({"constructor", "toString", "prototype", "__proto__", "hasOwnProperty"})
"""Names at the top of a project that its web application refuses."""
_FORBIDDEN = re.compile(r"[/\\*\x00-\x1f\x7f\x80-\x9f\ud800-\udfff]")
CHECK = "overleaf"


def look(
    files: Mapping[str, int], contents: Mapping[str, bytes], main: str, *, bridge: bool
) -> list[Diagnostic]:
    """What the remote would refuse or keep in another way, worst first.

    `files`: path -> bytes of all that would be there. `contents`: what is about to be sent. On a
    plain git remote what only Overleaf refuses is a warning.
    """
    severity = Severity.ERROR if bridge else Severity.WARNING
    found = [*_counts(files, severity), *_names(contents, severity)]
    for path, size in files.items():
        if size > LARGEST_FILE:
            large = f"has {size / 2**20:.1f} MiB; Overleaf takes files up to 50 MiB"
            found.append(_said(severity, path, large, "make it smaller: a picture of less detail"))
    for path, data in contents.items():
        found += _content(path, data)
    return [*found, *_main(files, contents, main, severity)]


def local(root: Path, names: Mapping[str, bytes]) -> list[Diagnostic]:
    """What of the author's folder does not travel as it is: links, submodules, hidden files."""
    linked = "is a link: its content is sent as a file"
    found = [_said(Severity.NOTE, p, linked, "") for p in names if (root / p).is_symlink()]
    folders = {parent for path in names for parent in parents(path)}
    for folder in sorted(folders):
        if (root / folder / ".git").exists():
            text = "is a git submodule or repository: its files are sent as plain files"
            found.append(_said(Severity.NOTE, f"{folder}/", text, ""))
    hidden = [p.name for p in sorted(root.glob(".*")) if p.suffix in EDITABLE and p.is_file()]
    for name in hidden:
        text = "is not sent: Overleaf drops files whose name begins with a dot"
        found.append(_said(Severity.WARNING, name, text, "give it another name"))
    return found


def _counts(files: Mapping[str, int], severity: Severity) -> Iterator[Diagnostic]:
    folders = {parent for path in files for parent in parents(path)}
    count = len(files) + len(folders)
    if count > MOST_FILES:
        text = f"{len(files)} files in {len(folders)} folders; Overleaf takes {MOST_FILES} in all"
        yield _said(severity, "", text, "take files out that the paper does not need")


def _names(paths: Mapping[str, bytes], severity: Severity) -> Iterator[Diagnostic]:
    for path in paths:
        for part in path.split("/"):
            wrong = _name(part, top=part == path)
            if wrong:
                clean = _FORBIDDEN.sub("_", part).strip() or "file"
                clean = f"{clean}-1" if clean in RESERVED | {".", ".."} else clean
                yield _said(severity, path, wrong, f"rename {part!r} to {clean!r}")
        if len(path) > LONGEST_NAME:
            yield _said(
                severity, path[:60] + "…", "is a path of over 1024 characters", "shorten it"
            )
        if any(part.startswith(".") for part in path.split("/")) and path != ".latexmkrc":
            yield _said(severity, path, "begins with a dot: Overleaf drops such files", "rename it")


def _name(part: str, *, top: bool) -> str:
    found = _FORBIDDEN.search(part)
    if found:
        return f"holds the character {found[0]!r} in its name, which Overleaf refuses"
    if part != part.strip():
        return "has a space at an end of its name, which Overleaf refuses"
    if top and part in RESERVED:
        return "has a name that Overleaf refuses"
    return ""


def _content(path: str, data: bytes) -> Iterator[Diagnostic]:
    if data.startswith(LFS):
        text = "is a pointer of Git LFS and not the file itself; Overleaf has no LFS"
        yield _said(Severity.ERROR, path, text, "git lfs pull brings the file")
    if posixpath.splitext(path)[1].lower() not in EDITABLE:
        return
    why = ""
    if b"\0" in data:
        why = "holds a NUL byte"
    elif len(data) > LONGEST_TEXT and len(data.decode("utf-8", "replace")) > LONGEST_TEXT:
        why = "is longer than 2 MiB"
    else:
        text = data.decode("utf-8", "replace")
        beyond = re.search(r"[^\u0000-\uffff]", text)
        if beyond:
            line = text.count("\n", 0, beyond.start()) + 1
            why = f"holds U+{ord(beyond[0]):X} in line {line}"
    if why:
        text = f"{why}, so it cannot be edited online: Overleaf keeps it as a binary file"
        yield _said(Severity.WARNING, path, text, "")


def _main(
    files: Mapping[str, int], contents: Mapping[str, bytes], main: str, severity: Severity
) -> Iterator[Diagnostic]:
    """Overleaf looks for the main file itself, at the top of the project."""
    if main and main not in files:
        text = "is the main file, and would not be there"
        yield _said(severity, main, text, "bring it back, or name another as main in paper.toml")
        return
    others = [
        path
        for path, data in contents.items()
        if path != main
        and "/" not in path
        and path.endswith(".tex")
        and re.search(rb"^[^%\n]*\\documentclass", data, re.MULTILINE)
    ]
    if others:
        text = f"has a \\documentclass too, so Overleaf may take it for the main file: {others[0]}"
        hint = f"choose {main} in Overleaf: Menu, Main document"
        yield _said(Severity.NOTE, others[0], text.rpartition(":")[0], hint)


def _said(severity: Severity, where: str, message: str, hint: str) -> Diagnostic:
    where = where if where.isprintable() else repr(where)
    return Diagnostic(severity, where, message, hint, CHECK)
