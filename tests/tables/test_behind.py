"""What stands behind numbers in LaTeX: set up once a table, as wide and as small as by hand."""

import re
import shutil
import subprocess

import pytest

from paperforge import tables
from paperforge.latex.escape import escape
from paperforge.model import Quote
from paperforge.spec import TableSpec
from paperforge.tables.latex import BEHIND
from paperforge.tables.latex_fit import superscript
from paperforge.tables.reading import read

SETTING = rf"\begin{{tabular}}{{l}}{chr(10).join(BEHIND)}x\end{{tabular}}"
"""What cells need to be set by themselves."""

PLACES = {
    "as it is": "{}",
    "smaller": r"{{\footnotesize {}}}",
    "in a macro's argument": r"\fbox{{{}}}",
    "two of two sizes": r"{{\tiny {0}}}\par {0}",
}
CLASSES = {
    "article": (
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{booktabs,hyperref}\begin{document}",
        r"\clearpage ",
        "",
    ),
    "beamer": (
        r"\documentclass{beamer}\usepackage[T1]{fontenc}\usepackage{booktabs}\begin{document}\begin{frame}",
        r"\end{frame}\begin{frame}One\pause\tiny ",
        r"\end{frame}",
    ),
}
"""What stands before the tables, between them and after them."""


SMALLER = {
    r"\normalsize": r"\scriptsize",
    r"\footnotesize": r"\scriptsize",
    r"\Large": r"\scriptsize",
    r"\scriptsize": r"\scriptsize",
    r"\tiny": r"\tiny",
}
"""The size of a table -> that of what stands behind its numbers."""


def alone(tex):
    """The tabular as one copies it out of a file."""
    return re.search(r"\\begin\{tabular\}.*\\end\{tabular\}", tex, re.DOTALL)[0]


