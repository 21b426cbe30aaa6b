"""The sentences under a table, from the design and the decisions: what every sign in it means."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paperforge.latex.escape import plain
from paperforge.model import (
    Aggregate,
    Analysis,
    BestSet,
    Decision,
    Design,
    Mark,
    Missing,
    Note,
    Table,
    Verdict,
)
from paperforge.spec import AGGREGATES, CORRECTIONS, Method, Metric, Unit
from paperforge.tables import words
from paperforge.tables.tested import deciding, root

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from paperforge.tables.marks import Marking
    from paperforge.tables.view import View

listed = words.listed

SYMBOLS = {
    Missing.NOT_RUN: "–",
    Missing.CRASHED: "×",
    Missing.OUT_OF_MEMORY: "OOM",
    Missing.NOT_FINITE: "∞",
    Missing.DIVERGED: "div",
    Missing.NOT_APPLICABLE: "n/a",
    Missing.NOT_REPORTED: "?",
}
"""What a cell without a number prints."""

MEANINGS = {
    **{reason: str(reason) for reason in Missing},
    Missing.NOT_FINITE: "no finite value (NaN or infinity)",
}

NO_AVERAGE = "∅"
"""What the average of an incomplete row prints."""

SPREADS = {"sd": "standard deviation", "se": "standard error"}
UNTESTED = "One run a cell: differences are untested"
TOO_FEW = "At most one finite run a cell: differences are untested"
LOST = (Missing.NOT_FINITE, Missing.DIVERGED, Missing.CRASHED, Missing.OUT_OF_MEMORY)
"""Why a cell that was run has no number."""
MOST_NAMED = 3
"""Comparisons that a sentence names one by one."""


def sentence(note: Note) -> str:
    """A note as it reads in plain text, with its symbol and a full stop."""
    text = f"{note.symbol}: {note.text}" if note.symbol else note.text
    return text if text.endswith((".", "!", "?")) else f"{text}."


def caption(table: Table) -> str:
    """The caption in plain text, with the sentences under the table where it says {note}."""
    return table.caption.replace("{note}", " ".join(sentence(note) for note in table.notes))


def count(number: int, noun: str) -> str:
    """Numbers with their noun: "1 seed", "10 seeds", "1,319 examples"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def between(low: int, high: int, noun: str) -> str:
    """A number or a range with its noun: "10 seeds", "8–10 seeds"."""
    return count(low, noun) if low == high else f"{low:,}–{count(high, noun)}"


def noun(design: Design) -> str:
    """What a replicate is called."""
    if design.unit is not Unit.EXAMPLE:
        return design.noun
    return "prompt" if design.scored[0] == "prompts" else "example"


def replication(
    design: Design, spread: str, sizes: Collection[int], of_averages: str = ""
) -> list[Note]:
    """What a number and its ± are.

    sizes: replicates of the cells that the table shows. of_averages: what `averaging` says.
    """
    if not sizes or design.unit is Unit.NONE or max(sizes) == 1:
        return []
    over = between(min(sizes), max(sizes), noun(design))
    if spread == "none":
        return [Note(f"Means over {over}")]
    name = SPREADS.get(spread, f"half-width of the {100 * (1 - design.alpha):g}% interval")
    grouped = design.clustered and design.unit is Unit.EXAMPLE  # else the spread is of runs
    clustered = "clustered " if grouped and spread == "se" else ""
    lone = f"; a cell with 1 {noun(design)} has no ±" if min(sizes) == 1 else ""
    averages = f"; {of_averages}" if of_averages else ""
    return [Note(f"Mean ± {clustered}{name} over {over}{averages}{lone}")]


def averaging(analysis: Analysis, design: Design, metrics: Collection[str]) -> str:
    """What the ± of these metrics' averages over datasets is of; empty where nothing says it.

    Either the variances of the datasets add (runs drawn anew for each), sd = √(Σ sd²) / datasets,
    or each run or seed is averaged over the datasets first.
    """
    places = {name: analysis.over(name) for name in metrics}
    alike = design.unit.of_runs and design.aggregate == "mean"
    if max(places.values(), default=0) < 2 or not alike:  # noqa: PLR2004
        return ""
    of: dict[tuple[str, str], list[float]] = {}
    for one in analysis.aggregates:
        if one.dataset is not None and one.sd is not None:
            of.setdefault((one.metric, one.method), []).append(one.sd)
    averages = [
        (one.sd, math.hypot(*sds) / len(sds))
        for one in analysis.aggregates
        if one.dataset is None
        and one.metric in metrics
        and one.sd is not None
        and len(sds := of.get((one.metric, one.method), [])) == places[one.metric]
    ]
    if not averages:
        return ""
    if all(math.isclose(sd, apart, rel_tol=1e-9, abs_tol=1e-15) for sd, apart in averages):
        return f"averages take {noun(design)}s as independent per {design.place}"
    return f"each {noun(design)} is averaged over the {design.place}s first"


