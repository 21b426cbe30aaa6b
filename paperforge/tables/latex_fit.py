r"""What a table's TableFit adds to its tabular: size, room between columns, parts, turning."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from paperforge.latex.escape import escape
from paperforge.tables import pages
from paperforge.tables.long_names import JOINS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from paperforge.model import Cell, Table, TableFit

    Tabular = Callable[[Table, Sequence[Sequence[str]]], list[str]]

LATEX_GAP_PT = 6.0
_RAISED = re.compile(r"\\textsuperscript\{(?:[^{}]|\{[^{}]*\})*\}|\$\^\{[^{}]*\}\$")
_MATHS = re.compile(r"\\ensuremath\{(\\[a-z]+)\}")
PART_SKIP = "1.5ex"
HANGING = r"\raisebox{0pt}[\height][\dp\strutbox]"
"""Before a box whose further lines take no room."""


def fitted(table: Table, tabular: Tabular) -> list[list[str]]:
    """The lines of each page of the table as its fit has it; tabular sets one part."""
    fit = table.fit
    if fit is None:
        return [tabular(table, ())]
    parts = [tabular(*part) for part in pages.tabulars(table, fit)]
    each = fit.each or len(parts)
    return [_page(parts[at : at + each], fit) for at in range(0, len(parts), each)]


def _page(parts: Sequence[list[str]], fit: TableFit) -> list[str]:
    if fit.beside > 1:
        lines = list(_beside(parts))
    else:
        lines = parts[0] if len(parts) == 1 else list(_stacked(parts))
    if fit.turned:
        lines = [r"\rotatebox{90}{%", *(f"  {line}" for line in lines[:-1]), f"  {lines[-1]}%", "}"]
    settings = _settings(fit)
    if not settings:
        return lines
    return [f"{{{settings}%", *(f"  {line}" for line in lines[:-1]), f"  {lines[-1]}}}"]


def header(lines: Sequence[str]) -> str:
    """A column's header in one line or several, the last at the rule."""
    if len(lines) == 1:
        return escape(lines[0])
    inside = r"\\".join(escape(line) for line in lines)
    return rf"\begin{{tabular}}[b]{{@{{}}c@{{}}}}{inside}\end{{tabular}}"


def name(label: str, fit: TableFit | None, below: int = 0) -> str:
    r"""A row's name, in several lines where it has these: the further ones are indented.

    below: so many rows under it have no name; where that is enough the lines hang down beside
    them (\raisebox hides their depth), and no gap opens under the first row.
    """
    if fit is None or not fit.names:
        return escape(label)
    found = dict(fit.names)
    lines = found.get(label) or found.get(label.removesuffix(pages.AGAIN), ())
    if not lines:
        return escape(label)
    made = _in_lines(label, lines, pages.AGAIN if label not in found else "")
    return rf"{HANGING}{{{made}}}" if len(lines) - 1 <= below else made


def superscript(signs: str) -> str:
    r"""Signs as they stand raised at a number, as one types it: $^{\dagger}$, \textsuperscript{a}.

    \textsuperscript{\ensuremath{\dagger}} prints the same, and takes TeX 30 times as long.
    """
    maths, tex = "", escape(signs)
    while found := _MATHS.match(tex):
        maths, tex = maths + found[1], tex[found.end() :]
    if tex:
        return rf"\textsuperscript{{{escape(signs)}}}"
    return f"$^{{{maths}}}$" if maths else ""


def words(cells: Sequence[Cell], tex: list[str], fit: TableFit | None) -> list[str]:
    """A column's cells as TeX, those with long words in lines."""
    found = dict(fit.names) if fit else {}
    if not found:
        return tex
    return [
        _in_lines(cell.printed, found[cell.printed])
        if cell.value is None and cell.printed in found
        else text
        for cell, text in zip(cells, tex, strict=True)
    ]


def _in_lines(name: str, lines: Sequence[str], again: str = "") -> str:
    r"""A name in lines; \\* where one ends within a word, at no sign that is often broken at."""
    made, place = "", 0
    for line in lines:
        if place:
            inside = not name[place].isspace() and not made.endswith(JOINS)
            made += r"\\*\quad " if inside else r"\\\quad "
            place += len(name[place:]) - len(name[place:].lstrip())
        made += escape(line)
        place += len(line)
    return rf"\begin{{tabular}}[t]{{@{{}}l@{{}}}}{made}{escape(again)}\end{{tabular}}"


def _level(parts: Sequence[Sequence[str]]) -> list[list[str]]:
    """Tabulars with rows of one height: a raised sign makes those of its own tabular higher."""
    raised = [_RAISED.findall("".join(part)) for part in parts]
    tallest = max((sign for signs in raised for sign in signs), key=len, default="")
    strut = rf"\vphantom{{{tallest}}} \\"
    return [
        [
            line.removesuffix(r" \\") + strut if at and line.endswith(r" \\") else line
            for line, at in zip(part, accumulate(r"\midrule" in one for one in part), strict=True)
        ]
        if tallest and not signs
        else list(part)
        for part, signs in zip(parts, raised, strict=True)
    ]


def _beside(parts: Sequence[Sequence[str]]) -> Iterator[str]:
    """Tabulars side by side, their first rules and their rows at one height."""
    for number, part in enumerate(_level(parts)):
        if number:
            yield rf"\hspace{{{pages.BESIDE_PT:g}pt}}%"
        for line in part[:-1]:
            yield line.replace(r"\begin{tabular}{@{}l", r"\begin{tabular}[t]{@{}l", 1)
        yield part[-1] if number == len(parts) - 1 else f"{part[-1]}%"


def _stacked(parts: Sequence[Sequence[str]]) -> Iterator[str]:
    """Tabulars one under the other, in a tabular of one column."""
    yield r"\begin{tabular}{@{}l@{}}"
    for number, part in enumerate(parts, 1):
        end = rf" \\ \noalign{{\vskip {PART_SKIP}}}" if number < len(parts) else ""
        yield from (f"  {line}" for line in part[:-1])
        yield f"  {part[-1]}{end}"
    yield r"\end{tabular}"


def _settings(fit: TableFit) -> str:
    size = "" if fit.size == "normalsize" else f"\\{fit.size}"
    gap = "" if fit.gap == LATEX_GAP_PT else rf"\setlength{{\tabcolsep}}{{{fit.gap:g}pt}}"
    return size + gap
