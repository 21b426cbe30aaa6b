"""Everything that a paper is made of -> Manuscript.

Templates are a venue's main.tex.j2 with delimiters that TeX leaves alone: <% block %>, << value >>,
<# comment #>. They run in jinja's sandbox and see only the context that templates/_base/README.md
lists; every string of it is escaped for TeX before it gets there.
"""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.latex import source
from paperforge.latex.escape import escape
from paperforge.model import TEX_FILES, Diagnostic, File, Manuscript, Owner, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import jinja2

    from paperforge.model import Venue
    from paperforge.spec import Author, Project

LEFT_OUT = frozenset({"build", "generated", "venues", "node_modules", "__pycache__"})
MAGIC = re.compile(
    r"^%\s*!\s*TeX\s+(?:TS-)?program\s*=\s*((?:pdf|xe|lua)latex)", re.IGNORECASE | re.MULTILINE
)
HEAD = 2000
"""Characters of a main file in which its engine is looked for."""
LARGEST_FILE = 50 * 2**20
"""Bytes; Overleaf takes no larger file either."""
ORDER = (
    "introduction",
    "related-work",
    "method",
    "experiments",
    "conclusion",
    "limitations",
    "ethics",
    "impact",
    "acknowledgments",
    "appendix",
)
"""The sections of a paper that lists none, as far as they are there."""
KINDS = frozenset({"limitations", "ethics", "impact", "acknowledgments", "appendix"})
"""Sections that the venue gives a heading and a place; all others are the body, in their order."""


LOADED = ("booktabs", "graphicx")
"""Packages of tables that every template loads."""
_NEEDS = re.compile(r"^% Needs \\usepackage\{([a-z0-9,]+)\} in the preamble", re.MULTILINE)


def fill(
    project: Project, venue: Venue, generated: Mapping[str, File], templates: Path
) -> Manuscript:
    """The venue's template around the author's sections and the generated files.

    Raises InputError where a listed section is missing.
    """
    files, notes = author_files(project.root)
    sections = _sections(project, files, generated)
    files |= generated
    context = _context(project, venue, sections, files)
    text = _environment(templates).get_template(f"{venue.folder.name}/main.tex.j2").render(context)
    files["main.tex"] = File(text.encode(), Owner.PAPERFORGE, "the venue's template and paper.toml")
    files |= style_files(venue, templates)
    if not venue.official:
        notes.append(_stand_in(venue))
    if project.mode.anonymous:  # the style hides them in the PDF, but the source is sent too
        files = {p: f for p, f in files.items() if not p.startswith("sections/acknowledgment")}
    engine = project.engine or venue.engine.split()[0]
    return _manuscript(project, files, venue, "main.tex", engine, notes)


def serve(project: Project, generated: Mapping[str, File], venue: Venue | None) -> Manuscript:
    """An existing paper as it is, with the generated files beside it.

    Raises InputError where its main file is missing.
    """
    files, notes = author_files(project.root)
    if project.main not in files:
        raise InputError(
            f"there is no file {project.main}",
            str(project.root / "paper.toml"),
            "main names the paper's main .tex file, relative to paper.toml",
        )
    folder = project.main.rpartition("/")[0]
    files |= {f"{folder}/{path}" if folder else path: file for path, file in generated.items()}
    main = files[project.main].data.decode("utf-8", errors="replace")
    engine = project.engine or engine_of(main) or (venue.engine.split()[0] if venue else "pdflatex")
    if venue is not None and venue.package not in main:
        notes.append(_keeps_its_class(project.main, venue))
    return _manuscript(project, files, venue, project.main, engine, notes)


def _manuscript(  # noqa: PLR0917  one line a field
    project: Project,
    files: dict[str, File],
    venue: Venue | None,
    main: str,
    engine: str,
    notes: list[Diagnostic],
) -> Manuscript:
    return Manuscript(
        files=files,
        main=main,
        venue=venue,
        mode=project.mode,
        names=_names(project),
        date=project.date,
        engine=engine,
        diagnostics=tuple(notes),
    )


def engine_of(text: str) -> str:
    """The engine that the first lines name ("% !TeX program = lualatex"), or nothing."""
    found = MAGIC.search(text[:HEAD])
    return found[1].lower() if found else ""


def _keeps_its_class(main: str, venue: Venue) -> Diagnostic:
    return Diagnostic(
        Severity.NOTE,
        main,
        f"keeps its own class: it does not load {venue.package}",
        f"{venue.name} gives only the width of figures and the page limit here",
        "style",
    )


def author_files(root: Path) -> tuple[dict[str, File], list[Diagnostic]]:
    """The author's LaTeX files, path relative to root -> file; what was left out and why."""
    files: dict[str, File] = {}
    notes: list[Diagnostic] = []
    inside = root.resolve()
    for path in _walk(root):
        name = path.relative_to(root).as_posix()
        if not path.resolve().is_relative_to(inside):
            notes.append(_left_out(name, "it is a link that leads out of the project"))
        elif path.stat().st_size > LARGEST_FILE:
            notes.append(_left_out(name, "it is larger than 50 MiB"))
        else:
            files[name] = File(path.read_bytes(), Owner.AUTHOR, name)
    return files, notes


def style_files(venue: Venue, templates: Path) -> dict[str, File]:
    """The style: the official one where it was found, else the stand-in; and the latexmkrc."""
    files = {}
    folder = venue.official or venue.folder
    for path in sorted(folder.iterdir()):
        wanted = path.name in venue.style_files or path.suffix in (".sty", ".bst", ".cls", ".clo")
        if wanted and path.is_file():
            owner = Owner.AUTHOR if venue.official else Owner.PAPERFORGE
            files[path.name] = File(path.read_bytes(), owner, f"{venue.name} style")
    rc = templates / "_base" / "latexmkrc"
    files["latexmkrc"] = File(rc.read_bytes(), Owner.PAPERFORGE, "the venue's template")
    return files


