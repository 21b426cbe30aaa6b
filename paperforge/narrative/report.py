"""The whole analysis to read: the answer, the design, every comparison; text, Markdown or LaTeX."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from paperforge import terminal
from paperforge.latex.label import sentence
from paperforge.latex.rounding import fixed
from paperforge.narrative import blocks, brief, findings, methods, moves, tabulars, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from paperforge.model import Analysis
    from paperforge.narrative.blocks import Block

INDENT = "  "
ALONE = (
    "No comparisons: the results hold one method. Add the rows of another one, or --map "
    "COLUMN=method where a column names them."
)
APART = "No comparisons: no two methods have a finite number on the same {place}."
NEXT = "Next"
"""The head of what to do about comparisons that cannot be told; no part of a paper."""


def text(analysis: Analysis, width: int = terminal.WIDEST, *, every: bool = False) -> str:
    """For a terminal of so many columns: the answer, the design, the comparisons in short.

    Sentences are folded; tables are not, their columns narrow. every: with all comparisons.
    """
    design = analysis.design.sentences
    parts = [("Answer", answers(analysis, brief=True)), ("Design", design)]
    made = [_paragraphs(head, lines, width) for head, lines in parts if lines]
    chosen = blocks.complete(analysis) if every else brief.shown(analysis)
    made += ["\n".join(_table(block, width)) for block in chosen]
    made += [_paragraphs(head, lines, width) for head, lines in _end(analysis)]
    return "\n\n".join(made) + "\n"


def _paragraphs(head: str, lines: Sequence[str], width: int) -> str:
    """Sentences under a head, each on lines of its own."""
    folded = [part for line in lines for part in terminal.fold(line, width, INDENT)]
    return "\n".join([*terminal.fold(head, width), *folded])


def _table(block: Block, width: int) -> list[str]:
    """A table with its title, and the lines below it; reasons stand there where they are long."""
    below = list(block.below)
    rows = block.with_reasons()
    widest = max(sum(map(terminal.columns, row)) + 2 * len(row) for row in rows)
    if any(block.reasons) and widest > width:
        block, lines = brief.markers(block)
        rows, below = list(block.rows), [*lines, *below]
    kept = [i for i in range(len(block.heads)) if i == 0 or any(row[i] for row in rows)]
    words_at = {i for i, head in enumerate(block.heads) if head in ("", "on", "Verdict")}
    grid = terminal.Grid(
        [[row[i] for i in kept] for row in (block.heads, *rows)],
        {place for place, i in enumerate(kept) if i in words_at},
        brief.SPARE,
    )
    under = [part for line in below for part in terminal.fold(line, width, INDENT)]
    return [*terminal.fold(block.title, width), *grid.lines(width, INDENT), *under]


def markdown(analysis: Analysis) -> str:
    """Everything, with Markdown's headings and tables."""
    parts = [("Answer", answers(analysis)), ("Design", analysis.design.sentences)]
    made = [f"## {head}\n\n" + "\n".join(f"- {x}" for x in lines) for head, lines in parts]
    for block in blocks.complete(analysis):
        rows = block.with_reasons()
        kept = [i for i in range(len(block.heads)) if i == 0 or any(row[i] for row in rows)]
        lines = [[block.heads[i] for i in kept], ["---" if i == 0 else "--:" for i in kept]]
        lines += [[row[i].replace("|", "\\|") for i in kept] for row in rows]
        shown = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        below = "\n\n".join(line if line.endswith(":") else f"{line}." for line in block.below)
        made.append(f"## {block.title}\n\n{shown}\n\n{below}")
    made += [
        f"## {head}\n\n" + "\n".join(f"- {x}" for x in lines) for head, lines in _end(analysis)
    ]
    return "\n\n".join(made) + "\n"


