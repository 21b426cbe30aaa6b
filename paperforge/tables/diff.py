"""What changed between two printings of a table, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.tables.notes import count
from paperforge.tables.padding import MARKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from paperforge.tables.reading import Printed, Shown

    Place = tuple[str, str]
    Has = Callable[[Printed], bool]

SIGNS = {"†": "dagger", "‡": "double dagger", "•": "bullet"}
EMPTY = "nothing"


def differences(old: Shown, new: Shown) -> tuple[str, ...]:
    """A line with the counts, then one for each change; one line where nothing changed.

    What could not be read of the old table is said at the end.
    """
    short = _short((*old.columns, *new.columns))
    both = [at for at in new.cells if at in old.cells]
    rows = [*_lists("row", old.rows, new.rows)]
    columns = [*_lists("column", [short[c] for c in old.columns], [short[c] for c in new.columns])]
    cells = [
        f"{_place(at, short)}: {old.cells[at].text or EMPTY} -> {new.cells[at].text or EMPTY}"
        for at in both
        if old.cells[at].text != new.cells[at].text
    ]
    bold = [*_moves(old, new, lambda c: c.bold, "bold", short)]
    second = [*_moves(old, new, lambda c: c.second, "underline", short)]
    signs = [*_signs(old, new, both, short)]
    notes = [f"note gone: {text}" for text in old.notes if text not in new.notes]
    notes += [f"note new: {text}" for text in new.notes if text not in old.notes]
    counted = {
        "row": len(rows),
        "column": len(columns),
        "cell": len(cells),
        "mark": len(signs),
        "note": len(notes),
    }
    parts = [f"{count(n, noun)} changed" for noun, n in counted.items() if n]
    parts += [*_counted("bold", bold), *_counted("underline", second)]
    lines = [*rows, *columns, *cells, *bold, *second, *signs, *notes]
    head = ", ".join(parts) if lines else "nothing changed"
    return (head, *(f"  {line}" for line in lines), *(f"not compared: {t}" for t in old.unread))


def _counted(what: str, lines: Sequence[str]) -> Iterator[str]:
    """What moved and what did not: "1 bold moved", "2 bold new or gone"."""
    moved = sum(" moved from " in line for line in lines)
    if moved:
        yield f"{moved} {what} moved"
    if moved < len(lines):
        yield f"{len(lines) - moved} {what} new or gone"


def _short(columns: Iterable[str]) -> dict[str, str]:
    """Column -> its name without its group, where that is enough."""
    names = dict.fromkeys(columns)
    last = [name.rpartition(": ")[2] for name in names]
    return {
        name: end if last.count(end) == 1 else name for name, end in zip(names, last, strict=True)
    }


def _place(at: Place, short: dict[str, str]) -> str:
    row, column = at
    return f"{row} on {short[column]}"


def _lists(noun: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """What is new, gone or in another order."""
    for text, names in (
        ("new", [name for name in new if name not in old]),
        ("gone", [name for name in old if name not in new]),
    ):
        yield from (f"{noun} {text}: {name}" for name in names)
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield f"the {noun}s are in another order"


def _moves(old: Shown, new: Shown, has: Has, what: str, short: dict[str, str]) -> Iterator[str]:
    """Where bold went, within a column or a row; else where it is new or gone."""
    lost = [at for at, cell in old.cells.items() if has(cell) and not _holds(new, at, has)]
    won = [at for at, cell in new.cells.items() if has(cell) and not _holds(old, at, has)]
    for axis in (1, 0):
        for at in list(lost):
            to = next((x for x in won if x[axis] == at[axis]), None)
            if to is None:
                continue
            lost.remove(at)
            won.remove(to)
            if axis:
                yield f"{short[at[1]]}: {what} moved from {at[0]} to {to[0]}"
            else:
                yield f"{at[0]}: {what} moved from {short[at[1]]} to {short[to[1]]}"
    yield from (f"{_place(at, short)}: {what} is gone" for at in lost)
    yield from (f"{_place(at, short)}: {what} is new" for at in won)


def _holds(table: Shown, at: Place, has: Has) -> bool:
    cell = table.cells.get(at)
    return cell is not None and has(cell)


def _signs(old: Shown, new: Shown, both: Sequence[Place], short: dict[str, str]) -> Iterator[str]:
    """Which marks are new or gone."""
    for at in both:
        before, after = old.cells[at].signs, new.cells[at].signs
        for sign in (mark.value for mark in MARKS):
            if (sign in before) != (sign in after):
                state = "new" if sign in after else "gone"
                yield f"{_place(at, short)}: the {SIGNS[sign]} {sign} is {state}"
