"""The author's own PDF: what a venue refuses and what readers cannot see is said, and no more."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from paperforge.figures import audit, authored, content, pdf
from paperforge.model import Severity


def drawn(width_pt=234.878, lines=(), texts=(), fonttype=42):
    """A PDF of the author's with lines (colour, style, marker) and texts (text, size)."""
    with mpl.rc_context({"pdf.fonttype": fonttype, "font.family": "STIXGeneral"}):
        figure = Figure(figsize=(width_pt / 72.27, 2), dpi=72)
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.set_axis_off()
        for place, (colour, style, marker) in enumerate(lines):
            axes.plot([0, 1, 2], [place, place + 1, place], color=colour, ls=style, marker=marker)
        for place, (text, size) in enumerate(texts):
            figure.text(0.1, 0.2 + 0.2 * place, text, fontsize=size * 72 / 72.27)
        out = BytesIO()
        FigureCanvasPdf(figure).print_pdf(out)
    return out.getvalue()


def said(data, venue=None, options=None):
    found = authored.look(data, "f.pdf", venue, options)
    return [d.message for d in found if d.severity is not Severity.NOTE]


def test_a_good_figure_is_left_alone(venue):
    lines = [("#312b9e", "-", "o"), ("#d88e26", "--", "s")]
    data = drawn(lines=lines, texts=[("Accuracy", 8), ("fi ±", 7)])
    assert authored.look(data, "f.pdf", venue("icml")) == ()


def test_sizes_and_words_are_those_that_were_set():
    data = drawn(texts=[("Täglich 10 % λ", 9), ("second", 6.5)])
    texts = audit.inspect(data).texts
    assert "".join(t.text for t in texts if t.size > 8) == "Täglich 10 % λ"
    assert {round(t.size, 2) for t in texts} == {9.0, 6.5}
    assert {t.font for t in texts} == {"STIXGeneral-Regular"}


def test_small_text_is_named_at_the_size_it_is_printed(venue):
    data = drawn(462.53, texts=[("Accuracy", 10), ("tiny", 6)])
    assert said(data) == ['text of 6.0 pt, below 7 pt: "tiny"']
    [message] = said(data, venue("icml"), r"width=\columnwidth")
    assert message == 'text of 3.0 pt at 51% of its size, below 7 pt: "tiny", "Accuracy"'
    assert said(data, venue("icml"), "scale=2") == []
    assert said(data, venue("icml"), "width=462.53pt") == ['text of 6.0 pt, below 7 pt: "tiny"']


def test_an_exponent_may_be_smaller_than_its_base():
    assert said(drawn(texts=[(r"$10^{-3}$", 8)])) == []
    assert said(drawn(texts=[("abc", 5.6)])) == ['text of 5.6 pt, below 7 pt: "abc"']


@pytest.mark.parametrize(
    ("width", "told"),
    [(234.878, ""), (150.0, ""), (487.823, ""), (300.0, "300.00"), (219.086, "219.09")],
)
def test_a_width_that_is_neither_columns_nor_texts_is_said(width, told, venue):
    found = said(drawn(width, texts=[("word", 12)]), venue("icml"))
    assert found == ([f"it is {told} pt wide; icml has 234.88 and 487.82 pt"] if told else [])


@pytest.mark.parametrize("width", [110.0, 200.0, 220.0, 300.0, 340.0, 396.0])
def test_a_narrow_figure_of_one_column_is_said_unless_others_fill_the_rest(width, venue):
    (told,) = said(drawn(width, texts=[("word", 12)]), venue("neurips"))
    assert told.startswith(f"it is {width:.2f} pt wide; neurips has 397.4")
    for beside in (195.0, 130.0, 95.0):
        assert said(drawn(beside, texts=[("word", 12)]), venue("neurips")) == []


def test_colours_that_only_some_readers_can_tell_apart_are_said():
    same = drawn(lines=[("#1f77b4", "-", "o"), ("#d62728", "-", "o")])
    [message] = said(same)
    assert message == "#1f77b4 and #d62728 look alike in greyscale, and nothing else differs"
    for other in (("#d62728", "--", "o"), ("#d62728", "-", "s")):
        assert said(drawn(lines=[("#1f77b4", "-", "o"), other])) == []


def dots(*points, times=1):
    """A PDF with markers alone: colour, marker and face of each; drawn once or several times."""
    figure = Figure(figsize=(234.878 / 72.27, 2), dpi=72)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    axes.set_axis_off()
    for place, (colour, marker, face) in enumerate(points):
        xs = [place + 0.05 * i for i in range(times)]
        how = {"color": colour, "marker": marker, "markerfacecolor": face, "ls": "none"}
        axes.plot(xs, [place] * times, markersize=5, **how)
        axes.plot([place, place], [place - 0.3, place + 0.3], color=colour, alpha=0.45)
    out = BytesIO()
    FigureCanvasPdf(figure).print_pdf(out)
    return out.getvalue()


