r"""Table -> LaTeX that needs booktabs alone.

A plain tabular with one text cell a number, padded with \phantom so that points and ± align: no S
columns, no tabularray, nothing resized. Bold is the series "b", whose figures are as wide as the
regular ones also in Computer Modern (\bfseries is wider there).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from paperforge.latex.escape import escape, needs_unicode_engine, plain, statistics
from paperforge.model import Cell, Column, Mark, Note, Table
from paperforge.tables.latex_fit import fitted, header
from paperforge.tables.notes import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NAME = "latex"

NARROWEST_NOTE = r"0.6\linewidth"
"""Notes under a very narrow table are set this wide, or they would be a column of single words."""


@dataclass(frozen=True, slots=True)
class Width:
    """What a printed number takes: signs, digits and commas before the point; decimals after."""

    minus: int = 0
    digits: int = 0
    commas: int = 0
    decimals: int = 0
    less: int = 0

    @classmethod
    def widest(cls, printed: Iterable[str]) -> Width:
        """The width that holds every one of them."""
        every = [_width(text) for text in set(printed)] or [cls()]
        return cls(
            max(w.minus for w in every),
            max(w.digits for w in every),
            max(w.commas for w in every),
            max(w.decimals for w in every),
            max(w.less for w in every),
        )

    def pads(self, printed: str) -> tuple[str, str]:
        """What to put before and after a number so that it is this wide."""
        own = _width(printed)
        if own == self:
            return "", ""
        before = "$<$" * (self.less - own.less) + "$-$" * (self.minus - own.minus)
        before += "0" * (self.digits - own.digits)
        before += "," * (self.commas - own.commas)
        after = "." if self.decimals and not own.decimals else ""
        return _phantom(before), _phantom(after + "0" * (self.decimals - own.decimals))


@lru_cache(maxsize=4096)
def _width(printed: str) -> Width:
    """The width of one printed number."""
    whole, _, decimals = printed.partition(".")
    minus, commas, less = whole.count("-"), whole.count(","), whole.count("<") + whole.count(">")
    return Width(minus, len(whole) - minus - commas - less, commas, len(decimals), less)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the cells of one column share."""

    value: Width
    spread: Width
    spreads: bool
    signs: str
    """The longest run of marks and note letters."""

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Frame:
        """The frame of a column."""
        filled = [c for c in cells if c.value is not None]
        spreads = [c.printed_spread for c in filled if c.printed_spread]
        return cls(
            Width.widest(c.printed for c in filled),
            Width.widest(spreads),
            bool(spreads),
            max((_signs(c) for c in filled), key=len, default=""),
        )


def render(
    table: Table,
    *,
    notes: bool = False,
    float: bool = False,  # noqa: A002 - LaTeX's own word for it
    wide: bool = False,
    placement: str = "t",
    source: str = "",
) -> str:
    r"""The table as LaTeX.

    `notes`: the sentences under it, as wide as the table; otherwise they are comments. `float`: a
    complete table environment with label and, on top, the caption; `wide` makes it table*, across
    both columns. `source`: what the numbers come from, for the comment at its head.
    """
    lines = fitted(table, _tabular)
    if notes and table.notes:
        lines = _with_notes(lines, table)
    elif table.notes:
        said = (f"%   {plain(sentence(note))}" for note in table.notes)
        lines = [*lines, "% Notes (--notes prints them):", *said]
    if float:
        wide = wide or (table.fit is not None and table.fit.wide)
        environment = "table*" if wide else "table"
        lines = [
            rf"\begin{{{environment}}}[{placement}]",
            r"  \centering",
            rf"  \caption{{{escape(table.caption)}}}",
            rf"  \label{{{_key(table.label)}}}",
            *(f"  {line}" for line in lines),
            rf"\end{{{environment}}}",
        ]
    return "\n".join([*_head(table, source), *lines]) + "\n"


def notes_text(table: Table) -> str:
    r"""The sentences under the table as LaTeX, in one paragraph: what \pfnote{NAME} prints."""
    return " ".join(_sentence(note) for note in table.notes)


# ---------------------------------------------------------------------------------------------
# parts
# ---------------------------------------------------------------------------------------------


def _head(table: Table, source: str) -> Iterator[str]:
    yield "% Written by paperforge; do not edit: it is written anew from the results."
    if source:
        yield f"% Results: {plain(source)}"
    turned = table.fit is not None and table.fit.turned
    packages = "booktabs,graphicx" if turned else "booktabs"
    yield rf"% Needs \usepackage{{{packages}}} in the preamble."
    texts = [table.caption, *(row.label for row in table.rows), *(n.text for n in table.notes)]
    texts += [text for column in table.columns for text in (column.label, column.group)]
    words = [i for i, column in enumerate(table.columns) if column.words]
    texts += [row.cells[i].printed for row in table.rows for i in words]
    texts += [row.group for row in table.rows if table.headings]
    characters = needs_unicode_engine(" ".join(texts))
    if characters:
        yield f"% Needs XeLaTeX or LuaLaTeX, and a font that has: {' '.join(characters)}"


