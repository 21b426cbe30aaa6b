"""What paperforge writes for a paper: tables, figures, macros, sentences; values, no files yet.

`pipeline.py` is the flow; this is what its third step, render, puts into generated/.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model import Diagnostic, File, Owner, Severity
from paperforge.spec import FigureSpec, TableSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paperforge.model import Analysis, Figure, Manuscript, Results, Table, Venue
    from paperforge.spec import Project

LARGEST_BIB = 32 << 20
"""Bytes of a .bib that is looked into for how its works are cited."""
WIDTHS = {"table": "column", "table*": "text", "": ""}
"""Float that a table stands in -> the width that it is made for."""


def tabulate(
    analysis: Analysis | None,
    spec: TableSpec,
    venue: Venue | None,
    root: Path,
    *,
    paper: bool = True,
) -> Table:
    """One table of the analysis, or of a file below the paper's folder `root`, made to fit.

    paper: whether it is for a page; a terminal or a browser has other measures. With neither a
    venue nor a width it stays as it is, unless it is too large for any page. Raises InputError
    where nothing makes it fit.
    """
    from paperforge import tables

    if tables.is_listing(spec):
        made = tables.listed(spec, root, analysis)
    else:
        assert analysis is not None
        made = tables.arrange(analysis, spec)
    if not paper:
        return made
    made = _cited(made, root)
    page, under = tables.Page.of(venue) if venue else None, bool(spec.notes)
    return tables.fit(made, page, spec.width, notes=under, other=tables.exchanged(analysis, spec))


def _cited(table: Table, root: Path) -> Table:
    """The table with its citations as the paper's .bib files let them print: it is measured so."""
    from paperforge import bib

    keys = {row.cite for row in table.rows if row.cite}
    if not keys:
        return table
    files = [path for path in sorted(root.glob("*.bib")) if path.stat().st_size < LARGEST_BIB]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    known = bib.in_text(texts, keys)
    rows = [replace(row, cited=known.get(row.cite, "")) for row in table.rows]
    return replace(table, rows=tuple(rows))


def draw(
    analysis: Analysis,
    spec: FigureSpec,
    venue: Venue | None,
    root: Path | None = None,
    form: str = "pdf",
) -> Figure:
    """One figure of the analysis, at the venue's width and in its face.

    root: the folder that the author's own file (script, tikz) is named from.
    """
    from paperforge import figures

    if spec.kind in figures.COMPILED:
        return picture(spec, venue, root)
    return figures.draw(_at(spec, root), analysis, venue, form)


def picture(spec: FigureSpec, venue: Venue | None, root: Path | None = None) -> Figure:
    """A figure that TeX draws from the author's file, at the venue's width and in its face."""
    from paperforge import compile, figures  # noqa: A004

    tikz, spec = figures.COMPILED[spec.kind], _at(spec, root)
    made = compile.picture(tikz.document(spec, venue), f"figure {spec.name}")
    return tikz.figure(spec, made, venue)


def _at(spec: FigureSpec, root: Path | None) -> FigureSpec:
    """The figure with its own file where that lies."""
    return replace(spec, file=str((root or Path()) / spec.file)) if spec.file else spec


