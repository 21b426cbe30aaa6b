"""paperforge reproduce: published values beside reproduced runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from paperforge.commands import inputs, progress, published
from paperforge.commands.output import columns, give, say
from paperforge.errors import InputError
from paperforge.model import Diagnostic, Severity
from paperforge.spec import Dataset, Method, Metric, Unit
from paperforge.terminal import WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np

    from paperforge.commands.inputs import ResultOptions
    from paperforge.model import Results
    from paperforge.stores.quoted import Quoted

Named = TypeVar("Named", Metric, Method, Dataset)
_PERCENT = 100.0
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
    lines = [_line(one, results, project.design.alpha) for one in values]
    say((*results.notes, *_doubts(lines)))
    give(
        published.render(
            lines, 1 - project.design.alpha, form, columns() if output is None else WIDEST
        ),
        output,
        (file, *(s.path for s in project.sources)),
    )
    return 0


def _line(one: Quoted, results: Results, alpha: float) -> published.Line:
    """Look for the runs of one published value, and compare."""
    from paperforge.stats.reproduction import reproduce as compare

    metric = _metric(one.metric, results.metrics)
    method = _named(one.method, results.methods)
    dataset = _dataset(one.dataset, results.datasets)
    if metric is None:
        return published.Line(one)
    one = _in_unit(one, metric)
    if method is None or dataset is None:
        return published.Line(one, metric)
    cell = (method.name, dataset.name)
    samples = results.samples(metric.name, Unit.SEED)
    values = next((s.values for s in samples if (s.method, s.dataset) == cell), None)
    if values is None or not len(values):
        return published.Line(one, metric, method.label, dataset.label)
    shown = values * metric.scale
    found = compare(
        one.value,
        one.decimals,
        shown,
        spread=_deviation(one),
        n=one.n,
        alpha=alpha,
    )
    return published.Line(one, metric, method.label, dataset.label, found, _sd(shown))


def _sd(values: np.ndarray) -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None


def _in_unit(one: Quoted, metric: Metric) -> Quoted:
    """The published value as the metric is printed: 90.3% of a metric in fractions is 0.903."""
    if not one.percent or metric.unit == "%":
        return one
    spread = None if one.spread is None else one.spread / _PERCENT
    return replace(
        one,
        value=one.value / _PERCENT,
        decimals=one.decimals + 2,
        spread=spread,
    )


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


def _metric(name: str, metrics: Sequence[Metric]) -> Metric | None:
    """The metric of that name or label; else the only one that is a kind of the same."""
    from paperforge.names import well_known

    exact = _named(name, metrics)
    if exact is not None:
        return exact
    known = well_known(name)
    alike = [m for m in metrics if known and (well_known(m.name) or ("",))[0] == known[0]]
    return alike[0] if len(alike) == 1 else None


def _named(name: str, known: Iterable[Named]) -> Named | None:
    """What has that name, that label, or the only one that differs in case and separators."""
    from paperforge.names import plain

    every = list(known)
    for one in every:
        if name in (one.name, one.label):
            return one
    alike = [one for one in every if plain(name) in (plain(one.name), plain(one.label))]
    return alike[0] if len(alike) == 1 else None


def _dataset(name: str, known: Sequence[Dataset]) -> Dataset | None:
    """The dataset of that name; where none is named, the only one."""
    if name:
        return _named(name, known)
    return known[0] if len(known) == 1 else None


def _doubts(lines: Sequence[published.Line]) -> list[Diagnostic]:
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
                    "",
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
