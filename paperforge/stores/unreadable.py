"""Files that results come in and that nothing here reads: what makes them readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_COMPRESSED = {
    ".gz": "gunzip",
    ".bz2": "bunzip2",
    ".xz": "unxz",
    ".zst": "unzstd",
    ".zip": "unzip",
    ".tgz": "tar xf",
    ".tar": "tar xf",
    ".7z": "7z x",
}
"""The name of a compressed file -> what unpacks it."""
_SPREADSHEETS = frozenset((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers"))


def named(path: Path) -> InputError | None:
    """What to say of a file by its name; None where that says nothing."""
    suffix = path.suffix.lower()
    if suffix in _SPREADSHEETS:
        hint = "save each sheet as CSV: File, Save As, CSV UTF-8"
        return InputError(f"the file is a spreadsheet ({path.suffix})", path.name, hint)
    if suffix not in _COMPRESSED:
        return None
    is_archive = path.with_suffix("").suffix.lower() == ".tar"
    command = _COMPRESSED[".tar" if is_archive else suffix]
    what = "an archive" if command == "tar xf" else "compressed"
    hint = f"unpack it first: {command} {path.name}"
    return InputError(f"the file is {what} ({path.suffix})", path.name, hint)
