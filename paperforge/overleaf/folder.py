"""The author's folder: files read and replaced one by one, inside it or not at all."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folder:
    """The project at `root`; `aside` takes files until they are whole."""

    root: Path
    aside: Path

    def read(self, path: str) -> bytes | None:
        """The content of a file, or None where there is none. Raises InputError."""
        try:
            return self._place(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _stopped(path, error) from error

    def write(self, path: str, data: bytes) -> None:
        """Replace a file in one move, keeping its mode; a link is followed inside the project.

        Raises InputError where that is not possible.
        """
        place = self._place(path)
        temporary = self.aside / f"writing.{os.getpid()}"
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            if place.exists():
                temporary.chmod(place.stat().st_mode)
            try:
                temporary.replace(place)
            except OSError:  # another disk
                beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
                beside.write_bytes(data)
                beside.replace(place)
        except OSError as error:
            raise _stopped(path, error) from error
        finally:
            temporary.unlink(missing_ok=True)

    def check(self, path: str) -> None:
        """Raises InputError where a file of this name cannot be: a folder is there, or a link."""
        place = self._place(path)
        blocked = next((p for p in place.parents if p.exists() and not p.is_dir()), None)
        if place.is_dir() or blocked is not None:
            raise InputError(
                "comes from there, and a folder or file of its name is in the way here",
                path,
                "give what is here another name; nothing was done",
            )

    def delete(self, path: str) -> None:
        """Remove a file, and folders that are empty then. Raises InputError."""
        place = self.root / path
        try:
            self._place(path)
            place.unlink(missing_ok=True)
        except OSError as error:
            raise _stopped(path, error) from error
        for folder in place.parents:
            if folder == self.root or not folder.is_relative_to(self.root):
                break
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _place(self, path: str) -> Path:
        place = (self.root / path).resolve()
        if not place.is_relative_to(self.root.resolve()):
            raise InputError(
                "leads out of the project through a link, so nothing is written there",
                path,
                "replace the link by a folder or file",
            )
        return place


def _stopped(path: str, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    hint = "free some space, or make it writable; then paperforge sync completes what is left"
    return InputError(f"cannot be read or written: {reason}", path, hint)
