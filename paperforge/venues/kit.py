"""An official kit (zip, folder, or the style file alone) -> the files to put into a project.

A kit comes from the network: its names and sizes are not trusted, links and archives inside it are
not followed, nothing in it is run, and only bytes come out, under plain file names.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity, Venue
from paperforge.venues.facts import STAND_IN_MARK, known

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST_ENTRIES = 2000
MOST_BYTES = 50 * 2**20
"""Of a kit, unpacked."""
MOST_RATIO = 200
"""Unpacked to packed size, of a file over 1 MiB: text reaches 20, a bomb 1000."""
STYLE_KINDS = frozenset({".sty", ".cls", ".bst", ".clo"})
_ARCHIVES = frozenset({".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".xz", ".bz2"})
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    LookupError,
)
"""What zipfile raises on damaged archives: its own error is only one of them."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


@dataclass(frozen=True, slots=True)
class Kit:
    """What a kit gives to a project."""

    venue: Venue
    files: Mapping[str, bytes]
    """Plain file name -> content, for venues.kit_folder(venue, root)."""
    left: tuple[str, ...]
    """What was not taken, and why: "example.tex (not part of the style)"."""
    notes: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of a kit: its path in it, and how to get its bytes."""

    path: PurePosixPath
    read: Callable[[], bytes]
    refused: str = ""


def add_kit(path: Path, venue: Venue | None = None) -> Kit:
    """The official files in a kit, for the venue given or the one that their names tell.

    Raises InputError where the kit is damaged, too large, leads out of itself, holds no official
    style, or is for another venue.
    """
    entries = _entries(path)
    recognised = _recognised(entries)
    wanted = venue or recognised
    if not wanted:
        raise _no_style(path, entries)
    style = _style_entry(path, entries, wanted, recognised)
    taken, left = _choose(entries, style, wanted)
    files = {name: entry.read() for name, entry in sorted(taken.items())}
    if STAND_IN_MARK in files[wanted.style_files[0]]:
        raise InputError(
            f"{wanted.style_files[0]} is paperforge's own stand-in, not the official style",
            str(path),
            f"the official kit: {wanted.facts.get('kit_url', 'see the venue’s author page')}",
        )
    return Kit(wanted, files, tuple(left), _verified(files, wanted, path))


def recognise_kit(path: Path) -> Venue:
    """The venue that a kit's file names tell; the newest of several.

    Raises InputError as add_kit does, and where the kit is of no known venue.
    """
    entries = _entries(path)
    venue = _recognised(entries)
    if not venue:
        raise _no_style(path, entries)
    return venue


def _recognised(entries: Sequence[_Entry]) -> Venue | None:
    there = {entry.path.name for entry in entries if not entry.refused}
    fitting = [venue for venue in known() if venue.style_files[0] in there]
    return max(fitting, key=lambda venue: str(venue.facts.get("year", "")), default=None)


def _no_style(path: Path, entries: Sequence[_Entry]) -> InputError:
    styles = sorted({e.path.name for e in entries if e.path.suffix in (".sty", ".cls")})
    seen = f"its styles: {', '.join(styles[:8])}; " if styles else ""
    inner = [e.path.name for e in entries if e.path.suffix.lower() in _ARCHIVES]
    nested = f"it holds {inner[0]}: unpack that and give its folder; " if inner else ""
    wanted = ", ".join(venue.style_files[0] for venue in known())
    return InputError(
        "holds the style of no venue that paperforge knows",
        str(path),
        f"{nested}{seen}known: {wanted}",
    )


def _style_entry(
    path: Path, entries: Sequence[_Entry], venue: Venue, recognised: Venue | None
) -> _Entry:
    """The official style; of several the one least deep."""
    style = venue.style_files[0]
    found = [e for e in entries if e.path.name == style and not e.refused]
    if found:
        return min(found, key=lambda e: (len(e.path.parts), str(e.path)))
    refused = [e.refused for e in entries if e.path.name == style]
    if refused:
        raise InputError(f"its {style} was not taken: {refused[0]}", str(path))
    if recognised:
        hint = f"it is the kit of {recognised.id}: paperforge venues add {path}"
        raise InputError(f"holds no {style}, so it is not the kit of {venue.id}", str(path), hint)
    raise _no_style(path, entries)


def _choose(
    entries: Sequence[_Entry], style: _Entry, venue: Venue
) -> tuple[dict[str, _Entry], list[str]]:
    """The style, what lies beside it and is of its kind, and what the venue lists; and the rest."""
    taken = {style.path.name: style}
    left = []
    for entry in entries:
        name = entry.path.name
        beside = entry.path.parent == style.path.parent and entry.path.suffix in STYLE_KINDS
        if entry is style:
            continue
        if entry.refused:
            reason = entry.refused
        elif entry.path.suffix.lower() in _ARCHIVES:
            reason = "an archive inside the kit is not opened"
        elif not beside and name not in venue.style_files:
            reason = "not part of the style"
        elif name.casefold() in {other.casefold() for other in taken}:
            reason = "another file of this name was taken"
        else:
            taken[name] = entry
            continue
        left.append(f"{entry.path} ({reason})")
    return taken, left


def _verified(files: Mapping[str, bytes], venue: Venue, path: Path) -> tuple[Diagnostic, ...]:
    """Whether the style is the very file that the venue's facts were measured with."""
    said = venue.facts.get("kit_sty_md5")
    if not isinstance(said, str) or not said:
        return ()
    style = venue.style_files[0]
    if hashlib.md5(files[style], usedforsecurity=False).hexdigest().startswith(said):
        text = f"{style} is the file that paperforge's facts were measured with"
    else:
        text = (
            f"{style} is not the file that paperforge's facts were measured with; a later version?"
        )
    return (Diagnostic(Severity.NOTE, str(path), text),)


