"""Legends of the author's own drawings: over the data, out of the page, or too large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.figures.audit import NAMED, TOUCH_PT, outside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawn
    from matplotlib.legend import Legend
    from matplotlib.transforms import Bbox, BboxBase

LARGE = 0.5
"""Share of the figure's height from which on a legend leaves too little of it for the data."""
ABOVE = 'axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)'


def problems(figure: Drawn) -> list[tuple[str, str]]:
    """Return what is wrong with each legend of a drawing, and the next move, in words.

    Call it while the drawing's fonts are registered.
    """
    from paperforge.figures.sheet import renderer

    pen = renderer()
    legends = [one for axes in figure.axes if (one := axes.get_legend()) is not None]
    found = []
    for legend in (*legends, *figure.legends):
        if not legend.get_visible():
            continue
        box, page = legend.get_window_extent(pen), figure.bbox
        named = ", ".join(f'"{text.get_text()}"' for text in legend.get_texts()[:NAMED])
        what = f"the legend of {named}"
        if side := outside(box, page):
            found.append((f"{what} leaves the page {side}", _inwards(legend, box, page, side)))
        elif any(_lies(axes, box.padded(-TOUCH_PT)) for axes in figure.axes):
            found.append((f"{what} lies over the data", f"place it above: {ABOVE}"))
        if box.height > LARGE * page.height:
            share = f"{100 * box.height / page.height:.0f}% of the figure's height"
            hint = "more columns (ncols=...), or a higher figure: paper.subplots(height_pt=...)"
            found.append((f"{what} takes {share}", hint))
    return found


def _inwards(legend: Legend, box: Bbox, page: BboxBase, side: str) -> str:
    """The move that brings a legend back into the page."""
    if side in ("above", "below"):
        other = "lower" if side == "above" else "higher"
        return f"place it {other}, or make the figure higher: paper.subplots(height_pt=...)"
    columns = max(1, min(int(getattr(legend, "_ncols", 1)), len(legend.get_texts())))
    if box.width <= page.width:
        other = "left" if side == "on the right" else "right"
        return f"place it further to the {other} (bbox_to_anchor)" + (
            ", or give it fewer columns (ncols)" if columns > 1 else ""
        )
    if columns == 1:
        return "it is wider than the figure: give shorter labels in paper.toml"
    fewer = max(1, min(columns - 1, int(columns * page.width / box.width)))
    return f"it is wider than the figure: give it fewer columns, legend(..., ncols={fewer})"


def _lies(axes: Axes, box: Bbox) -> bool:
    """Whether a line, bar, area or point of a panel lies in a rectangle."""
    from matplotlib.collections import PathCollection

    for line in axes.lines:
        path = line.get_path().transformed(line.get_transform())
        if line.get_visible() and path.intersects_bbox(box, filled=False):
            return True
    for patch in axes.patches:
        path = patch.get_path().transformed(patch.get_transform())
        if patch.get_visible() and path.intersects_bbox(box):
            return True
    for many in axes.collections:
        if isinstance(many, PathCollection):
            places = many.get_offset_transform().transform(many.get_offsets())
            if any(box.contains(x, y) for x, y in places):
                return True
        elif any(
            path.transformed(many.get_transform()).intersects_bbox(box) for path in many.get_paths()
        ):
            return True
    return False