def generate(
    project: Project, analysis: Analysis | None, venue: Venue | None
) -> tuple[dict[str, File], tuple[Diagnostic, ...]]:
    """The files of generated/: macros, tables, figures, findings, limitations, checklist.

    Without a venue, tables and figures fit the page of the style that an existing paper loads.
    """
    from paperforge import narrative, tables, venues
    from paperforge.latex.label import sentence

    page = venue or venues.page_of(project)
    specs = project.tables or ((TableSpec(),) if analysis and analysis.aggregates else ())
    floats = _floats(project, specs, page)
    set_tables: list[tuple[TableSpec, Table]] = []
    for place, spec in enumerate(specs):
        if analysis or tables.is_listing(spec):
            around = floats.get(spec.name, "")
            asked = replace(spec, width=spec.width or WIDTHS[around])
            with declared_at(project, "tables", place):
                table = tabulate(analysis, asked, page, project.root)
            set_tables.append((asked, _fits(table, around)))
    drawn = _drawn(project, analysis, page) if analysis else []
    files: dict[str, File] = {}
    notes = [*venues.said_of_page(project, venue)]
    for spec, table in set_tables:
        origin, rows = f"[[tables]] {table.name}", analysis.origins if analysis else None
        tex = tables.render(table, "latex", notes=spec.notes)
        _add(files, f"tables/{table.name}.tex", tex, origin)
        data = tables.render(table, "json", origins=rows or None)
        _add(files, f"tables/{table.name}.json", data, origin)
        notes += table.diagnostics
    for figure in drawn:
        made: dict[str, str | bytes] = {
            "pdf": figure.pdf,
            "csv": figure.data,
            "txt": f"{figure.alt}\n",
        }
        for ending, content in made.items():
            _add(files, f"figures/{figure.name}.{ending}", content, f"[[figures]] {figure.name}")
        notes += figure.diagnostics
    if analysis and drawn:
        from paperforge.figures import palette

        notes += palette.unplaced(analysis.methods, project.methods)
    texts = {table.name: tables.notes_text(table) for _, table in set_tables}
    named = analysis.labels if analysis else ()
    texts |= {figure.name: sentence(figure.note, named) for figure in drawn}
    texts |= {f"{one.name}/alt": sentence(" ".join(one.alt.split()), named) for one in drawn}
    head = (venues.templates_root() / "_base" / "macros-head.tex").read_text(encoding="utf-8")
    numbers = narrative.macros.macros(analysis, _spread(specs)) if analysis else ()
    alts = {figure.name: figure.alt for figure in drawn}
    _add(files, "macros.tex", narrative.macros.render(numbers, texts, head, alts), "the results")
    for name, text in narrative.texts(project, analysis).items():
        _add(files, f"{name}.tex", text, "paper.toml and the results")
    if venue is not None and not project.main:
        answered, open_items = _checklist(project, analysis, venue)
        if answered:
            _add(files, "checklist.tex", answered, "[checklist] of paper.toml")
        notes += open_items
    return files, tuple(notes)


def _floats(project: Project, specs: tuple[TableSpec, ...], page: Venue | None) -> dict[str, str]:
    """Name of a table -> the float that the paper inputs it in: "table", "table*", or "".

    Read from the main file of an existing paper, else from the sections that a template inputs.
    Only on a page of two columns, where table is a column wide and table* both.
    """
    if page is None or page.columns == 1:
        return {}
    from paperforge.latex.source import float_around, walk

    texts: dict[str, str] = {}
    own = project.sections or tuple(
        sorted(path.stem for path in (project.root / "sections").glob("*.tex"))
    )
    paths = [name if "/" in name or name.endswith(".tex") else f"sections/{name}" for name in own]
    filled = "".join(f"\\input{{{path}}}\n" for path in paths)

    def reader(path: str) -> str | None:
        if not project.main and path == "main.tex":
            return filled
        file = project.root / path
        if path not in texts and f"/{path}".find("/generated/") < 0 and file.is_file():
            texts[path] = file.read_text(encoding="utf-8", errors="replace")
        return texts.get(path)

    walk(project.main or "main.tex", reader)
    return {
        spec.name: next(
            filter(
                None, (float_around(t, f"generated/tables/{spec.name}") for t in texts.values())
            ),
            "",
        )
        for spec in specs
    }


def _fits(table: Table, around: str) -> Table:
    """The table; with a warning where it needs both columns and stands in a float of one."""
    if around != "table" or table.fit is None or not table.fit.wide:
        return table
    warning = Diagnostic(
        Severity.WARNING,
        f"table {table.name}",
        "wider than a column, but its float is a column wide",
        r"\begin{table*} … \end{table*} around it, or fewer columns",
        "boxes",
    )
    return replace(table, diagnostics=(*table.diagnostics, warning))


def _drawn(project: Project, analysis: Analysis, venue: Venue | None) -> list[Figure]:
    """The figures: as they were drawn before, or anew, on the cores that there are."""
    if not project.figures:
        return []
    from paperforge import figures
    from paperforge.figures import several
    from paperforge.results import cache

    jobs, found = {}, {}
    for place, spec in enumerate(project.figures):
        with declared_at(project, "figures", place):
            if spec.kind in figures.COMPILED:
                found[place] = picture(spec, venue, project.root)
            else:
                jobs[place] = figures.job(_at(spec, project.root), analysis, venue)
    made = several.draw(list(jobs.values()), cache.room("figures"))
    for (place, job), figure in zip(jobs.items(), made, strict=True):
        with declared_at(project, "figures", place):
            # What could not be drawn says so now, at its line of paper.toml.
            found[place] = figures.finished(figure, job, analysis)
    return [found[place] for place in sorted(found)]