def _walk(root: Path) -> Iterator[Path]:
    """The files of a LaTeX project below root, sorted; skips what is hidden, built or a project."""
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(
            f
            for f in folders
            if not f.startswith(".")
            and f not in LEFT_OUT
            and not (here / f / "pyvenv.cfg").exists()
            and not (here / f / "paper.toml").exists()
        )
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in TEX_FILES:
                yield here / name


def _sections(
    project: Project, files: Mapping[str, File], generated: Mapping[str, File]
) -> list[dict[str, str]]:
    """The paper's sections in order: the author's files, and after each its generated part."""
    listed = project.sections or tuple(n for n in ORDER if f"sections/{n}.tex" in files)
    sections = []
    for entry in listed:
        file = entry if "/" in entry or entry.endswith(".tex") else f"sections/{entry}"
        file = file.removesuffix(".tex")
        if f"{file}.tex" not in files:
            raise InputError(
                f"section {entry!r} is listed, but {file}.tex is missing",
                str(project.root / "paper.toml"),
                "write the file, or take it off the list",
            )
        name = PurePosixPath(file).name
        kind = name if name in KINDS else "appendix" if name.startswith("appendix") else "body"
        sections.append({"name": name, "file": file, "kind": kind})
    for kind in sorted(KINDS):
        if f"generated/{kind}.tex" in generated:
            last = max((i for i, s in enumerate(sections) if s["kind"] == kind), default=None)
            at = len(sections) if last is None else last + 1
            sections.insert(at, {"name": kind, "file": f"generated/{kind}", "kind": kind})
    return sections


def _context(
    project: Project, venue: Venue, sections: list[dict[str, str]], files: Mapping[str, File]
) -> dict[str, Any]:
    """What a template sees; strings are TeX."""
    kinds = {section["kind"] for section in sections}
    bib = project.bib if project.bib in files and _cites(sections, files) else ""
    bst = venue.facts.get("bibliography", {})
    official_bst = bst.get("bst") if isinstance(bst, dict) and venue.official else None
    has_bst = bool(official_bst and (Path(str(venue.official)) / f"{official_bst}.bst").exists())
    return {
        "title": escape(project.title or "Untitled"),
        "pdf_title": "" if project.mode.anonymous else escape(project.title),
        "authors": [] if project.mode.anonymous else [_author(a) for a in project.authors],
        "abstract_file": "sections/abstract" if "sections/abstract.tex" in files else "",
        "mode": str(project.mode),
        "style_options": venue.options.get(str(project.mode), ""),
        "style_official": venue.official is not None,
        "bst": official_bst if has_bst else None,
        "sections": sections,
        "has": {kind: kind in kinds for kind in KINDS}
        | {"checklist": "generated/checklist.tex" in files},
        "bib": bib.removesuffix(".bib"),
        "keywords": [escape(keyword) for keyword in project.keywords],
        "packages": [_package(p) for p in (*project.packages, *_needed(project, files))],
    }


def _names(project: Project) -> tuple[str, ...]:
    """Names, addresses and affiliations: what an anonymous paper must not hold."""
    every = (part for a in project.authors for part in (a.name, a.email, a.affiliation))
    return tuple(part for part in every if part)


def _cites(sections: list[dict[str, str]], files: Mapping[str, File]) -> bool:
    """Whether anything is cited: a heading over no references is no section."""
    texts = [files[f"{s['file']}.tex"] for s in sections if f"{s['file']}.tex" in files]
    texts += [files[name] for name in ("sections/abstract.tex",) if name in files]
    read = (source.read(file.data.decode("utf-8", "replace"), "") for file in texts)
    return any(one.citations for one in read)


def _author(author: Author) -> dict[str, str]:
    return {
        "name": escape(author.name),
        "affiliation": escape(author.affiliation),
        "email": escape(author.email),
    }


def _needed(project: Project, files: Mapping[str, File]) -> list[str]:
    """Packages that generated tables say they need, and that neither side loads yet."""
    found: dict[str, None] = {}
    for name in sorted(files):
        if name.startswith("generated/tables/") and name.endswith(".tex"):
            head = _NEEDS.search(files[name].data.decode("utf-8", "replace"))
            found |= dict.fromkeys(head[1].split(",") if head else ())
    own = " ".join(project.packages)
    return [p for p in found if p not in LOADED and not re.search(rf"(?<!\w){p}(?!\w)", own)]


def _package(entry: str) -> str:
    r"""A line of `packages`: "cleveref", "[capitalise]cleveref" or TeX of the author's own."""
    if entry.startswith("\\"):
        return entry
    options, bracket, name = entry.rpartition("]")
    return f"\\usepackage{options}{bracket}{{{name}}}"


@functools.cache
def _environment(templates: Path) -> jinja2.Environment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(templates),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )


def _left_out(name: str, why: str) -> Diagnostic:
    return Diagnostic(Severity.WARNING, name, f"was left out of the build: {why}")


def _stand_in(venue: Venue) -> Diagnostic:
    return Diagnostic(
        Severity.NOTE,
        venue.name,
        f"built with a stand-in for the {venue.name} style, not for submission",
        f"paperforge venues add KIT takes the official zip; {venue.style_files[0]} beside "
        "paper.toml is used as it is",
        "style",
    )
