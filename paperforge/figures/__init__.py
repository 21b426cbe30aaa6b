"""Figures: an Analysis drawn at the venue's exact width, in its text face, as PDF.

A kind of figure is one module with `NEEDS` and `compose(spec, analysis) -> Drawing`,
and one line in KINDS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from paperforge.figures import (
    audit,
    bars,
    confusion,
    correlation,
    critical_difference,
    differences,
    distributions,
    fonts,
    improvement,
    intervals,
    learning_curves,
    pareto,
    profile,
    reliability,
    scaling,
    script,
    sheet,
    slopes,
    style,
    tikz,
    waterfall,
)
from paperforge.figures.frame import MOST_HEIGHT_PT
from paperforge.figures.select import unknown, where
from paperforge.model import Diagnostic, Figure, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.figures.frame import Drawing
    from paperforge.model import Analysis, Venue
    from paperforge.spec import FigureSpec


class Kind(Protocol):
    """A kind of figure: one module."""

    NEEDS: tuple[str, ...]
    """What the analysis must hold beside the decisions: keys of stats.NEEDS."""

    def compose(self, spec: FigureSpec, analysis: Analysis) -> Drawing:
        """Choose what to draw; InputError with the next move where there is nothing."""


class Compiled(Protocol):
    """A kind of figure that TeX draws: one module."""

    def document(self, spec: FigureSpec, venue: Venue | None) -> dict[str, bytes]:
        """The files of the picture's own document, main.tex among them."""

    def figure(self, spec: FigureSpec, pdf: bytes, venue: Venue | None) -> Figure:
        """The compiled picture, looked at."""


KINDS: Mapping[str, Kind] = {
    "learning-curves": learning_curves,
    "intervals": intervals,
    "differences": differences,
    "bars": bars,
    "distributions": distributions,
    "slopes": slopes,
    "waterfall": waterfall,
    "correlation": correlation,
    "confusion": confusion,
    "reliability": reliability,
    "critical-difference": critical_difference,
    "profile": profile,
    "improvement": improvement,
    "pareto": pareto,
    "scaling": scaling,
    "script": script,
}
COMPILED: Mapping[str, Compiled] = {"tikz": tikz}
"""Kinds that TeX draws: pipeline.py hands their document to compile.py."""


def kind(spec: FigureSpec) -> Kind:
    """Return the module of a figure's kind; InputError with the known kinds where there is none."""
    if spec.kind not in KINDS:
        raise unknown("kind of figure", spec.kind, (*KINDS, *COMPILED), spec)
    return KINDS[spec.kind]


def needs(spec: FigureSpec) -> tuple[str, ...]:
    """What the analysis must hold for a figure: keys of stats.NEEDS. Raises InputError as kind."""
    return () if spec.kind in COMPILED else kind(spec).NEEDS


def draw(
    spec: FigureSpec, analysis: Analysis, venue: Venue | None = None, form: str = "pdf"
) -> Figure:
    """Draw a figure at the venue's column or text width; form: also as "png" (300 dpi) or "pgf".

    Same inputs on one machine give the same bytes. matplotlib's global settings are left as they
    were. Raises InputError where there is nothing to draw or the figure's settings cannot be met.
    """
    drawing = kind(spec).compose(spec, analysis)
    plan = style.style_for(spec, venue)
    about = where(spec)
    with (
        fonts.letters(plan.text_face, drawing.texts, about) as letters,
        style.settings(plan, letters),
    ):
        ruler = sheet.Ruler(letters)
        page = drawing.paint(plan, ruler)
        pdf = sheet.pdf(page.figure)
        other = sheet.FORMS[form](page.figure) if form != "pdf" else b""
        touching = audit.overlaps(page.figure)
    notes = [*drawing.diagnostics, *letters.notes, *_of_layout(page, touching, about)]
    return Figure(
        name=spec.name,
        pdf=pdf,
        width_pt=page.width,
        height_pt=page.height,
        alt=drawing.alt,
        data=drawing.data,
        note=drawing.note,
        diagnostics=(*notes, *audit.problems(pdf, page.width, about)),
        other=other,
    )


def _of_layout(page: sheet.Sheet, touching: tuple[str, ...], about: str) -> list[Diagnostic]:
    """What did not fit the page."""
    found = []
    if page.ruler.cut:
        names = ", ".join(f'"{name}"' for name in page.ruler.cut)
        message = f"too long for the drawing, so shortened: {names}"
        found.append((message, 'give a shorter label in paper.toml, or use width = "text"'))
    if page.height > MOST_HEIGHT_PT:
        message = f"the figure is {page.height:.0f} pt high, more than a page holds"
        found.append((message, 'name fewer datasets or methods, or use width = "text"'))
    found += [(text, "set height_pt or use fewer methods or datasets") for text in touching]
    return [Diagnostic(Severity.WARNING, about, message, hint) for message, hint in found]
