"""Tables of a report fit on a page: set by pdfTeX."""

import re

import pytest

from paperforge import results
from paperforge.latex.escape import escape
from paperforge.narrative import report
from paperforge.narrative.tabulars import set_apart, tabular
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse

HEADS = ("", "Difference", "Interval", "p", "Adjusted p", "d", "P(a > b)", "Verdict")
ROW = ("A − B", "−0.48", "[−0.71, −0.25]", "< .001", "< .001", "−0.29", ".39", "inconclusive")
TOLD = (*ROW[:-1], "undecidable: the numbers are too large to compare, and what to do about it")
NAMED = ("a-long-name − another", *ROW[1:])


def test_a_narrow_table_stays_as_it_was():
    lines = tabular(HEADS[:4], [ROW[:4]], escape)
    assert lines[0] == "\\begin{tabular}{lrrl}"


def test_powers_of_ten():
    line = tabular(("", "Difference"), [("A", "1.6e-12")], escape)[4]
    assert line == r"A & 1.6$\times10^{-12}$ \\"


@pytest.mark.parametrize("row", [ROW, TOLD, NAMED])
def test_a_wide_table_fits(pdflatex, tmp_path, row):
    """What was 96 points too wide."""
    pdflatex("\\noindent\n" + "\n".join(tabular(HEADS, [row, ROW], escape)))
    log = (tmp_path / "tex" / "t.log").read_text(errors="replace")
    assert not re.findall(r"Overfull \\hbox \((.*)pt too wide\)", log)


QUOTED = """Method,Dataset,Acc,Acc std,runs
Ours,C10,95.3,0.2,5
ResNet,C10,94.9,0.3,5
Ours,C100,78.1,0.5,5
ResNet,C100,77.0,0.6,3
"""
SHARES = """model,benchmark,accuracy,n
gpt-x,GSM8K,0.83,1319
llama,GSM8K,0.81,1319
"""
LOST = "method,seed,accuracy,time_s\na,0,1.5,3\na,1,1.5,4\nb,0,1.0,3\nb,1,1.0,4\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (QUOTED, "Tests: a Welch t; b Welch t with each mean's own quantile."),
        (SHARES, "p is anything from below"),
        (LOST, "a constant shift: nothing varies"),
        (LOST, "Not tested, only reported: Time (s)."),
    ],
)
def test_what_markdown_says_under_a_table_is_in_the_tex_too(tmp_path, text, said):
    """Not in a comment: the legend of the tests, the reasons, what is not tested."""
    (tmp_path / "r.csv").write_text(text)
    found = results.load([Source(tmp_path / "r.csv", "r.csv", {})], Project(root=tmp_path))
    analysis = analyse(found, DesignSpec())
    tex = report.latex(analysis)
    for line in analysis.design.sentences:  # for the author; no text of the paper
        assert f"\n% Design: {line}\n" in tex
    plain = "\n".join(line for line in tex.splitlines() if not line.startswith("%"))
    assert said in plain.replace("$", "")


def test_a_table_stands_apart_from_the_text():
    lines = set_apart("Loss & more", ["TABLE"], ["Test: t", "Within 1:", "a: yes"], escape)
    assert lines[0].startswith(r"\par\medskip")
    assert lines[1].startswith(r"\textit{Loss \& more}")
    assert "Test: t. Within 1: a: yes." in lines[3]
    assert lines[-1] == r"\medskip"
    assert len(set_apart("Loss", ["TABLE"], [], escape)) == 4
