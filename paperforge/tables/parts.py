"""What the tables about something else share: cells, differences, the rows' limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.latex.columns import printed
from paperforge.latex.escape import needs_unicode_engine, plain, slug
from paperforge.latex.label import typeset
from paperforge.latex.p_values import p_value
from paperforge.latex.rounding import MAX_DECIMALS, Rounding, fixed, rule_for
from paperforge.model import (
    Aggregate,
    Cell,
    Decision,
    Diagnostic,
    Missing,
    Table,
    Verdict,
)
from paperforge.tables import notes
from paperforge.tables.view import note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from paperforge.model import Column, Mark, Note, Row
    from paperforge.spec import Dataset, Method, Metric, TableSpec

MOST = 500
"""Rows of the longest table: more is data, not a table."""
MORE = 2
"""A column gets at most so many more decimals for an end that would print as zero."""

MINUS = "−"
BLANK = Cell()
"""Nothing is to be said."""

READ_BACK = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}


def words(text: str) -> Cell:
    """A cell of text."""
    return Cell(printed=text)


def number(value: float, printed: str, n: int = 0) -> Cell:
    """A cell of a number without a spread."""
    return Cell(value=value, n=n, printed=printed)


def measured(
    one: Aggregate | None, rule: Rounding | None, kind: str, marks: frozenset[Mark] = frozenset()
) -> Cell:
    """The mean of a cell with its spread; where there is none, the symbol of the reason.

    An average over the datasets that is not there has one symbol in every layout.
    """
    if one is None or one.mean is None or rule is None:
        reason = (one and one.missing) or Missing.NOT_RUN
        average = one is not None and one.dataset is None
        return Cell(printed=notes.NO_AVERAGE if average else notes.SYMBOLS[reason], missing=reason)
    mean, spread, behind = printed(rule, one, kind)
    cell = Cell(one.mean, spread, one.n, mean, behind, marks)
    return cell._replace(cite=one.quoted.cite) if one.quoted and one.quoted.cite else cell


# ---------------------------------------------------------------------------------------------
# differences
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A decision read from one side: estimate = this method less the other, printed units."""

    decision: Decision
    estimate: float
    low: float | None
    high: float | None
    verdict: Verdict

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends, where both are known."""
        return None if self.low is None or self.high is None else (self.low, self.high)


def seen_from(decision: Decision | None, method: str) -> Difference | None:
    """The difference as that method sees it; None where there is no estimate.

    The interval is the simultaneous one where the correction has one, else the unadjusted.
    """
    if decision is None or decision.estimate is None:
        return None
    low, high = decision.simultaneous or (decision.low, decision.high)
    if decision.a == method:
        return Difference(decision, decision.estimate, low, high, decision.verdict)
    verdict = READ_BACK.get(decision.verdict, decision.verdict)
    turned = (None if high is None else -high, None if low is None else -low)
    return Difference(decision, -decision.estimate, *turned, verdict)


def rule_of(found: Collection[Difference], metric: Metric) -> Rounding:
    """One rule for a column of differences and their intervals.

    The half-widths of the intervals are the uncertainties; at most MORE more decimals where an end
    that is not zero would print as zero, so that the interval and the verdict agree.
    """
    ends = [end for one in found for end in one.interval or ()]
    halves = [(one.interval[1] - one.interval[0]) / 2 for one in found if one.interval]
    rule = rule_for([one.estimate for one in found], halves, metric.digits)
    most = min(max(rule.decimals + MORE, 0), MAX_DECIMALS)
    for decimals in range(rule.decimals, most + 1):
        if all(Decimal(fixed(end, decimals)) for end in ends if end):
            return replace(rule, decimals=decimals)
    return rule


def signed(value: float, rule: Rounding) -> str:
    """A difference with its sign, as a cell prints it; zero has none."""
    text = rule.show(value)
    return f"+{text}" if text.strip("-0.,") and not text.startswith("-") else text


def interval(one: Difference, rule: Rounding) -> Cell:
    """The interval in brackets."""
    if one.interval is None:
        return words(notes.SYMBOLS[Missing.NOT_APPLICABLE])
    low, high = (rule.show(end).replace("-", MINUS) for end in one.interval)
    return words(f"[{low}, {high}]")


def level(found: Iterable[Difference]) -> str:
    """The heading of the intervals: "95% interval"."""
    levels = {one.decision.level for one in found}
    return f"{100 * levels.pop():g}% interval" if len(levels) == 1 else "Interval"


def p_cell(p: float | None, alpha: float) -> Cell:
    """A p-value without its leading zero."""
    return BLANK if p is None else number(p, p_value(p, alpha))


def unit_of(metric: Metric) -> str:
    """The unit of a difference: of percentages, points."""
    return "points" if metric.unit == "%" else plain(metric.unit)


# ---------------------------------------------------------------------------------------------
# the table
# ---------------------------------------------------------------------------------------------


def absent(cells: Iterable[Cell], incomplete: str = "row") -> list[Note]:
    """Why cells of a table have no number; incomplete: what of it an average needs whole."""
    holes = [cell for cell in cells if cell.missing is not None]
    refused = any(cell.printed == notes.NO_AVERAGE for cell in holes)
    reasons = {c.missing for c in holes if c.missing and c.printed != notes.NO_AVERAGE}
    return notes.absent(reasons, refused=incomplete if refused else "")


def limited(rows: int, spec: TableSpec, what: str, hint: str) -> None:
    """Raises InputError for a table that is none."""
    if rows > MOST:
        text = f"{rows:,} {what}: a table has room for {MOST}"
        raise InputError(text, f"table {spec.name}", hint)


def made(
    spec: TableSpec,
    stub: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    caption: str,
    said: Iterable[Note] = (),
    diagnostics: Iterable[Diagnostic] = (),
    headings: bool = False,
) -> Table:
    """The table with its names, its notes and what its author should know of its characters."""
    table = Table(
        name=spec.name,
        stub=stub,
        columns=tuple(columns),
        rows=tuple(rows),
        notes=tuple(said),
        caption=plain(spec.caption) or caption,
        label=spec.label or f"tab:{slug(spec.name)}",
        headings=headings,
    )
    texts = [column.label for column in columns] + [row.label for row in rows]
    texts += [c.printed for row in rows for c in row.cells if c.value is None]
    foreign = needs_unicode_engine(typeset(texts))
    found = list(diagnostics)
    if foreign:
        message = f"texts hold characters that pdfLaTeX cannot set: {' '.join(foreign[:10])}"
        found.append(note(spec, message, "LaTeX needs XeLaTeX or LuaLaTeX and a font with them"))
    return replace(table, diagnostics=tuple(found))


def labels(named: Iterable[Method | Dataset]) -> Mapping[str, str]:
    """Name -> label, as plain text."""
    return {one.name: plain(one.label) for one in named}
