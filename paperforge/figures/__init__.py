"""Figures: an Analysis drawn at the venue's exact width, in its text face, as PDF.

A kind of figure is one module with `NEEDS` and `compose(spec, analysis) -> Drawing`,
and one line in KINDS.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from paperforge.figures import (
    audit,
    bars,
    confusion,
    correlation,
    critical_difference,
    differences,
    distributions,
    improvement,
    intervals,
    learning_curves,
    limits,
    palette,
    pareto,
    profile,
    reliability,
    scaling,
    script,
    slopes,
    style,
    tikz,
    waterfall,
)
from paperforge.figures.painted import Job, paint
from paperforge.figures.select import check_log, unknown, where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paperforge.figures.frame import Drawing
    from paperforge.model import Analysis, Diagnostic, Figure, Results, Venue
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
WITHOUT_LOOKS = frozenset(
    ("correlation", "confusion", "script", "tikz", "waterfall", "differences", "intervals")
)
"""Kinds whose colours name no method: each stands beside its name, or colour shows a value."""


def kind(spec: FigureSpec) -> Kind:
    """Return the module of a figure's kind; InputError with the known kinds where there is none."""
    if spec.kind not in KINDS:
        raise unknown("kind of figure", spec.kind, (*KINDS, *COMPILED), spec)
    return KINDS[spec.kind]


def needs(spec: FigureSpec) -> tuple[str, ...]:
    """What the analysis must hold for a figure: keys of stats.NEEDS. Raises InputError as kind."""
    return () if spec.kind in COMPILED else kind(spec).NEEDS


def early(spec: FigureSpec, results: Results) -> None:
    """Refuse before the analysis what the number of methods alone rules out: InputError."""
    if spec.kind in KINDS:
        limits.early(spec, results)


def job(spec: FigureSpec, analysis: Analysis, venue: Venue | None = None) -> Job:
    """Choose what a figure shows and its sizes; InputError where there is nothing to draw."""
    module = kind(spec)
    check_log(spec)
    return Job(spec, module.compose(spec, analysis), style.style_for(spec, venue))


def draw(
    spec: FigureSpec, analysis: Analysis, venue: Venue | None = None, form: str = "pdf"
) -> Figure:
    """Draw a figure at the venue's column or text width; form: also as "png" (300 dpi) or "pgf".

    Same inputs on one machine give the same bytes. matplotlib's global settings are left as they
    were. Raises InputError where there is nothing to draw or the figure's settings cannot be met.
    """
    return finished(None, job(spec, analysis, venue), analysis, form)


def finished(figure: Figure | None, asked: Job, analysis: Analysis, form: str = "pdf") -> Figure:
    """Return a drawn figure with what depends on the paper's other methods; None is drawn now."""
    figure = figure or paint(asked, form).figure
    return replace(figure, diagnostics=(*figure.diagnostics, *alike(asked, analysis)))


def alike(asked: Job, analysis: Analysis) -> tuple[Diagnostic, ...]:
    """Return which methods of a figure no reader, or not every reader, can tell apart."""
    spec = asked.spec
    if spec.kind in WITHOUT_LOOKS:
        return ()
    looks = palette.looks(analysis.methods)
    if isinstance(asked.drawing, pareto.Front):  # of many methods some are plain points
        shown = list(asked.drawing.named)
    else:
        shown = [m for m in analysis.methods if not spec.methods or m.name in spec.methods]
    return audit.alike({m.label: looks[m.name] for m in shown}, where(spec))
