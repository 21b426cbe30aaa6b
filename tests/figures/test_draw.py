"""What every kind of figure keeps: exact width, embedded fonts, same bytes, nothing touching."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest

from paperforge import figures
from paperforge.errors import InputError
from paperforge.figures import audit, select
from paperforge.model import Severity
from paperforge.spec import FigureSpec

KINDS = tuple(kind for kind in figures.KINDS if kind != "script")  # it needs a file


def serious(figure):
    return [d for d in figure.diagnostics if d.severity is not Severity.NOTE]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "width"),
    [("neurips", "column"), ("icml", "column"), ("icml", "text"), ("acl", "column")],
)
def test_the_page_has_the_venues_width(kind, name, width, study, venue, wealth, spec_of):
    place = venue(name)
    wanted = place.column_width_pt if width == "column" else place.text_width_pt
    analysis = wealth(study(3, 2))
    if kind == "correlation":  # the fixture's matrix is of other methods, which it does not have
        analysis = replace(analysis, methods=())
    figure = figures.draw(spec_of(kind, width=width), analysis, place)
    box = re.search(rb"/MediaBox \[ *0 0 ([\d.]+) ([\d.]+) *\]", figure.pdf)
    assert float(box.group(1)) * 72.27 / 72 == pytest.approx(wanted, abs=0.1)
    assert float(box.group(2)) * 72.27 / 72 == pytest.approx(figure.height_pt, abs=0.1)
    assert figure.width_pt == wanted
    assert serious(figure) == []


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_venue_a_two_column_page_is_assumed(kind, study, wealth, spec_of):
    column = figures.draw(spec_of(kind), wealth(study(3)))
    text = figures.draw(spec_of(kind, width="text"), wealth(study(3)))
    assert (column.width_pt, text.width_pt) == (234.878, 487.823)


@pytest.mark.parametrize("kind", KINDS)
def test_fonts_are_embedded_and_none_is_of_type_3(kind, study, venue, tmp_path, wealth, spec_of):
    figure = figures.draw(spec_of(kind), wealth(study(6, 4)), venue("icml"))
    written = audit.inspect(figure.pdf)
    assert written.fonts
    assert all(font.embedded and font.kind == "CID TrueType" for font in written.fonts)
    if shutil.which("pdffonts") is None:
        return
    (tmp_path / "f.pdf").write_bytes(figure.pdf)
    lines = subprocess.run(
        ["pdffonts", tmp_path / "f.pdf"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    seen = {(line.split()[0], line[37:54].strip(), line.split()[-5]) for line in lines}
    assert seen == {(font.name, font.kind, "yes") for font in written.fonts}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(2, 1), (6, 4), (12, 6)], ids=str)
def test_no_text_touches_another_or_leaves_the_page(
    kind, size, study, venue, paint, wealth, spec_of
):
    for name, width in (("acl", "column"), ("icml", "text"), ("neurips", "column")):
        spec = spec_of(kind, width=width)
        with paint(spec, wealth(study(*size)), venue(name)) as page:
            assert audit.overlaps(page.figure) == ()


PROGRAM = """
import hashlib, importlib.util, sys
found = importlib.util.spec_from_file_location("synthetic", sys.argv[1])
made = importlib.util.module_from_spec(found); found.loader.exec_module(made)
from paperforge import figures
names = ("a_1", "b $x$", "c & d", "Ünïcode λ", "שלום", "算")
for kind in sorted(figures.KINDS.keys() - {"script"}):
    figure = figures.draw(made.spec_of(kind), made.wealth(made.study(names, 2)), made.venue("icml"))
    print(kind, hashlib.sha256(figure.pdf + figure.data.encode()).hexdigest(), figure.alt)
