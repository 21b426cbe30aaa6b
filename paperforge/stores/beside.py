"""What a folder has beside its results: archives, pickles, torn files; what to say of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity
from paperforge.stores import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_OPAQUE = frozenset((".pkl", ".pickle", ".joblib", ".dill", ".pt", ".pth", ".ckpt"))
_ALONE = frozenset((".npz", ".npy", ".safetensors", ".pt", ".pth", ".ckpt"))
"""What is read only where it is named itself: most such files hold weights or data."""
_RESULTS = frozenset(("metrics", "results", "scores", "eval"))
_SETTINGS = frozenset(("config", "configs", "args", "params", "settings", "schema"))
"""Words in the names of files: of results, and of what is none."""
_NO_LETTERS = re.compile(r"[^a-z]+")
_SHOWN = 3


def to_name(root: Path, files: Sequence[Path]) -> Iterator[str]:
    """What to do about files that count by themselves, and about one that must be unpacked."""
    for file in [f for f in files if f.suffix.lower() in _ALONE][:1]:
        yield f"{file.suffix} files are read where they are named: {_place(root, file)}"
    for file, known in ((f, known) for f in files if (known := unreadable.named(f)) is not None):
        yield f"{_place(root, file)}: {known.hint}"
        return


def _place(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()


def torn(root: Path, files: Sequence[Path]) -> list[Diagnostic]:
    """That files which nobody claimed are named like results: a full disk cuts them off."""
    found = []
    for file in files:
        words = set(_NO_LETTERS.split(file.stem.lower()))
        if file.suffix.lower() == ".json" and words & _RESULTS and not words & _SETTINGS:
            found.append(file)
    if not found:
        return []
    shown = ", ".join(file.relative_to(root).as_posix() for file in found[:_SHOWN])
    more = ", …" if found[_SHOWN:] else ""
    files_ = "files" if found[1:] else "file"
    text = f"left out: {len(found)} {files_} named like results that cannot be read ({shown}{more})"
    return [Diagnostic(Severity.WARNING, root.name, text, "cut off, or no numbers in them?")]


def left_alone(root: Path, files: Sequence[Path]) -> list[Diagnostic]:
    """That pickles and checkpoints were not opened: a folder has them beside its results."""
    found = [file for file in files if file.suffix.lower() in _OPAQUE]
    if not found:
        return []
    shown = ", ".join(file.relative_to(root).as_posix() for file in found[:_SHOWN])
    more = ", …" if found[_SHOWN:] else ""
    text = (
        f"left alone: {len(found)} pickle{'s' if found[1:] else ''} or checkpoints ({shown}{more})"
    )
    hint = "loading a pickle can run code; give one by itself to see how to export its numbers"
    return [Diagnostic(Severity.NOTE, root.name, text, hint)]
