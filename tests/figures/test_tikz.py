"""The author's TikZ, compiled as a document of its own."""

import pytest

from paperforge import venues
from paperforge.errors import InputError
from paperforge.figures import audit, tikz
from paperforge.spec import FigureSpec


def test_the_document_has_the_venues_width_face_and_size(tmp_path):
    file = tmp_path / "a.tikz"
    file.write_text(tikz.START, encoding="utf-8")
    spec = FigureSpec("a", "tikz", file=str(file), width="text")
    files = tikz.document(spec, venues.find("icml-2026"))
    main = files["main.tex"].decode()
    assert files["a.tikz"] == tikz.START.encode()
    assert r"\setlength\pfwidth{487.822pt}" in main
    assert r"\usepackage{mathptmx}" in main
    assert r"\fontsize{9}{10.8}" in main


@pytest.mark.tex
def test_from_the_start_to_a_figure(paperforge, tmp_path):
    said = paperforge("figure", "--kind", "tikz", "--file", "a.tikz", "--start")
    assert said.code == 0 and "wrote a.tikz" in said.err
    said = paperforge("figure", "--kind", "tikz", "--file", "a.tikz", "--venue", "neurips-2026")
    assert said.code == 0, said.err
    written = audit.inspect((tmp_path / "tikz.pdf").read_bytes())
    assert 300 < written.width_pt <= 397.6
    assert all(font.embedded and font.kind != "Type 3" for font in written.fonts)
    again = paperforge("figure", "--kind", "tikz", "--file", "a.tikz", "--start")
    assert again.code == 1 and "is yours" in again.err


@pytest.mark.tex
def test_errors_and_width_are_said(paperforge, tmp_path):
    (tmp_path / "a.tikz").write_text("\\begin{tikzpicture}\n\\nothing\n\\end{tikzpicture}\n")
    said = paperforge("figure", "--kind", "tikz", "--file", "a.tikz")
    assert said.code == 1 and "a.tikz:2" in said.err and "nothing" in said.err
    (tmp_path / "a.tikz").write_text(r"\tikz\draw (0,0) -- (20,0);")
    said = paperforge("figure", "--kind", "tikz", "--file", "a.tikz")
    assert said.code == 0 and "its place 234.9 pt" in said.err


@pytest.mark.tex
def test_a_build_compiles_it(paperforge, tmp_path, results_csv):
    (tmp_path / "a.tikz").write_text(tikz.START, encoding="utf-8")
    (tmp_path / "paper.toml").write_text(
        'venue = "icml-2026"\nresults = ["results.csv"]\n'
        '[[figures]]\nname = "arch"\nkind = "tikz"\nfile = "a.tikz"\n'
    )
    said = paperforge("build", "--no-pdf")
    assert said.code in {0, 4}, said.err
    (found,) = tmp_path.glob("build/*/generated/figures/arch.pdf")
    assert audit.inspect(found.read_bytes()).width_pt < 235


def test_a_whole_document_is_refused_with_the_next_move(tmp_path):
    path = tmp_path / "a.tikz"
    path.write_text("% \\documentclass is made\n\\tikz \\draw (0,0);\n", encoding="utf-8")
    assert tikz.document(FigureSpec("a", "tikz", file=str(path)), None)["a.tikz"]
    path.write_text("% mine\n\\documentclass{standalone}\n", encoding="utf-8")
    with pytest.raises(InputError, match="document of its own") as error:
        tikz.document(FigureSpec("a", "tikz", file=str(path)), None)
    assert error.value.hint.startswith("leave the tikzpicture alone")
