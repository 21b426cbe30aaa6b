"""Numbers quoted from other papers: printed as they print them, with whom and what is cited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.columns import printed
from paperforge.latex.escape import plain
from paperforge.model import Note
from paperforge.tables.notes import count, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paperforge.latex.rounding import Rounding
    from paperforge.model import Aggregate, Cell, Quote
    from paperforge.tables.view import View

KINDS = {"sd": "the standard deviation", "se": "the standard error"}


def said(one: Aggregate, view: View, row: str) -> str:
    """What a note says of a quoted cell, with the key in brackets: "quoted from [hu2022lora]".

    row: what is said of its whole row; then the cell says only what the row does not.
    """
    quote = one.quoted
    assert quote is not None
    beside = _beside(quote, view, one.metric)
    whole = f"quoted from [{plain(quote.cite)}]{beside}"
    if not row:
        return whole
    return "" if whole == row else beside.removeprefix(", ")


def shared(cells: Sequence[Aggregate], view: View) -> str:
    """What is said of several cells that are quoted from one paper; empty where they are not."""
    quotes = [(one.quoted, one.metric) for one in cells if one.quoted is not None]
    cites = {quote.cite for quote, _ in quotes}
    if len(cites) != 1:
        return ""
    beside = {_beside(quote, view, metric) for quote, metric in quotes}
    return f"quoted from [{plain(cites.pop())}]{beside.pop() if len(beside) == 1 else ''}"


def _beside(quote: Quote, view: View, metric: str) -> str:
    """What its ± is, where it is not that of the table, and how many runs there were."""
    design, shown = view.analysis.design.of(metric), view.kinds[metric]
    runs = f" over {count(quote.n, 'run')}" if quote.n > 1 and quote.kind != "examples" else ""
    if quote.spread is None or shown == "none":
        return f", mean{runs}" if runs else ""
    kind = KINDS.get(quote.kind, "")
    if quote.kind.startswith("ci"):
        level = quote.kind.removeprefix("ci") or "95"
        kind = f"half of the {level}% interval"
        same = shown == "ci" and f"{100 * (1 - design.alpha):g}" == level
    else:
        same = shown == quote.kind
    if same and quote.n == design.replicates[0] == design.replicates[1]:
        return ""
    return f", ± is {kind}{runs}" if kind else f", which does not say what its ± is{runs}"


def as_printed(cell: Cell, one: Aggregate, view: View, column: Rounding) -> Cell:
    """A quoted number as it is printed there: its decimals and its own ±."""
    quote = one.quoted
    assert quote is not None
    mean, spread, behind = printed(column, one, view.kinds[one.metric])
    return cell._replace(printed=mean, spread=spread, printed_spread=behind, cite=quote.cite)


def notes(view: View, stories: Sequence[tuple[str, str]], *, averaged: bool) -> Iterator[Note]:
    """One sentence for the rows that are quoted whole: (label of the row, what is said of it)."""
    by_story: dict[str, list[str]] = {}
    for label, text in stories:
        by_story.setdefault(text, []).append(label)
    for text, labels in by_story.items():
        verb = "is" if len(labels) == 1 else "are"
        yield Note(f"{listed(labels)} {verb} {text}", cites=keys(text))
    if averaged:
        noun = view.analysis.design.over_datasets.lower()
        yield Note(f"The {noun} of quoted numbers is computed here")


def keys(text: str) -> tuple[str, ...]:
    """The key of a quoted number's story, as notes name it."""
    if not text.startswith("quoted from ["):
        return ()
    return (text.removeprefix("quoted from [").partition("]")[0],)
