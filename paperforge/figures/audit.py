"""What was really written: the PDF's size and fonts, and texts that touch or leave the page."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure as Drawn
    from matplotlib.transforms import Bbox

WIDTH_TOLERANCE_PT = 0.1
TOUCH_PT = 0.3
"""Boxes of text may touch by this much: they include the air of the font's line."""
OBJECT = re.compile(rb"(\d+)\s+\d+\s+obj\b(.*?)\bendobj\b", re.DOTALL)
STREAM = re.compile(rb"\bstream\r?\n(.*?)\r?\nendstream", re.DOTALL)
NUMBER = rb"[-+]?\d*\.?\d+"
MEDIA_BOX = re.compile(
    rb"/MediaBox\s*\[\s*" + rb"\s+".join([rb"(" + NUMBER + rb")"] * 4) + rb"\s*\]"
)
TO_TEX = 72.27 / 72


@dataclass(frozen=True, slots=True)
class Font:
    """A font of a PDF."""

    name: str
    kind: str
    """"CID TrueType", "CID Type 0C", "TrueType", "Type 1", "Type 3"."""
    embedded: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What a PDF holds. Sizes in TeX points."""

    width_pt: float
    height_pt: float
    fonts: tuple[Font, ...]


def inspect(pdf: bytes) -> Written:
    """Read page size and fonts of a one-page PDF (ISO 32000-1, 7.5 and 9.5 to 9.9).

    Looks into object streams too. Raises ValueError where the bytes are not a PDF with a page.
    """
    objects = _objects(pdf)
    box = next((m for body in objects.values() if (m := MEDIA_BOX.search(body))), None)
    if not pdf.startswith(b"%PDF-") or box is None:
        raise ValueError("these bytes are not a PDF with a page")
    left, bottom, right, top = (float(box.group(i)) * TO_TEX for i in range(1, 5))
    fonts = tuple(sorted(_fonts(objects), key=lambda font: font.name))
    return Written(right - left, top - bottom, fonts)


def problems(pdf: bytes, width_pt: float, where: str) -> tuple[Diagnostic, ...]:
    """Return what a venue would refuse: wrong width, Type 3 fonts, fonts that are not embedded."""
    written, found = inspect(pdf), []
    if abs(written.width_pt - width_pt) > WIDTH_TOLERANCE_PT:
        found.append(f"the drawing is {written.width_pt:.2f} pt wide, not {width_pt:.2f} pt")
    found += [f"font {f.name} is of Type 3" for f in written.fonts if f.kind == "Type 3"]
    found += [f"font {f.name} is not embedded" for f in written.fonts if not f.embedded]
    hint = "please report this: a figure must have the venue's width and embedded fonts"
    return tuple(Diagnostic(Severity.ERROR, where, text, hint, "fonts") for text in found)


def overlaps(figure: Drawn) -> tuple[str, ...]:
    """Return the texts of a drawing that touch another text or leave the page, in words.

    Call it while the drawing's fonts are registered: the boxes are those of the text as set.
    """
    from paperforge.figures.sheet import renderer

    pen = renderer()
    boxes = [(text, box) for text, box in _boxes(figure, pen) if box.width > 0]
    page = figure.bbox
    found = [
        f'"{text}" leaves the page'
        for text, box in boxes
        if box.x0 < page.x0 - TOUCH_PT
        or box.y0 < page.y0 - TOUCH_PT
        or box.x1 > page.x1 + TOUCH_PT
        or box.y1 > page.y1 + TOUCH_PT
    ]
    for (one, a), (other, b) in combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        up = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > TOUCH_PT and up > TOUCH_PT:
            found.append(f'"{one}" touches "{other}"')
    return tuple(found)


def _boxes(figure: Drawn, pen: RendererBase) -> Iterator[tuple[str, Bbox]]:
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
            yield text.get_text(), text.get_window_extent(pen)


def _within(limits: tuple[float, float], place: float) -> bool:
    low, high = sorted(limits)
    room = 1e-9 * (high - low)
    return low - room <= place <= high + room


def _objects(pdf: bytes) -> dict[int, bytes]:
    """All objects without their streams; those of compressed object streams too."""
    found: dict[int, bytes] = {}
    bare = STREAM.sub(b"stream\nendstream", pdf)
    for match in OBJECT.finditer(bare):
        found[int(match.group(1))] = match.group(2)
    for match in OBJECT.finditer(pdf):
        body = match.group(2)
        stream = STREAM.search(body)
        if stream is not None and b"/ObjStm" in body[: stream.start()]:
            found.update(_unpacked(body[: stream.start()], stream.group(1)))
    return found


def _unpacked(head: bytes, stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the objects in one compressed object stream (7.5.7)."""
    text = zlib.decompress(stream) if b"/FlateDecode" in head else stream
    first = re.search(rb"/First\s+(\d+)", head)
    assert first is not None
    start = int(first.group(1))
    table = [int(one) for one in text[:start].split()]
    places = [*table[1::2], len(text) - start]
    for number, (begin, end) in zip(table[::2], pairwise(places), strict=True):
        yield number, text[start + begin : start + end]


def _fonts(objects: dict[int, bytes]) -> Iterator[Font]:
    for body in objects.values():
        if not re.search(rb"/Type\s*/Font(?![A-Za-z])", body):
            continue
        kind = _name(body, b"Subtype")
        if kind.startswith("CIDFont"):
            continue
        name = _name(body, b"BaseFont") or _name(body, b"Name")
        if kind == "Type3":
            yield Font(name, "Type 3", embedded=True)
            continue
        holder = _child(body, b"DescendantFonts", objects) if kind == "Type0" else body
        descriptor = _child(holder, b"FontDescriptor", objects)
        file = re.search(rb"/FontFile([23]?)\s+\d+", descriptor)
        yield Font(name, _kind(kind, holder, file), embedded=file is not None)


def _kind(kind: str, holder: bytes, file: re.Match[bytes] | None) -> str:
    if kind == "Type0":
        return "CID TrueType" if _name(holder, b"Subtype") == "CIDFontType2" else "CID Type 0C"
    compact = file is not None and file.group(1) == b"3"
    return {"Type1": "Type 1C" if compact else "Type 1"}.get(kind, kind)


def _name(body: bytes, key: bytes) -> str:
    match = re.search(rb"/" + key + rb"\s*/([^\s/<>\[\]()]+)", body)
    return match.group(1).decode("latin-1") if match else ""


def _child(body: bytes, key: bytes, objects: dict[int, bytes]) -> bytes:
    match = re.search(rb"/" + key + rb"\s*\[?\s*(\d+)\s+\d+\s+R", body)
    return objects.get(int(match.group(1)), b"") if match else b""
