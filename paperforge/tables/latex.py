r"""Table -> LaTeX that needs booktabs alone.

A plain tabular with one text cell a number, padded with \phantom so that points and ± align: no S
columns, no tabularray, nothing resized. Bold is the series "b", whose figures are as wide as the
regular ones also in Computer Modern (\bfseries is wider there).
"""

from __future__ import annotations

import re
from itertools import compress, groupby, repeat
from operator import add, attrgetter
from typing import TYPE_CHECKING

from paperforge.latex import label
from paperforge.latex.escape import escape, needs_unicode_engine, plain
from paperforge.model import Cell, Column, Mark, Note, Table
from paperforge.tables.heat import colour
from paperforge.tables.latex_fit import fitted, header, name, superscript, words
from paperforge.tables.notes import sentence
from paperforge.tables.padding import Down, Frame, by_kind, digits, outlines, phantom, signs
from paperforge.tables.pages import below, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NAME = "latex"

NARROWEST_NOTE = r"0.6\linewidth"
"""Notes under a very narrow table are set this wide, or they would be a column of single words."""

NOTE = "{note}"
"""In a caption: where the sentences under the table are to stand."""

THREEPARTTABLE = "threeparttable"

COLOURED = r"\cellcolor"

_SPREAD = attrgetter("printed_spread")

_KEYS = re.compile(r"[A-Za-z0-9_.:/+*!?@=()'-]+(,[A-Za-z0-9_.:/+*!?@=()'-]+)*")
r"""Keys that \cite takes as they are."""
_MATHS = re.compile(r"\$([^$]*)\$")
_POWER = re.compile(r"\$\\times10\^\{(-?)(\d+)\}\$")


def render(
    table: Table,
    *,
    notes: bool | str = False,
    float: bool = False,  # noqa: A002 - LaTeX's own word for it
    wide: bool = False,
    placement: str = "t",
    source: str = "",
) -> str:
    r"""The table as LaTeX.

    `notes`: the sentences under it, as wide as the table, or with "threeparttable" as that package
    sets them; otherwise they are comments. `float`: a complete table environment with label and, on
    top, the caption, whose {note} is replaced by the sentences; `wide` makes it table*, across both
    columns. `source`: what the numbers come from, for the comment at its head.
    """
    pages = fitted(table, _tabular)
    three = notes == THREEPARTTABLE and bool(table.notes)
    if three:
        pages[-1] = _with_tablenotes(pages[-1], table)
    elif notes and table.notes:
        pages[-1] = _with_notes(pages[-1], table)
    elif table.notes:
        said = (f"%   {plain(sentence(note))}" for note in table.notes)
        pages[-1] = [*pages[-1], "% Notes (--notes prints them):", *said]
    if float:
        wide = wide or (table.fit is not None and table.fit.wide)
        placed = "p" if len(pages) > 1 else placement
        lines = list(_floats(table, pages, "table*" if wide else "table", placed))
    else:
        lines = joined(pages)
    return "\n".join([*_head(table, source, three, pages), *lines]) + "\n"


def _floats(
    table: Table, pages: Sequence[Sequence[str]], environment: str, placement: str
) -> Iterator[str]:
    """A float for each page: the first has the caption, the others say what they go on with."""
    for number, lines in enumerate(pages):
        yield rf"\begin{{{environment}}}[{placement}]"
        yield r"  \centering"
        if number:
            yield r"  \par Table~\thetable{} (continued)\par\smallskip"
        else:
            yield rf"  \caption{{{_caption(table)}}}"
            yield rf"  \label{{{_key(table.label)}}}"
        yield from (f"  {line}" for line in lines)
        yield rf"\end{{{environment}}}"


def notes_text(table: Table) -> str:
    r"""The sentences under the table as LaTeX, in one paragraph: what \pfnote{NAME} prints."""
    return " ".join(_sentence(note, table.names) for note in table.notes)


# ---------------------------------------------------------------------------------------------
# parts
# ---------------------------------------------------------------------------------------------


