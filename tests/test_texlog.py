"""Logs as pdfTeX writes them with -file-line-error and unwrapped lines."""

from paperforge import texlog
from paperforge.model import Severity

LOG = r"""This is pdfTeX
(./main.tex
(/usr/share/texmf/article.cls (/usr/share/texmf/size10.clo))
(./generated/macros.tex) (./sections/one.tex

LaTeX Warning: Citation `smith' on page 1 undefined on input line 3.


LaTeX Warning: Reference `fig:x' on page 1 undefined on input line 4.

./sections/one.tex:5: Undefined control sequence.
l.5 some text \foo
                   and more
Overfull \hbox (12.34pt too wide) in paragraph at lines 7--9
[]\OT1/ptm/m/n/10 text
Missing character: There is no ü (U+00FC) in font ptmr7t!
) (./sections/two.tex

LaTeX Warning: paperforge: unknown number 'acc/x' on input line 2.

Overfull \hbox (0.2pt too wide) in paragraph at lines 1--1
))
Output written on main.pdf (9 pages, 12345 bytes).
"""


def _by_check(log=LOG):
    return {d.check: d for d in texlog.read(log)}


def test_each_message_names_the_file_that_tex_was_reading():
    found = _by_check()
    assert found["citations"].where == "sections/one.tex:3"
    assert "smith" in found["citations"].message
    assert found["references"].where == "sections/one.tex:4"
    assert found["numbers"].where == "sections/two.tex:2"
    assert found["glyphs"].where == "sections/one.tex"


def test_an_error_names_the_macro_that_stopped_tex():
    error = _by_check()["tex"]
    assert error.severity is Severity.ERROR
    assert error.where == "sections/one.tex:5"
    assert error.message == r"Undefined control sequence: \foo"
    assert error.hint


def test_what_sticks_out_far_is_a_warning():
    near, far = (_by_check(LOG.replace("12.34", by))["boxes"] for by in ("19.9", "94.1"))
    assert (near.severity, far.severity) == (Severity.NOTE, Severity.WARNING)
    assert "94 pt too wide" in far.message


def test_small_overfull_boxes_are_no_news():
    boxes = [d for d in texlog.read(LOG) if d.check == "boxes"]
    assert [b.where for b in boxes] == ["sections/one.tex:7"]


def test_a_message_is_said_once():
    doubled = LOG.replace(
        "(./sections/two.tex",
        "(./sections/one.tex\nLaTeX Warning: Citation `smith' on page 2 undefined on input line 3.\n",
    )
    assert len([d for d in texlog.read(doubled) if d.check == "citations"]) == 1


def test_pages_and_the_end_of_the_body():
    assert texlog.pages(LOG) == 9
    assert texlog.pages("nothing") is None
    assert texlog.body_end(r"\newlabel{pf:end-of-body}{{5}{8}{Title}{section.5}{}}") == 8
    assert texlog.body_end(r"\newlabel{pf:end-of-body}{{5}{8}}") == 8
    assert texlog.body_end("") is None


def test_an_empty_or_broken_log_is_no_trouble():
    assert texlog.read("") == ()
    assert texlog.read(")))((( \x00 \ufffd") == ()


def test_bitmap_fonts_are_named():
    log = LOG + "</var/texmf/pk/tcrm1000.600pk></usr/share/fonts/type1/utmr8a.pfb>\n"
    (one,) = [d for d in texlog.read(log) if d.check == "fonts"]
    assert "tcrm1000" in one.message and one.hint
    assert not [d for d in texlog.read(LOG) if d.check == "fonts"]


def test_what_bibtex_could_not_read_is_placed_in_the_bib_file():
    blg = "This is BibTeX\nRepeated entry---line 8 of file refs.bib\n : @book{a\n"
    (one,) = texlog.bibliography(blg)
    assert one.where == "refs.bib:8" and "Repeated entry" in one.message
    assert texlog.bibliography("Warning--to sort, need author in a\n") == ()


def test_an_emergency_stop_after_a_real_error_is_not_said_again():
    log = "./main.tex:3: LaTeX Error: File `nope.sty' not found.\n./main.tex:3: Emergency stop.\n"
    (error,) = [d for d in texlog.read(log) if d.severity is Severity.ERROR]
    assert "nope.sty" in error.message and "installed" in error.hint
