"""Published values beside reproduced ones: the table, the sentence, the JSON."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from paperforge import terminal
from paperforge.latex.rounding import decimals_for, fixed
from paperforge.model import Cell, Column, Note, Row, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paperforge.spec import Metric
    from paperforge.stats.reproduction import Reproduction
    from paperforge.stores.quoted import Quoted

MISSING = "not reproduced"
SLACK = 1e-6
SPREADS = {
    "sd": "standard deviation of its runs",
    "se": "standard error",
    "ci": "half of its 95% interval",
    "unknown": "a spread whose kind is not said",
}
"""What is printed behind a published value, by its kind."""


@dataclass(frozen=True, slots=True)
class Line:
    """One published value, and what was found for it; numbers as the metric is printed."""

    published: Quoted
    metric: Metric | None = None
    method: str = ""
    dataset: str = ""
    found: Reproduction | None = None
    sd: float | None = None
    spread_used: bool = False
    """Whether the published spread and n are part of the interval."""

    @property
    def verdict(self) -> str:
        """In words."""
        return MISSING if self.found is None else str(self.found.agreement)


def render(lines: Sequence[Line], level: float, form: str, width: int = terminal.WIDEST) -> str:
    """All values as text, markdown, latex or json; `level`: of the intervals, 0.95.

    width: columns at which the sentences of a text are folded.
    """
    if form == "json":
        return _json(lines, level)
    from paperforge import tables
    from paperforge.tables.notes import sentence

    whole = table(lines, level)
    if form != "text":
        return tables.render(whole, form, notes=True)
    # The sentence first: a terminal is read from the top.
    first, *below = ("\n".join(terminal.fold(sentence(note), width)) for note in whole.notes)
    grid = tables.render(whole, "text", notes=False).rstrip("\n")
    return "\n".join([first, "", grid, *below]) + "\n"


VERBS = (
    ("within rounding", "agrees within its rounding", "agree within their rounding"),
    ("within interval", "lies within the {level} interval", "lie within the {level} interval"),
    ("different", "differs", "differ"),
    ("untested", "cannot be tested", "cannot be tested"),
    (MISSING, "was not reproduced", "were not reproduced"),
)
"""A verdict in a sentence: of one value, and of several."""


def _sentence(lines: Sequence[Line], level: float) -> str:
    """One sentence over all values."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.verdict] = counts.get(line.verdict, 0) + 1
    parts = [
        f"{counts[verdict]} {(one if counts[verdict] == 1 else more).format(level=f'{level:.0%}')}"
        for verdict, one, more in VERBS
        if verdict in counts
    ]
    cites = ", ".join(sorted({line.published.cite for line in lines}))
    if len(lines) == 1:
        return f"The published value ({cites}) {parts[0].removeprefix('1 ')}."
    said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Of {len(lines)} published values ({cites}), {said}."


def _decimals(line: Line) -> int:
    """Enough for the published value and for the reproduced spread."""
    own = max(line.published.decimals, 0)
    if line.found is None or line.found.mean is None:
        return own
    spreads = [] if line.sd is None else [line.sd]
    return max(own, decimals_for([line.found.mean], spreads) if spreads else own)


def table(lines: Sequence[Line], level: float) -> Table:
    """The values as rows: published, reproduced, interval and verdict."""
    kinds = ("Its ±",) if len(_kinds(lines)) > 1 else ()
    labels = ("Published", *kinds, "Reproduced", "n", f"{level:.0%} interval", "Verdict")
    signs = _signs(lines)
    rows = tuple(_row(line, lines, signs) for line in lines)
    notes = [Note(_sentence(lines, level))]
    notes += [Note("± behind a mean of ours: standard deviation of its runs")]
    notes += [Note(text) for text in _spreads(lines)]
    notes += [Note(text, sign) for text, sign in signs.items()]
    notes += [Note(text) for text in _taken(lines, level)]
    return Table(
        "reproduction",
        "Result",
        tuple(Column(label) for label in labels),
        rows,
        tuple(notes),
    )


def _kinds(lines: Sequence[Line]) -> list[str]:
    """The kinds of spread that stand behind published values."""
    found = (line.published for line in lines)
    return list(dict.fromkeys(one.kind for one in found if one.spread is not None))


def _spreads(lines: Sequence[Line]) -> list[str]:
    """What the spreads behind published values are; where they are several, a column says which."""
    kinds = _kinds(lines)
    said = [(kind, SPREADS.get(kind) or _of_level(kind)) for kind in kinds]
    if len(said) < 2:  # noqa: PLR2004  all alike
        return [f"± behind a published value: {text}" for _, text in said]
    listed = "; ".join(f"{_label(kind)}, {text}" for kind, text in said)
    return [f"± behind a published value: {listed}"]


