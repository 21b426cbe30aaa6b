"""A table that no page holds: its rows cut into chunks, its columns into parts, over floats.

LaTeX moves floats but never breaks one, so each page of the table is a float; longtable would break
it, but not in two columns, and not inside the author's own float.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, groupby, takewhile
from typing import TYPE_CHECKING

from paperforge.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.model import Row, Table, TableFit
    from paperforge.tables.trial import Try

AGAIN = " (cont.)"
"""After a name that stands above its group's other rows, where a chunk begins among these."""
MOST_PAGES = 12
"""More is data to download, not a table to read."""
PAGE_WEIGHT = 2.0
PART_WEIGHT = 0.6
"""A tabular more weighs as much as nearly 2 pt of the size, a page more as two tabulars."""
SIDES = 2
"""So many pieces at least stand side by side."""
SLACK = 1.005
"""How much the measured width may be too small."""
BESIDE_PT = 24.0
"""Between pieces that stand side by side."""


def weight(made: TableFit, largest: float) -> float:
    """How much worse a way over pages is than one that leaves the table as it is."""
    smaller = largest - made.points
    return PAGE_WEIGHT * made.pages + made.tabulars + PART_WEIGHT * smaller


def over(tries: Sequence[Try], room: float) -> TableFit | None:
    """The best way over pages; None: no size is small enough for one column beside the names."""
    largest = max(one.size[1] for one in tries)
    found = [made for one in tries for made in _over(one, room)]
    return min(found, key=lambda made: weight(made, largest), default=None)


def _over(one: Try, room: float) -> Iterator[TableFit]:
    made = one.split(room)
    if made is None:
        return
    if len(made.parts) == 1:
        made = replace(made, parts=())
        yield from beside(one, made, one.page.most())
    rows = len(one.table.rows)
    lines = one.lines(made, one.page.most())
    high = (rows + one.above(made.heads)) * one.line
    if rows <= lines:
        yield replace(made, each=max(1, int(one.page.most() / high)))
    elif lines > 1:
        yield replace(made, chunks=cut(one.table.rows, lines), each=1)


def lead(table: Table) -> list[int]:
    """The columns of words that every part begins with: the names alone do not tell its rows apart.

    So it is where a name stands once for several rows (the seeds of a method), or several times.
    """
    names = [row.label for row in table.rows]
    if len(set(names)) == len(names):
        return []
    return list(takewhile(lambda i: table.columns[i].words, range(len(table.columns))))


def beside(one: Try, made: TableFit, most: float) -> Iterator[TableFit]:
    """The rows in pieces, side by side as the width has room, on as many pages as it takes."""
    across = int((made.room + BESIDE_PT) / (made.width * SLACK + BESIDE_PT))
    rows, lines = len(one.table.rows), one.lines(made, most)
    if across < SIDES or lines < 1 or rows < SIDES:
        return
    for count in range(SIDES, min(across, rows) + 1):
        on_pages = -(-rows // (count * lines))
        chunks = cut(one.table.rows, -(-rows // (on_pages * count)))
        if max(end - start for start, end in chunks) <= lines:
            width = count * made.width + (count - 1) * BESIDE_PT
            yield replace(made, width=width, chunks=chunks, each=count, beside=count)


def cut(rows: Sequence[Row], most: int) -> tuple[tuple[int, int], ...]:
    """Chunks of at most so many rows, alike in length, between the rows' groups where they can."""
    even = -(-len(rows) // -(-len(rows) // most))
    ends = list(accumulate(len(list(members)) for _, members in groupby(r.group for r in rows)))
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(rows):
        between = [end for end in ends if start + even // 2 < end <= start + most]
        end = max(between) if between else min(start + even, len(rows))
        if len(rows) - start <= most:
            end = len(rows)
        found.append((start, end))
        start = end
    return tuple(found)


def check(table: Table, made: TableFit) -> None:
    """Raises InputError for more pages than anybody turns over."""
    if made.pages <= MOST_PAGES:
        return
    size = f"{len(table.rows):,} rows by {len(table.columns):,} columns"
    text = f"{size} would take {made.pages} pages: a table has room for {MOST_PAGES}"
    hint = (
        "name the metrics, datasets or methods to show; without ± (--spread none) a page holds "
        "more; --format json keeps every cell"
    )
    raise InputError(text, f"table {table.name}", hint)


def _named(rows: Sequence[Row], start: int) -> Row:
    """The first row of a chunk; within a group that is named once, with that name."""
    first = rows[start]
    if first.label or not start:
        return first
    above = (r.label for r in reversed(rows[:start]) if r.group == first.group and r.label)
    label = next(above, "")
    return replace(first, label=label + AGAIN) if label else first


def below(rows: Sequence[Row], at: int) -> int:
    """The rows of one group under a row that have no name: its own may hang down beside them."""
    rest = map(rows.__getitem__, range(at + 1, len(rows)))
    return len(list(takewhile(lambda row: not row.label and row.group == rows[at].group, rest)))


def _of_rows(table: Table, start: int, end: int) -> Table:
    return replace(table, rows=(_named(table.rows, start), *table.rows[start + 1 : end]))


def tabulars(table: Table, fit: TableFit) -> Iterator[tuple[Table, Sequence[Sequence[str]]]]:
    """Each tabular's table and headers: the parts of the first chunk, then those of the next."""
    every = tuple(range(len(table.columns)))
    for start, end in fit.chunks or ((0, len(table.rows)),):
        chunk = _of_rows(table, start, end) if fit.chunks else table
        for part in fit.parts or (every,):
            heads = [fit.heads[i] for i in part] if fit.heads else ()
            if part == every:
                yield chunk, heads
                continue
            rows = tuple(replace(r, cells=tuple(r.cells[i] for i in part)) for r in chunk.rows)
            yield replace(chunk, columns=tuple(chunk.columns[i] for i in part), rows=rows), heads


NEXT = (
    r"\expandafter\let\expandafter\pfenv\csname @currenvir\endcsname",
    r"\def\pfone{table}\def\pftwo{table*}%",
    r"\ifx\pfenv\pfone\else\ifx\pfenv\pftwo\else\let\pfenv\relax\fi\fi",
    r"\ifx\pfenv\relax\par\bigskip\else",
    r"\global\let\pfenv\pfenv \expandafter\end\expandafter{\pfenv}%",
    r"\expandafter\begin\expandafter{\pfenv}[p]\centering",
    r"(continued)\par\smallskip",
    r"\fi",
)
"""Between pages of a tabular that stands in the author's own float: that ends, the next begins."""


def joined(pages: Sequence[Sequence[str]]) -> list[str]:
    """The lines of all pages, for the author's own float."""
    return [*pages[0], *(line for page in pages[1:] for line in (*NEXT, *page))]
