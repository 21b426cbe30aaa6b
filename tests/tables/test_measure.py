"""The measured width is TeX's own within half a per cent below and 2 % above (no kerning)."""

import pytest

from paperforge import tables
from paperforge.model import Cell, Column, Row, Table
from paperforge.spec import TableSpec
from paperforge.tables.measure import Measure, width_pt

SIZES = {10: r"\normalsize", 9: r"\small", 8: r"\footnotesize", 7: r"\scriptsize"}


def held(found, tex):
    assert all(0.995 <= ours / theirs <= 1.02 for ours, theirs in zip(found, tex, strict=True))


@pytest.mark.tex
@pytest.mark.parametrize("face", ["times", "palatino", "computer modern"])
def test_widths_are_those_of_tex(make, boxes, face):
    specs = [TableSpec(), TableSpec(metrics=("accuracy",), spread="none", second=True)]
    made = [tables.arrange(make.paper(), spec) for spec in specs]
    bodies = [f"{size}{tables.render(one)}" for one in made for size in SIZES.values()]
    found = [width_pt(one, Measure(face, size)) for one in made for size in SIZES]
    held(found, boxes(face, bodies))


@pytest.mark.tex
def test_wide_headers_and_odd_names(boxes):
    cells = (Cell(-1.5, 0.25, 3, "-1.50", "0.25"), Cell(12.0, 1.0, 3, "12.00", "1.00"))
    columns = (
        Column("Wall", "A group with a header that is wider than its columns ↑"),
        Column("Überlänge, naïve", "A group with a header that is wider than its columns ↑"),
    )
    table = Table("t", "Method", columns, (Row("LoRA × 2 (±)", cells), Row("b", cells[::-1])))
    tex = boxes("times", [tables.render(table)])
    held([width_pt(table, Measure("times"))], tex)


def test_faces_of_venues():
    assert Measure.of("Times", 9.0) == Measure("times", 9.0)
    assert Measure.of("TeX Gyre Pagella", 9.0).face == "palatino"
    assert Measure.of("Latin Modern", 9.0).face == "computer modern"
    assert Measure("times").text("算") == 10.0
    assert Measure("times").text("é") == Measure("times").text("e")


@pytest.mark.tex
def test_a_cited_row_is_as_wide_as_its_citation_prints(boxes):
    r"""\citep of a work by two prints both: 25 pt more than its key."""
    cells = (Cell(12.0, printed="12.0"),)
    rows = (Row("DLinear", cells, cite="zeng2023", cited="(Zeng and Chen, 2023)"),)
    table = Table("t", "Method", (Column("Wall"),), rows)
    tex = tables.render(table).replace(
        r"\ifdefined\citep\citep{zeng2023}\else\cite{zeng2023}\fi", "(Zeng and Chen, 2023)"
    )
    assert "(Zeng and Chen, 2023)" in tex
    held([width_pt(table, Measure("times"))], boxes("times", [tex]))
    unknown = Table("t", "Method", (Column("Wall"),), (Row("DLinear", cells, cite="zeng2023"),))
    assert width_pt(unknown, Measure("times")) < width_pt(table, Measure("times"))
