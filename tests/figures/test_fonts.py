"""Faces, odd names and characters that no font has."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperforge import figures
from paperforge.figures import audit, fonts, outlines
from paperforge.figures import pdf as reader
from paperforge.model import Severity
from paperforge.spec import FigureSpec

if TYPE_CHECKING:
    from pathlib import Path

ODD = (
    "a_b",
    "50 % & more",
    "#1 {x} ~ ^",
    "back\\slash",
    "$x$ is $5",
    "naïve–Ωλ",
    "line\nbreak\ttab",
)


@pytest.fixture
def no_tex(monkeypatch):
    """A machine without the venue's OpenType fonts."""
    monkeypatch.setattr(fonts, "_find", lambda name: None)


def postscript_font(path: Path) -> Path:
    """A small OTF with PostScript outlines: every printable character is the same curved shape."""
    builder = FontBuilder(1000, isTTF=False)
    names = [".notdef", *(f"uni{code:04X}" for code in range(32, 127))]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({code: f"uni{code:04X}" for code in range(32, 127)})
    shapes = {}
    for name in names:
        pen = T2CharStringPen(600, None)
        pen.moveTo((50, 0))
        pen.curveTo((50, 300), (200, 700), (500, 700))
        pen.lineTo((550, 0))
        pen.closePath()
        shapes[name] = pen.getCharString()
    builder.setupCFF("TeXGyreTermes-Regular", {"FullName": "Test"}, shapes, {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable(
        {"familyName": "Test", "styleName": "Regular", "psName": "TeXGyreTermes-Regular"}
    )
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


@pytest.mark.parametrize(
    ("venue_says", "stand_in", "math"),
    [
        ("ptm", "STIXGeneral.ttf", "stix"),
        ("Times", "STIXGeneral.ttf", "stix"),
        ("tgpagella", "STIXGeneral.ttf", "stix"),
        ("cmr", "cmr10.ttf", "cm"),
        ("Latin Modern", "cmr10.ttf", "cm"),
        ("something new", "STIXGeneral.ttf", "stix"),
    ],
)
@pytest.mark.usefixtures("no_tex")
def test_without_tex_a_serif_that_matplotlib_carries_stands_in(venue_says, stand_in, math):
    found = fonts.face(venue_says)
    assert (found.path.name, found.math, found.exact) == (stand_in, math, False)


def test_with_tex_the_face_is_found_by_file(monkeypatch, tmp_path):
    there = postscript_font(tmp_path / "texgyrepagella-regular.otf")
    monkeypatch.setattr(fonts, "_find", lambda name: there if name == there.name else None)
    assert fonts.face("ppl") == fonts.Face(
        there, "TeX Gyre Pagella", "stix", exact=True, wanted="TeX Gyre Pagella"
    )


def test_fonts_are_looked_for_in_the_folders_of_tex(monkeypatch, tmp_path):
    folder = tmp_path / "texlive" / "2031" / "public" / "tex-gyre"
    folder.mkdir(parents=True)
    (folder / "some.otf").touch()
    data = {"folders": ["~/no/such/*", f"{tmp_path}/texlive/*/public/*"]}
    monkeypatch.setattr(fonts, "_data", lambda: data)
    fonts._find.cache_clear()
    assert fonts._find("some.otf") == folder / "some.otf"
    fonts._find.cache_clear()


@pytest.mark.usefixtures("no_tex")
def test_a_stand_in_is_said(study, venue):
    figure = figures.draw(FigureSpec("f", "intervals"), study(2), venue("icml"))
    notes = [d.message for d in figure.diagnostics if d.severity is Severity.NOTE]
    assert notes == [
        "TeX Gyre Termes was not found; text is set in STIX General, which matplotlib carries"
    ]
    [font] = {f.name.partition("+")[2] for f in audit.inspect(figure.pdf).fonts}
    assert font.startswith("STIX")


def test_postscript_outlines_become_truetype_of_the_same_shape(tmp_path):
    path = postscript_font(tmp_path / "ps.otf")
    assert path.read_bytes()[:4] == b"OTTO"
    data = outlines.truetype(path, frozenset("AB"))
    assert data == outlines.truetype.__wrapped__(path, frozenset("BA"))
    font, old = TTFont(BytesIO(data)), TTFont(path)
    assert set(font.getBestCmap()) == {65, 66}
    assert font.sfntVersion == "\x00\x01\x00\x00"
    assert "CFF " not in font
    for name in ("uni0041", "uni0042"):
        boxes = []
        for one in (font, old):
            pen = BoundsPen(one.getGlyphSet())
            one.getGlyphSet()[name].draw(pen)
            boxes.append(pen.bounds)
        assert boxes[0] == pytest.approx(boxes[1], abs=1.0)
        assert font["hmtx"][name][0] == 600


def test_a_font_with_postscript_outlines_is_embedded_as_truetype(
    study, venue, monkeypatch, tmp_path
):
    path = postscript_font(tmp_path / "texgyretermes-regular.otf")
    monkeypatch.setattr(fonts, "_find", lambda name: path if name == path.name else None)
    figure = figures.draw(FigureSpec("f", "intervals"), study(3), venue("icml"))
    found = {font.name.partition("+")[2]: font for font in audit.inspect(figure.pdf).fonts}
    assert found["TeXGyreTermes-Regular"] == audit.Font(
        found["TeXGyreTermes-Regular"].name, "CID TrueType", embedded=True
    )
    # An OTTO font in FontFile2 is what Acrobat refuses: no stream may hold one.
    assert not any(text.startswith(b"OTTO") for text in streams(figure.pdf))


def streams(pdf: bytes) -> list[bytes]:
    document = reader.read(pdf)
    return [document.stream(reader.Ref(number)) for number in document.streams]


@pytest.mark.parametrize("kind", ["learning-curves", "intervals", "differences"])
def test_odd_names_are_drawn_as_they_are(kind, study, paint):
    analysis = study(ODD, ("$d$_1", "{%}"), ours=0)
    spec = FigureSpec("f", kind, width="text")
    figure = figures.draw(spec, analysis)
    assert [d for d in figure.diagnostics if d.severity is not Severity.NOTE] == []
    with paint(spec, analysis) as page:
        drawn = {t.get_text() for t in every_text(page.figure)}
        assert not any(t.get_parse_math() for t in every_text(page.figure))
    for name in ODD[1:]:
        shown = " ".join(name.split())
        assert {shown, f"vs. {shown}"} & drawn


def every_text(figure):
    from matplotlib.text import Text

    return figure.findobj(Text)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler's pdftotext")
def test_a_reader_can_copy_odd_names_from_the_pdf(study, tmp_path):
    figure = figures.draw(FigureSpec("f", "intervals", width="text"), study(ODD))
    (tmp_path / "f.pdf").write_bytes(figure.pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "f.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    for name in ODD:
        assert " ".join(name.split()) in text


@pytest.mark.usefixtures("no_tex")
def test_right_to_left_and_greek_names_need_no_system_font(study):
    figure = figures.draw(
        FigureSpec("f", "intervals"), study(("שלום עולם", "مرحبا بك", "Ελλάδα", "Привет"))
    )
    assert [d for d in figure.diagnostics if d.severity is not Severity.NOTE] == []
    assert any("DejaVu" in font.name for font in audit.inspect(figure.pdf).fonts)


def test_a_character_without_a_font_is_said_and_its_code_drawn(study, paint, monkeypatch):
    monkeypatch.setattr(fonts, "_fallbacks", lambda: iter(()))
    analysis = study(("算法", "rocket \N{ROCKET}\ufe0f", "plain"))
    spec = FigureSpec("f", "intervals")
    figure = figures.draw(spec, analysis)
    [found] = [d for d in figure.diagnostics if d.severity is Severity.WARNING]
    assert "算 (U+7B97)" in found.message
    assert "U+1F680" in found.message
    assert "FE0F" not in found.message
    with paint(spec, analysis) as page:
        drawn = {t.get_text() for t in every_text(page.figure)}
    assert {"[7B97][6CD5]", "rocket [1F680]", "plain"} <= drawn


def test_the_last_resort_font_is_no_fallback():
    assert not any("LastResort" in path.name for path in fonts._fallbacks())


def test_a_damaged_font_of_the_venue_is_passed_over(monkeypatch, tmp_path):
    broken = tmp_path / "texgyretermes-regular.otf"
    broken.write_bytes(b"OTTO" + bytes(40))
    monkeypatch.setattr(fonts, "_find", lambda name: broken if name == broken.name else None)
    assert fonts.face("ptm").path.name == "STIXGeneral.ttf"


def test_damaged_fonts_cover_nothing(tmp_path):
    for content in (b"", b"OTTO", b"not a font at all" * 50):
        path = tmp_path / f"{len(content)}.otf"
        path.write_bytes(content)
        assert fonts.coverage(path) == frozenset()


def test_a_long_name_is_shortened_and_said(study):
    figure = figures.draw(FigureSpec("f", "learning-curves"), study(("x" * 90, "short"), 2))
    [found] = [d for d in figure.diagnostics if d.severity is Severity.WARNING]
    assert "shortened" in found.message
    assert "x" * 90 in found.message


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(max_size=25), min_size=1, max_size=4, unique=True))
def test_any_names_can_be_drawn(study, names):
    figure = figures.draw(FigureSpec("f", "intervals"), study(tuple(names)))
    assert not [d for d in figure.diagnostics if d.severity is Severity.ERROR]
