"""Tables: an Analysis arranged into a Table, and the Table rendered.

    Analysis ──▶ arrange ──▶ Table ──▶ latex · markdown · html · text · json

What is no table of methods by datasets is a module of subjects/, and one entry in SUBJECTS. A
format is a module here with NAME and render(table, *, notes, ...), and one entry in RENDERERS.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.errors import UsageError
from paperforge.latex.label import labels
from paperforge.spec import TableSpec
from paperforge.tables import diff, html, json, latex, markdown, markup, reading, text
from paperforge.tables.arrange import arrange as _grid
from paperforge.tables.fit import fit
from paperforge.tables.latex import notes_text
from paperforge.tables.subjects import LISTINGS, SUBJECTS, listing
from paperforge.tables.trial import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from paperforge.model import Analysis, Table

__all__ = [
    "FORMATS",
    "RENDERERS",
    "Page",
    "arrange",
    "changes",
    "exchanged",
    "fit",
    "is_listing",
    "listed",
    "needs",
    "notes_text",
    "render",
]

RENDERERS: Mapping[str, Callable[..., str]] = {
    module.NAME: module.render for module in (latex, markdown, html, text, json)
}
"""Format -> render(table, *, notes: bool, ...) -> str; each ends with a line break."""

FORMATS = tuple(RENDERERS)

MARKDOWN = (".md", ".markdown")
FEW = 3
"""Datasets that nobody turns a table for."""


def arrange(analysis: Analysis, spec: TableSpec | None = None) -> Table:
    """One table of the analysis, in its layout.

    Raises InputError where the table asks for a name that the results do not have, or nothing is
    left to show; UsageError for an unknown spread.
    """
    spec = spec or TableSpec()
    subject = SUBJECTS.get(spec.layout)
    made = subject.arrange(analysis, spec) if subject else _grid(analysis, spec)
    names = labels(analysis.labels)
    return replace(made, names=names) if names else made


def exchanged(analysis: Analysis | None, spec: TableSpec) -> Callable[[], Table] | None:
    """What makes the table with its datasets down; None: no datasets stand across."""
    if analysis is None or spec.layout != TableSpec().layout or len(analysis.datasets) < FEW:
        return None
    return lambda: _grid(analysis, replace(spec, layout="dataset-by-method"))


def listed(spec: TableSpec, root: Path, analysis: Analysis | None = None) -> Table:
    """A table of the author's own file below `root`; labels are those of the analysis.

    Raises InputError where the file is not there, not inside, or no table.
    """
    return listing.arrange(spec, root, analysis)


def is_listing(spec: TableSpec) -> bool:
    """Whether the table shows a file of the author's, so that it needs no results."""
    return spec.layout == "listing" or (spec.layout in LISTINGS and bool(spec.file))


def needs(spec: TableSpec) -> tuple[str, ...]:
    """What the analysis must hold for a table beside the decisions: keys of stats.NEEDS.

    Or "effects" (effect sizes) and "best" (which methods cannot be told from the best).
    """
    if spec.layout in SUBJECTS:
        return () if is_listing(spec) else SUBJECTS[spec.layout].NEEDS
    wanted = {
        "effects": "improvement" in spec.columns,
        "ranks": "rank" in spec.columns,
        "best": spec.best_set,
        "beside": bool({"difference", "improvement"} & {*spec.columns}),
    }
    return tuple(need for need, asked in wanted.items() if asked)


def changes(table: Table, old: str, where: str) -> tuple[str, ...]:
    """What changed since an older printing of the table, in lines; `old`: the text of `where`.

    A .tex, JSON, HTML, or Markdown by its name. Raises InputError where that holds no table.
    """
    if where.lower().endswith(MARKDOWN):
        return diff.differences(
            markup.from_markdown(old, where), markup.from_markdown(markdown.render(table), "")
        )
    if old.lstrip().startswith("<"):
        return diff.differences(
            markup.from_html(old, where), markup.from_html(html.render(table), "")
        )
    before = reading.read(old, where)
    if old.lstrip().startswith("{"):
        after = reading.read(json.render(table), "")
    else:
        after = reading.read(latex.render(table, notes=before.style), "")
    return diff.differences(before, after)


def render(table: Table, form: str = "latex", **options: object) -> str:
    """The table in one of FORMATS; options are those of the format's own render.

    Raises UsageError for an unknown format.
    """
    if form not in RENDERERS:
        raise UsageError(f'there is no format "{form}"', "--format", f"one of {', '.join(FORMATS)}")
    return RENDERERS[form](table, **options)
