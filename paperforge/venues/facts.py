"""templates/<id>/venue.toml -> Venue: found by any of its names, with its official style."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity, Venue
from paperforge.spec import Mode
from paperforge.venues import standard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.spec import Project

STAND_IN_MARK = b"paperforge stand-in"
"""In the \\ProvidesPackage line of every style that paperforge carries; official files lack it."""
_PACKAGES = re.compile(r"\\(?:usepackage|RequirePackage)\s*(?:\[[^\]]*\])?\s*\{([^{}]*)\}")
_NAME = re.compile(r"(?P<family>.*?)[^a-z0-9]*(?P<year>(?:19|20)\d\d)?")


def templates_root() -> Path:
    """The folder of templates: inside an installed wheel, beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def known() -> tuple[Venue, ...]:
    """All venues, by id. Raises InputError where a venue.toml is damaged."""
    return tuple(_read(file) for file in sorted(templates_root().glob("*/venue.toml")))


def find(venue_id: str, project_root: Path | None = None, where: str = "") -> Venue:
    """The venue that is meant: "neurips-2026", "NeurIPS 2026", "neurips" (the newest), "acl".

    `official` is set where the project holds the official style: in its root or in
    venues/<id>/, where `paperforge venues add` puts it. `where` goes into the error.
    Raises InputError that lists the nearest names.
    """
    venues = known()
    found = _meant(venue_id, venues)
    if not found:
        raise _unknown(venue_id, venues, where)
    return official(found, project_root) if project_root else found


def page_of(project: Project) -> Venue | None:
    """The page of a paper without a venue: what paper.toml's [page] says, else its main file."""
    if project.page:
        return standard.stated(project.root, project.main, project.page)
    return of_paper(project.root, project.main)


def unread(project: Project) -> tuple[Diagnostic, ...]:
    """The warning that an existing paper's page is not known, with the next move."""
    if not project.main or page_of(project) is not None:
        return ()
    why = standard.unread(project.root, project.main)
    message = (
        f"the width of the text is not known: {why}. Tables are as they are and figures are drawn"
        " for another page"
    )
    hint = r'paper.toml: [page] width = "6.5in" (\the\textwidth of the paper), columns = 2 for two'
    return (Diagnostic(Severity.WARNING, project.main, message, hint),)


def said_of_page(project: Project, venue: Venue | None) -> tuple[Diagnostic, ...]:
    """What the author should know of the page: that it is not known, or that a venue rules it.

    venue: the one that tables and figures are made for; None: the paper has none.
    """
    if venue is None:
        return unread(project)
    if not project.page:
        return ()
    message = f"[page] is not used: {venue.name} rules widths, height and sizes"
    hint = (
        "without a venue (venue in paper.toml, --venue) it would; take [page] out where it is old"
    )
    return (Diagnostic(Severity.NOTE, "paper.toml", message, hint),)


def of_paper(project_root: Path, main: str) -> Venue | None:
    r"""The venue whose style an existing paper loads: \usepackage{icml2026} in its main file.

    With none of them the page of LaTeX's own class, as a Venue without an id. None where neither is
    known, or the file cannot be read.
    """
    try:
        text = (project_root / main).read_text(encoding="utf-8", errors="replace") if main else ""
    except OSError:
        return None
    said = re.sub(r"(?<!\\)%.*", "", text)
    loaded = {
        name.strip() for names in _PACKAGES.findall(said) for name in names.split(",") if name
    }
    found = (v for v in known() if Path(v.style_files[0]).stem in loaded) if loaded else iter(())
    return next(found, None) or standard.page(project_root, main)


def official(venue: Venue, project_root: Path) -> Venue:
    """The venue, with the folder of its official style where the project holds it."""
    from dataclasses import replace

    for folder in (project_root, kit_folder(venue, project_root)):
        style = folder / venue.style_files[0]
        try:
            data = style.read_bytes() if style.is_file() else b""
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", str(style)) from error
        if data.strip() and STAND_IN_MARK not in data:
            return replace(venue, official=folder)
    return venue


