"""Venue -> sizes and matplotlib settings. All lengths in TeX points (72.27 an inch)."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paperforge.figures.fonts import Letters
    from paperforge.model import Venue
    from paperforge.spec import FigureSpec

PDF_POINTS = 72 / 72.27
"""PDF points (72 an inch) in a TeX point."""
COLUMN_PT = 234.878
TEXT_PT = 487.823
"""Without a venue: a two-column page as ICML's."""
SMALLEST_PT = 7.0
LARGEST_TICK_PT = 8.0
INK = "#262626"
FAINT = "#8a8a8a"
GRID = "#e4e4e4"
WIDTHS = ("column", "text")
HEIGHT_RANGE = (40.0, 2000.0)
DRAWN = (
    *("axes.", "xtick.", "ytick.", "xaxis.", "yaxis.", "font.", "mathtext.", "text.", "figure."),
    *("lines.", "legend.", "patch.", "path.", "pdf.", "savefig.", "grid.", "markers.", "hatch."),
)
"""The groups of matplotlib's settings that a drawing depends on."""


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes of one figure, in TeX points."""

    width: float
    height: float | None
    """None: by content."""
    label: float
    """Size of axis labels and panel titles."""
    tick: float
    """Size of tick labels, legends and words in the drawing."""
    text_face: str


def style_for(spec: FigureSpec, venue: Venue | None) -> Style:
    """Return the sizes of a figure for a venue.

    Labels have the venue's footnote size, a size that the page already has; ticks and legends the
    same but at most 8 pt; nothing is below 7 pt. Raises InputError for an unknown width or a height
    out of range.
    """
    where = f"figure {spec.name}"
    if spec.width not in WIDTHS:
        raise InputError(f'width "{spec.width}" is not known', where, 'use "column" or "text"')
    low, high = HEIGHT_RANGE
    if spec.height_pt is not None and not low <= spec.height_pt <= high:
        raise InputError(
            f"height_pt = {spec.height_pt:g} is out of range", where, f"use {low:g} to {high:g}"
        )
    if venue is None:
        width = COLUMN_PT if spec.width == "column" else TEXT_PT
        return Style(width, spec.height_pt, 9.0, 8.0, "times")
    width = venue.column_width_pt if spec.width == "column" else venue.text_width_pt
    label = max(SMALLEST_PT, venue.footnote_size_pt)
    tick = max(SMALLEST_PT, min(label, LARGEST_TICK_PT))
    return Style(width, spec.height_pt, label, tick, venue.text_face)


@contextmanager
def settings(style: Style, letters: Letters) -> Iterator[None]:
    """Matplotlib's own defaults plus ours, for this block only; no matplotlibrc has a say."""
    import matplotlib as mpl

    plain: Any = {k: v for k, v in mpl.rcParamsDefault.items() if k.startswith(DRAWN)}
    with mpl.rc_context():
        mpl.rcParams.update(plain)
        ours: Any = rc(style, letters)
        mpl.rcParams.update(ours)
        yield


def rc(style: Style, letters: Letters) -> dict[str, Any]:
    """Return our settings; `text.parse_math` off draws names as they are, $ included."""
    tick, label = style.tick * PDF_POINTS, style.label * PDF_POINTS
    return {
        "font.family": list(letters.families),
        "font.size": tick,
        "mathtext.fontset": letters.face.math,
        "text.parse_math": False,
        "text.usetex": False,
        "text.color": INK,
        "pdf.fonttype": 42,
        "pdf.use14corefonts": False,
        "path.simplify": False,  # figures/thin.py does it, and leaves the picture as it is
        "axes.labelsize": label,
        "axes.titlesize": label,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "axes.linewidth": 0.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "grid.color": GRID,
        "grid.linewidth": 0.5,
        "xtick.labelsize": tick,
        "ytick.labelsize": tick,
        "xtick.major.size": 2.2,
        "ytick.major.size": 2.2,
        "xtick.major.width": 0.5,
        "ytick.major.width": 0.5,
        "xtick.major.pad": 2.0,
        "ytick.major.pad": 2.0,
        "xtick.color": INK,
        "ytick.color": INK,
        "lines.dash_capstyle": "butt",
        "lines.solid_capstyle": "round",
        "lines.scale_dashes": False,
        "legend.frameon": False,
    }
