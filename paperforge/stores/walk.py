"""The files of a folder, found once: sorted, without links that lead out of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN = frozenset((".trash", ".guild", ".aim", ".wandb", ".hydra"))
"""Hidden folders that trackers keep results or settings in; other hidden names are left alone."""
SKIPPED = frozenset(("__pycache__", "node_modules", "site-packages", "venv"))
_MOST = 500_000
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Walk:
    """What a folder holds."""

    files: tuple[Path, ...]
    """Regular files with something in them, absolute, sorted."""
    outside: tuple[Path, ...]
    """Links that lead out of the folder: not followed."""
    nameless: tuple[Path, ...] = ()
    """Files whose names are no text (no UTF-8): the engine cannot open them."""


def walk(root: Path) -> Walk:
    """All files below a folder (resolved). Links to folders are not followed.

    Raises InputError where there are more than half a million.
    """
    files: list[Path] = []
    outside: list[Path] = []
    links: dict[Path, Path] = {}
    nameless: list[Path] = []
    for entry in _entries(str(root), 0):
        path = Path(entry.path)
        if not is_text(entry.path):
            nameless.append(path)
            continue
        if entry.is_symlink():
            target = path.resolve()
            if not target.is_relative_to(root):
                outside.append(path)
            elif target.is_file():
                links.setdefault(target, path)
        elif entry.is_file(follow_symlinks=False):
            files.append(path)
        if len(files) > _MOST:
            raise InputError(
                f"the folder holds more than {_MOST} files", root.name, "name a folder inside it"
            )
    known = set(files)
    # A link to a file that is there anyway (latest.csv -> run-3.csv) would count it twice.
    files += [path for target, path in links.items() if target not in known]
    return Walk(tuple(sorted(files)), tuple(sorted(outside)), tuple(sorted(nameless)))


def is_text(path: str) -> bool:
    """Whether a path is UTF-8: other names reach Python as halves of characters."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _entries(folder: str, depth: int) -> Iterator[os.DirEntry[str]]:
    """Every file and link below a folder; folders that cannot be opened are left alone."""
    if depth > _DEEPEST:
        return
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError:
        return
    for entry in found:
        if entry.name.startswith(".") and entry.name not in HIDDEN:
            continue
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED:
                yield from _entries(entry.path, depth + 1)
        else:
            yield entry