@pytest.mark.parametrize("times", [1, 9])  # written as a path of the page, or through a form
@pytest.mark.parametrize("face", ["white", "none", None])
def test_markers_tell_colours_apart_also_where_they_are_hollow(face, times):
    blue, orange = "#2bc2ff", "#d88e26"
    same = "#2bc2ff and #d88e26 look alike in greyscale, and nothing else differs"
    faces = (face or blue, face or orange)
    for one, other, told in (("v", "v", [same]), ("v", "s", []), ("s", "o", [])):
        found = dots((blue, one, faces[0]), (orange, other, faces[1]), times=times)
        assert said(found) == told
    filled_too = dots((blue, "s", faces[0]), (orange, "s", orange), times=times)
    assert said(filled_too) == ([] if face else [same])


def test_type_3_is_said_with_the_next_move():
    found = authored.look(drawn(texts=[("word", 9)], fonttype=3), "f.pdf")
    assert "is of Type 3" in found[0].message
    assert "fonttype = 42" in found[0].hint


def other_face(*texts):
    with mpl.rc_context({"pdf.fonttype": 42}):
        figure = Figure(figsize=(3.25, 2))  # as wide as a column of ICML
        for place, (text, family) in enumerate(texts):
            figure.text(0.1, 0.2 + 0.2 * place, text, family=family)
        out = BytesIO()
        FigureCanvasPdf(figure).print_pdf(out)
    return out.getvalue()


def test_another_typeface_is_said_where_the_venue_is_known(venue):
    data = other_face(("word", "DejaVu Sans"))
    assert said(data, venue("icml")) == ["its text is set in DejaVuSans; the paper's is in times"]
    assert said(data) == []


def test_a_stand_in_beside_the_right_face_is_said_and_signs_may_be_in_it(venue):
    mixed = other_face(("right", "STIXGeneral"), ("wrong", "DejaVu Sans"))
    assert said(mixed, venue("icml")) == [
        '"wrong": set in DejaVuSans, not in the paper\'s text face'
    ]
    assert said(other_face(("right", "STIXGeneral"), ("↯", "DejaVu Sans")), venue("icml")) == []


@pytest.mark.filterwarnings("ignore:Glyph")
def test_boxes_for_characters_without_a_font_are_said():
    [message] = said(other_face(("\U0001f9ff", "STIXGeneral")))
    assert message.startswith("no font had the characters of")
    assert message.endswith("boxes stand for them")


def shaded(draw):
    figure = Figure(figsize=(3, 2))
    draw(figure.add_axes((0, 0, 1, 1)))
    out = BytesIO()
    FigureCanvasPdf(figure).print_pdf(out)
    return [message for message in said(out.getvalue()) if "look alike" in message]


def test_the_shades_of_a_heat_map_name_nothing():
    values = [[0.70, 0.74, 0.9], [0.2, 0.78, 0.82], [0.1, 0.86, 0.95]]
    assert shaded(lambda axes: axes.pcolormesh(values, cmap="Blues", vmin=0, vmax=1)) == []


def test_bars_of_like_colours_and_their_swatches_are_no_heat_map():
    def bars(axes):
        for place, colour in enumerate(("#2d5882", "#35628c", "#3b6993", "#41709a")):
            axes.bar(place, 1 + place, color=colour, label=colour)
        axes.legend(ncols=2)

    assert len(shaded(bars)) == 6


def test_what_is_no_pdf_is_said():
    [found] = authored.look(b"%PDF-1.4 nothing", "f.pdf")
    assert "not a PDF with a page" in found.message


def page(stream: bytes, more: bytes = b"", filters: bytes = b"") -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj << /Type /Page /MediaBox [0 0 100 50] /Contents 2 0 R /Resources << "
        b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Times /FontDescriptor << "
        b"/FontFile 9 0 R >> >> >> " + more + b" >> >> endobj\n2 0 obj << /Length "
        b"%d %b >> stream\n%b\nendstream endobj\n%%%%EOF\n" % (len(stream), filters, stream)
    )


@pytest.mark.parametrize(
    ("stream", "texts"),
    [
        (b"BT /F 10 Tf (a\\(b\\)\\101) Tj ET", [("a(b)A", 10.0)]),
        (b"q 0.5 0 0 0.5 0 0 cm BT /F 10 Tf [(a) -3 <62>] TJ ET Q BT /F 9 Tf (c) ' ET",
         [("ab", 5.0), ("c", 9.0)]),
        (b"BT /F 1 Tf 0 12 -12 0 5 5 Tm (up) Tj ET % (no) Tj", [("up", 12.0)]),
        (b"BI /W 1 ID \x00(x) Tj\xff EI BT /F 8 Tf (y) Tj ET", [("y", 8.0)]),
        (b"Q Q ] >> BT /F 8 Tf (never closed", []),
    ],
)  # fmt: skip
def test_the_text_state_is_followed(stream, texts):
    seen = audit.inspect(page(stream)).texts
    assert [(t.text, pytest.approx(t.size * 72 / 72.27)) for t in seen] == texts