"""


def test_the_same_inputs_give_the_same_bytes_in_another_process():
    here = str(Path(__file__).with_name("conftest.py"))
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM, here],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "SOURCE_DATE_EPOCH": epoch,
                "PYTHONUTF8": "1",
            },
            capture_output=True,
            check=True,
        ).stdout
        for seed, epoch in (("1", "1"), ("2", "1000000000"))
    ]
    assert said[0] == said[1]
    assert said[0].count(b"\n") == len(KINDS)


def test_no_date_and_no_program_name(study):
    pdf = figures.draw(FigureSpec("f", "intervals"), study(3)).pdf
    for word in (b"CreationDate", b"Producer", b"Creator", b"Matplotlib"):
        assert word not in pdf


def test_matplotlibs_global_state_is_left_alone_and_has_no_say(study):
    from matplotlib import font_manager

    plain = figures.draw(FigureSpec("f", "learning-curves"), study(3, 2)).pdf
    hostile = {
        "font.family": "monospace",
        "savefig.bbox": "tight",
        "pdf.fonttype": 3,
        "axes.grid": True,
        "lines.linewidth": 9.0,
        "axes.facecolor": "red",
        "text.usetex": False,
        "axes.spines.top": True,
        "figure.dpi": 300.0,
    }
    with mpl.rc_context(hostile):
        before, fonts = dict(mpl.rcParams), list(font_manager.fontManager.ttflist)
        again = figures.draw(FigureSpec("f", "learning-curves"), study(3, 2)).pdf
        assert dict(mpl.rcParams) == before
        assert font_manager.fontManager.ttflist == fonts
    assert again == plain


def test_pyplot_is_never_imported():
    code = (
        "import sys; from paperforge import figures; assert 'matplotlib' not in sys.modules;"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert "pyplot" not in Path(figures.__file__).with_name("sheet.py").read_text("utf-8")


def test_a_method_looks_the_same_in_every_figure(study, paint):
    analysis = study(6, 2)
    seen = {}
    for spec in (
        FigureSpec("a", "learning-curves", methods=("m1", "m5")),
        FigureSpec("b", "learning-curves", methods=("m5", "m2", "m4", "m1")),
        FigureSpec("c", "intervals", methods=("m5", "m3")),
    ):
        with paint(spec, analysis) as page:
            # Intervals draw a bar of two points for each dot of one.
            lines = [x for x in page.figure.axes[0].lines if len(x.get_xdata()) != 2]
        known = select.methods_of(spec, analysis, spec.methods)
        for method, line in zip(known, lines, strict=True):
            seen.setdefault(method.name, set()).add((line.get_color(), line.get_marker()))
    assert set(seen) == {"m1", "m2", "m3", "m4", "m5"}
    assert all(len(looks) == 1 for looks in seen.values())
    assert len({next(iter(looks)) for looks in seen.values()}) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_given_height_is_kept_and_too_little_is_refused(kind, study, wealth, spec_of):
    figure = figures.draw(spec_of(kind, height_pt=200.0), wealth(study(4, 2)))
    assert figure.height_pt == 200.0
    with pytest.raises(InputError, match="too low") as caught:
        figures.draw(spec_of(kind, height_pt=41.0), wealth(study(4, 6)))
    least = float(re.search(r"height_pt = (\d+)", caught.value.hint).group(1))
    again = figures.draw(spec_of(kind, height_pt=least), wealth(study(4, 6)))
    assert again.height_pt == least


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "learning-curve"}, 'did you mean "learning-curves"'),
        ({"metric": "acuracy"}, 'did you mean "accuracy"'),
        ({"methods": ("m1", "n1")}, "known: m0, m1"),
        ({"datasets": ("Digit",)}, 'did you mean "Digits"'),
        ({"width": "wide"}, '"column" or "text"'),
        ({"height_pt": 3.0}, "use 40 to 2000"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_setting_says_what_is_known(changes, said, kind, study, wealth, spec_of):
    spec = replace(spec_of(kind), name="main", **changes)
    with pytest.raises(InputError) as caught:
        figures.draw(spec, wealth(study(3, 2)))
    assert said in caught.value.hint
    assert caught.value.where == "figure main"


def test_a_figure_higher_than_a_page_is_refused_before_it_is_drawn(study):
    many = tuple(f"set {i}" for i in range(26))
    with pytest.raises(InputError, match="pt high, and a page holds 600") as caught:
        figures.draw(FigureSpec("f", "intervals"), study(6, many))
    assert 'width = "text"' in caught.value.hint
    with pytest.raises(InputError) as caught:
        figures.draw(FigureSpec("f", "intervals", width="text"), study(60, many))
    assert "width" not in caught.value.hint


@pytest.mark.parametrize("kind", ["intervals", "differences", "waterfall", "improvement"])
def test_sixty_methods_stand_closer_and_fit_a_page(kind, study, paint, wealth):
    many = tuple(f"method {i:02d}" for i in range(60))
    with paint(FigureSpec("f", kind, width="text"), wealth(study(many, 2))) as page:
        assert page.height <= 600
        assert audit.overlaps(page.figure) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_stands_over_the_figure(kind, study, paint, wealth, spec_of):
    with paint(spec_of(kind, title="What $1 buys"), wealth(study(3, 4))) as page:
        assert "What $1 buys" in [t.get_text() for t in page.figure.texts]
        assert audit.overlaps(page.figure) == ()


@pytest.mark.parametrize("form", ["png", "pgf"])
def test_other_formats_beside_the_pdf(form, study):
    if form == "pgf" and shutil.which("pdflatex") is None:
        pytest.skip("no TeX on this machine")
    names = ("50% & $x$", "a_1 \\input{x}")
    drawn = figures.draw(FigureSpec("f", "intervals"), study(names, 1), None, form)
    if form == "png":
        assert drawn.other.startswith(b"\x89PNG")
        width = int.from_bytes(drawn.other[16:20], "big")
        assert width == pytest.approx(234.878 / 72.27 * 300, abs=1)
    else:
        text = drawn.other.decode()
        assert r"50\% \& \textdollar" in text or r"50\% \&" in text
        assert r"\input{x}" not in text
