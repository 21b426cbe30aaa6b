"""The project that a sync sends: what was built last, and the author's files as they are now."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from paperforge import record
from paperforge.errors import InputError
from paperforge.model import TEX_FILES
from paperforge.overleaf.state import Room
from paperforge.overleaf.threeway import LATEXMKRC, LEFT_OUT, STYLES, Outcome, Verdict
from paperforge.overleaf.values import Paper

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paperforge.model import Diagnostic


MOST_LOOKED_INTO = 200
"""Folders behind a link that are looked into for LaTeX."""


def built(root: Path, venue: str | None, mode: str | None) -> Paper:
    """The project as it was built last. Raises InputError where that is not there or not whole."""
    from paperforge import template, venues

    said = declared(root)
    name, main = venue or str(said.get("venue", "")), str(said.get("main", "")).removeprefix("./")
    place = (
        venues.find(name, root, "--venue" if venue else "paper.toml, key venue") if name else None
    )
    build = f"{place.id if place else 'paper'}-{mode or said.get('mode', 'draft')}"
    folder = root / "build" / build
    made = record.read(folder)
    if made is None or not folder.is_dir():
        asked = "".join(f" --{k} {v}" for k, v in (("venue", venue), ("mode", mode)) if v)
        raise InputError(
            f"there is no build of {build} to send",
            str(root),
            f"paperforge build{asked} makes it",
        )
    wrong = record.edited(made, folder) if made.roots and Path(made.roots[0]) == root else []
    if wrong:
        raise InputError(
            "is not as the build wrote it",
            str(folder / wrong[0]),
            "paperforge build writes it anew, and keeps an edit aside",
        )
    generated = f"{main.rpartition('/')[0]}/generated/".lstrip("/")
    sent = {p: _named(o) for p, o in made.ours.items() if not main or p.startswith(generated)}
    sent = {p: o for p, o in sent.items() if p in LATEXMKRC or Path(p).suffix in TEX_FILES}
    files, _ = template.author_files(root)
    _refuse_links(root)
    shared = {
        path: file.data
        for path, file in files.items()
        if (path not in sent or Path(path).suffix in STYLES) and path != _pdf(main)
    }
    if main:
        shared |= {n: (root / n).read_bytes() for n in sorted(LATEXMKRC) if (root / n).is_file()}
    ours = {path: (folder / path).read_bytes() for path in sent if path not in shared}
    return Paper(root, main or "main.tex", build, shared, ours, sent)


def _refuse_links(root: Path) -> None:
    """A link is no file there, and what lies behind it must not count as deleted.

    Raises InputError for one that leads to LaTeX or pictures, as far as a look into it shows.
    """
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = [f for f in folders if not f.startswith(".") and f not in LEFT_OUT]
        links = [here / f for f in folders if (here / f).is_symlink() and _holds_latex(here / f)]
        outside = [here / n for n in names if Path(n).suffix.lower() in TEX_FILES]
        inside = root.resolve()
        links += [f for f in outside if f.is_symlink() and not f.resolve().is_relative_to(inside)]
        links += [f for f in outside if f.is_symlink() and not f.exists()]
        if links:
            raise InputError(
                "is a link, which no git remote and no Overleaf can follow: nothing was synced",
                _inside(links[0], root),
                "put the folder or file itself in its place",
            )


def _holds_latex(folder: Path) -> bool:
    for place, (_, _, names) in enumerate(os.walk(folder)):
        if any(Path(name).suffix.lower() in TEX_FILES for name in names):
            return True
        if place >= MOST_LOOKED_INTO:
            break
    return False


def _named(origin: str) -> str:
    return f"{origin} of paper.toml" if origin.startswith("[[") else origin


def _pdf(main: str) -> str:
    """What the author's own TeX makes of the main file: no part of the paper."""
    return str(PurePosixPath(main).with_suffix(".pdf")) if main else ""


def declared(root: Path) -> dict[str, Any]:
    """paper.toml as it stands. Raises InputError with the line of a mistake."""
    file = root / "paper.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        from paperforge import project

        project.load(file)  # says what is wrong, and where
        raise


def stale(root: Path) -> list[Diagnostic]:
    """A warning where the results are newer than what was sent of them."""
    from paperforge.model import Diagnostic, Severity

    paper = Room(root).state()
    made = record.read(root / "build" / paper.build) if paper and paper.build else None
    changed = record.outdated(made) if made else []
    if not changed:
        return []
    names = [_inside(Path(name), root) for name in changed]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    text = f"changed since the last build{more}, so tables, figures and numbers sent are older"
    hint = "paperforge build, then paperforge sync"
    return [Diagnostic(Severity.WARNING, names[0], text, hint, "overleaf")]


def unlisted(root: Path, outcomes: Iterable[Outcome]) -> list[Diagnostic]:
    """A note for each section file that came and that nothing of the paper takes in."""
    from paperforge import template
    from paperforge.model import Diagnostic, Severity

    new = [one.path for one in outcomes if one.verdict is Verdict.FETCH]
    new = [path for path in new if path.startswith("sections/") and path.endswith(".tex")]
    said = declared(root)
    if not new or said.get("main"):
        return []
    listed = {str(name).removesuffix(".tex") for name in said.get("sections") or template.ORDER}
    texts = [file.read_text("utf-8", "replace") for file in (root / "sections").rglob("*.tex")]
    notes = []
    for path in new:
        name = path.removeprefix("sections/").removesuffix(".tex")
        known = bool({name, f"sections/{name}"} & listed) or name == "abstract"
        if not known and not any(f"sections/{name}" in text for text in texts):
            hint = f'add "{name}" to sections in paper.toml, where it stands in the paper'
            text = "came here, and the paper does not take it in yet"
            notes.append(Diagnostic(Severity.NOTE, path, text, hint, "overleaf"))
    return notes


def _inside(file: Path, root: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
