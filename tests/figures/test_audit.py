"""The audit finds what it is there to find."""

from __future__ import annotations

import re
import zlib
from io import BytesIO

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from paperforge import figures
from paperforge.figures import audit, content
from paperforge.spec import FigureSpec


def made(width=3.0, texts=((0.5, 0.5, "text"),), **settings):
    with mpl.rc_context(settings):
        figure = Figure(figsize=(width, 2), dpi=72)
        for x, y, text in texts:
            figure.text(x, y, text)
        out = BytesIO()
        FigureCanvasPdf(figure).print_pdf(out)
    return figure, out.getvalue()


def test_the_size_is_in_tex_points():
    written = audit.inspect(made(3.25)[1])
    assert written.width_pt == pytest.approx(3.25 * 72.27)
    assert written.height_pt == pytest.approx(2 * 72.27)


def test_type_3_is_found():
    _, pdf = made(**{"pdf.fonttype": 3})
    assert {font.kind for font in audit.inspect(pdf).fonts} == {"Type 3"}
    assert any("Type 3" in d.message for d in audit.problems(pdf, 3 * 72.27, "here"))


def test_a_font_that_is_not_embedded_is_found():
    _, pdf = made(**{"pdf.use14corefonts": True, "font.family": "Helvetica"})
    [font] = audit.inspect(pdf).fonts
    assert font == audit.Font("Helvetica", "Type 1", embedded=False)
    assert any("not embedded" in d.message for d in audit.problems(pdf, 3 * 72.27, "here"))


def test_the_wrong_width_is_found():
    _, pdf = made(3.0, **{"pdf.fonttype": 42})
    assert audit.problems(pdf, 3 * 72.27 + 0.05, "here") == ()
    [found] = audit.problems(pdf, 3 * 72.27 + 0.2, "here")
    assert "pt wide" in found.message


def test_a_font_that_is_not_the_one_chosen_is_found(study):
    from paperforge import figures
    from paperforge.spec import FigureSpec

    drawn = figures.draw(FigureSpec("f", "intervals"), study(2))
    [name] = {font.name.partition("+")[2] for font in audit.inspect(drawn.pdf).fonts}
    assert audit.problems(drawn.pdf, drawn.width_pt, "here", name) == ()
    [found] = audit.problems(drawn.pdf, drawn.width_pt, "here", "Times-Roman")
    assert found.message == f"the text is set in {name}, not in Times-Roman"


def test_small_text_in_a_figure_of_ours_is_found():
    with mpl.rc_context({"pdf.fonttype": 42, "font.size": 5}):
        _, pdf = made()
    [found] = audit.problems(pdf, 3 * 72.27, "here")
    assert found.message == 'text of 5.0 pt, below 7 pt: "text"'


def test_objects_in_compressed_streams_are_read():
    bodies = [
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times /FontDescriptor 8 0 R >>",
        b"<< /FontFile 9 0 R >>",
    ]
    head = b"7 0 8 %d " % (len(bodies[0]) + 1)
    text = head + b" ".join(bodies)
    packed = zlib.compress(text)
    pdf = (
        b"%%PDF-1.5\n1 0 obj\n<< /Type /Page /MediaBox [0 0 100 50] >>\nendobj\n"
        b"2 0 obj\n<< /Type /ObjStm /N 2 /First %d /Filter /FlateDecode /Length %d >>\nstream\n"
        % (len(head), len(packed))
        + packed
        + b"\nendstream\nendobj\n"
    )
    assert audit.inspect(pdf).fonts == (audit.Font("Times", "Type 1", embedded=True),)


def test_what_is_no_pdf_is_refused():
    for data in (b"", b"hello", b"%PDF-1.4\n"):
        with pytest.raises(ValueError, match="not a PDF"):
            audit.inspect(data)


def test_texts_that_touch_or_leave_the_page_are_found():
    apart, _ = made(texts=((0.1, 0.1, "one"), (0.1, 0.8, "two")))
    assert audit.overlaps(apart) == ()
    close, _ = made(texts=((0.1, 0.1, "one"), (0.12, 0.12, "two")))
    assert audit.overlaps(close) == ('"one" touches "two"',)
    out, _ = made(texts=((0.95, 0.5, "a long text"),))
    assert audit.overlaps(out) == ('"a long text" leaves the page on the right',)


def test_tick_labels_count_but_hidden_ones_do_not():
    figure = Figure(figsize=(2, 2), dpi=72)
    axes = figure.add_axes((0.2, 0.2, 0.6, 0.6))
    axes.set_xlim(0, 10)
    axes.set_xticks([4.9, 5.1], ["wide label", "wide label"])
    axes.set_yticks([])
    assert any("touches" in found for found in audit.overlaps(figure))
    axes.tick_params(labelbottom=False)
    assert audit.overlaps(figure) == ()


def test_a_long_line_is_read_as_if_all_of_its_points_were(study, monkeypatch):
    """Of a path longer than any marker's only the first points are looked at: nothing else differs."""
    spec = FigureSpec("f", "learning-curves")
    pdf = figures.draw(spec, study(3, 2, steps=4000)).pdf
    short = audit.inspect(pdf)
    streams = re.findall(rb"stream\r?\n(.*?)\s*endstream", pdf, re.DOTALL)
    pages = [zlib.decompressobj().decompress(one) for one in streams if one[:1] == b"x"]
    assert any(content._LONG.search(page) for page in pages)
    monkeypatch.setattr(content, "_LONG", re.compile(rb"(?!)"))
    assert audit.inspect(pdf) == short


def test_lines_that_are_passed_over_count_as_read(monkeypatch):
    data = b"1 0 0 RG 0 0 m " + b"1 1 l " * 500 + b"S"
    reader = content._Reader(None)
    reader.run(data, {}, content._State(), "", 0)
    assert content.MOST_OPERATIONS - reader.left == 504
    assert set(reader.marks) == {"#ff0000"}
    monkeypatch.setattr(content, "MOST_OPERATIONS", 100)
    reader = content._Reader(None)
    reader.run(data, {}, content._State(), "", 0)
    assert reader.left <= 0
