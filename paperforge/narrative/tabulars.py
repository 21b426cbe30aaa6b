"""Booktabs tabulars of a report, no wider than a page of the plain article class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAGE = 345.0
"""Points of \\linewidth in a plain article of 10 points."""
LETTER = 5.4
"""Points of a letter of 10 points that WIDTHS does not have, a little more than on average."""
WIDTHS = {
    character: points
    for characters, points in (
        ("0123456789", 5.0), (" .,:;'!|ijl", 3.4), ("()[]frt-/", 4.0), ("mwMWO@%", 8.4),
        ("ABCDEFGHKNPQRSTUVXYZ", 7.4), ("−+<>=±×~", 7.8),
    )
    for character in characters
}  # fmt: skip
"""Character -> points in Computer Modern of 10 points, rounded up by classes of letters."""
GAP, NARROW = 12.0, 6.0
"""Points between two columns: by default, and in a table that is made narrower."""
SIZES = (("small", 0.92), ("footnotesize", 0.86), ("scriptsize", 0.81))
"""Sizes to make a wide table of, each to 10 points: small letters are wider for their height."""
_POWER = re.compile(r"(?<=\d)e(-?\d+)\b")


def tabular(
    heads: Sequence[str], rows: Sequence[Sequence[str]], tex: Callable[[str], str]
) -> list[str]:
    """The lines of one; smaller where it is wider than the page, its words broken if need be.

    heads, rows: plain text; tex: plain text -> TeX.
    """
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    start, end, first, last = [], [], "l", "l"
    if sum(widths) + GAP * len(widths) > PAGE:
        size, scale = next((s for s in SIZES if _over(widths, s[1]) <= 0), SIZES[-1])
        start = [f"{{\\{size}\\setlength{{\\tabcolsep}}{{3pt}}"]
        end = ["}"]
        over = _over(widths, scale)
        columns = list(zip(heads, *rows, strict=True))
        last, over = _broken(columns[-1], scale, over)
        first, over = _broken(columns[0], scale, over)
    return [
        *start,
        f"\\begin{{tabular}}{{{first}{'r' * (len(heads) - 2)}{last}}}",
        "\\toprule",
        _row(heads, tex),
        "\\midrule",
        *(_row(row, tex) for row in rows),
        "\\bottomrule",
        "\\end{tabular}",
        *end,
    ]


def set_apart(
    title: str, table: Sequence[str], notes: Sequence[str], tex: Callable[[str], str]
) -> list[str]:
    """The lines of a tabular with its title above and notes below, a paragraph of its own.

    title, notes: plain text; a note that ends in a colon heads the next one. tex: plain text to
    TeX.
    """
    said = " ".join(note if note.endswith((":", ".")) else f"{note}." for note in notes)
    return [
        r"\par\medskip\noindent",
        f"\\textit{{{tex(title)}}}\\par\\nopagebreak\\smallskip\\noindent",
        *table,
        *(
            [f"\\par\\nopagebreak\\smallskip\\noindent{{\\footnotesize {tex(said)}\\par}}"]
            if said
            else []
        ),
        r"\medskip",
    ]


def _over(widths: Sequence[float], scale: float) -> float:
    """Points that a table of narrow gaps is too wide by."""
    return sum(widths) * scale + NARROW * len(widths) - PAGE


def _width(text: str) -> float:
    """Points of a text of 10 points."""
    return sum([WIDTHS.get(character, LETTER) for character in text])


def _broken(cells: Sequence[str], scale: float, over: float) -> tuple[str, float]:
    """A column of words that gives up what is too wide, and what is left of that."""
    width = max(map(_width, cells)) * scale
    least = max((_width(word) for cell in cells for word in cell.split()), default=0.0) * scale
    if over <= 0 or width <= least:
        return "l", over
    kept = max(least, width - over)
    return f"p{{{kept:.0f}pt}}", over - (width - kept)


def _row(cells: Sequence[str], tex: Callable[[str], str]) -> str:
    return " & ".join(_POWER.sub(r"$\\times10^{\1}$", tex(cell)) for cell in cells) + r" \\"