def latex(analysis: Analysis) -> str:
    """The answer as a paragraph; each block as a booktabs tabular, its title above, notes below.

    Labels are the TeX that the author gave for them. The design stands in it as comments: of a
    paper it is not the text, but its author must know it.
    """
    tex = partial(sentence, names=analysis.labels)
    made = ["% needs \\usepackage{booktabs}", "\n".join(tex(line) for line in answers(analysis))]
    if analysis.design.sentences:
        made.append("\n".join(f"% Design: {line}" for line in analysis.design.sentences))
    for block in blocks.complete(analysis):
        kept = block.kept()
        lines = tabulars.tabular(
            [block.heads[i] for i in kept], [[row[i] for i in kept] for row in block.rows], tex
        )
        made.append("\n".join(tabulars.set_apart(block.title, lines, block.notes(), tex)))
    for head, lines in _end(analysis):
        todo = head == NEXT  # for the author: it stands in the file, and not on the page
        said = [f"% {NEXT}: {line}" if todo else tex(line) for line in lines]
        made.append("\n".join(said or [f"{tex(head)}."]))
    return "\n\n".join(made) + "\n"


FORMS: dict[str, Callable[[Analysis], str]] = {
    "text": text,
    "markdown": markdown,
    "latex": latex,
}


def answers(analysis: Analysis, *, brief: bool = False) -> tuple[str, ...]:
    """What the results support, in plain words; how far it holds."""
    said = findings.sentences(analysis, brief=brief)
    if not said:
        several = len(analysis.methods) > 1
        return (APART.format(place=analysis.design.place) if several else ALONE,)
    holds = analysis.design.generalises
    best = [
        f"{blocks.label(analysis, one.metric)}, not distinguishable from the best: "
        f"{words.joined([blocks.method(analysis, name) for name in one.methods])} "
        f"({one.test}, {1 - one.alpha:.0%})."
        for one in analysis.best
    ]
    return (*said, *best, *(line for line in (holds, analysis.design.look) if line))


def _end(analysis: Analysis) -> Iterator[tuple[str, list[str]]]:
    """What stands after the comparisons: ranks, what is only reported, the sentence to copy."""
    todo = list(moves.sentences(analysis))
    if todo:
        yield NEXT, todo
    ranks = list(_ranks(analysis))
    if ranks:
        yield "Ranks", ranks
    beside = [words.heading(m) for m in analysis.metrics if not m.tested]
    if beside:
        yield f"Not tested, only reported: {', '.join(beside)}", []
    copied = methods.sentence(analysis)
    if copied:
        yield "For the paper", [copied]


def _ranks(analysis: Analysis) -> Iterator[str]:
    for one in analysis.omnibus:
        name = blocks.label(analysis, one.metric)
        df = ", ".join(f"{x:g}" for x in one.df)
        if one.p is not None and one.statistic is not None:
            of = f"({df}) " if df else ""
            p = words.p_text(one.p, analysis.design.alpha)
            yield f"{name}: {one.test} {of}= {fixed(one.statistic, 2)}, {p}."
    for groups in analysis.groups:
        name = blocks.label(analysis, groups.metric)
        ranks = [r for r in analysis.ranks if r.metric == groups.metric]
        order = sorted(ranks, key=lambda r: r.mean_rank)
        shown = [f"{blocks.method(analysis, r.method)} {fixed(r.mean_rank, 2)}" for r in order]
        yield f"{name}, mean ranks (1 is best): {', '.join(shown)}."
        if groups.reason:
            yield f"{name}: no critical-difference diagram: {groups.reason}."
        if groups.difference is not None:
            yield f"{name}: critical difference of mean ranks {fixed(groups.difference, 3)}."
        for group in groups.groups:
            inside = words.joined([blocks.method(analysis, one) for one in group])
            yield f"{name}: no difference found within {inside}."
        if groups.like_control:
            others = words.joined([blocks.method(analysis, one) for one in groups.like_control])
            control = blocks.method(analysis, groups.control or "")
            yield f"{name}: no difference from {control} found for {others}."
