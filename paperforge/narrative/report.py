"""The whole analysis to read: the answer, the design, every comparison; text, Markdown or LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperforge.latex.escape import escape, statistics
from paperforge.latex.rounding import fixed
from paperforge.narrative import findings, methods, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from paperforge.model import Analysis, Decision
    from paperforge.spec import Metric

HEADS = (
    "",
    "Difference",
    "Interval",
    "Simultaneous",
    "p",
    "Adjusted p",
    "d",
    "P(a > b)",
    "Verdict",
)


@dataclass(frozen=True, slots=True)
class Block:
    """The comparisons of one metric that belong together."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    """In the order of HEADS."""
    tests: tuple[str, ...]
    reasons: tuple[str, ...]
    """Of each row: why the verdict is what it is; mostly empty."""


def text(analysis: Analysis) -> str:
    """For a terminal: columns stand in line, lines are not folded."""
    parts = [("Answer", answers(analysis)), ("Design", analysis.design.sentences)]
    blocks = ["\n".join([head, *(f"  {line}" for line in lines)]) for head, lines in parts if lines]
    blocks += ["\n".join([block.title, *_aligned(block)]) for block in tables(analysis)]
    blocks += [
        "\n".join([head, *(f"  {line}" for line in lines)]) for head, lines in _end(analysis)
    ]
    return "\n\n".join(blocks) + "\n"


def markdown(analysis: Analysis) -> str:
    """The same with Markdown's headings and tables."""
    parts = [("Answer", answers(analysis)), ("Design", analysis.design.sentences)]
    blocks = [f"## {head}\n\n" + "\n".join(f"- {x}" for x in lines) for head, lines in parts]
    for block in tables(analysis):
        kept = _kept(block)
        lines = [[HEADS[i] for i in kept], ["---" if i == 0 else "--:" for i in kept]]
        lines += [[row[i].replace("|", "\\|") for i in kept] for row in _with_reasons(block)]
        shown = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        blocks.append(f"## {block.title}\n\n{shown}\n\nTest: {_tests(block)}.")
    blocks += [
        f"## {head}\n\n" + "\n".join(f"- {x}" for x in lines) for head, lines in _end(analysis)
    ]
    return "\n\n".join(blocks) + "\n"


def latex(analysis: Analysis) -> str:
    """The answer as a paragraph, and each block as a booktabs tabular."""
    blocks = ["% needs \\usepackage{booktabs}", "\n".join(_tex(line) for line in answers(analysis))]
    for block in tables(analysis):
        kept = _kept(block)
        lines = [
            f"% {block.title}",
            f"\\begin{{tabular}}{{l{'r' * (len(kept) - 2)}l}}",
            "\\toprule",
            " & ".join(_tex(HEADS[i]) for i in kept) + r" \\",
            "\\midrule",
            *(" & ".join(_tex(row[i]) for i in kept) + r" \\" for row in block.rows),
            "\\bottomrule",
            "\\end{tabular}",
        ]
        blocks.append("\n".join(lines))
    blocks += ["\n".join(_tex(line) for line in lines) for head, lines in _end(analysis) if head]
    return "\n\n".join(blocks) + "\n"


FORMS: dict[str, Callable[[Analysis], str]] = {
    "text": text,
    "markdown": markdown,
    "latex": latex,
}


def answers(analysis: Analysis) -> tuple[str, ...]:
    """What the results support, in plain words; how far it holds."""
    said = findings.sentences(analysis)
    if not said:
        return ("No comparisons: the results hold one method.",)
    holds = analysis.design.generalises
    best = [
        f"{_label(analysis, one.metric)}: not distinguishable from the best: "
        f"{words.joined([_method(analysis, name) for name in one.methods])} "
        f"({one.test}, {1 - one.alpha:.0%})."
        for one in analysis.best
    ]
    return (*said, *best, *([holds] if holds else []))


def tables(analysis: Analysis) -> Iterator[Block]:
    """Every metric's primary comparisons, then its secondary ones."""
    for metric in analysis.metrics:
        of_metric = [d for d in analysis.decisions if d.metric == metric.name]
        primary = [d for d in of_metric if d.primary]
        secondary = [d for d in of_metric if not d.primary]
        name = words.heading(metric)
        if primary:
            title = f"{name}: {words.scope(analysis, primary[0])}{words.family(primary[0])}"
            yield _block(analysis, metric, title, primary)
        if secondary:
            what = "each dataset" if metric.primary else "beside the question"
            title = f"{name}: {what} (secondary, unadjusted)"
            yield _block(analysis, metric, title, secondary)


