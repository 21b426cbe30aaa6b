r"""A table made to fit its place: what is done, in this order, and said.

Headers in lines, abbreviated words, long names of rows in lines, less room between columns, a
smaller size (not below 7 pt), parts one under the other, both columns of the page, turned; then
datasets down instead of across, and several floats (pages.py). Nothing is ever scaled: \resizebox
gives sizes that nobody chose.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.model import Diagnostic, Severity, TableFit
from paperforge.tables import pages
from paperforge.tables.headers import abbreviated
from paperforge.tables.measure import GAP_PT, Measure, columns
from paperforge.tables.pages import SLACK
from paperforge.tables.parting import lonely
from paperforge.tables.trial import GAPS, Page, Try

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from paperforge.model import Column, Table

MOST_PARTS = 4
NOTE_LINE = (4.0, 11.0)  # width of a letter and height of a line of the sentences under a table
OWN_FLOAT = (
    "--float writes all floats; in a float of your own the first one needs [p]. longtable would "
    "break it too, but neither in two columns nor in a float"
)


def fit(
    table: Table,
    page: Page | None,
    within: str = "",
    *,
    notes: bool = False,
    other: Callable[[], Table] | None = None,
) -> Table:
    """The table set to fit; what was done is said in its diagnostics.

    within: "column" or "text"; empty: the text, and only told where a column is too narrow. With
    neither a page nor this the table stays as it is, unless no page would hold it. notes: whether
    its sentences stand under it. other: the same cells with rows and columns exchanged.
    Where nothing makes it fit it stays as it is, with a warning. Raises InputError for more pages
    than pages.MOST_PAGES.
    """
    if page is None and not within:
        return _on_any(table, notes=notes, other=other)
    page = page or Page()
    room = page.column if within == "column" else page.text
    found = _on_one(table, page, room, within, notes=notes)
    if found is not None:
        return found
    turned = other() if other is not None else None
    if turned is not None:
        found = _on_one(turned, page, room, within, notes=notes)
        if found is not None:
            return _exchanged(found)
    return _over_pages(table, turned, page, room, within)


def _on_one(table: Table, page: Page, room: float, within: str, *, notes: bool) -> Table | None:
    """The table on one page; None: no way is narrow and low enough."""
    short = abbreviated(table)
    below = _below(short, room) if notes else 0.0
    for chosen, one, made in _ways((table, short), page, room, within, below):
        if made.width * SLACK > made.room:
            continue
        if not made.turned and one.high(made) > page.most(below):
            continue
        if made == Try(table, page, page.sizes[0], GAP_PT).fit(room):
            return _as_it_is(table, made, page, within)
        across = page.columns > 1 and made.width * SLACK > page.column
        placed = replace(made, wide=made.wide or (across and not made.turned))
        said = _said(chosen, placed, page, shortened=chosen is not table)
        return replace(chosen, fit=placed, diagnostics=(*table.diagnostics, said))
    return None


def _below(table: Table, room: float) -> float:
    """Height of the sentences under a table."""
    wide, high = NOTE_LINE
    return sum(-(-len(note.text) * wide // room) for note in table.notes) * high


def _exchanged(table: Table) -> Table:
    """The other table, which says that it is."""
    message = "datasets stand down and methods across: as asked for it fits no page"
    hint = 'layout = "dataset-by-method" (--layout) asks for that'
    return replace(table, diagnostics=(*table.diagnostics, _note(table, message, hint)))


def _over_pages(table: Table, turned: Table | None, page: Page, room: float, within: str) -> Table:
    """The table over several floats, or its other side, whichever takes less."""
    rooms = [room, page.text] if within == "column" and page.columns > 1 else [room]
    for wide in rooms:
        found = []
        for one in (table, turned):
            if one is None:
                continue
            short = abbreviated(one)
            for words in (one, short):
                tries = [
                    Try(words, page, size, gap, in_lines=True)
                    for size in page.sizes
                    for gap in GAPS[:2]
                ]
                made = pages.over(tries, wide)
                if made is not None:
                    found.append((one, words, made))
        if not found:
            continue
        chosen, short, made = min(found, key=lambda way: pages.weight(way[2], page.sizes[0][1]))
        pages.check(chosen, made)
        across = page.columns > 1 and made.width * SLACK > page.column
        made = replace(made, wide=across)
        said = _said(short, made, page, shortened=short is not chosen)
        done = replace(short, fit=made, diagnostics=(*chosen.diagnostics, said))
        return done if chosen is table else _exchanged(done)
    said = _too_wide(table, page, rooms[-1])
    return replace(table, diagnostics=(*table.diagnostics, said))


def _ways(
    tables: tuple[Table, Table], page: Page, room: float, within: str, below: float
) -> Iterator[tuple[Table, Try, TableFit]]:
    """Every way on one page, the mildest first; tables: as it is and with its words shortened."""
    table, short = tables
    yield from _in_pieces(table, short, page, room, below)
    yield from _in_one(table, short, page, room)
    yield from _in_parts(short, page, room, below)
    if within == "column" and page.columns > 1:
        for ways in (
            _in_one(table, short, page, page.text),
            _in_parts(short, page, page.text, below),
        ):
            for one, how, made in ways:
                yield one, how, replace(made, wide=True)
    for one, how, made in _in_one(table, short, page, page.most(below)):
        if how.high(made) <= page.text:
            yield one, how, replace(made, turned=True, wide=page.columns > 1)


def _in_pieces(
    table: Table, short: Table, page: Page, room: float, below: float
) -> list[tuple[Table, Try, TableFit]]:
    """Ways of a table that is too high: pieces of it side by side, or smaller in one."""
    first = Try(table, page, page.sizes[0], GAP_PT)
    if first.high(first.fit(room)) <= page.most(below):
        return []
    ways = _in_one(table, short, page, room)
    found = [
        (chosen, one, piece)
        for chosen, one, made in ways
        for piece in (made, *pages.beside(one, made, page.most(below)))
        if piece.pages == 1
    ]
    return sorted(found, key=lambda way: pages.weight(way[2], page.sizes[0][1]))


def _in_parts(
    table: Table, page: Page, room: float, below: float
) -> list[tuple[Table, Try, TableFit]]:
    """Ways in a few parts on one page; first those that part no metric, and no average from it."""
    long = Try(table, page, page.sizes[0], GAP_PT).long_names(room)
    tries = [
        Try(table, page, size, gap, in_lines=True, names=names)
        for size in page.sizes
        for gap in GAPS
        for names in ((False, True) if long else (False,))
    ]
    largest = page.sizes[0][1]
    every = [(table, one, made) for one in tries if (made := one.split(room)) is not None]
    found = [
        way
        for way in every
        if len(way[2].parts) <= MOST_PARTS and way[1].high(way[2]) <= page.most(below)
    ]

    def cost(way: tuple[Table, Try, TableFit]) -> tuple[int, float]:
        parted = _torn(table.columns, way[2]) + lonely(table.columns, way[2].parts)
        return parted, pages.weight(way[2], largest)

    return sorted(found, key=cost)


def _torn(heads: Sequence[Column], made: TableFit) -> int:
    """How many groups of columns stand in several parts."""
    places = {(heads[i].group, at) for at, part in enumerate(made.parts) for i in part}
    return sum(n > 1 for n in Counter(group for group, _ in places if group).values())


def _in_one(
    table: Table, short: Table, page: Page, room: float
) -> Iterator[tuple[Table, Try, TableFit]]:
    """Ways that keep the table in one piece."""
    largest = page.sizes[0]
    first = Try(table, page, largest, GAP_PT)
    names = first.long_names(room)
    tries = [
        first,
        Try(table, page, largest, GAP_PT, in_lines=True),
        Try(short, page, largest, GAP_PT, in_lines=True),
        *(
            Try(short, page, size, gap, in_lines=True, names=names)
            for size in page.sizes
            for gap in GAPS
        ),
    ]
    for one in tries:
        yield one.table, one, one.fit(room)


def _as_it_is(table: Table, made: TableFit, page: Page, within: str) -> Table:
    """It fits; beside a column that is too narrow the author should know where it goes."""
    if within or page.columns == 1 or made.width * SLACK <= page.column:
        return table
    message = (
        f"{made.width:.0f} pt wide: wider than a column ({page.column:.0f} pt), so it needs table*"
    )
    note = _note(table, message, 'or width = "column" makes it fit')
    wide = replace(made, wide=True)
    return replace(table, fit=wide, diagnostics=(*table.diagnostics, note))


def _said(table: Table, made: TableFit, page: Page, *, shortened: bool) -> Diagnostic:
    """What was done, in words."""
    beside = f", {made.beside} side by side" if made.beside > 1 else ""
    every = {
        "headers in lines": any(len(head) > 1 for head in made.heads),
        "names in lines": made.names,
        "words abbreviated": shortened,
        f"{made.gap:g} pt between columns": made.gap != GAP_PT,
        f"\\{made.size}": made.size != "normalsize",
        f"in {len(made.parts)} parts": made.parts,
        f"rows in {len(made.chunks)} pieces{beside}": made.chunks,
        f"over {made.pages} pages, a float each": made.pages > 1,
        "across both columns (table*)": made.wide and made.room > page.column,
        "turned by 90° (needs graphicx)": made.turned,
    }
    done = [text for text, so in every.items() if so]
    place = f"{page.name}'s" if page.name else "a page's"
    message = (
        f"made to fit {place} {made.room:.0f} pt: {', '.join(done)}; "
        f"text at {made.points:g} pt, {made.width:.0f} pt wide"
    )
    return _note(table, message, OWN_FLOAT if made.pages > 1 else "")


def _on_any(table: Table, *, notes: bool, other: Callable[[], Table] | None) -> Table:
    """The table as it is; made to fit where it is too wide or too high for any page."""
    page = Page()
    made = Try(table, page, page.sizes[0], GAP_PT)
    whole = made.fit(page.text)
    if whole.width <= page.text and made.high(whole) <= page.most():
        return table
    done = fit(table, page, "text", notes=notes, other=other)
    message = (
        f"as it is {whole.width:.0f} pt wide and about {made.high(whole):.0f} pt high: "
        f"larger than {page.text:.0f} by {page.most():.0f} pt, a page's text, so it was made to fit"
    )
    hint = "--venue VENUE fits it to that venue's page; or name fewer metrics, methods or datasets"
    warning = Diagnostic(Severity.WARNING, f"table {table.name}", message, hint)
    return replace(done, diagnostics=(*done.diagnostics, warning))


def _too_wide(table: Table, page: Page, room: float) -> Diagnostic:
    """What to say where one column beside the names of the rows is too wide already."""
    short = abbreviated(table)
    names = Measure.of(page.face, page.sizes[-1][1])
    stub, *others = columns(short, names)
    words = max((wide for wide, c in zip(others, table.columns, strict=True) if c.words), default=0)
    beside = f", those beside them {words:.0f} pt" if words > room / 2 else ""
    text = (
        f"left as it is: it does not fit {room:.0f} pt, at 7 pt and in parts; "
        f"its names take {stub:.0f} pt{beside}"
    )
    hint = 'shorter labels: [methods] NAME = { label = "…" } in paper.toml, [datasets] alike'
    return Diagnostic(Severity.WARNING, f"table {table.name}", text, hint)


def _note(table: Table, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(Severity.NOTE, f"table {table.name}", message, hint)
