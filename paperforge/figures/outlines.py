"""Any font file -> a small TrueType font with the characters asked for.

Why: matplotlib writes fonts with PostScript outlines (the OTF files of TeX Gyre, Latin Modern, Noto
CJK) into a PDF as if they were TrueType. Poppler forgives that; Acrobat does not
(github.com/matplotlib/matplotlib issues 2869 and 20870). With TrueType outlines the PDF is
right everywhere.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

TOLERANCE = 0.0005
"""Largest distance of the quadratic from the cubic outline, in em: 0.004 pt at 8 pt."""


@lru_cache(maxsize=16)
def truetype(path: Path, characters: frozenset[str], number: int = 0) -> bytes:
    """Return a TrueType font that holds the given characters of a font file.

    number: which font of a collection. The same file and characters give the same bytes.
    """
    from fontTools import subset  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    options = subset.Options(
        layout_features=["*"], notdef_outline=True, recalc_timestamp=False, hinting=False
    )
    options.drop_tables += ["FFTM", "meta", "MATH", "DSIG", "VORG", "BASE"]
    font = TTFont(str(path), fontNumber=number, recalcTimestamp=False)
    reader = subset.Subsetter(options=options)
    reader.populate(unicodes=sorted({ord(one) for one in characters}))
    reader.subset(font)
    if "glyf" not in font:
        _quadratic(font)
    out = BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


def _quadratic(font: Any) -> None:  # noqa: ANN401 -- fontTools has no types
    """Replace cubic outlines by quadratic ones, in place.

    The tables that the two flavours do not share are rebuilt after the OpenType specification
    (learn.microsoft.com/typography/opentype/spec: glyf, loca, maxp 1.0, post 2.0).
    """
    from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
    from fontTools.ttLib import newTable

    order, source = font.getGlyphOrder(), font.getGlyphSet()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(None)
        limit = TOLERANCE * font["head"].unitsPerEm
        # PostScript outlines turn the other way round than TrueType's.
        source[name].draw(Cu2QuPen(pen, limit, reverse_direction=True))
        drawn[name] = pen.glyph()
    for flavour in ("CFF ", "CFF2"):
        if flavour in font:
            del font[flavour]
    glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, drawn
    font["loca"], font["glyf"] = newTable("loca"), glyf
    for name, glyph in drawn.items():
        glyph.recalcBounds(glyf)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))
    _headers(font, order)


UNUSED = (
    *("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs"),
    *("maxStackElements", "maxSizeOfInstructions", "maxComponentElements", "maxPoints"),
    *("maxContours", "maxCompositePoints", "maxCompositeContours", "maxComponentDepth"),
)
"""Fields of maxp 1.0 that are about hinting or that fontTools works out when it saves."""


def _headers(font: Any, order: list[str]) -> None:  # noqa: ANN401 -- fontTools has no types
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in UNUSED:
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    post = font["post"]
    post.formatType, post.extraNames, post.mapping, post.glyphOrder = 2.0, [], {}, order
    font.sfntVersion = "\x00\x01\x00\x00"
