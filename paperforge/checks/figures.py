"""Pictures that the text includes and the project does not have."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from paperforge.checks.reading import sources
from paperforge.model import Diagnostic, Owner, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paperforge.model import Build, Manuscript

NAME = "figures"
EXTENSIONS = ("", ".pdf", ".png", ".jpg", ".jpeg", ".eps", ".mps", ".PDF", ".PNG", ".JPG")
FROM_TEX = ("example-image",)
"""Pictures that come with TeX (package mwe)."""


def check(manuscript: Manuscript, build: Build) -> list[Diagnostic]:  # noqa: ARG001  a Check
    """Each missing picture, at the line that includes it."""
    found = []
    for place, key, path in pictures(manuscript):
        if path is None and not key.startswith(FROM_TEX):
            hint = "put the file into the project"
            if key.startswith("generated/"):
                hint = "add it to [[figures]] in paper.toml"
            message = f"file '{key}' is missing"
            found.append(Diagnostic(Severity.WARNING, place, message, hint, NAME))
    return found


def pictures(manuscript: Manuscript) -> Iterator[tuple[str, str, str | None]]:
    """Yield each picture that the text includes: "FILE:LINE", its name there, its path if any."""
    read = sources(manuscript)
    folders = ["", *(path for one in read for path in one.graphics_paths)]
    main = posixpath.dirname(manuscript.main)
    for one in read:
        for picture in one.graphics:
            names = (
                posixpath.normpath(posixpath.join(main, folder, picture.key + extension))
                for folder in folders
                for extension in EXTENSIONS
            )
            path = next((name for name in names if name in manuscript.files), None)
            yield f"{one.path}:{picture.line}", picture.key, path


def drawn_elsewhere(manuscript: Manuscript) -> Iterator[tuple[str, str]]:
    """Yield (path, options) of each PDF of the author's that the text includes, each use once."""
    seen = set()
    for place, key, path in pictures(manuscript):
        if path is None or not path.lower().endswith(".pdf"):
            continue
        if manuscript.files[path].owner is not Owner.AUTHOR:
            continue
        text = manuscript.files[place.rpartition(":")[0]].data.decode("utf-8", errors="replace")
        call = re.search(r"\\includegraphics\s*\[([^\]]*)\]\s*\{\s*" + re.escape(key), text)
        use = (path, call[1] if call else "")
        if use not in seen:
            seen.add(use)
            yield use
