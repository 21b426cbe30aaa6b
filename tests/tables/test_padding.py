"""What stands beside a number so that a column aligns."""

import pytest

from paperforge import tables
from paperforge.model import Cell, Column, Row, Table
from paperforge.tables import reading
from paperforge.tables.padding import Width


def column(*spreads):
    cells = [Cell(59.2, 1.0, 5, "59.2", spread) for spread in spreads]
    rows = tuple(Row(f"m{i}", (cell,)) for i, cell in enumerate(cells))
    return Table("t", "Method", (Column("d"),), rows)


def test_a_spread_below_a_unit_makes_no_hole_behind_the_others():
    """With "59.2 ± 1.0" beside "59.2 ± <0.1": the room of the sign is behind the number."""
    made = tables.render(column("1.0", "1.3", "<0.1"))
    assert made.count(r"{\pfpm 1.") == 2
    assert made.count(r"\phantom{$\scriptstyle <$}") == 2
    read = [cell.text for cell in reading.read(made, "").cells.values()]
    assert read == ["59.2 ± 1.0", "59.2 ± 1.3", "59.2 ± <0.1"]


def test_a_value_keeps_its_sign_before_it():
    width = Width.widest(["<.001", ".047"])
    assert width.pads(".047") == (r"\phantom{$<$}", "")
    assert width.pads(".047", flush=True) == ("", r"\phantom{$<$}")


@pytest.mark.tex
def test_both_are_as_wide(boxes):
    """In TeX: a column is as wide with the room behind as with the sign before."""
    rows = [tables.render(column("<0.1", *more)) for more in ((), ("1.0",), ("1.0", "1.3"))]
    widths = boxes("times", rows)
    assert max(widths) - min(widths) < 0.01
