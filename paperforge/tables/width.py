"""How wide a table will be in LaTeX, roughly: enough to warn of one that leaves the page."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import Diagnostic, Mark, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paperforge.model import Cell, Table

PAGE_PT = 455.0
"""About the text width of a one-column page, or of both columns together."""
MARGIN = 1.1
"""The estimate is right within a tenth: what may still fit is not warned of."""
LETTER_PT = 5.0
"""A figure of Computer Modern at 10 pt; letters are on average a little narrower."""
POINT_PT = 2.8
SMALL_PT = 3.5
"""A figure of a spread, in \\scriptsize."""
PLUS_MINUS_PT = 9.0
GAP_PT = 12.0
"""2 \\tabcolsep."""


def width_pt(table: Table) -> float:
    """The width of the tabular at 10 pt, in TeX points, by counting characters."""
    stub = max(map(_text, (table.stub, *(row.label for row in table.rows))))
    columns = [
        max([_text(column.label), *(_cell(row.cells[i]) for row in table.rows)])
        for i, column in enumerate(table.columns)
    ]
    total = stub
    for label, members in groupby(enumerate(table.columns), key=lambda item: item[1].group):
        inside = [columns[i] for i, _ in members]
        total += GAP_PT + max(sum(inside) + GAP_PT * (len(inside) - 1), _text(label))
    return total


def warnings(table: Table, layout: str) -> Iterator[Diagnostic]:
    """Warn of a table that is wider than a page's text."""
    wide = width_pt(table)
    if wide > PAGE_PT * MARGIN:
        turned = "" if layout == "dataset-by-method" else "--layout dataset-by-method, "
        yield Diagnostic(
            Severity.WARNING,
            f"table {table.name}",
            f"about {round(wide, -1):.0f} pt wide: wider than a page's text ({PAGE_PT:.0f} pt)",
            f"{turned}fewer metrics with --metric, or \\footnotesize before it",
        )


def _text(text: str) -> float:
    return LETTER_PT * len(plain(text))


def _cell(cell: Cell) -> float:
    """A number with its spread and signs."""
    thin = sum(c in ".," for c in cell.printed)
    size = LETTER_PT * (len(cell.printed) - thin) + POINT_PT * thin
    if cell.printed_spread:
        size += PLUS_MINUS_PT + SMALL_PT * len(cell.printed_spread)
    return size + SMALL_PT * (len(cell.note) + len(cell.marks & {Mark.BETTER, Mark.WORSE}))
