"""Which line is which: names beside the lines where they fit, else one legend above the panels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.figures.sheet import LINE
from paperforge.figures.style import PDF_POINTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from paperforge.figures.palette import Look
    from paperforge.figures.sheet import Box, Ruler, Sheet

    Mark = Callable[[Sheet, Look, tuple[float, float], float], None]

SAMPLE_PT = 18.0
"""Length of the piece of line in a legend."""
LEGEND_GAP_PT = 11.0
WIDEST = 0.3
"""Share of the figure's width that names beside lines may take."""
LONGEST = 0.42
"""Share of the figure's width that one name of a legend may take."""
NAME_GAP_PT = 8.0
"""From a panel to the names right of it, and after these."""
FARTHEST = 2.2
"""How far a name may be moved from its line's end, in lines of text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and its look."""

    label: str
    look: Look


def dodge(places: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Move places as little as may be (least squares) to be `apart` and inside [low, high].

    Returns the new places in the order given; [] where there is no room. Pool-adjacent-violators on
    places minus their rank times `apart` (Barlow et al. 1972, Statistical Inference under Order
    Restrictions).
    """
    count = len(places)
    if count * apart > high - low + 1e-9:
        return []
    order = sorted(range(count), key=lambda i: places[i])
    pools: list[tuple[float, int]] = []
    for rank, i in enumerate(order):
        mean, size = places[i] - rank * apart, 1
        while pools and pools[-1][0] > mean:
            before, number = pools.pop()
            mean, size = (before * number + mean * size) / (number + size), number + size
        pools.append((mean, size))
    level = [mean for mean, size in pools for _ in range(size)]
    first, last = low + apart / 2, high - apart / 2 - (count - 1) * apart
    moved = [0.0] * count
    for rank, i in enumerate(order):
        moved[i] = min(max(level[rank], first), last) + rank * apart
    return moved


def wrapped(ruler: Ruler, text: str, size: float, room: float) -> list[str]:
    """Return a text in lines of at most a width, broken at blanks; a longer word is shortened."""
    lines: list[str] = []
    for word in text.split() or [""]:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and ruler.width(longer, size) <= room:
            lines[-1] = ruler.letters.spell(longer)
        else:
            lines.append(ruler.fit(word, size, room))
    return lines


def beside(ruler: Ruler, entries: Sequence[Entry], size: float, width: float) -> float | None:
    """Return the room that names beside the lines need; None where they are too wide."""
    needed = room(ruler, entries, size)
    return needed if needed - NAME_GAP_PT <= WIDEST * width else None


def room(ruler: Ruler, entries: Sequence[Entry], size: float) -> float:
    """The room right of a panel that the names take."""
    return max((ruler.width(e.label, size) for e in entries), default=0.0) + NAME_GAP_PT


def place_beside(sheet: Sheet, box: Box, entries: Sequence[Entry], ends: Sequence[float]) -> bool:
    """Set names right of a panel at their lines' ends (0 bottom, 1 top); False: they do not fit."""
    size = sheet.style.tick
    apart = size * 1.16
    wanted = [box.bottom + end * box.height for end in ends]
    places = dodge(wanted, apart, box.bottom - apart / 2, box.top + apart / 4)
    if (
        not places
        or max(abs(a - b) for a, b in zip(places, wanted, strict=True)) > FARTHEST * apart
    ):
        return False
    for entry, end, place in zip(entries, wanted, places, strict=True):
        if abs(place - end) > 0.2 * apart:
            xs = [box.right + 1.2, box.right + 5.4]
            sheet.line(xs, [end, place], color=entry.look.colour, linewidth=0.5)
        text = sheet.ruler.letters.spell(entry.label)
        # Half the x-height above the baseline is where the eye sees a word's middle.
        at = (box.right + 6.6, place - 0.22 * size)
        sheet.text(at, text, size, ha="left", va="baseline", color=entry.look.ink)
    return True


@dataclass(frozen=True, slots=True)
class Legend:
    """Entries in rows, planned before the page has a height."""

    rows: tuple[tuple[Entry, ...], ...]
    widths: tuple[float, ...]
    """Of the columns, in TeX points."""
    size: float

    @property
    def height(self) -> float:
        """In TeX points; 0 without entries."""
        return len(self.rows) * self.size * LINE + 3.0 if self.rows else 0.0


def legend(ruler: Ruler, entries: Sequence[Entry], size: float, width: float) -> Legend:
    """Arrange entries in as few even rows as the width allows, read along the rows."""
    if not entries:
        return Legend((), (), size)
    needed = [
        SAMPLE_PT + 4 + min(ruler.width(entry.label, size), LONGEST * width) for entry in entries
    ]
    for rows in range(1, len(entries) + 1):
        columns = math.ceil(len(entries) / rows)
        widths = [max(needed[c::columns]) for c in range(columns)]
        if columns == 1 or sum(widths) + (columns - 1) * LEGEND_GAP_PT <= width:
            break
    lines = tuple(tuple(entries[i : i + columns]) for i in range(0, len(entries), columns))
    return Legend(lines, tuple(min(w, width) for w in widths), size)


def draw_legend(sheet: Sheet, plan: Legend, top: float, mark: Mark | None = None) -> None:
    """Draw a planned legend, centred, its upper edge at `top`; `mark` draws an entry's sample."""
    whole = [entry.label for row in plan.rows for entry in row]
    room = max(plan.widths, default=0.0) - SAMPLE_PT - 4 + 0.01
    names = dict(zip(whole, sheet.ruler.fit_names(whole, plan.size, room), strict=True))
    total = sum(plan.widths) + (len(plan.widths) - 1) * LEGEND_GAP_PT
    for place, row in enumerate(plan.rows):
        left = (sheet.width - total) / 2
        y = top - (place + 0.5) * plan.size * LINE
        for entry, width in zip(row, plan.widths, strict=False):
            (mark or sample)(sheet, entry.look, (left, left + SAMPLE_PT), y)
            text = sheet.ruler.fit(names[entry.label], plan.size, width - SAMPLE_PT - 4 + 0.01)
            at = (left + SAMPLE_PT + 4, y - 0.24 * plan.size)
            sheet.text(at, text, plan.size, ha="left", va="baseline")
            left += width + LEGEND_GAP_PT


def sample(sheet: Sheet, look: Look, across: tuple[float, float], y: float) -> None:
    """Draw a piece of a method's line with its marker."""
    xs = [across[0], sum(across) / 2, across[1]]
    sheet.line(
        xs,
        [y] * 3,
        color=look.colour,
        linestyle=look.line,
        linewidth=look.width * PDF_POINTS,
        marker=look.marker,
        markevery=[1],
        markersize=look.size,
        markeredgewidth=0,
    )