def best(place: str, *, ties: bool, second: bool, coarse: bool = False) -> list[Note]:
    """What bold and underlined numbers are; `place`: "column" or "row".

    coarse: whether some numbers are quoted with decimals of their own.
    """
    shared = "; ties share it" if ties else ""
    if coarse:
        shared += "; quoted numbers are compared in the decimals that they were printed in"
    notes = [Note(f"Bold: the best printed value of each {place}{shared}")]
    return [*notes, Note("Underlined: the second best")] if second else notes


def best_set(found: Sequence[BestSet]) -> Note:
    """What the mark of the best-set says, with its test."""
    names = list(dict.fromkeys(one.test for one in found))
    decided = root(names) or listed(names)
    alpha = f"{found[0].alpha:g}".removeprefix("0")
    among = between(min(len(b.ps) for b in found), max(len(b.ps) for b in found), "method")
    text = (
        f"not found worse than the best of {among} (one-sided {decided}, α = {alpha}; not corrected"
    )
    text += " for other comparisons)"
    return Note(text, Mark.BEST_SET.value)


def comparisons(
    marking: Marking,
    used: Collection[Mark],
    analysis: Analysis,
    datasets: int,
    shown: Sequence[Metric] = (),
) -> list[Note]:
    """What the marks say, the test behind them, its family and how far it generalises.

    `shown`: the metrics of the table; what is said of all of them must not cover an untested one.
    """
    tested = [d for d in marking.tested if d.p is not None]
    if not tested:
        return []
    notes = []
    if Mark.BETTER in used:
        notes.append(Note(marking.better, Mark.BETTER.value))
    if Mark.WORSE in used:
        notes.append(Note(marking.worse, Mark.WORSE.value))
    covered = [plain(m.label) for m in shown if m.name in {d.metric for d in tested}]
    beside = [plain(m.label) for m in shown if not m.tested]
    untested = f"{listed(beside)} {'is' if len(beside) == 1 else 'are'} not tested"
    if not notes and all(not d.decided for d in tested) and not _equivalent(tested):
        where = f" in {listed(covered)}" if len(covered) < len(shown) else ""
        notes.append(Note(f"{marking.none}{where}{f'; {untested}' if beside else ''}"))
    elif beside:
        notes.append(Note(untested))
    notes += _margins(tested, analysis)
    first = next((d for d in tested if d.scope is None), tested[0])
    own = {one.metric: one.datasets for one in analysis.design.metrics}
    over = min(datasets, own.get(first.metric) or datasets)
    average = first.scope is None and over > 1
    places = f" over the {count(over, analysis.design.place)}" if average else ""

    def behind(test: str) -> str:
        if not average or first.unit is Unit.DATASET or test.endswith("averages"):
            return places
        return f" on the {AGGREGATES[analysis.design.aggregate]}{places}"

    alpha = f"{analysis.design.alpha:g}".removeprefix("0")
    design = analysis.design
    family = _family(tested, design.correction, per_metric=design.per_metric)
    told = deciding(tested, analysis, behind)
    notes.append(Note(f"Test: two-sided {told}; {family}; α = {alpha}"))
    held = dict.fromkeys(design.of(d.metric).generalises for d in tested)
    holds = next(iter(held)) if len(held) == 1 else design.generalises
    if holds:
        notes.append(Note(plain(holds)))
    return notes


def _equivalent(tested: Sequence[Decision]) -> bool:
    """Whether all of them are equivalent, which says more than "not found to differ"."""
    return all(d.verdict is Verdict.EQUIVALENT for d in tested)


def _margins(tested: Sequence[Decision], analysis: Analysis) -> Iterator[Note]:
    """What is equivalent within a declared margin, and which differences are smaller than it."""
    labels = {m.name: plain(m.label) for m in analysis.methods}
    several = len({d.metric for d in tested}) > 1
    for metric in analysis.metrics:
        if metric.margin is None:
            continue
        family = [d for d in tested if d.metric == metric.name]
        unit = "points" if metric.unit == "%" else plain(metric.unit)
        unit = "point" if unit == "points" and metric.margin == 1 else unit
        margin = f"{metric.margin:g}{unit and ' ' + unit}"
        where = f" in {plain(metric.label)}" if several else ""
        for start, found in (
            (
                f"Equivalent within ±{margin}",
                [d for d in family if d.verdict is Verdict.EQUIVALENT],
            ),
            (
                f"Found to differ, but within the declared margin of {margin}",
                [d for d in family if d.decided and "within" in d.reason],
            ),
        ):
            if found:
                yield Note(f"{start}{where}: {_pairs(found, len(family), labels)}")