def _tabular(table: Table, heads: Sequence[Sequence[str]] = ()) -> list[str]:
    """One tabular; heads: the lines of each column's header."""
    shape = "".join("l" if column.words else "c" for column in table.columns)
    lines = [rf"\begin{{tabular}}{{@{{}}l{shape}@{{}}}}", r"  \toprule"]
    groups = _groups(table.columns)
    if any(name for name, _, _ in groups):
        groups_set = [
            rf"\multicolumn{{{last - first + 1}}}{{c}}{{{escape(name)}}}" if name else ""
            for name, first, last in groups
        ]
        lines.append(rf"  & {' & '.join(groups_set)} \\")
        rules = (rf"\cmidrule(lr){{{first}-{last}}}" for name, first, last in groups if name)
        lines.append(f"  {' '.join(rules)}")
    labels = " & ".join(
        header(heads[i] if heads else (column.label,)) for i, column in enumerate(table.columns)
    )
    lines += [rf"  {_first(table.stub)} & {labels} \\", r"  \midrule"]
    frames = [Frame.of([row.cells[i] for row in table.rows]) for i in range(len(table.columns))]
    for index, row in enumerate(table.rows):
        if index and row.group != table.rows[index - 1].group:
            lines.append(r"  \midrule")
        if table.headings and row.group and (not index or row.group != table.rows[index - 1].group):
            lines.append(_heading(row.group, 1 + len(table.columns)))
        cells = (_cell(cell, frame) for cell, frame in zip(row.cells, frames, strict=True))
        lines.append(rf"  {' & '.join([_first(row.label), *cells])} \\")
    return [*lines, r"  \bottomrule", r"\end{tabular}"]


def _heading(group: str, columns: int) -> str:
    """The name of a group of rows above them, in italics."""
    return rf"  \multicolumn{{{columns}}}{{@{{}}l@{{}}}}{{\textit{{{escape(group)}}}}} \\"


def _groups(columns: Sequence[Column]) -> list[tuple[str, int, int]]:
    """(label, first, last) of neighbours with one group; the stub is column 1."""
    found = []
    for name, members in groupby(enumerate(columns, 2), key=lambda item: item[1].group):
        numbers = [number for number, _ in members]
        found.append((name, numbers[0], numbers[-1]))
    return found


def _first(label: str) -> str:
    r"""A row's first cell: \\ and \midrule would read a leading [ or * as their own."""
    return ("{}" if label.startswith(("[", "*")) else "") + escape(label)


def _cell(cell: Cell, frame: Frame) -> str:
    """One number with its padding; a missing cell's symbol stands alone and is centred."""
    if cell.value is None:
        return escape(cell.printed)
    before, after = frame.value.pads(cell.printed)
    text = _digits(cell.printed)
    if Mark.BEST in cell.marks:
        text = rf"{{\fontseries{{b}}\selectfont {text}}}"
    elif Mark.SECOND in cell.marks:
        text = rf"\underline{{{text}}}"
    signs = _signs(cell)
    raised = rf"\textsuperscript{{{escape(signs)}}}" if signs else ""
    left = frame.signs[len(signs) :]
    gap = rf"\phantom{{\textsuperscript{{{escape(left)}}}}}" if left else ""
    return f"{before}{text}{after}{_spread(cell, frame)}{raised}{gap}"


def _spread(cell: Cell, frame: Frame) -> str:
    """The ± of a cell, smaller than its value; invisible but as wide where the cell has none."""
    if not frame.spreads:
        return ""
    printed = cell.printed_spread or "0"
    before, after = frame.spread.pads(printed)
    text = rf"\,{{\scriptsize$\pm$\,{before}{_digits(printed)}{after}}}"
    return text if cell.printed_spread else rf"\phantom{{{text}}}"


def _digits(printed: str) -> str:
    return printed.replace("-", "$-$").replace("<", "$<$").replace(">", "$>$")


def _phantom(text: str) -> str:
    return rf"\phantom{{{text}}}" if text else ""


def _signs(cell: Cell) -> str:
    """The cell's marks against the baseline, then its note's letter."""
    if not cell.marks:
        return cell.note
    marks = "".join(m.value for m in (Mark.BETTER, Mark.WORSE) if m in cell.marks)
    return marks + cell.note


def _sentence(note: Note) -> str:
    text = statistics(escape(sentence(Note(note.text)))).replace(" = ", "~=~")
    if re.fullmatch("[a-z]+", note.symbol):
        return rf"\textsuperscript{{{note.symbol}}}~{text}"
    return f"{escape(note.symbol)}:~{text}" if note.symbol else text


def _key(label: str) -> str:
    r"""A label that \ref can read: letters, digits and a few signs."""
    return re.sub(r"[^A-Za-z0-9:.+/-]", "-", label)


def _with_notes(tabular: Sequence[str], table: Table) -> list[str]:
    r"""The tabular with its notes under it: measured in a scratch box, so that they are as wide."""
    return [
        r"\begingroup",
        r"\setbox8=\hbox{%",
        *(f"  {line}" for line in tabular[:-1]),
        f"  {tabular[-1]}%",
        r"}%",
        rf"\dimen8=\wd8 \ifdim\dimen8<{NARROWEST_NOTE} \dimen8={NARROWEST_NOTE}\fi",
        r"\ifdim\dimen8>\linewidth \dimen8=\linewidth\fi",
        r"\begin{minipage}{\dimen8}",
        r"  \centering\leavevmode\box8\par\vspace{0.6ex}",
        r"  \raggedright\footnotesize",
        *(f"  {_sentence(note)}" for note in table.notes),
        r"\end{minipage}%",
        r"\endgroup",
    ]