def _head(table: Table, source: str, three: bool, pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """What stands above the table as comments: where it is from, and what its pages need."""
    yield "% Written by paperforge; do not edit: it is written anew from the results."
    if source:
        yield f"% Results: {plain(source)}"
    packages = ["booktabs"]
    if any(COLOURED in line for page in pages for line in page):
        packages.append("colortbl")
    if table.fit is not None and table.fit.turned:
        packages.append("graphicx")
    if three:
        packages.append(THREEPARTTABLE)
    yield rf"% Needs \usepackage{{{','.join(packages)}}} in the preamble."
    texts = [table.caption, *(row.label for row in table.rows), *(n.text for n in table.notes)]
    texts += [text for column in table.columns for text in (column.label, column.group)]
    words = [i for i, column in enumerate(table.columns) if column.words]
    texts += [row.cells[i].printed for row in table.rows for i in words]
    texts += [row.group for row in table.rows if table.headings]
    characters = needs_unicode_engine(label.typeset(texts))
    if characters:
        yield f"% Needs XeLaTeX or LuaLaTeX, and a font that has: {' '.join(characters)}"


def _tabular(table: Table, heads: Sequence[Sequence[str]] = ()) -> list[str]:
    """One tabular; heads: the lines of each column's header."""
    columns = list(zip(*(row.cells for row in table.rows), strict=True))
    numbers = [by_kind(cells) for cells in columns]
    rare = (one for kinds in numbers for down in kinds.values() for one in down.rare)
    hot = any(one.heat is not None for one in rare)
    edge = "" if hot else "@{}"  # the colour of the last column ends where the rules do
    shape = "".join("l" if column.words else "c" for column in table.columns)
    lines = [rf"\begin{{tabular}}{{@{{}}l{shape}{edge}}}"]
    lines += [*(BEHIND if _behind(table) else ()), r"  \toprule"]
    groups = _groups(table.columns)
    if any(group for group, _, _ in groups):
        groups_set = [
            rf"\multicolumn{{{last - first + 1}}}{{c}}{{{escape(group)}}}" if group else ""
            for group, first, last in groups
        ]
        lines.append(rf"  & {' & '.join(groups_set)} \\")
        rules = (rf"\cmidrule(lr){{{first}-{last}}}" for group, first, last in groups if group)
        lines.append(f"  {' '.join(rules)}")
    labels = " & ".join(
        header(heads[i] if heads else (column.label,)) for i, column in enumerate(table.columns)
    )
    lines += [rf"  {_guarded(escape(table.stub))} & {labels} \\", r"  \midrule"]
    set_down = map(words, columns, map(_column, columns, numbers), repeat(table.fit))
    across = list(zip(*set_down, strict=True)) or [()] * len(table.rows)
    for index, row in enumerate(table.rows):
        if index and row.group != table.rows[index - 1].group:
            lines.append(r"  \midrule")
        if table.headings and row.group and (not index or row.group != table.rows[index - 1].group):
            lines.append(_heading(row.group, 1 + len(table.columns)))
        lines.append(rf"  {' & '.join((_stub(table, index), *across[index]))} \\")
    lines += [r"  \bottomrule", r"\end{tabular}"]
    return [*SEAMLESS, *lines, r"\endgroup"] if hot else lines


def _behind(table: Table) -> bool:
    """Whether something smaller stands behind a number: a spread, an interval."""
    return any(
        any(map(_SPREAD, row.cells)) or any(c.printed_interval for c in row.cells)
        for row in table.rows
    )


BEHIND = (
    r"  \noalign{% {\pfpm 0.3} is a smaller ± 0.3: fonts and spaces are looked up once a table",
    r"    \ifdefined\pfgap\else\newdimen\pfgap\newdimen\pfsmallgap\fi",
    r"    \global\pfgap=.16667em",
    r"    {\scriptsize\ifdim.16667em>\pfgap\tiny\fi",
    r"    \global\pfsmallgap=.16667em\xdef\pfscript{\kern\pfgap\the\font}}%",
    r"    \gdef\pfpm{\pfscript$\scriptstyle\pm$\kern\pfsmallgap}}",
)
r"""What stands behind numbers, once a table: \scriptsize in every cell takes TeX ten times as long
as the rest of the table, and the two \, of a cell twice as long as its ±. Inside the tabular, so
that it can be pasted without what is around it, and without a #, for a macro's argument holds none.
Where \scriptsize is larger than the text, as in a table in \tiny, it is \tiny instead.
The ± stays the \pm of the paper's mathematics: a box that is copied would save a quarter of a cell,
and be tagged where it was made; a character of a symbol font is another one with unicode-math."""
SEAMLESS = (
    r"\begingroup",
    r"\aboverulesep=0pt \belowrulesep=0pt \renewcommand{\arraystretch}{1.2}%",
)
"""The room that booktabs leaves at its rules would be white stripes between colours: taller rows
have it instead."""


def _stub(table: Table, index: int) -> str:
    """A row's name, with the paper that all its numbers are quoted from."""
    row = table.rows[index]
    free = below(table.rows, index) if table.fit is not None and table.fit.names else 0
    tex = _guarded(name(row.label, table.fit, free))
    return f"{tex}~{_cite(row.cite)}" if row.cite else tex


def _cite(key: str) -> str:
    r"""A citation: \citep where the paper has it, else \cite; an odd key is only printed."""
    key = plain(key).replace(" ", "")
    if not _KEYS.fullmatch(key):
        return escape(f"[{key}]")
    return rf"\ifdefined\citep\citep{{{key}}}\else\cite{{{key}}}\fi"


def _caption(table: Table) -> str:
    """The caption, with the sentences under the table where it says {note}."""
    parts = table.caption.split(NOTE)
    return notes_text(table).join(label.sentence(part, table.names) for part in parts)


def _heading(group: str, columns: int) -> str:
    """The name of a group of rows above them, in italics."""
    return rf"  \multicolumn{{{columns}}}{{@{{}}l@{{}}}}{{\textit{{{escape(group)}}}}} \\"


def _groups(columns: Sequence[Column]) -> list[tuple[str, int, int]]:
    """(label, first, last) of neighbours with one group; the stub is column 1."""
    found = []
    for group, members in groupby(enumerate(columns, 2), key=lambda item: item[1].group):
        numbers = [number for number, _ in members]
        found.append((group, numbers[0], numbers[-1]))
    return found


def _guarded(tex: str) -> str:
    r"""A row's first cell: \\ and \midrule would read a leading [ or * as their own."""
    return ("{}" if tex.startswith(("[", "*")) else "") + tex


def _column(cells: Sequence[Cell], numbers: Mapping[str, Down]) -> list[str]:
    """One column, its numbers padded so that they align: each kind of cell for itself."""
    texts = {kind: _texts(down) for kind, down in numbers.items()}
    if len(texts) == 1:
        (only,) = texts.values()
        if len(only) == len(cells):
            return only
    rest = {kind: iter(numbers) for kind, numbers in texts.items()}
    return [escape(c.printed) if c.value is None else next(rest[c.kind]) for c in cells]


def _texts(down: Down) -> list[str]:
    """The numbers of a column as TeX: few carry more than their number and spread."""
    frame = Frame.of(down)
    spreads = _spreads(down.spreads, frame)
    room = _interval(None, frame) + _signs("", frame)[1]
    behind = {printed: text + room for printed, text in spreads.items()}
    numbers = frame.value.padded(down.printed, down.outlines)
    texts = list(map(add, numbers, map(behind.__getitem__, down.spreads)))
    for at in compress(range(len(texts)), repeat(object()) if down.rare else down.marks):
        texts[at] = _marked(down.cells[at], frame, spreads[down.spreads[at]])
    return texts


def _marked(cell: Cell, frame: Frame, spread: str) -> str:
    """A number with all that it carries; spread: as TeX."""
    number, (own, left) = _emphasised(cell), _signs(signs(cell), frame)
    behind = spread + _interval(cell.printed_interval, frame)
    if cell.printed_spread and not frame.ends and own and (room := _ROOM.search(spread)):
        behind = f"{spread[: room.start()]}}}{own}{{{UNGAPPED}{room[1]}}}"  # the signs touch it
    elif cell.printed_spread or cell.printed_interval:
        behind += own
    else:  # nothing is printed behind the number: its signs stand at it
        number += own
    number = number.join(frame.value.pads(cell.printed))
    return f"{_shade(cell.heat)}{number}{behind}{left}"


def _emphasised(cell: Cell) -> str:
    """The digits of a number, bold or underlined by its marks."""
    text = digits(cell.printed)
    if Mark.BEST in cell.marks:
        # Digits of mathematics would stay thin; \boldmath's are wider than those of other rows.
        text = _POWER.sub(_in_text, text)
        if text[:3] in ("$-$", "$+$"):
            text = HEAVY.format(text[:3]) + text[3:]
        return rf"{{\fontseries{{b}}\selectfont {text}}}"
    return rf"\underline{{{text}}}" if Mark.SECOND in cell.marks else text


UNGAPPED = r"\pfscript\kern-\pfgap"
"""The font of what stands behind a number, without its space."""
_ROOM = re.compile(r"(\\phantom\{[^{}]*\})\}$")

HEAVY = r"\setbox0\hbox{{{0}}}\hbox to\wd0{{\hss\mathversion{{bold}}{0}\hss}}"
"""A bold sign as wide as others. Without bold mathematics (mathptmx) only \boldmath would warn."""


def _in_text(power: re.Match[str]) -> str:
    """A power of ten whose digits are text and follow its weight; as wide as in mathematics."""
    minus, number = "$-$" if power[1] else "", power[2]
    return rf"$\times$10\textsuperscript{{{minus}\rlap{{{number}}}\phantom{{${number}$}}}}"


def _signs(own: str, frame: Frame) -> tuple[str, str]:
    """The signs of a cell, and the room of those that another cell has more."""
    return superscript(own), phantom(superscript(frame.signs[len(own) :]))


def _shade(heat: float | None) -> str:
    """The colour behind a cell; white needs none."""
    if heat is None or min(colour(heat)) == 1:
        return ""
    return rf"{COLOURED}[rgb]{{{','.join(f'{part:g}' for part in colour(heat))}}}"


def _spreads(printed: Iterable[str], frame: Frame) -> dict[str, str]:
    """Spread as printed -> its ±, smaller than the value; "" -> nothing, but as wide."""
    every = list(set(printed))
    if not frame.spreads:
        return dict.fromkeys(every, "")
    shown = [text or "0" for text in every]
    padded = frame.spread.padded(shown, outlines(shown), flush=True)
    texts = {text: rf"{{\pfpm {_small(tex)}}}" for text, tex in zip(every, padded, strict=True)}
    return {text: tex if text else phantom(tex) for text, tex in texts.items()}


def _small(number: str) -> str:
    r"""A number as small as \pfscript: mathematics does not follow a font that is chosen so."""
    return _MATHS.sub(r"$\\scriptstyle \1$", number) if "$" in number else number


def _interval(interval: tuple[str, str] | None, frame: Frame) -> str:
    """The ends of a cell's interval, smaller than its value; as wide where it has none."""
    if frame.ends is None:
        return ""
    printed = interval or ("0", "0")
    ends = [
        digits(end).join(width.pads(end)) for end, width in zip(printed, frame.ends, strict=True)
    ]
    text = rf"{{\pfscript [{_small(ends[0])}, {_small(ends[1])}]}}"
    return text if interval else phantom(text)


def _sentence(note: Note, names: Sequence[str]) -> str:
    text = _said(note, names)
    if re.fullmatch("[a-z]+", note.symbol):
        return rf"\textsuperscript{{{note.symbol}}}~{text}"
    return f"{escape(note.symbol)}:~{text}" if note.symbol else text


def _said(note: Note, names: Sequence[str]) -> str:
    """A note's sentence as LaTeX, without its symbol; [key] is a citation where it is one.

    names: labels that may stand in it, for which the author gave TeX.
    """
    text = label.sentence(sentence(Note(note.text)), names).replace(" = ", "~=~")
    for key in note.cites:
        text = text.replace(escape(f"[{key}]"), _cite(key))
    return text


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
        *(f"  {_sentence(note, table.names)}" for note in table.notes),
        r"\end{minipage}%",
        r"\endgroup",
    ]


def _with_tablenotes(tabular: Sequence[str], table: Table) -> list[str]:
    """The tabular with its notes as threeparttable sets them: signs of cells as raised labels."""
    raised = {sign for row in table.rows for cell in row.cells for sign in signs(cell)}
    raised |= {cell.note for row in table.rows for cell in row.cells}
    items = [
        rf"  \item[{escape(note.symbol)}] {_said(note, table.names)}"
        if note.symbol and note.symbol in raised
        else rf"  \item {_sentence(note, table.names)}"
        for note in table.notes
    ]
    return [
        r"\begin{threeparttable}",
        *tabular,
        r"\begin{tablenotes}[para,flushleft]",
        r"  \footnotesize",
        *items,
        r"\end{tablenotes}",
        r"\end{threeparttable}",
    ]