def _pairs(found: Sequence[Decision], of: int, labels: Mapping[str, str]) -> str:
    """The pairs by name, or counted where they are many."""
    if len(found) > MOST_NAMED:
        return f"{len(found)} of {count(of, 'comparison')}"
    return ", ".join(f"{labels.get(d.a, d.a)} and {labels.get(d.b, d.b)}" for d in found)


def _family(tested: Sequence[Decision], correction: str, *, per_metric: bool) -> str:
    sizes = [d.family for d in tested]
    if max(sizes) <= 1:
        return "a single comparison"
    over = between(min(sizes), max(sizes), "comparison")
    each = " of each metric" if per_metric and len({d.metric for d in tested}) > 1 else ""
    if correction == "none":
        return f"{over}{each}, not corrected for their number"
    return f"{CORRECTIONS.get(correction, correction)} over {over}{each}"


def units(view: View) -> set[Unit]:
    """What the metrics of a table replicate."""
    return {view.analysis.design.of(m.name).unit for m in view.metrics}


def open_questions(
    decisions: Sequence[Decision],
    methods: Sequence[Method],
    units: Collection[Unit],
    lost: Collection[str] = (),
) -> list[Note]:
    """What could not be tested or decided between these methods, said once.

    units: what the metrics that are shown replicate.
    lost: methods of which runs failed or are not finite: their cells may have had several.
    """
    if len(methods) < 2:  # noqa: PLR2004 - a comparison has two sides
        return []
    untested = [d for d in decisions if d.verdict is Verdict.UNTESTED]
    undecidable = [d for d in decisions if d.verdict is Verdict.UNDECIDABLE]
    labels = {m.name: plain(m.label) for m in methods}
    notes = []
    if set(units) == {Unit.NONE} or (untested and len(untested) == len(decisions)):
        notes.append(Note(TOO_FEW if lost else UNTESTED))
    elif untested:
        few = "one finite run" if all({d.a, d.b} & set(lost) for d in untested) else "one run"
        notes.append(Note(f"Untested, with {few} a cell: {_named(untested, labels)}"))
    if undecidable:
        notes.append(Note(f"Not decidable with these data: {_named(undecidable, labels)}"))
    return notes


def _named(decisions: Sequence[Decision], labels: Mapping[str, str]) -> str:
    several = len({d.metric for d in decisions}) > 1
    reasons = {d.reason for d in decisions}
    shared = len(decisions) > 1 and len(reasons) == 1
    named = [
        f"{labels.get(d.a, d.a)} against {labels.get(d.b, d.b)}"
        + (f" in {d.metric}" if several else "")
        + (f" ({plain(d.reason).rstrip('.')})" if d.reason and not shared else "")
        for d in decisions[:MOST_NAMED]
    ]
    left = len(decisions) - MOST_NAMED
    if left > 0:
        named.append(f"and {left} more")
    why = plain("".join(reasons)).rstrip(".") if shared else ""
    return ", ".join(named) + (f" ({why})" if why else "")


def absent(reasons: Collection[Missing], *, refused: str) -> list[Note]:
    """The symbols of empty cells, in a fixed order, and of the average of an incomplete row.

    refused: "row" or "column" where there is such an average, else nothing.
    """
    notes = [Note(MEANINGS[r], SYMBOLS[r]) for r in Missing if r in reasons]
    if refused:
        notes.append(Note(f"no average, because the {refused} is incomplete", NO_AVERAGE))
    return notes


def survivors(not_finite: int, failed: int, n: int) -> bool:
    """Whether at least as many replicates were lost as kept: such a mean is never the best."""
    return not_finite + failed >= max(n, 1)


def excluded(one: Aggregate, unit: Unit, *, bold: bool = False) -> str:
    """Say that "2 of 10 runs are not finite and not in the mean"; empty where nothing is left out.

    `bold`: whether the table prints the best number bold, which such a mean may not be.
    """
    not_finite, failed, n = one.not_finite, one.failed, one.n
    if not not_finite + failed:
        few = "score of an example" if one.partial == 1 else "scores of examples"
        verb = "is" if one.partial == 1 else "are"
        said = f"{one.partial:,} {few} {verb} not finite and not in the mean of the run"
        return said if one.partial else ""
    never = ", so it is never bold" if bold and survivors(not_finite, failed, n) else ""
    example = unit is Unit.EXAMPLE
    among = f"of {count(not_finite + failed + n, 'value' if example else 'run')}"
    said = "is not finite" if not_finite == 1 else "are not finite"
    if not_finite and failed:
        return f"{not_finite} {among} {said} and {failed} failed: they are not in the mean{never}"
    if not_finite:
        return f"{not_finite} {among} {said} and not in the mean{never}"
    verb = "is" if failed == 1 else "are"
    return f"{failed} {among} failed and {verb} not in the mean{never}"


def letter(index: int) -> str:
    """a, b, …, z, aa, ab, …: the symbols of notes that belong to single cells."""
    text = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        text = chr(ord("a") + digit) + text
    return text