def _block(analysis: Analysis, metric: Metric, title: str, decisions: Sequence[Decision]) -> Block:
    decimals = words.decimals_of(list(decisions), metric)
    rows = tuple(_row(analysis, d, decimals) for d in decisions)
    tests = tuple(sorted({d.test for d in decisions if d.test}))
    reasons = tuple("" if d.equivalent else d.reason for d in decisions)
    if len(reasons) > 1 and len(set(reasons)) == 1 and reasons[0]:
        return Block(f"{title} · {reasons[0]}", rows, tests, ("",) * len(reasons))
    return Block(title, rows, tests, reasons)


def _row(analysis: Analysis, d: Decision, decimals: int) -> tuple[str, ...]:
    named = next((one.label for one in analysis.datasets if one.name == d.scope), "")
    place = f"{named}: " if named and not d.primary else ""
    interval = ""
    if d.low is not None and d.high is not None:
        interval = words.minus(f"[{fixed(d.low, decimals)}, {fixed(d.high, decimals)}]")
    adjusted = d.p_adjusted is not None and d.family > 1
    effect = d.effect
    return (
        f"{place}{_method(analysis, d.a)} − {_method(analysis, d.b)}",
        "" if d.estimate is None else words.signed(d.estimate, decimals),
        interval,
        ""
        if d.simultaneous is None
        else words.minus("[{}, {}]".format(*(fixed(x, decimals) for x in d.simultaneous))),
        "" if d.p is None else _short(d.p),
        _short(d.p_adjusted) if adjusted and d.p_adjusted is not None else "",
        "" if effect.d is None else words.signed(effect.d, 2),
        "" if effect.superiority is None else fixed(effect.superiority, 2).removeprefix("0"),
        (f"{d.verdict}, equivalent" if d.decided and d.equivalent else str(d.verdict))
        if d.primary
        else "",
    )


def _short(p: float) -> str:
    return words.p_text(p).removeprefix("p ").removeprefix("= ")


def _kept(block: Block) -> list[int]:
    """The columns that hold something, the first and the last always."""
    last = len(HEADS) - 1
    return [i for i in range(len(HEADS)) if i in (0, last) or any(row[i] for row in block.rows)]


def _with_reasons(block: Block) -> list[tuple[str, ...]]:
    return [
        (*row[:-1], " · ".join(filter(None, (row[-1], reason))))
        for row, reason in zip(block.rows, block.reasons, strict=True)
    ]


def _aligned(block: Block) -> list[str]:
    kept = _kept(block)
    every: list[tuple[str, ...]] = [HEADS, *_with_reasons(block)]
    rows = [[row[i] for i in kept] for row in every]
    widths = [max(len(row[i]) for row in rows) for i in range(len(kept))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)]
        lines.append("  " + "  ".join([*cells, row[-1]]).rstrip())
    return [*lines, f"  test: {_tests(block)}"]


def _tests(block: Block) -> str:
    return ", ".join(block.tests) or "none"


def _end(analysis: Analysis) -> Iterator[tuple[str, list[str]]]:
    """What stands after the comparisons: ranks, what is only reported, the sentence to copy."""
    ranks = list(_ranks(analysis))
    if ranks:
        yield "Ranks", ranks
    beside = [words.heading(m) for m in analysis.metrics if not m.tested]
    if beside:
        yield f"Not tested, only reported: {', '.join(beside)}", []
    sentence = methods.sentence(analysis)
    if sentence:
        yield "For the paper", [sentence]


def _ranks(analysis: Analysis) -> Iterator[str]:
    for one in analysis.omnibus:
        name = _label(analysis, one.metric)
        df = ", ".join(f"{x:g}" for x in one.df)
        if one.p is not None and one.statistic is not None:
            of = f"({df}) " if df else ""
            p = words.p_text(one.p)
            yield f"{name}: {one.test} {of}= {fixed(one.statistic, 2)}, {p}."
    for groups in analysis.groups:
        name = _label(analysis, groups.metric)
        ranks = [r for r in analysis.ranks if r.metric == groups.metric]
        order = sorted(ranks, key=lambda r: r.mean_rank)
        shown = [f"{_method(analysis, r.method)} {fixed(r.mean_rank, 2)}" for r in order]
        yield f"{name}, mean ranks (1 is best): {', '.join(shown)}."
        if groups.reason:
            yield f"{name}: no critical-difference diagram: {groups.reason}."
        if groups.difference is not None:
            yield f"{name}: critical difference of mean ranks {fixed(groups.difference, 3)}."
        for group in groups.groups:
            inside = words.joined([_method(analysis, one) for one in group])
            yield f"{name}: no difference found within {inside}."
        if groups.like_control:
            others = words.joined([_method(analysis, one) for one in groups.like_control])
            control = _method(analysis, groups.control or "")
            yield f"{name}: no difference from {control} found for {others}."


def _label(analysis: Analysis, metric: str) -> str:
    return next((m.label for m in analysis.metrics if m.name == metric), metric)


def _method(analysis: Analysis, name: str) -> str:
    return next((m.label for m in analysis.methods if m.name == name), name)


def _tex(line: str) -> str:
    return statistics(escape(line))
