"""The sentences under a table, from the design and the decisions: what every sign in it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import Analysis, Decision, Design, Mark, Missing, Note, Verdict
from paperforge.spec import Method, Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from paperforge.tables.marks import Marking

SYMBOLS = {
    Missing.NOT_RUN: "–",
    Missing.CRASHED: "×",
    Missing.OUT_OF_MEMORY: "OOM",
    Missing.NOT_FINITE: "∞",
    Missing.NOT_APPLICABLE: "n/a",
    Missing.NOT_REPORTED: "?",
}
"""What a cell without a number prints."""

MEANINGS = {
    **{reason: str(reason) for reason in Missing},
    Missing.NOT_FINITE: "every run diverged",
}

NO_AVERAGE = "∅"
"""What the average of an incomplete row prints."""

SPREADS = {"sd": "standard deviation", "se": "standard error"}
UNITS = {Unit.SEED: "seed", Unit.EXAMPLE: "example"}
CORRECTIONS = {"holm": "Holm", "bonferroni": "Bonferroni"}
UNTESTED = "One run a cell: differences are untested"
MOST_NAMED = 3
"""Comparisons that a sentence names one by one."""


def sentence(note: Note) -> str:
    """A note as it reads in plain text, with its symbol and a full stop."""
    text = f"{note.symbol}: {note.text}" if note.symbol else note.text
    return text if text.endswith((".", "!", "?")) else f"{text}."


def count(number: int, noun: str) -> str:
    """Numbers with their noun: "1 seed", "10 seeds", "1,319 examples"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def between(low: int, high: int, noun: str) -> str:
    """A number or a range with its noun: "10 seeds", "8–10 seeds"."""
    return count(low, noun) if low == high else f"{low:,}–{count(high, noun)}"


def replication(design: Design, spread: str, sizes: Collection[int]) -> list[Note]:
    """What a number and its ± are. `sizes`: replicates of the cells that the table shows."""
    if not sizes or design.unit is Unit.NONE or max(sizes) == 1:
        return []
    over = between(min(sizes), max(sizes), UNITS[design.unit])
    if spread == "none":
        return [Note(f"Means over {over}")]
    name = SPREADS.get(spread, f"half-width of the {100 * (1 - design.alpha):g}% interval")
    clustered = "clustered " if design.clustered and spread == "se" else ""
    lone = f"; a cell with 1 {UNITS[design.unit]} has no ±" if min(sizes) == 1 else ""
    return [Note(f"Mean ± {clustered}{name} over {over}{lone}")]


def best(place: str, *, ties: bool, second: bool) -> list[Note]:
    """What bold and underlined numbers are; `place`: "column" or "row"."""
    shared = "; ties share it" if ties else ""
    notes = [Note(f"Bold: the best printed value of each {place}{shared}")]
    return [*notes, Note("Underlined: the second best")] if second else notes


def comparisons(
    marking: Marking, used: Collection[Mark], analysis: Analysis, datasets: int
) -> list[Note]:
    """What the marks say, the test behind them, its family and how far it generalises."""
    tested = [d for d in marking.tested if d.p is not None]
    if not tested:
        return []
    notes = []
    if Mark.BETTER in used:
        notes.append(Note(marking.better, Mark.BETTER.value))
    if Mark.WORSE in used:
        notes.append(Note(marking.worse, Mark.WORSE.value))
    if not notes and not any(d.decided for d in tested):
        notes.append(Note(marking.none))
    test = " or ".join(dict.fromkeys(d.test for d in tested))
    average = tested[0].scope is None and datasets > 1
    where = f" over the {count(datasets, 'dataset')}" if average else ""
    if average and not test.endswith("averages"):
        where = f" on the average{where}"
    alpha = f"{analysis.design.alpha:g}".removeprefix("0")
    family = _family(tested, analysis.design.correction)
    notes.append(Note(f"Test: two-sided {test}{where}; {family}; α = {alpha}"))
    if analysis.design.generalises:
        notes.append(Note(plain(analysis.design.generalises)))
    return notes


def _family(tested: Sequence[Decision], correction: str) -> str:
    sizes = [d.family for d in tested]
    if max(sizes) <= 1:
        return "a single comparison"
    over = between(min(sizes), max(sizes), "comparison")
    each = " of each metric" if len({d.metric for d in tested}) > 1 else ""
    if correction == "none":
        return f"{over}{each}, not corrected for their number"
    return f"{CORRECTIONS.get(correction, correction)} over {over}{each}"


def open_questions(
    decisions: Sequence[Decision], methods: Sequence[Method], unit: Unit
) -> list[Note]:
    """What could not be tested or decided between these methods, said once."""
    if len(methods) < 2:  # noqa: PLR2004 - a comparison has two sides
        return []
    untested = [d for d in decisions if d.verdict is Verdict.UNTESTED]
    undecidable = [d for d in decisions if d.verdict is Verdict.UNDECIDABLE]
    labels = {m.name: plain(m.label) for m in methods}
    notes = []
    if unit is Unit.NONE or (untested and len(untested) == len(decisions)):
        notes.append(Note(UNTESTED))
    elif untested:
        notes.append(Note(f"Untested, with one run a cell: {_named(untested, labels)}"))
    if undecidable:
        notes.append(Note(f"Not decidable with these data: {_named(undecidable, labels)}"))
    return notes


def _named(decisions: Sequence[Decision], labels: Mapping[str, str]) -> str:
    several = len({d.metric for d in decisions}) > 1
    named = [
        f"{labels.get(d.a, d.a)} against {labels.get(d.b, d.b)}"
        + (f" in {d.metric}" if several else "")
        + (f" ({plain(d.reason).rstrip('.')})" if d.reason else "")
        for d in decisions[:MOST_NAMED]
    ]
    left = len(decisions) - MOST_NAMED
    if left > 0:
        named.append(f"and {left} more")
    return ", ".join(named)


def absent(reasons: Collection[Missing], *, refused: bool) -> list[Note]:
    """The symbols of empty cells, in a fixed order, and of the average of an incomplete row."""
    notes = [Note(MEANINGS[r], SYMBOLS[r]) for r in Missing if r in reasons]
    if refused:
        notes.append(Note("no average, because the row is incomplete", NO_AVERAGE))
    return notes


def excluded(not_finite: int, failed: int, n: int, unit: Unit) -> str:
    """Say that "2 of 10 runs diverged and are not in the mean"; empty where nothing is left out."""
    if not not_finite + failed:
        return ""
    example = unit is Unit.EXAMPLE
    among = f"of {count(not_finite + failed + n, 'value' if example else 'run')}"
    said = ("is not finite" if not_finite == 1 else "are not finite") if example else "diverged"
    if not_finite and failed:
        return f"{not_finite} {among} {said} and {failed} failed: they are not in the mean"
    verb = "is" if not_finite + failed == 1 else "are"
    what = said if not_finite else "failed"
    return f"{not_finite or failed} {among} {what} and {verb} not in the mean"


def letter(index: int) -> str:
    """a, b, …, z, aa, ab, …: the symbols of notes that belong to single cells."""
    text = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        text = chr(ord("a") + digit) + text
    return text