def _checklist(
    project: Project, analysis: Analysis | None, venue: Venue
) -> tuple[str, tuple[Diagnostic, ...]]:
    """The venue's checklist as TeX and its open items; a form outside the PDF gives one note."""
    from paperforge import narrative, venues

    questions = narrative.checklists.items(venues.checklist(venue))
    if not questions:
        return "", ()
    text, items = narrative.checklists.checklist(questions, project, analysis)
    if venues.checklist_in_pdf(venue):
        return text, items
    still = sum(item.check == "checklist" for item in items)
    message = f"{len(questions) - still} of {len(questions)} checklist items answered"
    hint = f"{venue.name} asks them in a form, not in the PDF; [checklist] keeps your answers"
    return "", (Diagnostic(Severity.NOTE, venue.name, message, hint),)


def traced(
    one: Diagnostic, manuscript: Manuscript, results: Results | None, project: Project | None
) -> Diagnostic:
    """A TeX error in a generated line, where the name at fault was given: paper.toml, or a row.

    Names are escaped, so only two things in them break TeX: a letter that the font lacks, which
    the error names, and an author's own TeX. Any other error is left where TeX saw it.
    """
    found = re.search(r"\(written to (\S+\.tex):(\d+)\)$", one.where)
    if one.severity is not Severity.ERROR or results is None or found is None:
        return one
    from paperforge.latex.escape import Label, escape

    text = manuscript.files[found[1]].data.decode("utf-8", errors="replace")
    line = text.splitlines()[int(found[2]) - 1]
    letter = re.search(r"Unicode character (.)", one.message)
    named = [
        *(("methods", method.name, method.label) for method in results.methods),
        *(("datasets", dataset.name, dataset.label) for dataset in results.datasets),
        *(("metrics", metric.name, metric.label) for metric in results.metrics),
    ]
    for kind, name, label in sorted(named, key=lambda each: -len(each[2])):
        own = isinstance(label, Label)
        if (letter[1] in label if letter else own) and escape(label) in line:
            shown = label.tex if isinstance(label, Label) else label
            mend = "a maths symbol outside maths: write it between $ and $"
            hint = mend if own and "Missing $" in one.message else one.hint
            place = f"{_given(kind, name, results, project)}, {shown!r} in {one.where}"
            return replace(one, where=place, hint=hint)
    return one


def _given(kind: str, name: str, results: Results, project: Project | None) -> str:
    """Where a name's label stands in paper.toml; without one, the first row that has the name."""
    from paperforge import project as toml

    if project is not None and "label" in getattr(project, kind).get(name, {}):
        path = project.root / "paper.toml"
        long, short = toml.place(path, kind, name, "label"), toml.place(path, kind, name)
        return short if long == str(path) else long
    cells = (
        (metric.name, method.name, dataset.name)
        for metric in results.metrics
        for method in results.methods
        for dataset in results.datasets
    )
    at = ("metrics", "methods", "datasets").index(kind)
    rows = (results.sources(*cell) for cell in cells if cell[at] == name)
    return next((str(found[0]) for found in rows if found), "the results")


@contextlib.contextmanager
def declared_at(project: Project, kind: str, place: int) -> Iterator[None]:
    """An error about a table or figure says where paper.toml declares it."""
    from paperforge import project as toml

    try:
        yield
    except InputError as error:
        path = project.root / "paper.toml"
        where = toml.place(path, kind, place) if path.exists() else ""
        raise InputError(
            error.message, ": ".join(filter(None, (where, error.where))), error.hint
        ) from error


def _spread(specs: tuple[TableSpec, ...]) -> str:
    """The kind of spread that the text rounds by: that of the first table."""
    return specs[0].spread if specs else ""


def _add(files: dict[str, File], name: str, data: str | bytes, origin: str) -> None:
    content = data.encode() if isinstance(data, str) else data
    files[f"generated/{name}"] = File(content, Owner.PAPERFORGE, origin)
