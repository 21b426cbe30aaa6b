"""paperforge reproduce: published values beside reproduced runs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from paperforge.commands import inputs, progress, published
from paperforge.commands import published_match as match
from paperforge.commands.output import columns, give, say
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.terminal import WIDEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

    from paperforge.commands.inputs import ResultOptions
    from paperforge.model import Results
    from paperforge.stores.quoted import Quoted

_FAR = 50.0
"""A published value this many times the reproduced one is in another unit, not just different."""


def reproduce(
    file: Path, options: ResultOptions, *, output: Path | None = None, form: str = "text"
) -> int:
    """Print a table and a sentence. Raises InputError for bad results or published values."""
    from paperforge.stores import quoted

    shown, file = file, inputs.existing(file)
    if not quoted.recognises(file):
        lacks = quoted.lacking(file)
        what = f": it has no column {' and no column '.join(lacks)}" if lacks else ""
        hint = (
            "a CSV with the columns method, dataset, metric, value and cite, or [[quoted]] entries "
            "in TOML; n, spread and kind where they are known"
        )
        if lacks == ("cite",):
            hint = "add a column cite with the key of the paper in refs.bib, for example hu2022lora"
        raise InputError(f"holds no published values{what}", str(shown), hint)
    values = quoted.numbers(file)
    if not values:
        raise InputError("has no published number", str(shown), "every value is a word for none")
    project = inputs.project_of(options)
    project = replace(project, sources=tuple(s for s in project.sources if s.path != file))
    if not project.sources:
        raise InputError(
            "there are no runs to compare with",
            str(shown),
            f"name them: paperforge reproduce {shown} runs/",
        )
    results = progress.load(project, quiet=form == "json")
    lines, notes = _lines(values, results, project.design.alpha, str(shown))
    say((*results.notes, *notes, *_doubts(lines, results)))
    give(
        published.render(
            lines, 1 - project.design.alpha, form, columns() if output is None else WIDEST
        ),
        output,
        (file, *(s.path for s in project.sources)),
    )
    return 0


def _lines(
    values: Sequence[Quoted], results: Results, alpha: float, file: str
) -> tuple[list[published.Line], list[Diagnostic]]:
    """Compare every value, in the unit that its metric turns out to be published in."""
    lines = [_line(one, results, alpha) for one in values]
    places = match.other_units(lines)
    again = [
        _line(match.shifted(one, places[i]), results, alpha) if i in places else line
        for i, (line, one) in enumerate(zip(lines, values, strict=True))
    ]
    return again, match.said(places, lines, file)


def _line(one: Quoted, results: Results, alpha: float) -> published.Line:
    """Look for the runs of one published value, and compare."""
    from paperforge.stats.reproduction import reproduce_average

    metric = match.metric_of(one.metric, results.metrics)
    method = match.named(one.method, results.methods)
    if metric is None:
        return published.Line(one)
    one = match.in_unit(one, metric)
    if method is None:
        return published.Line(one, metric)
    label, cells = match.cells_of(one, metric, method, results)
    if not cells:
        return published.Line(one, metric, method.label, label)
    spread = _deviation(one)
    found = reproduce_average(one.value, one.decimals, cells, spread=spread, n=one.n, alpha=alpha)
    used = spread is not None and found.p is not None
    return published.Line(one, metric, method.label, label, found, _sd(cells), used)


def _sd(cells: Sequence[np.ndarray]) -> float | None:
    """Of one run; over several datasets of the average of one run on each."""
    if min(len(values) for values in cells) < 2:  # noqa: PLR2004  one has no deviation
        return None
    squares = sum(float(values.var(ddof=1)) for values in cells)
    return math.sqrt(squares) / len(cells)


def _deviation(one: Quoted) -> float | None:
    """The standard deviation between the published runs, where what is printed says it."""
    from paperforge.stats import summaries

    spread, n = one.spread, one.n
    if spread is None or spread < 0 or one.kind == "unknown":
        return None
    if one.kind == "sd":
        return spread
    if n is None or n < 2:  # noqa: PLR2004  one run has no interval
        return None
    if one.kind == "se":
        return summaries.of_se(one.value, spread, n).sd
    level = int(one.kind.removeprefix("ci") or 95) / 100
    return summaries.of_interval(one.value, spread, n, level=level).sd


def _doubts(lines: Sequence[published.Line], results: Results) -> list[Diagnostic]:
    """What looks like a slip: other units, names that no run has, spreads that say too little."""
    notes = []
    for line in lines:
        one, found = line.published, line.found
        if line.found is None:
            notes.append(
                Diagnostic(
                    Severity.WARNING,
                    one.place,
                    f"no run gives {_what(line)}",
                    match.near(line, results),
                    published.MISSING,
                )
            )
        elif found and found.mean and one.value and _apart(one.value / found.mean):
            hint = f"--unit {line.metric.name}=% shows fractions as per cent" if line.metric else ""
            text = f"{one.printed} was published, the runs have {found.mean:g}: another unit?"
            notes.append(Diagnostic(Severity.WARNING, one.place, text, hint, "unit"))
        if one.spread is not None and _deviation(one) is None:
            text = "a spread is used only where its kind (sd, se, ci) and n are known"
            notes.append(Diagnostic(Severity.NOTE, one.place, text, "", "spread"))
    return notes


def _apart(ratio: float) -> bool:
    return not 1 / _FAR < ratio < _FAR


def _what(line: published.Line) -> str:
    one = line.published
    return ", ".join(filter(None, (one.metric, one.method, one.dataset)))
