"""One figure from what it shows to its PDF, in this process."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.figures import audit, fonts, legends, sheet, style
from paperforge.figures.select import where
from paperforge.model import Diagnostic, Figure, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paperforge.figures.frame import Drawing
    from paperforge.figures.style import Style
    from paperforge.spec import FigureSpec


WIDER = 2.2
"""Figures that are so many times too high for a page may fit when they are as wide as the text."""


@dataclass(frozen=True, slots=True)
class Job:
    """A figure to be drawn: everything that its bytes depend on beside fonts and versions."""

    spec: FigureSpec
    drawing: Drawing
    style: Style


@dataclass(frozen=True, slots=True)
class Painted:
    """A figure, and whether it may be kept for another time."""

    figure: Figure
    lasting: bool
    """Whether it is set in the face's own font and those that matplotlib carries alone: other fonts
    of the machine come and go."""


def paint(job: Job, form: str = "pdf") -> Painted:
    """Draw; form: also as "png" or "pgf". Raises InputError where settings cannot be met."""
    spec, drawing, plan = job.spec, job.drawing, job.style
    about, own = where(spec), spec.kind == "script"
    with (
        fonts.letters(plan.text_face, drawing.texts, about, often=own) as letters,
        _warned(own) as warned,
        style.settings(plan, letters),
    ):
        ruler = sheet.Ruler(letters)
        try:
            page = drawing.paint(plan, ruler)
        except sheet.TooHighError as found:
            raise _too_high(spec, found.height) from None
        pdf = sheet.pdf(page.figure)
        touching = audit.overlaps(page.figure)
        over = legends.problems(page.figure) if own else None
        other = sheet.FORMS[form](page.figure) if form != "pdf" else b""
    notes = [
        *drawing.diagnostics,
        *letters.notes,
        *_of_layout(page, touching, over, about, width=spec.width),
    ]
    notes += [
        Diagnostic(Severity.NOTE, about, text) for text in dict.fromkeys(map(_told, warned)) if text
    ]
    face = fonts.postscript_name(letters.face.path)
    figure = Figure(
        name=spec.name,
        pdf=pdf,
        width_pt=page.width,
        height_pt=page.height,
        alt=drawing.alt,
        data=drawing.data,
        note=drawing.note,
        diagnostics=(*notes, *audit.problems(pdf, page.width, about, face, own=own)),
        other=other,
    )
    return Painted(figure, letters.lasting)


@contextmanager
def _warned(own: bool) -> Iterator[list[warnings.WarningMessage]]:
    """Keep what Python warns of while an own function draws; of ours every warning shows."""
    if not own:
        yield []
        return
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield warned


def _told(one: warnings.WarningMessage) -> str:
    """A warning in one line; nothing for a missing character, which the PDF shows better."""
    text = " ".join(str(one.message).split())
    return "" if text.startswith("Glyph ") else f"Python warns: {text}"


def _too_high(spec: FigureSpec, height: float) -> InputError:
    """The error for what no page holds; the wider width where that may do."""
    most = sheet.MOST_HEIGHT_PT
    hint = "name fewer methods or datasets (several figures), or set them as a table"
    if spec.width == "column" and height < WIDER * most:
        hint = 'use width = "text", which has more panels side by side; or ' + hint
    text = f"the figure would be {height:.0f} pt high, and a page holds {most:.0f}"
    return InputError(text, where(spec), hint)


def _of_layout(
    page: sheet.Sheet,
    touching: tuple[str, ...],
    over: list[tuple[str, str]] | None,
    about: str,
    *,
    width: str,
) -> list[Diagnostic]:
    """What did not fit the page. over: of an own function, what is wrong with its legends."""
    found = []
    if page.ruler.cut:
        names = ", ".join(f'"{name}"' for name in page.ruler.cut)
        message = f"too long for the drawing, so shortened: {names}"
        wider = ', or use width = "text"' if width == "column" else ""
        found.append((message, f"give a shorter label in paper.toml{wider}"))
    if over is None:
        hint = "set height_pt or use fewer methods or datasets"
    else:
        hint = "move it, or make the figure higher: paper.subplots(height_pt=...)"
        found += over
    found += [(text, hint) for text in touching]
    return [Diagnostic(Severity.WARNING, about, message, hint) for message, hint in found]
