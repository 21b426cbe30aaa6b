r"""What a table's TableFit adds to its tabular: size, room between columns, parts, turning."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.latex.escape import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from paperforge.model import Table, TableFit

    Tabular = Callable[[Table, Sequence[Sequence[str]]], list[str]]

LATEX_GAP_PT = 6.0
PART_SKIP = "1.5ex"


def fitted(table: Table, tabular: Tabular) -> list[str]:
    """The lines of the table as its fit has it; tabular sets one part."""
    fit = table.fit
    if fit is None:
        return tabular(table, ())
    parts = [tabular(*part) for part in _parts(table, fit)]
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


def _parts(table: Table, fit: TableFit) -> Iterator[tuple[Table, Sequence[Sequence[str]]]]:
    every = tuple(range(len(table.columns)))
    for part in fit.parts or (every,):
        heads = [fit.heads[i] for i in part] if fit.heads else ()
        rows = tuple(replace(r, cells=tuple(r.cells[i] for i in part)) for r in table.rows)
        yield replace(table, columns=tuple(table.columns[i] for i in part), rows=rows), heads


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