def test_colours_of_all_device_spaces_are_read_and_faint_ones_left_out():
    stream = (
        b"1 0 0 rg 0 0 9 99 re f 0 g 0 1 0 0 K [3 1] 0 d 0 0 m 9 9 l S /G gs 0 0 1 rg 0 0 5 5 re f"
    )
    marks = audit.inspect(page(stream, b"/ExtGState << /G << /ca 0.2 >> >>")).marks
    assert set(marks) == {"#ff0000", "#ff00ff"}
    assert marks["#ff00ff"].dashes == {(3.0, 1.0)}


def test_a_form_that_draws_itself_ends():
    form = b"3 0 obj << /Subtype /Form /Length 5 >> stream\n/X Do\nendstream endobj\n"
    data = page(b"/X Do", b"/XObject << /X 3 0 R >>") + form
    assert audit.inspect(data).whole


def test_a_stream_is_unpacked_to_a_limit(monkeypatch):
    import zlib

    monkeypatch.setattr(pdf, "MOST", 1000)
    packed = zlib.compress(b" " * 100_000 + b"BT /F 8 Tf (far) Tj ET")
    assert audit.inspect(page(packed, filters=b"/Filter /FlateDecode")).texts == ()


def test_so_much_drawing_is_cut_short_and_said(monkeypatch):
    monkeypatch.setattr(content, "MOST_OPERATIONS", 10)
    data = page(b"0 0 m 1 1 l S " * 20)
    assert not audit.inspect(data).whole
    assert any("not all looked at" in d.message for d in authored.look(data, "f.pdf"))


@pytest.mark.tex
def test_a_drawing_of_tex_is_read(tmp_path):
    source = (
        r"\documentclass{article}\usepackage{times}\usepackage[papersize={200pt,200pt}]{geometry}"
        r"\usepackage{color}\pagestyle{empty}\begin{document}\color[rgb]{1,0,0}\rule{9pt}{40pt}"
        r"Encoder {\tiny small print}\end{document}"
    )
    (tmp_path / "t.tex").write_text(source)
    subprocess.run(
        [shutil.which("pdflatex"), "-interaction=batchmode", "t.tex"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    written = audit.inspect((tmp_path / "t.pdf").read_bytes())
    assert written.width_pt == pytest.approx(200, abs=0.01)
    sizes = {round(t.size, 1): t.text for t in written.texts}
    assert set(sizes) == {10.0, 5.0}
    assert "#ff0000" in written.marks
    assert all(font.kind == "Type 1" and font.embedded for font in written.fonts)


def test_damage_is_read_over_or_said(venue):
    """Bytes changed, lost and put in, in content and structure: never an error of Python's."""
    import random

    rng = random.Random(5)
    lines = [("#1f77b4", "-", "o"), ("#d62728", "--", "s")]
    with mpl.rc_context({"pdf.compression": 0}):
        whole = [drawn(lines=lines, texts=[("word", 8)], fonttype=kind) for kind in (3, 42)]
    odd = (
        b"<<",
        b">>",
        b"[",
        b"(",
        b")",
        b"9" * 400,
        b" 1 0 R",
        b" Do ",
        b" Tj ",
        b"<z>",
        b"/X",
        b"%",
    )
    for _ in range(150):
        data = bytearray(rng.choice(whole))
        for _ in range(rng.choice((1, 5, 40))):
            at = rng.randrange(len(data))
            if rng.random() < 0.5:
                data[at] = rng.randrange(256)
            elif rng.random() < 0.5:
                del data[at : at + rng.randrange(1, 30)]
            else:
                data[at:at] = rng.choice(odd)
        for one in authored.look(bytes(data), "f.pdf", venue("icml")):
            one.message.encode()


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_of_a_file_that_is_cut_off_only_that_is_said(share, venue):
    data = drawn(lines=[("#312b9e", "-", "o")], texts=[("tiny", 4)])
    cut = data[: int(share * len(data))]
    try:
        ended = audit.inspect(cut).ended
    except ValueError:
        ended = False
    assert not ended
    [one] = authored.look(cut, "f.pdf", venue("icml"))
    assert "cut off" in one.message or "not a PDF with a page" in one.message
    assert "\x00" not in one.message
    assert audit.inspect(data).ended
