"""From the venue to the PDF: templates, manuscripts, builds, checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from paperforge.model.messages import Diagnostic
    from paperforge.spec import Mode


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue's facts (data, not code), read from its folder's venue.toml."""

    id: str
    name: str
    folder: Path
    package: str
    style_files: tuple[str, ...]
    engine: str
    options: Mapping[str, str]
    """Mode -> options of the style."""
    page_limit: Mapping[str, int]
    """Mode -> pages of counted body; a mode without a limit is absent."""
    columns: int
    column_width_pt: float
    text_width_pt: float
    body_size_pt: float
    caption_size_pt: float
    footnote_size_pt: float
    text_face: str
    facts: Mapping[str, object] = field(default_factory=dict)
    """The whole venue.toml."""
    official: Path | None = None
    """The folder that holds the official style file, where one was found."""


TEX_FILES = frozenset(
    [f".{kind}" for kind in ("tex", "ltx", "tikz", "pgf", "bib", "bst", "sty", "cls", "clo", "def")]
    + [".cfg", ".fd", ".bbx", ".cbx", ".lbx", ".enc", ".ist"]
    + [".pdf", ".png", ".jpg", ".jpeg", ".eps"]
)
"""What a LaTeX project is made of; a build takes nothing else of the author's folder."""


class Owner(StrEnum):
    """Who may write a file."""

    AUTHOR = "author"
    PAPERFORGE = "paperforge"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a manuscript."""

    data: bytes
    owner: Owner
    origin: str = ""
    """Where its content comes from: "sections/method.tex", "[[tables]] main"."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A complete LaTeX project in memory."""

    files: Mapping[str, File]
    """Path, "/"-separated and relative -> file."""
    main: str
    venue: Venue | None
    mode: Mode
    names: tuple[str, ...] = ()
    """The authors' names, for the check that an anonymous paper does not hold them."""
    date: str = ""
    """"2026-11-23": TeX's today; empty: a fixed day."""
    engine: str = "pdflatex"
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def generated(self) -> str:
        """Where paperforge's own files are: beside the main file."""
        folder = self.main.rpartition("/")[0]
        return f"{folder}/generated/" if folder else "generated/"


@dataclass(frozen=True, slots=True)
class Build:
    """What compiling a manuscript gave."""

    folder: Path
    pdf: Path | None
    """The good PDF of this build; None where it failed or TeX is missing."""
    pages: int | None
    body_pages: int | None
    """Pages that count against the venue's limit, where the template marks their end."""
    log: str
    diagnostics: tuple[Diagnostic, ...] = ()
    up_to_date: bool = False


class Check(Protocol):
    """A look at a manuscript and its build: one file under checks/."""

    NAME: str

    def check(self, manuscript: Manuscript, build: Build) -> Sequence[Diagnostic]:
        """What is wrong; empty: nothing."""