def _entries(path: Path) -> list[_Entry]:
    try:
        if path.is_dir():
            return _of_folder(path)
        if path.is_file():
            return _of_zip(path) if zipfile.is_zipfile(path) else _of_file(path)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", str(path)) from error
    raise InputError("there is no such file or folder", str(path), "give the kit's zip or folder")


def _of_file(path: Path) -> list[_Entry]:
    """The style file by itself."""
    if path.suffix.lower() == ".zip":
        raise InputError("is damaged, or no zip at all", str(path), "download it again")
    if path.suffix not in STYLE_KINDS:
        raise InputError("is not a zip, a folder or a style file", str(path), "unpack it first")
    if path.stat().st_size > MOST_BYTES:
        raise _too_large(path)
    return [_Entry(PurePosixPath(path.name), path.read_bytes)]


def _of_folder(root: Path) -> list[_Entry]:
    entries: list[_Entry] = []
    total = 0
    for folder, _, names in os.walk(root):  # does not follow links to folders
        for name in sorted(names):
            path = Path(folder, name)
            info = path.lstat()
            refused = "a link is not followed" if stat.S_ISLNK(info.st_mode) else ""
            if not refused and not stat.S_ISREG(info.st_mode):
                refused = "not an ordinary file"
            total += 0 if refused else info.st_size
            inside = PurePosixPath(path.relative_to(root).as_posix())
            entries.append(_Entry(inside, path.read_bytes, refused or _odd_name(inside)))
            if len(entries) > MOST_ENTRIES or total > MOST_BYTES:
                raise _too_large(root)
    return sorted(entries, key=lambda entry: str(entry.path))


def _of_zip(path: Path) -> list[_Entry]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except _ZIP_ERRORS as error:
        raise InputError(f"is a damaged zip: {error}", str(path), "download it again") from error
    if len(infos) > MOST_ENTRIES or sum(info.file_size for info in infos) > MOST_BYTES:
        raise _too_large(path)
    return [_zip_entry(path, info) for info in infos if not info.filename.endswith("/")]


def _zip_entry(path: Path, info: zipfile.ZipInfo) -> _Entry:
    ratio = info.file_size // max(info.compress_size, 1)
    if info.file_size > 2**20 and ratio > MOST_RATIO:
        raise InputError(
            f"{info.filename!r} unpacks to {ratio} times its size",
            str(path),
            "this is not an official kit; nothing was unpacked",
        )
    inside = _inside(path, info)
    refused = _odd_name(inside)
    if stat.S_ISLNK(info.external_attr >> 16):
        refused = "a link is not followed"
    elif info.flag_bits & 1:
        refused = "it is encrypted"
    elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        refused = "it is packed in an unusual way"
    return _Entry(inside, lambda: _unpack(path, info), refused)


def _inside(path: Path, info: zipfile.ZipInfo) -> PurePosixPath:
    """The entry's path in the zip. Raises InputError where it leads out of the zip."""
    name = info.filename.replace("\\", "/")
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or re.match(r"[A-Za-z]:", name):
        raise InputError(
            f"holds the path {info.filename!r}, which leads out of it",
            str(path),
            "this is not an official kit; nothing was unpacked",
        )
    return inside


def _odd_name(path: PurePosixPath) -> str:
    if "__MACOSX" in path.parts or path.name.startswith("._"):
        return "a Mac's own notes on a file"
    return "" if _PLAIN_NAME.fullmatch(path.name) else "not a plain file name"


def _unpack(path: Path, info: zipfile.ZipInfo) -> bytes:
    """The entry's bytes; a zip that lies about its sizes fails here, before memory does."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as file:
            data = file.read(MOST_BYTES + 1)
    except _ZIP_ERRORS as error:
        message = f"{info.filename!r} cannot be unpacked: {error}"
        raise InputError(message, str(path), "download it again") from error
    if len(data) > MOST_BYTES:
        raise _too_large(path)
    return data


def _too_large(path: Path) -> InputError:
    return InputError(
        f"holds more than {MOST_ENTRIES} files or {MOST_BYTES >> 20} MiB: no venue's kit does",
        str(path),
        "give the kit's own zip or folder",
    )
