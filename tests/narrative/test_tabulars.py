"""Tables of a report fit on a page: set by pdfTeX."""

import re

import pytest

from paperforge.latex.escape import escape
from paperforge.narrative.tabulars import tabular

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