def _of_level(kind: str) -> str:
    return f"half of its {kind.removeprefix('ci')}% interval"


def _label(kind: str) -> str:
    return "?" if kind == "unknown" else kind


def _taken(lines: Sequence[Line], level: float) -> list[str]:
    """What was taken for granted, and how often chance alone says "different"."""
    said = []
    if any(line.spread_used and line.published.kind.startswith("ci") for line in lines):
        said.append("A published interval (ci) is taken for a t interval over its n runs")
    tested = sum(line.found is not None and line.found.p is not None for line in lines)
    if tested:
        said.append(
            "At both ends of an interval stands half a unit of the last digit that is published"
        )
        ratio = 1 / (1 - level)
        often = f"1 in {ratio:.0f}" if abs(ratio - round(ratio)) < SLACK else f"{1 - level:.2g}"
        text = f"About {often} honest reproductions lie outside a {level:.0%} interval by chance"
        if tested > 1:
            several = f"{1 - level**tested:.0%}"
            text += f"; of {tested} independent ones some do so in {several}: each is judged alone"
        said.append(text)
    return said


def _why(line: Line) -> str:
    """What an interval is of, or why there is none."""
    found = line.found
    return (found.interval or found.reason) if found else ""


def _signs(lines: Sequence[Line]) -> dict[str, str]:
    """What rows say about their intervals -> its letter."""
    said = dict.fromkeys(text for line in lines if (text := _why(line)))
    return dict(zip(said, ascii_lowercase if len(said) > 1 else ("Interval",), strict=False))


def _row(line: Line, lines: Sequence[Line], signs: Mapping[str, str]) -> Row:
    one, found = line.published, line.found
    metrics = {each.published.metric for each in lines}
    parts = (
        one.method,
        one.dataset,
        (line.metric.label if line.metric else one.metric) if len(metrics) > 1 else "",
    )
    label = ", ".join(filter(None, parts))
    digits = max(one.decimals, 0)
    their_spread = "" if one.spread is None else f"{one.spread:.6g}"
    theirs = [Cell(one.value, one.spread, one.n or 0, fixed(one.value, digits), their_spread)]
    if len(_kinds(lines)) > 1:
        theirs.append(Cell(printed=_label(one.kind) if their_spread else "–"))
    if found is None or found.mean is None:
        empty = Cell(printed="–")
        cells = (*theirs, empty, Cell(printed="0"), empty, Cell(printed=line.verdict))
        return Row(label, cells)
    digits = _decimals(line)
    spread = "" if line.sd is None else fixed(line.sd, digits)
    interval, key = "–", f" {signs.get(_why(line), ' ')}"
    if found.low is not None and found.high is not None:
        interval = f"[{fixed(found.low, digits)}, {fixed(found.high, digits)}]"
    cells = (
        *theirs,
        Cell(found.mean, line.sd, found.n, fixed(found.mean, digits), spread),
        Cell(printed=str(found.n)),
        Cell(printed=f"{interval}{key if len(signs) > 1 else ''}"),
        Cell(printed=line.verdict),
    )
    return Row(label, cells)


def _json(lines: Sequence[Line], level: float) -> str:
    content = {
        "schema": 1,
        "level": level,
        "sentence": _sentence(lines, level),
        "taken": _taken(lines, level),
        "values": [_plain(line) for line in lines],
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def _plain(line: Line) -> Mapping[str, Any]:
    one, found = line.published, line.found
    published = {
        "value": one.value,
        "printed": one.printed,
        "decimals": one.decimals,
        "spread": one.spread,
        "kind": one.kind or None,
        "n": one.n,
        "cite": one.cite,
        "where": one.where or None,
    }
    reproduced = None
    if found is not None and found.mean is not None:
        reproduced = {"mean": found.mean, "sd": line.sd, "n": found.n}
    return {
        "metric": line.metric.name if line.metric else one.metric,
        "method": line.method or one.method,
        "dataset": line.dataset or one.dataset or None,
        "published": published,
        "reproduced": reproduced,
        "estimate": found.estimate if found else None,
        "verdict": line.verdict,
        "interval": _interval(found),
        "p": found.p if found else None,
        "df": found.df if found else None,
        "reason": (found.reason or None) if found else "no run",
    }


def _interval(found: Reproduction | None) -> Mapping[str, Any] | None:
    if found is None or found.low is None or found.high is None:
        return None
    ends = (found.low, found.high)
    if not all(map(math.isfinite, ends)):
        return None
    return {"kind": found.interval, "low": ends[0], "high": ends[1]}
