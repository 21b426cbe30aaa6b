"""A name in lines beside rows that have none opens no gap under its first row."""

from dataclasses import replace

import pytest

from paperforge import tables
from paperforge.model import Cell, Column, Row, Table, TableFit
from paperforge.tables import reading
from paperforge.tables.latex_fit import HANGING
from paperforge.tables.trial import Page, Try

LONG = "a-long-name of/two lines and more"
LINES = ("a-long-name of/", "two lines", "and more")


def made(rows_below, said=LINES):
    cell = (Cell(0.8, None, 1, "0.8"),)
    rows = tuple(Row(name, cell, "a") for name in (LONG, *[""] * rows_below))
    table = Table("t", "Method", (Column("d"),), (*rows, Row("b", cell, "b")))
    return replace(table, fit=TableFit(200.0, 100.0, names=((LONG, said),)))


@pytest.mark.parametrize(("rows_below", "hangs"), [(0, False), (1, False), (2, True), (5, True)])
def test_it_hangs_where_rows_under_it_are_enough(rows_below, hangs):
    table = made(rows_below)
    tex = tables.render(table)
    assert (HANGING in tex) is hangs
    assert reading.read(tex, "").rows[0] == LONG
    one = Try(table, Page(), ("normalsize", 10.0), 6.0)
    plain = one.high(replace(table.fit, names=()))
    assert round((one.high(table.fit) - plain) / one.line) == (0 if hangs else 2)


@pytest.mark.tex
def test_the_table_is_no_higher_than_with_a_short_name(boxes):
    r"""In TeX: \rotatebox makes a height a width."""
    short = replace(made(4), rows=tuple(replace(r, label=r.label[:1]) for r in made(4).rows))
    turned = [
        rf"\rotatebox{{90}}{{\hbox{{{tables.render(table)}\unskip}}}}" for table in (short, made(4))
    ]
    low, same = boxes("times", turned)
    assert abs(low - same) < 0.01
