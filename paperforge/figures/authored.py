"""A look at a PDF that the author made: what a venue would refuse, and what readers cannot see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.figures import audit, fonts
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from paperforge.figures.audit import Written
    from paperforge.model import Venue

LARGEST = 64 << 20
"""Bytes of a file that is looked into."""
BESIDE = (2, 3, 4)
FILLED = 0.9
"""So many figures beside one another fill a width where they take at least this share of it."""
_WIDTH = re.compile(r"(?:^|,)\s*width\s*=\s*([\d.]*)\s*\\(columnwidth|linewidth|textwidth|hsize)\b")
_POINTS = re.compile(r"(?:^|,)\s*width\s*=\s*([\d.]+)\s*(pt|bp|in|cm|mm)\b")
_SCALE = re.compile(r"(?:^|,)\s*scale\s*=\s*([\d.]+)")
_UNITS = {"pt": 1.0, "bp": 72.27 / 72, "in": 72.27, "cm": 72.27 / 2.54, "mm": 72.27 / 25.4}
REDO = "draw it anew at the size at which it is printed, with embedded TrueType or Type 1 fonts"
REDO += " (matplotlib: pdf.fonttype = 42)"


def look(
    data: bytes, where: str, venue: Venue | None = None, options: str | None = None
) -> tuple[Diagnostic, ...]:
    r"""Return what is off with a PDF: fonts, small text, colours that look alike, its width.

    options: of the \includegraphics that includes it, which says how it is scaled; None: nobody
    knows, and with a venue it is held against the widths that figures have there.
    """
    if len(data) > LARGEST:
        text = f"{len(data) >> 20} MB are too many to look into"
        return (Diagnostic(Severity.NOTE, where, text, check="fonts"),)
    try:
        written = audit.inspect(data)
    except ValueError as error:
        hint = "export it again as PDF"
        return (Diagnostic(Severity.WARNING, where, str(error), hint, "fonts"),)
    if not written.ended:
        text = "the file is cut off: a PDF ends with %%EOF, so fonts and texts were not looked at"
        return (Diagnostic(Severity.WARNING, where, text, "copy or export it again", "fonts"),)
    scale = scaled(written, venue, options)
    found = [
        Diagnostic(Severity.WARNING, where, text, REDO, "fonts") for text in audit.of_fonts(written)
    ]
    if options is None and venue is not None:
        found += _of_width(written, venue, where)
    hint = audit.OWN_SIZE
    if abs(scale - 1) > audit.UNSCALED:
        wide = scale * written.width_pt
        hint = f"draw it {wide:.0f} pt wide, as it is printed, with letters of 8 pt"
    found += audit.small_text(written, where, hint, scale)
    found += audit.of_colours(written, where)
    found += audit.boxes(written, where)
    found += _of_face(written, venue, where)
    return (*found, *_notes(written, where))


def scaled(written: Written, venue: Venue | None, options: str | None) -> float:
    """Return what a figure is scaled by on the page; 1 where that is not known."""
    given = options or ""
    if found := _SCALE.search(given):
        return float(found[1])
    if found := _POINTS.search(given):
        return float(found[1]) * _UNITS[found[2]] / written.width_pt
    if venue is None:
        return 1.0
    if found := _WIDTH.search(given):
        whole = venue.text_width_pt if found[2] == "textwidth" else venue.column_width_pt
        return float(found[1] or 1) * whole / written.width_pt
    if options is not None:
        return 1.0
    return _likely(written, venue) / written.width_pt


def _likely(written: Written, venue: Venue) -> float:
    """The width that a figure is printed at: its own, or that of the column or text."""
    width = written.width_pt
    column, text = venue.column_width_pt, venue.text_width_pt
    if width <= column + audit.WIDTH_TOLERANCE_PT:
        return width
    # Up to half-way between the two it was meant for a column.
    return column if width < (column + text) / 2 else min(width, text)


def _of_width(written: Written, venue: Venue, where: str) -> list[Diagnostic]:
    """What is said of a figure that is meant for a width of the venue and is not as wide.

    One that fills such a width together with others of its size is taken as meant so.
    """
    widths = sorted({venue.column_width_pt, venue.text_width_pt})
    wanted, room = min(_likely(written, venue), widths[-1]), audit.WIDTH_TOLERANCE_PT
    if any(abs(written.width_pt - one) <= room for one in widths):
        return []
    if any(FILLED * one <= k * written.width_pt <= one for one in widths for k in BESIDE):
        return []
    wanted = widths[0] if wanted <= widths[0] else widths[-1]
    told = " and ".join(f"{one:.2f}" for one in widths)
    text = f"it is {written.width_pt:.2f} pt wide; {venue.name} has {told} pt"
    inches = wanted / 72.27
    hint = f"draw it {wanted:.2f} pt ({inches:.3f} in) wide, or its letters are scaled with it"
    if written.width_pt < wanted:
        hint += "; as it is, include it without width= or scale="
    return [Diagnostic(Severity.WARNING, where, text, hint, "figure-width")]


def _of_face(written: Written, venue: Venue | None, where: str) -> list[Diagnostic]:
    """What is not set in the venue's text face: all of it, or what matplotlib had no font for."""
    if venue is None:
        return []
    face = fonts.kind_of(venue.text_face)
    used = sorted({text.font for text in written.texts})
    if not used or any(fonts.kind_of(name, other="") == face for name in used):
        return list(audit.stand_ins(written, where))
    named = ", ".join(one for one in used[:3] if one) or "a font without a name"
    text = f"its text is set in {named}; the paper's is in {face}"
    hint = "draw it in an own function (docs/figures.md), which has the paper's face; or, in "
    hint += "matplotlib, set font.family to one that is installed"
    return [Diagnostic(Severity.WARNING, where, text, hint, "figure-text")]


def _notes(written: Written, where: str) -> list[Diagnostic]:
    """What the author should know, though no venue refuses it."""
    found = []
    if written.pages > 1:
        found.append(f"it has {written.pages} pages: the first was looked at")
    if not written.whole:
        found.append("it draws so much that its texts and colours were not all looked at")
    if not written.texts:
        found.append("it has no text that can be read: letters drawn as lines or pixels, or none")
    return [Diagnostic(Severity.NOTE, where, text, check="figure-text") for text in found]
