"""What was really written: the PDF's size and fonts, and texts that touch or leave the page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from paperforge.figures import colours, content, numerals, pdf
from paperforge.figures.content import TO_TEX
from paperforge.figures.style import SMALLEST_PT
from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure as Drawn
    from matplotlib.text import Text as MplText
    from matplotlib.transforms import Bbox, BboxBase

    from paperforge.figures.content import Mark, Text
    from paperforge.figures.palette import Look
    from paperforge.figures.pdf import Document

WIDTH_TOLERANCE_PT = 0.1
TOUCH_PT = 0.3
"""Boxes of text may touch by this much: they include the air of the font's line."""
ROUNDING_PT = 0.05
"""A text may be this much below the smallest size: sizes are written with few digits."""
SCRIPT = (0.55, 0.82)
"""An index or exponent has a size in this range of that of the text beside it."""
SCRIPT_LETTERS = 2
MOST_COLOURS = 16
"""A drawing of more colours is a map or a picture: its colours are no names."""
NAMED = 3
STAND_INS = ("DejaVu", "BitstreamVera")
"""What matplotlib sets text in where it does not find the font asked for."""
BOXES = "LastResort"
"""What it sets in place of characters that no font has."""
OWN_SIZE = "set its letters in 7 pt or more; 8 pt is easy to read"
UNSCALED = 0.005
"""A scale this near to 1 is 100% as printed."""
TAIL = 2048
"""A PDF's last bytes, among which its end is marked (7.5.5)."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font of a PDF."""

    name: str
    kind: str
    """"CID TrueType", "CID Type 0C", "TrueType", "Type 1", "Type 3"."""
    embedded: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What a PDF holds, of its first page. Sizes in TeX points."""

    width_pt: float
    height_pt: float
    fonts: tuple[Font, ...]
    pages: int
    texts: tuple[Text, ...]
    marks: Mapping[str, Mark]
    """By colour."""
    whole: bool
    """Whether all of the page was read."""
    ended: bool = True
    """Whether the file has an end: one that was cut off has not."""


def inspect(data: bytes) -> Written:
    """Read a PDF's size, fonts, texts and colours (ISO 32000-1, 7.5, 7.7.3, 9.5 to 9.9).

    Looks into object streams too. Raises ValueError where the bytes are not a PDF with a page.
    """
    document = pdf.read(data) if data.startswith(b"%PDF-") else pdf.Document()
    pages = document.pages()
    if not pages:
        raise ValueError("these bytes are not a PDF with a page")
    boxes = (document.items(document.inherited(pages[0], key)) for key in ("CropBox", "MediaBox"))
    box = next((b for b in boxes if len(b) == 4), None)  # noqa: PLR2004  left, bottom, right, top
    if box is None:
        raise ValueError("these bytes are not a PDF with a page")
    left, bottom, right, top = (float(x) * TO_TEX for x in box if isinstance(x, int | float))
    fonts = tuple(sorted(set(_fonts(document)), key=lambda font: (font.name, font.kind)))
    seen = content.shown(document, pages[0])
    size = (abs(right - left), abs(top - bottom))
    ended = b"%%EOF" in data[-TAIL:] or b"startxref" in data[-TAIL:]
    return Written(*size, fonts, len(pages), seen.texts, seen.marks, seen.whole, ended)


def problems(
    data: bytes, width_pt: float, where: str, face: str = "", *, own: bool = False
) -> tuple[Diagnostic, ...]:
    """Return what a venue would refuse in a figure of ours: wrong width, fonts, size of text.

    face: the PostScript name of the font that was chosen; empty: any. own: what is drawn is the
    author's, so its fonts, sizes and colours may be anything.
    """
    written = inspect(data)
    found = []
    if abs(written.width_pt - width_pt) > WIDTH_TOLERANCE_PT:
        found.append(f"the drawing is {written.width_pt:.2f} pt wide, not {width_pt:.2f} pt")
    found += of_fonts(written)
    used = {font.name.split("+")[-1] for font in written.fonts}
    if face and written.texts and face not in used:
        found.append(f"the text is set in {', '.join(sorted(used)) or 'no font'}, not in {face}")
    hint = "please report this: a figure must have the venue's width and embedded fonts"
    if own:
        hint = "what the function sets (rcParams, fonts, sizes) did this: leave it out"
    wrong = [Diagnostic(Severity.ERROR, where, text, hint, "fonts") for text in found]
    if not own:
        hint = "leave out height_pt, or name fewer methods or datasets"
        return (*wrong, *small_text(written, where, hint))
    more = (*boxes(written, where), *stand_ins(written, where), *of_colours(written, where))
    return (*wrong, *small_text(written, where, OWN_SIZE), *more)


def of_fonts(written: Written) -> list[str]:
    """Return what is wrong with the fonts, in words."""
    found = [f"font {f.name} is of Type 3" for f in written.fonts if f.kind == "Type 3"]
    return found + [f"font {f.name} is not embedded" for f in written.fonts if not f.embedded]


def small_text(
    written: Written, where: str, hint: str, scale: float = 1.0
) -> tuple[Diagnostic, ...]:
    """Return one diagnostic that names the smallest texts, where some are below 7 pt.

    scale: what the figure is scaled by on the page. Indices and exponents may be smaller.
    """
    small = [
        text
        for place, text in enumerate(written.texts)
        if text.size * scale < SMALLEST_PT - ROUNDING_PT and not _is_script(written.texts, place)
    ]
    if not small:
        return ()
    least = min(text.size for text in small) * scale
    named = _quoted(sorted(small, key=lambda t: t.size))
    at = f" at {100 * scale:.0f}% of its size" if abs(scale - 1) > UNSCALED else ""
    message = f"text of {least:.1f} pt{at}, below {SMALLEST_PT:g} pt: {named}"
    return (Diagnostic(Severity.WARNING, where, message, hint, "figure-text"),)


def _is_script(texts: Sequence[Text], place: int) -> bool:
    """Whether a short text has the size of an index beside the one before or after its like."""
    text = texts[place]
    around = (reversed(texts[:place]), iter(texts[place + 1 :]))
    beside = [o for side in around if (o := next((t for t in side if t.size != text.size), None))]
    low, high = SCRIPT
    return len(text.text.strip()) <= SCRIPT_LETTERS and any(
        low * other.size <= text.size <= high * other.size for other in beside
    )


def boxes(written: Written, where: str) -> tuple[Diagnostic, ...]:
    """Return the texts with characters that no font had: boxes stand for them."""
    found = [text for text in written.texts if text.font.startswith(BOXES)]
    if not found:
        return ()
    message = f"no font had the characters of {_quoted(found)}: boxes stand for them"
    hint = "set them in a font that has them (font.family may list several), or spell them out"
    return (Diagnostic(Severity.WARNING, where, message, hint, "figure-text"),)


def stand_ins(written: Written, where: str) -> tuple[Diagnostic, ...]:
    """Return what is set in a font that matplotlib takes where it does not find the one asked for.

    Signs alone, as an arrow that the text face lacks, may be.
    """
    found = [
        text
        for text in written.texts
        if text.font.startswith(STAND_INS) and any(c.isascii() and c.isalnum() for c in text.text)
    ]
    if not found:
        return ()
    message = f"{_quoted(found)}: set in {found[0].font}, not in the paper's text face"
    hint = "matplotlib takes it where it finds no other: an own function (docs/figures.md) has the "
    hint += "paper's face, unless it names another"
    return (Diagnostic(Severity.WARNING, where, message, hint, "figure-text"),)


def _quoted(texts: Sequence[Text]) -> str:
    """Return the first few texts, in quotes."""
    read = (text.text.strip() for text in texts)  # codes of a font without a map are no letters
    told = list(dict.fromkeys(one if one.isprintable() else "?" for one in read))
    more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
    return ", ".join(f'"{one}"' for one in told[:NAMED]) + more


def alike(looks: Mapping[str, Look], where: str) -> tuple[Diagnostic, ...]:
    """Return which methods of a figure nobody can tell apart: same line and marker, near colours.

    looks: by what the methods are called in the figure.
    """
    found = []
    for (one, a), (other, b) in combinations(looks.items(), 2):
        how = colours.alike(a.colour, b.colour) if (a.dash, a.marker) == (b.dash, b.marker) else ()
        if how:
            message = f'"{one}" and "{other}" look alike {_listed(how)}'
            hint = "give one of them another marker, dashes or colour under [methods] in paper.toml"
            found.append(Diagnostic(Severity.WARNING, where, message, hint, "figure-colours"))
    return tuple(found)


def of_colours(written: Written, where: str) -> tuple[Diagnostic, ...]:
    """Return which colours look alike to some reader while their lines and marks are the same."""
    shades = _shades(written.marks)
    named = {c: m for c, m in written.marks.items() if not colours.is_grey(c) and c not in shades}
    if len(named) > MOST_COLOURS:
        return ()
    found = []
    for (one, a), (other, b) in combinations(named.items(), 2):
        how = colours.alike(one, other)
        if how and (a.dashes, a.shapes, a.filled) == (b.dashes, b.shapes, b.filled):
            message = f"{one} and {other} look alike {_listed(how)}, and nothing else differs"
            hint = "give one of the two another line style, marker or hatch, or a lighter colour"
            found.append(Diagnostic(Severity.WARNING, where, message, hint, "figure-colours"))
    return tuple(found)


def _shades(marks: Mapping[str, Mark]) -> set[str]:
    """Return the colours of a heat map's cells alone: they are a scale, and name nothing.

    Cells are equal rectangles in rows and columns.
    """
    alike: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for mark in marks.values():
        for left, low, width, height in mark.cells:
            alike.setdefault((width, height), set()).add((left, low))
    grids = {size for size, places in alike.items() if _is_grid(places)}
    return {
        colour
        for colour, mark in marks.items()
        if mark.cells and not mark.others and {cell[2:] for cell in mark.cells} <= grids
    }


def _is_grid(places: set[tuple[int, int]]) -> bool:
    """Whether places fill at least two rows and two columns, half of a square at least."""
    columns, rows = len({x for x, _ in places}), len({y for _, y in places})
    return min(columns, rows) > 1 and len(places) > 3 and columns * rows <= 2 * len(places)  # noqa: PLR2004  two by two


def _listed(how: Sequence[str]) -> str:
    return how[0] if len(how) == 1 else f"{', '.join(how[:-1])} and {how[-1]}"


def overlaps(figure: Drawn) -> tuple[str, ...]:
    """Return the texts of a drawing that touch another text or leave the page, in words.

    A legend that leaves the page is one thing, not its texts: legends.py says it.

    Call it while the drawing's fonts are registered: the boxes are those of the text as set.
    """
    from paperforge.figures.sheet import renderer

    pen = renderer()
    boxes = [(text, box) for text, box in _boxes(figure, pen) if box.width > 0]
    own = [*figure.legends, *filter(None, (axes.get_legend() for axes in figure.axes))]
    listed = {id(text) for legend in own for text in legend.get_texts()}
    found = [
        f'"{_read(text)}" leaves the page {side}'
        for text, box in boxes
        if id(text) not in listed and (side := outside(box, figure.bbox))
    ]
    for (one, a), (other, b) in combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        up = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > TOUCH_PT and up > TOUCH_PT:
            found.append(f'"{_read(one)}" touches "{_read(other)}"')
    return tuple(found)


def outside(box: Bbox, page: BboxBase) -> str:
    """Return where a box leaves the page: "on the right", "on the left", "above", "below"."""
    over = {
        "on the right": box.x1 - page.x1,
        "on the left": page.x0 - box.x0,
        "above": box.y1 - page.y1,
        "below": page.y0 - box.y0,
    }
    side = max(over, key=lambda one: over[one])
    return side if over[side] > TOUCH_PT else ""


def _read(text: MplText) -> str:
    return numerals.read(text.get_text())


def _boxes(figure: Drawn, pen: RendererBase) -> Iterator[tuple[MplText, Bbox]]:
    from matplotlib.text import Text

    hidden = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not label.get_visible() or not _within(axis.get_view_interval(), tick.get_loc())
    }
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden:
            yield text, text.get_window_extent(pen)


def _within(limits: tuple[float, float], place: float) -> bool:
    low, high = sorted(limits)
    room = 1e-9 * (high - low)
    return low - room <= place <= high + room


def _fonts(document: Document) -> Iterator[Font]:
    for number in document.values:
        font = document.table(pdf.Ref(number))
        kind = str(font.get("Subtype"))
        if font.get("Type") != "Font" or kind.startswith("CIDFont"):
            continue
        name = str(font.get("BaseFont") or font.get("Name") or "")
        if kind == "Type3":
            yield Font(name, "Type 3", embedded=True)
            continue
        below = document.items(font.get("DescendantFonts")) if kind == "Type0" else [font]
        holder = document.table(next(iter(below), None))
        descriptor = document.table(holder.get("FontDescriptor"))
        file = next((key for key in ("", "2", "3") if f"FontFile{key}" in descriptor), None)
        yield Font(name, _kind(kind, holder, file), embedded=file is not None)


def _kind(kind: str, holder: Mapping[str, object], file: str | None) -> str:
    if kind == "Type0":
        return "CID TrueType" if holder.get("Subtype") == "CIDFontType2" else "CID Type 0C"
    return {"Type1": "Type 1C" if file == "3" else "Type 1"}.get(kind, kind)