def kit_folder(venue: Venue, project_root: Path) -> Path:
    """Where the files of an official kit go."""
    return project_root / "venues" / venue.id


def checklist(venue: Venue) -> tuple[Mapping[str, str], ...]:
    """The items of the venue's checklist (id, title, question, evidence); none: it has none."""
    file = venue.folder / "checklist.toml"
    if not file.is_file():
        return ()
    try:
        return tuple(tomllib.loads(file.read_text(encoding="utf-8"))["item"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"cannot be read: {error}", str(file)) from error


def checklist_in_pdf(venue: Venue) -> bool:
    """Whether the checklist is part of the PDF, and not a form of the submission site."""
    facts = venue.facts.get("checklist")
    return bool(facts.get("in_pdf", True)) if isinstance(facts, dict) else True


def wants_impact(venue: Venue) -> bool:
    """Whether the venue requires an impact statement."""
    sections = venue.facts.get("sections")
    required = sections.get("required", ()) if isinstance(sections, dict) else ()
    return any("impact" in str(name).casefold() for name in required)


def _meant(written: str, venues: tuple[Venue, ...]) -> Venue | None:
    wanted = written.strip().casefold()
    for venue in venues:
        if venue.id == wanted:
            return venue
    parts = _NAME.fullmatch(wanted)
    family, year = (parts["family"], parts["year"]) if parts else (wanted, None)
    fitting = [
        venue
        for venue in venues
        if family and family in _families(venue) and year in (None, str(_year(venue)))
    ]
    return max(fitting, key=_year, default=None)


def _families(venue: Venue) -> set[str]:
    """What people call the venue, without the year: "arr", "acl"."""
    aliases = venue.facts.get("aliases")
    listed = [str(a) for a in aliases] if isinstance(aliases, list) else []
    series = str(venue.facts.get("venue", ""))
    names = [venue.id, series, venue.package, *listed, *re.findall(r"[A-Za-z]+", venue.name)]
    return {_NAME.fullmatch(name.casefold())["family"] for name in names if name}  # type: ignore[index]  # matches every string of one line


def _year(venue: Venue) -> int:
    year = venue.facts.get("year")
    return year if isinstance(year, int) else 0


def _unknown(written: str, venues: tuple[Venue, ...], where: str) -> InputError:
    from difflib import get_close_matches

    ids = [venue.id for venue in venues]
    by_name = {name: venue.id for venue in venues for name in (venue.id, *_families(venue))}
    near = [by_name[name] for name in get_close_matches(written.casefold(), by_name, 5, 0.5)]
    meant = f"did you mean {', '.join(dict.fromkeys(near[:3]))}? " if near else ""
    message = f"unknown venue {written!r}" if written.strip() else "no venue is named"
    return InputError(message, where or "venue", f"{meant}venues: {', '.join(ids)}")


def _read(file: Path) -> Venue:
    try:
        facts = tomllib.loads(file.read_text(encoding="utf-8"))
        return _venue(facts, file.parent)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", str(file)) from error
    except (KeyError, TypeError) as error:
        raise InputError(f"lacks the key {error}, or it is of a wrong type", str(file)) from error


def _venue(facts: Mapping[str, Any], folder: Path) -> Venue:
    layout = facts["layout"]
    pages = facts.get("pages", {})
    listed = [facts["style_file"], *facts.get("official_files", ())]
    return Venue(
        id=facts["id"],
        name=facts["name"],
        folder=folder,
        package=facts["package"],
        style_files=tuple(dict.fromkeys(listed)),
        engine=facts["engine"],
        options={str(mode): facts["modes"].get(mode, "") for mode in Mode},
        page_limit={str(mode): pages[mode] for mode in Mode if isinstance(pages.get(mode), int)},
        columns=layout["columns"],
        column_width_pt=float(layout["column_width_pt"]),
        text_width_pt=float(layout["text_width_pt"]),
        body_size_pt=float(layout["body_size_pt"]),
        caption_size_pt=float(layout["caption_size_pt"]),
        footnote_size_pt=float(layout["footnote_size_pt"]),
        text_face=layout["text_face"],
        facts=facts,
    )
