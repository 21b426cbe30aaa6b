"""Pictures that the text includes and the project does not have."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from paperforge.checks.reading import sources
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from paperforge.model import Build, Manuscript

NAME = "figures"
EXTENSIONS = ("", ".pdf", ".png", ".jpg", ".jpeg", ".eps", ".mps", ".PDF", ".PNG", ".JPG")
FROM_TEX = ("example-image",)
"""Pictures that come with TeX (package mwe)."""


def check(manuscript: Manuscript, build: Build) -> list[Diagnostic]:  # noqa: ARG001  a Check
    """Each missing picture, at the line that includes it."""
    read = sources(manuscript)
    folders = ["", *(path for one in read for path in one.graphics_paths)]
    main = posixpath.dirname(manuscript.main)
    found = []
    for one in read:
        for picture in one.graphics:
            names = {
                posixpath.normpath(posixpath.join(main, folder, picture.key + extension))
                for folder in folders
                for extension in EXTENSIONS
            }
            if names & manuscript.files.keys() or picture.key.startswith(FROM_TEX):
                continue
            hint = "put the file into the project"
            if picture.key.startswith("generated/"):
                hint = "add it to [[figures]] in paper.toml"
            found.append(
                Diagnostic(
                    Severity.WARNING,
                    f"{one.path}:{picture.line}",
                    f"file '{picture.key}' is missing",
                    hint,
                    NAME,
                )
            )
    return found
