"""Passages with a grid of numbers, for a report: as text, Markdown or LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from paperforge import terminal
from paperforge.latex.label import sentence
from paperforge.narrative import tabulars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells under heads; the first and the last column hold words. Empty columns are not shown."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def kept(self) -> tuple[tuple[str, ...], ...]:
        """Heads and rows of the columns that hold something."""
        shown = [i for i in range(len(self.heads)) if any(row[i] for row in self.rows)]
        return tuple(tuple(row[i] for i in shown) for row in (self.heads, *self.rows))


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences, then perhaps a grid, then sentences."""

    title: str
    lines: tuple[str, ...] = ()
    grid: Grid | None = None
    after: tuple[str, ...] = ()


def text(head: str, passages: Sequence[Passage], width: int = terminal.WIDEST) -> str:
    """For a terminal of so many columns: sentences are folded, the words of tables too."""
    blocks = []
    for one in passages:
        indent = "    " if one.title else "  "
        lines = terminal.fold(one.title, width, "  ") if one.title else []
        lines += _folded(one.lines, width, indent)
        if one.grid and one.grid.rows:
            rows = one.grid.kept()
            lines += terminal.wrapped(rows, width, indent)
        lines += _folded(one.after, width, indent)
        blocks.append("\n".join(lines))
    return f"{head}\n" + "\n\n".join(blocks) + "\n"


def _folded(lines: Sequence[str], width: int, indent: str) -> list[str]:
    """Sentences; one that begins with blanks stands deeper."""
    made = []
    for line in lines:
        deeper = line[: len(line) - len(line.lstrip())]
        made += terminal.fold(line.lstrip(), width, indent + deeper)
    return made


def markdown(head: str, passages: Sequence[Passage]) -> str:
    """With headings and tables."""
    blocks = [f"## {head}"]
    for one in passages:
        blocks += [f"### {one.title}"] * bool(one.title)
        blocks += ["\n".join(map(_item, one.lines))] * bool(one.lines)
        if one.grid:
            rows = one.grid.kept()
            marks = ("---", *("--:" for _ in rows[0][1:-1]), "---")
            lines = [
                [cell.replace("|", "\\|") for cell in row] for row in (rows[0], marks, *rows[1:])
            ]
            blocks.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
        blocks += ["\n".join(map(_item, one.after))] * bool(one.after)
    return "\n\n".join(blocks) + "\n"


def latex(head: str, passages: Sequence[Passage], names: Iterable[str] = ()) -> str:
    """Paragraphs, and booktabs tabulars; of names the TeX that their author gave."""
    tex = partial(sentence, names=tuple(names))
    blocks = [f"% {head}"]
    for one in passages:
        start = [f"\\paragraph{{{tex(one.title)}}}"] * bool(one.title)
        said = [tex(line.strip()) for line in one.lines]
        blocks += ["\n".join([*start, *said])] * bool(start or said)
        if one.grid:
            heads, *rows = one.grid.kept()
            blocks.append("\n".join(tabulars.tabular(heads, rows, tex)))
        blocks += ["\n".join(tex(line.strip()) for line in one.after)] * bool(one.after)
    return "\n\n".join(blocks) + "\n"


FORMS: dict[str, Callable[..., str]] = {
    "text": text,
    "markdown": markdown,
    "latex": latex,
}


def _item(line: str) -> str:
    """A line of a list; what is indented stands one level lower."""
    return f"{'  ' * line.startswith('  ')}- {line.strip()}"