@pytest.mark.tex
@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("engine", ["pdflatex", "lualatex", "xelatex"])
def test_a_tabular_pasted_without_what_is_around_it_compiles(make, tmp_path, engine, kind):
    if not shutil.which(engine):
        pytest.skip(f"no {engine} on this machine")
    table = tables.arrange(make.paper(), TableSpec(metrics=("accuracy",)))
    pasted = alone(tables.render(table, float=True, notes=True))
    head, between, end = CLASSES[kind]
    body = between.join(place.format(pasted) for place in PLACES.values())
    (tmp_path / "a.tex").write_text(rf"{head}{body}{end}\end{{document}}", encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-1500:]
    extract = ["pdftotext", "-layout", "a.pdf", "-"]
    text = subprocess.run(extract, cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert len(re.findall(r"88\.1 ?± ?0\.5", text)) == len(PLACES) + 1


@pytest.mark.tex
@pytest.mark.parametrize("face", ["times", "computer modern"])
def test_it_is_as_wide_as_by_hand_at_every_size(boxes, face):
    r"""Also where a table of another size stood before it; in \tiny no larger than the number."""
    sizes = list(SMALLER)
    hand = r"1\,$\scriptstyle\pm${{{}\,0.3}}"
    bodies = [
        body
        for size in sizes
        for body in (
            f"{size}{SETTING}",
            rf"{size} 1{{\pfpm 0.3}}",
            rf"{size} {hand.format(SMALLER[size])}",
        )
    ]
    found = boxes(face, bodies)
    ours, theirs = found[1::3], found[2::3]
    assert ours == pytest.approx(theirs, abs=0.002)
    assert len(set(ours)) == len(sizes)


def test_a_cell_without_spread_keeps_its_place(make):
    cells = [
        make.aggregate("accuracy", "a", "", 90.0, 0.4),
        make.aggregate("accuracy", "b", "", 91.0, None, 1),
    ]
    tex = tables.render(tables.arrange(make.analysis(cells, "ab")))
    assert r"91.0}\phantom{{\pfpm 0\phantom{.0}}}" in tex


def test_a_spread_below_the_smallest_unit_is_mathematics(make):
    columns = {"": [(1.0, 0.5), (2.0, 0.4), (3.0, 1e-9)]}
    table = tables.arrange(make.table_of(columns, "abc"))
    assert [row.cells[0].printed_spread for row in table.rows] == ["0.5", "0.4", "<0.1"]
    tex = tables.render(table)
    assert r"{\pfpm $\scriptstyle <$0.1}" in tex
    assert r"{\pfpm 0.5\phantom{$\scriptstyle <$}}" in tex
    assert "&lt;0.1" in tables.render(table, "html")


@pytest.mark.tex
def test_numbers_of_all_sizes_align(make, boxes):
    """Each cell of a column in powers of ten is as wide as the others."""
    columns = {"": [(1.5e-9, 2e-11), (-2.25e12, 1e9), (0.0, 0.5), (3.125, 0.25)]}
    tex = tables.render(tables.arrange(make.table_of(columns, "abcd")))
    body = tex.partition(r"\midrule")[2].partition(r"\bottomrule")[0]
    cells = [row.partition("&")[2] for row in body.split(r"\\")[:-1]]
    widths = boxes("computer modern", [SETTING, *cells])[1:]
    assert len(widths) == 4
    assert max(widths) - min(widths) < 0.02


@pytest.mark.tex
@pytest.mark.parametrize("face", ["times", "computer modern"])
def test_a_bold_minus_is_as_wide_as_any(make, boxes, face):
    table = tables.arrange(make.table_of({"": [(-1.0, None), (-2.0, None)]}, "ab"))
    rows = tables.render(table).partition(r"\midrule")[2].split(r"\\")[:2]
    bold, plain = (row.partition("& ")[2] for row in rows)
    assert r"\mathversion{bold}$-$" in bold and r"\mathversion" not in plain
    widths = boxes(face, [bold, plain])
    assert widths[0] == pytest.approx(widths[1], abs=0.002)
    assert [one.text for one in read(tables.render(table), "").cells.values()] == ["−1", "−2"]


def test_a_note_letter_touches_the_shorter_spread_of_a_quoted_number(make):
    cells = [
        make.aggregate("accuracy", "a", "x", 90.0, 0.4),
        make.aggregate("accuracy", "a", "y", 90.0, 0.4),
        make.aggregate("accuracy", "b", "x", 82.5, 1.0, quoted=Quote(1.0, "se", 5, 1, "x24", 0)),
        make.aggregate("accuracy", "b", "y", 82.5, 0.3, quoted=Quote(0.3, "sd", 5, 1, "x24", 1)),
    ]
    table = tables.arrange(make.analysis(cells, "ab", datasets="xy"))
    tex = tables.render(table)
    row = next(line for line in tex.splitlines() if line.startswith("  b"))
    assert r"{\pfpm 1}\textsuperscript{a}{\pfscript\kern-\pfgap\phantom{.0}}" in row, row
    assert [one.text for one in read(tex, "").cells.values()] == [
        "90.0 ± 0.4",
        "90.0 ± 0.4",
        "82.5 ± 1",
        "82.5 ± 0.3",
    ]


@pytest.mark.parametrize(
    ("signs", "tex"),
    [
        ("", ""),
        ("†", r"$^{\dagger}$"),
        ("‡•", r"$^{\ddagger\bullet}$"),
        ("a", r"\textsuperscript{a}"),
        ("†a", r"\textsuperscript{\ensuremath{\dagger}a}"),
    ],
)
def test_signs_are_raised_as_one_types_them(signs, tex):
    """And read back, from an older file too."""
    assert superscript(signs) == tex
    for way in (tex, rf"\textsuperscript{{{escape(signs)}}}"):
        (cell,) = read(ONE.replace("1.5", f"1.5{way}"), "").cells.values()
        assert (cell.text, cell.signs) == ("1.5", signs.removesuffix("a"))


@pytest.mark.tex
@pytest.mark.parametrize("face", ["times", "computer modern"])
def test_signs_are_as_wide_and_high_as_a_superscript_of_text(boxes, face):
    ways = [superscript("†‡"), rf"\textsuperscript{{{escape('†‡')}}}"]
    bodies = [
        rf"{size}{side}\hbox{{{way}}}{end}"
        for size in (r"\normalsize", r"\footnotesize")
        for side, end in (("", ""), (r"\rotatebox{90}{", "}"))
        for way in ways
    ]
    found = boxes(face, bodies)
    assert found[::2] == pytest.approx(found[1::2], abs=0.002)


ONE = (
    r"\begin{tabular}{@{}lc@{}}\toprule Method & x \\ \midrule a & 1.5 \\ \bottomrule\end{tabular}"
)
OLD = r"""
{\scriptsize\xdef\pfscript{\the\font}}%
\begin{tabular}{@{}lcc@{}}
  \toprule
  Method & x & Difference \\
  \midrule
  a & {\fontseries{b}\selectfont 95.3}\,{\pfscript$\scriptstyle\pm$\,\phantom{0}3.1} & $+$1.2\,{\pfscript[0.4, $\scriptstyle -$2.0]} \\
  \bottomrule
\end{tabular}
"""


def test_a_file_of_before_is_read_as_well():
    """Cells had the ± and its spaces in full, and what they need stood before the tabular."""
    head = "\n".join(["", *BEHIND, r"  \toprule"])
    new = OLD.replace("\n  \\toprule", head).replace(r"{\scriptsize\xdef\pfscript{\the\font}}%", "")
    new = new.replace(r"\,{\pfscript$\scriptstyle\pm$\,", r"{\pfpm ").replace(
        r"\,{\pfscript[", r"{\pfscript ["
    )
    assert [cell.text for cell in read(OLD, "").cells.values()] == [
        "95.3 ± 3.1",
        "+1.2 [0.4, −2.0]",
    ]
    assert read(new, "") == read(OLD, "")
    assert read(new, "").columns == ("x", "Difference")
