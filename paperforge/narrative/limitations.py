"""What the data itself says about the limits of the evidence; joins what the author wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.latex.escape import escape
from paperforge.latex.label import sentence
from paperforge.model.wording import spoken
from paperforge.spec import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paperforge.model import Analysis, Decision
    from paperforge.spec import Metric


MANY = 8
"""Pairs of methods that a sentence names, at most."""


def limitations(analysis: Analysis | None, written: tuple[str, ...]) -> str:
    """The generated half of the limitations section, as TeX: author's points, then the data's."""
    points = [escape(point) for point in written]
    if analysis is not None:
        points += [sentence(point, analysis.labels) for point in sentences(analysis)]
    return "\\par\n" + "".join(f"{point}\n" for point in points)


def sentences(analysis: Analysis) -> tuple[str, ...]:
    """Plain sentences: replicates, detectable effects, missing runs, what was not decided."""
    return tuple(
        text for part in (_replicates, _detectable, _missing, _undecided) for text in part(analysis)
    )


def _replicates(analysis: Analysis) -> Iterator[str]:
    if analysis.design.mixed:
        for metric in analysis.metrics:
            own = replace(analysis, design=replace(analysis.design.of(metric.name), metrics=()))
            yield from (f"{metric.label}: {said[0].lower()}{said[1:]}" for said in _replicates(own))
        return
    design = analysis.design
    least, most = design.replicates
    if design.unit.of_runs:
        count = f"{least}" if least == most else f"{least} to {most}"
        noun = design.noun if count == "1" else f"{design.noun}s"
        yield f"Every number rests on {count} {noun} a setting. {design.generalises}".strip()
    elif design.unit is Unit.EXAMPLE:
        yield (
            "Each model was trained once, and the uncertainty is that of the test examples only. "
            f"{design.generalises}"
        ).strip()
    else:
        yield "Every number is one run, so differences between methods are untested."


def _corrected(analysis: Analysis) -> str:
    """Which alpha the differences are of, where that is not the analysis's own."""
    design = analysis.design
    many = any(d.family > 1 for d in analysis.decisions)
    if design.correction == "none" or not many:
        return ""
    return f" at the correction's first step ({design.alpha:g} over the number of comparisons)"


def _detectable(analysis: Analysis) -> Iterator[str]:
    sizes = []
    for metric in analysis.metrics:
        found = [d.detectable for d in analysis.primary(metric.name) if d.detectable is not None]
        if found:
            sizes.append(f"{_range(min(found), max(found), metric)} in {spoken(metric)}")
    if sizes:
        yield (
            f"Differences smaller than about {_list(sizes)}, depending on the comparison, would be "
            f"missed more than one time in five{_corrected(analysis)}."
        )


def _missing(analysis: Analysis) -> Iterator[str]:
    by_reason: dict[str, set[str]] = {}
    methods = {m.name: m.label for m in analysis.methods}
    datasets = {d.name: d.label for d in analysis.datasets}
    cells = [c for c in analysis.aggregates if c.dataset is not None]
    measured = {(c.metric, c.method) for c in cells if c.mean is not None}
    anywhere = {method for _, method in measured}
    for cell in cells:
        if cell.missing is None:
            continue
        if (cell.metric, cell.method) in measured:
            place = f" on {datasets[cell.dataset or '']}" if datasets[cell.dataset or ""] else ""
        elif cell.method not in anywhere:
            place = ""
        else:  # a metric that nobody measures of this method
            continue
        by_reason.setdefault(str(cell.missing), set()).add(methods[cell.method] + place)
    for reason, places in sorted(by_reason.items()):
        yield f"Missing from the comparison ({reason}): {_list(sorted(places))}."
    yield from _lost(analysis)


def _lost(analysis: Analysis) -> Iterator[str]:
    """Runs, or single examples, without a number; of several metrics the most of each cell."""
    of_runs: dict[tuple[str, str], int] = {}
    of_examples: dict[tuple[str, str], int] = {}
    for c in analysis.aggregates:
        if c.dataset is None:
            continue
        at, example = (c.method, c.dataset), analysis.design.of(c.metric).unit is Unit.EXAMPLE
        gone = c.failed + (0 if example else c.not_finite)
        of_runs[at] = max(of_runs.get(at, 0), gone)
        of_examples[at] = max(of_examples.get(at, 0), c.not_finite if example else 0)
    runs, examples = sum(of_runs.values()), sum(of_examples.values())
    if runs:
        verb = "run was" if runs == 1 else "runs were"
        yield f"{runs} {verb} lost (crashed or not finite), and the means leave them out."
    if examples:
        verb = "score of an example is" if examples == 1 else "scores of examples are"
        yield f"{examples:,} {verb} missing (not finite), and the means leave them out."


def _undecided(analysis: Analysis) -> Iterator[str]:
    methods = {m.name: m.label for m in analysis.methods}
    for metric in analysis.metrics:
        for verdict, words in (
            ("inconclusive", "The data do not settle"),
            ("undecidable", "This design could not decide"),
        ):
            pairs = [d for d in analysis.primary(metric.name) if d.verdict == verdict]
            if pairs:
                names = [_pair(d, methods) for d in pairs[:MANY]]
                more = len(pairs) - len(names)
                named = _list([*names, *([f"{more:,} more pairs"] if more else [])])
                yield f"{words} the difference in {spoken(metric)} between {named}."


def _pair(decision: Decision, methods: dict[str, str]) -> str:
    return f"{methods[decision.a]} and {methods[decision.b]}"


def _range(least: float, most: float, metric: Metric) -> str:
    """The two ends with the unit once."""
    low, high = f"{least:.2g}", f"{most:.2g}"
    unit = "points" if metric.unit == "%" else metric.unit
    size = high if low == high else f"{low} to {high}"
    return f"{size}\u00a0{unit}" if unit else size


def _list(items: list[str]) -> str:
    if len(items) < 2:  # noqa: PLR2004  one thing needs no "and"
        return "".join(items)
    joint = "; " if any(" and " in item for item in items) else ", "
    return f"{joint.join(items[:-1])}{joint.rstrip() if joint == '; ' else ''} and {items[-1]}"
